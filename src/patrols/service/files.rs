//! Fixes that name no patrol (files, trackers): joined to the device's patrols by time, else held for three days.
//!
//! What is held is shown to its holder alone, without places. It joins a patrol that the same device records, corrects or
//! names in time, or is erased.

use crate::base::actor::{Actor, Right};
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::journal::model::sha256;
use crate::patrols::model::chunk::RequestDigest;
use crate::patrols::model::codec::MAX_FIXES;
use crate::patrols::model::fix::{Fix, merge};
use crate::patrols::model::patrol::PatrolDraft;
use crate::patrols::model::window::{Joined, Taker, Window, join, take_all};
use crate::patrols::sql::{self, HeldChunk, TimedPatrol};
use crate::store::{self, Tx};

use super::append::{Added, Appended, Tally, Upload, decoded, span_of};
use super::{Error, Patrols, Promise};

/// How long fixes outside every patrol are held (decision 16).
pub(super) const HELD_MS: i64 = 72 * 3_600_000;

impl Patrols {
    /// Takes fixes that name no patrol.
    pub async fn take(&self, actor: &Actor, upload: Upload) -> Result<Appended, Error> {
        self.take_any(actor, None, upload).await
    }

    /// Takes fixes sent for a patrol of the caller's: those within its time join it, the others are told apart.
    pub async fn take_for(
        &self,
        actor: &Actor,
        patrol: PatrolId,
        upload: Upload,
    ) -> Result<Appended, Error> {
        self.take_any(actor, Some(patrol), upload).await
    }

    async fn take_any(
        &self,
        actor: &Actor,
        named: Option<PatrolId>,
        upload: Upload,
    ) -> Result<Appended, Error> {
        if !actor.may_somewhere(Right::RecordPatrols) {
            return Err(Error::Forbidden);
        }
        let refused = upload.batch.refused.clone();
        let context = (self.clone(), actor.clone(), named, upload);
        let tally = self
            .journal
            .write(context, |tx, (patrols, actor, named, upload)| {
                Box::pin(patrols.take_act(tx, actor, *named, upload))
            })
            .await?;
        Ok(tally.told(&self.journal, &refused))
    }

    async fn take_act(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        named: Option<PatrolId>,
        upload: &Upload,
    ) -> Result<Tally, Error> {
        if let Some(patrol) = named
            && sql::lock_track(tx, patrol, actor.id, actor.team)
                .await?
                .is_none()
        {
            return Err(Error::NotFound);
        }
        let context = (named, self.journal.now());
        let fixes = &upload.batch.fixes;
        let mut tally = self
            .join_fixes(tx, actor, context, fixes, &upload.request)
            .await?;
        tally.aside = self
            .set_apart(tx, actor, actor.id, &upload.batch.refused)
            .await?;
        Ok(tally)
    }

    /// Adds fixes to the tracks that they join by time and holds the rest, for 72 hours from their receipt.
    pub(super) async fn join_fixes(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (named, received_at): (Option<PatrolId>, Timestamp),
        fixes: &[Fix],
        request: &RequestDigest,
    ) -> Result<Tally, Error> {
        let mut tally = Tally::default();
        let joined = joined(tx, actor, named, fixes).await?;
        for (patrol, fixes) in joined.patrols {
            let sent = fixes.len();
            let Some(track) = sql::lock_track(tx, patrol, actor.id, actor.team).await? else {
                // The patrol went to another team meanwhile; run again, the windows are read anew.
                return Err(store::Error::Busy("a patrol was just corrected".into()).into());
            };
            let added = self.add_to_track(tx, actor, patrol, fixes, request).await?;
            tally.accepted += added.accepted;
            tally.uncounted += track.uncounted(added.accepted);
            tally.duplicates += sent - added.accepted;
            tally.kept = better(tally.kept.take(), added.promise);
        }
        let until = received_at.plus_millis(HELD_MS);
        let held = self
            .hold_fixes(tx, actor, joined.none, request, until)
            .await?;
        tally.held = held.accepted;
        tally.duplicates += held.duplicates;
        tally.kept = better(tally.kept.take(), held.promise);
        Ok(tally)
    }

