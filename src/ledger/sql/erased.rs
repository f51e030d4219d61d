//! Records without the words that an order erased.

use crate::base::ids::{EntryId, FactId, RevisitId, TipId, TipOutcomeId};
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const SET_FACT_RECORD: &str = "UPDATE ledger_facts SET record = $2 WHERE id = $1";
pub(super) const REVISIT_ENTRY: &str = "SELECT entry FROM ledger_revisits WHERE id = $1";
pub(super) const SET_REVISIT_NOTES: &str = "UPDATE ledger_revisits SET notes = $2 WHERE id = $1";
pub(super) const SET_TIP_RECORD: &str = "UPDATE tips SET record = $2 WHERE id = $1";
pub(super) const SET_OUTCOME_NOTE: &str = "UPDATE tip_outcomes SET note = $2 WHERE id = $1";

/// Writes what is left of a fact.
pub async fn set_fact_record(tx: &mut Tx, id: FactId, record: &str) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_FACT_RECORD).bind(id).bind(record)).map(drop)
}

/// The entry of the second visit of this id.
pub async fn revisit_entry(tx: &mut Tx, id: RevisitId) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(REVISIT_ENTRY)
        .bind(id)
        .fetch_optional(c))
}

/// Writes what is left of the notes of a second visit.
pub async fn set_revisit_notes(tx: &mut Tx, id: RevisitId, notes: &str) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_REVISIT_NOTES).bind(id).bind(notes)).map(drop)
}

/// Writes what is left of a tip.
pub async fn set_tip_record(tx: &mut Tx, id: TipId, record: &str) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_TIP_RECORD).bind(id).bind(record)).map(drop)
}

/// Writes what is left of the note on a tip's outcome.
pub async fn set_outcome_note(tx: &mut Tx, id: TipOutcomeId, note: &str) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_OUTCOME_NOTE).bind(id).bind(note)).map(drop)
}
