//! KML 2.2 (OGC 07-147r2): placemarks with typed data and one style. Text is what viewers show; numbers and times keep
//! their values beside it.

use geo::{Geometry, LineString, Polygon};

use crate::publish::feature::{Feature, Kind, Value};

use super::layer::Layer;
use super::styles::{Colour, colour};
use super::text::{Rows, add, element, escape, pair, plain};

/// One document.
#[derive(Debug)]
pub struct Kml {
    layer: Layer,
}

impl Kml {
    /// Of this layer.
    #[must_use]
    pub const fn new(layer: Layer) -> Self {
        Self { layer }
    }
}

/// What a placemark is called, when it has such a field.
const NAMES: [&str; 2] = ["name", "code"];

const fn simple(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "int",
        Kind::Real => "double",
        Kind::Flag => "bool",
        Kind::Text | Kind::Time | Kind::Date => "string",
    }
}

impl Rows for Kml {
    fn open(&mut self, out: &mut String) {
        out.push_str(concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            "\n",
            r#"<kml xmlns="http://www.opengis.net/kml/2.2"><Document>"#,
            "\n"
        ));
        element(out, "name", self.layer.title);
        style(out, colour(self.layer.collection));
        let name = self.layer.name();
        add(
            out,
            format_args!("\n<Schema name=\"{name}\" id=\"{name}\">"),
        );
        out.push_str("<SimpleField name=\"id\" type=\"string\"/>");
        for field in self.layer.fields {
            let kind = simple(field.kind);
            add(
                out,
                format_args!(
                    "<SimpleField name=\"{}\" type=\"{kind}\"><displayName>",
                    field.name
                ),
            );
            escape(out, field.title_vi);
            out.push_str("</displayName></SimpleField>");
        }
        // An empty folder is a layer without features; an empty document is no layer to readers.
        out.push_str("</Schema>\n<Folder>");
        element(out, "name", self.layer.title);
        out.push('\n');
    }

    fn row(&mut self, feature: &Feature, out: &mut String) {
        // Newer readers take the id from here, older ones from the data.
        out.push_str("<Placemark id=\"");
        escape(out, &feature.id);
        out.push_str("\">");
        element(out, "name", &self.layer.called(feature, &NAMES));
        out.push_str("<styleUrl>#own</styleUrl><ExtendedData>");
        add(
            out,
            format_args!("<SchemaData schemaUrl=\"#{}\">", self.layer.name()),
        );
        data(out, "id", &feature.id);
        for (field, value) in self.layer.known(feature) {
            // LIBKML reads the words of xsd:boolean as zero, and its digits as they are.
            let text = match value {
                Value::Flag(is) => Some(u8::from(*is).to_string()),
                other => plain(other),
            };
            data(out, field.name, &text.unwrap_or_default());
        }
        out.push_str("</SchemaData></ExtendedData>");
        if let Some(geometry) = &feature.geometry {
            shape(out, geometry);
        }
        out.push_str("</Placemark>\n");
    }

    fn close(&mut self, out: &mut String) {
        out.push_str("</Folder></Document></kml>\n");
    }
}

fn data(out: &mut String, name: &str, text: &str) {
    add(out, format_args!("<SimpleData name=\"{name}\">"));
    escape(out, text);
    out.push_str("</SimpleData>");
}

/// KML names colours from alpha to red.
fn style(out: &mut String, Colour([red, green, blue]): Colour) {
    let bgr = format!("{blue:02x}{green:02x}{red:02x}");
    add(
        out,
        format_args!(
            "\n<Style id=\"own\"><IconStyle><color>ff{bgr}</color><scale>0.8</scale></IconStyle>\
             <LabelStyle><scale>0.7</scale></LabelStyle><LineStyle><color>ff{bgr}</color><width>2</width></LineStyle>\
             <PolyStyle><color>59{bgr}</color></PolyStyle></Style>"
        ),
    );
}

fn shape(out: &mut String, geometry: &Geometry<f64>) {
    match geometry {
        Geometry::Point(point) => {
            out.push_str("<Point><coordinates>");
            pair(out, point.0, ",");
            out.push_str("</coordinates></Point>");
        }
        Geometry::LineString(own) => line(out, own),
        Geometry::MultiLineString(lines) => {
            out.push_str("<MultiGeometry>");
            lines.iter().for_each(|own| line(out, own));
            out.push_str("</MultiGeometry>");
        }
        Geometry::Polygon(own) => polygon(out, own),
        Geometry::MultiPolygon(polygons) => {
            out.push_str("<MultiGeometry>");
            polygons.iter().for_each(|own| polygon(out, own));
            out.push_str("</MultiGeometry>");
        }
        _ => {}
    }
}

fn coordinates(out: &mut String, line: &LineString<f64>) {
    out.push_str("<coordinates>");
    for coord in line.coords() {
        pair(out, *coord, ",");
        out.push(' ');
    }
    out.push_str("</coordinates>");
}

fn line(out: &mut String, line: &LineString<f64>) {
    out.push_str("<LineString><tessellate>1</tessellate>");
    coordinates(out, line);
    out.push_str("</LineString>");
}

fn polygon(out: &mut String, polygon: &Polygon<f64>) {
    let ring = |out: &mut String, name: &str, ring: &LineString<f64>| {
        add(out, format_args!("<{name}><LinearRing>"));
        coordinates(out, ring);
        add(out, format_args!("</LinearRing></{name}>"));
    };
    out.push_str("<Polygon>");
    ring(out, "outerBoundaryIs", polygon.exterior());
    for hole in polygon.interiors() {
        ring(out, "innerBoundaryIs", hole);
    }
    out.push_str("</Polygon>");
}
