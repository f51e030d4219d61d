//! Border gates.

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const GATES: &str =
    "SELECT id, code, name, kind, commune, lon, lat, accuracy_m, basis FROM area_gates";
pub(super) const SET_GATE: &str = "INSERT INTO area_gates \
     (id, code, name, kind, commune, lon, lat, accuracy_m, basis, entry) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
     ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind, commune = excluded.commune, \
     lon = excluded.lon, lat = excluded.lat, accuracy_m = excluded.accuracy_m, basis = excluded.basis, \
     entry = excluded.entry";

/// A gate.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct GateRow {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub kind: String,
    pub commune: Option<String>,
    pub lon: f64,
    pub lat: f64,
    pub accuracy_m: Option<f64>,
    pub basis: Option<String>,
}

/// Every gate, in no order.
pub async fn gates(tx: &mut Tx) -> Result<Vec<GateRow>, Error> {
    on!(tx, |c| sqlx::query_as(GATES).fetch_all(c))
}

/// Writes a gate, over the one of the same code.
pub async fn set_gate(tx: &mut Tx, row: &GateRow, entry: EntryId) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_GATE)
            .bind(row.id)
            .bind(row.code.as_str())
            .bind(row.name.as_str())
            .bind(row.kind.as_str())
            .bind(row.commune.as_deref())
            .bind(row.lon)
            .bind(row.lat)
            .bind(row.accuracy_m)
            .bind(row.basis.as_deref())
            .bind(entry)
    )
    .map(drop)
}
