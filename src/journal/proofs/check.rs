//! Checking proofs: each goes step by step and names the first thing that does not hold.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::base::{from_hex, hex};
use crate::journal::history::{KeyRing, Trust};
use crate::journal::merkle::{self, Hash};
use crate::journal::model::{Receipt, covered, sha256};
use crate::journal::note::Checkpoint;

use super::erased::redacted;
use super::failure::Failure;
use super::statement::statement;
use super::{ConsistencyProof, EntryProof, PhotoProof, SignedHead};

/// What was found to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Each step, for people.
    pub steps: Vec<String>,
    /// Whether all signatures lead to a root of trust from outside.
    pub trust: Trust,
}

impl Checked {
    fn nothing() -> Self {
        Self {
            steps: Vec::new(),
            trust: Trust::Proven,
        }
    }

    pub(super) fn step(&mut self, text: impl Into<String>) {
        self.steps.push(text.into());
    }

    fn and(&mut self, other: Self) {
        self.steps.extend(other.steps);
        if other.trust == Trust::Unproven {
            self.trust = Trust::Unproven;
        }
    }

    /// A signature's key: with roots of trust one that they do not reach is a failure, without any it is unproven.
    fn signed(
        &mut self,
        what: &'static str,
        id: &str,
        trust: Trust,
        ring: &KeyRing,
    ) -> Result<(), Failure> {
        if trust == Trust::Unproven {
            if ring.has_roots() {
                return Err(Failure::Untrusted(what, id.to_owned()));
            }
            self.trust = Trust::Unproven;
        }
        self.step(format!("{what} is signed by key {id}"));
        Ok(())
    }
}

/// Checks a receipt's signature, and the content it is over where that is at hand.
pub fn receipt(receipt: &Receipt, body: Option<&[u8]>, ring: &KeyRing) -> Result<Checked, Failure> {
    const WHAT: &str = "the receipt";
    let mut checked = Checked::nothing();
    let (key, trust) = ring
        .key(&receipt.key_id)
        .ok_or_else(|| Failure::NoKey(WHAT, receipt.key_id.clone()))?;
    let signature = BASE64
        .decode(&receipt.signature)
        .or(Err(Failure::Signature(WHAT)))?;
    if !key.signed(receipt.signed_text().as_bytes(), &signature) {
        return Err(Failure::Signature(WHAT));
    }
    checked.signed(WHAT, &receipt.key_id, trust, ring)?;
    if let Some(body) = body {
        if hex(&sha256(body)) != receipt.sha256 {
            return Err(Failure::Differs(
                "the content is not the one that the receipt is over",
            ));
        }
        checked.step("the content is the one that the receipt is over");
    }
    Ok(checked)
}

/// Checks that a signed text is a head of the log, by one of its keys; gives the key's id with it.
fn head(
    what: &'static str,
    note: &str,
    ring: &KeyRing,
) -> Result<(Checkpoint, String, Checked), Failure> {
    let (head, note) = Checkpoint::parse(note).map_err(|fault| Failure::NoHead { what, fault })?;
    if ring.keys().next().is_none() {
        return Err(Failure::NoKeys(what));
    }
    let name = head.log.to_string();
    let mut signers = ring
        .keys()
        .filter(|(key, _)| note.signature_of(&name, key).is_some());
    // A key that is trusted first, should several have signed.
    let signer = signers
        .by_ref()
        .max_by_key(|(_, trust)| *trust == Trust::Proven);
    let (key, trust) = signer.ok_or_else(|| {
        let is_of_ours = ring.lists_keys()
            || !note.is_said_to_be_signed(&name, None)
            || ring
                .keys()
                .any(|(key, _)| note.is_said_to_be_signed(&name, Some(&key)));
        if is_of_ours {
            Failure::Signature(what)
        } else {
            Failure::OtherKey(what)
        }
    })?;
    let mut checked = Checked::nothing();
    checked.signed(what, &key.id(), trust, ring)?;
    checked.step(format!(
        "{what}: {} entries at {}, epoch {}",
        head.size, head.at, head.epoch
    ));
    Ok((head, key.id(), checked))
}

