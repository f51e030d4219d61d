//! Effort summed up: what the trips of a block come to, boundary by boundary, and what those of a window come to.
//!
//! A window that holds all days of a block needs its sums only. Everything summed is a whole number, so the order does
//! not matter: from blocks or from single visits, on one core or on many, the sums are the same to the bit.

use std::collections::BTreeMap;

use super::block::{Block, NEVER, Trip, Visit};
use super::marks::Marks;
use super::timeline::BLOCK_D;
use crate::base::time::Timestamp;

/// The sums of a block, or of blocks that follow one another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By boundary, in the order of their numbers.
    pub boundaries: Box<[BoundaryTally]>,
    /// The oldest generation of the fine ground that a visit was swept over; none without visits.
    pub oldest: Option<u32>,
    /// Some visits are of patrols whose fixes were erased.
    pub has_frozen: bool,
}

/// The sums of the trips within one boundary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoundaryTally {
    /// The boundary, 0 outside every commune.
    pub boundary: u32,
    /// Way, time and people.
    pub sum: TripSum,
    /// Distinct patrols on distinct days.
    pub visits: u32,
    /// People over these visits, where they are told.
    pub people: u32,
    /// Of these visits those whose people are told.
    pub told: u32,
    /// One bit for each day with a visit, a word for each block.
    pub days: Box<[u32]>,
    /// Patrols that were not in the commune before.
    pub patrols: u32,
    /// Patrols that were not in any commune before.
    pub patrols_anywhere: u32,
    /// Of patrols that were in the commune before the block: the last of those days.
    pub before_here: Box<[i32]>,
    /// Of patrols that were in any commune before the block: the last of those days.
    pub before_anywhere: Box<[i32]>,
    /// The first day on which there is a trip, counted from the block's first one.
    pub first_day: u16,
}

/// Way and time, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TripSum {
    /// The way in micrometres.
    pub length_um: i64,
    /// The time in milliseconds.
    pub duration_ms: i64,
    /// The part of it at night.
    pub night_ms: i64,
    /// Time multiplied by the people in the field, where they are told.
    pub people_ms: i64,
    /// Time for which people are told.
    pub told_ms: i64,
    /// When the last one ended.
    pub last_at: Option<Timestamp>,
}

impl TripSum {
    /// Adds one trip.
    pub fn add(&mut self, visit: &Visit, trip: &Trip) {
        let duration_ms = i64::from(trip.duration_ms);
        self.length_um += trip.length_um;
        self.duration_ms += duration_ms;
        self.night_ms += i64::from(trip.night_ms);
        if visit.facts.people > 0 {
            self.people_ms += duration_ms * i64::from(visit.facts.people);
            self.told_ms += duration_ms;
        }
        self.last_at = self.last_at.max(Some(trip.last_at));
    }

    /// Adds other trips.
    pub fn join(&mut self, other: &Self) {
        self.length_um += other.length_um;
        self.duration_ms += other.duration_ms;
        self.night_ms += other.night_ms;
        self.people_ms += other.people_ms;
        self.told_ms += other.told_ms;
        self.last_at = self.last_at.max(other.last_at);
    }
}

impl BoundaryTally {
    /// How many patrols are new in a window that begins on that day, no later than the block: in the commune, and in
    /// any commune.
    #[must_use]
    pub fn new_since(&self, start: i64) -> (u32, u32) {
        let earlier = |days: &[i32]| {
            let days = days.iter().filter(|day| i64::from(**day) < start);
            u32::try_from(days.count()).unwrap_or(u32::MAX)
        };
        (
            self.patrols + earlier(&self.before_here),
            self.patrols_anywhere + earlier(&self.before_anywhere),
        )
    }
}

/// Way, time and visits of one commune in a window of days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effort {
    /// Distinct patrols.
    pub patrols: usize,
    /// Distinct patrols on distinct local days.
    pub visits: usize,
    /// People over these visits, where they are told.
    pub people: u64,
    /// Of these visits those whose people are told.
    pub told: usize,
    /// Way and time.
    pub sum: TripSum,
    /// The days of the window with a visit.
    pub days: Marks,
}

