//! `POST /api/v1/sync/push`: facts of a batch, each by its native route, with a result for each.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::body::Body as Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::app::App;
use crate::base::actor::Actor;
use crate::base::origin::Origin;
use crate::base::time::Timestamp;
use crate::http::extract::{json_bytes, parse_json};
use crate::http::{Body, Problem, ProblemKind};
use crate::identity::Caller;
use crate::identity::http::Admitted;

use super::heads::{Heads, exchange};
use super::http_parts::{Arrived, Asked};
use super::natives::{self, Native};

/// No push is larger, after inflation, whatever the operator sets.
pub const PUSH_LIMIT: usize = 16 * 1024 * 1024;
/// Facts that were not begun within this time are answered as not tried: an answer comes before any proxy gives up.
const TRIED_FOR: Duration = Duration::from_secs(50);
/// One native answer is no larger.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
/// Headers of a native request that a fact may bring: its signature and what one may cover.
const BROUGHT: [&str; 7] = [
    "content-digest",
    "tuantra-capture",
    "signature-input",
    "signature",
    "content-type",
    "date",
    "tuantra-api",
];

/// A batch of facts.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushWire {
    /// The facts in the order in which they are to be taken: a patrol before its fixes.
    #[schema(value_type = Vec<FactWire>)]
    facts: Vec<Box<RawValue>>,
    /// The last head that the caller keeps, as a signed note.
    #[serde(default)]
    head: Option<String>,
    /// Leave the native answers out: receipts and problems alone.
    #[serde(default)]
    brief: bool,
}

/// One fact of a batch: what its native route would be sent.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactWire {
    /// What it is: `patrol`, `fixes`, `plot`, `measure`, `eradication`, `photo`, …
    kind: String,
    /// The id in the path of its native route: the patrol's for fixes, the plot's for what happens to a plot.
    id: String,
    /// The body of its native request; as a text, when its bytes must be kept exactly as they were signed.
    #[schema(value_type = Object)]
    body: Box<RawValue>,
    /// The headers of its native request with which a device signed it (RFC 9421): `content-digest`, `tuantra-capture`,
    /// `signature-input`, `signature`, and what else the signature covers.
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// What became of one fact.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct FactResult {
    /// The fact's kind, as sent.
    pub kind: Option<String>,
    /// Its id, as sent.
    pub id: Option<String>,
    /// The status of its native answer.
    pub status: u16,
    /// The signed promise, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::journal::Receipt>)]
    pub receipt: Option<Value>,
    /// The rest of the native answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub answer: Option<Value>,
    /// Why it was not taken (RFC 9457).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Value>,
}

/// What became of a batch.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PushAnswer {
    /// One result for each fact, in order.
    pub results: Vec<FactResult>,
    /// The newest head, and what the caller's own came to.
    pub head: Heads,
    /// The server's time.
    pub now: Timestamp,
}

/// A batch's bytes, read whole.
#[derive(Debug)]
pub struct Pushed(PushWire);

impl FromRequest<App> for Pushed {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let bytes = json_bytes(request, app).await?;
        let most = app.config.push_mib as usize * 1024 * 1024;
        if bytes.len() > most {
            return Err(Problem::new(ProblemKind::TooLarge)
                .detail(format!("at most {most} bytes: send it in parts")));
        }
        let wire: PushWire = parse_json(&bytes)?;
        let most = app.config.push_facts as usize;
        if wire.facts.len() > most {
            return Err(Problem::new(ProblemKind::InvalidContent).fault(
                "/facts",
                format!("more than {most} facts: send them in parts"),
            ));
        }
        Ok(Self(wire))
    }
}

/// Takes a batch of facts: each as by its native route, in order, and never one for another's fault. A fact may bring
/// the headers with which a device signed its native request. What was not tried in time is answered 503. A replay of
/// the whole gives the same receipts.
#[utoipa::path(post, path = "/api/v1/sync/push", tag = "sync", request_body = PushWire, responses((status = 200, body = PushAnswer)))]
pub async fn push(
    State(app): State<App>,
    arrived: Arrived,
    Caller(actor): Caller,
    asked: Asked,
    Pushed(wire): Pushed,
) -> Result<Body<PushAnswer>, Problem> {
    let (actor, origin) = parted(actor);
    let batch = Batch {
        router: natives::router().with_state(app.clone()),
        origin,
        arrived: arrived.0,
        until: Instant::now() + TRIED_FOR,
        brief: wire.brief,
        asked,
        actor,
        app,
    };
    let mut results = Vec::with_capacity(wire.facts.len());
    for fact in &wire.facts {
        results.push(batch.result(fact).await);
    }
    let (app, actor) = (&batch.app, &batch.actor);
    Ok(Body(
        axum::http::StatusCode::OK,
        PushAnswer {
            results,
            head: exchange(&app.journal, actor, wire.head.as_deref()).await?,
            now: app.journal.now(),
        },
    ))
}

/// The author, and what came with the batch as a whole: a signature over that speaks for no fact.
fn parted(actor: Actor) -> (Actor, Origin) {
    let (origin, bare) = (actor.origin.clone(), Origin::default());
    let actor = Actor {
        origin: bare,
        ..actor
    };
    (actor, origin)
}

struct Batch {
    app: App,
    router: Router,
    actor: Actor,
    origin: Origin,
    arrived: Timestamp,
    until: Instant,
    brief: bool,
    asked: Asked,
}

