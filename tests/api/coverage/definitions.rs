//! Definitions are data: a new one is set with a reason, the index follows, and the old one stays answerable.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::coverage::verify_rows;

use super::{
    SQUARE_M2, TODAY, WALK_50, WALK_100, WALK_M, WINDOW, asked, assert_share, first_commune, fixes,
    patrol, send, two_communes, walked,
};
use crate::field::{Client, Field};
use crate::journal::rows::{each_is_found, each_is_found_at_last};

pub(super) const DEFINITIONS: &str = "/api/v1/coverage/definitions";

/// The first definition with another radius for walkers.
pub(super) async fn next(officer: &Client, version: u32, radius_cm: u32) -> Value {
    let all = officer.get(DEFINITIONS).await.expect(200).json();
    let mut definition = all[0]["definition"].clone();
    definition["version"] = json!(version);
    for footprint in definition["footprints"].as_array_mut().unwrap() {
        if footprint["transport"] == "foot" {
            footprint["default_radius_cm"] = json!(radius_cm);
            footprint["also_indexed_cm"] = json!([]);
        }
    }
    json!({ "definition": definition, "reason": "rừng thưa, nhìn xa hơn" })
}

/// A fix every 60 s and 222 m, due north within the square; every second one is known to 30 m only.
fn sparse_fixes(field: &Field) -> Vec<Value> {
    (0..8_u32)
        .map(|n| {
            json!({
                "t": field.after(TODAY + 60 * i64::from(n)), "lon": 104.3, "lat": 22.3925 + f64::from(n) * 0.002,
                "accuracy_m": if n % 2 == 0 { 5.0 } else { 30.0 },
            })
        })
        .collect()
}

pub(super) async fn set(field: &Field, officer: &Client, definition: &Value) {
    officer.post(DEFINITIONS, definition).await.expect(201);
    for _ in 0..3 {
        field.settle().await;
        field.clock.advance_millis(6_000);
    }
}

