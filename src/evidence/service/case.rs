//! What a case package takes of photos. The caller has decided who may have the plot's case, and journals it.

use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::hex;
use crate::base::ids::{PhotoId, PlotId};
use crate::base::time::Timestamp;
use crate::evidence::model::made_of_text;
use crate::evidence::model::redaction::PhotoErased;
use crate::evidence::model::screens::Screen;
use crate::evidence::sql::{self, DerivedRow, PhotoRow, Sight, Which};
use crate::journal::model::sha256 as digest;
use crate::patrols::model::screens::TrackScreen;
use crate::store;

use super::asking::{ReplyView, replies_to};
use super::read::{Bytes, PhotoView, may_see};
use super::seals::Marks;
use super::{Error, Evidence, is_handling};

/// A photo as a case has it.
#[derive(Debug, Clone)]
pub struct CasePhoto {
    /// The photo as its reader may see it.
    pub view: PhotoView,
    /// The plot on which it was recorded.
    pub plot: Option<PlotId>,
    /// Who took it: the named account at the shutter if there was one, else the account or device that sent it.
    pub taken_by: Uuid,
    /// Whether it was added after the seal of its eradication.
    pub after_seal: bool,
    /// SHA-256 of the original.
    pub sha256: Vec<u8>,
    /// Size of the original, bytes.
    pub bytes: u64,
    /// Whether the original's bytes are kept.
    pub is_stored: bool,
    /// By which order its bytes were erased, and when.
    pub erased: Option<PhotoErased>,
    /// Whether its small image may be shown to this reader.
    pub is_shown: bool,
}

/// A question that was asked about a plot or a photo of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CaseQuestion {
    /// Its id.
    pub id: crate::base::ids::QuestionId,
    /// What the screen looks for.
    pub screen: String,
    /// What was asked, in Vietnamese; the screen's word where this program does not know it.
    pub vi: String,
    /// In English.
    pub en: String,
    /// How it stands: `open`, `answered`, `cleared` or `upheld`.
    pub state: String,
    /// The photo in question, where it is about one.
    pub photo: Option<PhotoId>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Its entry.
    pub entry_id: crate::base::ids::EntryId,
    /// What was answered and decided, the oldest first.
    pub replies: Vec<ReplyView>,
}

/// Photos that are read at once.
const BATCH: i64 = 500;

/// The photos joined to a plot of which something came, or those that were only announced.
const fn joined_to(plot: PlotId, came: bool) -> Which {
    Which {
        plot: Some(plot),
        counted: false,
        came: Some(came),
    }
}

impl CasePhoto {
    /// Whether its original came or an order erased what there was of it; else it was only announced.
    #[must_use]
    pub const fn came(&self) -> bool {
        self.is_stored || self.erased.is_some()
    }

    fn of(actor: &Actor, row: PhotoRow, marks: &Marks) -> Result<Self, store::Error> {
        Ok(Self {
            plot: row.plot,
            taken_by: row
                .taken_by
                .filter(|_| row.named == 1)
                .map_or(row.author, |account| account.0),
            after_seal: marks.after_seal(&row),
            sha256: row.sha256.clone(),
            bytes: u64::try_from(row.bytes).unwrap_or(0),
            is_stored: row.has_bytes(),
            erased: row.erased(),
            is_shown: row.contains_person == 0 || is_handling(actor, &row),
            view: PhotoView::of(actor, row, marks)?,
        })
    }
}

