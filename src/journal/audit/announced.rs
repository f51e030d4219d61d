//! Devices' keys as the log tells of them: each is its device's own by what the device announced itself.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::journal::model::Kind;
use crate::journal::sql::EntryRow;
use crate::journal::statements::thumbprint;

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
