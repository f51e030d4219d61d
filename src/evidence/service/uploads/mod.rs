//! Originals that come in parts over bad links: opened, received, bound to a photo, told of, ended.
//!
//! The offset that a sender is told is what is on disk and named by rows. One holder at a time adds to an upload, under a
//! fence that rises with each; what an earlier holder still writes lies under another name and is never counted.

mod collect;
mod receive;
mod whole;

use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{PhotoId, QuarantineId};
use crate::base::time::Timestamp;
use crate::blobs::Part;
use crate::evidence::sql::{self, PartRow, UploadRow};
use crate::journal::Receipt;
use crate::store::Tx;

use super::read::refuse_erased;
use super::{Error, Evidence, refuse_retired};

pub use collect::forget_unfinished;
pub use receive::Taken;

/// What one owner may have open, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct UploadLimits {
    /// Days that an upload lives after its last byte.
    pub days: u32,
    /// Open uploads of one device or account.
    pub open: u32,
    /// Bytes that these may come to.
    pub open_bytes: u64,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self {
            days: 14,
            open: 100,
            open_bytes: 2_000_000_000,
        }
    }
}

/// An upload about to be opened.
#[derive(Debug, Clone, Default)]
pub struct UploadDraft {
    /// Its length in bytes, if it is known.
    pub length: Option<u64>,
    /// The announced photo whose original it is; it may be said later.
    pub photo: Option<PhotoId>,
    /// The metadata as sent.
    pub metadata: String,
    /// What the sender takes the file for.
    pub media_type: Option<String>,
}

/// An upload as its owner may see it.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its id.
    pub id: Uuid,
    /// The photo whose original it is.
    pub photo: Option<PhotoId>,
    /// Its length in bytes; none until it is told.
    pub length: Option<u64>,
    /// Bytes that are on disk.
    pub received: u64,
    /// The metadata as sent.
    pub metadata: String,
    /// How it stands.
    pub state: UploadState,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// How an upload stands.
#[derive(Debug, Clone)]
pub enum UploadState {
    /// Bytes are missing, or the length is.
    Receiving,
    /// Whole, and no photo's yet.
    Unbound,
    /// The photo's original; the promise over it.
    Kept(Box<Receipt>),
    /// Not the bytes that were announced; kept aside, with a promise of that.
    SetApart(QuarantineId, Box<Receipt>),
}

/// Why an act on an upload is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadFault {
    /// Its time is over, or its bytes were set apart.
    #[error("the upload has ended")]
    Gone,
    /// Another request adds to it at this moment.
    #[error("the upload is being written")]
    Held,
    /// The bytes would not follow those that are there.
    #[error("the upload goes on at {0}")]
    Offset(u64),
    /// More bytes than were told, or than are taken.
    #[error("longer than told or taken")]
    TooLong,
    /// Another length than the one that was told, or less than is there.
    #[error("not the length that was told")]
    Length,
    /// The bytes are not what their checksum says.
    #[error("the checksum does not fit")]
    Checksum,
    /// It is another photo's.
    #[error("bound to another photo")]
    Bound,
    /// The owner has too much open.
    #[error("too many open uploads")]
    TooMuch,
    /// The body ended early.
    #[error("the body ended early")]
    Cut,
    /// Nothing came any more.
    #[error("the body stalled")]
    Stalled,
}

/// How long a holder is left alone after its last sign of life, ms.
const HOLD_MS: i64 = 15_000;
/// And while it puts the original together, ms.
const FINISH_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// The right to add to an upload, for one request.
#[derive(Debug)]
pub struct Hold {
    actor: Actor,
    row: UploadRow,
}

/// A request to add to an upload.
#[derive(Debug, Clone, Copy)]
pub struct Addition {
    /// The upload.
    pub upload: Uuid,
    /// Where the sender means to go on.
    pub offset: u64,
    /// The length, when it was left open and is known now.
    pub length: Option<u64>,
    /// How many bytes come, if the sender says so.
    pub coming: Option<u64>,
}

