//! Incidents: recorded; what is read of them also tells what the ledger knows.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use crate::base::ids::IncidentId;
use crate::http::{Body, Json, Path, Problem};
use crate::identity::Caller;
use crate::journal::Receipt;
use crate::plots::model::incident::IncidentWire;
use crate::plots::service::Plots;

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

/// Records an incident, or corrects it with `revises`.
#[utoipa::path(put, path = "/api/v1/incidents/{id}", tag = "plots", params(("id" = IncidentId, Path)), request_body = IncidentWire,
    responses((status = 201, body = IncidentAnswer), (status = 200, body = IncidentAnswer)))]
pub async fn record_incident(
    State(plots): State<Plots>,
    Caller(actor): Caller,
    Path(id): Path<IncidentId>,
    sent: Json<IncidentWire>,
) -> Result<Body<IncidentAnswer>, Problem> {
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
