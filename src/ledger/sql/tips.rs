//! Tips and what became of them.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, OrgId, PlotId, TipId, TipOutcomeId};
use crate::base::time::{LocalDate, Timestamp};
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_TIP: &str = "INSERT INTO tips (id, entry, author, org, cell, received_on, record, digest, \
     recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
pub(super) const TIP: &str = "SELECT id, entry, author, org, cell, received_on, record, digest, recorded_at FROM tips WHERE id = $1";
pub(super) const TIPS: &str = "SELECT id, entry, author, org, cell, received_on, record, digest, recorded_at FROM tips WHERE 1 = 1";
pub(super) const TIP_CELLS: &str = "SELECT DISTINCT cell FROM tips ORDER BY cell";
pub(super) const LOCK_TIP: &str = "UPDATE tips SET record = record WHERE id = $1";
pub(super) const INSERT_OUTCOME: &str = "INSERT INTO tip_outcomes (id, tip, entry, author, state, plot, note, digest, \
     recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
pub(super) const OUTCOME_ALIKE: &str =
    "SELECT entry FROM tip_outcomes WHERE tip = $1 AND author = $2 AND digest = $3";
pub(super) const OUTCOME_ID: &str = "SELECT author FROM tip_outcomes WHERE id = $1";
pub(super) const OUTCOMES: &str = "SELECT id, tip, entry, author, state, plot, note, digest, recorded_at \
     FROM tip_outcomes WHERE tip = $1 ORDER BY recorded_at, entry";
pub(super) const TIPS_AFTER: &str = "SELECT id, entry, author, org, cell, received_on, record, digest, recorded_at \
     FROM tips WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const OUTCOMES_AFTER: &str = "SELECT id, tip, entry, author, state, plot, note, digest, recorded_at \
     FROM tip_outcomes WHERE id > $1 ORDER BY id LIMIT 500";

/// A tip as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TipRow {
    pub id: TipId,
    pub entry: EntryId,
    pub author: Uuid,
    pub org: Option<OrgId>,
    pub cell: i64,
    pub received_on: LocalDate,
    pub record: String,
    pub digest: Vec<u8>,
    pub recorded_at: Timestamp,
}

impl TipRow {
    /// What is to be said when a column cannot be read.
    pub fn corrupt(&self, column: &'static str) -> Error {
        Error::Corrupt {
            table: "tips",
            column,
            id: self.id.to_string(),
        }
    }
}

/// What became of a tip, as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TipOutcomeRow {
    pub id: TipOutcomeId,
    pub tip: TipId,
    pub entry: EntryId,
    pub author: Uuid,
    pub state: String,
    pub plot: Option<PlotId>,
    pub note: Option<String>,
    pub digest: Vec<u8>,
    pub recorded_at: Timestamp,
}

/// Writes a tip; false when the id is taken.
pub async fn insert_tip(tx: &mut Tx, row: &TipRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_TIP)
            .bind(row.id)
            .bind(row.entry)
            .bind(row.author)
            .bind(row.org)
            .bind(row.cell)
            .bind(row.received_on)
            .bind(row.record.as_str())
            .bind(row.digest.as_slice())
            .bind(row.recorded_at)
    )
    .map(|rows| rows > 0)
}

pub async fn tip(tx: &mut Tx, id: TipId) -> Result<Option<TipRow>, Error> {
    on!(tx, |c| sqlx::query_as(TIP).bind(id).fetch_optional(c))
}

/// Keeps other writers of the tip out until the act ends; false when there is no such tip.
pub async fn lock_tip(tx: &mut Tx, id: TipId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(LOCK_TIP).bind(id)).map(|rows| rows > 0)
}

/// The cells that any tip is about.
pub async fn tip_cells(tx: &mut Tx) -> Result<Vec<i64>, Error> {
    on!(tx, |c| sqlx::query_scalar(TIP_CELLS).fetch_all(c))
}

/// Up to so many tips about these cells (none: about any) that came before one, by day, the latest first.
pub async fn tips(
    tx: &mut Tx,
    cells: Option<&[i64]>,
    after: Option<(LocalDate, TipId)>,
    limit: i64,
) -> Result<Vec<TipRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(TIPS);
        if let Some(cells) = cells {
            query.push(" AND cell IN (");
            let mut list = query.separated(", ");
            for cell in cells {
                list.push_bind(*cell);
            }
            query.push(")");
        }
        if let Some((day, id)) = after {
            query.push(" AND (received_on < ").push_bind(day);
            query.push(" OR (received_on = ").push_bind(day);
            query.push(" AND id < ").push_bind(id).push("))");
        }
        query.push(" ORDER BY received_on DESC, id DESC LIMIT ");
        query.push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Writes an outcome; false when the id is taken.
pub async fn insert_outcome(tx: &mut Tx, row: &TipOutcomeRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_OUTCOME)
            .bind(row.id)
            .bind(row.tip)
            .bind(row.entry)
            .bind(row.author)
            .bind(row.state.as_str())
            .bind(row.plot)
            .bind(row.note.as_deref())
            .bind(row.digest.as_slice())
            .bind(row.recorded_at)
    )
    .map(|rows| rows > 0)
}

/// The entry by which this author said the same before.
pub async fn outcome_alike(tx: &mut Tx, row: &TipOutcomeRow) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(OUTCOME_ALIKE)
        .bind(row.tip)
        .bind(row.author)
        .bind(row.digest.as_slice())
        .fetch_optional(c))
}

/// The author of the outcome of this id.
pub async fn outcome_author(tx: &mut Tx, id: TipOutcomeId) -> Result<Option<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(OUTCOME_ID)
        .bind(id)
        .fetch_optional(c))
}

/// What became of a tip, in order.
pub async fn outcomes(tx: &mut Tx, tip: TipId) -> Result<Vec<TipOutcomeRow>, Error> {
    on!(tx, |c| sqlx::query_as(OUTCOMES).bind(tip).fetch_all(c))
}

/// Up to 500 tips after one, in the order of ids.
pub async fn tips_after(tx: &mut Tx, id: Uuid) -> Result<Vec<TipRow>, Error> {
    on!(tx, |c| sqlx::query_as(TIPS_AFTER).bind(id).fetch_all(c))
}

/// Up to 500 outcomes after one, in the order of ids.
pub async fn outcomes_after(tx: &mut Tx, id: Uuid) -> Result<Vec<TipOutcomeRow>, Error> {
    on!(tx, |c| sqlx::query_as(OUTCOMES_AFTER).bind(id).fetch_all(c))
}
