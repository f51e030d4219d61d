//! Areas on the ground: an [`Outline`] walked or drawn around a plot, a [`Region`] of a commune or risk area.
//!
//! Invariants: every ring is closed, simple and at least a triangle, without repeated vertices in a row; rings touch
//! at points at most; exteriors run counter-clockwise and holes clockwise (RFC 7946 section 3.1.6). Errors name
//! vertices by number, never by coordinates, because they end in logs.

mod blocks;
mod crossings;
mod parse;
#[cfg(test)]
mod tests;

use geo::orient::{Direction, Orient};
use geo::{BoundingRect, Coord, CoordsIter, LineString, MultiPolygon, Polygon, Rect};
use geojson::GeometryValue;

pub use blocks::{BlockedRegion, Place};
pub use parse::check_crs;

use super::position::{self, Position};
use parse::Ring;

/// The most vertices that an outline may have.
pub const MAX_OUTLINE_VERTICES: usize = 5_000;

/// Why numbers are no usable area. Vertices are numbered from 1 through the whole geometry as it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// No ring at all, or a ring without vertices.
    #[error("the geometry is empty")]
    EmptyGeometry,
    /// A ring with fewer than three different vertices.
    #[error("ring at vertex {at} has fewer than three different vertices")]
    TooFewVertices {
        /// Number of the ring's first vertex.
        at: usize,
    },
    /// The last vertex differs from the first.
    #[error(
        "ring at vertex {at} is not closed: its last vertex must equal its first (RFC 7946 section 3.1.6)"
    )]
    NotClosed {
        /// Number of the ring's first vertex.
        at: usize,
    },
    /// A ring that crosses, touches or runs back along itself.
    #[error("the ring crosses or touches itself near vertex {at}")]
    SelfCrossing {
        /// Number of the vertex at which the offending edge starts.
        at: usize,
    },
    /// Two rings that cross or share a stretch of line.
    #[error("two rings of the geometry cross or share an edge near vertex {at}")]
    RingsCross {
        /// Number of the vertex at which the offending edge starts.
        at: usize,
    },
    /// A hole outside its polygon, a hole in a hole, or a part upon another part.
    #[error(
        "ring at vertex {at} lies where it must not: a hole outside its polygon, or a part upon another part"
    )]
    MisplacedRing {
        /// Number of the ring's first vertex.
        at: usize,
    },
    /// So many edges lie side by side that checking them would take too long.
    #[error("the geometry is too tangled to be checked")]
    TooTangled,
    /// A coordinate that is not finite, missing, or outside the globe.
    #[error("vertex {at} is no longitude and latitude in degrees")]
    OutOfRange {
        /// Number of the vertex.
        at: usize,
    },
    /// Latitude came before longitude.
    #[error("axes are swapped at vertex {at}: GeoJSON wants longitude first, then latitude")]
    SwappedAxes {
        /// Number of the vertex.
        at: usize,
    },
    /// Coordinates far beyond degrees.
    #[error(
        "wrong CRS at vertex {at}: looks like metres (VN-2000 or another projection), expected WGS84 degrees"
    )]
    ProjectedCoordinates {
        /// Number of the vertex.
        at: usize,
    },
    /// More vertices than allowed.
    #[error("more than {limit} vertices")]
    TooManyVertices {
        /// The most that are allowed.
        limit: usize,
    },
    /// A geometry of another type.
    #[error("expected a {expected}, found a {found}")]
    WrongType {
        /// The type or types that would do.
        expected: &'static str,
        /// The type that came.
        found: &'static str,
    },
    /// A hole in an outline.
    #[error("an outline has no holes")]
    HolesRefused,
    /// An old-style `crs` member that names another reference system.
    #[error("wrong CRS: {name:?}, expected WGS84 (CRS84 or EPSG:4326)")]
    ForeignCrs {
        /// The name as given, shortened.
        name: String,
    },
}

/// One valid simple polygon without holes, at most [`MAX_OUTLINE_VERTICES`] vertices.
#[derive(Clone, PartialEq)]
pub struct Outline(Polygon<f64>);

impl Outline {
    /// Parses a GeoJSON Polygon.
    pub fn from_geojson(geometry: &GeometryValue) -> Result<Self, ShapeError> {
        let GeometryValue::Polygon { coordinates } = geometry else {
            return Err(ShapeError::WrongType {
                expected: "Polygon",
                found: geometry.type_name(),
            });
        };
        Self::from_parts(parse::parts(
            std::slice::from_ref(coordinates),
            MAX_OUTLINE_VERTICES,
        )?)
    }

    /// The outline around these vertices in order; the first may, but need not, be repeated at the end.
    pub fn from_positions(vertices: &[Position]) -> Result<Self, ShapeError> {
        let mut coords: Vec<Coord<f64>> = vertices.iter().map(|p| p.to_coord()).collect();
        if let Some(first) = coords.first().copied()
            && coords.last() != Some(&first)
        {
            coords.push(first);
        }
        let polygon = Polygon::new(LineString(coords), Vec::new());
        Self::from_parts(parse::parts_of(
            &MultiPolygon(vec![polygon]),
            MAX_OUTLINE_VERTICES,
        )?)
    }

