//! The model against published cases, GeographicLib and the tables it was written from.

mod drafts;
mod measures;
mod seasons;
mod texts;

use serde_json::{Value, json};

use super::PlotDraft;
use super::wire::PlotWire;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;

fn received_at() -> Timestamp {
    "2026-02-25T12:00:00+07:00".parse().unwrap()
}

/// The fixture plot: Yên Minh's 1,075 plants on 64 m².
fn plot() -> Value {
    serde_json::from_str(include_str!("../../../../fixtures/plots/plot.json")).unwrap()
}

/// The fixture plot with other properties; `null` takes one away.
fn plot_with(changes: &Value) -> Value {
    let mut plot = plot();
    let properties = plot["properties"].as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            properties.remove(name);
        } else {
            properties.insert(name.clone(), value.clone());
        }
    }
    plot
}

fn parsed(plot: Value) -> Result<PlotDraft, Refusal> {
    let wire: PlotWire = serde_json::from_value(plot).unwrap();
    PlotDraft::from_wire(&wire, received_at())
}

fn draft(changes: &Value) -> PlotDraft {
    parsed(plot_with(changes)).unwrap()
}

fn faults(plot: Value) -> Vec<String> {
    parsed(plot)
        .unwrap_err()
        .0
        .into_iter()
        .map(|fault| fault.pointer)
        .collect()
}

/// A square outline around the fixture's point, closed.
fn square(side_m: f64) -> Value {
    let lat = side_m / 2.0 / 110_750.0;
    let lon = side_m / 2.0 / 103_000.0;
    let corner = |x: f64, y: f64| json!([104.3 + x * lon, 22.4 + y * lat]);
    let ring = [
        (-1.0, -1.0),
        (1.0, -1.0),
        (1.0, 1.0),
        (-1.0, 1.0),
        (-1.0, -1.0),
    ];
    json!({"type": "Polygon", "coordinates": [ring.map(|(x, y)| corner(x, y))]})
}
