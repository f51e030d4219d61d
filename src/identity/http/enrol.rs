//! The phone's side of enrolment: a page with a button, and what the button gives. Codes never come back in an answer.

use axum::extract::{Form, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use crate::http::{Body, Path, Peer, Problem, ProblemKind};
use crate::identity::service::{Enrolled, Identity};

use super::enrol_page as page;

/// How phones reach this server, without a trailing slash.
#[derive(Debug, Clone)]
pub struct ShownUrl(pub String);

/// A code that somebody typed.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypedCode {
    /// As it is printed; case, spaces and dashes do not matter.
    pub code: String,
}

/// The page on which a code is typed.
#[utoipa::path(get, path = "/enrol", tag = "web", responses((status = 200)))]
pub async fn enrol_form() -> Html<String> {
    Html(page::typing())
}

/// Spends a typed code and shows the phone its settings.
#[utoipa::path(post, path = "/enrol", tag = "web", responses((status = 200)))]
pub async fn enrol_typed(
    State(identity): State<Identity>,
    State(url): State<ShownUrl>,
    peer: Peer,
    request: Request,
) -> Response {
    let Ok(Form(typed)) = Form::<TypedCode>::from_request(request, &()).await else {
        return refused(&Problem::new(ProblemKind::NotFound));
    };
    spent(&identity, &url, peer, &typed.code).await
}

/// The page of a code: it is spent by its button, not by a preview that fetches it.
#[utoipa::path(get, path = "/enrol/{code}", tag = "web", params(("code" = String, Path)), responses((status = 200)))]
pub async fn enrol_page(
    State(identity): State<Identity>,
    peer: Peer,
    Path(code): Path<String>,
) -> Response {
    match identity.open_code(&code, peer.0).await {
        Ok(name) => Html(page::button(&name)).into_response(),
        Err(error) => refused(&error.into()),
    }
}

/// Spends an enrolment code on the phone: a form is answered with the page of settings, others with JSON.
#[utoipa::path(post, path = "/enrol/{code}", tag = "identity", params(("code" = String, Path)), responses((status = 201, body = Enrolled)))]
pub async fn enrol(
    State(identity): State<Identity>,
    State(url): State<ShownUrl>,
    peer: Peer,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if is_form(&headers) {
        return Ok(spent(&identity, &url, peer, &code).await);
    }
    let enrolled = identity.spend_enrolment(&code, peer.0).await?;
    Ok(Body(StatusCode::CREATED, enrolled).into_response())
}

async fn spent(identity: &Identity, url: &ShownUrl, peer: Peer, code: &str) -> Response {
    match identity.spend_enrolment(code, peer.0).await {
        Ok(enrolled) => Html(page::settings(&enrolled, &url.0)).into_response(),
        Err(error) => refused(&error.into()),
    }
}

/// One page for every code that does not open, whatever the reason; other failures are the layer's to tell.
fn refused(problem: &Problem) -> Response {
    let kind = problem.kind();
    match kind {
        ProblemKind::NotFound => (kind.status(), Html(page::refused())).into_response(),
        ProblemKind::TooManyRequests => {
            let wait = [(header::RETRY_AFTER, "60")];
            (kind.status(), wait, Html(page::too_many())).into_response()
        }
        _ => Problem::new(kind).into_response(),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}
