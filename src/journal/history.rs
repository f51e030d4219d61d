//! The log's keys over time: how one key hands over to the next, and which of them a root of trust reaches.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};

use crate::base::ids::LogId;
use crate::base::time::Timestamp;
use crate::base::{from_hex, hex};

use super::note::PublicKey;

/// One key's handing over to the next, signed by both; the body of the entry that records it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rotation {
    /// The log.
    pub log_id: LogId,
    /// The old public key, in hex.
    pub old_key: String,
    /// The new public key, in hex.
    pub new_key: String,
    /// When the new key took over.
    pub at: Timestamp,
    /// Ed25519 over the rotation's text by the old key, base64.
    pub signed_by_old: String,
    /// The same by the new key.
    pub signed_by_new: String,
}

impl Rotation {
    /// A rotation, signed by both keys.
    #[must_use]
    pub fn between(log: LogId, old: &SigningKey, new: &SigningKey, at: Timestamp) -> Self {
        let mut rotation = Self {
            log_id: log,
            old_key: hex(&old.verifying_key().to_bytes()),
            new_key: hex(&new.verifying_key().to_bytes()),
            at,
            signed_by_old: String::new(),
            signed_by_new: String::new(),
        };
        let text = rotation.signed_text();
        let sign = |key: &SigningKey| BASE64.encode(key.sign(text.as_bytes()).to_bytes());
        (rotation.signed_by_old, rotation.signed_by_new) = (sign(old), sign(new));
        rotation
    }

    /// The text that both signatures cover: a version line, then the fields in order, a line each.
    #[must_use]
    pub fn signed_text(&self) -> String {
        format!(
            "tuantra-key-rotation-v1\n{}\n{}\n{}\n{}\n",
            self.log_id, self.old_key, self.new_key, self.at
        )
    }

    /// The two keys, old and new, if both signatures hold.
    #[must_use]
    pub fn keys(&self) -> Option<(PublicKey, PublicKey)> {
        let text = self.signed_text();
        let checked = |key: &str, signature: &str| {
            let key = PublicKey(from_hex(key)?);
            let signature = BASE64.decode(signature).ok()?;
            key.signed(text.as_bytes(), &signature).then_some(key)
        };
        Some((
            checked(&self.old_key, &self.signed_by_old)?,
            checked(&self.new_key, &self.signed_by_new)?,
        ))
    }
}

/// One key of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LogKey {
    /// Its id in receipts: the first eight bytes of SHA-256 over the public key, in hex.
    pub key_id: String,
    /// The Ed25519 public key, in hex.
    pub public_key: String,
    /// The same as a verifier key of signed notes (C2SP): what to keep outside as a root of trust.
    pub verifier_key: String,
    /// Since when it signs.
    pub since: Timestamp,
    /// How the key before handed over to it; null for the first, and for one that a restore brought.
    pub rotation: Option<Rotation>,
}

/// How far a key can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It is a root of trust, or rotations link it to one.
    Proven,
    /// Nothing from outside vouches for it.
    Unproven,
}

/// What is wrong with a list of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyListFault {
    /// An id or a verifier key that is not its key's.
    #[error("the key listed as {0} has another id or verifier key")]
    Misnamed(String),
    /// A rotation that is not signed by both keys, or names other ones.
    #[error("the rotation to key {0} does not hold")]
    Rotation(String),
    /// Roots of trust of another log.
    #[error("the trusted key is of log {found}, this is log {expected}")]
    OtherLog {
        /// The log at hand.
        expected: LogId,
        /// The name of the trusted key.
        found: String,
    },
}

/// The keys of a log, with what a root of trust reaches.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: BTreeMap<String, PublicKey>,
    proven: BTreeSet<String>,
    has_roots: bool,
    lists_keys: bool,
}

