//! Tips: a cell, a day, what was told, and never who told it.

use futures::future::join_all;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::plots::{EAST, WEST, load_communes, plot_at};

/// 104.3° E, 22.4° N at resolution 8.
pub fn cell(lon: f64, lat: f64) -> String {
    let place = h3o::LatLng::new(lat, lon).unwrap();
    place.to_cell(h3o::Resolution::Eight).to_string()
}

pub fn tip(lon: f64, lat: f64) -> Value {
    json!({ "received_on": "2026-02-20", "cell": cell(lon, lat), "channel": "hotline", "crop": "opium_poppy",
        "text": "Có đám cây lạ sau nương ngô" })
}

/// A random id: a tip's must not tell the time.
pub fn random(id: Uuid) -> Uuid {
    let digest = Sha256::digest(id.as_bytes());
    let bytes: [u8; 16] = digest[..16].try_into().unwrap();
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

async fn told(field: &Field, client: &Client, (lon, day): (f64, &str)) -> Uuid {
    let id = random(field.new_id());
    let mut sent = tip(lon, 22.4);
    sent["received_on"] = json!(day);
    client
        .put(&format!("/api/v1/tips/{id}"), &sent)
        .await
        .expect(201);
    id
}

fn ids(page: &Value) -> Vec<String> {
    let tips = page["tips"].as_array().unwrap().iter();
    tips.map(|tip| tip["id"].as_str().unwrap().to_owned())
        .collect()
}

on_both! {
    async fn whoever_reads_a_tip_learns_the_day_and_never_the_hour(field: Field) {
        load_communes(&field).await;
        let officer = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        // Made by the clock: its first digits are the millisecond.
        let clocked = format!("/api/v1/tips/{}", field.new_id());
        let refused = officer.put(&clocked, &tip(104.3, 22.4)).await.expect(400);
        assert!(refused.json()["detail"].as_str().unwrap().contains("version 4"));
        let id = told(&field, &officer, (104.3, "2026-02-20")).await;
        told(&field, &officer, (104.3, "2026-02-19")).await;
        let outcome = json!({ "state": "assigned", "note": "giao tổ 2" });
        officer.post(&format!("/api/v1/tips/{id}/outcomes"), &outcome).await.expect(201);
        let page = officer.get("/api/v1/tips?limit=1").await.expect(200).json();
        assert_eq!(ids(&page), [id.to_string()]);
        let shown = &page["tips"][0];
        assert_eq!((shown["received_on"].clone(), shown["recorded_on"].clone()), (json!("2026-02-20"), json!("2026-03-02")));
        assert_eq!(shown["outcomes"], json!([{ "state": "assigned", "plot": null, "note": "giao tổ 2", "recorded_on": "2026-03-02" }]));
        for (key, value) in shown.as_object().unwrap() {
            assert!(!value.to_string().contains(":00") && !key.ends_with("_at"), "{key}: {value}");
        }
        // Nor does the next page's address.
        let next = page["next"].as_str().unwrap();
        assert_eq!(officer.get(next).await.expect(200).json()["tips"].as_array().unwrap().len(), 1);
        let later = told(&field, &officer, (104.3, "2026-02-20")).await;
        field.clock.advance_millis(3_600_000);
        let again = officer.get("/api/v1/tips?limit=2").await.expect(200).json();
        assert_eq!(ids(&again).len(), 2);
        assert!(ids(&again).contains(&later.to_string()));
    }

    async fn a_page_of_tips_is_filled_from_the_callers_communes(field: Field) {
        load_communes(&field).await;
        let province = field.officer().await;
        let west = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let mut own = Vec::new();
        for n in 0..6 {
            let day = format!("2026-02-{:02}", 10 + n);
            own.push(told(&field, &province, (104.3, &day)).await.to_string());
            told(&field, &province, (104.7, &day)).await;
        }
        own.reverse();
        let first = west.get("/api/v1/tips?limit=4").await.expect(200).json();
        assert_eq!(ids(&first), own[..4]);
        let rest = west.get(first["next"].as_str().unwrap()).await.expect(200).json();
        assert_eq!((ids(&rest), rest["next"].clone()), (own[4..].to_vec(), Value::Null));
        assert_eq!(ids(&province.get("/api/v1/tips").await.expect(200).json()).len(), 12);
        assert!(ids(&field.account("xa-dong-2", Role::CommuneOfficer, &[EAST]).await.get("/api/v1/tips").await.expect(200).json()).iter().all(|id| !own.contains(id)));
    }

    async fn many_readers_of_tips_at_once_are_all_answered(field: Field) {
        load_communes(&field).await;
        let officer = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        told(&field, &officer, (104.3, "2026-02-20")).await;
        // A process that has no map in memory yet reads it from the same connections.
        let fresh = field.elsewhere(&officer);
        let asked = join_all((0..40).map(|_| fresh.get("/api/v1/tips")));
        // Who waited for a connection that he holds himself would be refused after ten seconds.
        for answer in asked.await {
            assert_eq!(ids(&answer.expect(200).json()).len(), 1);
        }
    }

    async fn a_tip_is_kept_coarse_and_followed_to_its_plot(field: Field) {
        load_communes(&field).await;
        let officer = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let foreign = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        let path = format!("/api/v1/tips/{}", random(field.new_id()));
        let first = officer.put(&path, &tip(104.3, 22.4)).await.expect(201).json();
        assert_eq!(first["tip"]["state"], "received");
        assert_eq!(first["tip"]["commune"], WEST);
        assert_eq!(officer.put(&path, &tip(104.3, 22.4)).await.expect(200).json()["receipt"], first["receipt"]);
        let mut other = tip(104.3, 22.4);
        other["text"] = json!("khác");
        officer.put(&path, &other).await.expect(409);
        foreign.put(&path, &tip(104.7, 22.4)).await.expect(201);
        let elsewhere = foreign.put(&format!("/api/v1/tips/{}", random(field.new_id())), &tip(104.3, 22.4)).await.expect(403).json();
        assert!(elsewhere["detail"].as_str().unwrap().contains("in none of your communes"), "{elsewhere}");

        let phone = field.phone("máy A", &[WEST]).await;
        let plot = field.new_id();
        phone.put(&format!("/api/v1/plots/{plot}"), &plot_at(104.3, 22.4)).await.expect(201);
        let outcomes = format!("{path}/outcomes");
        officer.post(&outcomes, &json!({ "state": "assigned" })).await.expect(201);
        officer.post(&outcomes, &json!({ "state": "plot" })).await.expect(422);
        officer.post(&outcomes, &json!({ "state": "plot", "plot": field.new_id() })).await.expect(422);
        let found = officer.post(&outcomes, &json!({ "state": "plot", "plot": plot })).await.expect(201).json();
        assert_eq!(found["tip"]["state"], "plot");
        assert_eq!(found["tip"]["outcomes"][1]["plot"], plot.to_string());
        let again = officer.post(&outcomes, &json!({ "state": "plot", "plot": plot })).await.expect(200).json();
        assert_eq!(again["receipt"], found["receipt"]);
        foreign.post(&outcomes, &json!({ "state": "not_found" })).await.expect(404);
        phone.post(&outcomes, &json!({ "state": "not_found" })).await.expect(403);

        assert_eq!(officer.get("/api/v1/tips").await.expect(200).json()["tips"].as_array().unwrap().len(), 1);
        assert_eq!(foreign.get("/api/v1/tips").await.expect(200).json()["tips"], json!([]));
    }

    async fn what_could_name_a_person_or_a_house_is_turned_back_unkept(field: Field) {
        load_communes(&field).await;
        let officer = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let path = format!("/api/v1/tips/{}", random(field.new_id()));
        for text in ["gọi lại 0912 345 678", "CCCD 010098001234", "điện thoại 84912345678"] {
            let mut sent = tip(104.3, 22.4);
            sent["text"] = json!(text);
            let answer = officer.put(&path, &sent).await.expect(422);
            assert_eq!(answer.pointers(), ["/text"]);
            let reason = answer.json()["fields"][0]["reason"].as_str().unwrap().to_owned();
            assert!(reason.contains("hãy bỏ số đó") && reason.contains("leave it out"));
        }
        for text in ["CCCD 0123 4567 8901", "０９１２３４５６７８", "0987\u{200b}654321"] {
            let mut sent = tip(104.3, 22.4);
            sent["text"] = json!(text);
            assert_eq!(officer.put(&path, &sent).await.expect(422).pointers(), ["/text"], "{text}");
        }
        for text in ["tọa độ 22.301377, 104.441196", "22°18'05\" B 104°26'28\" Đ", "X 2468123, Y 412345", "7PJ8CC22+8F"] {
            let mut sent = tip(104.3, 22.4);
            sent["text"] = json!(text);
            let answer = officer.put(&path, &sent).await.expect(422);
            assert_eq!(answer.pointers(), ["/text"], "{text}");
            let reason = answer.json()["fields"][0]["reason"].as_str().unwrap().to_owned();
            assert!(reason.contains("hãy bỏ tọa độ") && reason.contains("rounded cell"), "{reason}");
        }
        let fine = h3o::LatLng::new(22.4, 104.3).unwrap().to_cell(h3o::Resolution::Nine);
        for (field_name, value) in [("cell", json!(fine.to_string())), ("received_on", json!("2026-02-20T08:00:00+07:00"))] {
            let mut sent = tip(104.3, 22.4);
            sent[field_name] = value;
            assert_eq!(officer.put(&path, &sent).await.expect(422).pointers(), [format!("/{field_name}")]);
        }
        let mut bare = tip(104.3, 22.4);
        bare["cell"] = json!("here");
        let told = officer.put(&path, &bare).await.expect(422).json();
        let told = told["fields"][0]["reason"].as_str().unwrap();
        let example = told.split("such as ").nth(1).and_then(|rest| rest.split(':').next()).unwrap();
        let example: h3o::CellIndex = example.parse().expect("the cell that is shown is one");
        assert_eq!(example.resolution(), h3o::Resolution::Eight);
        for foreign in ["informant", "phone", "name", "lon", "received_at"] {
            let mut sent = tip(104.3, 22.4);
            sent[foreign] = json!("x");
            assert!((400..=422).contains(&officer.put(&path, &sent).await.status.as_u16()), "{foreign}");
        }
        assert_eq!(officer.get("/api/v1/tips").await.expect(200).json()["tips"], json!([]));
        assert!(field.app.journal.entries_since(-1, 500).await.unwrap().iter().all(|entry| entry.kind != "tip"));
    }
}
