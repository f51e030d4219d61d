//! Devices' signing keys: a device announces its own, a second account confirms it, and statements are held against it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, CONSOLE, Principal};
use crate::base::ids::{AccountId, DeviceId, EntryId};
use crate::base::origin::{Doubt, Origin, Standing, Statement};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::identity::model::{KeyWire, spoken_code};
use crate::identity::sql::{self, DeviceKeyRow};
use crate::journal::{Chain, Entry, Journal, Kind, Receipt, Written, is_signed_by, key_id};
use crate::store::{self, Tx};

use super::{Error, Identity, enter};

/// Keys that a device may have; a new one is made when the browser lost the old.
const MOST_KEYS: usize = 20;

/// A device's key as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeviceKeyView {
    /// The key's thumbprint (RFC 7638), under which signatures name it.
    pub key_id: String,
    /// The twelve digits that the phone shows; whoever confirms types them. Told to the device alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When it was announced.
    pub proposed_at: Timestamp,
    /// When a second account confirmed it; null while it waits.
    pub confirmed_at: Option<Timestamp>,
    /// Which account did.
    pub confirmed_by: Option<AccountId>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A key with what was signed under it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct KeyWithChain {
    /// The key.
    #[serde(flatten)]
    pub key: DeviceKeyView,
    /// The device's chain under it.
    pub chain: Chain,
}

impl Identity {
    /// What came with a device's request, its statement held against the key that it names.
    pub(crate) async fn held_against_key(
        &self,
        actor: &Actor,
        mut origin: Origin,
    ) -> Result<Origin, Error> {
        origin.paper = actor.origin.paper;
        origin.retired = actor.origin.retired;
        origin.vouched.clone_from(&actor.origin.vouched);
        origin.doubt = actor.origin.doubt;
        // What a post node forwards was signed over another request than the one at hand.
        if let Some(own) = actor.origin.statement.clone() {
            origin.statement.get_or_insert(own);
        }
        let Some(statement) = origin.statement.take() else {
            return Ok(origin);
        };
        // A person's browser signs nothing.
        if actor.principal == Principal::Device {
            let mut tx = self.journal.store().read().await?;
            let key = sql::device_key(&mut tx, &statement.key_id).await?;
            let revoked_at = key.as_ref().and_then(|key| key.revoked_at);
            let statement = judged(Arc::unwrap_or_clone(statement), key, actor);
            let is_before = revoked_at.is_some_and(|at| statement.signed_at < at);
            if statement.standing == Standing::Revoked && is_before {
                origin.doubt.get_or_insert(Doubt::ReceivedAfterRevocation);
            }
            origin.statement = Some(Arc::new(statement));
        }
        Ok(origin)
    }

    /// A device announces its key in a request that the key itself signed, as number 0 of its chain.
    pub async fn announce_key(
        &self,
        actor: &Actor,
        wire: &KeyWire,
        body: &[u8],
    ) -> Result<(DeviceKeyView, Receipt), Error> {
        if actor.principal != Principal::Device {
            return Err(Error::Forbidden);
        }
        let public = wire.point()?;
        let id = key_id(&public).unwrap_or_default();
        let own = actor.origin.statement.as_deref();
        let own = own.filter(|own| {
            own.key_id == id
                && own.sequence == 0
                && is_signed_by(&public, &own.base, &own.signature)
        });
        let own = own.ok_or_else(|| {
            Refusal::at(
                "/x",
                "expected the request to be signed by this key, with seq=0",
            )
        })?;
        let mut actor = actor.clone();
        actor.origin.statement = Some(Arc::new(Statement {
            public: Some(public.clone()),
            standing: Standing::Holds,
            ..own.clone()
        }));
        let context = (
            self.journal.clone(),
            actor,
            id.clone(),
            public,
            body.to_vec(),
        );
        let written = self
            .journal
            .write(context, |tx, (journal, actor, id, public, body)| {
                Box::pin(announce(tx, journal, actor, id, public, body))
            })
            .await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::device_key(&mut tx, &id)
            .await?
            .ok_or(Error::NotFound)?;
        let receipt = match written {
            Some(written) => self.journal.receipt(&written),
            None => self.journal.receipt_again(&mut tx, row.entry).await?,
        };
        Ok((own_view(&row), receipt))
    }

