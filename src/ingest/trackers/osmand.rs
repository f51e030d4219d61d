//! The family of OsmAnd's request: Traccar Client up to 8 and from 10 on, OsmAnd itself, `GPSLogger`.
//!
//! One reading in a query, a form or both. Values do not tell their unit, so the request's shape does: `spd` is in m/s
//! (`GPSLogger`, and the template that we hand out), `speed` in knots (Traccar), unless the time counts milliseconds
//! (OsmAnd's stock template: m/s, and its `hdop` is an accuracy in metres).

use crate::patrols::model::signs::TrackerApp;

use super::fields::{self, Count, KMH_MPS, KNOT_MPS};
use super::query::Pairs;
use super::reading::UNREADABLE;
use super::{Place, Reading, Said};

/// Names that only `GPSLogger`'s templates have.
const OF_GPSLOGGER: [&str; 7] = ["acc", "dir", "sat", "prov", "aid", "ser", "time"];
/// Names by which a request is known to be of this family.
const KNOWN: [&str; 10] = [
    "id",
    "deviceid",
    "lat",
    "lon",
    "location",
    "timestamp",
    "time",
    "batt",
    "alarm",
    "spd",
];

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    /// By GET.
    pub by_get: bool,
    /// With something in its body.
    pub with_body: bool,
}

/// Reads a request; `None` when there is nothing in it.
#[must_use]
pub fn read(form: &str, query: &str, came: Came) -> Option<(TrackerApp, Said)> {
    let pairs = Pairs::of(form, query);
    if pairs.is_empty() {
        return None;
    }
    let time = pairs.get(&["timestamp", "time"]).and_then(fields::time);
    let count = time.map(|(_, count)| count);
    let app = app(&pairs, count, came);
    if !pairs.has(&KNOWN) {
        return Some((app, Said::Unreadable(UNREADABLE)));
    }
    let number = |names: &[&str]| pairs.get(names).and_then(fields::number);
    let is_yes = |names: &[&str]| pairs.get(names).and_then(fields::yes);
    let hdop_m =
        number(&["hdop"]).filter(|_| app == TrackerApp::Osmand && count == Some(Count::Millis));
    let reading = Reading {
        time: time.map(|(at, _)| at),
        place: place(&pairs),
        accuracy_m: number(&["accuracy", "acc"]).or(hdop_m),
        altitude_m: number(&["altitude", "alt"]),
        speed_mps: speed_mps(&pairs, count),
        bearing_deg: number(&["bearing", "heading", "dir"]),
        mock: is_yes(&["mock"]) == Some(true),
        is_invalid: is_yes(&["valid"]) == Some(false),
        battery_pct: number(&["batt"]),
        charging: is_yes(&["charge", "ischarging"]),
        is_sos: pairs
            .get(&["alarm"])
            .is_some_and(|alarm| alarm.trim().eq_ignore_ascii_case("sos")),
    };
    Some((app, Said::Reading(reading)))
}

fn app(pairs: &Pairs<'_>, count: Option<Count>, came: Came) -> TrackerApp {
    if pairs.has(&OF_GPSLOGGER) {
        TrackerApp::GpsLogger
    } else if count == Some(Count::Millis) || came.by_get {
        TrackerApp::Osmand
    } else if came.with_body {
        TrackerApp::Traccar10
    } else {
        TrackerApp::Traccar8
    }
}

/// A message that names one coordinate has a place, if an unusable one; a message that names none has none.
fn place(pairs: &Pairs<'_>) -> Option<Place> {
    let number = |text: Option<&str>| text.and_then(fields::number).unwrap_or(f64::NAN);
    if pairs.has(&["lat", "lon"]) {
        return Some(Place {
            lon: number(pairs.get(&["lon"])),
            lat: number(pairs.get(&["lat"])),
        });
    }
    let (lat, lon) = pairs
        .get(&["location"])?
        .split_once(',')
        .unwrap_or(("", ""));
    Some(Place {
        lon: number(Some(lon)),
        lat: number(Some(lat)),
    })
}

fn speed_mps(pairs: &Pairs<'_>, count: Option<Count>) -> Option<f64> {
    let number = |name: &str| pairs.get(&[name]).and_then(fields::number);
    number("spd")
        .or_else(|| number("spd_kph").map(|kmh| kmh * KMH_MPS))
        .or_else(|| {
            let unit_mps = match count {
                Some(Count::Millis) => 1.0,
                _ => KNOT_MPS,
            };
            number("speed").map(|speed| speed * unit_mps)
        })
}