/// Checks a head as it travels: the plain fields must say what the signed text says.
fn signed_head(
    what: &'static str,
    shown: &SignedHead,
    ring: &KeyRing,
) -> Result<(Checkpoint, Checked), Failure> {
    let (head, signer, checked) = head(what, &shown.checkpoint, ring)?;
    let same = SignedHead::of(&head, signer, shown.checkpoint.clone());
    if same == *shown {
        Ok((head, checked))
    } else {
        Err(Failure::Differs(
            "the head's fields are not those of its signed text",
        ))
    }
}

/// Checks that an entry is in the log, from its content (in the proof or `body`) through its leaf to the signed head.
pub fn entry(proof: &EntryProof, body: Option<&[u8]>, ring: &KeyRing) -> Result<Checked, Failure> {
    let mut checked = Checked::nothing();
    content(proof, body, &mut checked)?;
    let leaf = leaf(proof, &mut checked)?;
    statement(proof, &mut checked)?;
    let (head, of_head) = signed_head("the head", &proof.head, ring)?;
    let path = hashes(&proof.path).ok_or(Failure::Path)?;
    let root = merkle::root_of_path(&merkle::leaf_hash(&leaf), proof.index, head.size, &path);
    if root != Some(head.root) || head.log != proof.log_id {
        return Err(Failure::Path);
    }
    checked.step(format!(
        "entry {} is number {} of the log",
        proof.header.entry, proof.index
    ));
    checked.and(of_head);
    matches_receipt(proof, &proof.receipt)?;
    checked.and(receipt(&proof.receipt, None, ring)?);
    Ok(checked)
}

/// Checks a receipt and that its entry is in the log.
pub fn receipt_in(
    own: &Receipt,
    proof: &EntryProof,
    body: Option<&[u8]>,
    ring: &KeyRing,
) -> Result<Checked, Failure> {
    let mut checked = receipt(own, body, ring)?;
    matches_receipt(proof, own)?;
    // Of a content that was erased with its salt the receipt that was kept speaks alone.
    let is_erased = proof.salt.is_none() && proof.redacted_by.is_some();
    checked.and(entry(proof, body.filter(|_| !is_erased), ring)?);
    Ok(checked)
}

/// The receipt must be of the entry that the proof is for.
fn matches_receipt(proof: &EntryProof, receipt: &Receipt) -> Result<(), Failure> {
    let header = &proof.header;
    let same = receipt.log_id == proof.log_id
        && receipt.entry_id == header.entry
        && receipt.id == header.fact.unwrap_or_default()
        && receipt.actor == header.actor
        && receipt.received_at == header.received_at
        && receipt.sha256 == proof.sha256;
    if same {
        Ok(())
    } else {
        Err(Failure::Differs("the receipt is not of this entry"))
    }
}

/// The content's two hashes: the plain one of receipts, and the salted one of the leaf.
fn content(proof: &EntryProof, given: Option<&[u8]>, checked: &mut Checked) -> Result<(), Failure> {
    let own = proof.body.as_ref().map(|text| BASE64.decode(text));
    let own = own
        .transpose()
        .or(Err(Failure::Differs("the proof's content is not base64")))?;
    let Some(body) = given.or(own.as_deref()) else {
        checked.step(match proof.redacted_by {
            Some(by) => format!("the content was erased by entry {by}; its leaf stands"),
            None => "the content is not shown: its hashes stand, and its salt was not checked (give the content with --body)".to_owned(),
        });
        return Ok(());
    };
    if hex(&sha256(body)) != proof.sha256 {
        return Err(Failure::Differs(
            "the content is not the one that was recorded",
        ));
    }
    let Some(salt) = &proof.salt else {
        // Nothing leads from the content to the leaf, and the receipt in the proof is signed by whoever runs the server today:
        // any content at all would do for the entry.
        let is_erased = own.is_none() && proof.redacted_by.is_some();
        return Err(if is_erased {
            Failure::Erased
        } else {
            Failure::Unsalted
        });
    };
    let salt = from_hex::<16>(salt).ok_or(Failure::Leaf)?;
    if Some(hex(&covered(&salt, body))) != proof.covered {
        return Err(Failure::Leaf);
    }
    checked.step("the content is the one that was recorded");
    Ok(())
}

