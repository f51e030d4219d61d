//! The routes of resumable uploads.

use axum::body::BodyDataStream;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::headers::{self, Expected, Metadata};
use super::{EXTENSIONS, VERSION};
use crate::evidence::http::UploadView;
use crate::evidence::model::checksum::Checksum;
use crate::evidence::{Addition, Error, Evidence, Taken, Upload, UploadDraft, UploadState};
use crate::http::{Body, Path, Problem, ProblemKind};
use crate::identity::Caller;

const CHUNK: &str = "application/offset+octet-stream";
const METHODS: &str = "POST, GET, HEAD, PATCH, DELETE, OPTIONS";
const ASKED: &str = "Authorization, Content-Type, Tus-Resumable, Upload-Length, Upload-Defer-Length, Upload-Metadata, \
    Upload-Offset, Upload-Checksum, X-HTTP-Method-Override, X-Requested-With, X-Request-Id";

/// A request in the version that is spoken here.
#[derive(Debug)]
pub struct Spoken;

impl<S: Send + Sync> FromRequestParts<S> for Spoken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let said = parts.headers.get("tus-resumable");
        if said.is_some_and(|said| said.as_bytes() == VERSION.as_bytes()) {
            Ok(Self)
        } else {
            Err(Problem::new(ProblemKind::WrongVersion)
                .fault("header:tus-resumable", "expected 1.0.0"))
        }
    }
}

/// The caller, once it is sure that it may upload: what else is wrong is told only to such.
#[derive(Debug)]
pub struct Sender(crate::base::actor::Actor);

impl<S> FromRequestParts<S> for Sender
where
    Caller: FromRequestParts<S, Rejection = Problem>,
    Evidence: axum::extract::FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        use axum::extract::FromRef;
        let Caller(actor) = Caller::from_request_parts(parts, state).await?;
        Evidence::from_ref(state).may_upload(&actor)?;
        Ok(Self(actor))
    }
}

/// What is spoken here, and how long an upload may be; also the answer to a browser's preflight.
#[utoipa::path(options, path = "/files", tag = "uploads", responses((status = 204, headers(
    ("Tus-Version" = String), ("Tus-Extension" = String), ("Tus-Max-Size" = u64), ("Tus-Checksum-Algorithm" = String)))))]
pub async fn upload_options(State(evidence): State<Evidence>) -> Response {
    abilities(&evidence)
}

/// The same at an upload's own address, whether there is one or not.
#[utoipa::path(options, path = "/files/{id}", tag = "uploads", params(("id" = String, Path)), responses((status = 204)))]
pub async fn one_upload_options(State(evidence): State<Evidence>) -> Response {
    abilities(&evidence)
}

fn abilities(evidence: &Evidence) -> Response {
    let texts = [
        ("tus-version", VERSION.to_owned()),
        ("tus-extension", EXTENSIONS.to_owned()),
        ("tus-max-size", evidence.most_bytes().to_string()),
        ("tus-checksum-algorithm", Checksum::ALGORITHMS.join(",")),
        ("access-control-allow-methods", METHODS.to_owned()),
        ("access-control-allow-headers", ASKED.to_owned()),
        ("access-control-max-age", "86400".to_owned()),
    ];
    answer(StatusCode::NO_CONTENT, texts)
}

/// Opens an upload; with `Content-Type: application/offset+octet-stream` the body is its first bytes. Metadata `photo` (a
/// UUID in base64) says whose original it is; without it the upload is its sender's alone until `PUT /api/v1/photos/{id}/upload`.
#[utoipa::path(post, path = "/files", tag = "uploads", params(
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = Option<u64>, Header, description = "Bytes of the whole"),
        ("Upload-Defer-Length" = Option<u8>, Header, description = "1: the length follows with a PATCH"),
        ("Upload-Metadata" = Option<String>, Header, description = "Pairs of a key and base64: filename, filetype, photo"),
        ("Upload-Checksum" = Option<String>, Header, description = "Of the body: sha1, sha256 or md5 and base64")),
    responses((status = 201, headers(("Location" = String), ("Upload-Expires" = String), ("Upload-Offset" = u64))),
        (status = 400), (status = 404, description = "No such photo of the caller's"), (status = 412, description = "Another version"),
        (status = 413, description = "Longer than Tus-Max-Size"), (status = 415), (status = 422, description = "Not the bytes that were announced: kept aside"),
        (status = 429, description = "Too much is open"), (status = 460, description = "The checksum does not fit"), (status = 507)))]
