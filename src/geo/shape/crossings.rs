//! Are the rings of a geometry simple, and do they lie as they must to one another?
//!
//! Edges that follow one another lie near one another, so a tree of boxes over the edges in ring order finds the few
//! pairs that can meet; `geo`'s own check compares every edge with every other, minutes for a national file.

use std::collections::{BTreeMap, BTreeSet};

use geo::coordinate_position::{CoordPos, CoordinatePosition, coord_pos_relative_to_ring};
use geo::dimensions::Dimensions;
use geo::kernels::{Kernel, Orientation, RobustKernel};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{BoundingRect, Contains, Coord, Intersects, Line, LineString, Polygon, Rect, Relate};

use super::ShapeError;
use super::parse::Ring;

const LEAF: usize = 8;
// A real commune needs a few dozen comparisons per edge; a comb of diagonal teeth would need all pairs.
const TESTS_AT_LEAST: usize = 20_000_000;
const TESTS_PER_EDGE: usize = 1_000;

#[derive(Clone, Copy)]
struct Edge {
    line: Line<f64>,
    part: usize,
    ring: usize,
    index: usize,
    is_last: bool,
    number: usize,
}

impl Edge {
    fn same_ring(&self, other: &Self) -> bool {
        (self.part, self.ring) == (other.part, other.ring)
    }
}

/// Refuses rings that cross themselves or one another, and rings in the wrong place.
pub(super) fn check(parts: &[Vec<Ring>]) -> Result<(), ShapeError> {
    let edges = edges_of(parts);
    let mut search = Search::new(&edges);
    search.run()?;
    check_connected(&search.contacts, parts)?;
    let touching = search.touching;
    let solids: Vec<Polygon<f64>> = parts.iter().map(|rings| solid(rings)).collect();
    for (part, rings) in parts.iter().enumerate() {
        check_holes(part, rings, &touching)?;
    }
    check_parts(parts, &solids, &touching)
}

type RingName = (usize, usize);
type Touching = BTreeSet<(RingName, RingName)>;

fn touch(touching: &Touching, a: RingName, b: RingName) -> bool {
    touching.contains(&(a.min(b), a.max(b)))
}

/// Rings that touch in a closed chain cut the ground inside in two, which one polygon must not be.
fn check_connected(
    contacts: &BTreeSet<(RingName, [u64; 2])>,
    parts: &[Vec<Ring>],
) -> Result<(), ShapeError> {
    let mut group_of_ring: BTreeMap<RingName, usize> = BTreeMap::new();
    let mut group_of_point: BTreeMap<(usize, [u64; 2]), usize> = BTreeMap::new();
    for (next, (ring, point)) in contacts.iter().enumerate() {
        let place = (ring.0, *point);
        let group = *group_of_ring.entry(*ring).or_insert(2 * next);
        let old = *group_of_point.entry(place).or_insert(2 * next + 1);
        if group == old {
            let ring = parts.get(ring.0).and_then(|rings| rings.get(ring.1));
            return Err(ShapeError::MisplacedRing {
                at: ring.map_or(1, Ring::first_number),
            });
        }
        let members = group_of_ring
            .values_mut()
            .chain(group_of_point.values_mut());
        members
            .filter(|member| **member == old)
            .for_each(|member| *member = group);
    }
    Ok(())
}

fn edges_of(parts: &[Vec<Ring>]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (part, rings) in parts.iter().enumerate() {
        for (ring, Ring { line, numbers }) in rings.iter().enumerate() {
            let last = line.0.len().saturating_sub(2);
            edges.extend(
                line.lines()
                    .zip(numbers)
                    .enumerate()
                    .map(|(index, (line, &number))| Edge {
                        line,
                        part,
                        ring,
                        index,
                        is_last: index == last,
                        number,
                    }),
            );
        }
    }
    edges
}

