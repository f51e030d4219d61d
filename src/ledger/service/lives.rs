//! The lives of plots, told together where judgements bind them to one another.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::ids::{FactId, PlotId};
use crate::ledger::model::circles::{Merged, keepers};
use crate::ledger::model::totals::Ranked;
use crate::ledger::model::{Definition, Life, live_without};
use crate::ledger::sql::{PlotFilter, Sight};
use crate::store::{self, Tx};

use super::Ledger;
use super::material::{self, Material};

/// Closings that do not hold, by plot.
type Undone = BTreeMap<PlotId, BTreeSet<FactId>>;

impl Ledger {
    /// The lives of these plots, as of an entry. Of plots that were judged to be one another's duplicates in a circle one
    /// is told as if it had not been: its ground must count.
    pub(super) async fn lives(
        &self,
        tx: &mut Tx,
        gathered: Vec<Material>,
        rules: &Definition,
        as_of: Option<i64>,
    ) -> Result<Vec<(Material, Life)>, store::Error> {
        let mut undone = Undone::new();
        let asked = gathered.len();
        let told = |material: Material| {
            let life = self.life(&material, rules, &BTreeSet::new());
            (material, life)
        };
        let mut plots: Vec<(Material, Life)> = gathered.into_iter().map(told).collect();
        let mut known: BTreeSet<PlotId> = plots.iter().map(|(own, _)| own.row.id).collect();
        loop {
            // Whatever a judgement leads to is needed, even where it was not asked for.
            while let Some(absent) = absent(&plots, &mut known) {
                let filter = PlotFilter {
                    plot: Some(absent),
                    as_of,
                    ..PlotFilter::default()
                };
                let more = material::gather(tx, &Sight::All, &filter).await?;
                plots.extend(more.into_iter().map(told));
            }
            let kept = keepers(&merged(&plots));
            if kept.is_empty() {
                plots.truncate(asked);
                return Ok(plots);
            }
            for (material, life) in &mut plots {
                let id = material.row.id;
                if kept.contains(&id) {
                    let without = undone.entry(id).or_default();
                    without.extend(life.closed_by);
                    *life = self.life(material, rules, without);
                }
            }
        }
    }

    /// The life of one plot.
    pub(super) async fn life_of(
        &self,
        tx: &mut Tx,
        material: Material,
        rules: &Definition,
    ) -> Result<Option<(Material, Life)>, store::Error> {
        let mut lives = self.lives(tx, vec![material], rules, None).await?;
        Ok(lives.pop())
    }

    fn life(&self, material: &Material, rules: &Definition, without: &BTreeSet<FactId>) -> Life {
        live_without(
            &material.plot,
            &material.facts,
            &material.photos,
            rules,
            self.journal.now(),
            without,
        )
    }

    /// Whether a plot is another's duplicate, if only by way of others. Keeps other judges of those plots out until the
    /// act ends.
    pub(super) async fn leads_to(
        &self,
        tx: &mut Tx,
        plot: PlotId,
        other: PlotId,
    ) -> Result<bool, store::Error> {
        let rules = self.rules(tx).await?;
        let mut seen = BTreeSet::new();
        let mut next = Some(plot);
        while let Some(at) = next.filter(|at| seen.insert(*at)) {
            if at == other {
                return Ok(true);
            }
            self.plots.lock(tx, at).await?;
            let told = match material::of_plot(tx, at).await? {
                Some(material) => self.life_of(tx, material, &rules).await?,
                None => None,
            };
            next = told.and_then(|(_, life)| life.duplicate_of);
        }
        Ok(false)
    }
}

/// The next plot that a judgement leads to and that was not read yet.
fn absent(plots: &[(Material, Life)], known: &mut BTreeSet<PlotId>) -> Option<PlotId> {
    let mut named = plots.iter().filter_map(|(_, life)| life.duplicate_of);
    named.find(|plot| known.insert(*plot))
}

fn merged(plots: &[(Material, Life)]) -> Vec<Merged> {
    let merged = plots.iter().filter_map(|(material, life)| {
        Some(Merged {
            ranked: ranked(material, life),
            into: life.duplicate_of?,
        })
    });
    merged.collect()
}

/// By what a plot is put before others of the same ground.
pub(super) fn ranked(material: &Material, life: &Life) -> Ranked {
    Ranked {
        plot: material.row.id,
        is_verified: life.verified_at.is_some(),
        detected_at: material.row.detected_at,
    }
}
