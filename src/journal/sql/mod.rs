//! The journal's tables.

mod audit;
mod jobs;
mod listing;
mod papers;
mod rules;
mod sequencer;
mod stamps;
mod statements;
mod together;
mod tree;

use uuid::Uuid;

use crate::base::ids::{EntryId, LogId, QuarantineId};
use crate::base::time::Timestamp;
use crate::store::{ByBackend, Error, Tx};
use crate::{changed, later, on};

use super::model::Epoch;

pub use audit::*;
pub use jobs::*;
pub use listing::*;
pub use papers::*;
pub use rules::*;
pub use sequencer::*;
pub use stamps::*;
pub use statements::*;
pub use together::*;
pub use tree::*;

const INSERT_LOG: &str = "INSERT INTO journal_logs (id, epoch, created_at, only_row) VALUES ($1, $2, $3, 1) \
     ON CONFLICT (only_row) DO NOTHING";
const THE_LOG: &str = "SELECT id, epoch FROM journal_logs";
const INSERT_EPOCH: &str =
    "INSERT INTO journal_epochs (epoch, opened_at, after_seq, after_leaf) VALUES ($1, $2, $3, $4)";
const SET_EPOCH: &str = "UPDATE journal_logs SET epoch = $1";
const INSERT_ENTRY: &str = "INSERT INTO journal_entries (id, epoch, kind, fact, actor, device, received_at, sha256, leaf, statement) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const INSERT_BODY: &str = "INSERT INTO journal_bodies (entry, salt, body) VALUES ($1, $2, $3)";
const ENTRY: &str = "SELECT id, seq, epoch, kind, fact, actor, device, received_at, sha256, leaf, redacted_by, covered, statement \
     FROM journal_entries WHERE id = $1";
const ENTRIES_SINCE: &str = "SELECT id, seq, epoch, kind, fact, actor, device, received_at, sha256, leaf, redacted_by, covered, statement \
     FROM journal_entries WHERE seq > $1 ORDER BY seq LIMIT $2";
const BODY: &str = "SELECT salt, body FROM journal_bodies WHERE entry = $1";
const DELETE_BODY: &str = "DELETE FROM journal_bodies WHERE entry = $1";
const MARK_REDACTED: &str =
    "UPDATE journal_entries SET redacted_by = $2, covered = $3 WHERE id = $1";
const LAST_SEQUENCED: &str =
    "SELECT seq, leaf FROM journal_entries WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1";
const SECURED_THROUGH: &str =
    "SELECT CAST(COALESCE(MAX(through_seq), -1) AS BIGINT) FROM journal_backups";
const INSERT_BACKUP: &str =
    "INSERT INTO journal_backups (id, taken_at, through_seq, verified_at) VALUES ($1, $2, $3, $4)";
const INSERT_QUARANTINE: &str = "INSERT INTO quarantine (id, entry, kind, fact, actor, reason, bytes, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const QUARANTINED_BYTES: &str = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM quarantine WHERE actor = $1 AND received_at > $2";
const KEPT_BEFORE: &str = "SELECT q.id, q.entry FROM quarantine q JOIN journal_entries e ON e.id = q.entry \
     WHERE q.actor = $1 AND q.fact = $2 AND q.reason = $3 AND e.sha256 = $4 LIMIT 1";

/// The fixed statements whose text differs between the two databases.
pub const PAIRS: &[ByBackend] = &[LEAVES_NUMBERED];

/// Every statement of the journal, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    INSERT_LOG,
    THE_LOG,
    INSERT_EPOCH,
    SET_EPOCH,
    INSERT_KEY,
    KEYS,
    INSERT_ENTRY,
    INSERT_BODY,
    ENTRY,
    ENTRIES_SINCE,
    LISTED_UP,
    LISTED_DOWN,
    LISTED_UP_OF,
    LISTED_DOWN_OF,
    BODY,
    DELETE_BODY,
    MARK_REDACTED,
    ERASED_ALIKE,
    SEQUENCER,
    TAKE_LEASE,
    LOCK_SEQUENCER,
    SET_NEXT_SEQ,
    NUMBER_WAITING,
    LAST_SEQUENCED,
    SECURED_THROUGH,
    INSERT_BACKUP,
    INSERT_QUARANTINE,
    QUARANTINED_BYTES,
    KEPT_BEFORE,
    QUEUE_JOB,
    QUEUE_TWO_JOBS,
    DUE_JOBS_OF,
    DUE_JOBS_BUT,
    FINISH_JOB,
    DELAY_JOB,
    JOBS_IN_STATE,
    WAITING_JOB,
    JOB_KNOWN,
    JOBS_KNOWN,
    TILE,
    SET_TILE,
    INSERT_HEAD,
    LAST_HEAD,
    HEAD_AT,
    FIRST_HEAD_AFTER,
    HEADS_AFTER,
    LEAVES_FROM,
    EPOCHS,
    REOPENING,
    SET_WITNESS,
    WITNESSES,
    INSERT_ALARM,
    ALARM_OF,
    ALARMS,
    ALARMS_FROM,
    ENTRIES_WITH_BODIES,
    CONTENTS_OF_KIND,
    UNNUMBERED_OF_KIND,
    ERASED,
    INSERT_RULES,
    ALL_RULES,
    LATEST_RULES,
    INSERT_STATEMENT,
    STATEMENT,
    STATEMENTS_OF_KEY,
    TWINS,
    SIGNED_BEFORE,
    INSERT_DOUBT,
    VOUCH_HEAD,
    VOUCHED_HEAD,
    INSERT_CLOCK,
    CLOCK,
    INSERT_STAMP,
    STAMPS,
    ALL_STAMPS,
    STAMPS_ABOVE,
    STAMP_OF,
    STAMPS_FROM,
    RULES_AS_OF,
    KEPT_RULES,
    QUARANTINE_FROM,
    INSERT_TYPED_IN,
    RETRACT_TYPED_IN,
    TYPED_IN_FROM,
    TYPED_IN_FROM_ENTRY,
];

