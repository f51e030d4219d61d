//! Who watched whom.

use uuid::Uuid;

use crate::base::ids::{EntryId, OrgId, PatrolId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const RECENT_WATCH: &str = "SELECT id FROM sync_watches WHERE watcher = $1 AND reach = $2 AND last_at >= $3 \
     ORDER BY last_at DESC, id LIMIT 1";
pub(super) const INSERT_WATCH: &str = "INSERT INTO sync_watches (id, entry, watcher, org, reach, began_at, last_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $6)";
pub(super) const TOUCH_WATCH: &str =
    "UPDATE sync_watches SET last_at = $2 WHERE id = $1 AND last_at < $2";
pub(super) const INSERT_SIGHT: &str = "INSERT INTO sync_sights (watch, patrol, first_at) VALUES ($1, $2, $3) \
     ON CONFLICT (watch, patrol) DO NOTHING";
pub(super) const WATCHERS: &str = "SELECT w.id AS watch, w.watcher, a.login, w.org, o.name AS org_name, s.first_at, \
     CASE WHEN w.last_at < s.first_at THEN s.first_at ELSE w.last_at END AS last_at \
     FROM sync_sights s JOIN sync_watches w ON w.id = s.watch LEFT JOIN identity_accounts a ON a.id = w.watcher \
     LEFT JOIN identity_orgs o ON o.id = w.org WHERE s.patrol = $1 ORDER BY s.first_at DESC, w.id LIMIT $2";

pub(super) const WATCHES_FROM: &str = "SELECT id, entry, watcher, org, reach, began_at AS at FROM sync_watches \
     WHERE id > $1 ORDER BY id LIMIT 500";

/// A watch that begins.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NewWatch {
    pub id: Uuid,
    pub entry: EntryId,
    pub watcher: Uuid,
    pub org: Option<OrgId>,
    pub reach: String,
    pub at: Timestamp,
}

/// Somebody who saw where a patrol was.
#[derive(Debug, Clone, sqlx::FromRow, serde::Serialize, utoipa::ToSchema)]
pub struct Watcher {
    /// The watch.
    pub watch: Uuid,
    /// The account.
    pub watcher: Uuid,
    /// The account's name.
    pub login: Option<String>,
    /// Its organisation.
    pub org: Option<OrgId>,
    /// The organisation's name.
    pub org_name: Option<String>,
    /// When it was first shown where the patrol was.
    pub first_at: Timestamp,
    /// When that watch was last known to go on: renewed each quarter of a minute, and when it ends.
    pub last_at: Timestamp,
}

/// The watcher's watch of the same communes that ended after an instant, if there is one.
pub async fn recent_watch(
    tx: &mut Tx,
    watcher: Uuid,
    reach: &str,
    since: Timestamp,
) -> Result<Option<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(RECENT_WATCH)
        .bind(watcher)
        .bind(reach)
        .bind(since)
        .fetch_optional(c))
}

pub async fn insert_watch(tx: &mut Tx, watch: &NewWatch) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_WATCH)
            .bind(watch.id)
            .bind(watch.entry)
            .bind(watch.watcher)
            .bind(watch.org)
            .bind(watch.reach.as_str())
            .bind(watch.at)
    )
    .map(drop)
}

pub async fn touch_watch(tx: &mut Tx, watch: Uuid, at: Timestamp) -> Result<(), Error> {
    changed!(tx, sqlx::query(TOUCH_WATCH).bind(watch).bind(at)).map(drop)
}

/// Every watch after one, in the order of ids.
pub async fn watches_from(tx: &mut Tx, id: Uuid) -> Result<Vec<NewWatch>, Error> {
    on!(tx, |c| sqlx::query_as(WATCHES_FROM).bind(id).fetch_all(c))
}

/// Notes that a watch is shown a patrol.
pub async fn insert_sight(
    tx: &mut Tx,
    watch: Uuid,
    patrol: PatrolId,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_SIGHT).bind(watch).bind(patrol).bind(at)
    )
    .map(drop)
}

/// Who was shown a patrol, the latest first.
pub async fn watchers(tx: &mut Tx, patrol: PatrolId, limit: i64) -> Result<Vec<Watcher>, Error> {
    on!(tx, |c| sqlx::query_as(WATCHERS)
        .bind(patrol)
        .bind(limit)
        .fetch_all(c))
}
