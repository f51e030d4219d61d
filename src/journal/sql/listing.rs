//! Pages of the log for those who read it, in either direction and sifted.

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

use super::EntryRow;

// A body comes along only where it may tell a reason: those of facts are long.
macro_rules! listed {
    ($from:literal, $who:literal, $order:literal) => {
        concat!(
            "SELECT e.id, e.seq, e.epoch, e.kind, e.fact, e.actor, e.device, e.received_at, e.sha256, e.leaf, e.redacted_by, \
             e.covered, e.statement, b.body FROM journal_entries e LEFT JOIN journal_bodies b ON b.entry = e.id \
             AND e.kind IN ('view', 'hold', 'hold_set', 'hold_lifted') WHERE ",
            $from,
            " AND e.received_at BETWEEN $2 AND $3 AND ($4 = '' OR e.kind = $4)",
            $who,
            " ORDER BY e.seq ",
            $order,
            " LIMIT $5"
        )
    };
}
pub(super) const LISTED_UP: &str = listed!("e.seq > $1 AND e.seq <= $6", "", "ASC");
pub(super) const LISTED_DOWN: &str = listed!("e.seq < $1 AND e.seq >= $6", "", "DESC");
pub(super) const LISTED_UP_OF: &str = listed!(
    "e.seq > $1 AND e.seq <= $6",
    " AND (e.actor = $7 OR e.device = $7)",
    "ASC"
);
pub(super) const LISTED_DOWN_OF: &str = listed!(
    "e.seq < $1 AND e.seq >= $6",
    " AND (e.actor = $7 OR e.device = $7)",
    "DESC"
);
pub(super) const ERASED_ALIKE: &str = "SELECT id FROM journal_entries WHERE actor = $1 AND fact = $2 AND kind = $3 \
     AND sha256 = $4 AND redacted_by IS NOT NULL ORDER BY id LIMIT 1";

/// An entry with what it says, where that may tell a reason and was not erased.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ListedRow {
    #[sqlx(flatten)]
    pub row: EntryRow,
    pub body: Option<Vec<u8>>,
}

/// Which page of the log is read.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// Entries on that side of this number.
    pub edge: i64,
    /// The last number that is looked at.
    pub end: i64,
    /// Whether numbers fall.
    pub is_newest_first: bool,
    /// Received at this instant or later.
    pub from: Timestamp,
    /// Received at this instant or earlier.
    pub to: Timestamp,
    /// Of this kind; empty: of any.
    pub kind: &'a str,
    /// By this account or device, or through it.
    pub of: Option<Uuid>,
    /// Most rows.
    pub limit: i64,
}

/// Numbered entries of a listing, in its order.
pub async fn listed(tx: &mut Tx, listing: Listing<'_>) -> Result<Vec<ListedRow>, Error> {
    let statement = match (listing.is_newest_first, listing.of) {
        (false, None) => LISTED_UP,
        (true, None) => LISTED_DOWN,
        (false, Some(_)) => LISTED_UP_OF,
        (true, Some(_)) => LISTED_DOWN_OF,
    };
    match listing.of {
        None => on!(tx, |c| sqlx::query_as(statement)
            .bind(listing.edge)
            .bind(listing.from)
            .bind(listing.to)
            .bind(listing.kind)
            .bind(listing.limit)
            .bind(listing.end)
            .fetch_all(c)),
        Some(of) => on!(tx, |c| sqlx::query_as(statement)
            .bind(listing.edge)
            .bind(listing.from)
            .bind(listing.to)
            .bind(listing.kind)
            .bind(listing.limit)
            .bind(listing.end)
            .bind(of)
            .fetch_all(c)),
    }
}

/// The first entry of a kind, erased since, by which this author said the same of a fact.
pub async fn erased_alike(
    tx: &mut Tx,
    (actor, fact, kind): (Uuid, Uuid, &str),
    sha256: &[u8],
) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(ERASED_ALIKE)
        .bind(actor)
        .bind(fact)
        .bind(kind)
        .bind(sha256)
        .fetch_optional(c))
}
