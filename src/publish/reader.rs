//! Whoever reads what is published: Bearer, Basic (any user, the secret as password), a session, or `?access_token=`.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};

use crate::base::actor::Actor;
use crate::http::{Problem, ProblemKind};
use crate::identity::Identity;
use crate::identity::http::{Caller, Limits, TrustedOrigin};

use super::source::PublishError;

/// The parameter that carries a secret: only in reading requests, only a secret that may only read and ends one day.
/// It is never written into a link or a log.
pub const ACCESS_TOKEN: &str = "access_token";

/// The verified reader of what is published.
#[derive(Debug, Clone)]
pub struct Reader(pub Actor);

impl<S> FromRequestParts<S> for Reader
where
    Identity: FromRef<S>,
    Limits: FromRef<S>,
    TrustedOrigin: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let is_shown = parts.headers.contains_key(header::AUTHORIZATION);
        let token = parts.uri.query().and_then(access_token);
        let Some(token) = token.filter(|_| !is_shown) else {
            let Caller(actor) = Caller::from_request_parts(parts, state)
                .await
                .map_err(asked_for_basic)?;
            return Ok(Self(actor));
        };
        let may_carry = parts.method == Method::GET || parts.method == Method::HEAD;
        let bearer = HeaderValue::try_from(format!("Bearer {token}"));
        let (true, Ok(bearer)) = (may_carry, bearer) else {
            return Err(Problem::new(ProblemKind::BasicNeeded));
        };
        parts.headers.insert(header::AUTHORIZATION, bearer);
        let caller = Caller::from_request_parts(parts, state).await;
        parts.headers.remove(header::AUTHORIZATION);
        let Caller(actor) = caller.map_err(asked_for_basic)?;
        let tokens = Identity::from_ref(state).tokens(&actor).await?;
        let ends = tokens
            .iter()
            .any(|own| Some(own.id) == actor.token && own.expires_at.is_some());
        if actor.read_only && ends {
            Ok(Self(actor))
        } else {
            Err(Problem::new(ProblemKind::BasicNeeded)
                .detail("access_token takes a token that may only read and that expires"))
        }
    }
}

/// GIS tools ask their users for a password only when they are asked for Basic.
fn asked_for_basic(problem: Problem) -> Problem {
    if problem.kind() == ProblemKind::Unauthenticated {
        Problem::new(ProblemKind::BasicNeeded)
    } else {
        problem
    }
}

/// A query without its secret.
#[must_use]
pub fn without_token(query: Option<&str>) -> String {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut rest = form_urlencoded::Serializer::new(String::new());
    rest.extend_pairs(pairs.filter(|(name, _)| name != ACCESS_TOKEN));
    rest.finish()
}

fn access_token(query: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs
        .find(|(name, _)| name == ACCESS_TOKEN)
        .map(|(_, token)| token.into_owned())
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NotFound => Self::new(ProblemKind::NotFound),
            PublishError::Gone => Self::new(ProblemKind::Gone).detail(
                "it was retracted; lists tell of it when they are asked for state = 'retracted' / đã thu hồi",
            ),
            PublishError::Parameter { name, reason } => {
                Self::new(ProblemKind::InvalidParameter).detail(format!("{name}: {reason}"))
            }
            PublishError::Store(error) => error.into(),
        }
    }
}
