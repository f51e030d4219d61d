//! What is held of a device outside every patrol: its holder alone sees when and how much, claims it for a patrol or
//! lets it go. Nobody else has a view of it, and nobody sees a place.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::base::actor::{Actor, Right};
use crate::base::ids::PatrolId;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::journal::{Entry, Kind};
use crate::patrols::model::chunk::RequestDigest;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::legs::GapRule;
use crate::patrols::model::signs::TrackerApp;
use crate::patrols::model::spans::spans;
use crate::patrols::sql;
use crate::store::{self, Tx};

use super::append::{Added, Appended, Tally, decoded};
use super::files::HELD_MS;
use super::{Error, Patrols, Promise};

/// A run of held fixes.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HeldSpan {
    /// The first fix.
    pub from: Timestamp,
    /// The last fix.
    pub to: Timestamp,
    /// How many.
    pub fixes: usize,
    /// When the first of them is erased, if nobody claims it.
    pub erased_at: Timestamp,
}

/// When a device was last heard of through a tracker.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LastSign {
    /// When, by the device.
    pub at: Timestamp,
    /// The program that it came from.
    pub app: TrackerApp,
    /// The battery's charge in per cent.
    pub battery_pct: Option<i64>,
    /// Whether it was being charged.
    pub charging: Option<bool>,
}

/// What is held of the caller.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HeldView {
    /// Runs without a long pause, each within one local day.
    pub spans: Vec<HeldSpan>,
    /// The last sign of life, if a tracker ever gave one.
    pub last_sign: Option<LastSign>,
}

/// Which held fixes join which patrol.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// A patrol of the caller's or its team's.
    pub patrol: PatrolId,
    /// Fixes of this instant or later.
    pub from: Timestamp,
    /// Fixes of this instant or earlier.
    pub to: Timestamp,
}

