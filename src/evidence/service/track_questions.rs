//! Questions about tracks and claims: listed to whoever may see the patrol or plot, answered by its unit first, decided
//! by another. An open question lowers nothing; one that was decided against takes the track out of what shows presence.

use serde::Serialize;
use serde_json::Value;

use crate::base::actor::{Actor, Principal, Right, Scope};
use crate::base::ids::{EntryId, OrgId, PatrolId, PlotId, QuestionId};
use crate::base::time::Timestamp;
use crate::evidence::model::screens::{QuestionState, ScreenRules, Verdict};
use crate::evidence::sql::{self, QuestionBook, TrackQuestionRow, TrackSight};
use crate::journal::{Receipt, Written};
use crate::patrols::model::screens::TrackScreen;
use crate::plots::SETTLE_JOB;
use crate::store::{self, Tx};

use super::asking::{Asked, QuestionPage, QuestionQuery, ReplyView, Said, replies_to};
use super::{Error, Evidence};

/// Photos so long around a track are graded by it at most, ms.
const AROUND_MS: i64 = 86_400_000;

/// A question with both sides. Tracks are told by patrol; which phone it was stays with those who keep the tracks.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrackQuestionView {
    /// Its id.
    pub id: QuestionId,
    /// What the screen looks for.
    pub screen: TrackScreen,
    /// What is asked, in Vietnamese.
    pub vi: &'static str,
    /// In English.
    pub en: &'static str,
    /// How it stands.
    pub state: QuestionState,
    /// The patrol whose track is in question; null for a claim.
    pub patrol: Option<PatrolId>,
    /// The patrol of the earlier track; null when there is none, or when it lies outside the caller's reach.
    pub other: Option<PatrolId>,
    /// Whether there is an earlier track at all.
    pub has_other: bool,
    /// The claimed plot; null for a track.
    pub plot: Option<PlotId>,
    /// What was found.
    #[schema(value_type = Object)]
    pub found: Value,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// From when on a role may decide without an answer.
    pub answer_by: Timestamp,
    /// Its entry.
    pub entry_id: EntryId,
    /// What was answered and decided; told with a single question.
    pub replies: Vec<ReplyView>,
}

/// On which side of a question the caller stands.
struct Sides {
    /// With the unit that is asked: that of the patrol or claim in question.
    is_asked: bool,
    /// With any unit in question: that of the earlier track too, which is not asked.
    is_party: bool,
}

impl Evidence {
    /// A page of questions about tracks in the caller's reach, the latest first.
    pub async fn track_questions(
        &self,
        actor: &Actor,
        query: QuestionQuery,
    ) -> Result<QuestionPage<TrackQuestionView>, Error> {
        let sight = match actor.reach(Right::ReadPatrols) {
            None => return Err(Error::Forbidden),
            Some(Scope::Province) if actor.principal != Principal::Device => TrackSight::All,
            Some(scope) => TrackSight::Some {
                author: actor.id,
                team: actor.team,
                communes: match scope {
                    // A device sees its own team's, as with patrols.
                    Scope::Communes(codes) if actor.principal != Principal::Device => {
                        codes.into_iter().collect()
                    }
                    _ => Vec::new(),
                },
            },
        };
        let mut tx = self.journal.store().read().await?;
        let state = query.state.map(QuestionState::as_str);
        let rows = sql::track_questions(&mut tx, &sight, state, query.after, query.rows()).await?;
        let page = query.page(rows, |row| (row.asked_at, row.id));
        let rules = self.screen_rules(&mut tx).await?;
        let mut items = Vec::new();
        for row in page.items {
            items.push(self.track_view(&mut tx, actor, &row, &rules, false).await?);
        }
        Ok(QuestionPage {
            items,
            next: page.next,
        })
    }

    /// One question with its answers and decisions.
    pub async fn track_question_of(
        &self,
        actor: &Actor,
        id: QuestionId,
    ) -> Result<TrackQuestionView, Error> {
        if !actor.may_somewhere(Right::ReadPatrols) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        let row = sql::track_question(&mut tx, id).await?;
        let row = row.ok_or(Error::NotFound)?;
        self.sides(&mut tx, actor, Right::ReadPatrols, &row).await?;
        let rules = self.screen_rules(&mut tx).await?;
        Ok(self.track_view(&mut tx, actor, &row, &rules, true).await?)
    }

    /// The unit that is asked answers: that of the track in question, or of the claim. That of the earlier track is a party,
    /// and cannot answer for it.
    pub async fn answer_track(
        &self,
        actor: &Actor,
        question: QuestionId,
        text: &str,
        body: &[u8],
    ) -> Result<(TrackQuestionView, Receipt), Error> {
        self.say_of_track(actor, question, None, text, body).await
    }

    /// A role decides, once the unit answered or its time is up: an account of another organisation. What is decided is
    /// decided anew only by a provincial role that opens closed plots as well.
    pub async fn decide_track(
        &self,
        actor: &Actor,
        question: QuestionId,
        verdict: Verdict,
        reason: &str,
        body: &[u8],
    ) -> Result<(TrackQuestionView, Receipt), Error> {
        self.say_of_track(actor, question, Some(verdict), reason, body)
            .await
    }

