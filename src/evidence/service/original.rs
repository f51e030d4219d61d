//! Keeping originals: bytes durable first, then row and entry, then the answer.

use bytes::Bytes;
use serde_json::json;

use crate::base::actor::{Actor, Right};
use crate::base::hex;
use crate::base::ids::PhotoId;
use crate::blobs::{BlobName, Content, Placed, Spooled};
use crate::evidence::sql::{self, PhotoRow};
use crate::journal::{Entry, KeptAside, Kind, Receipt, Written};
use crate::plots::SETTLE_JOB;
use crate::store::Tx;

use super::read::refuse_erased;
use super::{DERIVE_JOB, Error, Evidence, too_much};

/// An original as it was kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Whether it was kept now.
    pub is_new: bool,
    /// The promise.
    pub receipt: Receipt,
}

struct Sent {
    actor: Actor,
    photo: PhotoId,
    sha256: [u8; 32],
    bytes: i64,
    media_type: Option<String>,
}

enum Outcome {
    Written(Written),
    Before(Receipt),
    /// It came before, and an order erased it.
    Gone(Receipt),
}

impl Evidence {
    /// Whether this author announced the photo: asked before its bytes are read. None are of a photo that an order erased
    /// before its original came; whose original had come is told its receipt.
    pub async fn expect_original(&self, actor: &Actor, photo: PhotoId) -> Result<(), Error> {
        if !actor.may_somewhere(Right::RecordPhotos) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        let row = sql::photo(&mut tx, photo).await?;
        let row = row.filter(|row| row.author == actor.id);
        let row = row.ok_or(Error::NotFound)?;
        if row.is_stored() {
            return Ok(());
        }
        refuse_erased(&row)
    }

    /// Whether a photo's original is kept.
    pub async fn has_original(&self, photo: PhotoId) -> Result<bool, Error> {
        let mut tx = self.journal.store().read().await?;
        let row = sql::photo(&mut tx, photo).await?;
        Ok(row.is_some_and(|row| row.is_stored()))
    }

    /// Keeps the bytes of an announced photo, of which `sha256` is the digest.
    pub async fn keep_original(
        &self,
        actor: &Actor,
        photo: PhotoId,
        bytes: Bytes,
        sha256: [u8; 32],
        media_type: Option<String>,
    ) -> Result<Kept, Error> {
        let content = Content {
            sha256,
            bytes: bytes.len() as u64,
            spooled: Spooled::Memory(bytes),
        };
        self.keep_content(actor, photo, &content, media_type).await
    }

    /// Keeps a content as the original of an announced photo.
    pub(super) async fn keep_content(
        &self,
        actor: &Actor,
        photo: PhotoId,
        content: &Content,
        media_type: Option<String>,
    ) -> Result<Kept, Error> {
        self.expect_original(actor, photo).await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::photo(&mut tx, photo).await?.ok_or(Error::NotFound)?;
        drop(tx);
        let sha256 = content.sha256;
        let sent = Sent {
            actor: actor.clone(),
            photo,
            sha256,
            bytes: i64::try_from(content.bytes).unwrap_or(i64::MAX),
            media_type,
        };
        if let Some(erased) = row.erased() {
            return self.erased_again(&row, &sent, erased.document).await;
        }
        if row.sha256 != sha256 || row.bytes != sent.bytes {
            return self.keep_other(sent, content).await;
        }
        if let (true, Some(entry)) = (
            self.blobs.holds(BlobName(sha256)).await?,
            row.original_entry,
        ) {
            let mut tx = self.journal.store().read().await?;
            let receipt = self.journal.receipt_again(&mut tx, entry).await?;
            return Ok(Kept {
                is_new: false,
                receipt,
            });
        }
        let (is_new, receipt) = match self.place(sent, content).await? {
            Outcome::Written(written) => (true, self.journal.receipt(&written)),
            Outcome::Before(receipt) | Outcome::Gone(receipt) => (false, receipt),
        };
        Ok(Kept { is_new, receipt })
    }

    /// Puts the bytes of an original down, then its row. An order may have erased the photo since it was looked for: then
    /// the bytes go again.
    async fn place(&self, sent: Sent, content: &Content) -> Result<Outcome, Error> {
        let from_bytes_to_row = self.collecting.read().await;
        let placed = self.blobs.keep(content).await?;
        let outcome = self
            .journal
            .write((self.clone(), sent), |tx, (evidence, sent)| {
                Box::pin(evidence.write_original(tx, sent))
            })
            .await;
        if matches!(outcome, Ok(Outcome::Gone(_)) | Err(Error::Erased(_))) {
            drop(from_bytes_to_row);
            self.remove_unnamed(BlobName(content.sha256)).await?;
            return outcome;
        }
        let outcome = outcome?;
        self.keep_again(placed, content).await?;
        Ok(outcome)
    }

