//! Zipped shapefiles (ESRI White Paper, July 1998): shapes, their table, projection and coding.

use geo::{
    Contains, Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point,
    Polygon,
};

use super::bytes::Bytes;
use super::dbf;
use super::zip::{Archive, Entry};
use crate::ingest::imports::table::{
    Asked, Budget, Encoding, Place, Read, Row, Table, Told, Unreadable,
};

const FILE_CODE: u32 = 9994;
const HEAD_BYTES: usize = 100;
/// Rings of one shape: each hole is held against each outer ring.
const MOST_PARTS: usize = 2_000;

/// Reads the shapefile of an archive.
pub fn read(archive: &mut Archive<'_>, asked: &Asked, budget: &mut Budget) -> Read<Table> {
    let shapes = chosen(archive, asked.layer.as_deref())?;
    let stem = shapes
        .name
        .get(..shapes.name.len() - 4)
        .unwrap_or_default()
        .to_owned();
    let beside = |archive: &Archive<'_>, ending: &str| archive.named(&format!("{stem}{ending}"));
    let text = |archive: &mut Archive<'_>, ending: &str| -> Read<Option<String>> {
        let Some(part) = beside(archive, ending) else {
            return Ok(None);
        };
        let bytes = archive.inflate(&part)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    };
    let told = text(archive, ".prj")?.map_or(Told::Nothing, |wkt| Told::of_wkt(wkt.trim()));
    let named = text(archive, ".cpg")?.and_then(|cpg| Encoding::named(&cpg));
    let table = beside(archive, ".dbf").ok_or(Unreadable::NoPart(".dbf"))?;
    let table = archive.inflate(&table)?;
    let table = dbf::read(&table, asked.encoding.or(named), budget)?;
    let bytes = archive.inflate(&shapes)?;
    let geometries = geometries(&bytes, budget)?;
    if geometries.len() != table.rows.len() {
        return Err(Unreadable::Damaged("SHP / DBF"));
    }
    let rows = table.rows.into_iter().zip(geometries).enumerate();
    let rows = rows.filter_map(|(at, (values, geometry))| {
        Some(Row {
            number: at + 1,
            values: values?,
            place: geometry.map_or(Place::None, Place::Shape),
        })
    });
    Ok(Table {
        layer: Some(stem.rsplit('/').next().unwrap_or_default().to_owned()),
        rows: rows.collect(),
        heads: table.heads,
        told,
        encoding: Some(table.encoding),
        ..Table::default()
    })
}

fn chosen(archive: &Archive<'_>, layer: Option<&str>) -> Read<Entry> {
    let mut all = archive.all_ending(".shp");
    let name = |entry: &Entry| {
        let file = entry.name.rsplit('/').next().unwrap_or_default();
        file.get(..file.len().saturating_sub(4))
            .unwrap_or_default()
            .to_owned()
    };
    let names = all.iter().map(name).collect();
    if let Some(layer) = layer {
        let own = all.into_iter().find(|entry| name(entry) == layer);
        return own.ok_or(Unreadable::NoLayer(names));
    }
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(Unreadable::WhichLayer(names)),
        (None, _) => Err(Unreadable::NoPart(".shp")),
    }
}

/// The geometries of a file of shapes, none for empty ones.
pub fn geometries(bytes: &[u8], budget: &mut Budget) -> Read<Vec<Option<Geometry<f64>>>> {
    let damaged = || Unreadable::Damaged("SHP");
    let head = Bytes(bytes);
    if head.u32_be(0) != Some(FILE_CODE) {
        return Err(damaged());
    }
    let mut at = HEAD_BYTES;
    let mut found = Vec::new();
    while at + 8 <= bytes.len() {
        if found.len() >= budget.limits().rows {
            return Err(Unreadable::TooMuch("rows / dòng", budget.limits().rows));
        }
        // Lengths count words of 16 bits.
        let length = head.u32_be(at + 4).ok_or_else(damaged)? as usize * 2;
        let record = head.slice(at + 8, length).ok_or_else(damaged)?;
        found.push(geometry(record, budget)?);
        at += 8 + length;
    }
    Ok(found)
}

