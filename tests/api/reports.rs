//! The office's forms: their numbers are the ledger's and coverage's, silence is not zero, kept runs do not change.

use serde_json::{Value, json};
use tuantra::base::actor::Role;

use crate::field::Client;
use crate::ledger::{Destroyed, destroyed};
use crate::plots::{EAST, WEST, load_communes, plot_at};

const WINDOW: &str = "from=2025-12-15&to=2026-12-14";

async fn form(client: &Client, of: &str) -> Value {
    client
        .get(&format!("/api/v1/reports/{of}"))
        .await
        .expect(200)
        .json()
}

/// Figures are told with a few decimals at most.
fn is_same(told: f64, own: f64) -> bool {
    (told - own).abs() < 1e-9
}

fn number(cell: &Value) -> f64 {
    cell["value"].as_f64().unwrap_or_else(|| panic!("{cell}"))
}

fn row<'a>(form: &'a Value, commune: &str) -> &'a Value {
    let rows = form["rows"].as_array().unwrap();
    rows.iter()
        .find(|row| row["commune"]["value"] == commune)
        .unwrap()
}

fn nothing(commune: &str, period: &str) -> String {
    format!("/api/v1/reports/nothing/{commune}/{period}")
}

async fn standing(client: &Client, period: &str, commune: &str) -> Value {
    let path = format!("/api/v1/reports/status?period={period}");
    let told = client.get(&path).await.expect(200).json();
    let communes = told["communes"].as_array().unwrap();
    communes
        .iter()
        .find(|own| own["code"] == commune)
        .unwrap()
        .clone()
}

