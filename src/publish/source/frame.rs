//! A rectangle on a plane: in degrees its edges bend, so that a rectangle of degrees around it holds more than it does.

use std::sync::Arc;

use geo::{Coord, Geometry, MapCoords, Rect};

use super::sieve::meets_rect;
use crate::geo::vn2000::Projector;

/// The rectangle with its plane.
#[derive(Debug, Clone)]
pub struct Frame {
    plane: Arc<Projector>,
    rect: Rect<f64>,
}

impl Frame {
    /// Eastings and northings in metres.
    #[must_use]
    pub fn new(plane: Projector, (low, high): (Coord<f64>, Coord<f64>)) -> Self {
        Self {
            plane: Arc::new(plane),
            rect: Rect::new(low, high),
        }
    }

    /// Whether a geometry of longitudes and latitudes meets it, as it is told on the plane.
    pub(super) fn meets(&self, geometry: &Geometry<f64>) -> bool {
        let turned = geometry.try_map_coords(|at| {
            let (x, y) = self.plane.to_millimetres(at.x, at.y)?;
            Ok::<_, crate::geo::vn2000::OffPlane>(Coord { x, y })
        });
        turned.is_ok_and(|own| meets_rect(&own, self.rect))
    }
}
