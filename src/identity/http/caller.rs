//! The caller of a request: a bearer token, a session cookie, Basic with the token as password, or a tracker's path.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use crate::base::actor::{Actor, Door};
use crate::http::{Problem, ProblemKind, signed};
use crate::identity::service::Identity;

/// The cookie that carries a session.
pub const SESSION_COOKIE: &str = "tuantra_session";

/// The verified author of a request to the native API.
#[derive(Debug, Clone)]
pub struct Caller(pub Actor);

/// The verified author of a request whose path carries a tracker's secret.
#[derive(Debug, Clone)]
pub struct TrackerCaller(pub Actor);

/// The author of a request that this process makes of a part of another one, whose secret was verified with the whole.
/// Nothing that comes from outside carries one.
#[derive(Debug, Clone)]
pub struct Admitted(pub Actor);

/// The verified author of a request whose path carries a secret of the door of forms.
#[derive(Debug, Clone)]
pub struct OdkCaller(pub Actor);

/// The verified author of a request whose Basic password is a tracker's secret, whatever its user name.
#[derive(Debug, Clone)]
pub struct TrackerBasic(pub Actor);

/// Requests per second that one holder may make: of the native API, and through a tracker.
#[derive(Debug, Clone)]
pub struct Limits {
    api: Arc<Limiter>,
    trackers: Arc<Limiter>,
}

type Limiter = RateLimiter<Uuid, DashMapStateStore<Uuid>, DefaultClock>;

/// So long a tracker's request waits for its turn before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where the web front is served from, as browsers name it in `Origin`.
#[derive(Debug, Clone, Default)]
pub struct TrustedOrigin(pub Option<String>);

impl Limits {
    /// So many requests per second for each holder, in bursts of ten times as many.
    #[must_use]
    pub fn per_second(requests: NonZeroU32, of_trackers: NonZeroU32) -> Self {
        let limiter = |requests: NonZeroU32| {
            let burst = requests.saturating_mul(NonZeroU32::MIN.saturating_add(9));
            let quota = Quota::per_second(requests).allow_burst(burst);
            Arc::new(RateLimiter::dashmap(quota))
        };
        Self {
            api: limiter(requests),
            trackers: limiter(of_trackers),
        }
    }

    fn check(&self, actor: &Actor) -> Result<(), Problem> {
        self.api
            .check_key(&counted_as(actor))
            .or(Err(Problem::new(ProblemKind::TooManyRequests)))
    }

    /// A phone that comes back with thousands of fixes sends them one after the other: it is slowed down rather than
    /// refused, for each refusal makes it wait longer than the last. Many at once are a 503, which it understands.
    async fn pace(&self, actor: &Actor) -> Result<(), Problem> {
        let key = counted_as(actor);
        if self.trackers.check_key(&key).is_ok() {
            return Ok(());
        }
        let turn = Box::pin(self.trackers.until_key_ready(&key));
        tokio::time::timeout(PATIENCE, turn)
            .await
            .or(Err(Problem::new(ProblemKind::Unavailable).detail(
                "this device sends more than is taken from one device",
            )))
    }
}

/// By what requests are counted: a program that knocks on with a secret that was replaced takes no turn of the newer one.
fn counted_as(actor: &Actor) -> Uuid {
    let replaced = actor.token.filter(|_| actor.origin.retired);
    replaced.map_or(actor.id, |token| token.0)
}

impl<S> FromRequestParts<S> for Caller
where
    Identity: FromRef<S>,
    Limits: FromRef<S>,
    TrustedOrigin: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let actor = match parts.extensions.remove::<Admitted>() {
            Some(Admitted(actor)) => actor,
            None => shown(parts, state).await?,
        };
        let origin = signed::origin(parts)?;
        let origin = Identity::from_ref(state)
            .held_against_key(&actor, origin)
            .await?;
        Ok(Self(Actor { origin, ..actor }))
    }
}

/// Whoever shows a secret of the native door.
async fn shown<S>(parts: &Parts, state: &S) -> Result<Actor, Problem>
where
    Identity: FromRef<S>,
    Limits: FromRef<S>,
    TrustedOrigin: FromRef<S>,
{
    let (text, by_cookie) = shown_secret(&parts.headers).ok_or_else(unauthenticated)?;
    if by_cookie && changes(&parts.method) {
        refuse_cross_site(&parts.headers, &TrustedOrigin::from_ref(state))?;
    }
    let actor = Identity::from_ref(state)
        .verify(&text)
        .await?
        .ok_or_else(unauthenticated)?;
    let door_fits = match actor.door {
        Door::Api => !by_cookie,
        Door::Session => by_cookie,
        Door::Odk | Door::Tracker | Door::SignIn => false,
    };
    if !door_fits {
        return Err(unauthenticated());
    }
    Limits::from_ref(state).check(&actor)?;
    Ok(actor)
}

