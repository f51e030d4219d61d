//! Turns of large bodies. A thousand phones come back at once and each sends hundreds of fixes: one writer takes them one
//! after the other, so most of them wait as they came, unread, and few wait with all that was made of them.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const KIB: usize = 1024;
/// KiB of large bodies that are read and written at once: some seventy requests with 500 fixes each.
const ROOM_KIB: usize = 4 * KIB;
/// The largest ones take no more than a quarter of the turns.
const MOST_KIB: usize = ROOM_KIB / 4;
/// Smaller bodies wait for nobody.
const LEAST: usize = 16 * KIB;

/// The turns of one server. Requests that it makes of the parts of another one carry none: the whole has its turn.
#[derive(Debug, Clone)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM_KIB)))
    }
}

impl Turns {
    /// The same bytes, once it is their turn, which lasts until they are dropped.
    pub(super) async fn taken(&self, bytes: Bytes) -> Bytes {
        if bytes.len() < LEAST {
            return bytes;
        }
        let kib = bytes.len().div_ceil(KIB).min(MOST_KIB);
        let kib = u32::try_from(kib).unwrap_or(u32::MAX);
        match Arc::clone(&self.0).acquire_many_owned(kib).await {
            Ok(turn) => Bytes::from_owner(InTurn { bytes, _turn: turn }),
            Err(_) => bytes,
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
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn large_bodies_wait_for_those_before_them_and_small_ones_for_nobody() {
        let turns = Turns::default();
        let large = Bytes::from(vec![7; 32 * 1024 * KIB]);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(turns.taken(large.clone()).await);
        }
        let wait = Duration::from_millis(50);
        let fifth = tokio::time::timeout(wait, turns.taken(large.clone())).await;
        assert!(fifth.is_err(), "four take all the turns");
        let small = Bytes::from_static(b"one fix");
        assert_eq!(turns.taken(small.clone()).await, small);
        held.pop();
        assert_eq!(turns.taken(large.clone()).await, large);
    }
}
