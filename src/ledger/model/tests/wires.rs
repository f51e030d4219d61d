//! Wire forms: what is refused, and that a record gives back what was said.

use serde_json::json;

use super::*;

fn pointers(kind: FactKind, wire: Value) -> Vec<String> {
    let refusal = wire_of(kind, wire)
        .parsed(at("2026-05-30T08:00:00+07:00"))
        .unwrap_err();
    refusal.0.into_iter().map(|fault| fault.pointer).collect()
}

#[test]
fn every_fault_of_an_eradication_is_told_at_once() {
    let wire = json!({ "started_at": "2026-02-11T10:00:00+07:00", "ended_at": "2026-02-11T09:00:00+07:00",
        "methods": ["dig"], "completeness": "full", "remaining_plants": 3, "headcount": { org(1).to_string(): 4 },
        "confirmation": { "alone": true }, "minutes": { "number": " ", "date": "x" }, "minutes_pending": true,
        "release": { "agency": "PC04" }, "samples": [{}] });
    assert_eq!(
        pointers(FactKind::Eradication, wire),
        [
            "/ended_at",
            "/methods/0",
            "",
            "/completeness",
            "/confirmation/alone",
            "/minutes/number",
            "/minutes/date",
            "/minutes_pending",
            "/samples/0/number",
            "/release/document"
        ]
    );
}

#[test]
fn a_confirmed_crop_is_measured_and_a_clear_place_holds_nothing() {
    let bare = json!({ "verified_at": "2026-02-11T10:00:00+07:00", "result": "confirmed" });
    assert_eq!(pointers(FactKind::Verification, bare), [""]);
    let full =
        json!({ "inspected_at": "2026-02-11T10:00:00+07:00", "result": "clear", "plants": 2 });
    assert_eq!(pointers(FactKind::Reinspection, full), ["/result"]);
    let silent = json!({ "reason": "  " });
    assert_eq!(pointers(FactKind::Reopening, silent), ["/reason"]);
    let ahead = json!({ "inspected_at": "2027-02-11T10:00:00+07:00", "result": "clear" });
    assert_eq!(pointers(FactKind::Reinspection, ahead), ["/inspected_at"]);
}

#[test]
fn a_record_gives_back_what_was_said() {
    let said = eradicated(
        1,
        "2026-02-11",
        &json!({ "samples": [{ "number": "M1" }], "headcount": { org(1).to_string(): 3 }, "weight_kg": 2.5 }),
    )
    .act;
    let record = said.record().unwrap();
    assert_eq!(Act::from_record(said.kind(), &record).unwrap(), said);
}

#[test]
fn a_definition_that_makes_no_sense_is_refused() {
    let kept = Definition::default().checked().unwrap();
    assert_eq!(kept, Definition::default());
    let falling = Definition {
        law_plants: [3_000, 500],
        ..Definition::default()
    };
    assert!(falling.checked().is_err());
    let no_day = Definition {
        flowering_pass: [2, 30],
        ..Definition::default()
    };
    assert_eq!(no_day.checked().unwrap_err().field, "flowering_pass");
}
