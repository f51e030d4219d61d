//! Communes that were merged or parted: rights hold where the ground lies today, for every window.

use serde_json::{Value, json};
use tuantra::areas::CommuneImport;
use tuantra::base::actor::Role;

use super::definitions::{next, set};
use super::{
    TODAY, WALK_50, YESTERDAY, assert_near, assert_share, collection, commune, load_communes,
    patrol, rectangle, send, two_communes, walked,
};
use crate::field::{Client, Field};

/// The days until the one before the boundaries change.
const BEFORE: &str = "from=2026-02-01&to=2026-03-01";
/// Both of its days are days of the new boundaries.
const SINCE: &str = "from=2026-03-02&to=2026-03-02";

/// From that day on 99006 has the ground of 99001 and 99002.
async fn merged(field: &Field, day: &str) {
    let file = collection(&[commune("99006", &rectangle(104.28, 22.38, 104.36, 22.42))]);
    let import = CommuneImport {
        valid_from: Some(day.parse().unwrap()),
        ends: vec!["99001".to_owned(), "99002".to_owned()],
        ..CommuneImport::default()
    };
    load_communes(field, file, import).await;
    field.settle().await;
}

/// A cell on the walk, in its southern half.
fn cell() -> h3o::CellIndex {
    let middle = h3o::LatLng::new(22.3925 + 60.0 * 0.00008, 104.3).unwrap();
    middle.to_cell(h3o::Resolution::Eleven)
}

async fn got(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json()
}

fn codes(answer: &Value) -> Vec<&str> {
    let communes = answer["communes"].as_array().unwrap();
    communes
        .iter()
        .map(|own| own["code"].as_str().unwrap())
        .collect()
}

