//! What one radius sees of the ground, and when to look at which word again.
//!
//! A walk that has moved less far than a cell lies beyond the radius cannot have seen it. So each place is put off
//! until the walk has moved as far as its nearest unseen cell lies beyond the radius, and while the walk stays near
//! one leg, only the few unseen cells just beyond that leg's radius are judged.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use geo::Coord;
use h3o::CellIndex;

use super::ground::{Ground, Holds, Laid};
use super::segment::Segment;
use crate::coverage::model::lattice::{ParentCell, ParentMask, bits};
use crate::coverage::model::plane::{Metres, Plane};

/// Lengths on neighbouring planes differ by 1e-4; what is left out of this share is room for that.
const SURE: f64 = 0.98;
/// A place is looked at again after this way at the latest, since planes are true only nearby.
pub(super) const LONGEST_SLEEP_M: f64 = 5_000.0;

/// A piece of a walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    pub(super) from: Coord,
    pub(super) to: Coord,
}

/// A leg that the walk stays near for a while.
#[derive(Debug)]
pub(super) struct Stay {
    pub(super) leg: Leg,
    pub(super) plane: Plane,
    /// The leg on the plane.
    pub(super) here: Segment,
    /// How far from it the walk may stray.
    pub(super) stray_m: f64,
    /// How far the walk had moved before.
    pub(super) moved_m: f64,
}

/// The cells within one radius.
#[derive(Debug)]
pub(super) struct Footprint {
    radius_m: f64,
    /// The cells seen, by place.
    masks: Vec<u64>,
    asleep: BinaryHeap<Asleep>,
    /// Places looked at for this stay that have cells left.
    again: Vec<Asleep>,
    /// The words with unseen cells just beyond the radius of this stay,
    near: Vec<Near>,
    /// and those cells.
    beyond: Vec<Beyond>,
}

/// A place that need not be looked at before the walk has moved so far.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Asleep {
    until_m: f64,
    place: usize,
}

#[derive(Debug)]
struct Near {
    place: usize,
    plane: Plane,
    error_m: f64,
    beyond: Range<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Beyond {
    centre: Metres,
    bit: u32,
}

impl Eq for Asleep {}

impl Ord for Asleep {
    /// The first to wake is the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        let earlier = other.until_m.total_cmp(&self.until_m);
        earlier.then(other.place.cmp(&self.place))
    }
}

impl PartialOrd for Asleep {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Footprint {
    pub(super) fn new(radius_m: f64) -> Self {
        Self {
            radius_m,
            masks: Vec::new(),
            asleep: BinaryHeap::new(),
            again: Vec::new(),
            near: Vec::new(),
            beyond: Vec::new(),
        }
    }

    /// Takes places of the ground into view from now on; radius 0 sees nothing.
    pub(super) fn watch(&mut self, places: Range<usize>, moved_m: f64) {
        if self.radius_m > 0.0 {
            self.asleep.extend(places.map(|place| Asleep {
                until_m: moved_m,
                place,
            }));
        }
    }

    /// Sees what the leg of a new stay passes, and finds what later legs of the stay may see.
    pub(super) fn stay(&mut self, stay: &Stay, ground: &mut Ground<'_>) {
        self.near.clear();
        self.beyond.clear();
        let due_m = stay.moved_m + stay.stray_m;
        while let Some(due) = self.asleep.peek().filter(|due| due.until_m <= due_m) {
            let place = due.place;
            self.asleep.pop();
            if let Some(beyond_m) = self.look(place, stay, ground) {
                let until_m = stay.moved_m + (SURE * beyond_m).min(LONGEST_SLEEP_M);
                self.again.push(Asleep { until_m, place });
            }
        }
        self.asleep.extend(self.again.drain(..));
    }

    /// Looks at a place; says how far beyond the radius what is left there begins, unless nothing is left.
    fn look(&mut self, at: usize, stay: &Stay, ground: &mut Ground<'_>) -> Option<f64> {
        let place = ground.places().get(at)?;
        let away_m = stay.here.distance(stay.plane.place(place.centre));
        let beyond_m = SURE * away_m - place.reach_m - self.radius_m;
        if beyond_m > stay.stray_m {
            return Some(beyond_m);
        }
        if !matches!(place.holds, Holds::Word(_)) {
            let inner = ground.open(at);
            self.watch(inner, stay.moved_m);
            return None;
        }
        if self.masks.len() <= at {
            self.masks.resize(ground.places().len(), 0);
        }
        if away_m + place.reach_m <= SURE * self.radius_m {
            *self.masks.get_mut(at)? = ground.lattice().all_children(place.cell);
            return None;
        }
        let word = place.cell;
        let laid = ground.lay(at)?;
        self.judge(at, word, laid, stay)
    }

