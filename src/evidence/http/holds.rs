//! Legal holds on the photos of plots and incidents.

use axum::extract::State;
use axum::http::StatusCode;

use crate::base::ids::{IncidentId, PlotId};
use crate::evidence::service::{Evidence, PhotoHold, PhotoHoldWire, Subject};
use crate::http::{Body, Json, Path, Problem};
use crate::identity::Caller;

type Answer = Result<Body<PhotoHold>, Problem>;

/// Holds a plot's photos: nothing of them is erased while a hold stands. Another reason is another hold beside the first.
#[utoipa::path(put, path = "/api/v1/plots/{id}/hold", tag = "evidence", params(("id" = PlotId, Path)), request_body = PhotoHoldWire,
    responses((status = 200, body = PhotoHold)))]
pub async fn hold_plot(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<PhotoHoldWire>,
) -> Answer {
    told(&evidence, &actor, Subject::Plot(id), true, &sent).await
}

/// Lifts every hold on a plot's photos.
#[utoipa::path(delete, path = "/api/v1/plots/{id}/hold", tag = "evidence", params(("id" = PlotId, Path)), request_body = PhotoHoldWire,
    responses((status = 200, body = PhotoHold)))]
pub async fn release_plot(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<PhotoHoldWire>,
) -> Answer {
    told(&evidence, &actor, Subject::Plot(id), false, &sent).await
}

/// Holds the photos of every plot that an incident groups, now and later.
#[utoipa::path(put, path = "/api/v1/incidents/{id}/hold", tag = "evidence", params(("id" = IncidentId, Path)), request_body = PhotoHoldWire,
    responses((status = 200, body = PhotoHold)))]
pub async fn hold_incident(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<IncidentId>,
    sent: Json<PhotoHoldWire>,
) -> Answer {
    told(&evidence, &actor, Subject::Incident(id), true, &sent).await
}

/// Lifts every hold on an incident; holds on its plots themselves stand.
#[utoipa::path(delete, path = "/api/v1/incidents/{id}/hold", tag = "evidence", params(("id" = IncidentId, Path)), request_body = PhotoHoldWire,
    responses((status = 200, body = PhotoHold)))]
pub async fn release_incident(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<IncidentId>,
    sent: Json<PhotoHoldWire>,
) -> Answer {
    told(&evidence, &actor, Subject::Incident(id), false, &sent).await
}

async fn told(
    evidence: &Evidence,
    actor: &crate::base::actor::Actor,
    subject: Subject,
    is_set: bool,
    sent: &Json<PhotoHoldWire>,
) -> Answer {
    let reason = &sent.value.reason;
    let hold = evidence.hold(actor, subject, is_set, reason, &sent.bytes);
    Ok(Body(StatusCode::OK, hold.await?))
}
