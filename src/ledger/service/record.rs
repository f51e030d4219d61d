//! Recording a fact of a plot's life. What a plot's state allows is no matter here: facts may come late and in any order,
//! so only rights and the fact itself decide whether it is taken; what follows is settled from all of them.

use crate::base::actor::{Actor, Right};
use crate::base::ids::{FactId, PlotId};
use crate::journal::model::sha256;
use crate::journal::{Entry, KeptAside, Kind, Receipt, Written};
use crate::ledger::model::parse::{Parsed, Wire};
use crate::ledger::model::words::FactKind;
use crate::ledger::model::{Act, Amount};
use crate::ledger::sql::{self, FactRow, PlotRow};
use crate::plots::PlotView;
use crate::plots::model::area::uncertainty_pct;
use crate::store::{self, Tx};

use super::{Error, Ledger};

/// A fact as it was recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The fact.
    pub fact: FactId,
    /// The plot as it stands for its author.
    pub view: PlotView,
    /// Whether it was written now.
    pub is_new: bool,
    /// The promise.
    pub receipt: Receipt,
}

struct Sent {
    actor: Actor,
    plot: PlotId,
    kind: FactKind,
    parsed: Parsed,
    record: String,
    body: Vec<u8>,
}

enum Outcome {
    New(FactId, Written),
    Again(FactId, Receipt),
    Kept(FactId, KeptAside),
    Differs(KeptAside),
}

/// What a kind of fact needs at the plot.
const fn right(kind: FactKind) -> Right {
    match kind {
        FactKind::Confirmation
        | FactKind::Eradication
        | FactKind::Minutes
        | FactKind::Reinspection
        | FactKind::Retraction
        | FactKind::Reply => Right::RecordPlots,
        FactKind::Verification
        | FactKind::Approval
        | FactKind::Judgement
        | FactKind::Waiver
        | FactKind::Return => Right::VerifyPlots,
        FactKind::Transfer | FactKind::Referral => Right::RevisePlots,
        FactKind::Reopening => Right::ReopenPlots,
    }
}

/// Why contents are kept aside.
pub(super) const FOREIGN: &str = "foreign-id";
pub(super) const DIFFERS: &str = "content-differs";

impl Ledger {
    /// Records a fact of a plot; `body` are the bytes as sent.
    pub async fn record(
        &self,
        actor: &Actor,
        plot: PlotId,
        wire: &Wire,
        body: &[u8],
    ) -> Result<Recorded, Error> {
        let kind = wire.kind();
        let held = match kind {
            FactKind::Reopening => actor.may_in_province(right(kind)),
            _ => actor.may_somewhere(right(kind)),
        };
        if !held {
            return Err(Error::Forbidden);
        }
        let mut parsed = wire.parsed(self.journal.now())?;
        tell_uncertainty(&mut parsed.act);
        // The plots' communes follow the boundaries of today before rights are judged by them.
        self.plots.today().await?;
        let record = parsed.act.record().map_err(|cause| unwritable(&cause))?;
        let sent = Sent {
            actor: actor.clone(),
            plot,
            kind,
            parsed,
            record,
            body: body.to_vec(),
        };
        let outcome = self
            .journal
            .write((self.clone(), sent), |tx, (ledger, sent)| {
                Box::pin(ledger.write_fact(tx, sent))
            })
            .await?;
        let (fact, is_new, receipt) = match outcome {
            Outcome::New(fact, written) => (fact, true, self.journal.receipt(&written)),
            Outcome::Again(fact, receipt) => (fact, false, receipt),
            Outcome::Kept(fact, kept) => (fact, kept.is_new, kept.receipt),
            Outcome::Differs(kept) => return Err(Error::Differs(Box::new(kept))),
        };
        Ok(Recorded {
            fact,
            view: self.plot(actor, plot).await?,
            is_new,
            receipt,
        })
    }

    async fn write_fact(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        if !self.plots.lock(tx, sent.plot).await? {
            return Err(Error::NotFound);
        }
        let plot = sql::plot(tx, sent.plot).await?.ok_or(Error::NotFound)?;
        let vouched = sent.actor.origin.vouched.as_deref();
        let given = sent.parsed.id.or(vouched.map(|own| FactId(own.fact)));
        let fact = given.unwrap_or_else(|| FactId(self.journal.ids().make()));
        let mut row = sent.row(fact, &plot);
        if let Some(outcome) = self.replayed(tx, sent, &row, &plot).await? {
            return Ok(outcome);
        }
        if !sent.may(&plot) {
            return Err(Error::NotFound);
        }
        self.check(tx, &sent.actor, &sent.parsed.act, &plot).await?;
        self.check_life(tx, &sent.actor, &row, sent.parsed.at)
            .await?;
        let written = self.journal.enter(tx, sent.entry(fact)).await?;
        row.entry = written.entry;
        row.recorded_at = written.received_at;
        row.at = sent.parsed.at.unwrap_or(written.received_at);
        if !sql::insert_fact(tx, &row).await? {
            // Another act wrote the id meanwhile; run again, this one sees it.
            return Err(store::Error::Busy("the fact was just written".into()).into());
        }
        if let Act::Approval(said) = &sent.parsed.act {
            self.seal(tx, sent.plot, (said.eradication, fact), sent.actor.id)
                .await?;
        }
        self.settle(tx, &[sent.plot]).await?;
        Ok(Outcome::New(fact, written))
    }

