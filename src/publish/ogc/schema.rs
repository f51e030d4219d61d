//! The fields of a collection as JSON Schema: what features hold, and what filters may name.

use serde_json::{Map, Value, json};

use super::Site;
use super::documents::titles;
use crate::publish::feature::{Collection, Field, Kind, Shape};
use crate::publish::filter::{GEOMETRY, ID};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// What features hold.
pub(super) fn schema(site: &Site, own: Collection, fields: &[Field], shape: Shape) -> Value {
    let mut properties = Map::new();
    properties.insert(
        ID.into(),
        json!({ "title": "Mã (id)", "type": "string", "x-ogc-role": "id" }),
    );
    properties.insert(
        GEOMETRY.into(),
        json!({ "title": "Hình học (geometry)", "x-ogc-role": "primary-geometry", "format": format_of(shape) }),
    );
    for (place, field) in fields.iter().enumerate() {
        let mut told = property(field);
        told.insert("x-ogc-propertySeq".into(), (place + 1).into());
        if let Some(role) = role(field.name) {
            told.insert("x-ogc-role".into(), role.into());
        }
        properties.insert(field.name.into(), told.into());
    }
    document(site, own, "schema", &properties)
}

/// What filters may name.
pub(super) fn queryables(site: &Site, own: Collection, fields: &[Field], shape: Shape) -> Value {
    let mut properties = Map::new();
    properties.insert(ID.into(), json!({ "title": "Mã (id)", "type": "string" }));
    properties.insert(
        GEOMETRY.into(),
        json!({
            "title": "Hình học (geometry)",
            "$ref": reference(shape),
            "format": format_of(shape),
            "x-ogc-role": "primary-geometry",
        }),
    );
    for field in fields.iter().filter(|field| field.is_queryable) {
        properties.insert(field.name.into(), property(field).into());
    }
    let mut told = document(site, own, "queryables", &properties);
    told["additionalProperties"] = false.into();
    told
}

fn document(site: &Site, own: Collection, what: &str, properties: &Map<String, Value>) -> Value {
    json!({
        "$schema": DIALECT,
        "$id": site.at(&format!("/collections/{own}/{what}")),
        "type": "object",
        "title": titles(own).0,
        "properties": properties,
    })
}

fn property(field: &Field) -> Map<String, Value> {
    let mut told = type_of(field.kind);
    told.insert("title".into(), field.title_vi.into());
    told.insert("description".into(), field.title_en.into());
    told
}

/// The type of a field, as JSON Schema and OpenAPI write it.
pub(super) fn type_of(kind: Kind) -> Map<String, Value> {
    let (kind, format) = match kind {
        Kind::Text => ("string", None),
        Kind::Integer => ("integer", None),
        Kind::Real => ("number", None),
        Kind::Flag => ("boolean", None),
        Kind::Time => ("string", Some("date-time")),
        Kind::Date => ("string", Some("date")),
    };
    let mut told = Map::new();
    told.insert("type".into(), kind.into());
    if let Some(format) = format {
        told.insert("format".into(), format.into());
    }
    told
}

fn role(name: &str) -> Option<&'static str> {
    Some(match name {
        "detected_at" | "taken_at" | "at" => "primary-instant",
        "started_at" | "valid_from" | "window_from" => "primary-interval-start",
        "ended_at" | "valid_to" | "window_to" => "primary-interval-end",
        _ => return None,
    })
}

const fn format_of(shape: Shape) -> &'static str {
    match shape {
        Shape::Point => "geometry-point",
        Shape::MultiLineString => "geometry-multilinestring",
        Shape::MultiPolygon => "geometry-multipolygon",
        Shape::Polygon => "geometry-polygon",
    }
}

const fn reference(shape: Shape) -> &'static str {
    match shape {
        Shape::Point => "https://geojson.org/schema/Point.json",
        Shape::MultiLineString => "https://geojson.org/schema/MultiLineString.json",
        Shape::MultiPolygon => "https://geojson.org/schema/MultiPolygon.json",
        Shape::Polygon => "https://geojson.org/schema/Polygon.json",
    }
}
