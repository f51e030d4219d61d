//! Kept forms, and what communes say of periods in which nothing happened.

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::{LocalDate, Timestamp};
use crate::store::{Error, Tx};
use crate::{changed, on};

const LAST_ENTRY: &str =
    "SELECT id FROM journal_entries WHERE seq = (SELECT MAX(seq) FROM journal_entries)";
const RECEIVED_AT: &str =
    "SELECT received_at FROM journal_entries WHERE id = $1 AND seq IS NOT NULL";
const INSERT_RUN: &str = "INSERT INTO report_runs (id, entry, form, first_day, last_day, as_of, reach, made_by, made_at, \
     body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const RUN: &str = "SELECT id, entry, form, first_day, last_day, as_of, reach, made_by, made_at, body FROM report_runs \
     WHERE id = $1";
const RUNS: &str = "SELECT id, entry, form, first_day, last_day, as_of, reach, made_by, made_at, '' AS body \
     FROM report_runs ORDER BY made_at DESC, id DESC LIMIT 500";
const INSERT_NOTHING: &str = "INSERT INTO report_nothing (id, entry, commune, period, first_day, through, said_by, said_at, \
     note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const RETRACT_NOTHING: &str = "UPDATE report_nothing SET retracted_by = $2, retracted_at = $3 \
     WHERE id = $1 AND retracted_by IS NULL";
const STANDING: &str = "SELECT id, commune, period, first_day, through, said_by, said_at, note FROM report_nothing \
     WHERE commune = $1 AND period = $2 AND retracted_by IS NULL ORDER BY said_at DESC, id DESC LIMIT 1";
const NOTHING_BETWEEN: &str = "SELECT n.id, n.commune, n.period, n.first_day, n.through, n.said_by, n.said_at, n.note \
     FROM report_nothing n JOIN journal_entries e ON e.id = n.entry \
     LEFT JOIN journal_entries r ON r.id = n.retracted_by \
     WHERE n.first_day <= $1 AND n.through >= $2 AND (n.retracted_by IS NULL OR (r.seq > $3 AND $3 >= 0)) \
     AND ($3 < 0 OR e.seq <= $3) ORDER BY n.commune, n.said_at, n.id";
const SEQ: &str = "SELECT seq FROM journal_entries WHERE id = $1";

const RUNS_FROM: &str = "SELECT id, entry, form, first_day, last_day, as_of, reach, made_by, made_at, body FROM report_runs \
     WHERE id > $1 ORDER BY id LIMIT 50";
const NOTHING_FROM: &str = "SELECT id, entry, commune, period, through, said_by, note, retracted_by FROM report_nothing \
     WHERE id > $1 ORDER BY id LIMIT 500";

/// Every statement of reports, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    LAST_ENTRY,
    RECEIVED_AT,
    INSERT_RUN,
    RUN,
    RUNS,
    INSERT_NOTHING,
    RETRACT_NOTHING,
    STANDING,
    NOTHING_BETWEEN,
    SEQ,
    RUNS_FROM,
    NOTHING_FROM,
];

/// A kept form.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RunRow {
    pub id: Uuid,
    pub entry: EntryId,
    pub form: String,
    pub first_day: LocalDate,
    pub last_day: LocalDate,
    pub as_of: Option<EntryId>,
    pub reach: String,
    pub made_by: Uuid,
    pub made_at: Timestamp,
    pub body: String,
}

/// That a commune says that nothing happened.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NothingRow {
    pub id: Uuid,
    pub commune: String,
    pub period: String,
    pub first_day: LocalDate,
    pub through: LocalDate,
    pub said_by: Uuid,
    pub said_at: Timestamp,
    pub note: Option<String>,
}

/// The same with its entries, for the pass that holds it against the log.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptNothing {
    pub id: Uuid,
    pub entry: EntryId,
    pub commune: String,
    pub period: String,
    pub through: LocalDate,
    pub said_by: Uuid,
    pub note: Option<String>,
    pub retracted_by: Option<EntryId>,
}

/// Kept forms after an id, with their bodies.
pub async fn runs_from(tx: &mut Tx, id: Uuid) -> Result<Vec<RunRow>, Error> {
    on!(tx, |c| sqlx::query_as(RUNS_FROM).bind(id).fetch_all(c))
}

/// What communes said of periods, after an id.
pub async fn nothing_from(tx: &mut Tx, id: Uuid) -> Result<Vec<KeptNothing>, Error> {
    on!(tx, |c| sqlx::query_as(NOTHING_FROM).bind(id).fetch_all(c))
}

/// The last numbered entry.
pub async fn last_entry(tx: &mut Tx) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(LAST_ENTRY).fetch_optional(c))
}

/// When a numbered entry was received.
pub async fn received_at(tx: &mut Tx, entry: EntryId) -> Result<Option<Timestamp>, Error> {
    on!(tx, |c| sqlx::query_scalar(RECEIVED_AT)
        .bind(entry)
        .fetch_optional(c))
}

pub async fn insert_run(tx: &mut Tx, row: &RunRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_RUN)
            .bind(row.id)
            .bind(row.entry)
            .bind(row.form.as_str())
            .bind(row.first_day)
            .bind(row.last_day)
            .bind(row.as_of)
            .bind(row.reach.as_str())
            .bind(row.made_by)
            .bind(row.made_at)
            .bind(row.body.as_str())
    )
    .map(drop)
}

pub async fn run(tx: &mut Tx, id: Uuid) -> Result<Option<RunRow>, Error> {
    on!(tx, |c| sqlx::query_as(RUN).bind(id).fetch_optional(c))
}

/// Kept forms, the newest first, without their bodies.
pub async fn runs(tx: &mut Tx) -> Result<Vec<RunRow>, Error> {
    on!(tx, |c| sqlx::query_as(RUNS).fetch_all(c))
}

pub async fn insert_nothing(tx: &mut Tx, row: &NothingRow, entry: EntryId) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_NOTHING)
            .bind(row.id)
            .bind(entry)
            .bind(row.commune.as_str())
            .bind(row.period.as_str())
            .bind(row.first_day)
            .bind(row.through)
            .bind(row.said_by)
            .bind(row.said_at)
            .bind(row.note.as_deref())
    )
    .map(drop)
}

pub async fn retract_nothing(
    tx: &mut Tx,
    id: Uuid,
    by: EntryId,
    at: Timestamp,
) -> Result<bool, Error> {
    let done = changed!(tx, sqlx::query(RETRACT_NOTHING).bind(id).bind(by).bind(at));
    Ok(done? > 0)
}

/// What a commune says of a period, if it stands.
pub async fn standing(
    tx: &mut Tx,
    commune: &str,
    period: &str,
) -> Result<Option<NothingRow>, Error> {
    on!(tx, |c| sqlx::query_as(STANDING)
        .bind(commune)
        .bind(period)
        .fetch_optional(c))
}

/// What communes say of any day of a window, now or as of an entry.
pub async fn nothing_between(
    tx: &mut Tx,
    from: LocalDate,
    to: LocalDate,
    as_of: Option<EntryId>,
) -> Result<Vec<NothingRow>, Error> {
    let seq: Option<Option<i64>> = match as_of {
        Some(entry) => on!(tx, |c| sqlx::query_scalar(SEQ)
            .bind(entry)
            .fetch_optional(c))?,
        None => None,
    };
    on!(tx, |c| sqlx::query_as(NOTHING_BETWEEN)
        .bind(to)
        .bind(from)
        .bind(seq.flatten().unwrap_or(-1))
        .fetch_all(c))
}
