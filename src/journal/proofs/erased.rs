//! What a proof tells of a photo that an order erased: its entries stand, the order names it, and its bytes are gone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::journal::history::KeyRing;

use super::check::entry;
use super::failure::Failure;
use super::{EntryProof, PhotoProof};

/// That an order erased a photo: no bytes can be held against its proof any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "redacted at {at} by entry {entry}, order {document}: the photo's entries stand in the log, and nothing tells which bytes they were of"
)]
pub struct Redacted {
    /// When.
    pub at: Timestamp,
    /// The entry of the order.
    pub entry: EntryId,
    /// The number of its document.
    pub document: String,
}

/// Checks both entries of an erased photo and the order's, and that the order names the photo.
pub(super) fn redacted(
    proof: &PhotoProof,
    order: &EntryProof,
    ring: &KeyRing,
) -> Result<Redacted, Failure> {
    for (own, kind) in [(&proof.original, "original"), (&proof.sidecar, "photo")] {
        if own.header.kind != kind || own.header.fact != Some(proof.photo.0) {
            return Err(Failure::Differs("the proof's entries are not the photo's"));
        }
        if own.redacted_by != Some(order.header.entry) || own.body.is_some() {
            return Err(Failure::Differs(
                "the photo's entries were not erased by the order beside them",
            ));
        }
        entry(own, None, ring)?;
    }
    entry(order, None, ring)?;
    let names = |told: &Value| {
        let photos = told["photos"].as_array();
        photos.is_some_and(|all| all.contains(&Value::from(proof.photo.to_string())))
    };
    let told = order_of(order).filter(names);
    let told = told.ok_or(Failure::Differs("the order does not name this photo"))?;
    Ok(Redacted {
        at: order.header.received_at,
        entry: order.header.entry,
        document: told["document"].as_str().unwrap_or_default().to_owned(),
    })
}

/// What the entry of an order to erase says; none where it is no such entry, or is shown without its content.
#[must_use]
pub fn order_of(proof: &EntryProof) -> Option<Value> {
    let body = BASE64.decode(proof.body.as_ref()?).ok()?;
    let told: Value = serde_json::from_slice(&body).ok()?;
    (proof.header.kind == "redaction" && told["what"] == "order").then_some(told)
}
