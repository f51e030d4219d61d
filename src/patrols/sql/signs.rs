//! The last sign of life of devices, and calls for help.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::patrols::model::signs::{Call, Sign, TrackerApp};
use crate::store::{Error, Tx, pieces};
use crate::{changed, on};

const KEEP_SIGNS: &str = "INSERT INTO device_signs (device, at, app, battery_pct, charging) ";
const IF_LATER: &str = " ON CONFLICT (device) DO UPDATE SET at = excluded.at, app = excluded.app, \
     battery_pct = COALESCE(excluded.battery_pct, device_signs.battery_pct), \
     charging = COALESCE(excluded.charging, device_signs.charging) WHERE excluded.at >= device_signs.at";
const SIGN: &str = "SELECT at, app, battery_pct, charging FROM device_signs WHERE device = $1";
const CALL: &str = "SELECT entry FROM sos_calls WHERE device = $1 AND digest = $2";
const INSERT_CALL: &str = "INSERT INTO sos_calls (id, device, digest, at, lon_e7, lat_e7, commune, near, app, entry, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
const CALLS: &str = "SELECT id, device, at, lon_e7, lat_e7, commune, near, app, received_at FROM sos_calls \
     WHERE received_at >= $1 ORDER BY received_at DESC, id DESC LIMIT $2";

pub(super) const STATEMENTS: &[&str] = &[SIGN, CALL, INSERT_CALL, CALLS];

/// What was last heard of a device.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SignRow {
    pub at: Timestamp,
    pub app: String,
    pub battery_pct: Option<i64>,
    pub charging: Option<i64>,
}

/// A call for help as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CallRow {
    pub id: Uuid,
    pub device: Uuid,
    pub at: Timestamp,
    pub lon_e7: Option<i64>,
    pub lat_e7: Option<i64>,
    pub commune: Option<String>,
    /// Codes with a space between.
    pub near: Option<String>,
    pub app: String,
    pub received_at: Timestamp,
}

impl CallRow {
    /// The codes of the communes that hear it although its place lies in none.
    pub fn near(&self) -> impl Iterator<Item = &str> {
        self.near.as_deref().unwrap_or("").split_whitespace()
    }
}

/// A call to be written.
#[derive(Debug, Clone)]
pub struct NewCall<'a> {
    pub id: Uuid,
    pub device: Uuid,
    pub digest: &'a [u8],
    pub call: Call,
    pub commune: Option<&'a str>,
    /// Codes with a space between.
    pub near: Option<&'a str>,
    pub app: TrackerApp,
    pub entry: EntryId,
    pub received_at: Timestamp,
}

/// Keeps the latest sign of each device; each device once, sorted by the caller so that two acts lock rows in one order.
pub async fn keep_signs(tx: &mut Tx, signs: &[(Uuid, TrackerApp, Sign)]) -> Result<(), Error> {
    for part in pieces(signs) {
        on!(tx, |c| {
            let mut query = QueryBuilder::new(KEEP_SIGNS);
            query.push_values(part, |mut row, (device, app, sign)| {
                row.push_bind(*device)
                    .push_bind(sign.at)
                    .push_bind(app.as_str())
                    .push_bind(sign.battery_pct.map(i64::from))
                    .push_bind(sign.charging.map(i64::from));
            });
            query.push(IF_LATER);
            async move { query.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

pub async fn sign(tx: &mut Tx, device: Uuid) -> Result<Option<SignRow>, Error> {
    on!(tx, |c| sqlx::query_as(SIGN).bind(device).fetch_optional(c))
}

/// The entry under which a device's call was written before.
pub async fn call(tx: &mut Tx, device: Uuid, digest: &[u8]) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(CALL)
        .bind(device)
        .bind(digest)
        .fetch_optional(c))
}

/// Writes a call; false when another act was faster.
pub async fn insert_call(tx: &mut Tx, call: &NewCall<'_>) -> Result<bool, Error> {
    let (lon_e7, lat_e7) = call.call.place_e7.unzip();
    changed!(
        tx,
        sqlx::query(INSERT_CALL)
            .bind(call.id)
            .bind(call.device)
            .bind(call.digest)
            .bind(call.call.at)
            .bind(lon_e7.map(i64::from))
            .bind(lat_e7.map(i64::from))
            .bind(call.commune)
            .bind(call.near)
            .bind(call.app.as_str())
            .bind(call.entry)
            .bind(call.received_at)
    )
    .map(|rows| rows > 0)
}

/// Calls received since an instant, the latest first.
pub async fn calls(tx: &mut Tx, since: Timestamp, limit: i64) -> Result<Vec<CallRow>, Error> {
    on!(tx, |c| sqlx::query_as(CALLS)
        .bind(since)
        .bind(limit)
        .fetch_all(c))
}
