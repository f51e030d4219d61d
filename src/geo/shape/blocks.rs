//! Fast exact questions to a region: its edges in blocks with boxes, so that a question reads few of them.

use std::sync::Arc;

use geo::kernels::{Kernel, Orientation, RobustKernel};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{BoundingRect, Coord, Intersects, Line, Rect};

use super::Region;
use crate::geo::position::Position;

const BLOCK: usize = 32;

/// Where a position lies to a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Strictly inside.
    Inside,
    /// Exactly on an edge or vertex.
    Edge,
    /// Strictly outside.
    Outside,
}

/// A region with the boxes of its edges, about 1 byte per vertex more than the region itself.
#[derive(Debug, Clone)]
pub struct BlockedRegion {
    region: Region,
    bounds: Rect<f64>,
    blocks: Vec<Rect<f64>>,
}

impl BlockedRegion {
    /// Takes a region and computes the boxes.
    #[must_use]
    pub fn new(region: Region) -> Self {
        let bounds = region.bounds();
        let blocks = blocks_of(&region).map(block_box).collect();
        Self {
            region,
            bounds,
            blocks,
        }
    }

    /// The region itself.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The smallest rectangle of degrees around the region.
    #[must_use]
    pub fn bounds(&self) -> Rect<f64> {
        self.bounds
    }

    /// Where the position lies, decided exactly (robust predicates): neighbours agree on every shared edge.
    #[must_use]
    pub fn place(&self, position: Position) -> Place {
        self.place_of(position.to_coord())
    }

    /// Where the coordinate lies.
    #[must_use]
    pub fn place_of(&self, point: Coord<f64>) -> Place {
        if !self.bounds.intersects(&point) {
            return Place::Outside;
        }
        let mut inside = false;
        let may_matter = |rect: &Rect<f64>| {
            rect.min().y <= point.y && point.y <= rect.max().y && point.x <= rect.max().x
        };
        for coords in self.near(may_matter) {
            for (start, end) in coords.iter().zip(coords.iter().skip(1)) {
                match ray(point, *start, *end) {
                    Ray::OnEdge => return Place::Edge,
                    Ray::Crosses => inside = !inside,
                    Ray::Misses => {}
                }
            }
        }
        if inside {
            Place::Inside
        } else {
            Place::Outside
        }
    }

    /// Does the region share more with this line than the line's own end points?
    #[must_use]
    pub fn meets_within(&self, line: Line<f64>) -> bool {
        let rect = line.bounding_rect();
        if !self.bounds.intersects(&rect) {
            return false;
        }
        let crossed = self.near(|block| block.intersects(&rect)).any(|coords| {
            coords
                .iter()
                .zip(coords.iter().skip(1))
                .any(|(a, b)| meet_within(line, Line::new(*a, *b)))
        });
        let middle = (line.start + line.end) / 2.0;
        crossed || self.place_of(middle) != Place::Outside
    }

    /// Do the two regions share ground? A shared edge counts, a shared point does not.
    #[must_use]
    pub fn meets(&self, other: &Region) -> bool {
        if !self.bounds.intersects(&other.bounds()) {
            return false;
        }
        let mut lines = other.rings().flat_map(geo::LineString::lines);
        let first = self.region.rings().next().and_then(|ring| ring.0.first());
        lines.any(|line| self.meets_within(line))
            || first.is_some_and(|first| other.as_polygons().intersects(first))
    }

    fn near(&self, wanted: impl Fn(&Rect<f64>) -> bool) -> impl Iterator<Item = &[Coord<f64>]> {
        let pairs = blocks_of(&self.region).zip(&self.blocks);
        pairs
            .filter(move |(_, rect)| wanted(rect))
            .map(|(coords, _)| coords)
    }
}

impl From<Region> for Arc<BlockedRegion> {
    fn from(region: Region) -> Self {
        Self::new(BlockedRegion::new(region))
    }
}

/// Runs of vertices, each starting with the last vertex of the run before it.
fn blocks_of(region: &Region) -> impl Iterator<Item = &[Coord<f64>]> {
    region.rings().flat_map(|ring| {
        let coords = ring.0.as_slice();
        let starts = (0..coords.len().saturating_sub(1)).step_by(BLOCK);
        starts.filter_map(move |at| coords.get(at..coords.len().min(at + BLOCK + 1)))
    })
}

fn block_box(coords: &[Coord<f64>]) -> Rect<f64> {
    let edge = f64::INFINITY;
    let (mut min, mut max) = (Coord { x: edge, y: edge }, Coord { x: -edge, y: -edge });
    for coord in coords {
        min = Coord {
            x: min.x.min(coord.x),
            y: min.y.min(coord.y),
        };
        max = Coord {
            x: max.x.max(coord.x),
            y: max.y.max(coord.y),
        };
    }
    Rect::new(min, max)
}

fn meet_within(line: Line<f64>, edge: Line<f64>) -> bool {
    match line_intersection(line, edge) {
        None => false,
        Some(LineIntersection::SinglePoint {
            intersection,
            is_proper,
        }) => is_proper || (intersection != line.start && intersection != line.end),
        Some(LineIntersection::Collinear { .. }) => true,
    }
}

enum Ray {
    OnEdge,
    Crosses,
    Misses,
}

/// The ray from the point to the east against one edge; an edge owns its lower end and not its upper one.
fn ray(point: Coord<f64>, start: Coord<f64>, end: Coord<f64>) -> Ray {
    if start == point || end == point {
        return Ray::OnEdge;
    }
    let (low, high) = if start.y <= end.y {
        (start, end)
    } else {
        (end, start)
    };
    if point.y < low.y || point.y > high.y || point.x > low.x.max(high.x) {
        return Ray::Misses;
    }
    if low.y.total_cmp(&high.y).is_eq() {
        let between = low.x.min(high.x) <= point.x;
        return if between { Ray::OnEdge } else { Ray::Misses };
    }
    match RobustKernel::orient2d(low, high, point) {
        Orientation::Collinear => Ray::OnEdge,
        Orientation::CounterClockwise if point.y < high.y => Ray::Crosses,
        _ => Ray::Misses,
    }
}
