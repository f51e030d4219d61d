//! What every answer under `/files` carries, refusals included: the protocol's version, and leave for configured sites.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::VERSION;

/// Sites whose pages may upload, as browsers name them in `Origin`. Their pages show a bearer token; a cookie is no use
/// to them, so none is ever allowed to travel.
#[derive(Debug, Clone, Default)]
pub struct Origins(Arc<[String]>);

impl Origins {
    /// Reads origins that are separated by commas.
    #[must_use]
    pub fn of(list: &str) -> Self {
        let origins = list
            .split(',')
            .map(|origin| origin.trim().trim_end_matches('/'));
        Self(
            origins
                .filter(|origin| !origin.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let is_known = self
            .0
            .iter()
            .any(|known| known.as_bytes() == origin.as_bytes());
        is_known.then(|| origin.clone())
    }
}

const EXPOSED: &str = "Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, \
    Upload-Offset, Upload-Length, Upload-Defer-Length, Upload-Metadata, Upload-Expires, Retry-After, X-Request-Id";

/// Marks answers of this door.
pub async fn speak(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path != "/files" && !path.starts_with("/files/") {
        return next.run(request).await;
    }
    let allowed = origins.allowed(request.headers());
    let mut response = next.run(request).await;
    let is_refused_version = response.status() == StatusCode::PRECONDITION_FAILED;
    let headers = response.headers_mut();
    let mut say = |name: &'static str, value: &'static str| {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    };
    say("tus-resumable", VERSION);
    if is_refused_version {
        say("tus-version", VERSION);
    }
    if let Some(origin) = allowed {
        say("access-control-expose-headers", EXPOSED);
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    response
}
