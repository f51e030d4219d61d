//! Writing the index: a patrol's own rows, replaced as a whole, and the clock that tells caches of it.

use crate::base::ids::{BoundaryId, CampaignId, OrgId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::region::Region;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const KEEP_PATROL: &str = "INSERT INTO coverage_patrols (patrol, kind, lead_org, campaign, transport, state, first_day, last_day, received_until, indexed_at, people, ground, version, frozen) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0) ON CONFLICT (patrol) DO UPDATE SET kind = excluded.kind, \
     lead_org = excluded.lead_org, campaign = excluded.campaign, transport = excluded.transport, state = excluded.state, \
     first_day = excluded.first_day, last_day = excluded.last_day, received_until = excluded.received_until, \
     indexed_at = excluded.indexed_at, people = excluded.people, ground = excluded.ground, \
     version = excluded.version, frozen = 0";
pub(super) const RENAME_PATROL: &str = "INSERT INTO coverage_patrols (patrol, kind, lead_org, campaign, transport, state, first_day, last_day, received_until, indexed_at, people, ground, version, frozen) \
     VALUES ($1, $2, $3, $4, $5, $6, $10, $10, NULL, $7, $8, 0, $9, 1) ON CONFLICT (patrol) DO UPDATE SET kind = excluded.kind, \
     lead_org = excluded.lead_org, campaign = excluded.campaign, transport = excluded.transport, state = excluded.state, \
     indexed_at = excluded.indexed_at, people = excluded.people, version = excluded.version, frozen = 1";
pub(super) const PLACES_OF: &str = "SELECT version, region, day FROM coverage_cells WHERE patrol = $1 AND version > 0 \
     UNION SELECT version, region, day FROM coverage_trips WHERE patrol = $1";
pub(super) const FORGET_CELLS: &str = "DELETE FROM coverage_cells WHERE patrol = $1";
pub(super) const FORGET_TRIPS: &str = "DELETE FROM coverage_trips WHERE patrol = $1";
const INSERT_CELLS: &str =
    "INSERT INTO coverage_cells (version, footprint, region, day, patrol, cells) ";
const INSERT_TRIPS: &str = "INSERT INTO coverage_trips (version, region, day, patrol, commune, boundary, length_m, duration_ms, night_ms, last_at, \
     firsts, before_here, before_anywhere, pieces) ";
pub(super) const KEPT_FOOTPRINTS: &str = "SELECT MAX(version), footprint FROM coverage_cells WHERE patrol = $1 AND version > 0 \
     AND version <= $2 GROUP BY footprint";
pub(super) const FOOTPRINTS_ASIDE: &str =
    "SELECT DISTINCT version, footprint FROM coverage_cells WHERE patrol = $1 AND version = 0";
pub(super) const SET_CELLS_ASIDE: &str = "INSERT INTO coverage_cells (version, footprint, region, day, patrol, cells) \
     SELECT 0, $4, region, day, patrol, cells FROM coverage_cells WHERE patrol = $1 AND version = $2 AND footprint = $3 \
     ON CONFLICT (version, footprint, region, day, patrol) DO NOTHING";
pub(super) const FORGET_CELLS_BUT_ASIDE: &str =
    "DELETE FROM coverage_cells WHERE patrol = $1 AND version > 0";
pub(super) const CARRY_CELLS_OVER: &str = "INSERT INTO coverage_cells (version, footprint, region, day, patrol, cells) \
     SELECT $4, $5, region, day, patrol, cells FROM coverage_cells WHERE patrol = $1 AND version = $2 AND footprint = $3";
pub(super) const CARRY_TRIPS_OVER: &str = "INSERT INTO coverage_trips (version, region, day, patrol, commune, boundary, length_m, duration_ms, night_ms, last_at, \
     firsts, before_here, before_anywhere, pieces) \
     SELECT $2, region, day, patrol, commune, boundary, length_m, duration_ms, night_ms, last_at, firsts, before_here, \
     before_anywhere, pieces FROM coverage_trips WHERE patrol = $1 \
     AND version = (SELECT MAX(version) FROM coverage_trips WHERE patrol = $1 AND version < $2) \
     AND NOT EXISTS (SELECT 1 FROM coverage_trips WHERE patrol = $1 AND version = $2)";
pub(super) const TICK: &str =
    "UPDATE coverage_clock SET epoch = epoch + 1 WHERE only_row = 1 RETURNING epoch";
pub(super) const MARK: &str = "INSERT INTO coverage_epochs (version, region, day, epoch) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (version, region, day) DO UPDATE SET epoch = excluded.epoch";

/// Rows in one statement: far below the 32,766 parameters that SQLite takes.
const ROWS_AT_ONCE: usize = 400;

/// What filters and figures ask of a patrol, to be written.
#[derive(Debug, Clone)]
pub struct NewFacts {
    pub patrol: PatrolId,
    pub kind: &'static str,
    pub lead_org: OrgId,
    pub campaign: Option<CampaignId>,
    pub transport: &'static str,
    pub state: &'static str,
    pub people: Option<i64>,
    pub received_until: Option<Timestamp>,
    pub indexed_at: Timestamp,
    pub ground: i64,
    pub version: i64,
}

/// The cells of one patrol, day, region and footprint, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCells {
    pub version: i64,
    pub footprint: i64,
    pub region: Region,
    pub day: LocalDate,
    pub cells: Vec<u8>,
}

