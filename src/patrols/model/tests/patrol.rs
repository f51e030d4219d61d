use super::*;
use crate::base::refusal::{Fault, Refusal};
use crate::patrols::model::patrol::{Party, PatrolDraft, PatrolWire};
use crate::patrols::model::text::{composed, holds_naming_number};
use crate::patrols::model::vocabulary::{PatrolKind, PatrolState};

const TEAM: &str = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
const POLICE: &str = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d5";
const BORDER: &str = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d6";

fn declared(changes: serde_json::Value) -> PatrolWire {
    let mut patrol = serde_json::json!({
        "kind": "crop_check", "team": TEAM, "lead_org": POLICE, "headcount": {POLICE: 3, BORDER: 2},
        "transport": "foot", "started_at": "2026-01-10T08:00:00+07:00", "ended_at": null, "campaign": null,
    });
    if let (Some(patrol), serde_json::Value::Object(changes)) = (patrol.as_object_mut(), changes) {
        patrol.extend(changes);
    }
    serde_json::from_str(&patrol.to_string()).unwrap()
}

fn parse(wire: PatrolWire) -> Result<PatrolDraft, Refusal> {
    PatrolDraft::parse(wire, Party::default())
}

fn refused(changes: serde_json::Value) -> Vec<String> {
    let Refusal(faults) = parse(declared(changes)).unwrap_err();
    faults
        .into_iter()
        .map(|Fault { pointer, .. }| pointer)
        .collect()
}

#[test]
fn a_declaration_is_parsed_and_written_in_utc() {
    let draft = parse(declared(
        serde_json::json!({"notes": "  Tuâ\u{300}n tra  "}),
    ))
    .unwrap();
    let written = serde_json::to_value(&draft).unwrap();
    assert_eq!(written["kind"], "crop_check");
    assert_eq!(written["started_at"], "2026-01-10T01:00:00Z");
    assert_eq!(written["notes"], "Tuần tra");
    assert_eq!(written["headcount"][BORDER], 2);
}

#[test]
fn every_fault_is_named_at_once_by_its_pointer() {
    let faults = refused(serde_json::json!({
        "headcount": {POLICE: 501}, "started_at": "1999-01-01T00:00:00Z", "ended_at": "1998-01-01T00:00:00Z",
        "notes": "ễ".repeat(2001), "revises": 0,
    }));
    assert_eq!(
        faults,
        [
            "/headcount",
            "/started_at",
            "/ended_at",
            "/notes",
            "/revises"
        ]
    );
}

#[test]
fn five_hundred_members_are_the_most_and_they_may_be_left_out() {
    assert!(
        parse(declared(
            serde_json::json!({"headcount": {POLICE: 499, BORDER: 1}})
        ))
        .is_ok()
    );
    assert_eq!(
        refused(serde_json::json!({"headcount": {POLICE: 500, BORDER: 1}})),
        ["/headcount"]
    );
    assert_eq!(
        refused(serde_json::json!({"headcount": {POLICE: u32::MAX, BORDER: u32::MAX}})),
        ["/headcount"]
    );
    assert!(parse(declared(serde_json::json!({"headcount": {}}))).is_ok());
}

#[test]
fn team_and_lead_are_the_senders_own_where_they_are_not_named() {
    let wire = declared(serde_json::json!({"team": null, "lead_org": null}));
    let Refusal(faults) = parse(wire.clone()).unwrap_err();
    let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/team", "/lead_org"]);
    let sender = Party {
        team: TEAM.parse().ok(),
        org: BORDER.parse().ok(),
    };
    let draft = PatrolDraft::parse(wire, sender).unwrap();
    assert_eq!(draft.team().to_string(), TEAM);
    assert_eq!(draft.lead_org().to_string(), BORDER);
}

#[test]
fn an_organisation_that_sent_nobody_makes_no_other_fact() {
    let with_zero = parse(declared(
        serde_json::json!({"headcount": {POLICE: 3, BORDER: 0}}),
    ))
    .unwrap();
    let without = parse(declared(serde_json::json!({"headcount": {POLICE: 3}}))).unwrap();
    assert_eq!(with_zero, without);
}

#[test]
fn a_patrol_may_end_when_it_starts_but_not_before() {
    let at = |ended_at: &str| declared(serde_json::json!({"ended_at": ended_at}));
    assert!(parse(at("2026-01-10T01:00:00Z")).is_ok());
    assert!(parse(at("2026-01-10T00:59:59.999Z")).is_err());
}

#[test]
fn notes_of_spaces_are_no_notes() {
    assert_eq!(
        parse(declared(serde_json::json!({"notes": " \n "})))
            .unwrap()
            .notes(),
        None
    );
}

#[test]
fn numbers_that_may_name_a_person_are_warned_about() {
    let names = [
        "CCCD 001234567890",
        "gọi 0912345678",
        "0912 345 678",
        "0912.345.678 nhé",
        "CMND 123456789",
    ];
    assert!(names.iter().all(|text| holds_naming_number(text)));
    let harmless = [
        "120 cây",
        "2026-01-10 08:30",
        "1234567890123",
        "12345678",
        "10-01-2026 08 30",
        "450 cây, 2400 m2",
    ];
    assert!(!harmless.iter().any(|text| holds_naming_number(text)));
}

#[test]
fn vietnamese_is_composed_as_unicode_composes_it() {
    for row in reference("composed.json") {
        assert_eq!(
            composed(row["given"].as_str().unwrap()),
            row["composed"].as_str().unwrap()
        );
    }
}

#[test]
fn every_word_is_the_same_in_json_and_text() {
    for kind in PatrolKind::ALL {
        assert_eq!(kind.as_str().parse::<PatrolKind>(), Ok(*kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    let unknown = "raid".parse::<Transport>().unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "not a transport: expected one of foot, motorbike, car, boat, uav"
    );
}

#[test]
fn states_go_forward_only_and_judgement_needs_the_upload() {
    use PatrolState::{Closed, Open, Planned, Rejected, Uploaded, Validated};
    let chain = [Planned, Open, Closed, Uploaded, Validated];
    assert!(chain.windows(2).all(|pair| pair[0].may_become(pair[1])));
    assert!(
        Planned.may_become(Uploaded),
        "a phone without a signal tells of all states at once"
    );
    assert!(Uploaded.may_become(Rejected) && Closed.may_become(Rejected));
    assert!(
        !Closed.may_become(Validated)
            && !Closed.may_become(Open)
            && !Rejected.may_become(Validated)
    );
}
