//! What the sync routes read of a request besides its body.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::base::ids::RequestId;
use crate::base::time::Timestamp;
use crate::journal::Journal;

/// When the head of a request was here: facts of a batch are entered while its clock runs on.
#[derive(Debug, Clone, Copy)]
pub struct Arrived(pub Timestamp);

impl<S> FromRequestParts<S> for Arrived
where
    Journal: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(Journal::from_ref(state).now()))
    }
}

/// The request's id, and the host that it named.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The id under which faults are logged.
    pub id: Option<RequestId>,
    /// `Host`, as signatures may cover it.
    pub headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let mut headers = HeaderMap::new();
        if let Some(host) = parts.headers.get(header::HOST) {
            headers.insert(header::HOST, host.clone());
        }
        Ok(Self {
            id: parts.extensions.get::<RequestId>().copied(),
            headers,
        })
    }
}
