//! How a log begins, and begins anew after a restore; how an entry's rows are made.

use crate::base::actor::CONSOLE;
use crate::base::ids::{EntryId, IdMaker, LogId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};

use super::keys::KeyFault;
use super::model::{Epoch, Header, Kind, sha256, statement_hash};
use super::service::{Entry, Written, random};
use super::sql::{self, EntryRow, KeyRow};
use super::statements;

/// Whether the database is the one that this server left, or came from a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    Same,
    Restored,
}

/// What a log is opened with.
pub(super) struct Start {
    pub log: LogId,
    pub now: Timestamp,
    pub key_id: String,
    pub public: [u8; 32],
    pub opening: Opening,
}

/// The log and epoch that an entry is written in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub log: LogId,
    pub epoch: Epoch,
}

/// Registers log and key on first use; opens an epoch after a restore.
pub(super) async fn begin(
    tx: &mut Tx,
    start: &Start,
    ids: &IdMaker,
) -> Result<(LogId, Epoch), KeyFault> {
    sql::insert_log(tx, start.log, start.now).await?;
    let (log, epoch) = sql::the_log(tx)
        .await?
        .ok_or_else(|| Error::Unavailable("no log".into()))?;
    let mut place = Place { log, epoch };
    let known = sql::keys(tx).await?;
    let newest = known.first().map(|key| key.key_id.as_str());
    if start.opening == Opening::Restored {
        place.epoch += 1;
        let last = sql::last_sequenced(tx).await?;
        let body = serde_json::json!({
            "epoch": place.epoch,
            "after_seq": last.as_ref().map(|(seq, _)| seq),
            "after_leaf": last.as_ref().map(|(_, leaf)| crate::base::hex(leaf)),
        });
        sql::open_epoch(tx, place.epoch, start.now, last).await?;
        enter(
            tx,
            place,
            ids,
            start.now,
            Kind::Epoch,
            body.to_string().as_bytes(),
        )
        .await?;
    }
    match newest {
        Some(id) if id == start.key_id => {}
        Some(id) if start.opening == Opening::Same => {
            return Err(KeyFault::Foreign {
                expected: id.to_owned(),
                found: start.key_id.clone(),
            });
        }
        _ => {
            // The present key is the latest, whatever clock the log had before.
            let since = known
                .first()
                .map_or(start.now, |key| start.now.max(key.since.plus_millis(1)));
            let row = KeyRow {
                key_id: start.key_id.clone(),
                public_key: start.public.to_vec(),
                since,
                rotation: None,
            };
            sql::insert_key(tx, &row).await?;
            enter(tx, place, ids, start.now, Kind::Key, &start.public).await?;
        }
    }
    Ok((log, place.epoch))
}

async fn enter(
    tx: &mut Tx,
    place: Place,
    ids: &IdMaker,
    now: Timestamp,
    kind: Kind,
    body: &[u8],
) -> Result<(), Error> {
    let entry = Entry {
        kind,
        fact: place.log.0,
        actor: CONSOLE,
        device: None,
        origin: None,
        body,
    };
    write_entry(tx, place, EntryId(ids.make()), now, entry)
        .await
        .map(drop)
}

/// An entry that is ready to be written.
pub(super) struct Made<'a> {
    pub row: EntryRow,
    pub salt: [u8; 16],
    pub digest: [u8; 32],
    pub entry: Entry<'a>,
}

/// Makes an entry's row.
pub(super) fn make(
    place: Place,
    id: EntryId,
    received_at: Timestamp,
    entry: Entry<'_>,
) -> Result<Made<'_>, Error> {
    if entry.origin.is_some_and(|origin| origin.retired) {
        return Err(Error::Retired);
    }
    let salt: [u8; 16] = random()?;
    let digest = sha256(entry.body);
    let mut row = EntryRow {
        id,
        seq: None,
        epoch: place.epoch,
        kind: entry.kind.as_str().to_owned(),
        fact: Some(entry.fact),
        actor: entry.actor,
        device: entry.device,
        received_at,
        sha256: digest.to_vec(),
        leaf: Vec::new(),
        redacted_by: None,
        covered: None,
        statement: None,
    };
    let statement = entry.origin.and_then(|origin| origin.statement.as_deref());
    row.statement = statement.map(|own| statement_hash(&own.base, &own.signature).to_vec());
    row.leaf = header_of(&row, place.log).leaf(&salt, entry.body).to_vec();
    Ok(Made {
        row,
        salt,
        digest,
        entry,
    })
}

/// Writes an entry's row and body.
pub(super) async fn write_entry(
    tx: &mut Tx,
    place: Place,
    id: EntryId,
    received_at: Timestamp,
    entry: Entry<'_>,
) -> Result<Written, Error> {
    let made = make(place, id, received_at, entry)?;
    sql::insert_entry(tx, &made.row, &made.salt, entry.body).await?;
    made.write_beside(tx).await?;
    Ok(made.written())
}

impl Made<'_> {
    /// Writes what came with the entry.
    pub(super) async fn write_beside(&self, tx: &mut Tx) -> Result<(), Error> {
        let Some(origin) = self.entry.origin else {
            return Ok(());
        };
        if let Some(own) = origin.statement.as_deref() {
            statements::keep(tx, &self.row, self.entry.kind, own).await?;
        }
        if let Some(doubt) = origin.doubt {
            sql::insert_doubt(tx, self.row.id, doubt.as_str()).await?;
        }
        if let Some(sending) = origin.sending {
            sql::insert_clock(tx, self.row.id, sending).await?;
        }
        Ok(())
    }

    pub(super) fn written(&self) -> Written {
        Written {
            entry: self.row.id,
            received_at: self.row.received_at,
            sha256: self.digest,
            fact: self.entry.fact,
            actor: self.entry.actor,
        }
    }
}

/// The header that an entry's leaf covers, from its row.
pub(super) fn header_of(row: &EntryRow, log: LogId) -> Header<'_> {
    Header {
        log,
        epoch: row.epoch,
        entry: row.id,
        kind: &row.kind,
        fact: row.fact,
        actor: row.actor,
        device: row.device,
        received_at: row.received_at,
        statement: hash_in(row.statement.as_deref()),
    }
}

/// A hash from its column; one of another length becomes zeroes, which no statement has.
fn hash_in(column: Option<&[u8]>) -> Option<[u8; 32]> {
    column.map(|bytes| bytes.try_into().unwrap_or_default())
}
