//! The pass itself: entry by entry, the tree growing beside.

use std::collections::{BTreeMap, VecDeque};

use uuid::Uuid;

use crate::base::hex;
use crate::base::ids::{EntryId, LogId};
use crate::base::origin::Standing;
use crate::journal::epochs::header_of;
use crate::journal::history::{KeyRing, LogKey, Rotation, Trust};
use crate::journal::merkle::{self, Edge, Hash, TILE_WIDTH, TileId};
use crate::journal::model::{Kind, covered, sha256, statement_hash};
use crate::journal::note::{Checkpoint, Note};
use crate::journal::sql::{self, HeadRow, StatementRow, WholeEntry};
use crate::journal::tree::{checkpoint_of, count};
use crate::store::{Error, Tx};

use super::announced::{Announced, is_as_signed};
use super::unsigned::Confirmed;
use super::{Fault, Verified};

const BATCH: i64 = 256;

pub(super) struct Pass {
    log: LogId,
    ring: KeyRing,
    outside: VecDeque<(Checkpoint, Note)>,
    heads: VecDeque<HeadRow>,
    edge: Edge,
    /// The stored tile of leaf hashes that the next leaf belongs to.
    stored: Vec<Hash>,
    /// After a gap or a wrong head, later heads tell nothing more.
    is_tree_lost: bool,
    announced: Announced,
    confirmed: Confirmed,
    /// How many entries each redaction erased, and the author of the last of them that held fixes.
    erased: BTreeMap<EntryId, (u64, Option<Uuid>)>,
    /// Public keys that entries tell of, in hex, each with how the one before handed over to it.
    keys_entered: BTreeMap<String, Option<Rotation>>,
    found: Verified,
}

impl Pass {
    pub fn new(
        log: LogId,
        ring: KeyRing,
        mut outside: Vec<(Checkpoint, Note)>,
        found: Verified,
    ) -> Self {
        outside.sort_by_key(|(head, _)| head.size);
        Self {
            log,
            ring,
            outside: outside.into(),
            heads: VecDeque::new(),
            edge: Edge::default(),
            stored: Vec::new(),
            is_tree_lost: false,
            announced: Announced::default(),
            confirmed: Confirmed::default(),
            erased: BTreeMap::new(),
            keys_entered: BTreeMap::new(),
            found,
        }
    }

    pub fn found(&mut self) -> &mut Verified {
        &mut self.found
    }

    pub fn into_found(self) -> Verified {
        self.found
    }

    /// Judges the entries below `newest`, which is what the newest head counts.
    pub async fn run(&mut self, tx: &mut Tx, newest: i64) -> Result<(), Error> {
        loop {
            let rows = sql::entries_with_bodies(tx, self.found.through, BATCH).await?;
            let rows: Vec<_> = rows
                .into_iter()
                .filter(|whole| whole.row.seq.is_some_and(|seq| seq < newest))
                .collect();
            if rows.is_empty() {
                return Ok(());
            }
            for whole in rows {
                self.judge_order(&whole);
                self.judge_entry(&whole);
                self.judge_statement(tx, &whole).await?;
                self.grow(tx, &whole.row.leaf).await?;
                self.found.last_leaf = Some(whole.row.leaf);
            }
            self.compare_tiles(tx).await?;
        }
    }

    fn judge_order(&mut self, whole: &WholeEntry) {
        let seq = whole.row.seq.unwrap_or_default();
        let expected = self.found.through + 1;
        if seq != expected {
            self.found.fault(Fault::Gap {
                expected,
                entry: whole.row.id,
                seq,
            });
            self.is_tree_lost = true;
        }
        self.found.through = seq;
    }

    fn judge_entry(&mut self, whole: &WholeEntry) {
        let row = &whole.row;
        let (entry, seq) = (row.id, row.seq.unwrap_or_default());
        let header = header_of(row, self.log);
        let kept = whole.salt.as_ref().zip(whole.body.as_ref());
        let covered = match kept {
            Some((salt, body)) => Some(covered(salt, body).to_vec()),
            None => row.covered.clone(),
        };
        // Content erased before its hash was kept: the leaf in the tree is all that speaks.
        let holds = covered.is_none_or(|covered| header.leaf_over(&covered)[..] == row.leaf[..]);
        let is_ordered = kept.is_some() || row.redacted_by.is_some();
        match (kept, row.redacted_by) {
            _ if !is_ordered => self.found.fault(Fault::Erased { entry, seq }),
            _ if !holds || row.leaf.len() != 32 => self.found.fault(Fault::Leaf { entry, seq }),
            (Some((_, body)), _) if sha256(body)[..] != row.sha256[..] => {
                self.found.fault(Fault::Digest { entry, seq });
            }
            (Some(_), by) if by.is_some() || row.covered.is_some() => {
                self.found.fault(Fault::NotErased { entry, seq });
            }
            (Some((_, body)), _) => {
                self.note_key(&row.kind, body);
                self.announced.note(row, body);
                self.confirmed.note(row, body);
                self.found.whole += 1;
            }
            (None, by) => {
                if let Some(by) = by {
                    let of_fixes = row.kind == Kind::Fixes.as_str();
                    let erased = self.erased.entry(by).or_default();
                    *erased = (erased.0 + 1, of_fixes.then_some(row.actor));
                }
                self.found.redacted += 1;
            }
        }
    }

