//! The tables of submissions, and what the list of plots reads of plots and their facts.

mod files;
mod keeping;
mod telling;
mod together;
mod waiting;

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, OrgId, PhotoId, PlotId, QuarantineId, SubmissionId, TeamId};
use crate::base::time::Timestamp;
use crate::patrols::model::text::composed;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub use files::*;
pub use keeping::*;
pub use telling::*;
pub use together::*;
pub use waiting::*;

macro_rules! submissions {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.entry, s.author, s.org, s.team, s.form, s.version, s.instance, s.sha256, s.root, s.revision, \
             s.place, s.state, s.expected, s.missing, s.raw, s.recorded_at, d.decision FROM odk_submissions s \
             LEFT JOIN odk_decisions d ON d.submission = s.id WHERE ",
            $rest
        )
    };
}

pub(super) const SUBMISSION: &str = submissions!("s.id = $1");
pub(super) const SUBMISSIONS: &str = submissions!("1 = 1");
pub(super) const EDITS: &str = submissions!(
    "s.root = $1 AND s.id <> $2 AND s.state <> 'taken' AND d.decision IS NULL \
     ORDER BY s.revision, s.recorded_at, s.id LIMIT 20"
);
pub(super) const EDITED: &str = submissions!(
    "s.root = $1 AND s.revision < $2 AND s.state = 'review' AND d.decision IS NULL \
     ORDER BY s.revision, s.id LIMIT 20"
);
// With every form of the same chain: an edit repeats what it does not change.
pub(super) const TELLING: &str = submissions!(
    "s.root IN (SELECT t.root FROM odk_parts p JOIN odk_submissions t ON t.id = p.submission WHERE p.fact = $1) \
     ORDER BY s.revision, s.recorded_at, s.id"
);
pub(super) const LOCK_SUBMISSION: &str = "UPDATE odk_submissions SET form = form WHERE id = $1";
pub(super) const SET_STATE: &str =
    "UPDATE odk_submissions SET state = $2, place = $3 WHERE id = $1";
pub(super) const SET_MISSING: &str = "UPDATE odk_submissions SET missing = $2 WHERE id = $1";
pub(super) const SET_ERASED: &str = "UPDATE odk_submissions SET raw = 0 WHERE id = $1";
pub(super) const EXPIRED: &str = "SELECT s.id FROM odk_submissions s WHERE s.raw = 1 AND (EXISTS (SELECT 1 FROM odk_parts p \
     JOIN patrols t ON t.id = p.fact WHERE p.submission = s.id AND p.part = 'patrol' AND t.redacted_at IS NOT NULL) \
     OR (s.recorded_at < $1 AND NOT EXISTS (SELECT 1 FROM odk_parts p JOIN patrols t ON t.id = p.fact \
     WHERE p.submission = s.id AND p.part = 'patrol' AND t.held_since IS NOT NULL))) ORDER BY s.recorded_at, s.id LIMIT $2";
pub(super) const SET_PART: &str = "INSERT INTO odk_parts (submission, part, fact, state, reason, faults, quarantine) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (submission, part) DO UPDATE SET fact = excluded.fact, \
     state = excluded.state, reason = excluded.reason, faults = excluded.faults, quarantine = excluded.quarantine";
pub(super) const PARTS: &str = "SELECT part, fact, state, reason, faults, quarantine FROM odk_parts WHERE submission = $1 ORDER BY part";
pub(super) const INSERT_FILE: &str = "INSERT INTO odk_files (submission, name, sha256, bytes, photo, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (submission, name, sha256) DO NOTHING";
pub(super) const FILES: &str = "SELECT name, sha256, bytes, photo, received_at FROM odk_files WHERE submission = $1 ORDER BY name, received_at";
pub(super) const PLOTS: &str = "SELECT p.id, p.crop, p.detected_at, p.commune_name, p.lon, p.lat, p.state, \
     p.version + (SELECT COUNT(*) FROM ledger_facts f WHERE f.plot = p.id) AS version FROM plots p \
     WHERE p.state IN ('detected', 'verified', 'transferred', 'eradicating', 'resprout', 'eradicated')";
pub(super) const PLOT_VERSION: &str = "SELECT p.version + (SELECT COUNT(*) FROM ledger_facts f WHERE f.plot = p.id) \
     FROM plots p WHERE p.id = $1";

// Files that came and are of no use, where none of the same name is; ends within a bracket.
const LACKING: &str = "EXISTS (SELECT 1 FROM odk_unusable u WHERE u.submission = s.id AND NOT EXISTS \
     (SELECT 1 FROM odk_files f WHERE f.submission = u.submission AND f.name = u.name)";
