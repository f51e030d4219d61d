//! A plot's outline: one simple ring of GeoJSON positions, and its area on the ellipsoid.

use geo::{
    Closest, ClosestPoint, Contains, Distance, Geodesic, GeodesicArea, LineString, Point, Polygon,
    RemoveRepeatedPoints, Validation,
};
use serde::Deserialize;

use super::wire::GeometryWire;
use crate::geo::position::Position;

/// More vertices than any walked plot edge has, and few enough for the pairwise crossing test.
pub const MAX_VERTICES: usize = 1_000;

/// An edge that turns back by less than this slope (radians) encloses nothing.
const FOLD: f64 = 1e-9;

/// A simple polygon without holes, at most [`MAX_VERTICES`] long.
#[derive(Clone, PartialEq)]
pub struct Outline {
    polygon: Polygon<f64>,
    area_m2: f64,
}

/// Why an outline is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOutline {
    /// Something else than a GeoJSON Polygon.
    #[error("expected a GeoJSON Polygon")]
    NotAPolygon,
    /// No ring, or holes.
    #[error("expected one ring; a plot with a hole is drawn as several plots")]
    NotOneRing,
    /// Too many vertices.
    #[error("expected at most 1,000 positions")]
    TooLong,
    /// A vertex that is no place.
    #[error("expected positions [longitude, latitude] in degrees")]
    NotAPosition {
        /// Its index in the ring.
        index: usize,
    },
    /// First and last position differ.
    #[error("expected a closed ring: the last position must repeat the first")]
    NotClosed,
    /// Fewer than three different positions.
    #[error("expected at least three different positions")]
    TooShort,
    /// The edge crosses, touches or folds back on itself.
    #[error("the edge crosses or touches itself: expected a simple ring")]
    SelfCrossing,
}

impl Outline {
    /// Parses a GeoJSON Polygon.
    pub fn from_geojson(sent: &GeometryWire) -> Result<Self, InvalidOutline> {
        if sent.kind != "Polygon" {
            return Err(InvalidOutline::NotAPolygon);
        }
        let rings = <Vec<Vec<Vec<f64>>>>::deserialize(&sent.coordinates)
            .or(Err(InvalidOutline::NotAPolygon))?;
        Self::new(&rings)
    }

    /// Parses the rings of a GeoJSON Polygon; repeated neighbours are dropped (people stand still).
    pub fn new(rings: &[Vec<Vec<f64>>]) -> Result<Self, InvalidOutline> {
        let [ring] = rings else {
            return Err(InvalidOutline::NotOneRing);
        };
        if ring.len() > MAX_VERTICES {
            return Err(InvalidOutline::TooLong);
        }
        if ring.first() != ring.last() {
            return Err(InvalidOutline::NotClosed);
        }
        let line = LineString(
            ring.iter()
                .enumerate()
                .map(vertex)
                .collect::<Result<_, _>>()?,
        )
        .remove_repeated_points();
        if line.0.len() < 4 {
            return Err(InvalidOutline::TooShort);
        }
        if touches_itself(&line) {
            return Err(InvalidOutline::SelfCrossing);
        }
        let polygon = Polygon::new(line, Vec::new());
        polygon
            .check_validation()
            .map_err(|_crossing| InvalidOutline::SelfCrossing)?;
        // The unsigned measure takes a clockwise ring for the rest of the Earth; people walk either way.
        let area_m2 = polygon.geodesic_area_signed().abs();
        Ok(Self { polygon, area_m2 })
    }

    /// Area on the WGS84 ellipsoid, m².
    #[must_use]
    pub const fn area_m2(&self) -> f64 {
        self.area_m2
    }

    /// The outline as a polygon, for storing and indexing.
    #[must_use]
    pub const fn polygon(&self) -> &Polygon<f64> {
        &self.polygon
    }

    /// How far the position lies outside the outline, m; 0 inside.
    #[must_use]
    pub fn distance_m(&self, from: Position) -> f64 {
        let point = from.to_point();
        if self.polygon.contains(&point) {
            return 0.0;
        }
        match self.closest(point) {
            Some(edge) => Geodesic.distance(point, edge),
            None => 0.0,
        }
    }

    fn closest(&self, point: Point<f64>) -> Option<Point<f64>> {
        match self.polygon.closest_point(&point) {
            Closest::SinglePoint(edge) | Closest::Intersection(edge) => Some(edge),
            Closest::Indeterminate => None,
        }
    }
}

/// Outlines are places, which logs must not hold.
impl std::fmt::Debug for Outline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outline(..)")
    }
}

fn vertex((index, numbers): (usize, &Vec<f64>)) -> Result<geo::Coord<f64>, InvalidOutline> {
    match numbers.as_slice() {
        [lon, lat] | [lon, lat, _] => Position::new(*lon, *lat)
            .map(Position::to_coord)
            .map_err(|_outside| InvalidOutline::NotAPosition { index }),
        _ => Err(InvalidOutline::NotAPosition { index }),
    }
}

/// What the general crossing test passes over: a vertex visited twice, and an edge folded back on the one before.
fn touches_itself(ring: &LineString<f64>) -> bool {
    let mut seen: Vec<(u64, u64)> = ring
        .coords()
        .skip(1)
        .map(|c| (c.x.to_bits(), c.y.to_bits()))
        .collect();
    let vertices = seen.len();
    seen.sort_unstable();
    seen.dedup();
    let edges: Vec<_> = ring.lines().collect();
    let folded = edges
        .iter()
        .zip(edges.iter().cycle().skip(1))
        .any(|(a, b)| {
            let (a, b) = (a.delta(), b.delta());
            let (cross, dot) = (a.x * b.y - a.y * b.x, a.x * b.x + a.y * b.y);
            dot < 0.0 && cross.abs() <= -dot * FOLD
        });
    seen.len() < vertices || folded
}
