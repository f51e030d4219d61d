//! Previews: what is seen of a photo before its original comes, and that it counts for nothing.

use axum::http::header;
use image::{DynamicImage, GenericImageView, ImageFormat};
use serde_json::{Value, json};
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::photos::{jpeg, sidecar, upload};
use crate::plots::{WEST, load_communes};

async fn announced(field: &Field, phone: &Client, bytes: &[u8]) -> Uuid {
    let id = field.new_id();
    let path = format!("/api/v1/photos/{id}");
    phone.put(&path, &sidecar(bytes)).await.expect(201);
    id
}

async fn send(client: &Client, id: Uuid, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/photos/{id}/preview");
    let kind = Some("application/octet-stream");
    client
        .send(axum::http::Method::PUT, &path, kind, bytes.to_vec().into())
        .await
}

async fn thumbnail(client: &Client, id: Uuid) -> Answer {
    client.get(&format!("/api/v1/photos/{id}/thumbnail")).await
}

async fn told(client: &Client, id: Uuid) -> Value {
    client
        .get(&format!("/api/v1/photos/{id}"))
        .await
        .expect(200)
        .json()
}

on_both! {
    async fn a_preview_is_shown_until_the_originals_own_thumbnail_is_there(field: Field) {
        load_communes(&field).await;
        let (phone, officer) = (field.phone("máy ghi", &[]).await, field.officer().await);
        let original = jpeg(1600, 1200);
        let id = announced(&field, &phone, &original).await;
        thumbnail(&officer, id).await.expect(404);
        assert_eq!(told(&officer, id).await["preview"], json!(false));
        let small = jpeg(640, 480);
        assert_eq!(send(&phone, id, &small).await.expect(201).json(), json!({ "id": id, "is_shown": true }));
        send(&phone, id, &small).await.expect(200);
        let shown = thumbnail(&officer, id).await.expect(200);
        assert_eq!(shown.headers["tuantra-preview"], "1");
        assert_eq!(shown.headers[header::CACHE_CONTROL], "private, no-cache");
        let picture = image::load_from_memory(&shown.bytes).unwrap();
        assert_eq!(picture.dimensions(), (320, 240));
        assert_eq!(told(&officer, id).await["preview"], json!(true));
        officer.get(&format!("/api/v1/photos/{id}/display")).await.expect(404);
        officer.get(&format!("/api/v1/photos/{id}/original?reason=thu")).await.expect(404);
        // Another one takes its place; it is on disk for other processes too.
        send(&phone, id, &jpeg(200, 100)).await.expect(200);
        let shown = thumbnail(&field.elsewhere(&officer), id).await.expect(200);
        assert_eq!(image::load_from_memory(&shown.bytes).unwrap().dimensions(), (200, 100));
        upload(&phone, id, &original).await.expect(201);
        field.settle().await;
        let derived = thumbnail(&officer, id).await.expect(200);
        assert!(!derived.headers.contains_key("tuantra-preview"));
        assert_ne!(derived.headers[header::ETAG], shown.headers[header::ETAG]);
        assert_eq!(told(&officer, id).await["preview"], json!(false));
        assert_eq!(send(&phone, id, &small).await.expect(200).json()["is_shown"], json!(false));
    }

    async fn a_preview_says_nothing_but_its_pixels_and_enters_nothing(field: Field) {
        load_communes(&field).await;
        let (phone, officer) = (field.phone("máy ghi", &[]).await, field.officer().await);
        let id = announced(&field, &phone, b"an original").await;
        field.settle().await;
        let head = officer.get("/api/v1/journal/head").await.expect(200).json();
        let mut small = std::io::Cursor::new(Vec::new());
        DynamicImage::new_rgb8(64, 48).write_to(&mut small, ImageFormat::Jpeg).unwrap();
        let mut small = small.into_inner();
        // A comment segment after the first marker.
        small.splice(2..2, [&[0xFF, 0xFE, 0, 12][..], b"0912345678"].concat());
        send(&phone, id, &small).await.expect(201);
        let shown = thumbnail(&officer, id).await.expect(200);
        assert!(!shown.bytes.windows(10).any(|part| part == b"0912345678"));
        field.settle().await;
        let after = officer.get("/api/v1/journal/head").await.expect(200).json();
        assert_eq!((&after["size"], &after["root"]), (&head["size"], &head["root"]));
        assert!(!head["root"].is_null());
        assert_eq!(told(&officer, id).await["state"], json!("announced"));
    }

    async fn a_preview_stays_where_the_originals_pixels_are_not_read(field: Field) {
        load_communes(&field).await;
        let (phone, officer) = (field.phone("máy ghi", &[]).await, field.officer().await);
        let original = b"no picture at all".to_vec();
        let id = announced(&field, &phone, &original).await;
        upload(&phone, id, &original).await.expect(201);
        send(&phone, id, &jpeg(320, 240)).await.expect(201);
        field.settle().await;
        assert_eq!(told(&officer, id).await["derived"], json!("none"));
        thumbnail(&officer, id).await.expect(200);
        // Collecting leaves what is shown.
        field.app.evidence.collect(field.app.journal.now().plus_millis(1_000_000_000)).await.unwrap();
        thumbnail(&officer, id).await.expect(200);
    }

    async fn only_its_author_sends_a_preview_and_only_a_small_picture(field: Field) {
        load_communes(&field).await;
        let (phone, other) = (field.phone("máy ghi", &[]).await, field.phone("máy khác", &[]).await);
        let id = announced(&field, &phone, b"an original").await;
        let small = jpeg(320, 240);
        let foreign = send(&other, id, &small).await.expect(404);
        let unknown = send(&other, field.new_id(), &small).await.expect(404);
        assert_eq!(foreign.json()["title"], unknown.json()["title"]);
        let reader = field.account("nguoi-xem", Role::Reader, &[WEST]).await;
        send(&reader, id, &small).await.expect(403);
        for refused in [b"GIF89a not read".to_vec(), jpeg(641, 20), small[..100].to_vec(), Vec::new()] {
            let problem = send(&phone, id, &refused).await.expect(422).json();
            assert!(problem["fields"][0]["reason"].as_str().unwrap().contains("640 pixels"), "{problem}");
        }
        send(&phone, id, &vec![0; 65_537]).await.expect(413);
        thumbnail(&phone, id).await.expect(404);
        send(&phone, id, &small).await.expect(201);
    }

    async fn a_preview_of_a_person_is_for_the_handling_unit_and_the_inventory_names_those_that_lack_one(field: Field) {
        load_communes(&field).await;
        let (phone, officer) = (field.phone("máy ghi", &[]).await, field.officer().await);
        let person = field.new_id();
        let mut own = sidecar(b"an original");
        own["contains_person"] = json!(true);
        phone.put(&format!("/api/v1/photos/{person}"), &own).await.expect(201);
        let other = announced(&field, &phone, b"another original").await;
        send(&phone, person, &jpeg(320, 240)).await.expect(201);
        thumbnail(&officer, person).await.expect(404);
        thumbnail(&phone, person).await.expect(200);
        let held = phone.get("/api/v1/sync/inventory").await.expect(200).json();
        let mut waiting: Vec<(String, Value)> = held["incomplete"].as_array().unwrap().iter()
            .map(|own| (own["id"].as_str().unwrap().to_owned(), own["preview"].clone()))
            .collect();
        waiting.sort_by(|a, b| a.0.cmp(&b.0));
        let mut expected = vec![(person.to_string(), json!("held")), (other.to_string(), json!("missing"))];
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(waiting, expected);
    }
}
