//! Uploads under way and their parts.

use uuid::Uuid;

use crate::base::ids::{EntryId, PhotoId, QuarantineId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const UPLOAD: &str = "SELECT id, owner, photo, length, received, metadata, media_type, state, entry, quarantine, \
     fence, held_until, expires_at FROM photo_uploads WHERE id = $1";
pub(super) const INSERT_UPLOAD: &str = "INSERT INTO photo_uploads (id, owner, photo, length, reserved, received, metadata, \
     media_type, state, fence, held_until, opened_at, expires_at) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, 'open', 0, 0, $8, $9)";
/// What an owner has open: how many, and the bytes they may come to.
pub(super) const OPEN_UPLOADS: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(reserved), 0) AS BIGINT) FROM photo_uploads \
     WHERE owner = $1 AND state = 'open'";
pub(super) const TAKE_UPLOAD: &str = "UPDATE photo_uploads SET fence = fence + 1, held_until = $4 \
     WHERE id = $1 AND received = $2 AND state = 'open' AND held_until <= $3 AND expires_at > $3";
pub(super) const TELL_LENGTH: &str = "UPDATE photo_uploads SET length = $2, reserved = $2 \
     WHERE id = $1 AND length IS NULL";
pub(super) const ADVANCE_UPLOAD: &str = "UPDATE photo_uploads SET received = $4, held_until = $5, expires_at = $6 \
     WHERE id = $1 AND fence = $2 AND received = $3 AND state = 'open'";
pub(super) const HOLD_UPLOAD: &str =
    "UPDATE photo_uploads SET held_until = $3 WHERE id = $1 AND fence = $2";
pub(super) const BIND_UPLOAD: &str = "UPDATE photo_uploads SET photo = $2 \
     WHERE id = $1 AND photo IS NULL AND state = 'open'";
pub(super) const END_UPLOAD: &str = "UPDATE photo_uploads SET state = $3, entry = $4, quarantine = $5, held_until = 0 \
     WHERE id = $1 AND fence = $2 AND state = 'open'";
pub(super) const DELETE_UPLOAD: &str = "DELETE FROM photo_uploads WHERE id = $1";
pub(super) const DELETE_EXPIRED: &str =
    "DELETE FROM photo_uploads WHERE id = $1 AND expires_at <= $2 AND held_until <= $2";
pub(super) const EXPIRED_UPLOADS: &str = "SELECT id FROM photo_uploads WHERE expires_at <= $1 AND held_until <= $1 \
     ORDER BY expires_at LIMIT 200";
pub(super) const OPEN_OF: &str =
    "SELECT id FROM photo_uploads WHERE photo = $1 AND state = 'open' ORDER BY id";
pub(super) const UNDER_WAY: &str =
    "SELECT id FROM photo_uploads WHERE state = 'open' ORDER BY id LIMIT 200";
pub(super) const INSERT_PART: &str =
    "INSERT INTO photo_upload_parts (upload, starts_at, fence, bytes) VALUES ($1, $2, $3, $4)";
pub(super) const PARTS: &str =
    "SELECT starts_at, fence, bytes FROM photo_upload_parts WHERE upload = $1 ORDER BY starts_at";
pub(super) const DELETE_PARTS: &str = "DELETE FROM photo_upload_parts WHERE upload = $1";
pub(super) const IS_PART: &str =
    "SELECT COUNT(*) FROM photo_upload_parts WHERE upload = $1 AND starts_at = $2 AND fence = $3";

/// An upload as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UploadRow {
    pub id: Uuid,
    pub owner: Uuid,
    pub photo: Option<PhotoId>,
    pub length: Option<i64>,
    pub received: i64,
    pub metadata: String,
    pub media_type: Option<String>,
    pub state: String,
    pub entry: Option<EntryId>,
    pub quarantine: Option<QuarantineId>,
    pub fence: i64,
    pub held_until: Timestamp,
    pub expires_at: Timestamp,
}

/// A part as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct PartRow {
    pub starts_at: i64,
    pub fence: i64,
    pub bytes: i64,
}

pub async fn upload(tx: &mut Tx, id: Uuid) -> Result<Option<UploadRow>, Error> {
    on!(tx, |c| sqlx::query_as(UPLOAD).bind(id).fetch_optional(c))
}

/// Writes a new upload; `reserved` bytes count against its owner's share.
pub async fn insert_upload(
    tx: &mut Tx,
    row: &UploadRow,
    reserved: i64,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_UPLOAD)
            .bind(row.id)
            .bind(row.owner)
            .bind(row.photo)
            .bind(row.length)
            .bind(reserved)
            .bind(row.metadata.as_str())
            .bind(row.media_type.as_deref())
            .bind(at)
            .bind(row.expires_at)
    )
    .map(drop)
}

