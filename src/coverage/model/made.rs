//! What was made of a block when it was first needed.

use super::tally::Tally;
use super::union::Union;

/// Unions over some days of a block and over all of them, and its sums.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) steps: [Option<Union>; 4],
    pub(super) whole: Option<Union>,
    pub(super) tally: Option<Tally>,
}

impl Made {
    /// Memory in bytes, roughly.
    pub(super) fn bytes(&self) -> usize {
        let unions = self.steps.iter().chain([&self.whole]).flatten();
        size_of::<Self>()
            + self.tally.as_ref().map_or(0, Tally::bytes)
            + unions.map(Union::bytes).sum::<usize>()
    }
}
