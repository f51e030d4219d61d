//! Do the communes of a file cover their ground once, without overlap and without gap?
//!
//! In a sound coverage every inner edge stands twice, once in each direction, with the very same coordinates. What
//! stays unmatched is the outer boundary and every fault. Ground that is covered twice always borders on an unmatched
//! edge of a unit that covers it, so only those edges are looked at closely.

mod edges;
mod gaps;

use std::collections::BTreeSet;

use geo::{BooleanOps, GeodesicArea, Intersects, Rect};

use crate::geo::measure::region_area_m2;
use crate::geo::shape::{BlockedRegion, Region};
use edges::{Unmatched, unmatched_edges};

pub use gaps::Gap;

/// From which area on faults count; what is smaller is rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Overlaps above this many square metres are errors.
    pub overlap_m2: f64,
    /// Gaps above this many square metres are warnings.
    pub gap_m2: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            overlap_m2: 1.0,
            gap_m2: 1.0,
        }
    }
}

/// Ground that two communes cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// The two codes, lower first.
    pub codes: (String, String),
    /// The ground covered by both, in square metres.
    pub area_m2: f64,
    /// Whether the two are (nearly) the same area: the overlap is more than 99 % of each.
    pub is_duplicate: bool,
}

/// What the check of a whole set found.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverageReport {
    /// Ground covered twice, largest first. Errors.
    pub overlaps: Vec<Overlap>,
    /// Ground covered by none but surrounded, largest first. Warnings; only reliable when nothing overlaps.
    pub gaps: Vec<Gap>,
    /// Pieces of ground, apart from one another, that the communes make together.
    pub parts: usize,
    /// Area of all communes together in square metres, ground covered twice counted once.
    pub union_area_m2: f64,
    /// Share of all edges that match a neighbour's edge exactly, 0 to 1.
    pub matched_share: f64,
}

impl CoverageReport {
    /// May the set be loaded? Gaps do not hinder it: bays and disputed ground exist.
    #[must_use]
    pub fn is_loadable(&self) -> bool {
        self.overlaps.is_empty()
    }
}

/// Places of two units in the list, lower first.
type Pair = (usize, usize);

/// Checks communes, given by code and ground, as one coverage.
#[must_use]
pub fn check_coverage(units: &[(String, Region)], tolerance: Tolerance) -> CoverageReport {
    let regions: Vec<&Region> = units.iter().map(|(_, region)| region).collect();
    let (unmatched, edge_count) = unmatched_edges(&regions);
    let areas: Vec<f64> = regions
        .iter()
        .map(|region| region_area_m2(region))
        .collect();
    let overlaps = overlaps(units, &areas, &unmatched, tolerance);
    let rings = gaps::trace(&unmatched);
    let codes: Vec<&str> = units.iter().map(|(code, _)| code.as_str()).collect();
    let (gaps, parts) = gaps::judge(rings, &codes, tolerance.gap_m2);
    let twice: f64 = overlaps.iter().map(|overlap| overlap.area_m2).sum();
    CoverageReport {
        gaps,
        parts,
        union_area_m2: areas.iter().sum::<f64>() - twice,
        matched_share: matched_share(edge_count, unmatched.len()),
        overlaps,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a few million edges")]
fn matched_share(edges: usize, unmatched: usize) -> f64 {
    if edges == 0 {
        0.0
    } else {
        (edges - unmatched) as f64 / edges as f64
    }
}

fn overlaps(
    units: &[(String, Region)],
    areas: &[f64],
    unmatched: &[Unmatched],
    tolerance: Tolerance,
) -> Vec<Overlap> {
    let bounds: Vec<_> = units.iter().map(|(_, region)| region.bounds()).collect();
    let mut seen = suspects(units, &bounds, unmatched);
    let mut pending: Vec<Pair> = seen.iter().copied().collect();
    let mut spread = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(pair) = pending.pop() {
        let overlap = overlap_of(pair, units, areas);
        let Some(overlap) = overlap.filter(|overlap| overlap.area_m2 > tolerance.overlap_m2) else {
            continue;
        };
        found.push(overlap);
        // Deep inside ground covered twice no edge is unmatched; it is reached through units known to overlap.
        for unit in [pair.0, pair.1] {
            if spread.insert(unit) {
                let near = neighbours(unit, &bounds).map(|other| ordered(unit, other));
                pending.extend(near.filter(|pair| seen.insert(*pair)));
            }
        }
    }
    found.sort_by(|a, b| {
        b.area_m2
            .total_cmp(&a.area_m2)
            .then_with(|| a.codes.cmp(&b.codes))
    });
    found
}

fn overlap_of(pair: Pair, units: &[(String, Region)], areas: &[f64]) -> Option<Overlap> {
    let ((code_a, a), (code_b, b)) = (units.get(pair.0)?, units.get(pair.1)?);
    let area_m2 = shared_area_m2(a, b);
    let larger_m2 = areas.get(pair.0)?.max(*areas.get(pair.1)?);
    let codes = (code_a.min(code_b).clone(), code_a.max(code_b).clone());
    Some(Overlap {
        codes,
        area_m2,
        is_duplicate: area_m2 > 0.99 * larger_m2,
    })
}

fn ordered(a: usize, b: usize) -> Pair {
    (a.min(b), a.max(b))
}

/// The units whose rectangles meet that of a unit.
fn neighbours(unit: usize, bounds: &[Rect<f64>]) -> impl Iterator<Item = usize> {
    let own = bounds.get(unit).copied();
    let meets = move |rect: &Rect<f64>| own.is_some_and(|own| own.intersects(rect));
    bounds
        .iter()
        .enumerate()
        .filter(move |(other, rect)| *other != unit && meets(rect))
        .map(|(other, _)| other)
}

/// Pairs of units of which one has an unmatched edge that the other shares more than end points with.
fn suspects(
    units: &[(String, Region)],
    bounds: &[Rect<f64>],
    unmatched: &[Unmatched],
) -> BTreeSet<Pair> {
    let mut blocked: Vec<Option<BlockedRegion>> = vec![None; units.len()];
    let mut pairs = BTreeSet::new();
    for edges in unmatched.chunk_by(|a, b| a.unit == b.unit) {
        let Some(unit) = edges.first().map(|edge| edge.unit) else {
            continue;
        };
        for other in neighbours(unit, bounds) {
            let pair = ordered(unit, other);
            let (Some((_, region)), Some(slot)) = (units.get(other), blocked.get_mut(other)) else {
                continue;
            };
            let other = slot.get_or_insert_with(|| BlockedRegion::new(region.clone()));
            if !pairs.contains(&pair) && edges.iter().any(|edge| other.meets_within(edge.line)) {
                pairs.insert(pair);
            }
        }
    }
    pairs
}

fn shared_area_m2(a: &Region, b: &Region) -> f64 {
    let shared = a.as_polygons().intersection(b.as_polygons());
    shared.geodesic_area_signed().abs()
}