/// An entry as it stands in its table.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EntryRow {
    pub id: EntryId,
    pub seq: Option<i64>,
    pub epoch: Epoch,
    pub kind: String,
    pub fact: Option<Uuid>,
    pub actor: Uuid,
    pub device: Option<Uuid>,
    pub received_at: Timestamp,
    pub sha256: Vec<u8>,
    pub leaf: Vec<u8>,
    pub redacted_by: Option<EntryId>,
    /// SHA-256 over salt and body, kept when they were erased.
    pub covered: Option<Vec<u8>>,
    /// The hash of the statement that a device signed.
    pub statement: Option<Vec<u8>>,
}

pub async fn insert_log(tx: &mut Tx, id: LogId, at: Timestamp) -> Result<(), Error> {
    changed!(tx, sqlx::query(INSERT_LOG).bind(id).bind(1_i64).bind(at)).map(drop)
}

pub async fn the_log(tx: &mut Tx) -> Result<Option<(LogId, Epoch)>, Error> {
    on!(tx, |c| sqlx::query_as(THE_LOG).fetch_optional(c))
}

pub async fn open_epoch(
    tx: &mut Tx,
    epoch: Epoch,
    at: Timestamp,
    last: Option<(i64, Vec<u8>)>,
) -> Result<(), Error> {
    let (seq, leaf) = last.unzip();
    changed!(
        tx,
        sqlx::query(INSERT_EPOCH)
            .bind(epoch)
            .bind(at)
            .bind(seq)
            .bind(leaf)
    )?;
    changed!(tx, sqlx::query(SET_EPOCH).bind(epoch)).map(drop)
}

/// Leaves an entry and its body to be sent.
pub async fn insert_entry(
    tx: &mut Tx,
    row: &EntryRow,
    salt: &[u8],
    body: &[u8],
) -> Result<(), Error> {
    later!(
        tx,
        INSERT_ENTRY,
        [
            row.id,
            row.epoch,
            row.kind.as_str(),
            row.fact,
            row.actor,
            row.device,
            row.received_at,
            row.sha256.as_slice(),
            row.leaf.as_slice(),
            row.statement.as_deref(),
        ]
    )?;
    later!(tx, INSERT_BODY, [row.id, salt, body])
}

pub async fn entry(tx: &mut Tx, id: EntryId) -> Result<Option<EntryRow>, Error> {
    on!(tx, |c| sqlx::query_as(ENTRY).bind(id).fetch_optional(c))
}

pub async fn entries_since(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<EntryRow>, Error> {
    on!(tx, |c| sqlx::query_as(ENTRIES_SINCE)
        .bind(seq)
        .bind(limit)
        .fetch_all(c))
}

/// Salt and body of an entry; `None` once redacted.
pub async fn body(tx: &mut Tx, id: EntryId) -> Result<Option<(Vec<u8>, Vec<u8>)>, Error> {
    on!(tx, |c| sqlx::query_as(BODY).bind(id).fetch_optional(c))
}

pub async fn redact(
    tx: &mut Tx,
    id: EntryId,
    by: EntryId,
    covered: Option<&[u8]>,
) -> Result<(), Error> {
    changed!(tx, sqlx::query(DELETE_BODY).bind(id))?;
    changed!(
        tx,
        sqlx::query(MARK_REDACTED).bind(id).bind(by).bind(covered)
    )
    .map(drop)
}

pub async fn last_sequenced(tx: &mut Tx) -> Result<Option<(i64, Vec<u8>)>, Error> {
    on!(tx, |c| sqlx::query_as(LAST_SEQUENCED).fetch_optional(c))
}

/// The last number that a verified backup covers; -1 when none does.
pub async fn secured_through(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(SECURED_THROUGH).fetch_one(c))
}

pub async fn insert_backup(
    tx: &mut Tx,
    id: Uuid,
    through: i64,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_BACKUP)
            .bind(id)
            .bind(at)
            .bind(through)
            .bind(at)
    )
    .map(drop)
}

/// One content kept aside.
#[derive(Debug)]
pub struct QuarantineRow<'a> {
    pub id: QuarantineId,
    pub entry: EntryId,
    pub kind: &'a str,
    pub fact: Option<Uuid>,
    pub actor: Uuid,
    pub reason: &'a str,
    pub bytes: i64,
    pub received_at: Timestamp,
}

pub async fn insert_quarantine(tx: &mut Tx, row: &QuarantineRow<'_>) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_QUARANTINE)
            .bind(row.id)
            .bind(row.entry)
            .bind(row.kind)
            .bind(row.fact)
            .bind(row.actor)
            .bind(row.reason)
            .bind(row.bytes)
            .bind(row.received_at)
    )
    .map(drop)
}

pub async fn quarantined_bytes(tx: &mut Tx, actor: Uuid, since: Timestamp) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(QUARANTINED_BYTES)
        .bind(actor)
        .bind(since)
        .fetch_one(c))
}

/// The quarantine of a content that was kept for the same reason before.
pub async fn kept_before(
    tx: &mut Tx,
    actor: Uuid,
    fact: Uuid,
    reason: &str,
    sha256: &[u8],
) -> Result<Option<(QuarantineId, EntryId)>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_BEFORE)
        .bind(actor)
        .bind(fact)
        .bind(reason)
        .bind(sha256)
        .fetch_optional(c))
}
