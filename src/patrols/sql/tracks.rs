//! What is derived of a patrol's tracks, and which patrols' raw fixes are due to be erased.

use uuid::Uuid;

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::patrols::model::bounds::Bounds;
use crate::patrols::model::track::PatrolTotals;
use crate::store::{Error, Tx};
use crate::{changed, on};

const TRACKS: &str = "SELECT device, fixes, summary, line FROM tracks \
     WHERE patrol = $1 AND fixes > 0 ORDER BY device";
const KEEP_TRACK: &str = "UPDATE tracks SET chunks = $3, fixes = $4, first_at = $5, last_at = $6, summary = $7, line = $8, \
     west = $9, south = $10, east = $11, north = $12 \
     WHERE patrol = $1 AND device = $2 AND chunks <= $3 AND frozen_at IS NULL";
const PASSING: &str = "SELECT t.patrol FROM tracks t WHERE t.last_at >= $1 AND t.first_at <= $2 \
     AND ((t.west <= $5 AND t.east >= $3 AND t.south <= $6 AND t.north >= $4) OR (t.west IS NULL AND t.frozen_at IS NULL)) \
     GROUP BY t.patrol ORDER BY MAX(t.last_at) DESC, t.patrol LIMIT $7";
const WALKED_IN_SINCE: &str = "SELECT w.patrol FROM patrol_communes w WHERE w.commune = $1 \
     AND EXISTS (SELECT 1 FROM tracks t WHERE t.patrol = w.patrol AND t.last_at >= $2 AND t.frozen_at IS NULL)";
const WALKED_NOWHERE_SINCE: &str = "SELECT t.patrol FROM tracks t WHERE t.last_at >= $1 AND t.frozen_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM patrol_communes w WHERE w.patrol = t.patrol) GROUP BY t.patrol";
const FREEZE_TRACKS: &str =
    "UPDATE tracks SET frozen_at = $2 WHERE patrol = $1 AND frozen_at IS NULL";
const FORGET_LINES: &str = "UPDATE tracks SET line = '[]', west = NULL, south = NULL, east = NULL, north = NULL \
     WHERE patrol = $1 AND line IS NOT NULL AND line <> '[]'";
const SET_TOTALS: &str = "UPDATE patrols SET length_m = $2, duration_ms = $3, moving_ms = $4, standing_ms = $5, \
     derived_chunks = $6 WHERE id = $1 AND derived_chunks <= $6 AND redacted_at IS NULL";
const SET_REDACTED: &str = "UPDATE patrols SET redacted_at = $2 WHERE id = $1";
const EXPIRED: &str = "SELECT p.id FROM patrols p WHERE p.started_at < $1 AND p.held_since IS NULL \
     AND EXISTS (SELECT 1 FROM fix_chunks c JOIN journal_bodies b ON b.entry = c.entry WHERE c.patrol = p.id) \
     AND NOT EXISTS (SELECT 1 FROM fix_chunks c WHERE c.patrol = p.id AND c.received_at > $2) \
     AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = p.id AND j.kind IN ($3, $4) AND j.state = 'waiting') \
     ORDER BY p.started_at, p.id LIMIT $5";

pub(super) const STATEMENTS: &[&str] = &[
    TRACKS,
    KEEP_TRACK,
    PASSING,
    WALKED_IN_SINCE,
    WALKED_NOWHERE_SINCE,
    FREEZE_TRACKS,
    FORGET_LINES,
    SET_TOTALS,
    SET_REDACTED,
    EXPIRED,
];

/// A track as it was derived.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TrackRow {
    pub device: Uuid,
    pub fixes: i64,
    pub summary: Option<String>,
    pub line: Option<String>,
}

/// What is kept of a derivation.
#[derive(Debug, Clone)]
pub struct KeptTrack {
    pub device: Uuid,
    pub chunks: i64,
    pub fixes: i64,
    pub span: Option<(Timestamp, Timestamp)>,
    pub bounds: Option<Bounds>,
    pub summary: String,
    pub line: String,
}

