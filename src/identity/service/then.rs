//! Who an author was at an instant, as the entries and the dated roles say: for rows that were made of it at receipt.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use crate::base::actor::{Actor, Door, Grant, Principal, Right, Scope};
use crate::base::ids::{DeviceId, OrgId};
use crate::base::origin::Origin;
use crate::base::time::Timestamp;
use crate::identity::sql;
use crate::journal::Kind;
use crate::journal::audit::each_content;
use crate::store::{self, Tx};

use super::Error;
use super::authors::as_author;
use super::secrets::grants_of;

/// A request's rights are read a moment before its entry is written, and clocks of processes differ.
const ONE_ACT_MS: i64 = 60_000;

/// Accounts as the log's entries tell of them: a few words for each, however many facts there are.
#[derive(Debug, Default)]
pub struct Roll {
    accounts: BTreeMap<Uuid, Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Organisations from an instant on, in order.
    orgs: Vec<(Timestamp, Option<OrgId>)>,
    disabled_at: Option<Timestamp>,
}

/// Who an author may have been when something of it was received: one, or several where clocks leave it open.
#[derive(Debug, Default)]
pub struct Then {
    /// At receipt.
    received: Vec<Actor>,
    /// When a device made it, which counts for what another hand carried here.
    made: Vec<Actor>,
}

impl Roll {
    /// Reads the entries of accounts.
    pub async fn of(tx: &mut Tx) -> Result<Self, store::Error> {
        let mut roll = Self::default();
        each_content(tx, Kind::Account, |entry| {
            let said: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
            let known = roll
                .accounts
                .entry(entry.fact.unwrap_or_default())
                .or_default();
            if said["disabled"] == true {
                known.disabled_at = known.disabled_at.or(Some(entry.received_at));
            } else if let Some(org) = said.get("org").filter(|_| said.get("password").is_none()) {
                let org = org.as_str().and_then(|org| org.parse().ok());
                known.orgs.push((entry.received_at, org));
            }
        })
        .await?;
        for known in roll.accounts.values_mut() {
            known.orgs.sort_by_key(|(at, _)| *at);
        }
        Ok(roll)
    }

    /// Who an author may have been when something was received, or when a device made it; nobody where the log knows no
    /// such account or device.
    pub async fn then(
        &self,
        tx: &mut Tx,
        author: Uuid,
        received_at: Timestamp,
        made_at: Timestamp,
    ) -> Result<Then, store::Error> {
        let device = sql::device(tx, DeviceId(author)).await?;
        let mut then = Then::default();
        for at in [received_at, received_at.plus_millis(-ONE_ACT_MS)] {
            let grants = sql::grants(tx, author, at).await?;
            let grants = grants_of(grants).map_err(store_fault)?;
            let own = match &device {
                Some(device) => Some(as_author(device, grants)),
                None => self
                    .org(author, at)
                    .map(|(_, org)| account(author, *org, grants)),
            };
            then.received.extend(own);
        }
        if let Some(device) = &device {
            let grants = sql::grants(tx, author, made_at).await?;
            let grants = grants_of(grants).map_err(store_fault)?;
            then.made.push(as_author(device, grants));
        }
        Ok(then)
    }

    /// Whether a device was written down by a post node, whose own accounts and rights this log does not know.
    pub async fn is_of_node(tx: &mut Tx, author: Uuid) -> Result<bool, store::Error> {
        let Some(maker) = sql::maker_of_device(tx, DeviceId(author)).await? else {
            return Ok(false);
        };
        Ok(sql::device(tx, DeviceId(maker)).await?.is_some())
    }

    fn org(&self, account: Uuid, at: Timestamp) -> Option<&(Timestamp, Option<OrgId>)> {
        let known = self.accounts.get(&account)?;
        let by_then = known.orgs.iter().take_while(|(from, _)| *from <= at);
        by_then.last().or_else(|| known.orgs.first())
    }

    /// Whether an account may have been in use, in an organisation or in none, when something was received.
    #[must_use]
    pub fn was_in_use(&self, account: Uuid, org: Option<OrgId>, at: Timestamp) -> bool {
        let before = at.plus_millis(-ONE_ACT_MS);
        self.accounts.get(&account).is_some_and(|known| {
            let began = known.orgs.first().is_some_and(|(from, _)| *from <= at);
            let ended = known.disabled_at.is_some_and(|end| end <= before);
            let orgs = [at, before].map(|at| self.org(account, at).and_then(|(_, org)| *org));
            began && !ended && orgs.iter().any(|own| own.is_none() || *own == org)
        })
    }
}

impl Then {
    /// Whether the log knows the author.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.received.is_empty()
    }

    /// Whether it holds of whoever the author may have been at receipt.
    pub fn every(&self, holds: impl Fn(&Actor) -> bool) -> bool {
        self.received.iter().all(holds)
    }

    /// Whether it holds of somebody that the author may have been.
    pub fn some(&self, holds: impl Fn(&Actor) -> bool) -> bool {
        self.received.iter().chain(&self.made).any(holds)
    }

    /// The communes in which somebody that the author may have been had a right; none of who had it in the whole province.
    #[must_use]
    pub fn communes(&self, right: Right) -> BTreeSet<String> {
        let all = self.received.iter().chain(&self.made);
        let reached = all.filter_map(|own| match own.reach(right)? {
            Scope::Communes(codes) => Some(codes),
            Scope::Province => None,
        });
        reached.flatten().collect()
    }
}

fn account(id: Uuid, org: Option<OrgId>, grants: Vec<Grant>) -> Actor {
    Actor {
        id,
        principal: Principal::Account,
        door: Door::Api,
        token: None,
        team: None,
        org,
        read_only: false,
        grants,
        origin: Origin::default(),
    }
}

fn store_fault(fault: Error) -> store::Error {
    match fault {
        Error::Store(fault) => fault,
        other => store::Error::Unavailable(other.to_string()),
    }
}
