//! Density has no tables of its own: it reads those of plots.

use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

const PLOTS_BETWEEN: &str = "SELECT detected_at, state, crop, lon, lat, plants, area_m2, \
     CASE WHEN commune IS NULL THEN record END AS unplaced FROM plots \
     WHERE detected_at >= $1 AND detected_at <= $2 ORDER BY detected_at, id";

/// Every statement of density, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[PLOTS_BETWEEN];

/// What density asks of a plot.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PlotRow {
    pub detected_at: Timestamp,
    pub state: String,
    pub crop: String,
    pub lon: f64,
    pub lat: f64,
    pub plants: Option<i64>,
    pub area_m2: Option<f64>,
    /// The recording, where no commune of the day of detection is known.
    pub unplaced: Option<String>,
}

/// The plots detected between two instants, both included, in the order of detection.
pub async fn plots_between(
    tx: &mut Tx,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<PlotRow>, Error> {
    on!(tx, |c| sqlx::query_as(PLOTS_BETWEEN)
        .bind(from)
        .bind(to)
        .fetch_all(c))
}
