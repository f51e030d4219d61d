//! The office's forms: their numbers are the ledger's and coverage's, silence is not zero, kept runs do not change.

use std::io::{Cursor, Read};

use serde_json::{Value, json};
use tuantra::areas::CommuneImport;
use tuantra::base::actor::{Actor, Role};
use tuantra::identity::model::OrgDraft;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::ledger::{Destroyed, desk, destroyed, eradication, org, photographed, verification};
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

/// From a day on the western commune, by a new name, has the ground of both.
pub async fn merged(field: &Field, day: &str) {
    let both = json!({ "type": "FeatureCollection", "features": [{
        "type": "Feature",
        "properties": { "code": WEST, "name": "Đồng Tâm", "kind": "xã" },
        "geometry": { "type": "Polygon", "coordinates": [[
            [104.0, 22.0], [104.5, 22.0], [105.0, 22.0], [105.0, 22.5], [104.5, 22.5], [104.0, 22.5], [104.0, 22.0]
        ]] }
    }] });
    let how = CommuneImport {
        valid_from: Some(day.parse().unwrap()),
        ends: vec![EAST.to_owned()],
        ..CommuneImport::default()
    };
    let file = Cursor::new(both.to_string().into_bytes());
    let areas = &field.app.areas;
    areas
        .import_communes(&Actor::console(), file, how)
        .await
        .unwrap();
}

/// A risk area in the west, and a patrol that walked in it on the morning of 2 March.
async fn walked(field: &Field, officer: &Client) {
    let area = json!({
        "type": "Feature", "geometry": { "type": "Polygon", "coordinates": [[[104.095, 22.298], [104.105, 22.298], [104.105, 22.306], [104.095, 22.306], [104.095, 22.298]]] },
        "properties": { "name": "Khu", "level": "high", "basis": "history", "crop": "opium_poppy", "valid_from": "2025-07-01", "reason": "thử" }
    });
    officer
        .put("/api/v1/risk-areas/NC-1", &area)
        .await
        .expect(201);
    let phone = field.phone("máy tuần tra", &[]).await;
    let patrol = crate::patrols::recorded(field, &phone).await;
    let walk = crate::patrols::walk(field, -3_000, 60);
    crate::patrols::send(&phone, patrol, &walk)
        .await
        .expect(200);
    field.settle().await;
}

/// Every row of a list, whatever its pages are.
async fn listed(client: &Client, address: &str) -> Vec<Value> {
    let mut next = Some(format!("{address}&limit=1"));
    let mut all = Vec::new();
    while let Some(address) = next {
        let page = client.get(&address).await.expect(200).json();
        let rows = page.get("rows").or(page.get("features")).unwrap();
        all.extend(rows.as_array().unwrap().iter().cloned());
        next = page["next"].as_str().map(str::to_owned);
    }
    all
}

fn sum(rows: &[Value], group: &str, figure: &str) -> f64 {
    let of = |row: &Value| row[group][figure].as_f64().unwrap();
    rows.iter().map(of).sum()
}

/// What the facts behind a number of B01 come to; none where the number is more than their sum.
fn counted(column: &str, rows: &[Value]) -> Option<f64> {
    let count = || f64::from(u32::try_from(rows.len()).unwrap());
    Some(match column {
        "incidents" => {
            assert!(rows.iter().all(|row| row["key"].is_string()), "{rows:?}");
            count()
        }
        "plots" | "open_plots" | "voluntary_plots" => count(),
        "plants" => sum(rows, "claimed", "plants"),
        "area_m2" => sum(rows, "claimed", "area_m2"),
        "destroyed_plants" => sum(rows, "eradicated", "plants"),
        "destroyed_area_m2" => sum(rows, "eradicated", "area_m2"),
        "weight_kg" => sum(rows, "eradicated", "weight_kg"),
        "open_area_m2" => sum(rows, "claimed", "area_m2") - sum(rows, "eradicated", "area_m2"),
        "plants_pct" => 100.0 * sum(rows, "eradicated", "plants") / sum(rows, "claimed", "plants"),
        "area_pct" => 100.0 * sum(rows, "eradicated", "area_m2") / sum(rows, "claimed", "area_m2"),
        _ => return None,
    })
}

/// Follows every number of B01; gives how many there were.
async fn follow_b01(officer: &Client, form: &Value) -> usize {
    let mut followed = 0;
    let rows = form["rows"].as_array().unwrap().iter();
    for row in rows.chain([&form["total"]]) {
        for (column, cell) in row.as_object().unwrap() {
            let (Some(facts), Some(told)) = (cell["facts"].as_str(), cell["value"].as_f64()) else {
                continue;
            };
            let rows = listed(officer, facts).await;
            if let Some(before) = cell["facts_before"].as_str() {
                let [now, then] = [&rows, &listed(officer, before).await]
                    .map(|rows| sum(rows, "claimed", "area_m2"));
                let own = 100.0 * (now - then) / then;
                assert!(
                    (own - told).abs() < 0.051,
                    "{column} {told} {own} {facts} {before}"
                );
                assert_eq!(column, "change_pct");
            } else if let Some(own) = counted(column, &rows) {
                assert!((own - told).abs() < 0.051, "{column} {told} {own} {facts}");
            } else {
                assert_eq!(column, "before_harvest_pct");
                assert!(rows.iter().all(|row| row["eradicated"]["plots"] == 1));
            }
            followed += 1;
        }
    }
    followed
}

