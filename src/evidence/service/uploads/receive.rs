//! Adding to an upload: held by one request, each block on disk before the offset moves behind it, kept at the end.

use bytes::Bytes;
use futures::Stream;

use crate::base::actor::Actor;
use crate::base::ids::{EntryId, QuarantineId};
use crate::base::time::Timestamp;
use crate::blobs::{self, Ended, Part};
use crate::evidence::model::checksum::Checksum;
use crate::evidence::sql::{self, PartRow, UploadRow};
use crate::store::Tx;

use super::{
    Addition, Error, Evidence, FINISH_MS, HOLD_MS, Hold, Upload, UploadFault, placed,
    refuse_retired, signed, unsigned,
};

/// Bytes under one part: what a killed process may have to be sent again.
const BLOCK: usize = 256 * 1024;
const RELEASED: Timestamp = Timestamp::from_millis(0);

/// What a caller gets that asks to add to an upload.
#[derive(Debug)]
pub enum Taken {
    /// It may send.
    Held(Box<Hold>),
    /// There is nothing to add: the bytes are kept.
    Done(Box<Upload>),
}

impl Evidence {
    /// Makes the caller the one who adds to its upload.
    pub async fn take_upload(&self, actor: &Actor, asked: Addition) -> Result<Taken, Error> {
        let row = self.own_upload(actor, asked.upload).await?;
        if row.state == "set_apart" {
            return Err(UploadFault::Gone.into());
        }
        let now = self.journal.now();
        if row.held_until > now {
            return Err(UploadFault::Held.into());
        }
        if unsigned(row.received) != asked.offset {
            return Err(UploadFault::Offset(unsigned(row.received)).into());
        }
        let most = self.most_of(&row, asked.length)?;
        if asked.coming.unwrap_or(0) > most - asked.offset {
            return Err(UploadFault::TooLong.into());
        }
        if row.state == "kept" {
            return Ok(Taken::Done(Box::new(self.told(row).await?)));
        }
        refuse_retired(actor)?;
        let row = self.seize(&row, asked.length).await?;
        let actor = actor.clone();
        Ok(Taken::Held(Box::new(Hold { actor, row })))
    }

    /// The bytes that an upload may come to, with the length that is told now.
    fn most_of(&self, row: &UploadRow, told: Option<u64>) -> Result<u64, Error> {
        match (row.length.map(unsigned), told) {
            (Some(known), Some(told)) if known != told => Err(UploadFault::Length.into()),
            (None, Some(told)) if told > self.most_bytes => Err(UploadFault::TooLong.into()),
            (None, Some(told)) if told < unsigned(row.received) => Err(UploadFault::Length.into()),
            (known, told) => Ok(known.or(told).unwrap_or(self.most_bytes)),
        }
    }

    /// Takes the upload where it was seen, under the next fence.
    async fn seize(&self, seen: &UploadRow, length: Option<u64>) -> Result<UploadRow, Error> {
        let now = self.journal.now();
        let context = (seen.clone(), length.map(signed), now);
        let held = self
            .journal
            .store()
            .write(context, |tx, (seen, length, now)| {
                Box::pin(async move {
                    let until = now.plus_millis(HOLD_MS);
                    if !sql::take_upload(tx, seen.id, seen.received, *now, until).await? {
                        return Err(UploadFault::Held.into());
                    }
                    if let Some(length) = length {
                        sql::tell_length(tx, seen.id, *length).await?;
                    }
                    sql::upload(tx, seen.id).await?.ok_or(Error::NotFound)
                })
            });
        held.await
    }