    async fn hold_fixes(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        fixes: Vec<Fix>,
        request: &RequestDigest,
        until: Timestamp,
    ) -> Result<Added, Error> {
        let Some(span) = span_of(&fixes) else {
            return Ok(Added::default());
        };
        let known = sql::held_between(tx, actor.id, span).await?;
        let sent = fixes.len();
        let news = merge(&held_fixes(&known)?, fixes).accepted;
        let promise = if news.is_empty() {
            let same = known.iter().rev().find(|chunk| chunk.request == request);
            match same.or(known.last()) {
                Some(chunk) => Some(Promise::Again(
                    self.journal.receipt_again(tx, chunk.entry).await?,
                )),
                None => None,
            }
        } else {
            self.write_held(tx, actor, &news, request, until).await?
        };
        Ok(Added {
            accepted: news.len(),
            duplicates: sent - news.len(),
            promise,
        })
    }

    pub(super) async fn write_held(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        fixes: &[Fix],
        request: &RequestDigest,
        until: Timestamp,
    ) -> Result<Option<Promise>, Error> {
        let mut last = None;
        for part in fixes.chunks(MAX_FIXES) {
            let (written, row) = self.enter_chunk(tx, actor, actor.id, part, request).await?;
            sql::insert_held(tx, &row, until).await?;
            last = Some(Promise::New(written));
        }
        Ok(last)
    }

    /// Joins what the recording device has held to the patrol whose time contains it; with a patrol that ended, the tails of
    /// its devices are sealed, the recording one's at once.
    pub(super) async fn join_held(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        patrol: PatrolId,
        draft: &PatrolDraft,
    ) -> Result<(), Error> {
        let timed = sql::timed(tx, patrol).await?.ok_or(Error::NotFound)?;
        let window = timed.window();
        let span = (window.from, window.to);
        self.move_between(tx, actor, patrol, span).await?;
        self.seal_ended(tx, actor.id, (patrol, draft)).await
    }

    /// The held body goes: what joined stands in the patrol's chunk, the rest is held anew for the time that is left.
    pub(super) async fn move_held(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        patrol: PatrolId,
        chunk: &HeldChunk,
        inside: Vec<Fix>,
        outside: &[Fix],
    ) -> Result<Added, Error> {
        // Not the request's own digest: another part of the same request may join the same patrol later.
        let request = sha256(chunk.body.as_deref().unwrap_or_default());
        let added = self
            .add_to_track(tx, actor, patrol, inside, &request)
            .await?;
        let first_request = <RequestDigest>::try_from(chunk.request.as_slice()).unwrap_or(request);
        let rest = self
            .write_held(tx, actor, outside, &first_request, chunk.expires_at)
            .await?;
        let by = if let Some(Promise::New(by)) = added.promise.clone().or(rest) {
            by
        } else {
            let why = "every fix of the held chunk was known to the patrol";
            self.enter_redaction(tx, patrol.0, why, 1).await?
        };
        self.journal.redact(tx, chunk.entry, &by).await?;
        Ok(added)
    }
}

pub(super) async fn joined(
    tx: &mut Tx,
    actor: &Actor,
    named: Option<PatrolId>,
    fixes: &[Fix],
) -> Result<Joined, Error> {
    let Some((first, last)) = span_of(fixes) else {
        return Ok(Joined::default());
    };
    let reach = Window::reach(first, last);
    if named.is_none() {
        // Most fixes lie in patrols of their own device: its team, which may have any number, is asked for the others.
        let own = sql::own_patrols_around(tx, actor.id, reach).await?;
        let own = takers(own, actor);
        if take_all(&own, fixes) {
            return Ok(join(fixes.to_vec(), own, None));
        }
    }
    let patrols = sql::patrols_around(tx, actor.team, actor.id, reach).await?;
    Ok(join(fixes.to_vec(), takers(patrols, actor), named))
}

fn takers(patrols: Vec<TimedPatrol>, actor: &Actor) -> Vec<Taker> {
    let takers = patrols.into_iter().map(|patrol| Taker {
        id: patrol.id,
        window: patrol.window(),
        is_own: patrol.author == actor.id,
    });
    takers.collect()
}

fn held_fixes(known: &[HeldChunk]) -> Result<Vec<Fix>, store::Error> {
    let mut fixes = Vec::new();
    let bodies = known
        .iter()
        .filter_map(|chunk| Some((chunk.entry, chunk.body.as_ref()?)));
    for (entry, body) in bodies {
        fixes.extend(decoded(entry, body)?);
    }
    fixes.sort_unstable();
    Ok(fixes)
}

/// One receipt answers for a file: the latest new one, for what came before it is secured no later.
fn better(one: Option<Promise>, other: Option<Promise>) -> Option<Promise> {
    match (&one, &other) {
        (Some(Promise::New(_)), Some(Promise::Again(_))) | (_, None) => one,
        _ => other,
    }
}
