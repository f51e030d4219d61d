//! Entries of this log as records of a bundle that this log signs.

use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use uuid::Uuid;

use crate::app::App;
use crate::base::ids::{EntryId, LogId};
use crate::base::time::Timestamp;
use crate::blobs::{self, BlobName};
use crate::journal::random;
use crate::store;

use super::super::bundle::format::{FORMAT, Head, Writer};
use super::super::bundle::seal::{Damage, Recipient, Sealer};
use super::super::bundle::vouched::{ORIGINAL, Vouched};
use super::super::sql::{self, Outgoing};

/// Entries read at once.
const BATCH: i64 = 200;

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

impl Carried {
    fn weight(&self) -> u64 {
        match self {
            Self::Fact(json) => json.len() as u64,
            Self::Original { vouched, bytes } => (vouched.len() + bytes.len()) as u64,
        }
    }
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

/// Writes what is wanted, in the order of the log.
pub async fn fill<W: Write>(
    app: &App,
    writer: &mut Writer<W>,
    wanted: &Wanted,
) -> Result<Filled, NotMade> {
    let mut filled = Filled {
        through: wanted.after,
        ..Filled::default()
    };
    let mut weight = 0;
    loop {
        let mut tx = app.journal.store().read().await?;
        let rows = sql::outgoing(&mut tx, (filled.through, wanted.through), BATCH).await?;
        drop(tx);
        if rows.is_empty() {
            filled.through = filled.through.max(wanted.through);
            return Ok(filled);
        }
        let rows = parents_first(rows);
        for (at, row) in rows.iter().enumerate() {
            filled.through = filled.through.max(all_through(&rows[at..]));
            if !wanted.holds(row) {
                continue;
            }
            // A file that brings nobody further is no file: what came in one instant may go beyond the limits.
            let may_end = filled.through > wanted.after && writer.count() > 0;
            if may_end && writer.count() >= wanted.most_records {
                filled.is_cut = true;
                return Ok(filled);
            }
            if let Some(carried) = carried(app, row).await? {
                weight += carried.weight();
                if may_end && weight > wanted.most_bytes {
                    filled.is_cut = true;
                    return Ok(filled);
                }
                match carried {
                    Carried::Fact(json) => writer.vouched(&json)?,
                    Carried::Original { vouched, bytes } => {
                        writer.vouched_original(&vouched, &bytes)?;
                    }
                }
                filled.entries.push((row.seq, row.id));
            } else {
                filled.left_out += 1;
            }
        }
        let last = rows.iter().map(|row| row.seq).max();
        filled.through = last.unwrap_or(filled.through);
    }
}

/// Entries of one instant are numbered in any order; a patrol goes before its fixes, a sidecar before its original.
fn parents_first(mut rows: Vec<Outgoing>) -> Vec<Outgoing> {
    let rank = |row: &Outgoing| match row.kind.as_str() {
        ORIGINAL => 2,
        "fixes" => 1,
        _ => 0,
    };
    for instant in rows.chunk_by_mut(|one, next| one.received_at == next.received_at) {
        instant.sort_by_key(|row| (rank(row), row.seq));
    }
    rows
}

/// Through which number everything was looked at, when these are left.
fn all_through(left: &[Outgoing]) -> i64 {
    left.iter().map(|row| row.seq - 1).min().unwrap_or(-1)
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
async fn carried(app: &App, row: &Outgoing) -> Result<Option<Carried>, NotMade> {
    let Some((kind, id)) = native(row) else {
        return Ok(None);
    };
    let mut tx = app.journal.store().read().await?;
    let stored = app.journal.entry(&mut tx, row.id).await?;
    let Some(body) = stored.and_then(|stored| stored.body) else {
        return Ok(None);
    };
    let receipt = app.journal.receipt_again(&mut tx, row.id).await?;
    // A signature over fixes is over their request, whose bytes are kept coded: their receipt speaks for them.
    let captured = match kind {
        "fixes" => None,
        _ => sql::captured(&mut tx, row.id).await?,
    };
    drop(tx);
    let headers = captured.map(|(base, signature)| headers_of(&base, &signature));
    let vouched = Vouched {
        author: row.actor,
        kind: kind.to_owned(),
        id,
        body: BASE64.encode(body),
        headers: headers.unwrap_or_default(),
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
    let vouched = json;
    Ok(bytes.map(|bytes| Carried::Original { vouched, bytes }))
}

/// The headers of a signed request, read from the text that was signed (RFC 9421 §2.5).
fn headers_of(base: &str, signature: &[u8]) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for line in base.lines() {
        let Some((name, value)) = line
            .strip_prefix('"')
            .and_then(|rest| rest.split_once("\": "))
        else {
            continue;
        };
        if name == "@signature-params" {
            headers.insert("signature-input".to_owned(), format!("sig={value}"));
        } else if !name.starts_with('@') {
            headers.insert(name.to_owned(), value.to_owned());
        }
    }
    let own = format!("sig=:{}:", BASE64.encode(signature));
    headers.insert("signature".to_owned(), own);
    headers
}

#[cfg(test)]
mod tests {
    use super::headers_of;

    #[test]
    fn the_headers_of_a_signed_request_are_those_that_its_text_names() {
        let base = "\"@method\": PUT\n\"@path\": /api/v1/plots/x\n\"content-digest\": sha-256=:AA==:\n\
            \"@signature-params\": (\"@method\");tag=\"tuantra-capture\"";
        let headers = headers_of(base, &[0, 1]);
        let expected = [
            ("content-digest", "sha-256=:AA==:"),
            ("signature", "sig=:AAE=:"),
            (
                "signature-input",
                "sig=(\"@method\");tag=\"tuantra-capture\"",
            ),
        ];
        let told: Vec<_> = headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(told, expected);
    }
}
