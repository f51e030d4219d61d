//! One task that writes what many requests bring under one commit: a fix costs a share of a statement and of an fsync.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::journal::Journal;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::signs::{Sign, TrackerApp};
use crate::patrols::sql;
use crate::store::{self, Tx};

use super::{SEAL_JOB, SEALED_FIXES};

/// Requests that wait for their turn; more are told to come again.
const QUEUE: usize = 4096;
/// Requests under one commit: as many as a thousand phones that come back at once have under way, so that a live fix waits
/// for the commit under way and its own.
const AT_ONCE: usize = 1_024;
/// Devices whose fixes are counted; the chores find those that are forgotten.
const COUNTED: usize = 50_000;

/// What one request adds to the tail.
#[derive(Debug)]
pub(super) struct Addition {
    pub device: Uuid,
    pub app: TrackerApp,
    pub fixes: Vec<Fix>,
    pub sign: Option<Sign>,
}

type Answer = oneshot::Sender<Result<(), store::Error>>;

/// The way to the writing task, which starts with the first request and ends with the server.
#[derive(Debug, Default)]
pub(in crate::patrols::service) struct TailWriter {
    queue: OnceLock<mpsc::Sender<(Addition, Answer)>>,
}

impl TailWriter {
    /// Adds to the tail; answers once it is on disk.
    pub(super) async fn append(
        &self,
        journal: &Journal,
        addition: Addition,
    ) -> Result<(), store::Error> {
        let queue = self.queue.get_or_init(|| {
            let (queue, waiting) = mpsc::channel(QUEUE);
            tokio::spawn(write_all(journal.clone(), waiting));
            queue
        });
        let (answer, answered) = oneshot::channel();
        queue
            .try_send((addition, answer))
            .or(Err(store::Error::Busy("too many fixes wait".into())))?;
        answered
            .await
            .unwrap_or_else(|_| Err(store::Error::Unavailable("the tail's writer ended".into())))
    }
}

/// One commit's worth.
#[derive(Debug, Default)]
struct Batch {
    fixes: Vec<(Uuid, Fix)>,
    signs: Vec<(Uuid, TrackerApp, Sign)>,
    full: Vec<Uuid>,
    received_at: Option<Timestamp>,
}

async fn write_all(journal: Journal, mut waiting: mpsc::Receiver<(Addition, Answer)>) {
    let mut counts = HashMap::new();
    let mut taken = Vec::with_capacity(AT_ONCE);
    while waiting.recv_many(&mut taken, AT_ONCE).await > 0 {
        let (additions, answers): (Vec<Addition>, Vec<Answer>) = taken.drain(..).unzip();
        let batch = Batch::of(additions, &mut counts, journal.now());
        metrics::histogram!("tuantra_tail_batch_fixes").record(f64::from(
            u32::try_from(batch.fixes.len()).unwrap_or(u32::MAX),
        ));
        let written = write(&journal, batch).await;
        for answer in answers {
            let told = match &written {
                Ok(()) => Ok(()),
                Err(failure) => Err(failure.shared()),
            };
            // A phone that went away needs no answer; what it sent is stored all the same.
            let _ = answer.send(told);
        }
    }
}

impl Batch {
    fn of(additions: Vec<Addition>, counts: &mut HashMap<Uuid, usize>, now: Timestamp) -> Self {
        if counts.len() > COUNTED {
            counts.clear();
        }
        let mut signs = BTreeMap::new();
        let mut batch = Self {
            received_at: Some(now),
            ..Self::default()
        };
        for addition in additions {
            let device = addition.device;
            let count = counts.entry(device).or_default();
            *count += addition.fixes.len();
            if *count >= SEALED_FIXES {
                *count = 0;
                batch.full.push(device);
            }
            let fixes = addition.fixes.into_iter();
            batch.fixes.extend(fixes.map(|fix| (device, fix)));
            if let Some(sign) = addition.sign {
                let last = signs.entry(device).or_insert((addition.app, sign));
                if sign.at >= last.1.at {
                    *last = (addition.app, sign);
                }
            }
        }
        batch.fixes.sort_unstable();
        batch.full.sort_unstable();
        batch.full.dedup();
        let signs = signs.into_iter();
        batch.signs = signs
            .map(|(device, (app, sign))| (device, app, sign))
            .collect();
        batch
    }

    async fn write(&self, tx: &mut Tx, journal: &Journal) -> Result<(), store::Error> {
        let received_at = self.received_at.unwrap_or(journal.now());
        sql::append_tail(tx, &self.fixes, received_at).await?;
        sql::keep_signs(tx, &self.signs).await?;
        for device in &self.full {
            journal.queue(tx, SEAL_JOB, *device).await?;
        }
        Ok(())
    }
}

/// One act for many requests goes past whatever waits; the sequencer and the workers need to hear only of work that was
/// queued.
async fn write(journal: &Journal, batch: Batch) -> Result<(), store::Error> {
    let is_quiet = batch.full.is_empty();
    let context = (journal.clone(), batch);
    let written = journal
        .store()
        .write_ahead(context, |tx, (journal, batch)| {
            Box::pin(batch.write(tx, journal))
        });
    written.await?;
    if !is_quiet {
        journal.tell_written();
    }
    Ok(())
}
