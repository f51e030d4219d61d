//! Traccar Client 9: one location as JSON, in SI units; −1 stands for unknown.

use serde::Deserialize;

use super::fields::JsonTime;
use super::reading::UNREADABLE;
use super::{Place, Reading, Said};

/// The request; what it has besides is passed over, also the query that it repeats as a text.
#[derive(Deserialize)]
struct Request {
    location: Location,
}

#[derive(Deserialize)]
struct Location {
    timestamp: Option<JsonTime>,
    coords: Option<Coords>,
    battery: Option<Battery>,
    extras: Option<Extras>,
    mock: Option<bool>,
}

#[derive(Deserialize)]
struct Coords {
    latitude: Option<f64>,
    longitude: Option<f64>,
    accuracy: Option<f64>,
    speed: Option<f64>,
    heading: Option<f64>,
    altitude: Option<f64>,
}

#[derive(Deserialize)]
struct Battery {
    level: Option<f64>,
    is_charging: Option<bool>,
}

/// What the program adds: an empty list where it adds nothing.
#[derive(Deserialize)]
#[serde(untagged)]
enum Extras {
    Named { alarm: Option<String> },
    Other(serde::de::IgnoredAny),
}

/// Reads a request's body.
#[must_use]
pub fn read(body: &[u8]) -> Said {
    match serde_json::from_slice::<Request>(body) {
        Ok(request) => Said::Reading(reading(&request.location)),
        Err(_) => Said::Unreadable(UNREADABLE),
    }
}

fn reading(location: &Location) -> Reading {
    let coords = location.coords.as_ref();
    let figure = |of: fn(&Coords) -> Option<f64>| coords.and_then(of).and_then(known);
    let has_place = |coords: &&Coords| coords.latitude.is_some() || coords.longitude.is_some();
    let battery = location.battery.as_ref();
    let alarm = match &location.extras {
        Some(Extras::Named { alarm }) => alarm.as_deref(),
        Some(Extras::Other(_)) | None => None,
    };
    Reading {
        time: location.timestamp.as_ref().and_then(JsonTime::instant),
        place: coords.filter(has_place).map(|coords| Place {
            lon: coords.longitude.unwrap_or(f64::NAN),
            lat: coords.latitude.unwrap_or(f64::NAN),
        }),
        accuracy_m: figure(|coords| coords.accuracy),
        altitude_m: figure(|coords| coords.altitude),
        speed_mps: figure(|coords| coords.speed),
        bearing_deg: figure(|coords| coords.heading),
        mock: location.mock.unwrap_or(false),
        is_invalid: false,
        battery_pct: battery
            .and_then(|battery| battery.level)
            .and_then(known)
            .map(|share| share * 100.0),
        charging: battery.and_then(|battery| battery.is_charging),
        is_sos: alarm.is_some_and(|alarm| alarm.trim().eq_ignore_ascii_case("sos")),
    }
}

/// A figure unless it is the mark for unknown.
#[expect(clippy::float_cmp, reason = "the mark is exactly -1")]
fn known(figure: f64) -> Option<f64> {
    (figure != -1.0).then_some(figure)
}
