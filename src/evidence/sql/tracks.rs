//! Questions about tracks and claims, and what was answered and decided.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, OrgId, PatrolId, PlotId, QuestionId, TeamId};
use crate::base::time::Timestamp;
use crate::identity::model::RESERVE_TEAM;
use crate::patrols::OF_OWN_GROUND;
use crate::store::{Error, Tx};
use crate::{changed, on};

/// A question beside its patrol or plot, whose place decides who sees it.
macro_rules! track_questions_where {
    ($condition:literal) => {
        concat!(
            "SELECT s.id, s.screen, s.patrol, s.device, s.other_patrol, s.plot, s.org, s.state, s.record, \
             s.entry, s.asked_at, q.place FROM evidence_track_questions s LEFT JOIN patrols p ON p.id = s.patrol \
             LEFT JOIN plots q ON q.id = s.plot WHERE ",
            $condition
        )
    };
}

pub(super) const TRACK_QUESTION: &str = track_questions_where!("s.id = $1");
pub(super) const TRACK_QUESTIONS: &str = track_questions_where!("1 = 1");
pub(super) const LOCK_TRACK_QUESTION: &str =
    "UPDATE evidence_track_questions SET state = state WHERE id = $1";
pub(super) const INSERT_TRACK_QUESTION: &str = "INSERT INTO evidence_track_questions (id, subject, screen, patrol, device, other_patrol, \
     other_device, plot, org, state, record, entry, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, $12) \
     ON CONFLICT (subject) DO NOTHING";
pub(super) const IS_TRACK_ASKED: &str =
    "SELECT COUNT(*) FROM evidence_track_questions WHERE subject = $1";
pub(super) const SET_TRACK_STATE: &str =
    "UPDATE evidence_track_questions SET state = $2 WHERE id = $1";
pub(super) const UPHELD_OF_DEVICE: &str = "SELECT DISTINCT patrol FROM evidence_track_questions \
     WHERE device = $1 AND state = 'upheld' AND patrol IS NOT NULL";
pub(super) const UPHELD_TRACKS: &str = "SELECT DISTINCT patrol, device FROM evidence_track_questions \
     WHERE state = 'upheld' AND patrol IS NOT NULL AND device IS NOT NULL";
pub(super) const TRACK_STATE: &str =
    "SELECT state FROM evidence_track_questions WHERE subject = $1";
pub(super) const INSERT_TRACK_REPLY: &str = "INSERT INTO evidence_track_replies (entry, question, kind, author, org, body, said_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(super) const TRACK_REPLIES: &str = "SELECT entry, question, kind, author, org, body, said_at FROM evidence_track_replies \
     WHERE question = $1 ORDER BY said_at, kind, entry";
pub(super) const PLOTS_SHOWN_BY: &str = "SELECT DISTINCT p.plot FROM photos p JOIN tracks t ON t.device = p.author \
     WHERE p.author = $1 AND t.patrol = $2 AND p.linked = 1 AND p.taken_at >= t.first_at - $3 AND p.taken_at <= t.last_at + $3";

/// A question about a track, or about a claim that no track came near.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TrackQuestionRow {
    pub id: QuestionId,
    pub screen: String,
    pub patrol: Option<PatrolId>,
    pub device: Option<Uuid>,
    pub other_patrol: Option<PatrolId>,
    pub plot: Option<PlotId>,
    pub org: Option<OrgId>,
    pub state: String,
    pub record: String,
    pub entry: EntryId,
    pub asked_at: Timestamp,
    pub place: Option<String>,
}

impl TrackQuestionRow {
    /// What is to be said when a column cannot be read.
    pub fn corrupt(&self, column: &'static str) -> Error {
        Error::Corrupt {
            table: "evidence_track_questions",
            column,
            id: self.id.to_string(),
        }
    }
}

/// A question to be asked.
#[derive(Debug, Clone)]
pub struct NewTrackQuestion {
    pub id: QuestionId,
    /// What is asked about what: nothing is asked twice.
    pub subject: String,
    pub screen: &'static str,
    pub patrol: Option<PatrolId>,
    pub device: Option<Uuid>,
    pub other: Option<(PatrolId, Uuid)>,
    pub plot: Option<PlotId>,
    pub org: Option<OrgId>,
    pub record: String,
}

