//! The box around the fixes of a track, by which tracks that may have come near a place are found.

use super::fix::Fix;
use super::ground::metres_per_degree;
use crate::geo::position::Position;

/// A box in 1e-7 degrees, its edges included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Least longitude.
    pub west: i32,
    /// Least latitude.
    pub south: i32,
    /// Greatest longitude.
    pub east: i32,
    /// Greatest latitude.
    pub north: i32,
}

impl Bounds {
    /// Around every fix, credible or not; none without fixes. The straight way between any two lies in it.
    #[must_use]
    pub fn of(fixes: &[Fix]) -> Option<Self> {
        let boxes = fixes.iter().map(|fix| Self {
            west: fix.lon_e7,
            south: fix.lat_e7,
            east: fix.lon_e7,
            north: fix.lat_e7,
        });
        boxes.reduce(|one, other| Self {
            west: one.west.min(other.west),
            south: one.south.min(other.south),
            east: one.east.max(other.east),
            north: one.north.max(other.north),
        })
    }

    /// Around everything within so many metres of a place.
    #[must_use]
    pub fn around(place: Position, within_m: f64) -> Self {
        let (per_east, per_north) = metres_per_degree(place.lat());
        let (east_deg, north_deg) = (within_m / per_east, within_m / per_north);
        Self {
            west: e7((place.lon() - east_deg).max(-180.0)),
            south: e7((place.lat() - north_deg).max(-90.0)),
            east: e7((place.lon() + east_deg).min(180.0)),
            north: e7((place.lat() + north_deg).min(90.0)),
        }
    }

    /// Whether the two have a point in common.
    #[must_use]
    pub const fn meets(&self, other: &Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }
}

#[expect(clippy::cast_possible_truncation, reason = "180e7 fits an i32")]
fn e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patrols::model::ground::{distance_m, distance_to_way_m};

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).unwrap()
    }

    #[test]
    fn a_box_around_a_place_holds_what_lies_within_and_nothing_twice_as_far() {
        let place = at(104.3, 22.4);
        let own = Bounds::around(place, 500.0);
        for (lon, lat) in [(104.3048, 22.4), (104.3, 22.4045), (104.2952, 22.3998)] {
            let point = Bounds::around(at(lon, lat), 0.0);
            assert!(distance_m(place, at(lon, lat)) <= 500.0 && own.meets(&point));
        }
        assert!(!own.meets(&Bounds::around(at(104.31, 22.4), 0.0)));
        assert!(!own.meets(&Bounds::around(at(104.3, 22.391), 0.0)));
    }

    #[test]
    fn a_way_is_as_near_as_its_nearest_point() {
        let place = at(104.3, 22.4);
        // Past the place at 0.001 degrees of longitude, between its ends and beyond one of them.
        let beside = distance_m(place, at(104.301, 22.4));
        let passing = distance_to_way_m(place, at(104.301, 22.39), at(104.301, 22.41));
        assert!((passing - beside).abs() < 0.1, "{passing} is not {beside}");
        let end = at(104.301, 22.405);
        let before = distance_to_way_m(place, end, at(104.301, 22.41));
        assert!((before - distance_m(place, end)).abs() < 0.5);
        let still = distance_to_way_m(place, end, end);
        assert!((still - before).abs() < 1e-9);
    }
}
