//! Originals against the log: each entry that says bytes arrived, the bytes themselves, and the photo's row.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::ids::{EntryId, PhotoId};
use crate::base::{from_hex, hex};
use crate::blobs::{BlobName, Blobs};
use crate::evidence::sql;
use crate::journal::Kind;
use crate::journal::audit::{Content, contents, is_numbered};
use crate::store::{Store, Tx};

use super::Error;

const BATCH: i64 = 500;

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginalFault {
    /// Bytes under another hash than their name.
    #[error("blob {0} is damaged: its bytes have another hash")]
    Damaged(String),
    /// Bytes that the log says arrived are gone.
    #[error("photo {photo}: the original {sha256} that entry {entry} tells of is gone or damaged")]
    Missing {
        /// The photo.
        photo: Uuid,
        /// The entry.
        entry: EntryId,
        /// The bytes' hash, in hex.
        sha256: String,
    },
    /// The photo's row is gone or says otherwise than the log.
    #[error("photo {photo}: its row does not say what entry {entry} says")]
    Row {
        /// The photo.
        photo: Uuid,
        /// The entry.
        entry: EntryId,
    },
    /// A photo that the log knows nothing of.
    #[error("photo {0}: no entry of the log tells that its original arrived")]
    NotEntered(PhotoId),
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Originals {
    /// Originals that the log tells of, with bytes and row as it says.
    pub photos: u64,
    /// All blobs that were hashed, derived pictures among them.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What does not hold.
    pub faults: Vec<OriginalFault>,
}

/// Hashes every blob and holds originals and photos' rows against the log.
pub async fn verify_originals(store: &Store, blobs: &Blobs) -> Result<Originals, Error> {
    let mut found = Originals::default();
    // Rows before blobs: whatever they name was written before them.
    let mut tx = store.snapshot().await?;
    let mut rows = all_rows(&mut tx).await?;
    let good = hash_all(blobs, &mut found).await?;
    let mut after = -1;
    loop {
        let entries = contents(&mut tx, Kind::Original, after, BATCH).await?;
        let Some(last) = entries.last() else {
            break;
        };
        after = last.seq;
        for entry in &entries {
            judge(entry, &good, &mut rows, &mut found);
        }
    }
    // An original that was stored while this ran has no number yet.
    for row in rows.into_values() {
        if is_numbered(&mut tx, row.original_entry).await? != Some(false) {
            found.faults.push(OriginalFault::NotEntered(row.id));
        }
    }
    Ok(found)
}

fn judge(
    entry: &Content,
    good: &BTreeSet<[u8; 32]>,
    rows: &mut BTreeMap<EntryId, sql::StoredRow>,
    found: &mut Originals,
) {
    let photo = entry.fact.unwrap_or_default();
    let body: Option<Value> = serde_json::from_slice(&entry.body).ok();
    let sha256 = body.as_ref().and_then(|body| body["sha256"].as_str());
    let sha256 = sha256.unwrap_or_default().to_owned();
    let row = rows.remove(&entry.id);
    let says_same = row.is_some_and(|row| row.id.0 == photo && hex(&row.sha256) == sha256);
    if !from_hex(&sha256).is_some_and(|name| good.contains(&name)) {
        found.faults.push(OriginalFault::Missing {
            photo,
            entry: entry.id,
            sha256,
        });
    } else if says_same {
        found.photos += 1;
    } else {
        found.faults.push(OriginalFault::Row {
            photo,
            entry: entry.id,
        });
    }
}

/// The names of all blobs whose bytes have the hash that names them.
async fn hash_all(blobs: &Blobs, found: &mut Originals) -> Result<BTreeSet<[u8; 32]>, Error> {
    let mut good = BTreeSet::new();
    let mut names = std::pin::pin!(blobs.names());
    while let Some(listed) = names.next().await {
        let (BlobName(name), _, _) = listed?;
        let Some(bytes) = blobs.get(BlobName(name)).await? else {
            continue;
        };
        found.blobs += 1;
        found.bytes += bytes.len() as u64;
        if <[u8; 32]>::from(Sha256::digest(&bytes)) == name {
            good.insert(name);
        } else {
            found.faults.push(OriginalFault::Damaged(hex(&name)));
        }
    }
    Ok(good)
}

/// Every stored photo's row, by the entry of its original.
async fn all_rows(tx: &mut Tx) -> Result<BTreeMap<EntryId, sql::StoredRow>, Error> {
    let mut all = BTreeMap::new();
    let mut after = PhotoId(Uuid::nil());
    loop {
        let rows = sql::originals(tx, after, BATCH).await?;
        let Some(last) = rows.last() else {
            return Ok(all);
        };
        after = last.id;
        all.extend(rows.into_iter().map(|row| (row.original_entry, row)));
    }
}
