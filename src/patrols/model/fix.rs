//! A fix: one reading of a satellite receiver, kept to 1 ms, 1e-7°, 0.1 m, 0.01 m/s and 0.1°.
//!
//! Only what could never be a reading is refused here; poor readings are kept and judged by `quality`.

use crate::base::time::Timestamp;
use crate::geo::position::{InvalidPosition, Position};

/// 2000-01-01T00:00:00Z: receivers without almanac report their epoch (1980, or 1999 after the week rollover).
const EARLIEST: Timestamp = Timestamp::from_millis(946_684_800_000);

/// GPS counts weeks in ten bits (IS-GPS-200 §20.3.3.3.1.1): a receiver that misses a rollover tells dates 1,024 weeks early.
const ROLLOVER_MS: i64 = 1_024 * 7 * 86_400_000;

/// A time that would lie so shortly before its receipt, were it a rollover later, is told by a receiver that missed one.
const RECENT_MS: i64 = 366 * 86_400_000;

/// How far a device's clock may run ahead before its times mean nothing (24 h).
const CLOCK_TOLERANCE_MS: i64 = 24 * 3600 * 1000;

/// Above any aircraft; higher figures are a receiver's fault and are left out, the position stands.
const HIGHEST_ALTITUDE_M: f64 = 100_000.0;

/// A fix as a door read it, in SI units, before any judgement.
#[derive(Clone, Copy, PartialEq)]
pub struct RawFix {
    /// When the receiver was there; `None` where the sender gave no time.
    pub time: Option<Timestamp>,
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
    /// Horizontal accuracy in metres (1 sigma); 0 means unknown, as Android defines it.
    pub accuracy_m: Option<f64>,
    /// Altitude in metres.
    pub altitude_m: Option<f64>,
    /// Speed over ground in m/s; negative means unknown, as Core Location defines it.
    pub speed_mps: Option<f64>,
    /// Course over ground in degrees from north; negative means unknown, as Core Location defines it.
    pub bearing_deg: Option<f64>,
    /// Whether the phone says that another program made the position up.
    pub mock: bool,
    /// Whether the phone says that it did not record before this reading: it was paused, or its page was hidden.
    pub after_break: bool,
}

/// Positions and times of officers stay out of logs.
impl std::fmt::Debug for RawFix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawFix(..)")
    }
}

/// One reading, at the precision that is kept. Ordered by time, longitude, latitude, then the rest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fix {
    /// When, to 1 ms.
    pub t: Timestamp,
    /// Longitude in 1e-7 degrees.
    pub lon_e7: i32,
    /// Latitude in 1e-7 degrees.
    pub lat_e7: i32,
    /// Horizontal accuracy (1 sigma) in 0.1 m.
    pub accuracy_dm: Option<u32>,
    /// Altitude in 0.1 m.
    pub altitude_dm: Option<i32>,
    /// Speed over ground in 0.01 m/s.
    pub speed_cmps: Option<u32>,
    /// Course over ground in 0.1 degrees from north, 0–3599.
    pub bearing_ddeg: Option<u16>,
    /// Whether the phone says that another program made the position up.
    pub mock: bool,
    /// Whether the phone says that recording was interrupted before it: it joins nothing before it, however near.
    pub after_break: bool,
}

/// What tells one fix of a device from another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FixKey {
    /// When, to 1 ms.
    pub t: Timestamp,
    /// Longitude in 1e-7 degrees.
    pub lon_e7: i32,
    /// Latitude in 1e-7 degrees.
    pub lat_e7: i32,
}

/// Why a reading cannot be a fix and goes to the quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum FixReason {
    /// The sender gave no usable time.
    #[error("the fix has no time")]
    NoTime,
    /// Longitude or latitude is no number.
    #[error("the position is not a number")]
    PositionNotFinite,
    /// Longitude or latitude lies outside the globe.
    #[error("the position lies outside -180..180, -90..90 degrees")]
    PositionOutOfRange,
    /// Exactly 0, 0: what software writes when it has no position.
    #[error("the position is 0, 0, which means no position")]
    NullIsland,
    /// A negative or non-numeric accuracy: Core Location's sign of an invalid position.
    #[error("the accuracy is negative or no number, which marks an invalid position")]
    BadAccuracy,
    /// Before the year 2000.
    #[error("the time lies before the year 2000")]
    TimeTooOld,
    /// 1,024 weeks before its receipt, or somewhat more.
    #[error(
        "the time lies 1,024 weeks early: the receiver missed a rollover of GPS weeks; set its clock anew, or its firmware"
    )]
    WeekRollover,
    /// More than 24 hours after its receipt.
    #[error("the time lies more than 24 hours after the receipt")]
    FutureTime,
}

impl FixReason {
    /// The stable word under which the quarantine keeps it.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::NoTime => "no_time",
            Self::PositionNotFinite => "position_not_finite",
            Self::PositionOutOfRange => "position_out_of_range",
            Self::NullIsland => "null_island",
            Self::BadAccuracy => "bad_accuracy",
            Self::TimeTooOld => "time_too_old",
            Self::WeekRollover => "week_rollover",
            Self::FutureTime => "future_time",
        }
    }
}

