//! Photos: announced, uploaded, looked at.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::ids::{PhotoId, PlotId};
use crate::evidence::model::sidecar::SidecarWire;
use crate::evidence::service::{self, Evidence, ListQuery, PhotoView, Size};
use crate::evidence::sql::Which;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;
use crate::journal::Receipt;
use crate::journal::proofs::PhotoProof;

/// A photo: its sidecar, state (`announced`, `stored`), derived images (`waiting`, `made`, `none`) and flags.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PhotoAnswer {
    /// What is known of the photo.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub photo: Map<String, Value>,
    /// The promise, when something was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// A kept original.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OriginalAnswer {
    /// The photo.
    pub id: PhotoId,
    /// The promise over its bytes' digest and length.
    pub receipt: Receipt,
}

/// A photo in a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PhotoFeature {
    /// `Feature`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The photo.
    pub id: PhotoId,
    /// Where the phone stood, a Point; null when it did not know.
    #[schema(value_type = Option<Object>)]
    pub geometry: Option<Value>,
    /// What is known of the photo.
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
}

/// A page of photos.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PhotoList {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The photos, the latest taken first.
    pub features: Vec<PhotoFeature>,
    /// The address of the next page.
    pub next: Option<String>,
    /// All photos that the filters leave, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

/// Which photos are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PhotoParams {
    /// Of this plot.
    plot: Option<PlotId>,
    /// Only those that figures of plots count: kept, shown as pictures, and not rejected by a decision.
    counted: Option<bool>,
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
    /// Whether to count all of them.
    count: Option<bool>,
}

type Answer<T> = Result<Body<T>, Problem>;

fn status(is_new: bool) -> StatusCode {
    if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    }
}

/// Announces a photo by its sidecar.
#[utoipa::path(put, path = "/api/v1/photos/{id}", tag = "photos", params(("id" = PhotoId, Path)), request_body = SidecarWire,
    responses((status = 201, body = PhotoAnswer), (status = 200, body = PhotoAnswer)))]
pub async fn announce_photo(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PhotoId>,
    sent: Json<SidecarWire>,
) -> Answer<PhotoAnswer> {
    let announced = evidence
        .announce(&actor, id, &sent.value, &sent.bytes)
        .await?;
    let answer = PhotoAnswer {
        photo: announced.view.told,
        receipt: Some(announced.receipt),
    };
    Ok(Body(status(announced.is_new), answer))
}

/// Uploads the bytes of an announced photo.
#[utoipa::path(put, path = "/api/v1/photos/{id}/original", tag = "photos", params(("id" = PhotoId, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = OriginalAnswer), (status = 200, body = OriginalAnswer)))]
pub async fn upload_original(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PhotoId>,
    request: Request,
) -> Answer<OriginalAnswer> {
    evidence.expect_original(&actor, id).await?;
    let media_type = text(request.headers(), header::CONTENT_TYPE).map(str::to_owned);
    let announced = text(request.headers(), header::CONTENT_LENGTH);
    let announced: Option<u64> = announced.and_then(|length| length.parse().ok());
    if announced.is_some_and(|length| length > evidence.most_bytes()) {
        return Err(Problem::new(ProblemKind::TooLarge));
    }
    let body = request.into_body().into_data_stream();
    // A task of its own: it clears up after itself, also when the caller goes away.
    let receiving = tokio::spawn(async move {
        evidence
            .receive_original(&actor, id, body, media_type)
            .await
    });
    let kept = receiving
        .await
        .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))??;
    let answer = OriginalAnswer {
        id,
        receipt: kept.receipt,
    };
    Ok(Body(status(kept.is_new), answer))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What is known of a photo.
#[utoipa::path(get, path = "/api/v1/photos/{id}", tag = "photos", params(("id" = PhotoId, Path)), responses((status = 200, body = PhotoAnswer)))]
pub async fn photo(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PhotoId>,
) -> Answer<PhotoAnswer> {
    let view = evidence.photo(&actor, id).await?;
    let answer = PhotoAnswer {
        photo: view.told,
        receipt: None,
    };
    Ok(Body(StatusCode::OK, answer))
}

