//! Communes' boundaries.

use futures::TryStreamExt;
use futures::future::ready;

use crate::base::ids::{BoundaryId, EntryId};
use crate::base::time::{LocalDate, Timestamp};
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const BOUNDARIES: &str = "SELECT id, code, name, kind, province_code, province_name, is_border, valid_from, valid_to, \
     sha256, area_m2, vertices, former_names FROM area_boundaries";
pub(super) const KNOWN_BOUNDARIES: &str = "SELECT b.id, b.code, b.name, b.valid_from, b.sha256, e.received_at \
     FROM area_boundaries b JOIN journal_entries e ON e.id = b.entry";
pub(super) const OUTLINE: &str = "SELECT outline FROM area_boundaries WHERE id = $1";
pub(super) const NAME_BOUNDARY: &str = "UPDATE area_boundaries SET former_names = $2 WHERE id = $1";
pub(super) const OUTLINES_ON: &str = "SELECT id, outline FROM area_boundaries \
     WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to >= $1)";
pub(super) const INSERT_BOUNDARY: &str = "INSERT INTO area_boundaries \
     (id, code, name, kind, province_code, province_name, is_border, valid_from, valid_to, sha256, area_m2, vertices, \
     outline, entry, former_names) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
pub(super) const CLOSE_BOUNDARY: &str =
    "UPDATE area_boundaries SET valid_to = $2 WHERE id = $1 AND valid_to IS NULL";

/// A boundary without its outline.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BoundaryRow {
    pub id: BoundaryId,
    pub code: String,
    pub name: String,
    pub kind: String,
    pub province_code: Option<String>,
    pub province_name: Option<String>,
    pub is_border: Option<i64>,
    pub valid_from: LocalDate,
    pub valid_to: Option<LocalDate>,
    pub sha256: Vec<u8>,
    pub area_m2: f64,
    pub vertices: i64,
    pub former_names: String,
}

/// A boundary with the instant from which on it was known.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KnownRow {
    pub id: BoundaryId,
    pub code: String,
    pub name: String,
    pub valid_from: LocalDate,
    pub sha256: Vec<u8>,
    pub received_at: Timestamp,
}

/// Every boundary with the instant from which on it was known, in no order.
pub async fn known_boundaries(tx: &mut Tx) -> Result<Vec<KnownRow>, Error> {
    on!(tx, |c| sqlx::query_as(KNOWN_BOUNDARIES).fetch_all(c))
}

/// Every boundary of every day, in no order.
pub async fn boundaries(tx: &mut Tx) -> Result<Vec<BoundaryRow>, Error> {
    on!(tx, |c| sqlx::query_as(BOUNDARIES).fetch_all(c))
}

/// Hands over the outlines valid on a day one by one, so that their bytes never stand in memory together.
pub async fn each_outline_on(
    tx: &mut Tx,
    at: LocalDate,
    mut take: impl FnMut(BoundaryId, &[u8]) + Send,
) -> Result<(), Error> {
    on!(tx, |c| sqlx::query_as::<_, (BoundaryId, Vec<u8>)>(
        OUTLINES_ON
    )
    .bind(at)
    .fetch(c)
    .try_for_each(|(id, outline)| {
        take(id, &outline);
        ready(Ok(()))
    }))
}

pub async fn insert_boundary(
    tx: &mut Tx,
    row: &BoundaryRow,
    outline: &[u8],
    entry: EntryId,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_BOUNDARY)
            .bind(row.id)
            .bind(row.code.as_str())
            .bind(row.name.as_str())
            .bind(row.kind.as_str())
            .bind(row.province_code.as_deref())
            .bind(row.province_name.as_deref())
            .bind(row.is_border)
            .bind(row.valid_from)
            .bind(row.valid_to)
            .bind(row.sha256.as_slice())
            .bind(row.area_m2)
            .bind(row.vertices)
            .bind(outline)
            .bind(entry)
            .bind(row.former_names.as_str())
    )
    .map(drop)
}

/// A boundary's outline.
pub async fn outline(tx: &mut Tx, id: BoundaryId) -> Result<Option<Vec<u8>>, Error> {
    on!(tx, |c| sqlx::query_scalar(OUTLINE)
        .bind(id)
        .fetch_optional(c))
}

/// Writes the former names of a boundary's commune, a JSON list.
pub async fn name_boundary(tx: &mut Tx, id: BoundaryId, names: &str) -> Result<(), Error> {
    changed!(tx, sqlx::query(NAME_BOUNDARY).bind(id).bind(names)).map(drop)
}

/// Ends a boundary's validity with that day.
pub async fn close_boundary(tx: &mut Tx, id: BoundaryId, valid_to: LocalDate) -> Result<(), Error> {
    changed!(tx, sqlx::query(CLOSE_BOUNDARY).bind(id).bind(valid_to)).map(drop)
}
