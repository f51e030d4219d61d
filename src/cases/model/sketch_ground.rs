//! The ground of a sketch: the plot's plane and edge, and points on the page for places on it.

use super::facts::CaseFacts;
use super::pages::on_plane;
use super::sketch::{FAR_M, MIDDLE, RADIUS};
use crate::geo::measure::distance_m;
use crate::geo::position::Position;

/// The plane around the plot: metres east and north of it, and points for a metre.
pub(super) struct Ground {
    east: f64,
    north: f64,
    pub(super) scale: f64,
    /// The plot's edge on the plane, metres east and north of the middle; none where its outline is not known.
    pub(super) edge: Vec<(f64, f64)>,
    pub(super) radius_m: f64,
}

impl Ground {
    pub(super) fn of(case: &CaseFacts) -> Option<Self> {
        let middle = on_plane(case.position)?;
        let near = case.photos.iter().filter_map(|photo| photo.position);
        let near = near.filter(|position| distance_m(case.position, *position) <= FAR_M);
        let seen = near.chain(case.outline.iter().copied());
        let farthest = seen
            .map(|position| distance_m(case.position, position))
            .chain([radius_m(case), case.hacc_m.unwrap_or(0.0), 5.0])
            .fold(0.0, f64::max);
        let mut ground = Self {
            east: middle.y_east_m,
            north: middle.x_north_m,
            scale: f64::from(RADIUS) / farthest,
            edge: Vec::new(),
            radius_m: radius_m(case),
        };
        let edge = case.outline.iter().filter_map(|at| ground.metres(*at));
        let edge: Vec<(f64, f64)> = edge.collect();
        if edge.len() > 2 {
            ground.edge = edge;
        }
        Some(ground)
    }

    /// Metres east and north of the plot's middle.
    pub(super) fn metres(&self, position: Position) -> Option<(f64, f64)> {
        let plane = on_plane(position)?;
        Some((plane.y_east_m - self.east, plane.x_north_m - self.north))
    }

    /// How far a place lies from the plot's edge, m; 0 inside. Without an outline the edge is the circle's.
    pub(super) fn edge_away_m(&self, (east, north): (f64, f64)) -> f64 {
        if self.edge.is_empty() {
            return (east.hypot(north) - self.radius_m).max(0.0);
        }
        let mut is_inside = false;
        let mut nearest = f64::INFINITY;
        for (a, b) in sides(&self.edge) {
            nearest = nearest.min(from_side((east, north), a, b));
            let crosses = (a.1 > north) != (b.1 > north);
            if crosses && east < (b.0 - a.0) * (north - a.1) / (b.1 - a.1) + a.0 {
                is_inside = !is_inside;
            }
        }
        if is_inside { 0.0 } else { nearest }
    }

    #[expect(clippy::cast_possible_truncation, reason = "points on a page")]
    pub(super) fn point(&self, position: Position) -> Option<(f32, f32)> {
        let (east, north) = self.metres(position)?;
        Some((
            MIDDLE.0 + (east * self.scale) as f32,
            MIDDLE.1 - (north * self.scale) as f32,
        ))
    }

    #[expect(clippy::cast_possible_truncation, reason = "points on a page")]
    pub(super) fn points(&self, metres: f64) -> f32 {
        (metres * self.scale) as f32
    }
}

/// The sides of a closed outline.
pub(super) fn sides(edge: &[(f64, f64)]) -> impl Iterator<Item = ((f64, f64), (f64, f64))> {
    let next = edge.iter().cycle().skip(1);
    edge.iter().copied().zip(next.copied())
}

/// The distance of a point from a side.
fn from_side(point: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (along, up) = (b.0 - a.0, b.1 - a.1);
    let length = along * along + up * up;
    let share = if length > 0.0 {
        (((point.0 - a.0) * along + (point.1 - a.1) * up) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (point.0 - a.0 - share * along).hypot(point.1 - a.1 - share * up)
}

/// The radius of a circle of the plot's area, m.
fn radius_m(case: &CaseFacts) -> f64 {
    (case.area_m2.unwrap_or(0.0) / std::f64::consts::PI).sqrt()
}
