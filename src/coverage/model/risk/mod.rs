//! The risk grid of one commune: which cells hold risk, and how many dm² of it.
//!
//! Overlapping risk areas count once, because they are united first. A cell wholly at risk weighs
//! the mean real area of such cells under its parent; a cell on the border weighs the part at risk.

mod clip;

use std::collections::BTreeMap;
use std::ops::Range;

use geo::orient::{Direction, Orient};
use geo::{
    Area, BooleanOps, BoundingRect, Coord, GeodesicArea, Intersects, LineString, MultiPolygon,
    Polygon,
};
use geo::{Rect, unary_union};
use h3o::{CellIndex, LatLng};

use super::beside::Beside;
use super::interval::Measured;
use super::lattice::{CHILDREN, Frame, Lattice, ParentCell, ParentMask, bits};
use super::plane::{Metres, Plane};
use super::region::{FULL, Region};
use super::sweep::rings;
use clip::{Ring, Rings};

/// Unions of shared borders leave splinters; what is smaller is no ground that anyone can walk.
const SPLINTER_M2: f64 = 1.0;
/// A cell cut to within this share of its area counts as whole.
const WHOLE: f64 = 1.0 - 1e-6;
/// Children stand out of their parent, and corners out of children: mean parent edges from its centre.
const WIDEST_STAND_OUT: f64 = 1.5;

/// Where a commune is at risk: its boundary cut with the union of the risk areas, each counted once.
#[must_use]
pub fn risk_of(commune: &MultiPolygon, areas: &[MultiPolygon]) -> MultiPolygon {
    let Some(bounds) = commune.bounding_rect() else {
        return MultiPolygon::new(vec![]);
    };
    let near: Vec<MultiPolygon> = areas
        .iter()
        .filter(|area| {
            area.bounding_rect()
                .is_some_and(|own| own.intersects(&bounds))
        })
        .map(|area| area.orient(Direction::Default))
        .collect();
    let risk = unary_union(near.iter().flatten()).intersection(commune);
    MultiPolygon::new(risk.into_iter().filter_map(without_splinters).collect())
}

fn without_splinters(polygon: Polygon) -> Option<Polygon> {
    let (outer, holes) = polygon.into_inner();
    let large = |ring: &LineString| rough_area_m2(ring) >= SPLINTER_M2;
    large(&outer).then(|| Polygon::new(outer, holes.into_iter().filter(large).collect()))
}

fn rough_area_m2(ring: &LineString) -> f64 {
    let Some(Ok(origin)) = ring.0.first().map(|at| LatLng::new(at.y, at.x)) else {
        return 0.0;
    };
    let plane = Plane::at(origin);
    clip::signed_area_m2(&ring.0.iter().map(|at| plane.place(*at)).collect::<Ring>()).abs()
}

/// The geodesic area of a shape on the WGS84 ellipsoid, in m².
#[must_use]
pub fn geodesic_area_m2(shape: &MultiPolygon) -> f64 {
    shape.orient(Direction::Default).geodesic_area_unsigned()
}

/// The cells at risk and their weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskGrid {
    lattice: Lattice,
    parents: Vec<RiskParent>,
    /// Weights of border cells, in the order of parents and bits.
    border_dm2: Vec<u32>,
    total_dm2: u64,
    cell_dm2: u64,
    /// Regions in order, each with the place of its first parent.
    regions: Vec<(Region, usize)>,
    positions: Vec<u16>,
}

/// The cells at risk under one parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RiskParent {
    parent: ParentCell,
    risk: u64,
    inner: u64,
    inner_dm2: u32,
    border_from: u32,
}

impl RiskGrid {
    /// Lays the grid over a shape whose polygons do not overlap, such as [`risk_of`] makes.
    #[must_use]
    pub fn lay(lattice: Lattice, risk: &MultiPolygon) -> Self {
        let mut shares = BTreeMap::<ParentCell, Shares>::new();
        for polygon in risk {
            for parent in parents_near(lattice, polygon) {
                let frame = Frame::of(lattice, parent);
                let rings = clip::cut(&placed(polygon, &frame), &square(lattice));
                if clip::area_m2(&rings) > 0.0 {
                    let shares = shares.entry(ParentCell::of(parent));
                    shares
                        .or_insert_with(|| Shares::of(lattice, &frame))
                        .add(&rings);
                }
            }
        }
        let mut grid = Self::empty(lattice);
        for (parent, shares) in shares {
            grid.push(parent, &shares);
        }
        grid
    }

