//! Rows as they stand, page by page, for the pass that holds them against the log.

use uuid::Uuid;

use crate::base::ids::{CampaignId, EntryId, OrgId, PatrolId, TeamId};
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

const VERSIONS_OF: &str = "SELECT patrol, version, entry, author, draft FROM patrol_versions \
     WHERE patrol = $1 AND version > $2 ORDER BY version LIMIT 500";
const PATROLS_FROM: &str = "SELECT id, version, entry, author, team, lead_org, kind, transport, headcount, started_at, \
     ended_at, campaign, notes, state, judged_by, judged_entry, judged_why, held_since, held_why, held_entry, redacted_at \
     FROM patrols WHERE id > $1 ORDER BY id LIMIT 500";
const CHUNKS_FROM: &str = "SELECT entry, patrol, device, first_at, last_at, fixes, request, received_at FROM fix_chunks \
     WHERE entry > $1 ORDER BY entry LIMIT 200";
const HELD_FROM: &str = "SELECT entry, device AS patrol, device, first_at, last_at, fixes, request, received_at \
     FROM held_chunks WHERE entry > $1 ORDER BY entry LIMIT 200";
const CALLS_FROM: &str = "SELECT id, device, digest, at, lon_e7, lat_e7, app, entry, received_at FROM sos_calls \
     WHERE id > $1 ORDER BY id LIMIT 500";

pub(super) const STATEMENTS: &[&str] = &[
    VERSIONS_OF,
    PATROLS_FROM,
    CHUNKS_FROM,
    HELD_FROM,
    CALLS_FROM,
];

/// A version as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptVersion {
    pub patrol: PatrolId,
    pub version: i64,
    pub entry: EntryId,
    pub author: Uuid,
    pub draft: String,
}

/// A patrol's own row, without what is derived from its fixes.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptPatrol {
    pub id: PatrolId,
    pub version: i64,
    pub entry: EntryId,
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
    pub state: String,
    pub judged_by: Option<Uuid>,
    pub judged_entry: Option<EntryId>,
    pub judged_why: Option<String>,
    pub held_since: Option<Timestamp>,
    pub held_why: Option<String>,
    pub held_entry: Option<EntryId>,
    pub redacted_at: Option<Timestamp>,
}

/// A chunk of a patrol, or of a device where it is held.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptChunk {
    pub entry: EntryId,
    pub patrol: Uuid,
    pub device: Uuid,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub fixes: i64,
    pub request: Vec<u8>,
    pub received_at: Timestamp,
}

/// A call for help.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptCall {
    pub id: Uuid,
    pub device: Uuid,
    pub digest: Vec<u8>,
    pub at: Timestamp,
    pub lon_e7: Option<i64>,
    pub lat_e7: Option<i64>,
    pub app: String,
    pub entry: EntryId,
    pub received_at: Timestamp,
}

/// The versions of a patrol after one, in order.
pub async fn versions_of(
    tx: &mut Tx,
    patrol: PatrolId,
    version: i64,
) -> Result<Vec<KeptVersion>, Error> {
    on!(tx, |c| sqlx::query_as(VERSIONS_OF)
        .bind(patrol)
        .bind(version)
        .fetch_all(c))
}

pub async fn patrols_from(tx: &mut Tx, id: PatrolId) -> Result<Vec<KeptPatrol>, Error> {
    on!(tx, |c| sqlx::query_as(PATROLS_FROM).bind(id).fetch_all(c))
}

/// Chunks after an entry: of patrols, or those held for a patrol to come.
pub async fn chunks_from(
    tx: &mut Tx,
    is_held: bool,
    after: EntryId,
) -> Result<Vec<KeptChunk>, Error> {
    let text = if is_held { HELD_FROM } else { CHUNKS_FROM };
    on!(tx, |c| sqlx::query_as(text).bind(after).fetch_all(c))
}

pub async fn calls_from(tx: &mut Tx, id: Uuid) -> Result<Vec<KeptCall>, Error> {
    on!(tx, |c| sqlx::query_as(CALLS_FROM).bind(id).fetch_all(c))
}
