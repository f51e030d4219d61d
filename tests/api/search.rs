//! Looking for places by name and for plots by code.

use std::io::Cursor;

use serde_json::{Value, json};
use tuantra::areas::{CommuneImport, ImportReport};
use tuantra::base::actor::{Actor, Role};
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::ogc::encoded;
use crate::plots::{EAST, WEST, load_communes, plot_at};

/// A commune between two longitudes, latitudes 22 to 22.5.
fn commune(code: &str, name: &str, kind: &str, (west, east): (f64, f64)) -> Value {
    json!({
        "type": "Feature",
        "properties": { "code": code, "name": name, "kind": kind, "province_name": "Tỉnh Mẫu" },
        "geometry": { "type": "Polygon", "coordinates": [[
            [west, 22.0], [east, 22.0], [east, 22.5], [west, 22.5], [west, 22.0]
        ]] }
    })
}

async fn import(field: &Field, communes: &[Value], how: CommuneImport) -> ImportReport {
    let file = json!({ "type": "FeatureCollection", "features": communes }).to_string();
    let file = Cursor::new(file.into_bytes());
    let areas = &field.app.areas;
    areas
        .import_communes(&Actor::console(), file, how)
        .await
        .unwrap()
}

fn from(day: &str, ends: &[&str]) -> CommuneImport {
    CommuneImport {
        valid_from: Some(day.parse().unwrap()),
        ends: ends.iter().map(|code| (*code).to_owned()).collect(),
        ..CommuneImport::default()
    }
}

async fn found(client: &Client, typed: &str) -> Vec<Value> {
    let path = format!("/api/v1/search?q={}", encoded(typed));
    let answer = client.get(&path).await.expect(200).json();
    answer["results"].as_array().unwrap().clone()
}

async fn names(client: &Client, typed: &str) -> Vec<String> {
    let results = found(client, typed).await;
    let name = |own: &Value| own["name"].as_str().unwrap().to_owned();
    results.iter().map(name).collect()
}

fn code_of(id: Uuid) -> String {
    id.simple().to_string()[26..].to_uppercase()
}

async fn put_plot(field: &Field, client: &Client, lon: f64) -> Uuid {
    let id = field.new_id();
    let path = format!("/api/v1/plots/{id}");
    client.put(&path, &plot_at(lon, 22.4)).await.expect(201);
    id
}

