//! `FlatGeobuf` 3: header, index (passed over) and features.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};
use serde_json::{Map, Number, Value};

use super::bytes::Bytes;
use super::flatbuffer::Node;
use crate::ingest::imports::table::{Budget, Place, Read, Row, Table, Told, Unreadable};
use crate::patrols::model::text::composed;

const MAGIC: &[u8] = b"fgb\x03fgb";
const MAGIC_BYTES: usize = 8;
const INDEX_NODE_BYTES: u64 = 40;
const DAMAGED: Unreadable = Unreadable::Damaged("FlatGeobuf");

struct Column {
    name: String,
    kind: u8,
}

/// Whether bytes begin as such a file does.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads every feature.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Read<Table> {
    let (head, mut at) = piece(bytes, MAGIC_BYTES).ok_or(DAMAGED)?;
    let head = Node::root(head).ok_or(DAMAGED)?;
    let columns = columns(head, budget)?;
    let kind = head.byte(2).unwrap_or(0);
    let index = index_bytes(head.u64(8).unwrap_or(0), head.u16(9).unwrap_or(16)).ok_or(DAMAGED)?;
    at = at.checked_add(index).ok_or(DAMAGED)?;
    let mut rows = Vec::new();
    while at < bytes.len() {
        let (feature, next) = piece(bytes, at).ok_or(DAMAGED)?;
        at = next;
        let feature = Node::root(feature).ok_or(DAMAGED)?;
        let place = match feature.node(0) {
            None => Place::None,
            Some(own) => Place::Shape(geometry(own, kind, budget, 0)?),
        };
        let values = match feature.vector(1, 1) {
            None => Map::new(),
            Some(bytes) => values(bytes, &columns).ok_or(DAMAGED)?,
        };
        rows.push(Row {
            number: budget.row()?,
            values,
            place,
        });
    }
    Ok(Table {
        layer: head.text(0).map(composed),
        heads: columns.into_iter().map(|column| column.name).collect(),
        rows,
        told: head.node(10).map_or(Told::Nothing, told),
        ..Table::default()
    })
}

/// Bytes behind their length, and where the next begin.
fn piece(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let length = Bytes(bytes).u32_le(at)? as usize;
    let piece = Bytes(bytes).slice(at + 4, length)?;
    Some((piece, at + 4 + length))
}

/// The columns. A buffer can point at the same bytes as often as it likes, so that what is followed is counted first, here
/// and in geometries.
fn columns(head: Node<'_>, budget: &Budget) -> Read<Vec<Column>> {
    budget.columns(head.count(7))?;
    let longest = budget.limits().text_bytes;
    let columns = head.nodes(7).into_iter().map(|column| {
        let name = column.text(0).unwrap_or_default();
        if name.len() > longest {
            return Err(DAMAGED);
        }
        Ok(Column {
            name: composed(name),
            kind: column.byte(1).unwrap_or(0),
        })
    });
    columns.collect()
}

fn told(crs: Node<'_>) -> Told {
    let code = crs.i32(1).and_then(|code| u32::try_from(code).ok());
    let by_code = code.filter(|code| *code > 0).map(Told::of_epsg);
    let by_text = crs.text(4).map(Told::of_wkt);
    match (by_code, by_text) {
        (Some(Told::Known(system)), _) | (_, Some(Told::Known(system))) => Told::Known(system),
        (Some(other), _) | (None, Some(other)) => other,
        (None, None) => Told::Nothing,
    }
}

/// The bytes of a packed tree over so many features.
fn index_bytes(features: u64, node_items: u16) -> Option<usize> {
    if features == 0 || node_items == 0 {
        return Some(0);
    }
    let items = u64::from(node_items.max(2));
    let (mut level, mut nodes) = (features, features);
    while level > 1 {
        level = level.div_ceil(items);
        nodes = nodes.checked_add(level)?;
    }
    usize::try_from(nodes.checked_mul(INDEX_NODE_BYTES)?).ok()
}

