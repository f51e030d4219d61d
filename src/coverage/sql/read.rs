//! Reading the index: by region and day, by patrol, and what has changed since an instant of its clock.

use sqlx::QueryBuilder;

use crate::base::ids::{BoundaryId, CampaignId, OrgId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::region::Region;
use crate::on;
use crate::store::{Error, Tx, padded};

use super::Place;

macro_rules! trip {
    () => {
        "region, day, patrol, boundary, length_m, duration_ms, night_ms, last_at, firsts, before_here, before_anywhere"
    };
}

/// Ends a statement about the rows of a window: those of one version, some days and some regions.
macro_rules! within {
    ($query:ident, $window:ident) => {
        $query.push("version = ").push_bind($window.version);
        $query.push(" AND day >= ").push_bind($window.from);
        $query.push(" AND day <= ").push_bind($window.to);
        $query.push(" AND region IN (");
        let mut list = $query.separated(", ");
        for region in padded($window.regions) {
            list.push_bind(region.to_db());
        }
        $query.push(")");
    };
}

pub(super) const EPOCH: &str = "SELECT epoch FROM coverage_clock WHERE only_row = 1";
pub(super) const CHANGES: &str = "SELECT version, region, day, epoch FROM coverage_epochs WHERE epoch > $1 ORDER BY epoch LIMIT $2";
pub(super) const REGIONS: &str =
    "SELECT region, MIN(day), MAX(day) FROM coverage_epochs WHERE version = $1 GROUP BY region";
const CELLS_IN: &str = "SELECT region, day, patrol, cells FROM coverage_cells WHERE footprint = ";
const TRIPS_IN: &str = concat!("SELECT ", trip!(), " FROM coverage_trips WHERE ");
const FACTS_OF: &str = "SELECT patrol, kind, lead_org, campaign, transport, state, people, ground, frozen \
     FROM coverage_patrols WHERE patrol IN (";
pub(super) const PIECES_IN: &str = "SELECT day, patrol, boundary, pieces FROM coverage_trips \
     WHERE version = $1 AND region = $2 AND day >= $3 AND day <= $4 ORDER BY day, patrol, commune";
pub(super) const CELLS_OF: &str = "SELECT region, day, patrol, cells FROM coverage_cells \
     WHERE patrol = $1 AND version = $2 AND footprint = $3";
pub(super) const REJECTED_IN: &str = "SELECT c.region, c.day, c.patrol, c.cells FROM coverage_cells c JOIN coverage_patrols p ON p.patrol = c.patrol \
     WHERE c.version = $1 AND c.footprint = $2 AND c.region = $3 AND c.day >= $4 AND c.day <= $5 AND p.state = 'rejected' AND p.frozen = 1";
pub(super) const TRIPS_OF: &str = concat!(
    "SELECT pieces, ",
    trip!(),
    " FROM coverage_trips WHERE patrol = $1 AND version = $2"
);
pub(super) const WALKERS: &str = "SELECT patrol, campaign, transport, state, people FROM coverage_patrols WHERE last_day >= $1 AND first_day <= $2";
pub(super) const PENDING: &str = "SELECT COUNT(DISTINCT j.subject), MIN(COALESCE(c.indexed_at, p.recorded_at, j.due_at)), \
     (SELECT seq FROM journal_entries WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1) \
     FROM jobs j LEFT JOIN coverage_patrols c ON c.patrol = j.subject LEFT JOIN patrols p ON p.id = j.subject \
     WHERE j.kind IN ($1, $2)";
pub(super) const LAST_SEQ_BEFORE: &str = "SELECT seq FROM journal_entries WHERE seq IS NOT NULL AND received_at < $1 \
     ORDER BY seq DESC LIMIT 1";

/// Patrols whose facts one statement reads.
const PATROLS_AT_ONCE: usize = 256;

/// A window of one region under one version of the definition.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    pub version: i64,
    pub region: Region,
    pub from: LocalDate,
    pub to: LocalDate,
}

/// A window of some regions under one version of the definition.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    pub version: i64,
    pub regions: &'a [Region],
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

/// The cells of one patrol, day and region.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CellsRow {
    pub region: i64,
    pub day: LocalDate,
    pub patrol: PatrolId,
    pub cells: Vec<u8>,
}

/// The way and time of one patrol, day, region and boundary.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TripRow {
    pub region: i64,
    pub day: LocalDate,
    pub patrol: PatrolId,
    pub boundary: Option<BoundaryId>,
    pub length_m: f64,
    pub duration_ms: i64,
    pub night_ms: i64,
    pub last_at: Timestamp,
    pub firsts: i64,
    pub before_here: Option<LocalDate>,
    pub before_anywhere: Option<LocalDate>,
}

/// The same beside the same by place.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WholeTripRow {
    pub pieces: Vec<u8>,
    #[sqlx(flatten)]
    pub trip: TripRow,
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

/// The cells seen in a window.
pub async fn cells_in(
    tx: &mut Tx,
    window: Window<'_>,
    footprint: i64,
) -> Result<Vec<CellsRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(CELLS_IN);
        query.push_bind(footprint).push(" AND ");
        within!(query, window);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// The trips in a window, without their pieces.
pub async fn trips_in(tx: &mut Tx, window: Window<'_>) -> Result<Vec<TripRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(TRIPS_IN);
        within!(query, window);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// The facts of those of some patrols that were ever indexed.
pub async fn facts_of(tx: &mut Tx, patrols: &[PatrolId]) -> Result<Vec<FactsRow>, Error> {
    let mut rows = Vec::with_capacity(patrols.len());
    for some in patrols.chunks(PATROLS_AT_ONCE) {
        let own: Vec<FactsRow> = on!(tx, |c| {
            let mut query = QueryBuilder::new(FACTS_OF);
            let mut list = query.separated(", ");
            for patrol in padded(some) {
                list.push_bind(patrol);
            }
            query.push(")");
            async move { query.build_query_as().fetch_all(c).await }
        })?;
        rows.extend(own);
    }
    Ok(rows)
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

/// The cells in a window of a region that rejected patrols would have seen whose fixes were erased.
pub async fn rejected_in(
    tx: &mut Tx,
    slice: Slice,
    footprint: i64,
) -> Result<Vec<CellsRow>, Error> {
    on!(tx, |c| sqlx::query_as(REJECTED_IN)
        .bind(slice.version)
        .bind(footprint)
        .bind(slice.region.to_db())
        .bind(slice.from)
        .bind(slice.to)
        .fetch_all(c))
}

/// The trips of one patrol.
pub async fn trips_of(
    tx: &mut Tx,
    patrol: PatrolId,
    version: i64,
) -> Result<Vec<WholeTripRow>, Error> {
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

/// How many patrols wait for one of the two kinds of job, an instant before which everything is indexed (none where nothing
/// waits), and the number of the last sequenced entry.
pub async fn pending(
    tx: &mut Tx,
    kinds: [&str; 2],
) -> Result<(i64, Option<Timestamp>, Option<i64>), Error> {
    on!(tx, |c| sqlx::query_as(PENDING)
        .bind(kinds[0])
        .bind(kinds[1])
        .fetch_one(c))
}

/// The number of the last sequenced entry that was received before an instant.
pub async fn last_seq_before(tx: &mut Tx, at: Timestamp) -> Result<Option<i64>, Error> {
    on!(tx, |c| sqlx::query_scalar(LAST_SEQ_BEFORE)
        .bind(at)
        .fetch_optional(c))
}
