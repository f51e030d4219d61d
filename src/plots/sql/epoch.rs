//! The plots' epoch: what figures made from plots tell by that they are old.

use crate::store::{Error, Tx};
use crate::{changed, on};

const EPOCH: &str = "SELECT epoch FROM plot_epoch WHERE only_row = 1";
const ADVANCE: &str = "UPDATE plot_epoch SET epoch = epoch + 1 WHERE only_row = 1";
const EPOCHS: &str = "SELECT epoch, photos FROM plot_epoch WHERE only_row = 1";
const ADVANCE_PHOTOS: &str = "UPDATE plot_epoch SET photos = photos + 1 WHERE only_row = 1";

/// The statements of this table.
pub const STATEMENTS: &[&str] = &[EPOCH, ADVANCE, EPOCHS, ADVANCE_PHOTOS];

/// The number of changes that plots have seen.
pub async fn epoch(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(EPOCH).fetch_one(c))
}

/// The number of changes that plots have seen, and of those in which photos of them were counted.
pub async fn epochs(tx: &mut Tx) -> Result<(i64, i64), Error> {
    on!(tx, |c| sqlx::query_as(EPOCHS).fetch_one(c))
}

/// Moves the count of photos on, as the last statement of an act for the same reason.
pub async fn advance_photos(tx: &mut Tx) -> Result<(), Error> {
    changed!(tx, sqlx::query(ADVANCE_PHOTOS)).map(drop)
}

/// Moves the epoch on. The last statement of an act on plots: the row stays locked until the act ends, and whoever
/// waits for it must hold nothing that this act still needs.
pub async fn advance(tx: &mut Tx) -> Result<(), Error> {
    changed!(tx, sqlx::query(ADVANCE)).map(drop)
}
