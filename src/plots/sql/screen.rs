//! Which plots stand near which.

use sqlx::QueryBuilder;

use crate::base::ids::PlotId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

const LOCK_SCREEN: &str = "INSERT INTO plot_screens (cell, recorded) VALUES ($1, 1) \
     ON CONFLICT (cell) DO UPDATE SET recorded = plot_screens.recorded + 1";
const FORGET_CANDIDATES: &str = "DELETE FROM plot_candidates WHERE plot = $1 OR other = $1";
const INSERT_CANDIDATE: &str =
    "INSERT INTO plot_candidates (plot, other, distance_m) VALUES ($1, $2, $3)";
const NEAR: &str = "SELECT id, lon, lat, hacc_m, place, detected_at FROM plots WHERE crop = ";
const CANDIDATES: &str = "SELECT c.plot, c.other, c.distance_m, p.place, p.detected_at \
     FROM plot_candidates c JOIN plots p ON p.id = c.other WHERE c.plot IN (";

/// The statements of these tables.
pub const STATEMENTS: &[&str] = &[LOCK_SCREEN, FORGET_CANDIDATES, INSERT_CANDIDATE];

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

/// Keeps others from recording in these cells until the act ends; sorted, so that two acts do not block one another.
pub async fn lock_screens(tx: &mut Tx, cells: &[i64]) -> Result<(), Error> {
    let mut cells = cells.to_vec();
    cells.sort_unstable();
    cells.dedup();
    for cell in cells {
        changed!(tx, sqlx::query(LOCK_SCREEN).bind(cell))?;
    }
    Ok(())
}

/// The plots of a crop and season in these cells of resolution 9.
pub async fn near(
    tx: &mut Tx,
    crop: &str,
    season: &str,
    cells: &[i64],
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
        query.push(") ORDER BY id");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Replaces a plot's relations, in both directions.
pub async fn set_candidates(
    tx: &mut Tx,
    plot: PlotId,
    others: &[(PlotId, f64)],
) -> Result<(), Error> {
    changed!(tx, sqlx::query(FORGET_CANDIDATES).bind(plot))?;
    for (other, distance_m) in others {
        for (from, to) in [(plot, *other), (*other, plot)] {
            changed!(
                tx,
                sqlx::query(INSERT_CANDIDATE)
                    .bind(from)
                    .bind(to)
                    .bind(*distance_m)
            )?;
        }
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