/// A page of the photos in the caller's reach, the latest taken first.
#[utoipa::path(get, path = "/api/v1/photos", tag = "photos", params(PhotoParams), responses((status = 200, body = PhotoList)))]
pub async fn photos(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<PhotoParams>,
) -> Answer<PhotoList> {
    let query = ListQuery {
        which: Which {
            plot: params.plot,
            counted: params.counted.unwrap_or(false),
            came: None,
        },
        after: uri
            .after(params.cursor.as_deref())?
            .map(|(at, id)| (at, PhotoId(id))),
        limit: limit(params.limit)?,
        count: params.count.unwrap_or(false),
    };
    let page = evidence.list(&actor, query).await?;
    let list = PhotoList {
        kind: "FeatureCollection",
        features: page.items.into_iter().map(PhotoFeature::of).collect(),
        next: page.next.map(|(at, id)| uri.next((at, id.0))),
        total: page.total,
    };
    Ok(Body(StatusCode::OK, list))
}

/// Why an original is read.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OriginalParams {
    /// The reason, 1 to 500 characters; it is journalled. Instead of it the header `Tuantra-Reason` may say so.
    reason: Option<String>,
}

/// The header in which a reason may stand: UTF-8 as it is.
const REASON: &str = "tuantra-reason";

/// The original bytes; that they were read, by whom and why is journalled. Nobody reads them without a reason.
#[utoipa::path(get, path = "/api/v1/photos/{id}/original", tag = "photos",
    params(("id" = PhotoId, Path), OriginalParams, ("Tuantra-Reason" = Option<String>, Header, description = "The reason, where the query does not tell it")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 400)))]
pub async fn original(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PhotoId>,
    Params(params): Params<OriginalParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let told = headers.get(REASON).map(HeaderValue::as_bytes);
    let told = told.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let reason = params.reason.as_deref().or(told);
    let found = evidence.original(&actor, id, reason).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}\""),
        ),
        (header::ETAG, format!("\"{}\"", found.sha256)),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, found.bytes).into_response())
}

/// That the photo's announcement and its original bytes are in the log, with both entries' contents; checked by
/// `tuantra verify photo`.
#[utoipa::path(get, path = "/api/v1/photos/{id}/proof", tag = "photos", params(("id" = PhotoId, Path)), responses((status = 200, body = PhotoProof)))]
pub async fn photo_proof(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PhotoId>,
) -> Answer<PhotoProof> {
    let proof = evidence.prove(&actor, id).await?;
    let proof = proof.ok_or_else(|| {
        Problem::new(ProblemKind::WrongState)
            .detail("the original is not in the log's tree yet; ask again in a few seconds")
    })?;
    Ok(Body(StatusCode::OK, proof))
}

/// The display image, at most 1,280 pixels long.
#[utoipa::path(get, path = "/api/v1/photos/{id}/display", tag = "photos", params(("id" = PhotoId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), (status = 304)))]
pub async fn display(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PhotoId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = evidence.image(&actor, id, Size::Display).await?;
    Ok(image(found, &headers))
}

/// The thumbnail, at most 320 pixels long. Until the original's own is there, the preview that the phone sent stands for
/// it and the header `Tuantra-Preview: 1` says so.
#[utoipa::path(get, path = "/api/v1/photos/{id}/thumbnail", tag = "photos", params(("id" = PhotoId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), (status = 304)))]
pub async fn thumbnail(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PhotoId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = evidence.image(&actor, id, Size::Thumbnail).await?;
    Ok(image(found, &headers))
}

/// Says of a thumbnail that it is a preview: no evidence, and soon another.
const PREVIEW: &str = "tuantra-preview";

fn image(found: service::Image, asked: &HeaderMap) -> Response {
    let mut response = fresh_or_known(found.jpeg, asked);
    if found.is_preview {
        let headers = response.headers_mut();
        headers.insert(PREVIEW, HeaderValue::from_static("1"));
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        );
    }
    response
}

fn fresh_or_known(found: service::Bytes, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", found.sha256);
    let known = text(asked, header::IF_NONE_MATCH)
        .is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
    let headers = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "private, max-age=86400".to_owned()),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "image/jpeg")];
    (headers, kind, found.bytes).into_response()
}

impl PhotoFeature {
    fn of(view: PhotoView) -> Self {
        let geometry = view
            .coordinates
            .map(|coordinates| serde_json::json!({ "type": "Point", "coordinates": coordinates }));
        Self {
            kind: "Feature",
            id: view.id,
            geometry,
            properties: view.told,
        }
    }
}
