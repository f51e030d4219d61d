//! Files in the background, and how far the log is.

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::publish::export::make::{Made, Wanted};
use crate::publish::export::orders::ExportState;
use crate::store::{Error, Tx};
use crate::{changed, on};

const COLUMNS: &str = "SELECT id, asker, collections, format, filter, reason, state, asked_at, decided_by, decided_at, \
     attempt, done, as_of, is_settled, features, bytes, sha256, expires_at, fault FROM exports WHERE id = $1";
const OF_ASKER: &str = "SELECT id, asker, collections, format, filter, reason, state, asked_at, decided_by, decided_at, \
     attempt, done, as_of, is_settled, features, bytes, sha256, expires_at, fault FROM exports \
     WHERE asker = $1 ORDER BY asked_at DESC, id DESC LIMIT 200";
const IN_STATE: &str = "SELECT id, asker, collections, format, filter, reason, state, asked_at, decided_by, decided_at, \
     attempt, done, as_of, is_settled, features, bytes, sha256, expires_at, fault FROM exports \
     WHERE state = $1 AND (expires_at IS NULL OR expires_at <= $2) ORDER BY asked_at DESC, id DESC LIMIT 200";
const FROM: &str = "SELECT id, asker, collections, format, filter, reason, state, asked_at, decided_by, decided_at, \
     attempt, done, as_of, is_settled, features, bytes, sha256, expires_at, fault FROM exports \
     WHERE id > $1 ORDER BY id LIMIT 500";
const INSERT: &str = "INSERT INTO exports (id, asker, collections, format, filter, reason, state, asked_at, attempt, \
     lease_until, done, is_settled, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 0)";
const OPEN_OF: &str = "SELECT COUNT(*) FROM exports WHERE asker = $1 AND state IN ('asked', 'approved', 'working', 'ready')";
const DECIDE: &str = "UPDATE exports SET state = $2, decided_by = $3, decided_at = $4, fault = $5 \
     WHERE id = $1 AND state = 'asked'";
const CANCEL: &str = "UPDATE exports SET state = 'cancelled', ended_at = $2 \
     WHERE id = $1 AND state IN ('asked', 'approved', 'working', 'ready')";
const NEXT: &str = "SELECT id FROM exports WHERE state IN ('approved', 'working') AND lease_until <= $1 \
     ORDER BY asked_at, id LIMIT 1";
const BEGIN: &str = "UPDATE exports SET state = 'working', attempt = attempt + 1, done = 0, lease_until = $3 \
     WHERE id = $1 AND state IN ('approved', 'working') AND lease_until <= $2";
const BEAT: &str = "UPDATE exports SET done = $3, lease_until = $4 WHERE id = $1 AND attempt = $2 AND state = 'working'";
const FINISH: &str = "UPDATE exports SET state = 'ready', as_of = $3, is_settled = $4, features = $5, bytes = $6, \
     sha256 = $7, ended_at = $8, expires_at = $9 WHERE id = $1 AND attempt = $2 AND state = 'working'";
const FAIL: &str = "UPDATE exports SET state = 'failed', ended_at = $3, fault = $4 \
     WHERE id = $1 AND attempt = $2 AND state = 'working'";
const EXPIRE: &str = "UPDATE exports SET state = 'expired' WHERE id = $1 AND state = 'ready'";
const WITHDRAW: &str = "UPDATE exports SET expires_at = $1 WHERE state = 'ready' AND expires_at > $1 \
     AND (collections LIKE '%\"plots\"%' OR collections LIKE '%\"patrols\"%')";
const BEGIN_ANEW: &str =
    "UPDATE exports SET state = 'approved', lease_until = 0 WHERE state = 'working'";
const LAST_NUMBER: &str = "SELECT MAX(seq) FROM journal_entries";
const LAST_ENTRY: &str = "SELECT id FROM journal_entries WHERE seq = $1";
const LAST_UNNUMBERED: &str =
    "SELECT id FROM journal_entries WHERE seq IS NULL ORDER BY received_at DESC, id DESC LIMIT 1";
/// Looking at something, secrets and the log's own acts change nothing that is published.
const CHANGES: &str = "SELECT COUNT(*) FROM journal_entries WHERE (seq > $1 OR seq IS NULL) AND kind NOT IN \
     ('key', 'epoch', 'account', 'device', 'grant', 'token', 'enrolment', 'device_key', 'view', 'watch', 'alarm', 'backup', \
     'hold', 'hold_set', 'hold_lifted', 'quarantine', 'bundle', 'submission')";

