//! What a walk sweeps: the cells whose centre lies within the radius of it.
//!
//! Each leg is judged against each near parent on the plane at that parent's centre, so a cell's bit
//! depends on the leg and the cell alone, not on order or on other legs. Distances are true to 5e-5
//! (5 mm at 100 m) between 8 and 24 degrees of latitude; legs across the 180th meridian earn nothing.

use std::collections::HashMap;

use geo::Coord;
use h3o::{CellIndex, LatLng};

use super::lattice::{Frame, Lattice, ParentCell, ParentMask, bits};
use super::plane::{Metres, Plane};
use crate::geo::position::Position;

/// A piece of a walk that earns coverage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Walked {
    /// A good fix.
    Disc {
        /// Where.
        at: Position,
    },
    /// A credible leg between two good fixes; includes the discs of both ends.
    Corridor {
        /// The earlier end.
        from: Position,
        /// The later end.
        to: Position,
    },
}

/// Longer corridors are cut, so that every piece lies within the neighbourhood of its home cell.
const LONGEST_PIECE_M: f64 = 300.0;
/// H3 cells vary in size. In terms of the mean edge of their resolution, the centres of a cell's
/// children and its own corners lie within this of its centre,
const WIDEST_REACH: f64 = 1.2;
/// and each ring of cells around one lies at least this further out.
const NARROWEST_RING: f64 = 1.15;

/// The cells swept by the pieces of a walk, as masks sorted by parent.
#[must_use]
pub fn sweep(lattice: Lattice, radius_cm: u32, walked: &[Walked]) -> Vec<ParentMask> {
    let mut sweep = Sweep::new(lattice, radius_cm);
    for piece in walked {
        sweep.add(*piece);
    }
    sweep.into_masks()
}

/// A sweep in progress: one footprint of one walk.
#[derive(Debug)]
pub struct Sweep {
    lattice: Lattice,
    radius_m: f64,
    seen: Vec<Seen>,
    index: HashMap<CellIndex, usize>,
    home: Option<Home>,
}

#[derive(Debug)]
struct Seen {
    parent: CellIndex,
    frame: Option<Box<Frame>>,
    mask: u64,
}

/// The cell where the walk is, and every parent that a piece starting there may touch.
#[derive(Debug)]
struct Home {
    plane: Plane,
    near: Vec<(usize, Metres)>,
}

impl Sweep {
    /// An empty sweep at that radius; radius 0 sweeps nothing.
    #[must_use]
    pub fn new(lattice: Lattice, radius_cm: u32) -> Self {
        Self {
            lattice,
            radius_m: f64::from(radius_cm) / 100.0,
            seen: Vec::new(),
            index: HashMap::new(),
            home: None,
        }
    }

    /// Adds a piece of the walk. Cheapest when pieces come in the order of the walk.
    pub fn add(&mut self, piece: Walked) {
        if self.radius_m == 0.0 {
            return;
        }
        let (from, to) = match piece {
            Walked::Disc { at } => (at.to_coord(), at.to_coord()),
            Walked::Corridor { from, to } => (from.to_coord(), to.to_coord()),
        };
        if (to.x - from.x).abs() < 180.0 {
            self.add_leg(from, to);
        }
    }

    fn add_leg(&mut self, from: Coord<f64>, to: Coord<f64>) {
        let length_m = rough_length_m(from, to);
        let pieces = (length_m / LONGEST_PIECE_M).ceil().max(1.0);
        let mut start = from;
        let mut n = 1.0;
        while n <= pieces {
            let end = if n < pieces {
                from + (to - from) * (n / pieces)
            } else {
                to
            };
            self.add_piece(start, end);
            start = end;
            n += 1.0;
        }
    }

    fn add_piece(&mut self, from: Coord<f64>, to: Coord<f64>) {
        let edge_m = self.lattice.parent_edge_m();
        let roam_m = LONGEST_PIECE_M + WIDEST_REACH * edge_m;
        let stays = |home: &Home| {
            home.plane.place(from).length() <= roam_m && home.plane.place(to).length() <= roam_m
        };
        let home = match self.home.take().filter(stays) {
            Some(home) => home,
            None => match self.settle(from, roam_m) {
                Some(home) => home,
                None => return,
            },
        };
        let here = Segment::new(home.plane.place(from), home.plane.place(to));
        let near_m = self.radius_m + WIDEST_REACH * edge_m;
        for (slot, centre) in &home.near {
            if here.distance_squared(centre.east, centre.north) <= near_m * near_m
                && let Some(seen) = self.seen.get_mut(*slot)
            {
                seen.add(self.lattice, self.radius_m, from, to);
            }
        }
        self.home = Some(home);
    }

