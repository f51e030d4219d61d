//! What was recorded on plots that were judged to be another's duplicates, told of the plot that counts their ground: what
//! was done there was done on one ground, whichever record it was written under.
//!
//! The figures of a recording and its measures stay with it: the ground is claimed once. What was decided about a record
//! (that it was a mistake, whose it is, that it goes back) stays with it as well, and so does when it was found: no plot takes
//! work that was begun before it was seen itself.

use std::collections::BTreeMap;

use super::evidence::EvidenceSummary;
use super::facts::{Fact, PlotFacts};
use crate::base::ids::{FactId, PlotId};

/// A plot with what was recorded on it.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The plot.
    pub plot: &'a PlotFacts,
    /// Its facts.
    pub facts: &'a [Fact],
    /// Its photos.
    pub photos: &'a EvidenceSummary,
}

/// A plot with what was recorded on others of the same ground, each fact once; in whatever order they are given.
#[must_use]
pub fn carried(
    own: Record<'_>,
    others: &BTreeMap<PlotId, Record<'_>>,
) -> (PlotFacts, Vec<Fact>, EvidenceSummary) {
    let mut plot = own.plot.clone();
    let mut facts: BTreeMap<FactId, Fact> = BTreeMap::new();
    let mut shots = own.photos.shots.clone();
    for (from, other) in others {
        plot.is_seen |= other.plot.is_seen;
        let of_ground = other.facts.iter().filter(|fact| fact.act.is_of_ground());
        for fact in of_ground {
            let from = Some(fact.from.unwrap_or(*from));
            let fact = Fact {
                from,
                ..fact.clone()
            };
            facts.insert(fact.id, fact);
        }
        shots.extend(&other.photos.shots);
    }
    facts.extend(own.facts.iter().map(|fact| (fact.id, fact.clone())));
    let mut facts: Vec<Fact> = facts.into_values().collect();
    facts.sort_by_key(|fact| (fact.at, fact.id));
    (plot, facts, EvidenceSummary::of(shots))
}
