//! Erasing by order.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::evidence::model::redaction::{
    RedactionDecision, RedactionDraft, RedactionFault, RedactionView,
};
use crate::evidence::service::{Evidence, WordBooks};
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;

/// A page of orders to erase.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RedactionList {
    /// The latest first.
    pub redactions: Vec<RedactionView>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// Which page is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RedactionParams {
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
}

/// Asks that a photo, the raw track of a patrol or the notes of a fact are erased, by the number of the document that orders it. Nothing is
/// erased before another account of the province approves; the same order sent again is the first one.
#[utoipa::path(post, path = "/api/v1/redactions", tag = "evidence", request_body = RedactionDraft,
    responses((status = 201, body = RedactionView), (status = 200, body = RedactionView), (status = 409)))]
pub async fn ask_redaction(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    draft: Json<RedactionDraft>,
) -> Result<Body<RedactionView>, Problem> {
    let (view, is_new) = evidence.ask_redaction(&actor, &draft.value).await?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(Body(status, view))
}

/// Orders to erase: those that wait, and what was done.
#[utoipa::path(get, path = "/api/v1/redactions", tag = "evidence", params(RedactionParams),
    responses((status = 200, body = RedactionList)))]
pub async fn redactions(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<RedactionParams>,
) -> Result<Body<RedactionList>, Problem> {
    let after = uri.after(params.cursor.as_deref())?;
    let page = evidence
        .redactions(&actor, after, limit(params.limit)?)
        .await?;
    let list = RedactionList {
        redactions: page.items,
        next: page.next.map(|key| uri.next(key)),
    };
    Ok(Body(StatusCode::OK, list))
}

/// Approves or refuses what another account asked for, that the asker did not create and that did not create the asker.
/// What is approved is gone for good when this answers; a legal hold is refused with 409.
#[utoipa::path(post, path = "/api/v1/redactions/{id}/decision", tag = "evidence", params(("id" = Uuid, Path)),
    request_body = RedactionDecision, responses((status = 200, body = RedactionView), (status = 409)))]
pub async fn decide_redaction(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    State(books): State<WordBooks>,
    Path(id): Path<Uuid>,
    decision: Json<RedactionDecision>,
) -> Result<Body<RedactionView>, Problem> {
    let view = evidence
        .decide_redaction(&actor, id, &decision.value, &books)
        .await?;
    Ok(Body(StatusCode::OK, view))
}

/// What an order erased is not there, and no fault.
pub(super) fn erased_problem(document: &str) -> Problem {
    Problem::new(ProblemKind::Gone).detail(format!(
        "ảnh đã xoá theo văn bản {document} / the photo was erased by order {document}"
    ))
}

pub(super) fn redaction_problem(fault: &RedactionFault) -> Problem {
    let (kind, told) = match fault {
        RedactionFault::Held => (
            ProblemKind::WrongState,
            "đang có lệnh lưu giữ: không xoá gì khi lệnh còn hiệu lực / a legal hold keeps it: nothing is erased while it stands",
        ),
        RedactionFault::NotStored => (
            ProblemKind::WrongState,
            "ảnh gốc và ảnh xem trước đều chưa về máy chủ: chờ ảnh về rồi đề nghị lại / neither the original nor a preview has come yet: ask again once one has",
        ),
        RedactionFault::Nothing => (
            ProblemKind::WrongState,
            "không còn gì để xoá / there is nothing to erase, or nothing any more",
        ),
        RedactionFault::Arriving => (
            ProblemKind::WrongState,
            "vệt tuần tra còn điểm đang về: duyệt lại sau 10 phút / fixes are still coming in: decide again in ten minutes",
        ),
        RedactionFault::FormWaiting => (
            ProblemKind::WrongState,
            "phiếu Collect có nội dung này chưa được xử lý xong: quyết định phiếu đó trước / a form that tells of it waits: decide about that first",
        ),
        RedactionFault::OnPaper => (
            ProblemKind::WrongState,
            "chép từ biên bản giấy: bản quét vẫn giữ nguyên văn, nên không xoá riêng phần chữ / it stands on a paper's scan, which says the same: its words alone are not erased",
        ),
        RedactionFault::NotForwarded => (
            ProblemKind::WrongState,
            "nút này chưa chuyển nội dung lên tỉnh: duyệt lại sau khi đã chuyển / this post node has not forwarded it: decide again once it has",
        ),
        RedactionFault::Waiting => (
            ProblemKind::WrongState,
            "đã có đề nghị xoá khác đang chờ duyệt / another order about it waits for a decision",
        ),
        RedactionFault::Decided => (
            ProblemKind::WrongState,
            "đề nghị này đã được quyết định / this order was decided before",
        ),
        RedactionFault::SecondAccount => (
            ProblemKind::Forbidden,
            "cần một tài khoản khác của tỉnh duyệt / another account must approve, that the asker did not create and that did not create the asker",
        ),
    };
    Problem::new(kind).detail(told)
}
