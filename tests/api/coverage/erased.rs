//! Patrols whose raw fixes are gone, by order or by age: they count as they were indexed last, exactly as long as they count.

use h3o::{LatLng, Resolution};
use serde_json::{Value, json};
use tuantra::store::MIGRATIONS;
use uuid::Uuid;

use super::definitions::{next, set};
use super::{
    DAY_S, TODAY, WALK_50, WALK_100, WINDOW, YESTERDAY, asked, assert_share, first_commune, fixes,
    index, patrol, send, two_communes, walked,
};
use crate::field::{Client, Field};
use crate::journal::by_hand;
use crate::redactions;

const BEHIND: &str = "/api/v1/coverage/patrols?from=2026-03-01&to=2026-03-31";

async fn judge(field: &Field, officer: &Client, id: Uuid, state: &str) {
    let reason = (state == "rejected").then_some("chạy xe máy");
    let judged = json!({ "state": state, "reason": reason });
    let path = format!("/api/v1/patrols/{id}/validation");
    officer.post(&path, &judged).await.expect(200);
    field.settle().await;
}

/// Sends the declaration of a walk again with something changed, as a correction of that version.
async fn correct(field: &Field, phone: &Client, id: Uuid, version: u32, change: Value) {
    let mut draft = json!({
        "kind": "crop_check", "transport": "foot", "revises": version,
        "started_at": field.after(TODAY - 60), "ended_at": field.after(TODAY + 3600),
    });
    for (name, value) in change.as_object().unwrap() {
        draft[name] = value.clone();
    }
    let path = format!("/api/v1/patrols/{id}");
    phone.put(&path, &draft).await.expect(201);
    field.settle().await;
}

/// Has the raw track of each patrol erased by the order of two accounts.
async fn erase(field: &Field, officer: &Client, ids: &[Uuid]) {
    let second = redactions::second(field).await;
    for id in ids {
        let order = redactions::asked(officer, "track", id).await;
        redactions::decided(&second, &order, true).await.expect(200);
        field.settle().await;
    }
}

async fn nobody_counts(officer: &Client, rest: &str) {
    let answer = asked(officer, rest).await;
    let figures = &answer["communes"][0];
    assert_eq!(
        (&figures["covered_m2"], &figures["patrols"]),
        (&json!(0.0), &json!(0)),
        "{rest}"
    );
    assert_eq!(
        (&figures["visits"], &figures["length_m"]),
        (&json!(0), &json!(0.0)),
        "{rest}"
    );
    assert_eq!(answer["total"]["patrols"], 0, "{rest}");
    let notes = answer["notes"].to_string();
    assert!(!notes.contains("not_recheckable"), "{rest}: {notes}");
}

