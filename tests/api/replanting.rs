//! Re-planting by cell: what was sown again, who was there, and the facts under each figure.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::ledger::{desk, eradication, org, photographed_on, verification};
use crate::plots::{EAST, WEST, load_communes, plot_at};

const PATH: &str = "/api/v1/ledger/replanting?season=2025-2026&res=9";

async fn sent(client: &Client, plot: Uuid, act: &str, body: &Value) -> Value {
    let path = format!("/api/v1/plots/{plot}/{act}");
    client.post(&path, body).await.expect(201).json()["properties"].clone()
}

/// A plot that was destroyed in the season before.
async fn destroyed(field: &Field, phone: &Client, lon: f64) -> Uuid {
    let plot = field.new_id();
    let mut told = plot_at(lon, 22.4);
    told["properties"]["detected_at"] = json!("2025-02-25T10:15:00+07:00");
    phone
        .put(&format!("/api/v1/plots/{plot}"), &told)
        .await
        .expect(201);
    photographed_on(field, phone, plot, "2025-02-27").await;
    let mut done = eradication();
    done["started_at"] = json!("2025-02-27T08:00:00+07:00");
    done["ended_at"] = json!("2025-02-27T09:00:00+07:00");
    sent(phone, plot, "eradications", &done).await;
    plot
}

/// A patrol of the phone's that goes north over the plots at that longitude; it began so many seconds after the start.
async fn walked_over(field: &Field, phone: &Client, lon: f64, from_s: i64) -> Uuid {
    let id = field.new_id();
    let path = format!("/api/v1/patrols/{id}");
    let draft = json!({
        "kind": "crop_check", "transport": "foot",
        "started_at": field.after(from_s - 60), "ended_at": field.after(from_s + 3_600),
    });
    phone.put(&path, &draft).await.expect(201);
    let fixes = (0..180).map(|n: i32| {
        json!({
            "t": field.after(from_s + 10 * i64::from(n)), "lon": lon,
            "lat": 22.3925 + f64::from(n) * 0.000_08, "accuracy_m": 5.0,
        })
    });
    let fixes: Vec<Value> = fixes.collect();
    phone
        .post(&format!("{path}/fixes"), &json!({ "fixes": fixes }))
        .await
        .expect(200);
    field.settle().await;
    id
}

/// The cell in which a plot lies.
fn at(told: &Value, lon: f64) -> Value {
    let place = h3o::LatLng::new(22.4, lon).unwrap();
    let cell = place.to_cell(h3o::Resolution::Nine).to_string();
    let cells = told["cells"].as_array().unwrap();
    cells
        .iter()
        .find(|own| own["cell"] == cell)
        .unwrap()
        .clone()
}

fn numbers(cell: &Value, names: [&str; 3]) -> [Value; 3] {
    names.map(|name| cell[name].clone())
}