/// How many uploads an owner has open, and the bytes they may come to.
pub async fn open_uploads(tx: &mut Tx, owner: Uuid) -> Result<(i64, i64), Error> {
    on!(tx, |c| sqlx::query_as(OPEN_UPLOADS)
        .bind(owner)
        .fetch_one(c))
}

/// Makes the caller the upload's holder under the next fence; false when it is held, ended or elsewhere.
pub async fn take_upload(
    tx: &mut Tx,
    id: Uuid,
    received: i64,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(TAKE_UPLOAD)
            .bind(id)
            .bind(received)
            .bind(now)
            .bind(until)
    )
    .map(|rows| rows > 0)
}

pub async fn tell_length(tx: &mut Tx, id: Uuid, length: i64) -> Result<(), Error> {
    changed!(tx, sqlx::query(TELL_LENGTH).bind(id).bind(length)).map(drop)
}

/// Writes parts that lie end to end and moves the upload's offset behind them; false when the holder is no longer the
/// one of that fence.
pub async fn advance_upload(
    tx: &mut Tx,
    row: &UploadRow,
    parts: &[PartRow],
    until: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, Error> {
    let received = row.received + parts.iter().map(|part| part.bytes).sum::<i64>();
    let moved = changed!(
        tx,
        sqlx::query(ADVANCE_UPLOAD)
            .bind(row.id)
            .bind(row.fence)
            .bind(row.received)
            .bind(received)
            .bind(until)
            .bind(expires_at)
    )?;
    if moved == 0 {
        return Ok(false);
    }
    for part in parts {
        changed!(
            tx,
            sqlx::query(INSERT_PART)
                .bind(row.id)
                .bind(part.starts_at)
                .bind(part.fence)
                .bind(part.bytes)
        )?;
    }
    Ok(true)
}

/// Moves the end of a holder's time; false when another holds the upload.
pub async fn hold_upload(
    tx: &mut Tx,
    id: Uuid,
    fence: i64,
    until: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(HOLD_UPLOAD).bind(id).bind(fence).bind(until)
    )
    .map(|rows| rows > 0)
}

/// Says whose original the bytes are; false when that was said before, or the upload has ended.
pub async fn bind_upload(tx: &mut Tx, id: Uuid, photo: PhotoId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(BIND_UPLOAD).bind(id).bind(photo)).map(|rows| rows > 0)
}

/// Notes what became of the bytes and forgets the parts; false when another holds the upload.
pub async fn end_upload(
    tx: &mut Tx,
    row: &UploadRow,
    state: &str,
    entry: EntryId,
    quarantine: Option<QuarantineId>,
) -> Result<bool, Error> {
    let ended = changed!(
        tx,
        sqlx::query(END_UPLOAD)
            .bind(row.id)
            .bind(row.fence)
            .bind(state)
            .bind(entry)
            .bind(quarantine)
    )?;
    if ended > 0 {
        changed!(tx, sqlx::query(DELETE_PARTS).bind(row.id))?;
    }
    Ok(ended > 0)
}

/// Forgets an upload, whoever holds it, and gives the parts that it had.
pub async fn delete_upload(tx: &mut Tx, id: Uuid) -> Result<Vec<PartRow>, Error> {
    changed!(tx, sqlx::query(DELETE_UPLOAD).bind(id))?;
    let parts = parts(tx, id).await?;
    changed!(tx, sqlx::query(DELETE_PARTS).bind(id))?;
    Ok(parts)
}

/// Forgets an upload whose time is over and that nobody holds, and gives the parts that it had.
pub async fn delete_expired(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<Vec<PartRow>, Error> {
    let gone = changed!(tx, sqlx::query(DELETE_EXPIRED).bind(id).bind(now))?;
    if gone == 0 {
        return Ok(Vec::new());
    }
    delete_upload(tx, id).await
}

/// The uploads under way of a photo.
pub async fn open_of(tx: &mut Tx, photo: PhotoId) -> Result<Vec<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(OPEN_OF).bind(photo).fetch_all(c))
}

/// Up to 200 uploads under way.
pub async fn under_way(tx: &mut Tx) -> Result<Vec<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(UNDER_WAY).fetch_all(c))
}

/// Up to 200 uploads whose time is over.
pub async fn expired_uploads(tx: &mut Tx, now: Timestamp) -> Result<Vec<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(EXPIRED_UPLOADS)
        .bind(now)
        .fetch_all(c))
}

pub async fn parts(tx: &mut Tx, id: Uuid) -> Result<Vec<PartRow>, Error> {
    on!(tx, |c| sqlx::query_as(PARTS).bind(id).fetch_all(c))
}

/// Whether a row names a part.
pub async fn is_part(tx: &mut Tx, upload: Uuid, part: PartRow) -> Result<bool, Error> {
    let found: i64 = on!(tx, |c| sqlx::query_scalar(IS_PART)
        .bind(upload)
        .bind(part.starts_at)
        .bind(part.fence)
        .fetch_one(c))?;
    Ok(found > 0)
}