    /// A statement that held must hold still, under a key that its device announced.
    async fn judge_statement(&mut self, tx: &mut Tx, whole: &WholeEntry) -> Result<(), Error> {
        let Some(hash) = &whole.row.statement else {
            if let Some(own) = self.confirmed.judge(&whole.row) {
                self.found.came_unsigned(own);
            }
            return Ok(());
        };
        let (entry, seq) = (whole.row.id, whole.row.seq.unwrap_or_default());
        let own = sql::statement(tx, entry).await?;
        let holds = |own: &StatementRow| {
            let is_kept = statement_hash(&own.base, &own.signature)[..] == hash[..];
            is_kept && is_as_signed(own, &whole.row)
        };
        let Some(own) = own.filter(holds) else {
            self.found.fault(Fault::Statement { entry, seq });
            return Ok(());
        };
        if own.standing == Standing::Holds.as_str() {
            self.announced
                .expect((own.device.0, own.key_id), (entry, seq));
        }
        Ok(())
    }

    /// The first key's entry holds the bare key, a later one the rotation.
    fn note_key(&mut self, kind: &str, body: &[u8]) {
        if kind != Kind::Key.as_str() {
            return;
        }
        let rotation = serde_json::from_slice::<Rotation>(body).ok();
        let keys = rotation.as_ref().and_then(Rotation::keys);
        let key = keys.map_or_else(|| hex(body), |(_, new)| hex(&new.0));
        self.keys_entered.insert(key, rotation);
    }

    /// Puts a leaf into the tree and judges the heads that count up to it.
    async fn grow(&mut self, tx: &mut Tx, leaf: &[u8]) -> Result<(), Error> {
        let leaf = merkle::leaf_hash(leaf);
        self.judge_leaf(tx, leaf).await?;
        self.edge.push(leaf);
        let size = self.edge.size();
        if self.heads.is_empty() {
            let after = size.cast_signed() - 1;
            self.heads = sql::heads_after(tx, after, BATCH).await?.into();
        }
        let mut root = None;
        while self
            .heads
            .front()
            .is_some_and(|head| count(head.size) == size)
        {
            let root = root.get_or_insert_with(|| self.edge.root());
            let root = *root;
            if let Some(head) = self.heads.pop_front() {
                self.judge_head(&head, root)?;
            }
        }
        while self
            .outside
            .front()
            .is_some_and(|(head, _)| head.size == size)
        {
            let root = *root.get_or_insert_with(|| self.edge.root());
            if let Some((head, note)) = self.outside.pop_front() {
                self.judge_outside(&head, &note, root);
            }
        }
        Ok(())
    }

    /// Holds a leaf against the stored tile, so that the first entry out of place is named.
    async fn judge_leaf(&mut self, tx: &mut Tx, leaf: Hash) -> Result<(), Error> {
        let index = self.edge.size();
        let slot = usize::try_from(index % TILE_WIDTH as u64).unwrap_or(0);
        if slot == 0 {
            let id = TileId {
                level: 0,
                number: index / TILE_WIDTH as u64,
            };
            let bytes = sql::tile(tx, id).await?.unwrap_or_default();
            self.stored = bytes.as_chunks::<32>().0.to_vec();
        }
        if !self.is_tree_lost && self.stored.get(slot) != Some(&leaf) {
            self.found.fault(Fault::NotInTree(index));
            self.is_tree_lost = true;
        }
        Ok(())
    }

    fn judge_head(&mut self, row: &HeadRow, root: Option<Hash>) -> Result<(), Error> {
        let head = checkpoint_of(row, self.log)?;
        let key = self.ring.key(&row.key_id);
        let signed = key.filter(|(key, _)| key.signed(head.text().as_bytes(), &row.signature));
        let Some((_, trust)) = signed else {
            self.found.fault(Fault::HeadSignature(row.size));
            return Ok(());
        };
        if trust == Trust::Unproven {
            if self.ring.has_roots() && self.found.is_origin_proven {
                self.found.fault(Fault::Untrusted {
                    size: row.size,
                    key: row.key_id.clone(),
                });
            }
            self.found.is_origin_proven = false;
        }
        if self.is_tree_lost {
            return Ok(());
        }
        if root == Some(head.root) {
            self.found.heads += 1;
        } else {
            self.found.fault(Fault::Head(row.size));
            self.is_tree_lost = true;
        }
        Ok(())
    }

