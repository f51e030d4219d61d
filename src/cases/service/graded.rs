//! What the photos of a plot are worth and what was said of them: the package's `evidence.json`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::base::actor::Actor;
use crate::base::ids::{FactId, PlotId};
use crate::cases::model::course::ORG_NAME;
use crate::cases::model::grades::{ended, said_in};
use crate::ledger;
use crate::plots::PlotView;

use super::{Cases, Error, unwritable};

/// Names of organisations by the text of their ids.
pub(super) type OrgNames = BTreeMap<String, String>;

impl Cases {
    /// What every organisation is called.
    pub(super) async fn org_names(&self) -> Result<OrgNames, Error> {
        let orgs = self.identity.orgs().await?.into_iter();
        Ok(orgs.map(|org| (org.id.to_string(), org.name)).collect())
    }

    /// Grades with the version of their rules and every reason in both languages; waivers, returns and replies with theirs;
    /// questions with what was answered and decided. `left_out`: how many photos that were only announced are not in the package.
    pub(super) async fn evidence_file(
        &self,
        actor: &Actor,
        view: &PlotView,
        merged: &[PlotId],
        (timeline, orgs, left_out): (&[Value], &OrgNames, usize),
    ) -> Result<Value, Error> {
        let told = &view.properties;
        let grades = told.get("evidence_grades").and_then(Value::as_object);
        let mut sets = Vec::new();
        for step in timeline {
            let id = step.get("id").and_then(Value::as_str);
            let of_work = id.filter(|id| grades.is_some_and(|all| all.contains_key(*id)));
            let Some(id) = of_work.and_then(|id| id.parse::<FactId>().ok()) else {
                continue;
            };
            let set = match self.ledger.evidence(actor, id).await {
                Ok(set) => set,
                // Work on a merged plot that the caller may not see: the timeline tells as much.
                Err(ledger::Error::NotFound) => continue,
                Err(error) => return Err(error.into()),
            };
            sets.push(serde_json::to_value(set).map_err(unwritable)?);
        }
        let returns = told.get("returns").and_then(Value::as_array);
        let returns = returns.into_iter().flatten().map(|own| {
            let mut told = named(own.clone(), orgs);
            if let Value::Object(told) = &mut told {
                told.insert("ended_vi".to_owned(), ended(own).into());
            }
            told
        });
        let returns: Vec<Value> = returns.collect();
        let mut questions = self.evidence.asked_of(view.id).await?;
        for plot in merged {
            questions.extend(self.evidence.asked_of(*plot).await?);
        }
        questions.sort_by_key(|question| (question.asked_at, question.id));
        let mut asked = Vec::with_capacity(questions.len());
        for question in questions {
            let mut own = serde_json::to_value(question).map_err(unwritable)?;
            if let Some(replies) = own.get_mut("replies").and_then(Value::as_array_mut) {
                for reply in replies {
                    *reply = named(reply.take(), orgs);
                }
            }
            asked.push(own);
        }
        Ok(json!({
            "plot": view.id,
            "merged": merged,
            "eradications": sets,
            "waivers": said_in(timeline, "waiver"),
            "returns": returns,
            "replies": said_in(timeline, "reply"),
            "questions": asked,
            "announced_left_out": left_out,
        }))
    }
}

/// The steps of a plot's timeline, each with what its organisation is called.
pub(super) fn timeline(view: &PlotView, orgs: &OrgNames) -> Vec<Value> {
    let steps = view.properties.get("timeline").and_then(Value::as_array);
    let steps = steps.into_iter().flatten().cloned();
    steps.map(|step| named(step, orgs)).collect()
}

/// The same with what its organisation is called.
fn named(mut own: Value, orgs: &OrgNames) -> Value {
    let org = own.get("org").and_then(Value::as_str);
    let name = org.and_then(|org| orgs.get(org)).cloned();
    if let (Some(name), Value::Object(own)) = (name, &mut own) {
        own.insert(ORG_NAME.to_owned(), name.into());
    }
    own
}
