//! The log as phones and live listeners read it on.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, PatrolId, PhotoId, PlotId, TeamId};
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx, padded};

pub(super) const LAST_NUMBER: &str =
    "SELECT CAST(COALESCE(MAX(seq), -1) AS BIGINT) FROM journal_entries";
pub(super) const SECURED_THROUGH: &str =
    "SELECT CAST(COALESCE(MAX(through_seq), -1) AS BIGINT) FROM journal_backups";
// The kinds that change what a phone keeps; and what the caller itself sent. Of an order that erased words: whose they were.
pub(super) const CHANGES: &str = "SELECT e.id, e.seq, e.kind, e.fact, e.actor, e.sha256, e.received_at, f.plot, \
     CASE WHEN e.kind <> 'redaction' THEN NULL WHEN EXISTS (SELECT 1 FROM incidents i WHERE i.id = e.fact) THEN 'incident' \
     WHEN EXISTS (SELECT 1 FROM evidence_questions q WHERE q.id = e.fact) \
     OR EXISTS (SELECT 1 FROM evidence_track_questions t WHERE t.id = e.fact) THEN 'question' ELSE 'plot' END AS words_of \
     FROM journal_entries e \
     LEFT JOIN ledger_facts f ON f.id = e.fact WHERE e.seq > $1 AND e.seq <= $2 AND (e.actor = $3 OR e.kind IN \
     ('definition', 'boundaries', 'risk_area', 'gate', 'hamlet', 'validation', 'plot', 'incident', 'verification', 'confirmation', \
     'eradication', 'minutes', 'approval', 'reinspection', 'transfer', 'referral', 'retraction', 'reopening', 'judgement', \
     'waiver', 'return', 'reply', 'seal', 'question', 'answer', 'decision', 'redaction')) ORDER BY e.seq LIMIT $4";
pub(super) const OWN_ENTRIES: &str = "SELECT e.id, e.seq, e.kind, e.fact, e.sha256, e.received_at, q.reason FROM journal_entries e \
     LEFT JOIN quarantine q ON q.entry = e.id AND e.kind = 'quarantine' \
     WHERE e.actor = $1 AND (e.fact, e.id) > ($2, $3) ORDER BY e.fact, e.id LIMIT $4";
const HELD: &str =
    "SELECT id, seq, kind, fact, sha256, received_at FROM journal_entries WHERE actor = ";
pub(super) const WAITING_PHOTOS: &str = "SELECT id, plot, sha256, bytes, recorded_at, \
     (SELECT COUNT(*) FROM photo_previews v WHERE v.photo = photos.id) AS previews FROM photos \
     WHERE author = $1 AND state = 'announced' AND redacted_at IS NULL AND id > $2 ORDER BY id LIMIT $3";
pub(super) const HAPPENED: &str = "SELECT id, seq, kind, fact, received_at FROM journal_entries \
     WHERE seq > $1 AND kind IN ('fixes', 'patrol', 'plot', 'definition', 'sos', 'alarm') ORDER BY seq LIMIT $2";
pub(super) const OPEN_PATROLS: &str = "SELECT id, kind, transport, team, started_at FROM patrols \
     WHERE state = 'open' AND started_at >= $1 ORDER BY started_at DESC, id LIMIT $2";
pub(super) const OPEN_PATROL: &str = "SELECT id, kind, transport, team, started_at FROM patrols \
     WHERE id = $1 AND state = 'open' AND started_at >= $2";
// Of the chunks that are numbered: what is shown live is in the log for good.
pub(super) const LATEST_CHUNKS: &str = "SELECT c.entry, c.last_at, b.body FROM fix_chunks c \
     JOIN journal_entries e ON e.id = c.entry JOIN journal_bodies b ON b.entry = c.entry \
     WHERE c.patrol = $1 AND c.first_at <= $2 AND e.seq IS NOT NULL ORDER BY c.last_at DESC, c.entry LIMIT $3";
pub(super) const NEW_PLOT: &str = "SELECT p.id, p.place, p.crop, p.detected_at FROM plot_versions v JOIN plots p ON p.id = v.plot \
     WHERE v.plot = $1 AND v.version = 1 AND v.entry = $2";
pub(super) const CALL: &str = "SELECT id, commune, near, at FROM sos_calls WHERE entry = $1";
const ASKED_AT_ONCE: usize = 500;

/// An entry that may change what a caller keeps.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChangeRow {
    pub id: EntryId,
    pub seq: i64,
    pub kind: String,
    pub fact: Option<Uuid>,
    pub actor: Uuid,
    pub sha256: Vec<u8>,
    pub received_at: Timestamp,
    /// The plot of a fact of the ledger with the same id.
    pub plot: Option<PlotId>,
    /// What an erasure may be about: an incident, a question, or else a plot.
    pub words_of: Option<String>,
}

/// An entry that the caller itself brought.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OwnRow {
    pub id: EntryId,
    pub seq: Option<i64>,
    pub kind: String,
    pub fact: Uuid,
    pub sha256: Vec<u8>,
    pub received_at: Timestamp,
    /// Why it was kept aside.
    #[sqlx(default)]
    pub reason: Option<String>,
}

/// A photo whose bytes did not come.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WaitingPhoto {
    pub id: PhotoId,
    pub plot: Option<PlotId>,
    pub sha256: Vec<u8>,
    pub bytes: i64,
    pub recorded_at: Timestamp,
    /// One where a preview came.
    pub previews: i64,
}

