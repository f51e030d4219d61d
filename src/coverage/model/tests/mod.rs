#![expect(
    clippy::cast_precision_loss,
    reason = "counts and areas of a few communes, far below 2^53"
)]

mod answer;
mod definition;
mod fine;
mod fold;
mod region;
mod risk;
mod settle;
mod sweep;
mod tally;
mod timeline;
mod window;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::coverage::model::lattice::Lattice;
use crate::coverage::model::risk::RiskGrid;

/// A star-shaped polygon around (104.3, 22.4), one radius in degrees per corner.
fn star(shift: f64, radii: &[f64]) -> MultiPolygon {
    let corners = radii.iter().enumerate().map(|(n, radius)| {
        let (sin, cos) = (std::f64::consts::TAU * n as f64 / radii.len() as f64).sin_cos();
        Coord {
            x: 104.3 + shift + radius * cos,
            y: 22.4 + radius * sin,
        }
    });
    MultiPolygon::new(vec![Polygon::new(corners.collect(), vec![])])
}

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon {
    let corners = [(west, south), (east, south), (east, north), (west, north)];
    MultiPolygon::new(vec![Polygon::new(
        LineString::from(corners.to_vec()),
        vec![],
    )])
}

fn grid_of(risk: &MultiPolygon) -> RiskGrid {
    RiskGrid::lay(Lattice::CURRENT, risk)
}
