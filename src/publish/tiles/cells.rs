//! Cells by zoom, and cells that several communes share put together.

use std::collections::BTreeMap;

use geo::{Geometry, Rect, coord};
use h3o::CellIndex;

use crate::geo::cells::Cell;
use crate::geo::tile::Tile;
use crate::publish::feature::{Collection, Feature, Field, Value};

/// The resolution of what a tile of a zoom shows. Outsiders see density at the one resolution that they may see.
pub fn resolution(collection: Collection, zoom: u8, is_full: bool) -> Option<u8> {
    match collection {
        Collection::CoverageCells => Some(match zoom {
            ..=10 => 7,
            11..=13 => 9,
            _ => 11,
        }),
        Collection::DensityCells if is_full => Some(match zoom {
            ..=8 => 7,
            9..=10 => 8,
            _ => 9,
        }),
        _ => None,
    }
}

/// The ground whose cells are made at once: coverage is computed commune by commune.
pub fn around(collection: Collection, tile: Tile) -> Option<Tile> {
    (collection == Collection::CoverageCells).then(|| {
        tile.above(match tile.z() {
            ..=10 => 8,
            11..=13 => 10,
            _ => 13,
        })
    })
}

/// Wider than a cell of resolution 7, in degrees at the latitudes that there are: a cell that reaches over the edge of
/// such ground is made of all its children.
const MARGIN: f64 = 0.06;

/// The rectangle of which cells are read for such ground.
pub fn wide(ground: Tile) -> Rect<f64> {
    let (low, high) = (ground.bounds().min(), ground.bounds().max());
    Rect::new(
        coord! { x: low.x - MARGIN, y: low.y - MARGIN },
        coord! { x: high.x + MARGIN, y: high.y + MARGIN },
    )
}

/// What is known of one cell.
#[derive(Default)]
struct Sum {
    risk_m2: f64,
    covered_m2: f64,
    visits: i64,
    last_visit: Option<Value>,
    last_day: i64,
}

/// Cells of coverage at a resolution: those of several communes, and the children of one, become one. Areas add up;
/// visits and the last visit are the most and the latest of them.
pub fn together(features: &[Feature], fields: &[Field], resolution: u8) -> Vec<Feature> {
    let place = |name: &str| fields.iter().position(|field| field.name == name);
    let [cell, risk, covered, visits, last] =
        ["cell", "risk_m2", "covered_m2", "visits", "last_visit_on"].map(place);
    let value = |feature: &Feature, at: Option<usize>| {
        at.and_then(|at| feature.values.get(at).cloned())
            .unwrap_or(Value::Null)
    };
    let mut sums: BTreeMap<CellIndex, Sum> = BTreeMap::new();
    for feature in features {
        let Value::Text(text) = value(feature, cell) else {
            continue;
        };
        let own = text.parse::<CellIndex>().ok().map(Cell::from);
        let Some(parent) = own.and_then(|own| own.parent(resolution).ok()) else {
            continue;
        };
        let sum = sums.entry(parent.index()).or_default();
        sum.risk_m2 += number(&value(feature, risk));
        sum.covered_m2 += number(&value(feature, covered));
        if let Value::Integer(visits) = value(feature, visits) {
            sum.visits = sum.visits.max(visits);
        }
        if let Value::Date(day) = value(feature, last)
            && (sum.last_visit.is_none() || day.as_days() > sum.last_day)
        {
            sum.last_day = day.as_days();
            sum.last_visit = Some(Value::Date(day));
        }
    }
    sums.into_iter()
        .map(|(cell, sum)| sum.feature(cell))
        .collect()
}

/// The fields of cells put together, in the order of their values.
pub const TOGETHER: [&str; 6] = [
    "cell",
    "risk_m2",
    "covered_m2",
    "covered_pct",
    "visits",
    "last_visit_on",
];

impl Sum {
    fn feature(self, cell: CellIndex) -> Feature {
        let covered_pct = (self.risk_m2 > 0.0)
            .then(|| (1000.0 * self.covered_m2 / self.risk_m2).round() / 10.0)
            .map_or(Value::Null, Value::Real);
        let corners = cell.boundary();
        let ring: Vec<(f64, f64)> = corners.iter().map(|at| (at.lng(), at.lat())).collect();
        let outline = geo::Polygon::new(ring.into(), Vec::new());
        Feature {
            id: cell.to_string(),
            geometry: Some(Geometry::Polygon(outline)),
            values: vec![
                Value::Text(cell.to_string()),
                Value::Real(self.risk_m2.round()),
                Value::Real(self.covered_m2.round()),
                covered_pct,
                Value::Integer(self.visits),
                self.last_visit.unwrap_or(Value::Null),
            ],
        }
    }
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Real(number) => *number,
        _ => 0.0,
    }
}
