//! Judging a patrol (validated or rejected), and legal holds on its raw fixes.

use serde::{Deserialize, Serialize};

use crate::base::actor::{Actor, Right};
use crate::base::ids::{PatrolId, PlotId};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::journal::{Entry, Kind, Receipt};
use crate::patrols::model::text::composed;
use crate::patrols::model::vocabulary::PatrolState;
use crate::patrols::sql::{self, PatrolRow};
use crate::store::{self, Tx};

use super::{Error, INDEX_JOB, Patrols, Promise, readable, state_of};

const MAX_REASON_CHARS: usize = 500;
/// The kind of job that tells anew what leaned on a patrol that was judged: a rejected one shows nobody's presence.
pub const JUDGED_JOB: &str = "patrol_judged";
/// What a patrol shows lies so long around its track at most, ms (1 day).
const AROUND_MS: i64 = 86_400_000;

vocabulary! {
    /// What an officer found of a patrol.
    Verdict: "a judgement" {
        /// It was as declared.
        Validated = "validated",
        /// It does not count.
        Rejected = "rejected",
    }
}

/// An officer's judgement as it arrives.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// What was found.
    pub state: Verdict,
    /// Why; needed to reject.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A patrol as it was judged.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Judged {
    /// The patrol.
    pub id: PatrolId,
    /// Where it stands now.
    pub state: PatrolState,
    /// The promise.
    pub receipt: Receipt,
}

/// Why a hold is set or lifted.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldDraft {
    /// Who asked for it and why (case, document number).
    pub reason: String,
}

/// A patrol's hold after an act.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Hold {
    /// The patrol.
    pub id: PatrolId,
    /// Since when its raw fixes are held; absent when they are not.
    pub held_since: Option<Timestamp>,
    /// The promise.
    pub receipt: Receipt,
}

impl Patrols {
    /// Judges a patrol; `body` are the bytes as sent.
    pub async fn judge(
        &self,
        actor: &Actor,
        id: PatrolId,
        judgement: Judgement,
        body: &[u8],
    ) -> Result<Judged, Error> {
        let reason = checked_reason(
            judgement.reason.as_deref(),
            judgement.state == Verdict::Rejected,
        )?;
        // Whoever answers for the ground today judges, also what was walked before a merger.
        let row = self.readable_today(actor, id).await?;
        if !self
            .reaches_today(actor, Right::ValidatePatrols, &row)
            .await?
        {
            return Err(Error::Forbidden);
        }
        let state = match judgement.state {
            Verdict::Validated => PatrolState::Validated,
            Verdict::Rejected => PatrolState::Rejected,
        };
        let context = (
            self.clone(),
            actor.clone(),
            (id, state, reason),
            body.to_vec(),
        );
        let promise = self
            .journal
            .write(
                context,
                |tx, (patrols, actor, (id, state, reason), body)| {
                    Box::pin(patrols.judge_act(tx, actor, (*id, *state, reason.as_deref()), body))
                },
            )
            .await?;
        Ok(Judged {
            id,
            state,
            receipt: promise.signed(&self.journal),
        })
    }

    async fn judge_act(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (id, state, reason): (PatrolId, PatrolState, Option<&str>),
        body: &[u8],
    ) -> Result<Promise, Error> {
        sql::lock_patrol(tx, id).await?;
        let row = sql::patrol(tx, id).await?.ok_or(Error::NotFound)?;
        if let Some(entry) = row
            .judged_entry
            .filter(|_| is_same(&row, actor, state, reason))
        {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return Ok(Promise::Again(receipt));
        }
        let present = state_of(&row)?;
        if !present.may_become(state) {
            return Err(Error::WrongState(present));
        }
        let entry = entry(Kind::Validation, id, actor, body);
        let written = self.journal.enter(tx, entry).await?;
        sql::judge(tx, id, state.as_str(), (actor.id, written.entry), reason).await?;
        self.journal.queue(tx, INDEX_JOB, id.0).await?;
        self.journal.queue(tx, JUDGED_JOB, id.0).await?;
        Ok(Promise::New(written))
    }

    /// The plots that the devices of a patrol photographed, found or destroyed about its time.
    pub async fn plots_on_the_way(
        &self,
        tx: &mut Tx,
        id: PatrolId,
    ) -> Result<Vec<PlotId>, store::Error> {
        sql::plots_on_the_way(tx, id, AROUND_MS).await
    }

    /// Sets a legal hold (or lifts it) on the raw fixes; `body` are the bytes as sent.
    pub async fn hold(
        &self,
        actor: &Actor,
        id: PatrolId,
        draft: &HoldDraft,
        is_set: bool,
        body: &[u8],
    ) -> Result<Hold, Error> {
        if !actor.may_in_province(Right::KeepRecords) {
            return Err(Error::Forbidden);
        }
        let reason = checked_reason(Some(&draft.reason), true)?.unwrap_or_default();
        let context = (
            self.clone(),
            actor.clone(),
            (id, reason, is_set),
            body.to_vec(),
        );
        let (held_since, promise) = self
            .journal
            .write(
                context,
                |tx, (patrols, actor, (id, reason, is_set), body)| {
                    Box::pin(patrols.hold_act(tx, actor, (*id, reason, *is_set), body))
                },
            )
            .await?;
        Ok(Hold {
            id,
            held_since,
            receipt: promise.signed(&self.journal),
        })
    }

    async fn hold_act(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (id, reason, is_set): (PatrolId, &str, bool),
        body: &[u8],
    ) -> Result<(Option<Timestamp>, Promise), Error> {
        sql::lock_patrol(tx, id).await?;
        let row = readable(tx, actor, id).await?;
        let is_done = if is_set {
            row.held_why.as_deref() == Some(reason)
        } else {
            row.held_since.is_none()
        };
        if is_done {
            let entry = row.held_entry.ok_or(Error::NoHold)?;
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return Ok((row.held_since, Promise::Again(receipt)));
        }
        let written = self
            .journal
            .enter(tx, entry(Kind::of_hold(is_set), id, actor, body))
            .await?;
        let since = is_set.then(|| row.held_since.unwrap_or(written.received_at));
        let held = since.map(|since| (since, reason));
        sql::hold(tx, id, held, written.entry).await?;
        Ok((since, Promise::New(written)))
    }
}

fn entry<'a>(kind: Kind, id: PatrolId, actor: &Actor, body: &'a [u8]) -> Entry<'a> {
    Entry {
        kind,
        fact: id.0,
        actor: actor.id,
        device: None,
        origin: None,
        body,
    }
}

fn is_same(row: &PatrolRow, actor: &Actor, state: PatrolState, reason: Option<&str>) -> bool {
    row.judged_by == Some(actor.id)
        && row.state == state.as_str()
        && row.judged_why.as_deref() == reason
}

fn checked_reason(reason: Option<&str>, is_needed: bool) -> Result<Option<String>, Refusal> {
    let reason = said_reason(reason);
    match &reason {
        None if is_needed => Err(Refusal::at("/reason", "say why")),
        Some(text) if text.chars().count() > MAX_REASON_CHARS => Err(Refusal::at(
            "/reason",
            format!("longer than {MAX_REASON_CHARS} characters"),
        )),
        _ => Ok(reason),
    }
}

/// A reason as it is kept; `None` when nothing was said.
pub(super) fn said_reason(reason: Option<&str>) -> Option<String> {
    reason
        .map(|text| composed(text.trim()))
        .filter(|text| !text.is_empty())
}
