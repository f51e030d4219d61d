//! A honeycomb of small cells laid over the ground, with its corners pushed about.
//!
//! Boundaries run along its edges. Three edges meet at each corner, so the outline of any set of cells never
//! touches itself in a point, and two neighbours share the very same corners: no gap, no overlap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::dice::mix;
use super::ground::{Relief, Spot};
use super::number;

/// Length of a cell's side.
pub(super) const SIDE_M: f64 = 250.0;
/// Area of a cell: 3·√3/2·side².
pub(super) const CELL_M2: f64 = 2.598_076_211_353_316 * SIDE_M * SIDE_M;
/// Corners move by at most this share of a side; below 0.43 no two edges can cross.
const PUSH: f64 = 0.34;
const ROOT_3: f64 = 1.732_050_807_568_877_2;

/// The corner between three cells: the top or the bottom corner of one of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Corner {
    q: i64,
    r: i64,
    top: bool,
}

/// The honeycomb: a block of `width` × `height` cells around the middle.
pub(super) struct Lattice {
    seed: u64,
    width: i64,
    height: i64,
}

/// Offsets to the six neighbours, counter-clockwise from east.
const NEIGHBOURS: [(i64, i64); 6] = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)];

impl Lattice {
    /// A honeycomb that reaches so many metres to each side of the middle.
    pub(super) fn new(seed: u64, reach_m: f64) -> Self {
        let columns = number::whole(reach_m / (ROOT_3 * SIDE_M));
        let rows = number::whole(reach_m / (1.5 * SIDE_M));
        Self {
            seed: mix(seed ^ 0xce11),
            width: 2 * columns + 1,
            height: 2 * rows + 1,
        }
    }

    pub(super) fn cells(&self) -> usize {
        usize::try_from(self.width * self.height).unwrap_or(0)
    }

    fn index(&self, q: i64, r: i64) -> Option<usize> {
        let (column, row) = (q + r.div_euclid(2) + self.width / 2, r + self.height / 2);
        let within = (0..self.width).contains(&column) && (0..self.height).contains(&row);
        if within {
            usize::try_from(row * self.width + column).ok()
        } else {
            None
        }
    }

    fn axial(&self, cell: usize) -> (i64, i64) {
        let cell = i64::try_from(cell).unwrap_or(0);
        let r = cell / self.width - self.height / 2;
        (cell % self.width - self.width / 2 - r.div_euclid(2), r)
    }

    /// The middle of a cell.
    pub(super) fn spot(&self, cell: usize) -> Spot {
        let (q, r) = self.axial(cell);
        middle(q, r)
    }

    /// The cell at a spot (before its corners were pushed).
    pub(super) fn cell_at(&self, spot: Spot) -> Option<usize> {
        let r = number::whole(spot.north_m / (1.5 * SIDE_M));
        let nearest = (r - 1..=r + 1).filter_map(|r| {
            let column = spot.east_m / (ROOT_3 * SIDE_M) - number::millis(r) / 2.0;
            let q = number::whole(column);
            Some((
                number::whole(middle(q, r).distance_m(spot) * 1_000.0),
                self.index(q, r)?,
            ))
        });
        nearest.min().map(|(_, cell)| cell)
    }

    /// The six neighbours, counter-clockwise from east; none beyond the block.
    pub(super) fn neighbours(&self, cell: usize) -> [Option<usize>; 6] {
        let (q, r) = self.axial(cell);
        NEIGHBOURS.map(|(dq, dr)| self.index(q + dq, r + dr))
    }

    /// The ends of the edge towards each neighbour, counter-clockwise around the cell.
    pub(super) fn edges(&self, cell: usize) -> [(Corner, Corner); 6] {
        let (q, r) = self.axial(cell);
        let south_east = Corner {
            q: q + 1,
            r: r - 1,
            top: true,
        };
        let north_east = Corner {
            q,
            r: r + 1,
            top: false,
        };
        let north = Corner { q, r, top: true };
        let north_west = Corner {
            q: q - 1,
            r: r + 1,
            top: false,
        };
        let south_west = Corner {
            q,
            r: r - 1,
            top: true,
        };
        let south = Corner { q, r, top: false };
        [
            (south_east, north_east),
            (north_east, north),
            (north, north_west),
            (north_west, south_west),
            (south_west, south),
            (south, south_east),
        ]
    }

    /// Where a corner lies once pushed.
    pub(super) fn corner(&self, corner: Corner) -> Spot {
        let cell = middle(corner.q, corner.r);
        let word = corner.q.cast_unsigned().rotate_left(20) ^ corner.r.cast_unsigned();
        let word = mix(self.seed ^ mix(word ^ u64::from(corner.top) << 63));
        let turn = number::unit(word) * std::f64::consts::TAU;
        let push = PUSH * SIDE_M * number::unit(mix(word)).sqrt();
        let up = if corner.top { SIDE_M } else { -SIDE_M };
        Spot::new(cell.east_m, cell.north_m + up).moved(turn, push)
    }

    /// Lets each source spread over the allowed cells, cheapest first, until `limit` cells are taken; which
    /// source took each cell. Ridges and the river cost, so the fronts come to rest there.
    pub(super) fn spread(
        &self,
        sources: &[(usize, f64)],
        relief: Relief,
        allowed: &[bool],
        limit: usize,
    ) -> Vec<Option<usize>> {
        let ground: Vec<(f64, bool)> = (0..self.cells())
            .map(|cell| self.spot(cell))
            .map(|at| (relief.altitude_m(at), relief.river_offset_m(at) > 0.0))
            .collect();
        let mut owner = vec![None; self.cells()];
        let mut taken = 0;
        let mut front: BinaryHeap<_> = sources
            .iter()
            .enumerate()
            .map(|(who, &(cell, _))| Reverse((0, cell, who)))
            .collect();
        while let Some(Reverse((cost, cell, who))) = front.pop() {
            if taken == limit || owner[cell].is_some() {
                continue;
            }
            owner[cell] = Some(who);
            taken += 1;
            for next in self.neighbours(cell).into_iter().flatten() {
                if allowed[next] && owner[next].is_none() {
                    let step = step_cost(ground[cell], ground[next]) * sources[who].1;
                    front.push(Reverse((cost + number::whole(step * 1_000.0), next, who)));
                }
            }
        }
        owner
    }
}

/// Climbing costs more than in proportion, so that fronts meet on crests.
fn step_cost(from: (f64, bool), to: (f64, bool)) -> f64 {
    let river = if from.1 == to.1 { 0.0 } else { 9.0 };
    let climb = (to.0 - from.0).abs() / 38.0;
    0.35 + climb * climb.sqrt() + river
}

fn middle(q: i64, r: i64) -> Spot {
    let (q, r) = (number::millis(q), number::millis(r));
    Spot::new(ROOT_3 * SIDE_M * (q + r / 2.0), 1.5 * SIDE_M * r)
}