impl Patrols {
    /// What is held of the caller, and nobody else's.
    pub async fn held(&self, actor: &Actor) -> Result<HeldView, Error> {
        // A secret that was replaced reads nothing.
        if !actor.may_somewhere(Right::RecordPatrols) || actor.origin.retired {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        // The tail first: what is sealed between the two readings is then seen twice, and once after the merge.
        let (waiting, received_at) = self.unjoined_tail(&mut tx, actor.id).await?;
        let until = received_at.map(|at| at.plus_millis(HELD_MS));
        let mut known: Vec<(Fix, Timestamp)> = Vec::new();
        known.extend(waiting.into_iter().filter_map(|fix| Some((fix, until?))));
        for chunk in sql::held_between(&mut tx, actor.id, EVER).await? {
            if let Some(body) = &chunk.body {
                let fixes = decoded(chunk.entry, body)?.into_iter();
                known.extend(fixes.map(|fix| (fix, chunk.expires_at)));
            }
        }
        let last_sign = match sql::sign(&mut tx, actor.id).await? {
            None => None,
            Some(row) => Some(LastSign {
                at: row.at,
                app: row.app.parse().or(Err(corrupt(actor)))?,
                battery_pct: row.battery_pct,
                charging: row.charging.map(|charging| charging != 0),
            }),
        };
        Ok(HeldView {
            spans: told(known),
            last_sign,
        })
    }

    /// Moves held fixes of a span into a patrol of the caller's whose time they lie in; the others are held on, and told
    /// as such.
    pub async fn claim(&self, actor: &Actor, claim: Claim) -> Result<Appended, Error> {
        if !actor.may_somewhere(Right::RecordPatrols) {
            return Err(Error::Forbidden);
        }
        checked((claim.from, claim.to))?;
        let context = (self.clone(), actor.clone(), claim);
        let tally = self
            .journal
            .write(context, |tx, (patrols, actor, claim)| {
                Box::pin(patrols.claim_act(tx, actor, claim))
            })
            .await?;
        Ok(tally.told(&self.journal, &[]))
    }

    async fn claim_act(&self, tx: &mut Tx, actor: &Actor, claim: &Claim) -> Result<Tally, Error> {
        let locked = sql::lock_track(tx, claim.patrol, actor.id, actor.team).await?;
        let track = locked.ok_or(Error::NotFound)?;
        self.seal_act(tx, actor.id).await?;
        let span = (claim.from, claim.to);
        let timed = sql::timed(tx, claim.patrol).await?.ok_or(Error::NotFound)?;
        let moved = match timed.window().within(span) {
            Some(inside) => self.move_between(tx, actor, claim.patrol, inside).await?,
            None => Added::default(),
        };
        let left = held_in(tx, actor, span).await?;
        if left > 0 && moved.accepted + moved.duplicates == 0 {
            return Err(Refusal::at("/patrol", OUT_OF_TIME).into());
        }
        let promise = match moved.promise {
            Some(promise) => Some(promise),
            None => self.promised_before(tx, actor, claim).await?,
        };
        Ok(Tally {
            accepted: moved.accepted,
            uncounted: track.uncounted(moved.accepted),
            duplicates: moved.duplicates,
            held: left,
            kept: promise,
            ..Tally::default()
        })
    }

    /// The receipt of a claim that comes again.
    async fn promised_before(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        claim: &Claim,
    ) -> Result<Option<Promise>, Error> {
        let span = (claim.from, claim.to);
        let chunks = sql::chunks_between(tx, claim.patrol, actor.id, span).await?;
        match chunks.last() {
            None => Ok(None),
            Some(chunk) => {
                let receipt = self.journal.receipt_again(tx, chunk.entry).await?;
                Ok(Some(Promise::Again(receipt)))
            }
        }
    }

    /// Erases held fixes of a span, because their holder says so; gives how many.
    pub async fn let_go(
        &self,
        actor: &Actor,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<usize, Error> {
        if !actor.may_somewhere(Right::RecordPatrols) {
            return Err(Error::Forbidden);
        }
        checked((from, to))?;
        let context = (self.clone(), actor.clone(), (from, to));
        self.journal
            .write(context, |tx, (patrols, actor, span)| {
                Box::pin(patrols.let_go_act(tx, actor, *span))
            })
            .await
    }

    async fn let_go_act(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<usize, Error> {
        self.seal_act(tx, actor.id).await?;
        let mut gone = 0;
        for chunk in sql::held_between(tx, actor.id, (from, to)).await? {
            let Some(body) = &chunk.body else { continue };
            let fixes = decoded(chunk.entry, body)?;
            let (going, staying): (Vec<Fix>, Vec<Fix>) = fixes
                .into_iter()
                .partition(|fix| (from..=to).contains(&fix.t));
            if going.is_empty() || !sql::delete_held(tx, chunk.entry).await? {
                continue;
            }
            gone += going.len();
            let request = <RequestDigest>::try_from(chunk.request.as_slice()).unwrap_or_default();
            self.write_held(tx, actor, &staying, &request, chunk.expires_at)
                .await?;
            let said = json!({ "of": actor.id, "why": "let go by their holder", "entries": 1 });
            let body = said.to_string();
            let entry = Entry {
                kind: Kind::Redaction,
                fact: actor.id,
                actor: actor.id,
                device: None,
                origin: Some(&actor.origin),
                body: body.as_bytes(),
            };
            let by = self.journal.enter(tx, entry).await?;
            self.journal.redact(tx, chunk.entry, &by).await?;
        }
        Ok(gone)
    }

    /// Moves what the device has held of a span of time into a patrol that the act may write.
    pub(super) async fn move_between(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        patrol: PatrolId,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Added, Error> {
        let mut sum = Added::default();
        for chunk in sql::held_between(tx, actor.id, (from, to)).await? {
            let Some(body) = &chunk.body else { continue };
            let fixes = decoded(chunk.entry, body)?;
            let (inside, outside): (Vec<_>, Vec<_>) = fixes
                .into_iter()
                .partition(|fix| (from..=to).contains(&fix.t));
            let is_mine = !inside.is_empty()
                && sql::lock_track(tx, patrol, actor.id, actor.team)
                    .await?
                    .is_some()
                && sql::delete_held(tx, chunk.entry).await?;
            if is_mine {
                let added = self
                    .move_held(tx, actor, patrol, &chunk, inside, &outside)
                    .await?;
                sum.accepted += added.accepted;
                sum.duplicates += added.duplicates;
                sum.promise = added.promise.or(sum.promise);
            }
        }
        Ok(sum)
    }
}

/// A walk of another day would be told as this patrol's.
const OUT_OF_TIME: &str = "the fixes lie outside the patrol's time: expected a patrol of their time; correct this one's times, \
     or record a patrol of their own, which takes them / vị trí ngoài giờ của chuyến: sửa giờ của chuyến, hoặc ghi một chuyến \
     riêng cho các vị trí đó";

/// How many fixes of a span are held of a device.
async fn held_in(tx: &mut Tx, actor: &Actor, span: (Timestamp, Timestamp)) -> Result<usize, Error> {
    let mut held = 0;
    for chunk in sql::held_between(tx, actor.id, span).await? {
        let Some(body) = &chunk.body else { continue };
        let fixes = decoded(chunk.entry, body)?.into_iter();
        held += fixes
            .filter(|fix| (span.0..=span.1).contains(&fix.t))
            .count();
    }
    Ok(held)
}

const EVER: (Timestamp, Timestamp) = (
    Timestamp::from_millis(i64::MIN),
    Timestamp::from_millis(i64::MAX),
);

fn checked((from, to): (Timestamp, Timestamp)) -> Result<(), Refusal> {
    if from <= to {
        Ok(())
    } else {
        Err(Refusal::at("/to", "lies before `from`"))
    }
}

/// Spans of fixes with their ends; a fix that is known twice counts once.
fn told(mut known: Vec<(Fix, Timestamp)>) -> Vec<HeldSpan> {
    known.sort_unstable();
    known.dedup_by_key(|(fix, _)| fix.key());
    let fixes: Vec<Fix> = known.iter().map(|(fix, _)| *fix).collect();
    let mut rest = known.as_slice();
    let spans = spans(&fixes, &GapRule::current());
    spans
        .into_iter()
        .filter_map(|span| {
            let (run, after) = rest.split_at_checked(span.fixes)?;
            rest = after;
            Some(HeldSpan {
                from: span.from,
                to: span.to,
                fixes: span.fixes,
                erased_at: run.iter().map(|(_, until)| *until).min()?,
            })
        })
        .collect()
}

fn corrupt(actor: &Actor) -> store::Error {
    store::Error::Corrupt {
        table: "device_signs",
        column: "app",
        id: actor.id.to_string(),
    }
}
