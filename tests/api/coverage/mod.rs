//! Coverage: known shares of a known square, who counts, who may ask, and what late facts change.
//!
//! The exact figures are printed by `fixtures/coverage/make_square.py` (GEOS 3.14.1, GeographicLib).

mod changed;
mod definitions;
mod erased;
mod explain;
mod gaps;
mod index;
mod merged;
mod outsiders;
mod questions;
mod settle;

use std::io::Cursor;

use serde_json::{Value, json};
use tuantra::areas::CommuneImport;
use tuantra::base::actor::{Actor, Role};
use tuantra::base::time::LocalDate;
use tuantra::on;
use uuid::Uuid;

use crate::field::{Client, Field};

const SQUARE_M2: f64 = 4_560_984.867;
const WALK_M: f64 = 1_585.735;
const WALK_50: f64 = 0.036_489;
const WALK_100: f64 = 0.076_422;
const WITH_A_GAP_50: f64 = 0.026_363;
const EITHER_50: f64 = 0.051_686;
const BOTH_50: f64 = 0.021_292;
const SOUTH_50: f64 = 0.038_140;
const SOUTH_M2: f64 = 2_280_572.581;

const DAY_S: i64 = 86_400;
/// Walks begin two hours before the clock's start: a fix must not lie in the future.
const TODAY: i64 = -7200;
const YESTERDAY: i64 = TODAY - DAY_S;
const WINDOW: &str = "/api/v1/coverage?from=2026-03-01&to=2026-03-31";

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Value {
    json!({ "type": "Polygon", "coordinates": [[
        [west, south], [east, south], [east, north], [west, north], [west, south]
    ]] })
}

fn collection(features: &[Value]) -> String {
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

fn commune(code: &str, ground: &Value) -> Value {
    let properties = json!({ "code": code, "name": format!("Bản {code}"), "type": "xã" });
    json!({ "type": "Feature", "properties": properties, "geometry": ground })
}

fn risk_area(code: &str, crop: &str, from: &str, ground: &Value) -> Value {
    let properties = json!({
        "code": code, "name": code, "level": "high", "basis": "history", "crop": crop, "valid_from": from,
    });
    json!({ "type": "Feature", "properties": properties, "geometry": ground })
}

async fn load_communes(field: &Field, file: String, import: CommuneImport) {
    let areas = &field.app.areas;
    areas
        .import_communes(&Actor::console(), Cursor::new(file), import)
        .await
        .unwrap();
}

async fn load_risk(field: &Field, file: String) {
    let areas = &field.app.areas;
    let reason = "quyết định thử nghiệm";
    areas
        .import_risk_areas(&Actor::console(), Cursor::new(file), reason, false)
        .await
        .unwrap();
}

/// A commune with the square in it and one without risk beside it.
async fn two_communes(field: &Field) {
    let file = collection(&[
        commune("99001", &rectangle(104.28, 22.38, 104.32, 22.42)),
        commune("99002", &rectangle(104.32, 22.38, 104.36, 22.42)),
    ]);
    load_communes(field, file, CommuneImport::default()).await;
    let square = rectangle(104.29, 22.39, 104.31, 22.41);
    load_risk(
        field,
        collection(&[risk_area("R1", "opium_poppy", "2025-09-01", &square)]),
    )
    .await;
}

/// The walk of `make_square.py`: due north, a fix every 10 s.
fn fixes(field: &Field, from_s: i64, lon: f64, numbers: impl Iterator<Item = u32>) -> Vec<Value> {
    numbers
        .map(|n| {
            json!({
                "t": field.after(from_s + 10 * i64::from(n)), "lon": lon,
                "lat": 22.3925 + f64::from(n) * 0.00008, "accuracy_m": 5.0,
            })
        })
        .collect()
}

/// A patrol of the phone's from so many seconds after the start on; `change` may alter the declaration.
async fn patrol(field: &Field, phone: &Client, from_s: i64, change: Value) -> Uuid {
    let id = field.new_id();
    let mut draft = json!({
        "kind": "crop_check", "transport": "foot",
        "started_at": field.after(from_s - 60), "ended_at": field.after(from_s + 3600),
    });
    for (name, value) in change.as_object().unwrap() {
        draft[name] = value.clone();
    }
    phone
        .put(&format!("/api/v1/patrols/{id}"), &draft)
        .await
        .expect(201);
    id
}

async fn send(phone: &Client, id: Uuid, fixes: &[Value]) {
    let path = format!("/api/v1/patrols/{id}/fixes");
    phone
        .post(&path, &json!({ "fixes": fixes }))
        .await
        .expect(200);
}

/// A whole walk at that longitude, taken in.
async fn walked(field: &Field, phone: &Client, from_s: i64, lon: f64) -> Uuid {
    let id = patrol(field, phone, from_s, json!({})).await;
    send(phone, id, &fixes(field, from_s, lon, 0..180)).await;
    field.settle().await;
    id
}

async fn asked(client: &Client, rest: &str) -> Value {
    client
        .get(&format!("{WINDOW}{rest}"))
        .await
        .expect(200)
        .json()
}

async fn first_commune(client: &Client, rest: &str) -> Value {
    asked(client, rest).await["communes"][0].clone()
}

/// The share lies within the answer's own interval of the exact one, and that interval is narrow.
#[track_caller]
fn assert_share(figures: &Value, exact: f64) {
    let share = figures["coverage"].as_f64().unwrap();
    let bound = figures["error_bound"].as_f64().unwrap();
    assert!(
        (share - exact).abs() <= bound,
        "{share} is not {exact} ± {bound}"
    );
    assert!(bound < 0.01, "{bound}");
    let covered_m2 = figures["covered_m2"].as_f64().unwrap();
    let risk_area_m2 = figures["risk_area_m2"].as_f64().unwrap();
    assert!((covered_m2 - share * risk_area_m2).abs() < 0.01);
}

#[track_caller]
fn assert_near(value: &Value, exact: f64, tolerance: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - exact).abs() <= tolerance, "{value} is not {exact}");
}

