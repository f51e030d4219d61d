//! Plots that were judged to be one another's duplicates in a circle: each ground counts once, so one of them must.

use std::collections::{BTreeMap, BTreeSet};

use super::totals::Ranked;
use crate::base::ids::PlotId;

/// A plot that was judged to be another's duplicate.
#[derive(Debug, Clone, Copy)]
pub struct Merged {
    /// The plot.
    pub ranked: Ranked,
    /// The plot that counts its ground.
    pub into: PlotId,
}

/// Of each circle the plot that counts all the same: the verified, then the earlier claim.
#[must_use]
pub fn keepers(merged: &[Merged]) -> BTreeSet<PlotId> {
    let all: BTreeMap<PlotId, &Merged> = merged.iter().map(|own| (own.ranked.plot, own)).collect();
    let mut judged: BTreeSet<PlotId> = BTreeSet::new();
    let mut kept = BTreeSet::new();
    for start in all.keys() {
        let mut way: Vec<&Merged> = Vec::new();
        let mut at = *start;
        while let Some(own) = all.get(&at).filter(|_| judged.insert(at)) {
            way.push(own);
            at = own.into;
        }
        // The way ends at a plot that counts, on a way that was walked before, or where it came from: a circle.
        let circle = way.iter().skip_while(|own| own.ranked.plot != at);
        let keeper = circle.map(|own| own.ranked).min_by_key(Ranked::order);
        kept.extend(keeper.map(|own| own.plot));
    }
    kept
}
