//! The trackers' doors. Whatever a valid secret brings is kept and answered 2xx; what cannot be kept now is a 503, and
//! comes again.

use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;

use crate::base::actor::Actor;
use crate::http::extract::{raw, raw_in_turn};
use crate::http::turns::Lane;
use crate::http::{Problem, ProblemKind};
use crate::identity::{TrackerBasic, TrackerCaller};
use crate::journal::model::sha256;
use crate::patrols::model::signs::TrackerApp;
use crate::patrols::{Error, Patrols};

use super::osmand::{self, Came};
use super::reading::{UNREADABLE, heard};
use super::{Message, Said, overland, owntracks, traccar};

/// Largest request with one message.
pub const MESSAGE_LIMIT: usize = 1024 * 1024;
/// Largest batch: a thousand records of Overland have some 600 kB.
pub const BATCH_LIMIT: usize = 5 * 1024 * 1024;

/// Takes one reading by query.
#[utoipa::path(get, path = "/t/{token}", tag = "trackers", params(("token" = String, Path)),
    responses((status = 200), (status = 401, description = "News under a secret that was replaced"), (status = 404), (status = 503)))]
pub async fn track_query(
    State(patrols): State<Patrols>,
    TrackerCaller(actor): TrackerCaller,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Problem> {
    let came = Came {
        by_get: true,
        with_body: false,
    };
    let query = query.unwrap_or_default();
    take_one(&patrols, &actor, &query, b"", came, false).await
}

/// Takes one reading as a form, as JSON, or by query.
#[utoipa::path(post, path = "/t/{token}", tag = "trackers", params(("token" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200), (status = 401, description = "News under a secret that was replaced"), (status = 404), (status = 503)))]
pub async fn track_message(
    State(patrols): State<Patrols>,
    TrackerCaller(actor): TrackerCaller,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<StatusCode, Problem> {
    let says_json = is_json(request.headers());
    let body = raw(request, &()).await?;
    let came = Came {
        by_get: false,
        with_body: !body.is_empty(),
    };
    let query = query.unwrap_or_default();
    take_one(&patrols, &actor, &query, &body, came, says_json).await
}

/// Takes one reading as a `POST` does: some programs let their user choose the method.
#[utoipa::path(put, path = "/t/{token}", tag = "trackers", params(("token" = String, Path)),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200), (status = 401, description = "News under a secret that was replaced"), (status = 404), (status = 503)))]
pub async fn track_put(
    patrols: State<Patrols>,
    caller: TrackerCaller,
    query: RawQuery,
    request: Request,
) -> Result<StatusCode, Problem> {
    track_message(patrols, caller, query, request).await
}

/// Takes a batch of Overland's.
#[utoipa::path(post, path = "/t/{token}/overland", tag = "trackers", params(("token" = String, Path)),
    request_body(content = String, content_type = "application/json"),
    responses((status = 200), (status = 401, description = "News under a secret that was replaced"), (status = 404), (status = 503)))]
pub async fn track_overland(
    State(patrols): State<Patrols>,
    TrackerCaller(actor): TrackerCaller,
    request: Request,
) -> Result<Response, Problem> {
    let body = raw_in_turn(request, &(), Lane::Fixes).await?;
    let messages = overland::read(&body);
    take(&patrols, &actor, TrackerApp::Overland, messages, &body).await?;
    Ok(json(r#"{"result":"ok"}"#))
}

/// Takes a message of OwnTracks.
#[utoipa::path(post, path = "/t/{token}/owntracks", tag = "trackers", params(("token" = String, Path)),
    request_body(content = String, content_type = "application/json"),
    responses((status = 200), (status = 401, description = "News under a secret that was replaced"), (status = 404), (status = 503)))]
pub async fn track_owntracks(
    State(patrols): State<Patrols>,
    TrackerCaller(actor): TrackerCaller,
    request: Request,
) -> Result<Response, Problem> {
    take_owntracks(&patrols, &actor, request).await
}

