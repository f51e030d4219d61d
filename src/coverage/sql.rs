//! Coverage's tables.

use crate::base::ids::{BoundaryId, CampaignId, OrgId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::store::{Error, Tx};
use crate::{changed, on};

const KEEP_PATROL: &str = "INSERT INTO coverage_patrols (patrol, kind, lead_org, campaign, transport, state, first_day, last_day, received_until, indexed_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (patrol) DO UPDATE SET kind = excluded.kind, \
     lead_org = excluded.lead_org, campaign = excluded.campaign, transport = excluded.transport, state = excluded.state, \
     first_day = excluded.first_day, last_day = excluded.last_day, received_until = excluded.received_until, \
     indexed_at = excluded.indexed_at";
const RENAME_PATROL: &str = "UPDATE coverage_patrols SET kind = $2, lead_org = $3, campaign = $4, transport = $5, state = $6, indexed_at = $7 \
     WHERE patrol = $1";
const DAYS_OF: &str = "SELECT day FROM coverage_effort WHERE patrol = $1 UNION SELECT day FROM coverage_masks WHERE patrol = $1";
const FORGET_MASKS: &str = "DELETE FROM coverage_masks WHERE patrol = $1";
const FORGET_EFFORT: &str = "DELETE FROM coverage_effort WHERE patrol = $1";
const INSERT_MASKS: &str = "INSERT INTO coverage_masks (patrol, day, footprint, version, masks) ";
const INSERT_EFFORT: &str = "INSERT INTO coverage_effort (patrol, day, commune, boundary, length_m, duration_ms, last_at, pieces) ";
const MOVE_DAY_ON: &str = "INSERT INTO coverage_days (day, epoch) VALUES ($1, 1) \
     ON CONFLICT (day) DO UPDATE SET epoch = coverage_days.epoch + 1";
const EPOCHS: &str =
    "SELECT day, epoch FROM coverage_days WHERE day >= $1 AND day <= $2 ORDER BY day";
const PATROLS_BETWEEN: &str = "SELECT patrol, kind, lead_org, campaign, state FROM coverage_patrols \
     WHERE last_day >= $1 AND first_day <= $2";
const MASKS_BETWEEN: &str = "SELECT day, patrol, masks FROM coverage_masks \
     WHERE day >= $1 AND day <= $2 AND footprint = $3 AND version = $4 ORDER BY day, patrol";
const EFFORT_BETWEEN: &str = "SELECT day, patrol, boundary, length_m, duration_ms, last_at, pieces FROM coverage_effort \
     WHERE day >= $1 AND day <= $2 ORDER BY day, patrol, commune";
const PENDING: &str = "SELECT COUNT(DISTINCT j.subject), MIN(COALESCE(c.indexed_at, p.recorded_at, j.due_at)) \
     FROM jobs j LEFT JOIN coverage_patrols c ON c.patrol = j.subject LEFT JOIN patrols p ON p.id = j.subject \
     WHERE j.kind IN ($1, $2)";
const LAST_SEQ: &str =
    "SELECT seq FROM journal_entries WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1";
const LAST_SEQ_BEFORE: &str = "SELECT seq FROM journal_entries WHERE seq IS NOT NULL AND received_at < $1 \
     ORDER BY seq DESC LIMIT 1";

/// Every statement of coverage, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    KEEP_PATROL,
    RENAME_PATROL,
    DAYS_OF,
    FORGET_MASKS,
    FORGET_EFFORT,
    MOVE_DAY_ON,
    EPOCHS,
    PATROLS_BETWEEN,
    MASKS_BETWEEN,
    EFFORT_BETWEEN,
    PENDING,
    LAST_SEQ,
    LAST_SEQ_BEFORE,
];

/// Rows in one statement: far below the 32,766 parameters that SQLite takes.
const ROWS_AT_ONCE: usize = 400;

/// What filters ask of a patrol.
#[derive(Debug, Clone)]
pub struct PatrolFacts {
    pub patrol: PatrolId,
    pub kind: &'static str,
    pub lead_org: OrgId,
    pub campaign: Option<CampaignId>,
    pub transport: &'static str,
    pub state: &'static str,
    pub received_until: Option<Timestamp>,
    pub indexed_at: Timestamp,
}

/// The same as it is read.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PatrolRow {
    pub patrol: PatrolId,
    pub kind: String,
    pub lead_org: OrgId,
    pub campaign: Option<CampaignId>,
    pub state: String,
}

/// The cells of one patrol, day and footprint, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMasks {
    pub day: LocalDate,
    pub footprint: i64,
    pub version: i64,
    pub masks: Vec<u8>,
}

/// The cells of one patrol and day within one footprint.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MasksRow {
    pub day: LocalDate,
    pub patrol: PatrolId,
    pub masks: Vec<u8>,
}

