//! Facts.

use uuid::Uuid;

use crate::base::ids::{EntryId, FactId, OrgId, PlotId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_FACT: &str = "INSERT INTO ledger_facts (id, plot, kind, entry, author, org, by_officer, corrects, \
     at, record, digest, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
     ON CONFLICT (id) DO NOTHING";
pub(super) const FACT: &str = "SELECT * FROM ledger_facts WHERE id = $1";
pub(super) const ALIKE: &str =
    "SELECT * FROM ledger_facts WHERE plot = $1 AND kind = $2 AND author = $3 AND digest = $4";
pub(super) const FACTS_AFTER: &str =
    "SELECT * FROM ledger_facts WHERE id > $1 ORDER BY id LIMIT 500";

// A seal's entry names plot and eradication.
pub(super) const SEALED_ELSEWHERE: &str =
    "SELECT COUNT(*) FROM evidence_seals WHERE eradication = $1 AND plot <> $2";

/// A fact as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FactRow {
    pub id: FactId,
    pub plot: PlotId,
    pub kind: String,
    pub entry: EntryId,
    pub author: Uuid,
    pub org: Option<OrgId>,
    pub by_officer: i64,
    pub corrects: Option<FactId>,
    pub at: Timestamp,
    pub record: String,
    pub digest: Vec<u8>,
    pub recorded_at: Timestamp,
}

impl FactRow {
    /// What is to be said when a column cannot be read.
    pub fn corrupt(&self, column: &'static str) -> Error {
        Error::Corrupt {
            table: "ledger_facts",
            column,
            id: self.id.to_string(),
        }
    }
}

/// Writes a fact; false when the id is taken.
pub async fn insert_fact(tx: &mut Tx, row: &FactRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_FACT)
            .bind(row.id)
            .bind(row.plot)
            .bind(row.kind.as_str())
            .bind(row.entry)
            .bind(row.author)
            .bind(row.org)
            .bind(row.by_officer)
            .bind(row.corrects)
            .bind(row.at)
            .bind(row.record.as_str())
            .bind(row.digest.as_slice())
            .bind(row.recorded_at)
    )
    .map(|rows| rows > 0)
}

pub async fn fact(tx: &mut Tx, id: FactId) -> Result<Option<FactRow>, Error> {
    on!(tx, |c| sqlx::query_as(FACT).bind(id).fetch_optional(c))
}

/// The fact by which this author said the same before.
pub async fn fact_alike(tx: &mut Tx, row: &FactRow) -> Result<Option<FactRow>, Error> {
    on!(tx, |c| sqlx::query_as(ALIKE)
        .bind(row.plot)
        .bind(row.kind.as_str())
        .bind(row.author)
        .bind(row.digest.as_slice())
        .fetch_optional(c))
}

/// Up to 500 facts after one, in the order of ids.
pub async fn facts_after(tx: &mut Tx, id: Uuid) -> Result<Vec<FactRow>, Error> {
    on!(tx, |c| sqlx::query_as(FACTS_AFTER).bind(id).fetch_all(c))
}

/// Whether a seal names an eradication on another plot.
pub async fn sealed_elsewhere(
    tx: &mut Tx,
    eradication: FactId,
    plot: PlotId,
) -> Result<bool, Error> {
    let sealed: i64 = on!(tx, |c| sqlx::query_scalar(SEALED_ELSEWHERE)
        .bind(eradication)
        .bind(plot)
        .fetch_one(c))?;
    Ok(sealed > 0)
}