pub async fn create_upload(
    State(evidence): State<Evidence>,
    Sender(actor): Sender,
    _: Spoken,
    request: Request,
) -> Result<Response, Problem> {
    let asked = request.headers();
    let draft = draft(asked)?;
    let coming = said(asked, "content-length", headers::bytes)?;
    let is_chunk = has_chunk(asked);
    if !is_chunk && coming.unwrap_or(0) > 0 {
        return Err(wrong_type());
    }
    let most = draft.length.unwrap_or(evidence.most_bytes());
    if is_chunk && coming.unwrap_or(0) > most {
        return Err(Problem::new(ProblemKind::TooLarge));
    }
    let checksum = said(asked, "upload-checksum", headers::checksum)?;
    let body = request.into_body().into_data_stream();
    detached(async move {
        let mut upload = evidence.open_upload(&actor, draft).await?;
        if is_chunk && matches!(upload.state, UploadState::Receiving) {
            let asked = Addition {
                upload: upload.id,
                offset: 0,
                length: None,
                coming,
            };
            let id = upload.id;
            upload = match add(&evidence, &actor, asked, body, checksum).await {
                // It is forgotten already.
                Err(error @ Error::Erased(_)) => return Err(error),
                // The sender never hears of this upload: it is in nobody's way.
                Err(error) if !matches!(error, Error::Mismatch(_)) => {
                    evidence.end_upload(&actor, id).await?;
                    return Err(error);
                }
                added => added?,
            };
        }
        Ok(upload)
    })
    .await
    .map(|upload| {
        let at = [("location", format!("/files/{}", upload.id))];
        let told = at.into_iter().chain(progress(&upload));
        answer(StatusCode::CREATED, told)
    })
}

/// How much of an upload is on disk.
#[utoipa::path(head, path = "/files/{id}", tag = "uploads", params(("id" = String, Path), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses((status = 200, headers(("Upload-Offset" = u64), ("Upload-Length" = Option<u64>), ("Upload-Defer-Length" = Option<u8>),
            ("Upload-Metadata" = Option<String>), ("Upload-Expires" = String))),
        (status = 404), (status = 410, description = "Its time is over, or its bytes were set apart: upload anew"), (status = 412), (status = 423)))]
pub async fn upload_offset(
    State(evidence): State<Evidence>,
    Sender(actor): Sender,
    _: Spoken,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = upload_id(&id)?;
    let upload = detached(async move { evidence.upload(&actor, id).await }).await?;
    let length = match upload.length {
        Some(length) => ("upload-length", length.to_string()),
        None => ("upload-defer-length", "1".to_owned()),
    };
    let metadata = Some(upload.metadata.clone()).filter(|text| !text.is_empty());
    let more = metadata.map(|text| ("upload-metadata", text));
    let told = progress(&upload).into_iter().chain([length]).chain(more);
    Ok(answer(StatusCode::OK, told))
}

/// What became of an upload, with the receipt over the original.
#[utoipa::path(get, path = "/files/{id}", tag = "uploads", params(("id" = String, Path)),
    responses((status = 200, body = UploadView), (status = 404), (status = 410), (status = 423)))]
pub async fn upload_fate(
    State(evidence): State<Evidence>,
    Sender(actor): Sender,
    Path(id): Path<String>,
) -> Result<Body<UploadView>, Problem> {
    let id = upload_id(&id)?;
    let upload = detached(async move { evidence.upload_fate(&actor, id).await }).await?;
    Ok(Body(StatusCode::OK, upload.into()))
}

/// Adds bytes (`application/offset+octet-stream`) at the offset. What came counts even if the connection breaks, unless a checksum was given.
#[utoipa::path(patch, path = "/files/{id}", tag = "uploads", params(("id" = String, Path),
        ("Tus-Resumable" = String, Header, description = "1.0.0"), ("Upload-Offset" = u64, Header, description = "Where the bytes go on"),
        ("Upload-Length" = Option<u64>, Header, description = "Once it is known, if it was deferred"),
        ("Upload-Checksum" = Option<String>, Header, description = "Of the body: sha1, sha256 or md5 and base64")),
    responses((status = 204, headers(("Upload-Offset" = u64), ("Upload-Expires" = String))), (status = 400), (status = 404),
        (status = 409, description = "Another offset"), (status = 410), (status = 412, description = "Another version"),
        (status = 413, description = "Longer than Upload-Length"), (status = 415),
        (status = 422, description = "Not the bytes that were announced: kept aside"),
        (status = 423, description = "Another request adds bytes"), (status = 460, description = "The checksum does not fit"), (status = 507)))]
pub async fn add_to_upload(
    State(evidence): State<Evidence>,
    Sender(actor): Sender,
    _: Spoken,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let asked = request.headers();
    if !has_chunk(asked) {
        return Err(wrong_type());
    }
    let offset = said(asked, "upload-offset", headers::bytes)?;
    let addition = Addition {
        upload: upload_id(&id)?,
        offset: offset
            .ok_or_else(|| refuse("upload-offset", Expected("expected the offset in bytes")))?,
        length: said(asked, "upload-length", headers::bytes)?,
        coming: said(asked, "content-length", headers::bytes)?,
    };
    let checksum = said(asked, "upload-checksum", headers::checksum)?;
    let body = request.into_body().into_data_stream();
    let added =
        detached(async move { add(&evidence, &actor, addition, body, checksum).await }).await?;
    Ok(answer(StatusCode::NO_CONTENT, progress(&added)))
}

