//! What of a package was erased, each with the entry that says by whose order.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::ids::{EntryId, PhotoId};
use crate::cases::model::manifest::Manifest;
use crate::journal::proofs::{Checked, EntryProof, order_of};

use super::check::{Fault, Files, json};
use super::gather::content;

/// Photos that an order of the package erased, each with the SHA-256 of its sidecar, in hex.
pub(super) type Erased = BTreeMap<PhotoId, String>;

/// Checks that whatever has no content any more has beside it the entry that erased it.
pub(super) fn check(files: &Files<'_>, checked: &mut Checked) -> Result<Erased, Fault> {
    let mut proofs: BTreeMap<EntryId, (String, EntryProof)> = BTreeMap::new();
    for name in files.keys().filter(|name| name.starts_with("entries/")) {
        let proof: EntryProof = json(files, name)?;
        proofs.insert(proof.header.entry, (name.clone(), proof));
    }
    let mut erased = Erased::new();
    for (name, proof) in proofs.values() {
        let Some(by) = proof.redacted_by.filter(|_| proof.body.is_none()) else {
            continue;
        };
        let order = proofs.get(&by).map(|(_, order)| order);
        let order = order.filter(|order| order.header.kind == "redaction");
        let order =
            order.ok_or_else(|| Fault::Missing(format!("the entry {by} that erased {name}")))?;
        let said = content(order).unwrap_or_default();
        let by_what = match said["document"].as_str() {
            Some(document) => format!("order {document}"),
            None => said["why"].as_str().unwrap_or("no reason").to_owned(),
        };
        checked.steps.push(format!(
            "{name}: redacted at {} by entry {by}: {by_what}",
            order.header.received_at
        ));
        let fact = proof.header.fact.filter(|_| proof.header.kind == "photo");
        if let Some(photo) = fact.map(PhotoId)
            && order_of(order).is_some_and(|told| names(&told, photo))
        {
            erased.insert(photo, proof.sha256.clone());
        }
    }
    Ok(erased)
}

/// Checks that every photo of which the package tells that its original came is there, or was erased by an order that is.
pub(super) fn whole(files: &Files<'_>, manifest: &Manifest, erased: &Erased) -> Result<(), Fault> {
    for name in files.keys().filter(|name| name.starts_with("entries/")) {
        let proof: EntryProof = json(files, name)?;
        let came = proof
            .header
            .fact
            .filter(|_| proof.header.kind == "original");
        let Some(photo) = came.map(PhotoId) else {
            continue;
        };
        if !manifest.photos.contains(&photo) && !erased.contains_key(&photo) {
            let what = format!("the original of photo {photo}, or the order that erased it,");
            return Err(Fault::Missing(what));
        }
    }
    Ok(())
}

fn names(told: &Value, photo: PhotoId) -> bool {
    let photos = told["photos"].as_array();
    photos.is_some_and(|all| all.contains(&Value::from(photo.to_string())))
}
