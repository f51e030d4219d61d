//! Rules of grades: which there are, and setting the next.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::evidence::model::grade::GradeRules;
use crate::evidence::service::{Evidence, RulesEntry};
use crate::http::{Body, Json, Problem};
use crate::identity::Caller;
use crate::journal::Receipt;

/// Every version of the rules that photos are graded by, the oldest first.
#[utoipa::path(get, path = "/api/v1/evidence/definitions", tag = "evidence",
    responses((status = 200, body = [RulesEntry])))]
pub async fn evidence_definitions(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
) -> Result<Body<Vec<RulesEntry>>, Problem> {
    Ok(Body(StatusCode::OK, evidence.all_rules(&actor).await?))
}

/// Rules to be set, with the reason.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GradeRulesWire {
    /// The rules; their version is one more than the newest.
    pub definition: GradeRules,
    /// Why they are set.
    pub reason: String,
}

/// What was set.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GradeRulesSet {
    /// Their version.
    pub version: u32,
    /// The promise.
    pub receipt: Receipt,
}

/// Sets the next rules; grades follow them.
#[utoipa::path(post, path = "/api/v1/evidence/definitions", tag = "evidence", request_body = GradeRulesWire,
    responses((status = 201, body = GradeRulesSet), (status = 400)))]
pub async fn set_evidence_definition(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Json { value, bytes }: Json<GradeRulesWire>,
) -> Result<Body<GradeRulesSet>, Problem> {
    let version = value.definition.version;
    let receipt = evidence
        .set_rules(&actor, value.definition, &value.reason, &bytes)
        .await?;
    Ok(Body(
        StatusCode::CREATED,
        GradeRulesSet { version, receipt },
    ))
}
