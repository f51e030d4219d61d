//! The tree against the RFC's own recursion, the published vectors, and references made by another program.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::base::{from_hex, hex};

#[derive(Deserialize)]
struct Published {
    leaves: Vec<String>,
    roots: Vec<String>,
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
}

#[derive(Deserialize)]
struct Trees {
    roots: Vec<Root>,
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
}

#[derive(Deserialize)]
struct Root {
    size: u64,
    root: String,
}

#[derive(Deserialize)]
struct Inclusion {
    index: u64,
    size: u64,
    path: Vec<String>,
}

#[derive(Deserialize)]
struct Consistency {
    from: u64,
    to: u64,
    path: Vec<String>,
}

fn published() -> Published {
    serde_json::from_str(include_str!("../../../fixtures/journal/rfc6962.json")).unwrap()
}

fn bytes(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

/// MTH of RFC 6962 §2.1, as it is written there.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [only] => *only,
        _ => {
            let k = 1 << (leaves.len() - 1).ilog2();
            node_hash(&mth(&leaves[..k]), &mth(&leaves[k..]))
        }
    }
}

/// PATH of RFC 6962 §2.1.1.
fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = 1 << (leaves.len() - 1).ilog2();
    let (mut below, beside) = if m < k {
        (path(m, &leaves[..k]), mth(&leaves[k..]))
    } else {
        (path(m - k, &leaves[k..]), mth(&leaves[..k]))
    };
    below.push(beside);
    below
}

/// SUBPROOF of RFC 6962 §2.1.2.
fn subproof(m: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if is_whole {
            Vec::new()
        } else {
            vec![mth(leaves)]
        };
    }
    let k = 1 << (leaves.len() - 1).ilog2();
    let (mut below, beside) = if m <= k {
        (subproof(m, &leaves[..k], is_whole), mth(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), mth(&leaves[..k]))
    };
    below.push(beside);
    below
}

/// All tiles of a tree, written batch by batch as the sequencer does, each batch from what was stored before.
fn stored(leaves: &[Hash], batches: &[usize]) -> (Tiles, Edge) {
    let mut all = Tiles::new();
    let mut edge = Edge::default();
    let mut rest = leaves;
    let mut sizes = batches.iter().cycle();
    while !rest.is_empty() {
        let take = (*sizes.next().unwrap()).clamp(1, rest.len());
        let mut tiles = Tiles::new();
        for id in ids_of_edge(edge.size()) {
            assert!(tiles.insert(id, &all.get(id).unwrap().concat()));
        }
        edge = Edge::of(edge.size(), tiles).unwrap();
        for leaf in &rest[..take] {
            edge.push(*leaf);
        }
        for (id, bytes) in edge.take_changed() {
            assert!(all.insert(id, &bytes));
        }
        rest = &rest[take..];
    }
    (all, edge)
}

