//! What an entry of the log changes for a caller, told as the slices' own readings tell it.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::base::actor::Actor;
use crate::base::hex;
use crate::base::ids::{IncidentId, PatrolId, PlotId, QuestionId};
use crate::evidence::model::grade::GradeRules;
use crate::http::{Problem, ProblemKind};
use crate::journal::model::ReceiptState;
use crate::plots::http::PlotFeature;

use super::sql::ChangeRow;

/// One thing that a caller should know anew.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Item {
    /// `plot`, `plot_gone` for one that was corrected to a place out of the caller's communes, `incident`, `patrol`,
    /// `question`, `track_question`, `definitions`, `areas`, or `receipt` for what the caller itself sent.
    pub kind: &'static str,
    /// Its id; null for definitions and areas.
    pub id: Option<Uuid>,
    /// The number of the entry by which it changed; null for what a caller starts with.
    pub seq: Option<i64>,
    /// As it stands now, the same as its own route tells it. Areas only say that they changed, and what is gone that it is.
    #[schema(value_type = Object)]
    pub value: Value,
}

/// What the entries so far were about: each thing once in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A plot with what happened to it.
    Plot(PlotId),
    /// An incident.
    Incident(IncidentId),
    /// A patrol that was judged.
    Patrol(PatrolId),
    /// A question about a photo or a track.
    Question(QuestionId),
    /// The definitions that a phone needs.
    Definitions,
    /// Boundaries, risk areas, gates.
    Areas,
}

impl Subject {
    /// What an entry is about; none for what only its sender should know.
    fn of(row: &ChangeRow) -> Option<Self> {
        let fact = row.fact?;
        Some(match row.kind.as_str() {
            "definition" => Self::Definitions,
            "boundaries" | "risk_area" | "gate" | "hamlet" => Self::Areas,
            "validation" => Self::Patrol(PatrolId(fact)),
            "plot" => Self::Plot(PlotId(fact)),
            "incident" => Self::Incident(IncidentId(fact)),
            "question" | "answer" | "decision" => Self::Question(QuestionId(fact)),
            // A plot of no such id is told to nobody.
            "redaction" => match row.words_of.as_deref() {
                Some("incident") => Self::Incident(IncidentId(fact)),
                Some("question") => Self::Question(QuestionId(fact)),
                _ => Self::Plot(row.plot.unwrap_or(PlotId(fact))),
            },
            "verification" | "confirmation" | "eradication" | "minutes" | "approval"
            | "reinspection" | "transfer" | "referral" | "retraction" | "reopening"
            | "judgement" | "waiver" | "return" | "reply" | "seal" => Self::Plot(row.plot?),
            _ => return None,
        })
    }
}

/// A caller whose reading goes on.
pub struct Walk<'a> {
    /// The slices.
    pub app: &'a App,
    /// The caller.
    pub actor: &'a Actor,
    /// The last number that a verified backup covers.
    pub secured_through: i64,
}

/// What a reading tells; none when it is not for the caller.
fn told<T, E: Into<Problem>>(read: Result<T, E>) -> Result<Option<T>, Problem> {
    match read.map_err(Into::into) {
        Ok(value) => Ok(Some(value)),
        Err(problem)
            if matches!(
                problem.kind(),
                ProblemKind::NotFound | ProblemKind::Forbidden
            ) =>
        {
            Ok(None)
        }
        Err(problem) => Err(problem),
    }
}

fn value_of(view: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(view).map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))
}

