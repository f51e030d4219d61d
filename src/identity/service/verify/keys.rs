//! Devices' keys and post nodes' keys: each announced by its device, confirmed and revoked as entries tell.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::identity::model::KeyWire;
use crate::identity::service::Roll;
use crate::identity::sql::{self, DeviceKeyRow};
use crate::journal::audit::{RowPass, Told};
use crate::journal::note::PublicKey;
use crate::journal::{Kind, Stored};
use crate::store::{self, Tx};

use super::acts::{Act, Acts, about};
use super::{is_as_done, is_one_act};

/// What was decided about a key.
#[derive(Default)]
struct Decided {
    confirmed: Option<(Timestamp, Uuid)>,
    revoked: Option<Timestamp>,
}

impl Decided {
    /// Here by an account, or at a post node, which tells its own times.
    fn note(&mut self, act: &Act) {
        let at = |name: &str| serde_json::from_value::<Timestamp>(act.said[name].clone()).ok();
        let (confirmed, revoked) = if act.tells("node") {
            (at("confirmed_at"), at("revoked_at"))
        } else if act.is("confirmed") {
            (Some(act.at), None)
        } else {
            (None, Some(act.at))
        };
        let confirmed = confirmed.map(|at| (at, act.actor));
        self.confirmed = self.confirmed.or(confirmed);
        self.revoked = self.revoked.or(revoked);
    }
}

/// Whether an act is about a key that its device announced before.
fn is_about_key(act: &Act) -> Option<&str> {
    act.said["key_id"].as_str().filter(|_| !is_about_node(act))
}

fn is_about_node(act: &Act) -> bool {
    act.tells("log")
}

pub(super) async fn keys(tx: &mut Tx, pass: &mut RowPass, acts: &Acts) -> Result<(), store::Error> {
    let mut decided: BTreeMap<&str, Decided> = BTreeMap::new();
    for act in acts.keys.values().flatten() {
        if let Some(key) = is_about_key(act) {
            decided.entry(key).or_default().note(act);
        }
    }
    let mut after = String::new();
    loop {
        let rows = sql::device_keys_from(tx, &after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after.clone_from(&last.id);
        for row in rows {
            let told = Told {
                table: "identity_device_keys",
                id: row.id.clone(),
                entry: row.entry,
                author: Some(row.device.0),
                recorded_at: None,
            };
            // A post node tells itself when its phones announced theirs.
            let is_of_node = Roll::is_of_node(tx, row.device.0).await?;
            pass.judge(tx, told, |kept| is_announced(kept, &row, is_of_node))
                .await?;
            let holds = is_decided(&row, decided.get(row.id.as_str()), acts);
            pass.standing("identity_device_keys", row.id, holds);
        }
    }
    pass.rowless(tx, Kind::DeviceKey, |entry| {
        let said: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
        said.get("key_id").is_none()
    })
    .await
}

fn is_announced(kept: &Stored, row: &DeviceKeyRow, is_of_node: bool) -> bool {
    let sent = kept.body.as_ref().and_then(|body| {
        let jwk: KeyWire = serde_json::from_slice(body).ok()?;
        jwk.point().ok()
    });
    kept.row.kind == Kind::DeviceKey.as_str()
        && kept.row.fact == Some(row.device.0)
        && sent.is_some_and(|sent| sent == row.public)
        && (is_of_node || is_one_act(kept.row.received_at, row.proposed_at))
}

fn is_decided(row: &DeviceKeyRow, own: Option<&Decided>, acts: &Acts) -> bool {
    let confirmed = own.and_then(|own| own.confirmed);
    let revoked = own.and_then(|own| own.revoked);
    // A device that is lost takes its keys with it, without an entry for each.
    let lost = about(&acts.devices, row.device.0)
        .iter()
        .find(|act| act.tells("lost_since"))
        .map(|act| act.at);
    let revoked = [revoked, lost].into_iter().flatten().min();
    is_as_done(confirmed.map(|(at, _)| at), row.confirmed_at)
        && confirmed.map(|(_, by)| by) == row.confirmed_by.map(|by| by.0)
        && is_as_done(revoked, row.revoked_at)
}

pub(super) async fn nodes(
    tx: &mut Tx,
    pass: &mut RowPass,
    acts: &Acts,
) -> Result<(), store::Error> {
    let is_node = |acts: &[Act]| acts.iter().any(is_about_node);
    let named = acts.keys.iter().filter(|(_, own)| is_node(own));
    let mut named: BTreeSet<Uuid> = named.map(|(device, _)| *device).collect();
    for row in sql::kept_nodes(tx).await? {
        let device = row.node.device;
        named.remove(&device.0);
        let mut own = about(&acts.keys, device.0).iter();
        let last = own.rfind(|act| is_about_node(act));
        let key = row.node.key.as_slice().try_into().map(PublicKey);
        let holds = last.is_some_and(|act| {
            act.said == json!({ "node": device, "log": row.node.log, "key_id": row.key_id })
        }) && key.is_ok_and(|key| key.id() == row.key_id);
        pass.standing("identity_nodes", device.to_string(), holds);
    }
    for device in named {
        pass.standing("identity_nodes", device.to_string(), false);
    }
    Ok(())
}
