//! The routes by which features are added, changed and retracted, and what tells whether a caller may.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Site;
use super::answer::Asking;
use super::edit::{self, Edits};
use super::params::{self, pairs, refused};
use super::routes::{Answer, seen, segment};
use crate::base::ids::IdMaker;
use crate::http::{Path, Problem, extract};
use crate::identity::http::ShownUrl;
use crate::publish::reader::Reader;
use crate::publish::source::Publisher;

/// Adds a feature: the same act as by the native API.
#[utoipa::path(post, path = "/ogc/collections/{collection}/items", tag = "ogc", params(("collection" = String, Path)),
    request_body = Object, responses((status = 201)))]
pub async fn create_item(
    State(edits): State<Edits>,
    State(url): State<ShownUrl>,
    State(ids): State<IdMaker>,
    Reader(actor): Reader,
    Path(collection): Path<String>,
    asking: Asking,
    request: Request,
) -> Answer {
    let own = seen(&edits.publisher, &actor, &collection)?;
    if let Some(refusal) = edit::refusal(own, &actor) {
        return Ok(refusal);
    }
    let bytes = extract::json_bytes(request, &()).await?;
    let sent = edit::sent(&asking.headers, &bytes)?;
    let id = Box::pin(edits.create(&actor, own, sent, &ids)).await?;
    let at = Site::of(&url).at(&format!("/collections/{own}/items/{}", segment(&id)));
    Ok((StatusCode::CREATED, [(header::LOCATION, at)]).into_response())
}

/// Replaces a feature: a revision.
#[utoipa::path(put, path = "/ogc/collections/{collection}/items/{id}", tag = "ogc",
    params(("collection" = String, Path), ("id" = String, Path), ("if-match" = Option<String>, Header)), request_body = Object,
    responses((status = 204)))]
pub async fn replace_item(
    State(edits): State<Edits>,
    Reader(actor): Reader,
    Path((collection, id)): Path<(String, String)>,
    asking: Asking,
    request: Request,
) -> Answer {
    let own = seen(&edits.publisher, &actor, &collection)?;
    if let Some(refusal) = edit::refusal(own, &actor) {
        return Ok(refusal);
    }
    let bytes = extract::json_bytes(request, &()).await?;
    let sent = edit::sent(&asking.headers, &bytes)?;
    let change = edits.change(&actor, own, (&id, true), (sent, &asking.headers));
    Box::pin(change).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Changes some of a feature (RFC 7396): a revision.
#[utoipa::path(patch, path = "/ogc/collections/{collection}/items/{id}", tag = "ogc",
    params(("collection" = String, Path), ("id" = String, Path), ("if-match" = Option<String>, Header)), request_body = Object,
    responses((status = 204)))]
pub async fn update_item(
    State(edits): State<Edits>,
    Reader(actor): Reader,
    Path((collection, id)): Path<(String, String)>,
    asking: Asking,
    request: Request,
) -> Answer {
    let own = seen(&edits.publisher, &actor, &collection)?;
    if let Some(refusal) = edit::refusal(own, &actor) {
        return Ok(refusal);
    }
    let bytes = extract::json_bytes(request, &()).await?;
    let sent = edit::sent(&asking.headers, &bytes)?;
    let change = edits.change(&actor, own, (&id, false), (sent, &asking.headers));
    Box::pin(change).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Retracts a feature, with a reason.
#[utoipa::path(delete, path = "/ogc/collections/{collection}/items/{id}", tag = "ogc",
    params(("collection" = String, Path), ("id" = String, Path), ("reason" = Option<String>, Query), ("if-match" = Option<String>, Header)),
    responses((status = 204)))]
pub async fn retract_item(
    State(edits): State<Edits>,
    State(ids): State<IdMaker>,
    Reader(actor): Reader,
    Path((collection, id)): Path<(String, String)>,
    asking: Asking,
) -> Answer {
    let own = seen(&edits.publisher, &actor, &collection)?;
    if let Some(refusal) = edit::refusal(own, &actor) {
        return Ok(refusal);
    }
    let pairs = pairs(asking.query.as_deref())?;
    let reason = params::value(&pairs, "reason").unwrap_or_default().trim();
    if reason.is_empty() {
        return Err(refused(
            "reason",
            "a deletion is a retraction and needs its reason: ?reason=… (cần nêu lý do)",
        ));
    }
    let retraction = edits.retract(&actor, own, &id, (reason, &ids), &asking.headers);
    Box::pin(retraction).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What a caller may do with a collection's features.
#[utoipa::path(options, path = "/ogc/collections/{collection}/items", tag = "ogc", params(("collection" = String, Path)), responses((status = 204)))]
pub async fn items_options(
    State(publisher): State<Publisher>,
    reader: Result<Reader, Problem>,
    Path(collection): Path<String>,
) -> Response {
    let is_editable = edits_allowed(&publisher, reader, &collection);
    allow(if is_editable {
        "GET, HEAD, POST, OPTIONS"
    } else {
        edit::READS
    })
}

/// What a caller may do with a feature.
#[utoipa::path(options, path = "/ogc/collections/{collection}/items/{id}", tag = "ogc",
    params(("collection" = String, Path), ("id" = String, Path)), responses((status = 204)))]
pub async fn item_options(
    State(publisher): State<Publisher>,
    reader: Result<Reader, Problem>,
    Path((collection, _id)): Path<(String, String)>,
) -> Response {
    let is_editable = edits_allowed(&publisher, reader, &collection);
    allow(if is_editable {
        "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
    } else {
        edit::READS
    })
}

fn edits_allowed(publisher: &Publisher, reader: Result<Reader, Problem>, collection: &str) -> bool {
    let Ok(Reader(actor)) = reader else {
        return false;
    };
    let own = seen(publisher, &actor, collection);
    own.is_ok_and(|own| edit::may_edit(own, &actor))
}

fn allow(methods: &'static str) -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, methods)]).into_response()
}
