//! Leaves and receipts: what is hashed and what is signed, byte by byte.
//!
//! A leaf is `SHA-256(header || SHA-256(salt || body))`, the data of a leaf in the sense of RFC 9162 §2.1.1. The header
//! holds the hash of the statement that a device signed, where one came with the entry. The salt
//! lets a body be erased without leaving a hash by which a guess could be confirmed.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::ids::{EntryId, LogId};
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;

vocabulary! {
    /// What an entry records.
    Kind: "a kind of entry" {
        /// The log's signing key was set or changed.
        Key = "key",
        /// A new epoch was opened by a restore.
        Epoch = "epoch",
        /// An organisation or team.
        Org = "org",
        /// An account, its password or its state.
        Account = "account",
        /// A device or its state.
        Device = "device",
        /// A role given or ended.
        Grant = "grant",
        /// A secret made or revoked.
        Token = "token",
        /// An enrolment opened, spent or confirmed.
        Enrolment = "enrolment",
        /// A device's key was announced, confirmed or revoked.
        DeviceKey = "device_key",
        /// Boundaries were loaded.
        Boundaries = "boundaries",
        /// A risk area was set, changed or ended.
        RiskArea = "risk_area",
        /// A definition was set.
        Definition = "definition",
        /// A border gate was set.
        Gate = "gate",
        /// A hamlet was set.
        Hamlet = "hamlet",
        /// A patrol or its revision.
        Patrol = "patrol",
        /// Fixes of one device: a coded chunk.
        Fixes = "fixes",
        /// A call for help from the field.
        Sos = "sos",
        /// A patrol was accepted or rejected.
        Validation = "validation",
        /// A plot or its revision.
        Plot = "plot",
        /// An incident or its revision.
        Incident = "incident",
        /// A photo's sidecar.
        Photo = "photo",
        /// A photo's original bytes arrived.
        Original = "original",
        /// What another organisation says of a plot.
        Verification = "verification",
        /// A second member's confirmation on the spot.
        Confirmation = "confirmation",
        /// An eradication.
        Eradication = "eradication",
        /// The number of an eradication's minutes.
        Minutes = "minutes",
        /// The desk accepted an eradication.
        Approval = "approval",
        /// A look at the ground after an eradication.
        Reinspection = "reinspection",
        /// A plot was handed over.
        Transfer = "transfer",
        /// A plot beyond the border was told to others.
        Referral = "referral",
        /// A plot was taken back as recorded by mistake.
        Retraction = "retraction",
        /// A closed plot was opened again.
        Reopening = "reopening",
        /// It was decided whether two plots are one.
        Judgement = "judgement",
        /// An eradication counts without its photos, for a reason.
        Waiver = "waiver",
        /// What waited for a desk went back to its author for completing.
        Return = "return",
        /// What the author's side says to a return.
        Reply = "reply",
        /// A screen's question about a photo.
        Question = "question",
        /// The team's answer to one.
        Answer = "answer",
        /// A role's decision about one.
        Decision = "decision",
        /// The photos that an approved eradication rests on, under one root.
        Seal = "seal",
        /// A tip.
        Tip = "tip",
        /// What became of a tip.
        TipOutcome = "tip_outcome",
        /// A random draw of plots to be visited again.
        Sample = "sample",
        /// What another unit found on a drawn plot.
        Revisit = "revisit",
        /// A file of an office was loaded, as it was told of before.
        Import = "import",
        /// A form's submission as it came.
        Submission = "submission",
        /// A bundle that was carried here by hand.
        Bundle = "bundle",
        /// A paper record, or that a fact was typed in from it.
        Paper = "paper",
        /// A content kept aside.
        Quarantine = "quarantine",
        /// Raw content was erased by retention or order.
        Redaction = "redaction",
        /// A legal hold was set or lifted, in logs of before either had a kind of its own.
        Hold = "hold",
        /// A legal hold was set.
        HoldSet = "hold_set",
        /// A legal hold was lifted.
        HoldLifted = "hold_lifted",
        /// A backup was taken and verified.
        Backup = "backup",
        /// An export or view that must be accounted for.
        View = "view",
        /// A form was kept as it was.
        Report = "report",
        /// A commune says that nothing happened in a period, or takes that back.
        Nothing = "nothing",
        /// Somebody began to watch live positions.
        Watch = "watch",
        /// A head from outside that this log does not agree with.
        Alarm = "alarm",
    }
}

