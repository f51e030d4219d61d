//! Whether an edit's geometry lies where the programme works: turned axes and wrong zones put a plot into another country.

use geo::{Coord, CoordsIter, Geometry, Rect};
use serde_json::Value;

use super::crs::Crs;
use crate::areas::model::map::CommuneMap;
use crate::base::refusal::Refusal;
use crate::http::Problem;

/// So far beyond the rectangle around a commune something may still lie, degrees (about 10 km): a plot across the border,
/// an area that reaches into a neighbouring province.
const BEYOND_DEG: f64 = 0.1;

/// Refuses a GeoJSON geometry in longitude and latitude that lies away from all of today's communes. Where no commune is
/// known, nothing is.
pub(super) fn check(geometry: &Value, map: &CommuneMap, crs: Crs) -> Result<(), Problem> {
    let read = serde_json::from_value::<geojson::Geometry>(geometry.clone()).ok();
    let Some(geometry) = read.and_then(|own| Geometry::<f64>::try_from(own).ok()) else {
        // What is no geometry is refused where it is read.
        return Ok(());
    };
    let grounds: Vec<Rect<f64>> = map
        .communes()
        .iter()
        .map(|commune| wide(commune.region().bounds()))
        .collect();
    let is_on_ground = |at: Coord<f64>| grounds.iter().any(|ground| holds(ground, at));
    if grounds.is_empty() || geometry.coords_iter().all(is_on_ground) {
        return Ok(());
    }
    Err(refused(crs))
}

/// The refusal, which names the order of axes that was expected.
pub(super) fn refused(crs: Crs) -> Problem {
    let [en, vi] = crs.axes();
    Refusal::at(
        "/geometry",
        format!(
            "expected a place on or near the programme's communes: {en} / vị trí nằm ngoài địa bàn: {vi}"
        ),
    )
    .into()
}

fn wide(bounds: Rect<f64>) -> Rect<f64> {
    let (low, high) = (bounds.min(), bounds.max());
    Rect::new(
        (low.x - BEYOND_DEG, low.y - BEYOND_DEG),
        (high.x + BEYOND_DEG, high.y + BEYOND_DEG),
    )
}

fn holds(ground: &Rect<f64>, at: Coord<f64>) -> bool {
    let (low, high) = (ground.min(), ground.max());
    (low.x..=high.x).contains(&at.x) && (low.y..=high.y).contains(&at.y)
}
