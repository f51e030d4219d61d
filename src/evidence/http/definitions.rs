//! Rules of grades: which there are, and setting the next.

use axum::extract::State;
use axum::http::StatusCode;

use crate::evidence::model::grade::GradeRules;
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