    /// A device's own keys with its chains.
    pub async fn own_keys(&self, actor: &Actor) -> Result<Vec<KeyWithChain>, Error> {
        self.keys_of(DeviceId(actor.id), own_view).await
    }

    /// A device's keys with its chains, to whoever enrols it.
    pub async fn device_keys(
        &self,
        actor: &Actor,
        device: DeviceId,
    ) -> Result<Vec<KeyWithChain>, Error> {
        self.reachable_device(actor, device).await?;
        self.keys_of(device, view).await
    }

    async fn keys_of(
        &self,
        device: DeviceId,
        shown: fn(&DeviceKeyRow) -> DeviceKeyView,
    ) -> Result<Vec<KeyWithChain>, Error> {
        let mut tx = self.journal.store().read().await?;
        let mut keys = Vec::new();
        for row in sql::device_keys(&mut tx, device).await? {
            let chain = self.journal.chain(&mut tx, &row.id, device).await?;
            keys.push(KeyWithChain {
                key: shown(&row),
                chain,
            });
        }
        Ok(keys)
    }

    /// A second account confirms a device's key by the code that the phone shows.
    pub async fn confirm_key(
        &self,
        actor: &Actor,
        device: DeviceId,
        key: &str,
        code: &str,
    ) -> Result<DeviceKeyView, Error> {
        self.reachable_device(actor, device).await?;
        if actor.principal != Principal::Account {
            return Err(Error::Forbidden);
        }
        let context = (
            self.journal.clone(),
            actor.clone(),
            device,
            key.to_owned(),
            code.to_owned(),
        );
        self.journal
            .write(context, |tx, (journal, actor, device, key, code)| {
                Box::pin(confirm(tx, journal, actor, *device, key, code))
            })
            .await
    }

    /// Revokes a device's key: what it signs from now on does not hold.
    pub async fn revoke_key(
        &self,
        actor: &Actor,
        device: DeviceId,
        key: &str,
    ) -> Result<DeviceKeyView, Error> {
        self.reachable_device(actor, device).await?;
        let context = (self.journal.clone(), actor.clone(), device, key.to_owned());
        self.journal
            .write(context, |tx, (journal, actor, device, key)| {
                Box::pin(async move {
                    let row = own_key(tx, *device, key).await?;
                    if sql::revoke_device_key(tx, key, journal.now()).await? {
                        let change = json!({ "key_id": key, "revoked": true });
                        enter(tx, journal, actor, Kind::DeviceKey, device.0, &change).await?;
                    }
                    Ok(view(&own_key(tx, *device, &row.id).await?))
                })
            })
            .await
    }

    /// Whether one person may stand behind an author and an account: the author created it, or, where the author is a device,
    /// it enrolled the device or was created by who did.
    pub async fn may_be_one(
        &self,
        tx: &mut Tx,
        author: Uuid,
        account: Uuid,
    ) -> Result<bool, store::Error> {
        if sql::account_creator(tx, account).await? == Some(author) {
            return Ok(true);
        }
        stands_behind(tx, DeviceId(author), account).await
    }

    /// When a device's key was confirmed, if it was and is not revoked.
    pub async fn confirmed_key(
        &self,
        tx: &mut Tx,
        key: &str,
    ) -> Result<Option<Timestamp>, store::Error> {
        let row = sql::device_key(tx, key).await?;
        Ok(row.and_then(|row| row.confirmed_at))
    }
}

/// The version of ids that the server derives from a form (RFC 9562 §5.8).
const OF_A_FORM: usize = 8;

/// Those of some entries that nothing signed, though their author, a phone, had a confirmed key before they came. What came
/// by a form is none of them: forms are not signed, and say so by their door.
pub async fn unsigned(tx: &mut Tx, entries: &[EntryId]) -> Result<BTreeSet<EntryId>, store::Error> {
    let found = sql::unsigned(tx, entries).await?;
    let is_of_a_form =
        |fact: Option<Uuid>| fact.is_some_and(|fact| fact.get_version_num() == OF_A_FORM);
    let native = found.into_iter().filter(|(_, fact)| !is_of_a_form(*fact));
    Ok(native.map(|(entry, _)| entry).collect())
}

