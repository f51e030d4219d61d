//! Patrols around a span of time, of which one takes fixes that name none.

use std::collections::BTreeSet;

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{PatrolId, TeamId};
use crate::base::time::Timestamp;
use crate::identity::model::RESERVE_TEAM;
use crate::on;
use crate::patrols::model::window::Window;
use crate::store::{Error, Tx, padded};

/// What stands on paper has no track.
macro_rules! off_paper {
    () => {
        " AND NOT EXISTS (SELECT 1 FROM patrol_versions v JOIN journal_papers j ON j.entry = v.entry \
         WHERE v.patrol = p.id AND v.version = 1)"
    };
}

pub(super) use off_paper;

/// Whether a right says where its holder is at home: one over the whole province does until something took its place, so that
/// whoever was narrowed to communes is of their parties alone. Those that something took the place of are one list for the whole
/// statement, made once the first such right is met: PostgreSQL takes a question for each right to be so dear that it compiles
/// the statement each time.
macro_rules! at_home {
    ($grant:literal) => {
        concat!(
            "(",
            $grant,
            ".commune IS NOT NULL OR ",
            $grant,
            ".valid_to IS NULL OR ",
            $grant,
            ".id NOT IN (SELECT past.id FROM identity_grants past JOIN identity_grants later ON later.holder = past.holder \
             AND later.valid_from >= past.valid_to WHERE past.commune IS NULL AND past.valid_to IS NOT NULL))"
        )
    };
}

pub(super) use at_home;

/// Holders of rights who have a commune in common with one, now or before, or communes whose ground is one commune's today;
/// the whole province is everybody's while it is held. Goes before that one.
macro_rules! sharing {
    () => {
        concat!(
            "SELECT o.holder FROM identity_grants g LEFT JOIN area_kin a ON a.code = g.commune \
             JOIN identity_grants o ON (g.commune IS NULL OR o.commune IS NULL OR o.commune = g.commune OR o.commune = a.kin) \
             WHERE ",
            at_home!("g"),
            " AND ",
            at_home!("o"),
            " AND g.holder = "
        )
    };
}

pub(super) use sharing;

/// Of those of a team all, where a condition holds, else those alone who have a commune in common with a holder of rights. The
/// condition says that the team is not the reserve team, which is that of every phone without one.
macro_rules! of_party {
    ($of_team:literal, all: $all:literal, $who:literal, beside: $holder:literal) => {
        concat!(
            $of_team,
            " AND (",
            $all,
            " OR ",
            $who,
            " IN (",
            sharing!(),
            $holder,
            "))"
        )
    };
}

pub(super) use of_party;

macro_rules! timed {
    ($($rest:tt)+) => {
        concat!(
            "SELECT p.id, p.author, p.started_at, p.ended_at, CASE WHEN p.ended_at IS NULL THEN (SELECT MIN(n.started_at) \
             FROM patrols n WHERE n.author = p.author AND n.team = p.team AND n.started_at > p.started_at) END AS next_at \
             FROM patrols p WHERE ",
            $($rest)+
        )
    };
}

const TIMES: &str = timed!("p.id = $1");
const PATROLS_AROUND: &str = timed!(
    "(p.author = $2 OR (",
    of_party!("p.team = $1", all: "$1 <> $6", "p.author", beside: "$2"),
    ")) AND p.started_at <= $3 AND (p.ended_at >= $4 OR (p.ended_at IS NULL AND p.started_at >= $5))",
    off_paper!()
);
const OWN_PATROLS_AROUND: &str = timed!(
    "p.author = $1 AND p.started_at <= $2 \
     AND (p.ended_at >= $3 OR (p.ended_at IS NULL AND p.started_at >= $4))",
    off_paper!()
);
const CLAIMABLE: &str = timed!(
    "(p.author = $2 OR (",
    of_party!("p.team = $1", all: "$1 <> $5", "p.author", beside: "$2"),
    ")) AND p.started_at >= $3",
    off_paper!(),
    " ORDER BY p.started_at DESC, p.id LIMIT $4"
);
const SHARING: &str = sharing!();
const ASKED_AT_ONCE: usize = 500;
pub(super) const STATEMENTS: &[&str] = &[TIMES, PATROLS_AROUND, OWN_PATROLS_AROUND, CLAIMABLE];

/// A patrol with what decides when it takes fixes.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TimedPatrol {
    /// The patrol.
    pub id: PatrolId,
    /// Who recorded it.
    pub author: Uuid,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// When its author began the next one for the team, if this one is open.
    next_at: Option<Timestamp>,
}

impl TimedPatrol {
    /// When it takes fixes.
    #[must_use]
    pub fn window(&self) -> Window {
        Window::of(self.started_at, self.ended_at, self.next_at)
    }
}

/// A patrol's times.
pub async fn timed(tx: &mut Tx, id: PatrolId) -> Result<Option<TimedPatrol>, Error> {
    on!(tx, |c| sqlx::query_as(TIMES).bind(id).fetch_optional(c))
}

/// The patrols of a device or its party (see `patrols_around`) that began at an instant or later, the latest first.
pub async fn claimable(
    tx: &mut Tx,
    device: Uuid,
    team: Option<TeamId>,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<TimedPatrol>, Error> {
    on!(tx, |c| sqlx::query_as(CLAIMABLE)
        .bind(team)
        .bind(device)
        .bind(since)
        .bind(limit)
        .bind(RESERVE_TEAM)
        .fetch_all(c))
}

/// The team's and the author's patrols that may contain fixes of a span (see `Window::reach`): of the reserve team those
/// whose authors have a commune in common with the author.
pub async fn patrols_around(
    tx: &mut Tx,
    team: Option<TeamId>,
    author: Uuid,
    reach: [Timestamp; 3],
) -> Result<Vec<TimedPatrol>, Error> {
    let [started_until, ended_from, open_from] = reach;
    on!(tx, |c| sqlx::query_as(PATROLS_AROUND)
        .bind(team)
        .bind(author)
        .bind(started_until)
        .bind(ended_from)
        .bind(open_from)
        .bind(RESERVE_TEAM)
        .fetch_all(c))
}

/// The author's own patrols that may contain fixes of a span (see `Window::reach`).
pub async fn own_patrols_around(
    tx: &mut Tx,
    author: Uuid,
    reach: [Timestamp; 3],
) -> Result<Vec<TimedPatrol>, Error> {
    let [started_until, ended_from, open_from] = reach;
    on!(tx, |c| sqlx::query_as(OWN_PATROLS_AROUND)
        .bind(author)
        .bind(started_until)
        .bind(ended_from)
        .bind(open_from)
        .fetch_all(c))
}

/// Those of some holders of rights whose communes are also the device's, now or before; the whole province is everybody's
/// while it is held.
pub async fn sharing_ground(
    tx: &mut Tx,
    device: Uuid,
    others: &[Uuid],
) -> Result<BTreeSet<Uuid>, Error> {
    let mut found = BTreeSet::new();
    for part in others.chunks(ASKED_AT_ONCE) {
        // One who shares several communes stands there for each.
        let rows: Vec<Uuid> = on!(tx, |c| {
            let mut query = QueryBuilder::new(SHARING);
            query.push_bind(device).push(" AND o.holder IN (");
            let mut list = query.separated(", ");
            for id in padded(part) {
                list.push_bind(id);
            }
            query.push(")");
            async move { query.build_query_scalar().fetch_all(c).await }
        })?;
        found.extend(rows);
    }
    Ok(found)
}
