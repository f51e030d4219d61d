//! Files that were made here for somebody to fetch, in pieces of one size, so that any part of one is read without the rest.

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use uuid::Uuid;

use super::{Blobs, Error};

const ROOT: &str = "exports";

/// Whose pieces: those of one attempt to make a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shelved {
    /// The file.
    pub id: Uuid,
    /// The attempt: two never write the same pieces.
    pub attempt: i64,
}

impl Shelved {
    /// Bytes of every piece but the last.
    pub const PIECE: u64 = 4 * 1024 * 1024;

    fn folder(self) -> Key {
        Key::from(format!("{ROOT}/{}-{}", self.id.simple(), self.attempt))
    }

    fn key(self, number: u64) -> Key {
        let folder = self.folder();
        Key::from(format!("{folder}/{number:08}"))
    }
}

impl Blobs {
    /// Keeps a piece of a file.
    pub async fn shelve(&self, of: Shelved, number: u64, bytes: Bytes) -> Result<(), Error> {
        let payload = PutPayload::from_bytes(bytes);
        self.inner.put(&of.key(number), payload).await?;
        Ok(())
    }

    /// A piece of a file; none when it is gone.
    pub async fn shelved(&self, of: Shelved, number: u64) -> Result<Option<Bytes>, Error> {
        match self.inner.get(&of.key(number)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the pieces of a file.
    pub async fn clear_shelf(&self, of: Shelved) -> Result<(), Error> {
        let listed = self.inner.list(Some(&of.folder()));
        let keys: Vec<Key> = listed.map_ok(|meta| meta.location).try_collect().await?;
        for key in keys {
            match self.inner.delete(&key).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
