//! Tiles: rows of up to 256 hashes, eight levels of the tree apart (the shape of C2SP `tlog-tiles`).
//!
//! A full tile never changes; at each level at most one, the rightmost, is partial and grows.

use std::collections::{BTreeMap, BTreeSet};

use super::node::{Node, Range};
use super::{Hash, empty_root, node_hash};

/// Levels of the tree between two levels of tiles.
pub(super) const TILE_HEIGHT: u32 = 8;

/// Hashes in a full tile.
pub const TILE_WIDTH: usize = 1 << TILE_HEIGHT;

/// Which tile: its hashes stand `8 * level` levels above the leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    /// 0 holds hashes of leaves.
    pub level: u32,
    /// Its place in the level, from the left.
    pub number: u64,
}

/// Some tiles of a tree.
#[derive(Debug, Clone, Default)]
pub struct Tiles(BTreeMap<TileId, Vec<Hash>>);

impl Tiles {
    /// No tiles.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tile as it is stored: its hashes one after the other. False when the bytes are no such thing.
    #[must_use]
    pub fn insert(&mut self, id: TileId, bytes: &[u8]) -> bool {
        let (hashes, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && !hashes.is_empty() && hashes.len() <= TILE_WIDTH;
        if fits {
            self.0.insert(id, hashes.to_vec());
        }
        fits
    }

    /// A tile's hashes.
    #[must_use]
    pub fn get(&self, id: TileId) -> Option<&[Hash]> {
        self.0.get(&id).map(Vec::as_slice)
    }

    /// The hash of a complete subtree; `None` when its tile is not among these.
    #[must_use]
    pub fn node(&self, node: Node) -> Option<Hash> {
        let (id, slot, count) = node.place();
        let below = self.0.get(&id)?.get(slot..slot + count)?;
        Some(complete_root(below))
    }

    /// The hash of a range of leaves; `None` when a tile for it is missing.
    #[must_use]
    pub fn range(&self, range: Range) -> Option<Hash> {
        let mut hashes = range.nodes().into_iter().rev().map(|node| self.node(node));
        let Some(last) = hashes.next() else {
            return Some(empty_root());
        };
        hashes.try_fold(last?, |right, left| Some(node_hash(&left?, &right)))
    }

    /// The hashes of several ranges, in their order.
    #[must_use]
    pub fn ranges(&self, ranges: &[Range]) -> Option<Vec<Hash>> {
        ranges.iter().map(|range| self.range(*range)).collect()
    }
}

/// The root over a power of two of hashes of one level.
fn complete_root(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[left, right]| node_hash(left, right))
            .collect();
    }
    row.first().copied().unwrap_or_else(empty_root)
}

/// The tiles that the hashes of these ranges come from.
#[must_use]
pub fn ids_of_ranges(ranges: &[Range]) -> BTreeSet<TileId> {
    let nodes = ranges.iter().flat_map(|range| range.nodes());
    nodes.map(|node| node.place().0).collect()
}

/// The partial tiles of a tree of `size` leaves, the lowest first: all that is needed to go on and for the root.
#[must_use]
pub fn ids_of_edge(size: u64) -> Vec<TileId> {
    let levels = (0..=size.checked_ilog2().unwrap_or(0) / TILE_HEIGHT).map(|level| {
        let hashes = size >> (TILE_HEIGHT * level);
        let id = TileId {
            level,
            number: hashes >> TILE_HEIGHT,
        };
        (id, hashes)
    });
    levels
        .filter(|(_, hashes)| hashes & 0xff != 0)
        .map(|(id, _)| id)
        .collect()
}

/// The right edge of a tree: where it grows.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    size: u64,
    tiles: Tiles,
    changed: BTreeSet<TileId>,
}

impl Edge {
    /// The edge of a tree of `size` leaves with its partial tiles; `None` when one of them is missing or has another
    /// number of hashes than the size says.
    #[must_use]
    pub fn of(size: u64, tiles: Tiles) -> Option<Self> {
        for id in ids_of_edge(size) {
            let expected = (size >> (TILE_HEIGHT * id.level)) & 0xff;
            if tiles.get(id)?.len() as u64 != expected {
                return None;
            }
        }
        Some(Self {
            size,
            tiles,
            changed: BTreeSet::new(),
        })
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Option<Hash> {
        self.tiles.range(Range::first(self.size))
    }

    /// Adds a leaf's hash; full tiles hand their root up.
    pub fn push(&mut self, leaf: Hash) {
        let (mut level, mut index, mut hash) = (0, self.size, leaf);
        loop {
            let id = TileId {
                level,
                number: index >> TILE_HEIGHT,
            };
            let tile = self.tiles.0.entry(id).or_default();
            tile.push(hash);
            self.changed.insert(id);
            if tile.len() < TILE_WIDTH {
                break;
            }
            hash = complete_root(tile);
            index >>= TILE_HEIGHT;
            level += 1;
        }
        self.size += 1;
    }

    /// The partial tiles, as they are stored.
    #[must_use]
    pub fn partial_tiles(&self) -> Vec<(TileId, Vec<u8>)> {
        let ids = ids_of_edge(self.size).into_iter();
        ids.filter_map(|id| Some((id, self.tiles.get(id)?.concat())))
            .collect()
    }

    /// The tiles that changed since the last call, as they are stored; full ones are forgotten here.
    pub fn take_changed(&mut self) -> Vec<(TileId, Vec<u8>)> {
        let changed = std::mem::take(&mut self.changed);
        let mut taken = Vec::with_capacity(changed.len());
        for id in changed {
            let Some(tile) = self.tiles.get(id) else {
                continue;
            };
            taken.push((id, tile.concat()));
            if tile.len() == TILE_WIDTH {
                self.tiles.0.remove(&id);
            }
        }
        taken
    }
}
