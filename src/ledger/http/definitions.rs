//! Definitions of the ledger: which there are, and setting the next.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::http::{Body, Json, Problem};
use crate::identity::Caller;
use crate::journal::Receipt;
use crate::ledger::model::Definition;
use crate::ledger::service::{DefinitionEntry, Ledger};

/// Every definition of the ledger, the oldest first.
#[utoipa::path(get, path = "/api/v1/ledger/definitions", tag = "ledger",
    responses((status = 200, body = [DefinitionEntry])))]
pub async fn ledger_definitions(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
) -> Result<Body<Vec<DefinitionEntry>>, Problem> {
    Ok(Body(StatusCode::OK, ledger.definitions(&actor).await?))
}

/// A definition to be set, with the reason.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerDefinitionWire {
    /// The definition; its version is one more than the newest.
    pub definition: Definition,
    /// Why it is set.
    pub reason: String,
}

/// What was set.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LedgerDefinitionSet {
    /// Its version.
    pub version: u32,
    /// The promise.
    pub receipt: Receipt,
}

/// Sets the next definition; states, lists and badges follow it.
#[utoipa::path(post, path = "/api/v1/ledger/definitions", tag = "ledger", request_body = LedgerDefinitionWire,
    responses((status = 201, body = LedgerDefinitionSet), (status = 400)))]
pub async fn set_ledger_definition(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Json { value, bytes }: Json<LedgerDefinitionWire>,
) -> Result<Body<LedgerDefinitionSet>, Problem> {
    let version = value.definition.version;
    let receipt = ledger
        .set_definition(&actor, value.definition, &value.reason, &bytes)
        .await?;
    let set = LedgerDefinitionSet { version, receipt };
    Ok(Body(StatusCode::CREATED, set))
}
