//! Incidents: one with its plots and its badge, or a page of them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::ids::IncidentId;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Params, Path, Problem};
use crate::identity::Caller;
use crate::ledger::service::Ledger;
use crate::plots::http::{IncidentAnswer, features};

/// A page of incidents.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IncidentList {
    /// The incidents, the latest first.
    #[schema(value_type = Vec<Object>)]
    pub incidents: Vec<Value>,
    /// The address of the next page.
    pub next: Option<String>,
    /// All incidents in reach, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

/// Which page is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncidentParams {
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
    /// Whether to count all of them.
    count: Option<bool>,
    /// Whether to tell of each, under `sums`, how many of its plots the caller reaches, in which `communes` they lie, their
    /// `plants` as verified, else as recorded, and the `law_badge` of all of them together.
    sums: Option<bool>,
}

/// One incident with its history, its plots in the caller's reach and the badge of all of them together.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "plots", params(("id" = IncidentId, Path)), responses((status = 200, body = IncidentAnswer)))]
pub async fn incident(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<IncidentId>,
) -> Result<Body<IncidentAnswer>, Problem> {
    let (view, badge) = ledger.incident(&actor, id).await?;
    let mut incident = view.told()?;
    if let Some(fields) = incident.as_object_mut() {
        let plots = features(view.plots.unwrap_or_default());
        fields.insert(
            "plots".into(),
            json!({ "type": "FeatureCollection", "features": plots }),
        );
        fields.insert("law_badge".into(), json!(badge));
    }
    let answer = IncidentAnswer {
        incident,
        receipt: None,
    };
    Ok(Body(StatusCode::OK, answer))
}

/// A page of the incidents in the caller's reach, the latest first; with `sums` what the plots of each say together.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "plots", params(IncidentParams), responses((status = 200, body = IncidentList)))]
pub async fn incidents(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<IncidentParams>,
) -> Result<Body<IncidentList>, Problem> {
    let after = uri
        .after(params.cursor.as_deref())?
        .map(|(at, id)| (at, IncidentId(id)));
    let is_summed = params.sums.unwrap_or(false);
    let (page, mut sums) = ledger
        .incidents(
            &actor,
            after,
            limit(params.limit)?,
            params.count.unwrap_or(false),
            is_summed,
        )
        .await?;
    let mut incidents = Vec::with_capacity(page.items.len());
    for view in &page.items {
        let mut told = view.told()?;
        if let Some(fields) = told.as_object_mut().filter(|_| is_summed) {
            let own = sums.remove(&view.id()).unwrap_or_default();
            fields.insert("sums".into(), json!(own));
        }
        incidents.push(told);
    }
    let list = IncidentList {
        incidents,
        next: page.next.map(|(at, id)| uri.next((at, id.0))),
        total: page.total,
    };
    Ok(Body(StatusCode::OK, list))
}
