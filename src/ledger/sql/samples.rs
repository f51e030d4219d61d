//! Draws of plots that another unit visits again, and what it found.

use uuid::Uuid;

use crate::base::ids::{EntryId, OrgId, PlotId, RevisitId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_SAMPLE: &str = "INSERT INTO ledger_samples (period, entry, head, record, drawn_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (period) DO NOTHING";
pub(super) const SAMPLE: &str =
    "SELECT period, entry, head, record, drawn_at FROM ledger_samples WHERE period = $1";
pub(super) const INSERT_REVISIT: &str = "INSERT INTO ledger_revisits (id, period, plot, entry, author, org, visited_at, \
     found_m2, notes, digest, recorded_at, area_method, plants) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
     ON CONFLICT (id) DO NOTHING";
pub(super) const REVISIT_ALIKE: &str = "SELECT entry FROM ledger_revisits \
     WHERE period = $1 AND plot = $2 AND author = $3 AND digest = $4";
pub(super) const REVISIT_AUTHOR: &str = "SELECT author FROM ledger_revisits WHERE id = $1";
pub(super) const REVISITS: &str = "SELECT id, period, plot, entry, author, org, visited_at, found_m2, notes, digest, \
     recorded_at, area_method, plants FROM ledger_revisits WHERE period = $1 ORDER BY visited_at, id";
pub(super) const SAMPLES: &str =
    "SELECT period, entry, head, record, drawn_at FROM ledger_samples ORDER BY period";
pub(super) const REVISITS_AFTER: &str = "SELECT id, period, plot, entry, author, org, visited_at, found_m2, notes, digest, \
     recorded_at, area_method, plants FROM ledger_revisits WHERE id > $1 ORDER BY id LIMIT 500";

/// A draw as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SampleRow {
    pub period: i64,
    pub entry: EntryId,
    pub head: i64,
    pub record: String,
    pub drawn_at: Timestamp,
}

/// A second visit as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RevisitRow {
    pub id: RevisitId,
    pub period: i64,
    pub plot: PlotId,
    pub entry: EntryId,
    pub author: Uuid,
    pub org: OrgId,
    pub visited_at: Timestamp,
    pub found_m2: f64,
    pub notes: Option<String>,
    pub digest: Vec<u8>,
    pub recorded_at: Timestamp,
    pub area_method: Option<String>,
    pub plants: Option<i64>,
}

/// Writes a draw; false when the year has one.
pub async fn insert_sample(tx: &mut Tx, row: &SampleRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_SAMPLE)
            .bind(row.period)
            .bind(row.entry)
            .bind(row.head)
            .bind(row.record.as_str())
            .bind(row.drawn_at)
    )
    .map(|rows| rows > 0)
}

pub async fn sample(tx: &mut Tx, period: i64) -> Result<Option<SampleRow>, Error> {
    on!(tx, |c| sqlx::query_as(SAMPLE)
        .bind(period)
        .fetch_optional(c))
}

/// Writes a visit; false when the id is taken.
pub async fn insert_revisit(tx: &mut Tx, row: &RevisitRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_REVISIT)
            .bind(row.id)
            .bind(row.period)
            .bind(row.plot)
            .bind(row.entry)
            .bind(row.author)
            .bind(row.org)
            .bind(row.visited_at)
            .bind(row.found_m2)
            .bind(row.notes.as_deref())
            .bind(row.digest.as_slice())
            .bind(row.recorded_at)
            .bind(row.area_method.as_deref())
            .bind(row.plants)
    )
    .map(|rows| rows > 0)
}

/// The entry by which this author said the same before.
pub async fn revisit_alike(tx: &mut Tx, row: &RevisitRow) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(REVISIT_ALIKE)
        .bind(row.period)
        .bind(row.plot)
        .bind(row.author)
        .bind(row.digest.as_slice())
        .fetch_optional(c))
}

/// The author of the visit of this id.
pub async fn revisit_author(tx: &mut Tx, id: RevisitId) -> Result<Option<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(REVISIT_AUTHOR)
        .bind(id)
        .fetch_optional(c))
}

/// The visits of a draw, in the order in which people went there, however late each of them came.
pub async fn revisits(tx: &mut Tx, period: i64) -> Result<Vec<RevisitRow>, Error> {
    on!(tx, |c| sqlx::query_as(REVISITS).bind(period).fetch_all(c))
}

/// Every draw.
pub async fn samples(tx: &mut Tx) -> Result<Vec<SampleRow>, Error> {
    on!(tx, |c| sqlx::query_as(SAMPLES).fetch_all(c))
}

/// Up to 500 visits after one, in the order of ids.
pub async fn revisits_after(tx: &mut Tx, id: Uuid) -> Result<Vec<RevisitRow>, Error> {
    on!(tx, |c| sqlx::query_as(REVISITS_AFTER).bind(id).fetch_all(c))
}