/// An entry that listeners may hear of.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Happened {
    pub id: EntryId,
    pub seq: i64,
    pub kind: String,
    pub fact: Option<Uuid>,
    pub received_at: Timestamp,
}

/// A patrol under way.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OpenPatrol {
    pub id: PatrolId,
    pub kind: String,
    pub transport: String,
    pub team: TeamId,
    pub started_at: Timestamp,
}

/// A plot when it was first recorded.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NewPlot {
    pub id: PlotId,
    /// Its commune by the boundaries of today.
    pub place: Option<String>,
    pub crop: String,
    pub detected_at: Timestamp,
}

/// The last number of the log; -1 when it has none.
pub async fn last_number(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(LAST_NUMBER).fetch_one(c))
}

/// The last number that a verified backup covers; -1 when none does.
pub async fn secured_through(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(SECURED_THROUGH).fetch_one(c))
}

/// Entries of a span of numbers that may change what the caller keeps.
pub async fn changes(
    tx: &mut Tx,
    actor: Uuid,
    span: (i64, i64),
    limit: i64,
) -> Result<Vec<ChangeRow>, Error> {
    on!(tx, |c| sqlx::query_as(CHANGES)
        .bind(span.0)
        .bind(span.1)
        .bind(actor)
        .bind(limit)
        .fetch_all(c))
}

/// What the caller brought, in the order of its ids.
pub async fn own_entries(
    tx: &mut Tx,
    actor: Uuid,
    after: (Uuid, Uuid),
    limit: i64,
) -> Result<Vec<OwnRow>, Error> {
    on!(tx, |c| sqlx::query_as(OWN_ENTRIES)
        .bind(actor)
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(c))
}

/// The caller's entries of these facts.
pub async fn held_facts(tx: &mut Tx, actor: Uuid, facts: &[Uuid]) -> Result<Vec<OwnRow>, Error> {
    held(tx, actor, " AND fact IN (", facts).await
}

/// The caller's entries with these ids.
pub async fn held_entries(
    tx: &mut Tx,
    actor: Uuid,
    entries: &[Uuid],
) -> Result<Vec<OwnRow>, Error> {
    held(tx, actor, " AND id IN (", entries).await
}

async fn held(
    tx: &mut Tx,
    actor: Uuid,
    column: &'static str,
    ids: &[Uuid],
) -> Result<Vec<OwnRow>, Error> {
    let mut found = Vec::new();
    for part in ids.chunks(ASKED_AT_ONCE) {
        let rows: Vec<OwnRow> = on!(tx, |c| {
            let mut query = QueryBuilder::new(HELD);
            query.push_bind(actor).push(column);
            let mut list = query.separated(", ");
            for id in padded(part) {
                list.push_bind(id);
            }
            query.push(")");
            async move { query.build_query_as().fetch_all(c).await }
        })?;
        found.extend(rows);
    }
    Ok(found)
}

/// The caller's photos whose bytes did not come.
pub async fn waiting_photos(
    tx: &mut Tx,
    author: Uuid,
    after: Uuid,
    limit: i64,
) -> Result<Vec<WaitingPhoto>, Error> {
    on!(tx, |c| sqlx::query_as(WAITING_PHOTOS)
        .bind(author)
        .bind(after)
        .bind(limit)
        .fetch_all(c))
}

/// Entries after a number that listeners may hear of.
pub async fn happened(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Happened>, Error> {
    on!(tx, |c| sqlx::query_as(HAPPENED)
        .bind(after)
        .bind(limit)
        .fetch_all(c))
}

/// Patrols under way that began at an instant or later, the latest start first.
pub async fn open_patrols(
    tx: &mut Tx,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<OpenPatrol>, Error> {
    on!(tx, |c| sqlx::query_as(OPEN_PATROLS)
        .bind(since)
        .bind(limit)
        .fetch_all(c))
}

/// A patrol, if it is under way.
pub async fn open_patrol(
    tx: &mut Tx,
    id: PatrolId,
    since: Timestamp,
) -> Result<Option<OpenPatrol>, Error> {
    on!(tx, |c| sqlx::query_as(OPEN_PATROL)
        .bind(id)
        .bind(since)
        .fetch_optional(c))
}

/// Bodies of a patrol's chunks that begin no later than an instant, the latest end first.
pub async fn latest_chunks(
    tx: &mut Tx,
    patrol: PatrolId,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<(EntryId, Timestamp, Vec<u8>)>, Error> {
    on!(tx, |c| sqlx::query_as(LATEST_CHUNKS)
        .bind(patrol)
        .bind(until)
        .bind(limit)
        .fetch_all(c))
}

/// The plot that an entry recorded for the first time.
pub async fn new_plot(tx: &mut Tx, plot: Uuid, entry: EntryId) -> Result<Option<NewPlot>, Error> {
    on!(tx, |c| sqlx::query_as(NEW_PLOT)
        .bind(plot)
        .bind(entry)
        .fetch_optional(c))
}

/// The call for help of an entry: its id, its commune, the codes of those that hear it without one, its time.
pub async fn call(
    tx: &mut Tx,
    entry: EntryId,
) -> Result<Option<(Uuid, Option<String>, Option<String>, Timestamp)>, Error> {
    on!(tx, |c| sqlx::query_as(CALL).bind(entry).fetch_optional(c))
}