fn geometry(record: &[u8], budget: &mut Budget) -> Read<Option<Geometry<f64>>> {
    let damaged = || Unreadable::Damaged("SHP");
    let head = Bytes(record);
    let kind = head.u32_le(0).ok_or_else(damaged)?;
    Ok(match kind {
        0 => None,
        1 | 11 | 21 => {
            budget.vertices(1)?;
            let at = coord(head, 4).ok_or_else(damaged)?;
            Some(Geometry::Point(Point(at)))
        }
        8 | 18 | 28 => {
            let number = head.u32_le(36).ok_or_else(damaged)? as usize;
            budget.vertices(number)?;
            let points = coords(head, 40, number).ok_or_else(damaged)?;
            Some(Geometry::MultiPoint(MultiPoint(
                points.into_iter().map(Point).collect(),
            )))
        }
        3 | 13 | 23 => {
            let parts = parts(head, budget)?;
            Some(Geometry::MultiLineString(MultiLineString(parts)))
        }
        5 | 15 | 25 => Some(Geometry::MultiPolygon(polygons(parts(head, budget)?))),
        _ => return Err(Unreadable::Damaged("SHP: kind of shape / loại hình")),
    })
}

fn coord(head: Bytes<'_>, at: usize) -> Option<Coord<f64>> {
    Some(Coord {
        x: head.f64_le(at)?,
        y: head.f64_le(at + 8)?,
    })
}

fn coords(head: Bytes<'_>, at: usize, number: usize) -> Option<Vec<Coord<f64>>> {
    // Checked before anything is set aside for them.
    head.slice(at, number.checked_mul(16)?)?;
    (0..number).map(|own| coord(head, at + own * 16)).collect()
}

fn parts(head: Bytes<'_>, budget: &mut Budget) -> Read<Vec<LineString<f64>>> {
    let damaged = || Unreadable::Damaged("SHP");
    let number = head.u32_le(36).ok_or_else(damaged)? as usize;
    let points = head.u32_le(40).ok_or_else(damaged)? as usize;
    budget.vertices(points)?;
    if number > MOST_PARTS {
        return Err(Unreadable::TooMuch(
            "rings of a shape / vòng của một hình",
            MOST_PARTS,
        ));
    }
    head.slice(44, number * 4).ok_or_else(damaged)?;
    let all = coords(head, 44 + number * 4, points).ok_or_else(damaged)?;
    let start = |part: usize| {
        head.u32_le(44 + part * 4)
            .map_or(points, |start| start as usize)
    };
    let lines = (0..number).map(|part| {
        let end = if part + 1 < number {
            start(part + 1)
        } else {
            points
        };
        let line = all.get(start(part)..end).ok_or_else(damaged)?;
        Ok(LineString(line.to_vec()))
    });
    lines.collect()
}

/// Outer rings run clockwise, holes the other way; a hole belongs to the outer ring around its first vertex.
fn polygons(rings: Vec<LineString<f64>>) -> MultiPolygon<f64> {
    let alone = |ring| Polygon::new(ring, Vec::new());
    let (outer, holes): (Vec<_>, Vec<_>) = rings
        .into_iter()
        .partition(|ring| doubled_area(ring) <= 0.0);
    if outer.is_empty() {
        return MultiPolygon(holes.into_iter().map(alone).collect());
    }
    let outer: Vec<Polygon<f64>> = outer.into_iter().map(alone).collect();
    let mut within: Vec<Vec<LineString<f64>>> = vec![Vec::new(); outer.len()];
    let mut loose = Vec::new();
    for hole in holes {
        let around = |polygon: &Polygon<f64>| {
            outer.len() == 1
                || hole
                    .0
                    .first()
                    .is_some_and(|at| polygon.contains(&Point(*at)))
        };
        match outer
            .iter()
            .position(around)
            .and_then(|at| within.get_mut(at))
        {
            Some(own) => own.push(hole),
            None => loose.push(Polygon::new(hole, Vec::new())),
        }
    }
    let whole = outer
        .into_iter()
        .zip(within)
        .map(|(polygon, holes)| Polygon::new(polygon.into_inner().0, holes));
    MultiPolygon(whole.chain(loose).collect())
}

/// Twice the area of a ring, positive when it runs counter-clockwise; near zero for large coordinates taken from its
/// first vertex.
fn doubled_area(ring: &LineString<f64>) -> f64 {
    let Some(first) = ring.0.first().copied() else {
        return 0.0;
    };
    ring.lines()
        .map(|line| {
            let (a, b) = (line.start - first, line.end - first);
            a.x * b.y - b.x * a.y
        })
        .sum()
}
