//! Effort: how far and how long a patrol went, by local day and by place.
//!
//! Each moment of a walk belongs to the local day and the place of its start. Moments are gathered by cells of
//! resolution 9, each piece keeping a place that the patrol really was at, so that it can be found again on the
//! map of another day. Night is from 18:00 to 06:00 local time.

use std::collections::BTreeMap;

use crate::base::time::{LocalDate, Timestamp};
use crate::geo::cells::{Cell, Trail};
use crate::geo::position::Position;

/// The cells that moments are gathered by: the words of the coarse masks.
const CELLS: u8 = 9;
const DAWN_MS: i64 = 6 * 3_600_000;
const DUSK_MS: i64 = 18 * 3_600_000;

/// A step, a short pause or a single fix of a walk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Where it started.
    pub at: Position,
    /// When it started.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
    /// How far it went, in metres.
    pub length_m: f64,
}

/// The effort within one cell on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// The first place there.
    pub at: Position,
    /// The way, in centimetres.
    pub length_cm: u32,
    /// The time, in milliseconds.
    pub duration_ms: u32,
    /// The part of it at night, in milliseconds.
    pub night_ms: u32,
    /// When the last moment there ended, in seconds after the day's start; it may lie in the next day.
    pub last_s: u32,
}

/// The effort of one local day within one key (such as a commune).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DayEffort {
    /// The way in metres.
    pub length_m: f64,
    /// The time in milliseconds.
    pub duration_ms: i64,
    /// The part of it at night, in milliseconds.
    pub night_ms: i64,
    /// When it ended.
    pub last_at: Option<Timestamp>,
    /// The same by place, in the order of cells.
    pub pieces: Vec<Piece>,
}

#[derive(Default)]
struct Sum {
    at: Option<Position>,
    length_m: f64,
    duration_ms: i64,
    night_ms: i64,
    last_at: Option<Timestamp>,
}

impl Sum {
    fn add(&mut self, moment: &Moment) {
        self.at = self.at.or(Some(moment.at));
        self.length_m += moment.length_m;
        self.duration_ms += moment.to.since(moment.from);
        self.night_ms += night_ms(moment.from, moment.to);
        self.last_at = self.last_at.max(Some(moment.to));
    }
}

/// Gathers the moments of a walk by day and key, in the order of both. A key is made of the day, the place and the
/// cell of the coarse masks' words that the place lies in.
pub fn gather<K: Ord>(
    moments: impl IntoIterator<Item = Moment>,
    mut key: impl FnMut(LocalDate, Position, Option<Cell>) -> K,
) -> BTreeMap<(LocalDate, K), DayEffort> {
    let mut sums = BTreeMap::<(LocalDate, K), (Sum, BTreeMap<Option<Cell>, Sum>)>::new();
    let mut trail = Trail::new(CELLS).ok();
    for moment in moments {
        let day = moment.from.local_date();
        let cell = trail.as_mut().and_then(|trail| trail.cell(moment.at));
        let (whole, parts) = sums.entry((day, key(day, moment.at, cell))).or_default();
        whole.add(&moment);
        parts.entry(cell).or_default().add(&moment);
    }
    sums.into_iter()
        .map(|((day, key), (whole, parts))| {
            let pieces = parts.values().filter_map(|sum| piece(day, sum)).collect();
            let effort = DayEffort {
                length_m: whole.length_m,
                duration_ms: whole.duration_ms,
                night_ms: whole.night_ms,
                last_at: whole.last_at,
                pieces,
            };
            ((day, key), effort)
        })
        .collect()
}

/// How much of a time lies at night.
#[must_use]
pub fn night_ms(from: Timestamp, to: Timestamp) -> i64 {
    let mut night = 0;
    let mut day = from.local_date();
    while day.start() < to {
        let (dawn, dusk) = (
            day.start().plus_millis(DAWN_MS),
            day.start().plus_millis(DUSK_MS),
        );
        for (dark_from, dark_to) in [(day.start(), dawn), (dusk, day.plus_days(1).start())] {
            night += to.min(dark_to).since(from.max(dark_from)).max(0);
        }
        day = day.plus_days(1);
    }
    night
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a day's way is far below 42,000 km; the cast saturates"
)]
fn piece(day: LocalDate, sum: &Sum) -> Option<Piece> {
    let last_ms = sum.last_at?.since(day.start());
    Some(Piece {
        at: sum.at?,
        length_cm: (sum.length_m * 100.0).round() as u32,
        duration_ms: u32::try_from(sum.duration_ms).unwrap_or(u32::MAX),
        night_ms: u32::try_from(sum.night_ms).unwrap_or(u32::MAX),
        last_s: u32::try_from(last_ms / 1000).unwrap_or(0),
    })
}
