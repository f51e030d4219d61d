//! A person's decision about what waits: refused, or taken by its own route as its author, with the rights of then.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower::ServiceExt;
use uuid::Uuid;

use crate::app::App;
use crate::base::actor::Actor;
use crate::base::from_hex;
use crate::base::ids::{DeviceId, EntryId, QuarantineId, RequestId};
use crate::base::origin::Doubt;
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::blobs::BlobName;
use crate::http::extract::parse_json;
use crate::http::{Problem, ProblemKind};
use crate::identity::http::Admitted;
use crate::journal::{Entry, Kind, Receipt};
use crate::store;

use super::super::facts::{FactResult, FactWire};
use super::super::sql::{self, NewDecision, Review};
use super::aside::RecordKind;
use super::taking::own_routes;
use super::vouched::{Vouched, original_request};

const LONGEST_REASON: usize = 1_000;

vocabulary! {
    /// What was decided about something that waited.
    ReviewDecision: "a decision" {
        /// It counts, by its author's rights of then.
        Accepted = "accepted",
        /// It does not count; its bytes stay.
        Refused = "refused",
    }
}

/// A decision about something that waits.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewDecisionWire {
    /// `accepted` or `refused`.
    pub decision: ReviewDecision,
    /// Why; 10 to 1,000 characters.
    pub reason: String,
}

/// A decision as it stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReviewDecided {
    /// What was decided about.
    pub review: Review,
    /// The receipt of the fact, when it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Receipt>)]
    pub accepted: Option<serde_json::Value>,
    /// The promise for the decision; null when it was known.
    pub receipt: Option<Receipt>,
}

/// Decides about something that waits, once. An accepted fact goes through its own route as its author; when that
/// refuses it, it waits on.
pub(super) async fn decide(
    app: &App,
    actor: &Actor,
    request: Option<RequestId>,
    id: QuarantineId,
    wire: ReviewDecisionWire,
) -> Result<ReviewDecided, Problem> {
    let length = wire.reason.trim().chars().count();
    if !(10..=LONGEST_REASON).contains(&length) {
        return Err(Problem::new(ProblemKind::InvalidContent).fault(
            "/reason",
            "expected 10 to 1,000 characters: lý do, nêu căn cứ",
        ));
    }
    let review = review_of(app, id).await?;
    if let Some(known) = &review.decision {
        if *known == wire.decision.as_str() && review.decided_by == Some(actor.id) {
            return Ok(ReviewDecided {
                review,
                accepted: None,
                receipt: None,
            });
        }
        return Err(Problem::new(ProblemKind::WrongState).detail(format!("already {known}")));
    }
    let accepted = match wire.decision {
        ReviewDecision::Accepted => Some(accept(app, actor, request, &review).await?),
        ReviewDecision::Refused => None,
    };
    let row = NewDecision {
        quarantine: id,
        author: review.actor,
        at: app.journal.now(),
        decision: wire.decision.as_str(),
        reason: wire.reason.trim().to_owned(),
        decided_by: actor.id,
        accepted: accepted.as_ref().and_then(entry_in),
    };
    let fact = review.fact.unwrap_or(id.0);
    let receipt = written(app, actor, fact, row).await?;
    Ok(ReviewDecided {
        review: review_of(app, id).await?,
        accepted,
        receipt: Some(receipt),
    })
}

async fn review_of(app: &App, id: QuarantineId) -> Result<Review, Problem> {
    let mut tx = app.journal.store().read().await?;
    let found = sql::review(&mut tx, id).await?;
    found.ok_or(Problem::new(ProblemKind::NotFound))
}

fn entry_in(receipt: &serde_json::Value) -> Option<EntryId> {
    receipt["entry_id"].as_str()?.parse().ok()
}

/// Writes the decision down; one of two that are made at once fails.
async fn written(
    app: &App,
    actor: &Actor,
    fact: Uuid,
    row: NewDecision,
) -> Result<Receipt, Problem> {
    let body = json!({
        "review": row.quarantine, "decision": row.decision, "reason": row.reason, "accepted": row.accepted,
    });
    let context = (app.journal.clone(), actor.clone(), body.to_string(), row);
    let receipt = app
        .journal
        .write(context, move |tx, (journal, actor, body, row)| {
            Box::pin(async move {
                if !sql::decide(tx, row).await? {
                    return Ok(None);
                }
                let entry = Entry {
                    kind: Kind::Bundle,
                    fact,
                    actor: actor.id,
                    device: None,
                    origin: None,
                    body: body.as_bytes(),
                };
                let written = journal.enter(tx, entry).await?;
                if let Some(own) = row.accepted {
                    sql::set_forwarded_own(tx, row.quarantine, own).await?;
                }
                Ok::<_, store::Error>(Some(journal.receipt(&written)))
            })
        })
        .await?;
    receipt.ok_or(Problem::new(ProblemKind::WrongState).detail("decided in this moment by another"))
}

