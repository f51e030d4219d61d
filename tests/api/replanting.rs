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