/// Every fixed statement of exports that runs in the database.
pub const STATEMENTS: &[&str] = &[
    COLUMNS,
    OF_ASKER,
    IN_STATE,
    FROM,
    INSERT,
    OPEN_OF,
    DECIDE,
    CANCEL,
    NEXT,
    BEGIN,
    BEAT,
    FINISH,
    FAIL,
    EXPIRE,
    WITHDRAW,
    BEGIN_ANEW,
    LAST_NUMBER,
    LAST_ENTRY,
    LAST_UNNUMBERED,
    CHANGES,
];

/// A file in the background.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ExportRow {
    pub id: Uuid,
    pub asker: Uuid,
    pub collections: String,
    pub format: String,
    pub filter: String,
    pub reason: String,
    pub state: String,
    pub asked_at: Timestamp,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<Timestamp>,
    pub attempt: i64,
    pub done: i64,
    pub as_of: Option<EntryId>,
    pub is_settled: i64,
    pub features: Option<String>,
    pub bytes: i64,
    pub sha256: Option<Vec<u8>>,
    pub expires_at: Option<Timestamp>,
    pub fault: Option<String>,
}

impl ExportRow {
    pub fn asked(id: Uuid, asker: Uuid, wanted: &Wanted, reason: &str, now: Timestamp) -> Self {
        Self {
            id,
            asker,
            collections: serde_json::to_string(&wanted.collections).unwrap_or_default(),
            format: wanted.format.as_str().to_owned(),
            filter: serde_json::to_string(&wanted.filter).unwrap_or_default(),
            reason: reason.trim().to_owned(),
            state: ExportState::Asked.as_str().to_owned(),
            asked_at: now,
            decided_by: None,
            decided_at: None,
            attempt: 0,
            done: 0,
            as_of: None,
            is_settled: 0,
            features: None,
            bytes: 0,
            sha256: None,
            expires_at: None,
            fault: None,
        }
    }

    pub fn corrupt(&self, column: &'static str) -> Error {
        Error::Corrupt {
            table: "exports",
            column,
            id: self.id.to_string(),
        }
    }

    /// What it was asked to hold.
    pub fn wanted(&self) -> Result<Wanted, Error> {
        Ok(Wanted {
            collections: serde_json::from_str(&self.collections)
                .or(Err(self.corrupt("collections")))?,
            format: self.format.parse().or(Err(self.corrupt("format")))?,
            filter: serde_json::from_str(&self.filter).or(Err(self.corrupt("filter")))?,
        })
    }
}

/// How far the log is.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The last number; -1 before the first.
    pub seq: i64,
    /// Entries without a number that change what is published.
    pub changes: i64,
    /// The last entry.
    pub entry: Option<EntryId>,
}

pub async fn moment(tx: &mut Tx) -> Result<Moment, Error> {
    let seq: Option<i64> = on!(tx, |c| sqlx::query_scalar(LAST_NUMBER).fetch_one(c))?;
    let seq = seq.unwrap_or(-1);
    let changes = changes_since(tx, seq).await?;
    let mut entry: Option<EntryId> = on!(tx, |c| sqlx::query_scalar(LAST_UNNUMBERED)
        .fetch_optional(c))?;
    if entry.is_none() {
        entry = on!(tx, |c| sqlx::query_scalar(LAST_ENTRY)
            .bind(seq)
            .fetch_optional(c))?;
    }
    Ok(Moment {
        seq,
        changes,
        entry,
    })
}

/// Entries after a number, and without one, that change what is published.
pub async fn changes_since(tx: &mut Tx, seq: i64) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(CHANGES).bind(seq).fetch_one(c))
}

pub async fn insert(tx: &mut Tx, row: &ExportRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT)
            .bind(row.id)
            .bind(row.asker)
            .bind(row.collections.as_str())
            .bind(row.format.as_str())
            .bind(row.filter.as_str())
            .bind(row.reason.as_str())
            .bind(row.state.as_str())
            .bind(row.asked_at)
    )
    .map(drop)
}

pub async fn export(tx: &mut Tx, id: Uuid) -> Result<Option<ExportRow>, Error> {
    on!(tx, |c| sqlx::query_as(COLUMNS).bind(id).fetch_optional(c))
}