/// Ends an upload; what was kept of it stays kept.
#[utoipa::path(delete, path = "/files/{id}", tag = "uploads", params(("id" = String, Path), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses((status = 204), (status = 404), (status = 410), (status = 412)))]
pub async fn end_upload(
    State(evidence): State<Evidence>,
    Sender(actor): Sender,
    _: Spoken,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    evidence.end_upload(&actor, upload_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// PATCH (whose body is of `application/offset+octet-stream`), DELETE or HEAD for senders whose networks let only GET and POST through.
#[utoipa::path(post, path = "/files/{id}", tag = "uploads", params(("id" = String, Path),
        ("Tus-Resumable" = String, Header, description = "1.0.0"), ("X-HTTP-Method-Override" = String, Header, description = "PATCH, DELETE or HEAD")),
    responses((status = 204, description = "As PATCH or DELETE"), (status = 200, description = "As HEAD"), (status = 400), (status = 404), (status = 405)))]
pub async fn overridden(
    evidence: State<Evidence>,
    sender: Sender,
    spoken: Spoken,
    path: Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let meant = request.headers().get("x-http-method-override");
    let meant = meant.map(|meant| meant.as_bytes().to_ascii_uppercase());
    match meant.as_deref() {
        Some(b"PATCH") => add_to_upload(evidence, sender, spoken, path, request).await,
        Some(b"DELETE") => {
            let ended = end_upload(evidence, sender, spoken, path).await?;
            Ok(ended.into_response())
        }
        Some(b"HEAD") => upload_offset(evidence, sender, spoken, path).await,
        _ => Err(Problem::new(ProblemKind::MethodNotAllowed).fault(
            "header:x-http-method-override",
            "expected PATCH, DELETE or HEAD",
        )),
    }
}

/// Takes, receives, keeps: one way for POST and PATCH.
async fn add(
    evidence: &Evidence,
    actor: &crate::base::actor::Actor,
    asked: Addition,
    body: BodyDataStream,
    checksum: Option<Checksum>,
) -> Result<Upload, Error> {
    match evidence.take_upload(actor, asked).await? {
        Taken::Held(hold) => evidence.receive(*hold, body, checksum).await,
        Taken::Done(upload) => Ok(*upload),
    }
}

/// Runs on when the caller goes away: what it sent is still put down, and the upload let go.
async fn detached<T: Send + 'static>(
    act: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::spawn(act).await;
    let done = done.map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
    Ok(done?)
}

fn draft(asked: &HeaderMap) -> Result<UploadDraft, Problem> {
    if asked.contains_key("upload-concat") {
        // Before the parts were sent: the whole that is to be made of them would be refused.
        let expected = "không ghép các phần thành một tệp, hãy gửi cả tệp tới một địa chỉ / expected no such header: uploads are not \
             joined; send the file to one address";
        return Err(refuse("upload-concat", Expected(expected)));
    }
    let length = said(asked, "upload-length", headers::bytes)?;
    let deferred = asked.get("upload-defer-length").map(HeaderValue::as_bytes);
    let length = match (length, deferred) {
        (Some(length), None) => Some(length),
        (None, Some(b"1")) => None,
        (None, None) => {
            let expected = "expected the length in bytes, or Upload-Defer-Length: 1";
            return Err(refuse("upload-length", Expected(expected)));
        }
        _ => {
            let expected = "expected 1, and no Upload-Length beside it";
            return Err(refuse("upload-defer-length", Expected(expected)));
        }
    };
    let Metadata {
        text: metadata,
        photo,
        media_type,
    } = said(asked, "upload-metadata", headers::metadata)?.unwrap_or_default();
    Ok(UploadDraft {
        length,
        photo,
        metadata,
        media_type,
    })
}

/// A header's value as it is read, if it is there.
fn said<T>(
    asked: &HeaderMap,
    name: &'static str,
    read: fn(&[u8]) -> Result<T, Expected>,
) -> Result<Option<T>, Problem> {
    let value = asked.get(name).map(HeaderValue::as_bytes);
    let value = value.map(read).transpose();
    value.map_err(|expected| refuse(name, expected))
}

fn refuse(name: &str, Expected(expected): Expected) -> Problem {
    Problem::new(ProblemKind::InvalidHeader).fault(format!("header:{name}"), expected)
}

/// What is no id is nobody's upload.
fn upload_id(text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).or(Err(Problem::new(ProblemKind::NotFound)))
}

fn has_chunk(asked: &HeaderMap) -> bool {
    let kind = asked
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind.and_then(|kind| kind.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(CHUNK))
}

fn wrong_type() -> Problem {
    Problem::new(ProblemKind::UnsupportedType)
        .detail("expected Content-Type: application/offset+octet-stream")
}

fn progress(upload: &Upload) -> [(&'static str, String); 2] {
    [
        ("upload-offset", upload.received.to_string()),
        ("upload-expires", headers::http_date(upload.expires_at)),
    ]
}

fn answer(status: StatusCode, told: impl IntoIterator<Item = (&'static str, String)>) -> Response {
    let mut response = status.into_response();
    for (name, text) in told {
        if let Ok(value) = HeaderValue::from_str(&text) {
            let name = HeaderName::from_static(name);
            response.headers_mut().insert(name, value);
        }
    }
    response
}
