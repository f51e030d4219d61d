//! Evidence photos: announced by a sidecar, kept byte for byte, shown small, and to whom.

use std::io::Cursor;

use axum::body::Body;
use axum::http::{Method, Request, header};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tuantra::base::actor::Role;
use tuantra::base::time::SystemClock;
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::ledger::org;
use crate::plots::{EAST, WEST, load_communes, plot_at};
use crate::track_screens::phone_of;

fn hex(bytes: &[u8]) -> String {
    tuantra::base::hex(&Sha256::digest(bytes))
}

/// Upper half red, lower half blue.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |_, y| {
        if y * 2 < height {
            Rgb([220, 20, 20])
        } else {
            Rgb([20, 20, 220])
        }
    })
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .encode_image(&picture(width, height))
        .unwrap();
    bytes
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture(800, 600))
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

/// A JPEG whose EXIF asks for a quarter turn clockwise (orientation 6), one entry in one IFD.
fn turned_jpeg() -> Vec<u8> {
    let upright = jpeg(800, 600);
    let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(tiff.len() + 2).unwrap();
    [
        &upright[..2],
        &[0xFF, 0xE1],
        &length.to_be_bytes(),
        &tiff,
        &upright[2..],
    ]
    .concat()
}

/// The first box of a HEIC file, and nothing after it.
fn heic() -> Vec<u8> {
    [&[0, 0, 0, 24][..], b"ftypheic", &[0, 0, 0, 0], b"mif1heic"].concat()
}

