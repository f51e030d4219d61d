//! Post nodes as the province knows them.

use uuid::Uuid;

use crate::base::ids::{DeviceId, LogId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const SET_NODE: &str = "INSERT INTO identity_nodes (device, log, key_id, key, added_at) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (device) DO UPDATE SET log = excluded.log, key_id = excluded.key_id, key = excluded.key";
pub(super) const NODE_OF_KEY: &str =
    "SELECT device, log, key FROM identity_nodes WHERE key_id = $1";
pub(super) const MAKER_OF_DEVICE: &str = "SELECT created_by FROM identity_devices WHERE id = $1";
pub(super) const DEVICES_IN_USE: &str = "SELECT COUNT(*) FROM identity_devices d WHERE d.revoked_at IS NULL AND EXISTS \
     (SELECT 1 FROM identity_tokens t WHERE t.holder = d.id AND t.active = 1 AND t.revoked_at IS NULL)";

/// A post node.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NodeRow {
    pub device: DeviceId,
    pub log: LogId,
    pub key: Vec<u8>,
}

/// Says that a device is a post node with this log and key.
pub async fn set_node(
    tx: &mut Tx,
    row: &NodeRow,
    key_id: &str,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_NODE)
            .bind(row.device)
            .bind(row.log)
            .bind(key_id)
            .bind(row.key.as_slice())
            .bind(at)
    )
    .map(drop)
}

pub async fn node_of_key(tx: &mut Tx, key_id: &str) -> Result<Option<NodeRow>, Error> {
    on!(tx, |c| sqlx::query_as(NODE_OF_KEY)
        .bind(key_id)
        .fetch_optional(c))
}

/// Who wrote a device down, if it is known.
pub async fn maker_of_device(tx: &mut Tx, device: DeviceId) -> Result<Option<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(MAKER_OF_DEVICE)
        .bind(device)
        .fetch_optional(c))
}

/// How many devices have a secret that opens a door.
pub async fn devices_in_use(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(DEVICES_IN_USE).fetch_one(c))
}
