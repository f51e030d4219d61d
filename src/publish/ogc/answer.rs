//! Answers: typed, named by a digest of what they say, and for their reader alone.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::html;
use super::pages::Written;
use super::wanted::Wanted;
use crate::base::hex;
use crate::http::Problem;

/// The name of what is told: a digest of it. Weak, for the same is told compressed or not, and at several times.
pub(super) fn tag(body: &[u8]) -> String {
    format!("W/{}", strong_tag(body))
}

/// The name of a feature that edits may be held against.
pub(super) fn strong_tag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    format!("\"{}\"", hex(digest.get(..16).unwrap_or_default()))
}

/// The name without what tells weak from strong.
fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// A request's query and headers.
#[derive(Debug, Clone)]
pub struct Asking {
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self {
            query: parts.uri.query().map(str::to_owned),
            headers: parts.headers.clone(),
        })
    }
}

impl Asking {
    /// A document as it is wanted, or that the reader has it already.
    pub(super) fn answer(&self, wanted: Wanted, kind: &'static str, document: &Value) -> Response {
        match wanted {
            Wanted::Json => {
                let body = serde_json::to_vec(document).unwrap_or_default();
                self.bytes(kind, body, &[])
            }
            Wanted::Html => self.page(document),
        }
    }

    /// A document as a page.
    pub(super) fn page(&self, document: &Value) -> Response {
        let page = html::page(document).into_bytes();
        self.bytes("text/html; charset=utf-8", page, &[])
    }

    /// Bytes, with `tail` at their end, which tells them from no others.
    pub(super) fn bytes(&self, kind: &'static str, mut body: Vec<u8>, tail: &[u8]) -> Response {
        let tag = tag(&body);
        body.extend_from_slice(tail);
        self.tagged(kind, &tag, || body.into_response())
    }

    /// A feature of that strong name. Nobody may compress it on its way, for other bytes would need another name.
    pub(super) fn feature(&self, kind: &'static str, tag: &str, body: Vec<u8>) -> Response {
        let mut response = self.tagged(kind, tag, || body.into_response());
        let whole = HeaderValue::from_static("private, no-cache, no-transform");
        response.headers_mut().insert(header::CACHE_CONTROL, whole);
        response
    }

    /// A page of features with `tail` at its end, which tells it from no other; the page itself is not copied.
    pub(super) fn written(&self, kind: &'static str, page: &Written, tail: String) -> Response {
        self.tagged(kind, &page.tag, || {
            let length = page.body.len() + tail.len();
            let parts = [page.body.clone(), Bytes::from(tail)];
            let parts = futures::stream::iter(parts.map(Ok::<_, Infallible>));
            let length = [(header::CONTENT_LENGTH, HeaderValue::from(length))];
            (length, Body::from_stream(parts)).into_response()
        })
    }

    fn tagged(&self, kind: &'static str, tag: &str, answer: impl FnOnce() -> Response) -> Response {
        let known = self.headers.get(header::IF_NONE_MATCH);
        let known = known
            .and_then(|tags| tags.to_str().ok())
            .unwrap_or_default();
        let is_known = known
            .split(',')
            .any(|own| opaque(own) == opaque(tag) || own.trim() == "*");
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = answer();
            let kind = HeaderValue::from_static(kind);
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            response
        };
        let headers = response.headers_mut();
        let mut say = |name, value| headers.insert(name, value);
        if let Ok(tag) = HeaderValue::try_from(tag) {
            say(header::ETAG, tag);
        }
        say(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        );
        say(
            header::VARY,
            HeaderValue::from_static("authorization, cookie, accept"),
        );
        response
    }
}