// Submissions under whose name another content came.
const CAME_OTHERWISE: &str =
    "s.id IN (SELECT q.fact FROM quarantine q WHERE q.kind = 'submission' AND q.fact IS NOT NULL)";
// A later edit brings every file of the form again.
const LAST_OF_CHAIN: &str = "NOT EXISTS (SELECT 1 FROM odk_submissions l WHERE l.root = s.root AND l.revision > s.revision)";
/// The word for what waits for somebody, if only to be looked at.
const FOR_SOMEBODY: &str = "review";
/// The word for a file that is larger than any that is taken.
pub(super) const TOO_LARGE: &str = "too-large";

/// The word for what somebody decided not to record.
pub(super) const REFUSED: &str = "refused";

/// Every fixed statement of the door, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    INSERT_SUBMISSION,
    INSERT_NEW_SUBMISSION,
    INSERT_PLOT_PART,
    SUBMISSION,
    SUBMISSIONS,
    LOCK_SUBMISSION,
    SET_STATE,
    SET_MISSING,
    SET_ERASED,
    EXPIRED,
    SET_PART,
    PARTS,
    INSERT_FILE,
    FILES,
    EDITS,
    EDITED,
    EARLIER,
    VERSIONS,
    TELLING,
    FACTS_OF,
    FOUND,
    JOIN_CHAIN,
    INSERT_UNUSABLE,
    UNUSABLE,
    OTHERS,
    DECIDE,
    DECISION,
    PHOTOS_OF_CHAIN,
    PLOTS,
    PLOT_VERSION,
];

/// A submission as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SubmissionRow {
    pub id: SubmissionId,
    pub entry: EntryId,
    pub author: Uuid,
    pub org: Option<OrgId>,
    pub team: Option<TeamId>,
    pub form: String,
    pub version: String,
    pub instance: String,
    pub sha256: Vec<u8>,
    pub root: SubmissionId,
    pub revision: i64,
    pub place: Option<String>,
    pub state: String,
    pub expected: String,
    pub missing: i64,
    pub raw: i64,
    pub recorded_at: Timestamp,
    /// What a person decided about it, if anybody did.
    pub decision: Option<String>,
}

impl SubmissionRow {
    /// The names of the files that the form names, in composed letters.
    pub fn expected(&self) -> Result<Vec<String>, Error> {
        let names = serde_json::from_str::<Vec<String>>(&self.expected);
        let names = names.or(Err(Error::Corrupt {
            table: "odk_submissions",
            column: "expected",
            id: self.id.to_string(),
        }))?;
        Ok(names.iter().map(|name| composed(name)).collect())
    }
}

/// What became of a part.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PartRow {
    pub part: String,
    pub fact: Option<Uuid>,
    pub state: String,
    pub reason: Option<String>,
    pub faults: String,
    pub quarantine: Option<QuarantineId>,
}

/// A file that came.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FileRow {
    pub name: String,
    pub sha256: Vec<u8>,
    pub bytes: i64,
    pub photo: PhotoId,
    pub received_at: Timestamp,
}

/// A plot of the list that goes to phones.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ListedPlot {
    pub id: PlotId,
    pub crop: String,
    pub detected_at: Timestamp,
    pub commune_name: Option<String>,
    pub lon: f64,
    pub lat: f64,
    pub state: String,
    pub version: i64,
}

/// Whose submissions a reader sees besides its own and its team's.
#[derive(Debug, Clone)]
pub struct Sight {
    pub actor: Uuid,
    pub team: Option<TeamId>,
    /// None: the whole province.
    pub communes: Option<Vec<String>>,
}

/// Which submissions are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub state: Option<String>,
    pub form: Option<String>,
    pub incomplete: bool,
    pub after: Option<(Timestamp, SubmissionId)>,
    pub limit: i64,
}

pub async fn submission(tx: &mut Tx, id: SubmissionId) -> Result<Option<SubmissionRow>, Error> {
    on!(tx, |c| sqlx::query_as(SUBMISSION)
        .bind(id)
        .fetch_optional(c))
}

/// Keeps other writers of the submission out until the act ends; false when there is none.
pub async fn lock_submission(tx: &mut Tx, id: SubmissionId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(LOCK_SUBMISSION).bind(id)).map(|rows| rows > 0)
}

pub async fn set_state(
    tx: &mut Tx,
    id: SubmissionId,
    state: &str,
    place: Option<&str>,
) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_STATE).bind(id).bind(state).bind(place)).map(drop)
}

