//! Which recording may follow on which: its author's, an officer's of its commune, or one that the author's own post node
//! vouches for, whose officers corrected it there.

use serde_json::Value;
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{IncidentId, PlotId};
use crate::base::origin::Vouching;
use crate::identity::Identity;
use crate::plots::model::record::REVISES;
use crate::plots::sql;
use crate::store::{self, Tx};

use super::record::{Outcome, Sent, moved_on, stands};
use super::{DIFFERS, Error, OUTSIDE, Plots, Promise, STALE};

impl Plots {
    pub(super) async fn write_recording(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        if !sql::lock_plot(tx, sent.id).await? {
            let done = self.write_first(tx, sent).await?;
            return moved_on(tx, done).await;
        }
        let row = sql::plot(tx, sent.id).await?.ok_or(Error::NotFound)?;
        if let Some(entry) = sql::alike(tx, sent.id, sent.actor.id, &sent.record).await? {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return stands(tx, row, Promise::Again(receipt)).await;
        }
        if let Some(entry) = self.journal.erased_alike(tx, &sent.entry()).await? {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return stands(tx, row, Promise::Again(receipt)).await;
        }
        let old = row.place.as_deref();
        let by_author = row.author == sent.actor.id;
        let by_officer = sent.draft.revises.is_some() && sent.actor.may(Right::RevisePlots, old);
        let by_node = Identity::vouching(tx, &sent.actor, row.author).await?;
        let by_node = by_node.zip(sent.draft.revises);
        if !by_author && !by_officer && by_node.is_none() {
            return self.keep_foreign(tx, sent).await;
        }
        if !sent.actor.may(Right::RecordPlots, old) || !sent.is_in_scope() {
            return self.keep(tx, sent, OUTSIDE).await.map(Outcome::Outside);
        }
        let Some(version) = sent.draft.revises else {
            return self.keep(tx, sent, DIFFERS).await.map(Outcome::Differs);
        };
        let follows = match by_node {
            Some((own, _)) => own.follows(latest_of(tx, own, sent.id).await?, version),
            None => i64::from(version) == row.version,
        };
        if !follows {
            return self.keep(tx, sent, STALE).await.map(Outcome::Stale);
        }
        let done = self.revise(tx, sent, row).await?;
        moved_on(tx, done).await
    }
}

/// Whether a person took what a post node vouches for, after it had waited.
pub(super) fn is_decided(actor: &Actor) -> bool {
    let vouched = actor.origin.vouched.as_deref();
    vouched.is_some_and(|own| own.decided)
}

/// Which version the plot's standing one corrected at its post node; none when it is not the node's.
async fn latest_of(tx: &mut Tx, own: &Vouching, plot: PlotId) -> Result<Option<u32>, store::Error> {
    let last = sql::version_records(tx, plot).await?.pop();
    corrected(tx, own, last.map(|last| (last.author, last.record))).await
}

/// The same of an incident.
pub(super) async fn latest_of_incident(
    tx: &mut Tx,
    own: &Vouching,
    incident: IncidentId,
) -> Result<Option<u32>, store::Error> {
    let last = sql::kept_incident_versions(tx, incident).await?.pop();
    corrected(tx, own, last.map(|last| (last.author, last.record))).await
}

async fn corrected(
    tx: &mut Tx,
    own: &Vouching,
    last: Option<(Uuid, String)>,
) -> Result<Option<u32>, store::Error> {
    let Some((author, record)) = last else {
        return Ok(None);
    };
    if !Identity::is_of(tx, own.node, author).await? {
        return Ok(None);
    }
    let said: Value = serde_json::from_str(&record).unwrap_or_default();
    let revised = said.get(REVISES).and_then(Value::as_u64).unwrap_or(0);
    Ok(Some(u32::try_from(revised).unwrap_or(u32::MAX)))
}