/// Three plots in the west (two of poppy, one destroyed and the other of an incident; one of cannabis, verified), one of
/// poppy and the incident outside of all communes, and one there that was taken back; gives the destroyed one.
async fn plots_of_all_kinds(field: &Field, officer: &Client) -> Uuid {
    let Destroyed { desk, plot, .. } = destroyed(field).await;
    let incident = field.new_id();
    let draft =
        json!({ "title": "Vụ 01", "commune": WEST, "occurred_at": "2026-02-25T10:00:00+07:00" });
    officer
        .put(&format!("/api/v1/incidents/{incident}"), &draft)
        .await
        .expect(201);
    for (lon, lat, crop) in [
        (104.35, 22.3, "opium_poppy"),
        (104.4, 22.2, "cannabis"),
        (106.3, 21.4, "opium_poppy"),
        (106.4, 21.5, "opium_poppy"),
    ] {
        let mut own = plot_at(lon, lat);
        own["properties"]["crop"] = json!(crop);
        if crop == "cannabis" || lon > 106.35 {
            own["properties"]["plants"] = json!(40);
        } else {
            own["properties"]["incident"] = json!(incident);
        }
        field.clock.advance_millis(1_000);
        let id = field.new_id();
        let path = format!("/api/v1/plots/{id}");
        officer.put(&path, &own).await.expect(201);
        if crop == "cannabis" {
            let mut verified = verification();
            verified["plants"] = json!(40);
            let path = format!("{path}/verifications");
            desk.post(&path, &verified).await.expect(201);
        }
        if lon > 106.35 {
            let reason = json!({ "reason": "ghi nhầm điểm" });
            let path = format!("{path}/retractions");
            officer.post(&path, &reason).await.expect(201);
        }
    }
    field.settle().await;
    plot
}

