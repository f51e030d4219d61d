//! Sealing: a device's tail becomes chunks of the patrols that its fixes join by time; the rest is held.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::base::actor::{Actor, Door, Principal};
use crate::base::ids::{JobId, PatrolId, TeamId};
use crate::base::origin::Origin;
use crate::journal::JobRow;
use crate::journal::model::sha256;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::patrol::PatrolDraft;
use crate::patrols::model::window::Window;
use crate::patrols::sql;
use crate::store::{self, Tx};

use super::super::{Error, Patrols};
use super::read::of_store;
use super::{SEAL_AROUND_JOB, SEALED_FIXES};

/// So long a fix waits in the tail.
const LONGEST_MS: i64 = 600_000;
/// Devices that one run of the chore looks at.
const BATCH: i64 = 1_000;

impl Patrols {
    /// The job of a device whose tail is full.
    pub async fn seal_tail(&self, device: Uuid, job: JobId) -> Result<(), Error> {
        self.journal
            .write((self.clone(), device, job), |tx, (patrols, device, job)| {
                Box::pin(async move {
                    patrols.seal_act(tx, *device).await?;
                    Ok(patrols.journal.finish_job(tx, *job).await?)
                })
            })
            .await
    }

    /// Seals every tail that is full or has waited long enough; gives how many. One that cannot be sealed is told of in
    /// the server's own log and tried again at the next run.
    pub async fn seal_due(&self) -> Result<usize, Error> {
        let waited = self.journal.now().plus_millis(-LONGEST_MS);
        let fixes = i64::try_from(SEALED_FIXES).unwrap_or(i64::MAX);
        let mut tx = self.journal.store().read().await?;
        let due = sql::tail_due(&mut tx, fixes, waited, BATCH).await?;
        drop(tx);
        let mut done = 0;
        for device in due {
            match self.seal_of(device).await {
                Ok(()) => done += 1,
                Err(error) => tracing::warn!(%error, %device, "a tail could not be sealed"),
            }
        }
        Ok(done)
    }

    /// Seals a device's tail, or every one with a fix that was received by now: for what must hold all that was
    /// acknowledged. Unlike the chore it fails when one cannot be sealed.
    pub async fn seal_waiting(&self, device: Option<Uuid>) -> Result<(), store::Error> {
        if let Some(device) = device {
            return self.seal_of(device).await.map_err(of_store);
        }
        let now = self.journal.now();
        loop {
            let mut tx = self.journal.store().read().await?;
            let waiting = sql::tail_due(&mut tx, i64::MAX, now, BATCH).await?;
            drop(tx);
            if waiting.is_empty() {
                return Ok(());
            }
            for device in waiting {
                self.seal_of(device).await.map_err(of_store)?;
            }
        }
    }

    async fn seal_of(&self, device: Uuid) -> Result<(), Error> {
        self.journal
            .write((self.clone(), device), |tx, (patrols, device)| {
                Box::pin(patrols.seal_act(tx, *device))
            })
            .await
    }

    /// Seals, with a patrol that ends, the tail of the device that says so. Those of its team are sealed by a job, each in an
    /// act of its own: a team may have any number of devices, and whoever writes waits for this act.
    pub(in crate::patrols::service) async fn seal_ended(
        &self,
        tx: &mut Tx,
        device: Uuid,
        (patrol, draft): (PatrolId, &PatrolDraft),
    ) -> Result<(), Error> {
        if draft.ended_at().is_none() {
            return Ok(());
        }
        let window = Window::of(draft.started_at(), draft.ended_at(), None);
        if sql::is_in_tail(tx, device, (window.from, window.to)).await? {
            self.seal_act(tx, device).await?;
        }
        Ok(self.journal.queue(tx, SEAL_AROUND_JOB, patrol.0).await?)
    }

    /// The jobs of patrols that ended: seals the tails of their teams that they may take fixes of, each once. One that cannot
    /// be sealed is told of in the server's own log and left to the chore.
    pub async fn seal_around(&self, jobs: &[JobRow]) -> Result<(), Error> {
        let mut devices = BTreeSet::new();
        let mut tx = self.journal.store().read().await?;
        for job in jobs {
            let row = sql::patrol(&mut tx, PatrolId(job.subject)).await?;
            if let Some(row) = row.filter(|row| row.ended_at.is_some()) {
                let window = Window::of(row.started_at, row.ended_at, None);
                let span = (window.from, window.to);
                devices.extend(sql::tails_around(&mut tx, &row, span).await?);
            }
        }
        drop(tx);
        for device in devices {
            if let Err(error) = self.seal_of(device).await {
                tracing::warn!(%error, %device, "a tail could not be sealed");
            }
        }
        self.journal
            .write((self.clone(), jobs.to_vec()), |tx, (patrols, jobs)| {
                Box::pin(async move { Ok(patrols.journal.finish_jobs(tx, jobs).await?) })
            })
            .await
    }

    /// Seals a device's tail, whatever is in it.
    pub(in crate::patrols::service) async fn seal_act(
        &self,
        tx: &mut Tx,
        device: Uuid,
    ) -> Result<(), Error> {
        let rows = sql::take_tail(tx, device).await?;
        let Some(received_at) = rows.iter().map(|row| row.received_at).min() else {
            return Ok(());
        };
        let fixes = rows.iter().map(sql::TailRow::fix);
        let mut fixes = fixes.collect::<Result<Vec<Fix>, store::Error>>()?;
        fixes.sort_unstable();
        let actor = tracker(device, sql::team_of(tx, device).await?);
        let request = sha256(&bytes_of(&fixes));
        self.join_fixes(tx, &actor, (None, received_at), &fixes, &request)
            .await?;
        Ok(())
    }
}

/// Stands for the requests that brought a sealed chunk's fixes: the fixes themselves, each in one way.
fn bytes_of(fixes: &[Fix]) -> Vec<u8> {
    let keys = fixes.iter().map(Fix::key);
    let numbers = keys.flat_map(|key| {
        let (lon, lat) = (i64::from(key.lon_e7), i64::from(key.lat_e7));
        [key.t.as_millis(), lon, lat]
    });
    numbers.flat_map(i64::to_be_bytes).collect()
}

/// A device on its tracker's behalf, as of now.
pub(super) fn tracker(device: Uuid, team: Option<TeamId>) -> Actor {
    Actor {
        id: device,
        principal: Principal::Device,
        door: Door::Tracker,
        token: None,
        team,
        org: None,
        read_only: false,
        grants: Vec::new(),
        origin: Origin::default(),
    }
}
