//! Questions about photos, what was answered and decided, and the fingerprints that pictures are compared by.

use sqlx::QueryBuilder;

use crate::base::ids::{EntryId, PhotoId, PlotId, QuestionId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

use super::{PhotoRow, Sight};

/// A question beside its photo, whose place decides who sees it.
macro_rules! questions_where {
    ($condition:literal) => {
        concat!(
            "SELECT s.id, s.screen, s.photo, s.other, s.state, s.record, s.entry, s.asked_at \
             FROM evidence_questions s JOIN photos p ON p.id = s.photo \
             LEFT JOIN plots q ON q.id = p.plot AND p.linked = 1 WHERE ",
            $condition
        )
    };
}

pub(super) const QUESTION: &str = questions_where!("s.id = $1");
pub(super) const QUESTIONS: &str = questions_where!("1 = 1");
pub(super) const LOCK_QUESTION: &str = "UPDATE evidence_questions SET state = state WHERE id = $1";
pub(super) const INSERT_QUESTION: &str = "INSERT INTO evidence_questions (id, screen, photo, other, state, record, entry, asked_at) \
     VALUES ($1, $2, $3, $4, 'open', $5, $6, $7) ON CONFLICT (screen, photo, other) DO NOTHING";
pub(super) const IS_ASKED: &str = "SELECT COUNT(*) FROM evidence_questions WHERE screen = $1 AND ((photo = $2 AND other = $3) OR (photo = $3 AND other = $2))";
pub(super) const SET_STATE: &str = "UPDATE evidence_questions SET state = $2 WHERE id = $1";
pub(super) const STATES_OF_PLOT: &str = "SELECT s.photo, s.state FROM evidence_questions s \
     JOIN photos p ON p.id = s.photo WHERE p.plot = $1 AND p.linked = 1";
pub(super) const ASKED_OF_PLOT: &str = "SELECT s.screen, s.state, s.photo, s.asked_at, s.id, s.entry FROM evidence_questions s \
     JOIN photos p ON p.id = s.photo WHERE p.plot = $1 AND p.linked = 1 \
     UNION ALL SELECT t.screen, t.state, NULL AS photo, t.asked_at, t.id, t.entry FROM evidence_track_questions t WHERE t.plot = $1 \
     ORDER BY 4, 1";
pub(super) const INSERT_REPLY: &str = "INSERT INTO evidence_replies (entry, question, kind, author, org, body, said_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(super) const REPLIES: &str = "SELECT entry, question, kind, author, org, body, said_at FROM evidence_replies \
     WHERE question = $1 ORDER BY said_at, kind, entry";
pub(super) const INSERT_FINGERPRINT: &str = "INSERT INTO evidence_fingerprints (photo, part, bits, check_bits, made_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (photo, part) DO NOTHING";
pub(super) const FINGERPRINTS_SINCE: &str = "SELECT photo, part, bits, check_bits, made_at FROM evidence_fingerprints \
     WHERE made_at >= $1 ORDER BY made_at, photo, part";
// Only photos that were looked at themselves: whichever of two is looked at last asks, and asks once.
pub(super) const SAME_INSTANT: &str = "SELECT id, plot, sha256, recorded_at, record FROM photos \
     WHERE author = $1 AND taken_at = $2 AND id <> $3 AND sha256 <> $4 AND derived <> 'waiting' \
     AND (plot IS NOT NULL OR NOT EXISTS (SELECT 1 FROM papers s WHERE s.id = photos.id)) ORDER BY recorded_at, id LIMIT $5";
pub(super) const SAME_FILE: &str = "SELECT id, plot, sha256, recorded_at, record FROM photos \
     WHERE sha256 = $1 AND id <> $2 AND derived <> 'waiting' ORDER BY recorded_at, id LIMIT $3";
pub(super) const LINKED: &str = "SELECT id, plot, sha256, recorded_at, record FROM photos WHERE linked = 1 AND derived <> 'waiting' AND id IN (";

/// A question. `other` is the other photo, or the same one when there is only one side.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct QuestionRow {
    pub id: QuestionId,
    pub screen: String,
    pub photo: PhotoId,
    pub other: PhotoId,
    pub state: String,
    pub record: String,
    pub entry: EntryId,
    pub asked_at: Timestamp,
}

impl QuestionRow {
    /// What is to be said when a column cannot be read.
    pub fn corrupt(&self, column: &'static str) -> Error {
        Error::Corrupt {
            table: "evidence_questions",
            column,
            id: self.id.to_string(),
        }
    }
}

/// A question to be asked.
#[derive(Debug, Clone)]
pub struct NewQuestion {
    pub id: QuestionId,
    pub screen: &'static str,
    pub photo: PhotoId,
    pub other: PhotoId,
    pub record: String,
}

/// A photo that another may be held against.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OtherRow {
    pub id: PhotoId,
    pub plot: Option<PlotId>,
    pub sha256: Vec<u8>,
    pub recorded_at: Timestamp,
    /// Its sidecar.
    pub record: String,
}

