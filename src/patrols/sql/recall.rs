//! Patrols as they were known at an instant.

use uuid::Uuid;

use crate::base::ids::{EntryId, PatrolId, PlotId};
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

const BEGUN_BETWEEN: &str =
    "SELECT id FROM patrols WHERE started_at >= $1 AND started_at <= $2 ORDER BY started_at, id";
const DRAFT_AS_OF: &str = "SELECT v.draft FROM patrol_versions v JOIN journal_entries e ON e.id = v.entry \
     WHERE v.patrol = $1 AND e.received_at <= $2 ORDER BY v.version DESC LIMIT 1";
const RECEIVED_BY: &str =
    "SELECT COUNT(*) FROM journal_entries WHERE id = $1 AND received_at <= $2";

const OF_DEVICE: &str = "SELECT c.entry, c.patrol, b.body FROM fix_chunks c JOIN patrols p ON p.id = c.patrol \
     LEFT JOIN journal_bodies b ON b.entry = c.entry WHERE c.device = $1 AND c.last_at >= $2 AND c.first_at <= $3 \
     AND p.state <> 'rejected' ORDER BY c.received_at, c.entry";
const PLOTS_ON_THE_WAY: &str = "SELECT DISTINCT p.plot FROM photos p JOIN tracks t ON t.device = p.author \
     WHERE t.patrol = $1 AND p.linked = 1 AND p.taken_at >= t.first_at - $2 AND p.taken_at <= t.last_at + $2 \
     UNION SELECT q.id FROM plots q JOIN tracks t ON t.device = q.author \
     WHERE t.patrol = $1 AND q.detected_at >= t.first_at - $2 AND q.detected_at <= t.last_at + $2 \
     UNION SELECT f.plot FROM ledger_facts f JOIN tracks t ON t.device = f.author \
     WHERE t.patrol = $1 AND f.kind = 'eradication' AND f.at >= t.first_at - $2 AND f.at <= t.last_at + $2";

pub(super) const STATEMENTS: &[&str] = &[
    BEGUN_BETWEEN,
    DRAFT_AS_OF,
    RECEIVED_BY,
    OF_DEVICE,
    PLOTS_ON_THE_WAY,
];

/// A chunk of a device's fixes; `body` is `None` once erased.
#[derive(Debug, sqlx::FromRow)]
pub struct DeviceChunk {
    pub entry: EntryId,
    pub patrol: PatrolId,
    pub body: Option<Vec<u8>>,
}

/// The chunks of a device's tracks that overlap a time, but for those of patrols that were rejected.
pub async fn chunks_of_device(
    tx: &mut Tx,
    device: Uuid,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<DeviceChunk>, Error> {
    on!(tx, |c| sqlx::query_as(OF_DEVICE)
        .bind(device)
        .bind(from)
        .bind(to)
        .fetch_all(c))
}

/// The plots that the devices of a patrol photographed, found or destroyed about its time, `around_ms` before and after.
pub async fn plots_on_the_way(
    tx: &mut Tx,
    patrol: PatrolId,
    around_ms: i64,
) -> Result<Vec<PlotId>, Error> {
    on!(tx, |c| sqlx::query_scalar(PLOTS_ON_THE_WAY)
        .bind(patrol)
        .bind(around_ms)
        .fetch_all(c))
}

/// The patrols begun between two instants.
pub async fn begun_between(
    tx: &mut Tx,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<PatrolId>, Error> {
    on!(tx, |c| sqlx::query_scalar(BEGUN_BETWEEN)
        .bind(from)
        .bind(to)
        .fetch_all(c))
}

/// The latest draft that was received by an instant, as JSON.
pub async fn draft_as_of(
    tx: &mut Tx,
    patrol: PatrolId,
    instant: Timestamp,
) -> Result<Option<String>, Error> {
    on!(tx, |c| sqlx::query_scalar(DRAFT_AS_OF)
        .bind(patrol)
        .bind(instant)
        .fetch_optional(c))
}

/// Whether an entry was received by an instant.
pub async fn is_received_by(
    tx: &mut Tx,
    entry: EntryId,
    instant: Timestamp,
) -> Result<bool, Error> {
    let count: i64 = on!(tx, |c| sqlx::query_scalar(RECEIVED_BY)
        .bind(entry)
        .bind(instant)
        .fetch_one(c))?;
    Ok(count > 0)
}