on_both! {
    async fn each_cell_tells_what_was_sown_again_and_who_was_there(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let post = desk(&field, "don-bp", org(&field, "Đồn biên phòng").await, Role::PostOfficer, &[WEST]).await;
        let again = destroyed(&field, &phone, 104.32).await;
        let visited = destroyed(&field, &phone, 104.34).await;
        let left = destroyed(&field, &phone, 104.36).await;
        let new = field.new_id();
        phone.put(&format!("/api/v1/plots/{new}"), &plot_at(104.320_3, 22.4)).await.expect(201);
        for plot in [again, new] {
            sent(&post, plot, "verifications", &verification()).await;
        }
        let mut look = json!({ "inspected_at": "2025-11-20T08:00:00+07:00", "result": "clear" });
        let wrong = sent(&phone, visited, "reinspections", &look).await;
        look["corrects"] = wrong["fact"].clone();
        look["inspected_at"] = json!("2025-11-21T08:00:00+07:00");
        field.clock.advance_millis(1_000);
        let look = sent(&phone, visited, "reinspections", &look).await;

        let told = phone.get(PATH).await.expect(200).json();
        assert_eq!(numbers(&told, ["before", "reach_m", "label"]), [json!("2024-2025"), json!(100.0), json!("Áp lực tái trồng theo ô")]);
        assert_eq!(numbers(&told["total"], ["plots", "visited", "replanted"]), [json!(3), json!(2), json!(1)]);
        let cell = at(&told, 104.32);
        assert_eq!(numbers(&cell, ["plots", "rate", "unvisited"]), [json!(1), json!(1.0), json!(0.0)]);
        assert_eq!(numbers(&cell, ["seasons", "is_recurrent", "new_plots"]), [json!(["2024-2025", "2025-2026"]), json!(true), json!([new])]);
        assert_eq!(cell["old_plots"], json!([{ "plot": again, "visits": [], "is_sown_again": true, "sown_again": [new] }]));
        let cell = at(&told, 104.34);
        assert_eq!(numbers(&cell, ["visited", "rate", "is_recurrent"]), [json!(1), json!(0.0), json!(false)]);
        assert_eq!(cell["old_plots"][0]["visits"], json!([look["fact"]]), "what was corrected is no visit");
        let cell = at(&told, 104.36);
        assert_eq!(numbers(&cell, ["visited", "rate", "unvisited"]), [json!(0), Value::Null, json!(1.0)]);
        assert_eq!(cell["old_plots"][0]["plot"], left.to_string());
    }

    async fn a_patrol_that_went_by_is_told_beside_and_is_no_visit(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[WEST]).await);
        let seen = destroyed(&field, &phone, 104.32).await;
        let unjudged = destroyed(&field, &phone, 104.34).await;
        let passed = destroyed(&field, &phone, 104.36).await;
        let look = json!({ "inspected_at": "2025-11-20T08:00:00+07:00", "result": "clear" });
        sent(&phone, seen, "reinspections", &look).await;
        field.settle().await;
        let told = async |client: &Client, rest: &str| client.get(&format!("{PATH}{rest}")).await.expect(200).json()["total"].clone();
        assert_eq!(numbers(&told(&officer, "").await, ["plots", "passed_by", "only_passed_by"]), [json!(3), json!(0), json!(0)]);
        let mut walks = Vec::new();
        for (day, lon) in [104.32, 104.34, 104.36].into_iter().enumerate() {
            let from_s = -7_200 - 86_400 * i64::try_from(day).unwrap();
            walks.push(walked_over(&field, &phone, lon, from_s).await);
        }
        for accepted in [walks[0], walks[2]] {
            let state = json!({ "state": "validated" });
            officer.post(&format!("/api/v1/patrols/{accepted}/validation"), &state).await.expect(200);
        }
        field.settle().await;
        // Two places were passed; one of them nobody wrote down that he looked at. What counts as visited stays what it was.
        let total = told(&officer, "").await;
        assert_eq!(numbers(&total, ["visited", "passed_by", "only_passed_by"]), [json!(1), json!(2), json!(1)]);
        assert!((total["unvisited"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9);
        let days = "from=2025-09-01&to=2026-08-31&season=2025-2026";
        let rates = officer.get(&format!("/api/v1/ledger/rates?{days}")).await.expect(200).json();
        assert_eq!(rates["replanting"], total);
        let behind = format!("/api/v1/ledger/rates/plots?of=replanting_passed&{days}");
        let under = officer.get(&behind).await.expect(200).json();
        let mut named: Vec<String> = under["plots"].as_array().unwrap().iter().map(|own| own["plot"].as_str().unwrap().to_owned()).collect();
        named.sort_unstable();
        let mut expected = [seen.to_string(), passed.to_string()];
        expected.sort_unstable();
        assert_eq!(named, expected);
        let cells = officer.get(PATH).await.expect(200).json();
        assert_eq!(at(&cells, 104.34)["old_plots"][0]["passed_by"], false, "nobody judged the patrol that went by {unjudged}");
        // Where nobody was is a map for growers: who may not read gaps is not told, nor is it known of another day.
        let bare = told(&phone, "").await;
        assert_eq!((bare.get("passed_by"), bare.get("only_passed_by"), bare["plots"].clone()), (None, None, json!(3)));
        phone.get(&behind).await.expect(400);
        let elsewhere = format!("/api/v1/plots/{}", field.new_id());
        let entry = phone.put(&elsewhere, &plot_at(104.3, 22.39)).await.expect(201).json()["receipt"]["entry_id"].clone();
        field.settle().await;
        let as_of = format!("&as_of={}", entry.as_str().unwrap());
        assert_eq!(told(&officer, &as_of).await.get("passed_by"), None);
        officer.get(&format!("{behind}{as_of}")).await.expect(400);
    }

    async fn pressure_is_told_of_the_callers_plots_and_by_known_words(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        destroyed(&field, &phone, 104.32).await;
        for (wrong, status) in [("season=x", 400), ("season=2025-2026&res=10", 400), ("", 400), ("season=2026", 200)] {
            phone.get(&format!("/api/v1/ledger/replanting?{wrong}")).await.expect(status);
        }
        let of = |query: &'static str| { let phone = phone.clone(); async move { phone.get(&format!("{PATH}{query}")).await.expect(200).json()["total"]["plots"].clone() } };
        assert_eq!([of("").await, of("&commune=10002").await, of("&crop=cannabis").await], [json!(1), json!(0), json!(0)]);
        let stranger = field.phone("máy Đông", &[EAST]).await;
        let told = stranger.get(PATH).await.expect(200).json();
        assert_eq!((told["cells"].clone(), told["total"]["plots"].clone()), (json!([]), json!(0)));
    }
}
