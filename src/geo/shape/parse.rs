//! From GeoJSON numbers to rings: ranges, axes, closing, counts. What crosses is checked next door.

use std::ops::RangeInclusive;

use geo::{Coord, LineString, MultiPolygon};
use geojson::Position;
use serde_json::Value;

use super::ShapeError;

// Viet Nam with its islands lies in 102..118 E and 7..24 N: a pair with these ranges exchanged is swapped.
const LATITUDES: RangeInclusive<f64> = 5.0..=25.0;
const LONGITUDES: RangeInclusive<f64> = 100.0..=120.0;

/// A closed ring without repeated vertices in a row, and the numbers that its vertices had in the geometry as given.
pub(super) struct Ring {
    pub line: LineString<f64>,
    pub numbers: Vec<usize>,
}

impl Ring {
    /// Number of the ring's first vertex.
    pub fn first_number(&self) -> usize {
        self.numbers.first().copied().unwrap_or(1)
    }
}

struct Counter {
    next: usize,
    limit: usize,
}

impl Counter {
    fn step(&mut self) -> Result<usize, ShapeError> {
        self.next += 1;
        if self.next > self.limit {
            return Err(ShapeError::TooManyVertices { limit: self.limit });
        }
        Ok(self.next)
    }
}

/// The rings of GeoJSON polygon coordinates.
pub(super) fn parts(
    polygons: &[Vec<Vec<Position>>],
    limit: usize,
) -> Result<Vec<Vec<Ring>>, ShapeError> {
    let mut counter = Counter { next: 0, limit };
    let pair = |p: &Position| match p.as_slice() {
        [x, y, ..] => Some(Coord { x: *x, y: *y }),
        _ => None,
    };
    gather(polygons, |rings| {
        gather(rings, |positions| {
            ring(positions.iter().map(pair), &mut counter)
        })
    })
}

/// The rings of polygons.
pub(super) fn parts_of(
    polygons: &MultiPolygon<f64>,
    limit: usize,
) -> Result<Vec<Vec<Ring>>, ShapeError> {
    let mut counter = Counter { next: 0, limit };
    gather(&polygons.0, |polygon| {
        let rings: Vec<_> = std::iter::once(polygon.exterior())
            .chain(polygon.interiors())
            .collect();
        gather(&rings, |line| {
            ring(line.coords().copied().map(Some), &mut counter)
        })
    })
}

fn gather<T, U>(
    from: &[T],
    parse: impl FnMut(&T) -> Result<U, ShapeError>,
) -> Result<Vec<U>, ShapeError> {
    if from.is_empty() {
        return Err(ShapeError::EmptyGeometry);
    }
    from.iter().map(parse).collect()
}

fn ring(
    pairs: impl Iterator<Item = Option<Coord<f64>>>,
    counter: &mut Counter,
) -> Result<Ring, ShapeError> {
    let mut coords: Vec<Coord<f64>> = Vec::with_capacity(pairs.size_hint().0);
    let mut numbers = Vec::with_capacity(pairs.size_hint().0);
    for pair in pairs {
        let at = counter.step()?;
        let coord = on_globe(pair.ok_or(ShapeError::OutOfRange { at })?, at)?;
        if coords.last() != Some(&coord) {
            coords.push(coord);
            numbers.push(at);
        }
    }
    let at = *numbers.first().ok_or(ShapeError::EmptyGeometry)?;
    if coords.len() > 1 && coords.first() != coords.last() {
        return Err(ShapeError::NotClosed { at });
    }
    if coords.len() < 4 {
        return Err(ShapeError::TooFewVertices { at });
    }
    Ok(Ring {
        line: LineString(coords),
        numbers,
    })
}

fn on_globe(coord: Coord<f64>, at: usize) -> Result<Coord<f64>, ShapeError> {
    let Coord { x, y } = coord;
    if !x.is_finite() || !y.is_finite() {
        return Err(ShapeError::OutOfRange { at });
    }
    if LATITUDES.contains(&x) && LONGITUDES.contains(&y) {
        return Err(ShapeError::SwappedAxes { at });
    }
    if x.abs() > 1_000.0 || y.abs() > 1_000.0 {
        return Err(ShapeError::ProjectedCoordinates { at });
    }
    if x.abs() > 180.0 || y.abs() > 90.0 {
        return Err(ShapeError::OutOfRange { at });
    }
    // Adding zero turns -0.0 into 0.0, so that equal vertices have equal bits.
    Ok(Coord {
        x: x + 0.0,
        y: y + 0.0,
    })
}

/// Checks the `crs` member that GeoJSON had before RFC 7946: absent or WGS84 is accepted.
pub fn check_crs(crs: &Value) -> Result<(), ShapeError> {
    if crs.is_null() {
        return Ok(());
    }
    let name = crs.pointer("/properties/name").and_then(Value::as_str);
    match name {
        Some(
            "CRS84"
            | "EPSG:4326"
            | "urn:ogc:def:crs:EPSG::4326"
            | "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        ) => Ok(()),
        Some(name) if name.starts_with("urn:ogc:def:crs:OGC:") && name.ends_with(":CRS84") => {
            Ok(())
        }
        other => {
            let name = other.unwrap_or("unnamed").chars().take(80).collect();
            Err(ShapeError::ForeignCrs { name })
        }
    }
}
