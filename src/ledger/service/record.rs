//! Recording a fact of a plot's life. What a plot's state allows is no matter here: facts may come late and in any order,
//! so only rights and the fact itself decide whether it is taken; what follows is settled from all of them.

use crate::base::actor::{Actor, Right};
use crate::base::ids::{FactId, PlotId, is_ahead};
use crate::base::refusal::Refusal;
use crate::identity::Identity;
use crate::journal::model::sha256;
use crate::journal::{Entry, KeptAside, Kind, Receipt, Written};
use crate::ledger::model::parse::{Parsed, Wire};
use crate::ledger::model::words::{FactKind, LifeFlag};
use crate::ledger::model::{Act, Amount};
use crate::ledger::sql::{self, FactRow, PlotRow};
use crate::plots::model::area::uncertainty_pct;
use crate::plots::{PlotView, Standing};
use crate::store::{self, Tx};

use super::check::corrects_own;
use super::material;
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
    /// Why a correction does not stand, if it is one that does not.
    pub idle: Option<Idle>,
}

/// Why a correction has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// Not its author's nor an officer's, or of another kind.
    Ignored,
    /// Another correction of the same fact stands.
    Overtaken(FactId),
    /// What it names is not known at this plot, or names it in turn: it stands as a fact of its own.
    Alone,
}

impl Idle {
    /// What is told of it, in both languages.
    #[must_use]
    pub fn told(self) -> String {
        match self {
            Self::Ignored => "bản sửa này không có hiệu lực: chỉ người đã ghi, hoặc cán bộ của xã, sửa được, và bằng cùng loại / \
                 this correction has no effect: expected one of the same kind by the author or by an officer of the commune"
                .into(),
            Self::Overtaken(stands) => format!(
                "bản sửa này không có hiệu lực: bản {stands} đang thay cho bản bị sửa; hãy sửa bản đó / this correction has no \
                 effect: {stands} stands in the place of what it corrects; expected a correction of that one"
            ),
            Self::Alone => "điểm này chưa có bản được nêu ở corrects, nên bản này được tính riêng cho tới khi bản kia đến / \
                 this plot has no such fact as corrects names, so this one counts by itself until that comes"
                .into(),
        }
    }
}

struct Sent {
    actor: Actor,
    plot: PlotId,
    kind: FactKind,
    parsed: Parsed,
    record: String,
    /// How the plot stood when its author read it, where that must still be so.
    held: Option<Standing>,
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

/// What this author needs for a kind of fact. What a post node's officers decided there comes with the node's right to
/// record, on plots that are the node's own.
fn needed(actor: &Actor, kind: FactKind) -> Right {
    match right(kind) {
        Right::RevisePlots if actor.origin.vouched.is_some() => Right::RecordPlots,
        own => own,
    }
}

/// What a fact is told whose id begins with a time to come.
pub(super) const AHEAD: &str = "giờ trong id (UUIDv7) đi trước máy chủ hơn 24 giờ: kiểm tra đồng hồ của máy rồi gửi lại với id mới / \
     the time in the id (UUIDv7) is more than 24 hours ahead of the server: expected a UUIDv7 of the present, or a UUIDv4; check \
     the device's clock";

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
        self.record_held(actor, (plot, None), wire, body).await
    }

    /// Records a fact of a plot; where its author is held to how it stood, only while it still does.
    pub async fn record_held(
        &self,
        actor: &Actor,
        (plot, held): (PlotId, Option<Standing>),
        wire: &Wire,
        body: &[u8],
    ) -> Result<Recorded, Error> {
        let kind = wire.kind();
        let has_right = match kind {
            FactKind::Reopening => actor.may_in_province(right(kind)),
            _ => actor.may_somewhere(needed(actor, kind)),
        };
        if !has_right {
            return Err(Error::Forbidden);
        }
        let mut parsed = wire.parsed(self.journal.now())?;
        let corrects = parsed.corrects;
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
            held,
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
        let idle = match corrects {
            Some(of) => self.idle(plot, fact, of).await?,
            None => None,
        };
        Ok(Recorded {
            fact,
            view: self.plot(actor, plot).await?,
            is_new,
            receipt,
            idle,
        })
    }

    /// Why a correction of a plot does not stand, if it does not.
    async fn idle(&self, plot: PlotId, fact: FactId, of: FactId) -> Result<Option<Idle>, Error> {
        let mut tx = self.journal.store().read().await?;
        let rules = self.rules(&mut tx).await?;
        let material = material::of_plot(&mut tx, plot).await?;
        let material = material.ok_or(Error::NotFound)?;
        let told = self.life_of(&mut tx, material, &rules).await?;
        drop(tx);
        let Some((_, life)) = told else {
            return Ok(None);
        };
        let step = |id: FactId| life.steps.iter().find(|step| step.fact == id);
        let Some(own) = step(fact) else {
            return Ok(None);
        };
        if own.flag == Some(LifeFlag::CorrectionIgnored) {
            return Ok(Some(Idle::Ignored));
        }
        if let Some(stands) = own.corrected_by {
            return Ok(Some(Idle::Overtaken(stands)));
        }
        let takes_its_place = step(of).is_some_and(|step| step.corrected_by == Some(fact));
        let mends_an_idle_one =
            step(of).is_some_and(|step| step.flag == Some(LifeFlag::CorrectionIgnored));
        Ok((!takes_its_place && !mends_an_idle_one).then_some(Idle::Alone))
    }

    async fn write_fact(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        if let Some(held) = &sent.held {
            self.plots.hold_to(tx, held).await?;
        }
        if !self.plots.lock(tx, sent.plot).await? {
            return Err(Error::NotFound);
        }
        let plot = sql::plot(tx, sent.plot).await?.ok_or(Error::NotFound)?;
        let vouched = sent.actor.origin.vouched.as_deref();
        let given = sent.parsed.id.or(vouched.map(|own| FactId(own.fact)));
        let fact = given.unwrap_or_else(|| FactId(self.journal.ids().make()));
        let mut row = sent.row(fact, &plot);
        let by_node = Identity::vouching(tx, &sent.actor, plot.author).await?;
        // What others said of the plot, the node's officers correct no more than its phones.
        if let Some(own) = by_node.filter(|own| own.by_officer)
            && corrects_own(tx, own.node, row.corrects).await?
        {
            row.by_officer = 1;
        }
        if let Some(outcome) = self.replayed(tx, sent, &row, &plot).await? {
            return Ok(outcome);
        }
        if !sent.may(&plot) {
            return Err(Error::NotFound);
        }
        if is_ahead(&fact.0, self.journal.now()) {
            return Err(Refusal::at("/id", AHEAD).into());
        }
        self.check_corrected(tx, &row).await?;
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
        let right = needed(&self.actor, self.kind);
        self.actor.may(right, plot.place.as_deref())
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
