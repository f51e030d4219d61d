//! The tail: fixes that came one at a time and wait to be sealed into a chunk.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::TeamId;
use crate::base::time::Timestamp;
use crate::identity::model::RESERVE_TEAM;
use crate::on;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::window::SHORTEST_OPEN_MS;
use crate::store::{Error, Tx, pieces};

use super::around::{at_home, of_party, sharing};
use super::declared::PatrolRow;

const APPEND_TAIL: &str = "INSERT INTO fix_tail (device, t, lon_e7, lat_e7, accuracy_dm, altitude_dm, speed_cmps, \
     bearing_ddeg, mock, received_at) ";
const KNOWN: &str = " ON CONFLICT DO NOTHING";

const TAKE_TAIL: &str = "DELETE FROM fix_tail WHERE device = $1 \
     RETURNING t, lon_e7, lat_e7, accuracy_dm, altitude_dm, speed_cmps, bearing_ddeg, mock, received_at";
const TAIL: &str = "SELECT t, lon_e7, lat_e7, accuracy_dm, altitude_dm, speed_cmps, bearing_ddeg, mock, received_at \
     FROM fix_tail WHERE device = $1 AND t >= $2 AND t <= $3 ORDER BY t, lon_e7, lat_e7";
const TAIL_DEVICES: &str = concat!(
    "SELECT d.id, d.team FROM identity_devices d WHERE (d.id = $2 OR (",
    of_party!("d.team = $1", all: "$1 <> $5", "d.id", beside: "$2"),
    ")) AND EXISTS (SELECT 1 FROM fix_tail f WHERE f.device = d.id AND f.t >= $3 AND f.t <= $4) ORDER BY d.id"
);
/// Devices of a party (and one more) with fixes in the tail between two instants, but for those that recorded a patrol of their
/// own, which takes all of them: of several a device's own one does. An open one takes them for so many ms at least.
const TAILS_AROUND: &str = concat!(
    "SELECT w.id FROM (SELECT d.id, \
     (SELECT MIN(f.t) FROM fix_tail f WHERE f.device = d.id AND f.t >= $3 AND f.t <= $4) AS first_at, \
     (SELECT MAX(f.t) FROM fix_tail f WHERE f.device = d.id AND f.t >= $3 AND f.t <= $4) AS last_at \
     FROM identity_devices d WHERE d.id = $2 OR (",
    of_party!("d.team = $1", all: "$1 <> $7", "d.id", beside: "$2"),
    ")) w WHERE w.first_at IS NOT NULL \
     AND (w.id = $2 OR NOT EXISTS (SELECT 1 FROM patrols p WHERE p.author = w.id AND p.id <> $5 AND p.started_at <= w.first_at \
     AND (p.ended_at >= w.last_at OR (p.ended_at IS NULL AND p.started_at + $6 >= w.last_at)))) ORDER BY w.id"
);
const IS_IN_TAIL: &str = "SELECT 1 FROM fix_tail WHERE device = $1 AND t >= $2 AND t <= $3 LIMIT 1";
const TAIL_DUE: &str = "SELECT device FROM fix_tail GROUP BY device \
     HAVING COUNT(*) >= $1 OR MIN(received_at) <= $2 ORDER BY device LIMIT $3";
const TAIL_SINCE: &str = "SELECT device, MAX(received_at) FROM fix_tail WHERE received_at >= $1 GROUP BY device ORDER BY device";
const COUNT_TAIL: &str = "SELECT COUNT(*) FROM fix_tail";
const TEAM_OF: &str = "SELECT team FROM identity_devices WHERE id = $1";

pub(super) const STATEMENTS: &[&str] = &[
    TAKE_TAIL,
    TAIL,
    TAIL_DEVICES,
    TAILS_AROUND,
    IS_IN_TAIL,
    TAIL_DUE,
    TAIL_SINCE,
    COUNT_TAIL,
    TEAM_OF,
];

/// A fix in the tail.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TailRow {
    t: Timestamp,
    lon_e7: i64,
    lat_e7: i64,
    accuracy_dm: Option<i64>,
    altitude_dm: Option<i64>,
    speed_cmps: Option<i64>,
    bearing_ddeg: Option<i64>,
    mock: i64,
    pub received_at: Timestamp,
}

impl TailRow {
    /// The fix as it came; an error when a figure is none of a fix's.
    pub fn fix(&self) -> Result<Fix, Error> {
        let corrupt = |column| Error::Corrupt {
            table: "fix_tail",
            column,
            id: self.t.as_millis().to_string(),
        };
        Ok(Fix {
            t: self.t,
            lon_e7: i32::try_from(self.lon_e7).or(Err(corrupt("lon_e7")))?,
            lat_e7: i32::try_from(self.lat_e7).or(Err(corrupt("lat_e7")))?,
            accuracy_dm: narrow(self.accuracy_dm, corrupt("accuracy_dm"))?,
            altitude_dm: narrow(self.altitude_dm, corrupt("altitude_dm"))?,
            speed_cmps: narrow(self.speed_cmps, corrupt("speed_cmps"))?,
            bearing_ddeg: narrow(self.bearing_ddeg, corrupt("bearing_ddeg"))?,
            mock: self.mock != 0,
            // Trackers, whose fixes lie here, tell of no interruption.
            after_break: false,
        })
    }
}

