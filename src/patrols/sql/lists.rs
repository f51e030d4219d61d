//! Lists of patrols: the one statement whose filters are put together at run time.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{CampaignId, PatrolId, TeamId};
use crate::base::time::Timestamp;
use crate::identity::model::RESERVE_TEAM;
use crate::on;
use crate::patrols::model::vocabulary::{PatrolKind, PatrolState};
use crate::store::{Error, Tx, padded};

use super::around::{at_home, sharing};

const COLUMNS: &str = "SELECT p.id, p.started_at FROM patrols p WHERE ";
const COUNT: &str = "SELECT COUNT(*) FROM patrols p WHERE ";
const STARTS: &str = "SELECT id, started_at, author, team FROM patrols WHERE id IN (";

/// Of a team's patrols `p` those alone whose author has a commune in common with a holder: goes behind the team, and takes the
/// holder and a bracket. For the reserve team, which is that of every phone that has none.
pub const OF_OWN_GROUND: &str = concat!(" AND p.author IN (", sharing!());

/// Ids that are asked for at once.
const IDS_AT_ONCE: usize = 1_024;

// Ends with what narrows its tracks, and a bracket.
const WALKED: &str = " AND p.state <> 'rejected' AND EXISTS (SELECT 1 FROM patrol_communes w WHERE w.patrol = p.id) \
     AND EXISTS (SELECT 1 FROM tracks k WHERE k.patrol = p.id";

/// Which patrols are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Begun at this instant or later; of those that walked, still on the way then.
    pub from: Option<Timestamp>,
    /// Begun at this instant or earlier; of those that walked, on the way by then.
    pub to: Option<Timestamp>,
    /// Only those whose way counts: not rejected, and through any commune.
    pub walked: bool,
    /// That touched this commune.
    pub commune: Option<String>,
    /// That stand there.
    pub state: Option<PatrolState>,
    /// That count for this campaign.
    pub campaign: Option<CampaignId>,
    /// Of this kind.
    pub kind: Option<PatrolKind>,
}

/// Which patrols the caller may see.
#[derive(Debug, Clone)]
pub enum Sight {
    /// Every one.
    All,
    /// The author's own, the team's, and those that touched one of the communes.
    Some {
        /// The reader.
        author: Uuid,
        /// The reader's team.
        team: Option<TeamId>,
        /// Communes by code.
        communes: Vec<String>,
    },
}

/// Adds the conditions; a macro, because a builder belongs to one database.
macro_rules! narrow {
    ($query:ident, $sight:expr, $filter:expr) => {
        match $sight {
            Sight::All => {
                $query.push("1 = 1");
            }
            Sight::Some {
                author,
                team,
                communes,
            } => {
                $query.push("(p.author = ").push_bind(*author);
                if let Some(team) = team {
                    $query.push(" OR (p.team = ").push_bind(*team);
                    if *team == RESERVE_TEAM {
                        $query.push(OF_OWN_GROUND).push_bind(*author).push(")");
                    }
                    $query.push(")");
                }
                for commune in communes {
                    $query
                        .push(" OR EXISTS (SELECT 1 FROM patrol_communes t WHERE t.patrol = p.id AND t.commune = ")
                        .push_bind(commune.as_str())
                        .push(")");
                }
                $query.push(")");
            }
        }
        let [after, before] = if $filter.walked {
            $query.push(WALKED);
            [" AND k.last_at >= ", " AND k.first_at <= "]
        } else {
            [" AND p.started_at >= ", " AND p.started_at <= "]
        };
        if let Some(from) = $filter.from {
            $query.push(after).push_bind(from);
        }
        if let Some(to) = $filter.to {
            $query.push(before).push_bind(to);
        }
        if $filter.walked {
            $query.push(")");
        }
        if let Some(commune) = &$filter.commune {
            $query
                .push(" AND EXISTS (SELECT 1 FROM patrol_communes t WHERE t.patrol = p.id AND t.commune = ")
                .push_bind(commune.as_str())
                .push(")");
        }
        if let Some(campaign) = $filter.campaign {
            $query.push(" AND p.campaign = ").push_bind(campaign);
        }
        if let Some(kind) = $filter.kind {
            $query.push(" AND p.kind = ").push_bind(kind.as_str());
        }
        $query.push(state_condition($filter.state));
    };
}

/// A closed patrol of which fixes came is an uploaded one.
const fn state_condition(state: Option<PatrolState>) -> &'static str {
    match state {
        None => "",
        Some(PatrolState::Planned) => " AND 1 = 0",
        Some(PatrolState::Open) => " AND p.state = 'open'",
        Some(PatrolState::Closed) => {
            " AND p.state = 'closed' AND NOT EXISTS (SELECT 1 FROM fix_chunks c WHERE c.patrol = p.id)"
        }
        Some(PatrolState::Uploaded) => {
            " AND p.state = 'closed' AND EXISTS (SELECT 1 FROM fix_chunks c WHERE c.patrol = p.id)"
        }
        Some(PatrolState::Validated) => " AND p.state = 'validated'",
        Some(PatrolState::Rejected) => " AND p.state = 'rejected'",
    }
}

/// Ids and starts of a page, the latest start first, after a start and id.
pub async fn list(
    tx: &mut Tx,
    sight: &Sight,
    filter: &Filter,
    after: Option<(Timestamp, PatrolId)>,
    limit: i64,
) -> Result<Vec<(PatrolId, Timestamp)>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COLUMNS);
        narrow!(query, sight, filter);
        if let Some((start, id)) = after {
            query.push(" AND (p.started_at < ").push_bind(start);
            query.push(" OR (p.started_at = ").push_bind(start);
            query.push(" AND p.id < ").push_bind(id).push("))");
        }
        query
            .push(" ORDER BY p.started_at DESC, p.id DESC LIMIT ")
            .push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// How many patrols a filter leaves.
pub async fn count(tx: &mut Tx, sight: &Sight, filter: &Filter) -> Result<i64, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COUNT);
        narrow!(query, sight, filter);
        async move { query.build_query_scalar().fetch_one(c).await }
    })
}

/// When a patrol began, and whose it is.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct StartRow {
    pub id: PatrolId,
    pub started_at: Timestamp,
    pub author: Uuid,
    pub team: TeamId,
}

/// The starts of these patrols, in no order.
pub async fn starts_of(tx: &mut Tx, ids: &[PatrolId]) -> Result<Vec<StartRow>, Error> {
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(IDS_AT_ONCE) {
        let own: Vec<StartRow> = on!(tx, |c| {
            let mut query = QueryBuilder::new(STARTS);
            let mut list = query.separated(", ");
            for id in padded(some) {
                list.push_bind(id);
            }
            query.push(")");
            async move { query.build_query_as().fetch_all(c).await }
        })?;
        rows.extend(own);
    }
    Ok(rows)
}
