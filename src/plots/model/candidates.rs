//! Which plots may be one and the same on the ground; people decide, the server only points.

use geo::{Distance, Geodesic};

use super::season::Season;
use crate::base::ids::PlotId;
use crate::base::words::Crop;
use crate::geo::position::Position;

/// Plots this close are always compared, m.
pub const REACH_M: f64 = 30.0;
/// Poor accuracies widen the reach no further than this, m; also the radius to search in the store.
pub const REACH_MAX_M: f64 = 200.0;

/// What is compared of a plot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighting {
    /// The plot.
    pub plot: PlotId,
    /// Its point.
    pub position: Position,
    /// The point's accuracy, m, when known.
    pub hacc_m: Option<f64>,
    /// The crop.
    pub crop: Crop,
    /// The season in which it was detected.
    pub season: Season,
}

/// True when the two may be one plot: same crop and season, and no further apart than 30 m or both
/// accuracies together (at most 200 m).
#[must_use]
pub fn is_possible_duplicate(a: &Sighting, b: &Sighting) -> bool {
    let same_kind = a.plot != b.plot && a.crop == b.crop && a.season == b.season;
    same_kind && distance_m(a, b) <= reach_m(a, b)
}

/// Geodesic distance between the two points, m.
#[must_use]
pub fn distance_m(a: &Sighting, b: &Sighting) -> f64 {
    Geodesic.distance(a.position.to_point(), b.position.to_point())
}

fn reach_m(a: &Sighting, b: &Sighting) -> f64 {
    let accuracies_m = a.hacc_m.unwrap_or(0.0) + b.hacc_m.unwrap_or(0.0);
    accuracies_m.clamp(REACH_M, REACH_MAX_M)
}

/// Other plots' points are seldom less accurate than so, m.
const USUAL_HACC_M: f64 = 15.0;

/// Degrees between which to search for plots that may be the same as another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// West, south, east and north of all that may be.
    pub wide: [f64; 4],
    /// The same of all whose points are not less accurate than `usual_hacc_m`, or of unknown accuracy.
    pub near: [f64; 4],
    /// m; may be below 0, when both boxes are one.
    pub usual_hacc_m: f64,
}

/// Where those lie of which `is_possible_duplicate` may be true. The accuracy of most is so good that they need not be
/// looked for as far as the worst.
#[must_use]
pub fn search(seen: &Sighting) -> Search {
    let own_m = seen.hacc_m.unwrap_or(0.0);
    let near_m = (own_m + USUAL_HACC_M).clamp(REACH_M, REACH_MAX_M);
    Search {
        wide: around(seen.position, REACH_MAX_M),
        near: around(seen.position, near_m),
        usual_hacc_m: near_m - own_m,
    }
}

/// The degrees west, south, east and north between which everything lies that is within so many metres of a point, and
/// little more: what is outside of them needs no exact comparison.
fn around(point: Position, reach_m: f64) -> [f64; 4] {
    /// No degree of latitude is shorter, m; nor one of longitude, times the cosine of the latitude.
    const DEGREE_M: f64 = 110_000.0;
    let (lon, lat) = (point.lon(), point.lat());
    let high = reach_m / DEGREE_M;
    let wide = high / (lat.abs() + high).to_radians().cos().max(1e-9);
    let (west, east) = (lon - wide, lon + wide);
    // What lies beyond the antimeridian has the other sign.
    let [west, east] = if west < -180.0 || east > 180.0 {
        [-180.0, 180.0]
    } else {
        [west, east]
    };
    [west, lat - high, east, lat + high]
}
