//! The worker: makes approved files, keeps them in pieces beside the blobs, and removes them when their days are over.
//!
//! A worker that dies leaves nothing that counts: its lease ends, the next one begins the file again, and its pieces
//! bear its own attempt's number.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use crate::base::actor::CONSOLE;
use crate::base::time::Timestamp;
use crate::blobs::Shelved;
use crate::store::BoxFuture;

use super::make::{Made, Watch};
use super::orders::ExportState;
use super::sql::{self, ExportRow};
use super::{Error, Exports};

/// How long a worker may be silent before another begins anew.
const LEASE: Duration = Duration::from_mins(2);
/// Tries before a file is given up.
const MOST_TRIES: i64 = 5;
/// What a crash left in the folder is removed after so long, ms.
const LEFTOVER_MS: i64 = 6 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// A file on its way; it goes with this value.
#[derive(Debug)]
pub(super) struct Scratch(pub PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What a crash leaves behind is removed by its age.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Keeps the lease while a file is made, and ends it when its asker took it back.
struct Working<'a> {
    exports: &'a Exports,
    row: &'a ExportRow,
}

impl Watch for Working<'_> {
    fn at(&self, features: u64) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let done = i64::try_from(features).unwrap_or(i64::MAX);
            let own = (self.row.id, self.row.attempt);
            let context = (own, done, self.exports.leased_until());
            let goes_on = self.exports.journal.store().write(context, |tx, context| {
                let (own, done, until) = *context;
                Box::pin(async move { Ok::<_, Error>(sql::beat(tx, own, done, until).await?) })
            });
            if goes_on.await? {
                Ok(())
            } else {
                Err(Error::Stopped)
            }
        })
    }
}

impl Exports {
    /// Makes the file that waits longest; false when none waits.
    pub async fn run_next(&self) -> Result<bool, Error> {
        let now = self.journal.now();
        let mut tx = self.journal.store().read().await?;
        let Some(id) = sql::next(&mut tx, now).await? else {
            return Ok(false);
        };
        let before = sql::export(&mut tx, id).await?.ok_or(Error::NotFound)?;
        drop(tx);
        let context = (id, now, self.leased_until());
        let begun = self.journal.store().write(context, |tx, context| {
            let (id, now, until) = *context;
            Box::pin(async move {
                if !sql::begin(tx, id, now, until).await? {
                    return Ok(None);
                }
                Ok::<_, Error>(sql::export(tx, id).await?)
            })
        });
        let Some(row) = begun.await? else {
            return Ok(true);
        };
        // What an attempt that died has left.
        self.drop_file(before.id, before.attempt).await;
        if let Err(error) = Box::pin(self.make_ordered(&row)).await {
            self.drop_file(row.id, row.attempt).await;
            if matches!(error, Error::Stopped) {
                return Ok(true);
            }
            tracing::warn!(%error, row.attempt, "an export could not be made");
            if error.is_lasting() || row.attempt >= MOST_TRIES {
                self.fail(&row, &error).await?;
            }
        }
        Ok(true)
    }

    fn leased_until(&self) -> Timestamp {
        let lease = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
        self.journal.now().plus_millis(lease)
    }

    async fn make_ordered(&self, row: &ExportRow) -> Result<(), Error> {
        let asker = self.identity.account_actor(row.asker).await?;
        let asker = asker.ok_or(Error::Forbidden)?;
        let wanted = row.wanted()?;
        let scratch = self.scratch(wanted.format).await?;
        let watch = Working { exports: self, row };
        let made = self.make(&asker, &wanted, &scratch.0, &watch).await?;
        self.shelve(&scratch.0, row, &made, &watch).await?;
        self.finish(row, made).await
    }

    /// A path of its own for a file on its way.
    pub(super) async fn scratch(&self, format: super::Format) -> Result<Scratch, Error> {
        tokio::fs::create_dir_all(&*self.folder).await?;
        let name = format!("{}.{format}", self.journal.ids().make());
        Ok(Scratch(self.folder.join(name)))
    }