impl KeyRing {
    /// The listed keys of a log and roots of trust from outside, with the name that each came under.
    pub fn new(
        log: LogId,
        listed: &[LogKey],
        trusted: &[(Option<String>, PublicKey)],
    ) -> Result<Self, KeyListFault> {
        let mut keys = BTreeMap::new();
        let mut links = Vec::new();
        for own in listed {
            let key = from_hex(&own.public_key).map(PublicKey);
            // Whoever keeps the verifier key as a root of trust must keep this one's.
            let is_named = |key: &PublicKey| {
                key.id() == own.key_id && key.verifier_key(&log.to_string()) == own.verifier_key
            };
            let key = key.filter(is_named);
            let key = key.ok_or_else(|| KeyListFault::Misnamed(own.key_id.clone()))?;
            if let Some(rotation) = &own.rotation {
                let fault = || KeyListFault::Rotation(own.key_id.clone());
                let (old, new) = rotation.keys().ok_or_else(fault)?;
                if new != key || rotation.log_id != log {
                    return Err(fault());
                }
                links.push((old.id(), new.id()));
            }
            keys.insert(key.id(), key);
        }
        let mut proven = BTreeSet::new();
        for (name, key) in trusted {
            if let Some(name) = name.as_ref().filter(|name| **name != log.to_string()) {
                return Err(KeyListFault::OtherLog {
                    expected: log,
                    found: name.clone(),
                });
            }
            proven.insert(key.id());
            keys.insert(key.id(), *key);
        }
        spread(&mut proven, &links);
        Ok(Self {
            keys,
            proven,
            has_roots: !trusted.is_empty(),
            lists_keys: !listed.is_empty(),
        })
    }

    /// A key of the log by its id, and how far it can be relied on.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<(PublicKey, Trust)> {
        let key = *self.keys.get(id)?;
        let trust = if self.proven.contains(id) {
            Trust::Proven
        } else {
            Trust::Unproven
        };
        Some((key, trust))
    }

    /// Whether anything from outside vouches for keys at all.
    #[must_use]
    pub fn has_roots(&self) -> bool {
        self.has_roots
    }

    /// Whether a list of all of the log's keys was at hand, and not only what others vouch for.
    #[must_use]
    pub fn lists_keys(&self) -> bool {
        self.lists_keys
    }

    /// The same ring where its list may be older than what is checked: a key that is not in it may be a later one of the log.
    #[must_use]
    pub fn perhaps_behind(self) -> Self {
        Self {
            lists_keys: false,
            ..self
        }
    }

    /// All keys with how far each can be relied on.
    pub fn keys(&self) -> impl Iterator<Item = (PublicKey, Trust)> {
        self.keys.keys().filter_map(|id| self.key(id))
    }
}

/// Both keys signed each rotation, so each vouches for the other.
fn spread(proven: &mut BTreeSet<String>, links: &[(String, String)]) {
    loop {
        let before = proven.len();
        for (old, new) in links {
            if proven.contains(old) || proven.contains(new) {
                proven.extend([old.clone(), new.clone()]);
            }
        }
        if proven.len() == before {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(log: LogId, key: &SigningKey, rotation: Option<Rotation>) -> LogKey {
        let public = PublicKey(key.verifying_key().to_bytes());
        LogKey {
            key_id: public.id(),
            public_key: hex(&public.0),
            verifier_key: public.verifier_key(&log.to_string()),
            since: Timestamp::from_millis(0),
            rotation,
        }
    }

    #[test]
    fn trust_follows_rotations_that_both_keys_signed_and_no_others() {
        let log = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4".parse().unwrap();
        let keys = [1, 2, 3].map(|byte| SigningKey::from_bytes(&[byte; 32]));
        let at = Timestamp::from_millis(5);
        let rotation = Rotation::between(log, &keys[0], &keys[1], at);
        let list = [
            listed(log, &keys[0], None),
            listed(log, &keys[1], Some(rotation.clone())),
            listed(log, &keys[2], None),
        ];
        let root = PublicKey::parse(&list[0].verifier_key).unwrap();
        let ring = KeyRing::new(log, &list, &[root]).unwrap();
        let trust = |at: usize| ring.key(&list[at].key_id).unwrap().1;
        assert_eq!(
            [trust(0), trust(1), trust(2)],
            [Trust::Proven, Trust::Proven, Trust::Unproven]
        );
        for change in [
            |own: &mut Rotation| own.at = Timestamp::from_millis(6),
            |own: &mut Rotation| own.signed_by_old.clone_from(&own.signed_by_new),
            |own: &mut Rotation| own.new_key.clone_from(&own.old_key),
        ] {
            let mut changed = rotation.clone();
            change(&mut changed);
            let list = [list[0].clone(), listed(log, &keys[1], Some(changed))];
            let fault = KeyRing::new(log, &list, &[]).unwrap_err();
            assert_eq!(fault, KeyListFault::Rotation(list[1].key_id.clone()));
        }
    }

    #[test]
    fn a_key_of_another_log_is_no_root_of_trust() {
        let log = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4".parse().unwrap();
        let key = SigningKey::from_bytes(&[1; 32]);
        let other = (Some("example.com".to_owned()), PublicKey([2; 32]));
        let fault = KeyRing::new(log, &[listed(log, &key, None)], &[other]);
        assert!(matches!(fault, Err(KeyListFault::OtherLog { .. })));
    }
}
