//! The tail: what trackers send one fix at a time is durable before the answer and becomes a chunk, with one entry of the
//! journal, after 500 fixes or 10 minutes and when a patrol ends.
//!
//! The tail is no fact of the log yet: figures, coverage and screens wait for the chunk. Whoever reads one patrol sees
//! the tail's fixes in its track at once. What comes again meets the fix in the tail or, once sealed, in the chunk.

mod read;
mod seal;
mod writer;

use crate::base::actor::{Actor, Right};
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

impl Patrols {
    /// Takes what a tracker says of its own device. Everything is on disk when this returns; whatever comes again
    /// changes nothing. What comes seldom has its futures apart, so that those of single fixes stay small: they are moved
    /// with each request.
    pub async fn hear(&self, actor: &Actor, heard: Heard) -> Result<(), Error> {
        if !actor.may_somewhere(Right::RecordPatrols) {
            return Err(Error::Forbidden);
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
            Box::pin(self.take(actor, Upload { batch, request })).await?;
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
        let commune = self.commune_of(&call).await?;
        let context = (self.clone(), actor.clone(), (app, call, request), commune);
        self.journal
            .write(context, |tx, (patrols, actor, sent, commune)| {
                Box::pin(patrols.call_act(tx, actor, *sent, commune.as_deref()))
            })
            .await
    }

    async fn commune_of(&self, call: &Call) -> Result<Option<String>, Error> {
        let place = call.place_e7;
        let Some(position) = place.and_then(|(lon, lat)| Position::from_e7(lon, lat).ok()) else {
            return Ok(None);
        };
        let passed = self.areas.passed(call.at.local_date(), &[position]).await?;
        Ok(passed.into_iter().next())
    }

    async fn call_act(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (app, call, request): (TrackerApp, Call, RequestDigest),
        commune: Option<&str>,
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
            commune,
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
