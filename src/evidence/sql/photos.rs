//! Photos, and what came under another hash.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{AccountId, EntryId, OrgId, PhotoId, PlotId, QuarantineId};
use crate::base::time::Timestamp;
use crate::evidence::model::redaction::PhotoErased;
use crate::store::{Error, Tx, padded};
use crate::{changed, on};

/// A photo with the commune that decides who may see it: its plot's when it is linked, else its own point's.
macro_rules! photos_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, p.entry, p.author, p.org, p.plot, p.linked, p.lon, p.lat, p.place, p.reach, p.taken_at, \
             p.contains_person, p.sha256, p.bytes, p.record, p.state, p.original_entry, p.stored_at, p.derived, \
             p.flags, p.recorded_at, p.door, p.principal, p.taken_by, p.named, CASE WHEN p.linked = 1 THEN q.place ELSE p.place END AS seen_in, \
             p.redacted_at, r.document AS redacted_document FROM photos p \
             LEFT JOIN plots q ON q.id = p.plot AND p.linked = 1 LEFT JOIN evidence_redactions r ON r.id = p.redaction WHERE ",
            $condition
        )
    };
}

pub(super) const PHOTO: &str = photos_where!("p.id = $1");
pub(super) const PHOTOS: &str = photos_where!("1 = 1");
const UNLINKED: &str = photos_where!("p.linked = 0 AND p.plot IN (");
pub(super) const PLACED_AFTER: &str =
    photos_where!("p.lon IS NOT NULL AND p.id > $1 ORDER BY p.id LIMIT 500");
pub(super) const ALL_AFTER: &str = photos_where!("p.id > $1 ORDER BY p.id LIMIT 500");
pub(super) const COUNT: &str =
    "SELECT COUNT(*) FROM photos p LEFT JOIN plots q ON q.id = p.plot AND p.linked = 1 WHERE 1 = 1";
pub(super) const INSERT_PHOTO: &str = "INSERT INTO photos (id, entry, author, org, plot, linked, lon, lat, place, reach, taken_at, \
     contains_person, sha256, bytes, record, state, derived, flags, recorded_at, door, principal, taken_by, named) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'announced', 'waiting', '[]', $16, \
     $17, $18, $19, $20) \
     ON CONFLICT (id) DO NOTHING";
pub(super) const STORE_ORIGINAL: &str = "UPDATE photos SET state = 'stored', original_entry = $2, stored_at = $3 \
     WHERE id = $1 AND state = 'announced'";
pub(super) const LOCK_PHOTO: &str = "UPDATE photos SET state = state WHERE id = $1";
pub(super) const LINK: &str = "UPDATE photos SET linked = 1 WHERE id = $1 AND linked = 0";
pub(super) const SET_PLACE: &str = "UPDATE photos SET place = $2 WHERE id = $1";
pub(super) const SET_DERIVED: &str = "UPDATE photos SET derived = $2, flags = $3 WHERE id = $1";
pub(super) const INSERT_ASIDE: &str = "INSERT INTO photo_asides (quarantine, photo, sha256, bytes) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (quarantine) DO NOTHING";
pub(super) const NAMED: &str = "SELECT 1 WHERE EXISTS (SELECT 1 FROM photos WHERE sha256 = $1 AND state = 'stored' AND redaction IS NULL) \
     OR EXISTS (SELECT 1 FROM photo_images WHERE sha256 = $1) OR EXISTS (SELECT 1 FROM photo_asides WHERE sha256 = $1) \
     OR EXISTS (SELECT 1 FROM photo_previews WHERE sha256 = $1)";
pub(super) const OF_PLOT: &str =
    photos_where!("p.plot = $1 AND p.linked = 1 AND p.state = 'stored' ORDER BY p.taken_at, p.id");
pub(super) const ORIGINALS: &str = "SELECT id, sha256, original_entry, stored_at, redaction FROM photos \
     WHERE original_entry IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";

/// A photo as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PhotoRow {
    pub id: PhotoId,
    pub entry: EntryId,
    pub author: Uuid,
    pub org: Option<OrgId>,
    pub plot: Option<PlotId>,
    pub linked: i64,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub place: Option<String>,
    pub reach: String,
    pub taken_at: Timestamp,
    pub contains_person: i64,
    pub sha256: Vec<u8>,
    pub bytes: i64,
    pub record: String,
    pub state: String,
    pub original_entry: Option<EntryId>,
    pub stored_at: Option<Timestamp>,
    pub derived: String,
    pub flags: String,
    pub recorded_at: Timestamp,
    pub door: Option<String>,
    pub principal: Option<String>,
    pub taken_by: Option<AccountId>,
    pub named: i64,
    pub seen_in: Option<String>,
    /// When its bytes were erased by order.
    pub redacted_at: Option<Timestamp>,
    /// The number of that order's document.
    pub redacted_document: Option<String>,
}

