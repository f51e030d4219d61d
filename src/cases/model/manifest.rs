//! What the entry of an export says: it is the entry's content byte for byte, so its receipt vouches for every file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::ids::{EntryId, IncidentId, PhotoId, PlotId};
use crate::base::time::Timestamp;

/// The file that holds it.
pub const MANIFEST: &str = "manifest.json";
/// The receipt over it.
pub const RECEIPT: &str = "receipt.json";
/// SHA-256 of every other file, for `sha256sum -c`.
pub const SUMS: &str = "SHA256SUMS";

/// What was taken out, by the account of the entry that holds this text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `case`: what kind of view the entry records.
    pub what: String,
    /// The plot, when it is one plot's case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub plot: Option<PlotId>,
    /// The incident, when it is an incident's case with all its plots.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub incident: Option<IncidentId>,
    /// Why it was taken out.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// The entries of the log that are in the package.
    pub entries: Vec<EntryId>,
    /// The photos whose originals are.
    pub photos: Vec<PhotoId>,
    /// Those of them that were added after the seal of their eradication.
    #[serde(default)]
    pub after_seal: Vec<PhotoId>,
    /// Whether photos of merged plots are marked by the seals of the plot that counts their ground too. Packages that do not
    /// say so were made before: they are marked by the seals of the plot alone that a photo names.
    #[serde(default)]
    pub marks_ground: bool,
    /// Whether all proofs lead to the head of the package. In packages that do not say so each may lead to a head of its own time.
    #[serde(default)]
    pub one_head: bool,
    /// The plots that were merged into those of the case, now or when photos of theirs were sealed with its own, each with the
    /// photos that were recorded on it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub merged: BTreeMap<PlotId, Vec<PhotoId>>,
    /// SHA-256 of every file but this one, the receipt and the list of sums, in hex.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// What the case is of; none when it names neither a plot nor an incident, or both.
    #[must_use]
    pub fn subject(&self) -> Option<Uuid> {
        match (self.plot, self.incident) {
            (Some(PlotId(id)), None) | (None, Some(IncidentId(id))) => Some(id),
            _ => None,
        }
    }
}

/// The name of an entry's file.
#[must_use]
pub fn entry_file(number: usize, kind: &str, entry: EntryId) -> String {
    format!("entries/{number:04}-{kind}-{entry}.json")
}

/// The name of a photo's file.
#[must_use]
pub fn photo_file(photo: PhotoId, name: &str) -> String {
    format!("photos/{photo}/{name}")
}

/// What an original is called, by the type that its sidecar names.
#[must_use]
pub fn original_name(media_type: Option<&str>) -> &'static str {
    match media_type {
        Some("image/jpeg") => "original.jpg",
        Some("image/png") => "original.png",
        Some("image/heic" | "image/heif") => "original.heic",
        Some("image/webp") => "original.webp",
        _ => "original.bin",
    }
}
