//! What is known of one region on 32 days: visits in the order of days, what each saw and did, in columns.

use std::collections::BTreeMap;

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;

use super::canvas::Canvas;
use super::made::Made;
use super::region::{Row, WordSeen};
use super::tally::{Tally, tallied};
use super::timeline::{BLOCK_D, Days};
use super::union::Union;

/// Days under one small union.
const STEP_D: i64 = 8;
/// Small unions of a block.
const STEPS: i64 = BLOCK_D / STEP_D;
/// A block of which no more is known is painted row by row: unions of it would hardly have fewer.
const FEW_ROWS: usize = 256;

/// What filters and figures ask of a patrol. Words are numbers that the caller gave them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatrolFacts {
    /// The patrol.
    pub patrol: PatrolId,
    /// Its kind.
    pub kind: u32,
    /// The organisation in the lead.
    pub lead_org: u32,
    /// The campaign, 0 for none.
    pub campaign: u32,
    /// Everyone in the field, 0 where it is not told.
    pub people: u16,
    /// Whether an officer found it true.
    pub is_validated: bool,
    /// Whether its raw fixes were erased.
    pub is_frozen: bool,
    /// The generation of the fine ground that it was swept over.
    pub ground: u32,
}

/// One patrol on one day in one region.
#[derive(Debug, Clone, Copy)]
pub struct Visit {
    /// What is known of the patrol.
    pub facts: PatrolFacts,
    rows: (u32, u16),
    trips: (u32, u16),
}

/// The way and the time of a patrol on a day within a boundary, as far as they lie in the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trip {
    /// The boundary, as a number that the caller gave it; 0 outside every commune.
    pub boundary: u32,
    /// The way in micrometres: whole numbers come to the same sum in any order.
    pub length_um: i64,
    /// The time in milliseconds.
    pub duration_ms: u32,
    /// The part of it at night, in milliseconds.
    pub night_ms: u32,
    /// When it ended.
    pub last_at: Timestamp,
    /// Whether no other trip tells of the patrol in that commune on that day.
    pub is_first_here: bool,
    /// Whether no other trip tells of the patrol in any commune on that day.
    pub is_first_anywhere: bool,
    /// The last earlier day on which the patrol was in that commune, or [`NEVER`].
    pub before_here: i32,
    /// The last earlier day on which the patrol was in any commune, or [`NEVER`].
    pub before_anywhere: i32,
}

/// A day before every window.
pub const NEVER: i32 = i32::MIN;

/// Metres as the micrometres of a trip.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a way around the Earth has 4e13 micrometres"
)]
pub fn micrometres(length_m: f64) -> i64 {
    (length_m * 1e6).round() as i64
}

/// A day's visits before they are laid into columns.
#[derive(Debug, Clone, Default)]
pub struct DayDraft {
    /// Patrols with what they saw and did.
    pub visits: Vec<VisitDraft>,
}

/// A visit before it is laid into columns.
#[derive(Debug, Clone)]
pub struct VisitDraft {
    /// What is known of the patrol.
    pub facts: PatrolFacts,
    /// What it saw.
    pub seen: Vec<WordSeen>,
    /// What it did.
    pub trips: Vec<Trip>,
}

impl VisitDraft {
    /// A visit that saw and did nothing yet.
    #[must_use]
    pub const fn of(facts: PatrolFacts) -> Self {
        Self {
            facts,
            seen: Vec::new(),
            trips: Vec::new(),
        }
    }
}

/// The days of a block.
#[derive(Debug, Default)]
pub struct Block {
    first: i64,
    /// Of which everything is there; nothing is of the others.
    known: Days,
    /// Where the visits of a day begin; one more at the end.
    starts: Vec<u32>,
    visits: Vec<Visit>,
    rows: Vec<Row>,
    trips: Vec<Trip>,
    made: Option<Box<Made>>,
}

impl Block {
    /// A block that begins with that day, and nothing of it is known.
    #[must_use]
    pub fn beginning(first: i64) -> Self {
        Self::of(first, 0..0, BTreeMap::new())
    }

