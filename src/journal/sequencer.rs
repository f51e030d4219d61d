//! The leased sequencer: numbers committed entries in batches, one process at a time.

use std::time::Duration;

use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::store::{Error, Tx};

use super::service::Journal;
use super::sql;

const LEASE_MS: i64 = 15_000;
const BATCH: i64 = 2_000;
/// A merge delay that a phone can wait for; other processes' entries are found by this poll.
const POLL: Duration = Duration::from_secs(1);
/// Entries that arrive together are numbered together.
const GATHER: Duration = Duration::from_millis(20);

impl Journal {
    /// Numbers entries until the process ends.
    pub async fn run_sequencer(self) {
        let holder = self.ids().make();
        loop {
            let _ = tokio::time::timeout(POLL, self.until_written()).await;
            tokio::time::sleep(GATHER).await;
            loop {
                match self.sequence_batch(holder).await {
                    Ok(numbered) if numbered >= BATCH => {}
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
            .write((), |tx, ()| Box::pin(number(tx)))
            .await?
            >= BATCH
        {}
        Ok(())
    }

    async fn sequence_batch(&self, holder: Uuid) -> Result<i64, Error> {
        let mut reader = self.store().read().await?;
        if sql::unsequenced(&mut reader, 1).await?.is_empty() {
            return Ok(0);
        }
        drop(reader);
        let context = (holder, self.now());
        self.store()
            .write(context, |tx, (holder, now)| {
                Box::pin(number_leased(tx, *holder, *now))
            })
            .await
    }
}

/// The lease keeps several processes from doing the same work; correctness rests on the row lock alone.
async fn number_leased(tx: &mut Tx, holder: Uuid, now: Timestamp) -> Result<i64, Error> {
    if sql::take_lease(tx, holder, now.plus_millis(LEASE_MS), now).await? {
        number(tx).await
    } else {
        Ok(0)
    }
}

async fn number(tx: &mut Tx) -> Result<i64, Error> {
    sql::lock_sequencer(tx).await?;
    let waiting = sql::unsequenced(tx, BATCH).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let first = sql::next_seq(tx).await?;
    let mut seq = first;
    for entry in waiting {
        sql::number_entry(tx, entry, seq).await?;
        seq += 1;
    }
    sql::set_next_seq(tx, seq).await?;
    Ok(seq - first)
}
