//! Matches directed edges by their exact coordinates.

use geo::{Coord, Line, LineString};

use crate::geo::shape::Region;

/// An edge without exactly one partner in the other direction; its unit lies on the left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unmatched {
    pub unit: usize,
    pub line: Line<f64>,
}

struct Edge {
    low: [u64; 2],
    high: [u64; 2],
    is_forward: bool,
    unit: u32,
}

/// The unmatched edges, by unit and place, and the number of all edges.
pub(super) fn unmatched_edges(regions: &[&Region]) -> (Vec<Unmatched>, usize) {
    let mut edges: Vec<Edge> =
        Vec::with_capacity(regions.iter().map(|region| region.vertex_count()).sum());
    for (unit, region) in (0_u32..).zip(regions) {
        let lines = region.rings().flat_map(LineString::lines);
        edges.extend(lines.map(|line| directed(line, unit)));
    }
    edges.sort_unstable_by_key(|edge| (edge.low, edge.high));
    let mut unmatched: Vec<Unmatched> = edges
        .chunk_by(|a, b| (a.low, a.high) == (b.low, b.high))
        .filter(|twins| !matches!(twins, [a, b] if a.is_forward != b.is_forward))
        .flatten()
        .map(Edge::restored)
        .collect();
    unmatched.sort_by_key(|edge| edge.unit);
    (unmatched, edges.len())
}

fn directed(line: Line<f64>, unit: u32) -> Edge {
    let (start, end) = (bits(line.start), bits(line.end));
    let is_forward = start < end;
    let (low, high) = if is_forward {
        (start, end)
    } else {
        (end, start)
    };
    Edge {
        low,
        high,
        is_forward,
        unit,
    }
}

impl Edge {
    fn restored(&self) -> Unmatched {
        let (low, high) = (coord(self.low), coord(self.high));
        let (start, end) = if self.is_forward {
            (low, high)
        } else {
            (high, low)
        };
        Unmatched {
            unit: self.unit as usize,
            line: Line::new(start, end),
        }
    }
}

/// The coordinate as numbers that can be ordered and hashed; equal only for equal coordinates.
pub(super) fn bits(coord: Coord<f64>) -> [u64; 2] {
    [coord.x.to_bits(), coord.y.to_bits()]
}

fn coord([x, y]: [u64; 2]) -> Coord<f64> {
    Coord {
        x: f64::from_bits(x),
        y: f64::from_bits(y),
    }
}
