//! Nonces.

use uuid::Uuid;

use crate::base::ids::PhotoId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_NONCE: &str =
    "INSERT INTO evidence_nonces (nonce, device, issued_at) VALUES ($1, $2, $3)";
pub(super) const VOUCH_NONCE: &str = "INSERT INTO evidence_nonces (nonce, device, issued_at) VALUES ($1, $2, $3) \
     ON CONFLICT DO NOTHING";
pub(super) const SPEND_NONCE: &str = "UPDATE evidence_nonces SET photo = $3, spent_at = $4 \
     WHERE nonce = $1 AND device = $2 AND photo IS NULL";
pub(super) const NONCE: &str =
    "SELECT device, issued_at, photo FROM evidence_nonces WHERE nonce = $1";
pub(super) const UNSPENT_NONCES: &str = "SELECT COUNT(*) FROM evidence_nonces \
     WHERE device = $1 AND photo IS NULL AND issued_at > $2";

/// A nonce as it stands in its table.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NonceRow {
    pub device: Uuid,
    pub issued_at: Timestamp,
    pub photo: Option<PhotoId>,
}

pub async fn insert_nonce(
    tx: &mut Tx,
    nonce: &str,
    device: Uuid,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_NONCE).bind(nonce).bind(device).bind(at)
    )
    .map(drop)
}

/// Keeps a nonce that a post node issued to its device; one that is known stays as it is.
pub async fn vouch_nonce(
    tx: &mut Tx,
    nonce: &str,
    device: Uuid,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(VOUCH_NONCE).bind(nonce).bind(device).bind(at)
    )
    .map(drop)
}

/// Spends a device's nonce on a photo; false when it is spent, another's or unknown.
pub async fn spend_nonce(
    tx: &mut Tx,
    nonce: &str,
    device: Uuid,
    photo: PhotoId,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(SPEND_NONCE)
            .bind(nonce)
            .bind(device)
            .bind(photo)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

pub async fn nonce(tx: &mut Tx, nonce: &str) -> Result<Option<NonceRow>, Error> {
    on!(tx, |c| sqlx::query_as(NONCE).bind(nonce).fetch_optional(c))
}

/// How many nonces a device was issued since an instant and did not spend.
pub async fn unspent_nonces(tx: &mut Tx, device: Uuid, since: Timestamp) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(UNSPENT_NONCES)
        .bind(device)
        .bind(since)
        .fetch_one(c))
}
