//! Recording tips and what became of them. Rights follow the commune in which the middle of the cell lies today.

use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{TipId, TipOutcomeId, is_ahead};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::journal::model::sha256;
use crate::journal::{Entry, KeptAside, Kind, Receipt, Written};
use crate::ledger::model::tips::{Tip, TipOutcome, TipOutcomeWire, TipWire};
use crate::ledger::sql::{self, TipOutcomeRow, TipRow};
use crate::store::{self, Tx};

use super::definitions::parameter;
use super::record::{AHEAD, DIFFERS, FOREIGN, unwritable};
use super::tip_views::TipView;
use super::{Error, Ledger};

/// A tip or outcome as it was recorded.
#[derive(Debug, Clone)]
pub struct RecordedTip {
    /// The tip as its author may see it; none when what was sent was kept aside.
    pub view: Option<TipView>,
    /// Whether it was written now.
    pub is_new: bool,
    /// The promise.
    pub receipt: Receipt,
}

enum Outcome {
    New(Written),
    Again(Receipt),
    Kept(KeptAside),
    Differs(KeptAside),
}

struct Sent {
    actor: Actor,
    tip: TipId,
    body: Vec<u8>,
}

const TELLS_TIME: &str = "cần một UUID ngẫu nhiên (phiên bản 4): UUID phiên bản 1, 6 và 7 cho biết giờ ghi tin / expected a random \
     UUID (version 4): those of versions 1, 6 and 7 tell the hour";

impl Ledger {
    /// Records a tip; `body` are the bytes as sent.
    pub async fn record_tip(
        &self,
        actor: &Actor,
        id: TipId,
        wire: &TipWire,
        body: &[u8],
    ) -> Result<RecordedTip, Error> {
        if !actor.may_somewhere(Right::RecordPlots) {
            return Err(Error::Forbidden);
        }
        let tip = wire.parsed(self.journal.now())?;
        let commune = self.plots.place_of(tip.cell.center()).await?;
        if !actor.may(Right::RecordPlots, commune.as_deref()) {
            return Err(Error::Elsewhere);
        }
        let row = tip_row(id, actor, &tip)?;
        let sent = sent(actor, id, body);
        let outcome = self
            .journal
            .write((self.clone(), sent, row), |tx, (ledger, sent, row)| {
                Box::pin(ledger.write_tip(tx, sent, row))
            })
            .await?;
        self.answered_tip(actor, id, outcome).await
    }

    async fn write_tip(&self, tx: &mut Tx, sent: &Sent, row: &TipRow) -> Result<Outcome, Error> {
        if let Some(known) = sql::tip(tx, sent.tip).await? {
            let is_own = known.author == sent.actor.id;
            if is_own && known.digest == row.digest {
                let receipt = self.journal.receipt_again(tx, known.entry).await?;
                return Ok(Outcome::Again(receipt));
            }
            return self
                .set_apart(tx, sent.entry(Kind::Tip, sent.tip.0), is_own)
                .await;
        }
        if matches!(sent.tip.0.get_version_num(), 1 | 6 | 7) {
            return Err(parameter("id", TELLS_TIME));
        }
        let written = self
            .journal
            .enter(tx, sent.entry(Kind::Tip, sent.tip.0))
            .await?;
        let row = TipRow {
            entry: written.entry,
            recorded_at: written.received_at,
            ..row.clone()
        };
        if !sql::insert_tip(tx, &row).await? {
            return Err(store::Error::Busy("the tip was just written".into()).into());
        }
        Ok(Outcome::New(written))
    }

    /// Records what became of a tip; `body` are the bytes as sent.
    pub async fn record_outcome(
        &self,
        actor: &Actor,
        tip: TipId,
        wire: &TipOutcomeWire,
        body: &[u8],
    ) -> Result<RecordedTip, Error> {
        if !actor.may_somewhere(Right::RevisePlots) {
            return Err(Error::Forbidden);
        }
        let outcome = wire.parsed()?;
        let known = self.tip(actor, Right::RevisePlots, tip).await?;
        let context = (self.clone(), sent(actor, known.id, body), outcome);
        let outcome = self
            .journal
            .write(context, |tx, (ledger, sent, outcome)| {
                Box::pin(ledger.write_outcome(tx, sent, outcome))
            })
            .await?;
        self.answered_tip(actor, tip, outcome).await
    }

