//! The words that a walk may touch, found as it comes near them.
//!
//! Words that are small beside a leg stand in groups under coarser cells, and a group is opened only when the
//! walk may reach one of its words. H3's order makes such a tree of any sorted set of words: those under one
//! coarser cell stand side by side.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use geo::Coord;
use h3o::{CellIndex, LatLng, Resolution};

use super::pattern::Pattern;
use crate::coverage::model::lattice::{Frame, Lattice, ParentCell};
use crate::coverage::model::plane::{Metres, Plane};

/// H3 cells vary in size. In terms of the mean edge of their resolution, the centres of a cell's
/// children two resolutions finer and its own corners lie within this of its centre,
pub(super) const WIDEST_REACH: f64 = 1.2;
/// and the centres of all its descendants within this.
const GROUP_REACH: f64 = 1.3;
/// In terms of the distances between a cell's centre and its neighbours', the centres of its children two
/// resolutions finer lie within this of its own (0.521 on a flat lattice),
const REACH_PER_SPACING: f64 = 0.54;
/// and each ring of cells around it lies at least this further out (0.866 on a flat lattice).
const RING_PER_SPACING: f64 = 0.81;
/// Around a walk, cells at most so fine are looked for: about as wide as a leg is long.
const FINEST_HOME: Resolution = Resolution::Nine;
/// The words of a set are grouped by cells of 250 km² first.
const COARSEST_GROUP: Resolution = Resolution::Five;
/// In edges of cells.
const STRAY_PER_EDGE: f64 = 1.0;
/// So few words are not grouped again.
const FEW: usize = 8;

/// A word, or a group of words.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) cell: CellIndex,
    pub(super) centre: Coord,
    /// The centres of all cells under it lie within this of its centre, in metres.
    pub(super) reach_m: f64,
    pub(super) holds: Holds,
}

/// What a place is. Ranges are of a set of words for a closed group, of places for an open one.
#[derive(Debug)]
pub(super) enum Holds {
    /// One word, laid out when something comes near.
    Word(Option<Laid>),
    /// Words not looked at yet.
    Closed(Range<usize>),
    /// The places in the group.
    Open(Range<usize>),
}

/// A word on the plane at its centre.
#[derive(Debug, Clone)]
pub(super) struct Laid {
    pub(super) plane: Plane,
    /// The centres of its cells on that plane.
    pub(super) cells: Arc<Frame>,
    /// How far those centres may be wrong, in metres; 0 when they are the word's own.
    pub(super) error_m: f64,
}

impl Laid {
    /// The true centre of a word's cell on the word's plane.
    pub(super) fn centre(&self, word: CellIndex, bit: u32) -> Option<Metres> {
        let resolution = word.resolution().succ()?.succ()?;
        let cell = word.child_at(u64::from(bit), resolution)?;
        Some(self.plane.place_centre(LatLng::from(cell)))
    }
}

/// Everything that can be swept.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    lattice: Lattice,
    /// The words that count, sorted; all words when there is none.
    within: Option<&'a [ParentCell]>,
    places: Vec<Place>,
    /// Places found around the walk, by cell.
    known: HashMap<CellIndex, usize>,
    pattern: Pattern,
}

impl<'a> Ground<'a> {
    pub(super) fn everywhere(lattice: Lattice) -> Self {
        Self {
            lattice,
            within: None,
            places: Vec::new(),
            known: HashMap::new(),
            pattern: Pattern::default(),
        }
    }

    pub(super) fn within(lattice: Lattice, words: &'a [ParentCell]) -> Self {
        let mut ground = Self {
            within: Some(words),
            ..Self::everywhere(lattice)
        };
        ground.group(0..words.len(), COARSEST_GROUP.min(lattice.parent()));
        ground
    }