    fn settle(&mut self, at: Coord<f64>, roam_m: f64) -> Option<Home> {
        let edge_m = self.lattice.parent_edge_m();
        let cell = LatLng::new(at.y, at.x).ok()?.to_cell(self.lattice.parent());
        let plane = Plane::at(LatLng::from(cell));
        let far_m = roam_m + self.radius_m + WIDEST_REACH * edge_m;
        let near = cell.grid_disk::<Vec<_>>(rings(far_m, edge_m));
        let near = near.into_iter().map(|parent| {
            let centre = plane.place_centre(LatLng::from(parent));
            let slot = *self.index.entry(parent).or_insert(self.seen.len());
            if slot == self.seen.len() {
                self.seen.push(Seen {
                    parent,
                    frame: None,
                    mask: 0,
                });
            }
            (slot, centre)
        });
        Some(Home {
            plane,
            near: near.collect(),
        })
    }

    /// The cells swept so far, sorted by parent.
    #[must_use]
    pub fn into_masks(self) -> Vec<ParentMask> {
        let touched = self.seen.into_iter().filter(|seen| seen.mask != 0);
        let mut masks: Vec<_> = touched
            .map(|seen| ParentMask {
                parent: ParentCell::of(seen.parent),
                mask: seen.mask,
            })
            .collect();
        masks.sort_unstable();
        masks
    }
}

/// How many rings of parents around a cell hold everything that far from its centre.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few rings: distances are bounded by the widest radius and the longest piece"
)]
pub(super) fn rings(far_m: f64, edge_m: f64) -> u32 {
    (far_m / (NARROWEST_RING * edge_m)).max(1.0) as u32
}

fn rough_length_m(from: Coord<f64>, to: Coord<f64>) -> f64 {
    LatLng::new(f64::midpoint(from.y, to.y), f64::midpoint(from.x, to.x)).map_or(0.0, |middle| {
        Plane::at(middle)
            .place(from)
            .minus(Plane::at(middle).place(to))
            .length()
    })
}

impl Seen {
    fn add(&mut self, lattice: Lattice, radius_m: f64, from: Coord<f64>, to: Coord<f64>) {
        let parent = self.parent;
        let frame = self
            .frame
            .get_or_insert_with(|| Box::new(Frame::of(lattice, parent)));
        if self.mask == frame.all {
            return;
        }
        let leg = Segment::new(frame.place(from), frame.place(to));
        let near_m = radius_m + frame.reach_m;
        if leg.distance_squared(0.0, 0.0) > near_m * near_m {
            return;
        }
        let limit = radius_m * radius_m;
        for bit in bits(frame.all & !self.mask) {
            if let (Some(east), Some(north)) =
                (frame.east.get(bit as usize), frame.north.get(bit as usize))
                && leg.distance_squared(*east, *north) <= limit
            {
                self.mask |= 1 << bit;
            }
        }
    }
}

/// A straight leg on a plane; both ends may be one.
struct Segment {
    from: Metres,
    along: Metres,
    per_length_squared: f64,
}

impl Segment {
    fn new(from: Metres, to: Metres) -> Self {
        let along = to.minus(from);
        let length_squared = along.east * along.east + along.north * along.north;
        let per_length_squared = if length_squared > 0.0 {
            1.0 / length_squared
        } else {
            0.0
        };
        Self {
            from,
            along,
            per_length_squared,
        }
    }

    fn distance_squared(&self, east: f64, north: f64) -> f64 {
        let (east, north) = (east - self.from.east, north - self.from.north);
        let along = (east * self.along.east + north * self.along.north) * self.per_length_squared;
        let along = along.clamp(0.0, 1.0);
        let (east, north) = (
            east - along * self.along.east,
            north - along * self.along.north,
        );
        east * east + north * north
    }
}
