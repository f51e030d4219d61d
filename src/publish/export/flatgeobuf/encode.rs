//! `FlatGeobuf`'s tables (header.fbs and feature.fbs of version 3), written field by field.

use flatbuffers::{FlatBufferBuilder, TableFinishedWIPOffset, VOffsetT, WIPOffset};
use geo::{Coord, Geometry, LineString, Polygon};

use crate::publish::export::layer::Layer;
use crate::publish::export::text::{plain, rings};
use crate::publish::feature::{Feature, Kind, Shape, Value};

type Builder = FlatBufferBuilder<'static>;
type Table = WIPOffset<TableFinishedWIPOffset>;

/// The place of a table's field in its table of offsets.
const fn slot(field: VOffsetT) -> VOffsetT {
    4 + 2 * field
}

const POINT: u8 = 1;
const LINE_STRING: u8 = 2;
const POLYGON: u8 = 3;
const MULTI_LINE_STRING: u8 = 5;
const MULTI_POLYGON: u8 = 6;

/// Types of columns. Days have none of their own: they are text, year first.
const fn column_type(kind: Kind) -> u8 {
    match kind {
        Kind::Flag => 2,
        Kind::Integer => 7,
        Kind::Real => 10,
        Kind::Text | Kind::Date => 11,
        Kind::Time => 13,
    }
}

/// The header, with its length before it.
pub fn header<'a>(
    builder: &'a mut Builder,
    layer: &Layer,
    features: u64,
    extent: Option<[f64; 4]>,
    node_items: u16,
) -> &'a [u8] {
    builder.reset();
    let name = builder.create_string(layer.name());
    let title = builder.create_string(layer.title);
    let mut columns = vec![column(builder, "id", "Mã", 11, false)];
    for field in layer.fields {
        let kind = column_type(field.kind);
        columns.push(column(builder, field.name, field.title_vi, kind, true));
    }
    let columns = builder.create_vector(&columns);
    let extent = extent.map(|extent| builder.create_vector(&extent));
    let crs = wgs84(builder);
    let table = builder.start_table();
    builder.push_slot_always(slot(0), name);
    if let Some(extent) = extent {
        builder.push_slot_always(slot(1), extent);
    }
    let kind = match layer.shape {
        Shape::Point => POINT,
        Shape::MultiLineString => MULTI_LINE_STRING,
        Shape::MultiPolygon => MULTI_POLYGON,
        Shape::Polygon => POLYGON,
    };
    builder.push_slot_always(slot(2), kind);
    builder.push_slot_always(slot(7), columns);
    builder.push_slot_always(slot(8), features);
    builder.push_slot_always(slot(9), node_items);
    builder.push_slot_always(slot(10), crs);
    builder.push_slot_always(slot(11), title);
    let table = builder.end_table(table);
    builder.finish_size_prefixed(table, None);
    builder.finished_data()
}

fn column(builder: &mut Builder, name: &str, title: &str, kind: u8, is_nullable: bool) -> Table {
    let name = builder.create_string(name);
    let title = builder.create_string(title);
    let table = builder.start_table();
    builder.push_slot_always(slot(0), name);
    builder.push_slot_always(slot(1), kind);
    builder.push_slot_always(slot(2), title);
    builder.push_slot(slot(7), is_nullable, true);
    builder.end_table(table)
}

fn wgs84(builder: &mut Builder) -> Table {
    let authority = builder.create_string("EPSG");
    let name = builder.create_string("WGS 84");
    let table = builder.start_table();
    builder.push_slot_always(slot(0), authority);
    builder.push_slot_always(slot(1), 4326_i32);
    builder.push_slot_always(slot(2), name);
    builder.end_table(table)
}

/// One feature, with its length before it.
pub fn feature<'a>(builder: &'a mut Builder, layer: &Layer, feature: &Feature) -> &'a [u8] {
    builder.reset();
    let geometry = feature.geometry.as_ref();
    let geometry = geometry.and_then(|geometry| geometry_of(builder, geometry));
    let properties = builder.create_vector(&properties(layer, feature));
    let table = builder.start_table();
    if let Some(geometry) = geometry {
        builder.push_slot_always(slot(0), geometry);
    }
    builder.push_slot_always(slot(1), properties);
    let table = builder.end_table(table);
    builder.finish_size_prefixed(table, None);
    builder.finished_data()
}

/// Each known value behind its column's number; what is not known is left out.
fn properties(layer: &Layer, feature: &Feature) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    number(&mut bytes, 0);
    text(&mut bytes, &feature.id);
    let fields = layer.fields.iter().zip(&feature.values);
    for (column, (_, value)) in (1..).zip(fields) {
        if *value != Value::Null {
            number(&mut bytes, column);
        }
        match value {
            Value::Null => {}
            Value::Integer(whole) => bytes.extend_from_slice(&whole.to_le_bytes()),
            Value::Real(real) => bytes.extend_from_slice(&real.to_le_bytes()),
            Value::Flag(is) => bytes.push(u8::from(*is)),
            Value::Text(own) => text(&mut bytes, own),
            other => text(&mut bytes, &plain(other).unwrap_or_default()),
        }
    }
    bytes
}

fn number(bytes: &mut Vec<u8>, column: u16) {
    bytes.extend_from_slice(&column.to_le_bytes());
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn geometry_of(builder: &mut Builder, geometry: &Geometry<f64>) -> Option<Table> {
    Some(match geometry {
        Geometry::Point(point) => flat(builder, POINT, [[point.0].as_slice()]),
        Geometry::LineString(line) => flat(builder, LINE_STRING, [line.0.as_slice()]),
        Geometry::MultiLineString(lines) => flat(builder, MULTI_LINE_STRING, slices(&lines.0)),
        Geometry::Polygon(own) => polygon(builder, own),
        Geometry::MultiPolygon(polygons) => {
            let mut parts = Vec::with_capacity(polygons.0.len());
            for own in polygons {
                parts.push(polygon(builder, own));
            }
            let parts = builder.create_vector(&parts);
            let table = builder.start_table();
            builder.push_slot_always(slot(6), MULTI_POLYGON);
            builder.push_slot_always(slot(7), parts);
            builder.end_table(table)
        }
        _ => return None,
    })
}

fn slices(lines: &[LineString<f64>]) -> impl Iterator<Item = &[Coord<f64>]> {
    lines.iter().map(|line| line.0.as_slice())
}

fn polygon(builder: &mut Builder, polygon: &Polygon<f64>) -> Table {
    flat(
        builder,
        POLYGON,
        rings(polygon).map(|ring| ring.0.as_slice()),
    )
}

/// A geometry of one list of positions; where it has several parts, with the end of each.
fn flat<'a>(
    builder: &mut Builder,
    kind: u8,
    parts: impl IntoIterator<Item = &'a [Coord<f64>]>,
) -> Table {
    let (mut numbers, mut ends) = (Vec::new(), Vec::new());
    for part in parts {
        numbers.extend(part.iter().flat_map(|coord| [coord.x, coord.y]));
        ends.push(u32::try_from(numbers.len() / 2).unwrap_or(u32::MAX));
    }
    let numbers = builder.create_vector(&numbers);
    let ends = (ends.len() > 1).then(|| builder.create_vector(&ends));
    let table = builder.start_table();
    if let Some(ends) = ends {
        builder.push_slot_always(slot(0), ends);
    }
    builder.push_slot_always(slot(1), numbers);
    builder.push_slot_always(slot(6), kind);
    builder.end_table(table)
}
