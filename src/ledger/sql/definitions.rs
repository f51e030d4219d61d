//! The definitions that were set.

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_DEFINITION: &str = "INSERT INTO ledger_definitions (version, definition, reason, entry, set_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (version) DO NOTHING";
pub(super) const DEFINITIONS: &str =
    "SELECT version, definition, reason, entry, set_at FROM ledger_definitions ORDER BY version";
pub(super) const DEFINITION: &str = "SELECT version, definition, reason, entry, set_at FROM ledger_definitions \
     ORDER BY version DESC LIMIT 1";

/// A definition as it was set.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DefinitionRow {
    pub version: i64,
    pub definition: String,
    pub reason: String,
    pub entry: EntryId,
    pub set_at: Timestamp,
}

/// Keeps a definition; false when its version is taken.
pub async fn insert_definition(tx: &mut Tx, row: &DefinitionRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_DEFINITION)
            .bind(row.version)
            .bind(row.definition.as_str())
            .bind(row.reason.as_str())
            .bind(row.entry)
            .bind(row.set_at)
    )
    .map(|rows| rows > 0)
}

/// The definitions that were set, the oldest first.
pub async fn definitions(tx: &mut Tx) -> Result<Vec<DefinitionRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEFINITIONS).fetch_all(c))
}

/// The definition that was set last.
pub async fn definition(tx: &mut Tx) -> Result<Option<DefinitionRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEFINITION).fetch_optional(c))
}
