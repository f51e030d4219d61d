//! How much of each child of a parent lies within a shape.
//!
//! Computing the corners of 49 cells is what costs, so it is done only for those that a side of the shape comes near.
//! The others are wholly in or out, and are as large as the child in the middle: over one parent, areas differ by less
//! than 1e-4 and evenly to all sides.

use h3o::CellIndex;

use super::clip::{self, Ring};
use super::near::Part;
use crate::coverage::model::lattice::{CHILDREN, Frame, Lattice, bits};
use crate::coverage::model::plane::Plane;

/// A cell cut to within this share of its area counts as whole.
const WHOLE: f64 = 1.0 - 1e-6;
/// Room for what a cell's corners lie further out than those of the child in the middle.
const WIDER: f64 = 1.1;

/// How much of each child of one parent is at risk.
pub(super) struct Shares {
    lattice: Lattice,
    parent: CellIndex,
    plane: Plane,
    /// The area of the child in the middle, in m².
    cell_m2: f64,
    /// The corners of a child lie within this of its centre, in metres.
    reach_m: f64,
    /// Where the children are, once that is needed.
    cells: Option<Box<Frame>>,
    all: u64,
    /// The children wholly at risk,
    whole: u64,
    /// and how much of the others is, in m².
    part_m2: [f64; CHILDREN],
}

/// What the shares of one parent come to, in whole dm².
pub(super) struct Weights {
    /// The children wholly at risk, and what they weigh together.
    pub(super) whole: u64,
    pub(super) whole_dm2: u32,
    /// The children partly at risk, and the weight of each in the order of bits.
    pub(super) part: u64,
    pub(super) part_dm2: Vec<u32>,
    /// What a child wholly at risk weighs.
    pub(super) cell_dm2: u32,
}

impl Shares {
    pub(super) fn of(lattice: Lattice, parent: CellIndex, plane: &Plane) -> Self {
        let middle = parent.center_child(lattice.mask());
        let outline = middle.map_or_else(Ring::new, |cell| outline(cell, plane));
        let reach = outline.iter().map(|corner| corner.length());
        let reach_m = WIDER * reach.fold(0.0, f64::max);
        Self {
            lattice,
            parent,
            plane: *plane,
            cell_m2: clip::signed_area_m2(&outline),
            // The child in the middle of a pentagon is like no other.
            reach_m: if parent.is_pentagon() {
                f64::INFINITY
            } else {
                reach_m
            },
            cells: None,
            all: lattice.all_children(parent),
            whole: 0,
            part_m2: [0.0; CHILDREN],
        }
    }

    /// Adds the part of a polygon around the parent.
    pub(super) fn add(&mut self, part: &Part) {
        if part.is_whole && !self.parent.is_pentagon() {
            self.whole = self.all;
            return;
        }
        let rings = &part.rings;
        let (lattice, parent) = (self.lattice, self.parent);
        let cells = self
            .cells
            .get_or_insert_with(|| Box::new(Frame::of(lattice, parent)));
        for bit in bits(self.all & !self.whole) {
            let (Some(centre), Some(part_m2)) =
                (cells.centre(bit), self.part_m2.get_mut(bit as usize))
            else {
                continue;
            };
            let is_whole = if clip::comes_near(rings, centre, self.reach_m) {
                let cell = parent.child_at(u64::from(bit), lattice.mask());
                let outline = cell.map_or_else(Ring::new, |cell| outline(cell, &self.plane));
                *part_m2 += clip::area_m2(&clip::cut(rings, &outline));
                *part_m2 >= WHOLE * clip::signed_area_m2(&outline)
            } else {
                clip::holds(rings, centre)
            };
            if is_whole {
                self.whole |= 1 << bit;
            }
        }
    }

    /// The weights, and what rounding left over: where all parents are alike, it would add up.
    pub(super) fn weights(&self, left_over_m2: &mut f64) -> Weights {
        let mut whole = 0;
        if self.whole != 0 {
            *left_over_m2 += f64::from(self.whole.count_ones()) * self.cell_m2;
            whole = whole_dm2(*left_over_m2);
            *left_over_m2 -= f64::from(whole) / 100.0;
        }
        let mut weights = Weights {
            whole: self.whole,
            whole_dm2: whole,
            part: 0,
            part_dm2: Vec::new(),
            cell_dm2: whole_dm2(self.cell_m2),
        };
        for bit in bits(self.all & !self.whole) {
            let part = self.part_m2.get(bit as usize).copied().map_or(0, whole_dm2);
            if part > 0 {
                weights.part |= 1 << bit;
                weights.part_dm2.push(part);
            }
        }
        weights
    }
}

fn outline(cell: CellIndex, plane: &Plane) -> Ring {
    let corners = cell.boundary();
    corners.iter().map(|at| plane.place_centre(*at)).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a parent of resolution 8 or finer has less than 1e8 dm²; the cast saturates"
)]
fn whole_dm2(area_m2: f64) -> u32 {
    (area_m2 * 100.0).round() as u32
}
