//! OwnTracks in its HTTP mode: one message as JSON. Times in seconds, speeds in km/h, battery in per cent.

use std::borrow::Cow;

use serde::Deserialize;

use super::fields::{JsonTime, KMH_MPS};
use super::reading::UNREADABLE;
use super::{Place, Reading, Said};

/// Messages that say nothing of where the device is on its way: fences and places of interest, contacts, settings.
const OTHERS: [&str; 11] = [
    "transition",
    "waypoint",
    "waypoints",
    "lwt",
    "status",
    "card",
    "dump",
    "cmd",
    "beacon",
    "steps",
    "configuration",
];

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "_type")]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Location {
    tst: Option<JsonTime>,
    lat: Option<f64>,
    lon: Option<f64>,
    acc: Option<f64>,
    alt: Option<f64>,
    vel: Option<f64>,
    cog: Option<f64>,
    batt: Option<f64>,
    bs: Option<f64>,
}

/// Reads a message; `None` for an empty one.
#[must_use]
pub fn read(body: &[u8]) -> Option<Said> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    let Ok(kind) = serde_json::from_slice::<Kind<'_>>(body) else {
        return Some(Said::Unreadable(UNREADABLE));
    };
    Some(match kind.kind.as_ref() {
        "location" => match serde_json::from_slice::<Location>(body) {
            Ok(location) => Said::Reading(reading(&location)),
            Err(_) => Said::Unreadable(UNREADABLE),
        },
        "encrypted" => Said::Unreadable("encrypted"),
        kind if OTHERS.contains(&kind) => Said::Other,
        _ => Said::Unreadable(UNREADABLE),
    })
}

fn reading(location: &Location) -> Reading {
    Reading {
        time: location.tst.as_ref().and_then(JsonTime::instant),
        place: Some(Place {
            lon: location.lon.unwrap_or(f64::NAN),
            lat: location.lat.unwrap_or(f64::NAN),
        }),
        accuracy_m: location.acc,
        altitude_m: location.alt,
        speed_mps: location.vel.map(|kmh| kmh * KMH_MPS),
        bearing_deg: location.cog,
        battery_pct: location.batt,
        // 0 is unknown, 1 unplugged, 2 charging, 3 full.
        charging: location
            .bs
            .filter(|state| *state != 0.0)
            .map(|state| state >= 2.0),
        ..Reading::default()
    }
}
