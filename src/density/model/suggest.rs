//! Where to look next: evidence, and always a share of places drawn at random.
//!
//! Looking only where something was found finds more there and nothing elsewhere, until one hamlet is a permanent
//! target; the random share breaks that loop. It is drawn by hashing, so that one commune and week give one list.

use sha2::{Digest, Sha256};

use crate::geo::cells::Cell;

/// Why a cell is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// What was found there for the effort made.
    Evidence,
    /// The draw.
    Random,
}

/// Chooses at most `most` cells: `evidence`, best first, and at least `share` of all from `pool` at random. The draw
/// depends on `seed` alone. Any beginning of the list holds the share too, as far as whole cells go.
#[must_use]
pub fn choose(
    evidence: &[Cell],
    pool: &[Cell],
    most: usize,
    share: f64,
    seed: &str,
) -> Vec<(Cell, Reason)> {
    let mut drawn = shuffled(pool, seed).into_iter();
    let mut strong = evidence.iter().copied();
    let mut chosen: Vec<(Cell, Reason)> = Vec::new();
    let mut random = 0_usize;
    while chosen.len() < most {
        let is_due = !holds(random, chosen.len() + 1, share);
        let taken = |cell: &Cell| chosen.iter().any(|(other, _)| other == cell);
        let next = if is_due {
            drawn
                .find(|cell| !taken(cell))
                .map(|cell| (cell, Reason::Random))
        } else {
            let best = strong.find(|cell| !taken(cell));
            let best = best.map(|cell| (cell, Reason::Evidence));
            best.or_else(|| {
                let cell = drawn.find(|cell| !taken(cell))?;
                Some((cell, Reason::Random))
            })
        };
        let Some((cell, reason)) = next else {
            break;
        };
        random += usize::from(reason == Reason::Random);
        chosen.push((cell, reason));
    }
    chosen
}

/// Whether so many random cells are at least the share of a list of that length.
#[expect(clippy::cast_precision_loss, reason = "lists are short")]
fn holds(random: usize, length: usize, share: f64) -> bool {
    random as f64 >= share * length as f64
}

fn shuffled(pool: &[Cell], seed: &str) -> Vec<Cell> {
    let mut keyed: Vec<([u8; 32], Cell)> = pool
        .iter()
        .map(|cell| {
            let digest = Sha256::digest(format!("{seed}\n{cell}"));
            (digest.into(), *cell)
        })
        .collect();
    keyed.sort_unstable();
    keyed.dedup();
    keyed.into_iter().map(|(_, cell)| cell).collect()
}
