//! Typing in: each fact by the service that also takes it from a phone, with the paper as its origin.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::{PaperId, PatrolId, PlotId};
use crate::base::origin::Origin;
use crate::base::words::vocabulary;
use crate::http::Problem;
use crate::http::extract::parse_json;
use crate::journal::Receipt;
use crate::ledger::model::parse::Wire;

use super::Papers;

vocabulary! {
    /// What can be typed in from paper.
    PaperFactKind: "a kind of fact on paper" {
        /// A patrol that has ended: the body of `PUT /api/v1/patrols/{id}`. It has no fixes and covers nothing.
        Patrol = "patrol",
        /// A plot: the body of `PUT /api/v1/plots/{id}`.
        Plot = "plot",
        /// A measure of the plot `id`: the body of `POST /api/v1/plots/{id}/measures`.
        Measure = "measure",
        /// An eradication of the plot `id`: the body of `POST /api/v1/plots/{id}/eradications`.
        Eradication = "eradication",
        /// A re-inspection of the plot `id`: the body of `POST /api/v1/plots/{id}/reinspections`. The plot is flagged
        /// `inspected_from_paper`.
        Reinspection = "reinspection",
    }
}

/// A fact to type in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperFactWire {
    /// What it is.
    pub kind: PaperFactKind,
    /// The patrol's or the plot's id.
    pub id: Uuid,
    /// What its native route would be sent.
    #[schema(value_type = Object)]
    pub body: Box<RawValue>,
}

/// What became of a fact.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PaperFactResult {
    /// What it is.
    pub kind: PaperFactKind,
    /// The patrol's or the plot's id.
    pub id: Uuid,
    /// 201 when it was entered now, 200 when it was before; otherwise that of the problem.
    pub status: u16,
    /// The promise.
    pub receipt: Option<Receipt>,
    /// Why it was not taken: `type`, `title`, `detail` and `fields` as in a problem.
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Value>,
}

impl Papers {
    /// Types facts in, in their order; one that is not taken keeps no other back.
    pub(super) async fn enter_all(
        &self,
        actor: &Actor,
        paper: PaperId,
        facts: &[PaperFactWire],
    ) -> Vec<PaperFactResult> {
        // A signature over the list speaks for no fact of it.
        let origin = Origin {
            paper: Some(paper),
            statement: None,
            ..actor.origin.clone()
        };
        let typist = Actor {
            origin,
            ..actor.clone()
        };
        let mut results = Vec::with_capacity(facts.len());
        for fact in facts {
            let (status, receipt, problem) = match Box::pin(self.typed(&typist, fact)).await {
                Ok((true, receipt)) => (201, Some(receipt), None),
                Ok((false, receipt)) => (200, Some(receipt), None),
                Err(problem) => (problem.kind().status().as_u16(), None, Some(told(&problem))),
            };
            results.push(PaperFactResult {
                kind: fact.kind,
                id: fact.id,
                status,
                receipt,
                problem,
            });
        }
        results
    }

    async fn typed(&self, actor: &Actor, fact: &PaperFactWire) -> Result<(bool, Receipt), Problem> {
        let body = fact.body.get().as_bytes();
        let (slices, plot) = (&self.slices, PlotId(fact.id));
        Ok(match fact.kind {
            PaperFactKind::Patrol => {
                let wire = parsed(body)?;
                let done = slices.patrols.record(actor, PatrolId(fact.id), wire, body);
                let done = done.await?;
                (done.is_new, done.receipt)
            }
            PaperFactKind::Plot => {
                let wire = parsed(body)?;
                let done = slices.plots.record(actor, plot, &wire, body).await?;
                (done.is_new, done.receipt)
            }
            PaperFactKind::Measure => {
                let wire = parsed(body)?;
                let done = slices.plots.measure(actor, plot, wire, body).await?;
                (done.is_new, done.receipt)
            }
            PaperFactKind::Eradication => {
                let wire = Wire::Eradication(Box::new(parsed(body)?));
                let done = slices.ledger.record(actor, plot, &wire, body).await?;
                (done.is_new, done.receipt)
            }
            PaperFactKind::Reinspection => {
                let wire = Wire::Reinspection(parsed(body)?);
                let done = slices.ledger.record(actor, plot, &wire, body).await?;
                (done.is_new, done.receipt)
            }
        })
    }
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    parse_json(body)
}

fn told(problem: &Problem) -> Value {
    let kind = problem.kind();
    let fields = problem.faults().iter();
    let fields = fields.map(|fault| json!({ "pointer": fault.pointer, "reason": fault.reason }));
    json!({
        "type": format!("/problems/{}", kind.slug()),
        "title": kind.title(),
        "detail": problem.told(),
        "fields": fields.collect::<Vec<_>>(),
    })
}
