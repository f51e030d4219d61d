//! Entering facts: the one way in which anything is written down.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer, SigningKey};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::{EntryId, IdMaker, LogId, QuarantineId};
use crate::base::time::{Clock, Timestamp};
use crate::store::{ActError, BoxFuture, Error, Store, Tx};

use crate::base::hex;

use super::epochs::{self, Opening, Verified};
use super::keys::{KeyFault, load_or_make_key};
use super::model::{Epoch, Kind, Receipt, ReceiptState, sha256};
use super::sql::{self, EntryRow, QuarantineRow};

/// The log of this server: store, clock, ids and signing key, shared by every slice.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    log: LogId,
    epoch: Epoch,
    key: SigningKey,
    key_id: String,
    /// Rung after each commit: the sequencer and the jobs listen.
    written: Notify,
    queued: watch::Sender<()>,
}

/// One entry to be written.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// What it records.
    pub kind: Kind,
    /// The fact that it belongs to.
    pub fact: Uuid,
    /// Its author.
    pub actor: Uuid,
    /// The device it came through, when that is not the author.
    pub device: Option<Uuid>,
    /// The bytes that are kept verbatim.
    pub body: &'a [u8],
}

/// An entry as written: enough for its receipt.
#[derive(Debug, Clone)]
pub struct Written {
    /// The entry's id.
    pub entry: EntryId,
    /// When the server received the fact.
    pub received_at: Timestamp,
    /// SHA-256 of the body.
    pub sha256: [u8; 32],
    pub(super) fact: Uuid,
    pub(super) actor: Uuid,
}

/// An entry that was found again.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its row.
    pub row: EntryRow,
    /// Its body; `None` once redacted.
    pub body: Option<Vec<u8>>,
}

impl Journal {
    /// Opens the log of `store`, creating log and key on first use.
    pub async fn open(
        store: Store,
        clock: Arc<dyn Clock>,
        key_file: &Path,
    ) -> Result<Self, KeyFault> {
        Self::open_as(store, clock, key_file, Opening::Same).await
    }

    /// Opens the log of a restored database: a new epoch begins, naming the last numbered entry, and a key other than
    /// the old one is accepted.
    pub async fn open_restored(
        store: Store,
        clock: Arc<dyn Clock>,
        key_file: &Path,
    ) -> Result<Self, KeyFault> {
        Self::open_as(store, clock, key_file, Opening::Restored).await
    }

    async fn open_as(
        store: Store,
        clock: Arc<dyn Clock>,
        key_file: &Path,
        opening: Opening,
    ) -> Result<Self, KeyFault> {
        let ids = IdMaker::new(Arc::clone(&clock));
        let key = load_or_make_key(key_file)?;
        let public = key.verifying_key().to_bytes();
        let key_id = hex(&sha256(&public)[..8]);
        let start = epochs::Start {
            log: LogId(ids.make()),
            now: clock.now(),
            key_id: key_id.clone(),
            public,
            opening,
        };
        let (log, epoch) = store
            .write((start, ids.clone()), |tx, (start, ids)| {
                Box::pin(epochs::begin(tx, start, ids))
            })
            .await?;
        let inner = Inner {
            store,
            clock,
            ids,
            log,
            epoch,
            key,
            key_id,
            written: Notify::new(),
            queued: watch::Sender::new(()),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The present instant by the injected clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The maker of ids.
    #[must_use]
    pub fn ids(&self) -> &IdMaker {
        &self.inner.ids
    }

    /// The log's id.
    #[must_use]
    pub fn log_id(&self) -> LogId {
        self.inner.log
    }

    /// The id of the signing key.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.inner.key_id
    }

    /// The public half of the signing key.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.inner.key.verifying_key().to_bytes()
    }

    /// Runs an act in one transaction; afterwards wakes the sequencer.
    pub async fn write<C, F, T, E>(&self, context: C, act: F) -> Result<T, E>
    where
        C: Send + Sync + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: ActError + Send + 'static,
    {
        let outcome = self.inner.store.write(context, act).await;
        if outcome.is_ok() {
            self.inner.written.notify_one();
            self.inner.queued.send_replace(());
        }
        outcome
    }

    /// Waits until something was written since the last call.
    pub async fn until_written(&self) {
        self.inner.written.notified().await;
    }

    /// Tells whoever waits on it that work may have been queued; each waiter hears of it for itself.
    #[must_use]
    pub fn queued(&self) -> watch::Receiver<()> {
        self.inner.queued.subscribe()
    }

    /// Writes one entry within the caller's transaction.
    pub async fn enter(&self, tx: &mut Tx, entry: Entry<'_>) -> Result<Written, Error> {
        let place = epochs::Place {
            log: self.inner.log,
            epoch: self.inner.epoch,
        };
        epochs::write_entry(tx, place, EntryId(self.inner.ids.make()), self.now(), entry).await
    }

