//! The gap list: it takes what coverage takes, adds up to its figure, and tells the effort in each cell.

use serde_json::{Value, json};
use tuantra::identity::model::RESERVE_ORG;

use super::settle::a_small_field;
use super::{
    DAY_S, TODAY, WALK_M, WINDOW, YESTERDAY, assert_near, first_commune, fixes, patrol, send,
    two_communes, walked,
};
use crate::field::Client;

const CELLS: &str = "/api/v1/coverage/cells?commune=99001";
const MARCH: &str = "&from=2026-03-01&to=2026-03-31";

/// The first page and the properties of every row of all pages.
async fn listed(client: &Client, rest: &str) -> (Value, Vec<Value>) {
    let first = client
        .get(&format!("{CELLS}{rest}"))
        .await
        .expect(200)
        .json();
    let mut rows = Vec::new();
    let mut page = first.clone();
    loop {
        let features = page["features"].as_array().unwrap().iter();
        rows.extend(features.map(|own| own["properties"].clone()));
        let Some(next) = page["next"].as_str().map(ToOwned::to_owned) else {
            return (first, rows);
        };
        page = client.get(&next).await.expect(200).json();
    }
}

fn sum(rows: &[Value], name: &str) -> f64 {
    rows.iter().map(|own| own[name].as_f64().unwrap()).sum()
}

fn effort(rows: &[Value], name: &str) -> f64 {
    let all = rows.iter().map(|own| own["effort"][name].as_f64());
    all.map(|own| own.unwrap_or(0.0)).sum()
}

/// The rows come to the share that coverage tells of the same question.
async fn assert_adds_up(client: &Client, rest: &str) -> Vec<Value> {
    let figures = first_commune(client, &format!("&commune=99001{rest}")).await;
    let (page, rows) = listed(client, &format!("{MARCH}{rest}&limit=30")).await;
    assert_eq!(page["resolution"], figures["resolution"], "{rest}");
    let share = sum(&rows, "covered_m2") / sum(&rows, "risk_m2");
    assert_near(&figures["coverage"], share, 1e-9);
    rows
}

