//! What a post node forwards, how far it has come, and what came from nodes.

use uuid::Uuid;

use crate::base::ids::{EntryId, PaperId, PatrolId, PlotId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

/// The kinds of entries that facts from the field are: what a desk decides stays where it was decided.
macro_rules! outgoing {
    () => {
        "('patrol', 'fixes', 'plot', 'incident', 'photo', 'original', 'confirmation', 'eradication', 'minutes', \
         'reinspection', 'transfer', 'referral', 'retraction', 'tip')"
    };
}

pub(super) const OUTGOING: &str = concat!(
    "SELECT e.id, e.seq, e.kind, e.fact, e.actor, e.received_at, f.plot, c.patrol, t.paper, p.sha256 AS original, p.door, p.named, f.by_officer, \
     CAST(COALESCE(LENGTH(b.body), 0) AS BIGINT) AS body_bytes, CASE WHEN e.kind = 'original' THEN p.bytes ELSE 0 END AS original_bytes, \
     (SELECT CAST(COUNT(*) AS BIGINT) FROM plot_measures m WHERE m.entry = e.id AND m.version IS NULL) AS measures \
     FROM journal_entries e LEFT JOIN ledger_facts f ON f.id = e.fact LEFT JOIN fix_chunks c ON c.entry = e.id \
     LEFT JOIN photos p ON p.id = e.fact LEFT JOIN journal_bodies b ON b.entry = e.id \
     LEFT JOIN journal_papers t ON t.entry = e.id WHERE e.seq > $1 AND e.seq <= $2 AND e.kind IN ",
    outgoing!(),
    " ORDER BY e.seq LIMIT $3"
);
pub(super) const OUTGOING_LEFT: &str = concat!(
    "SELECT CAST(COUNT(*) AS BIGINT) FROM journal_entries WHERE ((kind <> 'original' AND seq > $1) \
     OR (kind = 'original' AND seq > $2)) AND kind IN ",
    outgoing!()
);
pub(super) const TAKE_TURN: &str = "UPDATE sync_forwarding SET holder = $1, lease_until = $2 \
     WHERE only_row = 1 AND (holder IS NULL OR holder = $1 OR lease_until < $3)";
pub(super) const FORWARDING: &str =
    "SELECT facts, originals, forwarded_at, failures, failed_at, fault FROM sync_forwarding";
pub(super) const ADVANCE_FACTS: &str = "UPDATE sync_forwarding SET facts = $2, forwarded_at = $3, failures = 0 \
     WHERE holder = $1 AND facts < $2";
pub(super) const ADVANCE_ORIGINALS: &str = "UPDATE sync_forwarding SET originals = $2, forwarded_at = $3, failures = 0 \
     WHERE holder = $1 AND originals < $2";
pub(super) const FORWARD_FAILED: &str = "UPDATE sync_forwarding SET failures = failures + 1, failed_at = $2, fault = $3 \
     WHERE holder = $1";
pub(super) const FORGET_FAULT: &str = "UPDATE sync_forwarding SET failures = 0, failed_at = NULL, fault = NULL \
     WHERE holder = $1";
pub(super) const REWIND: &str =
    "UPDATE sync_forwarding SET facts = $1, originals = $1, holder = NULL";
pub(super) const SET_UPSTREAM: &str = "INSERT INTO sync_upstream (entry, receipt, review, answered_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (entry) DO UPDATE SET receipt = excluded.receipt, review = excluded.review, answered_at = excluded.answered_at";
pub(super) const ASIDE_UPSTREAM: &str = "SELECT u.entry, e.kind, e.fact, u.review AS reason, u.answered_at FROM sync_upstream u \
     JOIN journal_entries e ON e.id = u.entry WHERE u.review IS NOT NULL ORDER BY u.answered_at DESC, u.entry LIMIT $1";
pub(super) const UPSTREAM: &str = "SELECT receipt, review FROM sync_upstream WHERE entry = $1";
pub(super) const SET_FORWARDED: &str = "INSERT INTO sync_forwarded (node, node_entry, own, receipt, review, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (node, node_entry) DO UPDATE SET own = excluded.own, review = excluded.review";
pub(super) const FORWARDED: &str = "SELECT node, own, receipt, review FROM sync_forwarded \
     WHERE own = $1 OR node_entry = $1 ORDER BY received_at, node, node_entry LIMIT 1";

/// An entry that may be told to others.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Outgoing {
    pub id: EntryId,
    pub seq: i64,
    pub kind: String,
    pub fact: Option<Uuid>,
    pub actor: Uuid,
    pub received_at: Timestamp,
    /// The plot of a fact of the ledger.
    pub plot: Option<PlotId>,
    /// The patrol of fixes; none of those that are held.
    pub patrol: Option<PatrolId>,
    /// The paper record from which it was typed in.
    pub paper: Option<PaperId>,
    /// SHA-256 of a photo's original.
    pub original: Option<Vec<u8>>,
    /// Through which door a photo was announced.
    pub door: Option<String>,
    /// Whether a named account was at its shutter.
    pub named: Option<i64>,
    /// Whether a fact of the ledger is an officer's.
    pub by_officer: Option<i64>,
    /// The length of its body; 0 when that is erased.
    pub body_bytes: i64,
    /// The length of a photo's original, for the original's own entry.
    pub original_bytes: Option<i64>,
    /// Whether it is a measure that came alone.
    pub measures: i64,
}

