//! Every reader on its program's request and on bytes of any kind.

use proptest::prelude::*;

use super::fields::{self, Count};
use super::osmand::{self, Came};
use super::reading::heard;
use super::{Message, Reading, Said, overland, owntracks, traccar};
use crate::base::time::Timestamp;
use crate::patrols::model::signs::TrackerApp;

const BY_GET: Came = Came {
    by_get: true,
    with_body: false,
};
const WITH_BODY: Came = Came {
    by_get: false,
    with_body: true,
};
const BARE: Came = Came {
    by_get: false,
    with_body: false,
};
const NOW: Timestamp = Timestamp::from_millis(1_772_420_400_000);

fn reading(said: Said) -> Reading {
    match said {
        Said::Reading(reading) => reading,
        other => panic!("no reading: {other:?}"),
    }
}

fn of(query: &str, came: Came) -> (TrackerApp, Reading) {
    let (app, said) = osmand::read("", query, came).unwrap();
    (app, reading(said))
}

fn near(figure: Option<f64>, expected: f64) -> bool {
    figure.is_some_and(|figure| (figure - expected).abs() < 1e-9)
}

#[test]
fn times_count_seconds_or_milliseconds_or_are_written_out() {
    let at = |text: &str| fields::time(text).map(|(at, count)| (at.as_millis(), count));
    assert_eq!(at("1772420400"), Some((1_772_420_400_000, Count::Seconds)));
    assert_eq!(
        at("1772420400.25"),
        Some((1_772_420_400_250, Count::Seconds))
    );
    assert_eq!(
        at("1772420400123"),
        Some((1_772_420_400_123, Count::Millis))
    );
    for iso in [
        "2026-03-02T03:00:00.000Z",
        "2026-03-02T10:00:00+07:00",
        "2026-03-02T10:00:00 07:00",
        "2026-03-02T10:00:00+0700",
        "2026-03-01T20:00:00-0700",
        "2026-03-02 03:00:00",
        "2026-03-02T03:00:00",
    ] {
        assert_eq!(at(iso), Some((1_772_420_400_000, Count::Iso)), "{iso}");
    }
    for none in ["", "inf", "NaN", "hôm nay", "2026-13-02T03:00:00Z"] {
        assert_eq!(at(none), None, "{none}");
    }
}

#[test]
fn a_speed_counts_as_the_shape_of_its_request_says() {
    let (app, knots) = of(
        "id=x&timestamp=1772420000&lat=22.3&lon=103.7&speed=1.94",
        BARE,
    );
    assert_eq!(app, TrackerApp::Traccar8);
    assert!(near(knots.speed_mps, 1.94 * 1852.0 / 3600.0));
    let (app, metres) = of(
        "id=x&timestamp=1772420000000&lat=22.3&lon=103.7&speed=0.8&hdop=3.9",
        BY_GET,
    );
    assert_eq!((app, metres.accuracy_m), (TrackerApp::Osmand, Some(3.9)));
    assert!(near(metres.speed_mps, 0.8));
    let (app, ours) = of(
        "lat=22.3&lon=103.7&timestamp=1772420000000&accuracy=4&altitude=9&spd=0.8&bearing=2",
        BY_GET,
    );
    assert_eq!((app, ours.accuracy_m), (TrackerApp::Osmand, Some(4.0)));
    assert!(near(ours.speed_mps, 0.8));
    let (app, logger) = of(
        "lat=22.3&lon=103.7&time=2026-03-02T02:00:00Z&spd=0.7&acc=6&dir=13&hdop=1.1",
        BY_GET,
    );
    assert_eq!(
        (app, logger.accuracy_m, logger.bearing_deg),
        (TrackerApp::GpsLogger, Some(6.0), Some(13.0))
    );
    assert!(near(logger.speed_mps, 0.7));
    let (_, logger) = of(
        "lat=22.3&lon=103.7&time=2026-03-02T02:00:00Z&spd_kph=36&acc=6",
        BY_GET,
    );
    assert!(near(logger.speed_mps, 10.0));
    let (_, geometry) = of("lat=22.3&lon=103.7&timestamp=1772420000&hdop=1.1", BY_GET);
    assert_eq!(
        geometry.accuracy_m, None,
        "a dilution of precision is no accuracy"
    );
}

