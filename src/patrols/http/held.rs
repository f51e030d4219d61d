//! What is held outside every patrol, for its holder; calls for help, for officers.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::http::{Body, Json, Params, Problem, ProblemKind};
use crate::identity::Caller;
use crate::patrols::service::{Claim, Error, HeldView, Patrols, SosView};

use super::AppendedView;

/// A span of time.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SpanQuery {
    /// Fixes of this instant or later.
    pub from: Timestamp,
    /// Fixes of this instant or earlier.
    pub to: Timestamp,
}

/// From when on.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SosQuery {
    /// Received at this instant or later; the last 7 days otherwise.
    pub since: Option<Timestamp>,
}

/// What became of claimed fixes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ClaimedView {
    /// Fixes of the span that lie outside the patrol's time, with a quarter of an hour to spare: they are held on.
    pub left: usize,
    /// The rest.
    #[serde(flatten)]
    pub appended: AppendedView,
}

/// What was let go.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LetGoView {
    /// How many fixes were erased.
    pub erased: usize,
}

/// Calls for help.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SosList {
    /// The calls, the latest first.
    pub calls: Vec<SosView>,
}

/// What is held of the caller outside every patrol: when and how much, no places.
#[utoipa::path(get, path = "/api/v1/fixes/held", tag = "patrols",
    responses((status = 200, body = HeldView)))]
pub async fn held_fixes(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
) -> Result<Body<HeldView>, Problem> {
    Ok(Body(
        StatusCode::OK,
        patrols.held(&actor).await.map_err(of_holder)?,
    ))
}

/// Whoever records nothing can have nothing held, and is told nobody else's.
fn of_holder(error: Error) -> Problem {
    match error {
        Error::Forbidden => Problem::new(ProblemKind::Forbidden)
            .detail("what is held outside patrols is for its holder alone"),
        other => other.into(),
    }
}

/// Moves held fixes into a patrol of the caller's or its team's, as far as they lie in its time; 422 when none does.
#[utoipa::path(post, path = "/api/v1/fixes/held/claim", tag = "patrols", request_body = Claim,
    responses((status = 200, body = ClaimedView), (status = 404), (status = 422)))]
pub async fn claim_fixes(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    claim: Json<Claim>,
) -> Result<Body<ClaimedView>, Problem> {
    let claimed = patrols.claim(&actor, claim.value).await?;
    let view = ClaimedView {
        left: claimed.held,
        appended: super::upload::view(claimed),
    };
    Ok(Body(StatusCode::OK, view))
}

/// Erases held fixes of the caller's.
#[utoipa::path(delete, path = "/api/v1/fixes/held", tag = "patrols", params(SpanQuery),
    responses((status = 200, body = LetGoView), (status = 422)))]
pub async fn let_fixes_go(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Params(span): Params<SpanQuery>,
) -> Result<Body<LetGoView>, Problem> {
    let erased = patrols.let_go(&actor, span.from, span.to).await?;
    Ok(Body(StatusCode::OK, LetGoView { erased }))
}

/// Calls for help from the caller's communes, the latest first.
#[utoipa::path(get, path = "/api/v1/sos", tag = "patrols", params(SosQuery),
    responses((status = 200, body = SosList)))]
pub async fn sos_calls(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Params(query): Params<SosQuery>,
) -> Result<Body<SosList>, Problem> {
    let calls = patrols.sos_calls(&actor, query.since).await?;
    Ok(Body(StatusCode::OK, SosList { calls }))
}
