//! Appending fixes: each accepted batch is one canonical chunk, one entry, one row; a replay changes nothing.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, PatrolId};
use crate::base::time::Timestamp;
use crate::journal::model::sha256;
use crate::journal::{Entry, Journal, Kind, Receipt, Written};
use crate::patrols::model::batch::{Batch, RefusedFix};
use crate::patrols::model::chunk::{self, RequestDigest};
use crate::patrols::model::codec::MAX_FIXES;
use crate::patrols::model::fix::{Fix, merge};
use crate::patrols::sql::{self, KnownChunk, NewChunk};
use crate::store::{self, Tx};

use super::{DERIVE_JOB, Error, Patrols, Promise};

/// Fixes as one request brought them.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What was read.
    pub batch: Batch,
    /// SHA-256 of the request's body.
    pub request: RequestDigest,
    /// The body, if it waited for a turn, which lasts until the act has run: an act goes on without whoever asked for it.
    pub turn: Bytes,
}

/// What became of an upload.
#[derive(Debug, Clone)]
pub struct Appended {
    /// New fixes of the patrol's track.
    pub accepted: usize,
    /// Those of them that count in no figure, for the raw fixes of their patrol were erased before.
    pub uncounted: usize,
    /// Fixes that were known or came twice.
    pub duplicates: usize,
    /// Fixes outside every patrol, held for a while.
    pub held: usize,
    /// Readings that can be no fix.
    pub quarantined: usize,
    /// How many for which reason.
    pub reasons: BTreeMap<&'static str, usize>,
    /// The promise; none when nothing was sent.
    pub receipt: Option<Receipt>,
}

/// What an act did with an upload, receipts still to be signed.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub accepted: usize,
    pub uncounted: usize,
    pub duplicates: usize,
    pub held: usize,
    pub kept: Option<Promise>,
    pub aside: Option<Promise>,
}

/// What became of fixes that were meant for one track.
#[derive(Debug, Default)]
pub(super) struct Added {
    pub accepted: usize,
    pub duplicates: usize,
    pub promise: Option<Promise>,
}

/// Bytes that one author may have set apart in a day.
const ASIDE_PER_DAY: i64 = 64 * 1024 * 1024;
const DAY_MS: i64 = 86_400_000;

impl Patrols {
    /// Appends fixes to the caller's own track of a patrol of its team, or of one that it recorded.
    pub async fn append(
        &self,
        actor: &Actor,
        patrol: PatrolId,
        upload: Upload,
    ) -> Result<Appended, Error> {
        if !actor.may_somewhere(Right::RecordPatrols) {
            return Err(Error::Forbidden);
        }
        let refused = upload.batch.refused.clone();
        let context = (self.clone(), actor.clone(), patrol, upload);
        let tally = self
            .journal
            .write(context, |tx, (patrols, actor, patrol, upload)| {
                Box::pin(patrols.append_act(tx, actor, *patrol, upload))
            })
            .await?;
        Ok(tally.told(&self.journal, &refused))
    }

    async fn append_act(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        patrol: PatrolId,
        upload: &Upload,
    ) -> Result<Tally, Error> {
        let locked = sql::lock_track(tx, patrol, actor.id, actor.team).await?;
        let track = locked.ok_or(Error::NotFound)?;
        let fixes = upload.batch.fixes.clone();
        let added = self
            .add_to_track(tx, actor, patrol, fixes, &upload.request)
            .await?;
        let aside = self
            .set_apart(tx, actor, patrol.0, &upload.batch.refused)
            .await?;
        Ok(Tally {
            accepted: added.accepted,
            uncounted: track.uncounted(added.accepted),
            duplicates: added.duplicates,
            held: 0,
            kept: added.promise,
            aside,
        })
    }

    /// Adds what is new to a track that the act has locked.
    pub(super) async fn add_to_track(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        patrol: PatrolId,
        fixes: Vec<Fix>,
        request: &RequestDigest,
    ) -> Result<Added, Error> {
        let Some(span) = span_of(&fixes) else {
            return Ok(Added::default());
        };
        let known = sql::chunks_between(tx, patrol, actor.id, span).await?;
        let sent = fixes.len();
        let news = merge_known(&known, fixes, request)?;
        if news.is_empty() {
            let entry = entry_of_replay(&known, request);
            let receipt = match entry {
                Some(entry) => Some(self.journal.receipt_again(tx, entry).await?),
                None => None,
            };
            return Ok(Added {
                accepted: 0,
                duplicates: sent,
                promise: receipt.map(Promise::Again),
            });
        }
        let written = self.write_chunks(tx, actor, patrol, &news, request).await?;
        Ok(Added {
            accepted: news.len(),
            duplicates: sent - news.len(),
            promise: written.map(Promise::New),
        })
    }

    async fn write_chunks(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        patrol: PatrolId,
        fixes: &[Fix],
        request: &RequestDigest,
    ) -> Result<Option<Written>, Error> {
        let mut last = None;
        for part in fixes.chunks(MAX_FIXES) {
            let (written, row) = self.enter_chunk(tx, actor, patrol.0, part, request).await?;
            sql::insert_chunk(tx, patrol, &row).await?;
            last = Some(written);
        }
        self.journal.queue(tx, DERIVE_JOB, patrol.0).await?;
        Ok(last)
    }