/// The leaf's data: it must be what header and covered hash make.
fn leaf(proof: &EntryProof, checked: &mut Checked) -> Result<Hash, Failure> {
    let leaf: Hash = as_written(&proof.leaf).ok_or(Failure::Leaf)?;
    // Without it any leaf of the log would do for any entry.
    let covered = proof.covered.as_ref().ok_or(Failure::Unbound)?;
    let covered: Hash = as_written(covered).ok_or(Failure::Leaf)?;
    if proof.header.of_log(proof.log_id).leaf_over(&covered) != leaf {
        return Err(Failure::Leaf);
    }
    checked.step("the leaf is the hash of this header and content");
    Ok(leaf)
}

fn hashes(texts: &[String]) -> Option<Vec<Hash>> {
    texts.iter().map(|text| as_written(text)).collect()
}

/// A hash in hex just as this program writes it: another letter of the same digit is another text.
fn as_written(text: &str) -> Option<Hash> {
    from_hex(text).filter(|hash: &Hash| hex(hash) == text)
}

/// Checks that the log of the newer head begins with the log of the older one.
pub fn heads(
    older: &str,
    newer: &str,
    proof: Option<&ConsistencyProof>,
    ring: &KeyRing,
) -> Result<Checked, Failure> {
    let (old, _, mut checked) = head("the older head", older, ring)?;
    let (new, _, of_new) = head("the newer head", newer, ring)?;
    checked.and(of_new);
    if old.log != new.log {
        return Err(Failure::Differs("the heads are of two logs"));
    }
    if old.size == new.size {
        if old.root != new.root {
            return Err(Failure::Fork(old.size));
        }
        checked.step("both heads have the same entries");
        return Ok(checked);
    }
    let not_consistent = Failure::Consistency {
        from: old.size,
        to: new.size,
    };
    let proof = proof.ok_or(Failure::NoConsistency {
        from: old.size,
        to: new.size,
    })?;
    if (proof.from, proof.to) != (old.size, new.size) {
        return Err(Failure::Differs(
            "the consistency proof is between other sizes than the heads",
        ));
    }
    let path = hashes(&proof.path).ok_or_else(|| not_consistent.clone())?;
    if !merkle::follows((old.size, old.root), (new.size, new.root), &path) {
        return Err(not_consistent);
    }
    checked.step(format!(
        "the log of {} entries begins with the one of {}",
        new.size, old.size
    ));
    Ok(checked)
}

/// Checks a photo's bytes through both entries to the signed heads.
pub fn photo(proof: &PhotoProof, bytes: &[u8], ring: &KeyRing) -> Result<Checked, Failure> {
    if let Some(order) = &proof.redaction {
        return Err(redacted(proof, order, ring)?.into());
    }
    let digest = hex(&sha256(bytes));
    let mut checked = Checked::nothing();
    for (own, kind) in [(&proof.original, "original"), (&proof.sidecar, "photo")] {
        if own.header.kind != kind || own.header.fact != Some(proof.photo.0) {
            return Err(Failure::Differs("the proof's entries are not the photo's"));
        }
        // A sidecar may be shown without its content, because that names who was at the shutter.
        let is_hidden = kind == "photo" && own.body.is_none();
        if !is_hidden {
            if named_digest(own).as_deref() != Some(digest.as_str()) {
                return Err(Failure::Differs(
                    "the photo's bytes are not those that were recorded",
                ));
            }
            checked.step(format!("entry {} names these bytes", own.header.entry));
        }
        checked.and(entry(own, None, ring)?);
    }
    Ok(checked)
}

/// Checks that a photo's entries lead to one head, so that what agrees with that head agrees with each of them.
pub fn one_head(proof: &PhotoProof) -> Result<(), Failure> {
    let (one, other) = (&proof.original.head, &proof.sidecar.head);
    if one.checkpoint == other.checkpoint {
        return Ok(());
    }
    Err(Failure::TwoHeads(one.size, other.size))
}

/// The SHA-256 that an entry's content names.
fn named_digest(proof: &EntryProof) -> Option<String> {
    let body = BASE64.decode(proof.body.as_ref()?).ok()?;
    let body: serde_json::Value = serde_json::from_slice(&body).ok()?;
    Some(body.get("sha256")?.as_str()?.to_ascii_lowercase())
}
