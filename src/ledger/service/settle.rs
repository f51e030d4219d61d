//! Writing down what follows from a plot's facts, for lists: within the act that changed them, or by a job after
//! plots, measures or photos changed.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::base::ids::{JobId, PlotId};
use crate::journal::JobRow;
use crate::ledger::model::words::PlotState;
use crate::ledger::model::{Act, Definition, Life};
use crate::ledger::sql::{self, LifeRow, PlotRow};
use crate::store::{self, Tx};

use super::material::{self, Material};
use super::{CLAIMS_JOB, Error, Ledger};

impl Ledger {
    /// Settles plots that changed, all in one act.
    pub async fn settle_jobs(&self, jobs: &[JobRow]) -> Result<(), Error> {
        // Whether a plot lies in any commune follows the boundaries of today.
        self.plots.today().await?;
        self.journal
            .write((self.clone(), jobs.to_vec()), |tx, (ledger, jobs)| {
                Box::pin(async move {
                    let plots: Vec<PlotId> = jobs.iter().map(|job| PlotId(job.subject)).collect();
                    ledger.settle(tx, &plots).await?;
                    ledger.journal.finish_jobs(tx, jobs).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Settles every plot anew, some at a time.
    pub async fn settle_all(&self, job: JobId) -> Result<(), Error> {
        self.plots.today().await?;
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
                        ledger.settle(tx, plots).await?;
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

    /// Writes what follows from plots' facts, and from those of plots that they were judged to be one with: of a circle another
    /// may be the one that counts now. Keeps other writers of them out until the act ends, of which this is the last step.
    pub(super) async fn settle(&self, tx: &mut Tx, plots: &[PlotId]) -> Result<(), Error> {
        let rules = self.rules(tx).await?;
        let mut told: Vec<(Material, Life)> = Vec::with_capacity(plots.len());
        let mut seen = BTreeSet::new();
        let mut open: BTreeSet<PlotId> = plots.iter().copied().collect();
        while !open.is_empty() {
            let asked: Vec<PlotId> = open.iter().copied().collect();
            let there = self.plots.lock_all(tx, &asked).await?;
            let before = settled_states(tx, &there).await?;
            seen.append(&mut open);
            for material in material::of_plots(tx, &there).await? {
                let at = material.row.id;
                let Some((material, life)) = self.life_of(tx, material, &rules).await? else {
                    continue;
                };
                open.extend(judged_with(&material));
                // Of those that were merged into it one counts their ground once it does not.
                if turned(before.get(&at), &life) {
                    open.extend(sql::judged_one_with(tx, at).await?);
                }
                told.push((material, life));
            }
            open.retain(|plot| !seen.contains(plot));
        }
        self.write_told(tx, &told, &rules).await
    }

    async fn write_told(
        &self,
        tx: &mut Tx,
        told: &[(Material, Life)],
        rules: &Definition,
    ) -> Result<(), Error> {
        let now = self.journal.now();
        let mut rows = Vec::with_capacity(told.len());
        let mut claims = Vec::new();
        let mut states: BTreeMap<(&'static str, bool), Vec<PlotId>> = BTreeMap::new();
        for (material, life) in told {
            let row = life_row(material, life, rules)?;
            rows.push(LifeRow {
                settled_at: now,
                ..row
            });
            self.ask_where(tx, material, life).await?;
            let from = self.screened_from(material, life)?;
            claims.extend(from.map(|from| (CLAIMS_JOB, material.row.id.0, from)));
            let standing = (life.state.as_str(), life.is_returned());
            let alike = states.entry(standing).or_default();
            alike.push(material.row.id);
        }
        sql::upsert_lives(tx, &rows).await?;
        self.journal.queue_all(tx, &claims).await?;
        Ok(self.plots.set_states(tx, &states).await?)
    }
}

async fn settled_states(
    tx: &mut Tx,
    plots: &[PlotId],
) -> Result<BTreeMap<PlotId, PlotState>, store::Error> {
    if plots.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sql::settled_states(tx, plots).await?.into_iter();
    Ok(rows
        .filter_map(|(plot, state)| Some((plot, state.parse().ok()?)))
        .collect())
}

/// Whether a plot counts no more, or again, since it was settled last.
fn turned(before: Option<&PlotState>, life: &Life) -> bool {
    before.is_some_and(|before| before.is_counted() != life.state.is_counted())
}

/// The plots that judgements of this one name, whether or not they stand and whatever they say: what is recorded here is
/// told of the plot that counts its ground, and no more once a judgement is taken back.
fn judged_with(material: &Material) -> Vec<PlotId> {
    let others = material.facts.iter().filter_map(|fact| match &fact.act {
        Act::Judgement(said) => Some(said.other),
        _ => None,
    });
    others.collect()
}

pub(super) fn life_row(
    material: &Material,
    life: &Life,
    rules: &Definition,
) -> Result<LifeRow, store::Error> {
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
        replanting_of: replanting_of(&material.row)?,
        due_on: next,
        minutes_due_at: life.minutes_due.iter().map(|(_, at)| *at).min(),
        definition: i64::from(rules.version),
        settled_at: material.row.detected_at,
    })
}

/// The plot on whose ground this one was sown again, as it is recorded.
pub(super) fn replanting_of(row: &PlotRow) -> Result<Option<PlotId>, store::Error> {
    let record: serde_json::Value =
        serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
    let named = record
        .get("replanting_of")
        .and_then(serde_json::Value::as_str);
    Ok(named.and_then(|id| id.parse().ok()))
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    serde_json::Value::from(words.collect::<Vec<_>>()).to_string()
}
