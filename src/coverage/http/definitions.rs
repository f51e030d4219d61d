//! Definitions of coverage: which there are, and setting the next.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::coverage::model::definition::Draft;
use crate::coverage::service::{Coverage, DefinitionEntry};
use crate::http::{Body, Json, Problem};
use crate::identity::Caller;
use crate::journal::Receipt;

/// Every definition of coverage, the oldest first.
#[utoipa::path(get, path = "/api/v1/coverage/definitions", tag = "coverage",
    responses((status = 200, body = [DefinitionEntry])))]
pub async fn coverage_definitions(
    State(coverage): State<Coverage>,
    Caller(actor): Caller,
) -> Result<Body<Vec<DefinitionEntry>>, Problem> {
    Ok(Body(StatusCode::OK, coverage.definitions(&actor).await?))
}

/// A definition to be set, with the reason.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DefinitionWire {
    /// The definition; its version is one more than the newest.
    #[schema(value_type = Object)]
    pub definition: Draft,
    /// Why it is set.
    pub reason: String,
}

/// What was set.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DefinitionSet {
    /// Its version.
    pub version: u32,
    /// The promise.
    pub receipt: Receipt,
}

/// Sets the next definition; the index follows in the background, and answers stay by the old one until it has.
#[utoipa::path(post, path = "/api/v1/coverage/definitions", tag = "coverage", request_body = DefinitionWire,
    responses((status = 201, body = DefinitionSet), (status = 400)))]
pub async fn set_coverage_definition(
    State(coverage): State<Coverage>,
    Caller(actor): Caller,
    Json { value, bytes }: Json<DefinitionWire>,
) -> Result<Body<DefinitionSet>, Problem> {
    let version = value.definition.version;
    let receipt = coverage
        .set_definition(&actor, value.definition, &value.reason, bytes)
        .await?;
    Ok(Body(
        StatusCode::CREATED,
        DefinitionSet { version, receipt },
    ))
}