impl Fix {
    /// Parses a reading received at that instant, or says why it can be none.
    pub fn parse(raw: &RawFix, received_at: Timestamp) -> Result<Self, FixReason> {
        let t = plausible_time(raw.time, received_at)?;
        let (lon_e7, lat_e7) = place(raw.lon, raw.lat)?;
        Ok(Self {
            t,
            lon_e7,
            lat_e7,
            accuracy_dm: accuracy(raw.accuracy_m)?,
            altitude_dm: raw
                .altitude_m
                .filter(|m| m.abs() <= HIGHEST_ALTITUDE_M)
                .map(tenths),
            speed_cmps: raw
                .speed_mps
                .filter(|v| v.is_finite() && *v >= 0.0)
                .map(|v| whole(v * 100.0)),
            bearing_ddeg: raw
                .bearing_deg
                .filter(|b| (0.0..=360.0).contains(b))
                .map(bearing),
            mock: raw.mock,
            after_break: raw.after_break,
        })
    }

    /// What tells this fix from others of its device.
    #[must_use]
    pub const fn key(&self) -> FixKey {
        FixKey {
            t: self.t,
            lon_e7: self.lon_e7,
            lat_e7: self.lat_e7,
        }
    }

    /// Where the fix lies.
    pub fn position(&self) -> Result<Position, InvalidPosition> {
        Position::from_e7(self.lon_e7, self.lat_e7)
    }

    /// Horizontal accuracy in metres, where the sender gave one.
    #[must_use]
    pub fn accuracy_m(&self) -> Option<f64> {
        self.accuracy_dm.map(|dm| f64::from(dm) / 10.0)
    }
}

/// Positions and times of officers stay out of logs.
impl std::fmt::Debug for Fix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fix(..)")
    }
}

/// Positions and times of officers stay out of logs.
impl std::fmt::Debug for FixKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FixKey(..)")
    }
}

/// What a batch added to a track.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Fixes that were not known, sorted by key, each once.
    pub accepted: Vec<Fix>,
    /// How many of the batch were already known or came twice in it.
    pub duplicates: usize,
}

/// Sets apart what `incoming` adds to `existing` (a track's fixes sorted by key).
///
/// The first content heard under a key stands; within one batch, the smallest does.
#[must_use]
pub fn merge(existing: &[Fix], mut incoming: Vec<Fix>) -> Merged {
    let received = incoming.len();
    incoming.sort_unstable();
    incoming.dedup_by_key(|fix| fix.key());
    let first = incoming.first().map(Fix::key);
    let from = existing.partition_point(|fix| Some(fix.key()) < first);
    let mut known = existing.iter().skip(from).map(Fix::key).peekable();
    incoming.retain(|fix| {
        while known.next_if(|key| *key < fix.key()).is_some() {}
        known.peek() != Some(&fix.key())
    });
    Merged {
        duplicates: received - incoming.len(),
        accepted: incoming,
    }
}

fn plausible_time(time: Option<Timestamp>, received_at: Timestamp) -> Result<Timestamp, FixReason> {
    match time {
        None => Err(FixReason::NoTime),
        Some(t) if t < EARLIEST => Err(FixReason::TimeTooOld),
        Some(t) if t.since(received_at) > CLOCK_TOLERANCE_MS => Err(FixReason::FutureTime),
        Some(t) if (-RECENT_MS..=CLOCK_TOLERANCE_MS).contains(&rolled(t, received_at)) => {
            Err(FixReason::WeekRollover)
        }
        Some(t) => Ok(t),
    }
}

/// How long after its receipt the time would lie were it a rollover later, ms.
fn rolled(t: Timestamp, received_at: Timestamp) -> i64 {
    t.since(received_at).saturating_add(ROLLOVER_MS)
}

fn place(lon: f64, lat: f64) -> Result<(i32, i32), FixReason> {
    if !(lon.is_finite() && lat.is_finite()) {
        return Err(FixReason::PositionNotFinite);
    }
    let position = Position::new(lon, lat).or(Err(FixReason::PositionOutOfRange))?;
    match position.to_e7() {
        (0, 0) => Err(FixReason::NullIsland),
        e7 => Ok(e7),
    }
}

fn accuracy(metres: Option<f64>) -> Result<Option<u32>, FixReason> {
    match metres {
        // Android's `Location.getAccuracy` is 0.0 where there is none; no receiver errs by nothing.
        None | Some(0.0) => Ok(None),
        Some(m) if m.is_finite() && m > 0.0 => Ok(Some(whole(m * 10.0).max(1))),
        Some(_) => Err(FixReason::BadAccuracy),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "saturating, and altitudes are bounded above"
)]
fn tenths(metres: f64) -> i32 {
    (metres * 10.0).round() as i32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "callers refuse negatives; saturating at 4e9 is as absurd as any larger figure"
)]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "callers keep degrees within 0..=360"
)]
fn bearing(degrees: f64) -> u16 {
    (degrees * 10.0).round() as u16 % 3600
}
