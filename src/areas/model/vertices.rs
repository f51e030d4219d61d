//! How many positions a geometry has.

use geojson::Geometry;

/// Positions of a geometry with all its parts.
pub(super) fn count(geometry: &Geometry) -> usize {
    use geojson::GeometryValue as G;
    match &geometry.value {
        G::Point { .. } => 1,
        G::MultiPoint { coordinates } | G::LineString { coordinates } => coordinates.len(),
        G::MultiLineString { coordinates } | G::Polygon { coordinates } => {
            coordinates.iter().map(Vec::len).sum()
        }
        G::MultiPolygon { coordinates } => coordinates.iter().flatten().map(Vec::len).sum(),
        G::GeometryCollection { geometries } => geometries.iter().map(count).sum(),
    }
}
