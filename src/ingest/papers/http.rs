//! Paper records over HTTP.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::ids::{PaperId, PhotoId};
use crate::base::time::Timestamp;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;
use crate::journal::{KeptAside, Receipt};

use super::draft::PaperWire;
use super::facts::{PaperFactResult, PaperFactWire};
use super::service::Known;
use super::sql::PaperRow;
use super::{Error, Papers};

/// Facts that one request may type in.
const MOST_FACTS: usize = 50;

/// A paper record.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PaperView {
    /// Its id.
    pub id: PaperId,
    /// `waiting` for its scan, `open`, or `retracted`; null in lists, where the scan is not looked for.
    pub state: Option<&'static str>,
    /// What was said of it: `number`, `date`, `commune`, `issuer`, `pages`, `signatories`, `notes`, `scan`.
    #[schema(value_type = Object)]
    pub record: Value,
    /// The account that typed it in.
    pub entered_by: Uuid,
    /// When it was received.
    pub recorded_at: Timestamp,
    /// The photo that is its scan: `GET /api/v1/photos/{id}` and its images, for the handling unit.
    pub photo: PhotoId,
    /// When it was retracted.
    pub retracted_at: Option<Timestamp>,
    /// Why.
    pub retracted_why: Option<String>,
    /// What was typed in from it; null in lists.
    pub facts: Option<Vec<PaperFactView>>,
    /// The promise, when something was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// An entry that was typed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PaperFactView {
    /// `patrol`, `plot` (a plot or a measure of it), `eradication`, `reinspection`, or `quarantine` for what was kept aside.
    pub kind: String,
    /// The fact.
    pub fact: Uuid,
    /// Its entry.
    pub entry: Uuid,
    /// The entry that says from which paper it is.
    pub link: Uuid,
    /// The account that typed it in.
    pub entered_by: Uuid,
}

/// A page of paper records.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PaperList {
    /// The latest first.
    pub papers: Vec<PaperView>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// Which page is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaperParams {
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
}

/// Facts to type in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperFactsWire {
    /// At most 50, in the order in which they are to be taken: a plot before what happens to it.
    pub facts: Vec<PaperFactWire>,
}

/// What became of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PaperFactsAnswer {
    /// One for each fact, in order.
    pub results: Vec<PaperFactResult>,
}

/// Why a paper is retracted.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperRetractionWire {
    /// 1 to 500 characters.
    pub reason: String,
}

/// A promise.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PaperReceipt {
    /// The paper.
    pub id: PaperId,
    /// The promise.
    pub receipt: Receipt,
}

/// Why a scan is read.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ScanParams {
    /// The reason, 1 to 500 characters; it is journalled. Instead of it the header `Tuantra-Reason` may say so.
    reason: Option<String>,
}

type Answer<T> = Result<Body<T>, Problem>;

const fn status(is_new: bool) -> StatusCode {
    if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    }
}

/// Records a paper: its number, its day and what its scan will be. Only an account types in.
#[utoipa::path(put, path = "/api/v1/papers/{id}", tag = "papers", params(("id" = PaperId, Path)), request_body = PaperWire,
    responses((status = 201, body = PaperView), (status = 200, body = PaperView)))]
pub async fn record_paper(
    State(papers): State<Papers>,
    Caller(actor): Caller,
    Path(id): Path<PaperId>,
    sent: Json<PaperWire>,
) -> Answer<PaperView> {
    let recorded = papers.record(&actor, id, &sent.value, &sent.bytes).await?;
    let view = PaperView {
        receipt: Some(recorded.receipt),
        ..PaperView::of(recorded.row)?
    };
    Ok(Body(status(recorded.is_new), view))
}

/// Sends the scan that was announced, a PDF or JPEG.
#[utoipa::path(put, path = "/api/v1/papers/{id}/scan", tag = "papers", params(("id" = PaperId, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = PaperReceipt), (status = 200, body = PaperReceipt)))]
pub async fn send_scan(
    State(papers): State<Papers>,
    Caller(actor): Caller,
    Path(id): Path<PaperId>,
    request: Request,
) -> Answer<PaperReceipt> {
    let body = request.into_body().into_data_stream();
    // A task of its own: it clears up after itself, also when the caller goes away.
    let receiving = tokio::spawn(async move { papers.keep_scan(&actor, id, body).await });
    let (is_new, receipt) = receiving
        .await
        .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))??;
    Ok(Body(status(is_new), PaperReceipt { id, receipt }))
}

/// The scan; that it was read, by whom and why is journalled. Nobody reads it without a reason.
#[utoipa::path(get, path = "/api/v1/papers/{id}/scan", tag = "papers",
    params(("id" = PaperId, Path), ScanParams, ("Tuantra-Reason" = Option<String>, Header, description = "The reason, where the query does not tell it")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 400)))]
pub async fn scan(
    State(papers): State<Papers>,
    Caller(actor): Caller,
    Path(id): Path<PaperId>,
    Params(params): Params<ScanParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let told = headers.get("tuantra-reason").map(HeaderValue::as_bytes);
    let told = told.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let reason = params.reason.as_deref().or(told);
    let (row, bytes) = papers.scan(&actor, id, reason).await?;
    let ending = if row.media_type == "image/jpeg" {
        "jpg"
    } else {
        "pdf"
    };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.{ending}\""),
        ),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// Types facts in from a paper whose scan is there: each is taken as by its native route, with the paper as its origin. A