type MaskRow = (Uuid, LocalDate, i64, Vec<u8>);
type EffortRow = (Uuid, LocalDate, String, f64, i64, Vec<u8>);

/// Every row of the index.
async fn index(field: &Field) -> (Vec<MaskRow>, Vec<EffortRow>) {
    let tx = &mut field.app.journal.store().read().await.unwrap();
    let masks = "SELECT patrol, day, footprint, cells FROM coverage_cells ORDER BY patrol, day, footprint, region";
    let effort = "SELECT patrol, day, commune, length_m, duration_ms, pieces FROM coverage_trips ORDER BY patrol, day, commune";
    (
        on!(tx, |c| sqlx::query_as(masks).fetch_all(c)).unwrap(),
        on!(tx, |c| sqlx::query_as(effort).fetch_all(c)).unwrap(),
    )
}

on_both! {
    async fn a_straight_walk_covers_what_geos_says(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let before = first_commune(&officer, "").await;
        assert_eq!(before["coverage"], 0.0);
        assert_eq!(before["last_visit_at"], Value::Null);
        walked(&field, &phone, TODAY, 104.3).await;
        let answer = asked(&officer, "").await;
        assert_eq!(answer["pending_patrols"], 0);
        assert_eq!(answer["definition"]["version"], 1);
        assert_eq!(answer["definition"]["radius_m"], 50.0);
        let last = field.app.journal.entries_since(-1, 500).await.unwrap().last().unwrap().seq;
        assert_eq!(answer["indexed_through"], json!(last));
        let figures = &answer["communes"][0];
        assert_eq!(figures["code"], "99001");
        assert_share(figures, WALK_50);
        assert_near(&figures["risk_area_m2"], SQUARE_M2, 0.1);
        assert_near(&figures["risk_area_change_m2"], 0.0, 1e-6);
        assert_near(&figures["km_for_full"], SQUARE_M2 / 100.0 / 1000.0, 1e-3);
        assert_eq!(figures["patrols"], 1);
        assert_near(&figures["length_m"], WALK_M, 0.001 * WALK_M);
        assert_near(&figures["team_hours"], 1790.0 / 3600.0, 1e-3);
        assert_eq!(figures["last_visit_at"], field.after(TODAY + 1790));
        assert_share(&first_commune(&officer, "&radius_m=100").await, WALK_100);
        assert_share(&answer["total"], WALK_50);
        assert_eq!(first_commune(&officer, "&commune=99001").await, *figures);
    }

    async fn a_walk_over_midnight_belongs_to_two_days_of_vietnam(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        // From a quarter to twelve on 1 March for half an hour; at Greenwich all of it is 1 March.
        walked(&field, &phone, TODAY - 8 * 3600 - 900, 104.3).await;
        let days = async |from: &str, to: &str| {
            let url = format!("/api/v1/coverage?from={from}&to={to}");
            officer.get(&url).await.expect(200).json()["communes"][0].clone()
        };
        // The step that ends with the fix of midnight began before it.
        for (day, steps) in [("2026-03-01", 90.0), ("2026-03-02", 89.0)] {
            let own = days(day, day).await;
            assert_eq!((&own["patrols"], &own["visits"]), (&json!(1), &json!(1)), "{day}");
            assert_near(&own["length_m"], WALK_M * steps / 179.0, 0.001 * WALK_M);
            assert_near(&own["team_hours"], steps * 10.0 / 3600.0, 1e-6);
            assert_near(&own["night_share"], 1.0, 1e-9);
            let share = own["coverage"].as_f64().unwrap();
            assert!((0.45 * WALK_50..0.6 * WALK_50).contains(&share), "{day}: {share}");
        }
        let both = days("2026-03-01", "2026-03-02").await;
        assert_share(&both, WALK_50);
        assert_eq!((&both["patrols"], &both["visits"], &both["revisit_days"]), (&json!(1), &json!(2), &json!(1.0)));
        for day in ["2026-02-28", "2026-03-03"] {
            let own = days(day, day).await;
            assert_eq!((&own["patrols"], &own["covered_m2"]), (&json!(0), &json!(0.0)), "{day}");
        }
    }

    async fn no_risk_area_is_null_and_neither_zero_nor_one(field: Field) {
        two_communes(&field).await;
        let officer = field.officer().await;
        let answer = asked(&officer, "").await;
        let second = &answer["communes"][1];
        assert_eq!(second["code"], "99002");
        assert_eq!(second["coverage"], Value::Null);
        assert_eq!(second["error_bound"], Value::Null);
        assert_eq!(second["risk_area_m2"], 0.0);
    }

    async fn a_gap_earns_no_corridor(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        send(&phone, id, &fixes(&field, TODAY, 104.3, (0..60).chain(120..180))).await;
        field.settle().await;
        assert_share(&first_commune(&officer, "").await, WITH_A_GAP_50);
    }

    async fn two_phones_of_one_patrol_count_once(field: Field) {
        two_communes(&field).await;
        let officer = field.officer().await;
        let (one, two) = (field.phone("máy A", &[]).await, field.phone("máy B", &[]).await);
        let id = walked(&field, &one, TODAY, 104.3).await;
        let single = first_commune(&officer, "").await;
        send(&two, id, &fixes(&field, TODAY, 104.3, 0..180)).await;
        field.settle().await;
        assert_eq!(first_commune(&officer, "").await, single);
        assert_eq!(first_commune(&officer, "&visits=2").await["covered_m2"], 0.0);
    }

    async fn two_patrols_are_two_visits_where_both_saw(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        walked(&field, &phone, YESTERDAY, 104.3004).await;
        assert_share(&first_commune(&officer, "").await, EITHER_50);
        let twice = first_commune(&officer, "&visits=2").await;
        assert_share(&twice, BOTH_50);
        assert_eq!(twice["patrols"], 2);
        assert_eq!(first_commune(&officer, "&visits=3").await["coverage"], 0.0);
        officer.get(&format!("{WINDOW}&visits=0")).await.expect(400);
    }

    async fn a_rejected_patrol_goes_and_validated_ones_can_be_asked_for(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let good = walked(&field, &phone, TODAY, 104.3).await;
        let bad = walked(&field, &phone, YESTERDAY, 104.3004).await;
        assert_eq!(first_commune(&officer, "&validated=true").await["coverage"], 0.0);
        let state = json!({ "state": "validated" });
        officer.post(&format!("/api/v1/patrols/{good}/validation"), &state).await.expect(200);
        let state = json!({ "state": "rejected", "reason": "chạy xe máy" });
        officer.post(&format!("/api/v1/patrols/{bad}/validation"), &state).await.expect(200);
        field.settle().await;
        assert_share(&first_commune(&officer, "").await, WALK_50);
        assert_share(&first_commune(&officer, "&validated=true").await, WALK_50);
        let behind = "/api/v1/coverage/patrols?from=2026-03-01&to=2026-03-31";
        assert_eq!(officer.get(behind).await.expect(200).json()["count"], 1);
        // Its rows wait for a correction after which it counts again.
        let (masks, effort) = index(&field).await;
        for id in [good, bad] {
            assert!(masks.iter().any(|row| row.0 == id) && effort.iter().any(|row| row.0 == id));
        }
    }

    async fn filters_choose_patrols(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        for (filter, counts) in [
            ("&kind=crop_check", true), ("&kind=night", false), ("&level=high", true),
            ("&force=dan_quan", false), ("&campaign=01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4", false),
        ] {
            let figures = first_commune(&officer, filter).await;
            assert_eq!(figures["covered_m2"].as_f64().unwrap() > 0.0, counts, "{filter}");
        }
        assert_eq!(first_commune(&officer, "&level=low").await["coverage"], Value::Null);
        for refused in ["&kind=stroll", "&force=nobody", "&level=some", "&pass=0", "&radius=50", "&as_of=now"] {
            officer.get(&format!("{WINDOW}{refused}")).await.expect(400);
        }
        officer.get("/api/v1/coverage?from=2026-03-31&to=2026-03-01").await.expect(400);
        officer.get("/api/v1/coverage?from=2026-03-31").await.expect(400);
    }

    async fn a_radius_that_is_not_indexed_is_refused_by_name(field: Field) {
        two_communes(&field).await;
        let officer = field.officer().await;
        let refused = officer.get(&format!("{WINDOW}&radius_m=75")).await.expect(400);
        assert_eq!(refused.problem(), "invalid-parameter");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("50, 100"), "{detail}");
    }

    async fn passes_count_visits_inside_different_windows(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        // The clock stands at 2 March, in the flowering window; 110 days before it was the seedling window.
        walked(&field, &phone, TODAY, 104.3).await;
        walked(&field, &phone, TODAY - 110 * DAY_S, 104.3004).await;
        let season = "/api/v1/coverage?from=2025-10-15&to=2026-03-31";
        let get = async |rest: &str| officer.get(&format!("{season}{rest}")).await.expect(200).json();
        let both = get("&pass=2").await;
        assert_share(&both["communes"][0], BOTH_50);
        assert_eq!(both["season"]["in_season"], true);
        assert_eq!(both["notes"], json!([]));
        assert_share(&get("&pass=flowering").await["communes"][0], WALK_50);
        assert_eq!(get("&pass=flowering&visits=2").await["communes"][0]["coverage"], 0.0);
        officer.get(&format!("{season}&pass=harvest")).await.expect(400);
        // Only the flowering window has days of March: two passes cannot have been made, and the other one is closed.
        for (pass, code) in [("2", "too_few_windows"), ("seedling", "outside_season")] {
            for path in ["/api/v1/coverage", "/api/v1/coverage/series"] {
                let march = format!("{path}?from=2026-03-01&to=2026-03-31&pass={pass}");
                let told = officer.get(&march).await.expect(200).json();
                let codes: Vec<_> = told["notes"].as_array().unwrap().iter().map(|own| own["code"].clone()).collect();
                assert_eq!((codes, &told["season"]["in_season"]), (vec![json!(code)], &json!(true)), "{march}");
            }
        }
        let out = "/api/v1/coverage?from=2026-04-01&to=2026-04-30&pass=2";
        let out = officer.get(out).await.expect(200).json();
        assert_eq!(out["notes"][0]["code"], "outside_season");
        assert_eq!(out["season"]["in_season"], false);
    }

    async fn ground_of_two_areas_counts_visits_in_the_windows_of_either(field: Field) {
        two_communes(&field).await;
        // The same ground for two crops: on 2 March poppy flowers and cannabis is young.
        let square = rectangle(104.29, 22.39, 104.31, 22.41);
        load_risk(&field, collection(&[risk_area("R2", "cannabis", "2025-09-01", &square)])).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        let day = "/api/v1/coverage?from=2026-03-02&to=2026-03-02";
        let get = async |rest: &str| officer.get(&format!("{day}{rest}")).await.expect(200).json();
        let whole = get("").await["communes"][0]["risk_area_m2"].clone();
        for pass in ["seedling", "flowering"] {
            let told = get(&format!("&pass={pass}")).await;
            assert_share(&told["communes"][0], WALK_50);
            assert_near(&told["communes"][0]["risk_area_m2"], whole.as_f64().unwrap(), 1.0);
        }
    }

    async fn effort_under_a_pass_is_of_days_inside_the_windows_of_each_commune(field: Field) {
        two_communes(&field).await;
        // Cannabis is looked for in other months: its seedlings from March on.
        let beside = rectangle(104.33, 22.39, 104.35, 22.41);
        load_risk(&field, collection(&[risk_area("R2", "cannabis", "2025-09-01", &beside)])).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let days = [TODAY, TODAY - 50 * DAY_S, TODAY - 110 * DAY_S];
        for (from_s, lon) in days.into_iter().flat_map(|day| [(day, 104.3), (day + 3600, 104.34)]) {
            walked(&field, &phone, from_s, lon).await;
        }
        let season = "/api/v1/coverage?from=2025-10-15&to=2026-03-31";
        let get = async |rest: &str| officer.get(&format!("{season}{rest}")).await.expect(200).json();
        let all = get("").await;
        for commune in all["communes"].as_array().unwrap() {
            assert_eq!((&commune["visits"], &commune["patrols"]), (&json!(3), &json!(3)));
        }
        let last = |day: i64, after: i64| field.after(day + after + 1790);
        // The clock stands at 2 March: flowering poppy, young cannabis. 12 November: young poppy. 11 January: nothing.
        let seedling = get("&pass=seedling").await;
        let (poppy, cannabis) = (&seedling["communes"][0], &seedling["communes"][1]);
        assert_eq!((&poppy["visits"], &poppy["patrols"]), (&json!(1), &json!(1)));
        assert_eq!(poppy["last_visit_at"], json!(last(days[2], 0)));
        assert_near(&poppy["length_m"], WALK_M, 0.001 * WALK_M);
        assert_eq!(poppy["revisit_days"], Value::Null);
        assert_eq!((&cannabis["visits"], &cannabis["last_visit_at"]), (&json!(1), &json!(last(days[0], 3600))));
        assert_eq!((&seedling["total"]["visits"], &seedling["total"]["patrols"]), (&json!(2), &json!(2)));
        let twice = get("&pass=2").await;
        assert_eq!((&twice["communes"][0]["visits"], &twice["communes"][0]["patrols"]), (&json!(2), &json!(2)));
        assert_near(&twice["communes"][0]["revisit_days"], 110.0, 1e-9);
        assert_eq!(twice["communes"][1]["visits"], 1);
        assert_near(&twice["total"]["length_m"], 3.0 * WALK_M, 0.003 * WALK_M);
        let own = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        let own = own.get(&format!("{season}&pass=2")).await.expect(200).json();
        assert_eq!((&own["communes"][0], &own["total"]["patrols"]), (&twice["communes"][0], &json!(2)));
        let there = field.elsewhere(&officer).get(&format!("{season}&pass=2")).await.expect(200).json();
        assert_eq!(there["communes"], twice["communes"]);
    }

    async fn readers_see_communes_in_reach_only(field: Field) {
        two_communes(&field).await;
        let own = field.account("xa-b", Role::CommuneOfficer, &["99002"]).await;
        let answer = asked(&own, "").await;
        assert_eq!(answer["communes"].as_array().unwrap().len(), 1);
        assert_eq!(answer["communes"][0]["code"], "99002");
        assert_eq!(answer["total"]["risk_area_m2"], 0.0);
        let foreign = own.get(&format!("{WINDOW}&commune=99001")).await.expect(404);
        let unknown = own.get(&format!("{WINDOW}&commune=88888")).await.expect(404);
        assert_eq!(foreign.problem(), unknown.problem());
        let cells = "/api/v1/coverage/cells?from=2026-03-01&to=2026-03-31&commune=";
        own.get(&format!("{cells}99001")).await.expect(404);
        own.get(&format!("{cells}99002")).await.expect(200);
        let reader = field.account("doc", Role::Reader, &[]).await;
        reader.get(&format!("{cells}99001")).await.expect(403);
        reader.get(WINDOW).await.expect(200);
        field.account("qt", Role::Admin, &[]).await.get(WINDOW).await.expect(403);
        field.anon().get(WINDOW).await.expect(401);
    }

    async fn boundaries_are_those_of_the_last_day(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        let file = collection(&[
            commune("99001", &rectangle(104.28, 22.38, 104.32, 22.40)),
            commune("99003", &rectangle(104.28, 22.40, 104.32, 22.42)),
        ]);
        let import = CommuneImport {
            valid_from: Some("2026-03-20".parse().unwrap()),
            ..CommuneImport::default()
        };
        load_communes(&field, file, import).await;
        let old = officer.get("/api/v1/coverage?from=2026-03-01&to=2026-03-19").await.expect(200).json();
        assert_eq!(old["communes"].as_array().unwrap().len(), 2);
        assert_share(&old["communes"][0], WALK_50);
        let new = asked(&officer, "").await;
        let codes: Vec<_> = new["communes"].as_array().unwrap().iter().map(|own| own["code"].clone()).collect();
        assert_eq!(codes, ["99001", "99002", "99003"]);
        assert_share(&new["communes"][0], SOUTH_50);
        assert_near(&new["communes"][0]["risk_area_m2"], SOUTH_M2, 0.1);
        assert_share(&new["total"], WALK_50);
        // The walk crosses the new edge: both communes were visited, and the way is shared out.
        assert_eq!(new["communes"][2]["patrols"], 1);
        assert_eq!(new["total"]["patrols"], 1);
        assert_near(&new["total"]["length_m"], WALK_M, 0.001 * WALK_M);
        assert_near(&new["communes"][0]["length_m"], (22.40 - 22.3925) * 110_747.0, 140.0);
    }

    async fn a_larger_risk_area_shows_in_the_change(field: Field) {
        two_communes(&field).await;
        let officer = field.officer().await;
        let more = rectangle(104.33, 22.39, 104.35, 22.41);
        load_risk(&field, collection(&[risk_area("R2", "opium_poppy", "2026-03-10", &more)])).await;
        let answer = asked(&officer, "").await;
        assert_near(&answer["communes"][0]["risk_area_change_m2"], 0.0, 1e-6);
        assert_near(&answer["communes"][1]["risk_area_change_m2"], SQUARE_M2, 0.1);
        assert_near(&answer["total"]["risk_area_change_m2"], SQUARE_M2, 0.1);
    }

    async fn late_and_repeated_fixes_change_exactly_their_rows(field: Field) {
        two_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        let other = walked(&field, &phone, YESTERDAY, 104.3004).await;
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        send(&phone, id, &fixes(&field, TODAY, 104.3, 0..60)).await;
        field.settle().await;
        let early = index(&field).await;
        field.clock.advance_millis(1000);
        send(&phone, id, &fixes(&field, TODAY, 104.3, 60..180)).await;
        send(&phone, id, &fixes(&field, TODAY, 104.3, 0..90)).await;
        let officer = field.officer().await;
        assert_eq!(asked(&officer, "").await["pending_patrols"], 1);
        field.settle().await;
        let late = index(&field).await;
        let of = |rows: &(Vec<MaskRow>, Vec<EffortRow>), patrol| {
            let masks: Vec<_> = rows.0.iter().filter(|row| row.0 == patrol).cloned().collect();
            let effort: Vec<_> = rows.1.iter().filter(|row| row.0 == patrol).cloned().collect();
            (masks, effort)
        };
        assert_eq!(of(&early, other), of(&late, other));
        assert_ne!(of(&early, id), of(&late, id));
        // Sent at once or in parts, twice or once: the same bytes.
        let whole = walked(&field, &phone, YESTERDAY - DAY_S, 104.3).await;
        let strip = |(masks, effort): (Vec<MaskRow>, Vec<EffortRow>)| {
            let masks: Vec<_> = masks.into_iter().map(|row| (row.2, row.3)).collect();
            let effort: Vec<_> = effort.into_iter().map(|row| (row.2, row.3.to_bits(), row.4, row.5)).collect();
            (masks, effort)
        };
        let again = index(&field).await;
        assert_eq!(strip(of(&late, id)), strip(of(&again, whole)));
        assert_eq!(late.0.len() + of(&again, whole).0.len(), again.0.len());
    }

    async fn an_earlier_instant_is_answered_from_what_was_received_by_then(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        send(&phone, id, &fixes(&field, TODAY, 104.3, 0..60)).await;
        field.settle().await;
        let early = first_commune(&officer, "").await;
        let instant = field.app.journal.now();
        field.clock.advance_millis(5000);
        send(&phone, id, &fixes(&field, TODAY, 104.3, 60..180)).await;
        field.settle().await;
        let then = asked(&officer, &format!("&as_of={instant}")).await;
        assert_eq!(then["communes"][0], early);
        assert_eq!(then["notes"][0]["code"], "as_of");
        assert_share(&first_commune(&officer, "").await, WALK_50);
        let now = asked(&officer, &format!("&as_of={}", field.app.journal.now())).await;
        assert_eq!(now["communes"][0], first_commune(&officer, "").await);
    }

    async fn gaps_come_worst_first_and_in_pages(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        let share = first_commune(&officer, "").await;
        let mut url = Some("/api/v1/coverage/cells?commune=99001&from=2026-03-01&to=2026-03-31&limit=20".to_owned());
        let mut cells = Vec::new();
        while let Some(page) = url {
            let page = officer.get(&page).await.expect(200).json();
            cells.extend(page["features"].as_array().unwrap().iter().map(|own| own["properties"].clone()));
            url = page["next"].as_str().map(ToOwned::to_owned);
        }
        let of = |own: &Value, name: &str| own[name].as_f64().unwrap();
        let sum = |name: &str| cells.iter().map(|own| of(own, name)).sum::<f64>();
        assert!(cells.len() > 40, "{}", cells.len());
        // H3 hexagons on a plane at each parent leave a few parts in ten thousand between them.
        assert!((sum("risk_m2") / SQUARE_M2 - 1.0).abs() < 1e-3, "{}", sum("risk_m2"));
        let seen = sum("covered_m2") / sum("risk_m2");
        assert!((seen - share["coverage"].as_f64().unwrap()).abs() < 1e-9);
        let unseen: Vec<f64> = cells.iter().map(|own| of(own, "risk_m2") - of(own, "covered_m2")).collect();
        assert!(unseen.windows(2).all(|pair| pair[0] >= pair[1] - 0.02));
        let visited: Vec<_> = cells.iter().filter(|own| own["visits"] == 1).collect();
        assert!(!visited.is_empty() && visited.iter().all(|own| own["last_visit_on"] == "2026-03-02"));
        let fine = "/api/v1/coverage/cells?commune=99001&from=2026-03-01&to=2026-03-31&res=11&limit=49";
        let fine = officer.get(fine).await.expect(200).json();
        assert_eq!(fine["features"][0]["geometry"]["coordinates"][0].as_array().unwrap().len(), 7);
        officer.get("/api/v1/coverage/cells?commune=99001&from=2026-03-01&to=2026-03-31&res=10").await.expect(400);
    }
}
