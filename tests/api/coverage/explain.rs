//! Why a cell counts or not: whoever came near it is told of, with the reason and the figures of what was refused.

use h3o::{CellIndex, LatLng, Resolution};
use serde_json::{Value, json};
use tuantra::base::actor::Role;
use uuid::Uuid;

use super::definitions::{next, set};
use super::{TODAY, YESTERDAY, assert_near, fixes, patrol, send, two_communes, walked};
use crate::field::{Client, Field};

const EXPLAIN: &str = "/api/v1/coverage/explain?from=2026-03-01&to=2026-03-31&cell=";
/// The number of the fix in the middle of the walk.
const MIDDLE: u32 = 90;

/// The cell that the walk's fix of that number lies in.
fn cell_at(number: u32, resolution: Resolution) -> CellIndex {
    let lat = 22.3925 + f64::from(number) * 0.00008;
    LatLng::new(lat, 104.3).unwrap().to_cell(resolution)
}

async fn explained(client: &Client, cell: CellIndex) -> Value {
    let url = format!("{EXPLAIN}{cell}");
    client.get(&url).await.expect(200).json()
}

/// What is told of one patrol.
#[track_caller]
fn of(told: &Value, id: Uuid) -> Value {
    let visits = told["visits"].as_array().unwrap();
    let own = visits.iter().find(|own| own["patrol"] == json!(id));
    own.unwrap_or_else(|| panic!("{id} is not told of in {told}"))
        .clone()
}

fn codes(visit: &Value) -> Vec<String> {
    let reasons = visit["reasons"].as_array().unwrap();
    let code = |own: &Value| own["code"].as_str().unwrap().to_owned();
    reasons.iter().map(code).collect()
}

/// 41 fixes on the spot that are known to 200 m only.
async fn inaccurate(field: &Field, phone: &Client) -> Uuid {
    let id = patrol(field, phone, TODAY, json!({})).await;
    let mut poor = fixes(field, TODAY, 104.3, MIDDLE..MIDDLE + 41);
    for fix in &mut poor {
        fix["accuracy_m"] = json!(200.0);
        fix["lat"] = json!(22.3925 + f64::from(MIDDLE) * 0.00008);
    }
    send(phone, id, &poor).await;
    field.settle().await;
    id
}

