//! Patrols, their versions, judgements and holds.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::base::ids::{CampaignId, EntryId, OrgId, PatrolId, TeamId};
use crate::base::time::Timestamp;
use crate::patrols::model::patrol::PatrolDraft;
use crate::store::{Error, Tx};
use crate::{changed, on};

const LOCK_PATROL: &str = "UPDATE patrols SET version = version WHERE id = $1";
const INSERT_PATROL: &str = "INSERT INTO patrols (id, version, entry, author, team, lead_org, kind, transport, headcount, \
     started_at, ended_at, campaign, notes, recorded_at, state, length_m, duration_ms, moving_ms, standing_ms, derived_chunks) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0.0, 0, 0, 0, 0) ON CONFLICT (id) DO NOTHING";
const REVISE_PATROL: &str = "UPDATE patrols SET version = $2, entry = $3, team = $4, lead_org = $5, kind = $6, \
     transport = $7, headcount = $8, started_at = $9, ended_at = $10, campaign = $11, notes = $12, state = $13, \
     judged_by = NULL, judged_entry = NULL, judged_why = NULL WHERE id = $1";
const INSERT_VERSION: &str = "INSERT INTO patrol_versions (patrol, version, entry, author, draft) VALUES ($1, $2, $3, $4, $5)";
const VERSION_ALIKE: &str = "SELECT version, entry FROM patrol_versions WHERE patrol = $1 AND author = $2 AND draft = $3 ORDER BY version";
const PATROL: &str = "SELECT id, version, author, team, lead_org, kind, transport, headcount, started_at, ended_at, \
     campaign, notes, recorded_at, state, judged_by, judged_entry, judged_why, held_since, held_why, held_entry, redacted_at, \
     (SELECT COUNT(*) FROM fix_chunks c WHERE c.patrol = patrols.id) AS chunks FROM patrols WHERE id = $1";
const JUDGE: &str = "UPDATE patrols SET state = $2, judged_by = $3, judged_entry = $4, judged_why = $5 WHERE id = $1";
const SET_DRAFT: &str = "UPDATE patrol_versions SET draft = $3 WHERE patrol = $1 AND version = $2";
const SET_NOTES: &str = "UPDATE patrols SET notes = $3 WHERE id = $1 AND version = $2";
const HOLD: &str =
    "UPDATE patrols SET held_since = $2, held_why = $3, held_entry = $4 WHERE id = $1";
const COMMUNES_OF: &str = "SELECT commune FROM patrol_communes WHERE patrol = $1 ORDER BY commune";
const FORGET_COMMUNES: &str = "DELETE FROM patrol_communes WHERE patrol = $1";
const INSERT_COMMUNE: &str =
    "INSERT INTO patrol_communes (patrol, commune) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const FOREIGN_BEFORE: &str = "SELECT e.id, e.sha256 FROM quarantine q JOIN journal_entries e ON e.id = q.entry \
     WHERE q.actor = $1 AND q.fact = $2 AND q.kind = 'patrol' AND q.reason = $3 ORDER BY q.received_at, q.id LIMIT 1";

pub(super) const STATEMENTS: &[&str] = &[
    LOCK_PATROL,
    INSERT_PATROL,
    REVISE_PATROL,
    INSERT_VERSION,
    VERSION_ALIKE,
    PATROL,
    JUDGE,
    SET_DRAFT,
    SET_NOTES,
    HOLD,
    COMMUNES_OF,
    FORGET_COMMUNES,
    INSERT_COMMUNE,
    FOREIGN_BEFORE,
];

/// A patrol as it stands in its table.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PatrolRow {
    pub id: PatrolId,
    pub version: i64,
    pub author: Uuid,
    pub team: TeamId,
    pub lead_org: OrgId,
    pub kind: String,
    pub transport: String,
    pub headcount: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub campaign: Option<CampaignId>,
    pub notes: Option<String>,
    pub recorded_at: Timestamp,
    pub state: String,
    pub judged_by: Option<Uuid>,
    pub judged_entry: Option<EntryId>,
    pub judged_why: Option<String>,
    pub held_since: Option<Timestamp>,
    pub held_why: Option<String>,
    pub held_entry: Option<EntryId>,
    pub redacted_at: Option<Timestamp>,
    pub chunks: i64,
}

/// One version to be written.
#[derive(Debug, Clone, Copy)]
pub struct VersionRow<'a> {
    pub patrol: PatrolId,
    pub version: i64,
    pub entry: EntryId,
    pub author: Uuid,
    pub draft: &'a PatrolDraft,
    pub state: &'a str,
    pub recorded_at: Timestamp,
}

impl PatrolRow {
    /// The row of a stored value that cannot be what it claims to be.
    pub fn corrupt(&self, column: &'static str) -> Error {
        Error::Corrupt {
            table: "patrols",
            column,
            id: self.id.to_string(),
        }
    }
}

/// Keeps other acts on the patrol out until this one ends; false when there is none.
pub async fn lock_patrol(tx: &mut Tx, id: PatrolId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(LOCK_PATROL).bind(id)).map(|rows| rows > 0)
}