    /// Keeps aside what cannot be accepted, with its bytes, and gives the id under which to ask for it.
    pub async fn quarantine(
        &self,
        tx: &mut Tx,
        entry: Entry<'_>,
        reason: &str,
    ) -> Result<(QuarantineId, Written), Error> {
        let bytes = i64::try_from(entry.body.len()).unwrap_or(i64::MAX);
        self.quarantine_weighing(tx, entry, reason, bytes).await
    }

    pub(super) async fn quarantine_weighing(
        &self,
        tx: &mut Tx,
        entry: Entry<'_>,
        reason: &str,
        bytes: i64,
    ) -> Result<(QuarantineId, Written), Error> {
        let written = self
            .enter(
                tx,
                Entry {
                    kind: Kind::Quarantine,
                    ..entry
                },
            )
            .await?;
        let id = QuarantineId(self.inner.ids.make());
        let row = QuarantineRow {
            id,
            entry: written.entry,
            kind: entry.kind.as_str(),
            fact: Some(entry.fact),
            actor: entry.actor,
            reason,
            bytes,
            received_at: written.received_at,
        };
        sql::insert_quarantine(tx, &row).await?;
        Ok((id, written))
    }

    /// The receipt of an entry just written.
    #[must_use]
    pub fn receipt(&self, written: &Written) -> Receipt {
        self.sign(
            written.entry,
            written.fact,
            &written.sha256,
            written.actor,
            written.received_at,
            ReceiptState::Stored,
        )
    }

    /// The receipt of an entry written earlier: byte for byte the first one (Ed25519 is deterministic), except that its state may have advanced.
    pub async fn receipt_again(&self, tx: &mut Tx, entry: EntryId) -> Result<Receipt, Error> {
        let row = sql::entry(tx, entry).await?.ok_or(Error::Corrupt {
            table: "journal_entries",
            column: "id",
            id: entry.to_string(),
        })?;
        let secured = sql::secured_through(tx).await?;
        let state = match row.seq {
            Some(seq) if seq <= secured => ReceiptState::Secured,
            _ => ReceiptState::Stored,
        };
        let fact = row.fact.unwrap_or_default();
        Ok(self.sign(row.id, fact, &row.sha256, row.actor, row.received_at, state))
    }

    /// An entry with its body.
    pub async fn entry(&self, tx: &mut Tx, id: EntryId) -> Result<Option<Stored>, Error> {
        let Some(row) = sql::entry(tx, id).await? else {
            return Ok(None);
        };
        let body = sql::body(tx, id).await?.map(|(_, body)| body);
        Ok(Some(Stored { row, body }))
    }

    /// Sequenced entries after a number, in order.
    pub async fn entries_since(&self, seq: i64, limit: u32) -> Result<Vec<EntryRow>, Error> {
        let mut tx = self.inner.store.read().await?;
        sql::entries_since(&mut tx, seq, i64::from(limit)).await
    }

    /// Recomputes every numbered entry's leaf from its row and body.
    pub async fn verify(&self) -> Result<Verified, Error> {
        let mut tx = self.inner.store.read().await?;
        epochs::verify(&mut tx, self.inner.log).await
    }

    /// Notes that a verified backup covers the log up to a number: receipts up to it become `secured`.
    pub async fn secure(&self, through: i64, manifest: String) -> Result<(), Error> {
        let context = (self.clone(), through, manifest);
        self.write(context, |tx, (journal, through, manifest)| {
            Box::pin(async move {
                let id = journal.ids().make();
                let entry = Entry {
                    kind: Kind::Backup,
                    fact: id,
                    actor: crate::base::actor::CONSOLE,
                    device: None,
                    body: manifest.as_bytes(),
                };
                journal.enter(tx, entry).await?;
                sql::insert_backup(tx, id, *through, journal.now()).await
            })
        })
        .await
    }

    /// Erases the body of an entry; the leaf stays, and `by` says who ordered it.
    pub async fn redact(&self, tx: &mut Tx, entry: EntryId, by: &Written) -> Result<(), Error> {
        sql::redact(tx, entry, by.entry).await
    }

    /// Bytes that this author has in quarantine since an instant.
    pub async fn quarantined_bytes(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        since: Timestamp,
    ) -> Result<i64, Error> {
        sql::quarantined_bytes(tx, actor.id, since).await
    }

    fn sign(
        &self,
        entry: EntryId,
        fact: Uuid,
        digest: &[u8],
        actor: Uuid,
        received_at: Timestamp,
        state: ReceiptState,
    ) -> Receipt {
        let mut receipt = Receipt {
            log_id: self.inner.log,
            key_id: self.inner.key_id.clone(),
            entry_id: entry,
            id: fact,
            sha256: hex(digest),
            actor,
            received_at,
            signature: String::new(),
            state,
        };
        let signature = self.inner.key.sign(receipt.signed_text().as_bytes());
        receipt.signature = BASE64.encode(signature.to_bytes());
        receipt
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal")
            .field("log", &self.inner.log)
            .finish_non_exhaustive()
    }
}

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|cause| Error::Unavailable(format!("no randomness: {cause}")))?;
    Ok(bytes)
}
