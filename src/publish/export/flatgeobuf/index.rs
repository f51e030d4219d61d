//! The packed Hilbert R-tree: features in the order of a space-filling curve, nodes of sixteen, the root first.

use std::io::{self, Write};

use crate::publish::export::layer::joined;

/// Items of a node.
pub const NODE_ITEMS: u16 = 16;
/// Steps of the curve along each side.
const SIDE: u32 = 1 << 16;

/// The nodes above the leaves.
#[derive(Debug)]
pub struct Packed {
    /// Nodes of each level, the leaves first.
    levels: Vec<u64>,
    /// Bounds of the nodes above the leaves, level by level, the lowest first.
    upper: Vec<Vec<[f64; 4]>>,
    taken: u64,
}

impl Packed {
    /// A tree over so many features, at least one.
    pub fn of(features: u64) -> Self {
        let mut levels = vec![features.max(1)];
        loop {
            let above = levels
                .last()
                .map_or(1, |last| last.div_ceil(NODE_ITEMS.into()));
            levels.push(above);
            if above == 1 {
                break;
            }
        }
        Self {
            levels,
            upper: Vec::new(),
            taken: 0,
        }
    }

    /// Takes the next leaf's bounds.
    pub fn take(&mut self, bounds: [f64; 4]) {
        let mut at = self.taken;
        self.taken += 1;
        for level in 0..self.levels.len() - 1 {
            at /= u64::from(NODE_ITEMS);
            if self.upper.len() == level {
                self.upper.push(Vec::new());
            }
            let nodes = &mut self.upper[level];
            match usize::try_from(at) {
                Ok(at) if at < nodes.len() => nodes[at] = joined(Some(nodes[at]), bounds),
                _ => nodes.push(bounds),
            }
        }
    }

    /// Writes the nodes above the leaves, the root first. A node names its first child by its number in the whole tree.
    pub fn write_upper(&self, out: &mut impl Write) -> io::Result<()> {
        let all: u64 = self.levels.iter().sum();
        // The number of the first node of each level, the leaves first.
        let mut starts = Vec::new();
        let mut end = all;
        for nodes in &self.levels {
            end -= nodes;
            starts.push(end);
        }
        for (level, nodes) in self.upper.iter().enumerate().rev() {
            let mut child = starts[level];
            for bounds in nodes {
                write_node(out, *bounds, child)?;
                child += u64::from(NODE_ITEMS);
            }
        }
        Ok(())
    }
}

/// Writes one node.
pub fn write_node(out: &mut impl Write, bounds: [f64; 4], offset: u64) -> io::Result<()> {
    for number in bounds {
        out.write_all(&number.to_le_bytes())?;
    }
    out.write_all(&offset.to_le_bytes())
}

/// How far along the curve the middle of these bounds lies.
pub fn hilbert(bounds: [f64; 4], extent: [f64; 4]) -> u32 {
    let step = |low: f64, high: f64, from: f64, to: f64| {
        let share = if to > from {
            (f64::midpoint(low, high) - from) / (to - from)
        } else {
            0.0
        };
        steps(share)
    };
    let x = step(bounds[0], bounds[2], extent[0], extent[2]);
    let y = step(bounds[1], bounds[3], extent[1], extent[3]);
    along(x, y)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the side"
)]
fn steps(share: f64) -> u32 {
    (share * f64::from(SIDE - 1)).clamp(0.0, f64::from(SIDE - 1)) as u32
}

/// The distance along Hilbert's curve over a square of [`SIDE`] steps.
fn along(mut x: u32, mut y: u32) -> u32 {
    let mut distance = 0;
    let mut half = SIDE / 2;
    while half > 0 {
        let (right, up) = (u32::from(x & half > 0), u32::from(y & half > 0));
        distance += half * half * ((3 * right) ^ up);
        if up == 0 {
            if right == 1 {
                (x, y) = (SIDE - 1 - x, SIDE - 1 - y);
            }
            (x, y) = (y, x);
        }
        half /= 2;
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_on_the_curve_are_neighbours_on_the_ground() {
        // The first 256 steps of the curve fill the square of 16 by 16 at its start.
        let mut places = vec![None; 256];
        for x in 0..16 {
            for y in 0..16 {
                places[along(x, y) as usize] = Some((x, y));
            }
        }
        let places: Vec<(u32, u32)> = places.into_iter().map(Option::unwrap).collect();
        for pair in places.windows(2) {
            assert_eq!(
                pair[0].0.abs_diff(pair[1].0) + pair[0].1.abs_diff(pair[1].1),
                1
            );
        }
    }

    #[test]
    fn a_tree_has_the_levels_that_readers_compute() {
        assert_eq!(Packed::of(1).levels, [1, 1]);
        assert_eq!(Packed::of(16).levels, [16, 1]);
        assert_eq!(Packed::of(17).levels, [17, 2, 1]);
        assert_eq!(Packed::of(300).levels, [300, 19, 2, 1]);
    }
}
