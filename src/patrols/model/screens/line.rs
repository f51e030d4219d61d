//! A track's places as metres east and north by time, averaged over a while: what jitter and thinning leave as it was.

use crate::base::time::Timestamp;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::ground::metres_per_degree;

/// A plane vector, m east and north.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Metres {
    pub(super) east: f64,
    pub(super) north: f64,
}

impl Metres {
    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            east: self.east - other.east,
            north: self.north - other.north,
        }
    }

    pub(super) fn length(self) -> f64 {
        self.east.hypot(self.north)
    }
}

/// What lies between two fixes so far apart in time is not known, s.
const LONGEST_STEP_S: f64 = 300.0;

/// Less accurate fixes are left out, m (1 sigma).
const MOST_ACCURACY_M: f64 = 50.0;

fn is_told(fix: &Fix) -> bool {
    fix.accuracy_m()
        .is_none_or(|metres| metres <= MOST_ACCURACY_M)
}

/// A line through time: seconds after its own zero, and metres from its own origin.
#[derive(Debug, Clone)]
pub struct Line {
    zero: Timestamp,
    seconds: Vec<f64>,
    places: Vec<Metres>,
    /// The integral of the places from the first second on.
    sums: Vec<Metres>,
    /// Of each place the first of the run without long pauses that it stands in.
    run_starts: Vec<usize>,
    origin: (f64, f64),
}

impl Line {
    /// The line of fixes in the order of time; `None` for fewer than two that tell a place. Those at an impossible speed
    /// are in it, so that a copy read backwards or made of other fixes gives the same line.
    #[must_use]
    pub fn of(fixes: &[Fix]) -> Option<Self> {
        let mut points = fixes.iter().filter(|fix| is_told(fix));
        let first = points.clone().next()?;
        let place = first.position().ok()?;
        let origin = (place.lon(), place.lat());
        let mut line = Self {
            zero: first.t,
            seconds: Vec::with_capacity(fixes.len()),
            places: Vec::with_capacity(fixes.len()),
            sums: Vec::with_capacity(fixes.len()),
            run_starts: Vec::with_capacity(fixes.len()),
            origin,
        };
        let (per_east, per_north) = metres_per_degree(origin.1);
        for fix in &mut points {
            let position = fix.position().ok()?;
            let place = Metres {
                east: (position.lon() - origin.0) * per_east,
                north: (position.lat() - origin.1) * per_north,
            };
            line.push(seconds_between(first.t, fix.t), place);
        }
        (line.seconds.len() > 1).then_some(line)
    }

    fn push(&mut self, second: f64, place: Metres) {
        let at = self.seconds.len();
        let (Some(before), Some(from), Some(sum)) =
            (self.seconds.last(), self.places.last(), self.sums.last())
        else {
            self.seconds.push(second);
            self.places.push(place);
            self.sums.push(Metres::default());
            self.run_starts.push(0);
            return;
        };
        let step_s = second - before;
        // Of several places at one time the first stands.
        if step_s <= 0.0 {
            return;
        }
        let sum = Metres {
            east: sum.east + step_s * f64::midpoint(from.east, place.east),
            north: sum.north + step_s * f64::midpoint(from.north, place.north),
        };
        let run = if step_s > LONGEST_STEP_S {
            at
        } else {
            self.run_starts[at - 1]
        };
        self.seconds.push(second);
        self.places.push(place);
        self.sums.push(sum);
        self.run_starts.push(run);
    }

    /// When it starts.
    #[must_use]
    pub const fn zero(&self) -> Timestamp {
        self.zero
    }

    /// How long it is, s.
    #[must_use]
    pub fn length_s(&self) -> f64 {
        self.seconds.last().copied().unwrap_or(0.0)
    }

    /// Its origin as seen from another's, m.
    pub(super) fn origin_from(&self, other: &Self) -> Metres {
        let (per_east, per_north) = metres_per_degree(f64::midpoint(self.origin.1, other.origin.1));
        Metres {
            east: (self.origin.0 - other.origin.0) * per_east,
            north: (self.origin.1 - other.origin.1) * per_north,
        }
    }

    /// The mean place between two seconds; `None` where the line does not reach or is not known throughout.
    pub(super) fn mean(&self, from_s: f64, to_s: f64) -> Option<Metres> {
        let (a, low) = self.sum_until(from_s)?;
        let (b, high) = self.sum_until(to_s)?;
        if self.run_starts[high] > low {
            return None;
        }
        let span_s = to_s - from_s;
        let whole = b.minus(a);
        Some(Metres {
            east: whole.east / span_s,
            north: whole.north / span_s,
        })
    }

    /// The first fix at or after a second: when and where.
    pub(super) fn fix_at(&self, second: f64) -> Option<(f64, Metres)> {
        let at = self.seconds.partition_point(|own| *own < second);
        Some((*self.seconds.get(at)?, *self.places.get(at)?))
    }

    /// The place at a second, on the straight way between its fixes; `None` where that is not known.
    pub(super) fn place(&self, second: f64) -> Option<Metres> {
        let after = self.seconds.partition_point(|own| *own < second).max(1);
        let (before_s, after_s) = (self.seconds[after - 1], *self.seconds.get(after)?);
        if second < before_s || after_s - before_s > LONGEST_STEP_S {
            return None;
        }
        let share = (second - before_s) / (after_s - before_s);
        let (from, to) = (self.places[after - 1], self.places[after]);
        Some(Metres {
            east: from.east + (to.east - from.east) * share,
            north: from.north + (to.north - from.north) * share,
        })
    }

    /// The integral until a second, and the place at or after it (for a lower end: at or before it).
    fn sum_until(&self, second: f64) -> Option<(Metres, usize)> {
        let after = self.seconds.partition_point(|own| *own < second);
        let after = after.max(1);
        let (before_s, after_s) = (self.seconds[after - 1], *self.seconds.get(after)?);
        if second < before_s {
            return None;
        }
        let share = (second - before_s) / (after_s - before_s);
        let (from, to) = (self.places[after - 1], self.places[after]);
        let step_s = second - before_s;
        let mean = |from: f64, to: f64| from + (to - from) * share / 2.0;
        let sum = self.sums[after - 1];
        let sum = Metres {
            east: sum.east + step_s * mean(from.east, to.east),
            north: sum.north + step_s * mean(from.north, to.north),
        };
        Some((sum, if share > 0.0 { after } else { after - 1 }))
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of some days")]
pub(super) fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    to.since(from) as f64 / 1000.0
}
