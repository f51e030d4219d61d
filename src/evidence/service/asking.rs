//! What all questions have in common: how they are asked, paged, answered and decided. Which units one is about, and what
//! follows from it, is told where its kind is.

use serde::Serialize;
use serde_json::{Value, json};

use crate::base::actor::{Actor, CONSOLE, Principal, Right};
use crate::base::ids::{EntryId, OrgId, QuestionId};
use crate::base::personal::looks_personal;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::evidence::model::screens::{QuestionState, ScreenRules, Verdict};
use crate::evidence::sql::{self, QuestionBook, ReplyRow};
use crate::journal::{Entry, Kind, Written};
use crate::store::{self, Tx};

use super::{Error, Evidence};

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
    fn of(reply: ReplyRow) -> Result<Self, store::Error> {
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
pub struct QuestionPage<T> {
    /// The questions.
    pub items: Vec<T>,
    /// The last question's key, when more follow.
    pub next: Option<(Timestamp, QuestionId)>,
}

impl QuestionQuery {
    /// One more than a page holds: whether more follow.
    pub(super) fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The rows of the page and the last one's key, when more follow.
    pub(super) fn page<T>(
        &self,
        mut rows: Vec<T>,
        key: impl Fn(&T) -> (Timestamp, QuestionId),
    ) -> QuestionPage<T> {
        let most = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more).map(key);
        QuestionPage { items: rows, next }
    }
}

/// What somebody says of a question: an answer, or a decision with a verdict.
pub(super) struct Said {
    pub actor: Actor,
    pub question: QuestionId,
    pub verdict: Option<Verdict>,
    text: String,
    body: Vec<u8>,
}

/// A question as it stands, to whoever says something of it.
pub(super) struct Asked<'a> {
    pub state: &'a str,
    pub since: Timestamp,
    /// The caller belongs to the unit that answers.
    pub is_unit: bool,
    /// The caller belongs to a unit in question, and so decides nothing.
    pub is_party: bool,
    /// Who answers.
    pub unit: &'static str,
}

impl Said {
    /// An answer or decision that can be kept.
    pub fn checked(
        actor: &Actor,
        question: QuestionId,
        verdict: Option<Verdict>,
        text: &str,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let pointer = match verdict {
            Some(_) => "/reason",
            None => "/text",
        };
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MOST_CHARS {
            return Err(Refusal::at(pointer, "expected 1 to 2,000 characters"));
        }
        if looks_personal(text) {
            let advice = "no telephone or identity numbers: say it without them";
            return Err(Refusal::at(pointer, advice));
        }
        Ok(Self {
            actor: actor.clone(),
            question,
            verdict,
            text: text.to_owned(),
            body: body.to_vec(),
        })
    }

    /// How the question stands after it, if the caller may say it now.
    pub fn state(
        &self,
        asked: &Asked<'_>,
        now: Timestamp,
        rules: &ScreenRules,
    ) -> Result<QuestionState, Refusal> {
        match self.verdict {
            None => may_answer(asked).map(|()| QuestionState::Answered),
            Some(verdict) => {
                may_decide(&self.actor, asked, now, rules)?;
                Ok(match verdict {
                    Verdict::Cleared => QuestionState::Cleared,
                    Verdict::Upheld => QuestionState::Upheld,
                })
            }
        }
    }
}

fn is_decided(state: &str) -> bool {
    state == QuestionState::Cleared.as_str() || state == QuestionState::Upheld.as_str()
}

fn may_answer(asked: &Asked<'_>) -> Result<(), Refusal> {
    if !asked.is_unit {
        return Err(Refusal::at("", format!("expected {}", asked.unit)));
    }
    if is_decided(asked.state) {
        return Err(Refusal::at("", "it is decided already"));
    }
    Ok(())
}

fn may_decide(
    actor: &Actor,
    asked: &Asked<'_>,
    now: Timestamp,
    rules: &ScreenRules,
) -> Result<(), Refusal> {
    let refused = |reason: &str| Err(Refusal::at("", reason));
    if actor.principal != Principal::Account || actor.org.is_none() {
        return refused("expected a named account of an organisation");
    }
    if asked.is_party {
        return refused("expected an account of another organisation than the units in question");
    }
    if is_decided(asked.state) && !actor.may_in_province(Right::ReopenPlots) {
        return refused("it is decided already: expected a provincial role that opens cases again");
    }
    let is_waiting = asked.state == QuestionState::Open.as_str()
        && now < asked.since.plus_millis(rules.answer_ms());
    if is_waiting {
        let days = rules.answer_days;
        return refused(&format!(
            "the unit answers first: expected its answer, or {days} days to be over"
        ));
    }
    Ok(())
}

impl Evidence {
    /// Enters a question that a screen asks.
    pub(super) async fn enter_question(
        &self,
        tx: &mut Tx,
        question: QuestionId,
        body: &Value,
    ) -> Result<Written, store::Error> {
        let body = body.to_string();
        let entry = Entry {
            kind: Kind::Question,
            fact: question.0,
            actor: CONSOLE,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        self.journal.enter(tx, entry).await
    }

    /// Enters what was said and keeps it with the state that follows.
    pub(super) async fn keep_said(
        &self,
        tx: &mut Tx,
        book: QuestionBook,
        said: &Said,
        state: QuestionState,
    ) -> Result<Written, Error> {
        let (kind, word) = match said.verdict {
            Some(_) => (Kind::Decision, "decision"),
            None => (Kind::Answer, "answer"),
        };
        let entry = Entry {
            kind,
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
            kind: word.to_owned(),
            author: said.actor.id,
            org: said.actor.org,
            body: json!({ "text": said.text, "result": said.verdict }).to_string(),
            said_at: written.received_at,
        };
        sql::insert_reply(tx, book, &reply).await?;
        sql::set_state(tx, book, said.question, state.as_str()).await?;
        Ok(written)
    }
}

/// What was answered and decided, the oldest first.
pub(super) async fn replies_to(
    tx: &mut Tx,
    book: QuestionBook,
    question: QuestionId,
) -> Result<Vec<ReplyView>, store::Error> {
    let rows = sql::replies(tx, book, question).await?;
    rows.into_iter().map(ReplyView::of).collect()
}
