//! Entries of this log as records of a bundle that this log signs.

use std::collections::HashSet;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use uuid::Uuid;

use crate::app::App;
use crate::base::ids::{DeviceId, EntryId, LogId};
use crate::base::time::Timestamp;
use crate::blobs::{self, BlobName};
use crate::journal::model::sha256;
use crate::journal::random;
use crate::store::{self, Tx};

use super::super::bundle::format::{FORMAT, Head, Writer};
use super::super::bundle::seal::{Damage, Recipient, Sealer};
use super::super::bundle::vouched::{
    ORIGINAL, Vouched, VouchedSending, VouchedStatement, nonce_in,
};
use super::super::sql::{self, Outgoing};

/// Entries read at once.
const BATCH: i64 = 200;
/// What a record takes besides its body and bytes: receipt, signature, names.
const WORDS_BYTES: u64 = 2_000;

/// Why a bundle was not made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Photos' bytes could not be read.
    #[error(transparent)]
    Blobs(#[from] blobs::Error),
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] Damage),
    /// A fact could not be put into words.
    #[error("a fact could not be written: {0}")]
    Words(#[from] serde_json::Error),
}

/// What of the log is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Only entries after this number; -1 for all.
    pub after: i64,
    /// Only entries up to this number.
    pub through: i64,
    /// Only this author's.
    pub author: Option<Uuid>,
    /// Only what was received from then on.
    pub from: Option<Timestamp>,
    /// Only what was received before.
    pub until: Option<Timestamp>,
    /// Facts, originals, or both in the order of the log.
    pub lanes: Lanes,
    /// It ends before it would come to more bytes; one record comes whatever it weighs.
    pub most_bytes: u64,
    /// At most so many records.
    pub most_records: u64,
}

/// What goes with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lanes {
    /// Facts alone.
    Facts,
    /// Photos' originals alone.
    Originals,
    /// Both.
    Both,
}

/// What was written.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// The entry of each record and its number, in order.
    pub entries: Vec<(i64, EntryId)>,
    /// Through which number the log was looked at.
    pub through: i64,
    /// Whether there is more behind.
    pub is_cut: bool,
    /// Entries that can be told no more: erased, or bytes that are not here.
    pub left_out: u64,
}

enum Carried {
    Fact(Vec<u8>),
    Original { vouched: Vec<u8>, bytes: Bytes },
}

/// Begins a bundle of this log for another.
pub fn begin<W: Write>(
    app: &App,
    to: W,
    (log, recipient): (LogId, &Recipient),
    number: u64,
) -> Result<Writer<W>, NotMade> {
    let head = Head {
        format: FORMAT,
        log,
        key_id: app.journal.present_key().id(),
        made_at: app.journal.now(),
        number,
    };
    let sealer = Sealer::begin(to, recipient, random()?)?;
    Ok(Writer::begin(sealer, &head)?)
}

/// Writes what is wanted: what the log holds up to a number, so that nothing stands before what it refers to.
pub async fn fill<W: Write>(
    app: &App,
    writer: &mut Writer<W>,
    wanted: &Wanted,
) -> Result<Filled, NotMade> {
    let (rows, filled) = chosen(app, wanted).await?;
    written(app, writer, rows, filled).await
}

/// Writes these entries by their numbers, as many as have room; one comes whatever it weighs.
pub async fn fill_with<W: Write>(
    app: &App,
    writer: &mut Writer<W>,
    numbers: &[i64],
    most_bytes: u64,
) -> Result<Filled, NotMade> {
    let (mut rows, mut filled) = (Vec::new(), Filled::default());
    let mut weight = 0;
    for number in numbers {
        let mut tx = app.journal.store().read().await?;
        let next = sql::outgoing(&mut tx, (number - 1, *number), 1).await?;
        drop(tx);
        weight += next.iter().map(weight_of).sum::<u64>();
        if !rows.is_empty() && weight > most_bytes {
            filled.is_cut = true;
            break;
        }
        rows.extend(next);
        filled.through = *number;
    }
    written(app, writer, rows, filled).await
}