    async fn write_original(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        sql::lock_photo(tx, sent.photo).await?;
        let row = sql::photo(tx, sent.photo).await?.ok_or(Error::NotFound)?;
        if let Some(entry) = row.original_entry {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            let is_gone = row.redacted_at.is_some();
            return Ok(if is_gone {
                Outcome::Gone(receipt)
            } else {
                Outcome::Before(receipt)
            });
        }
        refuse_erased(&row)?;
        let body = sent.body();
        let written = self.journal.enter(tx, sent.entry(body.as_bytes())).await?;
        sql::store_original(tx, sent.photo, written.entry, written.received_at).await?;
        self.journal.queue(tx, DERIVE_JOB, sent.photo.0).await?;
        if let (Some(plot), 1) = (row.plot, row.linked) {
            self.journal.queue(tx, SETTLE_JOB, plot.0).await?;
        }
        Ok(Outcome::Written(written))
    }

    /// A phone that sends an original again which an order erased is told that it came, and nothing of it is kept.
    async fn erased_again(
        &self,
        row: &PhotoRow,
        sent: &Sent,
        document: String,
    ) -> Result<Kept, Error> {
        let is_same = row.sha256 == sent.sha256 && row.bytes == sent.bytes;
        let entry = row.original_entry.filter(|_| is_same);
        let entry = entry.ok_or(Error::Erased(document))?;
        let mut tx = self.journal.store().read().await?;
        Ok(Kept {
            is_new: false,
            receipt: self.journal.receipt_again(&mut tx, entry).await?,
        })
    }

    /// Bytes that are not those announced are kept under their own name; the photo still waits for its own.
    async fn keep_other(&self, sent: Sent, content: &Content) -> Result<Kept, Error> {
        let from_bytes_to_row = self.collecting.read().await;
        self.refuse_much_aside(&sent).await?;
        let placed = self.blobs.keep(content).await?;
        let kept: Result<KeptAside, Error> = self
            .journal
            .write((self.clone(), sent), |tx, (evidence, sent)| {
                Box::pin(evidence.write_other(tx, sent))
            })
            .await;
        if matches!(kept, Err(Error::Erased(_))) {
            drop(from_bytes_to_row);
            self.remove_unnamed(BlobName(content.sha256)).await?;
        }
        let kept = kept?;
        self.keep_again(placed, content).await?;
        Err(Error::Mismatch(Box::new(kept)))
    }

    /// Bytes that were there before their row may have been collected by another process until the row's commit.
    async fn keep_again(&self, placed: Placed, content: &Content) -> Result<(), Error> {
        if placed == Placed::Before {
            self.blobs.keep(content).await?;
        }
        Ok(())
    }

    /// Asked before the bytes are written, so that a flood fills no disk; the act asks again.
    async fn refuse_much_aside(&self, sent: &Sent) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let has_room = self
            .journal
            .has_room_aside(&mut tx, sent.actor.id, sent.bytes)
            .await?;
        if has_room {
            Ok(())
        } else {
            Err(Error::TooMuchAside)
        }
    }

    async fn write_other(&self, tx: &mut Tx, sent: &Sent) -> Result<KeptAside, Error> {
        sql::lock_photo(tx, sent.photo).await?;
        let row = sql::photo(tx, sent.photo).await?.ok_or(Error::NotFound)?;
        refuse_erased(&row)?;
        let body = sent.body();
        let kept = self
            .journal
            .keep_aside(tx, sent.entry(body.as_bytes()), "hash-mismatch", sent.bytes)
            .await?;
        let kept = too_much(kept)?;
        sql::insert_aside(tx, kept.quarantine, sent.photo, &sent.sha256, sent.bytes).await?;
        Ok(kept)
    }
}

impl Sent {
    fn body(&self) -> String {
        json!({
            "sha256": hex(&self.sha256),
            "bytes": self.bytes,
            "media_type": self.media_type,
        })
        .to_string()
    }

    fn entry<'a>(&'a self, body: &'a [u8]) -> Entry<'a> {
        Entry {
            kind: Kind::Original,
            fact: self.photo.0,
            actor: self.actor.id,
            device: None,
            // A retired secret enters nothing.
            origin: self.actor.origin.retired.then_some(&self.actor.origin),
            body,
        }
    }
}
