//! Content-addressed bytes: SHA-256 names them, and they are on disk (file and directory) before anybody is told.
//!
//! Order everywhere: bytes durable, then the row, then the answer. What no row names is collected after a grace period.

mod bucket;
mod intake;
mod shelf;
mod spool;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use tokio::sync::Semaphore;

pub use bucket::Place;
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
    /// The folder is not the one that was opened: its disk is gone, or somebody emptied it.
    #[error("the blob folder has lost its mark: its disk is not there")]
    Gone,
    /// A part of bytes on their way is not in a store that is there: it went with an earlier one.
    #[error("a part of an upload is not there")]
    PartMissing,
}

/// What became of bytes that were to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// They were written now.
    Now,
    /// They were there before. Another process that collects what no row names may be about to remove them: after the row's
    /// commit they are kept once more.
    Before,
}

/// The name of some bytes: their SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlobName(pub [u8; 32]);

/// The store of originals and derived images.
#[derive(Debug, Clone)]
pub struct Blobs {
    inner: Arc<dyn ObjectStore>,
    /// A file of the folder: without it another disk, or none, lies under the folder's name.
    mark: Option<Arc<PathBuf>>,
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
/// Bytes that are being removed: until it is sure that no row names them they can be put back.
const ASIDE: &str = "aside";
const MARK: &str = "blobs.mark";
const ROOM_KIB: usize = 64 * 1024;
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
        let mark = folder.join(MARK);
        if !mark.exists() {
            std::fs::write(
                &mark,
                "the folder of originals: without this file nothing is written here\n",
            )?;
        }
        let inner = LocalFileSystem::new_with_prefix(folder)?.with_fsync(fsync);
        Ok(Self::over(Arc::new(inner), Some(mark)))
    }

    fn over(inner: Arc<dyn ObjectStore>, mark: Option<PathBuf>) -> Self {
        Self {
            inner,
            mark: mark.map(Arc::new),
            room: Arc::new(Semaphore::new(ROOM_KIB)),
            gathering: Arc::new(Semaphore::new(GATHERERS)),
        }
    }

    /// Refuses to write where the folder was: what went to another disk would be missing when the right one is back.
    async fn present(&self) -> Result<(), Error> {
        match &self.mark {
            Some(mark) => match tokio::fs::try_exists(mark.as_path()).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(Error::Gone),
                Err(error) => Err(error.into()),
            },
            None => Ok(()),
        }
    }

    /// Keeps bytes under their name; the same bytes again are kept once.
    pub async fn put(&self, name: BlobName, bytes: Bytes) -> Result<Placed, Error> {
        self.present().await?;
        let (key, bytes) = (name.key(ROOT), PutPayload::from_bytes(bytes));
        let create = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self.inner.put_opts(&key, bytes.clone(), create).await {
            Ok(_) => return Ok(Placed::Now),
            Err(object_store::Error::AlreadyExists { .. }) if self.holds(name).await? => {
                return Ok(Placed::Before);
            }
            // A store that answers so to two writers at once, or that knows no conditions: the name tells the bytes, so
            // writing them over cannot change them.
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::NotImplemented { .. }
                | object_store::Error::NotSupported { .. },
            ) => {}
            Err(error) => return Err(error.into()),
        }
        self.inner.put(&key, bytes).await?;
        Ok(Placed::Now)
    }

    /// The bytes of that name.
    pub async fn get(&self, name: BlobName) -> Result<Option<Bytes>, Error> {
        match self.inner.get(&name.key(ROOT)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => self.present().await.map(|()| None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the store holds that name.
    pub async fn holds(&self, name: BlobName) -> Result<bool, Error> {
        match self.inner.head(&name.key(ROOT)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => self.present().await.map(|()| false),
            Err(error) => Err(error.into()),
        }
    }

    /// Every name held, with its size in bytes and its age in milliseconds epoch.
    pub fn names(&self) -> impl Stream<Item = Result<(BlobName, u64, i64), Error>> + '_ {
        self.listed(ROOT)
    }

    /// Every name that was set aside and is not yet settled.
    pub fn aside(&self) -> impl Stream<Item = Result<(BlobName, u64, i64), Error>> + '_ {
        self.listed(ASIDE)
    }

    fn listed(
        &self,
        root: &'static str,
    ) -> impl Stream<Item = Result<(BlobName, u64, i64), Error>> + '_ {
        let listed = self.inner.list(Some(&Key::from(root)));
        listed.filter_map(|listed| async move {
            match listed {
                Ok(meta) => {
                    let name = meta.location.filename();
                    let name = name.and_then(crate::base::from_hex).map(BlobName)?;
                    let modified_at = meta.last_modified.timestamp_millis();
                    Some(Ok((name, meta.size, modified_at)))
                }
                Err(error) => Some(Err(error.into())),
            }
        })
    }

    /// Takes bytes that nothing names away from under their name.
    pub async fn set_aside(&self, name: BlobName) -> Result<(), Error> {
        self.moved(&name.key(ROOT), &name.key(ASIDE)).await
    }

    /// Puts bytes back that somebody names after all.
    pub async fn put_back(&self, name: BlobName) -> Result<(), Error> {
        self.moved(&name.key(ASIDE), &name.key(ROOT)).await
    }

    async fn moved(&self, from: &Key, to: &Key) -> Result<(), Error> {
        match self.inner.rename(from, to).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes bytes that were set aside.
    pub async fn remove(&self, name: BlobName) -> Result<(), Error> {
        match self.inner.delete(&name.key(ASIDE)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the store answers now: writes and removes a probe.
    pub async fn probe(&self) -> Result<(), Error> {
        self.present().await?;
        let key = Key::from("probe");
        self.inner
            .put(&key, PutPayload::from_static(b"probe"))
            .await?;
        match self.inner.delete(&key).await {
            // Another process that shares the store was asked at the same moment.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
