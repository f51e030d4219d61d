//! Proofs as they travel: each is one JSON document that can be kept and checked without this server.

mod check;
mod erased;
mod failure;
mod statement;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::ids::{EntryId, LogId, PhotoId};
use crate::base::origin::Standing;
use crate::base::time::Timestamp;
use crate::base::{from_hex, hex};

use super::history::LogKey;
use super::model::{Epoch, Header, Receipt};
use super::note::Checkpoint;

pub use check::{Checked, entry, heads, one_head, photo, receipt, receipt_in};
pub use erased::{Redacted, order_of};
pub use failure::Failure;

/// A signed head of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignedHead {
    /// The log.
    pub log_id: LogId,
    /// Its epoch.
    pub epoch: Epoch,
    /// The number of entries.
    pub size: u64,
    /// The root of the Merkle tree over them (RFC 9162), in hex.
    pub root: String,
    /// When the head was made.
    pub at: Timestamp,
    /// The key that signed it.
    pub key_id: String,
    /// The same as a signed note (C2SP `tlog-checkpoint`): what to keep.
    pub checkpoint: String,
}

impl SignedHead {
    pub(super) fn of(head: &Checkpoint, key_id: String, note: String) -> Self {
        Self {
            log_id: head.log,
            epoch: head.epoch,
            size: head.size,
            root: hex(&head.root),
            at: head.at,
            key_id,
            checkpoint: note,
        }
    }
}

/// What a leaf says of its entry besides the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EntryHeader {
    /// The log's epoch.
    pub epoch: Epoch,
    /// The entry.
    pub entry: EntryId,
    /// What it records.
    pub kind: String,
    /// The fact that it belongs to.
    pub fact: Option<Uuid>,
    /// Its author.
    pub actor: Uuid,
    /// The device it came through, when that is not the author.
    pub device: Option<Uuid>,
    /// When the server received it.
    pub received_at: Timestamp,
    /// The hash of what the device signed, in hex, where it signed (see [`SignedStatement`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}

/// What a device signed when it captured a fact; the entry's header holds SHA-256 over signature and base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignedStatement {
    /// The text that is signed (RFC 9421 §2.5).
    pub base: String,
    /// ECDSA over P-256 with SHA-256, r and s, base64.
    pub signature: String,
    /// The device's key, an uncompressed point in hex; null when the server did not know it.
    pub public: Option<String>,
    /// The key's thumbprint (RFC 7638), which the device announced and a second account confirmed in the log.
    pub key_id: String,
    /// How it stood when the server received it.
    pub standing: Standing,
}

impl EntryHeader {
    /// The header as a leaf covers it.
    #[must_use]
    pub fn of_log(&self, log: LogId) -> Header<'_> {
        Header {
            log,
            epoch: self.epoch,
            entry: self.entry,
            kind: &self.kind,
            fact: self.fact,
            actor: self.actor,
            device: self.device,
            received_at: self.received_at,
            // What is no hash becomes one that no statement has.
            statement: self
                .statement
                .as_ref()
                .map(|own| from_hex(own).unwrap_or_default()),
        }
    }
}

/// That an entry is in the log: everything needed to go from its content to a signed head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EntryProof {
    /// The log.
    pub log_id: LogId,
    /// What the leaf says of the entry.
    pub header: EntryHeader,
    /// What a device signed when it captured the fact, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<SignedStatement>,
    /// SHA-256 of the content, in hex.
    pub sha256: String,
    /// The salt that is hashed before the content, in hex; null once the content was erased.
    pub salt: Option<String>,
    /// SHA-256 over salt and content, in hex; null for content erased before this was kept: such a proof shows nothing.
    pub covered: Option<String>,
    /// The content, base64, where it is part of the proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The entry by which the content was erased.
    pub redacted_by: Option<EntryId>,
    /// The entry's number, from 0.
    pub index: u64,
    /// SHA-256 over header and `covered`, in hex: the data of the leaf.
    pub leaf: String,
    /// The inclusion proof (RFC 9162 §2.1.3), in hex, the lowest first.
    pub path: Vec<String>,
    /// The head that the path leads to.
    pub head: SignedHead,
    /// The log's keys with the rotations between them.
    pub keys: Vec<LogKey>,
    /// The entry's receipt, signed by the present key.
    pub receipt: Receipt,
}

/// That one head's tree begins with another's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConsistencyProof {
    /// The log.
    pub log_id: LogId,
    /// Entries in the older tree.
    pub from: u64,
    /// Entries in the newer tree.
    pub to: u64,
    /// The older root, in hex.
    pub from_root: String,
    /// The newer root, in hex.
    pub to_root: String,
    /// The consistency proof (RFC 9162 §2.1.4), in hex, the lowest first.
    pub path: Vec<String>,
    /// The signed head of the older tree, if one was signed at this size.
    pub from_head: Option<SignedHead>,
    /// The signed head of the newer tree, if one was signed at this size.
    pub to_head: Option<SignedHead>,
    /// The log's keys with the rotations between them.
    pub keys: Vec<LogKey>,
}

/// That a photo's announcement and its original bytes are in the log; both contents are part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PhotoProof {
    /// The photo.
    pub photo: PhotoId,
    /// The entry of its sidecar.
    pub sidecar: EntryProof,
    /// The entry that its original bytes arrived; its content names their SHA-256.
    pub original: EntryProof,
    /// The entry of the order that erased the photo, where one did: the other two have no content any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redaction: Option<Box<EntryProof>>,
}