#[test]
fn the_other_names_of_the_family_are_known() {
    let (_, other) = of(
        "deviceid=x&timestamp=1772420000&location=22.3,103.7&heading=91&valid=false&mock=true&alarm=SOS&charge=true&batt=79.4",
        BARE,
    );
    let place = other.place.unwrap();
    assert!((place.lat - 22.3).abs() < 1e-12 && (place.lon - 103.7).abs() < 1e-12);
    assert_eq!(
        (other.bearing_deg, other.battery_pct),
        (Some(91.0), Some(79.4))
    );
    assert!(other.mock && other.is_invalid && other.is_sos);
    assert_eq!(other.charging, Some(true));
}

#[test]
fn a_form_wins_over_the_query_of_its_address() {
    let (app, said) = osmand::read(
        "id=x&timestamp=1772420000&lat=22.3&lon=103.7",
        "lat=1&key=9",
        WITH_BODY,
    )
    .unwrap();
    assert_eq!(app, TrackerApp::Traccar10);
    assert!((reading(said).place.unwrap().lat - 22.3).abs() < 1e-12);
}

#[test]
fn a_message_without_any_place_is_a_sign_of_life() {
    let (_, said) = osmand::read("id=x&timestamp=1772420000&batt=78.4", "", WITH_BODY).unwrap();
    let told = heard(
        TrackerApp::Traccar10,
        vec![Message {
            said,
            json: "1".into(),
        }],
        [0; 32],
        NOW,
    );
    assert!(told.fixes.is_empty() && told.refused.is_empty());
    let sign = told.sign.unwrap();
    assert_eq!(
        (sign.at.as_millis(), sign.battery_pct),
        (1_772_420_000_000, Some(78))
    );
    let (_, half) = of("id=x&timestamp=1772420000&lat=22.3", BARE);
    assert!(
        half.place.unwrap().lon.is_nan(),
        "half a place is none, and no sign of life either"
    );
    assert!(osmand::read("", "", BY_GET).is_none());
    let (_, said) = osmand::read("", "nonsense", BY_GET).unwrap();
    assert!(matches!(said, Said::Unreadable(_)));
}

