//! Heads stamped outside.

use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_STAMP: &str = "INSERT INTO journal_stamps (size, authority, stamped_at, asked_at, reply) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (size, authority) DO NOTHING";
pub(super) const STAMPS: &str = "SELECT size, authority, stamped_at, asked_at FROM journal_stamps \
     WHERE authority = $1 ORDER BY asked_at DESC LIMIT $2";
pub(super) const ALL_STAMPS: &str = "SELECT size, authority, stamped_at, asked_at FROM journal_stamps \
     ORDER BY size DESC, authority LIMIT $1";
pub(super) const STAMPS_ABOVE: &str = "SELECT size, authority, stamped_at, asked_at FROM journal_stamps \
     WHERE size > $1 AND size <= $2 ORDER BY size, authority";
pub(super) const STAMP_OF: &str =
    "SELECT reply FROM journal_stamps WHERE size = $1 ORDER BY authority LIMIT 1";

pub(super) const STAMPS_FROM: &str = "SELECT size, authority, stamped_at, reply FROM journal_stamps \
     WHERE (size, authority) > ($1, $2) ORDER BY size, authority LIMIT 100";

/// A stamp with the reply by which it was made.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptStamp {
    pub size: i64,
    pub authority: String,
    pub stamped_at: Timestamp,
    pub reply: Vec<u8>,
}

/// A stamp as it stands in its table.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StampRow {
    pub size: i64,
    pub authority: String,
    pub stamped_at: Timestamp,
    pub asked_at: Timestamp,
}

pub async fn insert_stamp(tx: &mut Tx, row: &StampRow, reply: &[u8]) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_STAMP)
            .bind(row.size)
            .bind(row.authority.as_str())
            .bind(row.stamped_at)
            .bind(row.asked_at)
            .bind(reply)
    )
    .map(drop)
}

/// An authority's stamps, the latest first.
pub async fn stamps(tx: &mut Tx, authority: &str, limit: i64) -> Result<Vec<StampRow>, Error> {
    on!(tx, |c| sqlx::query_as(STAMPS)
        .bind(authority)
        .bind(limit)
        .fetch_all(c))
}

/// Every authority's stamps, those of the newest heads first.
pub async fn all_stamps(tx: &mut Tx, limit: i64) -> Result<Vec<StampRow>, Error> {
    on!(tx, |c| sqlx::query_as(ALL_STAMPS).bind(limit).fetch_all(c))
}

/// The stamps of heads that hold the entry of a number, up to a size, those of the smallest heads first.
pub async fn stamps_above(tx: &mut Tx, number: i64, size: i64) -> Result<Vec<StampRow>, Error> {
    on!(tx, |c| sqlx::query_as(STAMPS_ABOVE)
        .bind(number)
        .bind(size)
        .fetch_all(c))
}

/// The reply by which a head was stamped.
pub async fn stamp_of(tx: &mut Tx, size: i64) -> Result<Option<Vec<u8>>, Error> {
    on!(tx, |c| sqlx::query_scalar(STAMP_OF)
        .bind(size)
        .fetch_optional(c))
}

/// Stamps after one in the order of heads and authorities.
pub async fn stamps_from(
    tx: &mut Tx,
    (size, authority): (i64, &str),
) -> Result<Vec<KeptStamp>, Error> {
    on!(tx, |c| sqlx::query_as(STAMPS_FROM)
        .bind(size)
        .bind(authority)
        .fetch_all(c))
}