    pub(super) const fn lattice(&self) -> Lattice {
        self.lattice
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Finds what lies around a position and returns the plane at its home. Legs of that plane that stay
    /// within [`Ground::roam_m`] of the plane's origin come no nearer than `radius_m` to any place not found.
    pub(super) fn settle(&mut self, at: Coord, radius_m: f64) -> Option<Plane> {
        let at = LatLng::new(at.y, at.x).ok()?;
        self.pattern.settle(at);
        if self.within.is_some() {
            return Some(Plane::at(at));
        }
        let (resolution, edge_m) = self.home();
        let home = at.to_cell(resolution);
        let plane = Plane::at(LatLng::from(home));
        let beside = home.grid_disk::<Vec<_>>(1).into_iter().skip(1);
        let beside: Vec<f64> = beside
            .map(|cell| plane.place_centre(LatLng::from(cell)).length())
            .collect();
        let widest_m = beside.iter().copied().fold(0.0, f64::max);
        let narrowest_m = beside.iter().copied().fold(f64::INFINITY, f64::min);
        let word_reach_m = REACH_PER_SPACING * widest_m;
        let far_m = self.roam_m() + radius_m + GROUP_REACH * edge_m;
        let disk = home.grid_disk::<Vec<_>>(rings(far_m, RING_PER_SPACING * narrowest_m));
        for cell in disk {
            let next = self.places.len();
            if *self.known.entry(cell).or_insert(next) == next {
                self.found(cell, Some(word_reach_m), 0..0);
            }
        }
        Some(plane)
    }

    /// How far a leg may stray from the origin of its home's plane.
    pub(super) fn roam_m(&self) -> f64 {
        super::LONGEST_PIECE_M + WIDEST_REACH * self.home().1
    }

    /// How far a walk may stray from a leg before another takes its place: less, and every leg is looked at anew;
    /// more, and too many cells are judged for each leg.
    pub(super) fn stray_m(&self) -> f64 {
        STRAY_PER_EDGE * self.lattice.mask().edge_length_m()
    }

    fn home(&self) -> (Resolution, f64) {
        let resolution = FINEST_HOME.min(self.lattice.parent());
        (resolution, resolution.edge_length_m())
    }

    /// The places in a group; none for a word.
    pub(super) fn open(&mut self, at: usize) -> Range<usize> {
        let next = self.places.len();
        let Some(Place { cell, holds, .. }) = self.places.get_mut(at) else {
            return 0..0;
        };
        let words = match holds {
            Holds::Word(_) => return 0..0,
            Holds::Open(places) => return places.clone(),
            Holds::Closed(words) => words.clone(),
        };
        let cell = *cell;
        if let Some(finer) = cell.resolution().succ() {
            if self.within.is_some() {
                self.group(words, finer);
            } else {
                for child in cell.children(finer) {
                    self.found(child, None, 0..0);
                }
            }
        }
        let places = next..self.places.len();
        if let Some(place) = self.places.get_mut(at) {
            place.holds = Holds::Open(places.clone());
        }
        places
    }

    /// Adds the words of a range of the set, by their ancestors of that resolution.
    fn group(&mut self, mut words: Range<usize>, resolution: Resolution) {
        let set = self.within.unwrap_or_default();
        while let Some(first) = set.get(words.start).filter(|_| !words.is_empty()) {
            let ancestor = |word: &ParentCell| word.cell().and_then(|cell| cell.parent(resolution));
            let group = ancestor(first);
            let rest = set.get(words.clone()).unwrap_or_default();
            let count = rest.partition_point(|word| ancestor(word) <= group).max(1);
            let own = words.start..words.start + count;
            words.start = own.end;
            if count <= FEW {
                let cells = rest.iter().take(count).filter_map(|word| word.cell());
                for cell in cells {
                    self.found(cell, None, 0..0);
                }
            } else if let Some(group) = group {
                self.found(group, None, own);
            }
        }
    }

    fn found(&mut self, cell: CellIndex, word_reach_m: Option<f64>, words: Range<usize>) {
        let centre = LatLng::from(cell);
        let edge_m = cell.resolution().edge_length_m();
        let is_word = cell.resolution() == self.lattice.parent();
        self.places.push(Place {
            cell,
            centre: Coord {
                x: centre.lng(),
                y: centre.lat(),
            },
            reach_m: match word_reach_m {
                Some(reach_m) if is_word => reach_m,
                _ if is_word => WIDEST_REACH * edge_m,
                _ => GROUP_REACH * edge_m,
            },
            holds: if is_word {
                Holds::Word(None)
            } else {
                Holds::Closed(words)
            },
        });
    }

    /// The true centre of a cell of a word that was laid out, on the word's plane.
    pub(super) fn centre(&self, at: usize, bit: u32) -> Option<Metres> {
        let place = self.places.get(at)?;
        match &place.holds {
            Holds::Word(Some(laid)) => laid.centre(place.cell, bit),
            _ => None,
        }
    }

    /// A word laid out on its own plane; none for a group.
    pub(super) fn lay(&mut self, at: usize) -> Option<&Laid> {
        let (lattice, pattern) = (self.lattice, &mut self.pattern);
        let place = self.places.get_mut(at)?;
        match &mut place.holds {
            Holds::Word(laid) => Some(laid.get_or_insert_with(|| pattern.lay(lattice, place.cell))),
            _ => None,
        }
    }
}

/// How many rings of cells, each so much wider than the one before, hold everything that far from the centre.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few rings: distances are bounded by the widest radius and the longest piece"
)]
pub(in crate::coverage::model) fn rings(far_m: f64, wider_m: f64) -> u32 {
    (far_m / wider_m).max(1.0) as u32
}
