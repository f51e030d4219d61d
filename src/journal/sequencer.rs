//! The leased sequencer: numbers committed entries in batches, one process at a time, and extends the tree over them.

use std::time::Duration;

use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::store::{Error, Tx};

use super::service::Journal;
use super::sql;
use super::tree;

/// So long after the last batch of a process that has ended no other numbers anything, be it the one that was started in
/// its place.
const LEASE_MS: i64 = 3_000;
const BATCH: i64 = sql::NUMBERED_AT_ONCE;
/// A merge delay that a phone can wait for; other processes' entries are found by this poll.
const POLL: Duration = Duration::from_secs(1);
/// Entries that arrive together are numbered together. Each batch costs a commit of its own; receipts do not wait for it.
const GATHER: Duration = Duration::from_millis(100);
/// The same while entries keep coming: writers wait for fewer batches, and readers of the log look once a second.
const GATHER_MANY: Duration = Duration::from_millis(250);
/// So many in a batch are entries that keep coming.
const MANY: i64 = 16;

/// How far a batch got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Done {
    /// Entries that were put into the tree.
    count: i64,
    may_be_more: bool,
}

impl Done {
    /// Nothing that was committed waits.
    const NOTHING: Self = Self {
        count: 0,
        may_be_more: false,
    };

    /// Until the next batch.
    fn gathering(self) -> Duration {
        if self.count < MANY {
            GATHER
        } else {
            GATHER_MANY
        }
    }
}

impl Journal {
    /// Numbers entries until the process ends.
    pub async fn run_sequencer(self) {
        let holder = self.ids().make();
        let mut gathering = GATHER;
        loop {
            let _ = tokio::time::timeout(POLL, self.until_written()).await;
            tokio::time::sleep(gathering).await;
            match self.number_in_turn(holder).await {
                Ok(done) => gathering = done.gathering(),
                Err(error) => tracing::warn!(%error, "entries could not be numbered"),
            }
        }
    }

    /// Numbers everything that is committed now (commands and tests; takes its turn with a running server).
    pub async fn sequence_all(&self) -> Result<(), Error> {
        while self
            .store()
            .write(self.clone(), |tx, journal| Box::pin(journal.number(tx)))
            .await?
            .may_be_more
        {}
        Ok(())
    }

    /// Numbers what waits for its number, one batch at most: for readers who must find what was committed a moment ago.
    /// The sequencer goes on with more.
    pub async fn number_waiting_entries(&self) -> Result<(), Error> {
        let mut reader = self.store().read().await?;
        let found = sql::sequencer(&mut reader).await?;
        drop(reader);
        if found.waiting.is_some() {
            self.store()
                .write(self.clone(), |tx, journal| Box::pin(journal.number(tx)))
                .await?;
        }
        Ok(())
    }

    /// Looks whether anything is to be numbered here, and numbers all of it; tells of the last batch.
    async fn number_in_turn(&self, holder: Uuid) -> Result<Done, Error> {
        let mut reader = self.store().read().await?;
        // Another process may have changed the key: receipts follow at the next look, not at the next entry.
        self.present_signer(&mut reader).await?;
        let found = sql::sequencer(&mut reader).await?;
        drop(reader);
        // Whoever only waited for the leader's row to hear that it is the leader's would do so ten times a second.
        if found.is_idle() || found.is_led_by_another(holder, self.now()) {
            return Ok(Done::NOTHING);
        }
        loop {
            let context = (self.clone(), holder, self.now());
            let batch = self.store().write(context, |tx, (journal, holder, now)| {
                Box::pin(journal.number_leased(tx, *holder, *now))
            });
            let done = batch.await?;
            if !done.may_be_more {
                return Ok(done);
            }
        }
    }

    /// The lease keeps several processes from doing the same work; correctness rests on the row lock alone.
    async fn number_leased(
        &self,
        tx: &mut Tx,
        holder: Uuid,
        now: Timestamp,
    ) -> Result<Done, Error> {
        match sql::take_lease(tx, holder, now.plus_millis(LEASE_MS), now).await? {
            Some(next) => self.number_from(tx, next).await,
            None => Ok(Done::NOTHING),
        }
    }

    async fn number(&self, tx: &mut Tx) -> Result<Done, Error> {
        let next = sql::lock_sequencer(tx).await?;
        self.number_from(tx, next).await
    }

    /// Numbers a batch, puts its leaves into the tree and signs the head over them, all in the caller's act, which has
    /// locked the sequencer's row and read the next number there.
    async fn number_from(&self, tx: &mut Tx, next: i64) -> Result<Done, Error> {
        let edge = tree::edge(tx).await?;
        let size = edge.size().cast_signed();
        // Entries that were numbered before there was a tree are not in it yet.
        let is_behind = size < next;
        let leaves = if is_behind {
            sql::leaves_from(tx, size, BATCH).await?
        } else {
            sql::number_waiting(tx, next).await?
        };
        if leaves.is_empty() {
            return Ok(Done::NOTHING);
        }
        let count = i64::try_from(leaves.len()).unwrap_or(i64::MAX);
        let signer = self.present_signer(tx).await?;
        if !is_behind {
            sql::set_next_seq(tx, next + count).await?;
        }
        tree::extend(tx, edge, &leaves, self.place(), self.now(), &signer).await?;
        Ok(Done {
            count,
            may_be_more: is_behind || count >= BATCH,
        })
    }
}