    async fn say_of_track(
        &self,
        actor: &Actor,
        question: QuestionId,
        verdict: Option<Verdict>,
        text: &str,
        body: &[u8],
    ) -> Result<(TrackQuestionView, Receipt), Error> {
        if !actor.may_somewhere(right(verdict)) {
            return Err(Error::Forbidden);
        }
        let said = Said::checked(actor, question, verdict, text, body)?;
        let written = self
            .journal
            .write((self.clone(), said), |tx, (evidence, said)| {
                Box::pin(evidence.write_track_reply(tx, said))
            })
            .await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::track_question(&mut tx, question).await?;
        let row = row.ok_or(Error::NotFound)?;
        let rules = self.screen_rules(&mut tx).await?;
        let view = self.track_view(&mut tx, actor, &row, &rules, true).await?;
        Ok((view, self.journal.receipt(&written)))
    }

    async fn write_track_reply(&self, tx: &mut Tx, said: &Said) -> Result<Written, Error> {
        if !sql::lock_question(tx, QuestionBook::Tracks, said.question).await? {
            return Err(Error::NotFound);
        }
        let row = sql::track_question(tx, said.question).await?;
        let row = row.ok_or(Error::NotFound)?;
        let sides = self
            .sides(tx, &said.actor, right(said.verdict), &row)
            .await?;
        let rules = self.screen_rules(tx).await?;
        let asked = Asked {
            state: &row.state,
            since: row.asked_at,
            is_unit: sides.is_asked,
            is_party: sides.is_party,
            unit: "the unit of the patrol or claim in question",
        };
        let state = said.state(&asked, self.journal.now(), &rules)?;
        let written = self
            .keep_said(tx, QuestionBook::Tracks, said, state)
            .await?;
        self.settle_after(tx, &row).await?;
        Ok(written)
    }

    /// Grades that lean on the track or the claim are told anew.
    async fn settle_after(&self, tx: &mut Tx, row: &TrackQuestionRow) -> Result<(), store::Error> {
        let mut plots: Vec<PlotId> = row.plot.into_iter().collect();
        if let (Some(device), Some(patrol)) = (row.device, row.patrol) {
            plots.extend(sql::plots_shown_by(tx, (device, patrol), AROUND_MS).await?);
        }
        for plot in plots {
            self.journal.queue(tx, SETTLE_JOB, plot.0).await?;
        }
        Ok(())
    }

    /// The sides of a question that the caller may see by a right; to others there is none.
    async fn sides(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        right: Right,
        row: &TrackQuestionRow,
    ) -> Result<Sides, Error> {
        let is_of = |orgs: &[Option<OrgId>]| actor.org.is_some() && orgs.contains(&actor.org);
        let mut is_asked = is_of(&[row.org]);
        match row.patrol {
            None => {
                let may_see = actor.may(right, row.place.as_deref());
                let is_device = actor.principal == Principal::Device;
                if !may_see || (is_device && !is_asked) {
                    return Err(Error::NotFound);
                }
            }
            Some(patrol) => {
                let owners = self.patrols.owners(tx, actor, right, patrol).await?;
                let owners = owners.ok_or(Error::NotFound)?;
                is_asked |= owners.is_own || is_of(&[Some(owners.lead_org), Some(owners.org)]);
            }
        }
        let mut is_party = is_asked;
        if let Some(other) = row.other_patrol {
            let orgs = self.patrols.orgs_of(tx, other).await?;
            let orgs: Vec<Option<OrgId>> = orgs.into_iter().flatten().map(Some).collect();
            is_party |= is_of(&orgs);
        }
        Ok(Sides { is_asked, is_party })
    }

    async fn track_view(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &TrackQuestionRow,
        rules: &ScreenRules,
        is_whole: bool,
    ) -> Result<TrackQuestionView, store::Error> {
        let screen: TrackScreen = row.screen.parse().or(Err(row.corrupt("screen")))?;
        let mut other = None;
        if let Some(patrol) = row.other_patrol {
            let owners = self
                .patrols
                .owners(tx, actor, Right::ReadPatrols, patrol)
                .await?;
            other = owners.map(|_| patrol);
        }
        let replies = if is_whole {
            replies_to(tx, QuestionBook::Tracks, row.id).await?
        } else {
            Vec::new()
        };
        Ok(TrackQuestionView {
            id: row.id,
            screen,
            vi: screen.vi(),
            en: screen.en(),
            state: row.state.parse().or(Err(row.corrupt("state")))?,
            patrol: row.patrol,
            other,
            has_other: row.other_patrol.is_some(),
            plot: row.plot,
            found: serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?,
            asked_at: row.asked_at,
            answer_by: row.asked_at.plus_millis(rules.answer_ms()),
            entry_id: row.entry,
            replies,
        })
    }
}

const fn right(verdict: Option<Verdict>) -> Right {
    match verdict {
        None => Right::RecordPatrols,
        Some(_) => Right::ValidatePatrols,
    }
}
