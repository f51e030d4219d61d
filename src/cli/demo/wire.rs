//! The made-up province in the shapes that the doors read.

use serde_json::{Map, Value, json};

use crate::demo::{
    Bed, CheckWindow, Demo, Fix, Incident, PROVINCE_CODE, PROVINCE_NAME, Patrol, Photo, Plot,
    RiskArea,
};
use crate::geo::position::Position;

use super::forces::Forces;
use super::load::{digest, text};

fn place(position: Position) -> Value {
    json!([rounded(position.lon(), 1e7), rounded(position.lat(), 1e7)])
}

fn rounded(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}

fn ring(outline: &[Position]) -> Value {
    json!([outline.iter().copied().map(place).collect::<Vec<_>>()])
}

fn collection(features: &[Value]) -> Vec<u8> {
    json!({ "type": "FeatureCollection", "features": features })
        .to_string()
        .into_bytes()
}

pub(super) fn communes(demo: &Demo) -> Vec<u8> {
    let features = demo.communes.iter().map(|commune| {
        json!({
            "type": "Feature",
            "properties": {
                "code": commune.code, "name": commune.name, "type": commune.kind, "is_border": commune.is_border,
                "province_code": PROVINCE_CODE, "province_name": PROVINCE_NAME,
            },
            "geometry": { "type": "Polygon", "coordinates": ring(&commune.outline) },
        })
    });
    collection(&features.collect::<Vec<_>>())
}

pub(super) fn risk_areas(areas: &[RiskArea]) -> Vec<u8> {
    let features = areas.iter().enumerate().map(|(index, area)| {
        json!({
            "type": "Feature",
            "properties": {
                "code": format!("NC-{:04}", index + 1), "name": area.name, "level": area.level, "basis": area.basis,
                "crop": area.crop, "windows": area.windows.iter().map(window).collect::<Vec<_>>(),
                "required_visits": area.required_visits, "valid_from": area.valid_from, "valid_to": area.valid_to,
            },
            "geometry": { "type": "Polygon", "coordinates": ring(&area.outline) },
        })
    });
    collection(&features.collect::<Vec<_>>())
}

fn window(window: &CheckWindow) -> Value {
    let day = |(month, day): (u32, u32)| format!("{month:02}-{day:02}");
    json!({ "name": window.pass, "from": day(window.from), "to": day(window.to) })
}

pub(super) fn gates(demo: &Demo) -> Vec<u8> {
    let features = demo.gates.iter().enumerate().map(|(index, gate)| {
        json!({
            "type": "Feature",
            "properties": { "code": format!("CK-{:02}", index + 1), "name": gate.name, "kind": gate.kind, "commune": gate.commune },
            "geometry": { "type": "Point", "coordinates": place(gate.position) },
        })
    });
    collection(&features.collect::<Vec<_>>())
}

pub(super) fn patrol(patrol: &Patrol, forces: &Forces) -> Value {
    let headcount: Map<String, Value> = patrol
        .headcount
        .iter()
        .map(|(org, members)| (text(forces.org(*org).0), json!(members)))
        .collect();
    json!({
        "kind": patrol.kind, "team": forces.team(patrol.team), "lead_org": forces.org(patrol.lead_org),
        "headcount": headcount, "transport": patrol.transport, "started_at": patrol.started_at,
        "ended_at": patrol.ended_at, "notes": patrol.notes,
    })
}

pub(super) fn fixes(fixes: &[Fix]) -> Value {
    let fixes: Vec<Value> = fixes
        .iter()
        .map(|fix| {
            json!({
                "t": fix.t, "lon": rounded(fix.position.lon(), 1e7), "lat": rounded(fix.position.lat(), 1e7),
                "accuracy_m": fix.accuracy_m, "altitude_m": fix.altitude_m, "speed_mps": fix.speed_mps,
                "bearing_deg": fix.bearing_deg, "mock": fix.mock,
            })
        })
        .collect();
    json!({ "fixes": fixes })
}

pub(super) fn incident(incident: &Incident) -> Value {
    json!({ "title": incident.label, "occurred_at": incident.opened_at })
}

pub(super) fn plot(plot: &Plot) -> Value {
    let mut properties = json!({
        "crop": plot.crop, "detected_at": plot.detected_at, "detected_by": plot.detected_by, "patrol": plot.patrol,
        "stage": plot.stage, "plants": plot.plants, "plants_method": plot.plants_method, "hacc_m": plot.hacc_m,
        "land": plot.land, "voluntary": plot.voluntary, "incident": plot.incident, "area_method": plot.area_method,
    });
    if let Some(outline) = &plot.outline {
        properties["outline"] = json!({ "type": "Polygon", "coordinates": ring(outline) });
    }
    if plot.beds.is_empty() {
        properties["area_m2"] = json!(rounded(plot.area_m2, 10.0));
    } else {
        properties["beds"] = plot.beds.iter().map(bed).collect();
    }
    json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": place(plot.position) }, "properties": properties })
}

fn bed(bed: &Bed) -> Value {
    match bed {
        Bed::Rectangle { width_m, length_m } => {
            json!({ "shape": "rectangle", "width_m": width_m, "length_m": length_m })
        }
        Bed::Triangle { base_m, height_m } => {
            json!({ "shape": "triangle", "base_m": base_m, "height_m": height_m })
        }
    }
}

pub(super) fn sidecar(photo: &Photo, bytes: &[u8]) -> Value {
    json!({
        "sha256": digest(bytes), "bytes": bytes.len(), "taken_at": photo.taken_at,
        "lon": rounded(photo.position.lon(), 1e7), "lat": rounded(photo.position.lat(), 1e7),
        "accuracy_m": photo.accuracy_m, "bearing_deg": photo.bearing_deg, "fix_age_s": photo.fix_age_s,
        "phase": photo.phase, "plot": photo.plot, "gnss_at": photo.taken_at, "source": "camera",
    })
}