on_both! {
    async fn a_patrol_rejected_after_its_track_was_erased_counts_nowhere_any_more(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = walked(&field, &phone, TODAY, 104.3).await;
        erase(&field, &officer, &[id]).await;
        // Also what is in memory as a whole, for long windows.
        let year = "/api/v1/coverage?from=2025-10-15&to=2026-03-31";
        let whole = officer.get(year).await.expect(200).json();
        assert_share(&whole["communes"][0], WALK_50);
        assert_share(&first_commune(&officer, "").await, WALK_50);
        let before = field.app.journal.now();
        field.clock.advance_millis(5_000);
        judge(&field, &officer, id, "rejected").await;
        for rest in ["", "&kind=crop_check", "&visits=2", "&pass=1", "&radius_m=100", "&class=ground"] {
            nobody_counts(&officer, rest).await;
            nobody_counts(&field.elsewhere(&officer), rest).await;
        }
        nobody_counts(&officer, &format!("&as_of={}", field.app.journal.now())).await;
        let whole = officer.get(year).await.expect(200).json();
        assert_eq!((&whole["communes"][0]["covered_m2"], &whole["total"]["patrols"]), (&json!(0.0), &json!(0)));
        assert_eq!(officer.get(BEHIND).await.expect(200).json()["count"], 0);
        // Before it was rejected it counted, and that is still answered.
        assert_share(&first_commune(&officer, &format!("&as_of={before}")).await, WALK_50);
        // Why it does not is told where it walked.
        let cell = LatLng::new(22.3997, 104.3).unwrap().to_cell(Resolution::Eleven);
        let explain = format!("/api/v1/coverage/explain?from=2026-03-01&to=2026-03-31&cell={cell}");
        let told = officer.get(&explain).await.expect(200).json();
        let own = &told["visits"][0];
        assert_eq!((&own["patrol"], &own["state"], &own["seen"]), (&json!(id), &json!("rejected"), &json!(0.0)));
        assert_eq!(own["reasons"][0]["code"], "rejected");
        field.app.coverage.ask_for_all().await.unwrap();
        field.settle().await;
        nobody_counts(&officer, "").await;
    }

    async fn what_was_rejected_first_and_erased_then_counts_again_once_it_is_found_true(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let by_order = walked(&field, &phone, TODAY, 104.3).await;
        let counted = first_commune(&officer, "").await;
        let before = field.app.journal.now();
        field.clock.advance_millis(5_000);
        judge(&field, &officer, by_order, "rejected").await;
        nobody_counts(&officer, "").await;
        let rows = index(&field).await;
        erase(&field, &officer, &[by_order]).await;
        nobody_counts(&officer, "").await;
        assert_share(&first_commune(&officer, &format!("&as_of={before}")).await, WALK_50);
        assert_eq!(index(&field).await, rows);
        correct(&field, &phone, by_order, 1, json!({ "notes": "đã xem lại" })).await;
        assert_eq!(first_commune(&officer, "").await, counted);
        judge(&field, &officer, by_order, "validated").await;
        for rest in ["", "&validated=true"] {
            assert_eq!(first_commune(&officer, rest).await, counted);
            assert_eq!(first_commune(&field.elsewhere(&officer), rest).await, counted);
        }
    }

    async fn a_rejected_patrol_whose_fixes_went_by_age_keeps_its_rows(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let (good, bad) = (walked(&field, &phone, YESTERDAY, 104.3004).await, walked(&field, &phone, TODAY, 104.3).await);
        judge(&field, &officer, bad, "rejected").await;
        let (rows, alone) = (index(&field).await, first_commune(&officer, "").await);
        field.clock.advance_millis(800 * DAY_S * 1000);
        tuantra::jobs::erase_due(&field.app).await.unwrap();
        field.settle().await;
        assert_eq!(index(&field).await, rows);
        assert_eq!(first_commune(&officer, "").await, alone);
        let behind = officer.get(BEHIND).await.expect(200).json();
        assert_eq!((&behind["count"], behind.to_string().contains(&good.to_string())), (&json!(1), true), "{behind}");
        correct(&field, &phone, bad, 1, json!({ "notes": "đã xem lại" })).await;
        assert_eq!(first_commune(&officer, "").await["patrols"], 2);
        let answer = officer.get(WINDOW).await.expect(200).json();
        assert_eq!(answer["notes"][0]["code"], "not_recheckable");
    }

    async fn patrols_that_were_rejected_before_rows_were_kept_get_theirs(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let bad = walked(&field, &phone, TODAY, 104.3).await;
        judge(&field, &officer, bad, "rejected").await;
        let rows = index(&field).await;
        // As the version before left them.
        by_hand(&field, "DELETE FROM coverage_cells").await;
        by_hand(&field, "DELETE FROM coverage_trips").await;
        let (_, _, template) = MIGRATIONS.iter().find(|(version, ..)| *version == 52).unwrap();
        let statement = template.split(';').next().unwrap().trim();
        by_hand(&field, statement).await;
        field.settle().await;
        assert_eq!(index(&field).await, rows);
        nobody_counts(&officer, "").await;
    }

    async fn an_order_that_is_approved_before_its_track_was_indexed_has_that_done_first(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        send(&phone, id, &fixes(&field, TODAY, 104.3, 0..180)).await;
        assert_eq!(asked(&officer, "").await["pending_patrols"], 1);
        let order = redactions::asked(&officer, "track", id).await;
        let second = redactions::second(&field).await;
        redactions::decided(&second, &order, true).await.expect(200);
        field.settle().await;
        let shown = officer.get(&format!("/api/v1/patrols/{id}")).await.expect(200).json()["properties"].clone();
        assert!(shown["redacted_at"].is_string(), "{shown}");
        assert_eq!(shown["communes"], json!(["99001"]));
        let answer = asked(&officer, "").await;
        assert_share(&answer["communes"][0], WALK_50);
        assert_eq!((&answer["pending_patrols"], &answer["notes"][0]["code"]), (&json!(0), &json!("not_recheckable")));
    }

    async fn a_track_that_is_not_indexed_yet_outlives_its_retention_until_it_is(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        send(&phone, id, &fixes(&field, TODAY, 104.3, 0..180)).await;
        field.clock.advance_millis(800 * DAY_S * 1000);
        let erased = async || {
            tuantra::jobs::erase_due(&field.app).await.unwrap();
            let shown = officer.get(&format!("/api/v1/patrols/{id}")).await.expect(200).json();
            shown["properties"]["redacted_at"].is_string()
        };
        assert!(!erased().await);
        field.settle().await;
        assert!(erased().await);
        field.settle().await;
        assert_share(&first_commune(&officer, "").await, WALK_50);
    }

    async fn an_erased_walk_that_was_ridden_after_all_covers_no_more_than_a_ride_does(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = walked(&field, &phone, TODAY, 104.3).await;
        let on_foot = first_commune(&officer, "").await;
        erase(&field, &officer, &[id]).await;
        correct(&field, &phone, id, 1, json!({ "transport": "motorbike" })).await;
        let now = format!("&as_of={}", field.app.journal.now());
        for rest in ["", "&radius_m=100", "&kind=crop_check", now.as_str()] {
            let ridden = first_commune(&officer, rest).await;
            assert_eq!((&ridden["covered_m2"], &ridden["patrols"]), (&json!(0.0), &json!(1)), "{rest}");
            assert_eq!(ridden["length_m"], on_foot["length_m"], "{rest}");
        }
        assert_eq!(first_commune(&field.elsewhere(&officer), "").await["covered_m2"], 0.0);
        // Where riders see 50 m of the 100 m that walkers see, the ride earns that of what was seen on foot.
        let mut definition = next(&officer, 2, 5_000).await;
        for footprint in definition["definition"]["footprints"].as_array_mut().unwrap() {
            match footprint["transport"].as_str().unwrap() {
                "motorbike" => footprint["default_radius_cm"] = json!(5_000),
                "foot" => footprint["default_radius_cm"] = json!(10_000),
                _ => {}
            }
        }
        set(&field, &officer, &definition).await;
        for rest in ["", "&radius_m=50"] {
            assert_share(&first_commune(&officer, rest).await, WALK_50);
        }
        assert_eq!(first_commune(&officer, "&definition=1").await["covered_m2"], 0.0);
        // A correction of the correction gives back what was seen.
        correct(&field, &phone, id, 2, json!({ "notes": "đi bộ" })).await;
        assert_share(&first_commune(&officer, "").await, WALK_100);
        assert_eq!(first_commune(&officer, "&definition=1").await, on_foot);
        assert_share(&first_commune(&officer, "&definition=1&radius_m=100").await, WALK_100);
    }

    async fn a_radius_that_a_definition_left_out_is_there_for_erased_walks_when_it_comes_back(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = walked(&field, &phone, TODAY, 104.3).await;
        erase(&field, &officer, &[id]).await;
        set(&field, &officer, &next(&officer, 2, 5_000).await).await;
        officer.get(&format!("{WINDOW}&radius_m=100")).await.expect(400);
        assert_share(&first_commune(&officer, "").await, WALK_50);
        set(&field, &officer, &next(&officer, 3, 10_000).await).await;
        let answer = asked(&officer, "").await;
        assert_eq!((&answer["definition"]["version"], &answer["notes"][0]["code"]), (&json!(3), &json!("not_recheckable")));
        assert_share(&answer["communes"][0], WALK_100);
        assert_share(&first_commune(&officer, &format!("&as_of={}", field.app.journal.now())).await, WALK_100);
        // Of a radius that it was never swept at it has the next narrower one.
        set(&field, &officer, &next(&officer, 4, 7_500).await).await;
        assert_share(&first_commune(&officer, "").await, WALK_50);
    }

    async fn fixes_that_come_after_an_erasure_are_kept_and_said_not_to_count(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        let path = format!("/api/v1/patrols/{id}/fixes");
        let half = |numbers: std::ops::Range<u32>| json!({ "fixes": fixes(&field, TODAY, 104.3, numbers) });
        let early = phone.post(&path, &half(0..90)).await.expect(200).json();
        assert_eq!((&early["accepted"], early.get("uncounted")), (&json!(90), None));
        field.settle().await;
        let before = first_commune(&officer, "").await;
        erase(&field, &officer, &[id]).await;
        let late = phone.post(&path, &half(90..180)).await.expect(200).json();
        assert_eq!((&late["accepted"], &late["uncounted"]), (&json!(90), &json!(90)));
        assert!(late["receipt"]["entry_id"].is_string(), "{late}");
        let again = phone.post(&path, &half(90..180)).await.expect(200).json();
        assert_eq!((&again["duplicates"], again.get("uncounted")), (&json!(90), None));
        // Another phone of the patrol, whose track there was none of, is told the same.
        let other = field.phone("máy B", &[]).await;
        let told = other.post(&path, &half(90..180)).await.expect(200).json();
        assert_eq!(told["uncounted"], 90);
        field.settle().await;
        assert_eq!(first_commune(&officer, "").await, before);
        let cell = LatLng::new(22.3961, 104.3).unwrap().to_cell(Resolution::Nine);
        let explain = format!("/api/v1/coverage/explain?from=2026-03-01&to=2026-03-31&cell={cell}");
        let answer = asked(&officer, "").await;
        assert!(answer["notes"][0]["text"].as_str().unwrap().ends_with("without fixes that came later"), "{answer}");
        let told = officer.get(&explain).await.expect(200).json();
        assert_eq!((&told["visits"][0]["patrol"], &told["visits"][0]["refused"]), (&json!(id), &Value::Null));
    }
}
