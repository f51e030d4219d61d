//! Areas, thinned for every zoom once and then cut tile by tile.

use geo::MultiPolygon;
use i_overlay::core::fill_rule::FillRule;
use i_overlay::core::overlay::{IntOverlayOptions, Overlay, ShapeType};
use i_overlay::core::overlay_rule::OverlayRule;
use i_overlay::core::solver::Solver;
use i_overlay::i_float::int::point::IntPoint;

use super::border::Borders;
use super::clip::{self, At};
use super::label::label_of;
use super::world::{Bounds, Tile, World};

/// A ring in a tile's units, not closed by a repeated vertex.
pub type UnitRing = Vec<[i32; 2]>;
/// An exterior and its holes.
pub type Area = Vec<UnitRing>;

/// Twice the area in square units below which a ring shows nothing: a sixteenth of a pixel's.
const LEAST_TWICE_AREA: i64 = 8;

/// Areas on one map.
pub struct Areas(Vec<Thinned>);

struct Thinned {
    bounds: Option<Bounds>,
    rings: Vec<Ring>,
    label: Option<World>,
}

struct Ring {
    bounds: Bounds,
    places: Vec<World>,
    depths: Vec<u8>,
}

impl Areas {
    /// Thins areas of longitudes and latitudes together.
    pub fn of<'a>(areas: impl Iterator<Item = &'a MultiPolygon<f64>>) -> Self {
        let rings: Vec<Vec<Vec<World>>> = areas.map(world_rings).collect();
        let borders = Borders::of(rings.iter().flatten().map(Vec::as_slice));
        let thinned = rings.into_iter().map(|rings| {
            let rings: Vec<Ring> = rings
                .into_iter()
                .filter_map(|places| {
                    Some(Ring {
                        bounds: Bounds::of(&places)?,
                        depths: borders.depths(&places),
                        places,
                    })
                })
                .collect();
            let label = label_of(&rings.iter().map(Ring::coarse).collect::<Vec<_>>());
            let bounds = rings.iter().map(|ring| ring.bounds);
            Thinned {
                bounds: bounds.reduce(|all, next| all.with(&next)),
                rings,
                label,
            }
        });
        Self(thinned.collect())
    }

    /// How many areas there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Roughly how many bytes they take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let rings = self.0.iter().flat_map(|area| &area.rings);
        self.0.len() * 64 + rings.map(|ring| 64 + ring.places.len() * 9).sum::<usize>()
    }

    /// The place inside an area that lies farthest from its border: where a label stands.
    #[must_use]
    pub fn label(&self, at: usize) -> Option<World> {
        self.0.get(at)?.label
    }

    /// What a tile shows of an area.
    #[must_use]
    pub fn cut(&self, at: usize, tile: Tile) -> Vec<Area> {
        let Some(area) = self.0.get(at) else {
            return Vec::new();
        };
        if !area.bounds.is_some_and(|bounds| tile.meets(&bounds)) {
            return Vec::new();
        }
        let near = area.rings.iter().filter(|ring| tile.meets(&ring.bounds));
        let rings: Vec<Vec<IntPoint>> = near.filter_map(|ring| ring.cut(tile)).collect();
        if rings.is_empty() {
            return Vec::new();
        }
        valid(&rings)
    }
}

/// The rings of an area, exteriors and holes with areas of opposite signs, without repeated vertices.
fn world_rings(area: &MultiPolygon<f64>) -> Vec<Vec<World>> {
    let mut all = Vec::new();
    for polygon in area {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        for (number, ring) in rings.enumerate() {
            let mut places: Vec<World> = ring.coords().map(|at| World::of(at.x, at.y)).collect();
            places.dedup();
            while places.len() > 1 && places.first() == places.last() {
                places.pop();
            }
            if places.len() < 3 {
                continue;
            }
            if (twice_area(&places) > 0.0) != (number == 0) {
                places.reverse();
            }
            all.push(places);
        }
    }
    all
}

fn twice_area(ring: &[World]) -> f64 {
    let Some(origin) = ring.first().map(|first| first.pair()) else {
        return 0.0;
    };
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(one, other)| {
            let (a, b) = (one.pair(), other.pair());
            (a[0] - origin[0]) * (b[1] - origin[1]) - (b[0] - origin[0]) * (a[1] - origin[1])
        })
        .sum()
}

impl Ring {
    /// The vertices that stand at a zoom; all of them where too few would be left.
    fn at(&self, zoom: u8) -> Vec<World> {
        let standing = self.places.iter().zip(&self.depths);
        let kept: Vec<World> = standing
            .filter(|(_, depth)| **depth <= zoom)
            .map(|(place, _)| *place)
            .collect();
        if kept.len() < 3 {
            self.places.clone()
        } else {
            kept
        }
    }

    /// The ring as it is looked at to place a label.
    fn coarse(&self) -> Vec<World> {
        self.at(10)
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "units of the deepest zoom are below 2^33; a cut ring lies in the buffer"
    )]
    fn cut(&self, tile: Tile) -> Option<Vec<IntPoint>> {
        let mut places: Vec<[i64; 2]> = self
            .at(tile.z())
            .into_iter()
            .map(|place| tile.units(place))
            .collect();
        places.dedup();
        if places.len() < 3 {
            return None;
        }
        let mut ring: Vec<At> = places
            .iter()
            .map(|at| [at[0] as f64, at[1] as f64])
            .collect();
        if !tile.holds(&self.bounds) {
            ring = clip::ring(ring);
        }
        let mut points: Vec<IntPoint> = ring
            .into_iter()
            .map(|at| IntPoint::new(at[0].round() as i32, at[1].round() as i32))
            .collect();
        points.dedup();
        (points.len() >= 3).then_some(points)
    }
}

/// Areas of what rings enclose: rounding may have made rings cross, and cutting may have joined parts along an edge.
fn valid(rings: &[Vec<IntPoint>]) -> Vec<Area> {
    let vertices = rings.iter().map(Vec::len).sum();
    let mut overlay = Overlay::new_custom(vertices, IntOverlayOptions::ogc(), Solver::default());
    overlay.add_contours(rings, ShapeType::Subject);
    let shapes = overlay.overlay(OverlayRule::Subject, FillRule::Positive);
    let areas = shapes.into_iter().filter_map(|shape| {
        let mut rings = shape.into_iter().map(unit_ring);
        let exterior = rings
            .next()
            .filter(|ring| surveyed(ring) >= LEAST_TWICE_AREA)?;
        let holes = rings
            .map(wound_as_hole)
            .filter(|ring| surveyed(ring) <= -LEAST_TWICE_AREA);
        Some(std::iter::once(exterior).chain(holes).collect())
    });
    areas.collect()
}

/// A hole that touches its exterior in one place comes from the overlay wound as an exterior is.
fn wound_as_hole(mut ring: UnitRing) -> UnitRing {
    if surveyed(&ring) > 0 {
        ring.reverse();
    }
    ring
}

fn unit_ring(contour: Vec<IntPoint>) -> UnitRing {
    contour.into_iter().map(|at| [at.x, at.y]).collect()
}

/// Twice the area of a ring by the surveyor's formula.
pub(super) fn surveyed(ring: &[[i32; 2]]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]))
        .sum()
}
