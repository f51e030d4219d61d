//! Which cells of a word touch given ones, seven bits at a time.

use std::sync::OnceLock;

use super::lattice::{CHILDREN, Lattice, bits};

const STEP_BITS: usize = 7;
const STEPS: usize = CHILDREN / STEP_BITS;

/// The neighbours of every combination of seven cells of a word.
#[derive(Debug)]
pub(super) struct Beside([[u64; 1 << STEP_BITS]; STEPS]);

/// One table for each resolution that masks can have.
static TABLES: [OnceLock<Beside>; 16] = [const { OnceLock::new() }; 16];

impl Beside {
    /// The table of a lattice, made once per process.
    pub(super) fn of(lattice: Lattice) -> Option<&'static Self> {
        let table = TABLES.get(usize::from(u8::from(lattice.mask())))?;
        Some(table.get_or_init(|| Self::build(&lattice.neighbours())))
    }

    fn build(neighbours: &[u64; CHILDREN]) -> Self {
        let mut tables = [[0; 1 << STEP_BITS]; STEPS];
        for (table, own) in tables.iter_mut().zip(neighbours.chunks(STEP_BITS)) {
            for (chosen, all) in (0..).zip(table.iter_mut()) {
                let near = bits(chosen).filter_map(|bit| own.get(bit as usize));
                *all = near.fold(0, |all, near| all | near);
            }
        }
        Self(tables)
    }

    /// The cells that touch, under the same parent, one of those cells.
    pub(super) fn cells(&self, mask: u64) -> u64 {
        let steps = self.0.iter().enumerate();
        steps.fold(0, |all, (step, table)| {
            let chosen = mask >> (step * STEP_BITS) & ((1 << STEP_BITS) - 1);
            let near = usize::try_from(chosen).ok().and_then(|at| table.get(at));
            all | near.copied().unwrap_or(0)
        })
    }
}
