//! What a post node's forwarding went past, to be tried again later.

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const HOLD_BACK: &str = "INSERT INTO sync_held_back (entry, seq, reason, tries, next_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (entry) DO UPDATE SET reason = excluded.reason, tries = excluded.tries, next_at = excluded.next_at";
pub(super) const LET_GO: &str = "DELETE FROM sync_held_back WHERE entry = $1";
pub(super) const LET_GO_AFTER: &str = "DELETE FROM sync_held_back WHERE seq > $1";
pub(super) const HELD_DUE: &str = "SELECT entry, seq, reason, tries, next_at FROM sync_held_back WHERE next_at <= $1 ORDER BY seq LIMIT $2";
pub(super) const HELD_BACK: &str =
    "SELECT entry, seq, reason, tries, next_at FROM sync_held_back ORDER BY seq LIMIT $1";
pub(super) const COUNT_HELD: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM sync_held_back";

/// An entry that waits behind the lanes.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HeldBack {
    pub entry: EntryId,
    /// Its number.
    pub seq: i64,
    /// What the province said.
    pub reason: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried again.
    pub next_at: Timestamp,
}

/// Writes down that an entry waits, or waits on.
pub async fn hold_back(tx: &mut Tx, row: &HeldBack) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(HOLD_BACK)
            .bind(row.entry)
            .bind(row.seq)
            .bind(row.reason.as_str())
            .bind(row.tries)
            .bind(row.next_at)
    )
    .map(drop)
}

/// An entry waits no more.
pub async fn let_go(tx: &mut Tx, entry: EntryId) -> Result<(), Error> {
    changed!(tx, sqlx::query(LET_GO).bind(entry)).map(drop)
}

/// None of those after a number waits: the lanes come past them again.
pub async fn let_go_after(tx: &mut Tx, seq: i64) -> Result<(), Error> {
    changed!(tx, sqlx::query(LET_GO_AFTER).bind(seq)).map(drop)
}

/// Those whose time has come, by their number.
pub async fn held_due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<HeldBack>, Error> {
    on!(tx, |c| sqlx::query_as(HELD_DUE)
        .bind(now)
        .bind(limit)
        .fetch_all(c))
}

/// The first of all that wait, by their number.
pub async fn held_back(tx: &mut Tx, limit: i64) -> Result<Vec<HeldBack>, Error> {
    on!(tx, |c| sqlx::query_as(HELD_BACK).bind(limit).fetch_all(c))
}

/// How many wait.
pub async fn count_held(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(COUNT_HELD).fetch_one(c))
}
