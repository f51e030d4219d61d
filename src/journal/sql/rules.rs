//! The rules that were set.

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_RULES: &str = "INSERT INTO journal_rules (book, version, definition, reason, entry, set_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (book, version) DO NOTHING";
pub(super) const ALL_RULES: &str = "SELECT version, definition, reason, entry, set_at FROM journal_rules \
     WHERE book = $1 ORDER BY version";
pub(super) const LATEST_RULES: &str = "SELECT version, definition, reason, entry, set_at FROM journal_rules \
     WHERE book = $1 ORDER BY version DESC LIMIT 1";
pub(super) const RULES_AS_OF: &str = "SELECT r.version, r.definition, r.reason, r.entry, r.set_at FROM journal_rules r \
     JOIN journal_entries e ON e.id = r.entry WHERE r.book = $1 AND e.seq <= $2 ORDER BY r.version DESC LIMIT 1";

pub(super) const KEPT_RULES: &str = "SELECT book, version, definition, reason, entry, set_at FROM journal_rules ORDER BY book, version";

/// Rules of any book as they were set.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptRules {
    pub book: String,
    pub version: i64,
    pub definition: String,
    pub reason: String,
    pub entry: EntryId,
    pub set_at: Timestamp,
}

/// The rules of every book.
pub async fn kept_rules(tx: &mut Tx) -> Result<Vec<KeptRules>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_RULES).fetch_all(c))
}

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
pub async fn insert_rules(tx: &mut Tx, book: &str, row: &RulesRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_RULES)
            .bind(book)
            .bind(row.version)
            .bind(row.definition.as_str())
            .bind(row.reason.as_str())
            .bind(row.entry)
            .bind(row.set_at)
    )
    .map(|rows| rows > 0)
}

/// The rules of a book that were set, the oldest first.
pub async fn all_rules(tx: &mut Tx, book: &str) -> Result<Vec<RulesRow>, Error> {
    on!(tx, |c| sqlx::query_as(ALL_RULES).bind(book).fetch_all(c))
}

/// The rules of a book that were set last.
pub async fn latest_rules(tx: &mut Tx, book: &str) -> Result<Option<RulesRow>, Error> {
    on!(tx, |c| sqlx::query_as(LATEST_RULES)
        .bind(book)
        .fetch_optional(c))
}

/// The rules of a book that were set last under a number or a lower one.
pub async fn rules_as_of(tx: &mut Tx, book: &str, seq: i64) -> Result<Option<RulesRow>, Error> {
    on!(tx, |c| sqlx::query_as(RULES_AS_OF)
        .bind(book)
        .bind(seq)
        .fetch_optional(c))
}
