//! Calls for help as officers read them.

use serde::Serialize;
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::time::Timestamp;
use crate::geo::position::Position;
use crate::patrols::model::signs::TrackerApp;
use crate::patrols::sql::{self, CallRow};
use crate::store;

use super::{Error, Patrols};

/// So far back calls are listed unless another time is asked for (7 days).
const LISTED_MS: i64 = 7 * 86_400_000;
/// The most that are looked through.
const MOST: i64 = 5_000;

/// A call for help.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SosView {
    /// Its id.
    pub id: Uuid,
    /// The device that called.
    pub device: Uuid,
    /// When, by the device, never later than it was received.
    pub at: Timestamp,
    /// Longitude in degrees, where the call had a usable place.
    pub lon: Option<f64>,
    /// Latitude in degrees, where the call had a usable place.
    pub lat: Option<f64>,
    /// The commune that the place lies in.
    pub commune: Option<String>,
    /// Where its place lies in none: the commune of the device's last fix of the day before, else the device's own
    /// communes. Their officers hear it.
    pub near: Vec<String>,
    /// The program that it came from.
    pub app: TrackerApp,
    /// When it was received.
    pub received_at: Timestamp,
}

impl Patrols {
    /// Calls received since an instant (or in the last 7 days) from communes in reach, the latest first. One without a
    /// place in a commune is heard where the device was last, or may record; the province hears all.
    pub async fn sos_calls(
        &self,
        actor: &Actor,
        since: Option<Timestamp>,
    ) -> Result<Vec<SosView>, Error> {
        let reach = actor.reach(Right::ReadSos).ok_or(Error::Forbidden)?;
        let reach = self.areas.with_ended(&reach).await?;
        let since = since.unwrap_or(self.journal.now().plus_millis(-LISTED_MS));
        let mut tx = self.journal.store().read().await?;
        let rows = sql::calls(&mut tx, since, MOST).await?;
        let seen = rows.iter().filter(|row| {
            reach.holds(row.commune.as_deref()) || row.near().any(|code| reach.holds(Some(code)))
        });
        Ok(seen.map(view).collect::<Result<_, store::Error>>()?)
    }
}

fn view(row: &CallRow) -> Result<SosView, store::Error> {
    let narrow = |figure: Option<i64>| figure.and_then(|e7| i32::try_from(e7).ok());
    let place = narrow(row.lon_e7).zip(narrow(row.lat_e7));
    let place = place.and_then(|(lon, lat)| Position::from_e7(lon, lat).ok());
    let app = row.app.parse().or(Err(store::Error::Corrupt {
        table: "sos_calls",
        column: "app",
        id: row.id.to_string(),
    }))?;
    Ok(SosView {
        id: row.id,
        device: row.device,
        at: row.at,
        lon: place.map(Position::lon),
        lat: place.map(Position::lat),
        commune: row.commune.clone(),
        near: row.near().map(str::to_owned).collect(),
        app,
        received_at: row.received_at,
    })
}
