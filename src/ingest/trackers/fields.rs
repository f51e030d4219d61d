//! Figures, times and yes-or-no as trackers write them.

use chrono::{DateTime, NaiveDateTime};
use serde::Deserialize;

use crate::base::time::Timestamp;

/// Seconds end where a signed 32-bit clock does; a larger figure counts milliseconds (Traccar's rule).
const FIRST_MILLIS: f64 = 2_147_483_648.0;
/// No time is written with more characters.
const MAX_TIME_CHARS: usize = 40;

/// One knot: 1,852 m in an hour (SI brochure, table 8 of the 8th edition).
pub const KNOT_MPS: f64 = 1852.0 / 3600.0;
/// One kilometre in an hour.
pub const KMH_MPS: f64 = 1.0 / 3.6;

/// How a number of time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
    /// A date and a time of day.
    Iso,
}

/// A time as text: a number of seconds or milliseconds, RFC 3339 (also with an offset without colon), or
/// `yyyy-MM-dd HH:mm:ss` in UTC.
#[must_use]
pub fn time(text: &str) -> Option<(Timestamp, Count)> {
    let text = text.trim();
    if text.chars().count() > MAX_TIME_CHARS {
        return None;
    }
    if let Ok(number) = text.parse::<f64>() {
        return time_number(number);
    }
    date_time(text).map(|at| (at, Count::Iso))
}

/// A time as a number.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and such times are set apart"
)]
pub fn time_number(number: f64) -> Option<(Timestamp, Count)> {
    if !number.is_finite() {
        return None;
    }
    let (millis, count) = if number < FIRST_MILLIS {
        (number * 1000.0, Count::Seconds)
    } else {
        (number, Count::Millis)
    };
    Some((Timestamp::from_millis(millis.round() as i64), count))
}

fn date_time(text: &str) -> Option<Timestamp> {
    // A plus that nobody percent-encoded arrives as a space.
    let offset_starts = text.rfind(' ').filter(|at| text.contains('T') && *at > 10);
    let text = match offset_starts {
        Some(at) => format!(
            "{}+{}",
            text.get(..at).unwrap_or(""),
            text.get(at + 1..).unwrap_or("")
        ),
        None => text.to_owned(),
    };
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    if let Ok(at) = DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z") {
        return Some(Timestamp::from_millis(at.timestamp_millis()));
    }
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
        .map(|at| Timestamp::from_millis(at.and_utc().timestamp_millis()))
}

/// A finite number.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
}

/// Yes or no.
#[must_use]
pub fn yes(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// A time in JSON: a text or a number.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum JsonTime {
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
}

impl JsonTime {
    /// The instant, if it is one.
    #[must_use]
    pub fn instant(&self) -> Option<Timestamp> {
        let read = match self {
            Self::Text(text) => time(text),
            Self::Number(number) => time_number(*number),
        };
        read.map(|(at, _)| at)
    }
}