/// Which questions the caller may see.
#[derive(Debug, Clone)]
pub enum TrackSight {
    /// Every one.
    All,
    /// Those about the author's and the team's patrols, and those of these communes.
    Some {
        author: Uuid,
        team: Option<TeamId>,
        communes: Vec<String>,
    },
}

pub async fn track_question(
    tx: &mut Tx,
    id: QuestionId,
) -> Result<Option<TrackQuestionRow>, Error> {
    on!(tx, |c| sqlx::query_as(TRACK_QUESTION)
        .bind(id)
        .fetch_optional(c))
}

/// Writes a question; false when it was asked before.
pub async fn insert_track_question(
    tx: &mut Tx,
    new: &NewTrackQuestion,
    entry: EntryId,
    at: Timestamp,
) -> Result<bool, Error> {
    let (other_patrol, other_device) = new.other.unzip();
    changed!(
        tx,
        sqlx::query(INSERT_TRACK_QUESTION)
            .bind(new.id)
            .bind(new.subject.as_str())
            .bind(new.screen)
            .bind(new.patrol)
            .bind(new.device)
            .bind(other_patrol)
            .bind(other_device)
            .bind(new.plot)
            .bind(new.org)
            .bind(new.record.as_str())
            .bind(entry)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

pub async fn is_track_asked(tx: &mut Tx, subject: &str) -> Result<bool, Error> {
    let count: i64 = on!(tx, |c| sqlx::query_scalar(IS_TRACK_ASKED)
        .bind(subject)
        .fetch_one(c))?;
    Ok(count > 0)
}

/// The patrols whose track by a device was decided against.
pub async fn upheld_of_device(tx: &mut Tx, device: Uuid) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(UPHELD_OF_DEVICE)
        .bind(device)
        .fetch_all(c))
}

/// Every track that was decided against: patrol and device.
pub async fn upheld_tracks(tx: &mut Tx) -> Result<Vec<(PatrolId, Uuid)>, Error> {
    on!(tx, |c| sqlx::query_as(UPHELD_TRACKS).fetch_all(c))
}

/// How the question about a subject stands; `None` when nothing was asked.
pub async fn track_state(tx: &mut Tx, subject: &str) -> Result<Option<String>, Error> {
    on!(tx, |c| sqlx::query_scalar(TRACK_STATE)
        .bind(subject)
        .fetch_optional(c))
}

/// The plots of which a device took photos while its track of a patrol ran, or so many milliseconds around it.
pub async fn plots_shown_by(
    tx: &mut Tx,
    (device, patrol): (Uuid, PatrolId),
    around_ms: i64,
) -> Result<Vec<PlotId>, Error> {
    on!(tx, |c| sqlx::query_scalar(PLOTS_SHOWN_BY)
        .bind(device)
        .bind(patrol)
        .bind(around_ms)
        .fetch_all(c))
}

/// A page of questions in the caller's reach, the latest first.
pub async fn track_questions(
    tx: &mut Tx,
    sight: &TrackSight,
    state: Option<&str>,
    after: Option<(Timestamp, QuestionId)>,
    limit: i64,
) -> Result<Vec<TrackQuestionRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(TRACK_QUESTIONS);
        if let TrackSight::Some {
            author,
            team,
            communes,
        } = sight
        {
            query.push(" AND (p.author = ").push_bind(*author);
            if let Some(team) = team {
                query.push(" OR (p.team = ").push_bind(*team);
                if *team == RESERVE_TEAM {
                    query.push(OF_OWN_GROUND).push_bind(*author).push(")");
                }
                query.push(")");
            }
            for commune in communes {
                query.push(" OR q.place = ").push_bind(commune.as_str());
                query
                    .push(" OR EXISTS (SELECT 1 FROM patrol_communes t WHERE t.patrol = p.id AND t.commune = ")
                    .push_bind(commune.as_str())
                    .push(")");
            }
            query.push(")");
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
