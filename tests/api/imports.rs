//! Files that offices send: told of first, loaded as they were told of or not at all, the same when they come again.

use axum::body::Body;
use axum::extract::FromRef;
use axum::http::Method;
use serde_json::{Value, json};
use tuantra::areas::CommuneImport;
use tuantra::base::actor::{Actor, Role};
use tuantra::config::Config;
use tuantra::ingest::imports::{Imports, verify_rows};

use crate::field::{Answer, Client, Field};
use crate::figures::people;
use crate::journal::rows::{each_is_found, each_is_found_at_last};
use crate::plots::{EAST, WEST, load_communes, plot_at};
use crate::reports::merged;

/// Files that GDAL 3.6 made of the same two gates.
const GATES: [(&str, &[u8]); 4] = [
    ("gates.xlsx", include_bytes!("../../fixtures/imports/gates.xlsx")),
    ("gates.fgb", include_bytes!("../../fixtures/imports/gates.fgb")),
    ("gates.kml", include_bytes!("../../fixtures/imports/gates.kml")),
    (
        "gates.csv",
        "Mã;Tên;Loại;Sai số (m);Kinh độ;Vĩ độ\nCK-01;Cửa khẩu Mường Thử;chính;30;104,31;22,41\nCK-02;Lối mở Nậm Đeng;lối mở;;104,62;22,12\n"
            .as_bytes(),
    ),
];
/// Two risk areas in VN-2000 TM-3 105°45′, also GDAL's.
const AREAS: &[u8] = include_bytes!("../../fixtures/imports/areas.zip");

/// Plots of an old list in metres of TM-3 104°45′: one in the west, one in the east.
const PLOTS: &str = "DANH SÁCH DIỆN TÍCH TRỒNG CÂY CÓ CHỨA CHẤT MA TÚY,,,,,,,\n\
    Mã,Mã xã,Loại cây,Ngày phát hiện,Diện tích (m²),Số cây,X (m),Y (m)\n\
    TP-01,10001,Cây thuốc phiện,03/02/2026,64,320,2478000,453000\n\
    TP-02,10002,Cần sa,04/02/2026,\"12,5\",40,2478000,495000\n";

async fn sent(client: &Client, query: &str, bytes: impl Into<Body>) -> Answer {
    let path = format!("/api/v1/imports?{query}");
    let kind = Some("application/octet-stream");
    client.send(Method::POST, &path, kind, bytes.into()).await
}

async fn told(client: &Client, query: &str, bytes: impl Into<Body>) -> Value {
    sent(client, query, bytes).await.expect(201).json()
}

async fn load(client: &Client, view: &Value, reason: Option<&str>) -> Answer {
    let path = format!("/api/v1/imports/{}/load", view["id"].as_str().unwrap());
    let order = json!({ "sha256": view["sha256"], "reason": reason });
    client.post(&path, &order).await
}

/// New, changed and standing rows, and rows with faults.
fn counts(view: &Value) -> [u64; 4] {
    let report = &view["report"];
    ["create", "change", "leave", "faulty"].map(|name| report[name].as_u64().unwrap())
}

fn faults(view: &Value) -> Vec<(u64, &str)> {
    let faults = view["report"]["faults"].as_array().unwrap().iter();
    let told = faults.map(|own| {
        assert!(!own["vi"].as_str().unwrap().is_empty() && !own["en"].as_str().unwrap().is_empty());
        (
            own["row"].as_u64().unwrap(),
            own["field"].as_str().unwrap_or_default(),
        )
    });
    told.collect()
}

/// Codes of the gates that are there.
async fn gates(client: &Client) -> Vec<String> {
    let list = client.get("/api/v1/gates").await.expect(200).json();
    let features = list["features"].as_array().unwrap().iter();
    let codes = features.map(|own| own["properties"]["code"].as_str().unwrap().to_owned());
    codes.collect()
}

async fn entries(field: &Field, kind: &str) -> usize {
    field.app.journal.sequence_all().await.unwrap();
    let entries = field.app.journal.entries_since(-1, 5_000).await.unwrap();
    entries.iter().filter(|entry| entry.kind == kind).count()
}

async fn plots(client: &Client) -> Vec<Value> {
    let list = client.get("/api/v1/plots").await.expect(200).json();
    list["features"].as_array().unwrap().clone()
}