impl<S> FromRequestParts<S> for TrackerCaller
where
    Identity: FromRef<S>,
    Limits: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // Trackers' doors answer 404 to a wrong secret: a path that opens nothing is no path.
        let unknown = || Problem::new(ProblemKind::NotFound);
        let actor = path_holder(parts, state).await?.ok_or_else(unknown)?;
        if actor.door != Door::Tracker {
            return Err(unknown());
        }
        Limits::from_ref(state).pace(&actor).await?;
        Ok(Self(actor))
    }
}

impl<S> FromRequestParts<S> for TrackerBasic
where
    Identity: FromRef<S>,
    Limits: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let refused = || Problem::new(ProblemKind::BasicNeeded);
        let shown = parts.headers.get(header::AUTHORIZATION);
        let shown = shown.and_then(|value| value.to_str().ok());
        let (scheme, encoded) = shown
            .and_then(|shown| shown.split_once(' '))
            .ok_or_else(refused)?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(refused());
        }
        let secret = basic_password(encoded.trim()).ok_or_else(refused)?;
        let actor = Identity::from_ref(state)
            .verify(&secret)
            .await?
            .filter(|actor| actor.door == Door::Tracker)
            .ok_or_else(refused)?;
        Limits::from_ref(state).pace(&actor).await?;
        Ok(Self(actor))
    }
}

impl<S> FromRequestParts<S> for OdkCaller
where
    Identity: FromRef<S>,
    Limits: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // Collect shows a dialog for passwords when it hears 401; ODK Central answers 403 too.
        let refused = || Problem::new(ProblemKind::Forbidden);
        let actor = path_holder(parts, state).await?.ok_or_else(refused)?;
        if actor.door != Door::Odk {
            return Err(refused());
        }
        Limits::from_ref(state).check(&actor)?;
        Ok(Self(actor))
    }
}

/// Whoever holds the secret that stands in the path.
async fn path_holder<S>(parts: &mut Parts, state: &S) -> Result<Option<Actor>, Problem>
where
    Identity: FromRef<S>,
    S: Send + Sync,
{
    type Named = std::collections::HashMap<String, String>;
    let params = axum::extract::Path::<Named>::from_request_parts(parts, state).await;
    match params.ok().and_then(|mut path| path.0.remove("token")) {
        Some(token) => Ok(Identity::from_ref(state).verify(&token).await?),
        None => Ok(None),
    }
}

fn unauthenticated() -> Problem {
    Problem::new(ProblemKind::Unauthenticated)
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The secret shown, and whether a cookie showed it.
fn shown_secret(headers: &HeaderMap) -> Option<(String, bool)> {
    if let Some(shown) = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
    {
        let (scheme, rest) = shown.split_once(' ')?;
        return match scheme.to_ascii_lowercase().as_str() {
            "bearer" => Some((rest.trim().to_owned(), false)),
            "basic" => basic_password(rest.trim()).map(|password| (password, false)),
            _ => None,
        };
    }
    session_cookie(headers).map(|text| (text, true))
}

fn basic_password(encoded: &str) -> Option<String> {
    let decoded = String::from_utf8(BASE64.decode(encoded).ok()?).ok()?;
    decoded
        .split_once(':')
        .map(|(_, password)| password.to_owned())
}

/// The session's secret in the request's cookies.
fn session_cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == SESSION_COOKIE)
        .map(|(_, text)| text.to_owned())
}

/// A cookie travels with requests that other sites make; browsers say so, and such a request changes nothing
/// (Fetch Metadata; `Origin` for those that do not send it).
fn refuse_cross_site(headers: &HeaderMap, trusted: &TrustedOrigin) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let same = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = text("host").unwrap_or("");
            let own = origin
                .split_once("://")
                .is_some_and(|(_, authority)| authority == host);
            own || trusted.0.as_deref() == Some(origin)
        }
        (None, None) => false,
    };
    if same {
        Ok(())
    } else {
        Err(Problem::new(ProblemKind::Forbidden)
            .detail("a session's changes must come from this site's own pages"))
    }
}
