//! The leased sequencer: numbers committed entries in batches, one process at a time, and extends the tree over them.

use std::time::Duration;

use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::store::{Error, Tx};

use super::service::Journal;
use super::sql;
use super::tree;

const LEASE_MS: i64 = 15_000;
const BATCH: i64 = sql::NUMBERED_AT_ONCE;
/// A merge delay that a phone can wait for; other processes' entries are found by this poll.
const POLL: Duration = Duration::from_secs(1);
/// Entries that arrive together are numbered together. Each batch costs a commit of its own; receipts do not wait for it.
const GATHER: Duration = Duration::from_millis(100);

/// How far a batch got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    /// Nothing that was committed waits any more.
    All,
    /// A batch; more may wait.
    Batch,
}

impl Done {
    fn may_be_more(self) -> bool {
        self == Self::Batch
    }
}

impl Journal {
    /// Numbers entries until the process ends.
    pub async fn run_sequencer(self) {
        let holder = self.ids().make();
        loop {
            let _ = tokio::time::timeout(POLL, self.until_written()).await;
            tokio::time::sleep(GATHER).await;
            loop {
                match self.sequence_batch(holder).await {
                    Ok(done) if done.may_be_more() => {}
                    Ok(_) => break,
                    Err(error) => {
                        tracing::warn!(%error, "entries could not be numbered");
                        break;
                    }
                }
            }
        }
    }

    /// Numbers everything that is committed now (commands and tests; takes its turn with a running server).
    pub async fn sequence_all(&self) -> Result<(), Error> {
        while self
            .store()
            .write(self.clone(), |tx, journal| Box::pin(journal.number(tx)))
            .await?
            .may_be_more()
        {}
        Ok(())
    }

    /// Numbers what waits for its number, one batch at most: for readers who must find what was committed a moment ago.
    /// The sequencer goes on with more.
    pub async fn number_waiting_entries(&self) -> Result<(), Error> {
        let mut reader = self.store().read().await?;
        let is_idle = !sql::is_any_unsequenced(&mut reader).await?;
        drop(reader);
        if !is_idle {
            self.store()
                .write(self.clone(), |tx, journal| Box::pin(journal.number(tx)))
                .await?;
        }
        Ok(())
    }

    async fn sequence_batch(&self, holder: Uuid) -> Result<Done, Error> {
        let mut reader = self.store().read().await?;
        // Another process may have changed the key: receipts follow at the next look, not at the next entry.
        self.present_signer(&mut reader).await?;
        let is_idle =
            !sql::is_any_unsequenced(&mut reader).await? && !self.is_behind(&mut reader).await?;
        drop(reader);
        if is_idle {
            return Ok(Done::All);
        }
        let context = (self.clone(), holder, self.now());
        self.store()
            .write(context, |tx, (journal, holder, now)| {
                Box::pin(journal.number_leased(tx, *holder, *now))
            })
            .await
    }

    /// The lease keeps several processes from doing the same work; correctness rests on the row lock alone.
    async fn number_leased(
        &self,
        tx: &mut Tx,
        holder: Uuid,
        now: Timestamp,
    ) -> Result<Done, Error> {
        if sql::take_lease(tx, holder, now.plus_millis(LEASE_MS), now).await? {
            self.number(tx).await
        } else {
            Ok(Done::All)
        }
    }

    /// Whether entries that were numbered before there was a tree are not in it yet.
    async fn is_behind(&self, tx: &mut Tx) -> Result<bool, Error> {
        let head = sql::last_head(tx).await?;
        Ok(head.map_or(0, |head| head.size) < sql::next_seq(tx).await?)
    }

    /// Numbers a batch, puts its leaves into the tree and signs the head over them, all in the caller's act.
    async fn number(&self, tx: &mut Tx) -> Result<Done, Error> {
        sql::lock_sequencer(tx).await?;
        let next = sql::next_seq(tx).await?;
        let edge = tree::edge(tx).await?;
        let size = edge.size().cast_signed();
        let leaves = if size < next {
            sql::leaves_from(tx, size, BATCH).await?
        } else {
            Self::number_waiting(tx, next).await?
        };
        if leaves.is_empty() {
            return Ok(Done::All);
        }
        let signer = self.present_signer(tx).await?;
        tree::extend(tx, edge, &leaves, self.place(), self.now(), &signer).await?;
        if size < next || is_full(&leaves) {
            Ok(Done::Batch)
        } else {
            Ok(Done::All)
        }
    }

    /// Gives the next numbers to entries without one; gives their leaves.
    async fn number_waiting(tx: &mut Tx, next: i64) -> Result<Vec<Vec<u8>>, Error> {
        let numbered = sql::number_waiting(tx, next).await?;
        if numbered == 0 {
            return Ok(Vec::new());
        }
        sql::set_next_seq(tx, next + numbered).await?;
        sql::leaves_from(tx, next, numbered).await
    }
}

fn is_full(leaves: &[Vec<u8>]) -> bool {
    i64::try_from(leaves.len()).is_ok_and(|count| count >= BATCH)
}
