//! The table of files that were looked at.

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

const ONE: &str = "SELECT id, asker, kind, name, options, state, bytes, sha256, plan, report, asked_at, expires_at, \
     loaded_at, entry FROM imports WHERE id = $1 AND asker = $2";
const OF_ASKER: &str = "SELECT id, asker, kind, name, options, state, bytes, sha256, plan, report, asked_at, expires_at, \
     loaded_at, entry FROM imports WHERE asker = $1 ORDER BY asked_at DESC, id DESC LIMIT 100";
const OPEN_OF: &str = "SELECT COUNT(*) FROM imports WHERE asker = $1 AND state = $2";
const INSERT: &str = "INSERT INTO imports (id, asker, kind, name, options, state, bytes, sha256, plan, report, asked_at, \
     expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const LOADED: &str = "UPDATE imports SET state = 'loaded', loaded_at = $2, entry = $3 WHERE id = $1 AND state = 'checked'";
const FROM: &str = "SELECT id, asker, kind, name, options, state, bytes, sha256, plan, report, asked_at, expires_at, \
     loaded_at, entry FROM imports WHERE id > $1 ORDER BY id LIMIT 100";
const DUE: &str = "SELECT id FROM imports WHERE state IN ('checked', 'refused') AND expires_at <= $1 \
     ORDER BY expires_at, id LIMIT 100";
const EXPIRE: &str =
    "UPDATE imports SET state = 'expired' WHERE id = $1 AND state IN ('checked', 'refused')";

/// Every statement of imports.
pub const STATEMENTS: &[&str] = &[ONE, OF_ASKER, OPEN_OF, INSERT, LOADED, FROM, DUE, EXPIRE];

/// A file that was looked at.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ImportRow {
    pub id: Uuid,
    pub asker: Uuid,
    pub kind: String,
    pub name: String,
    pub options: String,
    pub state: String,
    pub bytes: i64,
    pub sha256: Vec<u8>,
    pub plan: Vec<u8>,
    pub report: String,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    pub loaded_at: Option<Timestamp>,
    pub entry: Option<EntryId>,
}

impl ImportRow {
    pub fn corrupt(&self, column: &'static str) -> Error {
        Error::Corrupt {
            table: "imports",
            column,
            id: self.id.to_string(),
        }
    }
}

/// A file of its asker.
pub async fn one(tx: &mut Tx, id: Uuid, asker: Uuid) -> Result<Option<ImportRow>, Error> {
    on!(tx, |c| sqlx::query_as(ONE)
        .bind(id)
        .bind(asker)
        .fetch_optional(c))
}

/// Every file after one, in the order of ids.
pub async fn imports_from(tx: &mut Tx, id: Uuid) -> Result<Vec<ImportRow>, Error> {
    on!(tx, |c| sqlx::query_as(FROM).bind(id).fetch_all(c))
}

/// The newest files of an asker.
pub async fn of_asker(tx: &mut Tx, asker: Uuid) -> Result<Vec<ImportRow>, Error> {
    on!(tx, |c| sqlx::query_as(OF_ASKER).bind(asker).fetch_all(c))
}

/// How many files of an asker are in a state.
pub async fn open_of(tx: &mut Tx, asker: Uuid, state: &str) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(OPEN_OF)
        .bind(asker)
        .bind(state)
        .fetch_one(c))
}

pub async fn insert(tx: &mut Tx, row: &ImportRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT)
            .bind(row.id)
            .bind(row.asker)
            .bind(row.kind.as_str())
            .bind(row.name.as_str())
            .bind(row.options.as_str())
            .bind(row.state.as_str())
            .bind(row.bytes)
            .bind(row.sha256.as_slice())
            .bind(row.plan.as_slice())
            .bind(row.report.as_str())
            .bind(row.asked_at)
            .bind(row.expires_at)
    )
    .map(drop)
}

/// Says that a file was loaded; false when it no longer waits.
pub async fn set_loaded(
    tx: &mut Tx,
    id: Uuid,
    at: Timestamp,
    entry: EntryId,
) -> Result<bool, Error> {
    changed!(tx, sqlx::query(LOADED).bind(id).bind(at).bind(entry)).map(|rows| rows > 0)
}

/// Some files whose time is over.
pub async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(DUE).bind(now).fetch_all(c))
}

/// Says that a file waits no more; false when it was loaded or its time is over already.
pub async fn expire(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    changed!(tx, sqlx::query(EXPIRE).bind(id)).map(|rows| rows > 0)
}
