//! The areas' tables.

mod audit;
mod boundaries;
mod gates;
mod hamlets;
mod kin;
mod risk;

use crate::store::{Error, Tx};
use crate::{changed, on};

pub use audit::*;
pub use boundaries::*;
pub use gates::*;
pub use hamlets::*;
pub use kin::*;
pub use risk::*;

const EPOCH: &str = "SELECT epoch FROM area_epoch WHERE only_row = 1";
const ADVANCE_FROM: &str =
    "UPDATE area_epoch SET epoch = epoch + 1 WHERE only_row = 1 AND epoch = $1";
const ADVANCE: &str = "UPDATE area_epoch SET epoch = epoch + 1 WHERE only_row = 1";

/// Every statement of areas, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    EPOCH,
    ADVANCE_FROM,
    ADVANCE,
    BOUNDARIES,
    KNOWN_BOUNDARIES,
    OUTLINES_ON,
    INSERT_BOUNDARY,
    CLOSE_BOUNDARY,
    OUTLINE,
    NAME_BOUNDARY,
    RISK_AREAS,
    RISK_AREAS_OF,
    RISK_AREAS_RECEIVED,
    INSERT_RISK_AREA,
    SUPERSEDE,
    GATES,
    SET_GATE,
    HAMLETS,
    SET_HAMLET,
    KEPT_GATES,
    KEPT_HAMLETS,
    KEPT_BOUNDARIES,
    KIN,
    FORGET_KIN,
    COMMUNES_OF_RIGHTS,
];

/// The number of changes that areas have seen.
pub async fn epoch(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(EPOCH).fetch_one(c))
}

/// Moves the epoch on, if it is still what the caller read; holds its row until the act ends.
pub async fn advance_from(tx: &mut Tx, epoch: i64) -> Result<bool, Error> {
    changed!(tx, sqlx::query(ADVANCE_FROM).bind(epoch)).map(|rows| rows > 0)
}

/// Moves the epoch on; holds its row until the act ends, so that acts on areas follow one another.
pub async fn advance(tx: &mut Tx) -> Result<(), Error> {
    changed!(tx, sqlx::query(ADVANCE)).map(drop)
}
