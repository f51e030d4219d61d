//! CSV for Excel: UTF-8 with its mark, CRLF, and formulas made harmless. Points stand in columns, in degrees and on the
//! VN-2000 plane; other shapes as WKT, which GDAL and QGIS find by the column's name.
//!
//! Empty text is `""` and what is not known is nothing at all, so that a reader that looks can tell them apart.

use geo::{Coord, Geometry, LineString, Polygon};

use crate::base::formulas::harmless;
use crate::geo::position::Position;
use crate::geo::vn2000::{PlanePosition, nearest_meridian, plane};
use crate::publish::feature::{Feature, Shape, Value};

use super::layer::Layer;
use super::text::{Rows, add, list, pair, plain, rings};

/// Columns of points. In Vietnamese papers X points north and Y east.
const OF_POINTS: &str = "lon,lat,vn2000_x_m,vn2000_y_m,vn2000_meridian";

/// A table.
#[derive(Debug)]
pub struct Csv {
    layer: Layer,
}

impl Csv {
    /// Of this layer.
    #[must_use]
    pub const fn new(layer: Layer) -> Self {
        Self { layer }
    }

    fn is_of_points(&self) -> bool {
        self.layer.shape == Shape::Point
    }
}

impl Rows for Csv {
    fn open(&mut self, out: &mut String) {
        // Excel takes a file without the mark for the machine's old code page.
        out.push('\u{FEFF}');
        out.push_str("id");
        for field in self.layer.fields {
            out.push(',');
            out.push_str(field.name);
        }
        out.push(',');
        out.push_str(if self.is_of_points() {
            OF_POINTS
        } else {
            "WKT"
        });
        out.push_str("\r\n");
    }

    fn row(&mut self, feature: &Feature, out: &mut String) {
        quoted(out, &feature.id);
        for value in &feature.values {
            out.push(',');
            match value {
                Value::Text(text) => quoted(out, text),
                other => out.push_str(&plain(other).unwrap_or_default()),
            }
        }
        out.push(',');
        match &feature.geometry {
            _ if self.is_of_points() => point(out, feature.geometry.as_ref()),
            Some(geometry) => {
                out.push('"');
                wkt(out, geometry);
                out.push('"');
            }
            None => {}
        }
        out.push_str("\r\n");
    }

    fn close(&mut self, _: &mut String) {}
}

/// Appends text in quotes where it needs them or is empty; what a spreadsheet would take for a formula begins with an
/// apostrophe.
fn quoted(out: &mut String, text: &str) {
    let text = harmless(text);
    let needs = text.is_empty() || text.contains(['"', ',', ';', '\n', '\r', '\t']);
    if needs {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(&text);
    }
}

fn point(out: &mut String, geometry: Option<&Geometry<f64>>) {
    let Some(Geometry::Point(point)) = geometry else {
        return out.push_str(",,,,");
    };
    pair(out, point.0, ",");
    match on_plane(point.0) {
        Some(own) => add(
            out,
            format_args!(",{:.3},{:.3},{}", own.x_north_m, own.y_east_m, own.meridian),
        ),
        None => out.push_str(",,,"),
    }
}

fn on_plane(coord: Coord<f64>) -> Option<PlanePosition> {
    let position = Position::try_from(coord).ok()?;
    plane(position, nearest_meridian(position)).ok()
}

fn wkt(out: &mut String, geometry: &Geometry<f64>) {
    match geometry {
        Geometry::Point(point) => {
            out.push_str("POINT (");
            pair(out, point.0, " ");
            out.push(')');
        }
        Geometry::LineString(own) => {
            out.push_str("LINESTRING ");
            line(out, own);
        }
        Geometry::MultiLineString(lines) => {
            out.push_str("MULTILINESTRING (");
            list(out, ", ", lines, line);
            out.push(')');
        }
        Geometry::Polygon(own) => {
            out.push_str("POLYGON ");
            polygon(out, own);
        }
        Geometry::MultiPolygon(polygons) => {
            out.push_str("MULTIPOLYGON (");
            list(out, ", ", polygons, polygon);
            out.push(')');
        }
        _ => {}
    }
}

fn line(out: &mut String, line: &LineString<f64>) {
    out.push('(');
    list(out, ", ", line.coords(), |out, coord| {
        pair(out, *coord, " ");
    });
    out.push(')');
}

fn polygon(out: &mut String, polygon: &Polygon<f64>) {
    out.push('(');
    list(out, ", ", rings(polygon), line);
    out.push(')');
}
