//! What else may be asked: the period before, how lately, step by step, and why.

use serde_json::{Value, json};
use tuantra::base::actor::Role;

use super::{
    DAY_S, EITHER_50, TODAY, WALK_50, WINDOW, YESTERDAY, asked, assert_near, assert_share,
    collection, first_commune, fixes, load_risk, patrol, rectangle, risk_area, send, two_communes,
    walked,
};
use crate::field::Client;

const EXPLAIN: &str = "/api/v1/coverage/explain?from=2026-03-01&to=2026-03-31&cell=";

/// The codes of an answer's notes.
fn codes(answer: &Value) -> Vec<&str> {
    let notes = answer["notes"].as_array().unwrap();
    notes
        .iter()
        .map(|own| own["code"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn the_period_before_stands_beside_the_asked_one(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY - 30 * DAY_S, 104.3).await;
        let answer = asked(&officer, "&compare=true").await;
        assert_share(&answer["communes"][0]["before"], WALK_50);
        assert_share(&answer["total"]["before"], WALK_50);
        assert_eq!(answer["communes"][0]["coverage"], 0.0);
        assert_eq!(answer["communes"][1]["before"]["coverage"], Value::Null);
        assert_eq!(asked(&officer, "").await["total"]["before"], Value::Null);
        let as_of = format!("{WINDOW}&compare=true&as_of={}", field.app.journal.now());
        officer.get(&as_of).await.expect(400);
    }

    async fn freshness_says_how_lately_the_ground_was_seen(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        walked(&field, &phone, TODAY - 20 * DAY_S, 104.3004).await;
        let on = "/api/v1/coverage?from=2026-03-02&to=2026-03-02&freshness=true";
        let figures = officer.get(on).await.expect(200).json()["communes"][0].clone();
        let classes = figures["freshness"].as_array().unwrap().clone();
        let days: Vec<_> = classes.iter().map(|own| own["days"].as_u64().unwrap()).collect();
        assert_eq!(days, [7, 30, 90, 365]);
        for (own, exact) in classes.iter().zip([WALK_50, EITHER_50, EITHER_50, EITHER_50]) {
            assert_near(&own["coverage"], exact, figures["error_bound"].as_f64().unwrap());
        }
    }

    async fn a_series_goes_by_calendar_weeks_and_adds_up(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        // The clock stands on Monday, 2 March.
        walked(&field, &phone, TODAY, 104.3).await;
        walked(&field, &phone, YESTERDAY, 104.3004).await;
        let series = "/api/v1/coverage/series?from=2026-02-25&to=2026-03-10&step=week";
        let series = officer.get(series).await.expect(200).json();
        let spans: Vec<_> = series["steps"].as_array().unwrap().iter()
            .map(|step| (step["from"].as_str().unwrap(), step["to"].as_str().unwrap())).collect();
        assert_eq!(spans, [
            ("2026-02-25", "2026-03-01"), ("2026-03-02", "2026-03-08"), ("2026-03-09", "2026-03-10"),
        ]);
        let bound = 0.01;
        let near = |step: usize, name: &str, exact: f64| assert_near(&series["steps"][step][name], exact, bound);
        near(0, "coverage", WALK_50);
        near(1, "coverage", WALK_50);
        near(2, "coverage", 0.0);
        near(1, "coverage_so_far", EITHER_50);
        near(2, "coverage_so_far", EITHER_50);
        let whole = officer.get("/api/v1/coverage?from=2026-02-25&to=2026-03-10").await.expect(200).json();
        assert_eq!(series["steps"][2]["covered_so_far_m2"], whole["total"]["covered_m2"]);
        assert_eq!(series["risk_area_m2"], whole["total"]["risk_area_m2"]);
        officer.get(&format!("{WINDOW}&step=week")).await.expect(400);
        officer.get("/api/v1/coverage/series?from=2016-03-01&to=2026-03-01&step=week").await.expect(400);
        officer.get("/api/v1/coverage/series?from=2026-03-01&to=2026-03-31&step=year").await.expect(400);
        assert_eq!((&series["definition"]["version"], &series["pending_patrols"]), (&json!(1), &json!(0)));
        assert_eq!(series["indexed_through"], whole["indexed_through"]);
        assert!(series["indexed_through"].is_i64(), "{series}");
    }

    async fn a_series_keeps_the_rules_of_passes_and_says_what_coverage_says(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        let get = async |rest: &str| officer.get(&format!("/api/v1/coverage/series?{rest}")).await;
        let march = "from=2026-03-01&to=2026-03-31";
        for (refused, named) in [
            ("pass=harvest", "flowering"), ("pass=0", "pass"), ("compare=true", "compare"),
            ("freshness=true", "freshness"), ("compare=false", "compare"), ("colour=red", "colour"),
        ] {
            let problem = get(&format!("{march}&{refused}")).await.expect(400).json();
            assert!(problem.to_string().contains(named), "{refused}: {problem}");
        }
        let inside = get(&format!("{march}&pass=flowering&step=month")).await.expect(200).json();
        assert_eq!((&inside["notes"], &inside["season"]["in_season"]), (&json!([]), &json!(true)));
        assert_near(&inside["steps"][0]["coverage"], WALK_50, 0.01);
        let outside = get("from=2026-04-01&to=2026-04-30&pass=1").await.expect(200).json();
        assert_eq!(outside["notes"][0]["code"], "outside_season");
        assert_eq!(outside["season"]["in_season"], false);
        // Erased fixes count as they were swept, and the series says so as coverage does.
        field.clock.advance_millis(800 * DAY_S * 1000);
        tuantra::jobs::erase_due(&field.app).await.unwrap();
        field.app.coverage.ask_for_all().await.unwrap();
        field.settle().await;
        let kept = get(march).await.expect(200).json();
        assert_eq!(kept["notes"], asked(&officer, "").await["notes"]);
        assert_eq!(kept["notes"][0]["code"], "not_recheckable");
    }

    async fn the_season_is_that_of_the_communes_that_are_asked_about(field: Field) {
        two_communes(&field).await;
        // The commune beside has ground that is checked all year, and a window of its own.
        let mut always = risk_area("R2", "cannabis", "2025-09-01", &rectangle(104.325, 22.39, 104.335, 22.41));
        always["properties"]["windows"] = json!("all_year");
        let mut summer = risk_area("R3", "cannabis", "2025-09-01", &rectangle(104.345, 22.39, 104.355, 22.41));
        summer["properties"]["windows"] = json!("summer 06-01/08-31");
        load_risk(&field, collection(&[always, summer])).await;
        let officer = field.officer().await;
        let own = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        let got = async |client: &Client, path: &str| client.get(&format!("/api/v1/{path}")).await.expect(200).json();
        let april = "from=2026-04-01&to=2026-04-07&pass=1";
        let names = |answer: &Value| -> Vec<String> {
            let windows = answer["season"]["windows"].as_array().unwrap();
            windows.iter().map(|own| own["name"].as_str().unwrap().to_owned()).collect()
        };
        for (client, path) in [
            (&officer, format!("coverage?{april}&commune=99001")),
            (&officer, format!("coverage/series?{april}&commune=99001")),
            (&officer, format!("coverage/cells?{april}&commune=99001")),
            (&own, format!("coverage?{april}")),
        ] {
            let told = got(client, &path).await;
            assert_eq!((&told["season"]["in_season"], codes(&told)), (&json!(false), vec!["outside_season"]), "{path}");
            assert_eq!(names(&told), ["flowering", "seedling"], "{path}");
        }
        for path in [format!("coverage?{april}&commune=99002"), format!("coverage?{april}")] {
            let told = got(&officer, &path).await;
            assert_eq!((&told["season"]["in_season"], codes(&told)), (&json!(true), vec!["all_year_ground"]), "{path}");
        }
        // A window that areas elsewhere have is none here, and says so; one that none has is refused.
        let july = "from=2026-07-01&to=2026-07-07";
        let here = got(&officer, &format!("coverage?{july}&pass=summer&commune=99001")).await;
        assert_eq!((codes(&here), &here["total"]["coverage"]), (vec!["window_elsewhere"], &json!(0.0)));
        let there = got(&officer, &format!("coverage?{july}&pass=summer&commune=99002")).await;
        assert_eq!(codes(&there), ["all_year_ground"]);
        assert_eq!(names(&there), ["summer"]);
        let none = format!("/api/v1/coverage?{july}&pass=harvest&commune=99001");
        officer.get(&none).await.expect(400);
    }

    async fn ground_that_is_checked_all_year_has_one_pass_on_whatever_day_and_no_second(field: Field) {
        two_communes(&field).await;
        let mut always = risk_area("R2", "cannabis", "2025-09-01", &rectangle(104.33, 22.39, 104.35, 22.41));
        always["properties"]["windows"] = json!("all_year");
        load_risk(&field, collection(&[always])).await;
        field.settle().await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.34).await;
        walked(&field, &phone, YESTERDAY, 104.34).await;
        let all = asked(&officer, "&commune=99002").await;
        assert_share(&all["communes"][0], WALK_50);
        for pass in ["1", "flowering"] {
            let once = asked(&officer, &format!("&commune=99002&pass={pass}")).await;
            assert_eq!(once["communes"], all["communes"], "{pass}");
            assert!(codes(&once).contains(&"all_year_ground"), "{once}");
        }
        let cells = "/api/v1/coverage/cells?commune=99002&from=2026-03-01&to=2026-03-31&limit=500&pass=";
        let covered = async |pass: &str| {
            let page = officer.get(&format!("{cells}{pass}")).await.expect(200).json();
            let rows = page["features"].as_array().unwrap().iter();
            rows.map(|own| own["properties"]["covered_m2"].as_f64().unwrap()).sum::<f64>()
        };
        assert_near(&all["communes"][0]["covered_m2"], covered("1").await, 200.0);
        let twice = asked(&officer, "&commune=99002&pass=2").await;
        assert_eq!((codes(&twice), &twice["communes"][0]["covered_m2"]), (vec!["too_few_windows"], &json!(0.0)));
        assert!(covered("2").await.abs() < 1e-9);
    }

    async fn a_cell_tells_who_saw_it_and_what_earned_nothing_there(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let whole = walked(&field, &phone, TODAY, 104.3).await;
        // The other walk has a hole of 600 s in its middle, and two fixes there that are too inaccurate.
        let holed = patrol(&field, &phone, YESTERDAY, json!({})).await;
        send(&phone, holed, &fixes(&field, YESTERDAY, 104.3, (0..60).chain(120..180))).await;
        let mut poor = fixes(&field, YESTERDAY, 104.3, 88..90);
        for fix in &mut poor {
            fix["accuracy_m"] = json!(400.0);
        }
        send(&phone, holed, &poor).await;
        field.settle().await;
        let middle = h3o::LatLng::new(22.3925 + 90.0 * 0.00008, 104.3).unwrap().to_cell(h3o::Resolution::Eleven);
        let told = officer.get(&format!("{EXPLAIN}{middle}")).await.expect(200).json();
        assert_eq!(told["commune"], "99001");
        assert_near(&told["risk_m2"], middle.area_m2(), 0.01 * middle.area_m2());
        let visits = told["visits"].as_array().unwrap();
        assert_eq!(visits.len(), 2);
        assert_eq!((&visits[0]["patrol"], &visits[0]["seen"]), (&json!(whole), &json!(1.0)));
        let nothing = json!({ "fixes": {}, "each_fix": [], "more_fixes": 0, "gaps": [], "more_gaps": 0 });
        assert_eq!((&visits[0]["refused"], &visits[0]["reasons"]), (&nothing, &json!([])));
        assert_eq!((&visits[1]["patrol"], &visits[1]["seen"]), (&json!(holed), &json!(0.0)));
        assert_eq!(visits[1]["refused"]["fixes"], json!({ "inaccurate": 2 }));
        let gap = &visits[1]["refused"]["gaps"][0];
        assert_eq!((&gap["reason"], &gap["seconds"]), (&json!("too_long"), &json!(610)));
    }

    async fn an_explanation_needs_the_right_to_gaps_and_to_patrols_there(field: Field) {
        two_communes(&field).await;
        let inside = h3o::LatLng::new(22.40, 104.30).unwrap().to_cell(h3o::Resolution::Eleven);
        let url = format!("{EXPLAIN}{inside}");
        field.officer().await.get(&url).await.expect(200);
        let own = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        own.get(&url).await.expect(200);
        let foreign = field.account("xa-b", Role::CommuneOfficer, &["99002"]).await;
        foreign.get(&url).await.expect(404);
        field.account("doc", Role::Reader, &[]).await.get(&url).await.expect(403);
        let nowhere = h3o::LatLng::new(10.0, 107.0).unwrap().to_cell(h3o::Resolution::Eleven);
        own.get(&format!("{EXPLAIN}{nowhere}")).await.expect(404);
        own.get(&format!("{EXPLAIN}hello")).await.expect(400);
        let coarse = inside.parent(h3o::Resolution::Five).unwrap();
        own.get(&format!("{EXPLAIN}{coarse}")).await.expect(400);
        assert_eq!(first_commune(&own, "").await["code"], "99001");
    }
}