impl Evidence {
    /// Whether the caller may upload at all.
    pub fn may_upload(&self, actor: &Actor) -> Result<(), Error> {
        if actor.may_somewhere(Right::RecordPhotos) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    /// Opens an upload.
    pub async fn open_upload(&self, actor: &Actor, draft: UploadDraft) -> Result<Upload, Error> {
        self.may_upload(actor)?;
        refuse_retired(actor)?;
        if draft.length.is_some_and(|length| length > self.most_bytes) {
            return Err(UploadFault::TooLong.into());
        }
        if let Some(photo) = draft.photo {
            self.expect_original(actor, photo).await?;
        }
        let now = self.journal.now();
        let row = UploadRow {
            id: self.journal.ids().make(),
            owner: actor.id,
            photo: draft.photo,
            length: draft.length.map(signed),
            received: 0,
            metadata: draft.metadata,
            media_type: draft.media_type,
            state: "open".to_owned(),
            entry: None,
            quarantine: None,
            fence: 0,
            held_until: Timestamp::from_millis(0),
            expires_at: self.upload_end(now),
        };
        let context = (self.clone(), row.clone(), now);
        self.journal
            .store()
            .write(context, |tx, (evidence, row, now)| {
                Box::pin(evidence.insert_within_limits(tx, row, *now))
            })
            .await?;
        self.told(self.settled(actor, row).await?).await
    }

    async fn insert_within_limits(
        &self,
        tx: &mut Tx,
        row: &UploadRow,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(photo) = row.photo {
            refuse_unwanted(tx, photo).await?;
        }
        let limits = self.upload_limits;
        let reserved = row.length.unwrap_or(signed(self.most_bytes));
        let (open, bytes) = sql::open_uploads(tx, row.owner).await?;
        if open >= i64::from(limits.open)
            || bytes.saturating_add(reserved) > signed(limits.open_bytes)
        {
            return Err(UploadFault::TooMuch.into());
        }
        sql::insert_upload(tx, row, reserved, now).await?;
        Ok(())
    }

    /// An upload whose owner may go on with it, or has its bytes kept.
    pub async fn upload(&self, actor: &Actor, id: Uuid) -> Result<Upload, Error> {
        let row = self.own_upload(actor, id).await?;
        if row.state == "set_apart" {
            return Err(UploadFault::Gone.into());
        }
        self.told(self.settled(actor, row).await?).await
    }

    /// What became of an upload, the one that was set apart as well.
    pub async fn upload_fate(&self, actor: &Actor, id: Uuid) -> Result<Upload, Error> {
        let row = self.own_upload(actor, id).await?;
        let row = match self.settled(actor, row).await {
            Err(Error::Mismatch(_)) => self.own_upload(actor, id).await?,
            settled => settled?,
        };
        self.told(row).await
    }

    /// Says whose original an upload's bytes are; if they are all there they are kept at once.
    pub async fn bind_upload(
        &self,
        actor: &Actor,
        photo: PhotoId,
        id: Uuid,
    ) -> Result<Upload, Error> {
        if let Err(error) = self.expect_original(actor, photo).await {
            return Err(self.unbound(actor, (photo, id), error).await);
        }
        let row = self.own_upload(actor, id).await?;
        if row.photo.is_none() {
            refuse_retired(actor)?;
            let bound = self.journal.store().write((id, photo), |tx, (id, photo)| {
                Box::pin(async move {
                    refuse_unwanted(tx, *photo).await?;
                    Ok::<_, Error>(sql::bind_upload(tx, *id, *photo).await?)
                })
            });
            if let Err(error) = bound.await {
                return Err(self.unbound(actor, (photo, id), error).await);
            }
        }
        let row = self.own_upload(actor, id).await?;
        if row.photo != Some(photo) {
            return Err(UploadFault::Bound.into());
        }
        if row.state == "set_apart" {
            return Err(UploadFault::Gone.into());
        }
        self.told(self.settled(actor, row).await?).await
    }

    /// Why an upload is not bound. What holds the original of a photo that an order erased goes with it.
    async fn unbound(&self, actor: &Actor, (photo, id): (PhotoId, Uuid), error: Error) -> Error {
        if !matches!(error, Error::Erased(_)) {
            return error;
        }
        match self.own_upload(actor, id).await {
            Ok(row) if row.photo.is_none_or(|own| own == photo) => {
                self.end_upload(actor, id).await.err().unwrap_or(error)
            }
            Ok(_) => error,
            Err(fault) => fault,
        }
    }

    /// Ends an upload at its owner's wish; what was kept of it stays kept.
    pub async fn end_upload(&self, actor: &Actor, id: Uuid) -> Result<(), Error> {
        self.own_upload(actor, id).await?;
        refuse_retired(actor)?;
        let deleted = self.journal.store().write(id, |tx, id| {
            Box::pin(async move { Ok::<_, Error>(sql::delete_upload(tx, *id).await?) })
        });
        let parts = deleted.await?;
        self.blobs.drop_parts(&placed(id, &parts)).await;
        Ok(())
    }

    /// The caller's own upload whose time is not over.
    async fn own_upload(&self, actor: &Actor, id: Uuid) -> Result<UploadRow, Error> {
        self.may_upload(actor)?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::upload(&mut tx, id).await?;
        let row = row
            .filter(|row| row.owner == actor.id)
            .ok_or(Error::NotFound)?;
        if row.expires_at <= self.journal.now() {
            return Err(UploadFault::Gone.into());
        }
        Ok(row)
    }

    async fn told(&self, row: UploadRow) -> Result<Upload, Error> {
        let state = match (row.entry, row.quarantine) {
            (None, _) if row.length == Some(row.received) => UploadState::Unbound,
            (None, _) => UploadState::Receiving,
            (Some(entry), quarantine) => {
                let mut tx = self.journal.store().read().await?;
                let receipt = Box::new(self.journal.receipt_again(&mut tx, entry).await?);
                match quarantine {
                    Some(quarantine) => UploadState::SetApart(quarantine, receipt),
                    None => UploadState::Kept(receipt),
                }
            }
        };
        Ok(Upload {
            id: row.id,
            photo: row.photo,
            length: row.length.map(unsigned),
            received: unsigned(row.received),
            metadata: row.metadata,
            state,
            expires_at: row.expires_at,
        })
    }

    fn upload_end(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(i64::from(self.upload_limits.days) * DAY_MS)
    }
}

/// Refuses an upload for a photo that an order erased before its original came; until the act ends no order does. One that
/// did forgot the uploads which it found.
async fn refuse_unwanted(tx: &mut Tx, photo: PhotoId) -> Result<(), Error> {
    sql::lock_photo(tx, photo).await?;
    let row = sql::photo(tx, photo).await?.ok_or(Error::NotFound)?;
    if row.is_stored() {
        return Ok(());
    }
    refuse_erased(&row)
}

/// Lengths are bounded by what is taken, far below what the column holds.
fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn unsigned(bytes: i64) -> u64 {
    u64::try_from(bytes).unwrap_or_default()
}

fn placed(upload: Uuid, rows: &[PartRow]) -> Vec<Part> {
    let part = |row: &PartRow| Part {
        upload,
        starts_at: unsigned(row.starts_at),
        fence: row.fence,
        bytes: unsigned(row.bytes),
    };
    rows.iter().map(part).collect()
}
