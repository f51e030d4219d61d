//! What may be read of photos.

use serde_json::{Map, Value, json};

use crate::base::actor::{Actor, Right, Scope};
use crate::base::hex;
use crate::base::ids::PhotoId;
use crate::base::time::Timestamp;
use crate::blobs::BlobName;
use crate::evidence::sql::{self, PhotoRow, Sight, Which};
use crate::identity::model::unit_of;
use crate::journal::model::sha256 as digest;
use crate::journal::{Entry, Kind};
use crate::store;

use super::seals::Marks;
use super::{Error, Evidence, checked_reason, is_handling};

/// A photo as one reader may see it.
#[derive(Debug, Clone)]
pub struct PhotoView {
    /// Its id.
    pub id: PhotoId,
    /// When the shutter closed: what lists are sorted by.
    pub taken_at: Timestamp,
    /// Where the phone stood: longitude, latitude.
    pub coordinates: Option<[f64; 2]>,
    /// The sidecar, the state and the flags.
    pub told: Map<String, Value>,
}

/// A small image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// At most 1,280 pixels long.
    Display,
    /// At most 320 pixels long.
    Thumbnail,
}

/// The bytes of an original or image.
#[derive(Debug, Clone)]
pub struct Bytes {
    /// SHA-256, in hex.
    pub sha256: String,
    /// The bytes.
    pub bytes: bytes::Bytes,
}

/// A small image.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its bytes, JPEG.
    pub jpeg: Bytes,
    /// Whether it is a preview, which its sender made: no evidence.
    pub is_preview: bool,
}

/// Which page of which photos is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListQuery {
    /// Which photos.
    pub which: Which,
    /// The last photo of the page before.
    pub after: Option<(Timestamp, PhotoId)>,
    /// Rows in a page.
    pub limit: u32,
    /// Whether to count all of them.
    pub count: bool,
}

/// A page of photos.
#[derive(Debug, Clone)]
pub struct ListPage {
    /// The photos.
    pub items: Vec<PhotoView>,
    /// The last photo's key, when more follow.
    pub next: Option<(Timestamp, PhotoId)>,
    /// All photos that the filter leaves, when asked for.
    pub total: Option<i64>,
}

impl Evidence {
    /// What a photo's sidecar says, and how it stands.
    pub async fn photo(&self, actor: &Actor, id: PhotoId) -> Result<PhotoView, Error> {
        let row = self.visible(actor, Right::ReadPhotos, id).await?;
        let mut tx = self.journal.store().read().await?;
        let marks = Marks::of(&mut tx, [&row]).await?;
        Ok(PhotoView::of(actor, row, &marks)?)
    }

