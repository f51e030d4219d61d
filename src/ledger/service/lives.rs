//! The lives of plots, told together where judgements bind them to one another.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::ids::{FactId, PlotId};
use crate::base::time::Timestamp;
use crate::ledger::model::circles::{Merged, keepers};
use crate::ledger::model::totals::Ranked;
use crate::ledger::model::words::LifeFlag;
use crate::ledger::model::{Definition, Life, live_without};
use crate::ledger::sql::{self, PlotFilter, Sight};
use crate::store::{self, Tx};

use super::Ledger;
use super::material::{self, Material};
use super::papers::is_inspected_from_paper;

/// Closings that do not hold, by plot.
type Undone = BTreeMap<PlotId, BTreeSet<FactId>>;

/// Of so many plots judgements are read plot by plot, of more all at once.
const FEW: usize = 8;

/// Tells lives as they stand at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Teller {
    now: Timestamp,
}

impl Ledger {
    /// The lives of these plots now, as of an entry (see [`Teller::lives`]).
    pub(super) async fn lives(
        &self,
        tx: &mut Tx,
        gathered: Vec<Material>,
        rules: &Definition,
        as_of: Option<i64>,
    ) -> Result<Vec<(Material, Life)>, store::Error> {
        let teller = Teller::at(self.journal.now());
        teller.lives(tx, gathered, rules, as_of).await
    }

    /// The life of one plot now.
    pub(super) async fn life_of(
        &self,
        tx: &mut Tx,
        material: Material,
        rules: &Definition,
    ) -> Result<Option<(Material, Life)>, store::Error> {
        let teller = Teller::at(self.journal.now());
        teller.life_of(tx, material, rules).await
    }
}

impl Teller {
    pub(super) const fn at(now: Timestamp) -> Self {
        Self { now }
    }

    /// The lives of these plots, as of an entry. Of plots that were judged to be one another's duplicates in a circle, or
    /// all duplicates of one that counts no more, one is told as if it had not been: its ground must count. What was
    /// recorded on the others is told of the one that counts as well.
    pub(super) async fn lives(
        self,
        tx: &mut Tx,
        gathered: Vec<Material>,
        rules: &Definition,
        as_of: Option<i64>,
    ) -> Result<Vec<(Material, Life)>, store::Error> {
        let asked = gathered.len();
        let mut known: BTreeSet<PlotId> = gathered.iter().map(|own| own.row.id).collect();
        let mut told = Told {
            judged: if asked > FEW {
                Some(sql::judged(tx).await?)
            } else {
                None
            },
            undone: Undone::new(),
            plots: Vec::new(),
            led_by: BTreeSet::new(),
            mended: BTreeSet::new(),
        };
        told.add(self, rules, gathered);
        loop {
            // Whatever a judgement leads to is needed, even where it was not asked for, and whatever leads to it.
            while let Some(absent) = told.absent(tx, &mut known).await? {
                let filter = PlotFilter {
                    plot: Some(absent),
                    as_of,
                    ..PlotFilter::default()
                };
                let more = material::gather(tx, &Sight::All, &filter).await?;
                told.add(self, rules, more);
            }
            let kept = keepers(&merged(&told.plots));
            for plot in &kept {
                told.undo(self, rules, *plot, |_| true);
            }
            if kept.is_empty() && !told.mend(self, rules) {
                told.carry(self, rules, asked);
                told.plots.truncate(asked);
                return Ok(told.plots);
            }
        }
    }

    /// The life of one plot.
    pub(super) async fn life_of(
        self,
        tx: &mut Tx,
        material: Material,
        rules: &Definition,
    ) -> Result<Option<(Material, Life)>, store::Error> {
        let mut lives = self.lives(tx, vec![material], rules, None).await?;
        let Some((material, mut life)) = lives.pop() else {
            return Ok(None);
        };
        if is_inspected_from_paper(tx, &material, &life).await? {
            life.flags.insert(LifeFlag::InspectedFromPaper);
        }
        Ok(Some((material, life)))
    }

    pub(super) fn life(
        self,
        material: &Material,
        rules: &Definition,
        without: &BTreeSet<FactId>,
    ) -> Life {
        live_without(
            &material.plot,
            &material.facts,
            &material.photos,
            rules,
            self.now,
            without,
        )
    }
}

impl Ledger {
    /// Whether figures count a plot.
    pub(super) async fn counts(&self, tx: &mut Tx, plot: PlotId) -> Result<bool, store::Error> {
        let rules = self.rules(tx).await?;
        let Some(material) = material::of_plot(tx, plot).await? else {
            return Ok(false);
        };
        let told = self.life_of(tx, material, &rules).await?;
        Ok(told.is_some_and(|(_, life)| life.is_counted()))
    }