fn notes(answer: &Value) -> Vec<&str> {
    let notes = answer["notes"].as_array().unwrap();
    notes
        .iter()
        .map(|own| own["code"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn the_officer_of_a_merged_commune_sees_its_ground_before_the_merger(field: Field) {
        two_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        let early = walked(&field, &phone, YESTERDAY, 104.3).await;
        walked(&field, &phone, TODAY, 104.3004).await;
        merged(&field, "2026-03-02").await;
        let own = field.account("xa-moi", Role::CommuneOfficer, &["99006"]).await;
        let answer = got(&own, &format!("/api/v1/coverage?{BEFORE}")).await;
        assert_eq!((codes(&answer), notes(&answer)), (vec!["99001", "99002"], vec![]));
        assert_share(&answer["communes"][0], WALK_50);
        // The province reads the same figures.
        let officer = field.officer().await;
        let all = got(&officer, &format!("/api/v1/coverage?{BEFORE}")).await;
        assert_eq!((&all["communes"], &all["total"]), (&answer["communes"], &answer["total"]));
        let one = got(&own, &format!("/api/v1/coverage?{BEFORE}&commune=99001")).await;
        assert_eq!(one["communes"][0], answer["communes"][0]);
        let series = got(&own, &format!("/api/v1/coverage/series?{BEFORE}&step=month")).await;
        let last = series["steps"].as_array().unwrap().last().unwrap().clone();
        assert_near(&last["coverage_so_far"], WALK_50, 0.01);
        let gaps = got(&own, &format!("/api/v1/coverage/cells?commune=99001&{BEFORE}&limit=500")).await;
        assert!(!gaps["features"].as_array().unwrap().is_empty(), "{gaps}");
        let told = got(&own, &format!("/api/v1/coverage/explain?cell={}&{BEFORE}", cell())).await;
        assert_eq!((&told["commune"], &told["visits"][0]["patrol"]), (&json!("99001"), &json!(early)));
        assert!(told["visits"][0]["nearest_m"].is_i64(), "{told}");
        let behind = got(&own, &format!("/api/v1/coverage/patrols?{BEFORE}&commune=99001")).await;
        assert_eq!(behind["count"], 1, "{behind}");
        let b03 = got(&own, &format!("/api/v1/reports/b03?{BEFORE}")).await;
        assert_eq!(b03["rows"].as_array().unwrap().len(), 2, "{b03}");
        let layer = got(&own, &items()).await;
        assert!(layer["numberReturned"].as_u64().unwrap() > 0, "{layer}");
        // The old window has no commune of the new code, as it has none of a code that never was.
        for code in ["99006", "88888"] {
            own.get(&format!("/api/v1/coverage/cells?commune={code}&{BEFORE}")).await.expect(404);
        }
    }

    async fn whose_commune_has_ended_reaches_nothing_of_it_and_is_told_why(field: Field) {
        two_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        walked(&field, &phone, YESTERDAY, 104.3).await;
        let ended = field.account("xa-cu", Role::CommuneOfficer, &["99001"]).await;
        let reader = field.account("doc", Role::Reader, &["99001"]).await;
        let before = got(&ended, &format!("/api/v1/coverage?{BEFORE}")).await;
        assert_eq!(codes(&before), ["99001"]);
        merged(&field, "2026-03-02").await;
        for window in [BEFORE, SINCE] {
            let answer = got(&ended, &format!("/api/v1/coverage?{window}")).await;
            assert_eq!((codes(&answer), notes(&answer)), (vec![], vec!["none_in_reach"]), "{window}");
            assert_eq!(answer["total"]["risk_area_m2"], 0.0);
            let series = got(&ended, &format!("/api/v1/coverage/series?{window}")).await;
            assert_eq!((notes(&series), &series["risk_area_m2"]), (vec!["none_in_reach"], &json!(0.0)));
            for path in ["coverage?", "coverage/cells?", "coverage/patrols?"] {
                ended.get(&format!("/api/v1/{path}commune=99001&{window}")).await.expect(404);
            }
            ended.get(&format!("/api/v1/coverage/explain?cell={}&{window}", cell())).await.expect(404);
            let b03 = got(&ended, &format!("/api/v1/reports/b03?{window}")).await;
            assert_eq!(b03["rows"], json!([]), "{b03}");
        }
        assert_eq!(got(&ended, &items()).await["numberReturned"], 0);
        let outside = got(&reader, "/api/v1/coverage?from=2026-02-02&to=2026-02-08").await;
        assert_eq!((codes(&outside), notes(&outside)), (vec![], vec!["none_in_reach", "whole_weeks"]));
    }

    async fn a_commune_that_was_parted_is_shown_to_who_holds_all_of_its_ground(field: Field) {
        two_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        walked(&field, &phone, YESTERDAY, 104.3).await;
        let parts = collection(&[
            commune("99001", &rectangle(104.28, 22.38, 104.32, 22.40)),
            commune("99003", &rectangle(104.28, 22.40, 104.32, 22.42)),
        ]);
        let import = CommuneImport {
            valid_from: Some("2026-03-02".parse().unwrap()),
            ..CommuneImport::default()
        };
        load_communes(&field, parts, import).await;
        field.settle().await;
        let south = field.account("xa-nam", Role::CommuneOfficer, &["99001"]).await;
        let both = field.account("don", Role::PostOfficer, &["99001", "99003"]).await;
        let half = got(&south, &format!("/api/v1/coverage?{BEFORE}")).await;
        assert_eq!((codes(&half), notes(&half)), (vec![], vec!["partly_in_reach"]));
        assert!(half["notes"][0]["text"].as_str().unwrap().contains("99001"), "{half}");
        south.get(&format!("/api/v1/coverage/cells?commune=99001&{BEFORE}")).await.expect(404);
        let whole = got(&both, &format!("/api/v1/coverage?{BEFORE}")).await;
        assert_eq!((codes(&whole), notes(&whole)), (vec!["99001"], vec![]));
        assert_share(&whole["communes"][0], WALK_50);
        // A place is judged by itself: half of the walk lies in the south.
        let told = got(&south, &format!("/api/v1/coverage/explain?cell={}&{BEFORE}", cell())).await;
        assert_eq!(told["commune"], "99001");
        let since = got(&south, &format!("/api/v1/coverage?{SINCE}")).await;
        assert_eq!((codes(&since), notes(&since)), (vec!["99001"], vec![]));
    }

    async fn the_way_before_a_merger_is_by_the_definition_that_is_asked_for(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = patrol(&field, &phone, YESTERDAY, json!({})).await;
        // A fix every 60 s and 222 m, due north within the square.
        let sparse: Vec<Value> = (0..8_u32)
            .map(|n| {
                let (t, lat) = (field.after(YESTERDAY + 60 * i64::from(n)), 22.3925 + f64::from(n) * 0.002);
                json!({ "t": t, "lon": 104.3, "lat": lat, "accuracy_m": 5.0 })
            })
            .collect();
        send(&phone, id, &sparse).await;
        field.settle().await;
        merged(&field, "2026-03-02").await;
        let mut narrow = next(&officer, 2, 5_000).await;
        narrow["definition"]["max_gap_m"] = json!(150);
        set(&field, &officer, &narrow).await;
        // Seven legs of 0.002 degrees of latitude, none of which the second definition joins. The last day of each window has
        // the new commune alone.
        let joined = 7.0 * 0.002 * 110_742.0;
        for (from, versions) in [("2026-02-01", [1, 2]), ("2026-02-02", [2, 1])] {
            for version in versions {
                let path = format!("/api/v1/coverage?from={from}&to=2026-03-02&definition={version}");
                let answer = got(&officer, &path).await;
                assert_eq!(codes(&answer), ["99006"]);
                for figures in [&answer["communes"][0], &answer["total"]] {
                    let exact = if version == 1 { joined } else { 0.0 };
                    assert_near(&figures["length_m"], exact, 5.0);
                }
            }
        }
    }

    async fn patrols_are_judged_by_who_answers_for_their_ground_today(field: Field) {
        two_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        let early = walked(&field, &phone, YESTERDAY, 104.3).await;
        let late = walked(&field, &phone, TODAY, 104.3).await;
        let ended = field.account("xa-cu", Role::CommuneOfficer, &["99001"]).await;
        merged(&field, "2026-03-02").await;
        let own = field.account("xa-moi", Role::CommuneOfficer, &["99006"]).await;
        let judge = |id| format!("/api/v1/patrols/{id}/validation");
        let state = json!({ "state": "validated" });
        // Boundaries that came later hold on the day of the later walk: it lies in the new commune alone.
        let told = got(&own, &format!("/api/v1/patrols/{late}")).await;
        assert_eq!(told["properties"]["communes"], json!(["99006"]));
        ended.get(&format!("/api/v1/patrols/{late}")).await.expect(404);
        ended.post(&judge(late), &state).await.expect(404);
        let listed = got(&own, "/api/v1/patrols?limit=10").await;
        assert!(listed.to_string().contains(&late.to_string()), "{listed}");
        // The earlier one stays a patrol of its commune, which its officer may read, and no longer judge.
        ended.get(&format!("/api/v1/patrols/{early}")).await.expect(200);
        ended.post(&judge(early), &state).await.expect(403);
        let shown = got(&own, &format!("/api/v1/patrols/{early}")).await["properties"].clone();
        let corrected = json!({
            "kind": "crop_check", "transport": "foot", "team": shown["team"], "lead_org": shown["lead_org"], "notes": "sửa giờ về",
            "started_at": shown["started_at"], "ended_at": shown["ended_at"], "revises": 1,
        });
        // Whoever answers for other ground is answered as if the id were a new one, and changes nothing.
        ended.put(&format!("/api/v1/patrols/{early}"), &corrected).await;
        assert_eq!(got(&own, &format!("/api/v1/patrols/{early}")).await["properties"]["version"], 1);
        own.put(&format!("/api/v1/patrols/{early}"), &corrected).await.expect(201);
        assert_eq!(got(&own, &format!("/api/v1/patrols/{early}")).await["properties"]["version"], 2);
        field.settle().await;
        for id in [early, late] {
            own.post(&judge(id), &state).await.expect(200);
        }
    }
}

/// The layer of cells over the days before.
fn items() -> String {
    "/ogc/collections/coverage_cells/items?datetime=2026-02-01T00:00:00Z/2026-03-01T00:00:00Z&limit=5"
        .to_owned()
}
