//! Nonces for sidecars.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::evidence::service::Evidence;
use crate::http::{Body, Json, Problem};
use crate::identity::Caller;

/// How many are asked for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NonceWire {
    /// 1 to 200; a device holds at most 1,000 unspent ones.
    pub count: u32,
}

/// Nonces for the calling device alone; each is spent by the first sidecar that names it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NoncePool {
    /// The nonces.
    pub nonces: Vec<String>,
    /// When they were issued: a sidecar that names one is younger.
    pub issued_at: Timestamp,
}

/// Issues nonces to the calling device, to be burned before the shutter.
#[utoipa::path(post, path = "/api/v1/nonces", tag = "evidence", request_body = NonceWire, responses((status = 201, body = NoncePool)))]
pub async fn issue_nonces(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    wire: Json<NonceWire>,
) -> Result<Body<NoncePool>, Problem> {
    let (nonces, issued_at) = evidence.issue_nonces(&actor, wire.value.count).await?;
    Ok(Body(StatusCode::CREATED, NoncePool { nonces, issued_at }))
}