fn geometry(own: Node<'_>, told: u8, budget: &mut Budget, depth: usize) -> Read<Geometry<f64>> {
    if depth > budget.limits().depth {
        return Err(Unreadable::TooMuch(
            "nested geometries / hình lồng nhau",
            budget.limits().depth,
        ));
    }
    let kind = match own.byte(6) {
        None | Some(0) => told,
        Some(kind) => kind,
    };
    if matches!(kind, 6 | 7) {
        budget.vertices(own.count(7))?;
        // The kind of the parts of a collection is their own.
        let parts = own.nodes(7).into_iter();
        let parts =
            parts.map(|part| geometry(part, if kind == 6 { 3 } else { 0 }, budget, depth + 1));
        let parts = parts.collect::<Read<Vec<_>>>()?;
        if kind == 7 {
            return Ok(Geometry::GeometryCollection(GeometryCollection(parts)));
        }
        let polygons = parts.into_iter().map(|part| match part {
            Geometry::Polygon(polygon) => Ok(polygon),
            _ => Err(DAMAGED),
        });
        return Ok(Geometry::MultiPolygon(MultiPolygon(
            polygons.collect::<Read<_>>()?,
        )));
    }
    let numbers = own.vector(1, 8).ok_or(DAMAGED)?;
    budget.vertices(numbers.len() / 16 + own.count(0))?;
    let coords: Vec<Coord<f64>> = numbers.chunks_exact(16).filter_map(coord).collect();
    Ok(match kind {
        1 => Geometry::Point(coords.first().map(|at| Point(*at)).ok_or(DAMAGED)?),
        2 => Geometry::LineString(LineString(coords)),
        4 => Geometry::MultiPoint(MultiPoint(coords.into_iter().map(Point).collect())),
        3 => {
            let mut rings = rings(own, &coords)?;
            if rings.is_empty() {
                return Err(DAMAGED);
            }
            let outer = rings.remove(0);
            Geometry::Polygon(Polygon::new(outer, rings))
        }
        5 => Geometry::MultiLineString(MultiLineString(rings(own, &coords)?)),
        _ => return Err(DAMAGED),
    })
}

fn coord(bytes: &[u8]) -> Option<Coord<f64>> {
    Some(Coord {
        x: Bytes(bytes).f64_le(0)?,
        y: Bytes(bytes).f64_le(8)?,
    })
}

/// Positions cut where the list of ends says; one piece where there is none.
fn rings(own: Node<'_>, coords: &[Coord<f64>]) -> Read<Vec<LineString<f64>>> {
    let Some(ends) = own.vector(0, 4) else {
        return Ok(vec![LineString(coords.to_vec())]);
    };
    let mut start = 0;
    let ends = ends.chunks_exact(4).filter_map(|end| Bytes(end).u32_le(0));
    let rings = ends.map(|end| {
        let end = end as usize;
        let ring = coords.get(start..end).ok_or(DAMAGED)?;
        start = end;
        Ok(LineString(ring.to_vec()))
    });
    rings.collect()
}

/// The values of a feature: each behind the number of its column.
fn values(bytes: &[u8], columns: &[Column]) -> Option<Map<String, Value>> {
    let mut values = Map::new();
    let mut at = 0;
    let head = Bytes(bytes);
    while at < bytes.len() {
        let column = columns.get(usize::from(head.u16_le(at)?))?;
        at += 2;
        let (value, length) = match column.kind {
            0 => (Value::from(head.byte(at)?.cast_signed()), 1),
            1 => (Value::from(head.byte(at)?), 1),
            2 => (Value::Bool(head.byte(at)? != 0), 1),
            3 => (Value::from(head.u16_le(at)?.cast_signed()), 2),
            4 => (Value::from(head.u16_le(at)?), 2),
            5 => (Value::from(head.i32_le(at)?), 4),
            6 => (Value::from(head.u32_le(at)?), 4),
            7 => (Value::from(head.i64_le(at)?), 8),
            8 => (Value::from(head.u64_le(at)?), 8),
            9 => (real(f64::from(head.f32_le(at)?)), 4),
            10 => (real(head.f64_le(at)?), 8),
            11..=14 => {
                let length = head.u32_le(at)? as usize;
                let text = head.slice(at + 4, length)?;
                let text = composed(String::from_utf8_lossy(text).trim());
                let is_told = column.kind != 14 && !text.is_empty();
                (
                    if is_told {
                        Value::from(text)
                    } else {
                        Value::Null
                    },
                    4 + length,
                )
            }
            _ => return None,
        };
        at += length;
        if !value.is_null() {
            values.insert(column.name.clone(), value);
        }
    }
    Some(values)
}

fn real(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}
