//! What goes: raw fixes after their retention or by order unless a hold is on them, and held fixes that no patrol claimed.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::actor::CONSOLE;
use crate::base::ids::{EntryId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::journal::{Entry, Kind, Written};
use crate::patrols::sql::{self, TrackChunk};
use crate::store::{self, Tx};

use super::{DERIVE_JOB, Error, INDEX_JOB, Patrols};

/// Rows that one run of a chore takes.
const BATCH: i64 = 100;

/// Late fixes stand so long before they go, so that coverage has counted them.
const SETTLED_MS: i64 = 7 * 86_400_000;

/// How an entry begins to say why raw fixes went by their age.
pub(super) const OF_RETENTION: &str = "retention of ";

/// What became of an order to erase a patrol's raw fixes.
#[derive(Debug)]
pub enum OrderedErasure {
    /// They are gone; the entry says by whose order.
    Done(Written),
    /// A legal hold keeps them.
    Held,
    /// There are none, or none any more.
    Nothing,
    /// Fixes that came one by one are not sealed yet, of which some would be left; or what follows from the fixes is not
    /// made yet, and never could be.
    Arriving,
}

impl Patrols {
    /// Erases the raw fixes of patrols begun more than so many months ago; gives how many patrols. One that cannot be
    /// erased is told of in the server's own log and tried again at the next run: it keeps no other. One of which something
    /// is still to follow waits for that.
    pub async fn expire_tracks(&self, retention_months: u32) -> Result<usize, Error> {
        let now = self.journal.now();
        let begun_before = months_before(now, retention_months);
        let mut tx = self.journal.store().read().await?;
        let settled = now.plus_millis(-SETTLED_MS);
        let jobs = [DERIVE_JOB, INDEX_JOB];
        let patrols = sql::expired(&mut tx, (begun_before, settled), jobs, BATCH).await?;
        drop(tx);
        let why = format!("{OF_RETENTION}{retention_months} months");
        let mut done = 0;
        for id in &patrols {
            let context = (self.clone(), *id, why.clone());
            let erased = self
                .journal
                .write(context, |tx, (patrols, id, why)| {
                    Box::pin(patrols.expire_act(tx, *id, why))
                })
                .await;
            // Whatever the act came to: a commit may stand although its answer was lost.
            self.memory.forget(*id);
            match erased {
                Ok(()) => done += 1,
                Err(error) => tracing::warn!(%error, patrol = %id, "a track could not be erased"),
            }
        }
        Ok(done)
    }

    async fn expire_act(&self, tx: &mut Tx, id: PatrolId, why: &str) -> Result<(), Error> {
        sql::lock_patrol(tx, id).await?;
        let is_held = sql::patrol(tx, id)
            .await?
            .is_none_or(|row| row.held_since.is_some());
        if is_held || self.is_to_follow(tx, id).await? {
            return Ok(());
        }
        self.keep_derived(tx, id).await?;
        let entries = raw_entries(tx, id).await?;
        let by = self.enter_redaction(tx, id.0, why, entries.len()).await?;
        Ok(self.erase_entries(tx, id, entries, &by).await?)
    }

    /// Erases the raw fixes of a patrol by order, in the caller's act, and with them the line that is drawn of them, for it
    /// leads to the same places; lengths, times and the cells that count as covered stay. `by` is whose order it is, and
    /// `told` what the entry says of it besides how many contents it erases. Once the act is committed the caller lets
    /// [`Patrols::forget_track`] follow.
    pub async fn erase_by_order(
        &self,
        tx: &mut Tx,
        id: PatrolId,
        (by, mut told): (Uuid, Value),
    ) -> Result<OrderedErasure, Error> {
        sql::lock_patrol(tx, id).await?;
        let mut row = sql::patrol(tx, id).await?.ok_or(Error::NotFound)?;
        if row.held_since.is_some() {
            return Ok(OrderedErasure::Held);
        }
        // Fixes can come after an earlier erasure, and be on their way like any.
        row.redacted_at = None;
        if !self.tails_of(tx, &row).await?.is_empty() || self.is_to_follow(tx, id).await? {
            return Ok(OrderedErasure::Arriving);
        }
        self.keep_derived(tx, id).await?;
        let entries = raw_entries(tx, id).await?;
        // Of a track past its retention only the line is left, and leads to the same places.
        let had_line = sql::forget_lines(tx, id).await?;
        if entries.is_empty() && !had_line {
            return Ok(OrderedErasure::Nothing);
        }
        told["entries"] = entries.len().into();
        let body = told.to_string();
        let entry = Entry {
            kind: Kind::Redaction,
            fact: id.0,
            actor: by,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        let written = self.journal.enter(tx, entry).await?;
        self.erase_entries(tx, id, entries, &written).await?;
        Ok(OrderedErasure::Done(written))
    }

    /// Makes at once what waits to be derived of a patrol's fixes, for they are to go.
    pub async fn derive_now(&self, id: PatrolId) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let job = self.journal.waiting_job(&mut tx, DERIVE_JOB, id.0).await?;
        drop(tx);
        match job {
            Some(job) => self.derive(id, job).await,
            None => Ok(()),
        }
    }

    /// Whether communes or coverage are still to follow from a patrol's fixes: without the fixes they never can.
    async fn is_to_follow(&self, tx: &mut Tx, id: PatrolId) -> Result<bool, store::Error> {
        for kind in [DERIVE_JOB, INDEX_JOB] {
            if self.journal.waiting_job(tx, kind, id.0).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lets go of what memory holds of a patrol's fixes.
    pub fn forget_track(&self, id: PatrolId) {
        self.memory.forget(id);
    }

    async fn erase_entries(
        &self,
        tx: &mut Tx,
        id: PatrolId,
        entries: Vec<EntryId>,
        by: &Written,
    ) -> Result<(), store::Error> {
        for entry in entries {
            self.journal.redact(tx, entry, by).await?;
        }
        sql::freeze(tx, id, by.received_at).await?;
        // Coverage says of it that it cannot be checked again.
        self.journal.queue(tx, INDEX_JOB, id.0).await
    }

    /// Lets go of tracks in memory that nobody used for a while.
    pub fn forget_unused(&self) {
        self.memory.forget_unused(self.journal.now());
    }

    /// Erases held fixes whose time is up; gives how many chunks. One that cannot be erased keeps no other.
    pub async fn erase_held(&self) -> Result<usize, Error> {
        let mut tx = self.journal.store().read().await?;
        let expired = sql::held_expired(&mut tx, self.journal.now(), BATCH).await?;
        drop(tx);
        let mut done = 0;
        for (entry, device) in expired {
            let erased = self
                .journal
                .write(
                    (self.clone(), entry, device),
                    |tx, (patrols, entry, device)| {
                        Box::pin(patrols.erase_held_act(tx, *entry, *device))
                    },
                )
                .await;
            match erased {
                Ok(is_erased) => done += usize::from(is_erased),
                Err(error) => tracing::warn!(%error, %entry, "held fixes could not be erased"),
            }
        }
        Ok(done)
    }

    async fn erase_held_act(
        &self,
        tx: &mut Tx,
        entry: EntryId,
        device: Uuid,
    ) -> Result<bool, Error> {
        if !sql::delete_held(tx, entry).await? {
            return Ok(false);
        }
        let why = "fixes outside every patrol, unclaimed for 72 hours";
        let by = self.enter_redaction(tx, device, why, 1).await?;
        self.journal.redact(tx, entry, &by).await?;
        Ok(true)
    }

    /// The entry under which bodies are erased: of what, why, how many; by the server itself.
    pub(super) async fn enter_redaction(
        &self,
        tx: &mut Tx,
        fact: Uuid,
        why: &str,
        entries: usize,
    ) -> Result<Written, store::Error> {
        let body = json!({ "of": fact, "why": why, "entries": entries }).to_string();
        let entry = Entry {
            kind: Kind::Redaction,
            fact,
            actor: CONSOLE,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        self.journal.enter(tx, entry).await
    }
}

/// The entries that hold a patrol's raw fixes; what was set apart of them is taken off the books.
async fn raw_entries(tx: &mut Tx, id: PatrolId) -> Result<Vec<EntryId>, store::Error> {
    let chunks = sql::chunks_of(tx, id).await?;
    let mut entries: Vec<_> = chunks
        .into_iter()
        .filter(TrackChunk::has_fixes)
        .map(|chunk| chunk.entry)
        .collect();
    entries.extend(sql::forget_refused(tx, id.0).await?);
    Ok(entries)
}

/// The start of the local day so many calendar months ago; a day that the month lacks becomes its first.
fn months_before(now: Timestamp, months: u32) -> Timestamp {
    let (year, month, day) = now.local_date().ymd();
    let count = i64::from(year) * 12 + i64::from(month) - 1 - i64::from(months);
    let year = i32::try_from(count.div_euclid(12)).unwrap_or(1970);
    let month = u32::try_from(count.rem_euclid(12)).unwrap_or(0) + 1;
    let date = LocalDate::from_ymd(year, month, day).or(LocalDate::from_ymd(year, month, 1));
    date.map_or(Timestamp::from_millis(0), LocalDate::start)
}