#[test]
fn minus_one_is_unknown_to_traccar_nine() {
    let body = r#"{"location":{"timestamp":"2026-03-02T02:59:10.000Z","coords":{"latitude":22.3077,"longitude":103.7753,
        "accuracy":5.1,"speed":-1,"heading":-1,"altitude":1511},"battery":{"level":0.8,"is_charging":false},"extras":{},"_":"&id=x"},"device_id":"x"}"#;
    let nine = reading(traccar::read(body.as_bytes()));
    assert_eq!((nine.speed_mps, nine.bearing_deg), (None, None));
    assert_eq!(
        (nine.accuracy_m, nine.altitude_m),
        (Some(5.1), Some(1511.0))
    );
    assert_eq!((nine.battery_pct, nine.charging), (Some(80.0), Some(false)));
    let sos = body.replace(r#""extras":{}"#, r#""extras":{"alarm":"sos"}"#);
    assert!(reading(traccar::read(sos.as_bytes())).is_sos);
    let plain = body.replace(r#""extras":{}"#, r#""extras":[]"#);
    assert!(!reading(traccar::read(plain.as_bytes())).is_sos);
}

#[test]
fn owntracks_drives_in_kilometres_an_hour() {
    let body = r#"{"_type":"location","acc":12,"alt":1515,"batt":70,"bs":1,"lat":22.3101,"lon":103.7771,"tst":1772420000,"vel":36}"#;
    let told = reading(owntracks::read(body.as_bytes()).unwrap());
    assert!(near(told.speed_mps, 10.0));
    assert_eq!(told.charging, Some(false));
    assert!(owntracks::read(b" \n").is_none());
    for other in [
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
    ] {
        let body = format!(r#"{{"_type":"{other}","lat":22.3,"lon":103.7}}"#);
        assert_eq!(
            owntracks::read(body.as_bytes()),
            Some(Said::Other),
            "{other}"
        );
    }
    for unreadable in [
        r#"{"_type":"encrypted","data":"AAAA"}"#,
        r#"{"_type":"mới"}"#,
        "[]",
        "{",
    ] {
        assert!(
            matches!(
                owntracks::read(unreadable.as_bytes()),
                Some(Said::Unreadable(_))
            ),
            "{unreadable}"
        );
    }
}

#[test]
fn overland_has_records_that_are_no_readings() {
    let point = r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[103.77,22.31,1500]},"properties":{"timestamp":"2026-03-02T09:59:10-0700","speed":-1,"battery_level":0.77,"battery_state":"charging"}}"#;
    let trip = r#"{"type":"Feature","geometry":null,"properties":{"type":"trip"}}"#;
    let visit = r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[103.7,22.3]},"properties":{"action":"visit","arrival_date":"x"}}"#;
    let odd = r#"{"type":"Feature","geometry":null,"properties":{"stats":1}}"#;
    let body = format!(
        r#"{{"locations":[{point},{trip},{visit},{odd},7],"current":{point},"trip":{{}}}}"#
    );
    let messages = overland::read(body.as_bytes());
    let [first, second, third, fourth, fifth] = &messages[..] else {
        panic!("{} records", messages.len())
    };
    let told = reading(first.said.clone());
    assert_eq!((told.battery_pct, told.charging), (Some(77.0), Some(true)));
    assert_eq!(told.time.unwrap().to_string(), "2026-03-02T16:59:10Z");
    assert_eq!((&second.said, &third.said), (&Said::Other, &Said::Other));
    for (message, json) in [(fourth, odd), (fifth, "7")] {
        assert!(matches!(message.said, Said::Unreadable(_)));
        assert_eq!(message.json, json);
    }
    assert!(overland::read(b"").is_empty());
    assert_eq!(overland::read(b"{\"locations\":{}}").len(), 1);
}

/// Bytes of any kind, and bytes that look as if they were meant.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        prop::sample::select(vec![
            "lat=",
            "lon=",
            "&",
            "timestamp=",
            "location=",
            "%",
            "%zz",
            "speed=",
            "1e400",
            "-1",
            "NaN",
            "9".repeat(400).leak(),
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "null",
            "\"_type\":\"location\"",
            "\"lat\":",
            "\"tst\":",
            "\"locations\":[",
            "\"location\":{",
            "\"coords\":{",
            "\"geometry\":{\"type\":\"Point\",\"coordinates\":[",
            "\"properties\":{",
            "\\u0000",
            "2026-03-02T03:00:00Z",
            "+07:00",
            "é",
            "alarm=sos",
            "extras",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    proptest::collection::vec(part, 0..30).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_bytes_break_a_reader(body in any_bytes(), query in any_bytes()) {
        let (form, query) = (String::from_utf8_lossy(&body), String::from_utf8_lossy(&query));
        let mut messages = overland::read(&body);
        let saids = [Some(traccar::read(&body)), owntracks::read(&body), osmand::read(&form, &query, WITH_BODY).map(|(_, said)| said)];
        messages.extend(saids.into_iter().flatten().map(|said| Message { said, json: "0".into() }));
        let parts = messages.len();
        let told = heard(TrackerApp::Osmand, messages, [0; 32], NOW);
        prop_assert!(told.fixes.len() + told.refused.len() <= parts);
        prop_assert!(told.sign.is_none_or(|sign| sign.at <= NOW));
        prop_assert!(told.call.is_none_or(|call| call.at <= NOW));
    }

    #[test]
    fn no_text_breaks_a_time(text in "\\PC{0,60}") {
        let _ = fields::time(&text);
    }

    #[test]
    fn a_time_that_is_written_out_is_read_back(millis in 946_684_800_000_i64..4_000_000_000_000) {
        let at = Timestamp::from_millis(millis);
        prop_assert_eq!(fields::time(&at.to_string()), Some((at, Count::Iso)));
    }
}
