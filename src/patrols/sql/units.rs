//! What a unit's devices recorded around a day: on its own patrols, on those that it took part in, and by one device.

use uuid::Uuid;

use crate::base::ids::{EntryId, OrgId, PatrolId};
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

const UNIT_CHUNKS: &str = "SELECT c.entry, c.patrol, c.device, b.body FROM fix_chunks c JOIN patrols p ON p.id = c.patrol \
     JOIN identity_teams t ON t.id = p.team LEFT JOIN journal_bodies b ON b.entry = c.entry \
     WHERE p.started_at >= $4 AND p.started_at <= $6 AND c.last_at >= $5 AND c.first_at <= $6 AND p.state <> 'rejected' \
     AND (p.lead_org = $1 OR t.org = $1 OR p.headcount LIKE $2 OR c.device = $3) ORDER BY c.patrol, c.device, c.entry";
const UNIT_STARTS: &str = "SELECT p.started_at FROM patrols p JOIN identity_teams t ON t.id = p.team \
     WHERE p.started_at >= $3 AND p.started_at <= $4 AND (p.lead_org = $1 OR t.org = $1 OR p.headcount LIKE $2) \
     AND EXISTS (SELECT 1 FROM tracks k WHERE k.patrol = p.id AND k.fixes > 0) ORDER BY p.started_at";

pub(super) const STATEMENTS: &[&str] = &[UNIT_CHUNKS, UNIT_STARTS];

/// A chunk of a unit's fixes; `body` is `None` once erased.
#[derive(Debug, sqlx::FromRow)]
pub struct UnitChunk {
    pub entry: EntryId,
    pub patrol: PatrolId,
    pub device: Uuid,
    pub body: Option<Vec<u8>>,
}

/// The chunks between two instants, on patrols begun from an earlier one on.
pub async fn unit_chunks(
    tx: &mut Tx,
    (org, device): (OrgId, Uuid),
    begun_from: Timestamp,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<UnitChunk>, Error> {
    on!(tx, |c| sqlx::query_as(UNIT_CHUNKS)
        .bind(org)
        .bind(format!("%{org}%"))
        .bind(device)
        .bind(begun_from)
        .bind(from)
        .bind(to)
        .fetch_all(c))
}

/// The starts of the unit's patrols between two instants of which there are fixes.
pub async fn unit_starts(
    tx: &mut Tx,
    org: OrgId,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Timestamp>, Error> {
    on!(tx, |c| sqlx::query_scalar(UNIT_STARTS)
        .bind(org)
        .bind(format!("%{org}%"))
        .bind(from)
        .bind(to)
        .fetch_all(c))
}
