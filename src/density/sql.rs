//! Density has no tables of its own: it reads those of plots and patrols.

use crate::base::ids::{CampaignId, PatrolId};
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

const PLOTS_BETWEEN: &str = "SELECT detected_at, state, crop, lon, lat, plants, area_m2, patrol, \
     CASE WHEN commune IS NULL THEN record END AS unplaced FROM plots \
     WHERE detected_at >= $1 AND detected_at <= $2 ORDER BY detected_at, id";
const PATROLS_OF: &str = "SELECT id FROM patrols WHERE campaign = $1";
const CAMPAIGNS_BETWEEN: &str = "SELECT campaign, MIN(started_at) AS first_at, MAX(started_at) AS last_at FROM patrols \
     WHERE campaign IS NOT NULL AND started_at >= $1 AND started_at <= $2 GROUP BY campaign ORDER BY MIN(started_at), campaign";
const CAMPAIGNS_THROUGH: &str = "SELECT p.campaign, MIN(p.started_at) AS first_at, MAX(p.started_at) AS last_at FROM patrols p \
     WHERE p.campaign IS NOT NULL AND p.started_at >= $1 AND p.started_at <= $2 \
     AND EXISTS (SELECT 1 FROM patrol_communes t WHERE t.patrol = p.id AND t.commune = $3) GROUP BY p.campaign";

/// Every statement of density, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    PLOTS_BETWEEN,
    PATROLS_OF,
    CAMPAIGNS_BETWEEN,
    CAMPAIGNS_THROUGH,
];

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
    pub patrol: Option<PatrolId>,
    /// The recording, where no commune of the day of detection is known.
    pub unplaced: Option<String>,
}

/// A campaign, and when the first and the last of its patrols began.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CampaignRow {
    pub campaign: CampaignId,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
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

/// The patrols of a campaign, in no order.
pub async fn patrols_of(tx: &mut Tx, campaign: CampaignId) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(PATROLS_OF)
        .bind(campaign)
        .fetch_all(c))
}

/// The campaigns of the patrols begun between two instants, both included, the earliest first.
pub async fn campaigns_between(
    tx: &mut Tx,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<CampaignRow>, Error> {
    on!(tx, |c| sqlx::query_as(CAMPAIGNS_BETWEEN)
        .bind(from)
        .bind(to)
        .fetch_all(c))
}

/// The campaigns of the patrols begun between two instants, both included, that touched a commune, in no order.
pub async fn campaigns_through(
    tx: &mut Tx,
    from: Timestamp,
    to: Timestamp,
    commune: &str,
) -> Result<Vec<CampaignRow>, Error> {
    on!(tx, |c| sqlx::query_as(CAMPAIGNS_THROUGH)
        .bind(from)
        .bind(to)
        .bind(commune)
        .fetch_all(c))
}
