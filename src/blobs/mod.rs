//! Content-addressed bytes: SHA-256 names them, and they are on disk (file and directory) before anybody is told.
//!
//! Order everywhere: bytes durable, then the row, then the answer. What no row names is collected after a grace period.

mod intake;
mod shelf;
mod spool;

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use tokio::sync::Semaphore;

pub use intake::{Block, Ended, Intake};
pub use shelf::Shelved;
pub use spool::{Content, Part, Spooled};

/// The bytes' store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or service cannot be reached or is full.
    #[error("the blob store failed: {0}")]
    Unavailable(#[from] object_store::Error),
    /// The folder cannot be made.
    #[error("the blob folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
}

/// The name of some bytes: their SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobName(pub [u8; 32]);

/// The store of originals and derived images.
#[derive(Debug, Clone)]
pub struct Blobs {
    inner: Arc<dyn ObjectStore>,
    /// KiB that bytes on their way in may take in memory, all senders together.
    room: Arc<Semaphore>,
    /// How many originals are put together at once.
    gathering: Arc<Semaphore>,
}

impl BlobName {
    /// The key: two levels of folders keep directories small.
    fn key(self, root: &str) -> Key {
        let hex = crate::base::hex(&self.0);
        Key::from(format!("{root}/{}/{}/{hex}", &hex[..2], &hex[2..4]))
    }
}

const ROOT: &str = "sha256";
const ROOM_KIB: usize = 96 * 1024;
const GATHERERS: usize = 8;

impl Error {
    /// Whether the disk, or the owner's share of it, is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            let kind = error
                .downcast_ref::<std::io::Error>()
                .map(std::io::Error::kind);
            if matches!(
                kind,
                Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
            ) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl Blobs {
    /// A folder of blobs; with `fsync` every write is on disk, with its directory, before it is answered.
    pub fn open_folder(folder: &Path, fsync: bool) -> Result<Self, Error> {
        std::fs::create_dir_all(folder)?;
        let inner = LocalFileSystem::new_with_prefix(folder)?.with_fsync(fsync);
        Ok(Self {
            inner: Arc::new(inner),
            room: Arc::new(Semaphore::new(ROOM_KIB)),
            gathering: Arc::new(Semaphore::new(GATHERERS)),
        })
    }

    /// Keeps bytes under their name; the same bytes again are kept once.
    pub async fn put(&self, name: BlobName, bytes: Bytes) -> Result<(), Error> {
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self
            .inner
            .put_opts(&name.key(ROOT), PutPayload::from_bytes(bytes), options)
            .await
        {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The bytes of that name.
    pub async fn get(&self, name: BlobName) -> Result<Option<Bytes>, Error> {
        match self.inner.get(&name.key(ROOT)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the store holds that name.
    pub async fn holds(&self, name: BlobName) -> Result<bool, Error> {
        match self.inner.head(&name.key(ROOT)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Every name held, with its size in bytes and its age in milliseconds epoch.
    pub fn names(&self) -> impl Stream<Item = Result<(BlobName, u64, i64), Error>> + '_ {
        self.inner
            .list(Some(&Key::from(ROOT)))
            .filter_map(|listed| async move {
                match listed {
                    Ok(meta) => {
                        let name = meta
                            .location
                            .filename()
                            .and_then(crate::base::from_hex)
                            .map(BlobName);
                        name.map(|name| {
                            Ok((name, meta.size, meta.last_modified.timestamp_millis()))
                        })
                    }
                    Err(error) => Some(Err(error.into())),
                }
            })
    }

    /// Removes bytes that nothing names any more.
    pub async fn remove(&self, name: BlobName) -> Result<(), Error> {
        match self.inner.delete(&name.key(ROOT)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the store answers now: writes and removes a probe.
    pub async fn probe(&self) -> Result<(), Error> {
        let key = Key::from("probe");
        self.inner
            .put(&key, PutPayload::from_static(b"probe"))
            .await?;
        Ok(self.inner.delete(&key).await?)
    }
}