    fn judge_outside(&mut self, head: &Checkpoint, note: &Note, root: Option<Hash>) {
        let name = self.log.to_string();
        let is_own = head.log == self.log
            && self
                .ring
                .keys()
                .any(|(key, _)| note.signature_of(&name, &key).is_some());
        if !is_own {
            self.found.fault(Fault::OutsideForeign(head.size));
        } else if root == Some(head.root) {
            self.found.outside += 1;
        } else {
            self.found.fault(Fault::OutsideFork(head.size));
        }
    }

    /// Holds the tiles that became full against the stored ones.
    async fn compare_tiles(&mut self, tx: &mut Tx) -> Result<(), Error> {
        for (id, bytes) in self.edge.take_changed() {
            if bytes.len() == TILE_WIDTH * 32 {
                self.compare_tile(tx, id, &bytes).await?;
            }
        }
        Ok(())
    }

    async fn compare_tile(&mut self, tx: &mut Tx, id: TileId, own: &[u8]) -> Result<(), Error> {
        let stored = sql::tile(tx, id).await?.unwrap_or_default();
        if id.level > 0 && !self.is_tree_lost && !stored.starts_with(own) {
            self.found.fault(Fault::Tile {
                level: id.level,
                number: id.number,
            });
        }
        Ok(())
    }

    /// What can be judged only when all entries were seen.
    pub async fn end(&mut self, tx: &mut Tx, newest: i64, keys: &[LogKey]) -> Result<(), Error> {
        let found = self.edge.size().cast_signed();
        if found != newest {
            self.found.fault(Fault::Cut {
                found,
                counted: newest,
            });
        }
        for (id, bytes) in self.edge.partial_tiles() {
            self.compare_tile(tx, id, &bytes).await?;
        }
        for (entry, seq) in self.announced.missing() {
            self.found.fault(Fault::Statement { entry, seq });
        }
        for own in self.confirmed.formless() {
            self.found.came_unsigned(own);
        }
        let has = self.edge.size();
        self.found.root = self.edge.root();
        while let Some((head, note)) = self.outside.pop_front() {
            if head.size == 0 {
                self.judge_outside(&head, &note, Some(merkle::empty_root()));
            } else {
                self.found.fault(Fault::OutsideAhead {
                    size: head.size,
                    has,
                });
            }
        }
        self.judge_keys(newest, keys);
        self.judge_redactions(tx).await
    }

    /// The list of keys is that of the entries: none more, none less, each handed over to as they say.
    fn judge_keys(&mut self, newest: i64, keys: &[LogKey]) {
        let entered = std::mem::take(&mut self.keys_entered);
        let is_entered = |key: &&LogKey| entered.contains_key(&key.public_key);
        for key in keys.iter().filter(|key| newest > 0 && !is_entered(key)) {
            self.found.fault(Fault::KeyNotEntered(key.key_id.clone()));
        }
        for (public, rotation) in entered {
            let listed = keys.iter().find(|key| key.public_key == public);
            if listed.is_none_or(|key| key.rotation != rotation) {
                self.found.fault(Fault::KeyNotListed(public));
            }
        }
    }

    /// Each redaction is an entry and says how many contents it erased; held fixes may move.
    async fn judge_redactions(&mut self, tx: &mut Tx) -> Result<(), Error> {
        for (by, (erased, author)) in std::mem::take(&mut self.erased) {
            let row = sql::entry(tx, by).await?;
            // Fixes that were held move into the patrol that claims them: one entry's content into another of their author.
            let is_move = row.as_ref().is_some_and(|row| {
                row.kind == Kind::Fixes.as_str() && author == Some(row.actor) && erased == 1
            });
            if is_move {
                continue;
            }
            let is_redaction = row.is_some_and(|row| row.kind == Kind::Redaction.as_str());
            let body = sql::body(tx, by).await?.filter(|_| is_redaction);
            let said = body.and_then(|(_, body)| {
                let body: serde_json::Value = serde_json::from_slice(&body).ok()?;
                body.get("entries")?.as_u64()
            });
            let said = said.unwrap_or(0);
            if said < erased {
                self.found.fault(Fault::Redaction { by, said, erased });
            }
        }
        Ok(())
    }
}
