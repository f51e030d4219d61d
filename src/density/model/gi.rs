//! Gi*: whether a cell and its neighbours together hold more, or less, than chance would give them.
//!
//! Getis & Ord (1992), *Geographical Analysis* 24, in the standardised form of Ord & Getis (1995), *Geographical
//! Analysis* 27: binary weights over the cells within some steps, the cell itself included. p is two-sided under the
//! normal distribution; q is p after Benjamini & Hochberg (1995), *JRSS B* 57, which bounds the share of false alarms.

use std::collections::HashMap;

use crate::geo::cells::Cell;

use super::special::two_sided_p;

/// The local statistic of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Local {
    /// The standardised statistic.
    pub z: f64,
    /// Its two-sided p value.
    pub p: f64,
    /// The smallest false-discovery rate at which the cell would be marked.
    pub q: f64,
}

/// Gi* of values in cells, each cell once. None where it cannot be told: all values alike, or a neighbourhood that
/// holds every cell.
#[must_use]
pub fn gi_star(cells: &[(Cell, f64)], steps: u32) -> Vec<Option<Local>> {
    let places: HashMap<Cell, f64> = cells.iter().copied().collect();
    let count = exact(cells.len());
    let mean = cells.iter().map(|(_, value)| value).sum::<f64>() / count;
    let squares: f64 = cells
        .iter()
        .map(|(_, value)| (value - mean) * (value - mean))
        .sum();
    let deviation = (squares / count).sqrt();
    // Equal values differ by rounding alone.
    if count < 2.0 || deviation <= mean.abs() * 1e-12 {
        return cells.iter().map(|_| None).collect();
    }
    let z = |cell: &Cell| {
        let (mut sum, mut near) = (0.0, 0.0);
        for value in cell.disk(steps).iter().filter_map(|cell| places.get(cell)) {
            sum += value;
            near += 1.0;
        }
        let spread = deviation * (near * (count - near) / (count - 1.0)).sqrt();
        (spread > 0.0).then(|| (sum - near * mean) / spread)
    };
    let found: Vec<Option<f64>> = cells.iter().map(|(cell, _)| z(cell)).collect();
    let p: Vec<f64> = found.iter().flatten().map(|z| two_sided_p(*z)).collect();
    let mut judged = false_discovery(&p).into_iter().zip(p);
    let local = |z: Option<f64>| {
        let (z, (q, p)) = (z?, judged.next()?);
        Some(Local { z, p, q })
    };
    found.into_iter().map(local).collect()
}

/// Benjamini and Hochberg's adjusted p values, in the order given.
#[must_use]
pub fn false_discovery(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = p.iter().copied().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let count = exact(p.len());
    let (mut rank, mut least) = (count, 1.0_f64);
    for (_, value) in &mut order {
        least = least.min(*value * count / rank);
        rank -= 1.0;
        *value = least;
    }
    order.sort_unstable_by_key(|(at, _)| *at);
    order.into_iter().map(|(_, q)| q).collect()
}

#[expect(clippy::cast_precision_loss, reason = "cells are far fewer than 2^53")]
fn exact(count: usize) -> f64 {
    count as f64
}
