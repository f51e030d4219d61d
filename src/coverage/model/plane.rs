//! A flat metre plane that touches the WGS84 ellipsoid at one place.
//!
//! Degrees are scaled by the radii of curvature at the origin. Within 700 m of it and between 8 and
//! 24 degrees of latitude, lengths are true to 5e-5 and the area of anything centred on it to 1e-6.

use geo::Coord;
use h3o::LatLng;

const EQUATOR_RADIUS_M: f64 = 6_378_137.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_141_316;

/// East and north of a plane's origin, in metres.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Metres {
    pub(super) east: f64,
    pub(super) north: f64,
}

impl Metres {
    pub(super) fn length(self) -> f64 {
        (self.east * self.east + self.north * self.north).sqrt()
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            east: self.east - other.east,
            north: self.north - other.north,
        }
    }
}

/// The plane: its origin in degrees and the metres per degree there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    origin: Coord<f64>,
    east_per_degree: f64,
    north_per_degree: f64,
}

impl Plane {
    pub(super) fn at(origin: LatLng) -> Self {
        let (sin, cos) = origin.lat_radians().sin_cos();
        let flat = 1.0 - ECCENTRICITY_SQUARED * sin * sin;
        let prime_vertical_m = EQUATOR_RADIUS_M / flat.sqrt();
        let meridian_m = prime_vertical_m * (1.0 - ECCENTRICITY_SQUARED) / flat;
        Self {
            origin: Coord {
                x: origin.lng(),
                y: origin.lat(),
            },
            east_per_degree: (prime_vertical_m * cos).to_radians(),
            north_per_degree: meridian_m.to_radians(),
        }
    }

    /// Where that longitude (x) and latitude (y) lie on this plane.
    pub(super) fn place(&self, at: Coord<f64>) -> Metres {
        Metres {
            east: (at.x - self.origin.x) * self.east_per_degree,
            north: (at.y - self.origin.y) * self.north_per_degree,
        }
    }

    /// The longitude (x) and latitude (y) of a place on this plane.
    pub(super) fn lift(&self, at: Metres) -> Coord<f64> {
        Coord {
            x: self.origin.x + at.east / self.east_per_degree,
            y: self.origin.y + at.north / self.north_per_degree,
        }
    }

    pub(super) fn place_centre(&self, at: LatLng) -> Metres {
        self.place(Coord {
            x: at.lng(),
            y: at.lat(),
        })
    }
}