/// An asker's files, the newest first.
pub async fn exports_of(tx: &mut Tx, asker: Uuid) -> Result<Vec<ExportRow>, Error> {
    on!(tx, |c| sqlx::query_as(OF_ASKER).bind(asker).fetch_all(c))
}

/// Every file after one, in the order of ids.
pub async fn exports_from(tx: &mut Tx, id: Uuid) -> Result<Vec<ExportRow>, Error> {
    on!(tx, |c| sqlx::query_as(FROM).bind(id).fetch_all(c))
}

/// Those that wait for a second account.
pub async fn waiting(tx: &mut Tx) -> Result<Vec<ExportRow>, Error> {
    let none = Timestamp::from_millis(0);
    in_state(tx, ExportState::Asked, none).await
}

/// Those whose days are over.
pub async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<ExportRow>, Error> {
    in_state(tx, ExportState::Ready, now).await
}

async fn in_state(
    tx: &mut Tx,
    state: ExportState,
    due: Timestamp,
) -> Result<Vec<ExportRow>, Error> {
    on!(tx, |c| sqlx::query_as(IN_STATE)
        .bind(state.as_str())
        .bind(due)
        .fetch_all(c))
}

pub async fn open_of(tx: &mut Tx, asker: Uuid) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(OPEN_OF).bind(asker).fetch_one(c))
}

pub async fn decide(
    tx: &mut Tx,
    id: Uuid,
    state: ExportState,
    (by, at): (Uuid, Timestamp),
    reason: &str,
) -> Result<bool, Error> {
    let done = changed!(
        tx,
        sqlx::query(DECIDE)
            .bind(id)
            .bind(state.as_str())
            .bind(by)
            .bind(at)
            .bind(reason)
    );
    Ok(done? > 0)
}

pub async fn cancel(tx: &mut Tx, id: Uuid, at: Timestamp) -> Result<bool, Error> {
    let done = changed!(tx, sqlx::query(CANCEL).bind(id).bind(at));
    Ok(done? > 0)
}

/// The file that waits longest for a worker.
pub async fn next(tx: &mut Tx, now: Timestamp) -> Result<Option<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(NEXT).bind(now).fetch_optional(c))
}

/// Takes a file in hand until an instant; false when another worker was faster.
pub async fn begin(tx: &mut Tx, id: Uuid, now: Timestamp, until: Timestamp) -> Result<bool, Error> {
    let done = changed!(tx, sqlx::query(BEGIN).bind(id).bind(now).bind(until));
    Ok(done? > 0)
}

/// Notes how far an attempt is; false when it should end.
pub async fn beat(
    tx: &mut Tx,
    (id, attempt): (Uuid, i64),
    features: i64,
    until: Timestamp,
) -> Result<bool, Error> {
    let done = changed!(
        tx,
        sqlx::query(BEAT)
            .bind(id)
            .bind(attempt)
            .bind(features)
            .bind(until)
    );
    Ok(done? > 0)
}

pub async fn finish(
    tx: &mut Tx,
    (id, attempt): (Uuid, i64),
    made: &Made,
    (at, expires_at): (Timestamp, Timestamp),
) -> Result<bool, Error> {
    let features = serde_json::to_string(&made.counts).unwrap_or_default();
    let bytes = i64::try_from(made.bytes).unwrap_or(i64::MAX);
    let done = changed!(
        tx,
        sqlx::query(FINISH)
            .bind(id)
            .bind(attempt)
            .bind(made.as_of)
            .bind(i64::from(made.is_settled))
            .bind(features.as_str())
            .bind(bytes)
            .bind(made.sha256.as_slice())
            .bind(at)
            .bind(expires_at)
    );
    Ok(done? > 0)
}

pub async fn fail(
    tx: &mut Tx,
    (id, attempt): (Uuid, i64),
    at: Timestamp,
    fault: &str,
) -> Result<bool, Error> {
    let done = changed!(
        tx,
        sqlx::query(FAIL)
            .bind(id)
            .bind(attempt)
            .bind(at)
            .bind(fault)
    );
    Ok(done? > 0)
}

pub async fn expire(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    let done = changed!(tx, sqlx::query(EXPIRE).bind(id));
    Ok(done? > 0)
}

/// Ends the days of files that may hold words of plots and patrols, and lets those be made anew that a worker has in hand.
pub async fn withdraw(tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
    // One that is finished meanwhile is met by the second.
    changed!(tx, sqlx::query(BEGIN_ANEW))?;
    changed!(tx, sqlx::query(WITHDRAW).bind(now)).map(drop)
}
