//! `POST /api/v1/sync/push`: facts of a batch, each by its native route, with a result for each.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::app::App;
use crate::base::actor::Actor;
use crate::base::origin::Origin;
use crate::base::time::Timestamp;
use crate::http::extract::{json_in_turn, parse_json};
use crate::http::turns::Lane;
use crate::http::{Body, Problem, ProblemKind};
use crate::identity::Caller;
use crate::identity::http::Admitted;

use super::facts::{FactResult, FactWire};
use super::heads::{Heads, exchange};
use super::http_parts::{Arrived, Asked};
use super::natives;

/// No push is larger, after inflation, whatever the operator sets.
pub const PUSH_LIMIT: usize = 16 * 1024 * 1024;
/// Facts that were not begun within this time are answered as not tried: an answer comes before any proxy gives up.
const TRIED_FOR: Duration = Duration::from_secs(50);
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

/// A batch, and the bytes that it was read from: with them it has its turn.
#[derive(Debug)]
pub struct Pushed(PushWire, Bytes);

impl FromRequest<App> for Pushed {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let bytes = json_in_turn(request, app, Lane::Pushes).await?;
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
        Ok(Self(wire, bytes))
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
    Pushed(wire, _bytes): Pushed,
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

/// The author, and what came with the batch as a whole: a signature over that speaks for no fact. A secret that was
/// replaced brings nothing new in a batch either.
fn parted(actor: Actor) -> (Actor, Origin) {
    let origin = actor.origin.clone();
    let bare = Origin {
        retired: origin.retired,
        ..Origin::default()
    };
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
                return FactResult::default()
                    .told(problem.into_response(), self.asked.id, self.brief)
                    .await;
            }
        };
        let named = FactResult::of(&fact.kind, &fact.id);
        let response = match self.request(fact) {
            Ok(request) => self.sent(request).await,
            Err(problem) => problem.into_response(),
        };
        named.told(response, self.asked.id, self.brief).await
    }

    /// The fact's native request.
    fn request(&self, fact: FactWire) -> Result<Request, Problem> {
        let mut request = fact.request(self.asked.headers.clone(), self.sending())?;
        let extensions = request.extensions_mut();
        extensions.insert(Admitted(self.actor.clone()));
        if let Some(id) = self.asked.id {
            extensions.insert(id);
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
}
