//! What `fixtures/coverage/make_truth.py` writes: a made-up patch of province and its exact coverage.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use geo::{Coord, Distance, Geodesic, LineString, MultiPolygon, Polygon};
use serde::Deserialize;
use tuantra::coverage::model::definition::Definition;
use tuantra::coverage::model::sweep::Walked;
use tuantra::geo::position::Position;

/// Faster than anyone walks; the script uses the same figure.
const MAX_SPEED_MPS: f64 = 7.0;

#[derive(Deserialize)]
pub struct Patch {
    pub last_day: i64,
    pub communes: Vec<Commune>,
    risk_areas: Vec<Shape>,
    pub walks: Vec<Walk>,
}

#[derive(Deserialize)]
pub struct Commune {
    rings: Vec<Vec<[i32; 2]>>,
    /// Exact shares by radius and window; none where there is no risk.
    pub covered: BTreeMap<String, Option<f64>>,
}

#[derive(Deserialize)]
struct Shape {
    rings: Vec<Vec<[i32; 2]>>,
}

/// Fixes as seconds, longitude and latitude in 1e-6 degrees, each less the one before, and accuracy.
#[derive(Deserialize)]
pub struct Walk {
    pub day: i64,
    fixes: Vec<[i32; 4]>,
}

impl Patch {
    pub fn read(file: &str) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
        serde_json::from_str(&text).with_context(|| format!("{file} is no truth"))
    }

    pub fn areas(&self) -> Vec<MultiPolygon> {
        self.risk_areas
            .iter()
            .map(|area| shape(&area.rings))
            .collect()
    }
}

impl Commune {
    pub fn shape(&self) -> MultiPolygon {
        shape(&self.rings)
    }
}

impl Walk {
    /// The pieces of this walk that earn coverage.
    pub fn walked(&self, definition: &Definition) -> Vec<Walked> {
        let (mut t, mut lon, mut lat) = (0, 0, 0);
        let mut walked = Vec::new();
        let mut before: Option<(i32, Position)> = None;
        for [seconds, east, north, accuracy_m] in &self.fixes {
            (t, lon, lat) = (t + seconds, lon + east, lat + north);
            let Ok(at) = Position::from_e7(lon * 10, lat * 10) else {
                continue;
            };
            if f64::from(*accuracy_m) > definition.max_accuracy_m() {
                continue;
            }
            walked.push(match before {
                Some((earlier, from)) if credible(definition, t - earlier, from, at) => {
                    Walked::Corridor { from, to: at }
                }
                _ => Walked::Disc { at },
            });
            before = Some((t, at));
        }
        walked
    }
}

fn credible(definition: &Definition, gap_s: i32, from: Position, to: Position) -> bool {
    let length_m = Geodesic.distance(from.to_point(), to.to_point());
    i64::from(gap_s) * 1000 <= definition.max_gap_ms()
        && length_m <= definition.max_gap_m()
        && length_m <= MAX_SPEED_MPS * f64::from(gap_s)
}

fn shape(rings: &[Vec<[i32; 2]>]) -> MultiPolygon {
    let mut rings = rings
        .iter()
        .map(|ring| ring.iter().map(|at| degrees(*at)).collect::<LineString>());
    let outer = rings.next().unwrap_or_else(|| LineString::new(vec![]));
    MultiPolygon::new(vec![Polygon::new(outer, rings.collect())])
}

fn degrees([lon, lat]: [i32; 2]) -> Coord {
    Coord {
        x: f64::from(lon) / 1e6,
        y: f64::from(lat) / 1e6,
    }
}