    /// Adds the cells of a word within the radius of a stay's leg; says how far beyond it the next cell lies.
    fn judge(&mut self, at: usize, word: CellIndex, laid: &Laid, stay: &Stay) -> Option<f64> {
        let mask = self.masks.get_mut(at)?;
        let leg = stay.leg.on(&laid.plane);
        let beyond_m =
            leg.distance(Metres::default()) - laid.cells.reach_m - laid.error_m - self.radius_m;
        if SURE * beyond_m > stay.stray_m {
            return Some(beyond_m);
        }
        let limit = Limit::new(self.radius_m, laid.error_m);
        let further = square(self.radius_m + laid.error_m + stay.stray_m / SURE);
        let from = self.beyond.len();
        let mut nearest = f64::INFINITY;
        for bit in bits(laid.cells.all & !*mask) {
            let Some(centre) = laid.cells.centre(bit) else {
                continue;
            };
            let away = leg.distance_squared(centre.east, centre.north);
            if limit.holds(away, || laid.centre(word, bit), &leg) {
                *mask |= 1 << bit;
            } else {
                nearest = nearest.min(away);
                if away <= further {
                    self.beyond.push(Beyond { centre, bit });
                }
            }
        }
        if self.beyond.len() > from {
            self.near.push(Near {
                place: at,
                plane: laid.plane,
                error_m: laid.error_m,
                beyond: from..self.beyond.len(),
            });
        }
        (*mask != laid.cells.all).then(|| nearest.sqrt() - laid.error_m - self.radius_m)
    }

    /// Sees what a later leg of the stay passes.
    pub(super) fn pass(&mut self, leg: Leg, ground: &mut Ground<'_>) {
        for near in &mut self.near {
            let Some(mask) = self.masks.get_mut(near.place) else {
                continue;
            };
            let leg = leg.on(&near.plane);
            let limit = Limit::new(self.radius_m, near.error_m);
            let mut n = near.beyond.start;
            while let Some(cell) = self.beyond.get(n).copied().filter(|_| n < near.beyond.end) {
                let away = leg.distance_squared(cell.centre.east, cell.centre.north);
                if limit.holds(away, || ground.centre(near.place, cell.bit), &leg) {
                    *mask |= 1 << cell.bit;
                    near.beyond.end -= 1;
                    self.beyond.swap(n, near.beyond.end);
                } else {
                    n += 1;
                }
            }
        }
    }

    /// The cells seen, sorted by word.
    pub(super) fn into_masks(self, ground: &Ground<'_>) -> Vec<ParentMask> {
        let touched = ground.places().iter().zip(self.masks);
        let mut masks: Vec<_> = touched
            .filter(|(_, mask)| *mask != 0)
            .map(|(place, mask)| ParentMask {
                parent: ParentCell::of(place.cell),
                mask,
            })
            .collect();
        masks.sort_unstable();
        masks
    }
}

impl Stay {
    /// How far a leg strays from this one.
    pub(super) fn stray_of(&self, leg: Leg) -> f64 {
        let [from, to] = [leg.from, leg.to].map(|end| self.here.distance(self.plane.place(end)));
        from.max(to)
    }
}

impl Leg {
    fn on(&self, plane: &Plane) -> Segment {
        Segment::new(plane.place(self.from), plane.place(self.to))
    }
}

/// The radius, squared, when centres are known to within an error.
struct Limit {
    surely: f64,
    exactly: f64,
    hardly: f64,
}

impl Limit {
    fn new(radius_m: f64, error_m: f64) -> Self {
        Self {
            surely: square(radius_m - error_m),
            exactly: square(radius_m),
            hardly: square(radius_m + error_m),
        }
    }

    /// Whether a cell lies within the radius of a leg, its true centre asked for only where that decides.
    fn holds(&self, away: f64, centre: impl FnOnce() -> Option<Metres>, leg: &Segment) -> bool {
        away <= self.surely
            || away <= self.hardly
                && centre()
                    .is_some_and(|at| leg.distance_squared(at.east, at.north) <= self.exactly)
    }
}

fn square(metres: f64) -> f64 {
    metres * metres
}
