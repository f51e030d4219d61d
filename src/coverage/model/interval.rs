//! How far a figure from masks may lie from the exact one.
//!
//! A cell is counted whole when its centre was seen, so only cells along the edge of what was seen
//! err, some up and some down. The error therefore grows with the square root of their number.
//! `docs/coverage-error.md` says how the constants were calibrated and checked.

use std::iter::Sum;
use std::ops::Add;

use super::risk::RiskGrid;

/// Cells of error per square root of an edge cell, in 99.9 % of communes and windows.
/// Calibrated on seeds 1 to 200 and 1001 to 1200, checked on seeds 3001 to 3200 and 4001 to 4048, 2026-11-24.
pub const CELLS_PER_ROOT_EDGE_CELL: f64 = 0.8;

/// The same for cells of less than [`FINE_CELL_M2`]. A leg is straight over hundreds of them, and where it runs along a row
/// of cells, all of the row errs to one side.
pub const FINE_CELLS_PER_ROOT_EDGE_CELL: f64 = 1.0;

/// Cells of resolutions 14 and 15 are smaller than this.
pub const FINE_CELL_M2: f64 = 10.0;

/// Cells of error whatever the edge: a disc that reaches into risk and touches no centre.
pub const CELLS_AT_LEAST: f64 = 1.0;

/// The weights that a coverage figure and its error are made of, in dm². They add up over communes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measured {
    /// All cells at risk.
    pub total_dm2: u64,
    /// Those that were seen.
    pub covered_dm2: u64,
    /// Those beside the edge of what was seen, on either side.
    pub edge_dm2: u64,
    /// One cell wholly at risk; of several communes, the largest.
    pub cell_dm2: u64,
}

impl Measured {
    pub(super) fn unseen(grid: &RiskGrid) -> Self {
        Self {
            total_dm2: grid.total_dm2(),
            cell_dm2: grid.cell_dm2(),
            ..Self::default()
        }
    }

    /// The covered share, 0 to 1; `None` without risk.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a country has 3e15 dm², less than 2^53"
    )]
    pub fn share(&self) -> Option<f64> {
        (self.total_dm2 > 0).then(|| self.covered_dm2 as f64 / self.total_dm2 as f64)
    }

    /// The half width of the 99.9 % interval around the share; `None` without risk.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a country has 3e15 dm², less than 2^53"
    )]
    pub fn bound(&self) -> Option<f64> {
        let [total_m2, edge_m2, cell_m2] =
            [self.total_dm2, self.edge_dm2, self.cell_dm2].map(|dm2| dm2 as f64 / 100.0);
        (self.total_dm2 > 0).then(|| half_width(total_m2, edge_m2, cell_m2))
    }
}

/// The half width of the interval, as a share, if every cell at risk lies on the edge of what was seen.
#[must_use]
pub fn worst_bound(risk_area_m2: f64, cell_m2: f64) -> f64 {
    if risk_area_m2 > 0.0 {
        half_width(risk_area_m2, risk_area_m2, cell_m2)
    } else {
        1.0
    }
}

fn half_width(total_m2: f64, edge_m2: f64, cell_m2: f64) -> f64 {
    let per_root = if cell_m2 < FINE_CELL_M2 {
        FINE_CELLS_PER_ROOT_EDGE_CELL
    } else {
        CELLS_PER_ROOT_EDGE_CELL
    };
    let edge_cells = edge_m2 / cell_m2.max(0.01);
    let cells = CELLS_AT_LEAST + per_root * edge_cells.sqrt();
    (cells * cell_m2 / total_m2).min(1.0)
}

impl Add for Measured {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            total_dm2: self.total_dm2 + other.total_dm2,
            covered_dm2: self.covered_dm2 + other.covered_dm2,
            edge_dm2: self.edge_dm2 + other.edge_dm2,
            cell_dm2: self.cell_dm2.max(other.cell_dm2),
        }
    }
}

impl Sum for Measured {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}