on_both! {
    async fn a_patrol_whose_every_fix_there_was_refused_is_told_of_with_each_fix(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = inaccurate(&field, &phone).await;
        let told = explained(&officer, cell_at(MIDDLE, Resolution::Eleven)).await;
        let own = of(&told, id);
        assert_eq!((&own["seen"], &own["day"]), (&json!(0.0), &json!("2026-03-02")));
        assert_eq!(own["refused"]["fixes"], json!({ "inaccurate": 41 }));
        assert_eq!(own["refused"]["more_fixes"], 21);
        let each = own["refused"]["each_fix"].as_array().unwrap();
        assert_eq!(each.len(), 20);
        assert_eq!((&each[0]["reason"], &each[0]["accuracy_m"]), (&json!("inaccurate"), &json!(200.0)));
        assert_eq!(each[0]["t"], json!(field.after(TODAY + 10 * i64::from(MIDDLE))));
        assert!(each[0]["distance_m"].as_i64().unwrap() < 60, "{own}");
        assert_near(&each[0]["place"][1], 22.3925 + f64::from(MIDDLE) * 0.00008, 1e-6);
        assert_eq!(codes(&own), ["inaccurate"]);
        let text = own["reasons"][0]["text"].as_str().unwrap();
        assert_eq!(text, "41 điểm định vị có sai số lớn hơn 50 m");
    }

    async fn places_and_distances_are_for_who_may_read_the_patrol(field: Field) {
        two_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        let id = inaccurate(&field, &phone).await;
        // No credible fix lies in the commune, so its officer may not read the patrol.
        let own = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        own.get(&format!("/api/v1/patrols/{id}")).await.expect(404);
        let told = of(&explained(&own, cell_at(MIDDLE, Resolution::Eleven)).await, id);
        let fix = &told["refused"]["each_fix"][0];
        assert_eq!((&fix["place"], &fix["distance_m"]), (&Value::Null, &Value::Null));
        assert_eq!(fix["accuracy_m"], 200.0);
        assert_eq!(codes(&told), ["inaccurate"]);
    }

    async fn a_gap_straight_over_a_cell_is_told_though_both_ends_are_far(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        // From fix 9 to fix 235: 226 steps of 8.86 m and 10 s.
        send(&phone, id, &fixes(&field, TODAY, 104.3, (0..10).chain(235..245))).await;
        field.settle().await;
        let told = explained(&officer, cell_at(122, Resolution::Eleven)).await;
        assert_near(&told["within_m"], 50.0 + 300.0 + 28.0, 6.0);
        let own = of(&told, id);
        let gap = &own["refused"]["gaps"][0];
        assert_eq!((&gap["reason"], &gap["seconds"]), (&json!("too_long"), &json!(2260)));
        assert_near(&gap["metres"], 2002.0, 3.0);
        assert!(gap["passes_m"].as_i64().unwrap() < 30, "{gap}");
        assert_eq!((&own["nearest_m"], &own["seen"]), (&Value::Null, &json!(0.0)));
        assert_eq!(codes(&own), ["too_long"]);
        // Another walk of that day, a kilometre and a half away, has nothing to do with it.
        let away = walked(&field, &phone, YESTERDAY, 104.315).await;
        let told = explained(&officer, cell_at(122, Resolution::Eleven)).await;
        assert!(!told["visits"].to_string().contains(&away.to_string()), "{told}");
    }

    async fn who_rode_by_or_was_rejected_or_kept_too_far_is_told_so(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let rode = patrol(&field, &phone, TODAY, json!({ "transport": "motorbike" })).await;
        send(&phone, rode, &fixes(&field, TODAY, 104.3, 0..180)).await;
        let bad = walked(&field, &phone, YESTERDAY, 104.3).await;
        let state = json!({ "state": "rejected", "reason": "chạy xe máy" });
        officer.post(&format!("/api/v1/patrols/{bad}/validation"), &state).await.expect(200);
        // 0.002 degrees of longitude are 206 m there.
        let beside = walked(&field, &phone, TODAY - 86_400 / 2, 104.302).await;
        field.settle().await;
        let told = explained(&officer, cell_at(MIDDLE, Resolution::Eleven)).await;
        let own = of(&told, rode);
        assert_eq!((&own["transport"], &own["seen"]), (&json!("motorbike"), &json!(0.0)));
        assert_eq!(codes(&own), ["effort_only"]);
        assert!(own["nearest_m"].as_i64().unwrap() < 30, "{own}");
        let own = of(&told, bad);
        assert_eq!((&own["state"], codes(&own)), (&json!("rejected"), vec!["rejected".to_owned()]));
        let own = of(&told, beside);
        assert_eq!(codes(&own), ["beyond_radius"]);
        assert_near(&own["nearest_m"], 206.0, 30.0);
        // The same day before it was ridden tells of nothing.
        let early = format!("/api/v1/coverage/explain?from=2026-02-01&to=2026-02-27&cell={}", cell_at(MIDDLE, Resolution::Eleven));
        assert_eq!(officer.get(&early).await.expect(200).json()["visits"], json!([]));
    }

    async fn a_rider_is_judged_by_the_riders_own_sight(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let mut definition = next(&officer, 2, 5_000).await;
        for footprint in definition["definition"]["footprints"].as_array_mut().unwrap() {
            if footprint["transport"] == "motorbike" {
                footprint["default_radius_cm"] = json!(2_000);
            }
        }
        set(&field, &officer, &definition).await;
        let rode = patrol(&field, &phone, TODAY, json!({ "transport": "motorbike" })).await;
        send(&phone, rode, &fixes(&field, TODAY, 104.3, 0..180)).await;
        field.settle().await;
        // A degree of longitude has 102,920 m there.
        let aside = |cell: &CellIndex| ((LatLng::from(*cell).lng() - 104.3) * 102_920.0).abs();
        let along = |n: u32| cell_at(n, Resolution::Eleven);
        // A cell on the way whose middle lies beyond the rider's 20 m and within a walker's 50, and one that lies under it.
        let beside = (60..120).map(along).find(|cell| (22.0..45.0).contains(&aside(cell))).unwrap();
        let own = of(&explained(&officer, beside).await, rode);
        assert_eq!((&own["seen"], codes(&own)), (&json!(0.0), vec!["beyond_radius".to_owned()]));
        let text = own["reasons"][0]["text"].as_str().unwrap();
        assert!(text.ends_with("ngoài tầm nhìn 20 m"), "{text}");
        let under = (60..120).map(along).find(|cell| aside(cell) < 10.0).unwrap();
        let own = of(&explained(&officer, under).await, rode);
        assert_eq!((&own["seen"], codes(&own)), (&json!(1.0), Vec::<String>::new()));
    }

    async fn whatever_was_not_seen_whole_says_why(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        walked(&field, &phone, YESTERDAY, 104.3006).await;
        let (mut partly, mut wholly) = (0, 0);
        for number in (0..180).step_by(12) {
            for resolution in [Resolution::Nine, Resolution::Ten, Resolution::Eleven] {
                let told = explained(&officer, cell_at(number, resolution)).await;
                for visit in told["visits"].as_array().unwrap() {
                    let seen = visit["seen"].as_f64().unwrap();
                    assert_eq!(codes(visit).is_empty(), seen >= 1.0, "{visit}");
                    let is_partly = seen > 0.0 && seen < 1.0;
                    assert_eq!(codes(visit).contains(&"partly_seen".to_owned()), is_partly, "{visit}");
                    partly += u32::from(is_partly);
                    wholly += u32::from(seen >= 1.0);
                }
            }
        }
        assert!(partly > 5 && wholly > 5, "{partly} {wholly}");
        // Ground without risk is none, and not less than none.
        let beside = LatLng::new(22.40, 104.34).unwrap().to_cell(Resolution::Nine);
        let answer = officer.get(&format!("{EXPLAIN}{beside}")).await.expect(200);
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("-0.0"));
        assert_eq!(answer.json()["risk_m2"], 0.0);
    }

    async fn the_reach_is_that_of_the_definition(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        // The gap begins 900 m north of the cell and leads away from it.
        send(&phone, id, &fixes(&field, TODAY, 104.3, (102..110).chain(200..210))).await;
        field.settle().await;
        let cell = cell_at(1, Resolution::Eleven);
        assert_eq!(explained(&officer, cell).await["visits"], json!([]));
        let mut wide = next(&officer, 2, 5_000).await;
        wide["definition"]["max_gap_m"] = json!(1_000);
        set(&field, &officer, &wide).await;
        let told = explained(&officer, cell).await;
        assert_eq!((&told["definition"]["version"], &told["pending_patrols"]), (&json!(2), &json!(0)));
        assert!(told["indexed_through"].is_i64(), "{told}");
        assert_eq!(of(&told, id)["refused"]["gaps"][0]["reason"], "too_long");
    }
}
