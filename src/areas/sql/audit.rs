//! Rows as they stand, for the pass that holds them against the log.

use crate::base::ids::{BoundaryId, EntryId};
use crate::base::time::LocalDate;
use crate::on;
use crate::store::{Error, Tx};

use super::{GateRow, HamletRow};

pub(super) const KEPT_GATES: &str =
    "SELECT id, code, name, kind, commune, lon, lat, accuracy_m, basis, entry FROM area_gates";
pub(super) const KEPT_HAMLETS: &str = "SELECT id, code, version, name, kind, former_names, commune, lon, lat, accuracy_m, basis, \
     entry FROM area_hamlets WHERE code > $1 ORDER BY code LIMIT 500";
pub(super) const KEPT_BOUNDARIES: &str = "SELECT id, code, name, kind, province_code, province_name, is_border, valid_from, valid_to, sha256, \
     area_m2, vertices, former_names, outline, entry FROM area_boundaries WHERE id > $1 ORDER BY id LIMIT 50";

/// A gate with its entry.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptGate {
    #[sqlx(flatten)]
    pub gate: GateRow,
    pub entry: EntryId,
}

/// A hamlet with its entry.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptHamlet {
    #[sqlx(flatten)]
    pub hamlet: HamletRow,
    pub entry: EntryId,
}

/// A boundary's ground and days with its entry.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptBoundary {
    pub id: BoundaryId,
    pub code: String,
    pub name: String,
    pub kind: String,
    pub province_code: Option<String>,
    pub province_name: Option<String>,
    pub is_border: Option<i64>,
    pub valid_from: LocalDate,
    pub valid_to: Option<LocalDate>,
    pub sha256: Vec<u8>,
    pub area_m2: f64,
    pub vertices: i64,
    pub former_names: String,
    pub outline: Vec<u8>,
    pub entry: EntryId,
}

pub async fn kept_gates(tx: &mut Tx) -> Result<Vec<KeptGate>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_GATES).fetch_all(c))
}

pub async fn kept_hamlets(tx: &mut Tx, after: &str) -> Result<Vec<KeptHamlet>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_HAMLETS)
        .bind(after)
        .fetch_all(c))
}

pub async fn kept_boundaries(tx: &mut Tx, after: BoundaryId) -> Result<Vec<KeptBoundary>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_BOUNDARIES)
        .bind(after)
        .fetch_all(c))
}