impl Batch {
    async fn result(&self, raw: &RawValue) -> FactResult {
        let fact: FactWire = match parse_json(raw.get().as_bytes()) {
            Ok(fact) => fact,
            Err(problem) => {
                return self
                    .told(FactResult::default(), problem.into_response())
                    .await;
            }
        };
        let named = FactResult {
            kind: Some(fact.kind.clone()),
            id: Some(fact.id.clone()),
            ..FactResult::default()
        };
        let response = match self.request(fact) {
            Ok(request) => self.sent(request).await,
            Err(problem) => problem.into_response(),
        };
        self.told(named, response).await
    }

    /// The fact's native request.
    fn request(&self, fact: FactWire) -> Result<Request, Problem> {
        let refused = |pointer: &str, expected: String| {
            Problem::new(ProblemKind::InvalidContent).fault(pointer, expected)
        };
        let native = Native::of(&fact.kind)
            .ok_or_else(|| refused("/kind", format!("expected one of {}", Native::names())))?;
        if !is_plain_uuid(&fact.id) {
            let expected = "expected a UUID such as 01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
            return Err(refused("/id", expected.to_owned()));
        }
        let mut request = Request::new(Bytes::from(body_of(&fact.body)?));
        *request.method_mut() = native.method.clone();
        let path = native.path(&fact.id);
        *request.uri_mut() = path
            .parse()
            .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
        let headers = request.headers_mut();
        headers.extend(self.asked.headers.clone());
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Some(sent) = self.sending() {
            headers.insert("tuantra-sent", sent);
        }
        for (name, value) in fact.headers {
            let name = name.to_ascii_lowercase();
            if !BROUGHT.contains(&name.as_str()) {
                let expected = format!("expected only {}", BROUGHT.join(", "));
                return Err(refused(&format!("/headers/{name}"), expected));
            }
            let value = HeaderValue::from_str(&value);
            let value = value.or(Err(refused(
                &format!("/headers/{name}"),
                "expected a header's value".to_owned(),
            )))?;
            let name = HeaderName::from_bytes(name.as_bytes());
            let name = name.map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
            headers.insert(name, value);
        }
        request
            .extensions_mut()
            .insert(Admitted(self.actor.clone()));
        if let Some(id) = self.asked.id {
            request.extensions_mut().insert(id);
        }
        Ok(request)
    }

    /// The sender's clock now: what it said when the batch left it, and the time that passed here since it came.
    fn sending(&self) -> Option<HeaderValue> {
        let sending = self.origin.sending?;
        let passed = self.app.journal.now().since(self.arrived).max(0);
        let at = sending.sent_at.plus_millis(passed).as_millis();
        let text = match sending.round_trip_ms {
            Some(ms) => format!("at={at}, rtt={ms}"),
            None => format!("at={at}"),
        };
        HeaderValue::from_str(&text).ok()
    }

    async fn sent(&self, request: Request) -> Response {
        let late = || {
            Problem::new(ProblemKind::Unavailable)
                .detail("not finished in the time of one push: send it again")
                .into_response()
        };
        if Instant::now() >= self.until {
            return late();
        }
        let answered = AssertUnwindSafe(self.router.clone().oneshot(request)).catch_unwind();
        // Longer than the batch may begin facts: one that was begun gets its time.
        let answered = tokio::time::timeout_at(self.until + TRIED_FOR, answered);
        match answered.await {
            Ok(Ok(Ok(response))) => response,
            Ok(Err(panic)) => crate::http::layers::panicked(panic),
            Err(_) => late(),
        }
    }

    /// A native answer as a result.
    async fn told(&self, mut result: FactResult, response: Response) -> FactResult {
        result.status = response.status().as_u16();
        let problem = response
            .extensions()
            .get::<std::sync::Arc<Problem>>()
            .cloned();
        let response = match problem {
            Some(problem) => {
                let id = self.asked.id.map(|id| id.to_string()).unwrap_or_default();
                problem.respond(&id)
            }
            None => response,
        };
        let is_taken = response.status().is_success();
        let bytes = axum::body::to_bytes(response.into_body(), ANSWER_LIMIT).await;
        let value: Option<Value> = bytes
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if !is_taken {
            result.problem = value.or_else(|| Some(serde_json::json!({ "status": result.status })));
            return result;
        }
        let mut value = value.unwrap_or_default();
        let receipt = value.as_object_mut().and_then(|own| own.remove("receipt"));
        result.receipt = receipt.filter(|receipt| !receipt.is_null());
        result.answer = (!self.brief).then_some(value);
        result
    }
}

/// The bytes of a native body: those of the object, or those that a text holds.
fn body_of(raw: &RawValue) -> Result<String, Problem> {
    let text = raw.get();
    if !text.starts_with('"') {
        return Ok(text.to_owned());
    }
    serde_json::from_str(text).or(Err(Problem::new(ProblemKind::InvalidContent)
        .fault("/body", "expected an object, or a text that holds one")))
}

fn is_plain_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn a_body_keeps_its_bytes_as_an_object_and_as_a_text() {
        assert_eq!(
            body_of(&raw(r#"{ "b":1,  "a" : 2 }"#)).unwrap(),
            r#"{ "b":1,  "a" : 2 }"#
        );
        assert_eq!(body_of(&raw(r#""{ \"b\":1 }""#)).unwrap(), r#"{ "b":1 }"#);
    }

    #[test]
    fn only_an_id_becomes_a_part_of_a_path() {
        assert!(is_plain_uuid("01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4"));
        for text in [
            "",
            "../plots",
            "{01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4}",
            "01938f3a7c2e7b1a9d436f0a51b2c3d4",
            "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4/x",
        ] {
            assert!(!is_plain_uuid(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_fact_is_parsed_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..512)) {
            let _ = parse_json::<PushWire>(&bytes).is_ok();
            let _ = parse_json::<FactWire>(&bytes).is_ok();
        }
    }
}
