//! Devices' keys as the log tells of them: each is its device's own by what the device announced itself.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::origin::Standing;
use crate::base::signed_text::Said;
use crate::journal::model::{Kind, sha256};
use crate::journal::sql::{EntryRow, StatementRow};
use crate::journal::statements::{is_signed_by, key_id, thumbprint};

/// A device with one of its keys.
type DeviceKey = (Uuid, String);

/// Keys that entries announced, and statements that wait for one.
#[derive(Debug, Default)]
pub(super) struct Announced {
    keys: BTreeSet<DeviceKey>,
    /// Processes' clocks differ, so that the entry of a key may stand after what it signed.
    waiting: BTreeMap<DeviceKey, Vec<(EntryId, i64)>>,
}

impl Announced {
    /// Takes in what an entry announces, if it does.
    pub fn note(&mut self, row: &EntryRow, body: &[u8]) {
        if row.kind != Kind::DeviceKey.as_str() {
            return;
        }
        let jwk: Option<serde_json::Value> = serde_json::from_slice(body).ok();
        let half = |name: &str| jwk.as_ref()?.get(name)?.as_str();
        if let (Some(x), Some(y)) = (half("x"), half("y")) {
            let key = (row.actor, thumbprint(x, y));
            self.waiting.remove(&key);
            self.keys.insert(key);
        }
    }

    /// An entry's statement stands under a key.
    pub fn expect(&mut self, key: DeviceKey, entry: (EntryId, i64)) {
        if !self.keys.contains(&key) {
            self.waiting.entry(key).or_default().push(entry);
        }
    }

    /// Entries under keys that none announced.
    pub fn missing(&mut self) -> Vec<(EntryId, i64)> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_values().flatten().collect()
    }
}

/// Whether a row says of a statement what its text says, and of its signature neither more nor less than is so.
pub(super) fn is_as_signed(own: &StatementRow, entry: &EntryRow) -> bool {
    let Some(said) = Said::of(&own.base) else {
        return false;
    };
    let head = said
        .head
        .map(|head| (head.size.cast_signed(), head.root.to_vec()));
    let is_same = said.key_id == own.key_id
        && said.sequence.cast_signed() == own.sequence
        && said.previous[..] == own.previous[..]
        && sha256(own.base.as_bytes())[..] == own.own[..]
        && said.nonce == own.nonce
        && said.created.saturating_mul(1_000) == own.signed_at.as_millis()
        && head == own.head_size.zip(own.head_root.clone());
    let public = own.public.as_deref().unwrap_or_default();
    let is_signed = key_id(public).as_ref() == Some(&own.key_id)
        && is_signed_by(public, &own.base, &own.signature);
    let covers = entry.kind == Kind::Fixes.as_str() || said.digest[..] == entry.sha256[..];
    let is_true = match own.standing.parse() {
        Ok(Standing::Holds) => is_signed && covers,
        Ok(Standing::Fails) => !(is_signed && covers),
        Ok(_) => true,
        Err(_) => false,
    };
    is_same && is_true
}
