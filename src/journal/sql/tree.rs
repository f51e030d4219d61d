//! The tree's tiles, the log's heads, its keys, and what holders outside showed.

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::journal::merkle::TileId;
use crate::journal::model::Epoch;
use crate::store::{Error, Tx};
use crate::{changed, later, on};

pub(super) const INSERT_KEY: &str = "INSERT INTO journal_keys (key_id, public_key, since, rotation) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (key_id) DO NOTHING";
pub(super) const KEYS: &str =
    "SELECT key_id, public_key, since, rotation FROM journal_keys ORDER BY since DESC, key_id";
pub(super) const TILE: &str = "SELECT hashes FROM journal_tiles WHERE level = $1 AND number = $2";
pub(super) const SET_TILE: &str = "INSERT INTO journal_tiles (level, number, hashes) VALUES ($1, $2, $3) \
     ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes";
pub(super) const INSERT_HEAD: &str = "INSERT INTO journal_heads (size, epoch, root, made_at, key_id, signature) VALUES ($1, $2, $3, $4, $5, $6)";
pub(super) const LAST_HEAD: &str = "SELECT size, epoch, root, made_at, key_id, signature FROM journal_heads \
     ORDER BY size DESC LIMIT 1";
pub(super) const HEAD_AT: &str =
    "SELECT size, epoch, root, made_at, key_id, signature FROM journal_heads WHERE size = $1";
pub(super) const FIRST_HEAD_AFTER: &str = "SELECT size, epoch, root, made_at, key_id, signature FROM journal_heads \
     WHERE made_at > $1 ORDER BY size LIMIT 1";
pub(super) const HEADS_AFTER: &str = "SELECT size, epoch, root, made_at, key_id, signature FROM journal_heads \
     WHERE size > $1 ORDER BY size LIMIT $2";
pub(super) const LEAVES_FROM: &str =
    "SELECT leaf FROM journal_entries WHERE seq >= $1 ORDER BY seq LIMIT $2";
pub(super) const EPOCHS: &str = "SELECT epoch, after_seq FROM journal_epochs ORDER BY epoch";
pub(super) const REOPENING: &str =
    "SELECT opened_at, after_seq FROM journal_epochs WHERE epoch > 1 ORDER BY epoch DESC LIMIT 1";
pub(super) const SET_WITNESS: &str = "INSERT INTO journal_witnesses (holder, size, root, shown_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (holder) DO UPDATE SET size = excluded.size, root = excluded.root, shown_at = excluded.shown_at \
     WHERE excluded.size >= journal_witnesses.size";
pub(super) const INSERT_ALARM: &str = "INSERT INTO journal_alarms \
     (id, entry, reason, size, root, epoch, checkpoint, holder, raised_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
pub(super) const ALARM_OF: &str = "SELECT id, entry, reason, size, root, epoch, checkpoint, holder, raised_at \
     FROM journal_alarms WHERE checkpoint = $1";
pub(super) const ALARMS: &str = "SELECT id, entry, reason, size, root, epoch, checkpoint, holder, raised_at \
     FROM journal_alarms ORDER BY raised_at DESC, id DESC LIMIT $1";
pub(super) const ALARMS_FROM: &str = "SELECT id, entry, reason, size, root, epoch, checkpoint, holder, raised_at \
     FROM journal_alarms WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const WITNESSES: &str = "SELECT holder, size, root, shown_at FROM journal_witnesses ORDER BY size DESC, holder LIMIT $1";

/// A key as it stands in its table.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeyRow {
    pub key_id: String,
    pub public_key: Vec<u8>,
    pub since: Timestamp,
    pub rotation: Option<String>,
}

/// A head as it stands in its table.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct HeadRow {
    pub size: i64,
    pub epoch: Epoch,
    pub root: Vec<u8>,
    pub made_at: Timestamp,
    pub key_id: String,
    pub signature: Vec<u8>,
}

/// A head from outside that the log does not agree with.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AlarmRow {
    pub id: Uuid,
    pub entry: EntryId,
    pub reason: String,
    pub size: i64,
    pub root: Vec<u8>,
    pub epoch: Epoch,
    pub checkpoint: String,
    pub holder: Uuid,
    pub raised_at: Timestamp,
}

/// The largest head that a holder showed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WitnessRow {
    pub holder: Uuid,
    pub size: i64,
    pub root: Vec<u8>,
    pub shown_at: Timestamp,
}

pub async fn insert_key(tx: &mut Tx, row: &KeyRow) -> Result<bool, Error> {
    let done = changed!(
        tx,
        sqlx::query(INSERT_KEY)
            .bind(row.key_id.as_str())
            .bind(row.public_key.as_slice())
            .bind(row.since)
            .bind(row.rotation.as_deref())
    )?;
    Ok(done > 0)
}

