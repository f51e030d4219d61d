//! The rules of grades that were set.

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

const INSERT_RULES: &str = "INSERT INTO evidence_definitions (version, definition, reason, entry, set_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (version) DO NOTHING";
const ALL_RULES: &str =
    "SELECT version, definition, reason, entry, set_at FROM evidence_definitions ORDER BY version";
const RULES: &str = "SELECT version, definition, reason, entry, set_at FROM evidence_definitions \
     ORDER BY version DESC LIMIT 1";

pub(super) const STATEMENTS: &[&str] = &[INSERT_RULES, ALL_RULES, RULES];

/// Rules as they were set.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RulesRow {
    pub version: i64,
    pub definition: String,
    pub reason: String,
    pub entry: EntryId,
    pub set_at: Timestamp,
}

/// Keeps rules; false when their version is taken.
pub async fn insert_rules(tx: &mut Tx, row: &RulesRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_RULES)
            .bind(row.version)
            .bind(row.definition.as_str())
            .bind(row.reason.as_str())
            .bind(row.entry)
            .bind(row.set_at)
    )
    .map(|rows| rows > 0)
}

/// The rules that were set, the oldest first.
pub async fn all_rules(tx: &mut Tx) -> Result<Vec<RulesRow>, Error> {
    on!(tx, |c| sqlx::query_as(ALL_RULES).fetch_all(c))
}

/// The rules that were set last.
pub async fn rules(tx: &mut Tx) -> Result<Option<RulesRow>, Error> {
    on!(tx, |c| sqlx::query_as(RULES).fetch_optional(c))
}
