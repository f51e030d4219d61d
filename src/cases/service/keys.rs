//! Whose keys signed the entries of a package, and by whom each was confirmed, as its own entries tell.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::origin::Standing;
use crate::journal::Kind;
use crate::journal::proofs::EntryProof;

use super::gather::content;

/// What the entries of a package tell of keys.
#[derive(Default)]
pub(super) struct Keys {
    /// Keys that signed other entries than their own, with the device that sent those.
    used: BTreeSet<(String, Uuid)>,
    announced: BTreeMap<String, (Uuid, EntryId)>,
    confirmed: BTreeMap<String, (Uuid, EntryId)>,
}

impl Keys {
    /// Takes in an entry that was proven.
    pub(super) fn take(&mut self, proof: &EntryProof) {
        let header = &proof.header;
        let signed = proof
            .statement
            .as_ref()
            .filter(|own| own.standing == Standing::Holds);
        if header.kind != Kind::DeviceKey.as_str() {
            let device = header.device.unwrap_or(header.actor);
            self.used
                .extend(signed.map(|own| (own.key_id.clone(), device)));
            return;
        }
        if let Some(own) = signed {
            let key = own.key_id.clone();
            self.announced
                .entry(key)
                .or_insert((header.actor, header.entry));
            return;
        }
        let said = content(proof).unwrap_or_default();
        if let Some(key) = said["key_id"]
            .as_str()
            .filter(|_| said["confirmed"] == true)
        {
            self.confirmed
                .entry(key.to_owned())
                .or_insert((header.actor, header.entry));
        }
    }

    /// A line for each key that signed something.
    pub(super) fn told(&self) -> Vec<String> {
        let lines = self.used.iter().map(|(key, device)| {
            let announced = self.announced.get(key).filter(|own| own.0 == *device);
            let confirmed = self.confirmed.get(key).filter(|own| own.0 != *device);
            match (announced, confirmed) {
                (Some((_, entry)), Some((by, also))) => format!(
                    "key {key} was announced by device {device} (entry {entry}) and confirmed by account {by} (entry {also})"
                ),
                (Some((_, entry)), None) => format!(
                    "key {key} was announced by device {device} (entry {entry}); no entry here tells that a second account confirmed it"
                ),
                _ => format!("no entry here tells by whom key {key} of device {device} was announced or confirmed"),
            }
        });
        lines.collect()
    }
}
