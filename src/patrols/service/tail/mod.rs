//! The tail: what trackers send one fix at a time is durable before the answer and becomes a chunk, with one entry of the
//! journal, after 500 fixes or 10 minutes and when a patrol ends: at once that of the device that says so, soon after those
//! of its team that have no patrol of their own.
//!
//! The tail is no fact of the log yet: figures, coverage and screens wait for the chunk. Whoever reads one patrol sees
//! the tail's fixes in its track at once. What comes again meets the fix in the tail or, once sealed, in the chunk.

mod again;
mod read;
mod seal;
mod writer;

use bytes::Bytes;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::time::LocalDate;
use crate::geo::position::Position;
use crate::journal::{Entry, Kind};
use crate::patrols::model::batch::{Batch, RefusedFix};
use crate::patrols::model::chunk::RequestDigest;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::signs::{Call, Sign, TrackerApp};
use crate::patrols::sql::{self, NewCall};
use crate::store::{self, Tx};

use super::append::Upload;
use super::{Error, Patrols};

use writer::Addition;

pub(super) use read::Tail;
pub(super) use writer::TailWriter;

/// The kind of job that seals a device's tail.
pub const SEAL_JOB: &str = "seal_tail";

/// The kind of job that seals, after a patrol's end, the tails of its team.
pub const SEAL_AROUND_JOB: &str = "seal_around";

/// So many fixes of one device are a chunk.
const SEALED_FIXES: usize = 500;

/// So many fixes of one request are a chunk of their own at once.
const OWN_CHUNK: usize = 50;

/// What one request of a tracker says, read.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The program whose request it has the shape of.
    pub app: TrackerApp,
    /// The fixes in it.
    pub fixes: Vec<Fix>,
    /// What was meant as fixes and can be none, with its bytes.
    pub refused: Vec<RefusedFix>,
    /// That the device lives.
    pub sign: Option<Sign>,
    /// That somebody calls for help.
    pub call: Option<Call>,
    /// SHA-256 of what was sent.
    pub request: RequestDigest,
}

/// The commune of a call, or those that hear it without one.
struct HeardIn {
    commune: Option<String>,
    /// Codes with a space between.
    near: Option<String>,
}

impl Patrols {
    /// Takes what a tracker says of its own device. Everything is on disk when this returns; whatever comes again
    /// changes nothing, and a secret that was replaced brings nothing else. What comes seldom has its futures apart, so
    /// that those of single fixes stay small: they are moved with each request.
    pub async fn hear(&self, actor: &Actor, heard: Heard) -> Result<(), Error> {
        if !actor.may_somewhere(Right::RecordPatrols) {
            return Err(Error::Forbidden);
        }
        if actor.origin.retired {
            return Box::pin(self.hear_again(actor, &heard)).await;
        }
        if let Some(call) = heard.call {
            Box::pin(self.take_call(actor, heard.app, call, heard.request)).await?;
        }
        if !heard.refused.is_empty() {
            Box::pin(self.set_aside_of(actor, heard.refused)).await?;
        }
        let mut fixes = heard.fixes;
        if fixes.len() >= OWN_CHUNK {
            let batch = Batch {
                fixes: std::mem::take(&mut fixes),
                refused: Vec::new(),
            };
            let request = heard.request;
            let upload = Upload {
                batch,
                request,
                turn: Bytes::new(),
            };
            Box::pin(self.take(actor, upload)).await?;
        }
        if fixes.is_empty() && heard.sign.is_none() {
            return Ok(());
        }
        let addition = Addition {
            device: actor.id,
            app: heard.app,
            fixes,
            sign: heard.sign,
        };
        Ok(self.tail.append(&self.journal, addition).await?)
    }

    async fn set_aside_of(&self, actor: &Actor, refused: Vec<RefusedFix>) -> Result<(), Error> {
        let context = (self.clone(), actor.clone(), refused);
        self.journal
            .write(context, |tx, (patrols, actor, refused)| {
                Box::pin(async move {
                    let aside = patrols.set_apart(tx, actor, actor.id, refused).await?;
                    drop(aside);
                    Ok(())
                })
            })
            .await
    }

    async fn take_call(
        &self,
        actor: &Actor,
        app: TrackerApp,
        call: Call,
        request: RequestDigest,
    ) -> Result<(), Error> {
        let heard_in = self.heard_in(actor, &call).await?;
        let context = (self.clone(), actor.clone(), (app, call, request), heard_in);
        self.journal
            .write(context, |tx, (patrols, actor, sent, heard_in)| {
                Box::pin(patrols.call_act(tx, actor, *sent, heard_in))
            })
            .await
    }

    /// Where a call is heard. Without a place in a commune it is that of the device's last fix, whoever may see that
    /// otherwise, for whoever calls for help wants to be found; else all communes of the device.
    async fn heard_in(&self, actor: &Actor, call: &Call) -> Result<HeardIn, Error> {
        let day = call.at.local_date();
        let place = call.place_e7;
        let place = place.and_then(|(lon, lat)| Position::from_e7(lon, lat).ok());
        let commune = self.commune_at(day, place).await?;
        if commune.is_some() {
            let near = None;
            return Ok(HeardIn { commune, near });
        }
        let last = match self.last_fix(actor, call.at).await {
            Ok(last) => last.and_then(|fix| fix.position().ok()),
            Err(error) => {
                // What was kept and cannot be read holds no call for help up.
                tracing::warn!(%error, "where a device was last could not be read");
                None
            }
        };
        let near = match self.commune_at(day, last).await? {
            Some(commune) => Some(commune),
            None => match actor.reach(Right::RecordPatrols) {
                Some(Scope::Communes(codes)) => {
                    let codes: Vec<String> = codes.into_iter().collect();
                    Some(codes.join(" "))
                }
                Some(Scope::Province) | None => None,
            },
        };
        Ok(HeardIn { commune, near })
    }

    async fn commune_at(
        &self,
        day: LocalDate,
        place: Option<Position>,
    ) -> Result<Option<String>, Error> {
        let Some(place) = place else {
            return Ok(None);
        };
        let passed = self.areas.passed(day, &[place]).await?;
        Ok(passed.into_iter().next())
    }

    async fn call_act(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (app, call, request): (TrackerApp, Call, RequestDigest),
        heard_in: &HeardIn,
    ) -> Result<(), Error> {
        if sql::call(tx, actor.id, &request).await?.is_some() {
            return Ok(());
        }
        let id = self.journal.ids().make();
        let place = call.place_e7;
        let body = serde_json::json!({
            "at": call.at, "app": app, "lon_e7": place.map(|place| place.0), "lat_e7": place.map(|place| place.1),
            "request_sha256": crate::base::hex(&request),
        })
        .to_string();
        let entry = Entry {
            kind: Kind::Sos,
            fact: id,
            actor: actor.id,
            device: None,
            origin: Some(&actor.origin),
            body: body.as_bytes(),
        };
        let written = self.journal.enter(tx, entry).await?;
        let row = NewCall {
            id,
            device: actor.id,
            digest: &request,
            call,
            commune: heard_in.commune.as_deref(),
            near: heard_in.near.as_deref(),
            app,
            entry: written.entry,
            received_at: written.received_at,
        };
        if !sql::insert_call(tx, &row).await? {
            // The same request runs twice at once; run again, this one sees the other's entry.
            return Err(store::Error::Busy("the call was just written".into()).into());
        }
        Ok(())
    }
}
