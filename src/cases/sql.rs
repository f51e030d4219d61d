//! Which entries tell of a plot, read from the tables of the slices below.

use uuid::Uuid;

use crate::base::ids::{EntryId, IncidentId, PhotoId, PlotId};
use crate::on;
use crate::store::{Error, Tx};

const ENTRIES: &str = "SELECT e.id, e.seq FROM journal_entries e WHERE e.id IN (\
     SELECT entry FROM plot_versions WHERE plot = $1 UNION SELECT entry FROM plot_measures WHERE plot = $1 \
     UNION SELECT entry FROM ledger_facts WHERE plot = $1 UNION SELECT entry FROM ledger_revisits WHERE plot = $1 \
     UNION SELECT entry FROM photos WHERE plot = $1 AND linked = 1 AND (original_entry IS NOT NULL OR redaction IS NOT NULL) \
     UNION SELECT original_entry FROM photos WHERE plot = $1 AND linked = 1 AND original_entry IS NOT NULL \
     UNION SELECT r.asked_entry FROM evidence_redactions r JOIN photos p ON p.redaction = r.id \
         WHERE p.plot = $1 AND p.linked = 1 \
     UNION SELECT r.decided_entry FROM evidence_redactions r JOIN photos p ON p.redaction = r.id \
         WHERE p.plot = $1 AND p.linked = 1 AND r.decided_entry IS NOT NULL \
     UNION SELECT entry FROM evidence_seals WHERE plot = $1 \
     UNION SELECT h.entry FROM evidence_holds h WHERE h.subject = $1 \
     UNION SELECT h.lifted_by FROM evidence_holds h WHERE h.subject = $1 AND h.lifted_by IS NOT NULL \
     UNION SELECT s.entry FROM evidence_questions s JOIN photos p ON p.id = s.photo \
         WHERE p.plot = $1 AND p.linked = 1 \
     UNION SELECT r.entry FROM evidence_replies r JOIN evidence_questions s ON s.id = r.question \
         JOIN photos p ON p.id = s.photo WHERE p.plot = $1 AND p.linked = 1 \
     UNION SELECT s.entry FROM evidence_track_questions s WHERE s.plot = $1 \
     UNION SELECT r.entry FROM evidence_track_replies r JOIN evidence_track_questions s ON s.id = r.question \
         WHERE s.plot = $1) \
     ORDER BY e.seq, e.id";
const ANNOUNCED: &str = "SELECT p.id AS photo, e.id AS entry, e.seq FROM photos p JOIN journal_entries e ON e.id = p.entry \
     WHERE p.plot = $1 AND p.linked = 1 AND p.original_entry IS NULL AND p.redaction IS NULL";
const INCIDENT_ENTRIES: &str = "SELECT e.id, e.seq FROM journal_entries e WHERE e.id IN (\
     SELECT entry FROM incident_versions WHERE incident = $1) ORDER BY e.seq, e.id";
/// That an order on words is about a plot or an incident, a fact or second visit of the plot, or what was asked of it.
macro_rules! orders_on_words {
    () => {
        "FROM evidence_redactions r WHERE r.target = 'notes' AND r.state = 'done' AND (r.subject = $1 \
         OR EXISTS (SELECT 1 FROM ledger_facts f WHERE f.id = r.subject AND f.plot = $1) \
         OR EXISTS (SELECT 1 FROM ledger_revisits v WHERE v.id = r.subject AND v.plot = $1) \
         OR EXISTS (SELECT 1 FROM evidence_questions s JOIN photos p ON p.id = s.photo \
             WHERE s.id = r.subject AND p.plot = $1 AND p.linked = 1) \
         OR EXISTS (SELECT 1 FROM evidence_track_questions s WHERE s.id = r.subject AND s.plot = $1))"
    };
}

const ORDERS_ON_WORDS: &str = concat!(
    "SELECT e.id, e.seq FROM journal_entries e WHERE e.id IN (SELECT r.asked_entry ",
    orders_on_words!(),
    " UNION SELECT r.decided_entry ",
    orders_on_words!(),
    ") ORDER BY e.seq, e.id"
);
const INCIDENT_PLOTS: &str = "SELECT id FROM plots WHERE incident = $1 ORDER BY detected_at, id";
const INCIDENT_COMMUNE: &str = "SELECT commune FROM incidents WHERE id = $1";
const VIEWS: &str = "SELECT e.id FROM journal_entries e WHERE e.kind = 'view' AND e.fact = $1 ORDER BY e.received_at, e.id";
const KEY_ENTRIES: &str = "SELECT e.id FROM journal_entries e WHERE e.kind IN ('device', 'device_key') AND e.fact = $1 ORDER BY e.seq, e.id";

/// Every fixed statement of cases, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    ENTRIES,
    ANNOUNCED,
    INCIDENT_ENTRIES,
    ORDERS_ON_WORDS,
    INCIDENT_PLOTS,
    INCIDENT_COMMUNE,
    VIEWS,
    KEY_ENTRIES,
];

/// The entries that tell of a plot and of its photos of which something came, in the log's order; those without a number are not in
/// the tree yet.
pub async fn entries(tx: &mut Tx, plot: PlotId) -> Result<Vec<(EntryId, Option<i64>)>, Error> {
    on!(tx, |c| sqlx::query_as(ENTRIES).bind(plot).fetch_all(c))
}

/// A photo, its entry, and that one's number.
pub type Announced = (PhotoId, EntryId, Option<i64>);

/// The photos of a plot that were only announced, each with its entry.
pub async fn announced(tx: &mut Tx, plot: PlotId) -> Result<Vec<Announced>, Error> {
    on!(tx, |c| sqlx::query_as(ANNOUNCED).bind(plot).fetch_all(c))
}

/// The entries that tell of an incident itself, in the log's order.
pub async fn incident_entries(
    tx: &mut Tx,
    incident: IncidentId,
) -> Result<Vec<(EntryId, Option<i64>)>, Error> {
    on!(tx, |c| sqlx::query_as(INCIDENT_ENTRIES)
        .bind(incident)
        .fetch_all(c))
}

/// The entries by which words of a plot or an incident, of its facts and of what was asked of it were ordered away: who asked,
/// and who approved.
pub async fn orders_on_words(
    tx: &mut Tx,
    subject: Uuid,
) -> Result<Vec<(EntryId, Option<i64>)>, Error> {
    on!(tx, |c| sqlx::query_as(ORDERS_ON_WORDS)
        .bind(subject)
        .fetch_all(c))
}

/// The plots of an incident, the first detected first.
pub async fn incident_plots(tx: &mut Tx, incident: IncidentId) -> Result<Vec<PlotId>, Error> {
    on!(tx, |c| sqlx::query_scalar(INCIDENT_PLOTS)
        .bind(incident)
        .fetch_all(c))
}

/// The commune of an incident; none when it has none.
pub async fn incident_commune(tx: &mut Tx, incident: IncidentId) -> Result<Option<String>, Error> {
    let found: Option<Option<String>> = on!(tx, |c| sqlx::query_scalar(INCIDENT_COMMUNE)
        .bind(incident)
        .fetch_optional(c))?;
    Ok(found.flatten())
}

/// The entries of views and exports of a plot, incident or photo.
pub async fn views(tx: &mut Tx, of: Uuid) -> Result<Vec<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(VIEWS).bind(of).fetch_all(c))
}

/// The entries by which a device was written down, announced its keys, and others confirmed or revoked them.
pub async fn key_entries(tx: &mut Tx, device: Uuid) -> Result<Vec<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(KEY_ENTRIES)
        .bind(device)
        .fetch_all(c))
}