on_both! {
    async fn b01_sums_what_the_ledger_sums_and_leads_to_it(field: Field) {
        let Destroyed { desk, .. } = destroyed(&field).await;
        let phone = field.phone("máy hai", &[]).await;
        for lon in [104.41, 104.7] {
            field.clock.advance_millis(1_000);
            phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(lon, 22.3)).await.expect(201);
        }
        field.settle().await;
        let officer = field.officer().await;
        let b01 = form(&officer, &format!("b01?{WINDOW}")).await;
        let ledger = officer.get("/api/v1/ledger?from=2025-12-15&to=2026-12-14").await.expect(200).json();
        let (total, told) = (&b01["total"], &ledger["total"]);
        for (column, group, figure) in [
            ("plants", "claimed", "plants"),
            ("area_m2", "claimed", "area_m2"),
            ("destroyed_plants", "eradicated", "plants"),
            ("destroyed_area_m2", "eradicated", "area_m2"),
        ] {
            assert!(is_same(number(&total[column]), told[group][figure].as_f64().unwrap()), "{column}");
            let rows = b01["rows"].as_array().unwrap().iter();
            let sum: f64 = rows.filter_map(|row| row[column]["value"].as_f64()).sum();
            assert!((sum - number(&total[column])).abs() < 1e-9, "{column}");
        }
        assert!(is_same(number(&total["plots"]), told["plots"].as_f64().unwrap()));
        // One of three is destroyed.
        assert!(is_same(number(&total["open_plots"]), 2.0));
        let facts = row(&b01, "Đông")["plots"]["facts"].as_str().unwrap();
        let listed = officer.get(facts).await.expect(200).json();
        assert_eq!(listed["rows"].as_array().unwrap().len(), 1);
        // The desk sees its own commune.
        let own = form(&desk, &format!("b01?{WINDOW}")).await;
        assert!(own["rows"].as_array().unwrap().iter().all(|row| row["commune"]["value"] == "Tây"));
    }

    async fn figures_end_where_measures_do(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy", &[]).await;
        for (step, area_m2) in [0.1, 0.2, 11_095.63].into_iter().enumerate() {
            let mut plot = plot_at(104.3 + 0.01 * f64::from(u8::try_from(step).unwrap()), 22.4);
            plot["properties"]["area_m2"] = json!(area_m2);
            field.clock.advance_millis(1_000);
            phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot).await.expect(201);
        }
        field.settle().await;
        let officer = field.officer().await;
        let ledger = officer.get(&format!("/api/v1/ledger?{WINDOW}")).await.expect(200).json();
        assert_eq!(ledger["total"]["claimed"]["area_m2"].to_string(), "11095.93");
        let b01 = form(&officer, &format!("b01?{WINDOW}")).await;
        assert_eq!(row(&b01, "Tây")["area_m2"]["value"].to_string(), "11095.9");
        assert_eq!(b01["total"]["area_m2"]["value"].to_string(), "11095.9");
        assert_eq!(b01["total"]["open_area_m2"]["value"].to_string(), "11095.9");
        let b02 = form(&officer, &format!("b02?{WINDOW}")).await;
        for row in b02["rows"].as_array().unwrap() {
            for (column, most) in [("x_north_m", 2), ("y_east_m", 2), ("area_m2", 1)] {
                let told = row[column]["value"].to_string();
                let decimals = told.split_once('.').map_or(0, |(_, rest)| rest.len());
                assert!(decimals <= most, "{column}: {told}");
            }
        }
    }

    async fn b02_has_exact_places_and_is_for_those_who_may_read_plots(field: Field) {
        let Destroyed { plot, .. } = destroyed(&field).await;
        field.settle().await;
        let officer = field.officer().await;
        let b02 = form(&officer, &format!("b02?{WINDOW}")).await;
        let row = &b02["rows"][0];
        assert_eq!(row["plot"]["value"], plot.to_string());
        assert!((2_400_000.0..2_500_000.0).contains(&number(&row["x_north_m"])), "{row}");
        // As the office writes: decimal commas, and a meridian in degrees and minutes.
        assert_eq!(row["meridian"]["value"], "104°45′");
        let told = row["wgs84"]["value"].as_str().unwrap();
        let (lat, lon) = told.split_once("; ").unwrap();
        assert!(!told.contains('.') && lat.starts_with("22,") && lon.starts_with("104,"), "{told}");
        assert_eq!(row["crop"]["value"], "Cây thuốc phiện (anh túc)");
        assert_eq!(row["eradicated_on"]["value"].as_str().unwrap().len(), 10);
        officer.get(row["plot"]["facts"].as_str().unwrap()).await.expect(200);
        let reader = field.account("doc", Role::Reader, &[]).await;
        reader.get(&format!("/api/v1/reports/b02?{WINDOW}")).await.expect(403);
    }

    async fn b03_is_what_coverage_answers(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let area = json!({
            "type": "Feature", "geometry": { "type": "Polygon", "coordinates": [[[104.0, 22.0], [104.2, 22.0], [104.2, 22.2], [104.0, 22.2], [104.0, 22.0]]] },
            "properties": { "name": "Khu", "level": "high", "basis": "history", "crop": "opium_poppy", "valid_from": "2025-07-01", "reason": "thử" }
        });
        officer.put("/api/v1/risk-areas/NC-1", &area).await.expect(201);
        let phone = field.phone("máy", &[]).await;
        let patrol = crate::patrols::recorded(&field, &phone).await;
        crate::patrols::send(&phone, patrol, &crate::patrols::walk(&field, -3_000, 60)).await.expect(200);
        field.settle().await;
        let b03 = form(&officer, "b03?from=2026-02-01&to=2026-03-02").await;
        let told = officer.get("/api/v1/coverage?from=2026-02-01&to=2026-03-02").await.expect(200).json();
        for own in told["communes"].as_array().unwrap() {
            let row = row(&b03, own["name"].as_str().unwrap());
            let same = |column: &str, value: &Value, by: f64, places: usize| {
                let value = value.as_f64().map(|value| format!("{:.places$}", value * by));
                let told = row[column]["value"].as_f64().map(|told| format!("{told:.places$}"));
                assert_eq!(told, value, "{column}");
            };
            same("risk_ha", &own["risk_area_m2"], 1e-4, 2);
            same("patrols", &own["patrols"], 1.0, 0);
            same("hours", &own["team_hours"], 1.0, 1);
            same("coverage_pct", &own["coverage"], 100.0, 1);
        }
        // Without a risk area there is no share.
        assert!(row(&b03, "Đông")["coverage_pct"]["value"].is_null());
        let reader = field.account("doc", Role::Reader, &[]).await;
        let theirs = form(&reader, "b03?from=2026-02-01&to=2026-03-02").await;
        assert!(theirs["total"]["plots"]["value"].is_null());
    }

    async fn silence_is_not_zero(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let west = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        assert_eq!(standing(&officer, "2026", WEST).await["state"], "not_sent");
        let said = west.put(&nothing(WEST, "2026"), &json!({ "note": "đã rà soát các nương" })).await.expect(201).json();
        assert_eq!(said["through"], "2026-03-02");
        west.put(&nothing(WEST, "2026"), &json!({})).await.expect(200);
        west.put(&nothing(EAST, "2026"), &json!({})).await.expect(404);
        west.put(&nothing(WEST, "2027"), &json!({})).await.expect(400);
        field.settle().await;
        assert_eq!(standing(&officer, "2026", WEST).await["state"], "nothing");
        let told = officer.get("/api/v1/reports/status?period=2026").await.expect(200).json();
        let counts = ["sent", "nothing", "not_sent"].map(|state| told[state].as_u64().unwrap());
        assert_eq!(counts, [0, 1, 1]);
        let reminder = told["reminder"].as_str().unwrap();
        assert!(reminder.contains("Đông") && !reminder.contains("Tây"), "{reminder}");
        // In the form the one is a zero that somebody stands for, the other nothing.
        let b01 = form(&officer, "b01?period=2026").await;
        assert_eq!(row(&b01, "Tây")["plots"]["value"], 0);
        assert_eq!(row(&b01, "Tây")["notes"]["value"], "Không phát sinh");
        assert!(row(&b01, "Đông")["plots"]["value"].is_null());
        assert_eq!(row(&b01, "Đông")["notes"]["value"], "Chưa gửi");
        // What is recorded later contradicts it.
        let phone = field.phone("máy", &[]).await;
        phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(104.3, 22.4)).await.expect(201);
        let after = standing(&officer, "2026", WEST).await;
        assert_eq!((&after["state"], &after["is_contradicted"]), (&json!("sent"), &json!(true)));
        west.send(axum::http::Method::DELETE, &nothing(WEST, "2026"), Some("application/json"), "{\"note\":\"ghi nhầm\"}".into()).await.expect(200);
        let refused = west.put(&nothing(WEST, "2026"), &json!({})).await.expect(409);
        assert_eq!(refused.problem(), "wrong-state");
        assert_eq!(standing(&officer, "2026", WEST).await["is_contradicted"], false);
    }

    async fn a_kept_form_stays_and_is_the_same_again_as_of_its_entry(field: Field) {
        destroyed(&field).await;
        field.settle().await;
        let officer = field.officer().await;
        let kept = officer.post("/api/v1/reports/runs", &json!({ "form": "b01", "period": "2026" })).await.expect(201).json();
        let as_of = kept["as_of"].as_str().unwrap();
        let phone = field.phone("máy hai", &[]).await;
        field.clock.advance_millis(60_000);
        phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(104.7, 22.3)).await.expect(201);
        field.settle().await;
        let now = form(&officer, "b01?period=2026").await;
        assert_ne!(now["rows"], kept["report"]["rows"]);
        let again = form(&officer, &format!("b01?period=2026&as_of={as_of}")).await;
        for part in ["rows", "total", "notes", "definitions"] {
            assert_eq!(again[part], kept["report"][part], "{part}");
        }
        let path = format!("/api/v1/reports/runs/{}", kept["id"].as_str().unwrap());
        assert_eq!(officer.get(&path).await.expect(200).json()["report"], kept["report"]);
        let sheet = officer.get(&format!("{path}/file")).await.expect(200);
        assert!(sheet.bytes.starts_with(b"PK"));
        let commune = field.account("xa", Role::CommuneOfficer, &[WEST]).await;
        commune.get(&path).await.expect(404);
        assert_eq!(officer.get("/api/v1/reports/runs").await.expect(200).json()["runs"].as_array().unwrap().len(), 1);
    }

    async fn a_window_is_a_period_or_two_days(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        for bad in ["b01", "b01?period=2026&from=2026-01-01", "b01?from=2026-01-01", "b01?period=26", "b01?from=2026-02-01&to=2026-01-01"] {
            officer.get(&format!("/api/v1/reports/{bad}")).await.expect(400);
        }
        officer.get("/api/v1/reports/b99?period=2026").await.expect(404);
        let sheet = officer.get("/api/v1/reports/b01.xlsx?period=2026").await.expect(200);
        assert_eq!(sheet.headers["content-disposition"], "attachment; filename=\"B01_2025-12-15_2026-12-14.xlsx\"");
    }
}