/// What a leaf says of its entry besides the body; recomputed from the entry's row.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// The log that holds the entry.
    pub log: LogId,
    /// The log's epoch.
    pub epoch: Epoch,
    /// The entry.
    pub entry: EntryId,
    /// What it records.
    pub kind: &'a str,
    /// The fact that it belongs to.
    pub fact: Option<Uuid>,
    /// Its author.
    pub actor: Uuid,
    /// The device it came through, when that is not the author.
    pub device: Option<Uuid>,
    /// When this server received it.
    pub received_at: Timestamp,
    /// The hash of the statement that a device signed, if one came with it (see [`statement_hash`]).
    pub statement: Option<[u8; 32]>,
}

impl Kind {
    /// The kinds of every act on a legal hold.
    pub const HOLDS: [Self; 3] = [Self::Hold, Self::HoldSet, Self::HoldLifted];

    /// The kind of setting a legal hold, or of lifting it.
    #[must_use]
    pub const fn of_hold(is_set: bool) -> Self {
        if is_set {
            Self::HoldSet
        } else {
            Self::HoldLifted
        }
    }

    /// Whether an entry of this kind may say that a legal hold was set, or that it was lifted.
    #[must_use]
    pub fn may_hold(kind: &str, is_set: bool) -> bool {
        kind == Self::Hold.as_str() || kind == Self::of_hold(is_set).as_str()
    }
}

/// A log's epoch: 1, and one more after each restore.
pub type Epoch = i64;

const LEAF_VERSION: &[u8] = b"tuantra-leaf-v1\0";
/// Leaves of entries that came with a signed statement; its hash follows the header's other fields.
const SIGNED_LEAF_VERSION: &[u8] = b"tuantra-leaf-v2\0";

impl Header<'_> {
    /// The header's canonical bytes: fixed-width fields, nil for what is absent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(160);
        bytes.extend_from_slice(match self.statement {
            Some(_) => SIGNED_LEAF_VERSION,
            None => LEAF_VERSION,
        });
        bytes.extend_from_slice(self.log.as_bytes());
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.extend_from_slice(self.entry.as_bytes());
        bytes.push(u8::try_from(self.kind.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(self.kind.as_bytes());
        bytes.extend_from_slice(self.fact.unwrap_or_default().as_bytes());
        bytes.extend_from_slice(self.actor.as_bytes());
        bytes.extend_from_slice(self.device.unwrap_or_default().as_bytes());
        bytes.extend_from_slice(&self.received_at.as_millis().to_be_bytes());
        bytes.extend_from_slice(self.statement.as_ref().map_or(&[][..], |hash| &hash[..]));
        bytes
    }

    /// The entry's leaf over this salt and body.
    #[must_use]
    pub fn leaf(&self, salt: &[u8], body: &[u8]) -> [u8; 32] {
        self.leaf_over(&covered(salt, body))
    }

    /// The entry's leaf over the hash of its salt and body.
    #[must_use]
    pub fn leaf_over(&self, covered: &[u8]) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.to_bytes())
            .chain_update(covered)
            .finalize()
            .into()
    }
}

/// What a leaf covers of a device's statement: SHA-256 over the signature's fixed 64 bytes and the text it is over.
#[must_use]
pub fn statement_hash(base: &str, signature: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(signature)
        .chain_update(base)
        .finalize()
        .into()
}

/// What a leaf covers of an entry's content: SHA-256 over the salt and the body.
#[must_use]
pub fn covered(salt: &[u8], body: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(salt)
        .chain_update(body)
        .finalize()
        .into()
}

vocabulary! {
    /// How safe an acknowledged fact is.
    ReceiptState: "a receipt's state" {
        /// Its bytes are on this server's disk.
        Stored = "stored",
        /// A verified backup or a replica covers it too: a phone may free its copy.
        Secured = "secured",
    }
}

/// What the author of a fact gets: a signed promise that the entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Receipt {
    /// The log.
    pub log_id: LogId,
    /// The first eight bytes of SHA-256 over the public key, in hex.
    pub key_id: String,
    /// The journal entry.
    pub entry_id: EntryId,
    /// The fact.
    pub id: Uuid,
    /// SHA-256 of the body's bytes, in hex.
    pub sha256: String,
    /// The author.
    pub actor: Uuid,
    /// When the server received the fact.
    pub received_at: Timestamp,
    /// Ed25519 over the receipt's text (see [`Receipt::signed_text`]), base64.
    pub signature: String,
    /// Outside the signed text; may advance.
    pub state: ReceiptState,
}

impl Receipt {
    /// The text that the signature covers: a version line, then the fields in order, a line each.
    #[must_use]
    pub fn signed_text(&self) -> String {
        format!(
            "tuantra-receipt-v1\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
            self.log_id,
            self.key_id,
            self.entry_id,
            self.id,
            self.sha256,
            self.actor,
            self.received_at
        )
    }
}

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
