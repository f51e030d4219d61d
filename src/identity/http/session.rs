//! Sessions of the web front: sign in by password or one-time link, sign out.

use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::base::actor::Door;
use crate::http::{Json, Path, Peer, Problem, ProblemKind};
use crate::identity::service::{Identity, SignedIn};

use super::Caller;
use super::caller::SESSION_COOKIE;

/// Whether browsers reach this server by HTTPS, so that cookies may say so.
#[derive(Debug, Clone, Copy)]
pub struct SecureCookies(pub bool);

/// Login and password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInDraft {
    /// The account's login.
    pub login: String,
    /// Its password.
    pub password: String,
}

/// Opens a session.
#[utoipa::path(post, path = "/api/v1/session", tag = "identity", request_body = SignInDraft, responses((status = 204)))]
pub async fn sign_in(
    State(identity): State<Identity>,
    State(secure): State<SecureCookies>,
    peer: Peer,
    draft: Json<SignInDraft>,
) -> Result<Response, Problem> {
    let session = identity
        .sign_in(&draft.value.login, &draft.value.password, peer.0)
        .await?;
    Ok((StatusCode::NO_CONTENT, cookie(&session, secure)).into_response())
}

/// Ends the session.
#[utoipa::path(delete, path = "/api/v1/session", tag = "identity", responses((status = 204)))]
pub async fn sign_out(
    State(identity): State<Identity>,
    Caller(actor): Caller,
) -> Result<Response, Problem> {
    if let (Door::Session, Some(token)) = (actor.door, actor.token) {
        identity.revoke_token(&actor, token).await?;
    }
    let ended = format!("{SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    Ok((StatusCode::NO_CONTENT, set_cookie(&ended)).into_response())
}

/// The page of the sign-in form.
#[utoipa::path(get, path = "/sign-in", tag = "web", responses((status = 200)))]
pub async fn sign_in_page() -> Html<&'static str> {
    Html(include_str!("sign_in.html"))
}

/// Signs in from the form.
#[utoipa::path(post, path = "/sign-in", tag = "web", responses((status = 303)))]
pub async fn sign_in_form(
    State(identity): State<Identity>,
    State(secure): State<SecureCookies>,
    peer: Peer,
    Form(draft): Form<SignInDraft>,
) -> Result<Response, Problem> {
    let session = identity
        .sign_in(&draft.login, &draft.password, peer.0)
        .await?;
    Ok((cookie(&session, secure), Redirect::to("/")).into_response())
}

/// The page of a one-time link: the link is spent by its button, not by a preview that fetches it.
#[utoipa::path(get, path = "/sign-in/{code}", tag = "web", params(("code" = String, Path)), responses((status = 200)))]
pub async fn link_page() -> Html<&'static str> {
    Html(include_str!("link.html"))
}

/// Spends a one-time link and opens a session.
#[utoipa::path(post, path = "/sign-in/{code}", tag = "web", params(("code" = String, Path)), responses((status = 303)))]
pub async fn spend_link(
    State(identity): State<Identity>,
    State(secure): State<SecureCookies>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let signed_in = identity.sign_in_by_link(&code).await;
    let session = match signed_in.map_err(Problem::from) {
        Ok(session) => session,
        // A person who comes late reads what to do instead of a problem document.
        Err(problem) if problem.kind() == ProblemKind::NotFound && is_browser(&headers) => {
            let page = Html(include_str!("link_spent.html"));
            return Ok((StatusCode::NOT_FOUND, page).into_response());
        }
        Err(problem) => return Err(problem),
    };
    Ok((cookie(&session, secure), Redirect::to("/")).into_response())
}

/// Whether pages are asked for.
fn is_browser(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn cookie(session: &SignedIn, secure: SecureCookies) -> [(header::HeaderName, HeaderValue); 1] {
    let secure = if secure.0 { "; Secure" } else { "" };
    set_cookie(&format!(
        "{SESSION_COOKIE}={}; Path=/; HttpOnly; SameSite=Strict{secure}",
        session.secret.text
    ))
}

fn set_cookie(text: &str) -> [(header::HeaderName, HeaderValue); 1] {
    let value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    [(header::SET_COOKIE, value)]
}
