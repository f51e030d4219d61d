//! What is known of one region over time: blocks of 32 days, in columns, with unions over 8, 32 and 256 days.
//!
//! A window is painted from the fewest unions that fit into it; they are made when first needed and forgotten when a
//! day under them changes. Which days are loaded is the caller's business: what is not loaded counts as unseen.

use std::collections::BTreeMap;
use std::ops::Range;

use super::block::{Block, DayDraft, Trip, Union, Visit};
use super::canvas::{Canvas, Counts};
use super::tally::Tally;

/// Days in a block.
pub const BLOCK_D: i64 = 32;
/// Blocks in an era.
const ERA_BLOCKS: i64 = 8;

/// Local days since 1970-01-01, the end excluded.
pub type Days = Range<i64>;

/// Whether a patrol counts.
pub type Sieve<'a> = &'a (dyn Fn(&Visit) -> bool + Sync);

/// A part of what patrols did in a window.
#[derive(Debug)]
pub enum Piece<'a> {
    /// What all trips of a block come to that begins on that day.
    Block(i64, &'a Tally),
    /// A visit on a day with its trips.
    Visit(i64, &'a Visit, &'a [Trip]),
}

/// One region over time.
#[derive(Debug, Default)]
pub struct Timeline {
    /// Apart from the tree, whose nodes are half empty.
    blocks: BTreeMap<i64, Box<Block>>,
    eras: BTreeMap<i64, Union>,
    /// Something was added since it was weighed last.
    has_changed: bool,
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
    /// The first and the last block of a window that are not loaded.
    #[must_use]
    pub fn missing(&self, days: &Days) -> Option<(i64, i64)> {
        let blocks = block_of(days.start)..=block_of(days.end - 1);
        let all = usize::try_from(blocks.end() - blocks.start() + 1).ok();
        if Some(self.blocks.range(blocks.clone()).count()) == all {
            return None;
        }
        let mut missing = blocks.filter(|block| !self.blocks.contains_key(block));
        let first = missing.next()?;
        Some((first, missing.next_back().unwrap_or(first)))
    }

    /// Sets everything that is known of the days of a block.
    pub fn set_block(&mut self, number: i64, days: Vec<(i64, DayDraft)>) {
        self.eras.remove(&number.div_euclid(ERA_BLOCKS));
        self.has_changed = true;
        self.blocks
            .insert(number, Box::new(Block::of(days_of(number).start, days)));
    }

    /// Whether a day is loaded.
    #[must_use]
    pub fn holds(&self, day: i64) -> bool {
        self.blocks.contains_key(&block_of(day))
    }

    /// Sets everything that is known of one day whose block is loaded.
    pub fn set_day(&mut self, day: i64, draft: DayDraft) {
        let number = block_of(day);
        if let Some(block) = self.blocks.get_mut(&number) {
            block.set_day(day, draft);
            self.has_changed = true;
            self.eras.remove(&number.div_euclid(ERA_BLOCKS));
        }
    }

    /// Paints what was seen at least once.
    pub fn paint(&mut self, canvas: &mut Canvas, days: &Days) {
        let (mut number, last) = (block_of(days.start), block_of(days.end - 1));
        while number <= last {
            let era = number.div_euclid(ERA_BLOCKS);
            let era_days = days_of(era * ERA_BLOCKS).start..days_of((era + 1) * ERA_BLOCKS - 1).end;
            if days.start <= era_days.start && era_days.end <= days.end {
                self.era(era).paint(canvas);
                number = (era + 1) * ERA_BLOCKS;
            } else {
                if let Some(block) = self.blocks.get_mut(&number) {
                    self.has_changed |= block.paint(canvas, days);
                }
                number += 1;
            }
        }
    }

    fn era(&mut self, era: i64) -> &Union {
        let (blocks, has_changed) = (&mut self.blocks, &mut self.has_changed);
        self.eras.entry(era).or_insert_with(|| {
            *has_changed = true;
            let mut canvas = Canvas::default();
            let numbers = era * ERA_BLOCKS..(era + 1) * ERA_BLOCKS;
            for (_, block) in blocks.range_mut(numbers) {
                block.paint_whole(&mut canvas);
            }
            Union::of(&canvas)
        })
    }

    /// Paints what patrols that count saw at least once.
    pub fn paint_some(&self, canvas: &mut Canvas, days: &Days, counts: Sieve<'_>) {
        self.each_visit(days, |block, _, visit| {
            if counts(visit) {
                let (positions, masks) = block.rows(visit);
                canvas.add(positions, masks);
            }
        });
    }

    /// Counts the visits of patrols that count: distinct patrols on distinct days.
    pub fn count(&self, reached: &mut Counts, days: &Days, counts: Sieve<'_>) {
        self.each_visit(days, |block, _, visit| {
            if counts(visit) {
                let (positions, masks) = block.rows(visit);
                reached.add(positions, masks);
            }
        });
    }

    /// Shows every visit of a window with its block and day, in order.
    pub fn each_visit(&self, days: &Days, mut show: impl FnMut(&Block, i64, &Visit)) {
        let blocks = block_of(days.start)..=block_of(days.end - 1);
        for (_, block) in self.blocks.range(blocks) {
            block.each_visit(days, |day, visit| show(block, day, visit));
        }
    }

    /// Shows what patrols did in a window: sums of the blocks that lie in it, and every visit of the others.
    pub fn each_piece(&mut self, days: &Days, mut show: impl FnMut(Piece<'_>)) {
        let blocks = block_of(days.start)..=block_of(days.end - 1);
        for (number, block) in self.blocks.range_mut(blocks) {
            let own = days_of(*number);
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
        let blocks: usize = self.blocks.values().map(|own| own.bytes()).sum();
        blocks + self.eras.values().map(Union::bytes).sum::<usize>() + size_of::<Self>()
    }
}
