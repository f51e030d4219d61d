//! For whom a device's key speaks when what it signed arrives by another hand.

use uuid::Uuid;

use crate::base::actor::{Actor, Door, Grant, Principal};
use crate::base::ids::DeviceId;
use crate::base::origin::Origin;
use crate::base::time::Timestamp;
use crate::identity::sql::{self, DeviceRow};

use super::secrets::grants_of;
use super::{Error, Identity};

/// The device that holds a key, as an author with the grants of an instant.
#[derive(Debug, Clone)]
pub struct KeyHolder {
    /// The device, with the grants that it had then.
    pub actor: Actor,
    /// The key's point (uncompressed, SEC 1 §2.3.3).
    pub public: Vec<u8>,
    /// When the key was announced here: it signed nothing for this log before.
    pub proposed_at: Timestamp,
    /// Whether a second account confirmed the key.
    pub is_confirmed: bool,
    /// Whether the device or the key was revoked, whenever that was.
    pub is_revoked: bool,
}

impl Identity {
    /// The holder of a device's key, with the grants that it had at an instant.
    pub async fn key_holder(
        &self,
        key_id: &str,
        at: Timestamp,
    ) -> Result<Option<KeyHolder>, Error> {
        let mut tx = self.journal.store().read().await?;
        let Some(key) = sql::device_key(&mut tx, key_id).await? else {
            return Ok(None);
        };
        let Some(device) = sql::device(&mut tx, key.device).await? else {
            return Ok(None);
        };
        let grants = grants_of(sql::grants(&mut tx, device.id.0, at).await?)?;
        drop(tx);
        Ok(Some(KeyHolder {
            actor: self.on_todays_ground(as_author(&device, grants)).await?,
            public: key.public,
            proposed_at: key.proposed_at,
            is_confirmed: key.confirmed_at.is_some(),
            is_revoked: key.revoked_at.is_some() || device.revoked_at.is_some(),
        }))
    }

    /// A device as an author with the grants that it had at an instant.
    pub async fn device_then(
        &self,
        device: DeviceId,
        at: Timestamp,
    ) -> Result<Option<Actor>, Error> {
        let mut tx = self.journal.store().read().await?;
        let Some(row) = sql::device(&mut tx, device).await? else {
            return Ok(None);
        };
        let grants = grants_of(sql::grants(&mut tx, device.0, at).await?)?;
        drop(tx);
        Ok(Some(self.on_todays_ground(as_author(&row, grants)).await?))
    }

    /// A device as an author with the grants that it has now; none when it was revoked.
    pub async fn device_now(&self, device: DeviceId) -> Result<Option<Actor>, Error> {
        let mut tx = self.journal.store().read().await?;
        let row = sql::device(&mut tx, device).await?;
        let Some(row) = row.filter(|row| row.revoked_at.is_none()) else {
            return Ok(None);
        };
        let grants = grants_of(sql::grants(&mut tx, device.0, self.journal.now()).await?)?;
        drop(tx);
        Ok(Some(self.on_todays_ground(as_author(&row, grants)).await?))
    }

    /// An account as an author with the grants that it has now, for what goes on after its request; none when it may
    /// not act any more.
    pub async fn account_actor(&self, account: Uuid) -> Result<Option<Actor>, Error> {
        let mut tx = self.journal.store().read().await?;
        let row = sql::account(&mut tx, account).await?;
        let Some(row) = row.filter(|row| row.disabled_at.is_none()) else {
            return Ok(None);
        };
        let grants = grants_of(sql::grants(&mut tx, row.id, self.journal.now()).await?)?;
        Ok(Some(Actor {
            id: row.id,
            principal: Principal::Account,
            door: Door::Api,
            token: None,
            team: None,
            org: row.org,
            read_only: false,
            grants,
            origin: Origin::default(),
        }))
    }
}

/// A device that speaks by another hand.
pub(super) fn as_author(row: &DeviceRow, grants: Vec<Grant>) -> Actor {
    Actor {
        id: row.id.0,
        principal: Principal::Device,
        door: Door::Api,
        token: None,
        team: Some(row.team),
        org: Some(row.org),
        read_only: false,
        grants,
        origin: Origin::default(),
    }
}
