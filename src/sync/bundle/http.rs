//! Who takes bundles for whom: the key to seal them to, the door that takes them, and what of them waits.

use std::path::PathBuf;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{Extensions, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use crate::app::App;
use crate::base::actor::Right;
use crate::base::ids::{LogId, QuarantineId, RequestId};
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;

use super::super::sql;
use super::deciding::{ReviewDecided, ReviewDecisionWire, decide};
use super::import::{BundleAnswer, Carrier, import};
use super::told::{ReviewTold, shown};

/// Facts that were not begun within this time are answered as not tried: an answer comes before any proxy gives up.
const TRIED_FOR: Duration = Duration::from_secs(50);
const MOST_REVIEWS: u32 = 500;

/// What a maker of bundles needs to know.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RecipientAnswer {
    /// The log that a bundle names.
    pub log: LogId,
    /// How a bundle is sealed: HPKE's suite (RFC 9180).
    pub suite: &'static str,
    /// The X25519 public key to seal to, in base64url.
    pub recipient: String,
}

/// Which part of what waits.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReviewParams {
    /// At most so many, 1 to 500 (default 100).
    pub limit: Option<u32>,
    /// Only what came before this time.
    pub before: Option<Timestamp>,
    /// What waits (the default), what was accepted, what was refused, or all.
    #[param(inline)]
    pub state: Option<ReviewState>,
}

vocabulary! {
    /// Which reviews are asked for.
    ReviewState: "a state of a review" {
        /// What waits.
        Open = "open",
        /// What was accepted.
        Accepted = "accepted",
        /// What was refused.
        Refused = "refused",
        /// All of them.
        Any = "any",
    }
}

/// What waits for a person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReviewList {
    /// The newest first.
    pub reviews: Vec<ReviewTold>,
}

/// What the recipient is, as told on the wire and at the command line.
pub fn recipient_of(app: &App) -> Result<RecipientAnswer, Problem> {
    Ok(RecipientAnswer {
        log: app.journal.log_id(),
        suite: "X25519, HKDF-SHA256, AES-256-GCM",
        recipient: BASE64_URL.encode(super::opening(app)?.recipient().0),
    })
}

/// The public key that bundles for this server are sealed to.
#[utoipa::path(get, path = "/api/v1/bundles/recipient", tag = "sync", responses((status = 200, body = RecipientAnswer)))]
pub async fn bundle_recipient(
    State(app): State<App>,
    _caller: Caller,
) -> Result<Body<RecipientAnswer>, Problem> {
    Ok(Body(StatusCode::OK, recipient_of(&app)?))
}

/// Takes a bundle that was carried here: each fact as by its native route, as the device that signed it, with the
/// rights that it had then. The carrier needs a right to record and adds none of its own. A result for each record, in
/// the order of the file; the same bundle again gives the same receipts. A bundle that is damaged, sealed to another,
/// or for another log is refused as a whole and kept aside.
#[utoipa::path(post, path = "/api/v1/bundles", tag = "sync",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = BundleAnswer)))]
pub async fn bring_bundle(
    State(app): State<App>,
    Caller(actor): Caller,
    request: Request,
) -> Result<Body<BundleAnswer>, Problem> {
    if !actor.may_somewhere(Right::RecordPatrols) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    let id = request.extensions().get::<RequestId>().copied();
    let spooled = Spooled::receive(&app, request).await?;
    let carrier = Carrier {
        actor,
        request: id,
        until: Some(Instant::now() + TRIED_FOR),
    };
    let answer = import(&app, carrier, spooled.0.clone()).await?;
    Ok(Body(StatusCode::OK, answer))
}

/// What carried bundles held and post nodes forwarded that waits for a person, the newest first: whose it is, why it was not
/// taken, and for who may read the whole province's plots what it says in short.
#[utoipa::path(get, path = "/api/v1/bundles/review", tag = "sync", params(ReviewParams), responses((status = 200, body = ReviewList)))]
pub async fn bundle_reviews(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(params): Params<ReviewParams>,
) -> Result<Body<ReviewList>, Problem> {
    if !actor.may_in_province(Right::ManageIdentity) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    let limit = params.limit.unwrap_or(100);
    if !(1..=MOST_REVIEWS).contains(&limit) {
        return Err(Problem::new(ProblemKind::InvalidParameter)
            .fault("query:limit", format!("expected 1 to {MOST_REVIEWS}")));
    }
    let state = params.state.unwrap_or(ReviewState::Open);
    let before = params.before.unwrap_or(app.journal.now().plus_millis(1));
    let mut tx = app.journal.store().read().await?;
    let reviews = sql::reviews(&mut tx, before, i64::from(limit), state.as_str()).await?;
    drop(tx);
    let reviews = shown(&app, &actor, reviews).await?;
    Ok(Body(StatusCode::OK, ReviewList { reviews }))
}

/// Decides about something that waits, with a reason. What is accepted goes through its own route as its author, with the
/// rights that it had when it was signed (`no_right`: or those that it was given since), and is told with a flag from
/// then on; what its own route refuses waits on. Whoever enrolled the device accepts nothing of it. What is refused keeps
/// its bytes.
#[utoipa::path(post, path = "/api/v1/bundles/review/{id}/decision", tag = "sync", params(("id" = QuarantineId, Path)),
    request_body = ReviewDecisionWire, responses((status = 200, body = ReviewDecided), (status = 404), (status = 409), (status = 422)))]
pub async fn decide_review(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<QuarantineId>,
    extensions: Extensions,
    sent: Json<ReviewDecisionWire>,
) -> Result<Body<ReviewDecided>, Problem> {
    if !actor.may_in_province(Right::ManageIdentity) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    let request = extensions.get::<RequestId>().copied();
    let decided = Box::pin(decide(&app, &actor, request, id, sent.value)).await?;
    Ok(Body(StatusCode::OK, decided))
}

/// A bundle on its way in: a file that goes with this value.
struct Spooled(PathBuf);

impl Drop for Spooled {
    fn drop(&mut self) {
        // What a crash leaves behind is sealed and lies in a folder of its own.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Spooled {
    async fn receive(app: &App, request: Request) -> Result<Self, Problem> {
        let folder = &app.config.data.join("spool");
        let failed = |cause| from_disk(&cause);
        tokio::fs::create_dir_all(folder).await.map_err(failed)?;
        let own = Self(folder.join(format!("{}.bundle", app.journal.ids().make())));
        let mut file = tokio::fs::File::create_new(&own.0).await.map_err(failed)?;
        let most = u64::from(app.config.bundle_mib) * 1024 * 1024;
        let mut length = 0;
        let mut body = request.into_body().into_data_stream();
        while let Some(block) = body.next().await {
            let block = block.or(Err(Problem::new(ProblemKind::MalformedBody)
                .detail("the body ended early: send the bundle again")))?;
            length += block.len() as u64;
            if length > most {
                return Err(Problem::new(ProblemKind::TooLarge)
                    .detail(format!("at most {most} bytes: make smaller bundles")));
            }
            file.write_all(&block).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        Ok(own)
    }
}

/// What a disk's refusal is told as.
pub(in crate::sync) fn from_disk(cause: &std::io::Error) -> Problem {
    let is_full = matches!(
        cause.kind(),
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
    );
    let kind = if is_full {
        ProblemKind::StorageFull
    } else {
        ProblemKind::Unavailable
    };
    Problem::new(kind).internal(cause)
}
