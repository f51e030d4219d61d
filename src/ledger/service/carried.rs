//! What was recorded on merged plots, told of the plots that count their ground.

use std::collections::BTreeMap;

use crate::base::ids::PlotId;
use crate::ledger::model::carried::{Record, carried};
use crate::ledger::model::{Definition, Life};

use super::lives::{Teller, Told};
use super::material::Material;

impl Told {
    /// Tells of each of the first `asked` plots that count what was recorded on the plots merged into it, once it is known
    /// which those are. It never takes ground out of the figures: where the life of all facts together would not count,
    /// the plot's own stands.
    pub(super) fn carry(&mut self, teller: Teller, rules: &Definition, asked: usize) {
        for (place, told) in self.carried(teller, rules, asked) {
            if let Some(own) = self.plots.get_mut(place) {
                *own = told;
            }
        }
    }

    /// The lives that differ for it, each with the place of its plot.
    fn carried(
        &self,
        teller: Teller,
        rules: &Definition,
        asked: usize,
    ) -> Vec<(usize, (Material, Life))> {
        let merged = self.merged();
        let mut carried = Vec::new();
        for (place, (own, life)) in self.plots.iter().enumerate().take(asked) {
            let others = merged.get(&own.row.id).filter(|_| life.state.is_counted());
            let Some(material) = others.and_then(|others| with(own, others)) else {
                continue;
            };
            let without = self.undone.get(&own.row.id).cloned().unwrap_or_default();
            let told = teller.life(&material, rules, &without);
            if told.state.is_counted() && (told.is_counted() || !life.is_counted()) {
                carried.push((place, (material, told)));
            }
        }
        carried
    }

    /// The merged plots, by the plot that counts their ground.
    fn merged(&self) -> BTreeMap<PlotId, Vec<&Material>> {
        let into: BTreeMap<PlotId, PlotId> = self
            .plots
            .iter()
            .filter_map(|(material, life)| Some((material.row.id, life.duplicate_of?)))
            .collect();
        let mut merged: BTreeMap<PlotId, Vec<&Material>> = BTreeMap::new();
        for (material, _) in &self.plots {
            if let Some(end) = end_of(&into, material.row.id) {
                merged.entry(end).or_default().push(material);
            }
        }
        merged
    }
}

/// The plot that counts the ground of a merged one, if only by way of others.
fn end_of(into: &BTreeMap<PlotId, PlotId>, plot: PlotId) -> Option<PlotId> {
    let mut at = *into.get(&plot)?;
    // Circles were mended before; were one left, nobody would count its ground.
    for _ in into {
        match into.get(&at) {
            Some(next) => at = *next,
            None => return Some(at),
        }
    }
    None
}

/// A plot with what was recorded on the others; none where all of that is told of it already.
fn with(own: &Material, others: &[&Material]) -> Option<Material> {
    let is_new = |other: &&&Material| !own.merged.iter().any(|row| row.id == other.row.id);
    let others: Vec<&Material> = others.iter().filter(is_new).copied().collect();
    if others.is_empty() {
        return None;
    }
    let records: BTreeMap<PlotId, Record<'_>> = others
        .iter()
        .map(|other| (other.row.id, record(other)))
        .collect();
    let (plot, facts, photos) = carried(record(own), &records);
    let mut merged = own.merged.clone();
    merged.extend(others.iter().map(|other| other.row.clone()));
    merged.sort_by_key(|row| row.id);
    Some(Material {
        row: own.row.clone(),
        plot,
        facts,
        photos,
        is_elsewhere: own.is_elsewhere,
        merged,
    })
}

fn record(material: &Material) -> Record<'_> {
    Record {
        plot: &material.plot,
        facts: &material.facts,
        photos: &material.photos,
    }
}
