//! The definitions that were set, and how far the index has followed them.

use crate::base::ids::{EntryId, PatrolId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_DEFINITION: &str = "INSERT INTO coverage_definitions (version, draft, reason, entry, set_at) VALUES ($1, $2, $3, $4, $5)";
pub(super) const DEFINITIONS: &str = "SELECT version, draft, reason, entry, set_at, complete_at FROM coverage_definitions ORDER BY version";
pub(super) const DEFINITIONS_MARK: &str = "SELECT COUNT(*), COUNT(complete_at), (SELECT epoch FROM coverage_clock WHERE only_row = 1) FROM coverage_definitions";
pub(super) const COMPLETE_DEFINITION: &str =
    "UPDATE coverage_definitions SET complete_at = $2 WHERE version = $1 AND complete_at IS NULL";
pub(super) const PATROLS_BEHIND: &str = "SELECT p.id FROM patrols p LEFT JOIN coverage_patrols c ON c.patrol = p.id \
     WHERE COALESCE(c.version, 0) < $1 AND p.id > $2 ORDER BY p.id LIMIT $3";
pub(super) const COUNT_BEHIND: &str = "SELECT COUNT(*) FROM patrols p LEFT JOIN coverage_patrols c ON c.patrol = p.id \
     WHERE COALESCE(c.version, 0) < $1";

/// A definition as it was set.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DefinitionRow {
    pub version: i64,
    pub draft: String,
    pub reason: String,
    pub entry: EntryId,
    pub set_at: Timestamp,
    pub complete_at: Option<Timestamp>,
}

/// Keeps a definition.
pub async fn insert_definition(tx: &mut Tx, row: &DefinitionRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_DEFINITION)
            .bind(row.version)
            .bind(row.draft.as_str())
            .bind(row.reason.as_str())
            .bind(row.entry)
            .bind(row.set_at)
    )
    .map(drop)
}

/// The definitions that were set, the oldest first.
pub async fn definitions(tx: &mut Tx) -> Result<Vec<DefinitionRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEFINITIONS).fetch_all(c))
}

/// What changes when a definition is set or has become complete, and the instant of the index's last change.
pub async fn definitions_mark(tx: &mut Tx) -> Result<(i64, i64, i64), Error> {
    on!(tx, |c| sqlx::query_as(DEFINITIONS_MARK).fetch_one(c))
}

/// Says that every patrol is indexed under a definition.
pub async fn complete_definition(tx: &mut Tx, version: i64, now: Timestamp) -> Result<(), Error> {
    changed!(tx, sqlx::query(COMPLETE_DEFINITION).bind(version).bind(now)).map(drop)
}

/// How many patrols are not indexed under a definition yet.
pub async fn count_behind(tx: &mut Tx, version: i64) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(COUNT_BEHIND)
        .bind(version)
        .fetch_one(c))
}

/// Patrols after one that are not indexed under a definition yet, at most so many.
pub async fn patrols_behind(
    tx: &mut Tx,
    version: i64,
    after: PatrolId,
    limit: i64,
) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(PATROLS_BEHIND)
        .bind(version)
        .bind(after)
        .bind(limit)
        .fetch_all(c))
}
