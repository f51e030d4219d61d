//! Risk areas, every version of them.

use crate::base::ids::{EntryId, RiskAreaId};
use crate::base::time::{LocalDate, Timestamp};
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const RISK_AREAS: &str = "SELECT id, code, version, name, level, basis, crop, windows, required_visits, valid_from, \
     valid_to, superseded_from, outline, area_m2, reason, entry FROM area_risk_areas";
pub(super) const RISK_AREAS_OF: &str = "SELECT id, code, version, name, level, basis, crop, windows, required_visits, valid_from, \
     valid_to, superseded_from, outline, area_m2, reason, entry FROM area_risk_areas \
     WHERE code = $1 ORDER BY version DESC";
pub(super) const RISK_AREAS_RECEIVED: &str = "SELECT a.code, a.version, a.valid_from, e.received_at \
     FROM area_risk_areas a JOIN journal_entries e ON e.id = a.entry";
pub(super) const INSERT_RISK_AREA: &str = "INSERT INTO area_risk_areas \
     (id, code, version, name, level, basis, crop, windows, required_visits, valid_from, valid_to, outline, area_m2, \
     reason, entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
pub(super) const SUPERSEDE: &str = "UPDATE area_risk_areas SET superseded_from = $2 \
     WHERE code = $1 AND (superseded_from IS NULL OR superseded_from > $2)";

/// One version of a risk area.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RiskAreaRow {
    pub id: RiskAreaId,
    pub code: String,
    pub version: i64,
    pub name: String,
    pub level: String,
    pub basis: String,
    pub crop: String,
    pub windows: String,
    pub required_visits: i64,
    pub valid_from: LocalDate,
    pub valid_to: Option<LocalDate>,
    pub superseded_from: Option<LocalDate>,
    pub outline: Vec<u8>,
    pub area_m2: f64,
    pub reason: String,
    pub entry: EntryId,
}

/// When a version of a risk area was received.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ReceivedRow {
    pub code: String,
    pub version: i64,
    pub valid_from: LocalDate,
    pub received_at: Timestamp,
}

/// Every version of every risk area, in no order.
pub async fn risk_areas(tx: &mut Tx) -> Result<Vec<RiskAreaRow>, Error> {
    on!(tx, |c| sqlx::query_as(RISK_AREAS).fetch_all(c))
}

/// When every version of every risk area was received, in no order.
pub async fn risk_areas_received(tx: &mut Tx) -> Result<Vec<ReceivedRow>, Error> {
    on!(tx, |c| sqlx::query_as(RISK_AREAS_RECEIVED).fetch_all(c))
}

/// The versions of one risk area, newest first.
pub async fn risk_areas_of(tx: &mut Tx, code: &str) -> Result<Vec<RiskAreaRow>, Error> {
    on!(tx, |c| sqlx::query_as(RISK_AREAS_OF)
        .bind(code)
        .fetch_all(c))
}

pub async fn insert_risk_area(tx: &mut Tx, row: &RiskAreaRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_RISK_AREA)
            .bind(row.id)
            .bind(row.code.as_str())
            .bind(row.version)
            .bind(row.name.as_str())
            .bind(row.level.as_str())
            .bind(row.basis.as_str())
            .bind(row.crop.as_str())
            .bind(row.windows.as_str())
            .bind(row.required_visits)
            .bind(row.valid_from)
            .bind(row.valid_to)
            .bind(row.outline.as_slice())
            .bind(row.area_m2)
            .bind(row.reason.as_str())
            .bind(row.entry)
    )
    .map(drop)
}

/// From that day on no earlier version of the area speaks for it.
pub async fn supersede(tx: &mut Tx, code: &str, from: LocalDate) -> Result<(), Error> {
    changed!(tx, sqlx::query(SUPERSEDE).bind(code).bind(from)).map(drop)
}
