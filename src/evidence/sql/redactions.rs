//! Orders to erase, and what goes with an erased photo.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, PhotoId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const REDACTION: &str = "SELECT id, target, subject, document, reason, state, asked_by, asked_at, asked_entry, \
     decided_by, decided_at, decided_why, decided_entry FROM evidence_redactions WHERE id = $1";
pub(super) const REDACTIONS: &str = "SELECT id, target, subject, document, reason, state, asked_by, asked_at, asked_entry, \
     decided_by, decided_at, decided_why, decided_entry FROM evidence_redactions WHERE 1 = 1";
pub(super) const REDACTIONS_FROM: &str = "SELECT id, target, subject, document, reason, state, asked_by, asked_at, asked_entry, \
     decided_by, decided_at, decided_why, decided_entry FROM evidence_redactions WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const WAITING_REDACTION: &str = "SELECT id, target, subject, document, reason, state, asked_by, asked_at, asked_entry, \
     decided_by, decided_at, decided_why, decided_entry FROM evidence_redactions WHERE subject = $1 AND state = 'asked' \
     ORDER BY asked_at, id LIMIT 1";
pub(super) const INSERT_REDACTION: &str = "INSERT INTO evidence_redactions \
     (id, target, subject, document, reason, state, asked_by, asked_at, asked_entry) \
     VALUES ($1, $2, $3, $4, $5, 'asked', $6, $7, $8) ON CONFLICT DO NOTHING";
pub(super) const DECIDE_REDACTION: &str = "UPDATE evidence_redactions SET state = $2, decided_by = $3, decided_at = $4, \
     decided_why = $5, decided_entry = $6 WHERE id = $1 AND state = 'asked'";
pub(super) const SAME_BYTES: &str =
    "SELECT id FROM photos WHERE sha256 = $1 AND redaction IS NULL ORDER BY id";
pub(super) const MARK_PHOTO: &str =
    "UPDATE photos SET redaction = $2, redacted_at = $3 WHERE id = $1 AND redaction IS NULL";
pub(super) const PICTURES_OF: &str = "SELECT sha256 FROM photo_images WHERE photo = $1 \
     UNION SELECT sha256 FROM photo_previews WHERE photo = $1 UNION SELECT sha256 FROM photo_asides WHERE photo = $1";
pub(super) const ASIDE_ENTRIES: &str = "SELECT q.entry FROM photo_asides a JOIN quarantine q ON q.id = a.quarantine \
     WHERE a.photo = $1 ORDER BY q.entry";
pub(super) const DROP_IMAGES: &str = "DELETE FROM photo_images WHERE photo = $1";
pub(super) const DROP_ASIDES: &str = "DELETE FROM photo_asides WHERE photo = $1";
pub(super) const ERASED_BY: &str =
    "SELECT id, entry, original_entry, redacted_at FROM photos WHERE redaction = $1 ORDER BY id";
/// Photos that are marked as erased where no order that was done says so.
pub(super) const UNORDERED: &str = "SELECT p.id FROM photos p WHERE (p.redaction IS NOT NULL OR p.redacted_at IS NOT NULL) \
     AND NOT EXISTS (SELECT 1 FROM evidence_redactions r WHERE r.id = p.redaction AND r.target = 'photo' \
         AND r.state = 'done' AND r.decided_at = p.redacted_at) ORDER BY p.id";

/// An order to erase as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RedactionRow {
    pub id: Uuid,
    pub target: String,
    pub subject: Uuid,
    pub document: String,
    pub reason: String,
    pub state: String,
    pub asked_by: Uuid,
    pub asked_at: Timestamp,
    pub asked_entry: EntryId,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<Timestamp>,
    pub decided_why: Option<String>,
    pub decided_entry: Option<EntryId>,
}

/// A photo that an order erased.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ErasedRow {
    pub id: PhotoId,
    pub entry: EntryId,
    pub original_entry: Option<EntryId>,
    pub redacted_at: Option<Timestamp>,
}

pub async fn redaction(tx: &mut Tx, id: Uuid) -> Result<Option<RedactionRow>, Error> {
    on!(tx, |c| sqlx::query_as(REDACTION).bind(id).fetch_optional(c))
}

