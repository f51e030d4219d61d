//! A draft's meaning as JSON: equal drafts give equal text, by which replays are told, and readers get it back.

use geo::Polygon;
use serde_json::{Map, Value, json};

use super::draft::PlotDraft;
use super::incident::IncidentDraft;
use super::outline::Outline;

/// The field that only the handling unit may read.
pub const GROWER_STATUS: &str = "grower_status";
/// The field that belongs to a version, not to the plot.
pub const REVISES: &str = "revises";

/// The draft's fields under their wire names; what is absent is left out.
#[must_use]
pub fn record(draft: &PlotDraft) -> Value {
    let position = draft.position;
    let told = json!({
        "lon": position.lon(),
        "lat": position.lat(),
        "altitude_m": draft.altitude_m,
        "hacc_m": draft.hacc_m,
        "position_method": draft.position_method,
        "mock": draft.mock.then_some(true),
        "source": draft.source,
        "crop": draft.crop,
        "detected_at": draft.detected_at,
        "detected_by": draft.detected_by,
        "patrol": draft.patrol,
        "stage": draft.stage,
        "plants": draft.plants.map(|plants| plants.number),
        "plants_method": draft.plants.map(|plants| plants.method),
        "area_m2": draft.area.map(|area| area.area_m2),
        "area_method": draft.area.map(|area| area.method),
        "outline": draft.outline.as_ref().map(geometry),
        "outline_area_m2": draft.outline.as_ref().map(Outline::area_m2),
        "land": draft.land,
        "voluntary": draft.voluntary,
        "incident": draft.incident,
        "replanting_of": draft.replanting_of,
        "outside_vietnam": draft.outside_vietnam,
        "coord_input": draft.coord_input.as_ref().map(|typed| json!({
            "text": typed.text, "crs": typed.crs, "format": typed.format,
        })),
        "intercropped_with": draft.intercropped_with,
        "walking_minutes_from_settlement": draft.walking_minutes_from_settlement,
        "forest_compartment": draft.forest_compartment,
        GROWER_STATUS: draft.grower_status,
        "notes": draft.notes,
        REVISES: draft.revises,
    });
    present(told)
}

/// The incident's fields under their wire names.
#[must_use]
pub fn incident_record(draft: &IncidentDraft) -> Value {
    present(json!({
        "title": draft.title,
        "commune": draft.commune,
        "occurred_at": draft.occurred_at,
        "notes": draft.notes,
        REVISES: draft.revises,
    }))
}

/// The object without its null members.
pub(super) fn present(told: Value) -> Value {
    let Value::Object(fields) = told else {
        return told;
    };
    let told: Map<_, _> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    Value::Object(told)
}

pub(super) fn geometry(outline: &Outline) -> Value {
    let polygon: &Polygon<f64> = outline.polygon();
    let ring: Vec<[f64; 2]> = polygon.exterior().coords().map(|c| [c.x, c.y]).collect();
    json!({ "type": "Polygon", "coordinates": [ring] })
}
