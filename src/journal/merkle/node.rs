//! Subtrees by height and place, and ranges of leaves cut into them.

use super::tiles::{TILE_HEIGHT, TileId};

/// A complete subtree: its root stands `height` levels above the leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Levels above the leaves; 0 is a leaf.
    pub height: u32,
    /// Its place among the nodes of that height, from the left.
    pub index: u64,
}

/// Leaves from `start` up to, not including, `end`: a subtree in the recursion of the RFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first leaf.
    pub start: u64,
    /// The leaf after the last.
    pub end: u64,
}

impl Node {
    /// The tile that holds the hashes below this node, and which of them: the first, and how many.
    #[must_use]
    pub fn place(self) -> (TileId, usize, usize) {
        let below = self.height % TILE_HEIGHT;
        let first = self.index << below;
        let id = TileId {
            level: self.height / TILE_HEIGHT,
            number: first >> TILE_HEIGHT,
        };
        let slot = usize::try_from(first & 0xff).unwrap_or(0);
        (id, slot, 1 << below)
    }
}

impl Range {
    /// The first `size` leaves.
    #[must_use]
    pub const fn first(size: u64) -> Self {
        Self {
            start: 0,
            end: size,
        }
    }

    /// The complete subtrees that make up the range, from the left, each smaller than the one before.
    #[must_use]
    pub fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut start = self.start;
        while start < self.end {
            let height = start.trailing_zeros().min((self.end - start).ilog2());
            nodes.push(Node {
                height,
                index: start >> height,
            });
            start += 1 << height;
        }
        nodes
    }

    /// Where the RFC cuts the range: after the largest power of two of leaves that leaves some over.
    pub(super) fn split(self) -> u64 {
        self.start + (1 << (self.end - self.start - 1).ilog2())
    }
}
