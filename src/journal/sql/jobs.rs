//! Work that waits for the background workers.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::JobId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx, padded, pieces};
use crate::{changed, later, later_rows, on};

macro_rules! queue_jobs {
    () => {
        "INSERT INTO jobs (id, kind, subject, due_at, attempts, lease_until, state) "
    };
}
macro_rules! asked_again {
    () => {
        " ON CONFLICT (kind, subject) DO UPDATE SET id = excluded.id, due_at = CASE WHEN jobs.state = 'waiting' \
     AND jobs.due_at < excluded.due_at THEN jobs.due_at ELSE excluded.due_at END, lease_until = 0, \
     attempts = 0, state = 'waiting'"
    };
}
pub(super) const QUEUE_JOB: &str = concat!(
    queue_jobs!(),
    "VALUES ($1, $2, $3, $4, 0, 0, 'waiting')",
    asked_again!()
);
pub(super) const QUEUE_TWO_JOBS: &str = concat!(
    queue_jobs!(),
    "VALUES ($1, $2, $3, $4, 0, 0, 'waiting'), ($5, $6, $7, $8, 0, 0, 'waiting')",
    asked_again!()
);
pub(super) const QUEUE_JOBS: &str = concat!(
    queue_jobs!(),
    "SELECT w.id, w.kind, w.subject, w.due_at, 0, 0, 'waiting' \
     FROM UNNEST($1::UUID[], $2::TEXT[], $3::UUID[], $4::BIGINT[]) AS w (id, kind, subject, due_at)",
    asked_again!()
);
pub(super) const DUE_JOBS_OF: &str = "SELECT id, kind, subject, attempts FROM jobs \
     WHERE state = 'waiting' AND kind = $3 AND due_at <= $1 AND lease_until <= $1 ORDER BY due_at LIMIT $2";
pub(super) const DUE_JOBS_BUT: &str = "SELECT id, kind, subject, attempts FROM jobs \
     WHERE state = 'waiting' AND kind <> $3 AND due_at <= $1 AND lease_until <= $1 ORDER BY due_at LIMIT $2";
/// So many jobs most acts ask for at most; only where they are more does a text for any number of them pay.
const FEW: usize = 2;
const LEASE_JOBS: &str = "UPDATE jobs SET attempts = attempts + 1, lease_until = ";
pub(super) const FINISH_JOB: &str = "DELETE FROM jobs WHERE id = $1";
const FINISH_JOBS: &str = "DELETE FROM jobs WHERE id IN (";
pub(super) const DELAY_JOB: &str =
    "UPDATE jobs SET due_at = $2, lease_until = 0, state = $3, last_fault = $4 WHERE id = $1";
pub(super) const JOBS_IN_STATE: &str =
    "SELECT COUNT(*), MIN(due_at) FROM jobs WHERE kind = $1 AND state = $2";
pub(super) const WAITING_JOB: &str =
    "SELECT id FROM jobs WHERE kind = $1 AND subject = $2 AND state = 'waiting'";
pub(super) const JOB_KNOWN: &str = "SELECT COUNT(*) FROM jobs WHERE kind = $1 AND subject = $2";
pub(super) const JOBS_KNOWN: &str = "SELECT COUNT(*) FROM jobs WHERE kind = $1";

/// One piece of work that waits for the background worker.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct JobRow {
    /// Its id; changes when the same work is asked for again.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// What it is to be done to.
    pub subject: Uuid,
    /// How often it was tried.
    pub attempts: i64,
}

/// A piece of work to be asked for.
#[derive(Debug, Clone)]
pub struct NewJob<'a> {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: &'a str,
    /// What it is to be done to.
    pub subject: Uuid,
    /// From when on.
    pub due: Timestamp,
}

