//! Plots in the order of their ids.

use sqlx::{QueryBuilder, Sqlite};

use crate::base::ids::{IncidentId, PatrolId, PlotId};
use crate::base::time::Timestamp;
use crate::plots::Sight;
use crate::store::{ByBackend, Error, Tx};
use crate::{by_backend, on};

use super::packed::{self, GLANCED_PLOTS, PACKED_PLOTS};
use super::{Clause, narrow};

pub const PLOTS: &str = "SELECT id, version, state, crop, season, period, detected_at, patrol, incident, plants, \
     plants_method, area_m2, area_method, uncertainty_pct, lon, lat, altitude_m, hacc_m, cell_7, cell_9, cell_12, \
     commune, commune_name, photos, record, recorded_at FROM plots WHERE 1 = 1";
pub const READ_PLOTS: ByBackend = by_backend! { sqlite: PACKED_PLOTS, postgres: PLOTS };
pub const GLANCE_PLOTS: ByBackend = by_backend! {
    sqlite: GLANCED_PLOTS,
    postgres: "SELECT concat(entry, chr(31), state, chr(31), photos, chr(31), plants, chr(31), plants_method, chr(31), \
               area_m2, chr(31), area_method, chr(31), uncertainty_pct, chr(31), commune, chr(31), commune_name, chr(31), \
               (SELECT e.redacted_by FROM journal_entries e WHERE e.id = plots.entry)) AS told FROM plots WHERE 1 = 1",
};
pub const COUNT_PLOTS: &str = "SELECT COUNT(*) FROM plots WHERE 1 = 1";

/// A plot as it is published.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PlotRow {
    pub id: PlotId,
    pub version: i64,
    pub state: String,
    pub crop: String,
    pub season: String,
    pub period: i64,
    pub detected_at: Timestamp,
    pub patrol: Option<PatrolId>,
    pub incident: Option<IncidentId>,
    pub plants: Option<i64>,
    pub plants_method: Option<String>,
    pub area_m2: Option<f64>,
    pub area_method: Option<String>,
    pub uncertainty_pct: Option<f64>,
    pub lon: f64,
    pub lat: f64,
    pub altitude_m: Option<f64>,
    pub hacc_m: Option<f64>,
    pub cell_7: i64,
    pub cell_9: i64,
    pub cell_12: i64,
    pub commune: Option<String>,
    pub commune_name: Option<String>,
    pub photos: i64,
    pub record: String,
    pub recorded_at: Timestamp,
}

macro_rules! seen {
    ($query:ident, $sight:expr) => {
        if let Sight::Communes(codes) = $sight {
            $query.push(" AND place IN (");
            let mut list = $query.separated(", ");
            for code in codes {
                list.push_bind(code.as_str());
            }
            $query.push(")");
        }
    };
}

/// Plots as the database gives them.
pub enum Given {
    /// Row by row.
    Rows(Vec<PlotRow>),
    /// In one text, not yet taken apart.
    Packed(String),
}

impl Given {
    /// How many there are, and the last one's id; none where there are none.
    pub fn end(&self) -> Option<(usize, PlotId)> {
        match self {
            Self::Rows(rows) => rows.last().map(|row| (rows.len(), row.id)),
            Self::Packed(text) => packed::end(text),
        }
    }

    /// The rows by id; none where they cannot be taken apart.
    pub fn rows(self) -> Option<Vec<PlotRow>> {
        match self {
            Self::Rows(rows) => Some(rows),
            Self::Packed(text) => packed::unpacked(&text),
        }
    }
}

/// A page of plots in the form that costs the database least.
pub async fn given_plots(
    tx: &mut Tx,
    sight: &Sight,
    clauses: &[Clause],
    limit: i64,
) -> Result<Given, Error> {
    if let Tx::Sqlite(open) = &mut *tx {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT group_concat(told, char(30)) FROM (");
        query.push(READ_PLOTS.sqlite);
        seen!(query, sight);
        narrow!(query, clauses);
        query.push(" ORDER BY id LIMIT ").push_bind(limit).push(")");
        let given = query.build_query_scalar().fetch_one(&mut **open).await;
        return Ok(match given? {
            Some(text) => Given::Packed(text),
            None => Given::Rows(Vec::new()),
        });
    }
    plots(tx, sight, clauses, limit).await.map(Given::Rows)
}

/// What may change of a page of plots, in one text; none where there are none.
pub async fn glance_plots(
    tx: &mut Tx,
    sight: &Sight,
    clauses: &[Clause],
    limit: i64,
) -> Result<Option<String>, Error> {
    let glance = GLANCE_PLOTS.on(tx);
    on!(tx, |c| {
        let mut query = QueryBuilder::new("SELECT string_agg(told, ' ') FROM (");
        query.push(glance);
        seen!(query, sight);
        narrow!(query, clauses);
        query.push(" ORDER BY id LIMIT ").push_bind(limit);
        query.push(") AS seen");
        async move { query.build_query_scalar().fetch_one(c).await }
    })
}

/// A page of plots.
pub async fn plots(
    tx: &mut Tx,
    sight: &Sight,
    clauses: &[Clause],
    limit: i64,
) -> Result<Vec<PlotRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PLOTS);
        seen!(query, sight);
        narrow!(query, clauses);
        query.push(" ORDER BY id LIMIT ").push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// How many plots there are.
pub async fn count_plots(tx: &mut Tx, sight: &Sight, clauses: &[Clause]) -> Result<i64, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COUNT_PLOTS);
        seen!(query, sight);
        narrow!(query, clauses);
        async move { query.build_query_scalar().fetch_one(c).await }
    })
}
