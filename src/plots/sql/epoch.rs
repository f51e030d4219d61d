//! The plots' epoch: what figures made from plots tell by that they are old.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::store::{Error, Tx};
use crate::{changed, later, on};

const EPOCH: &str = "SELECT CAST(SUM(epoch) AS BIGINT) FROM plot_epochs";
const ADVANCE: &str = "UPDATE plot_epochs SET epoch = epoch + 1 WHERE share = $1";
const EPOCHS: &str =
    "SELECT CAST(SUM(epoch) AS BIGINT), CAST(SUM(photos) AS BIGINT) FROM plot_epochs";
const ADVANCE_PHOTOS: &str = "UPDATE plot_epochs SET photos = photos + 1 WHERE share = $1";
const SHARES: i64 = 16;

/// The statements of this table.
pub const STATEMENTS: &[&str] = &[EPOCH, ADVANCE, EPOCHS, ADVANCE_PHOTOS];

/// The number of acts that changed plots.
pub async fn epoch(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(EPOCH).fetch_one(c))
}

/// The number of acts that changed plots, and of those in which photos of them were counted.
pub async fn epochs(tx: &mut Tx) -> Result<(i64, i64), Error> {
    on!(tx, |c| sqlx::query_as(EPOCHS).fetch_one(c))
}

/// Moves the count of photos on, as the last statement of an act for the same reason.
pub async fn advance_photos(tx: &mut Tx) -> Result<(), Error> {
    changed!(tx, sqlx::query(ADVANCE_PHOTOS).bind(next_share())).map(drop)
}

/// Moves the epoch on, by one of its shares. Once in an act, as its last statement: the share stays locked until the act
/// ends, and whoever waits for it must hold nothing that this act still needs.
pub async fn advance(tx: &mut Tx) -> Result<(), Error> {
    match tx {
        // One writer, who waits for nobody: it may go with what stands before it.
        Tx::Sqlite(_) => later!(tx, ADVANCE, [next_share()]),
        Tx::Postgres(_) => changed!(tx, sqlx::query(ADVANCE).bind(next_share())).map(drop),
    }
}

fn next_share() -> i64 {
    static NEXT: AtomicI64 = AtomicI64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed).rem_euclid(SHARES)
}