/// Asks for work, none of it twice in one list; the same work waiting already is not asked for twice, but done again if it
/// is under way. Of two times at which it should be done the earlier holds, so that nobody puts it off by asking again.
pub async fn queue(tx: &mut Tx, jobs: &[NewJob<'_>]) -> Result<(), Error> {
    // PostgreSQL takes no row twice in what goes together, and the same work may be asked for twice in an act.
    if matches!(tx, Tx::Postgres(_)) {
        if jobs.len() <= FEW {
            return queue_many(tx, jobs).await;
        }
        tx.settle().await?;
        later_rows!(tx, QUEUE_JOBS, jobs, |job| [
            job.id,
            job.kind,
            job.subject,
            job.due,
        ])?;
        return tx.settle().await;
    }
    match jobs {
        [job] => later!(tx, QUEUE_JOB, [job.id, job.kind, job.subject, job.due]),
        [one, other] => later!(
            tx,
            QUEUE_TWO_JOBS,
            [
                one.id,
                one.kind,
                one.subject,
                one.due,
                other.id,
                other.kind,
                other.subject,
                other.due,
            ]
        ),
        _ => queue_many(tx, jobs).await,
    }
}

async fn queue_many(tx: &mut Tx, jobs: &[NewJob<'_>]) -> Result<(), Error> {
    for piece in pieces(jobs) {
        on!(tx, |c| {
            let mut query = QueryBuilder::new(queue_jobs!());
            query.push_values(piece, |mut row, job| {
                row.push_bind(job.id).push_bind(job.kind);
                row.push_bind(job.subject).push_bind(job.due);
                row.push("0, 0, 'waiting'");
            });
            query.push(asked_again!());
            async move { query.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

/// Which kinds of jobs are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Kinds<'a> {
    /// That one.
    Only(&'a str),
    /// Every other one.
    AllBut(&'a str),
}

pub async fn due_jobs(
    tx: &mut Tx,
    kinds: Kinds<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<JobRow>, Error> {
    let (sql, kind) = match kinds {
        Kinds::Only(kind) => (DUE_JOBS_OF, kind),
        Kinds::AllBut(kind) => (DUE_JOBS_BUT, kind),
    };
    on!(tx, |c| sqlx::query_as(sql)
        .bind(now)
        .bind(limit)
        .bind(kind)
        .fetch_all(c))
}

/// Leases jobs; gives those for which no other process was faster.
pub async fn lease_jobs(
    tx: &mut Tx,
    ids: &[JobId],
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<JobId>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(LEASE_JOBS);
        query.push_bind(until);
        query.push(" WHERE state = 'waiting' AND lease_until <= ");
        query.push_bind(now).push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in padded(ids) {
            list.push_bind(id);
        }
        query.push(") RETURNING id");
        async move { query.build_query_scalar().fetch_all(c).await }
    })
}

/// Ends a job, unless it was asked for again meanwhile: its id then differs, and the answer is false.
pub async fn finish_job(tx: &mut Tx, id: JobId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(FINISH_JOB).bind(id)).map(|rows| rows > 0)
}

/// Ends jobs, apart from those that were asked for again meanwhile.
pub async fn finish_jobs(tx: &mut Tx, ids: &[JobId]) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    on!(tx, |c| {
        let mut query = QueryBuilder::new(FINISH_JOBS);
        let mut list = query.separated(", ");
        for id in padded(ids) {
            list.push_bind(id);
        }
        query.push(")");
        async move { query.build().execute(c).await.map(drop) }
    })
}

pub async fn delay_job(
    tx: &mut Tx,
    id: JobId,
    due: Timestamp,
    state: &str,
    fault: &str,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(DELAY_JOB)
            .bind(id)
            .bind(due)
            .bind(state)
            .bind(fault)
    )
    .map(drop)
}

/// How many jobs of a kind are in a state, and when the oldest was due.
pub async fn jobs_in_state(
    tx: &mut Tx,
    kind: &str,
    state: &str,
) -> Result<(i64, Option<Timestamp>), Error> {
    on!(tx, |c| sqlx::query_as(JOBS_IN_STATE)
        .bind(kind)
        .bind(state)
        .fetch_one(c))
}

/// The work of a kind that waits on a subject; what was set aside does not wait.
pub async fn waiting_job(tx: &mut Tx, kind: &str, subject: Uuid) -> Result<Option<JobId>, Error> {
    on!(tx, |c| sqlx::query_scalar(WAITING_JOB)
        .bind(kind)
        .bind(subject)
        .fetch_optional(c))
}

/// Whether work of a kind is in the queue, about a subject or about any.
pub async fn is_job_known(tx: &mut Tx, kind: &str, subject: Option<Uuid>) -> Result<bool, Error> {
    let count: i64 = match subject {
        Some(subject) => on!(tx, |c| sqlx::query_scalar(JOB_KNOWN)
            .bind(kind)
            .bind(subject)
            .fetch_one(c))?,
        None => on!(tx, |c| sqlx::query_scalar(JOBS_KNOWN)
            .bind(kind)
            .fetch_one(c))?,
    };
    Ok(count > 0)
}