/// A little-endian number of two bytes.
fn short(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

/// A little-endian number of four bytes.
fn long(bytes: &[u8], at: usize) -> usize {
    short(bytes, at) + (short(bytes, at + 2) << 16)
}

/// A part of a workbook.
fn part(book: &[u8], name: &str) -> String {
    let entries = book
        .windows(4)
        .enumerate()
        .filter(|(_, four)| *four == b"PK\x01\x02");
    let mut entries = entries.map(|(at, _)| at);
    let entry = entries
        .find(|at| book[at + 46..].starts_with(name.as_bytes()))
        .unwrap();
    let (packed, at) = (long(book, entry + 20), long(book, entry + 42));
    let begin = at + 30 + short(book, at + 26) + short(book, at + 28);
    let mut xml = String::new();
    let bytes = &book[begin..begin + packed];
    flate2::read::DeflateDecoder::new(bytes)
        .read_to_string(&mut xml)
        .unwrap();
    xml
}

/// The text in a cell of a workbook's sheet; none where it is empty.
fn text_at(book: &[u8], cell: &str) -> Option<String> {
    let (sheet, strings) = (
        part(book, "xl/worksheets/sheet1.xml"),
        part(book, "xl/sharedStrings.xml"),
    );
    let (_, from) = sheet.split_once(&format!("<c r=\"{cell}\" "))?;
    let (own, _) = from.split_once('>')?;
    if own.ends_with('/') {
        return None;
    }
    assert!(own.contains("t=\"s\""), "{cell}: {own}");
    let (_, at) = from.split_once("<v>")?;
    let at: usize = at.split_once('<')?.0.parse().unwrap();
    let (_, text) = strings.split("<si>").nth(at + 1)?.split_once('>')?;
    Some(text.split_once("</t>")?.0.to_owned())
}

on_both! {
    async fn the_heading_of_a_form_names_the_office_that_is_above_the_own_one(field: Field) {
        load_communes(&field).await;
        let console = Actor::console();
        let mut orgs = Vec::new();
        for (kind, name) in [
            ("cong_an_tinh", "Công an tỉnh Mẫu"),
            ("cong_an_xa", "Công an xã Tây"),
            ("bch_bdbp", "Ban Chỉ huy Bộ đội Biên phòng tỉnh Mẫu"),
            ("don_bien_phong", "Đồn Biên phòng Tây"),
            ("ubnd_xa", "Ủy ban nhân dân xã Tây"),
            ("kiem_lam", "Hạt Kiểm lâm Tây"),
        ] {
            let draft = OrgDraft { name: name.to_owned(), kind: kind.parse().unwrap() };
            orgs.push((name, field.app.identity.add_org(&console, draft).await.unwrap().id));
        }
        let above = [
            Some("BỘ CÔNG AN"),
            Some("CÔNG AN TỈNH MẪU"),
            // Nobody says whose it is: to be filled in by hand.
            Some("……………………………"),
            Some("BAN CHỈ HUY BỘ ĐỘI BIÊN PHÒNG TỈNH MẪU"),
            None,
            Some("……………………………"),
        ];
        for ((at, (name, org)), above) in orgs.into_iter().enumerate().zip(above) {
            let login = format!("don-vi-{at}");
            let clerk = desk(&field, &login, org, Role::ProvincialOfficer, &[]).await;
            for form in ["b01", "b02", "b03"] {
                let book = clerk.get(&format!("/api/v1/reports/{form}.xlsx?period=2026")).await.expect(200);
                assert_eq!(text_at(&book.bytes, "A2").as_deref(), Some(name.to_uppercase().as_str()), "{form}");
                assert_eq!(text_at(&book.bytes, "A1").as_deref(), above, "{form} of {name}");
            }
        }
    }

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

    async fn growth_leads_to_the_facts_of_both_periods(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        for (lon, day, area_m2) in [(104.3, "2026-02-25", 64), (104.35, "2025-02-25", 60), (104.4, "2025-02-26", 40)] {
            let mut plot = plot_at(lon, 22.4);
            plot["properties"]["detected_at"] = json!(format!("{day}T10:15:00+07:00"));
            plot["properties"]["area_m2"] = json!(area_m2);
            field.clock.advance_millis(1_000);
            officer.put(&format!("/api/v1/plots/{}", field.new_id()), &plot).await.expect(201);
        }
        field.settle().await;
        let b01 = form(&officer, &format!("b01?{WINDOW}")).await;
        let grown = &b01["total"]["change_pct"];
        assert!(is_same(number(grown), -36.0), "{grown}");
        let now = listed(&officer, grown["facts"].as_str().unwrap()).await;
        let then = listed(&officer, grown["facts_before"].as_str().unwrap()).await;
        assert_eq!((now.len(), then.len()), (1, 2));
        assert_eq!((sum(&now, "claimed", "area_m2"), sum(&then, "claimed", "area_m2")), (64.0, 100.0));
        assert!(follow_b01(&officer, &b01).await > 10);
        // With nothing then there is nothing to compare with, and both lists say so.
        let before = form(&officer, "b01?from=2024-12-15&to=2025-12-14").await;
        let grown = &before["total"]["change_pct"];
        assert_eq!(grown["value"], "không so sánh");
        assert_eq!(listed(&officer, grown["facts"].as_str().unwrap()).await.len(), 2);
        assert_eq!(listed(&officer, grown["facts_before"].as_str().unwrap()).await, Vec::<Value>::new());
    }

    async fn an_incident_in_two_communes_is_told_of_where_rows_and_total_differ(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let incidents = [field.new_id(), field.new_id()];
        for incident in incidents {
            let draft = json!({ "title": "Vụ", "commune": WEST, "occurred_at": "2026-02-25T10:00:00+07:00" });
            officer.put(&format!("/api/v1/incidents/{incident}"), &draft).await.expect(201);
        }
        let found = async |lon: f64, incident: Uuid| {
            let mut plot = plot_at(lon, 22.3);
            plot["properties"]["incident"] = json!(incident);
            field.clock.advance_millis(1_000);
            officer.put(&format!("/api/v1/plots/{}", field.new_id()), &plot).await.expect(201);
            field.settle().await;
            form(&officer, &format!("b01?{WINDOW}")).await
        };
        let is_told = |b01: &Value| b01["notes"].to_string().contains("vụ có điểm ở nhiều xã");
        found(104.2, incidents[0]).await;
        let apart = found(104.7, incidents[1]).await;
        assert!(!is_told(&apart) && !apart["notes_en"].to_string().contains("Incidents"), "{apart}");
        let both = found(104.3, incidents[1]).await;
        let told = ["Tây", "Đông"].map(|commune| number(&row(&both, commune)["incidents"]));
        assert!(is_same(told[0], 2.0) && is_same(told[1], 1.0), "{told:?}");
        assert!(is_same(number(&both["total"]["incidents"]), 2.0));
        assert!(is_told(&both), "{both}");
        let notes = both["notes"].as_array().unwrap();
        let vi = "1 vụ có điểm ở nhiều xã hoặc nhiều loại cây được tính ở mỗi dòng, nhưng chỉ một lần trong số cộng: cộng các dòng \
                  được 3 vụ, thực có 2 vụ.";
        assert!(notes.contains(&json!(vi)), "{both}");
        let en = both["notes_en"].as_array().unwrap();
        assert_eq!(en.len(), notes.len());
        assert!(en.iter().any(|note| note.as_str().unwrap().ends_with("the rows add up to 3, the incidents are 2.")), "{both}");
    }

    async fn an_area_that_nobody_measured_is_empty_and_told_of(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        for (lon, crop, is_measured) in [(104.2, "opium_poppy", false), (104.3, "cannabis", false), (104.7, "opium_poppy", true)] {
            let mut plot = plot_at(lon, 22.3);
            let told = plot["properties"].as_object_mut().unwrap();
            told.insert("crop".to_owned(), json!(crop));
            if !is_measured {
                told.remove("area_m2");
                told.remove("area_method");
            }
            field.clock.advance_millis(1_000);
            officer.put(&format!("/api/v1/plots/{}", field.new_id()), &plot).await.expect(201);
        }
        field.settle().await;
        let b02 = form(&officer, &format!("b02?{WINDOW}")).await;
        let areas: Vec<Value> = b02["rows"].as_array().unwrap().iter().map(|row| row["area_m2"]["value"].clone()).collect();
        // Also of cannabis that nobody has verified, which figures do not count.
        assert_eq!(areas, [Value::Null, Value::Null, json!(64.0)]);
        let starts = |form: &Value, start: &str| form["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().starts_with(start));
        assert!(starts(&b02, "2 điểm chưa đo diện tích"), "{b02}");
        let b01 = form(&officer, &format!("b01?{WINDOW}")).await;
        let west = row(&b01, "Tây");
        assert_eq!((&west["plots"]["value"], &west["plants"]["value"]), (&json!(1), &json!(320)));
        for column in ["area_m2", "open_area_m2", "area_pct"] {
            assert_eq!(west[column]["value"], Value::Null, "{column}");
        }
        assert_eq!(west["notes"]["value"], "1 điểm chưa đo diện tích");
        assert_eq!(b01["total"]["area_m2"]["value"], json!(64.0));
        assert!(starts(&b01, "1 điểm chưa đo diện tích") && !starts(&b01, "1 điểm không rõ số cây"), "{b01}");
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
        let code = plot.simple().to_string()[26..].to_uppercase();
        assert_eq!(row["plot"]["value"], code);
        assert!((2_400_000.0..2_500_000.0).contains(&number(&row["x_north_m"])), "{row}");
        // As the office writes: decimal commas, and a meridian in degrees and minutes.
        assert_eq!(row["meridian"]["value"], "104°45′");
        let told = row["wgs84"]["value"].as_str().unwrap();
        let (lat, lon) = told.split_once("; ").unwrap();
        assert!(!told.contains('.') && lat.starts_with("22,") && lon.starts_with("104,"), "{told}");
        assert_eq!(row["crop"]["value"], "Cây thuốc phiện (anh túc)");
        assert_eq!(row["eradicated_on"]["value"].as_str().unwrap().len(), 10);
        // From the finding on 25 February at 10:15 to the end of the work on the 27th at 9:00.
        assert!(is_same(number(&row["hours"]), 46.8), "{}", row["hours"]);
        assert_eq!(row["hours"]["facts"], row["plot"]["facts"]);
        officer.get(row["plot"]["facts"].as_str().unwrap()).await.expect(200);
        let reader = field.account("doc", Role::Reader, &[]).await;
        reader.get(&format!("/api/v1/reports/b02?{WINDOW}")).await.expect(403);
    }

    async fn the_minutes_in_b02_are_those_of_the_work_whose_day_stands_beside_them(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let phone = field.phone("máy A", &[WEST]).await;
        let plot = field.new_id();
        let path = format!("/api/v1/plots/{plot}");
        phone.put(&path, &plot_at(104.3, 22.4)).await.expect(201);
        let mut work = eradication();
        work.as_object_mut().unwrap().remove("minutes");
        work["minutes_pending"] = json!(true);
        phone.post(&format!("{path}/eradications"), &work).await.expect(201);
        photographed(&field, &phone, plot).await;
        let shown = async || {
            let b02 = form(&officer, &format!("b02?{WINDOW}")).await;
            let row = &b02["rows"][0];
            (row["eradicated_on"]["value"].clone(), row["minutes"]["value"].clone())
        };
        // Minutes that were written before the work are none of it: the ledger awaits them.
        let minutes = |number: &str, date: &str| json!({ "number": number, "date": date });
        phone.post(&format!("{path}/minutes"), &minutes("01/BB", "2026-02-01")).await.expect(201);
        assert_eq!(shown().await, (json!("2026-02-27"), Value::Null));
        phone.post(&format!("{path}/minutes"), &minutes("08/BB", "2026-02-28")).await.expect(201);
        assert_eq!(shown().await, (json!("2026-02-27"), json!("08/BB")));
        // Work after plants came up again has minutes of its own.
        let resprout = json!({ "inspected_at": "2026-03-01T08:00:00+07:00", "result": "resprout" });
        phone.post(&format!("{path}/reinspections"), &resprout).await.expect(201);
        let mut again = eradication();
        (again["started_at"], again["ended_at"]) = (json!("2026-03-02T08:00:00+07:00"), json!("2026-03-02T09:00:00+07:00"));
        again["minutes"] = minutes("12/BB", "2026-03-02");
        phone.post(&format!("{path}/eradications"), &again).await.expect(201);
        assert_eq!(shown().await, (json!("2026-02-27"), json!("08/BB")));
    }

    async fn the_units_in_b02_are_those_of_the_work_whose_day_stands_beside_them(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let (post, police) = (org(&field, "Đồn biên phòng").await, org(&field, "Công an tỉnh").await);
        let own = desk(&field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let plot = field.new_id();
        let path = format!("/api/v1/plots/{plot}");
        phone.put(&path, &plot_at(104.3, 22.4)).await.expect(201);
        let shown = async || {
            let b02 = form(&officer, &format!("b02?{WINDOW}")).await;
            let row = &b02["rows"][0];
            ["eradicated_on", "lead_org", "other_orgs"].map(|name| row[name]["value"].clone())
        };
        // Who recorded the work led it, where it names nobody.
        let mut first = eradication();
        first["headcount"] = json!({ (post.to_string()): 4, (police.to_string()): 2 });
        own.post(&format!("{path}/eradications"), &first).await.expect(201);
        photographed(&field, &own, plot).await;
        let told = [json!("2026-02-27"), json!("Đồn biên phòng"), json!("Công an tỉnh")];
        assert_eq!(shown().await, told);
        // Another unit's work after plants came up again is of another day.
        let resprout = json!({ "inspected_at": "2026-03-01T08:00:00+07:00", "result": "resprout" });
        phone.post(&format!("{path}/reinspections"), &resprout).await.expect(201);
        let mut again = eradication();
        (again["started_at"], again["ended_at"]) = (json!("2026-03-02T08:00:00+07:00"), json!("2026-03-02T09:00:00+07:00"));
        again["minutes"]["date"] = json!("2026-03-02");
        (again["lead_org"], again["headcount"]) = (json!(police), json!({ (police.to_string()): 3 }));
        phone.post(&format!("{path}/eradications"), &again).await.expect(201);
        assert_eq!(shown().await, told);
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
        // Who may not read patrols has no days of theirs, nor people, nor lists that would be refused.
        assert_eq!((&theirs["total"]["patrols"]["value"], &theirs["total"]["people"]["value"]), (&json!(0), &Value::Null));
        assert!(theirs["total"]["patrols"].get("facts").is_none(), "{}", theirs["total"]);
        let notes = theirs["notes"].to_string();
        assert!(notes.contains("tuần trọn, từ thứ Hai 26/01/2026 đến Chủ nhật 22/02/2026"), "{notes}");
        let last = form(&officer, "b01?period=2026").await["as_of"].as_str().unwrap().to_owned();
        let then = format!("/api/v1/reports/b03?from=2026-02-01&to=2026-03-02&as_of={last}");
        officer.get(&then).await.expect(200);
        assert!(reader.get(&then).await.expect(400).json()["detail"].as_str().unwrap().contains("who may read patrols"));
        // A form that was kept holds days and plots: it is for who may read both.
        let kept = officer.post("/api/v1/reports/runs", &json!({ "form": "b03", "from": "2026-03-02", "to": "2026-03-02" })).await.expect(201).json();
        let path = format!("/api/v1/reports/runs/{}", kept["id"].as_str().unwrap());
        for path in [path.clone(), format!("{path}/file")] {
            reader.get(&path).await.expect(404);
        }
        assert_eq!(reader.get("/api/v1/reports/runs").await.expect(200).json()["runs"], json!([]));
        field.account("kt", Role::Auditor, &[]).await.get(&path).await.expect(200);
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
        let head = field.app.journal.head().await.unwrap().unwrap();
        assert_eq!(kept["report"]["head"], format!("{}:{}", head.size, head.root));
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

    async fn every_number_of_b01_leads_to_exactly_what_it_counts(field: Field) {
        let officer = field.officer().await;
        plots_of_all_kinds(&field, &officer).await;
        let b01 = form(&officer, &format!("b01?{WINDOW}")).await;
        let rows = b01["rows"].as_array().unwrap();
        let told = |row: &Value| [&row["commune"], &row["crop"], &row["plots"], &row["incidents"]].map(|cell| cell["value"].clone());
        let outside = "Ngoài địa giới các xã";
        let expected = [
            [json!("Tây"), json!("Cây thuốc phiện (anh túc)"), json!(2), json!(1)],
            [json!("Tây"), json!("Cây cần sa"), json!(1), json!(0)],
            [json!("Đông"), json!("–"), Value::Null, Value::Null],
            // The plot that was taken back makes no row.
            [json!(outside), json!("Cây thuốc phiện (anh túc)"), json!(1), json!(1)],
        ];
        assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), expected);
        assert_eq!(b01["total"]["plots"]["value"], 4);
        assert_eq!(b01["total"]["incidents"]["value"], 1);
        let followed = follow_b01(&officer, &b01).await;
        // Thirteen of each of four rows, without the shares of nothing.
        assert!(followed >= 48, "{followed}");
        // Where everybody says that there was nothing, nothing is listed.
        let east = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        east.put(&nothing(EAST, "2026"), &json!({})).await.expect(201);
        let b01 = form(&officer, "b01?period=2026").await;
        let facts = row(&b01, "Đông")["plots"]["facts"].as_str().unwrap();
        assert_eq!(listed(&officer, facts).await, Vec::<Value>::new());
    }

    async fn every_number_of_b02_and_b03_leads_to_exactly_what_it_counts(field: Field) {
        let officer = field.officer().await;
        let plot = plots_of_all_kinds(&field, &officer).await;
        walked(&field, &officer).await;
        let b02 = form(&officer, &format!("b02?{WINDOW}")).await;
        let mut photos = 0;
        for row in b02["rows"].as_array().unwrap() {
            let at = row["plot"]["facts"].as_str().unwrap();
            let own = officer.get(at).await.expect(200).json();
            let code = row["plot"]["value"].as_str().unwrap();
            assert!(own["id"].as_str().unwrap().to_uppercase().ends_with(code), "{code}");
            for column in ["plants", "area_m2"] {
                assert_eq!(row[column]["facts"], at);
                assert_eq!(row[column]["value"].as_f64(), own["properties"][column].as_f64(), "{column}");
            }
            let shown = listed(&officer, row["photos"]["facts"].as_str().unwrap()).await;
            assert_eq!(row["photos"]["value"], shown.len());
            photos += shown.len();
            if at.ends_with(&plot.to_string()) {
                assert_eq!(shown.len(), 3);
            }
        }
        assert_eq!((b02["rows"].as_array().unwrap().len(), photos), (5, 3));
        let b03 = form(&officer, "b03?from=2026-01-01&to=2026-03-02").await;
        let rows = b03["rows"].as_array().unwrap().iter();
        for row in rows.chain([&b03["total"]]) {
            let facts = |column: &str| row[column]["facts"].as_str().unwrap();
            let patrols = listed(&officer, facts("patrols")).await;
            assert_eq!(row["patrols"]["value"], patrols.len(), "{row}");
            if let Some(plots) = row["plots"]["value"].as_u64() {
                let own = listed(&officer, facts("plots")).await;
                assert_eq!(u64::try_from(own.len()).unwrap(), plots);
            }
            for (column, figure, by) in [
                ("risk_ha", "risk_area_m2", 1e-4), ("covered_ha", "covered_m2", 1e-4), ("coverage_pct", "coverage", 100.0),
                ("twice_pct", "coverage", 100.0), ("last_30_pct", "coverage", 100.0),
            ] {
                let told = officer.get(facts(column)).await.expect(200).json();
                let own = told["total"][figure].as_f64().map(|own| own * by);
                let (own, told) = (own.unwrap_or(-1.0), row[column]["value"].as_f64().unwrap_or(-1.0));
                assert!((own - told).abs() < 0.051, "{column} {own} {told}");
            }
        }
        assert_eq!(row(&b03, "Tây")["patrols"]["value"], 1);
        assert!(number(&row(&b03, "Tây")["last_30_pct"]) > 0.0);
    }

    async fn the_patrols_of_a_commune_that_was_merged_are_those_that_its_number_counts(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        walked(&field, &officer).await;
        let phone = field.phone("máy phía đông", &[]).await;
        let east = crate::patrols::recorded(&field, &phone).await;
        let mut walk = crate::patrols::walk(&field, -3_000, 60);
        for fix in &mut walk {
            fix["lon"] = json!(104.7);
        }
        crate::patrols::send(&phone, east, &walk).await.expect(200);
        field.settle().await;
        let own = field.account("xa-dong-tam", Role::CommuneOfficer, &[WEST]).await;
        own.get(&format!("/api/v1/patrols/{east}")).await.expect(404);
        let other = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        field.clock.advance_millis(2 * 86_400_000);
        merged(&field, "2026-03-04").await;
        field.settle().await;
        let facts = |form: &Value, commune: &str| row(form, commune)["patrols"]["facts"].as_str().unwrap().to_owned();
        // On a day before the merger each has its own, and neither has the other's.
        let before = form(&officer, "b03?from=2026-02-01&to=2026-03-03").await;
        for commune in ["Tây", "Đông"] {
            assert_eq!(row(&before, commune)["patrols"]["value"], 1, "{commune}");
            assert_eq!(listed(&officer, &facts(&before, commune)).await.len(), 1, "{commune}");
        }
        let since = form(&officer, "b03?from=2026-02-01&to=2026-03-04").await;
        assert_eq!(row(&since, "Đồng Tâm")["patrols"]["value"], 2, "{since}");
        let rows = listed(&officer, &facts(&since, "Đồng Tâm")).await;
        let ids: std::collections::BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
        assert_eq!((rows.len(), ids.len()), (2, 2), "{rows:?}");
        assert!(ids.contains(east.to_string().as_str()), "{ids:?}");
        let counted = officer.get(&facts(&since, "Đồng Tâm")).await.expect(200).json();
        assert_eq!(counted["count"], 2);
        // The commune's own officer is led to the same; days on which nobody walked lead to none.
        let theirs = form(&own, "b03?from=2026-02-01&to=2026-03-04").await;
        assert_eq!(row(&theirs, "Đồng Tâm")["patrols"]["value"], 2);
        assert_eq!(listed(&own, &facts(&theirs, "Đồng Tâm")).await.len(), 2);
        // What is listed can be read, also where it walked in a commune that is no more, whose officer gains nothing by it.
        for id in &ids {
            let path = format!("/api/v1/patrols/{id}");
            own.get(&path).await.expect(200);
            let theirs = if *id == east.to_string() { 200 } else { 404 };
            other.get(&path).await.expect(theirs);
        }
        let after = form(&officer, "b03?from=2026-03-03&to=2026-03-04").await;
        assert_eq!(row(&after, "Đồng Tâm")["patrols"]["value"], 0);
        assert_eq!(listed(&officer, &facts(&after, "Đồng Tâm")).await, Vec::<Value>::new());
        // What was known at an instant leads to what was known then.
        let last = form(&officer, "b01?period=2026").await["as_of"].as_str().unwrap().to_owned();
        let known = form(&officer, &format!("b03?from=2026-02-01&to=2026-03-04&as_of={last}")).await;
        assert_eq!(row(&known, "Đồng Tâm")["patrols"]["value"], 2);
        assert_eq!(listed(&officer, &facts(&known, "Đồng Tâm")).await.len(), 2);
        // The ground of a commune that is no more is in reach of who holds it today, also in windows before; a phone reads its
        // own team's alone.
        let behind = "/api/v1/coverage/patrols?from=2026-02-01&to=2026-03-04";
        assert_eq!(listed(&phone, behind).await.len(), 2);
        let stranger = crate::patrols::stranger(&field).await;
        assert_eq!(listed(&stranger, behind).await, Vec::<Value>::new());
        let early = format!("/api/v1/coverage/patrols?from=2026-02-01&to=2026-03-03&commune={EAST}");
        assert_eq!(listed(&own, &early).await.len(), 1);
        other.get(&early).await.expect(404);
        let reader = field.account("doc", Role::Reader, &[]).await;
        reader.get(behind).await.expect(403);
        officer.get(&format!("{behind}&limit=0")).await.expect(400);
    }

    async fn shares_of_what_was_destroyed_are_of_what_the_form_counts_as_destroyed(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy", &[WEST]).await;
        let officer = field.officer().await;
        let post = org(&field, "Đồn biên phòng").await;
        let desk = desk(&field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
        let plot = field.new_id();
        let base = format!("/api/v1/plots/{plot}");
        phone.put(&base, &plot_at(104.3, 22.4)).await.expect(201);
        desk.post(&format!("{base}/verifications"), &verification()).await.expect(201);
        let mut work = eradication();
        (work["before_harvest"], work["voluntary"]) = (json!(true), json!(true));
        phone.post(&format!("{base}/eradications"), &work).await.expect(201);
        field.settle().await;
        // Its photos are still to come: it is not destroyed yet.
        let before = form(&officer, &format!("b01?{WINDOW}")).await;
        let told = |form: &Value| ["destroyed_plants", "voluntary_plots", "before_harvest_pct"].map(|column| row(form, "Tây")[column]["value"].clone());
        assert_eq!(told(&before), [json!(0), json!(0), Value::Null]);
        assert!(before["total"]["before_harvest_pct"]["value"].is_null());
        photographed(&field, &phone, plot).await;
        let after = form(&officer, &format!("b01?{WINDOW}")).await;
        assert_eq!(told(&after), [json!(320), json!(1), json!(100.0)]);
    }

    async fn what_is_said_of_a_ground_does_not_stand_for_ground_that_came_later(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let west = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        west.put(&nothing(WEST, "2026"), &json!({})).await.expect(201);
        field.clock.advance_millis(1_000);
        merged(&field, "2026-03-02").await;
        // The code is the same, the ground is not: the east never said anything.
        let told = standing(&officer, "2026", WEST).await;
        assert_eq!((&told["state"], &told["name"]), (&json!("not_sent"), &json!("Đồng Tâm")));
        let remark = "mới xác nhận không phát sinh: Tây cũ, 50 % diện tích";
        assert_eq!(told["remark"], remark);
        let b01 = form(&officer, "b01?period=2026").await;
        assert_eq!(row(&b01, "Đồng Tâm")["notes"]["value"], format!("Chưa gửi; {remark}"));
        assert!(row(&b01, "Đồng Tâm")["plots"]["value"].is_null());
        assert!(b01["notes"][0].as_str().unwrap().starts_with("0 xã, phường xác nhận không phát sinh; 1 xã"), "{b01}");
        let b03 = form(&officer, "b03?period=2026").await;
        assert!(row(&b03, "Đồng Tâm")["plots"]["value"].is_null());
        // Said again, it is of the new ground.
        west.put(&nothing(WEST, "2026"), &json!({})).await.expect(201);
        assert_eq!(standing(&officer, "2026", WEST).await["state"], "nothing");
        let b01 = form(&officer, "b01?period=2026").await;
        assert_eq!(row(&b01, "Đồng Tâm")["notes"]["value"], "Không phát sinh");
        assert_eq!(row(&b01, "Đồng Tâm")["plots"]["value"], 0);
    }

    async fn communes_that_all_said_so_before_they_were_merged_stand_for_the_whole(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        for code in [WEST, EAST] {
            officer.put(&nothing(code, "2026"), &json!({})).await.expect(201);
        }
        field.clock.advance_millis(1_000);
        merged(&field, "2026-03-02").await;
        let told = standing(&officer, "2026", WEST).await;
        assert_eq!(told["state"], "nothing");
        let b01 = form(&officer, "b01?period=2026").await;
        let notes = row(&b01, "Đồng Tâm")["notes"]["value"].as_str().unwrap();
        assert!(notes.starts_with("Không phát sinh; theo xác nhận trước khi đổi địa giới: "), "{notes}");
        assert!(notes.contains("Tây cũ, 50 % diện tích") && notes.contains("Đông cũ, 50 % diện tích"), "{notes}");
        // A plot that turns up on ground of the former east contradicts what it said.
        let phone = field.phone("máy", &[]).await;
        phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(104.7, 22.4)).await.expect(201);
        let told = standing(&officer, "2026", WEST).await;
        assert_eq!((&told["plots"], &told["is_contradicted"]), (&json!(0), &json!(true)));
        let b01 = form(&officer, "b01?period=2026").await;
        assert!(row(&b01, "Đồng Tâm")["notes"]["value"].as_str().unwrap().ends_with("cần rà soát"), "{b01}");
        assert_eq!(row(&b01, "Đông")["plots"]["value"], 1);
        let refused = officer.put(&nothing(WEST, "2026"), &json!({})).await.expect(409);
        assert_eq!(refused.problem(), "wrong-state");
    }

    async fn a_statement_stands_for_no_day_after_it(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        officer.put(&nothing(WEST, "2026"), &json!({})).await.expect(201);
        // The form and the overview tell the same at once, before anything else is entered.
        let b01 = form(&officer, "b01?period=2026").await;
        assert_eq!(row(&b01, "Tây")["notes"]["value"], "Không phát sinh");
        assert_eq!(standing(&officer, "2026", WEST).await["state"], "nothing");
        field.clock.advance_millis(2 * 86_400_000);
        let told = standing(&officer, "2026", WEST).await;
        assert_eq!((&told["state"], &told["through"]), (&json!("not_sent"), &json!("2026-03-02")));
        let b01 = form(&officer, "b01?period=2026").await;
        let remark = "mới xác nhận không phát sinh: đến ngày 02/03/2026";
        assert_eq!(row(&b01, "Tây")["notes"]["value"], format!("Chưa gửi; {remark}"));
        let all = officer.get("/api/v1/reports/status?period=2026").await.expect(200).json();
        assert!(all["reminder"].as_str().unwrap().contains(&format!("Tây ({remark})")), "{all}");
        // Of a month that it holds wholly it stands.
        let month = form(&officer, "b01?period=2026-02").await;
        assert_eq!(row(&month, "Tây")["notes"]["value"], "Không phát sinh");
        assert_eq!(standing(&officer, "2026-02", WEST).await["state"], "nothing");
    }

    async fn b03_tells_no_zero_of_plots_that_nobody_stands_for(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let plots = |form: &Value| ["Tây", "Đông"].map(|commune| row(form, commune)["plots"]["value"].clone());
        let b03 = form(&officer, "b03?period=2026").await;
        assert_eq!(plots(&b03), [Value::Null, Value::Null]);
        let silent = "Số điểm phát hiện: 2 xã, phường chưa gửi số liệu để trống (không phải là bằng không).";
        assert!(b03["notes"].as_array().unwrap().contains(&json!(silent)), "{b03}");
        officer.put(&nothing(WEST, "2026"), &json!({})).await.expect(201);
        let phone = field.phone("máy", &[]).await;
        for (lon, lat) in [(104.7, 22.4), (106.3, 21.4)] {
            phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(lon, lat)).await.expect(201);
        }
        let b03 = form(&officer, "b03?period=2026").await;
        assert_eq!(plots(&b03), [json!(0), json!(1)]);
        assert_eq!(b03["total"]["plots"]["value"], 2);
        let beside = "1 điểm trong số cộng nằm ngoài các xã, phường của biểu này.";
        assert!(b03["notes"].as_array().unwrap().contains(&json!(beside)), "{b03}");
    }

    async fn days_to_come_are_none_of_the_latest_days(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        walked(&field, &officer).await;
        let today = form(&officer, "b03?from=2026-01-01&to=2026-03-02").await;
        let share = number(&row(&today, "Tây")["last_30_pct"]);
        assert!(share > 0.0, "{today}");
        for window in ["from=2026-01-01&to=2026-03-20", "from=2026-01-01&to=2026-12-31", "period=2026"] {
            let later = form(&officer, &format!("b03?{window}")).await;
            assert!(is_same(number(&row(&later, "Tây")["last_30_pct"]), share), "{window}");
            let days = "30 ngày gần nhất: từ ngày 01/02/2026 đến ngày 02/03/2026.";
            assert!(later["notes"].as_array().unwrap().contains(&json!(days)), "{later}");
        }
        let before = form(&officer, "b03?from=2025-12-15&to=2026-01-31").await;
        assert!(is_same(number(&row(&before, "Tây")["last_30_pct"]), 0.0));
        // A window that has not begun has no latest days.
        let ahead = form(&officer, "b03?from=2026-04-01&to=2026-04-30").await;
        assert!(row(&ahead, "Tây")["last_30_pct"]["value"].is_null());
    }
}
