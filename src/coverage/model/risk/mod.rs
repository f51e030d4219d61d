//! The risk grid of one commune: which cells hold risk, and how many dm² of it.
//!
//! Overlapping risk areas count once, because they are united first. A cell wholly at risk weighs
//! the mean real area of such cells under its parent, to 1 dm²; a cell on the border weighs the part at risk.

mod border;
mod clip;
mod near;
mod share;

use std::collections::BTreeMap;
use std::ops::Range;

use geo::orient::{Direction, Orient};
use geo::{
    BooleanOps, BoundingRect, GeodesicArea, Intersects, LineString, MultiPolygon, Polygon,
    unary_union,
};
use h3o::LatLng;

use super::beside::Beside;
use super::interval::Measured;
use super::lattice::{Lattice, ParentCell, ParentMask, bits};
use super::plane::Plane;
use super::region::{FULL, Region};
use border::Border;
use clip::Ring;
use near::Near;
use share::{Shares, Weights};

/// Unions of shared borders leave splinters; what is smaller is no ground that anyone can walk.
const SPLINTER_M2: f64 = 1.0;

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
    smooth(unary_union(near.iter().flatten()).intersection(commune))
}

/// Risk that does not overlap, made of risks that may: ground of several has what all of them have, put together by `both`.
#[must_use]
pub fn apart<T: Clone>(
    risks: Vec<(T, MultiPolygon)>,
    both: impl Fn(&T, &T) -> T,
) -> Vec<(T, MultiPolygon)> {
    let mut parts: Vec<(T, MultiPolygon)> = Vec::new();
    for (own, mut left) in risks {
        let mut next = Vec::new();
        for (known, shape) in parts {
            let common = smooth(shape.intersection(&left));
            if common.0.is_empty() {
                next.push((known, shape));
                continue;
            }
            next.push((both(&known, &own), common));
            next.push((known, smooth(shape.difference(&left))));
            left = smooth(left.difference(&shape));
        }
        next.push((own, left));
        next.retain(|(_, shape)| !shape.0.is_empty());
        parts = next;
    }
    parts
}

fn smooth(risk: MultiPolygon) -> MultiPolygon {
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
    border: Border,
    total_dm2: u64,
    cell_dm2: u64,
    /// Regions in order, each with the place of its first parent.
    regions: Vec<(Region, usize)>,
    positions: Vec<u16>,
}

/// The cells at risk under one parent, which its place tells. A country has two millions of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RiskParent {
    /// Cells at risk; the byte above them is the bit below which inner cells weigh 1 dm² more, so that all of them
    /// together weigh what they cover.
    risk: u64,
    inner: u64,
    inner_dm2: u32,
    border_from: u32,
}

impl RiskParent {
    /// Where the byte above the cells begins.
    const ABOVE: u32 = 56;

    /// Of some cells, those wholly at risk with what these weigh together.
    fn of(risk: u64, (inner, inner_dm2): (u64, u32), border_from: u32) -> Self {
        let cells = inner.count_ones().max(1);
        let heavier = (inner_dm2 % cells) as usize;
        let below = bits(inner).nth(heavier).unwrap_or(0);
        Self {
            risk: risk | u64::from(below) << Self::ABOVE,
            inner,
            inner_dm2: inner_dm2 / cells,
            border_from,
        }
    }

    /// The cells at risk.
    const fn risk(&self) -> u64 {
        self.risk & FULL
    }

    /// The weight of those of its cells that are wholly at risk.
    fn inner_dm2(&self, mask: u64) -> u64 {
        let seen = mask & self.inner;
        if seen == 0 {
            return 0;
        }
        let heavier = (1_u64 << (self.risk >> Self::ABOVE)) - 1;
        u64::from(seen.count_ones()) * u64::from(self.inner_dm2)
            + u64::from((seen & heavier).count_ones())
    }
}

impl RiskGrid {
    /// Lays the grid over a shape whose polygons do not overlap, such as [`risk_of`] makes.
    #[must_use]
    pub fn lay(lattice: Lattice, risk: &MultiPolygon) -> Self {
        let mut shares = BTreeMap::<ParentCell, Shares>::new();
        for polygon in risk {
            Near::visit(lattice, polygon, &mut |parent, part| {
                let shares = shares.entry(ParentCell::of(parent));
                shares
                    .or_insert_with(|| Shares::of(lattice, parent, &part.plane))
                    .add(part);
            });
        }
        let mut grid = Self::empty(lattice);
        let mut left_over_m2 = 0.0;
        for (parent, shares) in shares {
            grid.push(parent, &shares.weights(&mut left_over_m2));
        }
        grid.packed()
    }

    /// The same in as little memory as it needs.
    fn packed(mut self) -> Self {
        self.parents.shrink_to_fit();
        self.regions.shrink_to_fit();
        self.positions.shrink_to_fit();
        self.border = self.border.packed();
        self
    }

