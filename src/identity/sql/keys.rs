//! Devices' keys.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{AccountId, DeviceId, EntryId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_DEVICE_KEY: &str = "INSERT INTO identity_device_keys (id, device, public, entry, proposed_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";
pub(super) const DEVICE_KEY: &str = "SELECT id, device, public, entry, proposed_at, confirmed_at, confirmed_by, revoked_at \
     FROM identity_device_keys WHERE id = $1";
pub(super) const DEVICE_KEYS: &str = "SELECT id, device, public, entry, proposed_at, confirmed_at, confirmed_by, revoked_at \
     FROM identity_device_keys WHERE device = $1 ORDER BY proposed_at, id";
pub(super) const CONFIRM_DEVICE_KEY: &str = "UPDATE identity_device_keys SET confirmed_at = $2, confirmed_by = $3 \
     WHERE id = $1 AND confirmed_at IS NULL AND revoked_at IS NULL";
pub(super) const REVOKE_DEVICE_KEY: &str =
    "UPDATE identity_device_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
// Who enrolled a device: whoever opened a code that it spent, else whoever wrote it down.
pub(super) const OPENERS: &str = "SELECT opened_by FROM identity_enrolments WHERE device = $1 AND spent_at IS NOT NULL \
     UNION SELECT created_by FROM identity_devices WHERE id = $1 AND NOT EXISTS \
     (SELECT 1 FROM identity_enrolments WHERE device = $1 AND spent_at IS NOT NULL)";

const UNSIGNED: &str = "SELECT DISTINCT e.id, e.fact FROM journal_entries e JOIN identity_device_keys k ON k.device = e.actor \
     WHERE k.confirmed_at < e.received_at AND (k.revoked_at IS NULL OR k.revoked_at > e.received_at) \
     AND e.statement IS NULL AND e.id IN (";

/// A device's key as it stands in its table.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DeviceKeyRow {
    pub id: String,
    pub device: DeviceId,
    pub public: Vec<u8>,
    pub entry: EntryId,
    pub proposed_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub confirmed_by: Option<AccountId>,
    pub revoked_at: Option<Timestamp>,
}

/// Keeps a key that waits to be confirmed; false when it is known.
pub async fn insert_device_key(
    tx: &mut Tx,
    id: &str,
    device: DeviceId,
    public: &[u8],
    entry: EntryId,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_DEVICE_KEY)
            .bind(id)
            .bind(device)
            .bind(public)
            .bind(entry)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

pub async fn device_key(tx: &mut Tx, id: &str) -> Result<Option<DeviceKeyRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICE_KEY)
        .bind(id)
        .fetch_optional(c))
}

/// A device's keys, the oldest first.
pub async fn device_keys(tx: &mut Tx, device: DeviceId) -> Result<Vec<DeviceKeyRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICE_KEYS)
        .bind(device)
        .fetch_all(c))
}

pub async fn confirm_device_key(
    tx: &mut Tx,
    id: &str,
    at: Timestamp,
    by: Uuid,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(CONFIRM_DEVICE_KEY).bind(id).bind(at).bind(by)
    )
    .map(|rows| rows > 0)
}

pub async fn revoke_device_key(tx: &mut Tx, id: &str, at: Timestamp) -> Result<bool, Error> {
    changed!(tx, sqlx::query(REVOKE_DEVICE_KEY).bind(id).bind(at)).map(|rows| rows > 0)
}

/// The accounts that enrolled a device.
pub async fn openers(tx: &mut Tx, device: DeviceId) -> Result<Vec<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(OPENERS)
        .bind(device)
        .fetch_all(c))
}

/// Those of some entries that came without a statement while their author had a confirmed key, each with its fact.
pub async fn unsigned(
    tx: &mut Tx,
    entries: &[EntryId],
) -> Result<Vec<(EntryId, Option<Uuid>)>, Error> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = QueryBuilder::new(UNSIGNED);
        let mut list = query.separated(", ");
        for entry in entries {
            list.push_bind(*entry);
        }
        query.push(")");
        async move { query.build_query_as().fetch_all(c).await }
    })
}
