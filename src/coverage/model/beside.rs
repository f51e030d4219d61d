//! Which cells of a word lie along the edge of given ones, seven bits at a time.

use std::sync::OnceLock;

use super::lattice::{CHILDREN, Lattice, bits};
use super::region::FULL;

const STEP_BITS: usize = 7;
const STEPS: usize = CHILDREN / STEP_BITS;
const CHOICES: usize = 1 << STEP_BITS;

/// The neighbours of every combination of seven cells of a word, and those of the others of the seven.
#[derive(Debug)]
pub(super) struct Beside([[[u64; 2]; CHOICES]; STEPS]);

/// One table for each resolution that masks can have.
static TABLES: [OnceLock<Beside>; 16] = [const { OnceLock::new() }; 16];

impl Beside {
    /// The table of a lattice, made once per process.
    pub(super) fn of(lattice: Lattice) -> Option<&'static Self> {
        let table = TABLES.get(usize::from(u8::from(lattice.mask())))?;
        Some(table.get_or_init(|| Self::build(&lattice.neighbours())))
    }

    fn build(neighbours: &[u64; CHILDREN]) -> Self {
        let mut tables = [[[0; 2]; CHOICES]; STEPS];
        for (table, own) in tables.iter_mut().zip(neighbours.chunks(STEP_BITS)) {
            let all = |chosen: u64| {
                let near = bits(chosen).filter_map(|bit| own.get(bit as usize));
                near.fold(0_u64, |all, near| all | near)
            };
            let others = (1 << STEP_BITS) - 1;
            for (chosen, entry) in (0..).zip(table.iter_mut()) {
                *entry = [all(chosen), all(chosen ^ others)];
            }
        }
        Self(tables)
    }

    /// The cells on either side of the edge of those cells, within their word: seen ones beside one that is not, and unseen
    /// ones beside one that is.
    pub(super) fn edge(&self, seen: u64) -> u64 {
        let (mut beside_seen, mut beside_unseen) = (0, 0);
        for (step, table) in self.0.iter().enumerate() {
            let chosen = seen >> (step * STEP_BITS) & ((1 << STEP_BITS) - 1);
            let near = usize::try_from(chosen).ok().and_then(|at| table.get(at));
            let [of_seen, of_unseen] = near.copied().unwrap_or_default();
            beside_seen |= of_seen;
            beside_unseen |= of_unseen;
        }
        (seen & beside_unseen) | (!seen & FULL & beside_seen)
    }
}
