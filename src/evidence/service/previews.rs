//! Previews: what the province sees of a photo while the original waits for a better link.
//!
//! A preview is no fact: it has no entry and no receipt, no grade and no package knows it, and the images derived from
//! the original take its place.

use bytes::Bytes;

use crate::base::actor::Actor;
use crate::base::ids::PhotoId;
use crate::base::refusal::Refusal;
use crate::blobs::BlobName;
use crate::evidence::model::picture::{DeriveFault, Preview, preview};
use crate::evidence::sql::{self, ImageRow, PreviewRow};
use crate::journal::model::sha256;
use crate::store::{self, Tx};

use super::redactions::blob_name;
use super::{Error, Evidence};

/// What became of a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Previewed {
    /// It is shown now; before there was none.
    New,
    /// It is shown now, or was before.
    Again,
    /// The original's own images are shown: nothing was kept.
    NotNeeded,
}

impl Evidence {
    /// Keeps a preview of a photo that this author announced; another one takes the place of the first.
    pub async fn keep_preview(
        &self,
        actor: &Actor,
        photo: PhotoId,
        bytes: Bytes,
    ) -> Result<Previewed, Error> {
        self.expect_original(actor, photo).await?;
        if let Some(known) = self.known_preview(photo, &bytes).await? {
            return Ok(known);
        }
        if actor.origin.retired {
            return Err(Error::Forbidden);
        }
        let sent = sha256(&bytes).to_vec();
        let shown = self.glanced(bytes).await?;
        let from_bytes_to_row = self.collecting.read().await;
        let name = BlobName(sha256(&shown.jpeg));
        let row = PreviewRow {
            sent,
            image: ImageRow {
                sha256: name.0.to_vec(),
                bytes: i64::try_from(shown.jpeg.len()).unwrap_or(i64::MAX),
                width: i64::from(shown.width),
                height: i64::from(shown.height),
            },
        };
        let jpeg = Bytes::from(shown.jpeg);
        self.blobs.put(name, jpeg.clone()).await?;
        let (outcome, replaced) = self
            .journal
            .write((self.clone(), photo, row), |tx, (evidence, photo, row)| {
                Box::pin(evidence.write_preview(tx, *photo, row))
            })
            .await?;
        if outcome == Previewed::NotNeeded {
            // The original's own images came meanwhile, or an order erased the photo.
            drop(from_bytes_to_row);
            self.remove_unnamed(name).await?;
            return Ok(outcome);
        }
        // Bytes that were there before their row may have been collected by another process until the row's commit.
        self.blobs.put(name, jpeg).await?;
        drop(from_bytes_to_row);
        // An order that erases the photo knows nothing of the picture before.
        if let Some(before) = replaced
            && let Err(error) = self.remove_unnamed(before).await
        {
            tracing::warn!(%error, "the bytes of a replaced preview are left to the chores");
        }
        Ok(outcome)
    }

    /// What is to be said of a preview that changes nothing.
    async fn known_preview(
        &self,
        photo: PhotoId,
        bytes: &[u8],
    ) -> Result<Option<Previewed>, Error> {
        let mut tx = self.journal.store().read().await?;
        if is_past(&mut tx, photo).await? {
            return Ok(Some(Previewed::NotNeeded));
        }
        let known = sql::preview(&mut tx, photo).await?;
        let is_same = known.is_some_and(|own| own.sent == sha256(bytes));
        Ok(is_same.then_some(Previewed::Again))
    }

    /// Gives what became of it, and the picture whose place it took.
    async fn write_preview(
        &self,
        tx: &mut Tx,
        photo: PhotoId,
        row: &PreviewRow,
    ) -> Result<(Previewed, Option<BlobName>), Error> {
        sql::lock_photo(tx, photo).await?;
        if is_past(tx, photo).await? {
            return Ok((Previewed::NotNeeded, None));
        }
        let before = sql::preview(tx, photo).await?;
        sql::set_preview(tx, photo, row, self.journal.now()).await?;
        let Some(before) = before else {
            return Ok((Previewed::New, None));
        };
        let is_other = before.image.sha256 != row.image.sha256;
        let replaced = blob_name(&before.image.sha256).filter(|_| is_other);
        Ok((Previewed::Again, replaced))
    }

    /// Two at once: a thousand phones that come back together take no more of the processor.
    async fn glanced(&self, bytes: Bytes) -> Result<Preview, Error> {
        let looking = self.glancing.acquire().await;
        let shown = tokio::task::spawn_blocking(move || preview(&bytes)).await;
        drop(looking);
        let shown = shown.unwrap_or(Err(DeriveFault::DecoderPanicked));
        shown.map_err(|fault| {
            let why = format!(
                "{fault}: expected a JPEG, PNG or WebP of at most 65,536 bytes and 640 pixels on its longer side"
            );
            Refusal::at("", why).into()
        })
    }
}

/// Whether the original's own images are shown, or an order erased it: a preview would stand for nothing.
async fn is_past(tx: &mut Tx, photo: PhotoId) -> Result<bool, store::Error> {
    let row = sql::photo(tx, photo).await?;
    let is_erased = row.is_some_and(|row| row.redacted_at.is_some());
    Ok(is_erased || sql::image(tx, photo, "thumbnail").await?.is_some())
}
