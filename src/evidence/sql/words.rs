//! What an order on the words of a fact reads of other slices' tables, and the replies that it changes.

use uuid::Uuid;

use crate::base::ids::{EntryId, PhotoId, PlotId};
use crate::store::{Error, Tx};
use crate::{changed, on};

use super::{DROP_ASIDES, QuestionBook};

pub(super) const IS_FACT: &str = "SELECT COUNT(*) FROM (SELECT id FROM plots WHERE id = $1 \
     UNION ALL SELECT id FROM incidents WHERE id = $1 UNION ALL SELECT id FROM patrols WHERE id = $1 \
     UNION ALL SELECT id FROM ledger_facts WHERE id = $1 UNION ALL SELECT id FROM ledger_revisits WHERE id = $1 \
     UNION ALL SELECT id FROM tips WHERE id = $1 UNION ALL SELECT id FROM evidence_questions WHERE id = $1 \
     UNION ALL SELECT id FROM evidence_track_questions WHERE id = $1 \
     UNION ALL SELECT fact FROM quarantine WHERE fact = $1) known";
pub(super) const IS_TYPED: &str = "SELECT COUNT(*) FROM (SELECT entry FROM journal_papers WHERE fact = $1 \
     UNION ALL SELECT entry FROM papers WHERE id = $1) typed";
// A scan names no plot: a photo of one is asked everything, whoever writes a paper down under its id.
pub(super) const IS_SCAN: &str =
    "SELECT COUNT(*) FROM papers s JOIN photos p ON p.id = s.id WHERE s.id = $1 AND p.plot IS NULL";
pub(super) const ASIDES_OF: &str = "SELECT q.entry FROM quarantine q JOIN journal_entries e ON e.id = q.entry \
     WHERE q.fact = $1 AND e.redacted_by IS NULL ORDER BY q.entry";
/// A fact: one of a plot, a second visit of one, a photo's question, or a question about a claim.
pub(super) const PLOT_OF: &str = "SELECT plot FROM ledger_facts WHERE id = $1 \
     UNION ALL SELECT plot FROM ledger_revisits WHERE id = $1 \
     UNION ALL SELECT plot FROM evidence_track_questions WHERE id = $1 AND plot IS NOT NULL";
/// The plots of an incident, and those that a tip led to.
pub(super) const PLOTS_UNDER: &str = "SELECT id FROM plots WHERE incident = $1 \
     UNION SELECT plot FROM tip_outcomes WHERE tip = $1 AND plot IS NOT NULL";
pub(super) const IS_PATROL_HELD: &str = "SELECT COUNT(*) FROM patrols t WHERE t.held_since IS NOT NULL AND (t.id = $1 \
     OR EXISTS (SELECT 1 FROM evidence_track_questions q WHERE q.id = $1 AND (q.patrol = t.id OR q.other_patrol = t.id)))";
/// An entry of the field on a post node, or on a server that forwarded others, that is not forwarded yet.
pub(super) const IS_TO_BE_FORWARDED: &str = "SELECT COUNT(*) FROM journal_entries e, sync_forwarding f WHERE e.id = $1 \
     AND ($2 = 1 OR f.facts >= 0) AND e.kind IN ('patrol', 'plot', 'incident', 'confirmation', 'eradication', 'minutes', 'reinspection', \
     'transfer', 'referral', 'retraction', 'tip') AND (e.seq IS NULL OR e.seq > f.facts \
     OR EXISTS (SELECT 1 FROM sync_held_back h WHERE h.entry = e.id))";
pub(super) const SET_REPLY: &str = "UPDATE evidence_replies SET body = $2 WHERE entry = $1";
pub(super) const SET_TRACK_REPLY: &str =
    "UPDATE evidence_track_replies SET body = $2 WHERE entry = $1";

async fn is_any(tx: &mut Tx, count: &'static str, id: Uuid) -> Result<bool, Error> {
    let found: i64 = on!(tx, |c| sqlx::query_scalar(count).bind(id).fetch_one(c))?;
    Ok(found > 0)
}

/// Whether there is a fact of this id whose words can be erased, or a content that was kept aside under it.
pub async fn is_fact(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    is_any(tx, IS_FACT, id).await
}

/// Whether anything of a fact was typed in from a paper record, or the id is a paper record's.
pub async fn is_typed(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    is_any(tx, IS_TYPED, id).await
}

/// Whether a photo is the scan of a paper record.
pub async fn is_scan(tx: &mut Tx, photo: PhotoId) -> Result<bool, Error> {
    is_any(tx, IS_SCAN, photo.0).await
}

/// Whether a patrol is under a hold, or one that a question is about.
pub async fn is_patrol_held(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    is_any(tx, IS_PATROL_HELD, id).await
}

/// Whether the province does not have an entry of this post node yet.
pub async fn is_to_be_forwarded(tx: &mut Tx, entry: EntryId, is_node: bool) -> Result<bool, Error> {
    let found: i64 = on!(tx, |c| sqlx::query_scalar(IS_TO_BE_FORWARDED)
        .bind(entry.0)
        .bind(i64::from(is_node))
        .fetch_one(c))?;
    Ok(found > 0)
}

/// The entries that were kept aside under a fact and have their contents.
pub async fn asides_of(tx: &mut Tx, fact: Uuid) -> Result<Vec<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(ASIDES_OF)
        .bind(fact)
        .fetch_all(c))
}

/// The plot that a fact is about.
pub async fn plot_of(tx: &mut Tx, fact: Uuid) -> Result<Option<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(PLOT_OF)
        .bind(fact)
        .fetch_optional(c))
}

/// The plots of an incident, or those that a tip led to.
pub async fn plots_under(tx: &mut Tx, fact: Uuid) -> Result<Vec<PlotId>, Error> {
    on!(tx, |c| sqlx::query_scalar(PLOTS_UNDER)
        .bind(fact)
        .fetch_all(c))
}

/// Forgets which bytes lie aside under an id.
pub async fn drop_asides(tx: &mut Tx, id: PhotoId) -> Result<(), Error> {
    changed!(tx, sqlx::query(DROP_ASIDES).bind(id)).map(drop)
}

/// Writes what an order left of a reply.
pub async fn set_reply(
    tx: &mut Tx,
    book: QuestionBook,
    entry: EntryId,
    body: &str,
) -> Result<(), Error> {
    let set = book.of(SET_REPLY, SET_TRACK_REPLY);
    changed!(tx, sqlx::query(set).bind(entry).bind(body)).map(drop)
}
