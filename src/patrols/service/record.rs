//! Recording a patrol and its corrections: one id, one first author, every version kept.

use serde_json::Value;

use crate::base::actor::{Actor, Principal, Right};
use crate::base::ids::{EntryId, PatrolId};
use crate::base::origin::Vouching;
use crate::base::refusal::Refusal;
use crate::identity::Identity;
use crate::journal::model::sha256;
use crate::journal::{Entry, Kind, Receipt};
use crate::patrols::model::patrol::{Party, PatrolDraft, PatrolWire};
use crate::patrols::model::vocabulary::PatrolState;
use crate::patrols::sql::{self, PatrolRow, VersionRow};
use crate::store::{self, Tx};

use super::{DERIVE_JOB, Error, INDEX_JOB, KeptAside, Patrols, Promise};

/// A patrol as it was recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its id.
    pub id: PatrolId,
    /// The version that was written, or written before.
    pub version: i64,
    /// Whether it was written now.
    pub is_new: bool,
    /// Where the patrol stands by this declaration.
    pub state: PatrolState,
    /// What the sender should look at.
    pub warnings: Vec<&'static str>,
    /// The promise.
    pub receipt: Receipt,
}

/// Content under an id that belongs to another author.
const FOREIGN: &str = "foreign-id";
const DIFFERS: &str = "content-differs";
const STALE: &str = "stale-revision";

/// A declaration as it came: who sent it, what it says, and its bytes.
struct Declaration {
    actor: Actor,
    /// Whether the sender answers for the ground of the patrol, which another one recorded.
    by_officer: bool,
    id: PatrolId,
    draft: PatrolDraft,
    body: Vec<u8>,
}

enum Outcome {
    Written(i64, Promise),
    Before(i64, Receipt),
    Differs(KeptAside),
    Stale(KeptAside),
}

impl Patrols {
    /// Records a patrol or a correction of it; `body` are the bytes as sent.
    pub async fn record(
        &self,
        actor: &Actor,
        id: PatrolId,
        wire: PatrolWire,
        body: &[u8],
    ) -> Result<Recorded, Error> {
        if !actor.may_somewhere(Right::RecordPatrols) {
            return Err(Error::Forbidden);
        }
        let sender = Party {
            team: actor.team,
            org: actor.org,
        };
        let wire = if actor.origin.vouched.is_some() {
            wire.of_node(sender)
        } else {
            wire
        };
        let draft = PatrolDraft::parse(wire, sender)?;
        if actor.principal == Principal::Device && Some(draft.team()) != actor.team {
            return Err(Refusal::at("/team", "a device records for its own team").into());
        }
        if actor.origin.paper.is_some() && draft.ended_at().is_none() {
            let expected = "expected the end of a patrol that stands on paper";
            return Err(Refusal::at("/ended_at", expected).into());
        }
        let state = declared_state(&draft);
        let warnings = warnings(&draft);
        let declaration = Declaration {
            actor: actor.clone(),
            by_officer: self.answers_for(actor, id).await?,
            id,
            draft,
            body: body.to_vec(),
        };
        let outcome = self
            .journal
            .write((self.clone(), declaration), |tx, (patrols, declaration)| {
                Box::pin(patrols.write_declaration(tx, declaration))
            })
            .await?;
        let (version, is_new, receipt) = match outcome {
            Outcome::Written(version, promise) => (version, true, promise.signed(&self.journal)),
            Outcome::Before(version, receipt) => (version, false, receipt),
            Outcome::Differs(kept) => return Err(Error::Differs(Box::new(kept))),
            Outcome::Stale(kept) => return Err(Error::Stale(Box::new(kept))),
        };
        Ok(Recorded {
            id,
            version,
            is_new,
            state,
            warnings,
            receipt,
        })
    }

    async fn write_declaration(&self, tx: &mut Tx, sent: &Declaration) -> Result<Outcome, Error> {
        self.refuse_unknown_parties(tx, &sent.draft).await?;
        if !sql::lock_patrol(tx, sent.id).await? {
            return self.write_first(tx, sent).await;
        }
        let row = sql::patrol(tx, sent.id).await?.ok_or(Error::NotFound)?;
        let alike = sql::version_alike(tx, sent.id, sent.actor.id, &sent.draft).await?;
        if let Some((version, entry)) = alike {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return Ok(Outcome::Before(version, receipt));
        }
        if let Some(entry) = self.journal.erased_alike(tx, &sent.entry()).await? {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return Ok(Outcome::Before(row.version, receipt));
        }
        let by_author = row.author == sent.actor.id;
        let by_officer = !by_author && sent.by_officer;
        // What a node's officers correct or close there, the node vouches for as for what its phones recorded.
        let by_node = Identity::vouching(tx, &sent.actor, row.author).await?;
        let by_node = by_node.zip(sent.draft.revises());
        if !by_author && !by_officer && by_node.is_none() {
            return self.keep_foreign(tx, sent).await;
        }
        let Some(version) = sent.draft.revises() else {
            return self.keep(tx, sent, DIFFERS).await.map(Outcome::Differs);
        };
        let follows = match by_node {
            Some((own, _)) => own.follows(latest_of(tx, own, &row).await?, version),
            None => i64::from(version) == row.version,
        };
        if !follows {
            return self.keep(tx, sent, STALE).await.map(Outcome::Stale);
        }
        self.revise(tx, sent, &row).await
    }