on_both! {
    async fn a_commune_is_found_without_marks_by_its_unit_and_by_its_code(field: Field) {
        let communes = [
            commune("20001", "Đông Sơn", "xã", (104.0, 104.1)),
            commune("20002", "Đồng Sơn", "phường", (104.1, 104.2)),
            commune("20003", "Sơn Đồng Hạ", "xã", (104.2, 104.3)),
            commune("20014", "Mường Khương", "xã", (104.3, 104.4)),
            commune("20015", "Khương Mường", "xã", (104.4, 104.5)),
        ];
        import(&field, &communes, CommuneImport::default()).await;
        let reader = field.account("nguoi-xem", Role::Reader, &[]).await;
        assert_eq!(names(&reader, "dong son").await, ["Đông Sơn", "Đồng Sơn", "Sơn Đồng Hạ"]);
        assert_eq!(names(&reader, "ĐỒNG SƠN").await, ["Đồng Sơn", "Đông Sơn", "Sơn Đồng Hạ"]);
        assert_eq!(names(&reader, "phuong dong").await, ["Đồng Sơn"]);
        assert_eq!(names(&reader, "khuong").await, ["Khương Mường", "Mường Khương"]);
        assert_eq!(names(&reader, "muongkhuong").await, ["Mường Khương"]);
        assert_eq!(names(&reader, "2001").await, ["Khương Mường", "Mường Khương"]);
        assert_eq!(names(&reader, "%").await, [""; 0]);
        let first = &found(&reader, "Mường Khương").await[0];
        assert_eq!(first["kind"], "commune");
        assert_eq!((&first["id"], &first["code"]), (&json!("20014"), &json!("20014")));
        assert_eq!((&first["label"], &first["province"]), (&json!("xã"), &json!("Tỉnh Mẫu")));
        assert_eq!(first["bbox"], json!([104.3, 22.0, 104.4, 22.5]));
        assert_eq!(first["former_name"], Value::Null);
    }

    async fn a_name_from_before_a_merger_finds_the_commune_of_today(field: Field) {
        let before = [
            commune("30001", "Bản Mẫu", "xã", (104.0, 104.1)),
            commune("30002", "Quang Mẫu", "thị trấn", (104.1, 104.2)),
            commune("30003", "Chia Đôi", "xã", (104.2, 104.4)),
        ];
        import(&field, &before, from("2024-01-01", &[])).await;
        let officer = field.officer().await;
        assert_eq!(names(&officer, "ban mau").await, ["Bản Mẫu"]);
        let mut after = [
            commune("30011", "Bát Mẫu", "xã", (104.0, 104.3)),
            commune("30012", "Đá Mẫu", "xã", (104.3, 104.4)),
        ];
        import(&field, &after, from("2025-07-01", &["30001", "30002", "30003"])).await;
        let by_code = found(&officer, "30001").await;
        assert_eq!(by_code.len(), 1, "{by_code:?}");
        assert_eq!((&by_code[0]["code"], &by_code[0]["former_name"]), (&json!("30011"), &json!("Bản Mẫu")));
        let halves = found(&officer, "30003").await;
        assert_eq!(halves.len(), 2, "{halves:?}");
        let results = found(&officer, "ban mau").await;
        assert_eq!(results.len(), 1, "{results:?}");
        assert_eq!((&results[0]["code"], &results[0]["name"]), (&json!("30011"), &json!("Bát Mẫu")));
        assert_eq!(results[0]["former_name"], "Bản Mẫu");
        assert_eq!((&results[0]["former_label"], &results[0]["former_until"]), (&json!("xã"), &json!("2025-06-30")));
        assert_eq!(names(&officer, "thị trấn quang mẫu").await, ["Bát Mẫu"]);
        assert_eq!(names(&officer, "chia doi").await, ["Bát Mẫu", "Đá Mẫu"]);
        // Names that no loaded boundary tells come with the file, also later.
        after[1]["properties"]["former_names"] = json!(["Tả Gia Mẫu"]);
        let report = import(&field, &after, CommuneImport::default()).await;
        assert_eq!((report.unchanged, report.named), (2, 1));
        assert_eq!(names(&officer, "ta gia").await, ["Đá Mẫu"]);
        // A file that tells none forgets none, nor does another boundary.
        after[1] = commune("30012", "Đá Mẫu", "xã", (104.3, 104.5));
        assert_eq!(import(&field, &after, from("2026-01-01", &[])).await.replaced, 1);
        assert_eq!(names(&field.elsewhere(&officer), "ta gia").await, ["Đá Mẫu"]);
    }

    async fn a_plot_is_found_by_its_code_by_those_alone_who_may_read_it(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy ghi", &[]).await;
        let (west, east) = (put_plot(&field, &phone, 104.3).await, put_plot(&field, &phone, 104.7).await);
        let officer = field.officer().await;
        let code = code_of(west);
        for typed in [code.clone(), code.to_lowercase(), west.to_string(), code[..4].to_owned()] {
            let results = found(&officer, &typed).await;
            assert!(results.iter().any(|own| own["id"] == west.to_string()), "{typed}: {results:?}");
        }
        let result = &found(&officer, &code).await[0];
        assert_eq!((&result["kind"], &result["code"]), (&json!("plot"), &json!(code)));
        assert_eq!((&result["crop"], &result["state"]), (&json!("opium_poppy"), &json!("detected")));
        assert_eq!(result["commune"], json!({ "code": WEST, "name": "Tây" }));
        assert_eq!(result["bbox"], Value::Null);
        let text = result.to_string();
        assert!(!text.contains("104.") && !text.contains("22.4"), "{text}");
        let commune = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        assert_eq!(found(&commune, &code).await.len(), 1);
        assert_eq!(found(&commune, &code_of(east)).await, [Value::Null; 0]);
        assert_eq!(found(&commune, &east.to_string()).await, [Value::Null; 0]);
        let other = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        assert_eq!(found(&other, &code_of(east)).await.len(), 1);
        for role in [Role::Reader, Role::Admin] {
            let outsider = field.account(&format!("ngoai-{role}"), role, &[]).await;
            assert_eq!(found(&outsider, &code).await, [Value::Null; 0]);
        }
    }

    async fn what_is_asked_and_told_is_bounded(field: Field) {
        let step = |n: u32| f64::from(n) / 100.0;
        let communes: Vec<Value> = (0..12)
            .map(|n| commune(&format!("4{n:04}"), &format!("Thôn Mẫu {n}"), "xã", (104.0 + step(n), 104.0 + step(n + 1))))
            .collect();
        import(&field, &communes, CommuneImport::default()).await;
        let officer = field.officer().await;
        let answer = officer.get("/api/v1/search?q=thon%20mau").await.expect(200).json();
        assert_eq!((answer["results"].as_array().unwrap().len(), &answer["more"]), (10, &json!(true)));
        let answer = officer.get("/api/v1/search?q=mau&limit=50").await.expect(200).json();
        let order: Vec<&str> = answer["results"].as_array().unwrap().iter().map(|own| own["code"].as_str().unwrap()).collect();
        let expected = ["40000", "40001", "40010", "40011", "40002", "40003", "40004", "40005", "40006", "40007", "40008", "40009"];
        assert_eq!((order, &answer["more"]), (expected.to_vec(), &json!(false)));
        for query in ["", "?q=", "?q=%20", "?q=a&limit=0", "?q=a&limit=51", "?q=a&kind=plot"] {
            officer.get(&format!("/api/v1/search{query}")).await.expect(400);
        }
        officer.get(&format!("/api/v1/search?q={}", "a".repeat(101))).await.expect(400);
        officer.get(&format!("/api/v1/search?q={}", encoded(&"ữ".repeat(100)))).await.expect(200);
    }

    async fn a_hamlet_of_a_file_is_found_by_the_names_that_it_has_and_had(field: Field) {
        import(&field, &[commune("99001", "Pác Pẻng", "xã", (104.0, 104.1))], from("2025-07-01", &[])).await;
        let file = |name: &str| json!({ "type": "FeatureCollection", "features": [{
            "type": "Feature", "geometry": { "type": "Point", "coordinates": [104.05, 22.05] },
            "properties": { "name": name, "code": "99001-07", "former_names": "Thôn Sín Chải; Thôn Lao Chải" },
        }] });
        let load = async |name: &str, is_dry_run: bool| {
            let input = Cursor::new(file(name).to_string().into_bytes());
            let areas = &field.app.areas;
            areas.import_hamlets(&Actor::console(), input, is_dry_run).await.unwrap()
        };
        assert_eq!(load("Séo Chải", true).await.added, 1);
        let reader = field.account("ban-do", Role::Reader, &[]).await;
        assert!(found(&reader, "seo chai").await.is_empty(), "a dry run writes nothing");
        assert_eq!(load("Séo Chải", false).await.added, 1);
        assert_eq!(load("Séo Chải", false).await.unchanged, 1);
        let own = &found(&reader, "thon seo chai").await[0];
        assert_eq!((&own["kind"], &own["code"], &own["label"]), (&json!("hamlet"), &json!("99001-07"), &json!("thôn")));
        assert_eq!((&own["commune"]["name"], &own["bbox"]), (&json!("Pác Pẻng"), &json!([104.05, 22.05, 104.05, 22.05])));
        assert_eq!(load("Séo Chải Mới", false).await.changed, 1);
        let before = &found(&reader, "lao chai").await[0];
        assert_eq!((&before["name"], &before["former_name"]), (&json!("Séo Chải Mới"), &json!("Thôn Lao Chải")));
    }
}