    fn empty(lattice: Lattice) -> Self {
        Self {
            lattice,
            parents: Vec::new(),
            border_dm2: Vec::new(),
            total_dm2: 0,
            cell_dm2: 0,
            regions: Vec::new(),
            positions: Vec::new(),
        }
    }

    fn push(&mut self, parent: ParentCell, shares: &Shares) {
        let border_from = u32::try_from(self.border_dm2.len()).unwrap_or(u32::MAX);
        let mut row = RiskParent {
            parent,
            risk: 0,
            inner: 0,
            inner_dm2: 0,
            border_from,
        };
        let mut inner_m2 = 0.0;
        let largest_m2 = shares
            .cells
            .iter()
            .map(|cell| cell.area_m2)
            .fold(0.0, f64::max);
        self.cell_dm2 = self.cell_dm2.max(u64::from(whole_dm2(largest_m2)));
        for (bit, (cell, at_risk_m2)) in shares.cells.iter().zip(shares.at_risk_m2).enumerate() {
            let border_dm2 = whole_dm2(at_risk_m2.min(cell.area_m2));
            if at_risk_m2 >= WHOLE * cell.area_m2 {
                row.inner |= 1 << bit;
                inner_m2 += cell.area_m2;
            } else if border_dm2 > 0 {
                row.risk |= 1 << bit;
                self.border_dm2.push(border_dm2);
            }
        }
        row.risk |= row.inner;
        if row.risk != 0
            && let Some((region, position)) = Region::of(parent)
        {
            row.inner_dm2 = whole_dm2(inner_m2 / f64::from(row.inner.count_ones().max(1)));
            if self.regions.last().is_none_or(|(last, _)| *last != region) {
                self.regions.push((region, self.parents.len()));
            }
            self.positions.push(position);
            self.parents.push(row);
            self.total_dm2 += self.weight_dm2(self.parents.len() - 1, u64::MAX);
        }
    }

    /// The resolutions of this grid.
    #[must_use]
    pub const fn lattice(&self) -> Lattice {
        self.lattice
    }

    /// The weight of all cells, in dm².
    #[must_use]
    pub const fn total_dm2(&self) -> u64 {
        self.total_dm2
    }

    /// The weight of one cell wholly at risk, in dm².
    #[must_use]
    pub const fn cell_dm2(&self) -> u64 {
        self.cell_dm2
    }

    /// How many parents hold risk; their places are 0 to this.
    #[must_use]
    pub fn parents(&self) -> usize {
        self.parents.len()
    }

    /// The place of a parent in this grid, if it holds risk.
    #[must_use]
    pub fn place(&self, parent: ParentCell) -> Option<usize> {
        self.parents
            .binary_search_by_key(&parent, |row| row.parent)
            .ok()
    }

    /// The cells at risk under the parent at a place.
    #[must_use]
    pub fn risk(&self, place: usize) -> Option<ParentMask> {
        self.parents.get(place).map(|row| ParentMask {
            parent: row.parent,
            mask: row.risk,
        })
    }

    /// The weight of those cells of the parent at a place, in dm².
    #[must_use]
    pub fn weight_dm2(&self, place: usize, mask: u64) -> u64 {
        let Some(row) = self.parents.get(place) else {
            return 0;
        };
        let inner = u64::from((mask & row.inner).count_ones()) * u64::from(row.inner_dm2);
        let border = row.risk & !row.inner;
        if mask & border == 0 {
            return inner;
        }
        let weights = self.border_dm2.iter().skip(row.border_from as usize);
        let seen = bits(border)
            .zip(weights)
            .filter(|(bit, _)| mask >> bit & 1 == 1);
        inner
            + seen
                .map(|(_, weight_dm2)| u64::from(*weight_dm2))
                .sum::<u64>()
    }

    /// The regions that hold risk, each with the places of its parents.
    pub fn regions(&self) -> impl Iterator<Item = (Region, Range<usize>)> {
        let ends = self.regions.iter().skip(1).map(|(_, start)| *start);
        let ends = ends.chain([self.parents.len()]);
        self.regions
            .iter()
            .zip(ends)
            .map(|((region, start), end)| (*region, *start..end))
    }

    /// The position in its region of the parent at a place.
    #[must_use]
    pub fn position(&self, place: usize) -> u16 {
        self.positions.get(place).copied().unwrap_or(u16::MAX)
    }