pub async fn set_missing(tx: &mut Tx, id: SubmissionId, missing: i64) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_MISSING).bind(id).bind(missing)).map(drop)
}

pub async fn set_erased(tx: &mut Tx, id: SubmissionId) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_ERASED).bind(id)).map(drop)
}

/// Submissions whose body holds a track that was erased from its patrol, or that came before an instant and is not held.
pub async fn expired(
    tx: &mut Tx,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<SubmissionId>, Error> {
    on!(tx, |c| sqlx::query_scalar(EXPIRED)
        .bind(before)
        .bind(limit)
        .fetch_all(c))
}

pub async fn set_part(tx: &mut Tx, id: SubmissionId, row: &PartRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_PART)
            .bind(id)
            .bind(row.part.as_str())
            .bind(row.fact)
            .bind(row.state.as_str())
            .bind(row.reason.as_deref())
            .bind(row.faults.as_str())
            .bind(row.quarantine)
    )
    .map(drop)
}

pub async fn parts(tx: &mut Tx, id: SubmissionId) -> Result<Vec<PartRow>, Error> {
    on!(tx, |c| sqlx::query_as(PARTS).bind(id).fetch_all(c))
}

/// Writes a file down; the same one twice is one.
pub async fn insert_file(tx: &mut Tx, id: SubmissionId, row: &FileRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_FILE)
            .bind(id)
            .bind(row.name.as_str())
            .bind(row.sha256.as_slice())
            .bind(row.bytes)
            .bind(row.photo)
            .bind(row.received_at)
    )
    .map(drop)
}

pub async fn files(tx: &mut Tx, id: SubmissionId) -> Result<Vec<FileRow>, Error> {
    on!(tx, |c| sqlx::query_as(FILES).bind(id).fetch_all(c))
}

/// Up to so many submissions in sight, the latest first.
pub async fn submissions(
    tx: &mut Tx,
    sight: &Sight,
    filter: &Filter,
) -> Result<Vec<SubmissionRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(SUBMISSIONS);
        if let Some(communes) = &sight.communes {
            query.push(" AND (s.author = ").push_bind(sight.actor);
            if let Some(team) = sight.team {
                query.push(" OR s.team = ").push_bind(team);
            }
            query.push(" OR s.place IN (");
            let mut list = query.separated(", ");
            for code in communes {
                list.push_bind(code.as_str());
            }
            query.push("))");
        }
        match filter.state.as_deref() {
            None => {}
            Some(REFUSED) => {
                query.push(" AND d.decision = ").push_bind(REFUSED);
            }
            Some(state) => {
                query.push(" AND (s.state = ").push_bind(state);
                if state == FOR_SOMEBODY {
                    query.push(" OR (d.decision IS NULL AND ").push(LACKING);
                    query.push(" AND u.reason = ").push_bind(TOO_LARGE);
                    query.push(")) OR (d.decision IS NULL AND ");
                    query.push(CAME_OTHERWISE).push(")");
                }
                query.push(") AND (d.decision IS NULL OR d.decision <> ");
                query.push_bind(REFUSED).push(")");
            }
        }
        if let Some(form) = &filter.form {
            query.push(" AND s.form = ").push_bind(form.as_str());
        }
        if filter.incomplete {
            query
                .push(" AND (s.missing > 0 OR ")
                .push(LACKING)
                .push(")) AND ")
                .push(LAST_OF_CHAIN);
        }
        if let Some((at, id)) = filter.after {
            query.push(" AND (s.recorded_at < ").push_bind(at);
            query.push(" OR (s.recorded_at = ").push_bind(at);
            query.push(" AND s.id < ").push_bind(id).push("))");
        }
        query.push(" ORDER BY s.recorded_at DESC, s.id DESC LIMIT ");
        query.push_bind(filter.limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Up to so many plots with work to be done in these communes (none: everywhere), the latest detected first.
pub async fn plots(
    tx: &mut Tx,
    communes: Option<&[String]>,
    limit: i64,
) -> Result<Vec<ListedPlot>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PLOTS);
        if let Some(communes) = communes {
            query.push(" AND p.place IN (");
            let mut list = query.separated(", ");
            for code in communes {
                list.push_bind(code.as_str());
            }
            query.push(")");
        }
        query.push(" ORDER BY p.detected_at DESC, p.id LIMIT ");
        query.push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// The number of things told of a plot: its versions and facts.
pub async fn plot_version(tx: &mut Tx, id: PlotId) -> Result<Option<i64>, Error> {
    on!(tx, |c| sqlx::query_scalar(PLOT_VERSION)
        .bind(id)
        .fetch_optional(c))
}
