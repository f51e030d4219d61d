//! What trackers say, whatever program said it, and what becomes of it.

use crate::base::time::Timestamp;
use crate::patrols::Heard;
use crate::patrols::model::batch::RefusedFix;
use crate::patrols::model::chunk::RequestDigest;
use crate::patrols::model::fix::{Fix, FixReason, RawFix};
use crate::patrols::model::signs::{Call, Sign, TrackerApp};

/// The word for content that no reader understands.
pub const UNREADABLE: &str = "unreadable";
/// The word for a position that its own receiver calls invalid.
const MARKED_INVALID: &str = "marked_invalid";
/// 2000-01-01T00:00:00Z: a clock before it was never set.
const EARLIEST: Timestamp = Timestamp::from_millis(946_684_800_000);

/// Longitude and latitude in degrees as they came; not a number where one of them was no number.
#[derive(Clone, Copy, PartialEq)]
pub struct Place {
    /// Longitude.
    pub lon: f64,
    /// Latitude.
    pub lat: f64,
}

/// One reading in SI units.
#[derive(Clone, Default, PartialEq)]
pub struct Reading {
    /// When, by the device.
    pub time: Option<Timestamp>,
    /// Where; `None` when the message has no place at all.
    pub place: Option<Place>,
    /// Horizontal accuracy in metres.
    pub accuracy_m: Option<f64>,
    /// Altitude in metres.
    pub altitude_m: Option<f64>,
    /// Speed over ground in m/s.
    pub speed_mps: Option<f64>,
    /// Course over ground in degrees from north.
    pub bearing_deg: Option<f64>,
    /// Whether the phone says that another program made the position up.
    pub mock: bool,
    /// Whether the receiver calls the position invalid.
    pub is_invalid: bool,
    /// The battery's charge in per cent.
    pub battery_pct: Option<f64>,
    /// Whether it is being charged.
    pub charging: Option<bool>,
    /// Whether it is a call for help.
    pub is_sos: bool,
}

/// Places and times of officers stay out of logs.
impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Place(..)")
    }
}

/// Places and times of officers stay out of logs.
impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reading(..)")
    }
}

/// What a part of a request says.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// A reading, perhaps without a place.
    Reading(Reading),
    /// Something that is no reading and that these programs send besides: passed over.
    Other,
    /// Something that nobody understands, under this word: set apart.
    Unreadable(&'static str),
}

/// A part of a request with its bytes, as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// What it says.
    pub said: Said,
    /// Its bytes: JSON as it came, or a text.
    pub json: String,
}

/// What a request says, received at that instant.
#[must_use]
pub fn heard(
    app: TrackerApp,
    messages: Vec<Message>,
    request: RequestDigest,
    received_at: Timestamp,
) -> Heard {
    let mut heard = Heard {
        app,
        fixes: Vec::new(),
        refused: Vec::new(),
        sign: None,
        call: None,
        request,
    };
    for Message { said, json } in messages {
        let refused = match said {
            Said::Reading(reading) => hear(&mut heard, &reading, received_at),
            Said::Other => None,
            Said::Unreadable(reason) => Some(reason),
        };
        let refused = refused.map(|reason| RefusedFix { reason, json });
        heard.refused.extend(refused);
    }
    heard
}

/// Takes a reading in; gives the reason when its position can be no fix.
fn hear(heard: &mut Heard, reading: &Reading, received_at: Timestamp) -> Option<&'static str> {
    let at = plausible(reading.time, received_at);
    let sign = Sign {
        at,
        battery_pct: reading.battery_pct.and_then(percent),
        charging: reading.charging,
    };
    if heard.sign.is_none_or(|known| known.at <= at) {
        heard.sign = Some(sign);
    }
    let fix = reading.fix(received_at);
    if reading.is_sos {
        let fix = fix.as_ref().and_then(|fix| fix.as_ref().ok());
        heard.call = Some(Call {
            at,
            place_e7: fix.map(|fix| (fix.lon_e7, fix.lat_e7)),
        });
    }
    match fix {
        None => None,
        Some(Ok(fix)) => {
            heard.fixes.push(fix);
            None
        }
        Some(Err(reason)) => Some(reason),
    }
}

impl Reading {
    /// The fix, or why it can be none; `None` without a place.
    fn fix(&self, received_at: Timestamp) -> Option<Result<Fix, &'static str>> {
        let place = self.place?;
        if self.is_invalid {
            return Some(Err(MARKED_INVALID));
        }
        let raw = RawFix {
            time: self.time,
            lon: place.lon,
            lat: place.lat,
            accuracy_m: self.accuracy_m,
            altitude_m: self.altitude_m,
            speed_mps: self.speed_mps,
            bearing_deg: self.bearing_deg,
            mock: self.mock,
            after_break: false,
        };
        Some(Fix::parse(&raw, received_at).map_err(FixReason::slug))
    }
}

/// A device's time, unless its clock was never set or runs ahead: then that of the receipt.
fn plausible(time: Option<Timestamp>, received_at: Timestamp) -> Timestamp {
    time.filter(|at| (EARLIEST..=received_at).contains(at))
        .unwrap_or(received_at)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within 0 to 100"
)]
fn percent(charge: f64) -> Option<u8> {
    (0.0..=100.0)
        .contains(&charge)
        .then(|| charge.round() as u8)
}
