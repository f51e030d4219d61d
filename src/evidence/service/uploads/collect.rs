//! Forgetting uploads whose time is over, and parts that no row names.

use futures::StreamExt;

use crate::base::ids::PhotoId;
use crate::base::time::Timestamp;
use crate::blobs::Part;
use crate::evidence::sql::{self, PartRow};
use crate::store::{self, Store, Tx};

use super::{Error, Evidence, placed, signed};

/// Parts younger than this may still get their row, ms.
const GRACE_MS: i64 = 86_400_000;

/// Forgets every upload under way; gives how many were. A backup holds no parts, so after a restore none of them goes on:
/// their senders are told that there is none, and begin anew.
pub async fn forget_unfinished(store: &Store) -> Result<usize, Error> {
    let mut gone = 0;
    loop {
        let forgotten = store.write((), |tx, ()| {
            Box::pin(async move {
                let open = sql::under_way(tx).await?;
                for id in &open {
                    sql::delete_upload(tx, *id).await?;
                }
                Ok::<_, Error>(open.len())
            })
        });
        let forgotten = forgotten.await?;
        if forgotten == 0 {
            return Ok(gone);
        }
        gone += forgotten;
    }
}

impl Evidence {
    /// Forgets the uploads whose time is over, with their bytes; gives how many were.
    pub async fn expire_uploads(&self) -> Result<usize, Error> {
        let now = self.journal.now();
        let mut gone = 0;
        loop {
            let mut tx = self.journal.store().read().await?;
            let expired = sql::expired_uploads(&mut tx, now).await?;
            drop(tx);
            if expired.is_empty() {
                return Ok(gone);
            }
            for id in expired {
                let deleted = self.journal.store().write((id, now), |tx, (id, now)| {
                    Box::pin(
                        async move { Ok::<_, Error>(sql::delete_expired(tx, *id, *now).await?) },
                    )
                });
                let parts = deleted.await?;
                self.blobs.drop_parts(&placed(id, &parts)).await;
                gone += 1;
            }
        }
    }

    /// Forgets the uploads under way of a photo, in the caller's act; gives the parts, whose bytes go once it is committed.
    pub(in crate::evidence::service) async fn forget_uploads(
        tx: &mut Tx,
        photo: PhotoId,
    ) -> Result<Vec<Part>, store::Error> {
        let mut parts = Vec::new();
        for id in sql::open_of(tx, photo).await? {
            let own = sql::delete_upload(tx, id).await?;
            parts.extend(placed(id, &own));
        }
        Ok(parts)
    }

    /// Removes parts that are older than a day and that no row names; gives how many were.
    pub async fn collect_parts(&self, now: Timestamp) -> Result<usize, Error> {
        let oldest = now.plus_millis(-GRACE_MS).as_millis();
        let mut removed = 0;
        let mut parts = std::pin::pin!(self.blobs.parts());
        while let Some(found) = parts.next().await {
            let (part, written_at) = found?;
            let row = PartRow {
                starts_at: signed(part.starts_at),
                fence: part.fence,
                bytes: signed(part.bytes),
            };
            if written_at >= oldest {
                continue;
            }
            let mut tx = self.journal.store().read().await?;
            if !sql::is_part(&mut tx, part.upload, row).await? {
                self.blobs.drop_parts(&[part]).await;
                removed += 1;
            }
        }
        Ok(removed)
    }
}
