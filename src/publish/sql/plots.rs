//! Plots in the order of their ids.

use sqlx::QueryBuilder;

use crate::base::ids::{IncidentId, PatrolId, PlotId};
use crate::base::time::Timestamp;
use crate::on;
use crate::plots::Sight;
use crate::store::{Error, Tx};

use super::{Clause, narrow};

pub const PLOTS: &str = "SELECT id, version, state, crop, season, period, detected_at, patrol, incident, plants, \
     plants_method, area_m2, area_method, uncertainty_pct, lon, lat, altitude_m, hacc_m, cell_7, cell_9, cell_12, \
     commune, commune_name, photos, record, recorded_at FROM plots WHERE 1 = 1";
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
