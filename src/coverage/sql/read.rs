//! Reading the index: by region and day, by patrol, and what has changed since an instant of its clock.

use crate::base::ids::{BoundaryId, CampaignId, OrgId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::region::Region;
use crate::on;
use crate::store::{Error, Tx};

use super::Place;

macro_rules! facts {
    () => {
        "p.patrol, p.kind, p.lead_org, p.campaign, p.transport, p.state, p.people, p.ground, p.frozen"
    };
}

pub(super) const EPOCH: &str = "SELECT epoch FROM coverage_clock WHERE only_row = 1";
pub(super) const CHANGES: &str = "SELECT version, region, day, epoch FROM coverage_epochs WHERE epoch > $1 ORDER BY epoch LIMIT $2";
pub(super) const REGIONS: &str =
    "SELECT region, MIN(day), MAX(day) FROM coverage_epochs WHERE version = $1 GROUP BY region";
pub(super) const CELLS_IN: &str = concat!(
    "SELECT c.day, c.cells, ",
    facts!(),
    " FROM coverage_cells c JOIN coverage_patrols p ON p.patrol = c.patrol \
     WHERE c.version = $1 AND c.footprint = $2 AND c.region = $3 AND c.day >= $4 AND c.day <= $5 ORDER BY c.day, c.patrol"
);
pub(super) const TRIPS_IN: &str = concat!(
    "SELECT t.day, t.boundary, t.length_m, t.duration_ms, t.night_ms, t.last_at, t.firsts, t.before_here, t.before_anywhere, ",
    facts!(),
    " FROM coverage_trips t JOIN coverage_patrols p ON p.patrol = t.patrol \
     WHERE t.version = $1 AND t.region = $2 AND t.day >= $3 AND t.day <= $4 ORDER BY t.day, t.patrol, t.commune"
);
pub(super) const PIECES_IN: &str = "SELECT day, patrol, boundary, pieces FROM coverage_trips \
     WHERE version = $1 AND region = $2 AND day >= $3 AND day <= $4 ORDER BY day, patrol, commune";
pub(super) const CELLS_OF: &str = concat!(
    "SELECT c.region, c.day, c.cells, ",
    facts!(),
    " FROM coverage_cells c JOIN coverage_patrols p ON p.patrol = c.patrol \
     WHERE c.patrol = $1 AND c.version = $2 AND c.footprint = $3"
);
pub(super) const TRIPS_OF: &str = concat!(
    "SELECT t.region, t.day, t.boundary, t.length_m, t.duration_ms, t.night_ms, t.last_at, t.firsts, t.before_here, t.before_anywhere, t.pieces, ",
    facts!(),
    " FROM coverage_trips t JOIN coverage_patrols p ON p.patrol = t.patrol WHERE t.patrol = $1 AND t.version = $2"
);
pub(super) const WALKERS: &str = "SELECT patrol, campaign, transport, state, people FROM coverage_patrols WHERE last_day >= $1 AND first_day <= $2";
pub(super) const PENDING: &str = "SELECT COUNT(DISTINCT j.subject), MIN(COALESCE(c.indexed_at, p.recorded_at, j.due_at)) \
     FROM jobs j LEFT JOIN coverage_patrols c ON c.patrol = j.subject LEFT JOIN patrols p ON p.id = j.subject \
     WHERE j.kind IN ($1, $2)";
pub(super) const LAST_SEQ: &str =
    "SELECT seq FROM journal_entries WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1";
pub(super) const LAST_SEQ_BEFORE: &str = "SELECT seq FROM journal_entries WHERE seq IS NOT NULL AND received_at < $1 \
     ORDER BY seq DESC LIMIT 1";

/// A window of one region under one version of the definition.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    pub version: i64,
    pub region: Region,
    pub from: LocalDate,
    pub to: LocalDate,
}

/// What filters and figures ask of a patrol.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FactsRow {
    pub patrol: PatrolId,
    pub kind: String,
    pub lead_org: OrgId,
    pub campaign: Option<CampaignId>,
    pub transport: String,
    pub state: String,
    pub people: Option<i64>,
    pub ground: i64,
    pub frozen: i64,
}

/// The cells of one patrol, day, region and footprint.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CellsRow {
    #[sqlx(default)]
    pub region: i64,
    pub day: LocalDate,
    pub cells: Vec<u8>,
    #[sqlx(flatten)]
    pub facts: FactsRow,
}

/// The way and time of one patrol, day, region and boundary.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TripRow {
    #[sqlx(default)]
    pub region: i64,
    pub day: LocalDate,
    pub boundary: Option<BoundaryId>,
    pub length_m: f64,
    pub duration_ms: i64,
    pub night_ms: i64,
    pub last_at: Timestamp,
    pub firsts: i64,
    pub before_here: Option<LocalDate>,
    pub before_anywhere: Option<LocalDate>,
    #[sqlx(default)]
    pub pieces: Vec<u8>,
    #[sqlx(flatten)]
    pub facts: FactsRow,
}