/// The effort of one patrol, day and boundary, to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEffort {
    pub day: LocalDate,
    pub commune: String,
    pub boundary: Option<BoundaryId>,
    pub length_m: f64,
    pub duration_ms: i64,
    pub last_at: Timestamp,
    pub pieces: Vec<u8>,
}

/// The effort of one patrol, day and boundary.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EffortRow {
    pub day: LocalDate,
    pub patrol: PatrolId,
    pub boundary: Option<BoundaryId>,
    pub length_m: f64,
    pub duration_ms: i64,
    pub last_at: Timestamp,
    pub pieces: Vec<u8>,
}

/// Keeps the facts of a patrol whose rows span those days.
pub async fn keep_patrol(
    tx: &mut Tx,
    facts: &PatrolFacts,
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
    )
    .map(drop)
}

/// Renews the facts of a patrol whose rows stay as they are.
pub async fn rename_patrol(tx: &mut Tx, facts: &PatrolFacts) -> Result<(), Error> {
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
    )
    .map(drop)
}

/// The days that a patrol has rows on.
pub async fn days_of(tx: &mut Tx, patrol: PatrolId) -> Result<Vec<LocalDate>, Error> {
    on!(tx, |c| sqlx::query_scalar(DAYS_OF)
        .bind(patrol)
        .fetch_all(c))
}

/// Deletes a patrol's rows.
pub async fn forget(tx: &mut Tx, patrol: PatrolId) -> Result<(), Error> {
    changed!(tx, sqlx::query(FORGET_MASKS).bind(patrol))?;
    changed!(tx, sqlx::query(FORGET_EFFORT).bind(patrol)).map(drop)
}

/// Writes a patrol's cells.
pub async fn insert_masks(tx: &mut Tx, patrol: PatrolId, rows: &[NewMasks]) -> Result<(), Error> {
    for some in rows.chunks(ROWS_AT_ONCE) {
        on!(tx, |c| {
            let mut insert = sqlx::QueryBuilder::new(INSERT_MASKS);
            insert.push_values(some, |mut values, row| {
                values
                    .push_bind(patrol)
                    .push_bind(row.day)
                    .push_bind(row.footprint)
                    .push_bind(row.version)
                    .push_bind(row.masks.as_slice());
            });
            async move { insert.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

/// Writes a patrol's effort.
pub async fn insert_effort(tx: &mut Tx, patrol: PatrolId, rows: &[NewEffort]) -> Result<(), Error> {
    for some in rows.chunks(ROWS_AT_ONCE) {
        on!(tx, |c| {
            let mut insert = sqlx::QueryBuilder::new(INSERT_EFFORT);
            insert.push_values(some, |mut values, row| {
                values
                    .push_bind(patrol)
                    .push_bind(row.day)
                    .push_bind(row.commune.as_str())
                    .push_bind(row.boundary)
                    .push_bind(row.length_m)
                    .push_bind(row.duration_ms)
                    .push_bind(row.last_at)
                    .push_bind(row.pieces.as_slice());
            });
            async move { insert.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

/// Tells caches that what they know of a day is old.
pub async fn move_day_on(tx: &mut Tx, day: LocalDate) -> Result<(), Error> {
    changed!(tx, sqlx::query(MOVE_DAY_ON).bind(day)).map(drop)
}

/// The epochs of the days of a window on which anything is known.
pub async fn epochs(
    tx: &mut Tx,
    from: LocalDate,
    to: LocalDate,
) -> Result<Vec<(LocalDate, i64)>, Error> {
    on!(tx, |c| sqlx::query_as(EPOCHS)
        .bind(from)
        .bind(to)
        .fetch_all(c))
}

/// The patrols with rows on any day of a window.
pub async fn patrols_between(
    tx: &mut Tx,
    from: LocalDate,
    to: LocalDate,
) -> Result<Vec<PatrolRow>, Error> {
    on!(tx, |c| sqlx::query_as(PATROLS_BETWEEN)
        .bind(from)
        .bind(to)
        .fetch_all(c))
}

/// The cells seen in a window, by day and patrol.
pub async fn masks_between(
    tx: &mut Tx,
    from: LocalDate,
    to: LocalDate,
    footprint: i64,
    version: i64,
) -> Result<Vec<MasksRow>, Error> {
    on!(tx, |c| sqlx::query_as(MASKS_BETWEEN)
        .bind(from)
        .bind(to)
        .bind(footprint)
        .bind(version)
        .fetch_all(c))
}

/// The effort of a window, by day and patrol.
pub async fn effort_between(
    tx: &mut Tx,
    from: LocalDate,
    to: LocalDate,
) -> Result<Vec<EffortRow>, Error> {
    on!(tx, |c| sqlx::query_as(EFFORT_BETWEEN)
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
