//! Well-known binary (OGC 06-103r4, ISO and extended kinds), heights and measures left out.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use crate::ingest::imports::table::{Budget, Read, Unreadable};

const DAMAGED: Unreadable = Unreadable::Damaged("WKB");

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    is_little: bool,
    /// Numbers of one position.
    numbers: usize,
}

/// Reads one geometry.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Read<Geometry<f64>> {
    let mut reader = Reader {
        bytes,
        at: 0,
        is_little: true,
        numbers: 2,
    };
    reader.geometry(budget, 0)
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Read<[u8; N]> {
        let part = self.bytes.get(self.at..self.at + N).ok_or(DAMAGED)?;
        self.at += N;
        part.try_into().or(Err(DAMAGED))
    }

    fn u32(&mut self) -> Read<u32> {
        let bytes = self.take()?;
        Ok(if self.is_little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn f64(&mut self) -> Read<f64> {
        let bytes = self.take()?;
        Ok(if self.is_little {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        })
    }

    fn coord(&mut self) -> Read<Coord<f64>> {
        let coord = Coord {
            x: self.f64()?,
            y: self.f64()?,
        };
        self.at += (self.numbers - 2) * 8;
        Ok(coord)
    }

    /// A number of things of so many bytes at least, of which the rest must hold as many.
    fn number(&mut self, least_bytes: usize, budget: &mut Budget) -> Read<usize> {
        let number = self.u32()? as usize;
        let rest = self.bytes.len().saturating_sub(self.at);
        if number > rest / least_bytes {
            return Err(DAMAGED);
        }
        budget.vertices(number)?;
        Ok(number)
    }

    fn line(&mut self, budget: &mut Budget) -> Read<LineString<f64>> {
        let number = self.number(self.numbers * 8, budget)?;
        (0..number)
            .map(|_| self.coord())
            .collect::<Read<Vec<_>>>()
            .map(LineString)
    }

    fn polygon(&mut self, budget: &mut Budget) -> Read<Polygon<f64>> {
        let number = self.number(4, budget)?;
        let mut rings = (0..number)
            .map(|_| self.line(budget))
            .collect::<Read<Vec<_>>>()?;
        if rings.is_empty() {
            return Ok(Polygon::new(LineString(Vec::new()), Vec::new()));
        }
        let outer = rings.remove(0);
        Ok(Polygon::new(outer, rings))
    }

    fn geometry(&mut self, budget: &mut Budget, depth: usize) -> Read<Geometry<f64>> {
        if depth > budget.limits().depth {
            return Err(Unreadable::TooMuch(
                "nested geometries / hình lồng nhau",
                budget.limits().depth,
            ));
        }
        self.is_little = self.take::<1>()? == [1];
        let kind = self.u32()?;
        let (has_z, has_m) = match kind & 0xFFFF {
            base @ 1000.. => (matches!(base / 1000, 1 | 3), matches!(base / 1000, 2 | 3)),
            _ => (kind & 0x8000_0000 != 0, kind & 0x4000_0000 != 0),
        };
        self.numbers = 2 + usize::from(has_z) + usize::from(has_m);
        if kind & 0x2000_0000 != 0 {
            self.u32()?;
        }
        Ok(match kind & 0xFFFF & 0x0FFF {
            base if base % 1000 == 1 => {
                budget.vertices(1)?;
                Geometry::Point(Point(self.coord()?))
            }
            base if base % 1000 == 2 => Geometry::LineString(self.line(budget)?),
            base if base % 1000 == 3 => Geometry::Polygon(self.polygon(budget)?),
            base if matches!(base % 1000, 4..=7) => {
                let number = self.number(5, budget)?;
                let parts = (0..number).map(|_| self.geometry(budget, depth + 1));
                gathered(base % 1000, parts.collect::<Read<_>>()?)?
            }
            _ => return Err(DAMAGED),
        })
    }
}

fn gathered(kind: u32, parts: Vec<Geometry<f64>>) -> Read<Geometry<f64>> {
    if kind == 7 {
        return Ok(Geometry::GeometryCollection(GeometryCollection(parts)));
    }
    let mut points = Vec::new();
    let mut lines = Vec::new();
    let mut polygons = Vec::new();
    for part in parts {
        match (kind, part) {
            (4, Geometry::Point(point)) => points.push(point),
            (5, Geometry::LineString(line)) => lines.push(line),
            (6, Geometry::Polygon(polygon)) => polygons.push(polygon),
            _ => return Err(DAMAGED),
        }
    }
    Ok(match kind {
        4 => Geometry::MultiPoint(MultiPoint(points)),
        5 => Geometry::MultiLineString(MultiLineString(lines)),
        _ => Geometry::MultiPolygon(MultiPolygon(polygons)),
    })
}
