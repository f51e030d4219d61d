//! Features written as GeoJSON, straight into the answer's bytes.

use std::fmt::Display;
use std::io::Write;

use geo::{Coord, Geometry, LineString, Polygon};
use serde::Serialize;

use super::Site;
use super::crs::Projector;
use crate::publish::feature::{Feature, Field, Value};

/// Writes features of one collection.
pub(super) struct Writer<'a> {
    site: &'a Site,
    projector: &'a Projector,
    members: Vec<Member>,
}

/// What stands before a field's value.
struct Member {
    /// The name as JSON with its colon, and a comma before all but the first.
    name: Vec<u8>,
    /// Whether values are paths of this server.
    is_link: bool,
}

/// A page that grows larger ends early.
pub(super) const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Writes a value as JSON; writing into memory does not fail.
fn json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let _ = serde_json::to_writer(out, value);
}

/// Writes what needs no escapes as a text.
fn plain(out: &mut Vec<u8>, value: &impl Display) {
    let _ = write!(out, "\"{value}\"");
}

impl<'a> Writer<'a> {
    pub(super) fn new(site: &'a Site, fields: &[Field], projector: &'a Projector) -> Self {
        let member = |(at, field): (usize, &Field)| {
            let mut name = if at > 0 { b",".to_vec() } else { Vec::new() };
            json(&mut name, field.name);
            name.push(b':');
            let is_link = field.name.ends_with("_href");
            Member { name, is_link }
        };
        Self {
            site,
            projector,
            members: fields.iter().enumerate().map(member).collect(),
        }
    }

    /// A feature, its object left open for further members.
    pub(super) fn open(&self, out: &mut Vec<u8>, feature: &Feature) {
        out.extend_from_slice(br#"{"type":"Feature","id":"#);
        json(out, &feature.id);
        out.extend_from_slice(br#","geometry":"#);
        match &feature.geometry {
            Some(geometry) => self.geometry(out, geometry),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(br#","properties":{"#);
        for (member, value) in self.members.iter().zip(&feature.values) {
            out.extend_from_slice(&member.name);
            self.value(out, member, value);
        }
        out.push(b'}');
    }

    fn value(&self, out: &mut Vec<u8>, member: &Member, value: &Value) {
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Text(path) if member.is_link => {
                json(out, &format!("{}{path}", self.site.root));
            }
            Value::Text(text) => json(out, text),
            Value::Integer(number) => json(out, number),
            Value::Real(number) => json(out, number),
            Value::Flag(is_so) => json(out, is_so),
            Value::Time(at) => plain(out, at),
            Value::Date(day) => plain(out, day),
        }
    }

    fn geometry(&self, out: &mut Vec<u8>, geometry: &Geometry<f64>) {
        let mark = out.len();
        if self.try_geometry(out, geometry).is_none() {
            // Beyond the plane of the system that was asked for.
            out.truncate(mark);
            out.extend_from_slice(b"null");
        }
    }

    fn try_geometry(&self, out: &mut Vec<u8>, geometry: &Geometry<f64>) -> Option<()> {
        match geometry {
            Geometry::Point(point) => {
                out.extend_from_slice(br#"{"type":"Point","coordinates":"#);
                self.coord(out, point.0)?;
            }
            Geometry::MultiLineString(lines) => {
                out.extend_from_slice(br#"{"type":"MultiLineString","coordinates":"#);
                listed(out, &lines.0, |out, line| self.line(out, line))?;
            }
            Geometry::Polygon(polygon) => {
                out.extend_from_slice(br#"{"type":"Polygon","coordinates":"#);
                self.polygon(out, polygon)?;
            }
            Geometry::MultiPolygon(polygons) => {
                out.extend_from_slice(br#"{"type":"MultiPolygon","coordinates":"#);
                listed(out, &polygons.0, |out, polygon| self.polygon(out, polygon))?;
            }
            _ => return None,
        }
        out.push(b'}');
        Some(())
    }

    fn polygon(&self, out: &mut Vec<u8>, polygon: &Polygon<f64>) -> Option<()> {
        let rings: Vec<&LineString<f64>> = std::iter::once(polygon.exterior())
            .chain(polygon.interiors())
            .collect();
        listed(out, &rings, |out, ring| self.line(out, ring))
    }

    fn line(&self, out: &mut Vec<u8>, line: &LineString<f64>) -> Option<()> {
        listed(out, &line.0, |out, at| self.coord(out, *at))
    }

    fn coord(&self, out: &mut Vec<u8>, at: Coord<f64>) -> Option<()> {
        let at = self.projector.forth(at)?;
        let rounded = |value: f64| (value * 1e7).round() / 1e7;
        out.push(b'[');
        json(out, &rounded(at.x));
        out.push(b',');
        json(out, &rounded(at.y));
        out.push(b']');
        Some(())
    }
}

fn listed<T>(
    out: &mut Vec<u8>,
    list: &[T],
    mut one: impl FnMut(&mut Vec<u8>, &T) -> Option<()>,
) -> Option<()> {
    out.push(b'[');
    for (at, part) in list.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        one(out, part)?;
    }
    out.push(b']');
    Some(())
}
