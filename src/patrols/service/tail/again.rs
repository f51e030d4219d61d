//! What a device is known to have sent, wherever it lies by now: in the tail, in chunks of patrols, in what is held.

use crate::base::actor::Actor;
use crate::base::time::Timestamp;
use crate::journal::model::sha256;
use crate::patrols::model::chunk::RequestDigest;
use crate::patrols::model::fix::{Fix, merge};
use crate::patrols::sql;
use crate::store::{self, Tx};

use super::super::append::{apart_body, decoded, span_of};
use super::super::{Error, Patrols};
use super::Heard;
use super::read::fixes_of;

/// A place older than this says nothing of where a device is.
const LAST_PLACE_MS: i64 = 86_400_000;

/// A device's fixes around a span of time.
struct Known {
    /// Sorted.
    fixes: Vec<Fix>,
    /// Requests whose fixes were erased since.
    erased: Vec<Vec<u8>>,
}

impl Patrols {
    /// Answers a request under a secret that was replaced: everything in it must be on disk already. Nothing is written.
    pub(super) async fn hear_again(&self, actor: &Actor, heard: &Heard) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        if is_known(&mut tx, actor, heard).await? {
            Ok(())
        } else {
            Err(store::Error::Retired.into())
        }
    }

    /// Where a device was last, by its fixes of the day before an instant.
    pub(super) async fn last_fix(
        &self,
        actor: &Actor,
        at: Timestamp,
    ) -> Result<Option<Fix>, store::Error> {
        let span = (at.plus_millis(-LAST_PLACE_MS), at);
        let mut tx = self.journal.store().read().await?;
        let known = known_between(&mut tx, actor, span).await?;
        let mut fixes = known.fixes.into_iter().rev();
        Ok(fixes.find(|fix| (span.0..=span.1).contains(&fix.t)))
    }
}

async fn is_known(tx: &mut Tx, actor: &Actor, heard: &Heard) -> Result<bool, store::Error> {
    if heard.call.is_some() && sql::call(tx, actor.id, &heard.request).await?.is_none() {
        return Ok(false);
    }
    if !heard.refused.is_empty() {
        let digest = sha256(apart_body(&heard.refused).as_bytes());
        let before = sql::refused(tx, actor.id, actor.id, &digest).await?;
        if before.is_none() {
            return Ok(false);
        }
    }
    if let Some(span) = span_of(&heard.fixes) {
        let known = known_between(tx, actor, span).await?;
        return Ok(known.holds(heard.fixes.clone(), &heard.request));
    }
    // A sign of life stands by itself when nothing else came with it.
    match heard.sign {
        Some(sign) if heard.call.is_none() && heard.refused.is_empty() => {
            let last = sql::sign(tx, actor.id).await?;
            Ok(last.is_some_and(|last| sign.at <= last.at))
        }
        _ => Ok(true),
    }
}

/// The tail first: what is sealed between the readings is then seen twice rather than not at all.
async fn known_between(
    tx: &mut Tx,
    actor: &Actor,
    span: (Timestamp, Timestamp),
) -> Result<Known, store::Error> {
    let mut known = Known {
        fixes: fixes_of(&sql::tail(tx, actor.id, span).await?)?,
        erased: Vec::new(),
    };
    let held = sql::held_between(tx, actor.id, span).await?.into_iter();
    let held = held.map(|chunk| (chunk.entry, chunk.request, chunk.body));
    let tracks = sql::device_chunks_between(tx, actor.id, span).await?;
    let tracks = tracks.into_iter();
    let tracks = tracks.map(|chunk| (chunk.entry, chunk.request, chunk.body));
    for (entry, request, body) in held.chain(tracks) {
        match body {
            Some(body) => known.fixes.extend(decoded(entry, &body)?),
            None => known.erased.push(request),
        }
    }
    known.fixes.sort_unstable();
    Ok(known)
}

impl Known {
    fn holds(&self, sent: Vec<Fix>, request: &RequestDigest) -> bool {
        self.erased.iter().any(|own| own == request) || merge(&self.fixes, sent).accepted.is_empty()
    }
}
