//! Chains unmatched edges into rings around the ground on their right: the outside world or a gap.

use std::collections::{BTreeSet, HashMap};

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::{Coord, LineString};

use super::edges::{Unmatched, bits};
use crate::geo::measure::ring_area_m2;

/// Ground that no commune covers although communes surround it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The uncovered ground in square metres.
    pub area_m2: f64,
    /// The codes around it, in order.
    pub codes: Vec<String>,
}

/// A closed chain of unmatched edges.
pub(super) struct Ring {
    line: LineString<f64>,
    units: BTreeSet<usize>,
}

/// Every edge is used once; where rings touch, the ground on the right stays together.
pub(super) fn trace(unmatched: &[Unmatched]) -> Vec<Ring> {
    let mut leaving: HashMap<[u64; 2], Vec<usize>> = HashMap::new();
    for (at, edge) in unmatched.iter().enumerate() {
        leaving.entry(bits(edge.line.start)).or_default().push(at);
    }
    let mut is_used = vec![false; unmatched.len()];
    (0..unmatched.len())
        .filter_map(|first| ring_from(first, unmatched, &leaving, &mut is_used))
        .collect()
}

fn ring_from(
    first: usize,
    unmatched: &[Unmatched],
    leaving: &HashMap<[u64; 2], Vec<usize>>,
    is_used: &mut [bool],
) -> Option<Ring> {
    let start = unmatched.get(first)?.line.start;
    let mut coords = vec![start];
    let mut units = BTreeSet::new();
    let mut at = first;
    loop {
        let used = is_used.get_mut(at)?;
        if *used {
            return None;
        }
        *used = true;
        let edge = unmatched.get(at)?;
        coords.push(edge.line.end);
        units.insert(edge.unit);
        if edge.line.end == start {
            return Some(Ring {
                line: LineString(coords),
                units,
            });
        }
        let next = leaving.get(&bits(edge.line.end))?.iter().copied();
        let free = next.filter(|at| is_used.get(*at) == Some(&false));
        at = free.min_by(|a, b| {
            turn(edge, unmatched.get(*a)).total_cmp(&turn(edge, unmatched.get(*b)))
        })?;
    }
}

/// The angle, counter-clockwise, from the way back to the way on: the smallest keeps to the ground on the right.
fn turn(edge: &Unmatched, next: Option<&Unmatched>) -> f64 {
    let Some(next) = next else {
        return f64::INFINITY;
    };
    let angle = |d: Coord<f64>| d.y.atan2(d.x);
    let back = angle(edge.line.start - edge.line.end);
    let on = angle(next.line.end - next.line.start);
    let turn = (on - back).rem_euclid(std::f64::consts::TAU);
    if turn > 0.0 {
        turn
    } else {
        std::f64::consts::TAU
    }
}

/// The gaps above the tolerance and the number of separate pieces of ground.
pub(super) fn judge(rings: Vec<Ring>, codes: &[&str], tolerance_m2: f64) -> (Vec<Gap>, usize) {
    let with_area = rings
        .into_iter()
        .map(|ring| (ring_area_m2(ring.line.clone()), ring));
    let (mut holes, outer): (Vec<_>, Vec<_>) = with_area
        .filter(|(area_m2, _)| area_m2.abs() > tolerance_m2)
        .partition(|(area_m2, _)| *area_m2 < 0.0);
    holes.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    // Holes stand smallest first, so that an island is taken off the innermost water around it.
    for (area_m2, island) in &outer {
        let around = holes
            .iter_mut()
            .find(|(hole_m2, hole)| -*hole_m2 > *area_m2 && surrounds(hole, island));
        if let Some((hole_m2, _)) = around {
            *hole_m2 += area_m2;
        }
    }
    let mut gaps: Vec<Gap> = holes
        .into_iter()
        .map(|(area_m2, ring)| Gap {
            area_m2: -area_m2,
            codes: names(&ring, codes),
        })
        .filter(|gap| gap.area_m2 > tolerance_m2)
        .collect();
    gaps.sort_by(|a, b| {
        b.area_m2
            .total_cmp(&a.area_m2)
            .then_with(|| a.codes.cmp(&b.codes))
    });
    (gaps, outer.len())
}

fn surrounds(hole: &Ring, island: &Ring) -> bool {
    let first = island.line.0.first();
    first.is_some_and(|first| coord_pos_relative_to_ring(*first, &hole.line) == CoordPos::Inside)
}

fn names(ring: &Ring, codes: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = ring
        .units
        .iter()
        .filter_map(|unit| codes.get(*unit))
        .map(|code| (*code).to_owned())
        .collect();
    names.sort();
    names
}
