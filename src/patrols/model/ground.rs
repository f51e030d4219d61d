//! Distances on the WGS84 ellipsoid between neighbouring fixes.

use geo::{Distance, Geodesic};

use crate::geo::position::Position;

const SEMI_MAJOR_M: f64 = 6_378_137.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_141_316;

/// Within so many degrees the mid-latitude formula is exact to a billionth or so.
const NEAR_DEG: f64 = 0.01;

/// Beyond this latitude meridians converge too fast for the mid-latitude formula.
const POLAR_DEG: f64 = 80.0;

/// Geodesic distance in metres.
///
/// Neighbouring fixes take the Gauss mid-latitude formula (first order), which differs from Karney's geodesic by
/// less than 1e-8 within a kilometre and is fifty times cheaper; the rest takes Karney's.
#[must_use]
pub fn distance_m(from: Position, to: Position) -> f64 {
    let (east_deg, north_deg) = (to.lon() - from.lon(), to.lat() - from.lat());
    let middle_deg = f64::midpoint(from.lat(), to.lat());
    if east_deg.abs() > NEAR_DEG || north_deg.abs() > NEAR_DEG || middle_deg.abs() > POLAR_DEG {
        return Geodesic.distance(from.to_point(), to.to_point());
    }
    let (per_east, per_north) = metres_per_degree(middle_deg);
    (east_deg * per_east).hypot(north_deg * per_north)
}

/// Metres per degree of longitude and of latitude at a latitude.
#[must_use]
pub fn metres_per_degree(lat_deg: f64) -> (f64, f64) {
    let (sin, cos) = lat_deg.to_radians().sin_cos();
    let flattening = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
    let across_m = SEMI_MAJOR_M / flattening.sqrt();
    let along_m = across_m * (1.0 - ECCENTRICITY_SQUARED) / flattening;
    ((across_m * cos).to_radians(), along_m.to_radians())
}

/// Distance of a place from the straight way between two others, in metres: on a plane that touches the Earth at the
/// place, good to a thousandth within some tens of kilometres.
#[must_use]
pub fn distance_to_way_m(place: Position, from: Position, to: Position) -> f64 {
    let (per_east, per_north) = metres_per_degree(place.lat());
    let local = |at: Position| {
        (
            (at.lon() - place.lon()) * per_east,
            (at.lat() - place.lat()) * per_north,
        )
    };
    let (start, end) = (local(from), local(to));
    let (east, north) = (end.0 - start.0, end.1 - start.1);
    let square = east * east + north * north;
    let share = if square > 0.0 {
        (-(start.0 * east + start.1 * north) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (start.0 + share * east).hypot(start.1 + share * north)
}
