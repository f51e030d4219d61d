//! A person's decision about a submission that waits: taken by its own slices once more, in its author's name under the
//! rights of whoever decides, or refused with a reason. Its XML stays in either case.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::base::actor::{Actor, Door, Principal, Right};
use crate::base::ids::{EntryId, SubmissionId};
use crate::base::origin::{Doubt, Origin};
use crate::base::personal::looks_personal;
use crate::base::refusal::Refusal;
use crate::base::words::vocabulary;
use crate::journal::{Entry, Kind, Receipt};
use crate::store::Tx;

use super::super::OpenRosa;
use super::super::sql::{self, DecisionRow, PartRow, SubmissionRow, TOO_LARGE};
use super::accept::{REVIEW, TAKEN};
use super::enact::{ENTITY, KEPT};
use super::read::lacking;
use super::{Error, SubmissionView};

const SHORTEST_REASON: usize = 10;
const LONGEST_REASON: usize = 1_000;

vocabulary! {
    /// What is decided about a submission that waits.
    SubmissionDecision: "a decision" {
        /// Its parts are recorded, under the rights of whoever decides; of one that is recorded, that it was seen what of it
        /// did not come or came otherwise.
        Accepted = "accepted",
        /// They are not; what was sent stays.
        Refused = "refused",
    }
}

/// A decision about a submission that waits.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionDecisionWire {
    /// `accepted` or `refused`.
    pub decision: SubmissionDecision,
    /// Why, 10 to 1,000 characters; needed for `refused`.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A decision as it stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SubmissionDecided {
    /// What was decided about.
    pub submission: SubmissionView,
    /// The promise for the decision; null when it was known.
    pub receipt: Option<Receipt>,
}

struct Decision {
    actor: Actor,
    id: SubmissionId,
    word: SubmissionDecision,
    reason: Option<String>,
}

impl OpenRosa {
    /// Decides about a submission that waits, once. What its own slices do not take, even then, waits on.
    pub async fn decide(
        &self,
        actor: &Actor,
        id: SubmissionId,
        wire: SubmissionDecisionWire,
    ) -> Result<SubmissionDecided, Error> {
        if !actor.may_somewhere(Right::RevisePlots) {
            return Err(Error::Forbidden);
        }
        let row = self.decidable(actor, id).await?;
        let decision = Decision {
            actor: actor.clone(),
            id,
            word: wire.decision,
            reason: reason_of(&wire)?,
        };
        if let Some(known) = self.known_decision(id).await? {
            if known.decided_by == actor.id && known.decision == wire.decision.as_str() {
                let submission = self.submission(actor, id).await?;
                return Ok(SubmissionDecided {
                    submission,
                    receipt: None,
                });
            }
            return Err(Error::WrongState(format!("already {}", known.decision)));
        }
        if row.state == TAKEN {
            self.refuse_unless_looked_at(&row, wire.decision).await?;
        } else if wire.decision == SubmissionDecision::Accepted {
            self.take_anew(actor, row).await?;
        }
        let receipt = self
            .journal
            .write((self.clone(), decision), |tx, (odk, decision)| {
                Box::pin(odk.write_decision(tx, decision))
            })
            .await?;
        Ok(SubmissionDecided {
            submission: self.submission(actor, id).await?,
            receipt: Some(receipt),
        })
    }

    /// The submission, when it lies where the actor may correct what others recorded.
    async fn decidable(&self, actor: &Actor, id: SubmissionId) -> Result<SubmissionRow, Error> {
        let reach = actor.reach(Right::RevisePlots).ok_or(Error::Forbidden)?;
        let reach = self.slices.areas.with_ended(&reach).await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::submission(&mut tx, id).await?;
        row.filter(|row| reach.holds(row.place.as_deref()))
            .ok_or(Error::NotFound)
    }

