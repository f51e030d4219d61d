//! What a walk sweeps: the cells whose centre lies within the radius of it.
//!
//! Each leg is judged against each near parent on the plane at that parent's centre, so a cell's bit
//! depends on the leg and the cell alone, not on order or on other legs. Distances are true to 5e-5
//! (5 mm at 100 m) between 8 and 24 degrees of latitude; legs across the 180th meridian earn nothing.

mod footprint;
mod ground;
mod pattern;
mod segment;

use geo::Coord;
use h3o::LatLng;

use super::lattice::{Lattice, ParentCell, ParentMask};
use super::plane::Plane;
use crate::geo::position::Position;
use footprint::{Footprint, LONGEST_SLEEP_M, Leg, Stay};
use ground::Ground;
pub(super) use ground::rings;
pub(super) use segment::Segment;

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

/// Longer corridors are cut, so that every piece lies within the neighbourhood of its home.
const LONGEST_PIECE_M: f64 = 300.0;
/// Between pieces of a walk that lie farther apart, no distance is trusted.
const LONGEST_JUMP_M: f64 = 1_000.0;

/// The cells swept by the pieces of a walk, as masks sorted by parent.
#[must_use]
pub fn sweep(lattice: Lattice, radius_cm: u32, walked: &[Walked]) -> Vec<ParentMask> {
    let mut each = Sweep::new(lattice, &[radius_cm]).swept(walked).into_iter();
    each.next().unwrap_or_default()
}

/// The same for several radii at once, in their order: cheaper than one after the other.
#[must_use]
pub fn sweep_each(lattice: Lattice, radii_cm: &[u32], walked: &[Walked]) -> Vec<Vec<ParentMask>> {
    Sweep::new(lattice, radii_cm).swept(walked)
}

/// A sweep in progress: the footprints of one walk at several radii.
#[derive(Debug)]
pub struct Sweep<'a> {
    ground: Ground<'a>,
    widest_m: f64,
    footprints: Vec<Footprint>,
    home: Option<Plane>,
    stay: Option<Stay>,
    /// How far the walk has moved.
    moved_m: f64,
}

impl<'a> Sweep<'a> {
    /// An empty sweep at those radii; radius 0 sweeps nothing.
    #[must_use]
    pub fn new(lattice: Lattice, radii_cm: &[u32]) -> Self {
        Self::over(Ground::everywhere(lattice), radii_cm)
    }

    /// An empty sweep of a sorted set of parents: others are passed over. The cost goes with the
    /// parents of the set that lie near the walk.
    #[must_use]
    pub fn within(lattice: Lattice, radii_cm: &[u32], parents: &'a [ParentCell]) -> Self {
        Self::over(Ground::within(lattice, parents), radii_cm)
    }

    fn over(ground: Ground<'a>, radii_cm: &[u32]) -> Self {
        let radii = radii_cm.iter().map(|radius| f64::from(*radius) / 100.0);
        let mut footprints: Vec<_> = radii.clone().map(Footprint::new).collect();
        for footprint in &mut footprints {
            footprint.watch(0..ground.places().len(), 0.0);
        }
        Self {
            ground,
            widest_m: radii.fold(0.0, f64::max),
            footprints,
            home: None,
            stay: None,
            moved_m: 0.0,
        }
    }

    /// Adds the pieces of a walk and returns the cells swept at each radius, sorted by parent.
    #[must_use]
    pub fn swept(mut self, walked: &[Walked]) -> Vec<Vec<ParentMask>> {
        for piece in walked {
            self.add(*piece);
        }
        self.into_masks()
    }

    /// Adds a piece of the walk. Cheapest when pieces come in the order of the walk.
    pub fn add(&mut self, piece: Walked) {
        let (from, to) = match piece {
            Walked::Disc { at } => (at.to_coord(), at.to_coord()),
            Walked::Corridor { from, to } => (from.to_coord(), to.to_coord()),
        };
        if (to.x - from.x).abs() < 180.0 {
            self.add_leg(from, to);
        }
    }

    fn add_leg(&mut self, from: Coord<f64>, to: Coord<f64>) {
        let pieces = (self.length_m(from, to) / LONGEST_PIECE_M).ceil().max(1.0);
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

    /// The rough length of a leg; 0 for one that is certainly short.
    fn length_m(&self, from: Coord<f64>, to: Coord<f64>) -> f64 {
        let roam_m = self.ground.roam_m();
        let is_short = |home: &Plane| {
            let (from, to) = (home.place(from), home.place(to));
            from.length() <= roam_m && to.minus(from).length() <= 0.9 * LONGEST_PIECE_M
        };
        if self.home.as_ref().is_some_and(is_short) {
            0.0
        } else {
            rough_length_m(from, to)
        }
    }

    fn add_piece(&mut self, from: Coord<f64>, to: Coord<f64>) {
        let Some(plane) = self.home_of(from, to) else {
            return;
        };
        let leg = Leg { from, to };
        let (start, end) = (plane.place(from), plane.place(to));
        let stray_m = self
            .stay
            .as_ref()
            .map_or(f64::INFINITY, |stay| stay.stray_of(leg));
        if self
            .stay
            .as_ref()
            .is_some_and(|stay| stray_m <= stay.stray_m)
        {
            for footprint in &mut self.footprints {
                footprint.pass(leg, &mut self.ground);
            }
            return;
        }
        self.moved_m += if stray_m <= LONGEST_JUMP_M {
            stray_m
        } else {
            LONGEST_SLEEP_M
        };
        let longest_m = self.ground.stray_m();
        let is_short = end.minus(start).length() <= longest_m;
        let stay = Stay {
            leg,
            plane,
            here: Segment::new(start, end),
            stray_m: if is_short { longest_m } else { 0.0 },
            moved_m: self.moved_m,
        };
        for footprint in &mut self.footprints {
            footprint.stay(&stay, &mut self.ground);
        }
        self.stay = Some(stay);
    }

    /// A plane on which both ends lie near the origin, and everything around it found.
    fn home_of(&mut self, from: Coord<f64>, to: Coord<f64>) -> Option<Plane> {
        let roam_m = self.ground.roam_m();
        let stays =
            |home: &Plane| home.place(from).length() <= roam_m && home.place(to).length() <= roam_m;
        if !self.home.as_ref().is_some_and(stays) {
            let known = self.ground.places().len();
            self.home = self.ground.settle(from, self.widest_m);
            // What was found just now has not been looked at for the present stay.
            if let Some(stay) = &mut self.stay {
                stay.stray_m = f64::NEG_INFINITY;
            }
            for footprint in &mut self.footprints {
                footprint.watch(known..self.ground.places().len(), self.moved_m);
            }
        }
        self.home
    }

    /// The cells swept so far at each radius, sorted by parent.
    #[must_use]
    pub fn into_masks(self) -> Vec<Vec<ParentMask>> {
        let Self {
            ground, footprints, ..
        } = self;
        let masks = footprints.into_iter();
        masks
            .map(|footprint| footprint.into_masks(&ground))
            .collect()
    }
}

fn rough_length_m(from: Coord<f64>, to: Coord<f64>) -> f64 {
    LatLng::new(f64::midpoint(from.y, to.y), f64::midpoint(from.x, to.x)).map_or(0.0, |middle| {
        let plane = Plane::at(middle);
        plane.place(from).minus(plane.place(to)).length()
    })
}