impl PhotoRow {
    /// What is to be said when a column cannot be read.
    pub fn corrupt(&self, column: &'static str) -> Error {
        Error::Corrupt {
            table: "photos",
            column,
            id: self.id.to_string(),
        }
    }

    /// Whether the original's bytes came.
    pub fn is_stored(&self) -> bool {
        self.original_entry.is_some()
    }

    /// By which order its bytes were erased, and when.
    pub fn erased(&self) -> Option<PhotoErased> {
        Some(PhotoErased {
            at: self.redacted_at?,
            document: self.redacted_document.clone().unwrap_or_default(),
        })
    }

    /// Whether the original's bytes are kept: they came, and no order erased them.
    pub fn has_bytes(&self) -> bool {
        self.is_stored() && self.redacted_at.is_none()
    }
}

/// Which photos the caller may see.
#[derive(Debug, Clone)]
pub enum Sight {
    /// Every one.
    All,
    /// Those in the communes, and those without any place of the author's own unit.
    Some {
        /// The reader.
        author: Uuid,
        /// The reader's organisation.
        org: Option<OrgId>,
        /// Communes by code.
        communes: Vec<String>,
    },
}

/// What a stored photo's row says of its entries and bytes.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StoredRow {
    pub id: PhotoId,
    pub sha256: Vec<u8>,
    pub original_entry: EntryId,
    pub stored_at: Option<Timestamp>,
    pub redaction: Option<Uuid>,
}

/// Stored photos after an id.
pub async fn originals(tx: &mut Tx, after: PhotoId, limit: i64) -> Result<Vec<StoredRow>, Error> {
    on!(tx, |c| sqlx::query_as(ORIGINALS)
        .bind(after)
        .bind(limit)
        .fetch_all(c))
}

pub async fn photo(tx: &mut Tx, id: PhotoId) -> Result<Option<PhotoRow>, Error> {
    on!(tx, |c| sqlx::query_as(PHOTO).bind(id).fetch_optional(c))
}

/// Keeps other writers of the photo out until the act ends; false when there is no such photo.
pub async fn lock_photo(tx: &mut Tx, id: PhotoId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(LOCK_PHOTO).bind(id)).map(|rows| rows > 0)
}

/// Writes a photo; false when the id is taken.
pub async fn insert_photo(tx: &mut Tx, row: &PhotoRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_PHOTO)
            .bind(row.id)
            .bind(row.entry)
            .bind(row.author)
            .bind(row.org)
            .bind(row.plot)
            .bind(row.linked)
            .bind(row.lon)
            .bind(row.lat)
            .bind(row.place.as_deref())
            .bind(row.reach.as_str())
            .bind(row.taken_at)
            .bind(row.contains_person)
            .bind(row.sha256.as_slice())
            .bind(row.bytes)
            .bind(row.record.as_str())
            .bind(row.recorded_at)
            .bind(row.door.as_deref())
            .bind(row.principal.as_deref())
            .bind(row.taken_by)
            .bind(row.named)
    )
    .map(|rows| rows > 0)
}

/// Notes that the original is kept; false when it was before.
pub async fn store_original(
    tx: &mut Tx,
    id: PhotoId,
    entry: EntryId,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(STORE_ORIGINAL).bind(id).bind(entry).bind(at)
    )
    .map(|rows| rows > 0)
}

/// The photos that name one of these plots, to which they are not joined.
pub async fn unlinked(tx: &mut Tx, plots: &[PlotId]) -> Result<Vec<PhotoRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(UNLINKED);
        let mut list = query.separated(", ");
        for plot in padded(plots) {
            list.push_bind(plot);
        }
        query.push(") ORDER BY p.plot, p.id");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// The photos joined to a plot whose originals are kept, the first taken first.
pub async fn photos_of(tx: &mut Tx, plot: PlotId) -> Result<Vec<PhotoRow>, Error> {
    on!(tx, |c| sqlx::query_as(OF_PLOT).bind(plot).fetch_all(c))
}

/// Joins a photo to the plot that it names; false when it was before.
pub async fn link(tx: &mut Tx, id: PhotoId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(LINK).bind(id)).map(|rows| rows > 0)
}

