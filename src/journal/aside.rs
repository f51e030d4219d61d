//! Keeping aside what cannot be accepted: the same content once, and so much a day for each author.

use uuid::Uuid;

use crate::base::ids::QuarantineId;
use crate::store::{Error, Tx};

use super::model::{Receipt, sha256};
use super::service::{Entry, Journal};
use super::sql;

/// Bytes that one author may have kept aside within a day.
const DAILY_BYTES: i64 = 200_000_000;
const DAY_MS: i64 = 86_400_000;

/// A content that could not be accepted and was kept.
#[derive(Debug, Clone)]
pub struct KeptAside {
    /// Under which it can be asked for.
    pub quarantine: QuarantineId,
    /// The promise that it is kept.
    pub receipt: Receipt,
    /// Whether it was kept now, and not before.
    pub is_new: bool,
}

impl Journal {
    /// Keeps a content aside that weighs so many bytes, in its entry and elsewhere; a content that is kept already is
    /// not kept twice. `None`: the author's share of the day is used up.
    pub async fn keep_aside(
        &self,
        tx: &mut Tx,
        entry: Entry<'_>,
        reason: &str,
        bytes: i64,
    ) -> Result<Option<KeptAside>, Error> {
        let digest = sha256(entry.body);
        let before = sql::kept_before(tx, entry.actor, entry.fact, reason, &digest).await?;
        if let Some((quarantine, before)) = before {
            let receipt = self.receipt_again(tx, before).await?;
            return Ok(Some(KeptAside {
                quarantine,
                receipt,
                is_new: false,
            }));
        }
        if !self.has_room_aside(tx, entry.actor, bytes).await? {
            return Ok(None);
        }
        let (quarantine, written) = self.quarantine_weighing(tx, entry, reason, bytes).await?;
        Ok(Some(KeptAside {
            quarantine,
            receipt: self.receipt(&written),
            is_new: true,
        }))
    }

    /// Whether so many bytes more of this author may be kept aside today.
    pub async fn has_room_aside(
        &self,
        tx: &mut Tx,
        actor: Uuid,
        bytes: i64,
    ) -> Result<bool, Error> {
        let since = self.now().plus_millis(-DAY_MS);
        let kept = sql::quarantined_bytes(tx, actor, since).await?;
        Ok(kept.saturating_add(bytes) <= DAILY_BYTES)
    }
}
