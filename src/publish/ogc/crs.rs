//! Coordinate reference systems that features are given in and asked for by.

use geo::{Coord, Geometry, MapCoords, Rect};
use proj4rs::adaptors::transform_xy;
use proj4rs::proj::Proj;

/// A plane of VN-2000 (domain.md 3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zone {
    /// Its EPSG code.
    pub epsg: u32,
    /// Central meridian, degrees east.
    pub meridian: f64,
    /// Scale on the central meridian: 0.9999 in 3° zones, 0.9996 in 6° zones.
    pub scale: f64,
}

const fn zone(epsg: u32, meridian: f64, scale: f64) -> Zone {
    Zone {
        epsg,
        meridian,
        scale,
    }
}

/// The zones of the northern provinces, the 6° zone and the 3° standard zones.
pub const ZONES: [Zone; 10] = [
    zone(9205, 103.0, 0.9999),
    zone(9206, 104.0, 0.9999),
    zone(9208, 104.75, 0.9999),
    zone(9209, 105.5, 0.9999),
    zone(9210, 105.75, 0.9999),
    zone(9211, 106.0, 0.9999),
    zone(3405, 105.0, 0.9996),
    zone(5896, 102.0, 0.9999),
    zone(5897, 105.0, 0.9999),
    zone(5898, 108.0, 0.9999),
];

/// EPSG:6960 as a position vector: its published rotations are those of a coordinate frame, so their signs are turned.
const SHIFT: &str =
    "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278";

/// A reference system. Axes are in the order of their authority: longitude, latitude in CRS84; latitude, longitude in
/// EPSG:4326; easting, northing in the planes of VN-2000 (EPSG lists E before N there).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Crs {
    /// OGC:CRS84.
    Crs84,
    /// EPSG:4326.
    Wgs84,
    /// A plane of VN-2000.
    Plane(Zone),
}

impl Crs {
    /// Every system, the one of storage first.
    pub fn all() -> impl Iterator<Item = Self> {
        let planes = ZONES.into_iter().map(Self::Plane);
        [Self::Crs84, Self::Wgs84].into_iter().chain(planes)
    }

    /// Its URI.
    #[must_use]
    pub fn uri(self) -> String {
        match self {
            Self::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84".into(),
            Self::Wgs84 => "http://www.opengis.net/def/crs/EPSG/0/4326".into(),
            Self::Plane(zone) => format!("http://www.opengis.net/def/crs/EPSG/0/{}", zone.epsg),
        }
    }

    /// The system of a URI.
    #[must_use]
    pub fn of(uri: &str) -> Option<Self> {
        Self::all().find(|crs| crs.uri() == uri)
    }
}

/// Turns longitude and latitude into a system's coordinates and back.
pub struct Projector {
    crs: Crs,
    planes: Option<(Proj, Proj)>,
}

impl Projector {
    /// A projector of a system.
    pub fn new(crs: Crs) -> Result<Self, proj4rs::errors::Error> {
        let planes = match crs {
            Crs::Crs84 | Crs::Wgs84 => None,
            Crs::Plane(Zone {
                meridian, scale, ..
            }) => {
                let plane = format!(
                    "+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0=500000 +y_0=0 +ellps=WGS84 \
                     +towgs84={SHIFT} +units=m +no_defs"
                );
                let world = Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs")?;
                Some((world, Proj::from_proj_string(&plane)?))
            }
        };
        Ok(Self { crs, planes })
    }

    /// Coordinates in the system, to 1e-7 degrees or a millimetre; none where its plane does not reach.
    pub fn forth(&self, at: Coord<f64>) -> Option<Coord<f64>> {
        let rounded = |value: f64, parts: f64| (value * parts).round() / parts;
        match (self.crs, &self.planes) {
            (Crs::Wgs84, _) => Some(Coord { x: at.y, y: at.x }),
            (_, None) => Some(at),
            (_, Some((world, plane))) => {
                let (x, y) = (at.x.to_radians(), at.y.to_radians());
                let (east, north) = transform_xy(world, plane, x, y).ok()?;
                let found = Coord {
                    x: rounded(east, 1e3),
                    y: rounded(north, 1e3),
                };
                (found.x.is_finite() && found.y.is_finite()).then_some(found)
            }
        }
    }

    /// Longitude and latitude of coordinates in the system.
    pub fn back(&self, at: Coord<f64>) -> Option<Coord<f64>> {
        match (self.crs, &self.planes) {
            (Crs::Wgs84, _) => Some(Coord { x: at.y, y: at.x }),
            (_, None) => Some(at),
            (_, Some((world, plane))) => {
                let (lon, lat) = transform_xy(plane, world, at.x, at.y).ok()?;
                let found = Coord {
                    x: lon.to_degrees(),
                    y: lat.to_degrees(),
                };
                (found.x.is_finite() && found.y.is_finite()).then_some(found)
            }
        }
    }

    /// Turns a geometry of the system into longitude and latitude in its place; false when a point lies outside it.
    pub fn turn_back(&self, geometry: &mut Geometry<f64>) -> bool {
        let turned = geometry.try_map_coords(|at| self.back(at).ok_or(()));
        if let Ok(turned) = turned {
            *geometry = turned;
            return true;
        }
        false
    }

    /// The rectangle of degrees around a rectangle of the system, its edges followed in steps: they bend.
    pub fn rect_back(&self, (low, high): (Coord<f64>, Coord<f64>)) -> Option<Rect<f64>> {
        const STEPS: u32 = 8;
        let mut around: Option<(Coord<f64>, Coord<f64>)> = None;
        for step in 0..=STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            let (x, y) = (
                low.x + (high.x - low.x) * share,
                low.y + (high.y - low.y) * share,
            );
            let edges = [(x, low.y), (x, high.y), (low.x, y), (high.x, y)];
            for (x, y) in edges {
                let at = self.back(Coord { x, y })?;
                let (min, max) = around.unwrap_or((at, at));
                around = Some((
                    Coord {
                        x: min.x.min(at.x),
                        y: min.y.min(at.y),
                    },
                    Coord {
                        x: max.x.max(at.x),
                        y: max.y.max(at.y),
                    },
                ));
            }
        }
        around.map(|(min, max)| Rect::new(min, max))
    }
}