/// A figure that may be absent, in the type that a fix has it in.
fn narrow<T: TryFrom<i64>>(figure: Option<i64>, fault: Error) -> Result<Option<T>, Error> {
    figure.map(T::try_from).transpose().or(Err(fault))
}

/// Appends fixes of any devices; one that is there already stays as it came first. The caller sorts them, so that two
/// acts lock rows in one order.
pub async fn append_tail(
    tx: &mut Tx,
    fixes: &[(Uuid, Fix)],
    received_at: Timestamp,
) -> Result<(), Error> {
    // As many as there are differ each time: statements of any length would each be prepared, and kept prepared.
    for part in pieces(fixes) {
        on!(tx, |c| {
            let mut query = QueryBuilder::new(APPEND_TAIL);
            query.push_values(part, |mut row, (device, fix)| {
                row.push_bind(*device)
                    .push_bind(fix.t)
                    .push_bind(i64::from(fix.lon_e7))
                    .push_bind(i64::from(fix.lat_e7))
                    .push_bind(fix.accuracy_dm.map(i64::from))
                    .push_bind(fix.altitude_dm.map(i64::from))
                    .push_bind(fix.speed_cmps.map(i64::from))
                    .push_bind(fix.bearing_ddeg.map(i64::from))
                    .push_bind(i64::from(fix.mock))
                    .push_bind(received_at);
            });
            query.push(KNOWN);
            async move { query.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

/// Takes a device's whole tail out.
pub async fn take_tail(tx: &mut Tx, device: Uuid) -> Result<Vec<TailRow>, Error> {
    on!(tx, |c| sqlx::query_as(TAKE_TAIL).bind(device).fetch_all(c))
}

/// A device's fixes in the tail between two instants, sorted.
pub async fn tail(
    tx: &mut Tx,
    device: Uuid,
    span: (Timestamp, Timestamp),
) -> Result<Vec<TailRow>, Error> {
    on!(tx, |c| sqlx::query_as(TAIL)
        .bind(device)
        .bind(span.0)
        .bind(span.1)
        .fetch_all(c))
}

/// The devices, with their teams, of a team (and the author) that have fixes in the tail between two instants; of the reserve
/// team those that have a commune in common with the author.
pub async fn tail_devices(
    tx: &mut Tx,
    team: TeamId,
    author: Uuid,
    span: (Timestamp, Timestamp),
) -> Result<Vec<(Uuid, TeamId)>, Error> {
    on!(tx, |c| sqlx::query_as(TAIL_DEVICES)
        .bind(team)
        .bind(author)
        .bind(span.0)
        .bind(span.1)
        .bind(RESERVE_TEAM)
        .fetch_all(c))
}

/// The devices of a patrol's team, and its author, that have fixes in the tail between two instants which no other patrol of
/// their own is sure to take; of the reserve team those that have a commune in common with the author.
pub async fn tails_around(
    tx: &mut Tx,
    patrol: &PatrolRow,
    span: (Timestamp, Timestamp),
) -> Result<Vec<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(TAILS_AROUND)
        .bind(patrol.team)
        .bind(patrol.author)
        .bind(span.0)
        .bind(span.1)
        .bind(patrol.id)
        .bind(SHORTEST_OPEN_MS)
        .bind(RESERVE_TEAM)
        .fetch_all(c))
}

/// Whether a device has fixes in the tail between two instants.
pub async fn is_in_tail(
    tx: &mut Tx,
    device: Uuid,
    span: (Timestamp, Timestamp),
) -> Result<bool, Error> {
    let found: Option<i32> = on!(tx, |c| sqlx::query_scalar(IS_IN_TAIL)
        .bind(device)
        .bind(span.0)
        .bind(span.1)
        .fetch_optional(c))?;
    Ok(found.is_some())
}

/// Devices with fixes in the tail that were received at an instant or later, each with the latest receipt.
pub async fn tail_since(tx: &mut Tx, since: Timestamp) -> Result<Vec<(Uuid, Timestamp)>, Error> {
    on!(tx, |c| sqlx::query_as(TAIL_SINCE).bind(since).fetch_all(c))
}

/// Devices whose tail has so many fixes, or one received by an instant.
pub async fn tail_due(
    tx: &mut Tx,
    fixes: i64,
    received_by: Timestamp,
    limit: i64,
) -> Result<Vec<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(TAIL_DUE)
        .bind(fixes)
        .bind(received_by)
        .bind(limit)
        .fetch_all(c))
}

/// How many fixes of all devices wait in the tail.
pub async fn count_tail(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(COUNT_TAIL).fetch_one(c))
}

/// The team that a device belongs to.
pub async fn team_of(tx: &mut Tx, device: Uuid) -> Result<Option<TeamId>, Error> {
    on!(tx, |c| sqlx::query_scalar(TEAM_OF)
        .bind(device)
        .fetch_optional(c))
}
