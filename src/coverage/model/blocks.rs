//! The blocks of a region in the order of their days. There are some ten of them a year, so a list is gone along faster than
//! a tree.

use std::ops::Range;

use super::block::Block;
use super::timeline::{Days, block_of, days_of};

/// Blocks by their numbers.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// Apart from the blocks, so that looking for one touches none.
    numbers: Vec<i64>,
    all: Vec<Block>,
}

impl Blocks {
    /// The block of a number, if it is there.
    pub(super) fn get(&self, number: i64) -> Option<&Block> {
        let at = self.numbers.binary_search(&number).ok()?;
        self.all.get(at)
    }

    /// The block of a number; one of which nothing is known yet, if it was not there.
    pub(super) fn get_or_begin(&mut self, number: i64) -> &mut Block {
        let at = match self.numbers.binary_search(&number) {
            Ok(at) => at,
            Err(at) => {
                self.numbers.insert(at, number);
                self.all.reserve_exact(1);
                self.all.insert(at, Block::beginning(days_of(number).start));
                at
            }
        };
        &mut self.all[at]
    }

    /// All of them.
    pub(super) fn each(&self) -> impl Iterator<Item = &Block> {
        self.all.iter()
    }

    /// Those that some days lie in.
    pub(super) fn touched(&self, days: &Days) -> &[Block] {
        let places = self.places(&touched(days));
        self.all.get(places).unwrap_or_default()
    }

    /// Those of some numbers.
    pub(super) fn within_mut(&mut self, numbers: &Range<i64>) -> &mut [Block] {
        let places = self.places(numbers);
        self.all.get_mut(places).unwrap_or_default()
    }

    /// Those that some days lie in, but for those of some numbers that follow one another.
    pub(super) fn outside_mut(
        &mut self,
        days: &Days,
        without: &Range<i64>,
    ) -> impl Iterator<Item = &mut Block> {
        let (all, gap) = (self.places(&touched(days)), self.places(without));
        let from = gap.start.max(all.start).min(all.end);
        let to = gap.end.max(from).min(all.end);
        let (before, after) = self.all.split_at_mut(to);
        let before = before.get_mut(all.start..from).unwrap_or_default();
        let after = after.get_mut(..all.end - to).unwrap_or_default();
        before.iter_mut().chain(after)
    }

    /// Memory in bytes, roughly.
    pub(super) fn bytes(&self) -> usize {
        let unused = self.all.capacity() - self.all.len();
        let blocks = self.all.iter().map(Block::bytes);
        blocks.sum::<usize>()
            + unused * size_of::<Block>()
            + self.numbers.capacity() * size_of::<i64>()
    }

    fn places(&self, numbers: &Range<i64>) -> Range<usize> {
        let before = |number: i64| self.numbers.partition_point(|own| *own < number);
        before(numbers.start)..before(numbers.end)
    }
}

/// The numbers of the blocks that some days lie in.
const fn touched(days: &Days) -> Range<i64> {
    block_of(days.start)..block_of(days.end - 1) + 1
}