    async fn shelve(
        &self,
        path: &Path,
        row: &ExportRow,
        made: &Made,
        watch: &dyn Watch,
    ) -> Result<(), Error> {
        let mut file = File::open(path).await?;
        let mut left = made.bytes;
        for number in 0.. {
            if left == 0 {
                break;
            }
            let length = left.min(Shelved::PIECE);
            let mut piece = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
            file.read_exact(&mut piece).await?;
            let place = shelf(row.id, row.attempt);
            self.blobs.shelve(place, number, Bytes::from(piece)).await?;
            left -= length;
            watch.at(made.features()).await?;
        }
        Ok(())
    }

    async fn finish(&self, row: &ExportRow, made: Made) -> Result<(), Error> {
        let context = (self.clone(), row.clone(), made);
        let is_kept = self.journal.write(context, |tx, (exports, row, made)| {
            Box::pin(async move {
                let now = exports.journal.now();
                let until = now.plus_millis(i64::from(exports.limits.days) * DAY_MS);
                if !sql::finish(tx, (row.id, row.attempt), made, (now, until)).await? {
                    return Ok(false);
                }
                let told = json!({
                    "features": made.counts, "as_of": made.as_of, "is_settled": made.is_settled,
                    "bytes": made.bytes, "sha256": crate::base::hex(&made.sha256),
                });
                exports.step(tx, row.asker, row.id, "made", told).await?;
                Ok::<_, Error>(true)
            })
        });
        if is_kept.await? {
            Ok(())
        } else {
            Err(Error::Stopped)
        }
    }

    async fn fail(&self, row: &ExportRow, error: &Error) -> Result<(), Error> {
        let context = (self.clone(), row.clone(), error.told());
        self.journal
            .write(context, |tx, (exports, row, fault)| {
                Box::pin(async move {
                    let now = exports.journal.now();
                    if sql::fail(tx, (row.id, row.attempt), now, fault).await? {
                        let told = json!({ "fault": fault });
                        exports.step(tx, row.asker, row.id, "failed", told).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Removes the pieces of an attempt.
    pub(super) async fn drop_file(&self, id: Uuid, attempt: i64) {
        if attempt > 0
            && let Err(error) = self.blobs.clear_shelf(shelf(id, attempt)).await
        {
            tracing::warn!(%error, "an export's pieces could not be removed");
        }
    }

    /// Removes files whose days are over, and what crashes left in the folder.
    pub async fn expire(&self) -> Result<(), Error> {
        let now = self.journal.now();
        let due = {
            let mut tx = self.journal.store().read().await?;
            sql::due(&mut tx, now).await?
        };
        for row in due {
            let context = (self.clone(), row.id);
            let is_first = self
                .journal
                .write(context, |tx, (exports, id)| {
                    Box::pin(async move {
                        if !sql::expire(tx, *id).await? {
                            return Ok(false);
                        }
                        exports.step(tx, CONSOLE, *id, "expired", json!({})).await?;
                        Ok::<_, Error>(true)
                    })
                })
                .await?;
            if is_first {
                self.drop_file(row.id, row.attempt).await;
            }
        }
        self.sweep().await
    }

    async fn sweep(&self) -> Result<(), Error> {
        let Ok(mut folder) = tokio::fs::read_dir(&*self.folder).await else {
            return Ok(());
        };
        while let Some(file) = folder.next_entry().await? {
            let changed = file.metadata().await.and_then(|meta| meta.modified());
            let Ok(changed) = changed else { continue };
            let age = changed
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap_or_default();
            let changed_ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
            if self.journal.now().as_millis().saturating_sub(changed_ms) > LEFTOVER_MS {
                tokio::fs::remove_file(file.path()).await?;
            }
        }
        Ok(())
    }
}

/// Where the pieces of an attempt are.
pub(super) fn shelf(id: Uuid, attempt: i64) -> Shelved {
    Shelved { id, attempt }
}

impl ExportRow {
    pub(super) fn state(&self) -> Result<ExportState, Error> {
        Ok(self.state.parse().or(Err(self.corrupt("state")))?)
    }
}
