//! Phát hiện điểm trồng: a plot with its count and its measure by tape, paces or walked edge.

use serde_json::{Map, Value, json};

use crate::base::ids::PlotId;
use crate::plots::model::outline::Outline;
use crate::plots::model::wire::GeometryWire;

use super::super::geotext::{self, Provenance};
use super::super::names::Chain;
use super::super::xml::Element;
use super::{Document, Part, PartKind, Reading, geopoint, is_yes, number, time};

pub(super) fn read(root: &Element, chain: &Chain) -> Reading {
    let plot = PlotId(chain.fact("plot"));
    let mut document = Document::of(root);
    document.texts(&[
        "crop",
        "detected_at",
        "detected_by",
        "stage",
        "plants_method",
        "land",
        "intercropped_with",
        "forest_compartment",
        "notes",
    ]);
    document.numbers(&["plants"]);
    document.number("walking_minutes_from_settlement", "walking_minutes");
    document.flag("voluntary", "voluntary");
    measure(&mut document);
    place(&mut document);
    document.put_some("revises", chain.revises());
    let part = Part {
        name: "plot",
        kind: PartKind::Plot,
        fact: plot.0,
        document: feature(root, &document.finish()),
    };
    Reading {
        parts: vec![part],
        point: geopoint(root, "point"),
        at: time(root, "detected_at"),
        plot: Some(plot),
        ..Reading::default()
    }
}

/// A plot's document: its point as GeoJSON, everything else as properties.
pub(super) fn feature(root: &Element, properties: &Value) -> Value {
    let coordinates = geopoint(root, "point").map(|point| {
        let position = point.position;
        let mut coordinates = vec![position.lon(), position.lat()];
        coordinates.extend(point.altitude_m);
        coordinates
    });
    json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": coordinates },
        "properties": properties,
    })
}

/// How the point came about, and the text as the form wrote it.
pub(super) fn place(document: &mut Document<'_>) {
    let Some((text, point)) = document
        .root
        .text_of("point")
        .and_then(|text| Some((text, geotext::point(text).ok()?)))
    else {
        return;
    };
    let method = match point.provenance {
        Provenance::HandPlaced => "map_tap",
        Provenance::Measured | Provenance::Mocked => "gnss_single",
    };
    document.put("position_method", method);
    if point.provenance == Provenance::Mocked {
        document.put("mock", true);
    }
    document.put_some("hacc_m", point.accuracy_m);
    document.put(
        "coord_input",
        json!({ "text": text, "crs": "WGS 84", "format": point.provenance.as_str() }),
    );
}

fn measure(document: &mut Document<'_>) {
    match document.root.text_of("area_how") {
        Some("known") => {
            document.numbers(&["area_m2"]);
            document.text("area_method", "area_method");
        }
        Some("tape") => beds(document, "m"),
        Some("paces") => {
            document.numbers(&["pace_m"]);
            beds(document, "paces");
        }
        Some("edge") => edge(document),
        _ => {}
    }
}

fn beds(document: &mut Document<'_>, unit: &str) {
    let beds: Vec<Value> = document
        .root
        .all("bed")
        .into_iter()
        .map(|bed| {
            let shape = bed.text_of("bed_shape").unwrap_or_default();
            let sides = match shape {
                "triangle" => ["base", "height"],
                _ => ["length", "width"],
            };
            let mut told = Map::new();
            told.insert("shape".into(), shape.into());
            let asked = [
                ("count".to_owned(), "bed_count"),
                (format!("{}_{unit}", sides[0]), "bed_length"),
                (format!("{}_{unit}", sides[1]), "bed_width"),
            ];
            for (name, from) in asked {
                if let Some(text) = bed.text_of(from) {
                    told.insert(name, number(text));
                }
            }
            Value::Object(told)
        })
        .collect();
    document.put("beds", beds);
}

/// A walked edge; what was drawn by hand is no measure, and its area no better than an estimate.
fn edge(document: &mut Document<'_>) {
    let Some(text) = document.root.text_of("outline") else {
        return;
    };
    let Ok(points) = geotext::points(text) else {
        document.put("outline", text);
        return;
    };
    let ring = geotext::ring(&points);
    let is_walked = points
        .iter()
        .all(|point| point.provenance == Provenance::Measured);
    let geometry = json!({ "type": "Polygon", "coordinates": [ring] });
    if is_walked {
        if is_yes(document.root, "confirmed_small_outline") == Some(true) {
            document.put("confirmed_small_outline", true);
            document.put("area_method", "gnss_polygon");
        }
    } else {
        document.put_some("area_m2", area_m2(&geometry));
        document.put("area_method", "estimated");
    }
    document.put("outline", geometry);
}

fn area_m2(geometry: &Value) -> Option<f64> {
    let wire: GeometryWire = serde_json::from_value(geometry.clone()).ok()?;
    let outline = Outline::from_geojson(&wire).ok()?;
    Some((outline.area_m2() * 10.0).round() / 10.0)
}
