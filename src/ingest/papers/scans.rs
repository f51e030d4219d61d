//! Scans: originals like those of photos, under the paper's id, with the same custody. Names stand on paper, so its small
//! images are for the handling unit alone.

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::hex;
use crate::base::ids::{PaperId, PhotoId};
use crate::base::refusal::Refusal;
use crate::evidence;
use crate::journal::Receipt;
use crate::store;

use super::Papers;
use super::service::Error;
use super::sql::PaperRow;

/// What a PDF and a JPEG begin with.
const HEADS: [(&str, &[u8]); 2] = [
    ("application/pdf", b"%PDF-"),
    ("image/jpeg", b"\xFF\xD8\xFF"),
];

impl Papers {
    /// Keeps the scan of the author's own paper record; whether it was kept now, and the promise.
    pub(super) async fn keep_scan<S, E>(
        &self,
        actor: &Actor,
        id: PaperId,
        mut body: S,
    ) -> Result<(bool, Receipt), Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let row = self.readable(actor, id).await?;
        if row.author != actor.id {
            return Err(Error::NotFound);
        }
        if row.retracted_at.is_some() {
            return Err(Error::WrongState("the paper was retracted"));
        }
        let mut first = BytesMut::new();
        while first.len() < 5
            && let Some(Ok(chunk)) = body.next().await
        {
            first.extend_from_slice(&chunk);
        }
        let head = HEADS.iter().find(|(kind, _)| *kind == row.media_type);
        if !head.is_some_and(|(_, head)| first.starts_with(head)) {
            return Err(
                Refusal::at("", format_args!("expected a file of {}", row.media_type)).into(),
            );
        }
        self.announce(actor, &row).await?;
        let whole = futures::stream::iter([Ok(first.freeze())]).chain(body);
        let (photo, kind) = (PhotoId(id.0), Some(row.media_type));
        let kept = self
            .slices
            .evidence
            .receive_original(actor, photo, whole, kind);
        let kept = kept.await?;
        Ok((kept.is_new, kept.receipt))
    }

    /// The same words each time, so that a scan that is sent again is known.
    async fn announce(&self, actor: &Actor, row: &PaperRow) -> Result<(), Error> {
        let body = json!({
            "sha256": hex(&row.sha256),
            "bytes": row.bytes,
            "taken_at": row.recorded_at,
            "phase": "minutes",
            "source": "paper",
            "contains_person": true,
            "media_type": row.media_type,
        })
        .to_string();
        let wire = serde_json::from_str(&body)
            .map_err(|fault| store::Error::Unavailable(fault.to_string()))?;
        let evidence = &self.slices.evidence;
        evidence
            .announce(actor, PhotoId(row.id.0), &wire, body.as_bytes())
            .await?;
        Ok(())
    }

    /// Whether the scan's bytes are kept.
    pub(super) async fn has_scan(&self, id: PaperId) -> Result<bool, Error> {
        Ok(self.slices.evidence.has_original(PhotoId(id.0)).await?)
    }

    /// The scan, for its unit and the province; that it was read, by whom and why is journalled.
    pub(super) async fn scan(
        &self,
        actor: &Actor,
        id: PaperId,
        reason: Option<&str>,
    ) -> Result<(PaperRow, Bytes), Error> {
        let row = self.readable(actor, id).await?;
        let found = self.slices.evidence.original(actor, PhotoId(id.0), reason);
        match found.await {
            Ok(found) => Ok((row, found.bytes)),
            Err(evidence::Error::NotFound) => Err(Error::NotFound),
            Err(error) => Err(error.into()),
        }
    }
}