/// One fingerprint of a photo.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FingerprintRow {
    pub photo: PhotoId,
    pub part: i64,
    pub bits: i64,
    pub check_bits: Vec<u8>,
    pub made_at: Timestamp,
}

pub async fn question(tx: &mut Tx, id: QuestionId) -> Result<Option<QuestionRow>, Error> {
    on!(tx, |c| sqlx::query_as(QUESTION).bind(id).fetch_optional(c))
}

/// Writes a question; false when it was asked before.
pub async fn insert_question(
    tx: &mut Tx,
    new: &NewQuestion,
    entry: EntryId,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_QUESTION)
            .bind(new.id)
            .bind(new.screen)
            .bind(new.photo)
            .bind(new.other)
            .bind(new.record.as_str())
            .bind(entry)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

pub async fn is_asked(tx: &mut Tx, new: &NewQuestion) -> Result<bool, Error> {
    let count: i64 = on!(tx, |c| sqlx::query_scalar(IS_ASKED)
        .bind(new.screen)
        .bind(new.photo)
        .bind(new.other)
        .fetch_one(c))?;
    Ok(count > 0)
}

/// How the questions about the photos of a plot stand.
pub async fn states_of_plot(tx: &mut Tx, plot: PlotId) -> Result<Vec<(PhotoId, String)>, Error> {
    on!(tx, |c| sqlx::query_as(STATES_OF_PLOT)
        .bind(plot)
        .fetch_all(c))
}

pub async fn insert_fingerprint(tx: &mut Tx, row: &FingerprintRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_FINGERPRINT)
            .bind(row.photo)
            .bind(row.part)
            .bind(row.bits)
            .bind(row.check_bits.as_slice())
            .bind(row.made_at)
    )
    .map(drop)
}

/// Every fingerprint made at an instant or later.
pub async fn fingerprints_since(tx: &mut Tx, at: Timestamp) -> Result<Vec<FingerprintRow>, Error> {
    on!(tx, |c| sqlx::query_as(FINGERPRINTS_SINCE)
        .bind(at)
        .fetch_all(c))
}

/// Other pictures that a photo's sender took in the same millisecond, the first recorded first.
pub async fn same_instant(
    tx: &mut Tx,
    photo: &PhotoRow,
    most: u32,
) -> Result<Vec<OtherRow>, Error> {
    on!(tx, |c| sqlx::query_as(SAME_INSTANT)
        .bind(photo.author)
        .bind(photo.taken_at)
        .bind(photo.id)
        .bind(photo.sha256.as_slice())
        .bind(i64::from(most))
        .fetch_all(c))
}

/// Photos under other ids that are the same file, the first recorded first.
pub async fn same_file(tx: &mut Tx, photo: &PhotoRow, most: u32) -> Result<Vec<OtherRow>, Error> {
    on!(tx, |c| sqlx::query_as(SAME_FILE)
        .bind(photo.sha256.as_slice())
        .bind(photo.id)
        .bind(i64::from(most))
        .fetch_all(c))
}

/// Those of some photos that are joined to a plot, in no particular order.
pub async fn linked(tx: &mut Tx, photos: &[PhotoId]) -> Result<Vec<OtherRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(LINKED);
        let mut list = query.separated(", ");
        for photo in photos {
            list.push_bind(*photo);
        }
        query.push(")");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// A page of questions in the caller's reach, the latest first.
pub async fn questions(
    tx: &mut Tx,
    sight: &Sight,
    state: Option<&str>,
    after: Option<(Timestamp, QuestionId)>,
    limit: i64,
) -> Result<Vec<QuestionRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(QUESTIONS);
        if let Sight::Some {
            author,
            org,
            communes,
        } = sight
        {
            query.push(" AND (CASE WHEN p.linked = 1 THEN q.place ELSE p.place END IN (");
            let mut list = query.separated(", ");
            for code in communes {
                list.push_bind(code.as_str());
            }
            query.push(") OR (p.linked = 0 AND p.lon IS NULL AND (p.author = ");
            query.push_bind(*author);
            if let Some(org) = org {
                query.push(" OR p.org = ").push_bind(*org);
            }
            query.push(")))");
        }
        if let Some(state) = state {
            query.push(" AND s.state = ").push_bind(state);
        }
        if let Some((at, id)) = after {
            query.push(" AND (s.asked_at < ").push_bind(at);
            query.push(" OR (s.asked_at = ").push_bind(at);
            query.push(" AND s.id < ").push_bind(id).push("))");
        }
        query
            .push(" ORDER BY s.asked_at DESC, s.id DESC LIMIT ")
            .push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// A question as a plot's case tells it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AskedRow {
    pub screen: String,
    pub state: String,
    pub photo: Option<PhotoId>,
    pub asked_at: Timestamp,
    pub id: QuestionId,
    pub entry: EntryId,
}

/// What was asked about a plot and its photos, the first question first.
pub async fn asked_of_plot(tx: &mut Tx, plot: PlotId) -> Result<Vec<AskedRow>, Error> {
    on!(tx, |c| sqlx::query_as(ASKED_OF_PLOT)
        .bind(plot)
        .fetch_all(c))
}
