//! Work for later, asked for in the transaction that makes it necessary.

use std::time::Duration;

use uuid::Uuid;

use crate::base::ids::JobId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};

use super::service::Journal;
use super::sql::{self, JobRow, Kinds, NewJob};

/// Tries before a job is set aside as a dead letter.
const MAX_ATTEMPTS: i64 = 8;
const FIRST_DELAY_MS: i64 = 2_000;

impl Journal {
    /// Asks for work on a subject; asking twice is asking once.
    pub async fn queue(&self, tx: &mut Tx, kind: &str, subject: Uuid) -> Result<(), Error> {
        self.queue_at(tx, kind, subject, self.now()).await
    }

    /// Asks for work on a subject from an instant on; asking twice is asking once.
    pub async fn queue_at(
        &self,
        tx: &mut Tx,
        kind: &str,
        subject: Uuid,
        due_at: Timestamp,
    ) -> Result<(), Error> {
        self.queue_all(tx, &[(kind, subject, due_at)]).await
    }

    /// Asks for several works, none of which is named twice, each of a kind, on a subject and from an instant on; asking
    /// twice is asking once.
    pub async fn queue_all(
        &self,
        tx: &mut Tx,
        works: &[(&str, Uuid, Timestamp)],
    ) -> Result<(), Error> {
        let jobs = works.iter().map(|(kind, subject, due)| NewJob {
            id: JobId(self.ids().make()),
            kind,
            subject: *subject,
            due: *due,
        });
        sql::queue(tx, &jobs.collect::<Vec<_>>()).await
    }

    /// Takes up to `limit` due jobs of these kinds under a lease.
    pub async fn take_jobs(
        &self,
        kinds: Kinds<'_>,
        limit: i64,
        lease: Duration,
    ) -> Result<Vec<JobRow>, Error> {
        let mut tx = self.store().read().await?;
        let due = sql::due_jobs(&mut tx, kinds, self.now(), limit).await?;
        drop(tx);
        if due.is_empty() {
            return Ok(due);
        }
        let until = self
            .now()
            .plus_millis(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX / 2));
        let context = (due, self.now(), until);
        self.store()
            .write(context, |tx, (due, now, until)| {
                Box::pin(async move {
                    let ids: Vec<JobId> = due.iter().map(|job| job.id).collect();
                    let leased = sql::lease_jobs(tx, &ids, *now, *until).await?;
                    let taken = due.iter().filter(|job| leased.contains(&job.id));
                    Ok::<_, Error>(taken.cloned().collect())
                })
            })
            .await
    }

    /// Ends a job within the act that did its work.
    pub async fn finish_job(&self, tx: &mut Tx, job: JobId) -> Result<(), Error> {
        sql::finish_job(tx, job).await.map(drop)
    }

    /// Ends jobs within the act that did their work.
    pub async fn finish_jobs(&self, tx: &mut Tx, jobs: &[JobRow]) -> Result<(), Error> {
        let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
        sql::finish_jobs(tx, &ids).await
    }

    /// Ends a job; false when the work was asked for again since it was taken (or was done by another), so that what
    /// this job knows may be old.
    pub async fn finish_latest_job(&self, tx: &mut Tx, job: JobId) -> Result<bool, Error> {
        sql::finish_job(tx, job).await
    }

    /// Puts a job that failed back with a growing delay; after too many tries it is a dead letter.
    pub async fn delay_job(&self, job: &JobRow, fault: &str) -> Result<(), Error> {
        let dead = job.attempts + 1 >= MAX_ATTEMPTS;
        let delay = FIRST_DELAY_MS << job.attempts.clamp(0, 12);
        let context = (job.id, self.now().plus_millis(delay), fault.to_owned());
        self.store()
            .write(context, move |tx, (id, due, fault)| {
                let state = if dead { "dead" } else { "waiting" };
                Box::pin(async move { sql::delay_job(tx, *id, *due, state, fault).await })
            })
            .await
    }

    /// The job of a kind that waits on a subject, also one that is under way; one that failed too often waits no more.
    pub async fn waiting_job(
        &self,
        tx: &mut Tx,
        kind: &str,
        subject: Uuid,
    ) -> Result<Option<JobId>, Error> {
        sql::waiting_job(tx, kind, subject).await
    }

    /// How many jobs of a kind wait, and since when the oldest is due.
    pub async fn waiting(&self, kind: &str) -> Result<(i64, Option<Timestamp>), Error> {
        let mut tx = self.store().read().await?;
        sql::jobs_in_state(&mut tx, kind, "waiting").await
    }

    /// How many jobs of a kind failed too often and were set aside.
    pub async fn set_aside(&self, kind: &str) -> Result<i64, Error> {
        let mut tx = self.store().read().await?;
        Ok(sql::jobs_in_state(&mut tx, kind, "dead").await?.0)
    }
}
