//! Legal holds on the photos of a plot or incident: set and lifted by a provincial role with a reason; while one stands,
//! nothing of these photos is erased.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{IncidentId, PlotId};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::evidence::sql::{self, HoldRow};
use crate::journal::{Entry, Keeper, Kind, Receipt, Written};
use crate::store::{self, BoxFuture, Tx};

use super::{Error, Evidence, checked_reason};

/// What a hold is on.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// A plot.
    Plot(PlotId),
    /// An incident with the plots that it groups, now and later.
    Incident(IncidentId),
}

/// Why a hold is set or lifted.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhotoHoldWire {
    /// Who asked for it and why (case, document number), 1 to 500 characters.
    pub reason: String,
}

/// The holds of a plot or incident after an act.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PhotoHold {
    /// The plot or incident.
    pub id: Uuid,
    /// Since when its photos are held; null when they are not.
    pub held_since: Option<Timestamp>,
    /// Why, one reason for each hold that stands.
    pub reasons: Vec<String>,
    /// The promise.
    pub receipt: Receipt,
}

struct Said {
    actor: Actor,
    subject: Subject,
    is_set: bool,
    reason: String,
    body: Vec<u8>,
}

enum Outcome {
    Written(Written),
    Before(Receipt),
}

impl Evidence {
    /// Sets a hold or lifts all that stand; `body` are the bytes as sent.
    pub async fn hold(
        &self,
        actor: &Actor,
        subject: Subject,
        is_set: bool,
        reason: &str,
        body: &[u8],
    ) -> Result<PhotoHold, Error> {
        if !actor.may_in_province(Right::KeepRecords) {
            return Err(Error::Forbidden);
        }
        let reason = checked_reason(reason).map_err(|why| Refusal::at("/reason", why))?;
        if let Subject::Incident(id) = subject {
            self.plots.incident(actor, id).await?;
        }
        let said = Said {
            actor: actor.clone(),
            subject,
            is_set,
            reason,
            body: body.to_vec(),
        };
        let (outcome, standing) = self
            .journal
            .write((self.clone(), said), |tx, (evidence, said)| {
                Box::pin(evidence.write_hold(tx, said))
            })
            .await?;
        Ok(PhotoHold {
            id: subject.id(),
            held_since: standing.first().map(|hold| hold.set_at),
            reasons: standing.into_iter().map(|hold| hold.reason).collect(),
            receipt: match outcome {
                Outcome::Written(written) => self.journal.receipt(&written),
                Outcome::Before(receipt) => receipt,
            },
        })
    }

    async fn write_hold(&self, tx: &mut Tx, said: &Said) -> Result<(Outcome, Vec<HoldRow>), Error> {
        if let Subject::Plot(plot) = said.subject
            && !self.plots.lock(tx, plot).await?
        {
            return Err(Error::NotFound);
        }
        let id = said.subject.id();
        let before = sql::holds(tx, id).await?;
        if let Some(entry) = said.entry_before(&before) {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return Ok((Outcome::Before(receipt), standing(before)));
        }
        if !said.is_set && before.is_empty() {
            return Err(
                Refusal::at("", "expected a hold that stands: there is none to lift").into(),
            );
        }
        let entry = Entry {
            kind: Kind::of_hold(said.is_set),
            fact: id,
            actor: said.actor.id,
            device: None,
            origin: None,
            body: &said.body,
        };
        let written = self.journal.enter(tx, entry).await?;
        if said.is_set {
            sql::insert_hold(tx, written.entry, id, &said.reason, written.received_at).await?;
        } else {
            sql::lift_holds(tx, id, written.entry, written.received_at).await?;
        }
        let after = sql::holds(tx, id).await?;
        Ok((Outcome::Written(written), standing(after)))
    }
}

impl Evidence {
    /// Whether a hold keeps a plot, if only by its incident.
    pub async fn is_held(&self, tx: &mut Tx, plot: PlotId) -> Result<bool, store::Error> {
        sql::is_kept(tx, plot.0).await
    }
}

impl Said {
    /// The entry by which the same was done before: a hold with this reason stands, or none stands any more.
    fn entry_before(&self, before: &[HoldRow]) -> Option<crate::base::ids::EntryId> {
        let mut stand = before.iter().filter(|hold| hold.lifted_by.is_none());
        if self.is_set {
            let same = stand.find(|hold| hold.reason == self.reason);
            return same.map(|hold| hold.entry);
        }
        match stand.next() {
            Some(_) => None,
            None => before.last().and_then(|hold| hold.lifted_by),
        }
    }
}

fn standing(holds: Vec<HoldRow>) -> Vec<HoldRow> {
    let stand = holds.into_iter().filter(|hold| hold.lifted_by.is_none());
    stand.collect()
}

impl Subject {
    fn id(self) -> Uuid {
        match self {
            Self::Plot(id) => id.0,
            Self::Incident(id) => id.0,
        }
    }
}

/// Whether a hold on a plot or incident may keep such an entry. Tracks have holds of their own: a photo that was sent
/// under a patrol's or a device's id keeps none of them.
const fn is_of_photos(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Photo
            | Kind::Original
            | Kind::Question
            | Kind::Answer
            | Kind::Decision
            | Kind::Plot
            | Kind::Incident
    )
}

/// What the journal asks before it erases anything.
#[derive(Debug, Clone, Copy)]
pub struct Holds;

impl Keeper for Holds {
    fn keeps<'a>(
        &'a self,
        tx: &'a mut Tx,
        kind: Kind,
        fact: Uuid,
    ) -> BoxFuture<'a, Result<bool, store::Error>> {
        Box::pin(async move { Ok(is_of_photos(kind) && sql::is_kept(tx, fact).await?) })
    }
}
