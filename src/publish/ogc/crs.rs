//! Coordinate reference systems that features are given in and asked for by.

use geo::{Coord, Geometry, MapCoords, Rect};

use crate::geo::vn2000::{self, OffPlane, ZONES, Zone};
use crate::publish::source::Frame;

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

    /// The order of its axes in English and in Vietnamese, as a refusal names it.
    #[must_use]
    pub fn axes(self) -> [String; 2] {
        match self {
            Self::Crs84 => [
                "CRS84 is longitude, then latitude, in degrees".into(),
                "CRS84 viết kinh độ trước, vĩ độ sau".into(),
            ],
            Self::Wgs84 => [
                "EPSG:4326 is latitude, then longitude, in degrees".into(),
                "EPSG:4326 viết vĩ độ trước, kinh độ sau".into(),
            ],
            Self::Plane(zone) => [
                format!(
                    "EPSG:{} is easting (Y), then northing (X), in metres",
                    zone.epsg
                ),
                format!(
                    "EPSG:{} viết Đông (Y) trước, Bắc (X) sau, bằng mét",
                    zone.epsg
                ),
            ],
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
    plane: Option<vn2000::Projector>,
}

impl Projector {
    /// A projector of a system.
    pub fn new(crs: Crs) -> Result<Self, OffPlane> {
        let plane = match crs {
            Crs::Crs84 | Crs::Wgs84 => None,
            Crs::Plane(zone) => Some(zone.projector()?),
        };
        Ok(Self { crs, plane })
    }

    /// Coordinates in the system, to 1e-7 degrees or a millimetre; none where its plane does not reach.
    pub fn forth(&self, at: Coord<f64>) -> Option<Coord<f64>> {
        match (self.crs, &self.plane) {
            (Crs::Wgs84, _) => Some(Coord { x: at.y, y: at.x }),
            (_, None) => Some(at),
            (_, Some(plane)) => {
                let (x, y) = plane.to_millimetres(at.x, at.y).ok()?;
                Some(Coord { x, y })
            }
        }
    }

    /// Longitude and latitude of coordinates in the system.
    pub fn back(&self, at: Coord<f64>) -> Option<Coord<f64>> {
        match (self.crs, &self.plane) {
            (Crs::Wgs84, _) => Some(Coord { x: at.y, y: at.x }),
            (_, None) => Some(at),
            (_, Some(plane)) => {
                let (x, y) = plane.to_degrees(at.x, at.y).ok()?;
                Some(Coord { x, y })
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

    /// The same rectangle where it is one of a plane.
    pub fn frame(self, corners: (Coord<f64>, Coord<f64>)) -> Option<Frame> {
        self.plane.map(|plane| Frame::new(plane, corners))
    }

    /// A rectangle of degrees around a rectangle of the system, its edges followed in steps: they bend. Those of a plane
    /// are given some room for what lies between the steps.
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
        let (min, max) = around?;
        let room = |size: f64| match self.crs {
            Crs::Plane(_) => size / 50.0 + 1e-6,
            Crs::Crs84 | Crs::Wgs84 => 0.0,
        };
        let (x, y) = (room(max.x - min.x), room(max.y - min.y));
        Some(Rect::new((min.x - x, min.y - y), (max.x + x, max.y + y)))
    }
}
