//! Collecting bytes that nothing names: uploads that ended between bytes and row.

use futures::StreamExt;
use uuid::Uuid;

use crate::base::ids::{PhotoId, QuarantineId};
use crate::base::time::Timestamp;
use crate::blobs::BlobName;
use crate::evidence::sql;
use crate::store::{self, Tx};

use super::{Error, Evidence};

/// Bytes younger than this may still get their row, ms.
const GRACE_MS: i64 = 86_400_000;

impl Evidence {
    /// Removes the bytes that no row names, no hold keeps and that are older than a day; gives how many were.
    pub async fn collect(&self, now: Timestamp) -> Result<usize, Error> {
        let oldest = now.plus_millis(-GRACE_MS).as_millis();
        let mut removed = self.settle_aside().await?;
        let mut names = std::pin::pin!(self.blobs.names());
        while let Some(found) = names.next().await {
            let (name, _, modified_at) = found?;
            if modified_at < oldest && self.remove_unnamed(name).await? {
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Names bytes that were kept aside for another slice's or door's sake, so that they are not collected.
    pub async fn name_aside(
        &self,
        tx: &mut Tx,
        quarantine: QuarantineId,
        fact: Uuid,
        sha256: &[u8; 32],
        bytes: i64,
    ) -> Result<(), store::Error> {
        sql::insert_aside(tx, quarantine, PhotoId(fact), sha256, bytes).await
    }

    /// Removes bytes that no row names and no hold keeps; gives whether they are gone. The caller keeps no uploads out.
    pub(super) async fn remove_unnamed(&self, name: BlobName) -> Result<bool, Error> {
        let mut tx = self.journal.store().read().await?;
        if is_kept(&mut tx, name).await? {
            return Ok(false);
        }
        // The uploads that are waited for need connections.
        drop(tx);
        let _no_upload = self.collecting.write().await;
        let mut tx = self.journal.store().read().await?;
        // Another process may be giving them a row at this moment. It looks for the bytes after its commit, and here the
        // row is looked for after they were taken away: one of the two sees the other.
        self.blobs.set_aside(name).await?;
        self.settle(&mut tx, name).await
    }

    /// What a process that died left set aside.
    async fn settle_aside(&self) -> Result<usize, Error> {
        let mut removed = 0;
        let mut names = std::pin::pin!(self.blobs.aside());
        while let Some(found) = names.next().await {
            let mut tx = self.journal.store().read().await?;
            removed += usize::from(self.settle(&mut tx, found?.0).await?);
        }
        Ok(removed)
    }

    /// Removes what was set aside, or puts it back when something names it; gives whether it is gone.
    async fn settle(&self, tx: &mut Tx, name: BlobName) -> Result<bool, Error> {
        if is_kept(tx, name).await? {
            self.blobs.put_back(name).await?;
            return Ok(false);
        }
        self.blobs.remove(name).await?;
        Ok(true)
    }
}

/// Whether a row names the bytes, or a photo under a legal hold was announced by them.
async fn is_kept(tx: &mut Tx, name: BlobName) -> Result<bool, Error> {
    Ok(sql::is_named(tx, &name.0).await? || sql::keeps_bytes(tx, &name.0).await?)
}