/// Up to 500 photos with a point of their own, after one in the order of ids.
pub async fn placed_after(tx: &mut Tx, id: PhotoId) -> Result<Vec<PhotoRow>, Error> {
    on!(tx, |c| sqlx::query_as(PLACED_AFTER).bind(id).fetch_all(c))
}

/// Up to 500 photos after one in the order of ids.
pub async fn all_after(tx: &mut Tx, id: PhotoId) -> Result<Vec<PhotoRow>, Error> {
    on!(tx, |c| sqlx::query_as(ALL_AFTER).bind(id).fetch_all(c))
}

pub async fn set_place(tx: &mut Tx, id: PhotoId, place: Option<&str>) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_PLACE).bind(id).bind(place)).map(drop)
}

pub async fn set_derived(
    tx: &mut Tx,
    id: PhotoId,
    derived: &str,
    flags: &str,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_DERIVED).bind(id).bind(derived).bind(flags)
    )
    .map(drop)
}

pub async fn insert_aside(
    tx: &mut Tx,
    quarantine: QuarantineId,
    photo: PhotoId,
    sha256: &[u8],
    bytes: i64,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_ASIDE)
            .bind(quarantine)
            .bind(photo)
            .bind(sha256)
            .bind(bytes)
    )
    .map(drop)
}

/// Whether a row names these bytes.
pub async fn is_named(tx: &mut Tx, sha256: &[u8]) -> Result<bool, Error> {
    let found: Option<i32> = on!(tx, |c| sqlx::query_scalar(NAMED)
        .bind(sha256)
        .fetch_optional(c))?;
    Ok(found.is_some())
}

/// Which photos are listed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which {
    /// Of this plot.
    pub plot: Option<PlotId>,
    /// Only those that figures of plots count: kept, shown as pictures, not rejected.
    pub counted: bool,
    /// Only those of which the original came or an order erased what there was, or only those that were merely announced.
    pub came: Option<bool>,
}

// As the ledger takes photos: what cannot be shown as a picture counts for nothing.
const COUNTED: &str = " AND p.linked = 1 AND p.state = 'stored' \
     AND (p.derived <> 'none' OR p.flags LIKE '%\"heic_placeholder\"%') \
     AND NOT EXISTS (SELECT 1 FROM evidence_questions s WHERE s.photo = p.id AND s.state = 'upheld')";

const CAME: &str = " AND (p.original_entry IS NOT NULL OR p.redaction IS NOT NULL)";
const ANNOUNCED: &str = " AND p.original_entry IS NULL AND p.redaction IS NULL";

/// Adds the conditions; a macro, because a builder belongs to one database.
macro_rules! narrow {
    ($query:ident, $sight:expr, $which:expr) => {
        if let Sight::Some {
            author,
            org,
            communes,
        } = $sight
        {
            $query.push(" AND (CASE WHEN p.linked = 1 THEN q.place ELSE p.place END IN (");
            let mut list = $query.separated(", ");
            for code in communes {
                list.push_bind(code.as_str());
            }
            $query.push(") OR (p.linked = 0 AND p.lon IS NULL AND (p.author = ");
            $query.push_bind(*author);
            if let Some(org) = org {
                $query.push(" OR p.org = ").push_bind(*org);
            }
            $query.push(")))");
        }
        if let Some(plot) = $which.plot {
            $query
                .push(" AND p.linked = 1 AND p.plot = ")
                .push_bind(plot);
        }
        if $which.counted {
            $query.push(COUNTED);
        }
        if let Some(came) = $which.came {
            $query.push(if came { CAME } else { ANNOUNCED });
        }
    };
}

/// A page of photos, the latest first, after one of them.
pub async fn list(
    tx: &mut Tx,
    sight: &Sight,
    which: Which,
    after: Option<(Timestamp, PhotoId)>,
    limit: i64,
) -> Result<Vec<PhotoRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PHOTOS);
        narrow!(query, sight, which);
        if let Some((at, id)) = after {
            query.push(" AND (p.taken_at < ").push_bind(at);
            query.push(" OR (p.taken_at = ").push_bind(at);
            query.push(" AND p.id < ").push_bind(id).push("))");
        }
        query
            .push(" ORDER BY p.taken_at DESC, p.id DESC LIMIT ")
            .push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// How many photos the caller may see.
pub async fn count(tx: &mut Tx, sight: &Sight, which: Which) -> Result<i64, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COUNT);
        narrow!(query, sight, which);
        async move { query.build_query_scalar().fetch_one(c).await }
    })
}
