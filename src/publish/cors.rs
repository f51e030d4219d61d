//! Leave for configured sites' pages to read what is published; they show a token, for no cookie ever travels.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Sites as browsers name them in `Origin`.
#[derive(Debug, Clone, Default)]
pub struct Sites(Arc<[String]>);

impl Sites {
    /// Reads origins that are separated by commas.
    #[must_use]
    pub fn of(list: &str) -> Self {
        let sites = list
            .split(',')
            .map(|site| site.trim().trim_end_matches('/'));
        Self(
            sites
                .filter(|site| !site.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let mut known = self.0.iter();
        let is_known = known.any(|known| known.as_bytes() == origin.as_bytes());
        is_known.then(|| origin.clone())
    }
}

const PREFIXES: [&str; 3] = ["/ogc", "/tiles", "/export"];
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const HEADERS: &str =
    "Authorization, Content-Type, Content-Crs, If-Match, If-None-Match, Accept, Range";
const EXPOSED: &str =
    "Location, Link, ETag, Content-Crs, Content-Range, Allow, Retry-After, X-Request-Id";

/// Marks answers of publishers, and answers what browsers ask beforehand.
pub async fn speak(State(sites): State<Sites>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_published = PREFIXES.iter().any(|prefix| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if !is_published {
        return next.run(request).await;
    }
    let allowed = sites.allowed(request.headers());
    let is_preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    if let Some(origin) = allowed {
        let mut say = |name, value| headers.insert(name, HeaderValue::from_static(value));
        if is_preflight {
            say(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            say(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            say(header::ACCESS_CONTROL_MAX_AGE, "600");
        } else {
            say(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    response
}
