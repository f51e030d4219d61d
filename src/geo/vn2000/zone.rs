//! Zones of VN-2000: which meridian, which scale, and the way between the plane and WGS84.

use std::sync::OnceLock;

use proj4rs::adaptors::transform_xy;
use proj4rs::proj::Proj;

use super::{OffPlane, PlanePosition, SHIFT, in_minutes};
use crate::geo::position::Position;

/// So far beyond its edge a zone is still used, degrees: provinces are not cut along meridians.
const OVERLAP_DEG: f64 = 0.6;
/// Latitudes of the country, degrees.
const LATITUDES: (f64, f64) = (5.0, 25.0);

/// How wide a zone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Three degrees, scale 0.9999 on the meridian: cadastre and maps 1:10.000 and larger.
    Three,
    /// Six degrees, scale 0.9996: maps 1:25.000 and smaller, the army's grid.
    Six,
}

impl Width {
    /// Degrees.
    #[must_use]
    pub const fn degrees(self) -> f64 {
        match self {
            Self::Three => 3.0,
            Self::Six => 6.0,
        }
    }

    /// Scale on the central meridian.
    #[must_use]
    pub const fn scale(self) -> f64 {
        match self {
            Self::Three => 0.9999,
            Self::Six => 0.9996,
        }
    }
}

/// One zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zone {
    /// Its code with EPSG.
    pub epsg: u32,
    /// The central meridian, degrees east.
    pub meridian: f64,
    /// How wide.
    pub width: Width,
}

const fn three(epsg: u32, meridian: f64) -> Zone {
    Zone {
        epsg,
        meridian,
        width: Width::Three,
    }
}

const fn six(epsg: u32, meridian: f64) -> Zone {
    Zone {
        epsg,
        meridian,
        width: Width::Six,
    }
}

/// Every zone in use from Điện Biên to Cao Bằng, and the standard ones (EPSG register, names "VN-2000 / TM-3 …", "UTM
/// zone 48N", "UTM zone 49N").
pub const ZONES: [Zone; 11] = [
    three(9205, 103.0),
    three(9206, 104.0),
    three(9208, 104.75),
    three(9209, 105.5),
    three(9210, 105.75),
    three(9211, 106.0),
    three(5896, 102.0),
    three(5897, 105.0),
    three(5898, 108.0),
    six(3405, 105.0),
    six(3406, 111.0),
];

/// The way between the plane of one zone and WGS84; made once, used for many positions.
#[derive(Debug)]
pub struct Projector {
    zone: Zone,
    world: Proj,
    plane: Proj,
}

impl Zone {
    /// The zone of an EPSG code.
    #[must_use]
    pub fn from_epsg(epsg: u32) -> Option<Self> {
        ZONES.into_iter().find(|zone| zone.epsg == epsg)
    }

    /// What people call it: `VN-2000 104°45′ (3°)`.
    #[must_use]
    pub fn label(self) -> String {
        format!(
            "VN-2000 {} ({:.0}°)",
            in_minutes(self.meridian),
            self.width.degrees()
        )
    }

    /// Whether longitude and latitude, degrees, lie in the country and so near to the meridian that papers of the zone may
    /// tell of them.
    #[must_use]
    pub fn reaches(self, lon: f64, lat: f64) -> bool {
        let (south, north) = LATITUDES;
        (lon - self.meridian).abs() <= self.width.degrees() / 2.0 + OVERLAP_DEG
            && (south..=north).contains(&lat)
    }

    /// The way to and from its plane.
    pub fn projector(self) -> Result<Projector, OffPlane> {
        let off = |cause: proj4rs::errors::Error| OffPlane(cause.to_string());
        let plane = format!(
            "+proj=tmerc +lat_0=0 +lon_0={} +k={} +x_0=500000 +y_0=0 +ellps=WGS84 +towgs84={SHIFT} +units=m +no_defs",
            self.meridian,
            self.width.scale()
        );
        Ok(Projector {
            zone: self,
            world: Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").map_err(off)?,
            plane: Proj::from_proj_string(&plane).map_err(off)?,
        })
    }
}

