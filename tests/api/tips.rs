//! Tips: a cell, a day, what was told, and never who told it.

use serde_json::{Value, json};
use tuantra::base::actor::Role;

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

on_both! {
    async fn a_tip_is_kept_coarse_and_followed_to_its_plot(field: Field) {
        load_communes(&field).await;
        let officer = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let foreign = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        let path = format!("/api/v1/tips/{}", field.new_id());
        let first = officer.put(&path, &tip(104.3, 22.4)).await.expect(201).json();
        assert_eq!(first["tip"]["state"], "received");
        assert_eq!(first["tip"]["commune"], WEST);
        assert_eq!(officer.put(&path, &tip(104.3, 22.4)).await.expect(200).json()["receipt"], first["receipt"]);
        let mut other = tip(104.3, 22.4);
        other["text"] = json!("khác");
        officer.put(&path, &other).await.expect(409);
        foreign.put(&path, &tip(104.7, 22.4)).await.expect(201);
        foreign.put(&format!("/api/v1/tips/{}", field.new_id()), &tip(104.3, 22.4)).await.expect(404);

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
        let path = format!("/api/v1/tips/{}", field.new_id());
        for text in ["gọi lại 0912 345 678", "CCCD 010098001234", "điện thoại 84912345678"] {
            let mut sent = tip(104.3, 22.4);
            sent["text"] = json!(text);
            let answer = officer.put(&path, &sent).await.expect(422);
            assert_eq!(answer.pointers(), ["/text"]);
            let reason = answer.json()["fields"][0]["reason"].as_str().unwrap().to_owned();
            assert!(reason.contains("hãy bỏ số đó") && reason.contains("leave it out"));
        }
        let fine = h3o::LatLng::new(22.4, 104.3).unwrap().to_cell(h3o::Resolution::Nine);
        for (field_name, value) in [("cell", json!(fine.to_string())), ("received_on", json!("2026-02-20T08:00:00+07:00"))] {
            let mut sent = tip(104.3, 22.4);
            sent[field_name] = value;
            assert_eq!(officer.put(&path, &sent).await.expect(422).pointers(), [format!("/{field_name}")]);
        }
        for foreign in ["informant", "phone", "name", "lon", "received_at"] {
            let mut sent = tip(104.3, 22.4);
            sent[foreign] = json!("x");
            assert!((400..=422).contains(&officer.put(&path, &sent).await.status.as_u16()), "{foreign}");
        }
        assert_eq!(officer.get("/api/v1/tips").await.expect(200).json()["tips"], json!([]));
        assert!(field.app.journal.entries_since(-1, 500).await.unwrap().iter().all(|entry| entry.kind != "tip"));
    }
}