/// The way and time of one patrol, day, region and boundary, to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTrip {
    pub version: i64,
    pub region: Region,
    pub day: LocalDate,
    pub commune: String,
    pub boundary: Option<BoundaryId>,
    pub length_m: f64,
    pub duration_ms: i64,
    pub night_ms: i64,
    pub last_at: Timestamp,
    pub firsts: i64,
    pub before_here: Option<LocalDate>,
    pub before_anywhere: Option<LocalDate>,
    pub pieces: Vec<u8>,
}

/// A region's day under one version of the definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub version: i64,
    pub region: Region,
    pub day: LocalDate,
}

/// Keeps the facts of a patrol whose rows span those days.
pub async fn keep_patrol(
    tx: &mut Tx,
    facts: &NewFacts,
    first_day: LocalDate,
    last_day: LocalDate,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(KEEP_PATROL)
            .bind(facts.patrol)
            .bind(facts.kind)
            .bind(facts.lead_org)
            .bind(facts.campaign)
            .bind(facts.transport)
            .bind(facts.state)
            .bind(first_day)
            .bind(last_day)
            .bind(facts.received_until)
            .bind(facts.indexed_at)
            .bind(facts.people)
            .bind(facts.ground)
            .bind(facts.version)
    )
    .map(drop)
}

/// Renews the facts of a patrol whose fixes were erased: its rows stay as they are.
pub async fn rename_patrol(tx: &mut Tx, facts: &NewFacts) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(RENAME_PATROL)
            .bind(facts.patrol)
            .bind(facts.kind)
            .bind(facts.lead_org)
            .bind(facts.campaign)
            .bind(facts.transport)
            .bind(facts.state)
            .bind(facts.indexed_at)
            .bind(facts.people)
            .bind(facts.version)
            .bind(facts.indexed_at.local_date())
    )
    .map(drop)
}

/// The footprints that a patrol has cells of under a version or an earlier one, each with the last of these.
pub async fn kept_footprints(
    tx: &mut Tx,
    patrol: PatrolId,
    version: i64,
) -> Result<Vec<(i64, i64)>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_FOOTPRINTS)
        .bind(patrol)
        .bind(version)
        .fetch_all(c))
}

/// The footprints that are set aside of a patrol whose transport was corrected after its fixes were erased: under version 0,
/// which no definition has, by how far it really saw.
pub async fn footprints_aside(tx: &mut Tx, patrol: PatrolId) -> Result<Vec<(i64, i64)>, Error> {
    on!(tx, |c| sqlx::query_as(FOOTPRINTS_ASIDE)
        .bind(patrol)
        .fetch_all(c))
}

/// Sets the cells of one version and footprint aside as another footprint, where nothing is set aside as that.
pub async fn set_cells_aside(
    tx: &mut Tx,
    patrol: PatrolId,
    from: (i64, i64),
    footprint: i64,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_CELLS_ASIDE)
            .bind(patrol)
            .bind(from.0)
            .bind(from.1)
            .bind(footprint)
    )
    .map(drop)
}