/// Finds pairs of edges that meet, by a binary tree of boxes stored level by level.
struct Search<'a> {
    edges: &'a [Edge],
    levels: Vec<Vec<Rect<f64>>>,
    tests_left: usize,
    touching: Touching,
    contacts: BTreeSet<(RingName, [u64; 2])>,
}

impl<'a> Search<'a> {
    fn new(edges: &'a [Edge]) -> Self {
        let around = |rects: &mut dyn Iterator<Item = Rect<f64>>| rects.reduce(united);
        let mut levels: Vec<Vec<Rect<f64>>> = Vec::new();
        let mut level: Vec<_> = edges
            .chunks(LEAF)
            .filter_map(|chunk| around(&mut chunk.iter().map(|edge| edge.line.bounding_rect())))
            .collect();
        while level.len() > 1 {
            let above = level
                .chunks(2)
                .filter_map(|pair| around(&mut pair.iter().copied()))
                .collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        let tests_left = TESTS_AT_LEAST.max(edges.len() * TESTS_PER_EDGE);
        Self {
            edges,
            levels,
            tests_left,
            touching: BTreeSet::new(),
            contacts: BTreeSet::new(),
        }
    }

    fn run(&mut self) -> Result<(), ShapeError> {
        let mut pending = vec![(self.levels.len() - 1, 0, 0)];
        while let Some((level, a, b)) = pending.pop() {
            let Some((box_a, box_b)) = self.boxes(level, a, b) else {
                continue;
            };
            self.tests_left = self
                .tests_left
                .checked_sub(1)
                .ok_or(ShapeError::TooTangled)?;
            if !box_a.intersects(&box_b) {
                continue;
            }
            if level == 0 {
                self.compare_leaves(a, b)?;
                continue;
            }
            let below = level - 1;
            pending.extend([
                (below, 2 * a, 2 * b),
                (below, 2 * a, 2 * b + 1),
                (below, 2 * a + 1, 2 * b + 1),
            ]);
            if a != b {
                pending.push((below, 2 * a + 1, 2 * b));
            }
        }
        Ok(())
    }

    fn boxes(&self, level: usize, a: usize, b: usize) -> Option<(Rect<f64>, Rect<f64>)> {
        let level = self.levels.get(level)?;
        Some((*level.get(a)?, *level.get(b)?))
    }

    fn compare_leaves(&mut self, a: usize, b: usize) -> Result<(), ShapeError> {
        let edges = self.edges;
        let leaf = |at: usize| edges.chunks(LEAF).nth(at).unwrap_or_default();
        for (i, first) in leaf(a).iter().enumerate() {
            let from = if a == b { i + 1 } else { 0 };
            for second in leaf(b).get(from..).unwrap_or_default() {
                self.tests_left = self
                    .tests_left
                    .checked_sub(1)
                    .ok_or(ShapeError::TooTangled)?;
                self.compare(first, second)?;
            }
        }
        Ok(())
    }

    fn compare(&mut self, a: &Edge, b: &Edge) -> Result<(), ShapeError> {
        let crossing = ShapeError::SelfCrossing { at: a.number };
        if a.same_ring(b) {
            if a.index + 1 == b.index {
                return if runs_back(a.line, b.line) {
                    Err(crossing)
                } else {
                    Ok(())
                };
            }
            if a.index == 0 && b.is_last {
                return if runs_back(b.line, a.line) {
                    Err(crossing)
                } else {
                    Ok(())
                };
            }
        }
        match line_intersection(a.line, b.line) {
            None => Ok(()),
            Some(_) if a.same_ring(b) => Err(crossing),
            Some(LineIntersection::SinglePoint {
                is_proper: false,
                intersection: at,
            }) => {
                let names = ((a.part, a.ring), (b.part, b.ring));
                self.touching.insert(names);
                if a.part == b.part {
                    let bits = [at.x.to_bits(), at.y.to_bits()];
                    self.contacts.extend([(names.0, bits), (names.1, bits)]);
                }
                Ok(())
            }
            Some(_) => Err(ShapeError::RingsCross { at: a.number }),
        }
    }
}

fn united(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    let (min_a, min_b, max_a, max_b) = (a.min(), b.min(), a.max(), b.max());
    Rect::new(
        Coord {
            x: min_a.x.min(min_b.x),
            y: min_a.y.min(min_b.y),
        },
        Coord {
            x: max_a.x.max(max_b.x),
            y: max_a.y.max(max_b.y),
        },
    )
}

/// Does the second of two edges that follow one another run back along the first (a spike)?
fn runs_back(first: Line<f64>, second: Line<f64>) -> bool {
    let turn = RobustKernel::orient2d(first.start, first.end, second.end);
    let (back, on) = (first.start - first.end, second.end - second.start);
    turn == Orientation::Collinear && back.x * on.x + back.y * on.y > 0.0
}

fn solid(rings: &[Ring]) -> Polygon<f64> {
    let mut lines = rings.iter().map(|ring| ring.line.clone());
    let exterior = lines.next().unwrap_or_else(|| LineString(Vec::new()));
    Polygon::new(exterior, lines.collect())
}

fn filled(ring: &Ring) -> Polygon<f64> {
    Polygon::new(ring.line.clone(), Vec::new())
}

fn starts_in(inner: &Ring, outer: &Ring) -> bool {
    inner
        .line
        .0
        .first()
        .is_some_and(|start| coord_pos_relative_to_ring(*start, &outer.line) == CoordPos::Inside)
}

fn check_holes(part: usize, rings: &[Ring], touching: &Touching) -> Result<(), ShapeError> {
    let Some((exterior, holes)) = rings.split_first() else {
        return Err(ShapeError::EmptyGeometry);
    };
    for (i, hole) in holes.iter().enumerate() {
        let misplaced = ShapeError::MisplacedRing {
            at: hole.first_number(),
        };
        let contained = if touch(touching, (part, 0), (part, i + 1)) {
            filled(exterior).contains(&filled(hole))
        } else {
            starts_in(hole, exterior)
        };
        if !contained {
            return Err(misplaced);
        }
        for (j, other) in holes.iter().enumerate().skip(i + 1) {
            let upon = if touch(touching, (part, i + 1), (part, j + 1)) {
                share_ground(&filled(hole), &filled(other))
            } else {
                starts_in(hole, other) || starts_in(other, hole)
            };
            if upon {
                return Err(misplaced);
            }
        }
    }
    Ok(())
}

fn check_parts(
    parts: &[Vec<Ring>],
    solids: &[Polygon<f64>],
    touching: &Touching,
) -> Result<(), ShapeError> {
    let boxes: Vec<Option<Rect<f64>>> = solids.iter().map(BoundingRect::bounding_rect).collect();
    let first = |part: usize| parts.get(part).and_then(|rings| rings.first());
    for (i, (a, box_a)) in solids.iter().zip(&boxes).enumerate() {
        for (j, (b, box_b)) in solids.iter().zip(&boxes).enumerate().skip(i + 1) {
            let (Some(box_a), Some(box_b)) = (box_a, box_b) else {
                continue;
            };
            if !box_a.intersects(box_b) {
                continue;
            }
            let meet = touching
                .range(((i, 0), (j, 0))..)
                .any(|((p, _), (q, _))| (*p, *q) == (i, j));
            let upon = if meet {
                share_ground(a, b)
            } else {
                start_upon(a, b) || start_upon(b, a)
            };
            if upon {
                return Err(ShapeError::MisplacedRing {
                    at: first(j).map_or(1, Ring::first_number),
                });
            }
        }
    }
    Ok(())
}

fn start_upon(a: &Polygon<f64>, b: &Polygon<f64>) -> bool {
    a.exterior()
        .0
        .first()
        .is_some_and(|start| b.coordinate_position(start) == CoordPos::Inside)
}

fn share_ground(a: &Polygon<f64>, b: &Polygon<f64>) -> bool {
    a.relate(b).get(CoordPos::Inside, CoordPos::Inside) == Dimensions::TwoDimensional
}
