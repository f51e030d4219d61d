//! Definitions of the ledger: which there are, and setting the next.

use axum::extract::State;
use axum::http::StatusCode;

use crate::http::{Body, Json, Problem};
use crate::identity::Caller;
use crate::journal::{RulesEntry, RulesSet, RulesWire};
use crate::ledger::model::Definition;
use crate::ledger::service::Ledger;

/// Every definition of the ledger, the oldest first.
#[utoipa::path(get, path = "/api/v1/ledger/definitions", tag = "ledger",
    responses((status = 200, body = [RulesEntry<Definition>])))]
pub async fn ledger_definitions(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
) -> Result<Body<Vec<RulesEntry<Definition>>>, Problem> {
    Ok(Body(StatusCode::OK, ledger.definitions(&actor).await?))
}

/// Sets the next definition; states, lists and badges follow it.
#[utoipa::path(post, path = "/api/v1/ledger/definitions", tag = "ledger", request_body = RulesWire<Definition>,
    responses((status = 201, body = RulesSet), (status = 400)))]
pub async fn set_ledger_definition(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Json { value, bytes }: Json<RulesWire<Definition>>,
) -> Result<Body<RulesSet>, Problem> {
    let set = ledger.set_definition(&actor, value, &bytes).await?;
    Ok(Body(StatusCode::CREATED, set))
}
