//! Making proofs from the stored tiles.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::hex;
use crate::base::ids::EntryId;
use crate::store::{Error, Tx};

use super::merkle::{self, Hash};
use super::model::covered;
use super::proofs::{ConsistencyProof, EntryHeader, EntryProof, SignedStatement};
use super::service::Journal;
use super::sql::{self, EntryRow, HeadRow, StatementRow};
use super::tree::{self, count};

/// Whether an entry can be proven.
#[derive(Debug)]
pub enum Proving {
    /// Here is the proof.
    Proof(Box<EntryProof>),
    /// It is committed and has no number yet; the sequencer comes within the merge delay.
    NotNumbered,
    /// There is no such entry, or none that the caller may know of, or no head of that size over it.
    Unknown,
}

/// Which sizes a consistency proof is asked between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    /// Entries in the older tree.
    pub from: u64,
    /// Entries in the newer tree; `None`: the newest head.
    pub to: Option<u64>,
}

impl Journal {
    /// The proof of an entry for one who may know of it: its author, the device it came through, or an auditor.
    pub async fn prove(
        &self,
        actor: &Actor,
        entry: EntryId,
        size: Option<u64>,
    ) -> Result<Proving, Error> {
        let mut tx = self.store().read().await?;
        let Some(row) = sql::entry(&mut tx, entry).await? else {
            return Ok(Proving::Unknown);
        };
        let is_own = |id: Uuid| id == actor.id;
        let may_know = is_own(row.actor)
            || row.device.is_some_and(is_own)
            || actor.may_in_province(Right::ReadJournal);
        if may_know {
            self.prove_row(&mut tx, row, size, false).await
        } else {
            Ok(Proving::Unknown)
        }
    }

    /// The proof of an entry with its content under the head of so many entries; the caller has decided who may read it.
    pub async fn prove_content(&self, entry: EntryId, size: u64) -> Result<Proving, Error> {
        let mut tx = self.store().read().await?;
        match sql::entry(&mut tx, entry).await? {
            Some(row) => self.prove_row(&mut tx, row, Some(size), true).await,
            None => Ok(Proving::Unknown),
        }
    }

    async fn prove_row(
        &self,
        tx: &mut Tx,
        row: EntryRow,
        size: Option<u64>,
        with_content: bool,
    ) -> Result<Proving, Error> {
        let Some(seq) = row.seq else {
            return Ok(Proving::NotNumbered);
        };
        let head = match size {
            Some(size) => sql::head_at(tx, size.cast_signed()).await?,
            None => sql::last_head(tx).await?,
        };
        match head {
            Some(head) if seq < head.size => self
                .write_proof(tx, row, count(seq), &head, with_content)
                .await
                .map(|proof| Proving::Proof(Box::new(proof))),
            _ if size.is_none() => Ok(Proving::NotNumbered),
            _ => Ok(Proving::Unknown),
        }
    }

    async fn write_proof(
        &self,
        tx: &mut Tx,
        row: EntryRow,
        index: u64,
        head: &HeadRow,
        with_content: bool,
    ) -> Result<EntryProof, Error> {
        let ranges = merkle::inclusion_ranges(index, count(head.size));
        let path = tree::hashes(tx, &ranges).await?;
        let keys = sql::keys(tx).await?;
        let statement = match row.statement {
            Some(_) => sql::statement(tx, row.id).await?,
            None => None,
        };
        let kept = sql::body(tx, row.id).await?;
        let covered = match &kept {
            Some((salt, body)) => Some(covered(salt, body).to_vec()),
            None => row.covered.clone(),
        };
        let body = kept
            .as_ref()
            .filter(|_| with_content)
            .map(|(_, body)| BASE64.encode(body));
        Ok(EntryProof {
            log_id: self.log_id(),
            statement: statement.map(shown).transpose()?,
            sha256: hex(&row.sha256),
            salt: kept.map(|(salt, _)| hex(&salt)),
            covered: covered.as_deref().map(hex),
            body,
            redacted_by: row.redacted_by,
            index,
            leaf: hex(&row.leaf),
            path: texts(&path),
            head: tree::head_of(head, self.log_id(), &keys)?,
            keys: tree::log_keys(tx, &self.log_id().to_string()).await?,
            receipt: self.receipt_of(tx, &row).await?,
            header: EntryHeader {
                epoch: row.epoch,
                entry: row.id,
                kind: row.kind,
                fact: row.fact,
                actor: row.actor,
                device: row.device,
                received_at: row.received_at,
                statement: row.statement.as_deref().map(hex),
            },
        })
    }

    /// That the log of `to` entries begins with the log of `from`; `None` when it never had so many.
    pub async fn prove_consistency(
        &self,
        between: Between,
    ) -> Result<Option<ConsistencyProof>, Error> {
        let mut tx = self.store().read().await?;
        let newest = sql::last_head(&mut tx)
            .await?
            .map_or(0, |head| count(head.size));
        let (from, to) = (between.from, between.to.unwrap_or(newest));
        if from > to || to > newest {
            return Ok(None);
        }
        let path = tree::hashes(&mut tx, &merkle::consistency_ranges(from, to)).await?;
        let keys = sql::keys(&mut tx).await?;
        let mut heads = [None, None];
        for (head, size) in heads.iter_mut().zip([from, to]) {
            let row = sql::head_at(&mut tx, size.cast_signed()).await?;
            *head = row
                .map(|row| tree::head_of(&row, self.log_id(), &keys))
                .transpose()?;
        }
        let [from_head, to_head] = heads;
        Ok(Some(ConsistencyProof {
            log_id: self.log_id(),
            from,
            to,
            from_root: hex(&tree::root_at(&mut tx, from).await?),
            to_root: hex(&tree::root_at(&mut tx, to).await?),
            path: texts(&path),
            from_head,
            to_head,
            keys: tree::log_keys(&mut tx, &self.log_id().to_string()).await?,
        }))
    }
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

fn shown(own: StatementRow) -> Result<SignedStatement, Error> {
    Ok(SignedStatement {
        standing: own.standing()?,
        signature: BASE64.encode(&own.signature),
        public: own.public.as_deref().map(hex),
        key_id: own.key_id,
        base: own.base,
    })
}