    /// What an id or content that is known already is answered with.
    async fn replayed(
        &self,
        tx: &mut Tx,
        sent: &Sent,
        row: &FactRow,
        plot: &PlotRow,
    ) -> Result<Option<Outcome>, Error> {
        if let Some(known) = sql::fact_alike(tx, row).await? {
            let receipt = self.journal.receipt_again(tx, known.entry).await?;
            return Ok(Some(Outcome::Again(known.id, receipt)));
        }
        let Some(known) = sql::fact(tx, row.id).await? else {
            return Ok(None);
        };
        if !sent.may(plot) {
            return Err(Error::NotFound);
        }
        let own = known.author == sent.actor.id;
        let reason = if own { DIFFERS } else { FOREIGN };
        let bytes = i64::try_from(sent.body.len()).unwrap_or(i64::MAX);
        let entry = sent.entry(row.id);
        let kept = self.journal.keep_aside(tx, entry, reason, bytes).await?;
        let kept = kept.ok_or(Error::TooMuchAside)?;
        Ok(Some(if own {
            Outcome::Differs(kept)
        } else {
            Outcome::Kept(row.id, kept)
        }))
    }
}

impl Sent {
    fn may(&self, plot: &PlotRow) -> bool {
        self.actor.may(right(self.kind), plot.place.as_deref())
    }

    fn entry(&self, fact: FactId) -> Entry<'_> {
        Entry {
            kind: journal_kind(self.kind),
            fact: fact.0,
            actor: self.actor.id,
            device: None,
            origin: Some(&self.actor.origin),
            body: &self.body,
        }
    }

    /// The fact as it will be kept; entry and times are those of its writing.
    fn row(&self, fact: FactId, plot: &PlotRow) -> FactRow {
        let meant = format!(
            "{}\n{}\n{}\n{}",
            self.parsed.id.map(|id| id.to_string()).unwrap_or_default(),
            self.parsed
                .corrects
                .map(|id| id.to_string())
                .unwrap_or_default(),
            self.parsed.at.map(|at| at.to_string()).unwrap_or_default(),
            self.record
        );
        let officer = self.actor.may(Right::RevisePlots, plot.place.as_deref());
        FactRow {
            id: fact,
            plot: self.plot,
            kind: self.kind.as_str().to_owned(),
            entry: crate::base::ids::EntryId(fact.0),
            author: self.actor.id,
            org: self.actor.org,
            by_officer: i64::from(officer),
            corrects: self.parsed.corrects,
            at: plot.detected_at,
            record: self.record.clone(),
            digest: sha256(meant.as_bytes()).to_vec(),
            recorded_at: plot.detected_at,
        }
    }
}

/// Areas carry how far they may be off by their method, as plots' own do.
pub(super) fn tell_uncertainty(act: &mut Act) {
    let tell = |amount: &mut Amount| {
        let known = amount.area_m2.zip(amount.area_method);
        amount.uncertainty_pct = known.map(|(m2, method)| uncertainty_pct(method, m2, None));
    };
    match act {
        Act::Verification(said) => tell(&mut said.amount),
        Act::Reinspection(said) => tell(&mut said.amount),
        Act::Eradication(said) => {
            tell(&mut said.destroyed);
            tell(&mut said.remaining);
        }
        _ => {}
    }
}

pub(super) const fn journal_kind(kind: FactKind) -> Kind {
    match kind {
        FactKind::Verification => Kind::Verification,
        FactKind::Confirmation => Kind::Confirmation,
        FactKind::Eradication => Kind::Eradication,
        FactKind::Minutes => Kind::Minutes,
        FactKind::Approval => Kind::Approval,
        FactKind::Reinspection => Kind::Reinspection,
        FactKind::Transfer => Kind::Transfer,
        FactKind::Referral => Kind::Referral,
        FactKind::Retraction => Kind::Retraction,
        FactKind::Reopening => Kind::Reopening,
        FactKind::Judgement => Kind::Judgement,
        FactKind::Waiver => Kind::Waiver,
        FactKind::Return => Kind::Return,
        FactKind::Reply => Kind::Reply,
    }
}

pub(super) fn unwritable(cause: &serde_json::Error) -> Error {
    Error::Store(store::Error::Unavailable(cause.to_string()))
}
