//! What of submissions waits: files that can never be photos, edits that came before what they edit, and decisions.

use uuid::Uuid;

use crate::base::ids::{EntryId, PlotId, QuarantineId, SubmissionId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

use super::{EDITED, EDITS, SubmissionRow};

pub(super) const FOUND: &str = "SELECT CAST(0 AS BIGINT) FROM odk_submissions WHERE id = $1 \
     UNION ALL SELECT CAST(0 AS BIGINT) FROM plots WHERE id = $2 \
     UNION ALL SELECT CAST(1 AS BIGINT) FROM odk_submissions WHERE root = $1 AND id <> $1";
pub(super) const EARLIER: &str = "SELECT s.revision, p.part FROM odk_submissions s \
     LEFT JOIN odk_parts p ON p.submission = s.id AND p.state = 'taken' \
     WHERE s.root = $1 AND s.revision < $2 ORDER BY s.revision, s.recorded_at, s.id, p.part";
pub(super) const VERSIONS: &str = "SELECT version, author FROM plot_versions WHERE plot = $1 \
     UNION ALL SELECT version, author FROM patrol_versions WHERE patrol = $1 ORDER BY version";
pub(super) const JOIN_CHAIN: &str =
    "UPDATE odk_submissions SET root = $2, revision = revision + $3 WHERE root = $1 AND id <> $1";
pub(super) const INSERT_UNUSABLE: &str = "INSERT INTO odk_unusable (submission, name, sha256, bytes, reason, quarantine, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (submission, name, sha256) DO NOTHING";
pub(super) const UNUSABLE: &str = "SELECT name, sha256, bytes, reason, quarantine, received_at FROM odk_unusable \
     WHERE submission = $1 ORDER BY name, received_at";
pub(super) const OTHERS: &str = "SELECT id, entry, bytes, received_at FROM quarantine \
     WHERE kind = 'submission' AND fact = $1 ORDER BY received_at, id LIMIT 20";
pub(super) const DECIDE: &str = "INSERT INTO odk_decisions (submission, entry, decision, reason, decided_by, decided_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
pub(super) const DECISION: &str = "SELECT submission, entry, decision, reason, decided_by, decided_at FROM odk_decisions WHERE submission = $1";
/// A file that came and can never be a photo.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UnusableRow {
    pub name: String,
    pub sha256: Vec<u8>,
    pub bytes: i64,
    pub reason: String,
    pub quarantine: Option<QuarantineId>,
    pub received_at: Timestamp,
}

/// A content that came later under the name of a submission.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OtherRow {
    pub id: QuarantineId,
    pub entry: EntryId,
    pub bytes: i64,
    pub received_at: Timestamp,
}

/// What a person decided about a submission.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DecisionRow {
    pub submission: SubmissionId,
    pub entry: EntryId,
    pub decision: String,
    pub reason: Option<String>,
    pub decided_by: Uuid,
    pub decided_at: Timestamp,
}

/// Notes a file that can never be a photo; the same one twice is one.
pub async fn insert_unusable(
    tx: &mut Tx,
    id: SubmissionId,
    row: &UnusableRow,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_UNUSABLE)
            .bind(id)
            .bind(row.name.as_str())
            .bind(row.sha256.as_slice())
            .bind(row.bytes)
            .bind(row.reason.as_str())
            .bind(row.quarantine)
            .bind(row.received_at)
    )
    .map(drop)
}

pub async fn unusable(tx: &mut Tx, id: SubmissionId) -> Result<Vec<UnusableRow>, Error> {
    on!(tx, |c| sqlx::query_as(UNUSABLE).bind(id).fetch_all(c))
}

/// The contents that were kept aside under the name of a submission, the first ones first.
pub async fn others(tx: &mut Tx, id: SubmissionId) -> Result<Vec<OtherRow>, Error> {
    on!(tx, |c| sqlx::query_as(OTHERS).bind(id).fetch_all(c))
}

/// Those of a chain but one that wait, the first edits first.
pub async fn edits(
    tx: &mut Tx,
    root: SubmissionId,
    but: SubmissionId,
) -> Result<Vec<SubmissionRow>, Error> {
    on!(tx, |c| sqlx::query_as(EDITS)
        .bind(root)
        .bind(but)
        .fetch_all(c))
}

/// A submission of a chain with a part of it that was recorded, if any was.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EarlierRow {
    pub revision: i64,
    pub part: Option<String>,
}

/// A version of a plot or a patrol.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VersionRow {
    pub version: i64,
    pub author: Uuid,
}

/// The submissions of a chain before a revision, with what was recorded of them, in the chain's order.
pub async fn earlier(
    tx: &mut Tx,
    root: SubmissionId,
    revision: i64,
) -> Result<Vec<EarlierRow>, Error> {
    on!(tx, |c| sqlx::query_as(EARLIER)
        .bind(root)
        .bind(revision)
        .fetch_all(c))
}

/// The versions of a plot or a patrol and who wrote them, the first one first.
pub async fn versions(tx: &mut Tx, fact: Uuid) -> Result<Vec<VersionRow>, Error> {
    on!(tx, |c| sqlx::query_as(VERSIONS).bind(fact).fetch_all(c))
}

/// The submissions of a chain before a revision that wait.
pub async fn edited(
    tx: &mut Tx,
    root: SubmissionId,
    revision: i64,
) -> Result<Vec<SubmissionRow>, Error> {
    on!(tx, |c| sqlx::query_as(EDITED)
        .bind(root)
        .bind(revision)
        .fetch_all(c))
}

/// What stands of a submission that tells of one plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Neither it nor its plot, nor an edit of it.
    Nothing,
    /// Neither it nor its plot; an edit of it came before.
    Edits,
    /// It, or its plot.
    Known,
}

/// Looks, with one statement and without a lock, whether a submission or its plot stands.
pub async fn found(tx: &mut Tx, id: SubmissionId, plot: PlotId) -> Result<Found, Error> {
    let rows: Vec<i64> = on!(tx, |c| sqlx::query_scalar(FOUND)
        .bind(id)
        .bind(plot)
        .fetch_all(c))?;
    Ok(match (rows.contains(&0), rows.is_empty()) {
        (true, _) => Found::Known,
        (false, true) => Found::Nothing,
        (false, false) => Found::Edits,
    })
}

/// Joins the edits of a submission, which came before it, to the chain that it is an edit of itself.
pub async fn join_chain(
    tx: &mut Tx,
    id: SubmissionId,
    root: SubmissionId,
    before: i64,
) -> Result<(), Error> {
    changed!(tx, sqlx::query(JOIN_CHAIN).bind(id).bind(root).bind(before)).map(drop)
}

/// Writes a decision down; the caller holds the submission's lock and saw none.
pub async fn decide(tx: &mut Tx, row: &DecisionRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(DECIDE)
            .bind(row.submission)
            .bind(row.entry)
            .bind(row.decision.as_str())
            .bind(row.reason.as_deref())
            .bind(row.decided_by)
            .bind(row.decided_at)
    )
    .map(drop)
}

pub async fn decision(tx: &mut Tx, id: SubmissionId) -> Result<Option<DecisionRow>, Error> {
    on!(tx, |c| sqlx::query_as(DECISION).bind(id).fetch_optional(c))
}