/// Deletes a patrol's cells apart from those that are set aside.
pub async fn forget_cells_but_aside(tx: &mut Tx, patrol: PatrolId) -> Result<(), Error> {
    changed!(tx, sqlx::query(FORGET_CELLS_BUT_ASIDE).bind(patrol)).map(drop)
}

/// Gives a patrol the cells of one version and footprint under another.
pub async fn carry_cells_over(
    tx: &mut Tx,
    patrol: PatrolId,
    from: (i64, i64),
    to: (i64, i64),
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(CARRY_CELLS_OVER)
            .bind(patrol)
            .bind(from.0)
            .bind(from.1)
            .bind(to.0)
            .bind(to.1)
    )
    .map(drop)
}

/// Gives a patrol whose fixes were erased, under a version that it has no trips under, those of its last one.
pub async fn carry_trips_over(tx: &mut Tx, patrol: PatrolId, version: i64) -> Result<(), Error> {
    changed!(tx, sqlx::query(CARRY_TRIPS_OVER).bind(patrol).bind(version)).map(drop)
}

/// Where a patrol has rows.
pub async fn places_of(tx: &mut Tx, patrol: PatrolId) -> Result<Vec<Place>, Error> {
    let rows: Vec<(i64, i64, LocalDate)> =
        on!(tx, |c| sqlx::query_as(PLACES_OF).bind(patrol).fetch_all(c))?;
    let places = rows.into_iter().map(|(version, region, day)| Place {
        version,
        region: Region::from_db(region),
        day,
    });
    Ok(places.collect())
}

/// Deletes a patrol's rows.
pub async fn forget(tx: &mut Tx, patrol: PatrolId) -> Result<(), Error> {
    changed!(tx, sqlx::query(FORGET_CELLS).bind(patrol))?;
    changed!(tx, sqlx::query(FORGET_TRIPS).bind(patrol)).map(drop)
}

/// Writes a patrol's cells.
pub async fn insert_cells(tx: &mut Tx, patrol: PatrolId, rows: &[NewCells]) -> Result<(), Error> {
    for some in rows.chunks(ROWS_AT_ONCE) {
        on!(tx, |c| {
            let mut insert = sqlx::QueryBuilder::new(INSERT_CELLS);
            insert.push_values(some, |mut values, row| {
                values
                    .push_bind(row.version)
                    .push_bind(row.footprint)
                    .push_bind(row.region.to_db())
                    .push_bind(row.day)
                    .push_bind(patrol)
                    .push_bind(row.cells.as_slice());
            });
            async move { insert.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

/// Writes a patrol's trips.
pub async fn insert_trips(tx: &mut Tx, patrol: PatrolId, rows: &[NewTrip]) -> Result<(), Error> {
    for some in rows.chunks(ROWS_AT_ONCE) {
        on!(tx, |c| {
            let mut insert = sqlx::QueryBuilder::new(INSERT_TRIPS);
            insert.push_values(some, |mut values, row| {
                values
                    .push_bind(row.version)
                    .push_bind(row.region.to_db())
                    .push_bind(row.day)
                    .push_bind(patrol)
                    .push_bind(row.commune.as_str())
                    .push_bind(row.boundary)
                    .push_bind(row.length_m)
                    .push_bind(row.duration_ms)
                    .push_bind(row.night_ms)
                    .push_bind(row.last_at)
                    .push_bind(row.firsts)
                    .push_bind(row.before_here)
                    .push_bind(row.before_anywhere)
                    .push_bind(row.pieces.as_slice());
            });
            async move { insert.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

/// Moves the clock on. Its row stays locked until the act ends, so that instants become visible in their order.
pub async fn tick(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(TICK).fetch_one(c))
}

/// Moves the clock on and marks places as changed at that instant.
pub async fn mark(tx: &mut Tx, places: &[Place]) -> Result<(), Error> {
    if places.is_empty() {
        return Ok(());
    }
    let epoch = tick(tx).await?;
    for place in places {
        changed!(
            tx,
            sqlx::query(MARK)
                .bind(place.version)
                .bind(place.region.to_db())
                .bind(place.day)
                .bind(epoch)
        )?;
    }
    Ok(())
}
