//! What is known of one region over time: blocks of 32 days, in columns, with unions over 8 and 32 days.
//!
//! A window is painted from the fewest unions that fit into it; they are made when first needed and forgotten when a
//! day under them changes. What the whole blocks of a long window come to is kept for the window after it, which most
//! often holds the same. Which days are loaded is the caller's business: what is not loaded counts as unseen.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use super::block::{Block, DayDraft, Trip, Visit};
use super::blocks::Blocks;
use super::canvas::{Canvas, Counts};
use super::interval::Measured;
use super::risk::RiskGrid;
use super::scales::{GridId, Scales};
use super::tally::{Joined, Tally};
use super::union::Union;

/// Days in a block.
pub const BLOCK_D: i64 = 32;
/// Fewer blocks than these are not worth keeping together.
const STRETCH_BLOCKS: i64 = 4;
/// Stretches that are kept: windows before and after a block's end take turns.
const STRETCHES: usize = 2;
/// Grids of which it is remembered what was told last: more than the communes that meet in any region.
const MOST_TOLD: usize = 64;
/// A region of which no more is known is painted row by row: unions would take more memory than they save time.
const FEW_ROWS: usize = 512;

/// Local days since 1970-01-01, the end excluded.
pub type Days = Range<i64>;

/// Whether a patrol counts.
pub type Sieve<'a> = &'a (dyn Fn(&Visit) -> bool + Sync);

/// A part of what patrols did in a window.
#[derive(Debug)]
pub enum Piece<'a> {
    /// What all trips of a block, or of several that follow one another, come to; the first begins on that day.
    Block(i64, &'a Tally),
    /// A visit on a day with its trips.
    Visit(i64, &'a Visit, &'a [Trip]),
}

/// One region over time.
#[derive(Debug, Default)]
pub struct Timeline {
    blocks: Blocks,
    /// How many rows tell what was seen.
    rows: usize,
    /// Of long windows; the one used last stands last.
    stretches: Vec<Stretch>,
    scales: Scales,
    /// The days with a visit, in order.
    visited: Vec<i64>,
    told: Vec<Told>,
    /// Something was added since it was weighed last.
    has_changed: bool,
}

/// Some of the days with a visit, by their numbers among them, the end excluded. Windows that hold the same ones hold the
/// same visits.
pub type Visited = Range<usize>;

/// What was seen of a grid, once per visit, in the last window that was asked for.
#[derive(Debug)]
struct Told {
    id: GridId,
    visited: Visited,
    measured: Measured,
}

/// Blocks that follow one another, taken together.
#[derive(Debug)]
struct Stretch {
    blocks: Range<i64>,
    union: Option<Union>,
    tally: Option<Tally>,
}

/// The number of the block that a day lies in.
#[must_use]
pub const fn block_of(day: i64) -> i64 {
    day.div_euclid(BLOCK_D)
}

/// The days of a block.
#[must_use]
pub const fn days_of(block: i64) -> Days {
    block * BLOCK_D..(block + 1) * BLOCK_D
}

impl Timeline {
    /// The days to load for a window, in order: of a block that is not there those of the window, of one that is there
    /// in part the rest of it, so that a window which moves on has no block loaded more than twice.
    #[must_use]
    pub fn missing(&self, days: &Days) -> Vec<Days> {
        let mut missing: Vec<Days> = Vec::new();
        for number in block_of(days.start)..=block_of(days.end - 1) {
            let all = days_of(number);
            let wanted = within(days, number);
            let parts = match self.blocks.get(number).map(Block::known) {
                None => [wanted, 0..0],
                Some(own) if own.start <= wanted.start && wanted.end <= own.end => continue,
                Some(own) => [all.start..own.start, own.end..all.end],
            };
            for part in parts.into_iter().filter(|part| !part.is_empty()) {
                match missing.last_mut() {
                    Some(last) if last.end == part.start => last.end = part.end,
                    _ => missing.push(part),
                }
            }
        }
        missing
    }