/// Takes a message of OwnTracks where the secret is the password (as its Recorder does). The name of user and device,
/// in headers or the query, say nothing that the secret does not.
#[utoipa::path(post, path = "/pub", tag = "trackers",
    request_body(content = String, content_type = "application/json"),
    responses((status = 200), (status = 401, description = "No secret, or news under one that was replaced"), (status = 503)))]
pub async fn publish_owntracks(
    State(patrols): State<Patrols>,
    TrackerBasic(actor): TrackerBasic,
    request: Request,
) -> Result<Response, Problem> {
    let taken = take_owntracks(&patrols, &actor, request).await;
    taken.map_err(|problem| match problem.kind() {
        // Under a secret that was replaced: here another password is what is wanted.
        ProblemKind::Unauthenticated => Problem::new(ProblemKind::BasicNeeded),
        _ => problem,
    })
}

async fn take_owntracks(
    patrols: &Patrols,
    actor: &Actor,
    request: Request,
) -> Result<Response, Problem> {
    let body = raw(request, &()).await?;
    if let Some(said) = owntracks::read(&body) {
        let messages = vec![Message {
            said,
            json: as_json(&body),
        }];
        take(patrols, actor, TrackerApp::OwnTracks, messages, &body).await?;
    }
    Ok(json("[]"))
}

async fn take_one(
    patrols: &Patrols,
    actor: &Actor,
    query: &str,
    body: &[u8],
    came: Came,
    says_json: bool,
) -> Result<StatusCode, Problem> {
    let bytes = [query.as_bytes(), b"\n", body].concat();
    let is_json = says_json || body.trim_ascii_start().starts_with(b"{");
    let read = if is_json && !body.is_empty() {
        let said = traccar::read(body);
        Some((TrackerApp::Traccar9, said, as_json(body)))
    } else if let Ok(form) = std::str::from_utf8(body) {
        let read = osmand::read(form, query, came);
        read.map(|(app, said)| (app, said, as_json(bytes.trim_ascii())))
    } else {
        let Message { said, json } = unreadable(&bytes);
        Some((TrackerApp::Traccar10, said, json))
    };
    if let Some((app, said, json)) = read {
        take(patrols, actor, app, vec![Message { said, json }], &bytes).await?;
    }
    Ok(StatusCode::OK)
}

async fn take(
    patrols: &Patrols,
    actor: &Actor,
    app: TrackerApp,
    messages: Vec<Message>,
    bytes: &[u8],
) -> Result<(), Problem> {
    let passed_over = messages
        .iter()
        .filter(|message| message.said == Said::Other);
    let passed_over = u64::try_from(passed_over.count()).unwrap_or(u64::MAX);
    if passed_over > 0 {
        metrics::counter!("tuantra_tracker_passed_over_total", "app" => app.as_str())
            .increment(passed_over);
    }
    let heard = heard(app, messages, sha256(bytes), patrols.journal().now());
    metrics::counter!("tuantra_tracker_fixes_total", "app" => app.as_str())
        .increment(u64::try_from(heard.fixes.len()).unwrap_or(u64::MAX));
    patrols.hear(actor, heard).await.map_err(refused)
}

/// A tracker sends what was refused again and again, first of all: only what time mends may be refused.
fn refused(error: Error) -> Problem {
    match error {
        Error::TooMuchAside => Problem::new(ProblemKind::Unavailable)
            .detail("too much of this device was set apart today"),
        error => error.into(),
    }
}

/// A body that no reader understands.
pub(super) fn unreadable(body: &[u8]) -> Message {
    Message {
        said: Said::Unreadable(UNREADABLE),
        json: as_json(body),
    }
}

/// Bytes as JSON: as they are when they are JSON, else as a text, else in base64.
fn as_json(bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return serde_json::json!({ "base64": BASE64.encode(bytes) }).to_string();
    };
    match serde_json::from_str::<&serde_json::value::RawValue>(text) {
        Ok(value) => value.get().to_owned(),
        Err(_) => serde_json::Value::from(text).to_string(),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or("");
    kind.trim()
        .to_ascii_lowercase()
        .starts_with("application/json")
}

fn json(text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, Bytes::from_static(text.as_bytes())).into_response()
}
