//! Post nodes: servers with a log of their own that vouch for what their devices recorded.
//!
//! A node is a device of the province with a team and communes; what it vouches for has the rights that it had itself
//! when it received the fact. Its own devices are written down here under their ids at first sight, without secrets
//! and without rights, so that they can be told apart and revoked.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, CONSOLE, Right};
use crate::base::ids::{DeviceId, LogId};
use crate::base::origin::{Origin, Standing, Statement, Vouching};
use crate::base::refusal::Refusal;
use crate::base::signed_text::Said;
use crate::base::time::Timestamp;
use crate::identity::model::KeyWire;
use crate::identity::sql::{self, NodeRow};
use crate::journal::model::sha256;
use crate::journal::note::PublicKey;
use crate::journal::{Entry, Kind, is_signed_by, key_id};
use crate::store::{self, Store, Tx};

use super::authors::as_author;
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

/// A device's key as its post node tells of it: as the device announced it, and what became of it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VouchedKey {
    /// The announcement's body, which holds the key.
    pub announcement: String,
    /// The text over it that the key itself signed (RFC 9421 §2.5).
    pub base: String,
    /// The signature, in base64.
    pub signature: String,
    /// When it was announced there.
    pub proposed_at: Timestamp,
    /// When a second account confirmed it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// When it was revoked there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl VouchedKey {
    /// What the device signed when it announced the key; none when it did not.
    fn announced(&self) -> Option<Statement> {
        let wire: KeyWire = serde_json::from_str(&self.announcement).ok()?;
        let public = wire.point().ok()?;
        let said = Said::of(&self.base)?;
        let signature: [u8; 64] = BASE64.decode(&self.signature).ok()?.try_into().ok()?;
        let holds = said.sequence == 0
            && said.digest == sha256(self.announcement.as_bytes())
            && key_id(&public).as_ref() == Some(&said.key_id)
            && is_signed_by(&public, &self.base, &signature);
        holds.then(|| Statement {
            public: Some(public),
            standing: Standing::Holds,
            ..said.statement(self.base.clone(), signature)
        })
    }
}

/// How many devices have a secret that opens a door.
pub async fn devices_in_use(store: &Store) -> Result<i64, store::Error> {
    let mut tx = store.read().await?;
    sql::devices_in_use(&mut tx).await
}

impl Identity {
    /// A device's own key as this log tells another of it; none for a key that is not the device's.
    pub async fn key_to_vouch(
        &self,
        tx: &mut Tx,
        key: &str,
        device: DeviceId,
    ) -> Result<Option<VouchedKey>, store::Error> {
        let row = sql::device_key(tx, key).await?;
        let Some(row) = row.filter(|row| row.device == device) else {
            return Ok(None);
        };
        let announced = self.journal.entry(tx, row.entry).await?;
        let body = announced.and_then(|stored| String::from_utf8(stored.body?).ok());
        let statement = self.journal.statement(tx, row.entry).await?;
        Ok(body
            .zip(statement)
            .map(|(announcement, (base, signature))| VouchedKey {
                announcement,
                base,
                signature: BASE64.encode(signature),
                proposed_at: row.proposed_at,
                confirmed_at: row.confirmed_at,
                revoked_at: row.revoked_at,
            }))
    }

    /// Takes a post node's word for a key that a device of its announced, and for how the key stands there. A key that the
    /// device did not announce itself stays unknown.
    pub async fn vouch_key(
        &self,
        tx: &mut Tx,
        node: &Actor,
        device: DeviceId,
        key: &VouchedKey,
    ) -> Result<(), store::Error> {
        let Some(statement) = key.announced() else {
            return Ok(());
        };
        let id = statement.key_id.clone();
        let known = sql::device_key(tx, &id).await?;
        if known.as_ref().is_some_and(|row| row.device != device) {
            return Ok(());
        }
        if known.is_none() {
            let public = statement.public.clone().unwrap_or_default();
            let origin = Origin {
                statement: Some(Arc::new(statement)),
                ..Origin::default()
            };
            let entry = Entry {
                kind: Kind::DeviceKey,
                fact: device.0,
                actor: device.0,
                device: None,
                origin: Some(&origin),
                body: key.announcement.as_bytes(),
            };
            let entry = self.journal.enter(tx, entry).await?.entry;
            sql::insert_device_key(tx, &id, device, &public, entry, key.proposed_at).await?;
        }
        let mut changed = false;
        if let Some(at) = key.confirmed_at {
            changed |= sql::confirm_device_key(tx, &id, at, node.id).await?;
        }
        if let Some(at) = key.revoked_at {
            changed |= sql::revoke_device_key(tx, &id, at).await?;
        }
        if changed {
            let change = json!({
                "key_id": id, "node": node.id, "confirmed_at": key.confirmed_at, "revoked_at": key.revoked_at,
            });
            enter(tx, &self.journal, node, Kind::DeviceKey, device.0, &change).await?;
        }
        Ok(())
    }

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
        drop(tx);
        Ok(Some(NodeHolder {
            actor: self.on_todays_ground(as_author(&device, grants)).await?,
            log: node.log,
            key: PublicKey(key),
            is_revoked: device.revoked_at.is_some(),
        }))
    }

    /// A post node's word for an act on what an author recorded; none when the act did not come by a node, or the author is
    /// not one of that node's.
    pub async fn vouching<'a>(
        tx: &mut Tx,
        actor: &'a Actor,
        author: Uuid,
    ) -> Result<Option<&'a Vouching>, store::Error> {
        let Some(own) = actor.origin.vouched.as_deref() else {
            return Ok(None);
        };
        let is_own = Self::is_of(tx, own.node, author).await?;
        Ok(is_own.then_some(own))
    }

    /// Whether a post node wrote an author down as its own.
    pub async fn is_of(tx: &mut Tx, node: Uuid, author: Uuid) -> Result<bool, store::Error> {
        let maker = sql::maker_of_device(tx, DeviceId(author)).await?;
        Ok(maker == Some(node))
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
        tx: &mut Tx,
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