    /// Of a submission whose parts are recorded nothing is left to be decided, but it may be noted as seen that files of it
    /// were too large or did not come, or that another content came under its name.
    async fn refuse_unless_looked_at(
        &self,
        row: &SubmissionRow,
        word: SubmissionDecision,
    ) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let files = sql::files(&mut tx, row.id).await?;
        let unusable = lacking(sql::unusable(&mut tx, row.id).await?, &files);
        let is_any_large = unusable.iter().any(|file| file.reason == TOO_LARGE);
        let is_lacking = is_any_large || row.missing > 0;
        let is_seen = is_lacking || !sql::others(&mut tx, row.id).await?.is_empty();
        if is_seen && word == SubmissionDecision::Accepted {
            Ok(())
        } else {
            Err(Error::WrongState("nothing of it waits".to_owned()))
        }
    }

    async fn known_decision(&self, id: SubmissionId) -> Result<Option<DecisionRow>, Error> {
        let mut tx = self.journal.store().read().await?;
        Ok(sql::decision(&mut tx, id).await?)
    }

    /// Hands the parts that wait to their slices once more.
    async fn take_anew(&self, actor: &Actor, row: SubmissionRow) -> Result<(), Error> {
        let id = row.id;
        let author = in_name_of(&row, actor);
        let kept = self.kept(row).await?;
        let mut kept = kept.ok_or_else(|| cannot("its content was erased"))?;
        // Whoever decides has seen what stands: it is revised, whoever wrote it.
        let over = self.read_over_what_stands(&kept.row, &kept.read.root);
        kept.read.reading = over.await?;
        self.enact(&author, &kept).await?;
        let mut tx = self.journal.store().read().await?;
        let parts = sql::parts(&mut tx, id).await?;
        if parts.is_empty() {
            return Err(cannot("nothing of it can be recorded"));
        }
        let mut refusal = Refusal::default();
        for part in parts
            .iter()
            .filter(|part| waits(part) && part.part != ENTITY)
        {
            let why = part.reason.as_deref().unwrap_or_default();
            let said = format!("expected refused: its own route does not take it: {why}");
            refusal.add(format!("/decision/{}", part.part), said);
        }
        Ok(refusal.or(())?)
    }

    async fn write_decision(&self, tx: &mut Tx, decision: &Decision) -> Result<Receipt, Error> {
        sql::lock_submission(tx, decision.id).await?;
        if sql::decision(tx, decision.id).await?.is_some() {
            let meanwhile = "decided in this moment by another";
            return Err(Error::WrongState(meanwhile.to_owned()));
        }
        let word = decision.word.as_str();
        let body =
            json!({ "submission": decision.id, "decision": word, "reason": decision.reason });
        let body = body.to_string();
        let entry = Entry {
            kind: Kind::Submission,
            fact: decision.id.0,
            actor: decision.actor.id,
            device: None,
            origin: Some(&decision.actor.origin),
            body: body.as_bytes(),
        };
        let written = self.journal.enter(tx, entry).await?;
        if decision.word == SubmissionDecision::Accepted {
            self.close(tx, decision.id).await?;
        }
        let row = self.decision_row(decision, written.entry);
        sql::decide(tx, &row).await?;
        Ok(self.journal.receipt(&written))
    }

    fn decision_row(&self, decision: &Decision, entry: EntryId) -> DecisionRow {
        DecisionRow {
            submission: decision.id,
            entry,
            decision: decision.word.as_str().to_owned(),
            reason: decision.reason.clone(),
            decided_by: decision.actor.id,
            decided_at: self.journal.now(),
        }
    }

    /// Two views of a plot were looked at: both stand, and nothing waits any more.
    async fn close(&self, tx: &mut Tx, id: SubmissionId) -> Result<(), Error> {
        for part in sql::parts(tx, id).await?.into_iter().filter(waits) {
            let looked_at = PartRow {
                state: KEPT.to_owned(),
                ..part
            };
            sql::set_part(tx, id, &looked_at).await?;
        }
        let row = sql::submission(tx, id).await?.ok_or(Error::NotFound)?;
        Ok(sql::set_state(tx, id, TAKEN, row.place.as_deref()).await?)
    }
}

fn waits(part: &PartRow) -> bool {
    part.state == REVIEW
}

fn cannot(why: &str) -> Error {
    Refusal::at("/decision", format_args!("expected refused: {why}")).into()
}

/// The submission's author with the rights of whoever decides. What is recorded tells that a person decided.
fn in_name_of(row: &SubmissionRow, decider: &Actor) -> Actor {
    Actor {
        id: row.author,
        principal: Principal::Device,
        door: Door::Odk,
        token: None,
        team: row.team,
        org: row.org,
        read_only: false,
        grants: decider.grants.clone(),
        origin: Origin {
            doubt: Some(Doubt::AcceptedAfterReview),
            ..Origin::default()
        },
    }
}

/// The reason, trimmed.
fn reason_of(wire: &SubmissionDecisionWire) -> Result<Option<String>, Refusal> {
    let reason = wire.reason.as_deref().map(str::trim);
    let reason = reason.filter(|reason| !reason.is_empty());
    let length = reason.map_or(0, |reason| reason.chars().count());
    let is_needed = wire.decision == SubmissionDecision::Refused;
    if (is_needed || length > 0) && !(SHORTEST_REASON..=LONGEST_REASON).contains(&length) {
        return Err(Refusal::at(
            "/reason",
            "expected 10 to 1,000 characters: lý do, nêu căn cứ",
        ));
    }
    if reason.is_some_and(looks_personal) {
        return Err(Refusal::at(
            "/reason",
            "no telephone or identity numbers: say it without them",
        ));
    }
    Ok(reason.map(str::to_owned))
}