impl Walk<'_> {
    /// What an entry changes; `known` are the things that this page told already.
    pub async fn items(
        &self,
        row: &ChangeRow,
        known: &BTreeSet<Subject>,
    ) -> Result<(Vec<Item>, Option<Subject>), Problem> {
        let mut items = Vec::new();
        if row.actor == self.actor.id {
            items.push(self.receipt(row));
        }
        let subject = Subject::of(row).filter(|subject| !known.contains(subject));
        if let Some(subject) = subject {
            items.extend(self.item(subject, Some(row.seq)).await?);
        }
        Ok((items, subject))
    }

    /// A thing as it stands now; none when it is not for the caller.
    pub async fn item(&self, subject: Subject, seq: Option<i64>) -> Result<Option<Item>, Problem> {
        let (app, actor) = (self.app, self.actor);
        let (kind, id, value) = match subject {
            Subject::Plot(id) => {
                let Some(view) = told(app.ledger.plot(actor, id).await)? else {
                    return self.gone(id, seq).await;
                };
                let value = value_of(&PlotFeature::of(view, None))?;
                ("plot", Some(id.0), Some(value))
            }
            Subject::Incident(id) => {
                let Some((view, badge)) = told(app.ledger.incident(actor, id).await)? else {
                    return Ok(None);
                };
                let mut value = view.told()?;
                if let Some(fields) = value.as_object_mut() {
                    // Its plots come as plots.
                    fields.remove("plots");
                    fields.insert("law_badge".into(), json!(badge));
                }
                ("incident", Some(id.0), Some(value))
            }
            Subject::Patrol(id) => {
                let place = told(app.patrols.patrol(actor, id).await)?;
                let value = place.map(|place| {
                    let view = place.view;
                    json!({ "id": id, "version": view.version, "state": view.state, "judged_why": view.judged_why })
                });
                ("patrol", Some(id.0), value)
            }
            Subject::Question(id) => return self.question(id, seq).await,
            Subject::Definitions => ("definitions", None, Some(self.definitions().await?)),
            Subject::Areas => ("areas", None, Some(json!({ "changed": true }))),
        };
        Ok(value.map(|value| Item {
            kind,
            id,
            seq,
            value,
        }))
    }

    /// That a plot went out of the caller's communes; none when it never lay there.
    async fn gone(&self, id: PlotId, seq: Option<i64>) -> Result<Option<Item>, Problem> {
        let has_left = told(self.app.plots.has_left(self.actor, id).await)?;
        Ok(has_left.filter(|has_left| *has_left).map(|_| Item {
            kind: "plot_gone",
            id: Some(id.0),
            seq,
            value: json!({ "gone": true }),
        }))
    }

    async fn question(&self, id: QuestionId, seq: Option<i64>) -> Result<Option<Item>, Problem> {
        let evidence = &self.app.evidence;
        let item = |kind, value| Item {
            kind,
            id: Some(id.0),
            seq,
            value,
        };
        if let Some(view) = told(evidence.question_of(self.actor, id).await)? {
            return Ok(Some(item("question", value_of(&view)?)));
        }
        match told(evidence.track_question_of(self.actor, id).await)? {
            Some(view) => Ok(Some(item("track_question", value_of(&view)?))),
            None => Ok(None),
        }
    }

    /// The newest of each book that the caller may read.
    async fn definitions(&self) -> Result<Value, Problem> {
        let (app, actor) = (self.app, self.actor);
        let mut books = serde_json::Map::new();
        if let Some(all) = told(app.evidence.all_rules::<GradeRules>(actor).await)? {
            books.insert("evidence".into(), value_of(&all.last())?);
        }
        if let Some(all) = told(app.ledger.definitions(actor).await)? {
            books.insert("ledger".into(), value_of(&all.last())?);
        }
        if let Some(all) = told(app.coverage.definitions(actor).await)? {
            books.insert("coverage".into(), value_of(&all.last())?);
        }
        Ok(Value::Object(books))
    }

    fn receipt(&self, row: &ChangeRow) -> Item {
        let state = if row.seq <= self.secured_through {
            ReceiptState::Secured
        } else {
            ReceiptState::Stored
        };
        let value = json!({
            "entry_id": row.id, "kind": row.kind, "sha256": hex(&row.sha256), "received_at": row.received_at, "state": state,
        });
        Item {
            kind: "receipt",
            id: row.fact,
            seq: Some(row.seq),
            value,
        }
    }
}
