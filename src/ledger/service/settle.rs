//! Writing down what follows from a plot's facts, for lists: within the act that changed them, or by a job after
//! plots, measures or photos changed.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::base::ids::{JobId, PlotId};
use crate::journal::JobRow;
use crate::ledger::model::words::{PlotState, Sameness};
use crate::ledger::model::{Act, Definition, Life};
use crate::ledger::sql::{self, LifeRow};
use crate::store::{self, Tx};

use super::material::{self, Material};
use super::{Error, Ledger};

impl Ledger {
    /// Settles a plot that changed, in its own act.
    pub async fn settle_job(&self, job: &JobRow) -> Result<(), Error> {
        self.journal
            .write((self.clone(), job.clone()), |tx, (ledger, job)| {
                Box::pin(async move {
                    let plot = PlotId(job.subject);
                    if ledger.plots.lock(tx, plot).await? {
                        ledger.settle(tx, plot).await?;
                    }
                    ledger.journal.finish_job(tx, job.id).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Settles every plot anew, some at a time.
    pub async fn settle_all(&self, job: JobId) -> Result<(), Error> {
        let mut after = PlotId(Uuid::nil());
        loop {
            let mut tx = self.journal.store().read().await?;
            let plots = sql::plots_after(&mut tx, after).await?;
            drop(tx);
            let Some(last) = plots.last() else { break };
            after = *last;
            self.journal
                .write((self.clone(), plots), |tx, (ledger, plots)| {
                    Box::pin(async move {
                        for plot in plots {
                            if ledger.plots.lock(tx, *plot).await? {
                                ledger.settle(tx, *plot).await?;
                            }
                        }
                        Ok::<_, Error>(())
                    })
                })
                .await?;
        }
        self.journal
            .write((self.clone(), job), |tx, (ledger, job)| {
                Box::pin(async move {
                    ledger.journal.finish_job(tx, *job).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Writes what follows from a plot's facts, and from those of plots that it was judged to be one with: of a circle another
    /// may be the one that counts now. The plot is locked, and this is the last step of the act.
    pub(super) async fn settle(&self, tx: &mut Tx, plot: PlotId) -> Result<(), Error> {
        let rules = self.rules(tx).await?;
        let mut told: BTreeMap<PlotId, (Material, Life)> = BTreeMap::new();
        let mut open = vec![plot];
        while let Some(at) = open.pop() {
            if told.contains_key(&at) || !self.plots.lock(tx, at).await? {
                continue;
            }
            let Some(material) = material::of_plot(tx, at).await? else {
                continue;
            };
            if let Some((material, life)) = self.life_of(tx, material, &rules).await? {
                open.extend(judged_one_with(&material, &life));
                // Of those that were merged into it one counts their ground once it does not.
                if turned(tx, at, &life).await? {
                    open.extend(sql::judged_one_with(tx, at).await?);
                }
                told.insert(at, (material, life));
            }
        }
        for (material, life) in told.values() {
            let row = LifeRow {
                settled_at: self.journal.now(),
                ..life_row(material, life, &rules)?
            };
            sql::upsert_life(tx, &row).await?;
            self.ask_to_screen(tx, material, life).await?;
        }
        for (plot, (_, life)) in &told {
            self.plots.set_state(tx, *plot, life.state.as_str()).await?;
        }
        Ok(())
    }
}

/// Whether a plot counts no more, or again, since it was settled last.
async fn turned(tx: &mut Tx, plot: PlotId, life: &Life) -> Result<bool, store::Error> {
    let before = sql::settled_state(tx, plot).await?;
    let before: Option<PlotState> = before.and_then(|state| state.parse().ok());
    Ok(before.is_some_and(|before| before.is_counted() != life.state.is_counted()))
}

/// The plots that this one was judged to be the duplicate of, whether or not it is closed for that.
fn judged_one_with(material: &Material, life: &Life) -> Vec<PlotId> {
    let standing = material.facts.iter().filter(|fact| life.stands(fact.id));
    let others = standing.filter_map(|fact| match &fact.act {
        Act::Judgement(said) if said.sameness == Sameness::Same => Some(said.other),
        _ => None,
    });
    others.collect()
}

pub(super) fn life_row(
    material: &Material,
    life: &Life,
    rules: &Definition,
) -> Result<LifeRow, store::Error> {
    let record: serde_json::Value =
        serde_json::from_str(&material.row.record).or(Err(material.row.corrupt("record")))?;
    let replanting_of = record
        .get("replanting_of")
        .and_then(serde_json::Value::as_str)
        .and_then(|id| id.parse().ok());
    let next = life
        .dues
        .iter()
        .filter(|due| !due.done && !life.state.is_final())
        .map(|due| due.on)
        .min();
    Ok(LifeRow {
        plot: material.row.id,
        state: life.state.as_str().to_owned(),
        flags: words(life.flags.iter().map(|flag| flag.as_str())),
        missing: words(life.missing.iter().map(|missing| missing.as_str())),
        handling_org: life.handling_org,
        replanting_of,
        due_on: next,
        minutes_due_at: life.minutes_due.iter().map(|(_, at)| *at).min(),
        definition: i64::from(rules.version),
        settled_at: material.row.detected_at,
    })
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    serde_json::Value::from(words.collect::<Vec<_>>()).to_string()
}
