//! The Merkle tree over the log's leaves (RFC 6962 §2.1, RFC 9162 §2.1), kept in tiles of 256 hashes.
//!
//! Pure: whoever calls reads and writes the tiles. Sizes and indexes count leaves.

mod node;
mod proof;
#[cfg(test)]
mod tests;
mod tiles;

use sha2::{Digest, Sha256};

pub use node::{Node, Range};
pub use proof::{consistency_ranges, follows, inclusion_ranges, root_of_path};
pub use tiles::{Edge, TILE_WIDTH, TileId, Tiles, ids_of_edge, ids_of_ranges};

/// SHA-256 of a leaf, of an inner node, or of a whole tree.
pub type Hash = [u8; 32];

/// The hash of a leaf over its data; the leading byte keeps leaves and nodes apart.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(data)
        .finalize()
        .into()
}

/// The hash of an inner node over its two children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// The root of the tree over these leaves' hashes (RFC 9162 §2.1.1).
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [only] => *only,
        _ => {
            // The largest power of two that leaves some over.
            let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
            node_hash(&root(left), &root(right))
        }
    }
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}
