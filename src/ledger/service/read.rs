//! One plot with its life.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, FactId, PlotId};
use crate::identity::unsigned;
use crate::journal::{FactSource, FromPaper};
use crate::ledger::model::badges::law_badge;
use crate::ledger::model::life::Step;
use crate::ledger::model::words::FactKind;
use crate::ledger::model::{Definition, Fact, Life};
use crate::ledger::sql;
use crate::plots::model::words::PlotFlag;
use crate::plots::{PlotView, UNSIGNED};
use crate::store;

use super::material::{self, Material};
use super::papers::Papers;
use super::{Error, Ledger};

impl Ledger {
    /// One plot with its record, measures and life.
    pub async fn plot(&self, actor: &Actor, id: PlotId) -> Result<PlotView, Error> {
        let mut view = self.plots.plot(actor, id).await?;
        let mut tx = self.journal.store().read().await?;
        let rules = self.rules(&mut tx).await?;
        let material = material::of_plot(&mut tx, id).await?;
        let material = material.ok_or(Error::NotFound)?;
        let replanted = sql::replanted_by(&mut tx, id).await?;
        let told = self.life_of(&mut tx, material, &rules).await?;
        let (material, life) = told.ok_or(Error::NotFound)?;
        let grades = self.grades(&mut tx, &material, &life).await?;
        let papers = self.papers_of(&mut tx, &material.facts).await?;
        let entries: Vec<EntryId> = material.facts.iter().map(|fact| fact.entry).collect();
        let unsigned = unsigned(&mut tx, &entries).await?;
        drop(tx);
        let replanted: Vec<PlotId> = replanted
            .into_iter()
            .filter(|(_, place)| actor.may(Right::ReadPlots, place.as_deref()))
            .map(|(plot, _)| plot)
            .collect();
        let is_hidden = |row: &&sql::PlotRow| !actor.may(Right::ReadPlots, row.place.as_deref());
        let hidden = material.merged.iter().filter(is_hidden);
        let hidden: BTreeSet<PlotId> = hidden.map(|row| row.id).collect();
        let steps = timeline(&life, &material.facts, (&papers, &unsigned, &hidden))?;
        tell(&mut view.properties, &life, &material, &rules);
        if !unsigned.is_empty() {
            view.flag(UNSIGNED);
        }
        view.properties.insert("timeline".into(), steps.into());
        view.properties
            .insert("replanted_by".into(), json!(replanted));
        view.properties
            .insert("evidence_grades".into(), json!(grades));
        let is_retracted = |fact: &Fact| {
            let paper = papers.get(&fact.entry);
            life.stands(fact.id) && paper.is_some_and(|paper| paper.retracted)
        };
        if material.facts.iter().any(is_retracted) {
            view.flag(PlotFlag::PaperRetracted.as_str());
        }
        Ok(view)
    }
}

pub(super) const VERIFIED: &str = "verified";
pub(super) const CLAIMED: &str = "claimed";
const REMEASURED: &str = "remeasured";
const DESTROYED: &str = "destroyed";

/// The plants that a badge is told of, and what they rest on: the most that anybody saw there or that the work met.
pub(super) fn plants(life: &Life) -> Option<(u64, &'static str)> {
    let told = &life.quantities;
    let all = [
        (life.met_plants, DESTROYED),
        (told.claimed.plants, CLAIMED),
        (told.remeasured.plants, REMEASURED),
        (told.verified.plants, VERIFIED),
    ];
    let known = all
        .into_iter()
        .filter_map(|(plants, basis)| Some((plants?, basis)));
    // Of equal ones the last, which rests on most.
    known.max_by_key(|(plants, _)| *plants)
}

/// Adds a plot's life to what is told of it.
fn tell(told: &mut Map<String, Value>, life: &Life, material: &Material, rules: &Definition) {
    let badge = plants(life)
        .filter(|_| life.is_counted())
        .and_then(|(plants, basis)| law_badge(rules, plants, basis));
    if let Some(Value::Array(flags)) = told.get_mut("flags") {
        flags.extend(life.flags.iter().map(|flag| json!(flag)));
    }
    let minutes: Vec<Value> = life
        .minutes_due
        .iter()
        .map(|(eradication, at)| json!({ "eradication": eradication, "due_at": at }))
        .collect();
    let quantities = &life.quantities;
    let more = json!({
        "state": life.state,
        "missing": life.missing,
        "crop_verified": life.verified_at.map(|_| life.crop),
        "handling_org": life.handling_org,
        "duplicate_of": life.duplicate_of,
        "merged": material.merged.iter().map(|row| row.id).collect::<Vec<_>>(),
        "verified_at": life.verified_at,
        "eradicated_at": life.eradicated_at,
        "approved": life.is_approved,
        "reinspections_due": life.dues,
        "minutes_due": minutes,
        "law_badge": badge,
        "quantities": quantities,
        "conflicts": life.conflicts,
        "returns": life.returns,
        "evidence": material.photos,
        "ledger_definition": rules.version,
    });
    if let Value::Object(more) = more {
        told.extend(more);
    }
}

/// Every fact in the order in which it happened, with what it says and what it did. Of facts that came from a merged plot
/// which is `hidden` from the reader it is told that they are, not what they say.
fn timeline(
    life: &Life,
    facts: &[Fact],
    (papers, unsigned, hidden): (&Papers, &BTreeSet<EntryId>, &BTreeSet<PlotId>),
) -> Result<Vec<Value>, store::Error> {
    let known: BTreeMap<FactId, &Fact> = facts.iter().map(|fact| (fact.id, fact)).collect();
    let steps = life.steps.iter();
    let mut steps: Vec<(&Step, &Fact)> = steps
        .filter_map(|step| Some((step, *known.get(&step.fact)?)))
        .collect();
    // What was corrected has its step after all others: it is told where it happened, beside what took its place.
    steps.sort_by_key(|(_, fact)| (fact.at, fact.act.kind(), fact.id));
    steps
        .into_iter()
        .map(|(step, fact)| {
            let mut told = entry(step, fact, papers.get(&fact.entry))?;
            if fact.from.is_some_and(|from| hidden.contains(&from)) {
                told["said"] = json!({});
            }
            told["unsigned"] = unsigned.contains(&fact.entry).into();
            Ok::<_, store::Error>(told)
        })
        .collect()
}

fn entry(step: &Step, fact: &Fact, paper: Option<&FromPaper>) -> Result<Value, store::Error> {
    let corrupt = || store::Error::Corrupt {
        table: "ledger_facts",
        column: "record",
        id: fact.id.to_string(),
    };
    let record = fact.act.record().or(Err(corrupt()))?;
    let said: Value = serde_json::from_str(&record).or(Err(corrupt()))?;
    let kind: FactKind = fact.act.kind();
    Ok(json!({
        "id": fact.id,
        "kind": kind,
        "at": fact.at,
        "recorded_at": fact.recorded_at,
        "entry_id": fact.entry,
        "org": fact.org,
        "from": fact.from,
        "corrects": fact.corrects,
        "corrected_by": step.corrected_by,
        "state": step.state,
        "flag": step.flag,
        "source": FactSource::of(paper),
        "paper": paper,
        "said": said,
    }))
}
