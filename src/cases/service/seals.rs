//! The seals of a package, computed again from its own photos, sidecars and entries.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::hex;
use crate::base::ids::{FactId, PhotoId, PlotId};
use crate::base::time::Timestamp;
use crate::cases::model::manifest::{Manifest, photo_file};
use crate::evidence::model::seal::{Seal, SealOf, SealedPhoto, WHAT, is_after, speaks_for_merged};
use crate::evidence::seal_root;
use crate::journal::model::sha256;
use crate::journal::proofs::{Checked, EntryProof, PhotoProof};

use super::check::{Fault, Files, json};
use super::erased::Erased;
use super::gather::content;

/// What of a seal does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// The entry does not say what a seal says.
    #[error("this is no seal of the plot")]
    Unreadable,
    /// A photo or sidecar is not as it was sealed.
    #[error("photo {0} is not the one that was sealed")]
    Photo(PhotoId),
    /// A photo that was sealed is not there.
    #[error("the sealed photo {0} is missing")]
    Missing(PhotoId),
    /// The eradication is another version than the one that was approved.
    #[error("eradication {0} is not the version that was approved")]
    Version(FactId),
    /// The leaves have another root.
    #[error("the photos, sidecars and eradication do not have the sealed root")]
    Root,
    /// The package marks other photos as added later than there are.
    #[error("the manifest does not mark exactly the photos that were added after a seal: {0}")]
    Marks(PhotoId),
}

/// Checks every seal that is among the entries, and which photos are marked as added after one.
pub(super) fn check(
    files: &Files<'_>,
    manifest: &Manifest,
    erased: &Erased,
    checked: &mut Checked,
) -> Result<(), Fault> {
    let photos = photos(files, manifest)?;
    let mut versions: BTreeMap<FactId, String> = BTreeMap::new();
    let mut seals: Vec<Found> = Vec::new();
    for name in files.keys().filter(|name| name.starts_with("entries/")) {
        let proof: EntryProof = json(files, name)?;
        match (proof.header.kind.as_str(), proof.header.fact) {
            ("eradication", Some(fact)) => {
                versions.insert(FactId(fact), proof.sha256);
            }
            ("seal", _) => {
                let fault = fault(name);
                let seal = content(&proof).and_then(|told| serde_json::from_value(told).ok());
                let seal: Seal = seal.ok_or_else(|| fault(SealFault::Unreadable))?;
                let is_of_another = manifest.plot.is_some_and(|plot| {
                    plot != seal.plot && !manifest.merged.contains_key(&seal.plot)
                });
                if seal.what != WHAT || is_of_another {
                    return Err(fault(SealFault::Unreadable));
                }
                seals.push(Found {
                    file: name.clone(),
                    at: proof.header.received_at,
                    seal,
                });
            }
            _ => {}
        }
    }
    for Found { file, seal, .. } in &seals {
        holds(seal, (&photos, erased), &versions).map_err(fault(file))?;
        let count = seal.photos.len();
        let of = seal.eradication;
        checked.steps.push(format!(
            "{file}: the seal of eradication {of} over {count} photos has the root that they make"
        ));
    }
    let kept_by = if manifest.marks_ground {
        kept_by(files)?
    } else {
        BTreeMap::new()
    };
    marks((manifest, &kept_by), &photos, &seals)
}

/// A seal of the package.
struct Found {
    /// The file of its entry.
    file: String,
    /// When it was made.
    at: Timestamp,
    seal: Seal,
}

/// Which plot of the package counts the ground of each that was merged, by the histories.
fn kept_by(files: &Files<'_>) -> Result<BTreeMap<PlotId, PlotId>, Fault> {
    let mut kept_by = BTreeMap::new();
    let histories = files.keys().filter(|name| name.ends_with("history.json"));
    for name in histories {
        let told: Value = json(files, name)?;
        let id = |told: &Value| told.as_str()?.parse::<PlotId>().ok();
        let Some(kept) = id(&told["id"]) else {
            continue;
        };
        let merged = told["properties"]["merged"].as_array();
        let merged = merged.into_iter().flatten().filter_map(id);
        kept_by.extend(merged.map(|plot| (plot, kept)));
    }
    Ok(kept_by)
}

