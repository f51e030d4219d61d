//! Where a request comes from, and whether its secrets travelled in the open.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{Problem, ProblemKind};

/// The address that a request comes from: the sender's, or what a proxy on this machine says of it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let near = connected(&parts.extensions);
        let told = near.is_loopback().then(|| forwarded_for(&parts.headers));
        Ok(Self(told.flatten().unwrap_or(near)))
    }
}

/// How this server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// It ends TLS itself.
    Tls,
    /// A proxy ends TLS before it.
    Proxied,
    /// Plain HTTP; only from this machine.
    Loopback,
    /// Plain HTTP from anywhere: a lab.
    Lab,
}

impl Wire {
    /// Whether nobody on the way could read what this request carries.
    fn keeps(self, near: IpAddr, headers: &HeaderMap) -> bool {
        let proto = headers
            .get("x-forwarded-proto")
            .and_then(|value| value.to_str().ok());
        let by_https = proto.map(|proto| proto.rsplit(',').next().unwrap_or("").trim() == "https");
        match self {
            Self::Tls | Self::Lab => true,
            // A proxy that says nothing is believed on this machine alone.
            Self::Proxied => by_https.unwrap_or_else(|| near.is_loopback()),
            Self::Loopback => near.is_loopback(),
        }
    }
}

/// Refuses requests whose secrets could be read on the way: those of phones are in the path. What operators ask for
/// carries none.
pub async fn refuse_open_secrets(
    State(wire): State<Arc<Wire>>,
    request: Request,
    next: Next,
) -> Response {
    const WITHOUT_SECRETS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
    let near = connected(request.extensions());
    let carries = !WITHOUT_SECRETS.contains(&request.uri().path());
    if carries && !wire.keeps(near, request.headers()) {
        return Problem::new(ProblemKind::HttpsNeeded).into_response();
    }
    next.run(request).await
}

/// Who is at the other end of the connection; a request made in process comes from this machine.
fn connected(extensions: &Extensions) -> IpAddr {
    let info = extensions.get::<ConnectInfo<SocketAddr>>();
    info.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| {
        address.ip().to_canonical()
    })
}

/// The last address of `X-Forwarded-For`: the one that the nearest proxy saw.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}
