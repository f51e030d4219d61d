//! Refusals on the wire: RFC 9457 problem+json, with one table of all kinds.
//!
//! What the client is told and what the log keeps are two texts; internal text never leaves.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::base::refusal::{Fault, Refusal};
use crate::store::Error as StoreError;

/// A status by its constant's name, or by its number where no standard has named it.
macro_rules! status {
    ($code:literal) => {
        match StatusCode::from_u16($code) {
            Ok(status) => status,
            Err(_) => StatusCode::BAD_REQUEST,
        }
    };
    ($name:ident) => {
        StatusCode::$name
    };
}

/// Declares every kind of problem: variant, slug, status, title.
macro_rules! problems {
    ($($(#[$doc:meta])* $kind:ident => $slug:literal, $status:tt, $title:literal;)+) => {
        /// A kind of problem: stable slug, status and title.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemKind { $($(#[$doc])* $kind),+ }

        impl ProblemKind {
            /// Every kind, for the table in the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The last part of the problem's `type`.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug),+ }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$kind => status!($status)),+ }
            }

            /// The human title, the same for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title),+ }
            }
        }
    };
}

problems! {
    /// The body is not JSON (or XML, …) at all.
    MalformedBody => "malformed-body", BAD_REQUEST, "The body cannot be read";
    /// A path or query parameter is unknown or unreadable.
    InvalidParameter => "invalid-parameter", BAD_REQUEST, "A parameter cannot be accepted";
    /// A header that a request is signed or checked with cannot be read, or does not fit.
    InvalidHeader => "invalid-header", BAD_REQUEST, "A header cannot be accepted";
    /// No secret, or one that opens nothing.
    Unauthenticated => "unauthenticated", UNAUTHORIZED, "A valid token is needed";
    /// No secret as the password of Basic, or one that opens nothing.
    BasicNeeded => "basic-needed", UNAUTHORIZED, "A valid secret is needed as the password";
    /// The author lacks the right, and existence is no secret.
    Forbidden => "forbidden", FORBIDDEN, "You do not have the right to do this";
    /// A secret would travel, or has travelled, where others can read it.
    HttpsNeeded => "https-needed", FORBIDDEN, "This server is reached by HTTPS only; a secret that came in the open should be replaced";
    /// A fact at a place that is not the author's.
    OutsideScope => "outside-scope", FORBIDDEN, "The place lies outside your communes; the content is kept aside";
    /// There is no such thing, or it is not the caller's.
    NotFound => "not-found", NOT_FOUND, "There is no such thing";
    /// The path knows other methods.
    MethodNotAllowed => "method-not-allowed", METHOD_NOT_ALLOWED, "This path does not know this method";
    /// The same id came with other content.
    ContentDiffers => "content-differs", CONFLICT, "This id is already used for other content; both are kept";
    /// A revision of an outdated version.
    StaleRevision => "stale-revision", CONFLICT, "This revises a version that is no longer the latest";
    /// What was read before is no longer what stands, as the request's conditions say.
    ChangedSince => "changed-since", PRECONDITION_FAILED, "Somebody has changed this since it was read";
    /// A state that does not allow the act.
    WrongState => "wrong-state", CONFLICT, "The present state does not allow this";
    /// Too many bytes.
    TooLarge => "too-large", PAYLOAD_TOO_LARGE, "The content is larger than accepted here";
    /// A body of a type that is not understood here.
    UnsupportedType => "unsupported-type", UNSUPPORTED_MEDIA_TYPE, "The content type is not understood here";
    /// Values that cannot be accepted.
    InvalidContent => "invalid-content", UNPROCESSABLE_ENTITY, "Some values cannot be accepted";
    /// Bytes that do not match their declared hash or size.
    HashMismatch => "hash-mismatch", UNPROCESSABLE_ENTITY, "The bytes are not those that were announced; they are kept aside";
    /// A thing that was there and has ended.
    Gone => "gone", GONE, "This has ended";
    /// Somebody else changes the thing at this moment.
    Locked => "locked", LOCKED, "Another request is changing this; try again soon";
    /// Bytes that would not follow those that are there.
    WrongOffset => "wrong-offset", CONFLICT, "The upload does not go on there";
    /// A version of a protocol that is not spoken here.
    WrongVersion => "wrong-version", PRECONDITION_FAILED, "This version of the protocol is not spoken here";
    /// A chunk that is not what its checksum says; it counts for nothing.
    ChecksumMismatch => "checksum-mismatch", 460, "The bytes are not what their checksum says; send them again";
    /// The disk is full.
    StorageFull => "storage-full", INSUFFICIENT_STORAGE, "There is no room left; what was acknowledged is kept";
    /// Too many requests or sign-in attempts.
    TooManyRequests => "too-many-requests", TOO_MANY_REQUESTS, "Too many requests; try again later";
    /// What lies here is no longer what was recorded; an operator must look.
    Damaged => "damaged", INTERNAL_SERVER_ERROR, "The bytes kept here are no longer those that were recorded; nothing was handed out";
    /// Our own fault.
    Internal => "internal", INTERNAL_SERVER_ERROR, "The server failed; nothing was acknowledged";
    /// The database, disk or a pool is busy or gone.
    Unavailable => "unavailable", SERVICE_UNAVAILABLE, "The server cannot do this now; nothing was acknowledged";
    /// The request took too long.
    Timeout => "timeout", SERVICE_UNAVAILABLE, "The request took too long";
}

