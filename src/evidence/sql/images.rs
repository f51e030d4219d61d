//! Small images, made of originals.

use crate::base::ids::PhotoId;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_IMAGE: &str = "INSERT INTO photo_images (photo, size, sha256, bytes, width, height, key_id, signature) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (photo, size) DO NOTHING";
pub(super) const IMAGE: &str = "SELECT sha256, bytes, width, height, key_id, signature FROM photo_images \
     WHERE photo = $1 AND size = $2";
pub(super) const IMAGES_FROM: &str = "SELECT i.photo, i.size, p.sha256 AS original, i.sha256, i.bytes, i.width, i.height, \
     i.key_id, i.signature FROM photo_images i JOIN photos p ON p.id = i.photo \
     WHERE (i.photo, i.size) > ($1, $2) ORDER BY i.photo, i.size LIMIT 500";
/// Photos of which small images were made that are not both there.
pub(super) const PICTURELESS: &str = "SELECT p.id FROM photos p WHERE p.derived = 'made' AND p.redaction IS NULL AND p.redacted_at IS NULL \
     AND (SELECT COUNT(*) FROM photo_images i WHERE i.photo = p.id) < 2 ORDER BY p.id";

/// A small image.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ImageRow {
    pub sha256: Vec<u8>,
    pub bytes: i64,
    pub width: i64,
    pub height: i64,
}

/// One that this server made of an original.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DerivedRow {
    #[sqlx(flatten)]
    pub image: ImageRow,
    /// The key that says so; none for what was made before it did.
    pub key_id: Option<String>,
    /// Its signature over original and image.
    pub signature: Option<Vec<u8>>,
}

/// The same with what it is of.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DerivedOf {
    pub photo: PhotoId,
    pub size: String,
    /// SHA-256 of the original, as the photo's row says.
    pub original: Vec<u8>,
    #[sqlx(flatten)]
    pub own: DerivedRow,
}

pub async fn insert_image(
    tx: &mut Tx,
    photo: PhotoId,
    size: &str,
    row: &DerivedRow,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_IMAGE)
            .bind(photo)
            .bind(size)
            .bind(row.image.sha256.as_slice())
            .bind(row.image.bytes)
            .bind(row.image.width)
            .bind(row.image.height)
            .bind(row.key_id.as_deref())
            .bind(row.signature.as_deref())
    )
    .map(drop)
}

pub async fn image(tx: &mut Tx, photo: PhotoId, size: &str) -> Result<Option<DerivedRow>, Error> {
    on!(tx, |c| sqlx::query_as(IMAGE)
        .bind(photo)
        .bind(size)
        .fetch_optional(c))
}

/// Up to 500 small images after one in the order of photos.
pub async fn images_from(
    tx: &mut Tx,
    (photo, size): (PhotoId, &str),
) -> Result<Vec<DerivedOf>, Error> {
    on!(tx, |c| sqlx::query_as(IMAGES_FROM)
        .bind(photo)
        .bind(size)
        .fetch_all(c))
}

/// Photos whose small images were made and are not both there.
pub async fn pictureless(tx: &mut Tx) -> Result<Vec<PhotoId>, Error> {
    on!(tx, |c| sqlx::query_scalar(PICTURELESS).fetch_all(c))
}
