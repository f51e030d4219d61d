//! Incidents: recorded, read one by one with their plots, and in lists.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::ids::IncidentId;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Json, Params, Path, Problem};
use crate::identity::Caller;
use crate::journal::Receipt;
use crate::plots::model::incident::IncidentWire;
use crate::plots::service::{IncidentView, Plots};

/// An incident.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct IncidentAnswer {
    /// What was recorded, its version, and asked for alone its history and the plots in the caller's reach.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub incident: Value,
    /// The promise, when something was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

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
}

type Answer<T> = Result<Body<T>, Problem>;

/// Records an incident, or corrects it with `revises`.
#[utoipa::path(put, path = "/api/v1/incidents/{id}", tag = "plots", params(("id" = IncidentId, Path)), request_body = IncidentWire,
    responses((status = 201, body = IncidentAnswer), (status = 200, body = IncidentAnswer)))]
pub async fn record_incident(
    State(plots): State<Plots>,
    Caller(actor): Caller,
    Path(id): Path<IncidentId>,
    sent: Json<IncidentWire>,
) -> Answer<IncidentAnswer> {
    let (view, is_new, receipt) = plots
        .record_incident(&actor, id, &sent.value, &sent.bytes)
        .await?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let answer = IncidentAnswer {
        incident: view.told()?,
        receipt: Some(receipt),
    };
    Ok(Body(status, answer))
}

/// A page of the incidents in the caller's reach, the latest first.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "plots", params(IncidentParams), responses((status = 200, body = IncidentList)))]
pub async fn incidents(
    State(plots): State<Plots>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<IncidentParams>,
) -> Answer<IncidentList> {
    let after = uri
        .after(params.cursor.as_deref())?
        .map(|(at, id)| (at, IncidentId(id)));
    let count = params.count.unwrap_or(false);
    let page = plots
        .incidents(&actor, after, limit(params.limit)?, count)
        .await?;
    let incidents: Result<Vec<Value>, _> = page.items.iter().map(IncidentView::told).collect();
    let list = IncidentList {
        incidents: incidents?,
        next: page.next.map(|(at, id)| uri.next((at, id.0))),
        total: page.total,
    };
    Ok(Body(StatusCode::OK, list))
}
