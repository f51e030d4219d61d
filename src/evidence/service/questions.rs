//! Questions to the team: listed to whoever may see the photo, answered by its unit first, decided by another.

use serde::Serialize;
use serde_json::Value;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, PhotoId, QuestionId};
use crate::base::time::Timestamp;
use crate::evidence::model::grade::Review;
use crate::evidence::model::screens::{QuestionState, Screen, ScreenRules, Verdict};
use crate::evidence::sql::{self, PhotoRow, QuestionBook, QuestionRow};
use crate::journal::{Receipt, Written};
use crate::plots::SETTLE_JOB;
use crate::store::{self, Tx};

use super::asking::{Asked, QuestionPage, QuestionQuery, ReplyView, Said, replies_to};
use super::read::{may_see, sight};
use super::{Error, Evidence, is_handling};

/// A question with both sides.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct QuestionView {
    /// Its id.
    pub id: QuestionId,
    /// What the screen looks for.
    pub screen: Screen,
    /// What is asked, in Vietnamese.
    pub vi: &'static str,
    /// In English.
    pub en: &'static str,
    /// How it stands.
    pub state: QuestionState,
    /// The photo in question: the one that came later.
    pub photo: PhotoId,
    /// The other side; null when there is none, or when it lies outside the caller's reach.
    pub other: Option<PhotoId>,
    /// Whether there is another side at all.
    pub has_other: bool,
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

impl Evidence {
    /// A page of questions in the caller's reach, the latest first.
    pub async fn questions(
        &self,
        actor: &Actor,
        query: QuestionQuery,
    ) -> Result<QuestionPage<QuestionView>, Error> {
        let sight = sight(actor).ok_or(Error::Forbidden)?;
        let mut tx = self.journal.store().read().await?;
        let state = query.state.map(QuestionState::as_str);
        let rows = sql::questions(&mut tx, &sight, state, query.after, query.rows()).await?;
        let page = query.page(rows, |row| (row.asked_at, row.id));
        let rules = self.screen_rules(&mut tx).await?;
        let mut items = Vec::new();
        for row in page.items {
            items.push(view(&mut tx, actor, &row, &rules, false).await?);
        }
        Ok(QuestionPage {
            items,
            next: page.next,
        })
    }

    /// One question with its answers and decisions.
    pub async fn question_of(&self, actor: &Actor, id: QuestionId) -> Result<QuestionView, Error> {
        if !actor.may_somewhere(Right::ReadPhotos) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        let row = seen(&mut tx, actor, Right::ReadPhotos, id).await?.0;
        let rules = self.screen_rules(&mut tx).await?;
        Ok(view(&mut tx, actor, &row, &rules, true).await?)
    }

    /// The team answers: the unit of the photo in question.
    pub async fn answer(
        &self,
        actor: &Actor,
        question: QuestionId,
        text: &str,
        body: &[u8],
    ) -> Result<(QuestionView, Receipt), Error> {
        self.say(actor, question, None, text, body).await
    }

    /// A role decides, once the team answered or its time is up: an account of another organisation than either photo's.
    /// What is decided is decided anew only by a provincial role that opens closed plots as well.
    pub async fn decide(
        &self,
        actor: &Actor,
        question: QuestionId,
        verdict: Verdict,
        reason: &str,
        body: &[u8],
    ) -> Result<(QuestionView, Receipt), Error> {
        self.say(actor, question, Some(verdict), reason, body).await
    }

    async fn say(
        &self,
        actor: &Actor,
        question: QuestionId,
        verdict: Option<Verdict>,
        text: &str,
        body: &[u8],
    ) -> Result<(QuestionView, Receipt), Error> {
        if !actor.may_somewhere(right(verdict)) {
            return Err(Error::Forbidden);
        }
        let said = Said::checked(actor, question, verdict, text, body)?;
        let written = self
            .journal
            .write((self.clone(), said), |tx, (evidence, said)| {
                Box::pin(evidence.write_reply(tx, said))
            })
            .await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::question(&mut tx, question).await?;
        let rules = self.screen_rules(&mut tx).await?;
        let row = row.ok_or(Error::NotFound)?;
        let view = view(&mut tx, actor, &row, &rules, true).await?;
        Ok((view, self.journal.receipt(&written)))
    }

    async fn write_reply(&self, tx: &mut Tx, said: &Said) -> Result<Written, Error> {
        if !sql::lock_question(tx, QuestionBook::Photos, said.question).await? {
            return Err(Error::NotFound);
        }
        let (row, photo) = seen(tx, &said.actor, right(said.verdict), said.question).await?;
        let other = sql::photo(tx, row.other).await?.ok_or(Error::NotFound)?;
        let rules = self.screen_rules(tx).await?;
        let is_unit = is_handling(&said.actor, &photo);
        let asked = Asked {
            state: &row.state,
            since: row.asked_at,
            is_unit,
            is_party: is_unit || is_handling(&said.actor, &other),
            unit: "the unit that took the photo in question",
        };
        let state = said.state(&asked, self.journal.now(), &rules)?;
        let written = self
            .keep_said(tx, QuestionBook::Photos, said, state)
            .await?;
        if let (Some(plot), 1) = (photo.plot, photo.linked) {
            self.journal.queue(tx, SETTLE_JOB, plot.0).await?;
        }
        Ok(written)
    }
}

/// How the questions about a photo stand together, by their states.
pub(super) fn review_of(states: &[String]) -> Review {
    let is = |state: QuestionState| states.iter().any(|own| own == state.as_str());
    if is(QuestionState::Upheld) {
        Review::Upheld
    } else if is(QuestionState::Open) || is(QuestionState::Answered) {
        Review::Open
    } else {
        Review::Clear
    }
}

const fn right(verdict: Option<Verdict>) -> Right {
    match verdict {
        None => Right::RecordPhotos,
        Some(_) => Right::VerifyPlots,
    }
}

async fn seen(
    tx: &mut Tx,
    actor: &Actor,
    right: Right,
    id: QuestionId,
) -> Result<(QuestionRow, PhotoRow), Error> {
    let row = sql::question(tx, id).await?.ok_or(Error::NotFound)?;
    let photo = sql::photo(tx, row.photo).await?.ok_or(Error::NotFound)?;
    if may_see(actor, right, &photo) {
        Ok((row, photo))
    } else {
        Err(Error::NotFound)
    }
}

async fn view(
    tx: &mut Tx,
    actor: &Actor,
    row: &QuestionRow,
    rules: &ScreenRules,
    is_whole: bool,
) -> Result<QuestionView, store::Error> {
    let screen: Screen = row.screen.parse().or(Err(row.corrupt("screen")))?;
    let has_other = row.other != row.photo;
    let other = sql::photo(tx, row.other).await?.filter(|_| has_other);
    let other = other.filter(|photo| may_see(actor, Right::ReadPhotos, photo));
    let replies = if is_whole {
        replies_to(tx, QuestionBook::Photos, row.id).await?
    } else {
        Vec::new()
    };
    Ok(QuestionView {
        id: row.id,
        screen,
        vi: screen.vi(),
        en: screen.en(),
        state: row.state.parse().or(Err(row.corrupt("state")))?,
        photo: row.photo,
        other: other.map(|photo| photo.id),
        has_other,
        found: serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?,
        asked_at: row.asked_at,
        answer_by: row.asked_at.plus_millis(rules.answer_ms()),
        entry_id: row.entry,
        replies,
    })
}
