//! Bytes as they come in, cut into blocks that are put down one after the other; what all senders together have in
//! memory is bounded.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::Blobs;

/// A block is put down this long after its first byte came, full or not.
const PATIENCE: Duration = Duration::from_secs(2);
/// A smaller block is worth no file of its own until its sender pauses or ends.
const LEAST: usize = 4 * 1024;
/// A sender that is silent for so long has gone.
const SILENCE: Duration = Duration::from_secs(30);
const KIB: usize = 1024;
/// By so much a block grows: what its sender has in memory is the room that it holds, and not twice as much.
const STEP: usize = 64 * KIB;

/// How a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// As its sender meant it to.
    Whole,
    /// The connection broke, or the body could not be inflated.
    Cut,
    /// Nothing came any more.
    Stalled,
}

/// Bytes in memory, within the room that all senders share.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    room: Option<OwnedSemaphorePermit>,
}

impl Block {
    /// The bytes, and the room that they take until it is dropped.
    #[must_use]
    pub fn into_parts(self) -> (Bytes, Option<OwnedSemaphorePermit>) {
        (self.bytes.into(), self.room)
    }

    /// The bytes so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn widen(&mut self, more: OwnedSemaphorePermit) {
        match &mut self.room {
            Some(room) => room.merge(more),
            None => self.room = Some(more),
        }
    }
}

/// A body being received.
#[derive(Debug)]
pub struct Intake<S> {
    body: S,
    most: usize,
    pending: Bytes,
    room: Arc<Semaphore>,
    ended: Option<Ended>,
}

impl Blobs {
    /// A body that is received in blocks of at most `most` bytes.
    pub fn intake<S>(&self, body: S, most: usize) -> Intake<S> {
        Intake {
            body,
            most,
            pending: Bytes::new(),
            room: Arc::clone(&self.room),
            ended: None,
        }
    }
}

impl<S, E> Intake<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    /// How the body ended, once it has.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// The next block: it is full, or has waited long enough, or memory is scarce, or nothing follows. `None`: the body
    /// has ended.
    pub async fn next(&mut self) -> Option<Block> {
        let mut block = Block::default();
        let mut due = None;
        while block.bytes.len() < self.most {
            if self.pending.is_empty() && !self.listen(&block, due).await {
                break;
            }
            let take = self.pending.len().min(self.most - block.bytes.len());
            let held = block.bytes.capacity();
            let free = held - block.bytes.len();
            if take > free {
                let more = (take - free).max(held.min(STEP)).min(self.most - held);
                let kib = u32::try_from(more.div_ceil(KIB)).unwrap_or(u32::MAX);
                if let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(kib) {
                    block.widen(room);
                } else if block.bytes.is_empty() {
                    // Whoever holds room gives it back without needing more.
                    block.room = Arc::clone(&self.room).acquire_many_owned(kib).await.ok();
                } else {
                    break;
                }
                block.bytes.reserve_exact(free + more);
            }
            block.bytes.extend_from_slice(&self.pending.split_to(take));
            due.get_or_insert_with(|| Instant::now() + PATIENCE);
        }
        (!block.bytes.is_empty()).then_some(block)
    }

    /// Waits for bytes; false when there are none, or the block has waited for them long enough.
    async fn listen(&mut self, block: &Block, due: Option<Instant>) -> bool {
        while self.ended.is_none() {
            let patience = match due {
                Some(due) if block.bytes.len() >= LEAST => {
                    due.saturating_duration_since(Instant::now())
                }
                _ => SILENCE,
            };
            match timeout(patience, self.body.next()).await {
                Ok(Some(Ok(chunk))) if chunk.is_empty() => {}
                Ok(Some(Ok(chunk))) => {
                    self.pending = chunk;
                    return true;
                }
                Ok(Some(Err(_))) => self.ended = Some(Ended::Cut),
                Ok(None) => self.ended = Some(Ended::Whole),
                Err(_) if patience == SILENCE => self.ended = Some(Ended::Stalled),
                Err(_) => return false,
            }
        }
        false
    }
}