fn numbered(size: u64) -> Vec<Hash> {
    (0..size)
        .map(|at| leaf_hash(at.to_string().as_bytes()))
        .collect()
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

#[test]
fn the_published_vectors_of_rfc_6962_hold() {
    let vectors = published();
    let leaves: Vec<Hash> = vectors
        .leaves
        .iter()
        .map(|leaf| leaf_hash(&bytes(leaf)))
        .collect();
    for (size, root) in vectors.roots.iter().enumerate() {
        let (tiles, _) = stored(&leaves[..size], &[3]);
        assert_eq!(hex(&tiles.range(Range::first(size as u64)).unwrap()), *root);
    }
    let (tiles, _) = stored(&leaves, &[8]);
    let root = |size: u64| from_hex(&vectors.roots[usize::try_from(size).unwrap()]).unwrap();
    for case in &vectors.inclusion {
        let made = tiles
            .ranges(&inclusion_ranges(case.index, case.size))
            .unwrap();
        assert_eq!(texts(&made), case.path);
        let leaf = &leaves[usize::try_from(case.index).unwrap()];
        assert_eq!(
            root_of_path(leaf, case.index, case.size, &made),
            Some(root(case.size))
        );
    }
    for case in &vectors.consistency {
        let made = tiles
            .ranges(&consistency_ranges(case.from, case.to))
            .unwrap();
        assert_eq!(texts(&made), case.path);
        assert!(follows(
            (case.from, root(case.from)),
            (case.to, root(case.to)),
            &made
        ));
    }
}

#[test]
fn trees_across_the_edges_of_tiles_are_those_of_another_program() {
    let trees: Trees =
        serde_json::from_str(include_str!("../../../fixtures/journal/trees.json")).unwrap();
    let leaves = numbered(66_000);
    let (tiles, edge) = stored(&leaves, &[2_000, 1, 257]);
    for case in &trees.roots {
        assert_eq!(
            hex(&tiles.range(Range::first(case.size)).unwrap()),
            case.root
        );
    }
    assert_eq!(hex(&edge.root().unwrap()), trees.roots.last().unwrap().root);
    for case in &trees.inclusion {
        let made = tiles
            .ranges(&inclusion_ranges(case.index, case.size))
            .unwrap();
        assert_eq!(texts(&made), case.path);
    }
    for case in &trees.consistency {
        let made = tiles
            .ranges(&consistency_ranges(case.from, case.to))
            .unwrap();
        assert_eq!(texts(&made), case.path);
    }
}

#[test]
fn a_proof_needs_few_tiles() {
    let size = 10_000_000;
    for index in [0, 4_999_999, 9_999_999] {
        assert!(ids_of_ranges(&inclusion_ranges(index, size)).len() <= 8);
    }
    assert!(ids_of_ranges(&consistency_ranges(4_999_999, size)).len() <= 8);
    assert!(ids_of_edge(size).len() <= 3);
}

#[test]
fn bytes_that_are_no_tile_are_refused() {
    let id = TileId {
        level: 0,
        number: 0,
    };
    for length in [0, 31, 33, 257 * 32] {
        assert!(!Tiles::new().insert(id, &vec![0; length]), "{length}");
    }
    assert!(Edge::of(5, Tiles::new()).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roots_and_proofs_from_tiles_are_those_of_the_recursion(
        size in 1_usize..900,
        batches in prop::collection::vec(1_usize..300, 1..5),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 3),
    ) {
        let leaves = numbered(size as u64);
        let (tiles, edge) = stored(&leaves, &batches);
        prop_assert_eq!(edge.root(), Some(mth(&leaves)));
        let (index, from) = (picks[0].index(size), 1 + picks[1].index(size));
        let made = tiles.ranges(&inclusion_ranges(index as u64, size as u64)).unwrap();
        prop_assert_eq!(&made, &path(index, &leaves));
        let root = root_of_path(&leaves[index], index as u64, size as u64, &made);
        prop_assert_eq!(root, Some(mth(&leaves)));
        let made = tiles.ranges(&consistency_ranges(from as u64, size as u64)).unwrap();
        prop_assert_eq!(&made, &subproof(from, &leaves, true));
        let older = (from as u64, mth(&leaves[..from]));
        prop_assert!(follows(older, (size as u64, mth(&leaves)), &made));
    }

    #[test]
    fn a_proof_with_anything_changed_proves_nothing(
        size in 2_usize..600,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 4),
        bit in 0_u8..8,
    ) {
        let leaves = numbered(size as u64);
        let root = mth(&leaves);
        let index = picks[0].index(size);
        let good = path(index, &leaves);
        let proves = |leaf: &Hash, at: usize, of: usize, path: &[Hash]| {
            root_of_path(leaf, at as u64, of as u64, path) == Some(root)
        };
        let mut bad = good.clone();
        let spot = picks[1].index(bad.len());
        bad[spot][picks[2].index(32)] ^= 1 << bit;
        prop_assert!(!proves(&leaves[index], index, size, &bad));
        prop_assert!(!proves(&leaves[index], index, size, &good[1..]));
        let longer = [good.as_slice(), &[root]].concat();
        prop_assert!(!proves(&leaves[index], index, size, &longer));
        let other = (index + 1 + picks[3].index(size - 1)) % size;
        prop_assert!(!proves(&leaves[other], index, size, &good));
        prop_assert!(!proves(&leaves[index], size, size, &good));

        let from = 1 + picks[1].index(size - 1);
        let steps = subproof(from, &leaves, true);
        let (older, newer) = ((from as u64, mth(&leaves[..from])), (size as u64, root));
        prop_assert!(follows(older, newer, &steps));
        let mut bad = steps.clone();
        let spot = picks[2].index(bad.len());
        bad[spot][picks[3].index(32)] ^= 1 << bit;
        prop_assert!(!follows(older, newer, &bad));
        prop_assert!(!follows(older, newer, &steps[1..]));
        let mut forged = leaves.clone();
        forged[picks[0].index(from)][0] ^= 1;
        prop_assert!(!follows((from as u64, mth(&forged[..from])), newer, &steps));
        prop_assert!(!follows(older, (size as u64, mth(&forged)), &subproof(from, &forged, true)));
        prop_assert!(!follows(newer, older, &steps));
    }
}