/// Writes entries in the order in which they refer to one another.
async fn written<W: Write>(
    app: &App,
    writer: &mut Writer<W>,
    mut rows: Vec<Outgoing>,
    mut filled: Filled,
) -> Result<Filled, NotMade> {
    // Entries of one instant are numbered in any order.
    rows.sort_by_key(rank);
    let mut told = HashSet::new();
    for row in &rows {
        match carried(app, row, &mut told).await? {
            Some(Carried::Fact(json)) => writer.vouched(&json)?,
            Some(Carried::Original { vouched, bytes }) => {
                writer.vouched_original(&vouched, &bytes)?;
            }
            None => {
                filled.left_out += 1;
                continue;
            }
        }
        filled.entries.push((row.seq, row.id));
    }
    Ok(filled)
}

/// The entries that are wanted and have room, by their number.
async fn chosen(app: &App, wanted: &Wanted) -> Result<(Vec<Outgoing>, Filled), NotMade> {
    let mut filled = Filled {
        through: wanted.after,
        ..Filled::default()
    };
    let mut rows: Vec<Outgoing> = Vec::new();
    let mut weight = 0;
    loop {
        let mut tx = app.journal.store().read().await?;
        let span = (filled.through, wanted.through);
        let next = sql::outgoing(&mut tx, span, BATCH).await?;
        drop(tx);
        if next.is_empty() {
            filled.through = filled.through.max(wanted.through);
            return Ok((rows, filled));
        }
        for row in next {
            let seq = row.seq;
            if wanted.holds(&row) {
                let more = weight + weight_of(&row);
                let has_room = rows
                    .last()
                    .is_none_or(|last| wanted.has_room(rows.len(), more, last, &row));
                if !has_room {
                    filled.is_cut = true;
                    return Ok((rows, filled));
                }
                weight = more;
                rows.push(row);
            }
            filled.through = seq;
        }
    }
}

/// About as many bytes as a record of it has.
fn weight_of(row: &Outgoing) -> u64 {
    let [body, original] = [row.body_bytes, row.original_bytes.unwrap_or(0)].map(i64::unsigned_abs);
    WORDS_BYTES + body * 4 / 3 + original
}

impl Wanted {
    fn holds(&self, row: &Outgoing) -> bool {
        let fits = match self.lanes {
            Lanes::Both => true,
            Lanes::Facts => row.kind != ORIGINAL,
            Lanes::Originals => row.kind == ORIGINAL,
        };
        fits && self.author.is_none_or(|author| author == row.actor)
            && self.from.is_none_or(|from| row.received_at >= from)
            && self.until.is_none_or(|until| row.received_at < until)
    }

    /// Whether one more fits. What was received in one instant is kept together within reason: some of it may refer to
    /// something else of it.
    fn has_room(&self, records: usize, weight: u64, last: &Outgoing, row: &Outgoing) -> bool {
        let together = u64::from(last.received_at == row.received_at);
        let most_records = self.most_records + together * (self.most_records / 10);
        let most_bytes = self
            .most_bytes
            .saturating_add(together * (self.most_bytes / 20));
        (records as u64) < most_records && weight <= most_bytes
    }
}

/// What stands before what: nothing refers to something of a higher rank.
fn rank(row: &Outgoing) -> u8 {
    match row.kind.as_str() {
        "patrol" | "incident" | "tip" => 0,
        "plot" if row.measures == 0 => 1,
        "fixes" => 2,
        "photo" => 4,
        ORIGINAL => 5,
        _ => 3,
    }
}

