//! The fine ground, and which patrols were near it.

use crate::base::ids::PatrolId;
use crate::coverage::model::region::Region;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const GROUND: &str = "SELECT region, words, generation FROM coverage_ground";
pub(super) const GROUND_MARK: &str =
    "SELECT CAST(COALESCE(MAX(generation), 0) AS BIGINT) FROM coverage_ground";
pub(super) const SET_GROUND: &str = "INSERT INTO coverage_ground (region, words, generation) VALUES ($1, $2, $3) \
     ON CONFLICT (region) DO UPDATE SET words = excluded.words, generation = excluded.generation";
pub(super) const PATROLS_IN: &str = "SELECT DISTINCT c.patrol FROM coverage_cells c JOIN coverage_patrols p ON p.patrol = c.patrol \
     WHERE c.version = $1 AND c.footprint = $2 AND c.region = $3 AND p.ground < $4 AND p.frozen = 0";

/// All fine ground: regions, their words as bits, generations.
pub async fn ground(tx: &mut Tx) -> Result<Vec<(i64, Vec<u8>, i64)>, Error> {
    on!(tx, |c| sqlx::query_as(GROUND).fetch_all(c))
}

/// The generation in which it grew last.
pub async fn ground_mark(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(GROUND_MARK).fetch_one(c))
}

/// Sets the fine ground of a region.
pub async fn set_ground(
    tx: &mut Tx,
    region: Region,
    words: &[u8],
    generation: i64,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_GROUND)
            .bind(region.to_db())
            .bind(words)
            .bind(generation)
    )
    .map(drop)
}

/// The patrols that saw anything in a region and were swept before a generation of the fine ground.
pub async fn patrols_in(
    tx: &mut Tx,
    (version, footprint): (i64, i64),
    region: Region,
    generation: i64,
) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(PATROLS_IN)
        .bind(version)
        .bind(footprint)
        .bind(region.to_db())
        .bind(generation)
        .fetch_all(c))
}
