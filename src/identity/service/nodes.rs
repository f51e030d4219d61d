//! Post nodes: servers with a log of their own that vouch for what their devices recorded.
//!
//! A node is a device of the province with a team and communes; what it vouches for has the rights that it had itself
//! when it received the fact. Its own devices are written down here under their ids at first sight, without secrets
//! and without rights, so that they can be told apart and revoked.

use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, CONSOLE, Door, Principal, Right};
use crate::base::ids::{DeviceId, LogId};
use crate::base::origin::Origin;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::identity::sql::{self, NodeRow};
use crate::journal::Kind;
use crate::journal::note::PublicKey;
use crate::store;

use super::secrets::grants_of;
use super::{Error, Identity, enter, need};

/// A post node as an author, with the grants of an instant.
#[derive(Debug, Clone)]
pub struct NodeHolder {
    /// The node's device.
    pub actor: Actor,
    /// Its log.
    pub log: LogId,
    /// The key of its log.
    pub key: PublicKey,
    /// Whether its device was revoked, whenever that was.
    pub is_revoked: bool,
}

/// Whether a node may speak for an author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VouchedFor {
    /// One of the node's own.
    Own,
    /// One of the node's own that was revoked here.
    Revoked,
    /// Somebody of this server's, or of another node.
    Foreign,
}

impl Identity {
    /// Says that a device is a post node with this log and this key of its log; again, when the key changed.
    pub async fn set_node(
        &self,
        actor: &Actor,
        device: DeviceId,
        log: LogId,
        key: PublicKey,
    ) -> Result<(), Error> {
        need(actor, Right::ManageIdentity, &[])?;
        if log == self.journal.log_id() {
            let own = "expected the log of another server than this one";
            return Err(Refusal::at("/log", own).into());
        }
        let row = NodeRow {
            device,
            log,
            key: key.0.to_vec(),
        };
        let context = (self.journal.clone(), actor.clone(), row, key.id());
        self.journal
            .write(context, |tx, (journal, actor, row, key_id)| {
                Box::pin(async move {
                    sql::device(tx, row.device).await?.ok_or(Error::NotFound)?;
                    sql::set_node(tx, row, key_id, journal.now()).await?;
                    let change = json!({ "node": row.device, "log": row.log, "key_id": key_id });
                    let (kind, fact) = (Kind::DeviceKey, row.device.0);
                    enter(tx, journal, actor, kind, fact, &change).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// The node whose log has this key, with the grants that it had at an instant.
    pub async fn node_holder(
        &self,
        key_id: &str,
        at: Timestamp,
    ) -> Result<Option<NodeHolder>, Error> {
        let mut tx = self.journal.store().read().await?;
        let Some(node) = sql::node_of_key(&mut tx, key_id).await? else {
            return Ok(None);
        };
        let corrupt = |column| store::Error::Corrupt {
            table: "identity_nodes",
            column,
            id: node.device.to_string(),
        };
        let device = sql::device(&mut tx, node.device).await?;
        let device = device.ok_or(corrupt("device"))?;
        let key = node.key.as_slice().try_into().or(Err(corrupt("key")))?;
        let grants = grants_of(sql::grants(&mut tx, device.id.0, at).await?)?;
        Ok(Some(NodeHolder {
            actor: Actor {
                id: device.id.0,
                principal: Principal::Device,
                door: Door::Api,
                token: None,
                team: Some(device.team),
                org: Some(device.org),
                read_only: false,
                grants,
                origin: Origin::default(),
            },
            log: node.log,
            key: PublicKey(key),
            is_revoked: device.revoked_at.is_some(),
        }))
    }

    /// Whether a node may speak for an author, who is written down as the node's own when nobody knows it.
    pub async fn vouched_for(&self, node: &Actor, author: Uuid) -> Result<VouchedFor, Error> {
        let context = (self.clone(), node.clone(), DeviceId(author));
        self.journal
            .write(context, |tx, (identity, node, author)| {
                Box::pin(async move {
                    if [node.id, CONSOLE].contains(&author.0)
                        || sql::account(tx, author.0).await?.is_some()
                    {
                        return Ok(VouchedFor::Foreign);
                    }
                    if let Some(maker) = sql::maker_of_device(tx, *author).await? {
                        let row = sql::device(tx, *author).await?;
                        let revoked = row.is_some_and(|row| row.revoked_at.is_some());
                        return Ok(match (maker == node.id, revoked) {
                            (false, _) => VouchedFor::Foreign,
                            (true, false) => VouchedFor::Own,
                            (true, true) => VouchedFor::Revoked,
                        });
                    }
                    identity.write_vouched(tx, node, *author).await?;
                    Ok::<_, Error>(VouchedFor::Own)
                })
            })
            .await
    }

    async fn write_vouched(
        &self,
        tx: &mut store::Tx,
        node: &Actor,
        author: DeviceId,
    ) -> Result<(), Error> {
        let own = sql::device(tx, DeviceId(node.id)).await?;
        let own = own.ok_or(Error::NotFound)?;
        // The last twelve digits of a UUID are its random ones.
        let digits = author.0.simple().to_string();
        let name = format!("{} · {}", own.name, &digits[20..]);
        let now = self.journal.now();
        if !sql::insert_device(tx, author, &name, own.team, None, node.id, now).await? {
            return Err(Error::Taken("name"));
        }
        let change =
            json!({ "device": { "id": author, "name": name, "team": own.team, "node": own.id } });
        enter(tx, &self.journal, node, Kind::Device, author.0, &change).await?;
        Ok(())
    }
}
