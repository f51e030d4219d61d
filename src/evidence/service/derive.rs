//! Deriving: the small images of a stored original, and where its file disagrees with its sidecar.

use bytes::Bytes;

use crate::base::ids::PhotoId;
use crate::blobs::BlobName;
use crate::evidence::model::cross_check::{Apart, ExifFlag, cross_check};
use crate::evidence::model::made_of_text;
use crate::evidence::model::picture::{DeriveFault, Derived, Limits, inspect};
use crate::evidence::model::screens::ScreenRules;
use crate::evidence::model::sidecar::{Sidecar, SidecarWire};
use crate::evidence::sql::{self, DerivedRow, ImageRow, PhotoRow};
use crate::journal::JobRow;
use crate::journal::model::sha256;
use crate::plots::SETTLE_JOB;
use crate::store;

use super::screens::Found;
use super::{Error, Evidence};

/// The flag of a picture whose pixels are not read here.
pub(super) const HEIC: &str = "heic_placeholder";

struct Made {
    job: JobRow,
    row: PhotoRow,
    rules: ScreenRules,
    derived: &'static str,
    flags: String,
    images: Vec<(&'static str, DerivedRow)>,
    found: Found,
}

impl Evidence {
    /// Does a job of deriving; whatever the file is, the job ends and the original stays.
    pub async fn derive_images(&self, job: &JobRow) -> Result<(), Error> {
        let id = PhotoId(job.subject);
        let mut tx = self.journal.store().read().await?;
        let row = sql::photo(&mut tx, id).await?.filter(PhotoRow::has_bytes);
        let Some(row) = row else {
            return self.finish(job.clone()).await;
        };
        let sidecar = self.sidecar_of(&mut tx, &row).await?;
        let rules = self.screen_rules(&mut tx).await?;
        let is_scan = sql::is_scan(&mut tx, id).await?;
        drop(tx);
        // Nothing is made, and nothing signed, of bytes that are no longer those that were recorded.
        let bytes = self.bytes(&row.sha256).await?.bytes;
        let decoding = self.decoding.acquire().await;
        let decoded = self.decoder.decode(bytes.clone()).await;
        let mut flags = disagreements(sidecar, bytes, rules.apart()).await;
        if is_scan {
            flags.retain(|flag| !OF_THE_SHUTTER.contains(flag));
        }
        drop(decoding);
        let from_bytes_to_row = self.collecting.read().await;
        let thumbnail = decoded.as_ref().ok();
        let thumbnail = thumbnail.map(|derived| derived.thumbnail_jpeg.as_slice());
        let mut tx = self.journal.store().read().await?;
        let looked_at = (flags.as_slice(), thumbnail);
        let found = self.screen(&mut tx, &row, &rules, looked_at).await?;
        drop(tx);
        let (derived, images) = match decoded {
            Ok(derived) => ("made", self.keep_images(&row, &derived).await?),
            Err(fault) => {
                flags.push(slug(fault));
                ("none", Vec::new())
            }
        };
        let made = Made {
            job: job.clone(),
            row,
            rules,
            derived,
            flags: serde_json::Value::from(flags).to_string(),
            images,
            found,
        };
        let names: Vec<BlobName> = made.images.iter().filter_map(named).collect();
        let is_kept = self
            .journal
            .write((self.clone(), made), |tx, (evidence, made)| {
                Box::pin(evidence.write_made(tx, made))
            })
            .await?;
        drop(from_bytes_to_row);
        for name in names.into_iter().filter(|_| !is_kept) {
            self.remove_unnamed(name).await?;
        }
        Ok(())
    }