    /// The life of the plot that counts a plot's ground, if only by way of others; `None` when that is the other one. Keeps
    /// other judges of those plots out until the act ends.
    pub(super) async fn end_of(
        &self,
        tx: &mut Tx,
        plot: PlotId,
        other: PlotId,
    ) -> Result<Option<Life>, store::Error> {
        let rules = self.rules(tx).await?;
        let mut seen = BTreeSet::new();
        let (mut next, mut end) = (Some(plot), None);
        while let Some(at) = next.filter(|at| seen.insert(*at)) {
            if at == other {
                return Ok(None);
            }
            self.plots.lock(tx, at).await?;
            let told = match material::of_plot(tx, at).await? {
                Some(material) => self.life_of(tx, material, &rules).await?,
                None => None,
            };
            end = told.map(|(_, life)| life);
            next = end.as_ref().and_then(|life| life.duplicate_of);
        }
        Ok(end)
    }
}

/// Lives told so far.
pub(super) struct Told {
    pub(super) undone: Undone,
    pub(super) plots: Vec<(Material, Life)>,
    /// Of every plot those of which a judgement names it, where many are asked for.
    judged: Option<BTreeMap<PlotId, Vec<PlotId>>>,
    /// Plots of which it was read what leads to them.
    led_by: BTreeSet<PlotId>,
    /// Those whose ground another counts, or nobody can.
    mended: BTreeSet<PlotId>,
}

impl Told {
    fn add(&mut self, teller: Teller, rules: &Definition, gathered: Vec<Material>) {
        let told = gathered.into_iter().map(|material| {
            let life = teller.life(&material, rules, &BTreeSet::new());
            (material, life)
        });
        self.plots.extend(told);
    }

    /// The next plot that is needed and was not read yet.
    async fn absent(
        &mut self,
        tx: &mut Tx,
        known: &mut BTreeSet<PlotId>,
    ) -> Result<Option<PlotId>, store::Error> {
        let mut named = self.plots.iter().filter_map(|(_, life)| life.duplicate_of);
        if let Some(plot) = named.find(|plot| known.insert(*plot)) {
            return Ok(Some(plot));
        }
        let told = self.plots.iter().map(|(material, _)| material.row.id);
        let open: Vec<PlotId> = told.filter(|plot| !self.led_by.contains(plot)).collect();
        for plot in open {
            for other in self.judged_one_with(tx, plot).await? {
                if known.insert(other) {
                    return Ok(Some(other));
                }
            }
            self.led_by.insert(plot);
        }
        Ok(None)
    }

    /// The plots of which a judgement names this one, whatever it says.
    async fn judged_one_with(
        &self,
        tx: &mut Tx,
        plot: PlotId,
    ) -> Result<Vec<PlotId>, store::Error> {
        match &self.judged {
            Some(all) => Ok(all.get(&plot).cloned().unwrap_or_default()),
            None => sql::judged_one_with(tx, plot).await,
        }
    }

    /// The plots that others were merged into and that count no more.
    fn lost(&self) -> BTreeSet<PlotId> {
        let into: BTreeSet<PlotId> = self
            .plots
            .iter()
            .filter_map(|(_, life)| life.duplicate_of)
            .collect();
        let ends = self.plots.iter().filter(|(material, life)| {
            life.duplicate_of.is_none()
                && !life.is_counted()
                && into.contains(&material.row.id)
                && !self.mended.contains(&material.row.id)
        });
        ends.map(|(material, _)| material.row.id).collect()
    }

    /// Lets one of the plots that were merged into one that counts no more count its ground; false when there is none.
    fn mend(&mut self, teller: Teller, rules: &Definition) -> bool {
        let Some(end) = self.lost().pop_first() else {
            return false;
        };
        let mut merged: Vec<Ranked> = self
            .plots
            .iter()
            .filter(|(_, life)| life.duplicate_of == Some(end))
            .map(|(material, life)| ranked(material, life))
            .collect();
        merged.sort_by_key(Ranked::order);
        let counts = |life: &Life| life.is_counted() || life.duplicate_of.is_some();
        let keeper = merged
            .iter()
            .find(|own| self.undo(teller, rules, own.plot, counts));
        // One that was merged by another judgement as well may lead to a plot that counts no more either.
        let is_merged = keeper.is_some_and(|own| {
            self.plots
                .iter()
                .any(|(material, life)| material.row.id == own.plot && life.duplicate_of.is_some())
        });
        if !is_merged {
            self.mended.insert(end);
        }
        true
    }

    /// Tells a plot's life as if what closed it had not been said, where that is a life that is wanted.
    fn undo(
        &mut self,
        teller: Teller,
        rules: &Definition,
        plot: PlotId,
        is_wanted: impl Fn(&Life) -> bool,
    ) -> bool {
        let Some((material, life)) = self.plots.iter_mut().find(|(own, _)| own.row.id == plot)
        else {
            return false;
        };
        let mut without = self.undone.get(&plot).cloned().unwrap_or_default();
        without.extend(life.closed_by);
        let told = teller.life(material, rules, &without);
        let is_wanted = is_wanted(&told);
        if is_wanted {
            *life = told;
            self.undone.insert(plot, without);
        }
        is_wanted
    }
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
