//! Entering facts: the one way in which anything is written down.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::{EntryId, IdMaker, LogId, QuarantineId};
use crate::base::origin::Origin;
use crate::base::time::{Clock, Timestamp};
use crate::store::{ActError, BoxFuture, Error, Store, Tx};

use super::epochs::{self, Opening, Place};
use super::keys::{self, KeyFault, Signer};
use super::model::{Epoch, Kind, covered};
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
    key_file: PathBuf,
    /// Another process may change the key; the sequencer notices.
    signer: RwLock<Arc<Signer>>,
    /// The id of the entry that was begun last.
    last_entry: Mutex<u128>,
    /// Rung after each commit: the sequencer and the jobs listen.
    written: Notify,
    queued: watch::Sender<()>,
    keeper: OnceLock<Arc<dyn Keeper>>,
}

/// Whoever knows what must not be erased, asked before every erasure.
pub trait Keeper: std::fmt::Debug + Send + Sync {
    /// Whether a legal hold keeps what entries of this kind say of this fact: senders choose ids, so that facts of two
    /// kinds may bear the same one.
    fn keeps<'a>(
        &'a self,
        tx: &'a mut Tx,
        kind: Kind,
        fact: Uuid,
    ) -> BoxFuture<'a, Result<bool, Error>>;
}

/// The constraint that an erasure under a legal hold violates.
pub const LEGAL_HOLD: &str = "legal_hold";

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
    /// What came with it: a device's statement, its clock.
    pub origin: Option<&'a Origin>,
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
    /// Its body; once redacted what the order left of it, `None` where that is nothing.
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
        let opened = Self::open_with(store.clone(), Arc::clone(&clock), key_file, opening).await;
        match opened {
            // A change of key was committed and then cut off before its file took the old one's place.
            Err(KeyFault::Foreign { expected, .. })
                if keys::finish_rotation(key_file, &expected)? =>
            {
                Self::open_with(store, clock, key_file, opening).await
            }
            opened => opened,
        }
    }

    async fn open_with(
        store: Store,
        clock: Arc<dyn Clock>,
        key_file: &Path,
        opening: Opening,
    ) -> Result<Self, KeyFault> {
        let ids = IdMaker::new(Arc::clone(&clock));
        let signer = Signer::load_or_make(key_file)?;
        let start = epochs::Start {
            log: LogId(ids.make()),
            now: clock.now(),
            key_id: signer.id.clone(),
            public: signer.public().0,
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
            key_file: key_file.to_owned(),
            signer: RwLock::new(Arc::new(signer)),
            last_entry: Mutex::default(),
            written: Notify::new(),
            queued: watch::Sender::new(()),
            keeper: OnceLock::new(),
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

    /// The present signing key.
    pub(super) fn signer(&self) -> Arc<Signer> {
        let signer = self.inner.signer.read();
        Arc::clone(&signer.unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_signer(&self, signer: Signer) {
        let mut present = self
            .inner
            .signer
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *present = Arc::new(signer);
    }

    pub(super) fn key_file(&self) -> &Path {
        &self.inner.key_file
    }

    pub(super) fn last_entry(&self) -> &Mutex<u128> {
        &self.inner.last_entry
    }

    /// Where this process writes entries.
    pub(super) fn place(&self) -> Place {
        Place {
            log: self.inner.log,
            epoch: self.inner.epoch,
        }
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
            self.tell_written();
        }
        outcome
    }

    /// Tells the sequencer and the workers that something was written, or queued, beside `write`.
    pub fn tell_written(&self) {
        self.inner.written.notify_one();
        self.inner.queued.send_replace(());
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

    /// Writes one entry within the caller's transaction; of what is typed in from a paper record, another that says so.
    pub async fn enter(&self, tx: &mut Tx, entry: Entry<'_>) -> Result<Written, Error> {
        let written = self.write_entry(tx, entry).await?;
        if let Some(paper) = entry.origin.and_then(|origin| origin.paper) {
            self.link_paper(tx, &entry, &written, paper).await?;
        }
        Ok(written)
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

    /// An entry with its body.
    pub async fn entry(&self, tx: &mut Tx, id: EntryId) -> Result<Option<Stored>, Error> {
        super::audit::stored(tx, id).await
    }

    /// Sequenced entries after a number, in order.
    pub async fn entries_since(&self, seq: i64, limit: u32) -> Result<Vec<EntryRow>, Error> {
        let mut tx = self.inner.store.read().await?;
        sql::entries_since(&mut tx, seq, i64::from(limit)).await
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
                    origin: None,
                    body: manifest.as_bytes(),
                };
                journal.enter(tx, entry).await?;
                sql::insert_backup(tx, id, *through, journal.now()).await
            })
        })
        .await
    }

    /// Sets who is asked before every erasure; the first one set stays.
    pub fn ask_before_erasing(&self, keeper: Arc<dyn Keeper>) {
        // Every process over this log sets the same one.
        let _ = self.inner.keeper.set(keeper);
    }

    /// Erases the body of an entry; the leaf stays, and `by` says who ordered it. What a legal hold keeps is refused as
    /// a violation of [`LEGAL_HOLD`], so that the act as a whole fails.
    pub async fn redact(&self, tx: &mut Tx, entry: EntryId, by: &Written) -> Result<(), Error> {
        let told = sql::entry(tx, entry).await?;
        let of = told.and_then(|row| Some((row.kind.parse::<Kind>().ok()?, row.fact?)));
        if let (Some(keeper), Some((kind, fact))) = (self.inner.keeper.get(), of)
            && keeper.keeps(tx, kind, fact).await?
        {
            return Err(Error::Conflict {
                constraint: LEGAL_HOLD.to_owned(),
            });
        }
        let kept = sql::body(tx, entry).await?;
        let covered = kept.map(|(salt, body)| covered(&salt, &body));
        sql::redact(
            tx,
            entry,
            by.entry,
            covered.as_ref().map(<[u8; 32]>::as_slice),
        )
        .await
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
