//! Rules of grades and screens: which there are, and setting the next.

use axum::extract::State;
use axum::http::StatusCode;

use crate::evidence::model::grade::GradeRules;
use crate::evidence::model::screens::ScreenRules;
use crate::evidence::service::Evidence;
use crate::http::{Body, Json, Problem};
use crate::identity::Caller;
use crate::journal::{RulesEntry, RulesSet, RulesWire};

/// Every version of the rules that photos are graded by, the oldest first.
#[utoipa::path(get, path = "/api/v1/evidence/definitions", tag = "evidence",
    responses((status = 200, body = [RulesEntry<GradeRules>])))]
pub async fn evidence_definitions(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
) -> Result<Body<Vec<RulesEntry<GradeRules>>>, Problem> {
    Ok(Body(StatusCode::OK, evidence.all_rules(&actor).await?))
}

/// Sets the next rules; grades follow them.
#[utoipa::path(post, path = "/api/v1/evidence/definitions", tag = "evidence", request_body = RulesWire<GradeRules>,
    responses((status = 201, body = RulesSet), (status = 400)))]
pub async fn set_evidence_definition(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Json { value, bytes }: Json<RulesWire<GradeRules>>,
) -> Result<Body<RulesSet>, Problem> {
    let set = evidence.set_rules(&actor, value, &bytes).await?;
    Ok(Body(StatusCode::CREATED, set))
}

/// Every version of the rules that photos are screened by, the oldest first.
#[utoipa::path(get, path = "/api/v1/evidence/screens", tag = "evidence",
    responses((status = 200, body = [RulesEntry<ScreenRules>])))]
pub async fn evidence_screens(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
) -> Result<Body<Vec<RulesEntry<ScreenRules>>>, Problem> {
    Ok(Body(StatusCode::OK, evidence.all_rules(&actor).await?))
}

/// Sets the next rules; photos are screened by them from then on.
#[utoipa::path(post, path = "/api/v1/evidence/screens", tag = "evidence", request_body = RulesWire<ScreenRules>,
    responses((status = 201, body = RulesSet), (status = 400)))]
pub async fn set_evidence_screens(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Json { value, bytes }: Json<RulesWire<ScreenRules>>,
) -> Result<Body<RulesSet>, Problem> {
    let set = evidence.set_rules(&actor, value, &bytes).await?;
    Ok(Body(StatusCode::CREATED, set))
}
