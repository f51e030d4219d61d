//! Well-known binary (OGC 06-103r4), little endian and two-dimensional: how databases keep geometry.
//!
//! Reading checks structure and ranges but not crossings: those were refused when the shape was first accepted. The
//! reader is our own because `geozero`'s reserves memory for whatever count the bytes claim.

#[cfg(test)]
mod tests;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use geozero::{CoordDimensions, ToWkb};

use super::position::Position;
use super::shape::{Outline, Region};

const POINT: u32 = 1;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

/// Why bytes are no stored geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WkbError {
    /// The bytes end too early.
    #[error("WKB ends early")]
    Truncated,
    /// Bytes follow the geometry.
    #[error("bytes follow the WKB geometry")]
    TrailingBytes,
    /// Not little endian.
    #[error("WKB byte order {0} is not little endian")]
    ByteOrder(u8),
    /// A geometry of another type.
    #[error("WKB type {found}, expected {expected}")]
    WrongType {
        /// The type code that came.
        found: u32,
        /// The type code that would do.
        expected: u32,
    },
    /// A coordinate that is no place on the ground.
    #[error("WKB holds a coordinate outside the globe")]
    OutOfRange,
    /// A geometry without vertices, or a ring that is open or shorter than a triangle.
    #[error("WKB holds an empty or open ring")]
    BrokenRing,
}

impl Position {
    /// The position as a WKB point.
    #[must_use]
    pub fn to_wkb(self) -> Vec<u8> {
        encode(&self.to_point().into())
    }

    /// The position of a WKB point.
    pub fn from_wkb(bytes: &[u8]) -> Result<Self, WkbError> {
        let mut reader = Reader(bytes);
        reader.header(POINT)?;
        let coord = reader.coord()?;
        reader.end()?;
        Self::try_from(coord).or(Err(WkbError::OutOfRange))
    }
}

impl Outline {
    /// The outline as a WKB polygon.
    #[must_use]
    pub fn to_wkb(&self) -> Vec<u8> {
        encode(&self.as_polygon().clone().into())
    }

    /// The outline of a WKB polygon that was stored by [`Outline::to_wkb`].
    pub fn from_wkb(bytes: &[u8]) -> Result<Self, WkbError> {
        let mut reader = Reader(bytes);
        let polygon = reader.polygon()?;
        reader.end()?;
        if polygon.interiors().is_empty() {
            Ok(Self::trusted(polygon))
        } else {
            Err(WkbError::BrokenRing)
        }
    }
}

impl Region {
    /// The region as a WKB multipolygon.
    #[must_use]
    pub fn to_wkb(&self) -> Vec<u8> {
        encode(&self.as_polygons().clone().into())
    }

    /// The region of a WKB multipolygon that was stored by [`Region::to_wkb`].
    pub fn from_wkb(bytes: &[u8]) -> Result<Self, WkbError> {
        let mut reader = Reader(bytes);
        reader.header(MULTI_POLYGON)?;
        let count = reader.u32()?;
        let polygons: Vec<_> = (0..count)
            .map(|_| reader.polygon())
            .collect::<Result<_, _>>()?;
        reader.end()?;
        if polygons.is_empty() {
            Err(WkbError::BrokenRing)
        } else {
            Ok(Self::trusted(MultiPolygon(polygons)))
        }
    }
}

fn encode(geometry: &geo::Geometry<f64>) -> Vec<u8> {
    // Writing to a Vec cannot fail.
    geometry.to_wkb(CoordDimensions::xy()).unwrap_or_default()
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], WkbError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(WkbError::Truncated)?;
        self.0 = rest;
        Ok(*head)
    }

    fn u32(&mut self) -> Result<u32, WkbError> {
        self.take().map(u32::from_le_bytes)
    }

    fn header(&mut self, expected: u32) -> Result<(), WkbError> {
        let [order] = self.take()?;
        if order != 1 {
            return Err(WkbError::ByteOrder(order));
        }
        let found = self.u32()?;
        if found == expected {
            Ok(())
        } else {
            Err(WkbError::WrongType { found, expected })
        }
    }

    fn coord(&mut self) -> Result<Coord<f64>, WkbError> {
        let x = f64::from_le_bytes(self.take()?);
        let y = f64::from_le_bytes(self.take()?);
        let on_globe = x.abs() <= 180.0 && y.abs() <= 90.0;
        if on_globe {
            Ok(Coord { x, y })
        } else {
            Err(WkbError::OutOfRange)
        }
    }

    fn ring(&mut self) -> Result<LineString<f64>, WkbError> {
        let count = self.u32()?;
        let coords: Vec<_> = (0..count).map(|_| self.coord()).collect::<Result<_, _>>()?;
        let whole = coords.len() >= 4 && coords.first() == coords.last();
        if whole {
            Ok(LineString(coords))
        } else {
            Err(WkbError::BrokenRing)
        }
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, WkbError> {
        self.header(POLYGON)?;
        let count = self.u32()?;
        let mut rings = (0..count)
            .map(|_| self.ring())
            .collect::<Result<Vec<_>, _>>()?
            .into_iter();
        let exterior = rings.next().ok_or(WkbError::BrokenRing)?;
        Ok(Polygon::new(exterior, rings.collect()))
    }

    fn end(&self) -> Result<(), WkbError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(WkbError::TrailingBytes)
        }
    }
}
