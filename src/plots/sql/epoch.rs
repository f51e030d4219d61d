//! The plots' epoch: what figures made from plots tell by that they are old.

use crate::store::{Error, Tx};
use crate::{changed, on};

const EPOCH: &str = "SELECT epoch FROM plot_epoch WHERE only_row = 1";
const ADVANCE: &str = "UPDATE plot_epoch SET epoch = epoch + 1 WHERE only_row = 1";

/// The statements of this table.
pub const STATEMENTS: &[&str] = &[EPOCH, ADVANCE];

/// The number of changes that plots have seen.
pub async fn epoch(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(EPOCH).fetch_one(c))
}

/// Moves the epoch on. The last statement of an act on plots: the row stays locked until the act ends, and whoever
/// waits for it must hold nothing that this act still needs.
pub async fn advance(tx: &mut Tx) -> Result<(), Error> {
    changed!(tx, sqlx::query(ADVANCE)).map(drop)
}
