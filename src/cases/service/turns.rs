//! Turns of packages: what goes before the originals of one is made in memory, so that large ones wait for one another, and small
//! ones go on beside them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Error;

const KIB: usize = 1_024;
/// What an entry takes with its proof, bytes; of a photo both of them stand in a file of their own once more.
const ENTRY_BYTES: usize = 20_000;
/// What a picture for print takes, bytes: it stands beside the pages that show it.
const PICTURE_BYTES: usize = 600_000;

/// What a package takes in memory before the first of its originals, bytes; `printed` are those that pictures may have.
pub(super) fn weight(entries: usize, photos: usize, printed: usize) -> usize {
    let pictures = photos.saturating_mul(PICTURE_BYTES);
    let pictures = pictures.min(printed.saturating_mul(2));
    entries.saturating_mul(ENTRY_BYTES).saturating_add(pictures)
}

/// The turns of one server.
#[derive(Debug, Clone)]
pub(super) struct Turns {
    room: Arc<Semaphore>,
    most_kib: u32,
    patience: Duration,
}

impl Turns {
    /// Packages of so many bytes together, and how long one waits for its turn.
    pub(super) fn new(bytes: usize, patience: Duration) -> Self {
        let most_kib = kib(bytes);
        Self {
            room: Arc::new(Semaphore::new(most_kib as usize)),
            most_kib,
            patience,
        }
    }

    /// The turn of a package of so many bytes, which lasts until it is dropped. One that is larger than all of the room takes all.
    pub(super) async fn taken(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Error> {
        let turn = Arc::clone(&self.room).acquire_many_owned(kib(bytes).min(self.most_kib));
        match tokio::time::timeout(self.patience, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Error::Busy),
        }
    }
}

fn kib(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(KIB).max(1)).unwrap_or(u32::MAX)
}