/// Writes a patrol's first version; false when another act was faster.
pub async fn insert_patrol(tx: &mut Tx, row: &VersionRow<'_>) -> Result<bool, Error> {
    let draft = row.draft;
    let headcount = headcount_text(draft);
    let inserted = changed!(
        tx,
        sqlx::query(INSERT_PATROL)
            .bind(row.patrol)
            .bind(row.version)
            .bind(row.entry)
            .bind(row.author)
            .bind(draft.team())
            .bind(draft.lead_org())
            .bind(draft.kind().as_str())
            .bind(draft.transport().as_str())
            .bind(headcount.as_str())
            .bind(draft.started_at())
            .bind(draft.ended_at())
            .bind(draft.campaign())
            .bind(draft.notes())
            .bind(row.recorded_at)
            .bind(row.state)
    )?;
    Ok(inserted > 0 && insert_version(tx, row).await?)
}

pub async fn revise_patrol(tx: &mut Tx, row: &VersionRow<'_>) -> Result<(), Error> {
    let draft = row.draft;
    let headcount = headcount_text(draft);
    changed!(
        tx,
        sqlx::query(REVISE_PATROL)
            .bind(row.patrol)
            .bind(row.version)
            .bind(row.entry)
            .bind(draft.team())
            .bind(draft.lead_org())
            .bind(draft.kind().as_str())
            .bind(draft.transport().as_str())
            .bind(headcount.as_str())
            .bind(draft.started_at())
            .bind(draft.ended_at())
            .bind(draft.campaign())
            .bind(draft.notes())
            .bind(row.state)
    )?;
    insert_version(tx, row).await.map(drop)
}

async fn insert_version(tx: &mut Tx, row: &VersionRow<'_>) -> Result<bool, Error> {
    let draft = draft_text(row.draft);
    changed!(
        tx,
        sqlx::query(INSERT_VERSION)
            .bind(row.patrol)
            .bind(row.version)
            .bind(row.entry)
            .bind(row.author)
            .bind(draft.as_str())
    )
    .map(|rows| rows > 0)
}

/// The earliest version by this author that says the same.
pub async fn version_alike(
    tx: &mut Tx,
    patrol: PatrolId,
    author: Uuid,
    draft: &PatrolDraft,
) -> Result<Option<(i64, EntryId)>, Error> {
    let draft = draft_text(draft);
    on!(tx, |c| sqlx::query_as(VERSION_ALIKE)
        .bind(patrol)
        .bind(author)
        .bind(draft.as_str())
        .fetch_optional(c))
}

pub async fn patrol(tx: &mut Tx, id: PatrolId) -> Result<Option<PatrolRow>, Error> {
    on!(tx, |c| sqlx::query_as(PATROL).bind(id).fetch_optional(c))
}

/// Writes what an order left of a version: its draft, and the notes where it is the version that stands.
pub async fn set_version_words(
    tx: &mut Tx,
    (patrol, version): (PatrolId, i64),
    (draft, notes): (&str, &str),
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_DRAFT)
            .bind(patrol)
            .bind(version)
            .bind(draft)
    )?;
    changed!(
        tx,
        sqlx::query(SET_NOTES)
            .bind(patrol)
            .bind(version)
            .bind(notes)
    )
    .map(drop)
}

pub async fn judge(
    tx: &mut Tx,
    id: PatrolId,
    state: &str,
    by: (Uuid, EntryId),
    why: Option<&str>,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(JUDGE)
            .bind(id)
            .bind(state)
            .bind(by.0)
            .bind(by.1)
            .bind(why)
    )
    .map(drop)
}

/// Sets a hold, or lifts it (`since` and `why` absent); the entry is kept either way.
pub async fn hold(
    tx: &mut Tx,
    id: PatrolId,
    held: Option<(Timestamp, &str)>,
    entry: EntryId,
) -> Result<(), Error> {
    let (since, why) = held.unzip();
    changed!(
        tx,
        sqlx::query(HOLD).bind(id).bind(since).bind(why).bind(entry)
    )
    .map(drop)
}

pub async fn communes_of(tx: &mut Tx, id: PatrolId) -> Result<Vec<String>, Error> {
    on!(tx, |c| sqlx::query_scalar(COMMUNES_OF)
        .bind(id)
        .fetch_all(c))
}

pub async fn set_communes(
    tx: &mut Tx,
    id: PatrolId,
    codes: &BTreeSet<String>,
) -> Result<(), Error> {
    changed!(tx, sqlx::query(FORGET_COMMUNES).bind(id))?;
    for code in codes {
        changed!(tx, sqlx::query(INSERT_COMMUNE).bind(id).bind(code.as_str()))?;
    }
    Ok(())
}

/// What this author first sent under an id that is another's: the entry and its body's digest.
pub async fn foreign_before(
    tx: &mut Tx,
    author: Uuid,
    patrol: PatrolId,
    reason: &str,
) -> Result<Option<(EntryId, Vec<u8>)>, Error> {
    on!(tx, |c| sqlx::query_as(FOREIGN_BEFORE)
        .bind(author)
        .bind(patrol)
        .bind(reason)
        .fetch_optional(c))
}

/// Equal drafts have equal texts: members stand in one order.
fn draft_text(draft: &PatrolDraft) -> String {
    serde_json::to_string(draft).unwrap_or_default()
}

fn headcount_text(draft: &PatrolDraft) -> String {
    serde_json::to_string(draft.headcount()).unwrap_or_default()
}
