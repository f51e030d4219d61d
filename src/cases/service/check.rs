//! Checking a package without a server: it goes step by step and names the first thing that does not hold.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use crate::base::hex;
use crate::base::ids::EntryId;
use crate::cases::model::archive::{ArchiveFault, read};
use crate::cases::model::manifest::{MANIFEST, Manifest, RECEIPT, SUMS, photo_file};
use crate::journal::Receipt;
use crate::journal::history::{KeyListFault, KeyRing, LogKey, Trust};
use crate::journal::model::sha256;
use crate::journal::note::PublicKey;
use crate::journal::proofs::{self, Checked, EntryProof, Failure, PhotoProof};
use crate::journal::stamps::NoStamp;

use super::erased;
use super::keys::Keys;
use super::seals::{self, SealFault};
use super::stamps;

/// The first thing that does not hold.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The archive itself.
    #[error(transparent)]
    Archive(#[from] ArchiveFault),
    /// A file that must be there.
    #[error("{0} is missing")]
    Missing(String),
    /// A file that nothing vouches for.
    #[error("{0} was not in the package when it was made")]
    Added(String),
    /// A file whose bytes are others than a list says.
    #[error("{file} is not the file that {list} names")]
    Differs {
        /// The file.
        file: String,
        /// The list.
        list: &'static str,
    },
    /// A file that cannot be read as what it should be.
    #[error("{0} cannot be read as what it should be")]
    Unreadable(String),
    /// The list of keys.
    #[error("heads/keys.json: {0}")]
    Keys(#[from] KeyListFault),
    /// A proof that leads elsewhere than the package says.
    #[error("{0} leads to another head than heads/checkpoint.txt")]
    Head(String),
    /// A seal.
    #[error("{file}: {fault}")]
    Seal {
        /// The file of its entry.
        file: String,
        /// What does not hold.
        fault: SealFault,
    },
    /// An outside time-stamp.
    #[error("{file}: {fault}")]
    Stamp {
        /// The file that holds it.
        file: String,
        /// What does not hold.
        fault: NoStamp,
    },
    /// A proof, signature or hash.
    #[error("{file}: {failure}")]
    Proof {
        /// The file that holds it.
        file: String,
        /// What does not hold.
        failure: Failure,
    },
}

impl Fault {
    /// Whether nothing is known of the key of a signature: it may be the log's of another time, or a stranger's.
    #[must_use]
    pub const fn is_unvouched(&self) -> bool {
        matches!(self, Self::Proof { failure, .. } if failure.is_unvouched())
    }
}

pub(super) type Files<'a> = BTreeMap<String, &'a [u8]>;

/// Checks a package against the keys that were kept outside.
pub fn check(archive: &[u8], roots: &[(Option<String>, PublicKey)]) -> Result<Checked, Fault> {
    let files: Files<'_> = read(archive)?.into_iter().collect();
    let mut checked = Checked {
        steps: Vec::new(),
        trust: Trust::Proven,
    };
    sums(&files, &mut checked)?;
    let manifest: Manifest = json(&files, MANIFEST)?;
    let receipt: Receipt = json(&files, RECEIPT)?;
    let keys: Vec<LogKey> = json(&files, "heads/keys.json")?;
    let ring = KeyRing::new(receipt.log_id, &keys, roots)?;
    let vouched = proofs::receipt(&receipt, Some(file(&files, MANIFEST)?), &ring);
    note(&mut checked, RECEIPT, vouched)?;
    if Some(receipt.id) != manifest.subject() || manifest.what != "case" {
        return Err(differs(MANIFEST, RECEIPT));
    }
    listed(&files, &manifest, &mut checked)?;
    let head = String::from_utf8_lossy(file(&files, "heads/checkpoint.txt")?);
    let signed = proofs::heads(&head, &head, None, &ring);
    note(&mut checked, "heads/checkpoint.txt", signed)?;
    stamps::check(&files, &head, &ring, &mut checked)?;
    entries(&files, &manifest, &receipt, &ring, &mut checked)?;
    photos(&files, &manifest, &ring, &mut checked)?;
    one_head(&files, &manifest, &head, &mut checked)?;
    let erased = erased::check(&files, &mut checked)?;
    erased::whole(&files, &manifest, &erased)?;
    seals::check(&files, &manifest, &erased, &mut checked)?;
    Ok(checked)
}

fn differs(file: &str, list: &'static str) -> Fault {
    Fault::Differs {
        file: file.to_owned(),
        list,
    }
}

pub(super) fn file<'a>(files: &Files<'a>, name: &str) -> Result<&'a [u8], Fault> {
    let found = files.get(name).copied();
    found.ok_or_else(|| Fault::Missing(name.to_owned()))
}

pub(super) fn json<T: DeserializeOwned>(files: &Files<'_>, name: &str) -> Result<T, Fault> {
    let bytes = file(files, name)?;
    serde_json::from_slice(bytes).or(Err(Fault::Unreadable(name.to_owned())))
}

/// Takes over what was found to hold, or says where it did not.
pub(super) fn note(
    checked: &mut Checked,
    file: &str,
    found: Result<Checked, Failure>,
) -> Result<(), Fault> {
    let found = found.map_err(|failure| Fault::Proof {
        file: file.to_owned(),
        failure,
    })?;
    let steps = found.steps.into_iter();
    checked
        .steps
        .extend(steps.map(|step| format!("{file}: {step}")));
    if found.trust == Trust::Unproven {
        checked.trust = Trust::Unproven;
    }
    Ok(())
}

