//! The seal of an approved eradication: which photos it rested on, in an order that everybody can make again, each bound
//! to its sidecar and to the version of the eradication that was read.

use serde::{Deserialize, Serialize};

use crate::base::ids::{FactId, PhotoId, PlotId};
use crate::base::time::Timestamp;

/// What kind of entry it is.
pub const WHAT: &str = "seal";

/// A photo under a seal; hashes are SHA-256 in hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedPhoto {
    /// The photo.
    pub id: PhotoId,
    /// Of its original bytes.
    pub sha256: String,
    /// Of its sidecar as it was sent.
    pub sidecar_sha256: String,
}

/// The content of a seal's entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Always [`WHAT`].
    pub what: String,
    /// The plot.
    pub plot: PlotId,
    /// The eradication that was approved.
    pub eradication: FactId,
    /// SHA-256 of what was sent for it, in hex: the version that was approved.
    pub version_sha256: String,
    /// The eradication and those that it corrected: photos that name one of them are of its set.
    pub named: Vec<FactId>,
    /// The approval.
    pub approval: FactId,
    /// The photos in [`Seal::order`].
    pub photos: Vec<SealedPhoto>,
    /// The root of the Merkle tree (RFC 9162 §2.1.1) over [`Seal::leaves`], in hex.
    pub root: String,
}

impl Seal {
    /// Puts the photos into the order of the tree: by the hash of their bytes, then by id.
    pub fn order(&mut self) {
        self.photos
            .sort_by(|one, other| (&one.sha256, one.id).cmp(&(&other.sha256, other.id)));
    }

    /// What each photo's leaf is made of, in order: six lines of text, each ended.
    #[must_use]
    pub fn leaves(&self) -> Vec<String> {
        let leaf = |photo: &SealedPhoto| {
            format!(
                "tuantra-seal-v1\n{}\n{}\n{}\n{}\n{}\n",
                photo.id, photo.sha256, photo.sidecar_sha256, self.eradication, self.version_sha256
            )
        };
        self.photos.iter().map(leaf).collect()
    }

    /// Whether it holds a photo.
    #[must_use]
    pub fn holds(&self, photo: PhotoId) -> bool {
        self.photos.iter().any(|own| own.id == photo)
    }
}

/// What a seal means for a photo of its plot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealOf {
    /// The eradication and those that it corrected.
    pub named: Vec<FactId>,
    /// Whether the photo lies under it.
    pub holds: bool,
}

/// Whether a photo was added after a seal of its set, told from all seals of its plot. A photo that names no eradication
/// is of every set, and belongs where it was sealed first.
#[must_use]
pub fn is_after(seals: &[SealOf], names: Option<FactId>) -> bool {
    match names {
        Some(id) => seals
            .iter()
            .any(|seal| !seal.holds && seal.named.contains(&id)),
        None => !seals.is_empty() && seals.iter().all(|seal| !seal.holds),
    }
}

/// Whether a seal of the plot that counts a merged plot's ground says something of a photo of the merged one: it holds the
/// photo, or was made before the photo's original came. What was there before and is not sealed is not of its set.
#[must_use]
pub fn speaks_for_merged(holds: bool, sealed_at: Timestamp, came_at: Option<Timestamp>) -> bool {
    holds || came_at.is_none_or(|came_at| came_at > sealed_at)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn seal(named: &[u128], holds: bool) -> SealOf {
        SealOf {
            named: named
                .iter()
                .map(|id| FactId(Uuid::from_u128(*id)))
                .collect(),
            holds,
        }
    }

    fn fact(id: u128) -> FactId {
        FactId(Uuid::from_u128(id))
    }

    #[test]
    fn a_photo_is_after_the_seal_of_the_eradication_that_it_names() {
        assert!(!is_after(&[], Some(fact(1))));
        assert!(!is_after(&[seal(&[1], true)], Some(fact(1))));
        assert!(is_after(&[seal(&[1], false)], Some(fact(1))));
        assert!(!is_after(&[seal(&[1], false)], Some(fact(2))));
        // A correction's seal is of the photos of what it corrected as well.
        assert!(is_after(&[seal(&[2, 1], false)], Some(fact(1))));
        assert!(is_after(
            &[seal(&[1], false), seal(&[2, 1], true)],
            Some(fact(1))
        ));
    }

    #[test]
    fn a_photo_that_names_none_is_after_when_no_seal_holds_it() {
        assert!(!is_after(&[], None));
        assert!(is_after(&[seal(&[1], false)], None));
        assert!(!is_after(&[seal(&[1], true), seal(&[2], false)], None));
        assert!(is_after(&[seal(&[1], false), seal(&[2], false)], None));
    }

    #[test]
    fn the_seal_of_a_kept_plot_says_nothing_of_what_lay_on_the_merged_one_before() {
        let at = Timestamp::from_millis;
        for (holds, came_at, speaks) in [
            (true, Some(at(1)), true),
            (false, Some(at(1)), false),
            (false, Some(at(2)), false),
            (false, Some(at(3)), true),
            (false, None, true),
        ] {
            assert_eq!(speaks_for_merged(holds, at(2), came_at), speaks);
        }
    }

    #[test]
    fn the_order_is_by_hash_and_then_by_id() {
        let photo = |id: u128, sha256: &str| SealedPhoto {
            id: PhotoId(Uuid::from_u128(id)),
            sha256: sha256.to_owned(),
            sidecar_sha256: "00".repeat(32),
        };
        let mut seal = Seal {
            what: WHAT.to_owned(),
            plot: PlotId(Uuid::nil()),
            eradication: FactId(Uuid::from_u128(7)),
            version_sha256: "11".repeat(32),
            named: Vec::new(),
            approval: FactId(Uuid::nil()),
            photos: vec![photo(3, "bb"), photo(2, "aa"), photo(1, "bb")],
            root: String::new(),
        };
        seal.order();
        let ids: Vec<u128> = seal.photos.iter().map(|own| own.id.0.as_u128()).collect();
        assert_eq!(ids, [2, 1, 3]);
        assert_eq!(
            seal.leaves()[0],
            format!(
                "tuantra-seal-v1\n00000000-0000-0000-0000-000000000002\naa\n{}\n\
                 00000000-0000-0000-0000-000000000007\n{}\n",
                "00".repeat(32),
                "11".repeat(32)
            )
        );
    }
}
