//! Patrols in the order of their ids, with what the job kept of their tracks.

use sqlx::QueryBuilder;

use crate::base::ids::{CampaignId, OrgId, PatrolId, TeamId};
use crate::base::time::Timestamp;
use crate::identity::model::RESERVE_TEAM;
use crate::on;
use crate::patrols::{OF_OWN_GROUND, Sight};
use crate::store::{Error, Tx};

use super::{Clause, narrow};

pub const PATROLS: &str = "SELECT p.id, p.version, p.team, p.lead_org, p.kind, p.transport, p.headcount, p.started_at, \
     p.ended_at, p.campaign, p.notes, p.recorded_at, p.state, p.length_m, p.duration_ms, p.moving_ms, p.redacted_at, \
     (SELECT COUNT(*) FROM fix_chunks c WHERE c.patrol = p.id) AS chunks FROM patrols p WHERE 1 = 1";
pub const COUNT_PATROLS: &str = "SELECT COUNT(*) FROM patrols p WHERE 1 = 1";
/// Fixes whose bytes are kept; those of a chunk stand in no other.
pub const COUNT_FIXES: &str = "SELECT CAST(COALESCE(SUM(f.fixes), 0) AS BIGINT) FROM patrols p JOIN fix_chunks f ON f.patrol = p.id \
     WHERE EXISTS (SELECT 1 FROM journal_bodies b WHERE b.entry = f.entry)";
const TRACKS: &str = "SELECT patrol, summary, line FROM tracks WHERE fixes > 0 AND patrol IN (";
const COMMUNES: &str = "SELECT patrol, commune FROM patrol_communes WHERE patrol IN (";

/// A patrol as it is published.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PatrolRow {
    pub id: PatrolId,
    pub version: i64,
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
    pub length_m: f64,
    pub duration_ms: i64,
    pub moving_ms: i64,
    pub redacted_at: Option<Timestamp>,
    pub chunks: i64,
}

/// What was kept of a track.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptRow {
    pub patrol: PatrolId,
    pub summary: Option<String>,
    pub line: Option<String>,
}

macro_rules! seen {
    ($query:ident, $sight:expr) => {
        if let Sight::Some {
            author,
            team,
            communes,
        } = $sight
        {
            $query.push(" AND (p.author = ").push_bind(*author);
            if let Some(team) = team {
                $query.push(" OR (p.team = ").push_bind(*team);
                if *team == RESERVE_TEAM {
                    $query.push(OF_OWN_GROUND).push_bind(*author).push(")");
                }
                $query.push(")");
            }
            if !communes.is_empty() {
                $query.push(" OR EXISTS (SELECT 1 FROM patrol_communes t WHERE t.patrol = p.id AND t.commune IN (");
                let mut list = $query.separated(", ");
                for code in communes {
                    list.push_bind(code.as_str());
                }
                $query.push("))");
            }
            $query.push(")");
        }
    };
}

/// A page of patrols.
pub async fn patrols(
    tx: &mut Tx,
    sight: &Sight,
    clauses: &[Clause],
    limit: i64,
) -> Result<Vec<PatrolRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PATROLS);
        seen!(query, sight);
        narrow!(query, clauses);
        query.push(" ORDER BY p.id LIMIT ").push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// How many patrols there are.
pub async fn count_patrols(tx: &mut Tx, sight: &Sight, clauses: &[Clause]) -> Result<i64, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COUNT_PATROLS);
        seen!(query, sight);
        narrow!(query, clauses);
        async move { query.build_query_scalar().fetch_one(c).await }
    })
}

/// How many fixes patrols have.
pub async fn count_fixes(tx: &mut Tx, sight: &Sight, clauses: &[Clause]) -> Result<i64, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COUNT_FIXES);
        seen!(query, sight);
        narrow!(query, clauses);
        async move { query.build_query_scalar().fetch_one(c).await }
    })
}

/// The tracks of patrols, by patrol and device.
pub async fn tracks(tx: &mut Tx, patrols: &[PatrolId]) -> Result<Vec<KeptRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(TRACKS);
        let mut list = query.separated(", ");
        for patrol in patrols {
            list.push_bind(*patrol);
        }
        query.push(") ORDER BY patrol, device");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// The communes that patrols touched.
pub async fn communes(tx: &mut Tx, patrols: &[PatrolId]) -> Result<Vec<(PatrolId, String)>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COMMUNES);
        let mut list = query.separated(", ");
        for patrol in patrols {
            list.push_bind(*patrol);
        }
        query.push(") ORDER BY patrol, commune");
        async move { query.build_query_as().fetch_all(c).await }
    })
}
