//! Parts of bytes that are still on their way: written once each, durable like blobs, put together at the end.

use std::str::FromStr;

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::path::Path as Key;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{BlobName, Blobs, Error, Placed};

const ROOT: &str = "uploads";
/// Larger ones are written in pieces of this size: the least that S3 takes.
const PIECE: usize = 5 * 1024 * 1024;
/// Parts that are fetched at once.
const AHEAD: usize = 4;

/// A stretch of an upload that is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The upload.
    pub upload: Uuid,
    /// Where it starts, bytes from the upload's own start.
    pub starts_at: u64,
    /// Whose it is: two holders of one upload never write the same file.
    pub fence: i64,
    /// Its length.
    pub bytes: u64,
}

/// Bytes that have come in whole.
#[derive(Debug)]
pub enum Spooled {
    /// In memory.
    Memory(Bytes),
    /// On disk, in order and without gaps.
    Parts(Vec<Part>),
}

/// Bytes that have come in whole, with what names them.
#[derive(Debug)]
pub struct Content {
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// How many they are.
    pub bytes: u64,
    /// Where they are.
    pub spooled: Spooled,
}

impl Part {
    /// The last byte of an id is random: 256 folders hold them evenly.
    fn key(&self) -> Key {
        let folder = self.upload.as_bytes()[15];
        let (upload, starts_at, fence) = (self.upload.simple(), self.starts_at, self.fence);
        Key::from(format!("{ROOT}/{folder:02x}/{upload}-{starts_at}-{fence}"))
    }

    fn of_name(name: &str, bytes: u64) -> Option<Self> {
        let mut words = name.split('-');
        let part = Self {
            upload: Uuid::try_parse(words.next()?).ok()?,
            starts_at: u64::from_str(words.next()?).ok()?,
            fence: i64::from_str(words.next()?).ok()?,
            bytes,
        };
        words.next().is_none().then_some(part)
    }
}

impl Blobs {
    /// Writes a part; it is on disk when this returns.
    pub async fn put_part(&self, part: &Part, bytes: Bytes) -> Result<(), Error> {
        self.present().await?;
        self.inner
            .put(&part.key(), PutPayload::from_bytes(bytes))
            .await?;
        Ok(())
    }

    /// The parts' bytes in order; a few are fetched ahead, since a store elsewhere answers each after a while.
    fn read<'a>(&'a self, parts: &'a [Part]) -> impl Stream<Item = Result<Bytes, Error>> + 'a {
        let fetched = parts
            .iter()
            .map(async |part| match self.inner.get(&part.key()).await {
                Ok(found) => Ok(found.bytes().await?),
                Err(object_store::Error::NotFound { .. }) => self.missing().await,
                Err(error) => Err(error.into()),
            });
        futures::stream::iter(fetched).buffered(AHEAD)
    }

    /// That a part is missing is said only where the store itself is there and takes what is written to it.
    async fn missing(&self) -> Result<Bytes, Error> {
        self.probe().await?;
        Err(Error::PartMissing)
    }

    /// Removes parts that nobody needs; one that cannot be removed now is found by its age.
    pub async fn drop_parts(&self, parts: &[Part]) {
        for part in parts {
            if let Err(error) = self.inner.delete(&part.key()).await
                && !matches!(error, object_store::Error::NotFound { .. })
            {
                tracing::warn!(%error, "a part of an upload could not be removed");
            }
        }
    }

    /// Every part on disk, with the time of its writing in milliseconds epoch.
    pub fn parts(&self) -> impl Stream<Item = Result<(Part, i64), Error>> + '_ {
        let listed = self.inner.list(Some(&Key::from(ROOT)));
        listed.filter_map(|listed| async move {
            match listed {
                Ok(meta) => {
                    let part = meta.location.filename()?;
                    let part = Part::of_name(part, meta.size)?;
                    Some(Ok((part, meta.last_modified.timestamp_millis())))
                }
                Err(error) => Some(Err(error.into())),
            }
        })
    }

    /// Reads parts through for their SHA-256.
    pub async fn digest(&self, parts: Vec<Part>) -> Result<Content, Error> {
        let _few_at_once = self.gathering.acquire().await.ok();
        let (mut digest, mut bytes) = (Sha256::new(), 0);
        {
            let mut read = std::pin::pin!(self.read(&parts));
            while let Some(part) = read.try_next().await? {
                digest.update(&part);
                bytes += part.len() as u64;
            }
        }
        Ok(Content {
            sha256: digest.finalize().into(),
            bytes,
            spooled: Spooled::Parts(parts),
        })
    }

    /// Keeps a content under its name; the same content again is kept once.
    pub async fn keep(&self, content: &Content) -> Result<Placed, Error> {
        let name = BlobName(content.sha256);
        let parts = match &content.spooled {
            Spooled::Memory(bytes) => return self.put(name, bytes.clone()).await,
            Spooled::Parts(parts) => parts,
        };
        let _few_at_once = self.gathering.acquire().await.ok();
        if self.holds(name).await? {
            return Ok(Placed::Before);
        }
        if content.bytes <= PIECE as u64 {
            let mut whole = BytesMut::new();
            let mut read = std::pin::pin!(self.read(parts));
            while let Some(part) = read.try_next().await? {
                whole.extend_from_slice(&part);
            }
            return self.put(name, whole.freeze()).await;
        }
        self.present().await?;
        let mut whole = self.inner.put_multipart(&name.key(super::ROOT)).await?;
        let gathered = async {
            self.gather(parts, whole.as_mut()).await?;
            whole.complete().await?;
            Ok(Placed::Now)
        }
        .await;
        if gathered.is_err() {
            // Pieces that are never put together take room that no list shows.
            let _ = whole.abort().await;
        }
        gathered
    }

    async fn gather(&self, parts: &[Part], whole: &mut dyn MultipartUpload) -> Result<(), Error> {
        let mut piece = BytesMut::new();
        let mut read = std::pin::pin!(self.read(parts));
        while let Some(part) = read.try_next().await? {
            piece.extend_from_slice(&part);
            while piece.len() >= PIECE {
                let full = piece.split_to(PIECE).freeze();
                whole.put_part(PutPayload::from_bytes(full)).await?;
            }
        }
        if !piece.is_empty() {
            let last = PutPayload::from_bytes(piece.freeze());
            whole.put_part(last).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::{Error, Part, Uuid};

    #[test]
    fn a_part_is_told_by_its_name() {
        let upload = Uuid::from_u128(0x0193_8f3a_7c2e_7b1a_9d43_6f0a_51b2_c3d4);
        let part = Part {
            upload,
            starts_at: 262_144,
            fence: 7,
            bytes: 9,
        };
        let key = part.key();
        assert_eq!(Part::of_name(key.filename().unwrap(), 9), Some(part));
        assert!(key.as_ref().starts_with("uploads/d4/"));
        for other in ["", "x-1-1", "1-2", "01938f3a7c2e7b1a9d436f0a51b2c3d4-1-1-1"] {
            assert_eq!(Part::of_name(other, 9), None, "{other}");
        }
    }

    #[test]
    fn a_full_disk_is_told_from_other_faults() {
        let fault = |kind: ErrorKind| {
            let source = Box::new(std::io::Error::from(kind));
            let store = "LocalFileSystem";
            Error::from(object_store::Error::Generic { store, source })
        };
        assert!(fault(ErrorKind::StorageFull).is_full());
        assert!(fault(ErrorKind::QuotaExceeded).is_full());
        assert!(!fault(ErrorKind::PermissionDenied).is_full());
    }
}
