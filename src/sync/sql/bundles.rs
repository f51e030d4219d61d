//! Bundles that were carried here, and what of them waits for a person.

use uuid::Uuid;

use crate::base::ids::{EntryId, QuarantineId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const KNOWN_BUNDLE: &str = "SELECT entry FROM sync_bundles WHERE id = $1";
pub(super) const INSERT_BUNDLE: &str = "INSERT INTO sync_bundles \
     (id, entry, device, carrier, number, made_at, facts, taken, review, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
macro_rules! reviews {
    ($rest:literal) => {
        concat!(
            "SELECT q.id, q.entry, q.fact, q.actor, q.reason, q.bytes, q.received_at, r.record, r.rights_of, r.at, r.vouched, r.refusal, \
             r.decision, r.decision_reason, r.decided_by, r.decided_at, r.accepted \
             FROM quarantine q LEFT JOIN sync_reviews r ON r.quarantine = q.id WHERE q.kind = 'bundle' AND ",
            $rest
        )
    };
}

pub(super) const REVIEWS: &str = reviews!(
    "q.received_at < $1 AND ($3 = 'any' OR COALESCE(r.decision, 'open') = $3) ORDER BY q.received_at DESC, q.id LIMIT $2"
);
pub(super) const REVIEW: &str = reviews!("q.id = $1");
pub(super) const INSERT_REVIEW: &str = "INSERT INTO sync_reviews (quarantine, record, author, rights_of, at, vouched, refusal) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
pub(super) const DECIDE: &str = "INSERT INTO sync_reviews \
     (quarantine, record, author, rights_of, at, decision, decision_reason, decided_by, decided_at, accepted) \
     VALUES ($1, 'bundle', $2, $2, $3, $4, $5, $6, $3, $7) ON CONFLICT (quarantine) DO UPDATE SET decision = excluded.decision, \
     decision_reason = excluded.decision_reason, decided_by = excluded.decided_by, decided_at = excluded.decided_at, \
     accepted = excluded.accepted WHERE sync_reviews.decision IS NULL";
pub(super) const DECISION: &str = "SELECT decision FROM sync_reviews WHERE quarantine = $1";
// What a node vouched for is noted with the entry that kept it aside; from now on with that of the fact.
pub(super) const SET_FORWARDED_OWN: &str = "UPDATE sync_forwarded SET own = $2 \
     WHERE own = (SELECT entry FROM quarantine WHERE id = $1)";
pub(super) const NONCE_ISSUED: &str = "SELECT issued_at FROM evidence_nonces WHERE nonce = $1";

pub(super) const BUNDLES_FROM: &str = "SELECT id, entry, device, carrier, number, made_at, facts, taken, review, received_at \
     FROM sync_bundles WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const REVIEWS_FROM: &str = "SELECT r.quarantine, r.author, q.actor, r.decision, r.decision_reason, r.decided_by, \
     r.decided_at, r.accepted FROM sync_reviews r LEFT JOIN quarantine q ON q.id = r.quarantine AND q.kind = 'bundle' \
     WHERE r.quarantine > $1 ORDER BY r.quarantine LIMIT 500";

/// What waits or waited, as its row says; with whom the content that was kept aside names.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptReview {
    pub quarantine: QuarantineId,
    pub author: Uuid,
    pub actor: Option<Uuid>,
    pub decision: Option<String>,
    pub decision_reason: Option<String>,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<Timestamp>,
    pub accepted: Option<EntryId>,
}

/// A bundle that was taken in.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NewBundle {
    pub id: Uuid,
    pub entry: EntryId,
    pub device: Uuid,
    pub carrier: Uuid,
    pub number: i64,
    pub made_at: Timestamp,
    pub facts: i64,
    pub taken: i64,
    pub review: i64,
    pub received_at: Timestamp,
}

/// Something of a bundle that waits for a person, or waited for one.
#[derive(Debug, Clone, sqlx::FromRow, serde::Serialize, utoipa::ToSchema)]
pub struct Review {
    /// Under which its bytes are kept aside.
    pub id: QuarantineId,
    /// The entry that keeps them.
    pub entry: EntryId,
    /// The id in the path of its native route.
    pub fact: Option<Uuid>,
    /// The device that speaks in it, or who carried what could not be read.
    pub actor: Uuid,
    /// Why: `revoked_since`, `back_dated`, `late`, `unconfirmed_key`, `unknown_key`, `signature_fails`, `no_right`,
    /// `refused`, or `unreadable` for a whole bundle.
    pub reason: String,
    /// Its size, in bytes.
    pub bytes: i64,
    /// When it came.
    pub received_at: Timestamp,
    /// What it is: `fact`, `original`, `vouched`, `vouched_original` or `bundle`.
    pub record: Option<String>,
    #[serde(skip)]
    #[schema(ignore)]
    pub rights_of: Option<Uuid>,
    #[serde(skip)]
    #[schema(ignore)]
    pub at: Option<Timestamp>,
    #[serde(skip)]
    #[schema(ignore)]
    pub vouched: Option<Vec<u8>>,
    #[serde(skip)]
    #[schema(ignore)]
    pub refusal: Option<String>,
    /// What was decided: `accepted` or `refused`; null while it waits.
    pub decision: Option<String>,
    /// Why.
    pub decision_reason: Option<String>,
    /// By whom.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The entry of the accepted fact.
    pub accepted: Option<EntryId>,
}