/// The kind and the id of an entry's native route; none for fixes outside every patrol, which are their holder's own.
fn native(row: &Outgoing) -> Option<(&str, Uuid)> {
    let fact = row.fact?;
    Some(match row.kind.as_str() {
        "fixes" => ("fixes", row.patrol?.0),
        "plot" if row.measures > 0 => ("measure", fact),
        kind @ ("plot" | "patrol" | "incident" | "photo" | "tip" | ORIGINAL) => (kind, fact),
        kind => (kind, row.plot?.0),
    })
}

/// An entry as a record; none when its body is gone.
async fn carried(
    app: &App,
    row: &Outgoing,
    told: &mut HashSet<String>,
) -> Result<Option<Carried>, NotMade> {
    let Some((kind, id)) = native(row) else {
        return Ok(None);
    };
    let mut tx = app.journal.store().read().await?;
    let stored = app.journal.entry(&mut tx, row.id).await?;
    // What an order left of a content is not what its author sent: neither its receipt nor its signature is over it.
    let stored = stored.filter(|stored| stored.row.redacted_by.is_none());
    let Some(body) = stored.and_then(|stored| stored.body) else {
        return Ok(None);
    };
    let receipt = app.journal.receipt_again(&mut tx, row.id).await?;
    let signed = statement_of(app, &mut tx, row, told).await?;
    let sending = app.journal.sending(&mut tx, row.id).await?;
    let nonce = nonce_in(&body).filter(|_| kind == "photo");
    let nonce_issued_at = match nonce {
        Some(nonce) => {
            let evidence = &app.evidence;
            evidence
                .nonce_spent_on(&mut tx, &nonce, row.actor, id)
                .await?
        }
        None => None,
    };
    drop(tx);
    let door = row.door.as_deref().filter(|_| kind == "photo");
    let vouched = Vouched {
        author: row.actor,
        kind: kind.to_owned(),
        id,
        body: BASE64.encode(body),
        signed,
        sent: sending.map(VouchedSending::of),
        nonce_issued_at,
        door: door.and_then(|door| door.parse().ok()),
        named: kind == "photo" && row.named == Some(1),
        by_officer: row.by_officer == Some(1),
        paper: row.paper,
        receipt,
    };
    let json = serde_json::to_vec(&vouched)?;
    if kind != ORIGINAL {
        return Ok(Some(Carried::Fact(json)));
    }
    let name = row.original.as_deref().and_then(|own| own.try_into().ok());
    let Some(name) = name.map(BlobName) else {
        return Ok(None);
    };
    let bytes = app.blobs.get(name).await?;
    // Bytes that are no longer those recorded would be kept aside there, again and again.
    let bytes = bytes.filter(|bytes| sha256(bytes) == name.0);
    if bytes.is_none() {
        tracing::error!(entry = %row.id, "an original is not among the bytes and cannot be told");
    }
    let vouched = json;
    Ok(bytes.map(|bytes| Carried::Original { vouched, bytes }))
}

/// What a device signed of an entry, and what this log knows of what the device names in it.
async fn statement_of(
    app: &App,
    tx: &mut Tx,
    row: &Outgoing,
    told: &mut HashSet<String>,
) -> Result<Option<VouchedStatement>, NotMade> {
    let Some((base, signature)) = app.journal.statement(tx, row.id).await? else {
        return Ok(None);
    };
    let device = DeviceId(row.actor);
    let signed = app.journal.signed(tx, row.id).await?;
    let mut own = VouchedStatement {
        base,
        signature: BASE64.encode(signature),
        key: None,
        head_made_at: None,
    };
    let Some(signed) = signed else {
        return Ok(Some(own));
    };
    // The first record that a key signed tells of it.
    if !told.contains(&signed.key_id) {
        let identity = &app.identity;
        own.key = identity.key_to_vouch(tx, &signed.key_id, device).await?;
        if own.key.is_some() {
            told.insert(signed.key_id.clone());
        }
    }
    if let Some(seen) = signed.head {
        own.head_made_at = app.journal.made_at(tx, device, seen).await?;
    }
    Ok(Some(own))
}