/// How far this log was forwarded.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Forwarding {
    pub facts: i64,
    pub originals: i64,
    pub forwarded_at: Option<Timestamp>,
    pub failures: i64,
    pub failed_at: Option<Timestamp>,
    pub fault: Option<String>,
}

/// What came from a node, as it is kept.
#[derive(Debug, Clone)]
pub struct NewForwarded {
    pub node: Uuid,
    pub node_entry: EntryId,
    pub own: Option<EntryId>,
    pub receipt: String,
    pub review: Option<String>,
    pub received_at: Timestamp,
}

/// What came from a node, as it is read.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ForwardedRow {
    pub node: Uuid,
    pub own: Option<EntryId>,
    pub receipt: String,
    pub review: Option<String>,
}

/// What the province keeps aside for a person.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AsideUpstream {
    pub entry: EntryId,
    pub kind: String,
    pub fact: Option<Uuid>,
    pub reason: String,
    pub answered_at: Timestamp,
}

/// What the province answered.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UpstreamRow {
    pub receipt: Option<String>,
    pub review: Option<String>,
}

/// Facts of the field between two numbers.
pub async fn outgoing(tx: &mut Tx, span: (i64, i64), limit: i64) -> Result<Vec<Outgoing>, Error> {
    on!(tx, |c| sqlx::query_as(OUTGOING)
        .bind(span.0)
        .bind(span.1)
        .bind(limit)
        .fetch_all(c))
}

/// How many facts lie behind what was forwarded of each lane.
pub async fn outgoing_left(tx: &mut Tx, facts: i64, originals: i64) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(OUTGOING_LEFT)
        .bind(facts)
        .bind(originals)
        .fetch_one(c))
}

/// Takes the turn of forwarding; false when another process has it.
pub async fn take_turn(
    tx: &mut Tx,
    holder: Uuid,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(TAKE_TURN).bind(holder).bind(until).bind(now)
    )
    .map(|rows| rows > 0)
}

pub async fn forwarding(tx: &mut Tx) -> Result<Forwarding, Error> {
    on!(tx, |c| sqlx::query_as(FORWARDING).fetch_one(c))
}

/// Moves a lane on, while the turn is still the holder's.
pub async fn advance_lane(
    tx: &mut Tx,
    holder: Uuid,
    of_originals: bool,
    through: i64,
    at: Timestamp,
) -> Result<bool, Error> {
    let text = if of_originals {
        ADVANCE_ORIGINALS
    } else {
        ADVANCE_FACTS
    };
    changed!(tx, sqlx::query(text).bind(holder).bind(through).bind(at)).map(|rows| rows > 0)
}

pub async fn forward_failed(
    tx: &mut Tx,
    holder: Uuid,
    at: Timestamp,
    fault: &str,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(FORWARD_FAILED)
            .bind(holder)
            .bind(at)
            .bind(fault)
    )
    .map(drop)
}

/// Forgets the last failure, because the province has answered since.
pub async fn forget_fault(tx: &mut Tx, holder: Uuid) -> Result<(), Error> {
    changed!(tx, sqlx::query(FORGET_FAULT).bind(holder)).map(drop)
}

/// Lets everything after a number be forwarded again.
pub async fn rewind(tx: &mut Tx, after: i64) -> Result<(), Error> {
    changed!(tx, sqlx::query(REWIND).bind(after)).map(drop)
}

pub async fn set_upstream(
    tx: &mut Tx,
    entry: EntryId,
    receipt: Option<&str>,
    review: Option<&str>,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_UPSTREAM)
            .bind(entry)
            .bind(receipt)
            .bind(review)
            .bind(at)
    )
    .map(drop)
}

/// What the province keeps aside, the latest first.
pub async fn aside_upstream(tx: &mut Tx, limit: i64) -> Result<Vec<AsideUpstream>, Error> {
    on!(tx, |c| sqlx::query_as(ASIDE_UPSTREAM)
        .bind(limit)
        .fetch_all(c))
}

pub async fn upstream(tx: &mut Tx, entry: EntryId) -> Result<Option<UpstreamRow>, Error> {
    on!(tx, |c| sqlx::query_as(UPSTREAM)
        .bind(entry)
        .fetch_optional(c))
}

pub async fn set_forwarded(tx: &mut Tx, row: &NewForwarded) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_FORWARDED)
            .bind(row.node)
            .bind(row.node_entry)
            .bind(row.own)
            .bind(row.receipt.as_str())
            .bind(row.review.as_deref())
            .bind(row.received_at)
    )
    .map(drop)
}

/// What came from a node under an entry of its log or of this one.
pub async fn forwarded(tx: &mut Tx, entry: EntryId) -> Result<Option<ForwardedRow>, Error> {
    on!(tx, |c| sqlx::query_as(FORWARDED)
        .bind(entry)
        .fetch_optional(c))
}
