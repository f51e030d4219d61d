//! `GET /api/v1/live`, its rules, and who watched a patrol.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::base::actor::Right;
use crate::base::ids::PatrolId;
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;
use crate::journal::{RulesEntry, RulesFault, RulesSet, RulesWire};

pub use crate::sync::sql::Watcher;

use super::listener::NotHeard;
use super::{Live, LiveRules};

/// Proxies close connections over which nothing comes.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How to listen.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LiveParams {
    /// End after what is there now.
    once: Option<bool>,
    /// The same as `Last-Event-ID`, for clients that cannot set headers.
    after: Option<i64>,
}

/// One server-sent event as clients read it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "its shape stands in the contract")]
struct LiveEvent {
    /// Its name.
    event: String,
    /// The number of the log up to which its listener then knows all.
    id: String,
    /// Its content, JSON.
    data: String,
}

/// Who watched a patrol.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Watchers {
    /// The latest first, at most 500.
    pub watchers: Vec<Watcher>,
}

/// Server-sent events: `position` (the latest of each patrol under way, by the time of the fix), `gone`, `plot`, `sos`, `alarm`;
/// `watching` when all that was there is told, `ended` when the right or the secret ended. A client that comes back with
/// `Last-Event-ID` is told the present positions, and the plots and alarms that it missed. Whoever listens is written
/// down, and told to the teams.
#[utoipa::path(get, path = "/api/v1/live", tag = "live", params(LiveParams, ("Last-Event-ID" = Option<i64>, Header, description = "The last event's id")),
    responses((status = 200, body = LiveEvent, content_type = "text/event-stream"), (status = 403), (status = 503)))]
pub async fn live(
    State(live): State<Live>,
    Caller(actor): Caller,
    Params(params): Params<LiveParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let shown = headers.get("last-event-id").map(|value| {
        let text = value.to_str().ok();
        text.and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| {
                Problem::new(ProblemKind::InvalidHeader).fault(
                    "header:last-event-id",
                    "expected the id of an event of this stream",
                )
            })
    });
    let after = shown.transpose()?.or(params.after);
    let once = params.once.unwrap_or(false);
    let listener = live.listen(actor, after, once).await.map_err(not_heard)?;
    let events = futures::stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response();
    let no_buffer = HeaderName::from_static("x-accel-buffering");
    let headers = response.headers_mut();
    headers.insert(no_buffer, HeaderValue::from_static("no"));
    Ok(response)
}

fn not_heard(cause: NotHeard) -> Problem {
    match cause {
        NotHeard::Forbidden => Problem::new(ProblemKind::Forbidden),
        NotHeard::Full => Problem::new(ProblemKind::Unavailable)
            .detail("every place at the live feed is taken; try again later"),
        NotHeard::Store(error) => error.into(),
    }
}

/// Who was shown live where a patrol was: for its team, and for those who may read it.
#[utoipa::path(get, path = "/api/v1/patrols/{id}/watchers", tag = "live", params(("id" = PatrolId, Path)), responses((status = 200, body = Watchers)))]
pub async fn patrol_watchers(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<PatrolId>,
) -> Result<Body<Watchers>, Problem> {
    app.patrols.refuse_unless_readable(&actor, id).await?;
    let watchers = app.live.watchers(id).await?;
    Ok(Body(StatusCode::OK, Watchers { watchers }))
}

/// Every version of the rules of what is shown live, the oldest first.
#[utoipa::path(get, path = "/api/v1/live/definitions", tag = "live", responses((status = 200, body = [RulesEntry<LiveRules>])))]
pub async fn live_definitions(
    State(app): State<App>,
    Caller(actor): Caller,
) -> Result<Body<Vec<RulesEntry<LiveRules>>>, Problem> {
    if !actor.may_somewhere(Right::ReadPatrols) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    Ok(Body(StatusCode::OK, app.journal.all_rules().await?))
}

/// Sets the next rules; what they hide goes from every screen within seconds.
#[utoipa::path(post, path = "/api/v1/live/definitions", tag = "live", request_body = RulesWire<LiveRules>,
    responses((status = 201, body = RulesSet), (status = 400)))]
pub async fn set_live_definition(
    State(app): State<App>,
    Caller(actor): Caller,
    Json { value, bytes }: Json<RulesWire<LiveRules>>,
) -> Result<Body<RulesSet>, Problem> {
    if !actor.may_in_province(Right::ChangeDefinitions) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    let set = app.journal.set_rules(actor.id, value, &bytes).await;
    let set = set.map_err(|fault| match fault {
        RulesFault::Refused { name, reason } => {
            Problem::new(ProblemKind::InvalidParameter).detail(format!("{name}: {reason}"))
        }
        RulesFault::Store(error) => error.into(),
    })?;
    Ok(Body(StatusCode::CREATED, set))
}
