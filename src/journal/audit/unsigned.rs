//! Facts in the name of phones that sign, which nothing signed.
//!
//! The server takes them, and so whoever writes into its database can put one in: it is numbered and signed as any other.
//! None is a fault of the log; each is named, so that somebody asks where it came from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;
use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::journal::model::Kind;
use crate::journal::sql::EntryRow;

/// What the field app signs whenever it has a key. Fixes are left out, because a tracker of the same phone brings them
/// without one.
const SIGNED: [Kind; 11] = [
    Kind::Patrol,
    Kind::Plot,
    Kind::Photo,
    Kind::Eradication,
    Kind::Minutes,
    Kind::Confirmation,
    Kind::Verification,
    Kind::Reinspection,
    Kind::Retraction,
    Kind::Reply,
    Kind::Answer,
];

/// The version of ids that the server derives from a form (RFC 9562 §5.8). Whatever an app or a desk names has version 7.
const OF_A_FORM: usize = 8;

/// A fact in the name of a device that had a confirmed key by then, without a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    /// The entry.
    pub entry: EntryId,
    /// Its number.
    pub seq: i64,
    /// What it records.
    pub kind: String,
    /// The device.
    pub device: Uuid,
}

impl fmt::Display for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "entry {} (number {}): {} in the name of device {}, whose key was confirmed by then, and nothing signed it",
            self.entry, self.seq, self.kind, self.device
        )
    }
}

/// Devices' confirmed keys as the log tells of them, in its order.
#[derive(Debug, Default)]
pub(super) struct Confirmed {
    /// When each key was confirmed; revoked ones are taken out.
    keys: BTreeMap<Uuid, BTreeMap<String, Timestamp>>,
    /// Authors of forms.
    forms: BTreeSet<Uuid>,
    /// Facts whose ids are those of a form's.
    formed: Vec<Unsigned>,
}

impl Confirmed {
    /// Takes in what an entry says of a device's keys.
    pub fn note(&mut self, row: &EntryRow, body: &[u8]) {
        let is_of_device = [Kind::DeviceKey, Kind::Device].map(Kind::as_str);
        let (true, Some(device)) = (is_of_device.contains(&row.kind.as_str()), row.fact) else {
            return;
        };
        let said: Value = serde_json::from_slice(body).unwrap_or_default();
        // Here by an account, or at a post node, which tells when.
        let is = |word: &str, at: &str| said[word] == true || said[at].is_string();
        let is_revoked = is("revoked", "revoked_at");
        match said["key_id"].as_str() {
            // A device that is lost takes its keys with it.
            None if is_revoked => drop(self.keys.remove(&device)),
            Some(key) if is_revoked => {
                self.keys.entry(device).or_default().remove(key);
            }
            Some(key) if is("confirmed", "confirmed_at") => {
                let keys = self.keys.entry(device).or_default();
                keys.entry(key.to_owned()).or_insert(row.received_at);
            }
            _ => {}
        }
    }

    /// An entry that came without a statement: what is to be told of it, if anything is.
    pub fn judge(&mut self, row: &EntryRow) -> Option<Unsigned> {
        if row.kind == Kind::Submission.as_str() {
            self.forms.insert(row.actor);
        }
        let is_signed_kind = row
            .kind
            .parse::<Kind>()
            .is_ok_and(|kind| SIGNED.contains(&kind));
        let keys = self.keys.get(&row.actor).filter(|_| is_signed_kind)?;
        keys.values().find(|since| **since < row.received_at)?;
        let own = Unsigned {
            entry: row.id,
            seq: row.seq.unwrap_or_default(),
            kind: row.kind.clone(),
            device: row.actor,
        };
        let version = row.fact.map(|fact| fact.get_version_num());
        if version == Some(OF_A_FORM) {
            self.formed.push(own);
            return None;
        }
        Some(own)
    }

    /// Facts with ids of a form's whose author sent no form at all.
    pub fn formless(&mut self) -> Vec<Unsigned> {
        let formed = std::mem::take(&mut self.formed);
        let formless = formed.into_iter();
        formless
            .filter(|own| !self.forms.contains(&own.device))
            .collect()
    }
}
