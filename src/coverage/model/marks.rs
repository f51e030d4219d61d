//! Days of a window by their numbers.

use super::lattice::bits;

/// Words of a year's days.
const YEAR_WORDS: usize = 6;

/// Days by their numbers in a window, a bit for each. A year's lie in the value itself, so that the effort of thousands of
/// communes is summed without asking for memory for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    year: [u64; YEAR_WORDS],
    rest: Vec<u64>,
}

impl Marks {
    /// The numbers, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        let words = (0_u32..).zip(self.words());
        words.flat_map(|(at, word)| bits(word).map(move |bit| at * u64::BITS + bit))
    }

    /// The same, 64 days in each.
    pub(super) fn words(&self) -> impl Iterator<Item = u64> {
        self.year.iter().chain(&self.rest).copied()
    }

    /// Marks those of 64 days that have a bit.
    pub(super) fn add(&mut self, at: usize, word: u64) {
        if let Some(own) = self.year.get_mut(at) {
            *own |= word;
            return;
        }
        let at = at - YEAR_WORDS;
        if self.rest.len() <= at {
            self.rest.resize(at + 1, 0);
        }
        if let Some(own) = self.rest.get_mut(at) {
            *own |= word;
        }
    }

    /// Marks what another has marked.
    pub(super) fn join(&mut self, other: &Self) {
        if self.rest.len() < other.rest.len() {
            self.rest.resize(other.rest.len(), 0);
        }
        let own = self.year.iter_mut().chain(&mut self.rest);
        for (own, word) in own.zip(other.words()) {
            *own |= word;
        }
    }
}