    /// What was seen of the parents at some places, told by place and position: weights seen and beside the edge.
    #[must_use]
    pub fn measure(
        &self,
        places: Range<usize>,
        mut seen: impl FnMut(usize, u16) -> u64,
    ) -> Measured {
        let mut measured = Measured::default();
        let Some(beside) = Beside::of(self.lattice) else {
            return measured;
        };
        let positions = self.positions.get(places.clone()).unwrap_or_default();
        for (place, position) in places.zip(positions) {
            let mask = seen(place, *position) & FULL;
            if mask == 0 {
                continue;
            }
            let unseen = !mask & FULL;
            let edge = (mask & beside.cells(unseen)) | (unseen & beside.cells(mask));
            measured.covered_dm2 += self.weight_dm2(place, mask);
            measured.edge_dm2 += self.weight_dm2(place, edge);
        }
        measured
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cell of resolution 10 or finer has less than 2e6 dm²; the cast saturates"
)]
fn whole_dm2(area_m2: f64) -> u32 {
    (area_m2 * 100.0).round() as u32
}

/// How much of each child of one parent is at risk.
struct Shares {
    cells: Vec<Hexagon>,
    at_risk_m2: [f64; CHILDREN],
}

struct Hexagon {
    outline: Ring,
    area_m2: f64,
}

impl Shares {
    fn of(lattice: Lattice, frame: &Frame) -> Self {
        let cells = frame
            .parent
            .children(lattice.mask())
            .map(|child| Hexagon::of(child, frame));
        Self {
            cells: cells.collect(),
            at_risk_m2: [0.0; CHILDREN],
        }
    }

    fn add(&mut self, rings: &Rings) {
        for (cell, at_risk_m2) in self.cells.iter().zip(&mut self.at_risk_m2) {
            if *at_risk_m2 < WHOLE * cell.area_m2 {
                *at_risk_m2 += clip::area_m2(&clip::cut(rings, &cell.outline));
            }
        }
    }
}

impl Hexagon {
    fn of(cell: CellIndex, frame: &Frame) -> Self {
        let corners = cell.boundary();
        let outline: Ring = corners
            .iter()
            .map(|at| frame.plane.place_centre(*at))
            .collect();
        let area_m2 = clip::signed_area_m2(&outline);
        Self { outline, area_m2 }
    }
}

fn placed(polygon: &Polygon, frame: &Frame) -> Rings {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    rings
        .map(|ring| ring.0.iter().map(|at| frame.place(*at)).collect())
        .collect()
}

/// A square around any parent and its children; rings are cut to it before they meet 49 hexagons.
fn square(lattice: Lattice) -> [Metres; 4] {
    let half = WIDEST_STAND_OUT * lattice.parent_edge_m();
    [(-half, -half), (half, -half), (half, half), (-half, half)]
        .map(|(east, north)| Metres { east, north })
}

/// Every parent with a child that may touch the polygon.
fn parents_near(lattice: Lattice, polygon: &Polygon) -> Vec<CellIndex> {
    let edge_m = lattice.parent_edge_m();
    let stand_out_m = WIDEST_STAND_OUT * edge_m;
    let Some(bounds) = polygon
        .bounding_rect()
        .filter(|_| polygon.unsigned_area() > 0.0)
    else {
        return Vec::new();
    };
    let Ok(middle) = LatLng::new(bounds.center().y, bounds.center().x) else {
        return Vec::new();
    };
    let plane = Plane::at(middle);
    let corner = furthest(&plane, &bounds);
    let far_m = corner.length() + stand_out_m + edge_m;
    let parents = middle
        .to_cell(lattice.parent())
        .grid_disk::<Vec<_>>(rings(far_m, 1.04 * edge_m));
    let touches = |parent: &CellIndex| {
        let centre = plane.place_centre(LatLng::from(*parent));
        centre.east.abs() <= corner.east + stand_out_m
            && centre.north.abs() <= corner.north + stand_out_m
    };
    parents.into_iter().filter(touches).collect()
}

/// The half width and half height of a box, with room for the bend of the ground under a wide one.
fn furthest(plane: &Plane, bounds: &Rect) -> Metres {
    let corner = plane.place(Coord {
        x: bounds.max().x,
        y: bounds.max().y,
    });
    Metres {
        east: corner.east * 1.05,
        north: corner.north * 1.05,
    }
}
