//! What is known of one region over time: blocks of 32 days, in columns, with unions over 8, 32 and 256 days.
//!
//! A window is painted from the fewest unions that fit into it; they are made when first needed and forgotten when a
//! day under them changes. Which days are loaded is the caller's business: what is not loaded counts as unseen.

use std::collections::BTreeMap;
use std::ops::Range;

use super::block::{Block, DayDraft, Union, Visit};
use super::canvas::{Canvas, Counts};

/// Days in a block.
pub const BLOCK_D: i64 = 32;
/// Blocks in an era.
const ERA_BLOCKS: i64 = 8;

/// Local days since 1970-01-01, the end excluded.
pub type Days = Range<i64>;

/// Whether a patrol counts.
pub type Sieve<'a> = &'a (dyn Fn(&Visit) -> bool + Sync);

/// One region over time.
#[derive(Debug, Default)]
pub struct Timeline {
    blocks: BTreeMap<i64, Block>,
    eras: BTreeMap<i64, Union>,
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
        let mut missing = blocks.filter(|block| !self.blocks.contains_key(block));
        let first = missing.next()?;
        Some((first, missing.next_back().unwrap_or(first)))
    }

    /// Sets everything that is known of the days of a block.
    pub fn set_block(&mut self, number: i64, days: Vec<(i64, DayDraft)>) {
        self.eras.remove(&number.div_euclid(ERA_BLOCKS));
        self.blocks
            .insert(number, Block::of(days_of(number).start, days));
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
                    block.paint(canvas, days);
                }
                number += 1;
            }
        }
    }

    fn era(&mut self, era: i64) -> &Union {
        let blocks = &mut self.blocks;
        self.eras.entry(era).or_insert_with(|| {
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

    /// Memory in bytes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let blocks: usize = self.blocks.values().map(Block::bytes).sum();
        blocks + self.eras.values().map(Union::bytes).sum::<usize>() + size_of::<Self>()
    }
}