    fn from_parts(parts: Vec<Vec<Ring>>) -> Result<Self, ShapeError> {
        if parts.iter().any(|rings| rings.len() > 1) {
            return Err(ShapeError::HolesRefused);
        }
        crossings::check(&parts)?;
        polygons(parts)
            .into_iter()
            .next()
            .map(Self)
            .ok_or(ShapeError::EmptyGeometry)
    }

    /// The outline as a `geo` polygon in degrees.
    #[must_use]
    pub fn as_polygon(&self) -> &Polygon<f64> {
        &self.0
    }

    /// The outline as a GeoJSON geometry.
    #[must_use]
    pub fn to_geojson(&self) -> geojson::Geometry {
        geojson::Geometry::new(GeometryValue::from(&self.0))
    }

    /// Wraps a polygon that was checked when it was stored.
    pub(in crate::geo) fn trusted(polygon: Polygon<f64>) -> Self {
        Self(polygon)
    }
}

/// One or more valid polygons, holes allowed: the ground of a commune or a risk area.
#[derive(Clone, PartialEq)]
pub struct Region(MultiPolygon<f64>);

impl Region {
    /// Parses a GeoJSON Polygon or `MultiPolygon` of at most `max_vertices` vertices.
    pub fn from_geojson(geometry: &GeometryValue, max_vertices: usize) -> Result<Self, ShapeError> {
        let parts = match geometry {
            GeometryValue::Polygon { coordinates } => {
                parse::parts(std::slice::from_ref(coordinates), max_vertices)?
            }
            GeometryValue::MultiPolygon { coordinates } => parse::parts(coordinates, max_vertices)?,
            other => {
                let found = other.type_name();
                return Err(ShapeError::WrongType {
                    expected: "Polygon or MultiPolygon",
                    found,
                });
            }
        };
        Self::from_parts(parts)
    }

    /// Checks polygons in degrees that came from elsewhere than GeoJSON.
    pub fn from_polygons(
        polygons: &MultiPolygon<f64>,
        max_vertices: usize,
    ) -> Result<Self, ShapeError> {
        Self::from_parts(parse::parts_of(polygons, max_vertices)?)
    }

    fn from_parts(parts: Vec<Vec<Ring>>) -> Result<Self, ShapeError> {
        crossings::check(&parts)?;
        Ok(Self(MultiPolygon(polygons(parts))))
    }

    /// Whether the other region has the same vertices in the same order, each to within 2e-7 degrees (about 2 cm).
    #[must_use]
    pub fn is_near(&self, other: &Self) -> bool {
        let (own, theirs) = (&self.0, &other.0);
        let rings = |all: &MultiPolygon<f64>| -> Vec<usize> {
            let polygons = all.0.iter();
            polygons
                .flat_map(|own| std::iter::once(own.exterior()).chain(own.interiors()))
                .map(|ring| ring.0.len())
                .collect()
        };
        rings(own) == rings(theirs)
            && own
                .coords_iter()
                .zip(theirs.coords_iter())
                .all(|(a, b)| position::is_near(a, b))
    }

    /// The region as `geo` polygons in degrees.
    #[must_use]
    pub fn as_polygons(&self) -> &MultiPolygon<f64> {
        &self.0
    }

    /// The region as a GeoJSON geometry: a Polygon if it has one part.
    #[must_use]
    pub fn to_geojson(&self) -> geojson::Geometry {
        geojson::Geometry::new(match self.0.0.as_slice() {
            [only] => GeometryValue::from(only),
            _ => GeometryValue::from(&self.0),
        })
    }

    /// Number of vertices, the closing one of each ring included.
    #[must_use]
    pub fn vertex_count(&self) -> usize {
        self.0.coords_count()
    }

    /// The smallest rectangle of degrees around the region.
    #[must_use]
    pub fn bounds(&self) -> Rect<f64> {
        let nowhere = Coord { x: 0.0, y: 0.0 };
        self.0
            .bounding_rect()
            .unwrap_or_else(|| Rect::new(nowhere, nowhere))
    }

    /// Every ring, exteriors counter-clockwise and holes clockwise, so that the region lies on the left.
    pub fn rings(&self) -> impl Iterator<Item = &LineString<f64>> {
        self.0
            .iter()
            .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
    }

    /// Wraps polygons that were checked when they were stored.
    pub(in crate::geo) fn trusted(polygons: MultiPolygon<f64>) -> Self {
        Self(polygons)
    }
}

impl From<Outline> for Region {
    fn from(outline: Outline) -> Self {
        Self(MultiPolygon(vec![outline.0]))
    }
}

fn polygons(parts: Vec<Vec<Ring>>) -> Vec<Polygon<f64>> {
    let polygon = |rings: Vec<Ring>| {
        let mut lines = rings.into_iter().map(|ring| ring.line);
        let exterior = lines.next().unwrap_or_else(|| LineString(Vec::new()));
        Polygon::new(exterior, lines.collect()).orient(Direction::Default)
    };
    parts.into_iter().map(polygon).collect()
}

/// Shapes are coordinates, which logs must not hold.
impl std::fmt::Debug for Outline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outline({} vertices)", self.0.coords_count())
    }
}

/// Shapes are coordinates, which logs must not hold.
impl std::fmt::Debug for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Region({} parts, {} vertices)",
            self.0.0.len(),
            self.vertex_count()
        )
    }
}
