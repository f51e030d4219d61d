//! What became of submissions, for teams and officers, through the native API.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::ids::SubmissionId;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Json, Params, Path, Problem};
use crate::identity::Caller;

use super::super::OpenRosa;
use super::super::service::{ListQuery, SubmissionDecided, SubmissionDecisionWire, SubmissionView};

/// A page of submissions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SubmissionList {
    /// The submissions, the latest first.
    pub submissions: Vec<SubmissionView>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// Which submissions are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubmissionParams {
    /// In this state: `taken`, `review`, `refused` or `waiting`. `review` also has those that were recorded, of which files
    /// were too large or under whose name another content came, and nobody has seen that.
    state: Option<String>,
    /// Of this form.
    form: Option<String>,
    /// Only those of which files are still to come, or came and are of no use; of edited ones the last edit.
    incomplete: Option<bool>,
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
}

/// A page of the submissions of the caller, its team and its communes, the latest first.
#[utoipa::path(get, path = "/api/v1/submissions", tag = "openrosa", params(SubmissionParams), responses((status = 200, body = SubmissionList)))]
pub async fn submissions(
    State(odk): State<OpenRosa>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<SubmissionParams>,
) -> Result<Body<SubmissionList>, Problem> {
    let query = ListQuery {
        after: uri
            .after(params.cursor.as_deref())?
            .map(|(at, id)| (at, SubmissionId(id))),
        limit: limit(params.limit)?,
        state: params.state,
        form: params.form,
        incomplete: params.incomplete.unwrap_or(false),
    };
    let page = odk.submissions(&actor, query).await?;
    let list = SubmissionList {
        submissions: page.items,
        next: page.next.map(|(at, id)| uri.next((at, id.0))),
    };
    Ok(Body(StatusCode::OK, list))
}

/// What became of a submission.
#[utoipa::path(get, path = "/api/v1/submissions/{id}", tag = "openrosa", params(("id" = SubmissionId, Path)), responses((status = 200, body = SubmissionView)))]
pub async fn submission(
    State(odk): State<OpenRosa>,
    Caller(actor): Caller,
    Path(id): Path<SubmissionId>,
) -> Result<Body<SubmissionView>, Problem> {
    Ok(Body(StatusCode::OK, odk.submission(&actor, id).await?))
}

/// Decides about a submission that waits, once: its parts are recorded in their author's name under the rights of whoever
/// decides, and flagged so; or it is refused with a reason, and what was sent stays. What its own routes do not take even
/// then waits on (422).
#[utoipa::path(post, path = "/api/v1/submissions/{id}/decision", tag = "openrosa", params(("id" = SubmissionId, Path)),
    request_body = SubmissionDecisionWire,
    responses((status = 200, body = SubmissionDecided), (status = 404), (status = 409), (status = 422)))]
pub async fn decide_submission(
    State(odk): State<OpenRosa>,
    Caller(actor): Caller,
    Path(id): Path<SubmissionId>,
    sent: Json<SubmissionDecisionWire>,
) -> Result<Body<SubmissionDecided>, Problem> {
    let decided = odk.decide(&actor, id, sent.value).await?;
    Ok(Body(StatusCode::OK, decided))
}
