//! What those who act are called, for papers and lists that say who did what.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use uuid::Uuid;

use crate::base::ids::{DeviceId, OrgId};
use crate::identity::sql;

use super::{Error, Identity};

/// An account or device as papers name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The account's login, or the device's name.
    pub name: String,
    /// Its organisation of today; none for an account of the whole province.
    pub org: Option<String>,
}

impl Identity {
    /// What accounts and devices are called; an id that is neither is left out.
    pub async fn named(&self, ids: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, Named>, Error> {
        let mut tx = self.journal.store().read().await?;
        let orgs = sql::orgs(&mut tx).await?.into_iter();
        let orgs: BTreeMap<OrgId, String> = orgs.map(|row| (row.id, row.name)).collect();
        let mut named = BTreeMap::new();
        for id in ids {
            let (name, org) = if let Some(account) = sql::account(&mut tx, *id).await? {
                (account.login, account.org)
            } else if let Some(device) = sql::device(&mut tx, DeviceId(*id)).await? {
                (device.name, Some(device.org))
            } else {
                continue;
            };
            let org = org.and_then(|org| orgs.get(&org).cloned());
            named.insert(*id, Named { name, org });
        }
        Ok(named)
    }

    /// The account of that login, or the device of that name; an id stands for itself.
    pub async fn author_named(&self, name: &str) -> Result<Option<Uuid>, Error> {
        if let Ok(id) = name.parse() {
            return Ok(Some(id));
        }
        let mut tx = self.journal.store().read().await?;
        if let Some(account) = sql::account_by_login(&mut tx, name).await? {
            return Ok(Some(account.id));
        }
        let device = sql::device_by_name(&mut tx, name).await?;
        Ok(device.map(|device| device.id.0))
    }
}
