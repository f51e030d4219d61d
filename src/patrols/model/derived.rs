//! A device's track beside the chunks that it was derived from, so that new chunks change only what they touch.
//!
//! A chunk's entry names its content for good, so a track depends on nothing but the set of entries, the basis and
//! the rule: whether it still stands is told from a list of entries, without their bodies.

use super::bounds::Bounds;
use super::fix::{Fix, merge};
use super::legs::GapRule;
use super::quality::Basis;
use super::track::{Track, TrackSummary};
use crate::base::ids::EntryId;
use crate::base::time::Timestamp;

/// The fixes of one chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkFixes {
    /// The entry whose body they stand in.
    pub entry: EntryId,
    /// The fixes.
    pub fixes: Vec<Fix>,
}

/// What one device's chunks give under one basis.
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedTrack {
    /// The entries whose fixes went in, sorted.
    chunks: Vec<EntryId>,
    /// All fixes, sorted.
    fixes: Vec<Fix>,
    track: Track,
}

impl DerivedTrack {
    /// A track of no chunk.
    #[must_use]
    pub fn empty(basis: Basis, rule: GapRule) -> Self {
        Self {
            chunks: Vec::new(),
            fixes: Vec::new(),
            track: Track::derive(&[], basis, rule),
        }
    }

    /// The track with further chunks, under a basis and a rule: equal to one derived from all chunks at once.
    #[must_use]
    pub fn with(&self, news: Vec<ChunkFixes>, basis: Basis, rule: GapRule) -> Self {
        let (mut chunks, mut fixes) = (self.chunks.clone(), self.fixes.clone());
        for chunk in news {
            chunks.push(chunk.entry);
            fixes.extend(chunk.fixes);
        }
        chunks.sort_unstable();
        // Sorted runs, which the stable sort merges.
        fixes.sort();
        let track = if self.track.is_judged_by(&basis, &rule) {
            self.track.clone().extend(&fixes, basis.received_until)
        } else {
            Track::derive(&fixes, basis, rule)
        };
        Self {
            chunks,
            fixes,
            track,
        }
    }

    /// The track with fixes that stand in no chunk yet; those that it has already change nothing.
    #[must_use]
    pub fn with_unsealed(&self, unsealed: &[Fix], basis: Basis, rule: GapRule) -> Self {
        let fixes = merge(&self.fixes, unsealed.to_vec()).accepted;
        let basis = Basis {
            received_until: basis.received_until.max(self.track.received_until()),
            ..basis
        };
        let entry = EntryId(uuid::Uuid::nil());
        self.with(vec![ChunkFixes { entry, fixes }], basis, rule)
    }

    /// Whether the chunk went in.
    #[must_use]
    pub fn holds(&self, entry: EntryId) -> bool {
        self.chunks.binary_search(&entry).is_ok()
    }

    /// Whether every chunk that went in is still there.
    #[must_use]
    pub fn is_within(&self, mut is_there: impl FnMut(EntryId) -> bool) -> bool {
        self.chunks.iter().all(|entry| is_there(*entry))
    }

    /// Whether nothing changes under this basis and rule while no chunk is added.
    #[must_use]
    pub fn stands(&self, basis: &Basis, rule: &GapRule) -> bool {
        self.track.is_judged_by(basis, rule) && self.track.received_until() == basis.received_until
    }

    /// How many fixes it has, credible or not.
    #[must_use]
    pub fn fixes(&self) -> usize {
        self.fixes.len()
    }

    /// The first and the last fix.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (self.fixes.first()?, self.fixes.last()?);
        Some((first.t, last.t))
    }

    /// The box around every fix, credible or not.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::of(&self.fixes)
    }

    /// Legs, discs and figures.
    #[must_use]
    pub fn summary(&self) -> TrackSummary {
        self.track.summary()
    }

    /// What it weighs in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + size_of_val(self.chunks.as_slice())
            + size_of_val(self.fixes.as_slice())
            + self.track.bytes()
    }
}
