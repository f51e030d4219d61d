//! Tips: writing them down, saying what became of them, reading them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::ids::TipId;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Json, Params, Path, Problem};
use crate::identity::Caller;
use crate::journal::Receipt;
use crate::ledger::model::tips::{TipOutcomeWire, TipWire};
use crate::ledger::service::{Ledger, RecordedTip, TipView};

/// A tip with the promise over what was sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TipAnswer {
    /// The tip as it stands; null when what was sent could not be taken for it and was kept aside.
    pub tip: Option<TipView>,
    /// The promise.
    pub receipt: Receipt,
}

/// A page of tips, the latest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TipList {
    /// The tips.
    pub tips: Vec<TipView>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// Which page is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TipParams {
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
}

type Answer = Result<Body<TipAnswer>, Problem>;

fn answered(recorded: RecordedTip) -> Body<TipAnswer> {
    let status = if recorded.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let answer = TipAnswer {
        tip: recorded.view,
        receipt: recorded.receipt,
    };
    Body(status, answer)
}

/// Writes down a tip: a cell, a day and what was told; nothing about who told, and no hour. Its id is a random UUID
/// (version 4): those of versions 1, 6 and 7 tell the time and are refused.
#[utoipa::path(put, path = "/api/v1/tips/{id}", tag = "ledger", params(("id" = TipId, Path)), request_body = TipWire,
    responses((status = 201, body = TipAnswer), (status = 200, body = TipAnswer)))]
pub async fn record_tip(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<TipId>,
    sent: Json<TipWire>,
) -> Answer {
    let recorded = ledger
        .record_tip(&actor, id, &sent.value, &sent.bytes)
        .await?;
    Ok(answered(recorded))
}

/// Says what became of a tip.
#[utoipa::path(post, path = "/api/v1/tips/{id}/outcomes", tag = "ledger", params(("id" = TipId, Path)), request_body = TipOutcomeWire,
    responses((status = 201, body = TipAnswer), (status = 200, body = TipAnswer)))]
pub async fn record_tip_outcome(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<TipId>,
    sent: Json<TipOutcomeWire>,
) -> Answer {
    let recorded = ledger
        .record_outcome(&actor, id, &sent.value, &sent.bytes)
        .await?;
    Ok(answered(recorded))
}

/// The tips of the caller's communes by the day on which they came, the latest first.
#[utoipa::path(get, path = "/api/v1/tips", tag = "ledger", params(TipParams), responses((status = 200, body = TipList)))]
pub async fn tips(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<TipParams>,
) -> Result<Body<TipList>, Problem> {
    let after = uri.after(params.cursor.as_deref())?;
    let after = after.map(|(at, id)| (at.local_date(), TipId(id)));
    let page = ledger.tips(&actor, after, limit(params.limit)?).await?;
    let list = TipList {
        tips: page.items,
        next: page.next.map(|(day, id)| uri.next((day.start(), id.0))),
    };
    Ok(Body(StatusCode::OK, list))
}
