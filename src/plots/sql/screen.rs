//! Which plots stand near which.

use sqlx::QueryBuilder;

use crate::base::ids::PlotId;
use crate::base::time::Timestamp;
use crate::plots::model::candidates::Search;
use crate::store::{Error, Tx, pieces};
use crate::{changed, later, later_rows, on};

pub(super) const LOCK_SCREENS: &str = "INSERT INTO plot_screens (cell, recorded) \
     SELECT w.cell, 1 FROM UNNEST($1::BIGINT[]) AS w (cell) \
     ON CONFLICT (cell) DO UPDATE SET recorded = plot_screens.recorded + 1";
const FORGET_CANDIDATES: &str = "DELETE FROM plot_candidates WHERE plot = $1 OR other = $1";
macro_rules! insert_candidates {
    () => {
        "INSERT INTO plot_candidates (plot, other, distance_m) "
    };
}
const INSERT_CANDIDATE: &str = concat!(insert_candidates!(), "VALUES ($1, $2, $3), ($2, $1, $3)");
/// Plots that may be the same as one, as many as go one by one with what stands before them.
const FEW: usize = 4;
const NEAR: &str = "SELECT id, lon, lat, hacc_m, place, detected_at FROM plots WHERE crop = ";
const CANDIDATES: &str = "SELECT c.plot, c.other, c.distance_m, p.place, p.detected_at \
     FROM plot_candidates c JOIN plots p ON p.id = c.other WHERE c.plot IN (";

/// Adds to a query that a plot lies between these degrees: west, south, east and north.
macro_rules! within {
    ($query:expr, $degrees:expr) => {
        let [west, south, east, north] = $degrees;
        $query.push("lon BETWEEN ").push_bind(west);
        $query.push(" AND ").push_bind(east);
        $query.push(" AND lat BETWEEN ").push_bind(south);
        $query.push(" AND ").push_bind(north);
    };
}

/// The statements of these tables.
pub const STATEMENTS: &[&str] = &[FORGET_CANDIDATES, INSERT_CANDIDATE];

/// A plot in a cell that is searched.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NearRow {
    pub id: PlotId,
    pub lon: f64,
    pub lat: f64,
    pub hacc_m: Option<f64>,
    pub place: Option<String>,
    pub detected_at: Timestamp,
}

/// A plot that may be the same as another.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CandidateRow {
    pub plot: PlotId,
    pub other: PlotId,
    pub distance_m: f64,
    pub place: Option<String>,
    pub detected_at: Timestamp,
}

/// Keeps others from recording in these cells until the act ends, on PostgreSQL; sorted, so that two acts do not block one
/// another. One text for any number of cells.
pub async fn lock_screens(tx: &mut Tx, cells: &[i64]) -> Result<(), Error> {
    let mut cells = cells.to_vec();
    cells.sort_unstable();
    cells.dedup();
    tx.settle().await?;
    later_rows!(tx, LOCK_SCREENS, cells, |cell| [*cell])?;
    tx.settle().await
}

/// The plots of a crop and season in these cells of resolution 9 that lie where it is searched.
pub async fn near(
    tx: &mut Tx,
    crop: &str,
    season: &str,
    cells: &[i64],
    search: &Search,
) -> Result<Vec<NearRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(NEAR);
        query
            .push_bind(crop)
            .push(" AND season = ")
            .push_bind(season);
        query.push(" AND cell_9 IN (");
        let mut list = query.separated(", ");
        for cell in cells {
            list.push_bind(*cell);
        }
        query.push(") AND ");
        within!(query, search.wide);
        query.push(" AND (hacc_m > ").push_bind(search.usual_hacc_m);
        query.push(" OR (");
        within!(query, search.near);
        query.push(")) ORDER BY id");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Forgets a plot's relations, in both directions.
pub async fn forget_candidates(tx: &mut Tx, plot: PlotId) -> Result<(), Error> {
    changed!(tx, sqlx::query(FORGET_CANDIDATES).bind(plot)).map(drop)
}

/// Writes a plot's relations, in both directions.
pub async fn insert_candidates(
    tx: &mut Tx,
    plot: PlotId,
    others: &[(PlotId, f64)],
) -> Result<(), Error> {
    if others.len() <= FEW {
        for (other, distance_m) in others {
            later!(tx, INSERT_CANDIDATE, [plot, *other, *distance_m])?;
        }
        return Ok(());
    }
    for piece in pieces(others) {
        on!(tx, |c| {
            let both_ways = piece.iter().flat_map(|(other, distance_m)| {
                [(plot, *other, *distance_m), (*other, plot, *distance_m)]
            });
            let mut query = QueryBuilder::new(insert_candidates!());
            query.push_values(both_ways, |mut row, (from, to, distance_m)| {
                row.push_bind(from).push_bind(to).push_bind(distance_m);
            });
            async move { query.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

/// What may be the same as these plots, the nearest first.
pub async fn candidates_of(tx: &mut Tx, plots: &[PlotId]) -> Result<Vec<CandidateRow>, Error> {
    if plots.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = QueryBuilder::new(CANDIDATES);
        let mut list = query.separated(", ");
        for plot in plots {
            list.push_bind(*plot);
        }
        query.push(") ORDER BY c.plot, c.distance_m, c.other");
        async move { query.build_query_as().fetch_all(c).await }
    })
}
