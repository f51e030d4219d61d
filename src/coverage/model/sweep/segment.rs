//! A straight leg on a plane and how far things lie from it.

use crate::coverage::model::plane::Metres;

/// A straight leg on a plane; both ends may be one.
#[derive(Debug, Clone, Copy)]
pub(in crate::coverage::model) struct Segment {
    from: Metres,
    along: Metres,
    per_length_squared: f64,
}

impl Segment {
    pub(in crate::coverage::model) fn new(from: Metres, to: Metres) -> Self {
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

    /// The square of the distance between the leg and a place, in m².
    pub(in crate::coverage::model) fn distance_squared(&self, east: f64, north: f64) -> f64 {
        let (east, north) = (east - self.from.east, north - self.from.north);
        let along = (east * self.along.east + north * self.along.north) * self.per_length_squared;
        let along = along.clamp(0.0, 1.0);
        let (east, north) = (
            east - along * self.along.east,
            north - along * self.along.north,
        );
        east * east + north * north
    }

    pub(super) fn distance(&self, to: Metres) -> f64 {
        self.distance_squared(to.east, to.north).sqrt()
    }
}