/// A refusal or failure on its way to the client.
#[derive(Debug)]
pub struct Problem {
    kind: ProblemKind,
    detail: Option<String>,
    faults: Vec<Fault>,
    internal: Option<String>,
    extra: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct Wire<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    fields: &'a [Fault],
    request_id: &'a str,
    #[serde(flatten)]
    extra: &'a serde_json::Map<String, serde_json::Value>,
}

impl Problem {
    /// A problem of that kind.
    #[must_use]
    pub fn new(kind: ProblemKind) -> Self {
        Self {
            kind,
            detail: None,
            faults: Vec::new(),
            internal: None,
            extra: serde_json::Map::new(),
        }
    }

    /// Adds what the client should know of this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds one fault.
    #[must_use]
    pub fn fault(mut self, pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        self.faults.push(Fault {
            pointer: pointer.into(),
            reason: reason.into(),
        });
        self
    }

    /// Adds what only the log may know.
    #[must_use]
    pub fn internal(mut self, cause: impl std::fmt::Display) -> Self {
        self.internal = Some(cause.to_string());
        self
    }

    /// Adds a member of this kind's own, such as a quarantine id or a receipt.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Serialize) -> Self {
        self.extra.insert(
            member.to_owned(),
            serde_json::to_value(value).unwrap_or_default(),
        );
        self
    }

    /// That the bytes of a SHA-256 (hex) are gone or are others by now; the log says so once.
    #[must_use]
    pub fn damaged(sha256: &str) -> Self {
        Self::new(ProblemKind::Damaged)
            .with("sha256", sha256)
            .internal(format!("the bytes kept as {sha256} are gone or damaged"))
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// What the client is told of this occurrence.
    #[must_use]
    pub fn told(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The faults.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The answer, carrying the request's id; logs what the client is not told, once.
    #[must_use]
    pub fn respond(&self, request_id: &str) -> Response {
        let status = self.kind.status();
        if status.is_server_error() {
            let cause = self.internal.as_deref().or(self.detail.as_deref());
            let cause = cause.unwrap_or_else(|| self.kind.title());
            tracing::error!(request_id, kind = self.kind.slug(), cause, "request failed");
        }
        let wire = Wire {
            r#type: format!("/problems/{}", self.kind.slug()),
            title: self.kind.title(),
            status: status.as_u16(),
            detail: self.detail.as_deref(),
            fields: &self.faults,
            request_id,
            extra: &self.extra,
        };
        let body = serde_json::to_vec(&wire).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if matches!(
            self.kind,
            ProblemKind::Unavailable
                | ProblemKind::TooManyRequests
                | ProblemKind::Timeout
                | ProblemKind::Locked
                | ProblemKind::StorageFull
        ) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        let challenge = match self.kind {
            ProblemKind::Unauthenticated => Some("Bearer realm=\"tuantra\""),
            ProblemKind::BasicNeeded => Some("Basic realm=\"tuantra\", charset=\"UTF-8\""),
            _ => None,
        };
        if let Some(challenge) = challenge {
            headers.insert("www-authenticate", HeaderValue::from_static(challenge));
        }
        response
    }
}

/// The problem travels in the response's extensions to the layer that knows the request's id.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let mut problem = Self::new(ProblemKind::InvalidContent);
        problem.faults = refusal.0;
        problem
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Disk(_) => {
                return Self::new(ProblemKind::Unavailable)
                    .detail("the server's disk takes no writes: nothing was stored, send it again later")
                    .internal(error);
            }
            StoreError::Busy(_) | StoreError::Unavailable(_) => ProblemKind::Unavailable,
            StoreError::Conflict { .. } => ProblemKind::WrongState,
            StoreError::Retired => ProblemKind::Unauthenticated,
            StoreError::Corrupt { .. } | StoreError::Driver(_) => ProblemKind::Internal,
        };
        Self::new(kind).internal(error)
    }
}
