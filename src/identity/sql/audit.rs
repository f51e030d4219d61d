//! Rows as they stand, page by page, for the pass that holds them against the log.

use uuid::Uuid;

use crate::base::ids::GrantId;
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

use super::DeviceKeyRow;

pub(super) const GRANTS_FROM: &str = "SELECT id, holder, role, commune, valid_from, valid_to, given_by FROM identity_grants \
     WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const DEVICE_KEYS_FROM: &str = "SELECT id, device, public, entry, proposed_at, confirmed_at, confirmed_by, revoked_at \
     FROM identity_device_keys WHERE id > $1 ORDER BY id LIMIT 500";

/// A role as it was given.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptGrant {
    pub id: GrantId,
    pub holder: Uuid,
    pub role: String,
    pub commune: Option<String>,
    pub valid_from: Timestamp,
    pub valid_to: Option<Timestamp>,
    pub given_by: Uuid,
}

pub async fn grants_from(tx: &mut Tx, id: GrantId) -> Result<Vec<KeptGrant>, Error> {
    on!(tx, |c| sqlx::query_as(GRANTS_FROM).bind(id).fetch_all(c))
}

pub async fn device_keys_from(tx: &mut Tx, id: &str) -> Result<Vec<DeviceKeyRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICE_KEYS_FROM)
        .bind(id)
        .fetch_all(c))
}