    fn empty(lattice: Lattice) -> Self {
        Self {
            lattice,
            parents: Vec::new(),
            border: Border::empty(),
            total_dm2: 0,
            cell_dm2: 0,
            regions: Vec::new(),
            positions: Vec::new(),
        }
    }

    fn push(&mut self, parent: ParentCell, weights: &Weights) {
        self.cell_dm2 = self.cell_dm2.max(u64::from(weights.cell_dm2));
        let risk = weights.whole | weights.part;
        let Some((region, position)) = Region::of(parent).filter(|_| risk != 0) else {
            return;
        };
        if self.regions.last().is_none_or(|(last, _)| *last != region) {
            self.regions.push((region, self.parents.len()));
        }
        self.positions.push(position);
        self.parents.push(RiskParent::of(
            risk,
            (weights.whole, weights.whole_dm2),
            u32::try_from(self.border.len()).unwrap_or(u32::MAX),
        ));
        self.border.extend(&weights.part_dm2);
        self.total_dm2 += self.weight_dm2(self.parents.len() - 1, u64::MAX);
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

    /// The parents that hold risk, in the order of their places.
    pub fn words(&self) -> impl Iterator<Item = ParentCell> {
        self.regions().flat_map(|(region, places)| {
            let positions = self.positions.get(places).unwrap_or_default();
            positions
                .iter()
                .filter_map(move |position| region.word(*position))
        })
    }

    /// The place of a parent in this grid, if it holds risk.
    #[must_use]
    pub fn place(&self, parent: ParentCell) -> Option<usize> {
        let (region, position) = Region::of(parent)?;
        let at = self.regions.binary_search_by_key(&region, |own| own.0);
        let at = at.ok()?;
        let start = self.regions.get(at)?.1;
        let end = self
            .regions
            .get(at + 1)
            .map_or(self.parents.len(), |own| own.1);
        let positions = self.positions.get(start..end)?;
        Some(start + positions.binary_search(&position).ok()?)
    }

    /// The cells at risk under the parent at a place.
    #[must_use]
    pub fn risk(&self, place: usize) -> Option<ParentMask> {
        let row = self.parents.get(place)?;
        let region = self.regions.partition_point(|own| own.1 <= place);
        let (region, _) = self.regions.get(region.checked_sub(1)?)?;
        Some(ParentMask {
            parent: region.word(self.position(place))?,
            mask: row.risk(),
        })
    }

    /// The weight of those cells of the parent at a place, in dm².
    #[must_use]
    pub fn weight_dm2(&self, place: usize, mask: u64) -> u64 {
        let Some(row) = self.parents.get(place) else {
            return 0;
        };
        let inner = row.inner_dm2(mask);
        let [border] = self.border_dm2(row, [mask]);
        inner + border
    }

    fn border_dm2<const N: usize>(&self, row: &RiskParent, masks: [u64; N]) -> [u64; N] {
        let cells = row.risk() & !row.inner;
        self.border.sums(row.border_from as usize, cells, masks)
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

    /// What weighs the parents at some places; none where cells have no neighbours.
    pub(super) fn weigher(&self, places: Range<usize>) -> Option<Weigher<'_>> {
        Some(Weigher {
            grid: self,
            beside: Beside::of(self.lattice)?,
            rows: self.parents.get(places.clone())?,
            positions: self.positions.get(places)?,
        })
    }

    /// What was seen of the parents at some places, told by place and position: weights seen and beside the edge.
    #[must_use]
    pub fn measure(
        &self,
        places: Range<usize>,
        mut seen: impl FnMut(usize, u16) -> u64,
    ) -> Measured {
        let mut measured = Measured::default();
        let Some(weigher) = self.weigher(places.clone()) else {
            return measured;
        };
        for (at, (place, position)) in places.zip(weigher.positions()).enumerate() {
            let (covered_dm2, edge_dm2) = weigher.weigh(at, seen(place, *position) & FULL);
            measured.covered_dm2 += covered_dm2;
            measured.edge_dm2 += edge_dm2;
        }
        measured
    }
}

/// Weighs what was seen of some parents of a grid.
#[derive(Debug)]
pub(super) struct Weigher<'a> {
    grid: &'a RiskGrid,
    beside: &'static Beside,
    rows: &'a [RiskParent],
    positions: &'a [u16],
}

impl Weigher<'_> {
    /// The positions of the parents in their regions.
    pub(super) const fn positions(&self) -> &[u16] {
        self.positions
    }

    /// The weights in dm² of those cells of one of the parents, and of the cells on either side of their edge.
    pub(super) fn weigh(&self, at: usize, mask: u64) -> (u64, u64) {
        let Some(row) = self.rows.get(at).filter(|_| mask != 0) else {
            return (0, 0);
        };
        let edge = self.beside.edge(mask);
        let [covered_dm2, edge_dm2] = self.grid.border_dm2(row, [mask, edge]);
        (
            row.inner_dm2(mask) + covered_dm2,
            row.inner_dm2(edge) + edge_dm2,
        )
    }
}