impl Evidence {
    /// How many photos are joined to a plot of which something came, or that were only announced.
    pub async fn count_of_plot(&self, plot: PlotId, came: bool) -> Result<usize, Error> {
        let mut tx = self.journal.store().read().await?;
        let count = sql::count(&mut tx, &Sight::All, joined_to(plot, came)).await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The photos joined to a plot, in the order of the shutter, of those that were only announced the latest so many; `kept_by`
    /// counts the ground of one that was merged into it.
    pub async fn of_plot(
        &self,
        actor: &Actor,
        plot: PlotId,
        kept_by: Option<PlotId>,
        announced: usize,
    ) -> Result<Vec<CasePhoto>, Error> {
        if !actor.may_somewhere(Right::ExportCases) {
            return Err(Error::Forbidden);
        }
        let merged = kept_by.map(|kept| (plot, kept));
        let mut tx = self.journal.store().read().await?;
        let mut photos = Vec::new();
        for (came, most) in [(true, usize::MAX), (false, announced)] {
            let (mut after, mut left) = (None, most);
            while left > 0 {
                let limit = i64::try_from(left).unwrap_or(BATCH).min(BATCH);
                let which = joined_to(plot, came);
                let rows = sql::list(&mut tx, &Sight::All, which, after, limit).await?;
                let Some(last) = rows.last() else {
                    break;
                };
                after = Some((last.taken_at, last.id));
                left = left.saturating_sub(rows.len());
                let marks = Marks::of_case(&mut tx, &rows, merged).await?;
                for row in rows {
                    photos.push(CasePhoto::of(actor, row, &marks)?);
                }
            }
        }
        photos.sort_by_key(|photo| (photo.view.taken_at, photo.view.id));
        Ok(photos)
    }

    /// The other plots of which photos lie under a plot's seals: they were merged into it when those were made, and may not
    /// be any more.
    pub async fn sealed_beside(&self, plot: PlotId) -> Result<Vec<PlotId>, Error> {
        let mut tx = self.journal.store().read().await?;
        Ok(sql::sealed_beside(&mut tx, plot).await?)
    }

    /// Whether the caller may know of a photo.
    pub async fn may_read(&self, actor: &Actor, photo: PhotoId) -> Result<bool, Error> {
        let mut tx = self.journal.store().read().await?;
        let row = sql::photo(&mut tx, photo).await?;
        Ok(row.is_some_and(|row| may_see(actor, Right::ReadPhotos, &row)))
    }

    /// What the screens asked about a plot and its photos, the first question first, and how each stands.
    pub async fn asked_of(&self, plot: PlotId) -> Result<Vec<CaseQuestion>, Error> {
        let mut tx = self.journal.store().read().await?;
        let rows = sql::asked_of_plot(&mut tx, plot).await?;
        let mut asked = Vec::with_capacity(rows.len());
        for row in rows {
            let book = match row.photo {
                Some(_) => sql::QuestionBook::Photos,
                None => sql::QuestionBook::Tracks,
            };
            let (vi, en) = texts(&row.screen);
            asked.push(CaseQuestion {
                id: row.id,
                vi: vi.to_owned(),
                en: en.to_owned(),
                state: row.state,
                photo: row.photo,
                asked_at: row.asked_at,
                entry_id: row.entry,
                replies: replies_to(&mut tx, book, row.id).await?,
                screen: row.screen,
            });
        }
        Ok(asked)
    }

    /// The bytes of an original.
    pub async fn case_original(&self, sha256: &[u8]) -> Result<Bytes, Error> {
        self.bytes(sha256).await
    }

    /// The display image of a photo for print: the kept one where this server's key says that it was made of the original,
    /// else one made of it now. The original is read in either case: a case whose original is damaged is not begun.
    pub async fn case_image(&self, photo: &CasePhoto) -> Result<Option<Bytes>, Error> {
        if !photo.is_stored {
            return Ok(None);
        }
        let original = self.bytes(&photo.sha256).await?;
        if !photo.is_shown {
            return Ok(None);
        }
        let mut tx = self.journal.store().read().await?;
        let size = super::Size::Display.as_str();
        let kept = sql::image(&mut tx, photo.view.id, size).await?;
        drop(tx);
        let kept = kept.filter(|kept| self.made_of(photo, size, kept));
        if let Some(kept) = kept
            && let Ok(image) = self.bytes(&kept.image.sha256).await
        {
            return Ok(Some(image));
        }
        let decoding = self.decoding.acquire().await;
        let made = self.decoder.decode(original.bytes).await;
        drop(decoding);
        Ok(made.ok().map(|derived| Bytes {
            sha256: hex(&digest(&derived.display_jpeg)),
            bytes: derived.display_jpeg.into(),
        }))
    }

    /// Whether the present key signed that an image is made of a photo's original. Keys that the database names are not
    /// asked: whoever exchanges pictures there may name one.
    fn made_of(&self, photo: &CasePhoto, size: &str, kept: &DerivedRow) -> bool {
        let (id, log) = (photo.view.id, self.journal.log_id());
        let text = made_of_text(log, id, size, &photo.sha256, &kept.image.sha256);
        let signature = kept.signature.as_deref().unwrap_or_default();
        self.journal
            .present_key()
            .signed(text.as_bytes(), signature)
    }
}

/// What a screen asks, in Vietnamese and English.
fn texts(screen: &str) -> (&str, &str) {
    let of_photo = screen.parse().map(|own: Screen| (own.vi(), own.en()));
    let of_track = screen.parse().map(|own: TrackScreen| (own.vi(), own.en()));
    of_photo.or(of_track).unwrap_or((screen, screen))
}
