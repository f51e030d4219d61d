//! Entries with their bodies, as a pass over the whole log reads them.

use uuid::Uuid;

use crate::base::ids::{EntryId, QuarantineId};
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

use super::EntryRow;

pub(super) const ENTRIES_WITH_BODIES: &str = "SELECT e.id, e.seq, e.epoch, e.kind, e.fact, e.actor, e.device, e.received_at, e.sha256, e.leaf, \
     e.redacted_by, e.covered, e.statement, b.salt, b.body FROM journal_entries e LEFT JOIN journal_bodies b ON b.entry = e.id \
     WHERE e.seq > $1 ORDER BY e.seq LIMIT $2";

pub(super) const CONTENTS_OF_KIND: &str = "SELECT e.seq, e.id, e.fact, e.actor, e.received_at, b.body FROM journal_entries e \
     JOIN journal_bodies b ON b.entry = e.id WHERE e.kind = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3";

pub(super) const UNNUMBERED_OF_KIND: &str = "SELECT e.received_at AS seq, e.id, e.fact, e.actor, e.received_at, b.body FROM journal_entries e \
     JOIN journal_bodies b ON b.entry = e.id WHERE e.seq IS NULL AND e.kind = $1 ORDER BY e.received_at, e.id";

/// What an order left no content of. Fixes and forms also go by their age, or move, and their rows with them.
pub(super) const ERASED: &str = "SELECT e.id, e.kind, e.fact, e.actor, e.received_at, e.redacted_by FROM journal_entries e \
     LEFT JOIN journal_bodies b ON b.entry = e.id WHERE e.redacted_by IS NOT NULL AND b.entry IS NULL \
     AND e.kind NOT IN ('fixes', 'submission') ORDER BY e.id";

pub(super) const QUARANTINE_FROM: &str = "SELECT id, entry, fact, actor, bytes, received_at FROM quarantine \
     WHERE id > $1 ORDER BY id LIMIT 500";

/// A content kept aside, as its row says.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptQuarantine {
    pub id: QuarantineId,
    pub entry: EntryId,
    pub fact: Option<Uuid>,
    pub actor: Uuid,
    pub bytes: i64,
    pub received_at: Timestamp,
}

pub async fn quarantine_from(tx: &mut Tx, id: QuarantineId) -> Result<Vec<KeptQuarantine>, Error> {
    on!(tx, |c| sqlx::query_as(QUARANTINE_FROM)
        .bind(id)
        .fetch_all(c))
}

/// An entry of a kind with its content.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Content {
    /// Its number.
    pub seq: i64,
    /// The entry.
    pub id: EntryId,
    /// The fact that it belongs to.
    pub fact: Option<Uuid>,
    /// Its author.
    pub actor: Uuid,
    /// When it was received.
    pub received_at: Timestamp,
    /// The bytes that were kept.
    pub body: Vec<u8>,
}

/// Entries of a kind that have no number yet, in the order in which they will get one; for theirs stands the time.
pub async fn unnumbered_of_kind(tx: &mut Tx, kind: &str) -> Result<Vec<Content>, Error> {
    on!(tx, |c| sqlx::query_as(UNNUMBERED_OF_KIND)
        .bind(kind)
        .fetch_all(c))
}

/// Numbered entries of a kind after a number, in order; erased ones are left out.
pub async fn contents_of_kind(
    tx: &mut Tx,
    kind: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<Content>, Error> {
    on!(tx, |c| sqlx::query_as(CONTENTS_OF_KIND)
        .bind(kind)
        .bind(after)
        .bind(limit)
        .fetch_all(c))
}

/// An entry whose content was erased.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ErasedEntry {
    pub id: EntryId,
    pub kind: String,
    pub fact: Option<Uuid>,
    pub actor: Uuid,
    pub received_at: Timestamp,
    pub redacted_by: EntryId,
}

/// Every entry of a fact whose content was erased.
pub async fn erased(tx: &mut Tx) -> Result<Vec<ErasedEntry>, Error> {
    on!(tx, |c| sqlx::query_as(ERASED).fetch_all(c))
}

/// An entry with its salt and body, unless they were erased.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WholeEntry {
    #[sqlx(flatten)]
    pub row: EntryRow,
    pub salt: Option<Vec<u8>>,
    pub body: Option<Vec<u8>>,
}

/// Numbered entries after a number, in order.
pub async fn entries_with_bodies(
    tx: &mut Tx,
    seq: i64,
    limit: i64,
) -> Result<Vec<WholeEntry>, Error> {
    on!(tx, |c| sqlx::query_as(ENTRIES_WITH_BODIES)
        .bind(seq)
        .bind(limit)
        .fetch_all(c))
}