/// Something that begins to wait.
#[derive(Debug, Clone)]
pub struct NewReview {
    pub record: &'static str,
    pub author: Uuid,
    pub rights_of: Uuid,
    pub at: Timestamp,
    pub vouched: Option<Vec<u8>>,
    /// What its own route said, as JSON.
    pub refusal: Option<String>,
}

/// A decision about something that waits.
#[derive(Debug, Clone)]
pub struct NewDecision {
    pub quarantine: QuarantineId,
    pub author: Uuid,
    pub at: Timestamp,
    pub decision: &'static str,
    pub reason: String,
    pub decided_by: Uuid,
    pub accepted: Option<EntryId>,
}

pub async fn insert_review(
    tx: &mut Tx,
    quarantine: QuarantineId,
    row: &NewReview,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_REVIEW)
            .bind(quarantine)
            .bind(row.record)
            .bind(row.author)
            .bind(row.rights_of)
            .bind(row.at)
            .bind(row.vouched.as_deref())
            .bind(row.refusal.as_deref())
    )
    .map(drop)
}

pub async fn review(tx: &mut Tx, id: QuarantineId) -> Result<Option<Review>, Error> {
    on!(tx, |c| sqlx::query_as(REVIEW).bind(id).fetch_optional(c))
}

/// Decides about something that waits; false when it is decided.
pub async fn decide(tx: &mut Tx, row: &NewDecision) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(DECIDE)
            .bind(row.quarantine)
            .bind(row.author)
            .bind(row.at)
            .bind(row.decision)
            .bind(row.reason.as_str())
            .bind(row.decided_by)
            .bind(row.accepted)
    )
    .map(|rows| rows > 0)
}

/// What was decided about something that waited.
pub async fn decision(tx: &mut Tx, id: QuarantineId) -> Result<Option<String>, Error> {
    let found: Option<Option<String>> = on!(tx, |c| sqlx::query_scalar(DECISION)
        .bind(id)
        .fetch_optional(c))?;
    Ok(found.flatten())
}

pub async fn set_forwarded_own(tx: &mut Tx, id: QuarantineId, own: EntryId) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_FORWARDED_OWN).bind(id).bind(own)).map(drop)
}

pub async fn known_bundle(tx: &mut Tx, id: Uuid) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(KNOWN_BUNDLE)
        .bind(id)
        .fetch_optional(c))
}

pub async fn insert_bundle(tx: &mut Tx, row: &NewBundle) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_BUNDLE)
            .bind(row.id)
            .bind(row.entry)
            .bind(row.device)
            .bind(row.carrier)
            .bind(row.number)
            .bind(row.made_at)
            .bind(row.facts)
            .bind(row.taken)
            .bind(row.review)
            .bind(row.received_at)
    )
    .map(drop)
}

/// Every bundle after one, in the order of ids.
pub async fn bundles_from(tx: &mut Tx, id: Uuid) -> Result<Vec<NewBundle>, Error> {
    on!(tx, |c| sqlx::query_as(BUNDLES_FROM).bind(id).fetch_all(c))
}

/// Everything that waits or waited after one, in the order of ids.
pub async fn reviews_from(tx: &mut Tx, id: QuarantineId) -> Result<Vec<KeptReview>, Error> {
    on!(tx, |c| sqlx::query_as(REVIEWS_FROM).bind(id).fetch_all(c))
}

/// What waits or waited for a person, the newest first; `state` is `open`, a decision, or `any`.
pub async fn reviews(
    tx: &mut Tx,
    before: Timestamp,
    limit: i64,
    state: &str,
) -> Result<Vec<Review>, Error> {
    on!(tx, |c| sqlx::query_as(REVIEWS)
        .bind(before)
        .bind(limit)
        .bind(state)
        .fetch_all(c))
}

/// When a nonce was issued, if this server issued it.
pub async fn nonce_issued(tx: &mut Tx, nonce: &str) -> Result<Option<Timestamp>, Error> {
    on!(tx, |c| sqlx::query_scalar(NONCE_ISSUED)
        .bind(nonce)
        .fetch_optional(c))
}