on_both! {
    async fn the_gap_list_takes_the_filters_of_coverage_and_comes_to_its_figure(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        walked(&field, &phone, YESTERDAY, 104.3004).await;
        let state = json!({ "state": "validated" });
        let other = walked(&field, &phone, YESTERDAY + 4 * 3600, 104.305).await;
        officer.post(&format!("/api/v1/patrols/{other}/validation"), &state).await.expect(200);
        field.settle().await;
        let as_of = format!("&as_of={}", field.app.journal.now());
        for (rest, sees) in [
            ("", true), ("&kind=crop_check", true), ("&kind=night", false), ("&force=dan_quan", false),
            ("&validated=true", true), ("&visits=2", true), ("&visits=3", false), ("&pass=flowering", true),
            ("&pass=1", true), ("&pass=2", false), ("&pass=seedling", false), ("&level=high", true),
            ("&radius_m=100", true), ("&definition=1", true), (as_of.as_str(), true),
            ("&campaign=01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4", false),
        ] {
            let rows = assert_adds_up(&officer, rest).await;
            assert_eq!(sum(&rows, "covered_m2") > 0.0, sees, "{rest}");
        }
        assert_eq!(listed(&officer, &format!("{MARCH}&level=low")).await.1, Vec::<Value>::new());
        for refused in ["&pass=harvest", "&kind=stroll", "&visits=0", "&pass=1&visits=2", "&definition=7", "&compare=true"] {
            officer.get(&format!("{CELLS}{MARCH}{refused}")).await.expect(400);
        }
        // Under a pass, visits are those of days inside the window.
        let april = "&from=2026-04-01&to=2026-04-30&pass=flowering";
        assert_eq!(listed(&officer, april).await.0["notes"][0]["code"], "outside_season");
        let (seedling, rows) = listed(&officer, &format!("{MARCH}&pass=seedling")).await;
        assert_near(&json!(sum(&rows, "visits")), 0.0, 1e-9);
        assert_eq!((&seedling["definition"]["version"], &seedling["pending_patrols"]), (&json!(1), &json!(0)));
        assert!(seedling["indexed_through"].is_i64() && seedling["season"]["in_season"] == true, "{seedling}");
    }

    async fn a_commune_measured_on_finer_cells_adds_up_too(field: Field) {
        a_small_field(&field).await;
        field.settle().await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        let rows = assert_adds_up(&officer, "").await;
        let (page, parts) = listed(&officer, &format!("{MARCH}&res=11&limit=10")).await;
        assert!(page["resolution"].as_u64().unwrap() > 11, "{page}");
        assert_near(&json!(sum(&parts, "covered_m2")), sum(&rows, "covered_m2"), 0.5);
        assert_near(&json!(sum(&parts, "risk_m2")), sum(&rows, "risk_m2"), 0.5);
        assert!(rows.iter().any(|own| own["visits"] == 1 && own["last_visit_on"] == "2026-03-02"));
        let resolution = |own: &Value| own["cell"].as_str().unwrap().parse::<h3o::CellIndex>().unwrap().resolution();
        assert!(rows.iter().all(|own| resolution(own) == h3o::Resolution::Nine));
        assert!(parts.iter().all(|own| resolution(own) == h3o::Resolution::Eleven));
        assert_adds_up(&officer, "&visits=2").await;
        // What explains a cell of either size says the same of its ground.
        for own in rows.iter().take(4).chain(parts.iter().take(4)) {
            let cell = own["cell"].as_str().unwrap();
            let told = format!("/api/v1/coverage/explain?cell={cell}{MARCH}");
            let told = officer.get(&told).await.expect(200).json();
            assert_near(&told["risk_m2"], own["risk_m2"].as_f64().unwrap(), 0.06);
        }
    }

    async fn without_days_the_season_so_far_is_listed_and_a_page_has_its_bounds(field: Field) {
        two_communes(&field).await;
        let officer = field.officer().await;
        let (page, rows) = listed(&officer, "&limit=20").await;
        assert_eq!((&page["from"], &page["to"]), (&json!("2025-09-01"), &json!("2026-03-02")));
        assert!(rows.len() > 40, "{}", rows.len());
        let (page, _) = listed(&officer, "&to=2025-08-31&limit=500").await;
        assert_eq!((&page["from"], &page["to"]), (&json!("2025-08-31"), &json!("2025-08-31")));
        for refused in ["0", "501"] {
            let problem = officer.get(&format!("{CELLS}&limit={refused}")).await.expect(400).json();
            assert!(problem.to_string().contains("from 1 to 500"), "{problem}");
        }
    }

    async fn a_radius_between_indexed_ones_is_refused_and_never_rounded(field: Field) {
        two_communes(&field).await;
        let officer = field.officer().await;
        let cell = h3o::LatLng::new(22.40, 104.30).unwrap().to_cell(h3o::Resolution::Eleven);
        for url in [
            WINDOW.to_owned(), format!("{CELLS}{MARCH}"), "/api/v1/coverage/series?from=2026-03-01&to=2026-03-31".to_owned(),
            format!("/api/v1/coverage/explain?from=2026-03-01&to=2026-03-31&cell={cell}"),
        ] {
            officer.get(&format!("{url}&radius_m=50.0")).await.expect(200);
            for between in ["50.001", "49.996"] {
                let problem = officer.get(&format!("{url}&radius_m={between}")).await.expect(400).json();
                assert!(problem["detail"].as_str().unwrap().contains("50, 100"), "{problem}");
            }
        }
    }

    async fn effort_in_the_cells_comes_to_that_of_the_commune(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let four = json!({ "headcount": { RESERVE_ORG.to_string(): 4 } });
        for from_s in [TODAY, YESTERDAY] {
            let id = patrol(&field, &phone, from_s, four.clone()).await;
            send(&phone, id, &fixes(&field, from_s, 104.3, 0..180)).await;
        }
        let rode = json!({ "transport": "motorbike", "kind": "border" });
        let rode = patrol(&field, &phone, TODAY - 2 * DAY_S, rode).await;
        send(&phone, rode, &fixes(&field, TODAY - 2 * DAY_S, 104.3, 0..180)).await;
        field.settle().await;
        let february = "&from=2026-02-01&to=2026-03-31";
        let figures = officer.get(&format!("/api/v1/coverage?commune=99001{february}")).await.expect(200).json();
        let figures = &figures["communes"][0];
        let (_, rows) = listed(&officer, &format!("{february}&effort=true")).await;
        assert_near(&figures["length_m"], effort(&rows, "length_m"), 1.0);
        assert_near(&figures["length_m"], 3.0 * WALK_M, 0.003 * WALK_M);
        assert_near(&figures["team_hours"], effort(&rows, "team_hours"), 1e-6);
        assert_near(&figures["person_hours"], effort(&rows, "person_hours"), 1e-6);
        // Who rode by was there without seeing anything: two walks saw the cell, three patrols were in it.
        let busy = rows.iter().find(|own| own["effort"]["visits"] == 3).unwrap();
        assert_eq!((&busy["visits"], &busy["effort"]["patrols"]), (&json!(2), &json!(3)));
        assert_near(&busy["effort"]["revisit_days"], 1.0, 1e-9);
        assert_eq!(busy["effort"]["person_hours_of"], 2);
        assert!(busy["effort"]["night_share"].is_number() && busy["effort"]["last_visit_at"].is_string());
        let nobody = rows.iter().find(|own| own["effort"]["visits"] == 0).unwrap();
        assert_eq!((&nobody["effort"]["length_m"], &nobody["effort"]["person_hours"]), (&json!(0.0), &Value::Null));
        // Filters hold for effort as well.
        let (_, some) = listed(&officer, &format!("{february}&effort=true&kind=border")).await;
        assert_near(&json!(effort(&some, "length_m")), WALK_M, 0.001 * WALK_M);
        assert_near(&json!(effort(&some, "person_hours")), 0.0, 1e-9);
        let plain = &listed(&officer, february).await.1[0];
        assert!(plain.get("effort").is_none(), "{plain}");
        officer.get(&format!("{CELLS}{february}&effort=true&res=11")).await.expect(400);
    }
}
