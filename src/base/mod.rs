//! The ground under every slice: ids, time, paging, actors. No I/O.

pub mod actor;
pub mod bounded;
pub mod fields;
pub mod formulas;
pub mod ids;
pub mod members;
pub mod origin;
pub mod page;
pub mod paper;
pub mod personal;
pub mod refusal;
pub mod rounding;
pub mod schema;
pub mod signed_text;
pub mod time;
pub mod unmarked;
pub mod words;

/// What numbers come to: 0 when there are none, where `sum` says -0.
#[must_use]
pub fn total(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers.into_iter().fold(0.0, |sum, own| sum + own)
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The bytes of a hex text of exactly twice their number, in either case.
#[must_use]
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}
