//! Settling: communes whose interval at the usual resolution is too wide are computed on finer cells.
//!
//! The resolution depends on the risk area alone, not on what was seen, so that masks can be kept for it before
//! anyone asks. Those masks are words two resolutions coarser than their cells, as always, and words stand in regions
//! of 2,401 (four resolutions coarser still), so that one row holds all that a walk saw of a hillside.

use h3o::Resolution;

use super::interval::{Measured, worst_bound};
use super::lattice::{Lattice, ParentCell};

/// The widest half width that a settled figure states, as a share: one percentage point.
pub const SETTLED_BOUND: f64 = 0.01;

/// The words of a region.
pub const REGION_WORDS: usize = 2_401;

/// The largest cell of a resolution, in terms of the mean (H3's tables: 1.197 at resolution 9).
const LARGEST_CELL: f64 = 1.2;

/// Whether a figure states more than it should leave open.
#[must_use]
pub fn is_unsettled(measured: &Measured) -> bool {
    measured.bound().is_some_and(|bound| bound > SETTLED_BOUND)
}

/// The coarsest lattice, from resolution 11 on, whose interval stays within [`SETTLED_BOUND`] whatever is seen of that
/// much risk area, even if every cell lies on the edge of it. Less than 11,000 m² in a whole commune gets the finest there
/// is, resolution 15, and its interval says what that leaves open.
#[must_use]
pub fn settling_resolution(risk_area_m2: f64) -> Lattice {
    let mut lattice = Lattice::CURRENT;
    while !settles(lattice, risk_area_m2) {
        match lattice.finer() {
            Some(finer) => lattice = finer,
            None => break,
        }
    }
    lattice
}

fn settles(lattice: Lattice, risk_area_m2: f64) -> bool {
    let cell_m2 = LARGEST_CELL * lattice.mask().area_m2();
    worst_bound(risk_area_m2, cell_m2) <= SETTLED_BOUND
}

/// The region that a word of a lattice belongs to; none for a number that is no word of it.
#[must_use]
pub fn region_of(lattice: Lattice, word: ParentCell) -> Option<ParentCell> {
    let cell = word
        .cell()
        .filter(|cell| cell.resolution() == lattice.parent())?;
    let resolution = u8::from(lattice.parent()).checked_sub(4)?;
    let region = cell.parent(Resolution::try_from(resolution).ok()?)?;
    Some(ParentCell::of(region))
}
