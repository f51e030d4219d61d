//! Tests of the pure part, and the makers of fixes that they share.

mod codec;
mod fix;
mod gpx;
mod legs;
mod patrol;
mod quality;
mod screens;
mod track;
mod upload;

use super::fix::{Fix, RawFix};
use super::quality::{Basis, QualityRule};
use super::vocabulary::Transport;
use crate::base::time::Timestamp;

/// 2026-01-10 08:00:00 local time.
const MORNING_MS: i64 = 1_768_006_800_000;

/// Metres of a degree of latitude and of longitude at 22.4° N, by GeographicLib to a metre.
const LAT_M: f64 = 110_743.0;
const LON_M: f64 = 102_970.0;

fn at_ms(millis: i64) -> Timestamp {
    Timestamp::from_millis(MORNING_MS + millis)
}

fn raw(seconds: i64, lon: f64, lat: f64) -> RawFix {
    RawFix {
        time: Some(at_ms(seconds * 1000)),
        lon,
        lat,
        accuracy_m: Some(5.0),
        altitude_m: None,
        speed_mps: None,
        bearing_deg: None,
        mock: false,
        after_break: false,
    }
}

/// A fix so many metres east and north of 104.3° E, 22.4° N, accurate to 5 m.
fn fix(seconds: i64, east_m: f64, north_m: f64) -> Fix {
    let raw = raw(seconds, 104.3 + east_m / LON_M, 22.4 + north_m / LAT_M);
    Fix::parse(&raw, at_ms(0)).unwrap()
}

fn accurate(fix: Fix, metres: u32) -> Fix {
    Fix {
        accuracy_dm: Some(metres * 10),
        ..fix
    }
}

/// On foot under the current rule, received a day later.
fn basis() -> Basis {
    Basis {
        transport: Transport::Foot,
        rule: QualityRule::current(),
        received_until: at_ms(86_400_000),
    }
}

fn reference(name: &str) -> Vec<serde_json::Value> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/patrols")
        .join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn place(value: &serde_json::Value) -> crate::geo::position::Position {
    crate::geo::position::Position::new(value[0].as_f64().unwrap(), value[1].as_f64().unwrap())
        .unwrap()
}
