//! Inclusion and consistency: which subtrees a proof is made of, and how it is checked.

use super::node::Range;
use super::{Hash, empty_root, node_hash};

/// The subtrees whose hashes prove that the leaf at `index` is in the tree of `size` leaves, the lowest first
/// (RFC 9162 §2.1.3.1). Nothing when the leaf is not in the tree.
#[must_use]
pub fn inclusion_ranges(index: u64, size: u64) -> Vec<Range> {
    let mut path = Vec::new();
    let mut at = Range::first(size);
    while index < size && at.end - at.start > 1 {
        let (split, end) = (at.split(), at.end);
        if index < split {
            at.end = split;
            path.push(Range { start: split, end });
        } else {
            path.push(Range { end: split, ..at });
            at.start = split;
        }
    }
    path.reverse();
    path
}

/// The subtrees whose hashes prove that the tree of `to` leaves begins with the tree of `from` leaves, the lowest
/// first (RFC 9162 §2.1.4.1). Nothing is needed when one of the trees is empty or both are the same.
#[must_use]
pub fn consistency_ranges(from: u64, to: u64) -> Vec<Range> {
    let mut path = Vec::new();
    if from == 0 || from >= to {
        return path;
    }
    let mut at = Range::first(to);
    while at.end != from {
        let (split, end) = (at.split(), at.end);
        if from <= split {
            at.end = split;
            path.push(Range { start: split, end });
        } else {
            path.push(Range { end: split, ..at });
            at.start = split;
        }
    }
    // The old tree's own root is known to whoever asks; a part of it is not.
    if at.start > 0 {
        path.push(at);
    }
    path.reverse();
    path
}

/// The root of the tree of `size` leaves in which a leaf's hash stands at `index` beside this path
/// (RFC 9162 §2.1.3.2); `None` when the path has another length than such a tree's.
#[must_use]
pub fn root_of_path(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for beside in path {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(beside, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, beside);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// A tree's number of leaves and root.
pub type SizeAndRoot = (u64, Hash);

/// Whether the proof shows that the `newer` tree begins with the `older` one (RFC 9162 §2.1.4.2).
#[must_use]
pub fn follows(older: SizeAndRoot, newer: SizeAndRoot, proof: &[Hash]) -> bool {
    let ((from, old_root), (to, new_root)) = (older, newer);
    if from == to {
        return proof.is_empty() && old_root == new_root;
    }
    if from == 0 {
        return proof.is_empty() && old_root == empty_root();
    }
    if from > to {
        return false;
    }
    roots_of_proof(from, to, &old_root, proof) == Some((old_root, new_root))
}

/// The roots of the older and the newer tree that a proof leads to.
fn roots_of_proof(from: u64, to: u64, old_root: &Hash, proof: &[Hash]) -> Option<(Hash, Hash)> {
    let mut proof = proof.iter();
    let (mut node, mut last) = (from - 1, to - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    // The old tree is complete: its root begins the path and is not sent.
    let begin = if from.is_power_of_two() {
        *old_root
    } else {
        *proof.next()?
    };
    let (mut old, mut new) = (begin, begin);
    for beside in proof {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            old = node_hash(beside, &old);
            new = node_hash(beside, &new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, beside);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((old, new))
}