/// The log's keys, the present one first.
pub async fn keys(tx: &mut Tx) -> Result<Vec<KeyRow>, Error> {
    on!(tx, |c| sqlx::query_as(KEYS).fetch_all(c))
}

pub async fn tile(tx: &mut Tx, id: TileId) -> Result<Option<Vec<u8>>, Error> {
    on!(tx, |c| sqlx::query_scalar(TILE)
        .bind(i64::from(id.level))
        .bind(id.number.cast_signed())
        .fetch_optional(c))
}

/// Leaves a tile to be sent.
pub async fn set_tile(tx: &mut Tx, id: TileId, hashes: &[u8]) -> Result<(), Error> {
    let (level, number) = (i64::from(id.level), id.number.cast_signed());
    later!(tx, SET_TILE, [level, number, hashes])
}

/// Leaves a head to be sent.
pub async fn insert_head(tx: &mut Tx, row: &HeadRow) -> Result<(), Error> {
    later!(
        tx,
        INSERT_HEAD,
        [
            row.size,
            row.epoch,
            row.root.as_slice(),
            row.made_at,
            row.key_id.as_str(),
            row.signature.as_slice(),
        ]
    )
}

pub async fn last_head(tx: &mut Tx) -> Result<Option<HeadRow>, Error> {
    on!(tx, |c| sqlx::query_as(LAST_HEAD).fetch_optional(c))
}

pub async fn head_at(tx: &mut Tx, size: i64) -> Result<Option<HeadRow>, Error> {
    on!(tx, |c| sqlx::query_as(HEAD_AT).bind(size).fetch_optional(c))
}

/// The first head signed after an instant.
pub async fn first_head_after(tx: &mut Tx, at: Timestamp) -> Result<Option<HeadRow>, Error> {
    on!(tx, |c| sqlx::query_as(FIRST_HEAD_AFTER)
        .bind(at)
        .fetch_optional(c))
}

pub async fn heads_after(tx: &mut Tx, size: i64, limit: i64) -> Result<Vec<HeadRow>, Error> {
    on!(tx, |c| sqlx::query_as(HEADS_AFTER)
        .bind(size)
        .bind(limit)
        .fetch_all(c))
}

pub async fn leaves_from(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<Vec<u8>>, Error> {
    on!(tx, |c| sqlx::query_scalar(LEAVES_FROM)
        .bind(seq)
        .bind(limit)
        .fetch_all(c))
}

/// Epochs that restores opened, each with the last number of the one before.
pub async fn epochs(tx: &mut Tx) -> Result<Vec<(Epoch, Option<i64>)>, Error> {
    on!(tx, |c| sqlx::query_as(EPOCHS).fetch_all(c))
}

pub async fn set_witness(tx: &mut Tx, row: &WitnessRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_WITNESS)
            .bind(row.holder)
            .bind(row.size)
            .bind(row.root.as_slice())
            .bind(row.shown_at)
    )
    .map(drop)
}

pub async fn witnesses(tx: &mut Tx, limit: i64) -> Result<Vec<WitnessRow>, Error> {
    on!(tx, |c| sqlx::query_as(WITNESSES).bind(limit).fetch_all(c))
}

pub async fn insert_alarm(tx: &mut Tx, row: &AlarmRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_ALARM)
            .bind(row.id)
            .bind(row.entry)
            .bind(row.reason.as_str())
            .bind(row.size)
            .bind(row.root.as_slice())
            .bind(row.epoch)
            .bind(row.checkpoint.as_str())
            .bind(row.holder)
            .bind(row.raised_at)
    )
    .map(drop)
}

pub async fn alarm_of(tx: &mut Tx, checkpoint: &str) -> Result<Option<AlarmRow>, Error> {
    on!(tx, |c| sqlx::query_as(ALARM_OF)
        .bind(checkpoint)
        .fetch_optional(c))
}

pub async fn alarms(tx: &mut Tx, limit: i64) -> Result<Vec<AlarmRow>, Error> {
    on!(tx, |c| sqlx::query_as(ALARMS).bind(limit).fetch_all(c))
}

/// Alarms after one in the order of ids.
pub async fn alarms_from(tx: &mut Tx, id: Uuid) -> Result<Vec<AlarmRow>, Error> {
    on!(tx, |c| sqlx::query_as(ALARMS_FROM).bind(id).fetch_all(c))
}

/// When the last epoch was opened by a restore, and the last number before it.
pub async fn reopening(tx: &mut Tx) -> Result<Option<(Timestamp, Option<i64>)>, Error> {
    on!(tx, |c| sqlx::query_as(REOPENING).fetch_optional(c))
}