pub async fn tracks(tx: &mut Tx, patrol: PatrolId) -> Result<Vec<TrackRow>, Error> {
    on!(tx, |c| sqlx::query_as(TRACKS).bind(patrol).fetch_all(c))
}

/// Keeps what was derived from so many chunks, unless a later derivation knew more or the track is frozen.
pub async fn keep_track(tx: &mut Tx, patrol: PatrolId, track: &KeptTrack) -> Result<(), Error> {
    let (first_at, last_at) = track.span.unzip();
    let edge = |of: fn(&Bounds) -> i32| track.bounds.as_ref().map(|own| i64::from(of(own)));
    changed!(
        tx,
        sqlx::query(KEEP_TRACK)
            .bind(patrol)
            .bind(track.device)
            .bind(track.chunks)
            .bind(track.fixes)
            .bind(first_at)
            .bind(last_at)
            .bind(track.summary.as_str())
            .bind(track.line.as_str())
            .bind(edge(|own| own.west))
            .bind(edge(|own| own.south))
            .bind(edge(|own| own.east))
            .bind(edge(|own| own.north))
    )
    .map(drop)
}

/// The patrols with a track between two instants whose box meets another one, the latest first. A track whose box is not
/// known may be anywhere, unless its fixes were erased.
pub async fn passing(
    tx: &mut Tx,
    (from, to): (Timestamp, Timestamp),
    near: &Bounds,
    limit: i64,
) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(PASSING)
        .bind(from)
        .bind(to)
        .bind(i64::from(near.west))
        .bind(i64::from(near.south))
        .bind(i64::from(near.east))
        .bind(i64::from(near.north))
        .bind(limit)
        .fetch_all(c))
}

/// Keeps a patrol's length and times, derived from so many chunks; false when a later derivation knew more, or when
/// the fixes were erased since.
pub async fn set_totals(
    tx: &mut Tx,
    patrol: PatrolId,
    totals: &PatrolTotals,
    chunks: i64,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(SET_TOTALS)
            .bind(patrol)
            .bind(totals.length_m)
            .bind(totals.duration_ms)
            .bind(totals.moving_ms)
            .bind(totals.standing_ms)
            .bind(chunks)
    )
    .map(|rows| rows > 0)
}

/// What stands of the tracks stays as it is from now on.
pub async fn freeze(tx: &mut Tx, patrol: PatrolId, at: Timestamp) -> Result<(), Error> {
    changed!(tx, sqlx::query(FREEZE_TRACKS).bind(patrol).bind(at))?;
    changed!(tx, sqlx::query(SET_REDACTED).bind(patrol).bind(at)).map(drop)
}

/// Takes away the lines that are drawn of a patrol's tracks; lengths, times and cells stay. Gives whether there were any.
pub async fn forget_lines(tx: &mut Tx, patrol: PatrolId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(FORGET_LINES).bind(patrol)).map(|rows| rows > 0)
}

/// Patrols begun before an instant whose raw fixes are still there, without hold and without receipts since another, on
/// which neither kind of job waits.
pub async fn expired(
    tx: &mut Tx,
    (begun_before, received_before): (Timestamp, Timestamp),
    jobs: [&str; 2],
    limit: i64,
) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(EXPIRED)
        .bind(begun_before)
        .bind(received_before)
        .bind(jobs[0])
        .bind(jobs[1])
        .bind(limit)
        .fetch_all(c))
}

/// The patrols that walked in a commune and still after an instant, and whose fixes are there.
pub async fn walked_in_since(
    tx: &mut Tx,
    commune: &str,
    since: Timestamp,
) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(WALKED_IN_SINCE)
        .bind(commune)
        .bind(since)
        .fetch_all(c))
}

/// The same of those that walked in no commune.
pub async fn walked_nowhere_since(tx: &mut Tx, since: Timestamp) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(WALKED_NOWHERE_SINCE)
        .bind(since)
        .fetch_all(c))
}
