//! Recording paper records, reading and retracting them.

use serde_json::json;

use crate::areas;
use crate::base::actor::{Actor, Principal, Right, Scope};
use crate::base::ids::PaperId;
use crate::base::personal::looks_personal;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::evidence;
use crate::journal::{Entry, KeptAside, Kind, Receipt, TypedIn, Written};
use crate::store::{self, ActError, Tx};

use super::Papers;
use super::draft::{PaperDraft, PaperWire};
use super::sql::{self, PaperRow};

const MOST_REASON: usize = 500;
/// Facts that one paper's view lists.
const MOST_LISTED: i64 = 500;

/// Why an act on paper records is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The author lacks the right, and existence is no secret.
    #[error("not allowed")]
    Forbidden,
    /// There is no such paper, or it is not in the caller's reach.
    #[error("no such paper")]
    NotFound,
    /// The draft has faults.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The same id came with other content; both are kept.
    #[error("the id is used for other content")]
    Differs(Box<KeptAside>),
    /// The commune is not the author's; the content is kept.
    #[error("outside the author's communes")]
    Outside(Box<KeptAside>),
    /// Too many bytes of the author lie in quarantine.
    #[error("too much was set apart")]
    TooMuchAside,
    /// The paper's state does not allow the act.
    #[error("{0}")]
    WrongState(&'static str),
    /// The scan cannot be kept or read.
    #[error(transparent)]
    Scan(#[from] evidence::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl ActError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<areas::Error> for Error {
    fn from(error: areas::Error) -> Self {
        match error {
            areas::Error::Store(error) => Self::Store(error),
            _ => Self::Forbidden,
        }
    }
}

/// A paper record with what was typed in from it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) row: PaperRow,
    pub(super) has_scan: bool,
    pub(super) facts: Vec<TypedIn>,
}

/// What became of a paper record.
pub(super) struct Recorded {
    pub(super) row: PaperRow,
    pub(super) is_new: bool,
    pub(super) receipt: Receipt,
}

struct Sent {
    actor: Actor,
    id: PaperId,
    draft: PaperDraft,
    body: Vec<u8>,
}

enum Outcome {
    Written(Box<PaperRow>, Written),
    Before(Box<PaperRow>, Receipt),
    Foreign(Box<PaperRow>, KeptAside),
    Differs(KeptAside),
    Outside(KeptAside),
}

impl Papers {
    /// Records a paper of a commune in the author's reach; only an account types in.
    pub(super) async fn record(
        &self,
        actor: &Actor,
        id: PaperId,
        wire: &PaperWire,
        body: &[u8],
    ) -> Result<Recorded, Error> {
        if !actor.may_somewhere(Right::RecordPlots) || actor.principal == Principal::Device {
            return Err(Error::Forbidden);
        }
        let today = self.journal.now().local_date();
        let draft = PaperDraft::parse(wire, self.slices.evidence.most_bytes(), today)?;
        let map = self.slices.areas.map_for(actor, today).await?;
        if map.commune(&draft.commune).is_none() {
            return Err(Refusal::at("/commune", "expected the code of a commune of today").into());
        }
        let sent = Sent {
            actor: actor.clone(),
            id,
            draft,
            body: body.to_vec(),
        };
        let outcome = self
            .journal
            .write((self.clone(), sent), |tx, (papers, sent)| {
                Box::pin(papers.write(tx, sent))
            })
            .await?;
        let (row, is_new, receipt) = match outcome {
            Outcome::Written(row, written) => (row, true, self.journal.receipt(&written)),
            Outcome::Before(row, receipt) => (row, false, receipt),
            Outcome::Foreign(row, kept) => (row, kept.is_new, kept.receipt),
            Outcome::Differs(kept) => return Err(Error::Differs(Box::new(kept))),
            Outcome::Outside(kept) => return Err(Error::Outside(Box::new(kept))),
        };
        Ok(Recorded {
            row: *row,
            is_new,
            receipt,
        })
    }

    async fn write(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        if !sent
            .actor
            .may(Right::RecordPlots, Some(&sent.draft.commune))
        {
            return Ok(Outcome::Outside(
                self.keep(tx, sent, "outside-scope").await?,
            ));
        }
        if let Some(row) = sql::paper(tx, sent.id).await? {
            if row.author != sent.actor.id {
                let kept = self.keep(tx, sent, "foreign-id").await?;
                let own = sent.row(kept.receipt.entry_id, kept.receipt.received_at);
                return Ok(Outcome::Foreign(Box::new(own), kept));
            }
            if row.record != sent.draft.record {
                return Ok(Outcome::Differs(
                    self.keep(tx, sent, "content-differs").await?,
                ));
            }
            let receipt = self.journal.receipt_again(tx, row.entry).await?;
            return Ok(Outcome::Before(Box::new(row), receipt));
        }
        let written = self.journal.enter(tx, sent.entry()).await?;
        let row = sent.row(written.entry, written.received_at);
        if !sql::insert_paper(tx, &row).await? {
            return Err(store::Error::Busy("the paper was just written".into()).into());
        }
        Ok(Outcome::Written(Box::new(row), written))
    }

    async fn keep(&self, tx: &mut Tx, sent: &Sent, reason: &str) -> Result<KeptAside, Error> {
        let bytes = i64::try_from(sent.body.len()).unwrap_or(i64::MAX);
        let kept = self.journal.keep_aside(tx, sent.entry(), reason, bytes);
        kept.await?.ok_or(Error::TooMuchAside)
    }

