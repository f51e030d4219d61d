//! A phone whose PIN was forgotten, brought to its unit.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use tuantra::base::actor::Role;
use tuantra::base::ids::DeviceId;
use tuantra::sync::bundle::opening;
use tuantra::sync::bundle::seal::{Opening, Sealer};

use crate::plots::{EAST, WEST, load_communes};

const KEY: [u8; 32] = [7; 32];

/// A storage key as the field app seals it.
fn sealed(to: &Opening, purpose: &str, device: DeviceId) -> serde_json::Value {
    let plain = json!({ "purpose": purpose, "device": device, "key": BASE64.encode(KEY) });
    let fresh = tuantra::journal::random().unwrap();
    let mut sealer = Sealer::begin(Vec::new(), &to.recipient(), fresh).unwrap();
    sealer.add(plain.to_string().as_bytes()).unwrap();
    json!({ "sealed": BASE64.encode(sealer.end().unwrap()) })
}

on_both! {
    async fn an_officer_of_the_unit_opens_a_phones_storage_and_it_is_an_entry(field: Field) {
        load_communes(&field).await;
        let own = opening(&field.app).unwrap();
        let device = field.device("máy A", &[WEST]).await;
        let path = format!("/api/v1/devices/{device}/storage-openings");
        let officer = field.account("can-bo", Role::CommuneOfficer, &[WEST]).await;
        let body = sealed(&own, "tuantra storage key 1", device);
        let answer = officer.post(&path, &body).await.expect(200).json();
        assert_eq!(answer["key"], BASE64.encode(KEY));

        field.settle().await;
        let auditor = field.account("kiem-toan", Role::Auditor, &[]).await;
        let list = auditor.get("/api/v1/journal/entries?limit=500").await;
        let list = list.expect(200).json();
        let facts: Vec<&str> = list["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["kind"] == "view")
            .filter_map(|entry| entry["fact"].as_str())
            .collect();
        assert_eq!(facts, [device.to_string()]);
    }

    async fn nobody_else_opens_it(field: Field) {
        load_communes(&field).await;
        let own = opening(&field.app).unwrap();
        let device = field.device("máy A", &[WEST]).await;
        let path = format!("/api/v1/devices/{device}/storage-openings");
        let body = sealed(&own, "tuantra storage key 1", device);
        let elsewhere = field.account("xa-khac", Role::CommuneOfficer, &[EAST]).await;
        elsewhere.post(&path, &body).await.expect(404);
        let reader = field.account("nguoi-doc", Role::Reader, &[]).await;
        reader.post(&path, &body).await.expect(403);
        let phone = field.phone("máy B", &[WEST]).await;
        phone.post(&path, &body).await.expect(403);
    }

    async fn only_that_devices_storage_key_is_opened(field: Field) {
        load_communes(&field).await;
        let own = opening(&field.app).unwrap();
        let device = field.device("máy A", &[WEST]).await;
        let other = field.device("máy B", &[WEST]).await;
        let officer = field.account("can-bo", Role::ProvincialOfficer, &[]).await;
        let path = format!("/api/v1/devices/{device}/storage-openings");
        let stranger = Opening::of([9; 32]);
        let refused = [
            sealed(&own, "tuantra storage key 1", other),
            sealed(&own, "something else", device),
            sealed(&stranger, "tuantra storage key 1", device),
            json!({ "sealed": "AAAA" }),
            json!({ "sealed": "A".repeat(4_000) }),
        ];
        for body in refused {
            let answer = officer.post(&path, &body).await.expect(422).json();
            assert_eq!(answer["fields"][0]["pointer"], "/sealed");
        }
    }
}