    fn of(first: i64, known: Days, days: BTreeMap<i64, DayDraft>) -> Self {
        let mut block = Self {
            first,
            known,
            starts: vec![0],
            ..Self::default()
        };
        let mut days = days.into_iter().peekable();
        for day in first..first + BLOCK_D {
            while let Some((_, draft)) = days.next_if(|(own, _)| *own <= day) {
                block.push(draft);
            }
            block.starts.push(count(block.visits.len()));
        }
        block.visits.shrink_to_fit();
        block.rows.shrink_to_fit();
        block.trips.shrink_to_fit();
        block
    }

    fn push(&mut self, day: DayDraft) {
        for draft in day.visits {
            let (rows, trips) = (self.rows.len(), self.trips.len());
            self.rows.extend(draft.seen.into_iter().map(Row::of));
            self.trips.extend(draft.trips);
            self.visits.push(Visit {
                facts: draft.facts,
                rows: (count(rows), few(self.rows.len() - rows)),
                trips: (count(trips), few(self.trips.len() - trips)),
            });
        }
    }

    /// Sets everything that there is of some days, which touch those that are known: the block is laid anew.
    pub fn set_days(&mut self, own: Days, mut days: BTreeMap<i64, DayDraft>) {
        self.each_visit(&self.known, |day, visit| {
            if !own.contains(&day) {
                let visits = &mut days.entry(day).or_default().visits;
                visits.push(self.draft(visit));
            }
        });
        let known = if self.known.is_empty() {
            own
        } else {
            self.known.start.min(own.start)..self.known.end.max(own.end)
        };
        *self = Self::of(self.first, known, days);
    }

    /// The days of which everything is there.
    #[must_use]
    pub fn known(&self) -> Days {
        self.known.clone()
    }

    fn draft(&self, visit: &Visit) -> VisitDraft {
        let seen = self.rows(visit).iter().map(|row| row.seen());
        VisitDraft {
            facts: visit.facts,
            seen: seen.collect(),
            trips: self.trips(visit).to_vec(),
        }
    }

    /// What a visit saw, in the order of positions.
    #[must_use]
    pub fn rows(&self, visit: &Visit) -> &[Row] {
        self.rows.get(range(visit.rows)).unwrap_or_default()
    }

    /// What a visit saw of the word at a position.
    #[must_use]
    pub fn mask(&self, visit: &Visit, position: u16) -> Option<u64> {
        let rows = self.rows(visit);
        let at = rows.binary_search_by_key(&position, |row| row.position());
        at.ok().and_then(|at| rows.get(at)).map(|row| row.mask())
    }

    /// What a visit did.
    #[must_use]
    pub fn trips(&self, visit: &Visit) -> &[Trip] {
        self.trips.get(range(visit.trips)).unwrap_or_default()
    }

    /// What all trips of the block come to, and whether that was added up now.
    pub fn tally(&mut self) -> (&Tally, bool) {
        let known = self.made.as_mut().and_then(|made| made.tally.take());
        let (tally, is_new) = match known {
            Some(tally) => (tally, false),
            None => (tallied(self), true),
        };
        (self.made().tally.insert(tally), is_new)
    }

    fn made(&mut self) -> &mut Made {
        self.made.get_or_insert_default()
    }

    /// The days of the block.
    #[must_use]
    pub const fn days(&self) -> Days {
        self.first..self.first + BLOCK_D
    }

    /// The days with a visit, in order.
    pub fn visited(&self) -> impl Iterator<Item = i64> {
        let visits = self.starts.windows(2);
        let days = (self.first..).zip(visits);
        days.filter_map(|(day, starts)| (starts.first() < starts.last()).then_some(day))
    }

    /// Shows every visit on some days, in order.
    pub fn each_visit(&self, days: &Days, mut show: impl FnMut(i64, &Visit)) {
        let last = self.first + BLOCK_D;
        let days = days.start.max(self.first)..days.end.min(last);
        if self.on(days.start, days.end).is_empty() {
            return;
        }
        for day in days {
            for visit in self.on(day, day + 1) {
                show(day, visit);
            }
        }
    }

