//! Overland: batches of GeoJSON features. Times in RFC 3339, speeds in m/s, −1 for unknown, battery as a share.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::JsonTime;
use super::reading::UNREADABLE;
use super::{Message, Place, Reading, Said};

/// The most records of one batch; the program sends a thousand at most.
const MAX_RECORDS: usize = 10_000;

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    locations: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(borrow)]
    geometry: Option<Geometry<'a>>,
    #[serde(borrow)]
    properties: Properties<'a>,
}

#[derive(Deserialize)]
struct Geometry<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    /// Longitude, latitude, perhaps an altitude.
    coordinates: Vec<f64>,
}

#[derive(Deserialize)]
struct Properties<'a> {
    timestamp: Option<JsonTime>,
    altitude: Option<f64>,
    speed: Option<f64>,
    course: Option<f64>,
    horizontal_accuracy: Option<f64>,
    battery_level: Option<f64>,
    #[serde(borrow)]
    battery_state: Option<Cow<'a, str>>,
}

/// A record that is read for what it is: trips and visits have other members.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    properties: Kind<'a>,
}

#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    action: Option<Cow<'a, str>>,
}

/// Reads a batch, record by record; a body of another shape is one record that nobody understands.
#[must_use]
pub fn read(body: &[u8]) -> Vec<Message> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Vec::new();
    }
    let batch = serde_json::from_slice::<Batch<'_>>(body).ok();
    let Some(batch) = batch.filter(|batch| batch.locations.len() <= MAX_RECORDS) else {
        return vec![super::http::unreadable(body)];
    };
    let records = batch.locations.into_iter().map(RawValue::get);
    records
        .map(|record| Message {
            said: said(record),
            json: record.to_owned(),
        })
        .collect()
}

fn said(record: &str) -> Said {
    if is_trip_or_visit(record) {
        return Said::Other;
    }
    match serde_json::from_str::<Feature<'_>>(record) {
        Ok(feature) if record.starts_with('{') => reading(&feature),
        _ => Said::Unreadable(UNREADABLE),
    }
}

fn is_trip_or_visit(record: &str) -> bool {
    let Ok(Record { properties }) = serde_json::from_str::<Record<'_>>(record) else {
        return false;
    };
    properties.kind.as_deref() == Some("trip") || properties.action.as_deref() == Some("visit")
}

fn reading(feature: &Feature<'_>) -> Said {
    let figure = |degrees: Option<&f64>| degrees.copied().unwrap_or(f64::NAN);
    let properties = &feature.properties;
    let place = match &feature.geometry {
        Some(point) if point.kind == "Point" => Some(Place {
            lon: figure(point.coordinates.first()),
            lat: figure(point.coordinates.get(1)),
        }),
        _ => return Said::Unreadable("no_position"),
    };
    Said::Reading(Reading {
        time: properties.timestamp.as_ref().and_then(JsonTime::instant),
        place,
        accuracy_m: properties.horizontal_accuracy,
        altitude_m: properties.altitude,
        speed_mps: properties.speed,
        bearing_deg: properties.course,
        battery_pct: properties
            .battery_level
            .filter(|share| *share >= 0.0)
            .map(|share| share * 100.0),
        charging: properties
            .battery_state
            .as_deref()
            .and_then(|state| match state {
                "charging" | "full" => Some(true),
                "unplugged" => Some(false),
                _ => None,
            }),
        ..Reading::default()
    })
}
