//! The tracks derived last, kept in memory so that a new chunk is all that has to be read of a patrol.
//!
//! What is kept decides nothing by itself: whoever derives holds it against the list of chunks that it just read, so
//! several processes on one database need not tell one another anything. Erased fixes go from here as well: at once
//! where the erasure ran or is noticed, elsewhere as soon as nobody has used them for a while.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use uuid::Uuid;

use crate::base::bounded::Bounded;
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::patrols::model::derived::DerivedTrack;

/// Some hundred patrols of a day's length: those that are under way.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What a patrol weighs beside its tracks.
const PATROL_BYTES: usize = 256;

/// What nobody used for so long goes.
const UNUSED_MS: i64 = 600_000;

/// A patrol's tracks by device.
pub(super) type Tracks = BTreeMap<Uuid, Arc<DerivedTrack>>;

/// How much is kept in memory of patrols' tracks, and how often a chunk's body had to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryUse {
    /// Patrols whose tracks are kept.
    pub patrols: usize,
    /// What the tracks weigh.
    pub bytes: usize,
    /// Bodies of chunks that were read since the start.
    pub bodies_read: u64,
}

/// The tracks derived last.
pub(super) struct TrackMemory {
    kept: Mutex<Kept>,
    bodies_read: AtomicU64,
}

struct Kept {
    tracks: Bounded<PatrolId, Arc<Tracks>>,
    /// How often something had to be forgotten.
    erasures: u64,
}

/// That a derivation began before or after an erasure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Began(u64);

/// Positions and times of officers stay out of logs.
impl fmt::Debug for TrackMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrackMemory(..)")
    }
}

impl Default for TrackMemory {
    fn default() -> Self {
        Self::of_bytes(MOST_BYTES)
    }
}

impl TrackMemory {
    /// An empty memory for tracks that weigh at most so much.
    pub(super) fn of_bytes(most_bytes: usize) -> Self {
        Self {
            kept: Mutex::new(Kept {
                tracks: Bounded::new(most_bytes),
                erasures: 0,
            }),
            bodies_read: AtomicU64::new(0),
        }
    }

    /// What is kept of a patrol, for a derivation that begins now.
    pub(super) fn find(&self, patrol: PatrolId, now: Timestamp) -> (Began, Option<Arc<Tracks>>) {
        let mut kept = self.lock();
        let found = kept.tracks.find(patrol, now).map(Arc::clone);
        (Began(kept.erasures), found)
    }

    /// Keeps what was derived, unless fixes were erased since the derivation began: it may have read them before.
    pub(super) fn keep(&self, patrol: PatrolId, tracks: Arc<Tracks>, began: Began, now: Timestamp) {
        let tracks_bytes: usize = tracks.values().map(|track| track.bytes()).sum();
        let mut kept = self.lock();
        if kept.erasures == began.0 {
            kept.tracks
                .keep(patrol, tracks, PATROL_BYTES + tracks_bytes, now);
        }
    }

    /// Lets go of a patrol whose fixes were erased.
    pub(super) fn forget(&self, patrol: PatrolId) {
        let mut kept = self.lock();
        kept.erasures += 1;
        kept.tracks.forget(patrol);
    }

    /// Lets go of what nobody used for a while.
    pub(super) fn forget_unused(&self, now: Timestamp) {
        let since = now.plus_millis(-UNUSED_MS);
        self.lock().tracks.forget_unused_since(since);
    }

    /// Counts bodies that were read.
    pub(super) fn count_read(&self, bodies: usize) {
        let bodies = u64::try_from(bodies).unwrap_or(u64::MAX);
        self.bodies_read.fetch_add(bodies, Ordering::Relaxed);
        metrics::counter!("tuantra_track_bodies_read_total").increment(bodies);
    }

    pub(super) fn in_use(&self) -> MemoryUse {
        let kept = self.lock();
        MemoryUse {
            patrols: kept.tracks.len(),
            bytes: kept.tracks.bytes(),
            bodies_read: self.bodies_read.load(Ordering::Relaxed),
        }
    }

    /// What a thread that panicked left is whole: every change is one call.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patrols::model::legs::GapRule;
    use crate::patrols::model::quality::{Basis, QualityRule};
    use crate::patrols::model::vocabulary::Transport;

    const NOW: Timestamp = Timestamp::from_millis(1_772_420_400_000);

    fn tracks() -> Arc<Tracks> {
        let basis = Basis {
            transport: Transport::Foot,
            rule: QualityRule::current(),
            received_until: NOW,
        };
        let track = Arc::new(DerivedTrack::empty(basis, GapRule::current()));
        Arc::new([(Uuid::nil(), track)].into())
    }

    #[test]
    fn a_derivation_that_began_before_an_erasure_keeps_nothing() {
        let memory = TrackMemory::default();
        let (erased, other) = (PatrolId(Uuid::nil()), PatrolId(Uuid::max()));
        memory.keep(other, tracks(), memory.find(other, NOW).0, NOW);
        let (began, found) = memory.find(erased, NOW);
        assert!(found.is_none());
        memory.forget(erased);
        memory.keep(erased, tracks(), began, NOW);
        assert_eq!(memory.in_use().patrols, 1);
        let (began, _) = memory.find(erased, NOW);
        memory.keep(erased, tracks(), began, NOW);
        assert_eq!(memory.in_use().patrols, 2);
        memory.forget(erased);
        assert!(memory.find(erased, NOW).1.is_none() && memory.find(other, NOW).1.is_some());
    }
}
