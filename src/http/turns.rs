//! Turns of large bodies. A thousand phones come back at once and each sends hundreds of fixes: one writer takes them one
//! after the other, so most of them wait as they came, unread, and few wait with all that was made of them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Problem, ProblemKind};

const KIB: usize = 1024;
/// KiB of large bodies that are read and written at once: some seventy requests with 500 fixes each.
const ROOM_KIB: usize = 4 * KIB;
/// The largest ones take a part of the turns, so that many go on side by side.
const MOST_KIB: usize = ROOM_KIB / 16;
/// Smaller bodies wait for nobody.
const LEAST: usize = 16 * KIB;
/// Whoever waits longer is told to come back, before any proxy gives up.
const PATIENCE: Duration = Duration::from_secs(15);

/// The turns of one server. Requests that it makes of the parts of another one carry none: the whole has its turn.
#[derive(Debug, Clone)]
pub struct Turns {
    fixes: Arc<Semaphore>,
    pushes: Arc<Semaphore>,
    patience: Duration,
}

/// Whose turn: a push is many acts one after the other and holds up no fixes.
#[derive(Debug, Clone, Copy)]
pub enum Lane {
    /// Fixes and files of tracks.
    Fixes,
    /// Batches of facts.
    Pushes,
}

impl Default for Turns {
    fn default() -> Self {
        let room = || Arc::new(Semaphore::new(ROOM_KIB));
        Self {
            fixes: room(),
            pushes: room(),
            patience: PATIENCE,
        }
    }
}

impl Turns {
    /// The same bytes, once it is their turn, which lasts until they are dropped.
    pub(super) async fn taken(&self, lane: Lane, bytes: Bytes) -> Result<Bytes, Problem> {
        if bytes.len() < LEAST {
            return Ok(bytes);
        }
        let kib = bytes.len().div_ceil(KIB).min(MOST_KIB);
        let kib = u32::try_from(kib).unwrap_or(u32::MAX);
        let turns = match lane {
            Lane::Fixes => &self.fixes,
            Lane::Pushes => &self.pushes,
        };
        let turn = Arc::clone(turns).acquire_many_owned(kib);
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(turn)) => Ok(Bytes::from_owner(InTurn { bytes, _turn: turn })),
            Ok(Err(_)) => Ok(bytes),
            Err(_) => Err(Problem::new(ProblemKind::Unavailable)),
        }
    }
}

struct InTurn {
    bytes: Bytes,
    _turn: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for InTurn {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn large_bodies_wait_for_those_before_them_and_small_ones_for_nobody() {
        let turns = Turns {
            patience: Duration::from_millis(50),
            ..Turns::default()
        };
        let large = Bytes::from(vec![7; 32 * 1024 * KIB]);
        let mut held = Vec::new();
        for _ in 0..16 {
            held.push(turns.taken(Lane::Fixes, large.clone()).await.unwrap());
        }
        let next = turns.taken(Lane::Fixes, large.clone()).await;
        assert!(next.is_err(), "sixteen take all the turns");
        let small = Bytes::from_static(b"one fix");
        let taken = turns.taken(Lane::Fixes, small.clone()).await;
        assert_eq!(taken.unwrap(), small);
        let pushed = turns.taken(Lane::Pushes, large.clone()).await;
        assert!(pushed.is_ok(), "those who push wait for themselves");
        held.pop();
        let last = turns.taken(Lane::Fixes, large.clone()).await;
        assert_eq!(last.unwrap(), large);
    }
}