/// The order about a photo or patrol that waits for a second account.
pub async fn waiting_redaction(tx: &mut Tx, subject: Uuid) -> Result<Option<RedactionRow>, Error> {
    on!(tx, |c| sqlx::query_as(WAITING_REDACTION)
        .bind(subject)
        .fetch_optional(c))
}

/// Orders by id after one of them.
pub async fn redactions_from(tx: &mut Tx, id: Uuid) -> Result<Vec<RedactionRow>, Error> {
    on!(tx, |c| sqlx::query_as(REDACTIONS_FROM)
        .bind(id)
        .fetch_all(c))
}

/// A page of orders, the latest first, after one of them.
pub async fn redactions(
    tx: &mut Tx,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<RedactionRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(REDACTIONS);
        if let Some((at, id)) = after {
            query.push(" AND (asked_at < ").push_bind(at);
            query.push(" OR (asked_at = ").push_bind(at);
            query.push(" AND id < ").push_bind(id).push("))");
        }
        query
            .push(" ORDER BY asked_at DESC, id DESC LIMIT ")
            .push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Writes an order that waits for a second account; false when another waits.
pub async fn insert_redaction(tx: &mut Tx, row: &RedactionRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_REDACTION)
            .bind(row.id)
            .bind(row.target.as_str())
            .bind(row.subject)
            .bind(row.document.as_str())
            .bind(row.reason.as_str())
            .bind(row.asked_by)
            .bind(row.asked_at)
            .bind(row.asked_entry)
    )
    .map(|rows| rows > 0)
}

/// Notes what the second account decided, by whom, when, why and by which entry; false when it was decided before.
pub async fn decide_redaction(
    tx: &mut Tx,
    id: Uuid,
    state: &str,
    (by, at, entry): (Uuid, Timestamp, EntryId),
    why: Option<&str>,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(DECIDE_REDACTION)
            .bind(id)
            .bind(state)
            .bind(by)
            .bind(at)
            .bind(why)
            .bind(entry)
    )
    .map(|rows| rows > 0)
}

/// The photos that were announced by the same bytes and that no order erased: kept, or on their way.
pub async fn same_bytes(tx: &mut Tx, sha256: &[u8]) -> Result<Vec<PhotoId>, Error> {
    on!(tx, |c| sqlx::query_scalar(SAME_BYTES)
        .bind(sha256)
        .fetch_all(c))
}

/// The names of the pictures that were made of a photo, sent before it, or set apart under its id.
pub async fn pictures_of(tx: &mut Tx, photo: PhotoId) -> Result<Vec<Vec<u8>>, Error> {
    on!(tx, |c| sqlx::query_scalar(PICTURES_OF)
        .bind(photo)
        .fetch_all(c))
}

/// The entries of what was set apart under a photo's id.
pub async fn aside_entries(tx: &mut Tx, photo: PhotoId) -> Result<Vec<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(ASIDE_ENTRIES)
        .bind(photo)
        .fetch_all(c))
}

/// Marks a photo as erased by an order and forgets its pictures; what figures are made of stays in its row. False when it
/// was erased before.
pub async fn mark_erased(
    tx: &mut Tx,
    photo: PhotoId,
    redaction: Uuid,
    at: Timestamp,
) -> Result<bool, Error> {
    let marked = changed!(
        tx,
        sqlx::query(MARK_PHOTO).bind(photo).bind(redaction).bind(at)
    )?;
    changed!(tx, sqlx::query(DROP_IMAGES).bind(photo))?;
    changed!(tx, sqlx::query(DROP_ASIDES).bind(photo))?;
    super::drop_preview(tx, photo).await?;
    Ok(marked > 0)
}

/// The photos that an order erased, by id.
pub async fn erased_by(tx: &mut Tx, redaction: Uuid) -> Result<Vec<ErasedRow>, Error> {
    on!(tx, |c| sqlx::query_as(ERASED_BY)
        .bind(redaction)
        .fetch_all(c))
}

/// The photos that are marked as erased without an order that was done, by id.
pub async fn unordered(tx: &mut Tx) -> Result<Vec<PhotoId>, Error> {
    on!(tx, |c| sqlx::query_scalar(UNORDERED).fetch_all(c))
}
