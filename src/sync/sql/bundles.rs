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
pub(super) const REVIEWS: &str = "SELECT id, entry, fact, actor, reason, bytes, received_at FROM quarantine \
     WHERE kind = 'bundle' AND received_at < $1 ORDER BY received_at DESC, id LIMIT $2";
pub(super) const NONCE_ISSUED: &str = "SELECT issued_at FROM evidence_nonces WHERE nonce = $1";

/// A bundle that was taken in.
#[derive(Debug, Clone)]
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

/// Something of a bundle that waits for a person.
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

/// What waits for a person, the newest first.
pub async fn reviews(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<Review>, Error> {
    on!(tx, |c| sqlx::query_as(REVIEWS)
        .bind(before)
        .bind(limit)
        .fetch_all(c))
}

/// When a nonce was issued, if this server issued it.
pub async fn nonce_issued(tx: &mut Tx, nonce: &str) -> Result<Option<Timestamp>, Error> {
    on!(tx, |c| sqlx::query_scalar(NONCE_ISSUED)
        .bind(nonce)
        .fetch_optional(c))
}
