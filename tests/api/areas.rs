//! Boundaries by day, risk areas with reasons, and what happens to faulty files.

use std::io::Cursor;

use serde_json::{Value, json};
use tuantra::areas::{CommuneImport, Error};
use tuantra::base::actor::{Actor, Role};
use tuantra::base::time::LocalDate;
use tuantra::geo::position::Position;

use crate::field::{Answer, Field};

/// A rectangle of degrees as a ring.
fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Value {
    json!([[
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south]
    ]])
}

fn commune(code: &str, ring: &Value) -> Value {
    json!({
        "type": "Feature",
        "properties": { "code": code, "name": format!("Bản {code}"), "type": "xã" },
        "geometry": { "type": "Polygon", "coordinates": ring },
    })
}

fn file(features: &[Value]) -> String {
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

/// Two neighbours that share the edge at 104.1 E, the west one as wide as said.
fn two_communes(edge: f64) -> String {
    file(&[
        commune("99001", &rectangle(104.0, 22.0, edge, 22.1)),
        commune("99002", &rectangle(edge, 22.0, 104.2, 22.1)),
    ])
}

fn day(text: &str) -> LocalDate {
    text.parse().unwrap()
}

fn from(text: &str) -> CommuneImport {
    CommuneImport {
        valid_from: Some(day(text)),
        ..CommuneImport::default()
    }
}

async fn import(
    field: &Field,
    file: &str,
    import: CommuneImport,
) -> Result<tuantra::areas::ImportReport, Error> {
    let input = Cursor::new(file.to_owned());
    field
        .app
        .areas
        .import_communes(&Actor::console(), input, import)
        .await
}

async fn located(field: &Field, on: &str, lon: f64, lat: f64) -> Option<String> {
    let position = Position::new(lon, lat).unwrap();
    let found = field.app.areas.passed(day(on), &[position]).await.unwrap();
    found.into_iter().next()
}

/// How many entries of that kind the journal holds.
async fn entries(field: &Field, kind: &str) -> usize {
    field.settle().await;
    let rows = field.app.journal.entries_since(-1, 500).await.unwrap();
    rows.iter().filter(|row| row.kind == kind).count()
}

fn risk_area(level: &str, reason: &str) -> Value {
    json!({
        "type": "Feature",
        "properties": {
            "name": "Khe Đá", "level": level, "basis": "history", "crop": "opium_poppy",
            "valid_from": "2026-01-01", "reason": reason,
        },
        "geometry": { "type": "Polygon", "coordinates": rectangle(104.02, 22.02, 104.04, 22.04) },
    })
}

fn codes(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let features = json["features"].as_array().unwrap();
    features
        .iter()
        .map(|feature| feature["properties"]["code"].as_str().unwrap().to_owned())
        .collect()
}

on_both! {
    async fn a_place_belongs_to_the_commune_of_its_day(field: Field) {
        import(&field, &two_communes(104.1), CommuneImport::default()).await.unwrap();
        assert_eq!(located(&field, "2026-03-02", 104.12, 22.05).await.as_deref(), Some("99002"));
        assert_eq!(located(&field, "2025-06-30", 104.12, 22.05).await, None);
        let report = import(&field, &two_communes(104.15), from("2026-02-01")).await.unwrap();
        assert_eq!((report.added, report.replaced, report.unchanged), (0, 2, 0));
        assert_eq!(located(&field, "2026-01-31", 104.12, 22.05).await.as_deref(), Some("99002"));
        assert_eq!(located(&field, "2026-02-01", 104.12, 22.05).await.as_deref(), Some("99001"));
        let officer = field.officer().await;
        let west = |on: &str| format!("/api/v1/communes/99001?at={on}");
        let before = officer.get(&west("2026-01-31")).await.expect(200).json();
        assert_eq!(before["properties"]["valid_to"], "2026-01-31");
        let after = officer.get(&west("2026-02-01")).await.expect(200).json();
        assert_eq!(after["properties"]["valid_from"], "2026-02-01");
        assert_eq!(after["geometry"]["coordinates"], rectangle(104.0, 22.0, 104.15, 22.1));
        officer.get(&west("2025-06-30")).await.expect(404);
    }

    async fn a_place_on_a_shared_edge_has_one_commune_and_outside_there_is_none(field: Field) {
        import(&field, &two_communes(104.1), CommuneImport::default()).await.unwrap();
        assert_eq!(located(&field, "2026-03-02", 104.1, 22.05).await.as_deref(), Some("99001"));
        assert_eq!(located(&field, "2026-03-02", 104.3, 22.05).await, None);
    }

    async fn the_same_file_again_changes_nothing(field: Field) {
        import(&field, &two_communes(104.1), CommuneImport::default()).await.unwrap();
        let again = import(&field, &two_communes(104.1), CommuneImport::default()).await.unwrap();
        assert_eq!((again.added, again.replaced, again.unchanged), (0, 0, 2));
        assert_eq!(entries(&field, "boundaries").await, 1);
    }

    async fn a_boundary_is_never_replaced_silently(field: Field) {
        import(&field, &two_communes(104.1), CommuneImport::default()).await.unwrap();
        let silent = import(&field, &two_communes(104.15), CommuneImport::default()).await.unwrap_err();
        assert!(silent.to_string().contains("--valid-from DATE"), "{silent}");
        let same_day = import(&field, &two_communes(104.15), from("2025-07-01")).await.unwrap_err();
        assert!(same_day.to_string().contains("must begin after"), "{same_day}");
        assert_eq!(located(&field, "2026-03-02", 104.12, 22.05).await.as_deref(), Some("99002"));
        assert_eq!(entries(&field, "boundaries").await, 1);
    }

    async fn communes_absent_from_a_file_stay_unless_they_are_ended(field: Field) {
        import(&field, &two_communes(104.1), CommuneImport::default()).await.unwrap();
        let merged = file(&[commune("99001", &rectangle(104.0, 22.0, 104.2, 22.1))]);
        let onto = import(&field, &merged, from("2026-02-01")).await.unwrap_err();
        assert!(matches!(onto, Error::Overlaps(_)), "{onto}");
        let third = file(&[commune("99003", &rectangle(104.2, 22.0, 104.3, 22.1))]);
        import(&field, &third, CommuneImport::default()).await.unwrap();
        assert_eq!(located(&field, "2026-03-02", 104.12, 22.05).await.as_deref(), Some("99002"));
        let ending = CommuneImport { ends: vec!["99002".into()], ..from("2026-02-01") };
        let report = import(&field, &merged, ending).await.unwrap();
        assert_eq!((report.replaced, report.ended), (1, 1));
        assert_eq!(located(&field, "2026-01-31", 104.12, 22.05).await.as_deref(), Some("99002"));
        assert_eq!(located(&field, "2026-02-01", 104.12, 22.05).await.as_deref(), Some("99001"));
    }

    async fn nothing_of_a_faulty_file_is_loaded(field: Field) {
        let crossed = json!([[[104.2, 22.0], [104.3, 22.1], [104.3, 22.0], [104.2, 22.1], [104.2, 22.0]]]);
        let good = commune("99001", &rectangle(104.0, 22.0, 104.1, 22.1));
        let faulty = file(&[good.clone(), commune("99002", &crossed)]);
        let fault = import(&field, &faulty, CommuneImport::default()).await.unwrap_err();
        assert!(fault.to_string().starts_with("feature 2 (code 99002): "), "{fault}");
        let doubled = file(&[good.clone(), commune("99002", &rectangle(104.05, 22.0, 104.2, 22.1))]);
        let fault = import(&field, &doubled, CommuneImport::default()).await.unwrap_err();
        assert!(fault.to_string().contains("99001 and 99002"), "{fault}");
        let cut = two_communes(104.1);
        import(&field, &cut[..cut.len() - 3], CommuneImport::default()).await.unwrap_err();
        assert_eq!(located(&field, "2026-03-02", 104.05, 22.05).await, None);
        assert_eq!(entries(&field, "boundaries").await, 0);
    }

    async fn a_dry_run_writes_nothing(field: Field) {
        let dry = CommuneImport { is_dry_run: true, ..CommuneImport::default() };
        let report = import(&field, &two_communes(104.1), dry).await.unwrap();
        assert_eq!((report.read, report.added), (2, 2));
        let areas = field.app.areas.clone();
        let named = file(&[{
            let mut area = risk_area("high", "");
            area["properties"]["code"] = json!("R-1");
            area
        }]);
        let report = areas.import_risk_areas(&Actor::console(), Cursor::new(named), "thử", true).await.unwrap();
        assert_eq!(report.added, 1);
        assert_eq!(located(&field, "2026-03-02", 104.05, 22.05).await, None);
        assert_eq!(areas.risk_areas(day("2026-01-01"), day("2026-12-31"), None).await.unwrap().len(), 0);
        assert_eq!(entries(&field, "boundaries").await + entries(&field, "risk_area").await, 0);
    }

    async fn only_the_province_loads_boundaries(field: Field) {
        let mut commune = Actor::console();
        commune.grants.clear();
        let input = Cursor::new(two_communes(104.1));
        let refused = field.app.areas.import_communes(&commune, input, CommuneImport::default()).await;
        assert!(matches!(refused, Err(Error::Forbidden)));
        assert_eq!(located(&field, "2026-03-02", 104.05, 22.05).await, None);
    }

    async fn communes_are_listed_in_pages(field: Field) {
        import(&field, &two_communes(104.1), CommuneImport::default()).await.unwrap();
        let reader = field.account("ban-do", Role::Reader, &[]).await;
        let first = reader.get("/api/v1/communes?limit=1&count=true").await.expect(200);
        assert_eq!(first.headers["content-type"], "application/geo+json");
        assert_eq!(first.json()["count"], 2);
        assert_eq!(first.json()["features"][0]["geometry"], Value::Null);
        assert_eq!(codes(&first), ["99001"]);
        let second = reader.get(first.json()["next"].as_str().unwrap()).await.expect(200);
        assert_eq!(codes(&second), ["99002"]);
        assert_eq!(second.json()["next"], Value::Null);
        let whole = reader.get("/api/v1/communes?geometry=true").await.expect(200).json();
        assert_eq!(whole["features"][1]["geometry"]["coordinates"], rectangle(104.1, 22.0, 104.2, 22.1));
        for wrong in ["limit=0", "limit=501", "at=gestern", "cursor=x", "lmit=1"] {
            reader.get(&format!("/api/v1/communes?{wrong}")).await.expect(400);
        }
        reader.get("/api/v1/risk-areas").await.expect(403);
    }

    async fn a_risk_area_changes_only_with_the_right_and_a_reason(field: Field) {
        let path = "/api/v1/risk-areas/R-1";
        let commune = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        commune.put(path, &risk_area("high", "tin báo")).await.expect(403);
        let officer = field.officer().await;
        for missing in ["", "  "] {
            let refused = officer.put(path, &risk_area("high", missing)).await.expect(422);
            assert_eq!(refused.pointers(), ["/properties/reason"]);
        }
        let mut wordless = risk_area("high", "tin báo");
        wordless["properties"]["level"] = json!("rất cao");
        assert_eq!(officer.put(path, &wordless).await.expect(422).pointers(), ["/properties/level"]);
        wordless = risk_area("high", "tin báo");
        wordless["geometry"] = json!({ "type": "Point", "coordinates": [104.0, 22.0] });
        assert_eq!(officer.put(path, &wordless).await.expect(422).pointers(), ["/geometry"]);
        officer.get(path).await.expect(404);
        assert_eq!(entries(&field, "risk_area").await, 0);
        officer.put(path, &risk_area("high", "tin báo")).await.expect(201);
        assert_eq!(entries(&field, "risk_area").await, 1);
    }

    async fn every_version_of_a_risk_area_speaks_for_its_days(field: Field) {
        let path = "/api/v1/risk-areas/R-1";
        let officer = field.officer().await;
        let first = officer.put(path, &risk_area("high", "tin báo")).await.expect(201).json();
        let replay = officer.put(path, &risk_area("high", "tin báo")).await.expect(200).json();
        assert_eq!(first["receipt"]["signature"], replay["receipt"]["signature"]);
        let mut later = risk_area("low", "đã kiểm tra hai vụ");
        later["properties"]["valid_from"] = json!("2026-03-01");
        later["properties"]["revises"] = json!(7);
        assert_eq!(officer.put(path, &later).await.expect(409).problem(), "stale-revision");
        later["properties"]["revises"] = json!(1);
        let second = officer.put(path, &later).await.expect(201).json();
        assert_eq!((&second["version"], &second["id"]), (&json!(2), &first["id"]));
        let level = |answer: Answer| answer.json()["properties"]["level"].clone();
        assert_eq!(level(officer.get(&format!("{path}?at=2026-02-28")).await.expect(200)), "high");
        assert_eq!(level(officer.get(path).await.expect(200)), "low");
        let both = field.app.areas.risk_areas(day("2026-02-01"), day("2026-03-31"), None).await.unwrap();
        assert_eq!(both.len(), 2);
        let corrected = risk_area("medium", "nhập nhầm mức");
        officer.put(path, &corrected).await.expect(201);
        let left = field.app.areas.risk_areas(day("2026-02-01"), day("2026-03-31"), None).await.unwrap();
        assert_eq!(left.iter().map(|area| area.version).collect::<Vec<_>>(), [3]);
    }

    async fn a_risk_area_ends_with_a_reason(field: Field) {
        let officer = field.officer().await;
        officer.put("/api/v1/risk-areas/R-1", &risk_area("high", "tin báo")).await.expect(201);
        let areas = field.app.areas.clone();
        let console = Actor::console();
        assert!(matches!(areas.end_risk_area(&console, ("R-1", None), day("2026-05-31"), " ").await, Err(Error::NoReason)));
        assert!(matches!(areas.end_risk_area(&console, ("R-9", None), day("2026-05-31"), "hết").await, Err(Error::NotFound)));
        assert!(areas.end_risk_area(&console, ("R-1", None), day("2025-05-31"), "hết").await.is_err());
        areas.end_risk_area(&console, ("R-1", None), day("2026-05-31"), "trồng rừng").await.unwrap();
        assert_eq!(areas.risk_areas(day("2026-05-31"), day("2026-06-30"), None).await.unwrap().len(), 1);
        assert_eq!(areas.risk_areas(day("2026-06-01"), day("2026-06-30"), None).await.unwrap().len(), 0);
    }

    async fn readers_see_the_risk_areas_of_their_communes(field: Field) {
        import(&field, &two_communes(104.1), CommuneImport::default()).await.unwrap();
        let officer = field.officer().await;
        officer.put("/api/v1/risk-areas/R-1", &risk_area("high", "tin báo")).await.expect(201);
        let mut east = risk_area("low", "địa hình");
        east["geometry"]["coordinates"] = rectangle(104.12, 22.02, 104.14, 22.04);
        officer.put("/api/v1/risk-areas/R-2", &east).await.expect(201);
        let mut across = risk_area("low", "địa hình");
        across["geometry"]["coordinates"] = rectangle(104.08, 22.06, 104.12, 22.08);
        officer.put("/api/v1/risk-areas/R-3", &across).await.expect(201);
        assert_eq!(codes(&officer.get("/api/v1/risk-areas").await.expect(200)), ["R-1", "R-2", "R-3"]);
        assert_eq!(codes(&officer.get("/api/v1/risk-areas?level=low&commune=99002").await.expect(200)), ["R-2", "R-3"]);
        let west = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        assert_eq!(codes(&west.get("/api/v1/risk-areas").await.expect(200)), ["R-1", "R-3"]);
        west.get("/api/v1/risk-areas/R-1").await.expect(200);
        let foreign = west.get("/api/v1/risk-areas/R-2").await.expect(404);
        let unknown = west.get("/api/v1/risk-areas/R-9").await.expect(404);
        assert_eq!(foreign.problem(), unknown.problem());
        west.get("/api/v1/risk-areas?commune=99002").await.expect(404);
        west.get("/api/v1/risk-areas?level=hoch").await.expect(400);
    }

    async fn gates_are_set_again_under_their_code(field: Field) {
        let gate = |kind: &str| json!({
            "type": "Feature",
            "properties": { "name": "Cửa khẩu Mẫu", "type": kind, "commune_code": "99001", "accuracy_m": 400 },
            "geometry": { "type": "Point", "coordinates": [104.05, 22.1] },
        });
        let areas = field.app.areas.clone();
        let console = Actor::console();
        let input = |kind: &str| Cursor::new(file(&[gate(kind)]));
        assert_eq!(areas.import_gates(&console, input("phụ"), false).await.unwrap().added, 1);
        assert_eq!(areas.import_gates(&console, input("phụ"), false).await.unwrap().unchanged, 1);
        assert_eq!(areas.import_gates(&console, input("quốc tế"), false).await.unwrap().changed, 1);
        let bad = areas.import_gates(&console, input("to"), false).await.unwrap_err();
        assert!(bad.to_string().starts_with("feature 1: property \"type\""), "{bad}");
        let reader = field.account("ban-do", Role::Reader, &[]).await;
        let list = reader.get("/api/v1/gates").await.expect(200).json();
        assert_eq!(list["features"][0]["properties"]["kind"], "international");
        assert_eq!(list["features"][0]["geometry"]["coordinates"], json!([104.05, 22.1]));
        assert_eq!(entries(&field, "gate").await, 2);
    }

    async fn another_processs_import_is_seen_within_a_second(field: Field) {
        assert_eq!(located(&field, "2026-03-02", 104.05, 22.05).await, None);
        let other = tuantra::areas::Areas::new(field.app.journal.clone());
        let input = Cursor::new(two_communes(104.1));
        other.import_communes(&Actor::console(), input, CommuneImport::default()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(located(&field, "2026-03-02", 104.05, 22.05).await.as_deref(), Some("99001"));
    }
}
