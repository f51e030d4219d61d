//! Questions to the team: listed to whoever may see the photo, answered by its unit first, decided by another.

use serde::Serialize;
use serde_json::{Value, json};

use crate::base::actor::{Actor, Principal, Right};
use crate::base::ids::{EntryId, OrgId, PhotoId, QuestionId};
use crate::base::personal::looks_personal;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::evidence::model::grade::Review;
use crate::evidence::model::screens::{QuestionState, Screen, ScreenRules, Verdict};
use crate::evidence::sql::{self, PhotoRow, QuestionRow, ReplyRow};
use crate::journal::{Entry, Kind, Receipt, Written};
use crate::plots::SETTLE_JOB;
use crate::store::{self, Tx};

use super::read::{may_see, sight};
use super::{Error, Evidence, is_handling};

const MOST_CHARS: usize = 2_000;

/// A reply as readers see it; no account is named.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReplyView {
    /// `answer` or `decision`.
    pub kind: String,
    /// The organisation that said it.
    pub org: Option<OrgId>,
    /// What was said.
    #[schema(value_type = Object)]
    pub said: Value,
    /// When.
    pub said_at: Timestamp,
    /// Its entry.
    pub entry_id: EntryId,
}

impl ReplyView {
    pub(super) fn of(reply: ReplyRow) -> Result<Self, store::Error> {
        Ok(Self {
            said: serde_json::from_str(&reply.body).or(Err(store::Error::Corrupt {
                table: "evidence_replies",
                column: "body",
                id: reply.entry.to_string(),
            }))?,
            kind: reply.kind,
            org: reply.org,
            said_at: reply.said_at,
            entry_id: reply.entry,
        })
    }
}

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

/// Which page of which questions is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct QuestionQuery {
    /// In this state.
    pub state: Option<QuestionState>,
    /// The last question of the page before.
    pub after: Option<(Timestamp, QuestionId)>,
    /// Rows in a page.
    pub limit: u32,
}

/// A page of questions.
#[derive(Debug, Clone)]
pub struct QuestionPage {
    /// The questions.
    pub items: Vec<QuestionView>,
    /// The last question's key, when more follow.
    pub next: Option<(Timestamp, QuestionId)>,
}

struct Said {
    actor: Actor,
    question: QuestionId,
    verdict: Option<Verdict>,
    text: String,
    body: Vec<u8>,
}

impl Evidence {
    /// A page of questions in the caller's reach, the latest first.
    pub async fn questions(
        &self,
        actor: &Actor,
        query: QuestionQuery,
    ) -> Result<QuestionPage, Error> {
        let sight = sight(actor).ok_or(Error::Forbidden)?;
        let mut tx = self.journal.store().read().await?;
        let limit = i64::from(query.limit) + 1;
        let state = query.state.map(QuestionState::as_str);
        let mut rows = sql::questions(&mut tx, &sight, state, query.after, limit).await?;
        let most = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more);
        let next = next.map(|row| (row.asked_at, row.id));
        let rules = self.screen_rules(&mut tx).await?;
        let mut items = Vec::new();
        for row in rows {
            items.push(view(&mut tx, actor, &row, &rules, false).await?);
        }
        Ok(QuestionPage { items, next })
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
        let pointer = if verdict.is_some() {
            "/reason"
        } else {
            "/text"
        };
        let text = text.trim().to_owned();
        if text.is_empty() || text.chars().count() > MOST_CHARS {
            return Err(Refusal::at(pointer, "expected 1 to 2,000 characters").into());
        }
        if looks_personal(&text) {
            let advice = "no telephone or identity numbers: say it without them";
            return Err(Refusal::at(pointer, advice).into());
        }
        let said = Said {
            actor: actor.clone(),
            question,
            verdict,
            text,
            body: body.to_vec(),
        };
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
        if !sql::lock_question(tx, said.question).await? {
            return Err(Error::NotFound);
        }
        let (row, photo) = seen(tx, &said.actor, right(said.verdict), said.question).await?;
        let other = sql::photo(tx, row.other).await?.ok_or(Error::NotFound)?;
        let now = self.journal.now();
        let state = match said.verdict {
            None => {
                check_team(&said.actor, &row, &photo)?;
                QuestionState::Answered
            }
            Some(verdict) => {
                let rules = self.screen_rules(tx).await?;
                check_judge(&said.actor, &row, [&photo, &other], (now, &rules))?;
                match verdict {
                    Verdict::Cleared => QuestionState::Cleared,
                    Verdict::Upheld => QuestionState::Upheld,
                }
            }
        };
        let entry = Entry {
            kind: if said.verdict.is_some() {
                Kind::Decision
            } else {
                Kind::Answer
            },
            fact: said.question.0,
            actor: said.actor.id,
            device: None,
            origin: Some(&said.actor.origin),
            body: &said.body,
        };
        let written = self.journal.enter(tx, entry).await?;
        let reply = ReplyRow {
            entry: written.entry,
            question: said.question,
            kind: if said.verdict.is_some() {
                "decision"
            } else {
                "answer"
            }
            .to_owned(),
            author: said.actor.id,
            org: said.actor.org,
            body: json!({ "text": said.text, "result": said.verdict }).to_string(),
            said_at: written.received_at,
        };
        sql::insert_reply(tx, &reply).await?;
        sql::set_state(tx, said.question, state.as_str()).await?;
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

pub(super) fn is_decided(state: &str) -> bool {
    state == QuestionState::Cleared.as_str() || state == QuestionState::Upheld.as_str()
}

fn check_team(actor: &Actor, row: &QuestionRow, photo: &PhotoRow) -> Result<(), Error> {
    if !is_handling(actor, photo) {
        return Err(Refusal::at("", "expected the unit that took the photo in question").into());
    }
    if is_decided(&row.state) {
        return Err(Refusal::at("", "it is decided already").into());
    }
    Ok(())
}

fn check_judge(
    actor: &Actor,
    row: &QuestionRow,
    photos: [&PhotoRow; 2],
    (now, rules): (Timestamp, &ScreenRules),
) -> Result<(), Error> {
    let refused = |reason: &str| Err(Refusal::at("", reason).into());
    if actor.principal != Principal::Account || actor.org.is_none() {
        return refused("expected a named account of an organisation");
    }
    if photos.iter().any(|photo| is_handling(actor, photo)) {
        return refused("expected an account of another organisation than the photos' units");
    }
    if is_decided(&row.state) && !actor.may_in_province(Right::ReopenPlots) {
        return refused("it is decided already: expected a provincial role that opens cases again");
    }
    let is_waiting = row.state == QuestionState::Open.as_str()
        && now < row.asked_at.plus_millis(rules.answer_ms());
    if is_waiting {
        let days = rules.answer_days;
        return refused(&format!(
            "the team answers first: expected its answer, or {days} days to be over"
        ));
    }
    Ok(())
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
    let mut replies = Vec::new();
    if is_whole {
        for reply in sql::replies(tx, row.id).await? {
            replies.push(ReplyView::of(reply)?);
        }
    }
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
