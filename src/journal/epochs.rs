//! How a log begins, and begins anew after a restore; how an entry's rows are made.

use crate::base::actor::CONSOLE;
use crate::base::ids::{EntryId, IdMaker, LogId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};

use super::keys::KeyFault;
use super::model::{Epoch, Header, Kind, sha256};
use super::service::{Entry, Written, random};
use super::sql::{self, EntryRow};

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
    let newest = known.first().map(|(id, _, _)| id.as_str());
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
            sql::insert_key(tx, &start.key_id, &start.public, start.now).await?;
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
        body,
    };
    write_entry(tx, place, EntryId(ids.make()), now, entry)
        .await
        .map(drop)
}

/// Writes an entry's row and body.
pub(super) async fn write_entry(
    tx: &mut Tx,
    place: Place,
    id: EntryId,
    received_at: Timestamp,
    entry: Entry<'_>,
) -> Result<Written, Error> {
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
    };
    row.leaf = header_of(&row, place.log).leaf(&salt, entry.body).to_vec();
    sql::insert_entry(tx, &row, &salt, entry.body).await?;
    Ok(Written {
        entry: id,
        received_at,
        sha256: digest,
        fact: entry.fact,
        actor: entry.actor,
    })
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
    }
}

/// Which entry does not hold what its leaf says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The entry.
    pub entry: EntryId,
    /// Its number.
    pub seq: Option<i64>,
}

/// What a pass over the log found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries whose leaf was recomputed from their body.
    pub whole: u64,
    /// Entries whose body was erased by order; their leaf stands.
    pub redacted: u64,
    /// Entries that do not hold what their leaf says.
    pub broken: Vec<Broken>,
    /// The last number seen.
    pub through: i64,
    /// The last leaf seen.
    pub last_leaf: Option<Vec<u8>>,
}

/// Recomputes the leaves of every numbered entry from its row and body, in order and without holes.
pub(super) async fn verify(tx: &mut Tx, log: LogId) -> Result<Verified, Error> {
    const BATCH: i64 = 500;
    let mut found = Verified {
        through: -1,
        ..Verified::default()
    };
    loop {
        let rows = sql::entries_since(tx, found.through, BATCH).await?;
        let Some(last) = rows.last() else {
            return Ok(found);
        };
        found.last_leaf = Some(last.leaf.clone());
        for row in &rows {
            verify_one(tx, log, row, &mut found).await?;
        }
    }
}

async fn verify_one(
    tx: &mut Tx,
    log: LogId,
    row: &EntryRow,
    found: &mut Verified,
) -> Result<(), Error> {
    let body = sql::body(tx, row.id).await?;
    let holds = match &body {
        Some((salt, body)) => {
            header_of(row, log).leaf(salt, body).as_slice() == row.leaf.as_slice()
        }
        None => row.redacted_by.is_some(),
    };
    let follows = row.seq == Some(found.through + 1);
    found.through = row.seq.unwrap_or(found.through);
    if !holds || !follows {
        found.broken.push(Broken {
            entry: row.id,
            seq: row.seq,
        });
    } else if body.is_some() {
        found.whole += 1;
    } else {
        found.redacted += 1;
    }
    Ok(())
}
