//! What wraps every request: an id, a log line without secrets or places, problems for every refusal, safe headers.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::base::ids::{IdMaker, RequestId};

use super::problem::{Problem, ProblemKind};

/// The header that carries the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Routes that take whole files over bad links.
const SLOW_BODIES: [&str; 4] = [
    "/files",
    "/files/{id}",
    "/api/v1/photos/{id}/original",
    "/v1/key/{token}/projects/{project}/submission",
];

/// Gives each request an id, logs it by its route pattern (never the path: paths may hold tokens), and writes
/// problems out.
pub async fn observe(State(ids): State<IdMaker>, mut request: Request, next: Next) -> Response {
    let id = RequestId(ids.make());
    request.extensions_mut().insert(id);
    let method = method_name(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let started = Instant::now();
    let span = tracing::info_span!("request", request_id = %id, method, route);
    let response = next.run(request).instrument(span.clone()).await;
    let response = written_out(response, id);
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| {
        tracing::info!(
            status,
            duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            "answered"
        );
    });
    metrics::histogram!("tuantra_http_seconds", "route" => route, "method" => method, "status" => status.to_string())
        .record(elapsed.as_secs_f64());
    response
}

/// A method as the log and the measurements name it. Whoever asks may make methods up, and what is measured of each is kept as
/// long as the process lives.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The versions of the native API that are answered, the newest first. There is one yet; when there is a second, both
/// stand here, and at most three ever do.
pub const API_VERSIONS: [&str; 1] = ["1"];
/// The header by which apps name the version that they speak.
const API_VERSION: HeaderName = HeaderName::from_static("tuantra-api");

/// Refuses a request in a version of the API that this server does not speak; without a word it is the newest.
pub async fn speaks(request: Request, next: Next) -> Response {
    let spoken = request.headers().get(API_VERSION);
    let is_known = spoken.is_none_or(|own| {
        API_VERSIONS
            .iter()
            .any(|version| own.as_bytes() == version.as_bytes())
    });
    if is_known {
        return next.run(request).await;
    }
    Problem::new(ProblemKind::InvalidHeader)
        .fault(
            "header:tuantra-api",
            format!("expected one of {}", API_VERSIONS.join(", ")),
        )
        .into_response()
}

/// Ends a request that takes too long to answer; not those whose bodies may come slowly: they end when nothing comes.
pub async fn limit_time(State(most): State<Duration>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    if path.is_some_and(|path| SLOW_BODIES.contains(&path.as_str())) {
        return next.run(request).await;
    }
    let answered = tokio::time::timeout(most, next.run(request)).await;
    answered.unwrap_or_else(|_| Problem::new(ProblemKind::Timeout).into_response())
}

fn written_out(response: Response, id: RequestId) -> Response {
    let id = id.to_string();
    let mut response = match response.extensions().get::<Arc<Problem>>() {
        Some(problem) => Arc::clone(problem).respond(&id),
        None => match bare_refusal(&response) {
            Some(kind) => keep_allow(&response, Problem::new(kind).respond(&id)),
            None => response,
        },
    };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    headers
        .entry(header::X_CONTENT_TYPE_OPTIONS)
        .or_insert(HeaderValue::from_static("nosniff"));
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Refusals that axum or a layer made without a problem of ours.
fn bare_refusal(response: &Response) -> Option<ProblemKind> {
    if is_told(response) {
        return None;
    }
    let has_content = response.headers().contains_key(header::CONTENT_TYPE);
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Some(ProblemKind::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Some(ProblemKind::TooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(ProblemKind::UnsupportedType),
        StatusCode::REQUEST_TIMEOUT => Some(ProblemKind::Timeout),
        StatusCode::NOT_FOUND if !has_content => Some(ProblemKind::NotFound),
        StatusCode::BAD_REQUEST if is_plain(response) => Some(ProblemKind::MalformedBody),
        StatusCode::UNPROCESSABLE_ENTITY if is_plain(response) => Some(ProblemKind::InvalidContent),
        _ => None,
    }
}

/// Whether a door has said it in its own protocol.
fn is_told(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/xml"))
}

fn is_plain(response: &Response) -> bool {
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.is_none_or(|kind| kind.starts_with("text/plain"))
}

fn keep_allow(from: &Response, mut to: Response) -> Response {
    if let Some(allow) = from.headers().get(header::ALLOW) {
        to.headers_mut().insert(header::ALLOW, allow.clone());
    }
    to
}

/// A panic in a handler is a 500 without its text.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
pub fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text = cause
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Problem::new(ProblemKind::Internal)
        .internal(format!("panic: {text}"))
        .into_response()
}