/// A PNG that claims 60,000 x 60,000 pixels; nobody checks the checksum before the size.
fn bomb() -> Vec<u8> {
    let mut bytes = encoded(ImageFormat::Png);
    bytes[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    bytes
}

pub fn sidecar(bytes: &[u8]) -> Value {
    json!({
        "sha256": hex(bytes),
        "bytes": bytes.len(),
        "taken_at": "2026-03-02T09:31:05+07:00",
        "lon": 104.3,
        "lat": 22.4,
        "accuracy_m": 6.0,
        "phase": "close_up",
        "media_type": "image/jpeg"
    })
}

fn path(id: Uuid) -> String {
    format!("/api/v1/photos/{id}")
}

pub async fn upload(client: &Client, id: Uuid, bytes: &[u8]) -> Answer {
    let path = format!("{}/original", path(id));
    let body = Body::from(bytes.to_vec());
    client
        .send(Method::PUT, &path, Some("image/jpeg"), body)
        .await
}

/// Announces and uploads; gives the photo's id.
pub async fn taken(field: &Field, client: &Client, bytes: &[u8], sidecar: &Value) -> Uuid {
    let id = field.new_id();
    client.put(&path(id), sidecar).await.expect(201);
    upload(client, id, bytes).await.expect(201);
    id
}

/// A photo that says nothing of where it was taken, and belongs to no plot.
async fn taken_nowhere(field: &Field, client: &Client) -> Uuid {
    let bytes = jpeg(64, 64);
    let mut told = sidecar(&bytes);
    (told["lon"], told["lat"]) = (Value::Null, Value::Null);
    let id = taken(field, client, &bytes, &told).await;
    field.settle().await;
    id
}

/// The photo and its images are read by the client and stand in its list, where it is the only one, or do neither.
async fn is_read_by(client: &Client, id: Uuid, is_read: bool) {
    for size in ["", "/thumbnail", "/display"] {
        let status = if is_read { 200 } else { 404 };
        client
            .get(&format!("{}{size}", path(id)))
            .await
            .expect(status);
    }
    let list = client.get("/api/v1/photos").await.expect(200).json();
    let listed = list["features"].as_array().unwrap().len();
    assert_eq!(listed, usize::from(is_read));
}

on_both! {
    async fn a_photo_is_announced_kept_and_shown(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = jpeg(1600, 1200);
        let id = field.new_id();
        let announced = phone.put(&path(id), &sidecar(&bytes)).await.expect(201).json();
        assert_eq!(announced["state"], "announced");
        assert_eq!(announced["receipt"]["id"], id.to_string());
        let kept = upload(&phone, id, &bytes).await.expect(201).json();
        assert_ne!(kept["receipt"]["entry_id"], announced["receipt"]["entry_id"]);
        phone.get(&format!("{}/display", path(id))).await.expect(404);
        field.settle().await;
        let told = phone.get(&path(id)).await.expect(200).json();
        assert_eq!(told["state"], "stored");
        assert_eq!(told["derived"], "made");
        assert_eq!(told["flags"], json!(["exif_missing"]));
        assert_eq!(told["phase"], "close_up");
        let display = phone.get(&format!("{}/display", path(id))).await.expect(200);
        assert_eq!(display.headers[header::CONTENT_TYPE], "image/jpeg");
        assert_eq!(display.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(display.headers[header::CACHE_CONTROL].to_str().unwrap().starts_with("private"));
        let shown = image::load_from_memory(&display.bytes).unwrap();
        assert_eq!(shown.dimensions(), (1280, 960));
        let thumbnail = phone.get(&format!("{}/thumbnail", path(id))).await.expect(200);
        assert_eq!(image::load_from_memory(&thumbnail.bytes).unwrap().dimensions(), (320, 240));
        let known = Request::get(format!("{}/thumbnail", path(id)))
            .header(header::AUTHORIZATION, format!("Bearer {}", phone.token()))
            .header(header::IF_NONE_MATCH, thumbnail.headers[header::ETAG].clone());
        phone.call(known.body(Body::empty()).unwrap()).await.expect(304);
    }

    async fn an_original_comes_back_byte_for_byte_and_its_reading_is_journalled(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = turned_jpeg();
        let id = taken(&field, &phone, &bytes, &sidecar(&bytes)).await;
        let at = format!("{}/original", path(id));
        phone.get(&format!("{at}?reason=xem")).await.expect(403);
        let officer = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        for reason in ["", "?reason=", "?reason=%20", "?reason=g%E1%BB%8Di%200912345678"] {
            let refused = officer.get(&format!("{at}{reason}")).await.expect(400);
            assert_eq!(refused.problem(), "invalid-parameter");
            let detail = refused.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.starts_with("reason: ") && detail.contains("expected"), "{detail}");
        }
        let asked = |reason: &str| {
            let asked = Request::get(&at).header("Tuantra-Reason", reason.as_bytes());
            asked.header(header::AUTHORIZATION, format!("Bearer {}", officer.token())).body(Body::empty()).unwrap()
        };
        officer.call(asked(" ")).await.expect(400);
        let read = officer.call(asked("đối chiếu biên bản 07")).await.expect(200);
        assert_eq!(read.bytes, bytes);
        assert!(read.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
        assert_eq!(read.headers[header::CONTENT_TYPE], "application/octet-stream");
        field.account("can-bo-dong", Role::CommuneOfficer, &[EAST]).await.get(&format!("{at}?reason=xem")).await.expect(404);
        field.settle().await;
        let entries = field.app.journal.entries_since(-1, 500).await.unwrap();
        let views: Vec<_> = entries.iter().filter(|row| row.kind == "view").collect();
        assert_eq!(views.len(), 1);
        assert_eq!(views[0].actor, officer.id);
        assert_eq!(views[0].fact, Some(id));
        let mut tx = field.app.journal.store().read().await.unwrap();
        let body = field.app.journal.entry(&mut tx, views[0].id).await.unwrap().unwrap().body.unwrap();
        let said: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(said, json!({ "photo": id, "what": "original", "reason": "đối chiếu biên bản 07" }));
    }

    async fn an_original_that_was_damaged_is_handed_to_nobody(field: Field) {
        let phone = field.phone("máy ảnh", &[]).await;
        let bytes = jpeg(64, 48);
        let photo = taken(&field, &phone, &bytes, &sidecar(&bytes)).await;
        field.settle().await;
        let name = hex(&bytes);
        let blob = field.app.config.data.join(format!("blobs/sha256/{}/{}/{name}", &name[..2], &name[2..4]));
        let mut damaged = bytes.clone();
        *damaged.last_mut().unwrap() ^= 1;
        std::fs::write(&blob, damaged).unwrap();
        let officer = field.officer().await;
        let read = format!("/api/v1/photos/{photo}/original?reason=kiem-tra");
        let refused = officer.get(&read).await.expect(500);
        assert_eq!(refused.problem(), "damaged");
        assert!(refused.json()["title"].as_str().unwrap().contains("no longer those that were recorded"));
        assert_eq!(refused.json()["sha256"], name);
        std::fs::remove_file(&blob).unwrap();
        assert_eq!(officer.get(&read).await.expect(500).problem(), "damaged");
        std::fs::write(&blob, &bytes).unwrap();
        assert_eq!(officer.get(&read).await.expect(200).bytes, bytes);
    }

    async fn a_picture_is_turned_upright_and_says_nothing_more(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = turned_jpeg();
        let id = taken(&field, &phone, &bytes, &sidecar(&bytes)).await;
        field.settle().await;
        let display = phone.get(&format!("{}/display", path(id))).await.expect(200).bytes;
        let shown = image::load_from_memory(&display).unwrap().into_rgb8();
        assert_eq!(shown.dimensions(), (600, 800));
        // Turned clockwise by a quarter, what was above lies on the right.
        assert!(shown.get_pixel(590, 400).0[0] > 150);
        assert!(shown.get_pixel(10, 400).0[2] > 150);
        assert!(!display.windows(4).any(|four| four == b"Exif"));
    }

    async fn png_and_webp_are_shown_too(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        for (format, media) in [(ImageFormat::Png, "image/png"), (ImageFormat::WebP, "image/webp")] {
            let bytes = encoded(format);
            let mut announced = sidecar(&bytes);
            announced["media_type"] = json!(media);
            let id = taken(&field, &phone, &bytes, &announced).await;
            field.settle().await;
            let told = phone.get(&path(id)).await.json();
            assert_eq!((&told["derived"], &told["flags"]), (&json!("made"), &json!(["exif_missing"])));
            let display = phone.get(&format!("{}/display", path(id))).await.expect(200).bytes;
            assert_eq!(image::guess_format(&display).unwrap(), ImageFormat::Jpeg);
        }
    }

    async fn an_original_is_kept_whatever_it_is(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        let whole = jpeg(400, 300);
        for (bytes, flag) in [
            (bomb(), "too_many_pixels"),
            (whole[..whole.len() / 2].to_vec(), "truncated"),
            (b"#!/bin/sh\n".to_vec(), "not_a_picture"),
            (heic(), "heic_placeholder"),
        ] {
            let id = taken(&field, &phone, &bytes, &sidecar(&bytes)).await;
            field.settle().await;
            let told = phone.get(&path(id)).await.expect(200).json();
            assert_eq!(told["state"], "stored");
            assert_eq!(told["derived"], "none", "{flag}");
            assert!(told["flags"].as_array().unwrap().contains(&json!(flag)), "{told}");
            phone.get(&format!("{}/thumbnail", path(id))).await.expect(404);
            assert_eq!(officer.get(&format!("{}/original?reason=kiem-tra", path(id))).await.expect(200).bytes, bytes);
        }
    }

    async fn a_phones_heic_is_kept_and_its_exif_compared(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        let bytes = include_bytes!("../../fixtures/evidence/phone.heic").as_slice();
        let mut agrees = sidecar(bytes);
        agrees["media_type"] = json!("image/heic");
        let mut apart = agrees.clone();
        apart["lat"] = json!(22.403);
        apart["taken_at"] = json!("2026-03-02T09:42:05+07:00");
        apart["media_type"] = json!("image/jpeg");
        let differs = ["exif_position_differs", "exif_time_differs", "media_type_differs", "heic_placeholder"];
        for (announced, flags) in [(&agrees, &["heic_placeholder"][..]), (&apart, &differs)] {
            let id = taken(&field, &phone, bytes, announced).await;
            field.settle().await;
            let told = phone.get(&path(id)).await.expect(200).json();
            assert_eq!((&told["state"], &told["derived"]), (&json!("stored"), &json!("none")));
            assert_eq!(told["flags"], json!(flags));
            phone.get(&format!("{}/display", path(id))).await.expect(404);
            assert_eq!(officer.get(&format!("{}/original?reason=kiem-tra", path(id))).await.expect(200).bytes, bytes);
        }
    }

    async fn bytes_before_their_sidecar_find_no_photo(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        upload(&phone, field.new_id(), b"abc").await.expect(404);
    }

    async fn other_bytes_are_kept_aside_and_the_right_ones_may_follow(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = jpeg(64, 64);
        let id = field.new_id();
        phone.put(&path(id), &sidecar(&bytes)).await.expect(201);
        let refused = upload(&phone, id, &bytes[..bytes.len() - 9]).await.expect(422);
        assert_eq!(refused.problem(), "hash-mismatch");
        assert!(refused.json()["quarantine_id"].is_string());
        let mut altered = bytes.clone();
        *altered.last_mut().unwrap() ^= 1;
        let second = upload(&phone, id, &altered).await.expect(422);
        assert_ne!(second.json()["quarantine_id"], refused.json()["quarantine_id"]);
        let again = upload(&phone, id, &altered).await.expect(422);
        assert_eq!(again.json()["quarantine_id"], second.json()["quarantine_id"]);
        let kept = upload(&phone, id, &bytes).await.expect(201).json();
        assert_eq!(upload(&phone, id, &bytes).await.expect(200).json(), kept);
        upload(&phone, id, &altered).await.expect(422);
    }

    async fn too_many_bytes_are_refused(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let mut large = sidecar(b"abc");
        large["bytes"] = json!(41_000_000);
        let refused = phone.put(&path(field.new_id()), &large).await.expect(422);
        assert_eq!(refused.pointers(), ["/bytes"]);
        let id = field.new_id();
        phone.put(&path(id), &{ let mut s = sidecar(b"abc"); s["lon"] = Value::Null; s["lat"] = Value::Null; s }).await.expect(201);
        let refused = upload(&phone, id, &vec![0; 40_000_001]).await.expect(413);
        assert_eq!(refused.problem(), "too-large");
    }

    async fn an_author_may_fill_only_so_much_of_the_quarantine(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let id = field.new_id();
        let mut placeless = sidecar(b"abc");
        placeless["lon"] = Value::Null;
        placeless["lat"] = Value::Null;
        phone.put(&path(id), &placeless).await.expect(201);
        for filled in 0..5_u8 {
            upload(&phone, id, &vec![filled; 39_999_000]).await.expect(422);
        }
        let refused = upload(&phone, id, &vec![9; 39_999_000]).await.expect(429);
        assert_eq!(refused.problem(), "too-many-requests");
        field.clock.advance_millis(86_400_001);
        upload(&phone, id, &vec![9; 39_999_000]).await.expect(422);
    }

    async fn a_replayed_sidecar_gets_the_first_receipt_and_another_is_kept_beside(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let id = field.new_id();
        let first = phone.put(&path(id), &sidecar(b"abc")).await.expect(201).json();
        field.clock.advance_millis(1_000);
        assert_eq!(phone.put(&path(id), &sidecar(b"abc")).await.expect(200).json(), first);
        let refused = phone.put(&path(id), &sidecar(b"abd")).await.expect(409);
        assert_eq!(refused.problem(), "content-differs");
        assert!(refused.json()["quarantine_id"].is_string());
        let stranger = field.phone("máy B", &[WEST]).await;
        let foreign = stranger.put(&path(id), &sidecar(b"abd")).await.expect(201).json();
        assert_eq!(foreign["sha256"], hex(b"abd"));
        upload(&stranger, id, b"abd").await.expect(404);
        upload(&phone, id, b"abc").await.expect(201);
    }

    async fn the_photos_own_place_decides_the_right(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[EAST]).await;
        let refused = phone.put(&path(field.new_id()), &sidecar(b"abc")).await.expect(403);
        assert_eq!(refused.problem(), "outside-scope");
        let mut beyond = sidecar(b"abc");
        beyond["lon"] = json!(106.0);
        phone.put(&path(field.new_id()), &beyond).await.expect(403);
        field.officer().await.put(&path(field.new_id()), &beyond).await.expect(201);
        let mut swapped = sidecar(b"abc");
        swapped["lat"] = json!(104.3);
        swapped["phase"] = json!("later");
        let refused = phone.put(&path(field.new_id()), &swapped).await.expect(422);
        assert_eq!(refused.pointers(), ["/lat", "/phase"]);
    }

    async fn a_plots_photos_are_seen_where_the_plot_lies(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let plot = field.new_id();
        phone.put(&format!("/api/v1/plots/{plot}"), &plot_at(104.49, 22.4)).await.expect(201);
        // The phone stood on the other side of the boundary.
        let mut across = sidecar(b"abc");
        across["lon"] = json!(104.51);
        phone.put(&path(field.new_id()), &across).await.expect(403);
        across["plot"] = json!(plot);
        let id = field.new_id();
        assert_eq!(phone.put(&path(id), &across).await.expect(201).json()["plot"], plot.to_string());
        phone.get(&path(id)).await.expect(200);
        field.phone("máy B", &[EAST]).await.get(&path(id)).await.expect(404);
        let read = phone.get(&format!("/api/v1/plots/{plot}")).await.json();
        assert_eq!(read["properties"]["photos"], 1);
        let list = phone.get(&format!("/api/v1/photos?plot={plot}&count=true")).await.expect(200).json();
        assert_eq!(list["total"], 1);
        assert_eq!(list["features"][0]["id"], id.to_string());
        assert_eq!(list["features"][0]["geometry"]["coordinates"], json!([104.51, 22.4]));
    }

    async fn a_photo_may_come_before_its_plot(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let plot = field.new_id();
        let mut early = sidecar(b"abc");
        early["plot"] = json!(plot);
        early["lon"] = Value::Null;
        early["lat"] = Value::Null;
        let id = field.new_id();
        phone.put(&path(id), &early).await.expect(201);
        let officer = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        officer.get(&path(id)).await.expect(404);
        field.settle().await;
        phone.put(&format!("/api/v1/plots/{plot}"), &plot_at(104.3, 22.4)).await.expect(201);
        field.settle().await;
        assert_eq!(officer.get(&path(id)).await.expect(200).json()["plot"], plot.to_string());
        let read = phone.get(&format!("/api/v1/plots/{plot}")).await.json();
        assert_eq!(read["properties"]["photos"], 1);
    }

    async fn a_foreign_plot_is_treated_as_one_that_has_not_arrived(field: Field) {
        load_communes(&field).await;
        let east = field.phone("máy B", &[EAST]).await;
        let plot = field.new_id();
        east.put(&format!("/api/v1/plots/{plot}"), &plot_at(104.7, 22.4)).await.expect(201);
        let phone = field.phone("máy A", &[WEST]).await;
        let mut answers = Vec::new();
        for plot in [plot, field.new_id()] {
            let mut named = sidecar(b"abc");
            named["plot"] = json!(plot);
            let id = field.new_id();
            let mut answer = phone.put(&path(id), &named).await.expect(201).json();
            for own in ["id", "plot", "receipt"] {
                answer[own] = Value::Null;
            }
            answers.push(answer);
            field.settle().await;
            assert_eq!(east.get(&path(id)).await.expect(404).problem(), "not-found");
        }
        assert_eq!(answers[0], answers[1]);
        let read = east.get(&format!("/api/v1/plots/{plot}")).await.json();
        assert_eq!(read["properties"]["photos"], 0);
    }

    async fn a_photo_of_a_person_is_shown_to_the_handling_unit_only(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = jpeg(64, 64);
        let mut announced = sidecar(&bytes);
        announced["contains_person"] = json!(true);
        let id = taken(&field, &phone, &bytes, &announced).await;
        field.settle().await;
        let officer = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        officer.get(&path(id)).await.expect(200);
        for size in ["thumbnail", "display"] {
            let at = format!("{}/{size}", path(id));
            assert_eq!(officer.get(&at).await.expect(404).problem(), "not-found");
            phone.get(&at).await.expect(200);
        }
    }

    async fn a_photo_without_a_place_of_a_phone_without_a_team_is_its_own_alone(field: Field) {
        load_communes(&field).await;
        let (phone, stranger) = (field.phone("máy A", &[WEST]).await, field.phone("máy B", &[EAST]).await);
        let id = taken_nowhere(&field, &phone).await;
        is_read_by(&phone, id, true).await;
        is_read_by(&stranger, id, false).await;
    }

    async fn a_photo_without_a_place_is_read_by_every_phone_of_its_unit(field: Field) {
        load_communes(&field).await;
        let (unit, other) = (org(&field, "Đồn A").await, org(&field, "Đồn B").await);
        let (phone, mate, stranger) = (phone_of(&field, unit).await, phone_of(&field, unit).await, phone_of(&field, other).await);
        let id = taken_nowhere(&field, &phone).await;
        for (client, is_read) in [(&phone, true), (&mate, true), (&stranger, false)] {
            is_read_by(client, id, is_read).await;
        }
    }

    async fn knowing_a_hash_opens_nothing_and_saves_no_upload(field: Field) {
        load_communes(&field).await;
        let bytes = jpeg(64, 64);
        let west = field.phone("máy A", &[WEST]).await;
        let id = taken(&field, &west, &bytes, &sidecar(&bytes)).await;
        field.settle().await;
        let east = field.phone("máy B", &[EAST]).await;
        let mut own = sidecar(&bytes);
        own["lon"] = json!(104.7);
        let copy = field.new_id();
        east.put(&path(copy), &own).await.expect(201);
        field.settle().await;
        assert_eq!(east.get(&path(copy)).await.json()["state"], "announced");
        east.get(&format!("{}/display", path(copy))).await.expect(404);
        east.get(&path(id)).await.expect(404);
        upload(&east, copy, &bytes).await.expect(201);
    }

    async fn lists_go_on_page_by_page(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut photos = Vec::new();
        for minute in 10..13 {
            let mut announced = sidecar(b"abc");
            announced["taken_at"] = json!(format!("2026-03-02T09:{minute}:00+07:00"));
            let id = field.new_id();
            phone.put(&path(id), &announced).await.expect(201);
            photos.insert(0, id.to_string());
        }
        let first = phone.get("/api/v1/photos?limit=2").await.expect(200).json();
        let second = phone.get(first["next"].as_str().unwrap()).await.expect(200).json();
        let found: Vec<_> = [&first, &second].into_iter()
            .flat_map(|page| page["features"].as_array().unwrap().clone())
            .map(|feature| feature["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(found, photos);
        assert_eq!(second["next"], Value::Null);
        let stranger = field.phone("máy B", &[EAST]).await;
        assert_eq!(stranger.get("/api/v1/photos").await.json()["features"], json!([]));
        field.account("nguoi-doc", Role::Reader, &[]).await.get("/api/v1/photos").await.expect(403);
    }

    async fn only_bytes_that_nothing_names_are_collected(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = jpeg(64, 64);
        let id = taken(&field, &phone, &bytes, &sidecar(&bytes)).await;
        upload(&phone, id, b"other").await.expect(422);
        field.settle().await;
        let orphan = tuantra::blobs::BlobName(Sha256::digest(b"orphan").into());
        field.app.blobs.put(orphan, bytes::Bytes::from_static(b"orphan")).await.unwrap();
        // Files carry the machine's own time.
        let now = tuantra::base::time::Clock::now(&SystemClock);
        assert_eq!(field.app.evidence.collect(now).await.unwrap(), 0);
        let later = now.plus_millis(25 * 3_600_000);
        assert_eq!(field.app.evidence.collect(later).await.unwrap(), 1);
        assert!(!field.app.blobs.holds(orphan).await.unwrap());
        let other = tuantra::blobs::BlobName(Sha256::digest(b"other").into());
        assert!(field.app.blobs.holds(other).await.unwrap());
        phone.get(&format!("{}/thumbnail", path(id))).await.expect(200);
    }

    async fn what_a_collector_that_died_had_set_aside_is_put_back_where_it_is_named(field: Field) {
        load_communes(&field).await;
        let (phone, officer) = (field.phone("máy A", &[WEST]).await, field.officer().await);
        let bytes = jpeg(64, 64);
        let id = taken(&field, &phone, &bytes, &sidecar(&bytes)).await;
        let (named, orphan) = (&bytes[..], &b"orphan"[..]);
        field.app.blobs.put(blob(orphan), bytes::Bytes::from_static(b"orphan")).await.unwrap();
        for content in [named, orphan] {
            field.app.blobs.set_aside(blob(content)).await.unwrap();
            assert!(!field.app.blobs.holds(blob(content)).await.unwrap());
        }
        // Another process sends the same again meanwhile: it has its bytes at once.
        upload(&phone, id, &bytes).await.expect(200);
        field.app.blobs.set_aside(blob(named)).await.unwrap();
        let now = tuantra::base::time::Clock::now(&SystemClock);
        assert_eq!(field.app.evidence.collect(now).await.unwrap(), 1, "the orphan alone");
        assert!(!field.app.blobs.holds(blob(orphan)).await.unwrap());
        let original = officer.get(&format!("{}/original?reason=kiem-tra", path(id))).await.expect(200);
        assert_eq!(original.bytes, bytes);
    }
}

fn blob(content: &[u8]) -> tuantra::blobs::BlobName {
    tuantra::blobs::BlobName(Sha256::digest(content).into())
}

/// The binary's own decoder answers in frames: one line of JSON, then the images.
#[test]
fn a_decoding_process_says_what_it_made() {
    let framed = tuantra::evidence::decoded_frames(&jpeg(800, 600));
    let line = framed.iter().position(|byte| *byte == b'\n').unwrap();
    let head: Value = serde_json::from_slice(&framed[..line]).unwrap();
    assert_eq!(
        (&head["width"], &head["height"]),
        (&json!(800), &json!(600))
    );
    let display = usize::try_from(head["display_bytes"].as_u64().unwrap()).unwrap();
    let shown = image::load_from_memory(&framed[line + 1..line + 1 + display]).unwrap();
    assert_eq!(shown.dimensions(), (800, 600));
    let refused = tuantra::evidence::decoded_frames(b"not a picture");
    let head: Value = serde_json::from_slice(&refused).unwrap();
    assert_eq!(head["fault"], "not_a_picture");
}
