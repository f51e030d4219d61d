//! Windows of tracks, by which a walk that is handed in again is found among all years'.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{OrgId, PatrolId, TeamId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx, padded, pieces};
use crate::{changed, on};

const FORGET_WINDOWS: &str = "DELETE FROM track_windows WHERE patrol = $1 AND device = $2";
const INSERT_WINDOWS: &str = "INSERT INTO track_windows (bits, patrol, device, at_s, shares) ";
const KNOWN: &str = " ON CONFLICT (bits, patrol, device, at_s) DO NOTHING";
const WINDOWS: &str =
    "SELECT bits, patrol, device, at_s, shares FROM track_windows WHERE bits IN (";
const KEEP_SCREEN: &str = "INSERT INTO track_screens (patrol, device, zero_at, screened_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (patrol, device) DO UPDATE SET zero_at = excluded.zero_at, screened_at = excluded.screened_at";
const ZERO: &str = "SELECT zero_at FROM track_screens WHERE patrol = $1 AND device = $2";
const UNSCREENED: &str = "SELECT DISTINCT c.patrol FROM fix_chunks c \
     LEFT JOIN track_screens s ON s.patrol = c.patrol AND s.device = c.device \
     WHERE c.patrol > $1 AND s.patrol IS NULL AND c.received_at < $2 \
     AND EXISTS (SELECT 1 FROM journal_bodies b WHERE b.entry = c.entry) ORDER BY c.patrol LIMIT $3";
const DECLARED_ORG: &str = "SELECT p.author, p.team, p.lead_org, t.org FROM patrols p \
     JOIN identity_teams t ON t.id = p.team WHERE p.id = $1";
/// Keys that are asked for at once: far below the bound parameters that either database takes.
const AT_ONCE: usize = 2_000;
/// Windows that are read under so many keys: among 100,000 walks all of a new one's keys have 28,000 at most. Where thousands
/// of walks are drawn alike, a few hundred of them tell as much as all.
const MOST_AT_ONCE: u32 = 20_000;

pub(super) const STATEMENTS: &[&str] =
    &[FORGET_WINDOWS, KEEP_SCREEN, ZERO, UNSCREENED, DECLARED_ORG];

/// A window that is kept, under one of its keys.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WindowRow {
    pub bits: i64,
    pub patrol: PatrolId,
    pub device: Uuid,
    pub at_s: i64,
    pub shares: Vec<u8>,
}

/// Whose patrol it is.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OwnersRow {
    pub author: Uuid,
    pub team: TeamId,
    pub lead_org: OrgId,
    pub org: OrgId,
}

/// Takes these windows for a track in place of those that it had.
pub async fn keep_windows(
    tx: &mut Tx,
    (patrol, device): (PatrolId, Uuid),
    windows: &[WindowRow],
) -> Result<(), Error> {
    changed!(tx, sqlx::query(FORGET_WINDOWS).bind(patrol).bind(device))?;
    // A day's walk has hundreds, and whoever writes waits for each statement.
    for piece in pieces(windows) {
        on!(tx, |c| {
            let mut query = QueryBuilder::new(INSERT_WINDOWS);
            query.push_values(piece, |mut row, window| {
                row.push_bind(window.bits)
                    .push_bind(patrol)
                    .push_bind(device)
                    .push_bind(window.at_s)
                    .push_bind(window.shares.as_slice());
            });
            query.push(KNOWN);
            async move { query.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

/// The windows of all tracks under some keys, in any order; where very many are alike, some of them.
pub async fn windows_of(tx: &mut Tx, keys: &[i64]) -> Result<Vec<WindowRow>, Error> {
    let mut found = Vec::new();
    for part in keys.chunks(AT_ONCE) {
        let rows: Vec<WindowRow> = on!(tx, |c| {
            let mut query = QueryBuilder::new(WINDOWS);
            let mut list = query.separated(", ");
            for key in padded(part) {
                list.push_bind(key);
            }
            query.push(format_args!(") LIMIT {MOST_AT_ONCE}"));
            async move { query.build_query_as().fetch_all(c).await }
        })?;
        found.extend(rows);
    }
    Ok(found)
}

/// Notes that a track was screened.
pub async fn keep_screen(
    tx: &mut Tx,
    (patrol, device): (PatrolId, Uuid),
    zero_at: Timestamp,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(KEEP_SCREEN)
            .bind(patrol)
            .bind(device)
            .bind(zero_at)
            .bind(at)
    )
    .map(drop)
}

/// From when the seconds of a track's windows count.
pub async fn zero_of(
    tx: &mut Tx,
    patrol: PatrolId,
    device: Uuid,
) -> Result<Option<Timestamp>, Error> {
    on!(tx, |c| sqlx::query_scalar(ZERO)
        .bind(patrol)
        .bind(device)
        .fetch_optional(c))
}

/// Patrols after one, in the order of their ids, with a track that was never screened and whose fixes came before an
/// instant.
pub async fn unscreened(
    tx: &mut Tx,
    after: PatrolId,
    received_before: Timestamp,
    limit: i64,
) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(UNSCREENED)
        .bind(after)
        .bind(received_before)
        .bind(limit)
        .fetch_all(c))
}

/// Whose patrol it is; `None` when there is no such patrol.
pub async fn owners_of(tx: &mut Tx, patrol: PatrolId) -> Result<Option<OwnersRow>, Error> {
    on!(tx, |c| sqlx::query_as(DECLARED_ORG)
        .bind(patrol)
        .fetch_optional(c))
}