/// Takes what waited by its own route; gives the fact's receipt.
async fn accept(
    app: &App,
    actor: &Actor,
    id: Option<RequestId>,
    review: &Review,
) -> Result<serde_json::Value, Problem> {
    let cannot = |why: &str| {
        let expected = format!("expected refused: {why}");
        Problem::new(ProblemKind::InvalidContent).fault("/decision", expected)
    };
    let mut tx = app.journal.store().read().await?;
    if app
        .identity
        .may_be_one(&mut tx, review.actor, actor.id)
        .await?
    {
        return Err(Problem::new(ProblemKind::Forbidden)
            .detail("whoever enrolled the device does not accept what it signed"));
    }
    drop(tx);
    let record = review.record.as_deref().and_then(|own| own.parse().ok());
    let record = match record {
        None | Some(RecordKind::Bundle) => return Err(cannot("it cannot be read as a whole")),
        Some(record) => record,
    };
    if ["foreign_author", "receipt_fails"].contains(&review.reason.as_str()) {
        return Err(cannot("nobody knows whose it is"));
    }
    let (Some(rights_of), Some(at)) = (review.rights_of, review.at) else {
        return Err(cannot("whose it is was not kept"));
    };
    let then = app.identity.device_then(DeviceId(rights_of), at).await?;
    let then = then.ok_or_else(|| cannot("its device is not known any more"))?;
    let bytes = kept_bytes(app, review).await?;
    let record = (record, bytes.as_slice());
    let mut told = tried(app, id, review, record, then).await?;
    if told.status >= 300 && review.reason == "no_right" {
        // Nobody's word widens what it might do then; a right that it was given since does.
        let speaker = app.identity.device_now(DeviceId(review.actor)).await?;
        let now = app.identity.device_now(DeviceId(rights_of)).await?;
        if let (Some(now), Some(_)) = (now, speaker) {
            told = tried(app, id, review, record, now).await?;
        }
    }
    if told.status >= 300 {
        return Err(Problem::new(ProblemKind::InvalidContent)
            .fault(
                "/decision",
                "expected refused: the fact's own route does not take it",
            )
            .with("refusal", told.problem.unwrap_or_default()));
    }
    Ok(told.receipt.unwrap_or_default())
}

/// Sends what waited by its own route, as its author with the grants of somebody.
async fn tried(
    app: &App,
    id: Option<RequestId>,
    review: &Review,
    (record, bytes): (RecordKind, &[u8]),
    granted: Actor,
) -> Result<FactResult, Problem> {
    let (mut author, mut request) = remade(app, review, record, granted, bytes.to_vec())?;
    author.id = review.actor;
    author.origin.doubt = Some(doubt_of(&review.reason));
    let extensions = request.extensions_mut();
    extensions.insert(Admitted(author));
    if let Some(id) = id {
        extensions.insert(id);
    }
    let answered = own_routes(app).oneshot(request).await;
    let response = answered
        .unwrap_or_else(|never| match never {})
        .into_response();
    Ok(FactResult::default().told(response, id, true).await)
}

/// The native request of what waited, and its author.
fn remade(
    app: &App,
    review: &Review,
    record: RecordKind,
    mut author: Actor,
    bytes: Vec<u8>,
) -> Result<(Actor, Request), Problem> {
    let photo = review.fact.unwrap_or_default();
    let request = match record {
        RecordKind::Fact => {
            let wire: FactWire = parse_json(&bytes)?;
            wire.request(HeaderMap::new(), None)?
        }
        RecordKind::Vouched => {
            let wire: Vouched = parse_json(&bytes)?;
            wire.again(&mut author, app.journal.now())?
        }
        RecordKind::VouchedOriginal => {
            let wire: Vouched = parse_json(review.vouched.as_deref().unwrap_or_default())?;
            // Nothing but its origin is of use: the bytes are the photo's.
            author.origin = wire.origin(author.id, true, &[]).unwrap_or_default();
            original_request(photo, bytes)?
        }
        RecordKind::Original | RecordKind::Bundle => original_request(photo, bytes)?,
    };
    Ok((author, request))
}

async fn kept_bytes(app: &App, review: &Review) -> Result<Vec<u8>, Problem> {
    let mut tx = app.journal.store().read().await?;
    let stored = app.journal.entry(&mut tx, review.entry).await?;
    drop(tx);
    let gone = || Problem::new(ProblemKind::NotFound).detail("its bytes were erased");
    let body = stored.and_then(|stored| stored.body).ok_or_else(gone)?;
    if body.len() as u64 == review.bytes.unsigned_abs() {
        return Ok(body);
    }
    let named: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let name = named["sha256"].as_str().and_then(from_hex).map(BlobName);
    let found = match name {
        Some(name) => app.blobs.get(name).await,
        None => Ok(None),
    };
    let found = found.map_err(|cause| Problem::new(ProblemKind::Unavailable).internal(cause))?;
    Ok(found.ok_or_else(gone)?.to_vec())
}

/// What an accepted fact is told with from then on.
fn doubt_of(reason: &str) -> Doubt {
    match reason {
        "revoked_since" => Doubt::ReceivedAfterRevocation,
        "back_dated" => Doubt::BackDated,
        _ => Doubt::AcceptedAfterReview,
    }
}

impl Vouched {
    /// Its native request once more, with what came with it to the node, whose rights the author has so far.
    fn again(&self, author: &mut Actor, now: Timestamp) -> Result<Request, Problem> {
        let body = self.bytes();
        author.origin = self.origin(author.id, true, &body).unwrap_or_default();
        if let Some(door) = self.door {
            author.door = door;
        }
        self.request(&body, now)
    }
}
