//! Lengths, areas and directions on the WGS84 ellipsoid (Karney 2013), in metres, square metres and degrees.

#[cfg(test)]
mod tests;

use geo::{Bearing, Destination, Distance, Geodesic, GeodesicArea, LineString};

use super::position::{InvalidPosition, Position};
use super::shape::{Outline, Region};

/// Geodesic distance in metres.
#[must_use]
pub fn distance_m(from: Position, to: Position) -> f64 {
    Geodesic.distance(from.to_point(), to.to_point())
}

/// Geodesic length in metres of the line through these positions in order; 0 for fewer than two.
#[must_use]
pub fn length_m(line: &[Position]) -> f64 {
    line.iter()
        .zip(line.iter().skip(1))
        .map(|(from, to)| distance_m(*from, *to))
        .sum()
}

/// Direction at `from` towards `to`, in degrees clockwise from true north, 0 up to but not including 360.
#[must_use]
pub fn bearing_deg(from: Position, to: Position) -> f64 {
    let bearing = Geodesic
        .bearing(from.to_point(), to.to_point())
        .rem_euclid(360.0);
    if bearing < 360.0 { bearing } else { 0.0 }
}

/// The position reached from `from` on that bearing (degrees clockwise from true north) after that distance (metres).
pub fn destination(
    from: Position,
    bearing_deg: f64,
    distance_m: f64,
) -> Result<Position, InvalidPosition> {
    let to = Geodesic.destination(from.to_point(), bearing_deg, distance_m);
    Position::new(to.x(), to.y())
}

/// Geodesic area of an outline in square metres.
#[must_use]
pub fn outline_area_m2(outline: &Outline) -> f64 {
    outline.as_polygon().geodesic_area_signed()
}

/// Geodesic area of a region in square metres, holes taken off.
#[must_use]
pub fn region_area_m2(region: &Region) -> f64 {
    region.as_polygons().geodesic_area_signed()
}

/// Geodesic area inside a closed ring in square metres: positive if it runs counter-clockwise.
#[must_use]
pub fn ring_area_m2(ring: LineString<f64>) -> f64 {
    geo::Polygon::new(ring, Vec::new()).geodesic_area_signed()
}