    /// Sets everything that there is of some days. In each block they touch those that are known of it.
    pub fn set_days(&mut self, days: &Days, mut drafts: BTreeMap<i64, DayDraft>) {
        let blocks = block_of(days.start)..=block_of(days.end - 1);
        for number in blocks.clone() {
            let all = days_of(number);
            let rest = drafts.split_off(&all.end);
            let block = self.blocks.get_or_begin(number);
            block.set_days(within(days, number), drafts);
            drafts = rest;
        }
        self.forget(&blocks);
    }

    /// Whether a day is loaded.
    #[must_use]
    pub fn holds(&self, day: i64) -> bool {
        let block = self.blocks.get(block_of(day));
        block.is_some_and(|own| own.known().contains(&day))
    }

    /// The days of a window that is loaded, and those around it that are loaded too.
    #[must_use]
    pub fn around(&self, days: &Days) -> Days {
        let known = |day: i64| self.blocks.get(block_of(day)).map(Block::known);
        match (known(days.start), known(days.end - 1)) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }

    /// Forgets what was made of blocks that have changed.
    fn forget(&mut self, blocks: &RangeInclusive<i64>) {
        self.has_changed = true;
        self.rows = self.blocks.each().map(Block::rows_in_all).sum();
        self.stretches
            .retain(|own| own.blocks.end <= *blocks.start() || *blocks.end() < own.blocks.start);
        self.told.clear();
        self.visited = self.blocks.each().flat_map(Block::visited).collect();
    }

    /// The days of a window with a visit.
    #[must_use]
    pub fn visited(&self, days: &Days) -> Visited {
        let before = |day: i64| self.visited.partition_point(|own| *own < day);
        before(days.start)..before(days.end)
    }

    /// What was seen of a grid on those days, by whoever counts when everyone does, if they were asked for last.
    #[must_use]
    pub fn told(&self, id: GridId, visited: &Visited) -> Option<Measured> {
        let known = self.told.iter().find(|own| own.id == id)?;
        (known.visited == *visited).then_some(known.measured)
    }

    /// Keeps what was seen of a grid on those days.
    pub fn keep_told(&mut self, id: GridId, visited: Visited, measured: Measured) {
        let own = Told {
            id,
            visited,
            measured,
        };
        if let Some(known) = self.told.iter_mut().find(|known| known.id == id) {
            *known = own;
            return;
        }
        if self.told.len() >= MOST_TOLD {
            self.told.clear();
        }
        self.has_changed = true;
        self.told.push(own);
    }

    /// Paints what was seen at least once.
    pub fn paint(&mut self, canvas: &mut Canvas, days: &Days) {
        if self.rows <= FEW_ROWS {
            for block in self.blocks.touched(days) {
                block.paint_days(canvas, days);
            }
            return;
        }
        let whole = stretch_of(days);
        if let Some(whole) = whole.clone() {
            self.stretch_union(whole).paint(canvas);
        }
        let whole = whole.unwrap_or_default();
        for block in self.blocks.outside_mut(days, &whole) {
            self.has_changed |= block.paint(canvas, days);
        }
    }

    /// What was seen of a stretch.
    fn stretch_union(&mut self, whole: Range<i64>) -> &Union {
        let (blocks, has_changed) = (&mut self.blocks, &mut self.has_changed);
        let stretch = Stretch::of(&mut self.stretches, whole.clone());
        stretch.union.get_or_insert_with(|| {
            *has_changed = true;
            let mut canvas = Canvas::default();
            for block in blocks.within_mut(&whole) {
                block.paint_whole(&mut canvas);
            }
            Union::of(&canvas)
        })
    }

    /// What trips of a stretch come to.
    fn stretch_tally(&mut self, whole: Range<i64>) -> &Tally {
        let (blocks, has_changed) = (&mut self.blocks, &mut self.has_changed);
        let stretch = Stretch::of(&mut self.stretches, whole.clone());
        stretch.tally.get_or_insert_with(|| {
            *has_changed = true;
            let mut joined = Joined::since(days_of(whole.start).start);
            for block in blocks.within_mut(&whole) {
                let first = block.days().start;
                joined.add(first, block.tally().0);
            }
            joined.done()
        })
    }

