//! Originals against the log: each entry that says bytes arrived, the bytes themselves, and the photo's row.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::ids::{EntryId, PhotoId};
use crate::base::{from_hex, hex};
use crate::blobs::{BlobName, Blobs};
use crate::evidence::model::sidecar::SidecarWire;
use crate::evidence::model::{Sidecar, made_of_text};
use crate::evidence::sql::{self, PhotoRow};
use crate::journal::audit::{Content, contents, is_numbered, signers, stored};
use crate::journal::{Kind, Stored};
use crate::store::{Store, Tx};

use super::Error;
use super::announce::record;

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
    /// What the row tells of the shutter is not what the phone said.
    #[error("photo {photo}: {column} of its row is not what entry {entry} says")]
    Sidecar {
        /// The photo.
        photo: PhotoId,
        /// The entry.
        entry: EntryId,
        /// The first column that differs.
        column: &'static str,
    },
    /// The bytes of a small image are gone or damaged.
    #[error("photo {photo}: the bytes of its picture ({size}) are gone or damaged")]
    NoPicture {
        /// The photo.
        photo: PhotoId,
        /// Which picture.
        size: String,
    },
    /// A small image was exchanged.
    #[error(
        "photo {photo}: its picture ({size}) is not the one that was made of the original: no key of the log says so"
    )]
    Picture {
        /// The photo.
        photo: PhotoId,
        /// Which picture.
        size: String,
    },
    /// The row of a small image was taken out.
    #[error("photo {0}: its pictures were made, and no row tells of one of them")]
    Pictureless(PhotoId),
    /// Bytes that an order erased are still there.
    #[error(
        "photo {photo}: an order erased it, and the bytes kept as {sha256} are still there: the chores remove them within a day"
    )]
    StillThere {
        /// The photo.
        photo: PhotoId,
        /// The bytes' hash, in hex.
        sha256: String,
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
    /// Photos that orders erased: their entries and figures stand, their bytes are gone.
    pub erased: u64,
    /// Small images that a key of the log says were made of their originals.
    pub pictures: u64,
    /// Small images of before the log's key said so: nothing tells what they were made of.
    pub unsigned: u64,
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
        if row.redaction.is_some() {
            judge_erased(&mut tx, &row, &good, &mut found).await?;
        } else if is_numbered(&mut tx, row.original_entry).await? != Some(false) {
            found.faults.push(OriginalFault::NotEntered(row.id));
        }
    }
    hold_sidecars(&mut tx, &mut found).await?;
    hold_pictures(&mut tx, &good, &mut found).await?;
    Ok(found)
}

/// What an order erased has no content in the log and no bytes in the store, unless another photo's row names the same
/// bytes. Whether the order itself holds is judged with the orders.
async fn judge_erased(
    tx: &mut Tx,
    row: &sql::StoredRow,
    good: &BTreeSet<[u8; 32]>,
    found: &mut Originals,
) -> Result<(), Error> {
    let kept = stored(tx, row.original_entry).await?;
    if kept.is_none_or(|kept| kept.body.is_some()) {
        found.faults.push(OriginalFault::NotEntered(row.id));
        return Ok(());
    }
    let name = <[u8; 32]>::try_from(row.sha256.as_slice());
    let is_there = name.is_ok_and(|name| good.contains(&name));
    if is_there && !sql::is_named(tx, &row.sha256).await? {
        found.faults.push(OriginalFault::StillThere {
            photo: row.id,
            sha256: hex(&row.sha256),
        });
    } else {
        found.erased += 1;
    }
    Ok(())
}

/// Holds every photo's row against its sidecar as it was sent: grades and the photo minimum rest on the row.
async fn hold_sidecars(tx: &mut Tx, found: &mut Originals) -> Result<(), Error> {
    let mut after = PhotoId(Uuid::nil());
    loop {
        let rows = sql::all_after(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in &rows {
            let kept = stored(tx, row.entry).await?;
            if let Some(column) = differs(row, kept) {
                found.faults.push(OriginalFault::Sidecar {
                    photo: row.id,
                    entry: row.entry,
                    column,
                });
            }
        }
    }
}

/// Holds every small image against its bytes, and against what the log's key said when it was made.
async fn hold_pictures(
    tx: &mut Tx,
    good: &BTreeSet<[u8; 32]>,
    found: &mut Originals,
) -> Result<(), Error> {
    let pictureless = sql::pictureless(tx).await?.into_iter();
    found
        .faults
        .extend(pictureless.map(OriginalFault::Pictureless));
    let (log, keys) = signers(tx).await?;
    let mut after = (PhotoId(Uuid::nil()), String::new());
    loop {
        let rows = sql::images_from(tx, (after.0, after.1.as_str())).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = (last.photo, last.size.clone());
        for row in rows {
            let (photo, image) = (row.photo, &row.own.image.sha256);
            let name = <[u8; 32]>::try_from(image.as_slice());
            if !name.is_ok_and(|name| good.contains(&name)) {
                let size = row.size;
                found.faults.push(OriginalFault::NoPicture { photo, size });
                continue;
            }
            let Some((key, signature)) = row.own.key_id.as_ref().zip(row.own.signature.as_ref())
            else {
                found.unsigned += 1;
                continue;
            };
            let text = made_of_text(log, photo, &row.size, &row.original, image);
            let key = keys.key(key);
            if key.is_some_and(|(key, _)| key.signed(text.as_bytes(), signature)) {
                found.pictures += 1;
            } else {
                let size = row.size;
                found.faults.push(OriginalFault::Picture { photo, size });
            }
        }
    }
}

/// The first column that says otherwise than the sidecar's entry. Erased sidecars say nothing any more, nor do those that
/// today's reader cannot read.
fn differs(row: &PhotoRow, kept: Option<Stored>) -> Option<&'static str> {
    let Some(kept) = kept else {
        return Some("entry");
    };
    let is_own = kept.row.kind == Kind::Photo.as_str() && kept.row.fact == Some(row.id.0);
    if !is_own {
        return Some("entry");
    }
    if kept.row.actor != row.author {
        return Some("author");
    }
    if kept.row.received_at != row.recorded_at {
        return Some("recorded_at");
    }
    let wire: SidecarWire = serde_json::from_slice(&kept.body?).ok()?;
    let said = Sidecar::from_wire(&wire, u64::MAX, kept.row.received_at).ok()?;
    let place = row.lon.zip(row.lat);
    let columns = [
        ("taken_at", said.taken_at == row.taken_at),
        (
            "lon or lat",
            said.position.map(|at| (at.lon(), at.lat())) == place,
        ),
        ("sha256", said.sha256.0.as_slice() == row.sha256),
        ("bytes", i64::try_from(said.bytes) == Ok(row.bytes)),
        ("plot", said.plot == row.plot),
        (
            "contains_person",
            i64::from(said.contains_person) == row.contains_person,
        ),
        ("taken_by", said.capture.taken_by == row.taken_by),
        (
            "record",
            told(&record(&said)) == told(&serde_json::from_str(&row.record).unwrap_or_default()),
        ),
    ];
    let wrong = columns.into_iter().find(|(_, is_same)| !is_same);
    wrong.map(|(column, _)| column)
}

/// The fields that say something: earlier rows leave out others than later ones.
fn told(record: &Value) -> BTreeMap<String, Value> {
    let fields = record.as_object().into_iter().flatten();
    let said = fields.filter(|(_, value)| !value.is_null());
    said.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
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
    let says_same = row.is_some_and(|row| {
        row.id.0 == photo && hex(&row.sha256) == sha256 && row.stored_at == Some(entry.received_at)
    });
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
