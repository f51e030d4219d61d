//! Who may not read patrols sees what was checked, by whole weeks that ended a week ago, and nothing of single days.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::base::time::LocalDate;

use super::definitions::{DEFINITIONS, next};
use super::{
    DAY_S, TODAY, WALK_50, WINDOW, asked, assert_near, assert_share, fixes, patrol, send,
    two_communes, walked,
};
use crate::field::Client;

/// Wednesday, 18 February; the clock stands on Monday, 2 March.
const WEDNESDAY: i64 = TODAY - 12 * DAY_S;
const FRIDAY: i64 = WEDNESDAY + 2 * DAY_S;

async fn between(client: &Client, from: &str, to: &str) -> Value {
    let url = format!("/api/v1/coverage?from={from}&to={to}");
    client.get(&url).await.expect(200).json()
}

fn days(answer: &Value) -> [&str; 2] {
    ["from", "to"].map(|name| answer[name].as_str().unwrap())
}

on_both! {
    async fn an_outsider_sees_whole_weeks_without_the_last_days(field: Field) {
        two_communes(&field).await;
        let (reader, phone) = (field.account("doc", Role::Reader, &[]).await, field.phone("máy A", &[]).await);
        walked(&field, &phone, WEDNESDAY, 104.3).await;
        walked(&field, &phone, TODAY, 104.304).await;
        let told = between(&reader, "2026-02-18", "2026-02-18").await;
        assert_eq!((&told["view"], days(&told)), (&json!("coarse"), ["2026-02-16", "2026-02-22"]));
        assert_eq!(told["notes"][0]["code"], "whole_weeks");
        let own = &told["communes"][0];
        assert_share(own, WALK_50);
        assert_eq!((&own["patrols"], &own["visits"]), (&json!(1), &json!(1)));
        let monday: LocalDate = "2026-02-16".parse().unwrap();
        for figures in [own, &told["total"]] {
            assert_eq!(figures["last_visit_at"], json!(monday.start()));
            for hidden in ["person_visits", "person_hours", "person_hours_of", "night_share", "revisit_days"] {
                assert_eq!(figures[hidden], Value::Null, "{hidden}");
            }
        }
        assert_eq!((&told["indexed_through"], &told["pending_patrols"]), (&Value::Null, &Value::Null));
        // Whatever days of the week are asked for, the answer is the same to the byte; so it is for days that are withheld.
        for day in 16..=22 {
            let day = format!("2026-02-{day}");
            assert_eq!(between(&reader, &day, &day).await, told, "{day}");
            assert_eq!(between(&reader, "2026-02-16", &day).await, told, "until {day}");
        }
        for (from, to) in [("2026-03-02", "2026-03-02"), ("2026-02-20", "2026-12-31"), ("2026-02-25", "2026-03-01")] {
            assert_eq!(between(&reader, from, to).await, told, "{from} to {to}");
        }
        // An officer sees the day.
        let officer = field.officer().await;
        let full = between(&officer, "2026-03-02", "2026-03-02").await;
        assert_eq!((&full["view"], &full["total"]["patrols"]), (&json!("full"), &json!(1)));
        assert_eq!(full["total"]["last_visit_at"], field.after(TODAY + 1790));
        assert_eq!(between(&officer, "2026-02-19", "2026-02-19").await["total"]["patrols"], 0);
        // The week of 2 March is told once it has been over for a week.
        field.clock.advance_millis(12 * DAY_S * 1000);
        assert_eq!(days(&asked(&reader, "").await), ["2026-02-23", "2026-03-01"]);
        field.clock.advance_millis(DAY_S * 1000);
        let later = asked(&reader, "").await;
        assert_eq!((days(&later), &later["total"]["patrols"]), (["2026-02-23", "2026-03-08"], &json!(1)));
    }

    async fn on_which_day_of_a_week_somebody_walked_changes_no_byte(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let reader = field.account("doc", Role::Reader, &["99001"]).await;
        let first = walked(&field, &phone, WEDNESDAY, 104.3).await;
        let questions = ["", "&compare=true", "&freshness=true", "&visits=2", "&pass=flowering", "&commune=99001", "&class=ground"];
        let mut seen = Vec::new();
        for question in questions {
            seen.push(asked(&reader, question).await);
        }
        let series = "/api/v1/coverage/series?from=2026-01-01&to=2026-03-02&step=week";
        let steps = reader.get(series).await.expect(200).json();
        assert!(steps["steps"].as_array().unwrap().iter().any(|step| step["covered_m2"] != 0.0), "{steps}");
        let state = json!({ "state": "rejected", "reason": "ghi nhầm ngày" });
        officer.post(&format!("/api/v1/patrols/{first}/validation"), &state).await.expect(200);
        walked(&field, &phone, FRIDAY, 104.3).await;
        for (question, before) in questions.iter().zip(&seen) {
            assert_eq!(&asked(&reader, question).await, before, "{question}");
        }
        assert_eq!(reader.get(series).await.expect(200).json(), steps);
        // What comes in now is not seen to have come.
        walked(&field, &phone, TODAY, 104.304).await;
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        send(&phone, id, &fixes(&field, TODAY, 104.302, 0..180)).await;
        assert_eq!(asked(&reader, "").await, seen[0]);
    }

    async fn what_would_take_weeks_apart_is_for_who_may_read_patrols(field: Field) {
        two_communes(&field).await;
        let (reader, officer) = (field.account("doc", Role::Reader, &[]).await, field.officer().await);
        let now = field.app.journal.now();
        for (name, filter) in [
            ("kind", "&kind=night".to_owned()), ("force", "&force=dan_quan".to_owned()), ("as_of", format!("&as_of={now}")),
            ("campaign", "&campaign=01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4".to_owned()),
        ] {
            let refused = reader.get(&format!("{WINDOW}{filter}")).await.expect(400).json();
            assert_eq!(refused["fields"][0]["pointer"], format!("/{name}"), "{refused}");
            assert!(refused["detail"].as_str().unwrap().contains("who may read patrols"), "{refused}");
            officer.get(&format!("{WINDOW}{filter}")).await.expect(200);
        }
        let series = "/api/v1/coverage/series?from=2026-01-01&to=2026-03-31";
        reader.get(&format!("{series}&kind=night")).await.expect(400);
        for path in ["patrols?", "cells?commune=99001&"] {
            reader.get(&format!("/api/v1/coverage/{path}from=2026-02-16&to=2026-02-22")).await.expect(403);
        }
        // Freshness and months are told in whole weeks.
        let fresh = asked(&reader, "&freshness=true").await;
        let told = fresh["total"]["freshness"].as_array().unwrap();
        assert_eq!(told.iter().map(|own| own["days"].as_u64().unwrap()).collect::<Vec<_>>(), [7, 35, 91, 371]);
        let months = reader.get(&format!("{series}&step=month")).await.expect(200).json();
        let steps = months["steps"].as_array().unwrap().iter().map(days);
        assert_eq!(steps.collect::<Vec<_>>(), [
            ["2025-12-29", "2026-01-04"], ["2026-01-05", "2026-02-01"], ["2026-02-02", "2026-02-22"],
        ]);
        assert_eq!((&months["view"], &months["indexed_through"]), (&json!("coarse"), &Value::Null));
        let march = officer.get(&format!("{series}&step=month")).await.expect(200).json();
        assert_eq!((&march["view"], days(&march["steps"][2])), (&json!("full"), ["2026-03-01", "2026-03-31"]));
        // A window that cannot be is refused before it is rounded.
        reader.get("/api/v1/coverage?from=2026-02-20&to=2026-02-18").await.expect(400);
    }

    async fn who_reads_the_patrols_of_one_commune_sees_its_days_and_weeks_elsewhere(field: Field) {
        two_communes(&field).await;
        let officer = field.officer().await;
        let both = field.account("hai-vai", Role::Reader, &[]).await;
        let grants = json!([{ "role": "reader" }, { "role": "commune_officer", "communes": ["99001"] }]);
        officer.put(&format!("/api/v1/holders/{}/grants", both.id), &grants).await.expect(204);
        let view = async |rest: &str| asked(&both, rest).await["view"].clone();
        assert_eq!(view("&commune=99001&kind=night").await, "full");
        assert_eq!(view("&commune=99002").await, "coarse");
        assert_eq!(view("").await, "coarse");
        both.get(&format!("{WINDOW}&commune=99002&kind=night")).await.expect(400);
        // A foreign commune looks as one that is not there, whatever is asked of it.
        let own = field.account("doc", Role::Reader, &["99001"]).await;
        for code in ["99002", "88888"] {
            own.get(&format!("{WINDOW}&commune={code}&kind=night")).await.expect(404);
        }
        let phone = field.phone("máy A", &[]).await;
        assert_eq!(asked(&phone, "").await["view"], "full");
    }

    async fn how_many_days_are_withheld_is_set_with_the_definition_and_holds_at_once(field: Field) {
        two_communes(&field).await;
        let (reader, officer) = (field.account("doc", Role::Reader, &[]).await, field.officer().await);
        for days in [0, 6, 22] {
            let mut bad = next(&officer, 2, 5_000).await;
            bad["definition"]["outsider_delay_days"] = json!(days);
            let refused = officer.post(DEFINITIONS, &bad).await.expect(400).json();
            assert!(refused.to_string().contains("outsider_delay_days"), "{refused}");
        }
        let mut longer = next(&officer, 2, 5_000).await;
        assert_eq!(longer["definition"]["outsider_delay_days"], 7);
        longer["definition"]["outsider_delay_days"] = json!(15);
        officer.post(DEFINITIONS, &longer).await.expect(201);
        // Before the index has followed, and by whichever version is asked for.
        for version in ["", "&definition=1", "&definition=2"] {
            assert_eq!(days(&asked(&reader, version).await), ["2026-02-09", "2026-02-15"], "{version}");
        }
        // A definition that says nothing of it withholds a week.
        let mut silent = next(&officer, 3, 5_000).await;
        silent["definition"].as_object_mut().unwrap().remove("outsider_delay_days");
        officer.post(DEFINITIONS, &silent).await.expect(201);
        assert_eq!(days(&asked(&reader, "").await), ["2026-02-16", "2026-02-22"]);
    }

    async fn a_window_before_the_first_boundaries_says_so(field: Field) {
        two_communes(&field).await;
        let (reader, officer) = (field.account("doc", Role::Reader, &[]).await, field.officer().await);
        for client in [&officer, &reader] {
            let early = client.get("/api/v1/coverage?from=2025-01-01&to=2025-01-31").await.expect(200);
            assert!(!String::from_utf8_lossy(&early.bytes).contains("-0.0"));
            let early = early.json();
            assert_eq!((&early["communes"], &early["total"]["risk_area_m2"]), (&json!([]), &json!(0.0)));
            assert_eq!(early["notes"][0]["code"], "no_boundaries");
            assert!(early["notes"][0]["text"].as_str().unwrap().contains("2025-07-01"), "{early}");
        }
        assert_eq!(asked(&officer, "").await["notes"], json!([]));
        let total = &asked(&officer, "").await["total"];
        assert_near(&total["risk_area_change_m2"], 0.0, 1e-9);
    }
}