impl Effort {
    /// Adds a trip on that day of a window that begins with the other one; gives 1 when the patrol is new in the
    /// window, whatever the commune.
    pub fn add_trip(&mut self, (day, start): (i64, i64), visit: &Visit, trip: &Trip) -> usize {
        self.sum.add(visit, trip);
        let is_new = |before: i32| i64::from(before) < start;
        if trip.is_first_here {
            self.visits += 1;
            self.people += u64::from(visit.facts.people);
            self.told += usize::from(visit.facts.people > 0);
            self.patrols += usize::from(is_new(trip.before_here));
            self.mark(day - start);
        }
        usize::from(trip.is_first_anywhere && is_new(trip.before_anywhere))
    }

    /// Adds what the trips of a block come to that begins with that day, in a window that begins with the other one;
    /// gives how many patrols are new in the window, whatever the commune.
    pub fn add_block(&mut self, (first, start): (i64, i64), own: &BoundaryTally) -> usize {
        self.sum.join(&own.sum);
        self.visits += own.visits as usize;
        self.people += u64::from(own.people);
        self.told += own.told as usize;
        let (here, anywhere) = own.new_since(start);
        self.patrols += here as usize;
        let after = |block: usize| i64::try_from(block).unwrap_or(0) * BLOCK_D;
        // The last one first, so that there is room for all at once.
        for (block, days) in own.days.iter().enumerate().rev() {
            self.mark_all(first - start + after(block), *days);
        }
        anywhere as usize
    }

    /// Marks a day of the window by its number.
    pub fn mark(&mut self, number: i64) {
        self.mark_all(number, 1);
    }

    /// Marks those of 32 days that have a bit, the first of which has that number in the window.
    fn mark_all(&mut self, first: i64, days: u32) {
        let at = usize::try_from(first).unwrap_or(0);
        let wide = u128::from(days) << (at % 64);
        let words = [wide & u128::from(u64::MAX), wide >> 64];
        for (at, word) in (at / 64..).zip(words) {
            let Ok(word @ 1..) = u64::try_from(word) else {
                continue;
            };
            self.days.add(at, word);
        }
    }

    /// Mean number of days between days with a visit; none before the second.
    #[must_use]
    pub fn revisit_days(&self) -> Option<f64> {
        let marked = (0_u32..).zip(self.days.words());
        let marked = marked.filter(|(_, word)| *word != 0);
        let (mut count, mut span) = (0_u32, None::<(u32, u32)>);
        for (at, word) in marked {
            count += word.count_ones();
            let first = at * u64::BITS + word.trailing_zeros();
            let last = at * u64::BITS + (u64::BITS - 1 - word.leading_zeros());
            span = Some((span.map_or(first, |(first, _)| first), last));
        }
        let (first, last) = span?;
        (count > 1).then(|| f64::from(last - first) / f64::from(count - 1))
    }

    /// Adds another part of the same commune, or another commune.
    pub fn join(&mut self, other: &Self) {
        self.patrols += other.patrols;
        self.visits += other.visits;
        self.people += other.people;
        self.told += other.told;
        self.sum.join(&other.sum);
        self.days.join(&other.days);
    }
}

impl Tally {
    /// Memory in bytes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let earlier = self.boundaries.iter();
        let earlier = earlier.map(|own| own.before_here.len() + own.before_anywhere.len());
        let days = self.boundaries.iter().map(|own| size_of_val(&*own.days));
        size_of_val(&*self.boundaries)
            + earlier.sum::<usize>() * size_of::<i32>()
            + days.sum::<usize>()
    }
}

/// Adds up the trips of a block.
pub(super) fn tallied(block: &Block) -> Tally {
    let (mut oldest, mut has_frozen) = (None::<u32>, false);
    let mut drafts = BTreeMap::<u32, Draft>::new();
    let days = block.days();
    block.each_visit(&days, |day, visit| {
        let ground = visit.facts.ground;
        oldest = Some(oldest.map_or(ground, |own| own.min(ground)));
        has_frozen |= visit.facts.is_frozen;
        for trip in block.trips(visit) {
            let draft = drafts.entry(trip.boundary);
            let draft = draft.or_insert_with(|| Draft::of(trip.boundary, day - days.start));
            draft.add(days.start, day, visit, trip);
        }
    });
    Tally {
        boundaries: drafts.into_values().map(Draft::done).collect(),
        oldest,
        has_frozen,
    }
}

