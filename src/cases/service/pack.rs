//! The package as a stream: one file after the other, one original in memory at a time.

use std::collections::VecDeque;

use bytes::Bytes;
use futures::Stream;
use futures::stream::try_unfold;
use tokio::sync::OwnedSemaphorePermit;

use crate::base::hex;
use crate::cases::model::archive::Writer;
use crate::cases::model::manifest::SUMS;
use crate::evidence::Evidence;
use crate::journal::model::sha256;

use super::{Error, unwritable};

/// A file that is still to be sent.
#[derive(Debug)]
pub(super) enum Part {
    /// Its bytes are at hand.
    Ready(String, Bytes),
    /// An original, by its SHA-256.
    Original(String, Vec<u8>),
}

struct Sending {
    evidence: Evidence,
    parts: VecDeque<Part>,
    writer: Writer,
    sums: String,
    is_ended: bool,
    /// Lasts until what is at hand has left.
    turn: Option<OwnedSemaphorePermit>,
}

/// The archive of these files, those at hand first, and the list of their sums.
pub(super) fn stream(
    evidence: Evidence,
    parts: VecDeque<Part>,
    turn: Option<OwnedSemaphorePermit>,
) -> impl Stream<Item = Result<Bytes, Error>> + Send + 'static {
    let sending = Sending {
        evidence,
        parts,
        writer: Writer::default(),
        sums: String::new(),
        is_ended: false,
        turn,
    };
    try_unfold(sending, |mut sending| async move {
        let piece = sending.next().await;
        // The answer has begun: nobody but the log can be told why it ends here.
        let piece = piece.inspect_err(|error| tracing::error!(%error, "a case package broke off"));
        let piece = piece?;
        Ok(piece.map(|piece| (piece, sending)))
    })
}

impl Sending {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let (name, bytes) = match self.parts.pop_front() {
            Some(Part::Ready(name, bytes)) => (name, bytes),
            Some(Part::Original(name, digest)) => {
                self.turn = None;
                // A package with other bytes than were recorded must not look whole: the stream breaks off where one was
                // damaged since it began.
                let found = self.evidence.case_original(&digest).await?;
                (name, found.bytes)
            }
            None if self.is_ended => return Ok(None),
            None => return self.end().map(Some),
        };
        let line = format!("{}  {name}\n", hex(&sha256(&bytes)));
        self.sums.push_str(&line);
        self.file(&name, &bytes).map(Some)
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<Bytes, Error> {
        let mut piece = self.writer.before(name, bytes).map_err(unwritable)?;
        piece.extend_from_slice(bytes);
        Ok(piece.into())
    }

    fn end(&mut self) -> Result<Bytes, Error> {
        self.is_ended = true;
        let sums = std::mem::take(&mut self.sums);
        let last = self.file(SUMS, sums.as_bytes())?;
        let end = self.writer.end().map_err(unwritable)?;
        Ok([last.as_ref(), end.as_slice()].concat().into())
    }
}
