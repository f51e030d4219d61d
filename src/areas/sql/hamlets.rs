//! Hamlets.

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const HAMLETS: &str = "SELECT id, code, version, name, kind, former_names, commune, lon, lat, accuracy_m, basis \
     FROM area_hamlets";
pub(super) const SET_HAMLET: &str = "INSERT INTO area_hamlets \
     (id, code, version, name, kind, former_names, commune, lon, lat, accuracy_m, basis, entry) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
     ON CONFLICT (code) DO UPDATE SET version = excluded.version, name = excluded.name, kind = excluded.kind, \
     former_names = excluded.former_names, commune = excluded.commune, lon = excluded.lon, lat = excluded.lat, \
     accuracy_m = excluded.accuracy_m, basis = excluded.basis, entry = excluded.entry";

/// A hamlet.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HamletRow {
    pub id: Uuid,
    pub code: String,
    pub version: i64,
    pub name: String,
    pub kind: String,
    pub former_names: String,
    pub commune: Option<String>,
    pub lon: f64,
    pub lat: f64,
    pub accuracy_m: Option<f64>,
    pub basis: Option<String>,
}

/// Every hamlet, in no order.
pub async fn hamlets(tx: &mut Tx) -> Result<Vec<HamletRow>, Error> {
    on!(tx, |c| sqlx::query_as(HAMLETS).fetch_all(c))
}

/// Writes a hamlet, over the one of the same code.
pub async fn set_hamlet(tx: &mut Tx, row: &HamletRow, entry: EntryId) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_HAMLET)
            .bind(row.id)
            .bind(row.code.as_str())
            .bind(row.version)
            .bind(row.name.as_str())
            .bind(row.kind.as_str())
            .bind(row.former_names.as_str())
            .bind(row.commune.as_deref())
            .bind(row.lon)
            .bind(row.lat)
            .bind(row.accuracy_m)
            .bind(row.basis.as_deref())
            .bind(entry)
    )
    .map(drop)
}
