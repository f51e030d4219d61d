//! What was answered and decided, of questions of either kind.

use uuid::Uuid;

use super::{
    INSERT_REPLY, INSERT_TRACK_REPLY, LOCK_QUESTION, LOCK_TRACK_QUESTION, REPLIES, SET_STATE,
    SET_TRACK_STATE, TRACK_REPLIES,
};
use crate::base::ids::{EntryId, OrgId, QuestionId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

/// Which questions: each kind has tables of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionBook {
    /// About photos.
    Photos,
    /// About tracks and claims.
    Tracks,
}

impl QuestionBook {
    pub(super) const fn of(self, photos: &'static str, tracks: &'static str) -> &'static str {
        match self {
            Self::Photos => photos,
            Self::Tracks => tracks,
        }
    }
}

/// An answer or a decision.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ReplyRow {
    pub entry: EntryId,
    pub question: QuestionId,
    pub kind: String,
    pub author: Uuid,
    pub org: Option<OrgId>,
    pub body: String,
    pub said_at: Timestamp,
}

/// Keeps other writers of a question out until the act ends; false when there is no such question.
pub async fn lock_question(tx: &mut Tx, book: QuestionBook, id: QuestionId) -> Result<bool, Error> {
    let lock = book.of(LOCK_QUESTION, LOCK_TRACK_QUESTION);
    changed!(tx, sqlx::query(lock).bind(id)).map(|rows| rows > 0)
}

pub async fn set_state(
    tx: &mut Tx,
    book: QuestionBook,
    id: QuestionId,
    state: &str,
) -> Result<(), Error> {
    let set = book.of(SET_STATE, SET_TRACK_STATE);
    changed!(tx, sqlx::query(set).bind(id).bind(state)).map(drop)
}

pub async fn insert_reply(tx: &mut Tx, book: QuestionBook, row: &ReplyRow) -> Result<(), Error> {
    let insert = book.of(INSERT_REPLY, INSERT_TRACK_REPLY);
    changed!(
        tx,
        sqlx::query(insert)
            .bind(row.entry)
            .bind(row.question)
            .bind(row.kind.as_str())
            .bind(row.author)
            .bind(row.org)
            .bind(row.body.as_str())
            .bind(row.said_at)
    )
    .map(drop)
}

pub async fn replies(
    tx: &mut Tx,
    book: QuestionBook,
    id: QuestionId,
) -> Result<Vec<ReplyRow>, Error> {
    let replies = book.of(REPLIES, TRACK_REPLIES);
    on!(tx, |c| sqlx::query_as(replies).bind(id).fetch_all(c))
}