    /// A paper record in the caller's reach, with what was typed in from it.
    pub(super) async fn known(&self, actor: &Actor, id: PaperId) -> Result<Known, Error> {
        let row = self.readable(actor, id).await?;
        let mut tx = self.journal.store().read().await?;
        let facts = self.journal.typed_in_from(&mut tx, id, MOST_LISTED).await?;
        drop(tx);
        Ok(Known {
            has_scan: self.has_scan(id).await?,
            row,
            facts,
        })
    }

    pub(super) async fn readable(&self, actor: &Actor, id: PaperId) -> Result<PaperRow, Error> {
        let reach = self.reach(actor, Right::ReadPlots).await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::paper(&mut tx, id).await?;
        row.filter(|row| reach.holds(Some(&row.commune)))
            .ok_or(Error::NotFound)
    }

    /// Where a right reaches papers: also in communes that have ended and whose ground it holds today.
    async fn reach(&self, actor: &Actor, right: Right) -> Result<Scope, Error> {
        let reach = actor.reach(right).ok_or(Error::Forbidden)?;
        Ok(self.slices.areas.with_ended(&reach).await?)
    }

    /// A page of the paper records in the caller's reach, the latest first.
    pub(super) async fn list(
        &self,
        actor: &Actor,
        after: Option<(Timestamp, PaperId)>,
        limit: u32,
    ) -> Result<Vec<PaperRow>, Error> {
        let communes = match self.reach(actor, Right::ReadPlots).await? {
            Scope::Province => None,
            Scope::Communes(codes) => Some(codes.into_iter().collect::<Vec<_>>()),
        };
        let mut tx = self.journal.store().read().await?;
        let rows = sql::papers(&mut tx, communes.as_deref(), after, i64::from(limit)).await?;
        Ok(rows)
    }

    /// The caller's own paper record, as far as facts may be typed in from it.
    pub(super) async fn open(&self, actor: &Actor, id: PaperId) -> Result<PaperRow, Error> {
        let row = self.readable(actor, id).await?;
        if row.author != actor.id {
            return Err(Error::Forbidden);
        }
        if row.retracted_at.is_some() {
            return Err(Error::WrongState("the paper was retracted"));
        }
        if !self.has_scan(id).await? {
            return Err(Error::WrongState(
                "the scan is not there yet: send it first",
            ));
        }
        Ok(row)
    }

    /// Retracts a paper record: its author, or who may correct what others recorded there. A second time changes nothing.
    pub(super) async fn retract(
        &self,
        actor: &Actor,
        id: PaperId,
        reason: &str,
    ) -> Result<(bool, Receipt), Error> {
        let row = self.readable(actor, id).await?;
        let is_own = row.author == actor.id && actor.may_somewhere(Right::RecordPlots);
        if !is_own {
            let reach = self.reach(actor, Right::RevisePlots).await?;
            if !reach.holds(Some(&row.commune)) {
                return Err(Error::Forbidden);
            }
        }
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > MOST_REASON || looks_personal(&reason) {
            let expected = "expected 1 to 500 characters without telephone or identity numbers";
            return Err(Refusal::at("/reason", expected).into());
        }
        let context = (self.clone(), actor.clone(), id, reason);
        self.journal
            .write(context, |tx, (papers, actor, id, reason)| {
                Box::pin(papers.write_retraction(tx, actor, *id, reason))
            })
            .await
    }

    async fn write_retraction(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: PaperId,
        reason: &str,
    ) -> Result<(bool, Receipt), Error> {
        let row = sql::paper(tx, id).await?.ok_or(Error::NotFound)?;
        if let Some(entry) = row.retract_entry {
            return Ok((false, self.journal.receipt_again(tx, entry).await?));
        }
        let body = json!({ "retracted": id, "reason": reason }).to_string();
        let entry = Entry {
            kind: Kind::Paper,
            fact: id.0,
            actor: actor.id,
            device: None,
            origin: Some(&actor.origin),
            body: body.as_bytes(),
        };
        let written = self.journal.enter(tx, entry).await?;
        if !sql::retract_paper(tx, id, written.received_at, reason, written.entry).await? {
            return Err(store::Error::Busy("the paper was just retracted".into()).into());
        }
        self.journal.retract_typed_in(tx, id, written.entry).await?;
        Ok((true, self.journal.receipt(&written)))
    }
}

impl Sent {
    fn entry(&self) -> Entry<'_> {
        Entry {
            kind: Kind::Paper,
            fact: self.id.0,
            actor: self.actor.id,
            device: None,
            origin: Some(&self.actor.origin),
            body: &self.body,
        }
    }

    fn row(&self, entry: crate::base::ids::EntryId, recorded_at: Timestamp) -> PaperRow {
        let draft = &self.draft;
        PaperRow {
            id: self.id,
            entry,
            author: self.actor.id,
            org: self.actor.org,
            commune: draft.commune.clone(),
            number: draft.number.clone(),
            dated: draft.dated,
            sha256: draft.sha256.to_vec(),
            bytes: draft.bytes,
            media_type: draft.media_type.to_owned(),
            record: draft.record.clone(),
            recorded_at,
            retracted_at: None,
            retracted_why: None,
            retract_entry: None,
        }
    }
}
