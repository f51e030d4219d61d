//! The tree in the database: extended by the sequencer, read for heads and proofs.

use crate::base::from_hex;
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};

use super::epochs::Place;
use super::history::LogKey;
use super::keys::Signer;
use super::merkle::{self, Edge, Hash, Range, TileId, Tiles};
use super::note::{Checkpoint, PublicKey};
use super::proofs::SignedHead;
use super::service::Journal;
use super::sql::{self, HeadRow, KeyRow};

/// A stored value of the tree that cannot be what it claims to be.
pub(super) fn corrupt(table: &'static str, id: impl std::fmt::Display) -> Error {
    Error::Corrupt {
        table,
        column: "hashes",
        id: id.to_string(),
    }
}

/// A number of entries as the tree counts them.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// The right edge of the tree as the last head left it: a few tiles, whatever the size.
pub(super) async fn edge(tx: &mut Tx) -> Result<Edge, Error> {
    let size = sql::last_head(tx).await?.map_or(0, |head| count(head.size));
    let ids = merkle::ids_of_edge(size);
    let tiles = tiles(tx, ids).await?;
    Edge::of(size, tiles).ok_or_else(|| corrupt("journal_tiles", format!("the edge at {size}")))
}

/// Adds leaves to the tree and signs the head over them.
pub(super) async fn extend(
    tx: &mut Tx,
    mut edge: Edge,
    leaves: &[Vec<u8>],
    place: Place,
    now: Timestamp,
    signer: &Signer,
) -> Result<(), Error> {
    for leaf in leaves {
        edge.push(merkle::leaf_hash(leaf));
    }
    for (id, hashes) in edge.take_changed() {
        sql::set_tile(tx, id, &hashes).await?;
    }
    let root = edge
        .root()
        .ok_or_else(|| corrupt("journal_tiles", "the edge"))?;
    let checkpoint = Checkpoint {
        log: place.log,
        size: edge.size(),
        root,
        epoch: place.epoch,
        at: now,
    };
    let row = HeadRow {
        size: edge.size().cast_signed(),
        epoch: place.epoch,
        root: root.to_vec(),
        made_at: now,
        key_id: signer.id.clone(),
        signature: checkpoint.sign(&signer.key).to_vec(),
    };
    sql::insert_head(tx, &row).await
}

/// These tiles, as they are stored now.
async fn tiles(tx: &mut Tx, ids: impl IntoIterator<Item = TileId>) -> Result<Tiles, Error> {
    let mut tiles = Tiles::new();
    for id in ids {
        let bytes = sql::tile(tx, id).await?.unwrap_or_default();
        if !tiles.insert(id, &bytes) {
            let name = format!("level {} number {}", id.level, id.number);
            return Err(corrupt("journal_tiles", name));
        }
    }
    Ok(tiles)
}

/// The hashes of ranges of leaves.
pub(super) async fn hashes(tx: &mut Tx, ranges: &[Range]) -> Result<Vec<Hash>, Error> {
    let tiles = tiles(tx, merkle::ids_of_ranges(ranges)).await?;
    tiles
        .ranges(ranges)
        .ok_or_else(|| corrupt("journal_tiles", "a proof"))
}

/// The root of the tree over the first `size` entries.
pub(super) async fn root_at(tx: &mut Tx, size: u64) -> Result<Hash, Error> {
    let hashes = hashes(tx, &[Range::first(size)]).await?;
    hashes
        .first()
        .copied()
        .ok_or_else(|| corrupt("journal_tiles", size))
}

impl Journal {
    /// The newest head; `None` as long as nothing is numbered.
    pub async fn head(&self) -> Result<Option<SignedHead>, Error> {
        let mut tx = self.store().read().await?;
        let row = sql::last_head(&mut tx).await?;
        self.signed_head(&mut tx, row).await
    }

    /// The head that was signed over the first `size` entries; `None` when none was.
    pub async fn head_at(&self, size: u64) -> Result<Option<SignedHead>, Error> {
        let mut tx = self.store().read().await?;
        let row = sql::head_at(&mut tx, size.cast_signed()).await?;
        self.signed_head(&mut tx, row).await
    }

    /// The first head that was signed after an instant; `None` when there is none yet.
    pub async fn first_head_after(&self, at: Timestamp) -> Result<Option<SignedHead>, Error> {
        let mut tx = self.store().read().await?;
        let row = sql::first_head_after(&mut tx, at).await?;
        self.signed_head(&mut tx, row).await
    }

    /// The log's keys, the present one first.
    pub async fn keys(&self) -> Result<Vec<LogKey>, Error> {
        let mut tx = self.store().read().await?;
        log_keys(&mut tx, &self.log_id().to_string()).await
    }

    /// A tile's bytes: its hashes one after the other. A partial tile grows.
    pub async fn tile(&self, id: TileId) -> Result<Option<Vec<u8>>, Error> {
        let mut tx = self.store().read().await?;
        sql::tile(&mut tx, id).await
    }

    async fn signed_head(
        &self,
        tx: &mut Tx,
        row: Option<HeadRow>,
    ) -> Result<Option<SignedHead>, Error> {
        let Some(row) = row else {
            return Ok(None);
        };
        let keys = sql::keys(tx).await?;
        head_of(&row, self.log_id(), &keys).map(Some)
    }
}

/// A stored head as it is shown.
pub(super) fn head_of(
    row: &HeadRow,
    log: crate::base::ids::LogId,
    keys: &[KeyRow],
) -> Result<SignedHead, Error> {
    let checkpoint = checkpoint_of(row, log)?;
    let key = keys.iter().find(|key| key.key_id == row.key_id);
    let key = key.and_then(|key| <[u8; 32]>::try_from(key.public_key.as_slice()).ok());
    let key = key.ok_or_else(|| corrupt("journal_heads", row.size))?;
    let note = checkpoint.note(&PublicKey(key), &row.signature);
    Ok(SignedHead::of(&checkpoint, row.key_id.clone(), note))
}

/// What a stored head says.
pub(super) fn checkpoint_of(
    row: &HeadRow,
    log: crate::base::ids::LogId,
) -> Result<Checkpoint, Error> {
    let root = row.root.as_slice().try_into();
    Ok(Checkpoint {
        log,
        size: count(row.size),
        root: root.or(Err(corrupt("journal_heads", row.size)))?,
        epoch: row.epoch,
        at: row.made_at,
    })
}

/// The log's keys as they are shown, the present one first.
pub(super) async fn log_keys(tx: &mut Tx, log: &str) -> Result<Vec<LogKey>, Error> {
    let rows = sql::keys(tx).await?;
    let keys = rows.into_iter().map(|row| {
        let bytes = crate::base::hex(&row.public_key);
        let key = from_hex(&bytes).map(PublicKey);
        let key = key.ok_or_else(|| corrupt("journal_keys", &row.key_id))?;
        let rotation = row.rotation.as_deref().map(serde_json::from_str);
        let rotation = rotation.transpose();
        Ok(LogKey {
            verifier_key: key.verifier_key(log),
            public_key: bytes,
            since: row.since,
            rotation: rotation.or(Err(corrupt("journal_keys", &row.key_id)))?,
            key_id: row.key_id,
        })
    });
    keys.collect()
}
