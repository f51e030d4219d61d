//! Recording, judging and holding patrols.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::base::ids::PatrolId;
use crate::http::{Body, Json, Path, Problem};
use crate::identity::Caller;
use crate::journal::Receipt;
use crate::patrols::model::patrol::PatrolWire;
use crate::patrols::model::vocabulary::PatrolState;
use crate::patrols::service::{Hold, HoldDraft, Judged, Judgement, Patrols};

/// A patrol as it was recorded.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RecordedView {
    /// Its id.
    pub id: PatrolId,
    /// The version.
    pub version: i64,
    /// Where it stands by the declaration.
    pub state: PatrolState,
    /// What the sender should look at; nothing is refused for it.
    pub warnings: Vec<&'static str>,
    /// The signed promise.
    pub receipt: Receipt,
}

type Answer<T> = Result<Body<T>, Problem>;

/// Records a patrol, or corrects it with `revises`.
#[utoipa::path(put, path = "/api/v1/patrols/{id}", tag = "patrols", params(("id" = PatrolId, Path)), request_body = PatrolWire,
    responses((status = 201, body = RecordedView), (status = 200, body = RecordedView), (status = 409), (status = 422)))]
pub async fn record_patrol(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Path(id): Path<PatrolId>,
    wire: Json<PatrolWire>,
) -> Answer<RecordedView> {
    let recorded = patrols.record(&actor, id, wire.value, &wire.bytes).await?;
    let status = if recorded.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let view = RecordedView {
        id: recorded.id,
        version: recorded.version,
        state: recorded.state,
        warnings: recorded.warnings,
        receipt: recorded.receipt,
    };
    Ok(Body(status, view))
}

/// Accepts or rejects a patrol.
#[utoipa::path(post, path = "/api/v1/patrols/{id}/validation", tag = "patrols", params(("id" = PatrolId, Path)), request_body = Judgement,
    responses((status = 200, body = Judged), (status = 409), (status = 422)))]
pub async fn judge_patrol(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Path(id): Path<PatrolId>,
    judgement: Json<Judgement>,
) -> Answer<Judged> {
    let judged = patrols
        .judge(&actor, id, judgement.value, &judgement.bytes)
        .await?;
    Ok(Body(StatusCode::OK, judged))
}

/// Keeps a patrol's raw fixes beyond their retention.
#[utoipa::path(put, path = "/api/v1/patrols/{id}/hold", tag = "patrols", params(("id" = PatrolId, Path)), request_body = HoldDraft,
    responses((status = 200, body = Hold)))]
pub async fn hold_patrol(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Path(id): Path<PatrolId>,
    draft: Json<HoldDraft>,
) -> Answer<Hold> {
    let held = patrols
        .hold(&actor, id, &draft.value, true, &draft.bytes)
        .await?;
    Ok(Body(StatusCode::OK, held))
}

/// Lifts a patrol's hold.
#[utoipa::path(delete, path = "/api/v1/patrols/{id}/hold", tag = "patrols", params(("id" = PatrolId, Path)), request_body = HoldDraft,
    responses((status = 200, body = Hold)))]
pub async fn release_patrol(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Path(id): Path<PatrolId>,
    draft: Json<HoldDraft>,
) -> Answer<Hold> {
    let held = patrols
        .hold(&actor, id, &draft.value, false, &draft.bytes)
        .await?;
    Ok(Body(StatusCode::OK, held))
}