    async fn refuse_unknown_parties(&self, tx: &mut Tx, draft: &PatrolDraft) -> Result<(), Error> {
        let mut refusals = Refusal::default();
        if self.identity.team(tx, draft.team()).await?.is_none() {
            refusals.add("/team", "no such team");
        }
        if !self.identity.org_exists(tx, draft.lead_org()).await? {
            refusals.add("/lead_org", "no such organisation");
        }
        for org in draft.headcount().keys() {
            if *org != draft.lead_org() && !self.identity.org_exists(tx, *org).await? {
                refusals.add(format!("/headcount/{org}"), "no such organisation");
            }
        }
        Ok(refusals.or(())?)
    }

    async fn write_first(&self, tx: &mut Tx, sent: &Declaration) -> Result<Outcome, Error> {
        let vouched = sent.actor.origin.vouched.as_deref();
        let is_decided = vouched.is_some_and(|own| own.decided);
        if sent.draft.revises().is_some() && !is_decided {
            return Err(Refusal::at("/revises", "there is no version to revise yet").into());
        }
        let written = self.journal.enter(tx, sent.entry()).await?;
        let row = sent.version(1, written.entry, written.received_at);
        if !sql::insert_patrol(tx, &row).await? {
            // Another act wrote the id meanwhile; run again, this one sees it.
            return Err(store::Error::Busy("the patrol was just written".into()).into());
        }
        self.join_held(tx, &sent.actor, sent.id, &sent.draft)
            .await?;
        Ok(Outcome::Written(1, Promise::New(written)))
    }

    /// A correction; what was judged was another version, so the patrol waits for judgement again.
    async fn revise(
        &self,
        tx: &mut Tx,
        sent: &Declaration,
        row: &PatrolRow,
    ) -> Result<Outcome, Error> {
        let version = row.version + 1;
        let written = self.journal.enter(tx, sent.entry()).await?;
        let next = sent.version(version, written.entry, row.recorded_at);
        sql::revise_patrol(tx, &next).await?;
        self.join_held(tx, &sent.actor, sent.id, &sent.draft)
            .await?;
        self.journal.queue(tx, DERIVE_JOB, sent.id.0).await?;
        self.journal.queue(tx, INDEX_JOB, sent.id.0).await?;
        Ok(Outcome::Written(version, Promise::New(written)))
    }

    async fn keep(
        &self,
        tx: &mut Tx,
        sent: &Declaration,
        reason: &str,
    ) -> Result<KeptAside, Error> {
        self.refuse_much_aside(tx, &sent.actor).await?;
        let (quarantine, written) = self.journal.quarantine(tx, sent.entry(), reason).await?;
        Ok(KeptAside {
            quarantine,
            receipt: self.journal.receipt(&written),
        })
    }

    /// The id is another author's: answered as if it were unknown, so that it tells nothing of that patrol.
    async fn keep_foreign(&self, tx: &mut Tx, sent: &Declaration) -> Result<Outcome, Error> {
        if sent.draft.revises().is_some() {
            return Err(Refusal::at("/revises", "there is no version to revise yet").into());
        }
        let before = sql::foreign_before(tx, sent.actor.id, sent.id, FOREIGN).await?;
        match before {
            None => {
                let kept = self.keep(tx, sent, FOREIGN).await?;
                Ok(Outcome::Written(1, Promise::Again(kept.receipt)))
            }
            Some((entry, digest)) if digest == sha256(&sent.body) => {
                let receipt = self.journal.receipt_again(tx, entry).await?;
                Ok(Outcome::Before(1, receipt))
            }
            Some(_) => self.keep(tx, sent, DIFFERS).await.map(Outcome::Differs),
        }
    }
}

impl Declaration {
    fn entry(&self) -> Entry<'_> {
        Entry {
            kind: Kind::Patrol,
            fact: self.id.0,
            actor: self.actor.id,
            device: None,
            origin: Some(&self.actor.origin),
            body: &self.body,
        }
    }

    fn version(
        &self,
        version: i64,
        entry: EntryId,
        recorded_at: crate::base::time::Timestamp,
    ) -> VersionRow<'_> {
        VersionRow {
            patrol: self.id,
            version,
            entry,
            author: self.actor.id,
            draft: &self.draft,
            state: declared_state(&self.draft).as_str(),
            recorded_at,
        }
    }
}

/// Which version the standing one corrected at its post node; none when it is not the node's.
async fn latest_of(
    tx: &mut Tx,
    own: &Vouching,
    row: &PatrolRow,
) -> Result<Option<u32>, store::Error> {
    let last = sql::versions_of(tx, row.id, row.version - 1).await?.pop();
    let Some(last) = last else {
        return Ok(None);
    };
    if !Identity::is_of(tx, own.node, last.author).await? {
        return Ok(None);
    }
    let said: Value = serde_json::from_str(&last.draft).unwrap_or_default();
    let revised = said["revises"].as_u64().unwrap_or(0);
    Ok(Some(u32::try_from(revised).unwrap_or(u32::MAX)))
}

fn declared_state(draft: &PatrolDraft) -> PatrolState {
    match draft.ended_at() {
        None => PatrolState::Open,
        Some(_) => PatrolState::Closed,
    }
}

fn warnings(draft: &PatrolDraft) -> Vec<&'static str> {
    let naming = draft.notes_hold_naming_number();
    naming
        .then_some("notes_may_name_a_person")
        .into_iter()
        .collect()
}