/// What the report notes of a file.
fn notes(view: &Value) -> String {
    let notes = view["report"]["notes"].as_array().unwrap().iter();
    notes
        .map(|own| own["vi"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

async fn put_plot(field: &Field, client: &Client, plot: &Value) -> String {
    let id = field.new_id().to_string();
    client
        .put(&format!("/api/v1/plots/{id}"), plot)
        .await
        .expect(201);
    id
}

async fn plot(client: &Client, id: &str) -> Value {
    client
        .get(&format!("/api/v1/plots/{id}"))
        .await
        .expect(200)
        .json()
}

async fn exported(client: &Client, ending: &str) -> Vec<u8> {
    client
        .get(&format!("/export/plots.{ending}"))
        .await
        .expect(200)
        .bytes
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// An old list whose rows lie in the west, in metres of TM-3 104°45′, with these columns after the place.
fn list(heads: &str, rows: &[&str]) -> String {
    let rows = rows.iter().enumerate().map(|(at, row)| {
        format!(
            "TP-{at},Cây thuốc phiện,03/02/2026,{},453000,{row}\n",
            2_478_000 + 100 * at
        )
    });
    let rows: String = rows.collect();
    format!("Mã,Loại cây,Ngày phát hiện,X (m),Y (m),{heads}\n{rows}")
}

/// From a day on two communes, one north of the other, take the place of all that were.
async fn divided(field: &Field, day: &str) {
    let part = |code: &str, name: &str, south: f64| {
        let north = south + 0.25;
        json!({
            "type": "Feature",
            "properties": { "code": code, "name": name, "kind": "xã" },
            "geometry": { "type": "Polygon", "coordinates": [[
                [104.0, south], [105.0, south], [105.0, north], [104.0, north], [104.0, south]
            ]] }
        })
    };
    let file = json!({ "type": "FeatureCollection", "features": [part("10003", "Bắc", 22.25), part("10004", "Nam", 22.0)] });
    let how = CommuneImport {
        valid_from: Some(day.parse().unwrap()),
        ends: vec![WEST.to_owned()],
        ..CommuneImport::default()
    };
    let file = std::io::Cursor::new(file.to_string().into_bytes());
    let areas = &field.app.areas;
    areas
        .import_communes(&Actor::console(), file, how)
        .await
        .unwrap();
}

/// Two areas at risk: one with a check window, one at risk all year.
async fn watched(officer: &Client) {
    let sowing = json!([{ "name": "gieo", "from": "11-20", "to": "01-10" }]);
    for (code, west, windows) in [("NC-1", 104.1, sowing), ("NC-2", 104.2, json!([]))] {
        let area = json!({
            "type": "Feature",
            "geometry": { "type": "Polygon", "coordinates": [[[west, 22.1], [west + 0.01, 22.1], [west + 0.01, 22.11], [west, 22.1]]] },
            "properties": { "name": "Khu", "level": "high", "basis": "history", "crop": "opium_poppy", "windows": windows,
                "valid_from": "2026-01-01", "valid_to": "2027-05-31", "reason": "khảo sát" }
        });
        let path = format!("/api/v1/risk-areas/{code}");
        officer.put(&path, &area).await.expect(201);
    }
}

async fn windows(officer: &Client, code: &str) -> Value {
    let path = format!("/api/v1/risk-areas/{code}");
    officer.get(&path).await.expect(200).json()["properties"]["windows"].clone()
}

on_both! {
    async fn an_export_that_comes_back_unchanged_changes_nothing(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let mut noted = plot_at(104.3, 22.4);
        noted["properties"]["notes"] = json!("=1+1, nương dốc");
        noted["properties"]["area_m2"] = json!(2.135);
        put_plot(&field, &officer, &noted).await;
        put_plot(&field, &officer, &plot_at(104.62, 22.12)).await;
        let before = plots(&officer).await;
        for ending in ["csv", "geojson", "geojsonl", "gpkg", "fgb", "kml"] {
            let bytes = exported(&officer, ending).await;
            let view = told(&officer, &format!("kind=plots&name=plots.{ending}"), bytes).await;
            assert_eq!(counts(&view), [0, 0, 2, 0], "{ending}: {view}");
            assert_eq!(notes(&view), "", "{ending}");
            load(&officer, &view, None).await.expect(200);
        }
        assert_eq!(plots(&officer).await, before);
    }

    async fn an_export_that_was_edited_revises_what_was_edited(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let first = put_plot(&field, &officer, &plot_at(104.3, 22.4)).await;
        let other = put_plot(&field, &officer, &plot_at(104.62, 22.12)).await;
        let file = text(exported(&officer, "csv").await);
        let edited: Vec<String> = file.lines().map(|line| if line.starts_with(&first) {
            line.replace(",320,", ",300,").replace(",detected,", ",verified,")
        } else {
            line.to_owned()
        }).collect();
        let edited = edited.join("\r\n");
        let view = told(&officer, "kind=plots&name=plots.csv", edited.clone()).await;
        assert_eq!(counts(&view), [0, 1, 1, 0], "{view}");
        assert_eq!(view["report"]["acts"][0]["key"], first);
        assert!(notes(&view).contains("«state» ở 1 dòng"), "{view}");
        field.clock.advance_millis(1_000);
        load(&officer, &view, None).await.expect(200);
        assert_eq!(plots(&officer).await.len(), 2);
        let now = plot(&officer, &first).await;
        let told_of = &now["properties"];
        assert_eq!((&told_of["plants"], &told_of["version"], &told_of["state"]), (&json!(300), &json!(2), &json!("detected")));
        assert_eq!(told_of["grower_status"], "under_verification", "what no column tells stays");
        assert_eq!(plot(&officer, &other).await["properties"]["version"], 1);
        let again = told(&officer, "kind=plots&name=plots.csv", edited).await;
        assert_eq!(counts(&again), [0, 0, 2, 0], "{again}");
        let late = told(&officer, "kind=plots&name=plots.csv", file.replace(",320,", ",310,")).await;
        let fault = late["report"]["faults"][0]["vi"].as_str().unwrap();
        assert!(fault.contains("phiên bản 1") && fault.contains("phiên bản 2"), "{late}");
        let columns = file.replace(",version,", ",phien,").replace(",320,", ",310,");
        let unversioned = told(&officer, "kind=plots&name=plots.csv", columns).await;
        assert_eq!(faults(&unversioned), [(2, "version"), (3, "version")]);
        field.settle().await;
    }

    async fn a_place_moved_in_qgis_and_an_emptied_cell_are_a_revision(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let id = put_plot(&field, &officer, &plot_at(104.3, 22.4)).await;
        let mut file: Value = serde_json::from_slice(&exported(&officer, "geojson").await).unwrap();
        file["features"][0]["geometry"]["coordinates"] = json!([104.301, 22.4]);
        file["features"][0]["properties"]["land"] = json!("forest");
        file["features"][0]["properties"]["detected_by"] = json!("tip");
        let view = told(&officer, "kind=plots&name=plots.geojson", file.to_string()).await;
        assert_eq!(counts(&view), [0, 1, 0, 0], "{view}");
        load(&officer, &view, None).await.expect(200);
        let now = plot(&officer, &id).await;
        assert_eq!(now["geometry"]["coordinates"], json!([104.301, 22.4]));
        assert_eq!((&now["properties"]["land"], &now["properties"]["detected_by"]), (&json!("forest"), &json!("tip")));
        let csv = text(exported(&officer, "csv").await).replace(",forest,", ",,");
        let view = told(&officer, "kind=plots&name=plots.csv", csv).await;
        assert_eq!(counts(&view), [0, 1, 0, 0], "{view}");
        load(&officer, &view, None).await.expect(200);
        assert_eq!(plot(&officer, &id).await["properties"]["land"], Value::Null);
    }

    async fn a_retracted_plot_stays_so_when_its_export_comes_back(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let id = put_plot(&field, &officer, &plot_at(104.3, 22.4)).await;
        let file = text(exported(&officer, "csv").await);
        let reason = json!({ "id": field.new_id(), "reason": "ghi nhầm" });
        officer.post(&format!("/api/v1/plots/{id}/retractions"), &reason).await.expect(201);
        let view = told(&officer, "kind=plots&name=plots.csv", file.replace(",320,", ",300,")).await;
        assert_eq!(counts(&view), [0, 0, 1, 0], "{view}");
        assert!(notes(&view).contains("1 dòng là điểm đã thu hồi (dòng 2)"), "{view}");
        load(&officer, &view, None).await.expect(200);
        assert_eq!(plot(&officer, &id).await["properties"]["version"], 1);
    }

    async fn ids_out_of_reach_are_told_like_ids_of_nothing(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let id = put_plot(&field, &officer, &plot_at(104.3, 22.4)).await;
        let file = text(exported(&officer, "csv").await);
        let none = file.replace(&id, &field.new_id().to_string());
        let east = field.account("can-bo-xa", Role::CommuneOfficer, &[EAST]).await;
        let mut said = Vec::new();
        for body in [file.clone(), none] {
            let view = told(&east, "kind=plots&name=plots.csv", body).await;
            assert_eq!(faults(&view), [(2, "id")]);
            said.push(view["report"]["faults"].clone());
        }
        assert_eq!(said[0], said[1]);
        let west = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        assert_eq!(counts(&told(&west, "kind=plots&name=plots.csv", file).await), [0, 0, 1, 0]);
    }

    async fn the_form_of_plots_that_comes_back_leaves_them(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        put_plot(&field, &officer, &plot_at(104.3, 22.4)).await;
        put_plot(&field, &officer, &plot_at(104.62, 22.12)).await;
        field.settle().await;
        let form = officer.get("/api/v1/reports/b02.xlsx?period=2026").await.expect(200).bytes;
        let view = told(&officer, "kind=plots&name=b02.xlsx", form).await;
        assert_eq!(counts(&view), [0, 0, 2, 0], "{view}");
        assert!(notes(&view).contains("10 (đánh số cột)"), "{view}");
        assert!(notes(&view).contains("(dưới bảng)"), "{view}");
    }

    async fn the_form_of_plots_whose_area_nobody_measured_comes_back_without_one(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let mut plots = Vec::new();
        for (lon, crop) in [(104.3, "opium_poppy"), (104.4, "cannabis")] {
            let mut own = plot_at(lon, 22.4);
            own["properties"]["crop"] = json!(crop);
            let told = own["properties"].as_object_mut().unwrap();
            told.remove("area_m2");
            told.remove("area_method");
            plots.push(put_plot(&field, &officer, &own).await);
        }
        field.settle().await;
        let form = officer.get("/api/v1/reports/b02.xlsx?period=2026").await.expect(200).bytes;
        let view = told(&officer, "kind=plots&name=b02.xlsx", form).await;
        assert_eq!(counts(&view), [0, 0, 2, 0], "{view}");
        load(&officer, &view, None).await.expect(200);
        for id in &plots {
            let own = plot(&officer, id).await;
            assert_eq!(own["properties"]["version"], json!(1));
            assert!(own["properties"]["area_m2"].is_null(), "{own}");
        }
    }

    async fn a_form_that_leaves_out_disputed_ground_comes_back(field: Field) {
        let people = people(&field).await;
        let first = put_plot(&field, &people.phone, &plot_at(104.3, 22.4)).await;
        // Another unit says that it found that one too.
        let mut again = plot_at(104.300_01, 22.4);
        again["properties"]["detected_at"] = json!("2026-02-28T10:15:00+07:00");
        let second = put_plot(&field, &people.post_desk, &again).await;
        let third = put_plot(&field, &people.phone, &plot_at(104.4, 22.4)).await;
        field.settle().await;
        let b02 = people.province.get("/api/v1/reports/b02?period=2026").await.expect(200).json();
        let areas: Vec<f64> = b02["rows"].as_array().unwrap().iter().map(|row| row["area_m2"]["value"].as_f64().unwrap()).collect();
        assert_eq!(areas.iter().filter(|area| **area < 0.1).count(), 1, "the form tells of disputed ground once: {areas:?}");
        let form = people.province.get("/api/v1/reports/b02.xlsx?period=2026").await.expect(200).bytes;
        let view = told(&people.province, "kind=plots&name=b02.xlsx", form).await;
        assert_eq!(counts(&view), [0, 0, 3, 0], "{view}");
        load(&people.province, &view, None).await.expect(200);
        for id in [&first, &second, &third] {
            let own = plot(&people.province, id).await;
            assert_eq!((&own["properties"]["version"], &own["properties"]["area_m2"]), (&json!(1), &json!(64.0)));
        }
        // What was typed into a form is still no share of what stands.
        let table = format!("id,Loại cây,Ngày phát hiện,Số cây,Diện tích (m²),Vĩ độ,Kinh độ\n{third},Cây thuốc phiện,25/02/2026,320,50,22.4,104.4\n");
        let view = told(&people.province, "kind=plots&name=b02.csv", table).await;
        assert_eq!(faults(&view), [(2, "version")]);
    }

    async fn numbers_of_many_digits_are_kept_as_their_entries_say(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let rows: Vec<String> = (0..40).map(|at| {
            let area = 102.84 - f64::from(at) * 0.1 - 1e-14;
            format!("A-{at},opium_poppy,2026-02-20,{},22.4,{area}\n", 104.1 + f64::from(at) / 300.0)
        }).collect();
        let rows = rows.concat();
        let view = told(&officer, "kind=plots&name=a.csv", format!("code,crop,detected_at,lon,lat,area_m2\n{rows}")).await;
        load(&officer, &view, None).await.expect(200);
        let changed = rows.replace("opium_poppy", "cannabis");
        let view = told(&officer, "kind=plots&name=a.csv", format!("code,crop,detected_at,lon,lat,area_m2\n{changed}")).await;
        assert_eq!(counts(&view), [0, 40, 0, 0], "{view}");
        field.clock.advance_millis(1_000);
        load(&officer, &view, None).await.expect(200);
        field.settle().await;
        let rows = tuantra::plots::verify_rows(field.app.journal.store()).await.unwrap();
        assert_eq!((rows.plots, rows.faults), (40, vec![]));
    }

    async fn new_rows_on_known_ground_are_pointed_out(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        put_plot(&field, &officer, &plot_at(104.3, 22.4)).await;
        let rows = |crop: &str| format!("code,crop,detected_at,lon,lat\nA-1,{crop},2026-02-20,104.30001,22.4\nA-2,{crop},2026-02-20,104.31,22.4\n");
        let view = told(&officer, "kind=plots&name=a.csv", rows("opium_poppy")).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
        assert!(notes(&view).contains("1 dòng nằm trên điểm đã có"), "{view}");
        assert!(notes(&view).contains("(dòng 2)"), "{view}");
        let view = told(&officer, "kind=plots&name=a.csv", rows("cannabis")).await;
        assert!(!notes(&view).contains("điểm đã có"), "{view}");
    }

    async fn a_file_is_told_of_then_loaded_and_changes_nothing_when_it_comes_again(field: Field) {
        let officer = field.officer().await;
        for (at, (name, bytes)) in GATES.into_iter().enumerate() {
            field.clock.advance_millis(1_000);
            let view = told(&officer, &format!("kind=gates&name={name}"), bytes).await;
            let expected = if at == 0 { [2, 0, 0, 0] } else { [0, 0, 2, 0] };
            assert_eq!(counts(&view), expected, "{name}: {view}");
            assert_eq!(view["state"], "checked");
            if at == 0 {
                assert_eq!(gates(&officer).await, [""; 0], "nothing is loaded by looking");
            }
            field.clock.advance_millis(1_000);
            let loaded = load(&officer, &view, None).await.expect(200).json();
            assert_eq!(loaded["state"], "loaded");
            assert!(loaded["entry"].is_string() && loaded["loaded_at"].is_string());
            assert_eq!(load(&officer, &view, None).await.expect(200).json(), loaded);
            assert_eq!(gates(&officer).await, ["CK-01", "CK-02"]);
        }
        assert_eq!(entries(&field, "gate").await, 2);
        assert_eq!(entries(&field, "import").await, GATES.len());
        let list = officer.get("/api/v1/imports").await.expect(200).json();
        assert_eq!(list["imports"].as_array().unwrap().len(), GATES.len());
        assert_eq!(list["imports"][0]["name"], "gates.csv");
    }

    async fn loaded_files_that_are_edited_in_their_table_are_found(field: Field) {
        let officer = field.officer().await;
        let view = told(&officer, "kind=gates&name=gates.csv", GATES[3].1).await;
        load(&officer, &view, None).await.expect(200);
        told(&officer, "kind=gates&name=cho.csv", GATES[3].1).await;
        field.settle().await;
        let rows = || async { verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE imports SET name = 'khac.csv' WHERE entry IS NOT NULL", "UPDATE imports SET name = 'gates.csv' WHERE entry IS NOT NULL", "imports "),
            ("UPDATE imports SET bytes = bytes + 1", "UPDATE imports SET bytes = bytes - 1", "imports "),
            ("UPDATE imports SET state = 'checked' WHERE entry IS NOT NULL", "UPDATE imports SET state = 'loaded' WHERE entry IS NOT NULL", "imports "),
            ("UPDATE imports SET state = 'loaded' WHERE entry IS NULL", "UPDATE imports SET state = 'checked' WHERE entry IS NULL", "imports "),
            ("UPDATE imports SET loaded_at = loaded_at + 1", "UPDATE imports SET loaded_at = loaded_at - 1", "imports "),
            ("UPDATE imports SET asker = id", "UPDATE imports SET asker = (SELECT a.id FROM identity_accounts a)", "imports "),
            ("UPDATE imports SET report = REPLACE(report, '\"create\":2', '\"create\":1')", "UPDATE imports SET report = REPLACE(report, '\"create\":1', '\"create\":2')", "imports "),
        ]).await;
        each_is_found_at_last(&field, rows, &[("DELETE FROM imports WHERE entry IS NOT NULL", "entry ")]).await;
    }

    async fn a_faulty_row_is_named_and_nothing_is_loaded(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let file = "code,name,kind,commune,lon,lat\nCK-01,Mường Thử,chính,10001,104.3,22.4\n\
            CK-02,Nậm Đeng,cổng làng,10001,104.31,22.41\nCK-03,Séo Chải,phụ,99999,104.3,22.4\n\
            CK-04,Sín Chải,phụ,10001,104.9,22.4\nCK-01,Mường Thử,chính,10001,104.3,22.4\nCK-05,Xa,phụ,10001,,\n";
        let view = told(&officer, "kind=gates&name=a.csv", file).await;
        assert_eq!(view["state"], "refused");
        let mut named = faults(&view);
        named.sort_unstable();
        assert_eq!(named, [(3, "kind"), (4, "commune"), (5, "geometry"), (6, "code"), (7, "geometry")]);
        assert_eq!(counts(&view)[3], 5);
        assert_eq!(load(&officer, &view, None).await.expect(409).problem(), "wrong-state");
        assert_eq!(gates(&officer).await, [""; 0]);
        assert_eq!(entries(&field, "import").await, 0);
    }

    async fn risk_areas_come_with_a_reason_and_from_metres(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let view = told(&officer, "kind=risk_areas&name=vung.zip", AREAS).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
        assert_eq!(view["report"]["system"]["epsg"], 9210);
        assert_eq!(view["report"]["system"]["by"], "file");
        let unfounded = load(&officer, &view, None).await.expect(422);
        assert_eq!(unfounded.pointers(), ["/reason"]);
        load(&officer, &view, Some("Quyết định 12/QĐ")).await.expect(200);
        let area = officer.get("/api/v1/risk-areas/NC-01").await.expect(200).json();
        assert_eq!(area["properties"]["required_visits"], 3);
        field.clock.advance_millis(1_000);
        let again = told(&officer, "kind=risk_areas&name=vung.zip", AREAS).await;
        assert_eq!(counts(&again), [0, 0, 2, 0]);
        let changed = json!({ "type": "FeatureCollection", "features": [{ "type": "Feature",
            "geometry": area["geometry"], "properties": { "code": "NC-01", "name": "Khu Nậm Đeng", "level": "low",
                "basis": "history", "crop": "opium_poppy", "required_visits": 3, "valid_from": "2026-01-01" } }] });
        let view = told(&officer, "kind=risk_areas&name=vung.geojson", changed.to_string()).await;
        assert_eq!(counts(&view), [0, 1, 0, 0], "{view}");
        assert_eq!(view["report"]["acts"], json!([{ "row": 1, "key": "NC-01", "act": "change" }]));
        load(&officer, &view, Some("giảm mức")).await.expect(200);
        let area = officer.get("/api/v1/risk-areas/NC-01").await.expect(200).json();
        assert_eq!((&area["properties"]["level"], &area["properties"]["version"]), (&json!("low"), &json!(2)));
    }

    async fn an_export_of_risk_areas_that_comes_back_leaves_their_windows(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        watched(&officer).await;
        let mut csv = String::new();
        for ending in ["csv", "geojson", "gpkg", "fgb", "kml"] {
            let bytes = officer.get(&format!("/export/risk_areas.{ending}")).await.expect(200).bytes;
            let view = told(&officer, &format!("kind=risk_areas&name=vung.{ending}"), bytes.clone()).await;
            assert_eq!(counts(&view), [0, 0, 2, 0], "{ending}: {view}");
            if ending == "csv" {
                csv = text(bytes);
            }
        }
        // So does one that is brought to where an area is unknown; only an empty cell leaves it to the crop, and that is told.
        assert!(csv.contains("all_year"), "{csv}");
        let view = told(&officer, "kind=risk_areas&name=vung.csv", csv.replace("NC-2", "NC-9")).await;
        assert_eq!((counts(&view), notes(&view).contains("theo loại cây")), ([1, 0, 1, 0], false), "{view}");
        load(&officer, &view, Some("khu vực mới")).await.expect(200);
        assert_eq!(windows(&officer, "NC-9").await, json!([]));
        let empty = csv.replace("NC-2", "NC-8").replace("all_year", "");
        let view = told(&officer, "kind=risk_areas&name=vung.csv", empty).await;
        assert_eq!(counts(&view), [1, 0, 1, 0], "{view}");
        assert!(notes(&view).contains("1 khu vực không ghi thời gian kiểm tra: lấy theo loại cây"), "{view}");
        let posted = json!({
            "type": "Feature",
            "geometry": { "type": "Polygon", "coordinates": [[[104.4, 22.1], [104.41, 22.1], [104.41, 22.11], [104.4, 22.1]]] },
            "properties": { "code": "NC-7", "name": "Khu", "level": "high", "basis": "history", "crop": "opium_poppy", "windows": "",
                "required_visits": 2, "valid_from": "2026-01-01", "reason": "khảo sát" }
        });
        let kind = Some("application/geo+json");
        officer.send(Method::POST, "/ogc/collections/risk_areas/items", kind, Body::from(posted.to_string())).await.expect(201);
        assert_eq!(windows(&officer, "NC-7").await, json!([]));
    }

    async fn windows_that_were_edited_as_text_are_set_or_refused_by_name(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        watched(&officer).await;
        let csv = text(officer.get("/export/risk_areas.csv").await.expect(200).bytes);
        let edited = csv.replace("gieo 11-20/01-10", "gieo 11-15/01-10; ra hoa 02-01/03-31");
        assert_ne!(edited, csv);
        field.clock.advance_millis(1_000);
        let view = told(&officer, "kind=risk_areas&name=vung.csv", edited).await;
        assert_eq!(counts(&view), [0, 1, 1, 0], "{view}");
        load(&officer, &view, Some("đổi thời gian")).await.expect(200);
        assert_eq!(windows(&officer, "NC-1").await, json!([{ "name": "gieo", "from": "11-15", "to": "01-10" }, { "name": "ra hoa", "from": "02-01", "to": "03-31" }]));
        assert_eq!(windows(&officer, "NC-2").await, json!([]));
        let csv = csv.replace("gieo 11-20/01-10", "cả năm");
        let view = told(&officer, "kind=risk_areas&name=vung.csv", csv.clone()).await;
        assert_eq!(counts(&view), [0, 1, 1, 0], "{view}");
        // What cannot be read is refused by its name.
        for wrong in ["gieo 31-12/01-10", "mùa khô"] {
            let view = told(&officer, "kind=risk_areas&name=vung.csv", csv.replace("cả năm", wrong)).await;
            assert_eq!(faults(&view), [(2, "windows")], "{wrong}: {view}");
        }
        // The same text through OGC API – Features.
        let path = "/ogc/collections/risk_areas/items/NC-1";
        let changed = async |windows: &str| {
            let body = json!({ "properties": { "windows": windows, "reason": "đổi lại" } }).to_string();
            officer.send(Method::PATCH, path, Some("application/geo+json"), Body::from(body)).await
        };
        changed("gieo 11-20/01-10").await.expect(204);
        assert_eq!(windows(&officer, "NC-1").await, json!([{ "name": "gieo", "from": "11-20", "to": "01-10" }]));
        assert_eq!(changed("mùa khô").await.expect(422).pointers(), ["/properties/windows"]);
        changed("all_year").await.expect(204);
        assert_eq!(windows(&officer, "NC-1").await, json!([]));
    }

    async fn metres_without_a_zone_are_never_guessed(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let view = told(&officer, "kind=plots&name=danh-sach.csv", PLOTS).await;
        assert_eq!(view["state"], "refused");
        let zones = view["report"]["zones"].as_array().unwrap();
        assert!(zones.len() > 1 && zones.iter().any(|zone| zone["epsg"] == 9208), "{zones:?}");
        assert!(view["report"]["refused"]["vi"].as_str().unwrap().contains("kinh tuyến trục"));
        let foreign = told(&officer, "kind=plots&name=danh-sach.csv&epsg=32648", PLOTS).await;
        assert_eq!(foreign["state"], "refused");
    }

    async fn plots_of_an_old_list_are_marked_as_such_and_revised_when_the_list_is(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let query = "kind=plots&name=danh-sach.csv&epsg=9208";
        let view = told(&officer, query, PLOTS).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
        load(&officer, &view, None).await.expect(200);
        let made = plots(&officer).await;
        assert_eq!(made.len(), 2);
        for plot in &made {
            let flags = plot["properties"]["flags"].as_array().unwrap();
            assert!(flags.contains(&json!("imported")), "{plot}");
        }
        field.clock.advance_millis(1_000);
        let again = told(&officer, query, PLOTS).await;
        assert_eq!(counts(&again), [0, 0, 2, 0], "{again}");
        let longer = PLOTS.replace(",320,", ",400,");
        field.clock.advance_millis(1_000);
        let view = told(&officer, query, longer).await;
        assert_eq!(counts(&view), [0, 1, 1, 0], "{view}");
        load(&officer, &view, Some("sửa số cây")).await.expect(200);
        let mut versions: Vec<u64> = plots(&officer).await.iter().map(|own| own["properties"]["version"].as_u64().unwrap()).collect();
        versions.sort_unstable();
        assert_eq!(versions, [1, 2]);
    }

    async fn a_communes_officer_loads_plots_of_that_commune_only(field: Field) {
        load_communes(&field).await;
        let own = field.account("can-bo-xa", Role::CommuneOfficer, &[EAST]).await;
        let query = "kind=plots&name=danh-sach.csv&epsg=9208";
        let view = told(&own, query, PLOTS).await;
        assert_eq!((&view["state"], faults(&view)), (&json!("refused"), vec![(3, "")]), "{view}");
        load(&own, &view, None).await.expect(409);
        for kind in ["risk_areas", "gates", "hamlets"] {
            sent(&own, &format!("kind={kind}&name=a.csv"), "x").await.expect(403);
        }
        let reader = field.account("ban-do", Role::Reader, &[]).await;
        sent(&reader, query, PLOTS).await.expect(403);
        let declared = told(&own, &format!("{query}&commune={WEST}"), PLOTS).await;
        assert!(faults(&declared).contains(&(4, "geometry")), "{declared}");
    }

    async fn a_report_that_no_longer_holds_loads_nothing(field: Field) {
        let officer = field.officer().await;
        let (name, bytes) = GATES[0];
        let query = format!("kind=gates&name={name}");
        let first = told(&officer, &query, bytes).await;
        let second = told(&officer, &query, bytes).await;
        let other = json!({ "sha256": "00".repeat(32) });
        let path = format!("/api/v1/imports/{}/load", first["id"].as_str().unwrap());
        officer.post(&path, &other).await.expect(409);
        load(&officer, &first, None).await.expect(200);
        let overtaken = load(&officer, &second, None).await.expect(409);
        assert_eq!(overtaken.problem(), "wrong-state");
        assert_eq!(entries(&field, "gate").await, 2);
        assert_eq!(entries(&field, "import").await, 1);
    }

    async fn a_file_is_only_its_bringers(field: Field) {
        let officer = field.officer().await;
        let other = field.account("can-bo-hai", Role::ProvincialOfficer, &[]).await;
        let view = told(&officer, "kind=gates&name=a.xlsx", GATES[0].1).await;
        let path = format!("/api/v1/imports/{}", view["id"].as_str().unwrap());
        other.get(&path).await.expect(404);
        other.delete(&path).await.expect(404);
        load(&other, &view, None).await.expect(404);
        assert_eq!(other.get("/api/v1/imports").await.expect(200).json()["imports"], json!([]));
        assert_eq!(officer.get(&path).await.expect(200).json(), view);
    }

    async fn a_file_waits_for_some_days_or_until_it_is_forgotten(field: Field) {
        let officer = field.officer().await;
        let query = "kind=gates&name=a.xlsx";
        let first = told(&officer, query, GATES[0].1).await;
        let path = format!("/api/v1/imports/{}", first["id"].as_str().unwrap());
        assert_eq!(officer.delete(&path).await.expect(200).json()["state"], "expired");
        officer.delete(&path).await.expect(409);
        let second = told(&officer, query, GATES[0].1).await;
        field.clock.advance_millis(3 * 86_400_000 + 1);
        load(&officer, &second, None).await.expect(409);
        Imports::from_ref(&field.app).expire().await.unwrap();
        let path = format!("/api/v1/imports/{}", second["id"].as_str().unwrap());
        assert_eq!(officer.get(&path).await.expect(200).json()["state"], "expired");
        assert_eq!(gates(&officer).await, [""; 0]);
    }

    async fn files_are_bounded(field: Field) {
        let officer = field.officer().await;
        let config = Config { import_mib: 1, import_rows: 1, ..(*field.app.config).clone() };
        let small = field.elsewhere_with(&officer, config);
        let refused = sent(&small, "kind=gates&name=a.csv", vec![b'a'; 1_100_000]).await.expect(413);
        assert_eq!(refused.problem(), "too-large");
        let view = told(&small, "kind=gates&name=a.csv", GATES[3].1).await;
        assert!(view["report"]["refused"]["vi"].as_str().unwrap().contains("tối đa 1"), "{view}");
        for (query, pointer) in [("kind=gates&name=%20", "query:name"), ("kind=gates&name=a&commune=1", "query:commune")] {
            let refused = sent(&officer, query, "x").await.expect(422);
            assert_eq!(refused.pointers(), [pointer]);
        }
        sent(&officer, "kind=roads&name=a", "x").await.expect(400);
        for body in ["", "\u{0}\u{1}", "chỉ là chữ", "PK\u{3}\u{4}"] {
            let view = told(&officer, "kind=gates&name=a", body).await;
            assert_eq!(view["state"], "refused");
            assert!(view["report"]["refused"]["en"].is_string());
        }
    }

    async fn hamlets_drawn_as_ground_become_points(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let ring = json!([[104.2, 22.2], [104.21, 22.2], [104.21, 22.21], [104.2, 22.21], [104.2, 22.2]]);
        let file = json!({ "type": "FeatureCollection", "features": [{ "type": "Feature",
            "properties": { "ma_thon": "10001-01", "ten_thon": "Thôn Séo Chải", "ten_cu": "Sín Chải; Lao Chải", "ma_xa": 10001, "dan_so": 340 },
            "geometry": { "type": "Polygon", "coordinates": [ring] } }] });
        let view = told(&officer, "kind=hamlets&name=thon.geojson", file.to_string()).await;
        assert_eq!(counts(&view), [1, 0, 0, 0], "{view}");
        assert_eq!(view["report"]["ignored"], json!(["dan_so"]));
        load(&officer, &view, None).await.expect(200);
        let list = officer.get("/api/v1/hamlets").await.expect(200).json();
        let hamlet = &list["features"][0];
        assert_eq!(hamlet["properties"]["former_names"], json!(["Sín Chải", "Lao Chải"]));
        assert_eq!(hamlet["properties"]["commune"], "10001");
        let at = hamlet["geometry"]["coordinates"].as_array().unwrap();
        assert!((at[0].as_f64().unwrap() - 104.205).abs() < 0.005 && (at[1].as_f64().unwrap() - 22.205).abs() < 0.005);
        let found = officer.get("/api/v1/search?q=lao%20chai").await.expect(200).json();
        assert!(found.to_string().contains("10001-01"), "{found}");
        let again = told(&officer, "kind=hamlets&name=thon.geojson", file.to_string()).await;
        assert_eq!(counts(&again), [0, 0, 1, 0]);
    }

    async fn thousands_with_points_are_thousands_and_told(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let file = list("Số cây,Diện tích (m²)", &["1.250,\"1.250,5\"", "1.000,1.250", "12,\"7,5\""]);
        let view = told(&officer, "kind=plots&name=a.csv&epsg=9208", file).await;
        assert_eq!(counts(&view), [3, 0, 0, 0], "{view}");
        assert!(notes(&view).contains("3 ô có dấu chấm ngăn hàng nghìn: «1.250» đọc là 1250"), "{view}");
        load(&officer, &view, None).await.expect(200);
        let mut measures: Vec<(u64, f64)> = plots(&officer).await.iter().map(|own| {
            let own = &own["properties"];
            (own["plants"].as_u64().unwrap(), own["area_m2"].as_f64().unwrap())
        }).collect();
        measures.sort_by_key(|own| own.0);
        assert_eq!(measures, [(12, 7.5), (1_000, 1_250.0), (1_250, 1_250.5)]);
        let mixed = list("Số cây,Diện tích (m²)", &["10,12.5", "10,1.250"]);
        let view = told(&officer, "kind=plots&name=a.csv&epsg=9208", mixed).await;
        assert_eq!(faults(&view), [(3, "area_m2")]);
        assert!(view["report"]["faults"][0]["vi"].as_str().unwrap().contains("«1.250»"), "{view}");
    }

    async fn rows_are_numbered_as_a_sheet_numbers_them(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let file = list("Số cây,Ghi chú", &["10,a", "10,\"hai\ndòng\"", "10,", "mười,"]);
        for lines in [file.clone(), file.replace('\n', "\r\n"), file.replace("TP-1", "\n\nTP-1")] {
            let blanks = if lines.contains("\n\n") { 2 } else { 0 };
            let view = told(&officer, "kind=plots&name=a.csv&epsg=9208", lines).await;
            assert_eq!(faults(&view), [(5 + blanks, "plants")], "{view}");
        }
    }

    async fn tables_laid_out_as_offices_do_are_read(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let table = "CÔNG AN TỈNH MẪU,,,,,,,\n\nTT,Mã điểm,Loại cây,Tọa độ VN-2000,,Số cây,Diện tích,Ngày phát hiện\n\
            ,,,X,Y,,(m²),\n(1),(2),(3),(4),(5),(6),(7),(8)\n\
            1,Đ1,Cây thuốc phiện,2478000,453000,300,120,03/02/2026\n2,Đ2,Cây thuốc phiện,2478500,453000,80,40,04/02/2026\n\
            Cộng,,,,,380,160,\n,,,,,,,\nNgười lập biểu,,,,,,Thủ trưởng đơn vị,\n";
        let view = told(&officer, "kind=plots&name=a.csv&epsg=9208", table).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
        assert_eq!(view["report"]["rows"], 2);
        assert!(notes(&view).contains("5 (đánh số cột), 8 (dòng cộng), 10 (dưới bảng)"), "{view}");
        let utf16 = |text: &str| -> Vec<u8> {
            let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        };
        let tabbed = table.replace(',', "\t");
        let view = told(&officer, "kind=plots&name=a.txt&epsg=9208", utf16(&tabbed)).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
        let kml = String::from_utf8(GATES[2].1.to_vec()).unwrap().replacen("utf-8", "UTF-16", 1).replacen("UTF-8", "UTF-16", 1);
        let view = told(&officer, "kind=gates&name=a.kml", utf16(&kml)).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
    }

    async fn only_axes_that_are_turned_are_told_as_turned(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let query = "kind=plots&name=a.csv&epsg=9208";
        let right = told(&officer, query, PLOTS).await;
        assert_eq!((counts(&right), &right["report"]["system"]["axes_swapped"]), ([2, 0, 0, 0], &json!(false)));
        assert!(!notes(&right).contains("trục"), "{right}");
        load(&officer, &right, None).await.expect(200);
        let turned = PLOTS.replace("X (m),Y (m)", "Y (m),X (m)");
        let view = told(&officer, query, turned).await;
        assert!(notes(&view).contains("Hai trục tọa độ bị đảo"), "{view}");
        let meridians = PLOTS.replace("X (m),Y (m)", "Y (m),X (m),Kinh tuyến trục").replace("453000", "453000,104.75").replace("495000", "495000,104.75");
        let view = told(&officer, "kind=plots&name=a.csv&source=khac", meridians).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
    }

    async fn a_commune_by_name_that_is_not_where_the_place_is_is_asked_about(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let file = "Mã,Xã,Loại cây,Ngày phát hiện,Vĩ độ (N),Kinh độ (E)\n\
            A-1,Xã Tây,Cây thuốc phiện,03/02/2026,22.4,104.3\n\
            A-2,Xã Đông,Cây thuốc phiện,03/02/2026,22.41,104.3\n\
            A-3,xã Mường Lạ,Cây thuốc phiện,03/02/2026,22.42,104.3\n\
            A-4,TÂY,Cây thuốc phiện,03/02/2026,22.43,104.503\n\
            A-5,10002,Cây thuốc phiện,03/02/2026,22.43,104.7\n";
        let view = told(&officer, "kind=plots&name=a.csv", file).await;
        assert_eq!((counts(&view), &view["report"]["ignored"]), ([5, 0, 0, 0], &json!([])), "{view}");
        let said = notes(&view);
        assert!(said.contains("Dòng 3: tệp ghi xã «Xã Đông», nhưng tọa độ nằm ở xã 10001 Tây. Nếu nạp, dòng này tính vào 10001 Tây"), "{said}");
        assert!(said.contains("Dòng 4: tệp ghi xã «xã Mường Lạ» (không có xã nào tên như vậy"), "{said}");
        // 300 m beyond the border is beside the commune, as for typed coordinates.
        assert!(!["Dòng 2:", "Dòng 5:", "Dòng 6:"].iter().any(|row| said.contains(row)), "{said}");
        // A code is a fault that names both.
        let coded = file.replace(",Xã,", ",Mã xã,").replace("Xã Đông", "10002").replace("Xã Tây", "10001").replace("xã Mường Lạ", "10001").replace("TÂY", "10001");
        let view = told(&officer, "kind=plots&name=a.csv", coded).await;
        assert_eq!(faults(&view), [(3, "geometry")], "{view}");
        let fault = view["report"]["faults"][0]["vi"].as_str().unwrap();
        assert!(fault.contains("10002 Đông") && fault.contains("10001 Tây"), "{fault}");
        // Where the whole file lies in one commune, a row's own code is asked about too.
        let declared = "Mã,Mã xã,Loại cây,Ngày phát hiện,Vĩ độ,Kinh độ\nA-1,10002,Cây thuốc phiện,03/02/2026,22.4,104.3\n";
        let view = told(&officer, "kind=plots&name=a.csv&commune=10001", declared).await;
        assert!(notes(&view).contains("Dòng 2: tệp ghi xã «10002», nhưng tọa độ nằm ở xã 10001 Tây"), "{view}");
        // A name from before a merger is that of the same ground.
        field.clock.advance_millis(1_000);
        merged(&field, "2026-03-02").await;
        let view = told(&officer, "kind=plots&name=a.csv", file).await;
        let said = notes(&view);
        assert!(!said.contains("Xã Đông") && !said.contains("Xã Tây"), "{said}");
        assert!(said.contains("Dòng 4: tệp ghi xã «xã Mường Lạ»"), "{said}");
    }

    async fn what_the_reader_turned_or_chose_is_told_by_row(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let file = "Mã,Mã xã,Loại cây,Ngày phát hiện,Tọa độ\n\
            A-1,10001,Cây thuốc phiện,03/02/2026,\"22.4, 104.3\"\n\
            A-2,10001,Cây thuốc phiện,03/02/2026,\"104.3, 22.41\"\n\
            A-3,10001,Cây thuốc phiện,03/02/2026,X=2478000 Y=453000\n\
            A-4,10001,Cây thuốc phiện,03/02/2026,X=2478000 Y=453000 KTT 104°45'\n";
        let view = told(&officer, "kind=plots&name=a.csv", file.replace("X=2478000 Y=453000\n", "X=2478000 Y=453100\n")).await;
        let said = notes(&view);
        assert!(said.contains("Hai trục tọa độ ghi ngược ở dòng 3;"), "{said}");
        assert!(said.contains("Dòng 4 không ghi kinh tuyến trục: đọc theo VN-2000"), "{said}");
        let english: Vec<&str> = view["report"]["notes"].as_array().unwrap().iter().map(|own| own["en"].as_str().unwrap()).collect();
        assert!(english.iter().any(|own| own.contains("were turned")) && english.iter().any(|own| own.contains("no central meridian")), "{english:?}");
    }

    async fn codes_from_before_a_merger_are_read_as_those_of_today(field: Field) {
        load_communes(&field).await;
        field.clock.advance_millis(1_000);
        merged(&field, "2026-03-02").await;
        let officer = field.officer().await;
        let file = "code,name,kind,commune,lon,lat\nCK-01,Mường Thử,chính,10002,104.7,22.4\nCK-02,Nậm Đeng,phụ,10001,104.3,22.4\n";
        let view = told(&officer, "kind=gates&name=a.csv", file).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
        assert_eq!(notes(&view), "Mã xã trước sáp nhập: 10002 đọc là 10001 Đồng Tâm (1 dòng).");
        load(&officer, &view, None).await.expect(200);
        let list = officer.get("/api/v1/gates").await.expect(200).json();
        let communes: Vec<&Value> = list["features"].as_array().unwrap().iter().map(|own| &own["properties"]["commune"]).collect();
        assert_eq!(communes, [WEST, WEST]);
        assert_eq!(counts(&told(&officer, "kind=gates&name=a.csv", file).await), [0, 0, 2, 0]);
        // An old list of plots, whose places are held against the ground of today.
        let old = PLOTS.replace("/2026", "/2025");
        let view = told(&officer, "kind=plots&name=a.csv&epsg=9208", old).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
        assert!(notes(&view).contains("10002 đọc là 10001 Đồng Tâm (1 dòng)"), "{view}");
        let elsewhere = "code,name,kind,commune,lon,lat\nCK-01,Mường Thử,chính,10002,106.3,21.4\nCK-03,Séo Chải,phụ,99999,104.3,22.4\n";
        let mut named = told(&officer, "kind=gates&name=a.csv", elsewhere).await;
        assert_eq!(faults(&named), [(2, "geometry"), (3, "commune")]);
        // What was divided since is for a person to say.
        field.clock.advance_millis(86_400_000);
        divided(&field, "2026-03-03").await;
        named = told(&officer, "kind=gates&name=a.csv", file).await;
        assert_eq!(faults(&named), [(2, "commune"), (3, "commune")], "{named}");
        let said: Vec<&str> = named["report"]["faults"].as_array().unwrap().iter().map(|own| own["vi"].as_str().unwrap()).collect();
        assert!(said.iter().all(|vi| vi.contains("10003 Bắc")), "{said:?}");
        assert!(said.iter().any(|vi| vi.contains("10003 Bắc, 10004 Nam")), "{said:?}");
    }

    async fn a_zone_that_a_heading_names_is_the_columns(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let known = told(&officer, "kind=plots&name=a.csv&epsg=9208", PLOTS).await;
        load(&officer, &known, None).await.expect(200);
        let there = |plots: &[Value]| -> Vec<Value> { plots.iter().map(|own| own["geometry"]["coordinates"].clone()).collect() };
        let expected = there(&plots(&officer).await);
        for (at, heads) in [
            "X (KTT 104°45'),Y (KTT 104°45')",
            "\"Tọa độ X, KTT 104,75\",Y",
            "X VN-2000 kinh tuyến 104-45,Y VN-2000 kinh tuyến 104-45",
            "\"X (hệ VN-2000, KTT 104°45′, múi 3°)\",Y (m)",
            "Tọa độ VN-2000 (KTT 104°45'),\n,,,,,,X,Y",
        ].into_iter().enumerate() {
            let file = PLOTS.replace("X (m),Y (m)", heads).replace("DANH SÁCH DIỆN TÍCH TRỒNG CÂY CÓ CHỨA CHẤT MA TÚY,,,,,,,\n", "");
            let view = told(&officer, &format!("kind=plots&name=a.csv&source=khac-{at}"), file).await;
            assert_eq!((counts(&view), &view["report"]["ignored"]), ([2, 0, 0, 0], &json!([])), "{heads}: {view}");
            assert!(notes(&view).contains("Kinh tuyến trục lấy từ tiêu đề cột"), "{view}");
            load(&officer, &view, None).await.expect(200);
            let all = there(&plots(&officer).await);
            let near = |own: &Value, other: &Value| [0, 1].iter().all(|axis| (own[*axis].as_f64().unwrap() - other[*axis].as_f64().unwrap()).abs() < 2e-8);
            for place in &expected {
                let same = all.iter().filter(|own| near(own, place)).count();
                assert_eq!(same, at + 2, "{heads}: {all:?}");
            }
        }
        // Of another meridian the same numbers lie elsewhere, and not in the declared communes.
        let other = PLOTS.replace("X (m),Y (m)", "X (KTT 105°30'),Y (KTT 105°30')");
        let view = told(&officer, "kind=plots&name=a.csv&source=lech", other).await;
        assert_eq!(faults(&view), [(3, "geometry"), (4, "geometry")], "{view}");
    }

    async fn degrees_minutes_and_seconds_in_columns_are_one_place(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let file = "Mã,Loại cây,Ngày phát hiện,Vĩ độ,,,Kinh độ,,\n,,dd/mm/yyyy,Độ,Phút,Giây,Độ,Phút,Giây\n\
            A-1,Cây thuốc phiện,03/02/2026,22,24,\"36,9\",104,18,36\n";
        let view = told(&officer, "kind=plots&name=a.csv", file).await;
        assert_eq!((counts(&view), &view["report"]["ignored"]), ([1, 0, 0, 0], &json!([])), "{view}");
        load(&officer, &view, None).await.expect(200);
        let made = plots(&officer).await;
        assert_eq!(made[0]["geometry"]["coordinates"], json!([104.31, 22.41025]));
        // Without its minutes a row is refused by name.
        let view = told(&officer, "kind=plots&name=a.csv", file.replace("22,24,\"36,9\"", "22,,")).await;
        assert_eq!(faults(&view), [(3, "geometry")], "{view}");
        assert!(view["report"]["faults"][0]["vi"].as_str().unwrap().contains("không đọc được tọa độ"), "{view}");
    }

    async fn x_and_y_under_a_group_of_utm_are_refused_whatever_zone_is_told(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let file = "Mã,Loại cây,Ngày phát hiện,Tọa độ UTM (WGS84),\n,,,X,Y\nA-1,Cây thuốc phiện,03/02/2026,2478000,453000\n";
        let view = told(&officer, "kind=plots&name=a.csv&epsg=3405", file).await;
        assert_eq!((faults(&view), &view["state"]), (vec![(3, "geometry")], &json!("refused")), "{view}");
        let known = file.replace("Tọa độ UTM (WGS84)", "Tọa độ VN-2000");
        let view = told(&officer, "kind=plots&name=a.csv&epsg=3405", known).await;
        assert_eq!(counts(&view), [1, 0, 0, 0], "{view}");
    }

    async fn a_bare_square_of_the_grid_needs_its_datum(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let file = "Mã,Mã xã,Loại cây,Ngày phát hiện,Tọa độ MGRS\nA-1,10001,Cây thuốc phiện,03/02/2026,48Q VK 28000 77000\n";
        for query in ["kind=plots&name=a.csv", "kind=plots&name=a.csv&commune=10001"] {
            let view = told(&officer, query, file).await;
            assert_eq!(faults(&view), [(2, "geometry")], "{view}");
            let said = view["report"]["faults"][0]["vi"].as_str().unwrap();
            assert!(said.ends_with("hãy khai mã EPSG"), "{said}");
        }
        for epsg in [4326, 3405, 9208] {
            let view = told(&officer, &format!("kind=plots&name=a.csv&epsg={epsg}"), file).await;
            assert_eq!(counts(&view), [1, 0, 0, 0], "{epsg}: {view}");
        }
    }

    async fn plots_from_before_the_first_map_count_in_its_communes(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let old = PLOTS.replace("/2026", "/2024");
        let view = told(&officer, "kind=plots&name=a.csv&epsg=9208", old).await;
        assert_eq!(counts(&view), [2, 0, 0, 0], "{view}");
        assert!(notes(&view).contains("2 điểm phát hiện trước 01/07/2025"), "{view}");
        load(&officer, &view, None).await.expect(200);
        let communes: Vec<Value> = plots(&officer).await.iter().map(|own| own["properties"]["commune"]["code"].clone()).collect();
        assert!(communes.contains(&json!(WEST)) && communes.contains(&json!(EAST)), "{communes:?}");
        field.settle().await;
        let made = tuantra::plots::verify_made(field.app.journal.store(), field.app.journal.now()).await.unwrap();
        assert!(made.faults.is_empty(), "{made:?}");
    }

    async fn faults_speak_of_columns_as_offices_name_them(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let said = |view: &Value| view["report"]["faults"][0]["vi"].as_str().unwrap().to_owned();
        let view = told(&officer, "kind=gates&name=a.csv", "code,name,lon,lat\nCK-1,Mường Thử,104.3,22.4\n").await;
        assert_eq!(said(&view), "thiếu cột hoặc ô «Loại cửa khẩu» (cần: quốc tế, chính, phụ hoặc lối mở)");
        let area = |basis: &str| format!("code,name,level,crop,valid_from,basis,WKT\nNC-1,Khu,Cao,Cây thuốc phiện,01/09/2026,{basis},\"POLYGON ((104.2 22.2,104.21 22.2,104.21 22.21,104.2 22.2))\"\n");
        let view = told(&officer, "kind=risk_areas&name=a.csv", area("nghe nói")).await;
        assert_eq!(said(&view), "cột «Căn cứ»: giá trị không dùng được; cần: lịch sử, địa hình, tin báo, ảnh viễn thám hoặc văn bản");
        let view = told(&officer, "kind=risk_areas&name=a.csv", area("")).await;
        assert!(said(&view).starts_with("thiếu cột hoặc ô «Căn cứ»"), "{view}");
    }
}
