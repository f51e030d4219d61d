//! Originals that come in one body: in memory while they are small and there is room, else in parts like all others.

use bytes::Bytes;
use futures::Stream;
use sha2::{Digest, Sha256};

use crate::base::actor::Actor;
use crate::base::ids::PhotoId;
use crate::blobs::{Content, Ended, Part, Spooled};
use crate::evidence::service::original::Kept;

use super::{Error, Evidence, UploadFault};

/// Larger originals go by way of the disk.
const IN_MEMORY: usize = 512 * 1024;

impl Evidence {
    /// Receives and keeps the bytes of an announced photo.
    pub async fn receive_original<S, E>(
        &self,
        actor: &Actor,
        photo: PhotoId,
        body: S,
        media_type: Option<String>,
    ) -> Result<Kept, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        self.expect_original(actor, photo).await?;
        let mut parts = Vec::new();
        let kept = async {
            let (content, _room) = self.spool(body, &mut parts).await?;
            self.keep_content(actor, photo, &content, media_type).await
        }
        .await;
        self.blobs.drop_parts(&parts).await;
        kept
    }

    /// The whole body, and the room that it takes in memory.
    async fn spool<S, E>(
        &self,
        body: S,
        parts: &mut Vec<Part>,
    ) -> Result<(Content, Option<impl Send + use<S, E>>), Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let upload = self.journal.ids().make();
        let mut blocks = self.blobs.intake(body, IN_MEMORY);
        let (mut digest, mut bytes) = (Sha256::new(), 0);
        let mut whole = None;
        while let Some(block) = blocks.next().await {
            digest.update(block.bytes());
            let starts_at = bytes;
            bytes += block.bytes().len() as u64;
            if bytes > self.most_bytes {
                return Err(UploadFault::TooLong.into());
            }
            let (chunk, room) = block.into_parts();
            if starts_at == 0 && blocks.ended() == Some(Ended::Whole) {
                whole = Some((chunk, room));
                break;
            }
            let part = Part {
                upload,
                starts_at,
                fence: 0,
                bytes: chunk.len() as u64,
            };
            parts.push(part);
            self.blobs.put_part(&part, chunk).await?;
        }
        match blocks.ended() {
            Some(Ended::Cut) => return Err(UploadFault::Cut.into()),
            Some(Ended::Stalled) => return Err(UploadFault::Stalled.into()),
            Some(Ended::Whole) | None => {}
        }
        let (spooled, room) = match whole {
            Some((chunk, room)) => (Spooled::Memory(chunk), room),
            None => (Spooled::Parts(parts.clone()), None),
        };
        let content = Content {
            sha256: digest.finalize().into(),
            bytes,
            spooled,
        };
        Ok((content, room))
    }
}