    /// Keeps what was made; false when an order erased the photo meanwhile, of which nothing is kept.
    async fn write_made(&self, tx: &mut store::Tx, made: &Made) -> Result<bool, Error> {
        let id = made.row.id;
        sql::lock_photo(tx, id).await?;
        if !sql::photo(tx, id).await?.is_some_and(|row| row.has_bytes()) {
            self.journal.finish_job(tx, made.job.id).await?;
            return Ok(false);
        }
        sql::set_derived(tx, id, made.derived, &made.flags).await?;
        for (size, image) in &made.images {
            sql::insert_image(tx, id, size, image).await?;
        }
        if !made.images.is_empty() {
            sql::drop_preview(tx, id).await?;
        }
        self.keep_found(tx, &made.row, &made.rules, &made.found)
            .await?;
        // What is no picture counts for nothing, and may have counted until now.
        if let (Some(plot), 1, "none") = (made.row.plot, made.row.linked, made.derived) {
            self.journal.queue(tx, SETTLE_JOB, plot.0).await?;
        }
        self.journal.finish_job(tx, made.job.id).await?;
        Ok(true)
    }

    async fn finish(&self, job: JobRow) -> Result<(), Error> {
        self.journal
            .write((self.clone(), job), |tx, (evidence, job)| {
                Box::pin(
                    async move { Ok::<_, Error>(evidence.journal.finish_job(tx, job.id).await?) },
                )
            })
            .await
    }

    async fn sidecar_of(
        &self,
        tx: &mut store::Tx,
        row: &PhotoRow,
    ) -> Result<Option<Sidecar>, Error> {
        let Some(stored) = self.journal.entry(tx, row.entry).await? else {
            return Ok(None);
        };
        let wire = stored
            .body
            .and_then(|body| serde_json::from_slice::<SidecarWire>(&body).ok());
        let received_at = stored.row.received_at;
        Ok(wire.and_then(|wire| Sidecar::from_wire(&wire, u64::MAX, received_at).ok()))
    }

    async fn keep_images(
        &self,
        photo: &PhotoRow,
        derived: &Derived,
    ) -> Result<Vec<(&'static str, DerivedRow)>, Error> {
        let mut kept = Vec::new();
        let images = [
            ("display", &derived.display_jpeg),
            ("thumbnail", &derived.thumbnail_jpeg),
        ];
        for (size, jpeg) in images {
            let digest = sha256(jpeg);
            self.blobs
                .put(BlobName(digest), Bytes::from(jpeg.clone()))
                .await?;
            let (width, height) = match inspect(jpeg, &Limits::default()) {
                seen if size == "thumbnail" => (seen.width, seen.height),
                _ => (Some(derived.width), Some(derived.height)),
            };
            let image = ImageRow {
                sha256: digest.to_vec(),
                bytes: i64::try_from(jpeg.len()).unwrap_or(i64::MAX),
                width: i64::from(width.unwrap_or(0)),
                height: i64::from(height.unwrap_or(0)),
            };
            let log = self.journal.log_id();
            let text = made_of_text(log, photo.id, size, &photo.sha256, &digest);
            let (key_id, signature) = self.journal.sign_text(&text);
            let row = DerivedRow {
                image,
                key_id: Some(key_id),
                signature: Some(signature.to_vec()),
            };
            kept.push((size, row));
        }
        Ok(kept)
    }
}

/// What the scan of a paper is not asked: its time is that of its receipt, and programs that scan write their own name and
/// time into it.
const OF_THE_SHUTTER: [&str; 2] = [
    ExifFlag::ExifTimeDiffers.as_str(),
    ExifFlag::ExifEdited.as_str(),
];

/// EXIF is foreign bytes too: read aside, where a panic costs nothing.
async fn disagreements(sidecar: Option<Sidecar>, bytes: Bytes, apart: Apart) -> Vec<&'static str> {
    let Some(sidecar) = sidecar else {
        return Vec::new();
    };
    let compared = tokio::task::spawn_blocking(move || {
        let seen = inspect(&bytes, &Limits::default());
        let flags = cross_check(&sidecar, &seen, apart);
        flags.into_iter().map(ExifFlag::as_str).collect()
    });
    compared.await.unwrap_or_default()
}

fn named((_, row): &(&'static str, DerivedRow)) -> Option<BlobName> {
    row.image.sha256.as_slice().try_into().ok().map(BlobName)
}

fn slug(fault: DeriveFault) -> &'static str {
    match fault {
        DeriveFault::UnsupportedHeic => HEIC,
        other => other.as_str(),
    }
}