    async fn write_outcome(
        &self,
        tx: &mut Tx,
        sent: &Sent,
        outcome: &TipOutcome,
    ) -> Result<Outcome, Error> {
        sql::lock_tip(tx, sent.tip).await?;
        let mut row = outcome_row(self.journal.ids().make(), sent, outcome, self.journal.now());
        if let Some(entry) = sql::outcome_alike(tx, &row).await? {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return Ok(Outcome::Again(receipt));
        }
        let entry = sent.entry(Kind::TipOutcome, row.id.0);
        if let Some(author) = sql::outcome_author(tx, row.id).await? {
            return self.set_apart(tx, entry, author == sent.actor.id).await;
        }
        if is_ahead(&row.id.0, self.journal.now()) {
            return Err(Refusal::at("/id", AHEAD).into());
        }
        if let Some(plot) = outcome.plot {
            let found = self.plots.place(tx, plot).await?;
            let may = |place: Option<&str>| sent.actor.may(Right::ReadPlots, place);
            if !found.is_some_and(|found| may(found.place.as_deref())) {
                return Err(Refusal::at("/plot", "expected a plot within your reach").into());
            }
        }
        let written = self.journal.enter(tx, entry).await?;
        row.entry = written.entry;
        // Two within one millisecond keep their order.
        let last = sql::outcomes(tx, sent.tip).await?;
        let after = last.last().map(|last| last.recorded_at.plus_millis(1));
        row.recorded_at = after.map_or(written.received_at, |after| after.max(written.received_at));
        if !sql::insert_outcome(tx, &row).await? {
            return Err(store::Error::Busy("the outcome was just written".into()).into());
        }
        Ok(Outcome::New(written))
    }

    async fn set_apart(
        &self,
        tx: &mut Tx,
        entry: Entry<'_>,
        is_own: bool,
    ) -> Result<Outcome, Error> {
        let reason = if is_own { DIFFERS } else { FOREIGN };
        let bytes = i64::try_from(entry.body.len()).unwrap_or(i64::MAX);
        let kept = self.journal.keep_aside(tx, entry, reason, bytes).await?;
        let kept = kept.ok_or(Error::TooMuchAside)?;
        Ok(if is_own {
            Outcome::Differs(kept)
        } else {
            Outcome::Kept(kept)
        })
    }

    async fn answered_tip(
        &self,
        actor: &Actor,
        id: TipId,
        outcome: Outcome,
    ) -> Result<RecordedTip, Error> {
        let (is_new, receipt, is_own) = match outcome {
            Outcome::New(written) => (true, self.journal.receipt(&written), true),
            Outcome::Again(receipt) => (false, receipt, true),
            Outcome::Kept(kept) => (kept.is_new, kept.receipt, false),
            Outcome::Differs(kept) => return Err(Error::Differs(Box::new(kept))),
        };
        let view = if is_own {
            Some(self.tip(actor, Right::RecordPlots, id).await?)
        } else {
            None
        };
        Ok(RecordedTip {
            view,
            is_new,
            receipt,
        })
    }
}

impl Sent {
    fn entry(&self, kind: Kind, fact: Uuid) -> Entry<'_> {
        Entry {
            kind,
            fact,
            actor: self.actor.id,
            device: None,
            // A retired secret enters nothing.
            origin: self.actor.origin.retired.then_some(&self.actor.origin),
            body: &self.body,
        }
    }
}

fn sent(actor: &Actor, tip: TipId, body: &[u8]) -> Sent {
    Sent {
        actor: actor.clone(),
        tip,
        body: body.to_vec(),
    }
}

/// The tip as it will be kept; entry and time are those of its writing.
fn tip_row(id: TipId, actor: &Actor, tip: &Tip) -> Result<TipRow, Error> {
    let record = serde_json::to_string(&tip.told).map_err(|cause| unwritable(&cause))?;
    let meant = format!("{}\n{}\n{record}", tip.cell, tip.received_on);
    Ok(TipRow {
        id,
        entry: crate::base::ids::EntryId(id.0),
        author: actor.id,
        org: actor.org,
        cell: tip.cell.to_db(),
        received_on: tip.received_on,
        digest: sha256(meant.as_bytes()).to_vec(),
        record,
        recorded_at: Timestamp::from_millis(0),
    })
}

fn outcome_row(fresh: Uuid, sent: &Sent, outcome: &TipOutcome, now: Timestamp) -> TipOutcomeRow {
    let id = outcome.id.unwrap_or(TipOutcomeId(fresh));
    let meant = format!(
        "{:?}\n{}\n{:?}\n{:?}",
        outcome.id, outcome.state, outcome.plot, outcome.note
    );
    TipOutcomeRow {
        id,
        tip: sent.tip,
        entry: crate::base::ids::EntryId(id.0),
        author: sent.actor.id,
        state: outcome.state.as_str().to_owned(),
        plot: outcome.plot,
        note: outcome.note.clone(),
        digest: sha256(meant.as_bytes()).to_vec(),
        recorded_at: now,
    }
}