#[derive(Debug, Default)]
struct Draft {
    own: BoundaryTally,
    before_here: Vec<i32>,
    before_anywhere: Vec<i32>,
}

impl Draft {
    fn of(boundary: u32, first_day: i64) -> Self {
        Self {
            own: BoundaryTally {
                boundary,
                first_day: u16::try_from(first_day).unwrap_or(0),
                days: Box::new([0]),
                ..BoundaryTally::default()
            },
            ..Self::default()
        }
    }

    fn add(&mut self, first: i64, day: i64, visit: &Visit, trip: &Trip) {
        let own = &mut self.own;
        own.sum.add(visit, trip);
        if trip.is_first_here {
            own.visits += 1;
            own.people += u32::from(visit.facts.people);
            own.told += u32::from(visit.facts.people > 0);
            if let Some(days) = own.days.first_mut() {
                *days |= 1 << (day - first);
            }
            note(
                first,
                trip.before_here,
                &mut own.patrols,
                &mut self.before_here,
            );
        }
        if trip.is_first_anywhere {
            let many = &mut own.patrols_anywhere;
            note(first, trip.before_anywhere, many, &mut self.before_anywhere);
        }
    }

    /// Adds a block that begins with the second of two days to what begins with the first.
    fn join(&mut self, (since, first): (i64, i64), block: &BoundaryTally) {
        let own = &mut self.own;
        own.sum.join(&block.sum);
        own.visits += block.visits;
        own.people += block.people;
        own.told += block.told;
        own.patrols += block.patrols;
        own.patrols_anywhere += block.patrols_anywhere;
        let earlier = |day: &&i32| i64::from(**day) < since;
        let (here, anywhere) = (&block.before_here, &block.before_anywhere);
        self.before_here.extend(here.iter().filter(earlier));
        self.before_anywhere.extend(anywhere.iter().filter(earlier));
        let at = usize::try_from((first - since) / BLOCK_D).unwrap_or(0);
        let mut days = std::mem::take(&mut own.days).into_vec();
        days.resize(days.len().max(at + block.days.len()), 0);
        for (own, more) in days.iter_mut().skip(at).zip(&block.days) {
            *own |= more;
        }
        own.days = days.into();
    }

    fn done(self) -> BoundaryTally {
        BoundaryTally {
            before_here: self.before_here.into(),
            before_anywhere: self.before_anywhere.into(),
            ..self.own
        }
    }
}

/// The sums of blocks that follow one another, joined one by one in the order of days.
#[derive(Debug)]
pub(super) struct Joined {
    first: i64,
    whole: Tally,
    drafts: BTreeMap<u32, Draft>,
}

impl Joined {
    /// Nothing yet, from that day on.
    pub(super) fn since(first: i64) -> Self {
        Self {
            first,
            whole: Tally::default(),
            drafts: BTreeMap::new(),
        }
    }

    /// Adds the sums of a block that begins with that day.
    pub(super) fn add(&mut self, first: i64, block: &Tally) {
        let oldest = self.whole.oldest.into_iter().chain(block.oldest);
        self.whole.oldest = oldest.min();
        self.whole.has_frozen |= block.has_frozen;
        let after = first - self.first;
        for own in &block.boundaries {
            let first_day = after + i64::from(own.first_day);
            let draft = self.drafts.entry(own.boundary);
            let draft = draft.or_insert_with(|| Draft::of(own.boundary, first_day));
            draft.join((self.first, first), own);
        }
    }

    /// What was added.
    pub(super) fn done(self) -> Tally {
        Tally {
            boundaries: self.drafts.into_values().map(Draft::done).collect(),
            ..self.whole
        }
    }
}

/// Counts a patrol that was never there before, and keeps the day of one that was before the block began.
fn note(first: i64, before: i32, never: &mut u32, earlier: &mut Vec<i32>) {
    if before == NEVER {
        *never += 1;
    } else if i64::from(before) < first {
        earlier.push(before);
    }
}
