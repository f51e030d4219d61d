use serde_json::{Value, json};

use super::{Phase, Sidecar, SidecarWire};
use crate::base::refusal::Refusal;

const MOST_BYTES: u64 = 1_000_000;

fn sidecar() -> Value {
    serde_json::from_str(include_str!("../../../../fixtures/evidence/sidecar.json")).unwrap()
}

fn parsed(changes: &Value) -> Result<Sidecar, Refusal> {
    let mut sent = sidecar();
    for (name, value) in changes.as_object().unwrap() {
        sent[name] = value.clone();
    }
    let wire: SidecarWire = serde_json::from_value(sent).unwrap();
    let received_at = "2026-03-02T15:00:00+07:00".parse().unwrap();
    Sidecar::from_wire(&wire, MOST_BYTES, received_at)
}

fn faults(changes: &Value) -> Vec<String> {
    parsed(changes)
        .unwrap_err()
        .0
        .into_iter()
        .map(|fault| fault.pointer)
        .collect()
}

#[test]
fn a_sidecar_is_read_as_it_was_sent() {
    let sidecar = parsed(&json!({})).unwrap();
    // The digest of the empty text, FIPS 180-4 example.
    assert_eq!(
        sidecar.sha256.to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(sidecar.bytes, 245_760);
    assert_eq!(sidecar.taken_at.to_string(), "2026-03-02T07:31:05Z");
    let position = sidecar.position.unwrap();
    assert_eq!((position.lon(), position.lat()), (104.3, 22.4));
    assert_eq!(sidecar.phase, Phase::CloseUp);
    assert_eq!(sidecar.bearing_deg, Some(215.5));
    assert_eq!(sidecar.fix_age_s, Some(3.0));
    assert!(!sidecar.contains_person);
    assert_eq!(sidecar.eradication, None);
}

#[test]
fn all_faults_are_told_at_once() {
    let bad = json!({"sha256": "e3b0", "bytes": MOST_BYTES + 1, "taken_at": "2026-03-03T15:00:01+07:00", "lat": null,
        "accuracy_m": -1, "bearing_deg": 361, "fix_age_s": -3, "phase": "later", "plot": "x"});
    let expected = [
        "/sha256",
        "/bytes",
        "/taken_at",
        "/lat",
        "/accuracy_m",
        "/bearing_deg",
        "/fix_age_s",
        "/phase",
        "/plot",
    ];
    assert_eq!(faults(&bad), expected);
}

#[test]
fn a_photo_may_lack_a_position_but_not_half_of_one() {
    assert_eq!(
        parsed(&json!({"lon": null, "lat": null})).unwrap().position,
        None
    );
    assert_eq!(faults(&json!({"lon": null})), ["/lon"]);
    assert_eq!(faults(&json!({"lon": 22.4, "lat": 104.3})), ["/lat"]);
    assert_eq!(faults(&json!({"lon": 204.3})), ["/lon"]);
}

#[test]
fn lengths_keep_to_the_limit() {
    assert_eq!(faults(&json!({"bytes": 0})), ["/bytes"]);
    assert!(parsed(&json!({"bytes": MOST_BYTES})).is_ok());
    assert_eq!(faults(&json!({"bytes": null})), ["/bytes"]);
}

#[test]
fn due_north_is_nought() {
    assert_eq!(
        parsed(&json!({"bearing_deg": 360})).unwrap().bearing_deg,
        Some(0.0)
    );
}

#[test]
fn a_digest_is_64_hexadecimal_digits_in_either_case() {
    let upper = sidecar()["sha256"].as_str().unwrap().to_uppercase();
    assert_eq!(
        parsed(&json!({"sha256": upper})).unwrap(),
        parsed(&json!({})).unwrap()
    );
    for bad in [
        "é".repeat(32),
        "+".repeat(64),
        "g".repeat(64),
        "a".repeat(63),
    ] {
        assert_eq!(faults(&json!({"sha256": bad})), ["/sha256"], "{bad}");
    }
}
