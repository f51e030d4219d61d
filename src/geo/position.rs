//! A place on the ground: WGS84 longitude and latitude in degrees.

use std::fmt;

use geo::{Coord, Point};

/// A WGS84 position. Never a bare pair of numbers: the order of a pair is what people get wrong.
#[derive(Clone, Copy, PartialEq)]
pub struct Position {
    lon: f64,
    lat: f64,
}

/// Numbers that are no place on the ground.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("not a position: longitude must lie in -180..180 and latitude in -90..90 degrees")]
pub struct InvalidPosition {
    /// The longitude as given.
    pub lon: f64,
    /// The latitude as given.
    pub lat: f64,
}

impl Position {
    /// Parses longitude and latitude in degrees; refuses what is not finite or out of range.
    pub fn new(lon: f64, lat: f64) -> Result<Self, InvalidPosition> {
        if lon.is_finite() && lat.is_finite() && lon.abs() <= 180.0 && lat.abs() <= 90.0 {
            Ok(Self { lon, lat })
        } else {
            Err(InvalidPosition { lon, lat })
        }
    }

    /// Longitude in degrees, positive east.
    #[must_use]
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// Latitude in degrees, positive north.
    #[must_use]
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// The position rounded to 1e-7 degrees (about 1 cm), the precision that fixes keep.
    #[must_use]
    pub fn to_e7(self) -> (i32, i32) {
        (e7(self.lon), e7(self.lat))
    }

    /// The position of whole 1e-7 degrees.
    pub fn from_e7(lon: i32, lat: i32) -> Result<Self, InvalidPosition> {
        Self::new(f64::from(lon) / 1e7, f64::from(lat) / 1e7)
    }

    /// The other position, where it is the same place to within 2e-7 degrees (about 2 cm): what is lost on the way through
    /// files that round moves nothing.
    #[must_use]
    pub fn settled(self, other: Self) -> Self {
        if is_near(self.to_coord(), other.to_coord()) {
            other
        } else {
            self
        }
    }

    /// The same place as a `geo` point (x = longitude, y = latitude).
    #[must_use]
    pub fn to_point(self) -> Point<f64> {
        Point::new(self.lon, self.lat)
    }

    /// The same place as a `geo` coordinate (x = longitude, y = latitude).
    #[must_use]
    pub fn to_coord(self) -> Coord<f64> {
        Coord {
            x: self.lon,
            y: self.lat,
        }
    }
}

/// Whether two places are one to within 2e-7 degrees (about 2 cm).
#[must_use]
pub fn is_near(a: Coord<f64>, b: Coord<f64>) -> bool {
    const NEAR_DEG: f64 = 2e-7;
    (a.x - b.x).abs() <= NEAR_DEG && (a.y - b.y).abs() <= NEAR_DEG
}

#[expect(clippy::cast_possible_truncation, reason = "180e7 fits an i32")]
fn e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

impl TryFrom<Coord<f64>> for Position {
    type Error = InvalidPosition;

    fn try_from(coord: Coord<f64>) -> Result<Self, InvalidPosition> {
        Self::new(coord.x, coord.y)
    }
}

/// Positions are what logs must not hold, so `Debug` keeps them to itself.
impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Position(..)")
    }
}