    /// What was seen of the words of a grid at some places of this region, as a canvas shows it. A grid is always asked
    /// for with the same places.
    pub fn measure(
        &mut self,
        id: GridId,
        grid: &RiskGrid,
        places: Range<usize>,
        canvas: &Canvas,
    ) -> Measured {
        let known = self.scales.len();
        let measured = self.scales.measure(id, grid, places, canvas);
        self.has_changed |= known != self.scales.len();
        measured
    }

    /// Paints what patrols that count saw at least once.
    pub fn paint_some(&self, canvas: &mut Canvas, days: &Days, counts: Sieve<'_>) {
        self.each_visit(days, |block, _, visit| {
            if counts(visit) {
                canvas.add(block.rows(visit));
            }
        });
    }

    /// Counts the visits of patrols that count: distinct patrols on distinct days.
    pub fn count(&self, reached: &mut Counts, days: &Days, counts: Sieve<'_>) {
        self.each_visit(days, |block, _, visit| {
            if counts(visit) {
                reached.add(block.rows(visit));
            }
        });
    }

    /// Shows every visit of a window with its block and day, in order.
    pub fn each_visit(&self, days: &Days, mut show: impl FnMut(&Block, i64, &Visit)) {
        for block in self.blocks.touched(days) {
            block.each_visit(days, |day, visit| show(block, day, visit));
        }
    }

    /// Shows what patrols did in a window: sums of the blocks that lie in it, and every visit of the others.
    pub fn each_piece(&mut self, days: &Days, mut show: impl FnMut(Piece<'_>)) {
        let whole = stretch_of(days);
        if let Some(whole) = whole.clone() {
            let first = days_of(whole.start).start;
            show(Piece::Block(first, self.stretch_tally(whole)));
        }
        let whole = whole.unwrap_or_default();
        for block in self.blocks.outside_mut(days, &whole) {
            let own = block.days();
            if days.start <= own.start && own.end <= days.end {
                let (tally, is_new) = block.tally();
                self.has_changed |= is_new;
                show(Piece::Block(own.start, tally));
            } else {
                block.each_visit(days, |day, visit| {
                    show(Piece::Visit(day, visit, block.trips(visit)));
                });
            }
        }
    }

    /// Memory in bytes, roughly, if that has changed since it was asked for last.
    pub fn weighed(&mut self) -> Option<usize> {
        std::mem::take(&mut self.has_changed).then(|| self.bytes())
    }

    fn bytes(&self) -> usize {
        let stretches = self.stretches.iter().map(Stretch::bytes);
        self.blocks.bytes()
            + stretches.sum::<usize>()
            + self.scales.bytes()
            + self.visited.capacity() * size_of::<i64>()
            + self.told.capacity() * size_of::<Told>()
            + size_of::<Self>()
    }
}

impl Stretch {
    /// The stretch of those blocks, last among those kept.
    fn of(kept: &mut Vec<Self>, blocks: Range<i64>) -> &mut Self {
        let known = kept.iter().position(|own| own.blocks == blocks);
        let own = known.map_or(
            Self {
                blocks,
                union: None,
                tally: None,
            },
            |at| kept.remove(at),
        );
        if kept.len() >= STRETCHES {
            kept.remove(0);
        }
        kept.push(own);
        let last = kept.len() - 1;
        &mut kept[last]
    }

    fn bytes(&self) -> usize {
        self.union.as_ref().map_or(0, Union::bytes)
            + self.tally.as_ref().map_or(0, Tally::bytes)
            + size_of::<Self>()
    }
}

/// Those of some days that lie in a block.
fn within(days: &Days, block: i64) -> Days {
    let all = days_of(block);
    all.start.max(days.start)..all.end.min(days.end)
}

/// The blocks that lie in a window, if they are worth keeping together.
fn stretch_of(days: &Days) -> Option<Range<i64>> {
    let first = block_of(days.start + BLOCK_D - 1);
    let end = block_of(days.end);
    (end - first >= STRETCH_BLOCKS).then_some(first..end)
}
