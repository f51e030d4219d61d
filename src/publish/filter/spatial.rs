//! How two geometries stand to one another.

use geo::{BoundingRect, Geometry, Intersects, Relate};

use super::SpatialOp;

/// Whether the relation holds.
pub(super) fn related(how: SpatialOp, one: &Geometry<f64>, other: &Geometry<f64>) -> bool {
    let is_near = match (one.bounding_rect(), other.bounding_rect()) {
        (Some(one), Some(other)) => one.intersects(&other),
        _ => false,
    };
    if !is_near {
        return how == SpatialOp::Disjoint;
    }
    match how {
        SpatialOp::Intersects => one.intersects(other),
        SpatialOp::Disjoint => !one.intersects(other),
        SpatialOp::Equals => one.relate(other).is_equal_topo(),
        SpatialOp::Touches => one.relate(other).is_touches(),
        SpatialOp::Crosses => one.relate(other).is_crosses(),
        SpatialOp::Within => one.relate(other).is_within(),
        SpatialOp::Contains => one.relate(other).is_contains(),
        SpatialOp::Overlaps => one.relate(other).is_overlaps(),
    }
}
