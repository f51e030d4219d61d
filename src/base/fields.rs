//! Reads the fields of a document one by one and gathers every fault, so that a sender mends all at once.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::refusal::Refusal;
use super::time::Timestamp;

/// A phone's clock may be ahead of the server's by this much, ms.
pub const CLOCK_TOLERANCE_MS: i64 = 86_400_000;

/// Gathers the faults of one document.
#[derive(Debug, Default)]
pub struct Fields {
    refusal: Refusal,
}

impl Fields {
    /// Notes a fault.
    pub fn refuse(&mut self, pointer: impl Into<String>, reason: impl Display) {
        self.refusal.add(pointer, reason);
    }

    /// The word, id or time, when there is one.
    pub fn word<T>(&mut self, pointer: &str, text: Option<&str>) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        match text?.parse() {
            Ok(word) => Some(word),
            Err(fault) => {
                self.refuse(pointer, fault);
                None
            }
        }
    }

    /// The word, id or time, which must be there.
    pub fn required_word<T>(&mut self, pointer: &str, text: Option<&str>) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.word(pointer, Some(text.unwrap_or_default()))
    }

    /// A past instant on the device's clock, which must be there.
    pub fn instant(
        &mut self,
        pointer: &str,
        text: Option<&str>,
        received_at: Timestamp,
    ) -> Option<Timestamp> {
        let at: Timestamp = self.required_word(pointer, text)?;
        if at.since(received_at) <= CLOCK_TOLERANCE_MS {
            return Some(at);
        }
        self.refuse(
            pointer,
            "more than 24 h ahead of the server: expected a past time; check the device's clock",
        );
        None
    }

    /// The number, when there is one, within the range.
    pub fn within(
        &mut self,
        pointer: &str,
        number: Option<f64>,
        range: &RangeInclusive<f64>,
        expected: &str,
    ) -> Option<f64> {
        let number = number?;
        if range.contains(&number) {
            return Some(number);
        }
        self.refuse(pointer, format_args!("expected {expected}"));
        None
    }

    /// The whole number, when there is one, up to `most`.
    pub fn whole(&mut self, pointer: &str, number: Option<f64>, most: u32) -> Option<u32> {
        let number = number?;
        if number.fract() == 0.0 && (0.0..=f64::from(most)).contains(&number) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole and within 0..=most, which is a u32"
            )]
            return Some(number as u32);
        }
        self.refuse(
            pointer,
            format_args!("expected a whole number from 0 to {most}"),
        );
        None
    }

    /// The text, when there is one that is not blank, up to so many characters.
    pub fn text(&mut self, pointer: &str, text: Option<&str>, most: usize) -> Option<String> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        if text.chars().count() <= most {
            return Some(text.to_owned());
        }
        self.refuse(pointer, format_args!("expected at most {most} characters"));
        None
    }

    /// The document, when nothing was refused; else every fault.
    pub fn finish<T>(self, document: Option<T>) -> Result<T, Refusal> {
        match document {
            Some(document) => self.refusal.or(document),
            None => Err(self.refusal),
        }
    }
}
