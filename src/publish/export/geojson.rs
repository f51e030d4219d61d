//! GeoJSON (RFC 7946): longitude before latitude, no `crs`, at most seven decimals; as one collection or a line each.

use geo::{Coord, Geometry, LineString, Polygon};
use serde_json::Value as Json;

use crate::publish::feature::{Feature, Value};

use super::layer::Layer;
use super::text::{Rows, add, list, pair, rings};

/// One `FeatureCollection`.
#[derive(Debug)]
pub struct Collection {
    layer: Layer,
    is_first: bool,
}

/// Newline-delimited features.
#[derive(Debug)]
pub struct Lines {
    layer: Layer,
}

impl Collection {
    /// Of this layer.
    #[must_use]
    pub const fn new(layer: Layer) -> Self {
        let is_first = true;
        Self { layer, is_first }
    }
}

impl Lines {
    /// Of this layer.
    #[must_use]
    pub const fn new(layer: Layer) -> Self {
        Self { layer }
    }
}

impl Rows for Collection {
    fn open(&mut self, out: &mut String) {
        // Readers take the name of the layer from this member, which RFC 7946 leaves to us.
        let name = self.layer.name();
        add(
            out,
            format_args!(r#"{{"type":"FeatureCollection","name":"{name}","features":["#),
        );
    }

    fn row(&mut self, feature: &Feature, out: &mut String) {
        out.push_str(if self.is_first { "\n" } else { ",\n" });
        self.is_first = false;
        whole(&self.layer, feature, out);
    }

    fn close(&mut self, out: &mut String) {
        out.push_str("\n]}\n");
    }
}

impl Rows for Lines {
    fn open(&mut self, _: &mut String) {}

    fn row(&mut self, feature: &Feature, out: &mut String) {
        whole(&self.layer, feature, out);
        out.push('\n');
    }

    fn close(&mut self, _: &mut String) {}
}

fn whole(layer: &Layer, feature: &Feature, out: &mut String) {
    add(
        out,
        format_args!(
            r#"{{"type":"Feature","id":{},"geometry":"#,
            json_text(&feature.id)
        ),
    );
    match &feature.geometry {
        Some(geometry) => geometry_of(geometry, out),
        None => out.push_str("null"),
    }
    out.push_str(r#","properties":{"#);
    let members = layer.fields.iter().zip(&feature.values);
    list(out, ",", members, |out, (field, value)| {
        add(out, format_args!(r#""{}":"#, field.name));
        add(out, json(value));
    });
    out.push_str("}}");
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Text(text) => Json::from(text.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Real(number) => Json::from(*number),
        Value::Flag(is) => Json::from(*is),
        Value::Time(at) => Json::from(at.to_string()),
        Value::Date(day) => Json::from(day.to_string()),
    }
}

fn json_text(text: &str) -> Json {
    Json::from(text)
}

fn geometry_of(geometry: &Geometry<f64>, out: &mut String) {
    let named = |out: &mut String, name: &str| {
        add(out, format_args!(r#"{{"type":"{name}","coordinates":"#));
    };
    match geometry {
        Geometry::Point(point) => {
            named(out, "Point");
            position(out, point.0);
        }
        Geometry::LineString(line) => {
            named(out, "LineString");
            positions(out, line);
        }
        Geometry::MultiLineString(lines) => {
            named(out, "MultiLineString");
            out.push('[');
            list(out, ",", lines, positions);
            out.push(']');
        }
        Geometry::Polygon(own) => {
            named(out, "Polygon");
            polygon(out, own);
        }
        Geometry::MultiPolygon(polygons) => {
            named(out, "MultiPolygon");
            out.push('[');
            list(out, ",", polygons, polygon);
            out.push(']');
        }
        _ => return out.push_str("null"),
    }
    out.push('}');
}

fn position(out: &mut String, coord: Coord<f64>) {
    out.push('[');
    pair(out, coord, ",");
    out.push(']');
}

fn positions(out: &mut String, line: &LineString<f64>) {
    out.push('[');
    list(out, ",", line.coords().copied(), position);
    out.push(']');
}

fn polygon(out: &mut String, polygon: &Polygon<f64>) {
    out.push('[');
    list(out, ",", rings(polygon), positions);
    out.push(']');
}