on_both! {
    async fn narrower_limits_on_gaps_and_accuracy_join_and_count_less_of_the_same_fixes(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        send(&phone, id, &sparse_fixes(&field)).await;
        field.settle().await;
        let disc = std::f64::consts::PI * 50.0 * 50.0;
        // Seven legs of 0.002 degrees of latitude, 110 742 m a degree there (GRS80 meridian), and the two ends.
        let joined = (7.0 * 0.002 * 110_742.0 * 100.0 + disc) / SQUARE_M2;
        assert_share(&first_commune(&officer, "").await, joined);
        let mut narrow = next(&officer, 2, 5_000).await;
        narrow["definition"]["max_gap_m"] = json!(150);
        set(&field, &officer, &narrow).await;
        let alone = first_commune(&officer, "&definition=2").await;
        assert_share(&alone, 8.0 * disc / SQUARE_M2);
        assert_eq!(alone["length_m"], 0.0);
        let mut strict = next(&officer, 3, 5_000).await;
        strict["definition"]["max_gap_m"] = json!(150);
        strict["definition"]["max_accuracy_m"] = json!(10);
        set(&field, &officer, &strict).await;
        assert_share(&first_commune(&officer, "&definition=3").await, 4.0 * disc / SQUARE_M2);
        assert_share(&first_commune(&officer, "&definition=2").await, 8.0 * disc / SQUARE_M2);
        // What was replaced twice is no longer in the index: it is said so, and derived from the facts when asked.
        let all = officer.get(DEFINITIONS).await.expect(200).json();
        let complete: Vec<_> = all.as_array().unwrap().iter().map(|own| own["is_complete"].clone()).collect();
        assert_eq!(complete, [false, true, true]);
        let refused = officer.get(&format!("{WINDOW}&definition=1")).await.expect(400).json();
        assert!(refused.to_string().contains("as_of"), "{refused}");
        for (definition, share) in [(1, joined), (2, 8.0 * disc / SQUARE_M2), (3, 4.0 * disc / SQUARE_M2)] {
            let recheck = format!("&definition={definition}&as_of=2026-03-02T03:00:00Z");
            assert_share(&first_commune(&officer, &recheck).await, share);
        }
    }

    async fn a_new_radius_is_answered_once_every_patrol_is_indexed_under_it(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        let wide = next(&officer, 2, 10_000).await;
        let set = officer.post(DEFINITIONS, &wide).await.expect(201).json();
        assert_eq!((&set["version"], &set["receipt"]["state"]), (&json!(2), &json!("stored")));
        // Until the index has followed, the old one answers, and the new one says so when it is asked for.
        let old = officer.get(WINDOW).await.expect(200).json();
        assert_eq!(old["definition"]["version"], 1);
        assert_share(&old["communes"][0], WALK_50);
        assert_eq!((&old["pending_patrols"], &old["notes"]), (&json!(0), &json!([])));
        let early = officer.get(&format!("{WINDOW}&definition=2")).await.expect(200).json();
        assert_eq!((&early["pending_patrols"], &early["notes"][0]["code"]), (&json!(1), &json!("not_indexed_yet")));
        for path in ["series?", "cells?commune=99001&"] {
            let path = format!("/api/v1/coverage/{path}from=2026-03-01&to=2026-03-31&definition=2");
            let early = officer.get(&path).await.expect(200).json();
            assert_eq!((&early["pending_patrols"], &early["notes"][0]["code"]), (&json!(1), &json!("not_indexed_yet")), "{path}");
        }
        let all = officer.get(DEFINITIONS).await.expect(200).json();
        assert_eq!((&all[0]["is_complete"], &all[1]["is_complete"]), (&json!(true), &json!(false)));
        for _ in 0..3 {
            field.settle().await;
            field.clock.advance_millis(6_000);
        }
        let new = officer.get(WINDOW).await.expect(200).json();
        assert_eq!((&new["definition"]["version"], &new["definition"]["radius_m"]), (&json!(2), &json!(100.0)));
        assert_share(&new["communes"][0], WALK_100);
        assert_eq!((&new["pending_patrols"], &new["notes"]), (&json!(0), &json!([])));
        assert_share(&first_commune(&officer, "&definition=1").await, WALK_50);
        assert_share(&first_commune(&officer, "&definition=2").await, WALK_100);
        officer.get(&format!("{WINDOW}&definition=3")).await.expect(400);
        officer.get(&format!("{WINDOW}&definition=2&radius_m=50")).await.expect(400);
        // A walk that comes later is indexed under what is answered.
        walked(&field, &phone, TODAY - 86_400, 104.3).await;
        assert_share(&first_commune(&officer, "&visits=2").await, WALK_100);
        assert_eq!(first_commune(&field.elsewhere(&officer), "").await, first_commune(&officer, "").await);
    }

    async fn layers_of_cells_follow_the_definition_that_answers(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        let page = "/ogc/collections/coverage_cells/items?datetime=2026-03-01/2026-03-31&limit=1000";
        let tile = "/tiles/coverage_cells/10/808/446.mvt?from=2026-03-01&to=2026-03-31";
        let covered = async |client: &Client| {
            let page = client.get(page).await.expect(200).json();
            let cells = page["features"].as_array().unwrap().iter();
            cells.map(|own| own["properties"]["covered_m2"].as_f64().unwrap()).sum::<f64>()
        };
        officer.post(DEFINITIONS, &next(&officer, 2, 10_000).await).await.expect(201);
        field.settle().await;
        // Every row is there, and nobody has said so yet: what is drawn now is kept by the old definition.
        assert_eq!(asked(&officer, "").await["definition"]["version"], 1);
        let (narrow, drawn) = (covered(&officer).await, officer.get(tile).await.expect(200).bytes);
        assert!((narrow / SQUARE_M2 - WALK_50).abs() < 0.002, "{narrow}");
        field.clock.advance_millis(6_000);
        field.settle().await;
        assert_eq!(asked(&officer, "").await["definition"]["version"], 2);
        let wide = covered(&officer).await;
        assert!((wide / SQUARE_M2 - WALK_100).abs() < 0.002, "{wide}");
        assert_ne!(officer.get(tile).await.expect(200).bytes, drawn);
        let elsewhere = covered(&field.elsewhere(&officer)).await;
        assert!((elsewhere - wide).abs() < 1e-6, "{elsewhere}");
    }

    async fn erased_fixes_count_as_they_were_swept_last(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        field.clock.advance_millis(800 * 86_400_000);
        tuantra::jobs::erase_due(&field.app).await.unwrap();
        field.settle().await;
        // It is said as soon as they are erased, not only when the index is made anew.
        let answer = officer.get(WINDOW).await.expect(200).json();
        assert_share(&answer["communes"][0], WALK_50);
        assert_eq!(answer["notes"][0]["code"], "not_recheckable");
        officer.post(DEFINITIONS, &next(&officer, 2, 5_000).await).await.expect(201);
        for _ in 0..3 {
            field.settle().await;
            field.clock.advance_millis(6_000);
        }
        let answer = officer.get(WINDOW).await.expect(200).json();
        assert_eq!(answer["definition"]["version"], 2);
        assert_share(&answer["communes"][0], WALK_50);
        assert_eq!(answer["notes"][0]["code"], "not_recheckable");
        // Under a radius that they were never swept at, what is kept of the next narrower one stands.
        set(&field, &officer, &next(&officer, 3, 7_500).await).await;
        for rest in ["", "&as_of=2028-06-01T03:00:00Z", "&definition=2"] {
            assert_share(&first_commune(&officer, rest).await, WALK_50);
        }
        assert_eq!(asked(&officer, "").await["definition"]["radius_m"], 75.0);
        set(&field, &officer, &next(&officer, 4, 2_000).await).await;
        assert_share(&first_commune(&officer, "").await, WALK_50);
    }

    async fn every_transport_counts_by_its_own_radius_and_what_is_seen_from_above_apart(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let mut definition = next(&officer, 2, 5_000).await;
        for footprint in definition["definition"]["footprints"].as_array_mut().unwrap() {
            match footprint["transport"].as_str().unwrap() {
                "motorbike" => footprint["default_radius_cm"] = json!(2_000),
                "uav" => footprint["default_radius_cm"] = json!(3_000),
                _ => {}
            }
        }
        set(&field, &officer, &definition).await;
        for (transport, lon) in [("foot", 104.296), ("motorbike", 104.3), ("uav", 104.304)] {
            let id = patrol(&field, &phone, TODAY, json!({ "transport": transport })).await;
            send(&phone, id, &fixes(&field, TODAY, lon, 0..180)).await;
        }
        field.settle().await;
        // A corridor with a half disc at either end.
        let corridor = |radius_m: f64| (WALK_M * 2.0 * radius_m + std::f64::consts::PI * radius_m * radius_m) / SQUARE_M2;
        let together = first_commune(&officer, "").await;
        assert_share(&together, corridor(50.0) + corridor(20.0));
        assert_share(&first_commune(&officer, "&radius_m=20").await, 2.0 * corridor(20.0));
        assert_share(&first_commune(&officer, "&class=aerial").await, corridor(30.0));
        assert_share(&first_commune(&officer, "&class=aerial&as_of=2026-03-02T09:00:00Z").await, corridor(30.0));
        assert_eq!(first_commune(&officer, "&class=ground").await, together);
        // Effort is of the same class: who walked and who rode, or what flew.
        for (class, of) in [("ground", 2), ("aerial", 1)] {
            for rest in ["", "&kind=crop_check", "&as_of=2026-03-02T09:00:00Z"] {
                let answer = asked(&officer, &format!("&class={class}{rest}")).await;
                for figures in [&answer["communes"][0], &answer["total"]] {
                    assert_eq!((&figures["patrols"], &figures["visits"]), (&json!(of), &json!(of)), "{class}{rest}");
                    super::assert_near(&figures["length_m"], f64::from(of) * WALK_M, f64::from(of) * 0.001 * WALK_M);
                }
            }
            let behind = format!("/api/v1/coverage/patrols?from=2026-03-01&to=2026-03-31&class={class}");
            assert_eq!(officer.get(&behind).await.expect(200).json()["count"], of);
        }
        officer.get(&format!("{WINDOW}&class=aerial&radius_m=50")).await.expect(400);
        let refused = officer.get(&format!("{WINDOW}&definition=1&class=aerial")).await.expect(400).json();
        assert!(refused.to_string().contains("class"), "{refused}");
    }

    async fn a_definition_that_is_edited_in_its_table_is_found(field: Field) {
        let officer = field.officer().await;
        let definition = next(&officer, 2, 10_000).await;
        set(&field, &officer, &definition).await;
        let rows = || async { verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE coverage_definitions SET draft = REPLACE(draft, '10000', '5000')", "UPDATE coverage_definitions SET draft = REPLACE(draft, '5000', '10000')", "coverage_definitions "),
            ("UPDATE coverage_definitions SET version = version + 1", "UPDATE coverage_definitions SET version = version - 1", "coverage_definitions "),
            ("UPDATE coverage_definitions SET reason = 'khác'", "UPDATE coverage_definitions SET reason = 'rừng thưa, nhìn xa hơn'", "coverage_definitions "),
            ("UPDATE coverage_definitions SET set_at = set_at - 86400000", "UPDATE coverage_definitions SET set_at = set_at + 86400000", "coverage_definitions "),
        ]).await;
        each_is_found_at_last(&field, rows, &[("DELETE FROM coverage_definitions", "entry ")]).await;
    }

    async fn what_cannot_be_computed_or_is_not_the_callers_is_refused(field: Field) {
        let officer = field.officer().await;
        let good = next(&officer, 2, 7_500).await;
        for (name, value) in [
            ("version", json!(3)), ("max_gap_s", json!(5)), ("max_gap_m", json!(5_000)),
            ("mask_resolution", json!(12)), ("freshness_days", json!([])), ("colour", json!("red")),
            ("freshness_days", json!([30, 7])), ("footprints", json!([])),
        ] {
            let mut bad = good.clone();
            bad["definition"][name] = value;
            let refused = officer.post(DEFINITIONS, &bad).await.status;
            assert!(refused == 400 || refused == 422, "{name}: {refused}");
        }
        for radii in [json!([3_000, 3_000]), json!([good["definition"]["footprints"][0]["default_radius_cm"]])] {
            let mut twice = good.clone();
            twice["definition"]["footprints"][0]["also_indexed_cm"] = radii;
            let refused = officer.post(DEFINITIONS, &twice).await.expect(400).json();
            assert!(refused.to_string().contains("once"), "{refused}");
        }
        let mut silent = good.clone();
        silent["reason"] = json!(" ");
        officer.post(DEFINITIONS, &silent).await.expect(400);
        let commune = field.account("xa", Role::CommuneOfficer, &["99001"]).await;
        commune.post(DEFINITIONS, &good).await.expect(403);
        field.account("doc", Role::Reader, &[]).await.post(DEFINITIONS, &good).await.expect(403);
        field.account("doc-2", Role::Reader, &[]).await.get(DEFINITIONS).await.expect(200);
        officer.post(DEFINITIONS, &good).await.expect(201);
    }
}
