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
