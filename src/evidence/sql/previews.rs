//! Previews: small pictures until the originals come.

use sqlx::QueryBuilder;

use crate::base::ids::PhotoId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

use super::ImageRow;

pub(super) const PREVIEW: &str =
    "SELECT sent, sha256, bytes, width, height FROM photo_previews WHERE photo = $1";
pub(super) const SET_PREVIEW: &str = "INSERT INTO photo_previews (photo, sent, sha256, bytes, width, height, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (photo) DO UPDATE SET sent = excluded.sent, \
     sha256 = excluded.sha256, bytes = excluded.bytes, width = excluded.width, height = excluded.height, \
     received_at = excluded.received_at";
pub(super) const DROP_PREVIEW: &str = "DELETE FROM photo_previews WHERE photo = $1";
const PREVIEWED: &str = "SELECT photo FROM photo_previews WHERE photo IN (";

/// A preview as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PreviewRow {
    /// SHA-256 of the bytes as sent.
    pub sent: Vec<u8>,
    /// The picture that is shown.
    #[sqlx(flatten)]
    pub image: ImageRow,
}

/// The preview of a photo.
pub async fn preview(tx: &mut Tx, photo: PhotoId) -> Result<Option<PreviewRow>, Error> {
    on!(tx, |c| sqlx::query_as(PREVIEW)
        .bind(photo)
        .fetch_optional(c))
}

/// Writes a photo's preview in the place of the one before.
pub async fn set_preview(
    tx: &mut Tx,
    photo: PhotoId,
    row: &PreviewRow,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_PREVIEW)
            .bind(photo)
            .bind(row.sent.as_slice())
            .bind(row.image.sha256.as_slice())
            .bind(row.image.bytes)
            .bind(row.image.width)
            .bind(row.image.height)
            .bind(at)
    )
    .map(drop)
}

/// Forgets a photo's preview; its bytes are collected like all that nothing names.
pub async fn drop_preview(tx: &mut Tx, photo: PhotoId) -> Result<(), Error> {
    changed!(tx, sqlx::query(DROP_PREVIEW).bind(photo)).map(drop)
}

/// Those of some photos that have a preview.
pub async fn previewed(tx: &mut Tx, photos: &[PhotoId]) -> Result<Vec<PhotoId>, Error> {
    if photos.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PREVIEWED);
        let mut list = query.separated(", ");
        for photo in photos {
            list.push_bind(*photo);
        }
        query.push(")");
        async move { query.build_query_scalar().fetch_all(c).await }
    })
}