    /// The visits from one day to another, the end excluded.
    fn on(&self, from: i64, to: i64) -> &[Visit] {
        let start = |day: i64| {
            let at = usize::try_from(day - self.first).unwrap_or(0);
            self.starts.get(at).map_or(0, |start| *start as usize)
        };
        self.visits.get(start(from)..start(to)).unwrap_or_default()
    }

    /// Paints what was seen on some days, and tells whether a union was made for it.
    pub fn paint(&mut self, canvas: &mut Canvas, days: &Days) -> bool {
        if self.rows.len() <= FEW_ROWS {
            self.paint_days(canvas, days);
            return false;
        }
        let end = self.first + BLOCK_D;
        if days.start <= self.first && end <= days.end {
            return self.paint_whole(canvas);
        }
        let (mut day, last) = (days.start.max(self.first), days.end.min(end));
        let mut has_made = false;
        while day < last {
            let step = (day - self.first).div_euclid(STEP_D);
            let from = self.first + step * STEP_D;
            if day == from && from + STEP_D <= last {
                has_made |= self.paint_step(canvas, step);
                day += STEP_D;
            } else {
                let to = last.min(from + STEP_D);
                self.paint_rows(canvas, day, to);
                day = to;
            }
        }
        has_made
    }

    /// Paints what was seen on all days, and tells whether a union was made for it. It is made of the small ones, so that
    /// windows within the days of a longer one find those there.
    pub fn paint_whole(&mut self, canvas: &mut Canvas) -> bool {
        if self.rows.len() <= FEW_ROWS {
            self.paint_rows(canvas, self.first, self.first + BLOCK_D);
            return false;
        }
        let is_new = self.made().whole.is_none();
        if is_new {
            let mut own = Canvas::default();
            for step in 0..STEPS {
                self.paint_step(&mut own, step);
            }
            self.made().whole = Some(Union::of(&own));
        }
        if let Some(whole) = &self.made().whole {
            whole.paint(canvas);
        }
        is_new
    }

    fn paint_step(&mut self, canvas: &mut Canvas, step: i64) -> bool {
        let Ok(at) = usize::try_from(step) else {
            return false;
        };
        let from = self.first + step * STEP_D;
        let is_new = self.made().steps.get(at).is_some_and(Option::is_none);
        if is_new {
            let mut own = Canvas::default();
            self.paint_rows(&mut own, from, from + STEP_D);
            if let Some(place) = self.made().steps.get_mut(at) {
                *place = Some(Union::of(&own));
            }
        }
        if let Some(Some(union)) = self.made().steps.get(at) {
            union.paint(canvas);
        }
        is_new
    }

    /// How many rows tell what was seen.
    #[must_use]
    pub fn rows_in_all(&self) -> usize {
        self.rows.len()
    }

    /// Paints what was seen on some days, row by row.
    pub fn paint_days(&self, canvas: &mut Canvas, days: &Days) {
        let (from, to) = (
            days.start.max(self.first),
            days.end.min(self.first + BLOCK_D),
        );
        if from < to {
            self.paint_rows(canvas, from, to);
        }
    }

    fn paint_rows(&self, canvas: &mut Canvas, from: i64, to: i64) {
        let visits = self.on(from, to);
        let (Some(first), Some(last)) = (visits.first(), visits.last()) else {
            return;
        };
        let range = first.rows.0 as usize..range(last.rows).end;
        if let Some(rows) = self.rows.get(range) {
            canvas.add(rows);
        }
    }

    /// Memory in bytes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + size_of_val(self.starts.as_slice())
            + self.visits.capacity() * size_of::<Visit>()
            + self.rows.capacity() * size_of::<Row>()
            + self.trips.capacity() * size_of::<Trip>()
            + self.made.as_ref().map_or(0, |made| made.bytes())
    }
}

/// Where something begins in its column.
fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// A region has 2,401 words, and a patrol goes through fewer communes on a day.
fn few(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(u16::MAX)
}

const fn range((first, many): (u32, u16)) -> std::ops::Range<usize> {
    let first = first as usize;
    first..first + many as usize
}
