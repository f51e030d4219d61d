//! Windows in which what is held of a device may be claimed.

use uuid::Uuid;

use crate::base::ids::DeviceId;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const OPEN_HELD_WINDOW: &str = "INSERT INTO identity_held_windows (device, code_hash, opened_by, expires_at, wrong) \
     VALUES ($1, $2, $3, $4, 0) ON CONFLICT (device) DO UPDATE SET code_hash = excluded.code_hash, \
     opened_by = excluded.opened_by, expires_at = excluded.expires_at, wrong = 0";
pub(super) const HELD_WINDOW: &str =
    "SELECT code_hash, expires_at, wrong FROM identity_held_windows WHERE device = $1";
pub(super) const COUNT_WRONG: &str =
    "UPDATE identity_held_windows SET wrong = wrong + 1 WHERE device = $1";

/// A window as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HeldWindowRow {
    pub code_hash: Vec<u8>,
    pub expires_at: Timestamp,
    pub wrong: i64,
}

/// Opens a window in the place of the one before.
pub async fn open_held_window(
    tx: &mut Tx,
    device: DeviceId,
    hash: &[u8],
    by: Uuid,
    until: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(OPEN_HELD_WINDOW)
            .bind(device)
            .bind(hash)
            .bind(by)
            .bind(until)
    )
    .map(drop)
}

/// The last window of a device.
pub async fn held_window(tx: &mut Tx, device: DeviceId) -> Result<Option<HeldWindowRow>, Error> {
    on!(tx, |c| sqlx::query_as(HELD_WINDOW)
        .bind(device)
        .fetch_optional(c))
}

/// Counts one more code that did not fit.
pub async fn count_wrong(tx: &mut Tx, device: DeviceId) -> Result<(), Error> {
    changed!(tx, sqlx::query(COUNT_WRONG).bind(device)).map(drop)
}