/// replay gives the same receipts.
#[utoipa::path(post, path = "/api/v1/papers/{id}/facts", tag = "papers", params(("id" = PaperId, Path)), request_body = PaperFactsWire,
    responses((status = 200, body = PaperFactsAnswer), (status = 409)))]
pub async fn type_in(
    State(papers): State<Papers>,
    Caller(actor): Caller,
    Path(id): Path<PaperId>,
    sent: Json<PaperFactsWire>,
) -> Answer<PaperFactsAnswer> {
    if sent.value.facts.len() > MOST_FACTS {
        let why = format!("more than {MOST_FACTS} facts: send them in parts");
        return Err(Problem::new(ProblemKind::InvalidContent).fault("/facts", why));
    }
    papers.open(&actor, id).await?;
    let results = papers.enter_all(&actor, id, &sent.value.facts).await;
    Ok(Body(StatusCode::OK, PaperFactsAnswer { results }))
}

/// Retracts a paper: it takes no more facts. Those that were typed in stay until each is retracted itself.
#[utoipa::path(post, path = "/api/v1/papers/{id}/retraction", tag = "papers", params(("id" = PaperId, Path)), request_body = PaperRetractionWire,
    responses((status = 201, body = PaperReceipt), (status = 200, body = PaperReceipt)))]
pub async fn retract_paper(
    State(papers): State<Papers>,
    Caller(actor): Caller,
    Path(id): Path<PaperId>,
    sent: Json<PaperRetractionWire>,
) -> Answer<PaperReceipt> {
    let (is_new, receipt) = papers.retract(&actor, id, &sent.value.reason).await?;
    Ok(Body(status(is_new), PaperReceipt { id, receipt }))
}

/// A paper in the caller's reach, with what was typed in from it.
#[utoipa::path(get, path = "/api/v1/papers/{id}", tag = "papers", params(("id" = PaperId, Path)), responses((status = 200, body = PaperView)))]
pub async fn paper(
    State(papers): State<Papers>,
    Caller(actor): Caller,
    Path(id): Path<PaperId>,
) -> Answer<PaperView> {
    let known = papers.known(&actor, id).await?;
    Ok(Body(StatusCode::OK, PaperView::known(known)?))
}

/// The papers in the caller's reach, the latest first.
#[utoipa::path(get, path = "/api/v1/papers", tag = "papers", params(PaperParams), responses((status = 200, body = PaperList)))]
pub async fn papers(
    State(papers): State<Papers>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<PaperParams>,
) -> Answer<PaperList> {
    let after = uri.after(params.cursor.as_deref())?;
    let after = after.map(|(at, id)| (at, PaperId(id)));
    let most = limit(params.limit)?;
    let mut rows = papers.list(&actor, after, most + 1).await?;
    let more = rows.len() > most as usize;
    rows.truncate(most as usize);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| uri.next((row.recorded_at, row.id.0)));
    let papers = rows.into_iter().map(PaperView::of);
    let papers = papers.collect::<Result<_, _>>()?;
    Ok(Body(StatusCode::OK, PaperList { papers, next }))
}

impl PaperView {
    fn of(row: PaperRow) -> Result<Self, Problem> {
        let record = serde_json::from_str(&row.record)
            .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
        Ok(Self {
            id: row.id,
            state: row.retracted_at.map(|_| "retracted"),
            record,
            entered_by: row.author,
            recorded_at: row.recorded_at,
            photo: PhotoId(row.id.0),
            retracted_at: row.retracted_at,
            retracted_why: row.retracted_why,
            facts: None,
            receipt: None,
        })
    }

    fn known(known: Known) -> Result<Self, Problem> {
        let facts = known.facts.into_iter().map(|own| PaperFactView {
            kind: own.kind,
            fact: own.fact,
            entry: own.entry.0,
            link: own.link.0,
            entered_by: own.actor,
        });
        let facts = facts.collect();
        let view = Self::of(known.row)?;
        let waits = if known.has_scan { "open" } else { "waiting" };
        Ok(Self {
            state: view.state.or(Some(waits)),
            facts: Some(facts),
            ..view
        })
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Refused(refusal) => refusal.into(),
            Error::Differs(kept) => aside(ProblemKind::ContentDiffers, &kept),
            Error::Outside(kept) => aside(ProblemKind::OutsideScope, &kept),
            Error::TooMuchAside => Self::new(ProblemKind::TooManyRequests)
                .detail("too much of this author was set apart today"),
            Error::WrongState(why) => Self::new(ProblemKind::WrongState).detail(why),
            Error::Scan(error) => error.into(),
            Error::Store(error) => error.into(),
        }
    }
}

fn aside(kind: ProblemKind, kept: &KeptAside) -> Problem {
    let told = json!(kept.quarantine);
    Problem::new(kind)
        .with("quarantine_id", told)
        .with("receipt", &kept.receipt)
}