    /// Enters one chunk of sorted fixes; the row says what it holds.
    pub(super) async fn enter_chunk<'a>(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        fact: uuid::Uuid,
        fixes: &[Fix],
        request: &'a RequestDigest,
    ) -> Result<(Written, NewChunk<'a>), Error> {
        let body = chunk::body(request, fixes.to_vec())
            .map_err(|too_many| store::Error::Unavailable(too_many.to_string()))?;
        // What was held before is filed by another request than the one that brought it.
        let statement = actor.origin.statement.as_ref();
        let is_own = statement.is_none_or(|own| own.digest == *request);
        let entry = Entry {
            kind: Kind::Fixes,
            fact,
            actor: actor.id,
            device: None,
            origin: (is_own || actor.origin.retired).then_some(&actor.origin),
            body: &body,
        };
        let written = self.journal.enter(tx, entry).await?;
        let (first_at, last_at) =
            span_of(fixes).unwrap_or((written.received_at, written.received_at));
        let row = NewChunk {
            entry: written.entry,
            device: actor.id,
            first_at,
            last_at,
            fixes: i64::try_from(fixes.len()).unwrap_or(i64::MAX),
            request,
            received_at: written.received_at,
        };
        Ok((written, row))
    }

    /// Keeps what can be no fix: one entry per content, however often it comes.
    pub(super) async fn set_apart(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        subject: uuid::Uuid,
        refused: &[RefusedFix],
    ) -> Result<Option<Promise>, Error> {
        if refused.is_empty() {
            return Ok(None);
        }
        let body = apart_body(refused);
        let digest = sha256(body.as_bytes());
        if let Some(entry) = sql::refused(tx, subject, actor.id, &digest).await? {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return Ok(Some(Promise::Again(receipt)));
        }
        self.refuse_much_aside(tx, actor).await?;
        let entry = Entry {
            kind: Kind::Fixes,
            fact: subject,
            actor: actor.id,
            device: None,
            // A retired secret enters nothing.
            origin: actor.origin.retired.then_some(&actor.origin),
            body: body.as_bytes(),
        };
        let words: Vec<&str> = reasons(refused).into_keys().collect();
        let (_, written) = self.journal.quarantine(tx, entry, &words.join(" ")).await?;
        let at = written.received_at;
        if !sql::insert_refused(tx, subject, actor.id, &digest, written.entry, at).await? {
            // The same request runs twice at once; run again, this one sees the other's entry.
            return Err(store::Error::Busy("the same fixes were just set apart".into()).into());
        }
        Ok(Some(Promise::New(written)))
    }

    pub(super) async fn refuse_much_aside(&self, tx: &mut Tx, actor: &Actor) -> Result<(), Error> {
        let since = self.journal.now().plus_millis(-DAY_MS);
        let bytes = self.journal.quarantined_bytes(tx, actor, since).await?;
        if bytes > ASIDE_PER_DAY {
            Err(Error::TooMuchAside)
        } else {
            Ok(())
        }
    }
}

impl Tally {
    /// The answer: over the chunk, or over what was set apart when there is none.
    pub(super) fn told(self, journal: &Journal, refused: &[RefusedFix]) -> Appended {
        let promise = self.kept.or(self.aside);
        Appended {
            accepted: self.accepted,
            uncounted: self.uncounted,
            duplicates: self.duplicates,
            held: self.held,
            quarantined: refused.len(),
            reasons: reasons(refused),
            receipt: promise.map(|promise| promise.signed(journal)),
        }
    }
}

/// First and last time of some fixes.
pub(super) fn span_of(fixes: &[Fix]) -> Option<(Timestamp, Timestamp)> {
    let times = || fixes.iter().map(|fix| fix.t);
    times().min().zip(times().max())
}

/// The fixes of a stored body.
pub(super) fn decoded(entry: EntryId, body: &[u8]) -> Result<Vec<Fix>, store::Error> {
    chunk::fixes(body).or(Err(store::Error::Corrupt {
        table: "journal_bodies",
        column: "body",
        id: entry.to_string(),
    }))
}

/// What is new against the chunks that overlap in time. A request seen before brings nothing, even when its chunk was
/// erased since.
fn merge_known(
    known: &[KnownChunk],
    fixes: Vec<Fix>,
    request: &RequestDigest,
) -> Result<Vec<Fix>, Error> {
    let erased = |chunk: &KnownChunk| chunk.body.is_none() && chunk.request == request;
    if known.iter().any(erased) {
        return Ok(Vec::new());
    }
    let mut existing = Vec::new();
    for chunk in known {
        if let Some(body) = &chunk.body {
            existing.extend(decoded(chunk.entry, body)?);
        }
    }
    existing.sort_unstable();
    Ok(merge(&existing, fixes).accepted)
}

/// The chunk that the request made, else the latest one: once that is secured, so are those before it.
fn entry_of_replay(known: &[KnownChunk], request: &RequestDigest) -> Option<EntryId> {
    let same = known.iter().rev().find(|chunk| chunk.request == request);
    same.or(known.last()).map(|chunk| chunk.entry)
}

fn reasons(refused: &[RefusedFix]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for fix in refused {
        *counts.entry(fix.reason).or_default() += 1;
    }
    counts
}

/// The readings as they came, each with its reason: JSON put together from JSON.
pub(super) fn apart_body(refused: &[RefusedFix]) -> String {
    let fixes: Vec<String> = refused
        .iter()
        .map(|fix| format!(r#"{{"reason":"{}","fix":{}}}"#, fix.reason, fix.json))
        .collect();
    format!(r#"{{"fixes":[{}]}}"#, fixes.join(","))
}