    /// An original; that it was read, by whom and why is journalled first. Nobody reads one without a reason, be it of
    /// the own unit.
    pub async fn original(
        &self,
        actor: &Actor,
        id: PhotoId,
        reason: Option<&str>,
    ) -> Result<Bytes, Error> {
        let row = self.visible(actor, Right::ReadOriginals, id).await?;
        let reason =
            checked_reason(reason.unwrap_or_default()).map_err(|why| Error::Parameter {
                name: "reason",
                reason: why.to_owned(),
            })?;
        refuse_erased(&row)?;
        if !row.is_stored() {
            return Err(Error::NotFound);
        }
        let found = self.bytes(&row.sha256).await?;
        let context = (self.clone(), actor.id, id, reason);
        self.journal
            .write(context, |tx, (evidence, actor, id, reason)| {
                Box::pin(async move {
                    let body = json!({ "photo": id, "what": "original", "reason": reason });
                    let body = body.to_string();
                    let entry = Entry {
                        kind: Kind::View,
                        fact: id.0,
                        actor: *actor,
                        device: None,
                        origin: None,
                        body: body.as_bytes(),
                    };
                    evidence.journal.enter(tx, entry).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(found)
    }

    /// A small image; of a photo that shows a person, for the handling unit only. A preview stands for the thumbnail that
    /// cannot be made yet.
    pub async fn image(&self, actor: &Actor, id: PhotoId, size: Size) -> Result<Image, Error> {
        let row = self.visible(actor, Right::ReadPhotos, id).await?;
        if row.contains_person == 1 && !is_handling(actor, &row) {
            return Err(Error::NotFound);
        }
        refuse_erased(&row)?;
        let mut tx = self.journal.store().read().await?;
        let image = sql::image(&mut tx, id, size.as_str()).await?;
        let preview = match (size, &image) {
            (Size::Thumbnail, None) => sql::preview(&mut tx, id).await?,
            _ => None,
        };
        drop(tx);
        let is_preview = preview.is_some();
        let image = image.map(|own| own.image);
        let image = image.or(preview.map(|own| own.image));
        let jpeg = self.bytes(&image.ok_or(Error::NotFound)?.sha256).await?;
        Ok(Image { jpeg, is_preview })
    }

    /// A page of the photos in the caller's reach.
    pub async fn list(&self, actor: &Actor, query: ListQuery) -> Result<ListPage, Error> {
        let sight = sight(actor).ok_or(Error::Forbidden)?;
        let mut tx = self.journal.store().read().await?;
        let limit = i64::from(query.limit) + 1;
        let mut rows = sql::list(&mut tx, &sight, query.which, query.after, limit).await?;
        let most = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more);
        let next = next.map(|row| (row.taken_at, row.id));
        let total = if query.count {
            Some(sql::count(&mut tx, &sight, query.which).await?)
        } else {
            None
        };
        let marks = Marks::of(&mut tx, &rows).await?;
        let items = rows
            .into_iter()
            .map(|row| PhotoView::of(actor, row, &marks));
        Ok(ListPage {
            items: items.collect::<Result<_, _>>()?,
            next,
            total,
        })
    }

    pub(super) async fn visible(
        &self,
        actor: &Actor,
        right: Right,
        id: PhotoId,
    ) -> Result<PhotoRow, Error> {
        if !actor.may_somewhere(right) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        let row = sql::photo(&mut tx, id).await?;
        row.filter(|row| may_see(actor, right, row))
            .ok_or(Error::NotFound)
    }

    /// The bytes of that SHA-256. Nobody is handed bytes that no longer have it: they would pass for those that were recorded.
    pub(super) async fn bytes(&self, sha256: &[u8]) -> Result<Bytes, Error> {
        let name: [u8; 32] = sha256.try_into().or(Err(Error::NotFound))?;
        let kept = self.blobs.get(BlobName(name)).await?;
        // Megabytes are hashed where nobody waits for the thread.
        let held = kept.map(|bytes| {
            tokio::task::spawn_blocking(move || (digest(&bytes) == name).then_some(bytes))
        });
        let whole = match held {
            Some(held) => held.await.unwrap_or(None),
            None => None,
        };
        let sha256 = hex(&name);
        match whole {
            Some(bytes) => Ok(Bytes { sha256, bytes }),
            None => Err(Error::Damaged(sha256)),
        }
    }
}

/// What an order erased is told of as that, not as lost.
pub(super) fn refuse_erased(row: &PhotoRow) -> Result<(), Error> {
    match row.erased() {
        Some(erased) => Err(Error::Erased(erased.document)),
        None => Ok(()),
    }
}

/// A photo is seen where its plot lies, else where it was taken; one without any place, by its author's unit.
pub(super) fn may_see(actor: &Actor, right: Right, row: &PhotoRow) -> bool {
    let placeless = row.linked == 0 && row.lon.is_none();
    let is_own = actor.id == row.author || (row.org.is_some() && row.org == unit_of(actor));
    (placeless && is_own) || actor.may(right, row.seen_in.as_deref())
}

/// Which photos the caller may read; none without the right.
#[must_use]
pub fn sight(actor: &Actor) -> Option<Sight> {
    Some(match actor.reach(Right::ReadPhotos)? {
        Scope::Province => Sight::All,
        Scope::Communes(codes) => Sight::Some {
            author: actor.id,
            org: unit_of(actor),
            communes: codes.into_iter().collect(),
        },
    })
}

impl Size {
    /// The word under which it is kept.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Display => "display",
            Self::Thumbnail => "thumbnail",
        }
    }
}

impl PhotoView {
    /// The photo as this reader may see it; a plot to which it is not joined is named only to the author's unit.
    #[expect(clippy::needless_pass_by_value, reason = "the row becomes its view")]
    pub(super) fn of(actor: &Actor, row: PhotoRow, marks: &Marks) -> Result<Self, store::Error> {
        let Ok(Value::Object(mut told)) = serde_json::from_str(&row.record) else {
            return Err(row.corrupt("record"));
        };
        let flags: Value = serde_json::from_str(&row.flags).or(Err(row.corrupt("flags")))?;
        let plot = row
            .plot
            .filter(|_| row.linked == 1 || is_handling(actor, &row));
        let known = json!({
            "id": row.id,
            "version": 1,
            "sha256": hex(&row.sha256),
            "bytes": row.bytes,
            "taken_at": row.taken_at,
            "lon": row.lon,
            "lat": row.lat,
            "plot": plot,
            "contains_person": row.contains_person == 1,
            "state": row.state,
            "stored_at": row.stored_at,
            "derived": row.derived,
            "flags": flags,
            "after_seal": marks.after_seal(&row),
            "held": marks.is_held(&row),
            "preview": marks.is_previewed(&row),
            "recorded_at": row.recorded_at,
        });
        if let Value::Object(known) = known {
            told.extend(known);
        }
        if let Some(erased) = row.erased() {
            told.insert("redacted_at".to_owned(), json!(erased.at));
            told.insert("redacted_document".to_owned(), erased.document.into());
        }
        Ok(Self {
            id: row.id,
            taken_at: row.taken_at,
            coordinates: row.lon.zip(row.lat).map(|(lon, lat)| [lon, lat]),
            told,
        })
    }
}