/// The way and time of one patrol, day, region and boundary by place.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PiecesRow {
    pub day: LocalDate,
    pub patrol: PatrolId,
    pub boundary: Option<BoundaryId>,
    pub pieces: Vec<u8>,
}

/// How a patrol moved, for which campaign and with how many people.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WalkerRow {
    pub patrol: PatrolId,
    pub campaign: Option<CampaignId>,
    pub transport: String,
    pub state: String,
    pub people: Option<i64>,
}

/// A place and when it was changed last.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    pub place: Place,
    pub epoch: i64,
}

/// The instant of the last change.
pub async fn epoch(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(EPOCH).fetch_one(c))
}

/// What was changed after an instant, the earliest first, at most so much.
pub async fn changes(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Change>, Error> {
    let rows: Vec<(i64, i64, LocalDate, i64)> = on!(tx, |c| sqlx::query_as(CHANGES)
        .bind(after)
        .bind(limit)
        .fetch_all(c))?;
    let changes = rows
        .into_iter()
        .map(|(version, region, day, epoch)| Change {
            place: Place {
                version,
                region: Region::from_db(region),
                day,
            },
            epoch,
        });
    Ok(changes.collect())
}

/// The regions that ever had rows, with their first and last day.
pub async fn regions(
    tx: &mut Tx,
    version: i64,
) -> Result<Vec<(Region, LocalDate, LocalDate)>, Error> {
    let rows: Vec<(i64, LocalDate, LocalDate)> =
        on!(tx, |c| sqlx::query_as(REGIONS).bind(version).fetch_all(c))?;
    let known = rows.into_iter();
    Ok(known
        .map(|(region, first, last)| (Region::from_db(region), first, last))
        .collect())
}

/// The cells seen in a window of a region, by day and patrol.
pub async fn cells_in(tx: &mut Tx, slice: Slice, footprint: i64) -> Result<Vec<CellsRow>, Error> {
    on!(tx, |c| sqlx::query_as(CELLS_IN)
        .bind(slice.version)
        .bind(footprint)
        .bind(slice.region.to_db())
        .bind(slice.from)
        .bind(slice.to)
        .fetch_all(c))
}

/// The trips in a window of a region, by day and patrol; without their pieces.
pub async fn trips_in(tx: &mut Tx, slice: Slice) -> Result<Vec<TripRow>, Error> {
    on!(tx, |c| sqlx::query_as(TRIPS_IN)
        .bind(slice.version)
        .bind(slice.region.to_db())
        .bind(slice.from)
        .bind(slice.to)
        .fetch_all(c))
}

/// The trips in a window of a region by place, by day and patrol.
pub async fn pieces_in(tx: &mut Tx, slice: Slice) -> Result<Vec<PiecesRow>, Error> {
    on!(tx, |c| sqlx::query_as(PIECES_IN)
        .bind(slice.version)
        .bind(slice.region.to_db())
        .bind(slice.from)
        .bind(slice.to)
        .fetch_all(c))
}

/// The cells of one patrol.
pub async fn cells_of(
    tx: &mut Tx,
    patrol: PatrolId,
    version: i64,
    footprint: i64,
) -> Result<Vec<CellsRow>, Error> {
    on!(tx, |c| sqlx::query_as(CELLS_OF)
        .bind(patrol)
        .bind(version)
        .bind(footprint)
        .fetch_all(c))
}

/// The trips of one patrol.
pub async fn trips_of(tx: &mut Tx, patrol: PatrolId, version: i64) -> Result<Vec<TripRow>, Error> {
    on!(tx, |c| sqlx::query_as(TRIPS_OF)
        .bind(patrol)
        .bind(version)
        .fetch_all(c))
}

/// The patrols with rows on any day of a window.
pub async fn walkers(tx: &mut Tx, from: LocalDate, to: LocalDate) -> Result<Vec<WalkerRow>, Error> {
    on!(tx, |c| sqlx::query_as(WALKERS)
        .bind(from)
        .bind(to)
        .fetch_all(c))
}

/// How many patrols wait for one of the two kinds of job, and an instant before which everything is indexed.
pub async fn pending(tx: &mut Tx, kinds: [&str; 2]) -> Result<(i64, Option<Timestamp>), Error> {
    on!(tx, |c| sqlx::query_as(PENDING)
        .bind(kinds[0])
        .bind(kinds[1])
        .fetch_one(c))
}

/// The number of the last sequenced entry, or of the last one received before an instant.
pub async fn last_seq(tx: &mut Tx, before: Option<Timestamp>) -> Result<Option<i64>, Error> {
    match before {
        None => on!(tx, |c| sqlx::query_scalar(LAST_SEQ).fetch_optional(c)),
        Some(at) => on!(tx, |c| sqlx::query_scalar(LAST_SEQ_BEFORE)
            .bind(at)
            .fetch_optional(c)),
    }
}