/// A statement's standing under the key that it names.
fn judged(statement: Statement, key: Option<DeviceKeyRow>, actor: &Actor) -> Statement {
    let Some(key) = key else {
        return statement;
    };
    let standing = if !is_signed_by(&key.public, &statement.base, &statement.signature) {
        Standing::Fails
    } else if key.device.0 != actor.id {
        Standing::OtherDevice
    } else if is_revoked(&key, actor) {
        Standing::Revoked
    } else {
        Standing::Holds
    };
    Statement {
        standing,
        public: Some(key.public),
        ..statement
    }
}

/// Whether a key was revoked when its statement came: for what a post node took, to the node.
fn is_revoked(key: &DeviceKeyRow, actor: &Actor) -> bool {
    let vouched = actor.origin.vouched.as_deref();
    key.revoked_at
        .is_some_and(|revoked_at| vouched.is_none_or(|own| own.received_at >= revoked_at))
}

async fn announce(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    id: &str,
    public: &[u8],
    body: &[u8],
) -> Result<Option<Written>, Error> {
    let device = DeviceId(actor.id);
    let known = sql::device_keys(tx, device).await?;
    if known.iter().any(|row| row.id == id) {
        return Ok(None);
    }
    let in_use = known.iter().filter(|row| row.revoked_at.is_none());
    if in_use.count() >= MOST_KEYS {
        let expected = format!("a device has at most {MOST_KEYS} keys: enrol it anew");
        return Err(Refusal::at("/x", expected).into());
    }
    let entry = Entry {
        kind: Kind::DeviceKey,
        fact: device.0,
        actor: actor.id,
        device: None,
        origin: Some(&actor.origin),
        body,
    };
    let written = journal.enter(tx, entry).await?;
    if !sql::insert_device_key(tx, id, device, public, written.entry, journal.now()).await? {
        return Err(Refusal::at("/x", "this key is another device's").into());
    }
    Ok(Some(written))
}

/// Whether an account enrolled a device, or was created by one that did: then the same person may stand behind both.
pub(super) async fn stands_behind(
    tx: &mut Tx,
    device: DeviceId,
    account: Uuid,
) -> Result<bool, store::Error> {
    let openers = sql::openers(tx, device).await?;
    if openers.contains(&account) {
        return Ok(true);
    }
    // The operator at the machine creates the first accounts and is no account.
    let creator = sql::account_creator(tx, account).await?;
    Ok(creator.is_some_and(|creator| creator != CONSOLE && openers.contains(&creator)))
}

async fn own_key(tx: &mut Tx, device: DeviceId, key: &str) -> Result<DeviceKeyRow, Error> {
    sql::device_key(tx, key)
        .await?
        .filter(|row| row.device == device)
        .ok_or(Error::NotFound)
}

async fn confirm(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    device: DeviceId,
    key: &str,
    code: &str,
) -> Result<DeviceKeyView, Error> {
    let row = own_key(tx, device, key).await?;
    if spoken_code(&row.public) != code {
        return Err(Refusal::at("/code", "expected the twelve digits that the phone shows").into());
    }
    if stands_behind(tx, device, actor.id).await? {
        return Err(Error::SecondAccount);
    }
    if sql::confirm_device_key(tx, key, journal.now(), actor.id).await? {
        let change = json!({ "key_id": key, "confirmed": true });
        enter(tx, journal, actor, Kind::DeviceKey, device.0, &change).await?;
    }
    Ok(view(&own_key(tx, device, key).await?))
}

fn own_view(row: &DeviceKeyRow) -> DeviceKeyView {
    DeviceKeyView {
        code: Some(spoken_code(&row.public)),
        ..view(row)
    }
}

fn view(row: &DeviceKeyRow) -> DeviceKeyView {
    DeviceKeyView {
        key_id: row.id.clone(),
        code: None,
        proposed_at: row.proposed_at,
        confirmed_at: row.confirmed_at,
        confirmed_by: row.confirmed_by,
        revoked_at: row.revoked_at,
    }
}