fn fault(name: &str) -> impl Fn(SealFault) -> Fault {
    let file = name.to_owned();
    move |fault| Fault::Seal {
        file: file.clone(),
        fault,
    }
}

/// A photo as the package has it.
struct Packed {
    own: SealedPhoto,
    /// The plot that its sidecar names: an incident's package has several.
    plot: Option<PlotId>,
    /// The eradication that its sidecar names.
    eradication: Option<FactId>,
    /// When its original came.
    came_at: Timestamp,
}

fn photos(files: &Files<'_>, manifest: &Manifest) -> Result<BTreeMap<PhotoId, Packed>, Fault> {
    let mut photos = BTreeMap::new();
    for id in &manifest.photos {
        let proof: PhotoProof = json(files, &photo_file(*id, "proof.json"))?;
        let stem = photo_file(*id, "original.");
        let original = files.iter().find(|(name, _)| name.starts_with(&stem));
        let (_, bytes) = original.ok_or(Fault::Missing(stem.clone()))?;
        let told = content(&proof.sidecar);
        let word = |name| told.as_ref().and_then(|told| told.get(name)?.as_str());
        let plot = word("plot").and_then(|id| id.parse().ok());
        let eradication = word("eradication").and_then(|id| id.parse().ok());
        let own = SealedPhoto {
            id: *id,
            sha256: hex(&sha256(bytes)),
            sidecar_sha256: proof.sidecar.sha256,
        };
        let packed = Packed {
            own,
            plot,
            eradication,
            came_at: proof.original.header.received_at,
        };
        photos.insert(*id, packed);
    }
    Ok(photos)
}

/// What an order erased cannot be held against its seal, but for the sidecar's hash: its entry stands.
fn holds(
    seal: &Seal,
    (photos, erased): (&BTreeMap<PhotoId, Packed>, &Erased),
    versions: &BTreeMap<FactId, String>,
) -> Result<(), SealFault> {
    for sealed in &seal.photos {
        let Some(photo) = photos.get(&sealed.id) else {
            if erased.get(&sealed.id) == Some(&sealed.sidecar_sha256) {
                continue;
            }
            return Err(SealFault::Missing(sealed.id));
        };
        if photo.own != *sealed {
            return Err(SealFault::Photo(sealed.id));
        }
    }
    if versions.get(&seal.eradication) != Some(&seal.version_sha256) {
        return Err(SealFault::Version(seal.eradication));
    }
    let mut again = seal.clone();
    again.order();
    if again.photos == seal.photos && hex(&seal_root(&again)) == seal.root {
        Ok(())
    } else {
        Err(SealFault::Root)
    }
}

/// Exactly the photos that no seal of their set holds are marked.
fn marks(
    (manifest, kept_by): (&Manifest, &BTreeMap<PlotId, PlotId>),
    photos: &BTreeMap<PhotoId, Packed>,
    seals: &[Found],
) -> Result<(), Fault> {
    for (id, photo) in photos {
        let kept = photo.plot.and_then(|plot| kept_by.get(&plot));
        let speaks = |own: &&Found| {
            let is_of_kept = kept == Some(&own.seal.plot);
            photo.plot == Some(own.seal.plot)
                || (is_of_kept
                    && speaks_for_merged(own.seal.holds(*id), own.at, Some(photo.came_at)))
        };
        let of: Vec<SealOf> = seals
            .iter()
            .filter(speaks)
            .map(|own| SealOf {
                named: own.seal.named.clone(),
                holds: own.seal.holds(*id),
            })
            .collect();
        if is_after(&of, photo.eradication) != manifest.after_seal.contains(id) {
            return Err(fault("manifest.json")(SealFault::Marks(*id)));
        }
    }
    Ok(())
}