impl Projector {
    /// A position on the plane.
    pub fn forward(&self, position: Position) -> Result<PlanePosition, OffPlane> {
        let (y_east_m, x_north_m) = self.to_plane(position.lon(), position.lat())?;
        Ok(PlanePosition {
            x_north_m,
            y_east_m,
            meridian: self.zone.meridian,
        })
    }

    /// The position of plane coordinates, metres.
    pub fn inverse(&self, x_north_m: f64, y_east_m: f64) -> Result<Position, OffPlane> {
        let (lon, lat) = self.to_degrees(y_east_m, x_north_m)?;
        Position::new(lon, lat).map_err(|cause| OffPlane(cause.to_string()))
    }

    /// Easting and northing, metres, of longitude and latitude, degrees.
    pub fn to_plane(&self, lon: f64, lat: f64) -> Result<(f64, f64), OffPlane> {
        finite(transform_xy(
            &self.world,
            &self.plane,
            lon.to_radians(),
            lat.to_radians(),
        ))
    }

    /// The same to a millimetre, as coordinates are told.
    pub fn to_millimetres(&self, lon: f64, lat: f64) -> Result<(f64, f64), OffPlane> {
        let rounded = |metres: f64| (metres * 1e3).round() / 1e3;
        let (east, north) = self.to_plane(lon, lat)?;
        Ok((rounded(east), rounded(north)))
    }

    /// Longitude and latitude, degrees, of easting and northing, metres.
    pub fn to_degrees(&self, east_m: f64, north_m: f64) -> Result<(f64, f64), OffPlane> {
        let (lon, lat) = finite(transform_xy(&self.plane, &self.world, east_m, north_m))?;
        Ok((lon.to_degrees(), lat.to_degrees()))
    }
}

fn finite(found: proj4rs::errors::Result<(f64, f64)>) -> Result<(f64, f64), OffPlane> {
    let (x, y) = found.map_err(|cause| OffPlane(cause.to_string()))?;
    if x.is_finite() && y.is_finite() {
        return Ok((x, y));
    }
    Err(OffPlane("the plane does not reach there".into()))
}

/// Geographic VN-2000 (EPSG:4756) as WGS84.
pub fn from_geographic(lon: f64, lat: f64) -> Result<Position, OffPlane> {
    static WAYS: OnceLock<Option<(Proj, Proj)>> = OnceLock::new();
    let ways = WAYS.get_or_init(|| {
        let old = format!("+proj=longlat +ellps=WGS84 +towgs84={SHIFT} +no_defs");
        let old = Proj::from_proj_string(&old).ok()?;
        let new = Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").ok()?;
        Some((old, new))
    });
    let (old, new) = ways
        .as_ref()
        .ok_or_else(|| OffPlane("the datum cannot be set up".to_owned()))?;
    let (lon, lat) = transform_xy(old, new, lon.to_radians(), lat.to_radians())
        .map_err(|cause| OffPlane(cause.to_string()))?;
    Position::new(lon.to_degrees(), lat.to_degrees()).map_err(|cause| OffPlane(cause.to_string()))
}

/// Metres of a UTM zone on WGS84, northern half, as longitude and latitude.
pub fn from_utm(zone: u8, north_m: f64, east_m: f64) -> Result<Position, OffPlane> {
    let off = |cause: proj4rs::errors::Error| OffPlane(cause.to_string());
    let meridian = f64::from(zone) * 6.0 - 183.0;
    let plane = format!(
        "+proj=tmerc +lat_0=0 +lon_0={meridian} +k=0.9996 +x_0=500000 +y_0=0 +datum=WGS84 +units=m +no_defs"
    );
    let plane = Proj::from_proj_string(&plane).map_err(off)?;
    let world = Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").map_err(off)?;
    let (lon, lat) = finite(transform_xy(&plane, &world, east_m, north_m))?;
    Position::new(lon.to_degrees(), lat.to_degrees()).map_err(|cause| OffPlane(cause.to_string()))
}