    /// Receives what its holder sends. Without a checksum every byte that came counts, however the body ends; with one
    /// all count or none.
    pub async fn receive<S, E>(
        &self,
        mut hold: Hold,
        body: S,
        checksum: Option<Checksum>,
    ) -> Result<Upload, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let poured = match checksum {
            None => self.pour(&mut hold, body).await,
            Some(checksum) => self.pour_checked(&mut hold, body, checksum).await,
        };
        let is_whole = hold.row.length == Some(hold.row.received);
        let fault = match poured {
            Ok(Ended::Cut) if !is_whole => UploadFault::Cut.into(),
            Ok(Ended::Stalled) if !is_whole => UploadFault::Stalled.into(),
            Ok(_) => return self.told(self.finish_upload(hold).await?).await,
            Err(error) => error,
        };
        self.let_go(&hold.row).await;
        Err(fault)
    }

    async fn pour<S, E>(&self, hold: &mut Hold, body: S) -> Result<Ended, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let mut blocks = self.blobs.intake(body, BLOCK);
        while let Some(block) = blocks.next().await {
            let (bytes, _room) = block.into_parts();
            let part = self.put_part(&hold.row, hold.row.received, bytes).await?;
            self.advance(hold, vec![part]).await?;
        }
        Ok(blocks.ended().unwrap_or(Ended::Whole))
    }

    async fn pour_checked<S, E>(
        &self,
        hold: &mut Hold,
        body: S,
        checksum: Checksum,
    ) -> Result<Ended, Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let mut parts = Vec::new();
        let summed = self.sum(&hold.row, body, &checksum, &mut parts).await;
        match summed {
            Ok((Ended::Whole, found)) if found == checksum => {
                self.advance(hold, parts).await?;
                Ok(Ended::Whole)
            }
            other => {
                self.blobs.drop_parts(&placed(hold.row.id, &parts)).await;
                match other? {
                    (Ended::Whole, _) => Err(UploadFault::Checksum.into()),
                    (ended, _) => Ok(ended),
                }
            }
        }
    }

    /// Puts a body down beside the upload, and what it comes to.
    async fn sum<S, E>(
        &self,
        row: &UploadRow,
        body: S,
        checksum: &Checksum,
        parts: &mut Vec<PartRow>,
    ) -> Result<(Ended, Checksum), Error>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
    {
        let mut sum = checksum.start();
        let mut starts_at = row.received;
        let mut blocks = self.blobs.intake(body, BLOCK);
        while let Some(block) = blocks.next().await {
            let (bytes, _room) = block.into_parts();
            sum.update(&bytes);
            let part = self.put_part(row, starts_at, bytes).await?;
            parts.push(part);
            starts_at += part.bytes;
            self.stay(row).await?;
        }
        Ok((blocks.ended().unwrap_or(Ended::Whole), sum.finish()))
    }

    async fn put_part(
        &self,
        row: &UploadRow,
        starts_at: i64,
        bytes: Bytes,
    ) -> Result<PartRow, Error> {
        let part = PartRow {
            starts_at,
            fence: row.fence,
            bytes: signed(bytes.len() as u64),
        };
        let most = row.length.unwrap_or(signed(self.most_bytes));
        if starts_at + part.bytes > most {
            return Err(UploadFault::TooLong.into());
        }
        let placed = Part {
            upload: row.id,
            starts_at: unsigned(starts_at),
            fence: row.fence,
            bytes: unsigned(part.bytes),
        };
        self.blobs.put_part(&placed, bytes).await?;
        Ok(part)
    }

    /// Moves the offset behind parts that are on disk. A part is removed only when it is sure that no row names it: after
    /// a failure nobody knows whether the commit came through.
    async fn advance(&self, hold: &mut Hold, parts: Vec<PartRow>) -> Result<(), Error> {
        let now = self.journal.now();
        let (until, end) = (now.plus_millis(HOLD_MS), self.upload_end(now));
        let context = (hold.row.clone(), parts.clone(), until, end);
        let moved = self
            .journal
            .store()
            .write(context, |tx, (row, parts, until, end)| {
                Box::pin(async move {
                    Ok::<_, Error>(sql::advance_upload(tx, row, parts, *until, *end).await?)
                })
            });
        if !moved.await? {
            self.blobs.drop_parts(&placed(hold.row.id, &parts)).await;
            return Err(self.lost(&hold.row).await);
        }
        hold.row.received += parts.iter().map(|part| part.bytes).sum::<i64>();
        hold.row.expires_at = end;
        Ok(())
    }

    /// Why an upload is no longer the holder's.
    async fn lost(&self, row: &UploadRow) -> Error {
        let found = async {
            let mut tx = self.journal.store().read().await?;
            sql::upload(&mut tx, row.id).await
        };
        match found.await {
            Ok(None) => Error::NotFound,
            Ok(Some(_)) => UploadFault::Held.into(),
            Err(error) => error.into(),
        }
    }

    /// Shows that the holder is alive.
    async fn stay(&self, row: &UploadRow) -> Result<(), Error> {
        if self
            .hold_until(row, self.journal.now().plus_millis(HOLD_MS))
            .await?
        {
            Ok(())
        } else {
            Err(self.lost(row).await)
        }
    }

    async fn hold_until(&self, row: &UploadRow, until: Timestamp) -> Result<bool, Error> {
        let context = (row.id, row.fence, until);
        let held = self
            .journal
            .store()
            .write(context, |tx, (id, fence, until)| {
                Box::pin(
                    async move { Ok::<_, Error>(sql::hold_upload(tx, *id, *fence, *until).await?) },
                )
            });
        held.await
    }

    /// Lets others go on at once; a failure only makes them wait.
    async fn let_go(&self, row: &UploadRow) {
        if let Err(error) = self.hold_until(row, RELEASED).await {
            tracing::warn!(%error, "an upload could not be let go");
        }
    }

    /// The upload, with its bytes kept if they are all there and its photo is known: the request that brought the last of
    /// them may have died on the way.
    pub(super) async fn settled(&self, actor: &Actor, row: UploadRow) -> Result<UploadRow, Error> {
        if row.state != "open" || row.photo.is_none() || row.length != Some(row.received) {
            return Ok(row);
        }
        let row = self.seize(&row, None).await?;
        let actor = actor.clone();
        self.finish_upload(Hold { actor, row }).await
    }

    /// Keeps the bytes as the photo's original once they are all there, by the act of every other door.
    async fn finish_upload(&self, hold: Hold) -> Result<UploadRow, Error> {
        let outcome = match self.try_finish(&hold).await {
            Err(Error::Blobs(blobs::Error::PartMissing)) => {
                tracing::warn!(upload = %hold.row.id, "a part of an upload is not there: the upload is forgotten");
                return Err(self.forget(&hold.row, Error::NotFound).await);
            }
            // Of what an order erased nothing is kept, nor what would have been its original.
            Err(error @ Error::Erased(_)) => return Err(self.forget(&hold.row, error).await),
            outcome => outcome,
        };
        if !matches!(&outcome, Ok(row) if row.state != "open") {
            self.let_go(&hold.row).await;
        }
        outcome
    }

    /// Forgets an upload that can come to nothing: one of which a part is gone, as after a restore, so that its sender, who
    /// is told that there is none, begins anew; or one of a photo that an order erased. Gives what the sender is told.
    async fn forget(&self, row: &UploadRow, told: Error) -> Error {
        let deleted = self.journal.store().write(row.clone(), |tx, row| {
            Box::pin(async move {
                let now = sql::upload(tx, row.id).await?;
                // Whoever ended it meanwhile has removed its parts.
                let is_held = now.is_some_and(|now| now.state == "open" && now.fence == row.fence);
                if !is_held {
                    return Ok(None);
                }
                Ok::<_, Error>(Some(sql::delete_upload(tx, row.id).await?))
            })
        });
        match deleted.await {
            Ok(Some(parts)) => {
                self.blobs.drop_parts(&placed(row.id, &parts)).await;
                told
            }
            // The order itself forgot it.
            Ok(None) if matches!(told, Error::Erased(_)) => told,
            Ok(None) => self.lost(row).await,
            Err(error) => error,
        }
    }

    async fn try_finish(&self, hold: &Hold) -> Result<UploadRow, Error> {
        self.hold_until(&hold.row, self.journal.now().plus_millis(FINISH_MS))
            .await?;
        let mut tx = self.journal.store().read().await?;
        // The photo may have been named meanwhile.
        let row = sql::upload(&mut tx, hold.row.id)
            .await?
            .ok_or(Error::NotFound)?;
        let (Some(photo), true) = (row.photo, row.length == Some(row.received)) else {
            return Ok(row);
        };
        let parts = placed(row.id, &sql::parts(&mut tx, row.id).await?);
        drop(tx);
        let content = self.blobs.digest(parts.clone()).await?;
        let keeping = self.keep_content(&hold.actor, photo, &content, row.media_type.clone());
        let (state, entry, quarantine, mismatch) = match keeping.await {
            Ok(kept) => ("kept", kept.receipt.entry_id, None, None),
            Err(Error::Mismatch(aside)) => {
                let (entry, quarantine) = (aside.receipt.entry_id, aside.quarantine);
                ("set_apart", entry, Some(quarantine), Some(aside))
            }
            Err(error) => return Err(error),
        };
        let outcome = (hold.row.clone(), state, entry, quarantine);
        let row = self
            .journal
            .store()
            .write(outcome, |tx, (row, state, entry, quarantine)| {
                Box::pin(end(tx, row, state, *entry, *quarantine))
            })
            .await?;
        self.blobs.drop_parts(&parts).await;
        match mismatch {
            Some(aside) => Err(Error::Mismatch(aside)),
            None => Ok(row),
        }
    }
}

async fn end(
    tx: &mut Tx,
    row: &UploadRow,
    state: &str,
    entry: EntryId,
    quarantine: Option<QuarantineId>,
) -> Result<UploadRow, Error> {
    // Another holder may have ended it with the same outcome: what there is to keep is kept once.
    sql::end_upload(tx, row, state, entry, quarantine).await?;
    sql::upload(tx, row.id).await?.ok_or(Error::NotFound)
}