/// Every file but the list itself is on the list, and is what it says.
fn sums(files: &Files<'_>, checked: &mut Checked) -> Result<(), Fault> {
    let list = String::from_utf8_lossy(file(files, SUMS)?).into_owned();
    let mut named = BTreeMap::new();
    for line in list.lines() {
        let (digest, name) = line
            .split_once("  ")
            .ok_or_else(|| Fault::Unreadable(SUMS.to_owned()))?;
        named.insert(name.to_owned(), digest.to_owned());
    }
    same(files, &named, SUMS, &[SUMS])?;
    checked
        .steps
        .push(format!("{} files are those of {SUMS}", named.len()));
    Ok(())
}

/// Every file is the one that the export's entry names, and none is missing or was added.
fn listed(files: &Files<'_>, manifest: &Manifest, checked: &mut Checked) -> Result<(), Fault> {
    same(files, &manifest.files, MANIFEST, &[MANIFEST, RECEIPT, SUMS])?;
    let count = manifest.files.len();
    let step = format!("the receipt of the export vouches for {count} files");
    checked.steps.push(step);
    Ok(())
}

fn same(
    files: &Files<'_>,
    named: &BTreeMap<String, String>,
    list: &'static str,
    beside: &[&str],
) -> Result<(), Fault> {
    for (name, digest) in named {
        if hex(&sha256(file(files, name)?)) != *digest {
            return Err(differs(name, list));
        }
    }
    let mut added = files.keys().filter(|name| !named.contains_key(*name));
    match added.find(|name| !beside.contains(&name.as_str())) {
        Some(name) => Err(Fault::Added(name.clone())),
        None => Ok(()),
    }
}

fn entries(
    files: &Files<'_>,
    manifest: &Manifest,
    receipt: &Receipt,
    ring: &KeyRing,
    checked: &mut Checked,
) -> Result<(), Fault> {
    let mut proven: Vec<EntryId> = Vec::new();
    let mut keys = Keys::default();
    for name in files.keys().filter(|name| name.starts_with("entries/")) {
        let proof: EntryProof = json(files, name)?;
        if proof.log_id != receipt.log_id {
            return Err(differs(name, RECEIPT));
        }
        note(checked, name, proofs::entry(&proof, None, ring))?;
        proven.push(proof.header.entry);
        keys.take(&proof);
    }
    checked.steps.extend(keys.told());
    let missing = manifest
        .entries
        .iter()
        .find(|entry| !proven.contains(entry));
    match missing {
        Some(entry) => Err(Fault::Missing(format!("the entry {entry}"))),
        None => Ok(()),
    }
}

/// Every proof leads to the head of the package, so that what a head kept outside says of that one it says of all. Packages of
/// before have proofs that lead to heads of their own time; that is told.
fn one_head(
    files: &Files<'_>,
    manifest: &Manifest,
    head: &str,
    checked: &mut Checked,
) -> Result<(), Fault> {
    let mut elsewhere = 0_usize;
    let mut judge = |name: &str, proof: &EntryProof| {
        let is_here = proof.head.checkpoint == head;
        elsewhere += usize::from(!is_here);
        if is_here || !manifest.one_head {
            Ok(())
        } else {
            Err(Fault::Head(name.to_owned()))
        }
    };
    for name in files.keys().filter(|name| name.starts_with("entries/")) {
        judge(name, &json(files, name)?)?;
    }
    for photo in &manifest.photos {
        let name = photo_file(*photo, "proof.json");
        let proof: PhotoProof = json(files, &name)?;
        judge(&name, &proof.original)?;
        judge(&name, &proof.sidecar)?;
    }
    checked.steps.push(if elsewhere == 0 {
        "all proofs lead to heads/checkpoint.txt: hold a head that was kept outside against it".to_owned()
    } else {
        format!(
            "{elsewhere} proofs lead to other heads than heads/checkpoint.txt, as in packages of before 2026-11-28: a head that was \
             kept outside says nothing of them by that one; take the case out anew"
        )
    });
    Ok(())
}

fn photos(
    files: &Files<'_>,
    manifest: &Manifest,
    ring: &KeyRing,
    checked: &mut Checked,
) -> Result<(), Fault> {
    for photo in &manifest.photos {
        let name = photo_file(*photo, "proof.json");
        let proof: PhotoProof = json(files, &name)?;
        if proof.photo != *photo {
            return Err(differs(&name, MANIFEST));
        }
        let stem = photo_file(*photo, "original.");
        let original = files.iter().find(|(name, _)| name.starts_with(&stem));
        let (original, bytes) = original.ok_or_else(|| Fault::Missing(stem.clone()))?;
        note(checked, original, proofs::photo(&proof, bytes, ring))?;
        // People read the file, not the content in the proof.
        let sidecar = photo_file(*photo, "sidecar.json");
        let shown = files.get(&sidecar);
        if shown.is_some_and(|bytes| hex(&sha256(bytes)) != proof.sidecar.sha256) {
            return Err(differs(&sidecar, "proof.json"));
        }
    }
    Ok(())
}
