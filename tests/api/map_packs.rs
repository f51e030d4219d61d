//! Base maps that phones take along.

use axum::http::Response;
use http_body_util::BodyExt;

use crate::field::{Client, Field};
use crate::plots::{WEST, load_communes};

/// The least that is a pack: a header of version 3, and content that tells where it is cut.
fn pack() -> Vec<u8> {
    let mut bytes = vec![0; 127];
    bytes[..8].copy_from_slice(b"PMTiles\x03");
    (bytes[99], bytes[100], bytes[101]) = (1, 6, 12);
    bytes.extend((0..200_000_u32).flat_map(u32::to_le_bytes));
    bytes
}

fn supplied(field: &Field, name: &str, bytes: &[u8]) {
    let folder = field.app.config.data.join("map-packs");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

async fn part(client: &Client, headers: &[(&str, &str)]) -> (Response<()>, Vec<u8>) {
    let answer = client.open("/api/v1/map-packs/lao-cai", headers).await;
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    (Response::from_parts(parts, ()), bytes)
}

on_both! {
    async fn a_phone_finds_the_packs_that_the_operator_supplied(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let none = phone.get("/api/v1/map-packs").await.expect(200).json();
        assert_eq!(none["packs"].as_array().unwrap().len(), 0);
        supplied(&field, "lao-cai.pmtiles", &pack());
        supplied(&field, "ghi chu.txt", b"not a pack");
        supplied(&field, "rong.pmtiles", b"too short");
        let told = phone.get("/api/v1/map-packs").await.expect(200).json();
        let packs = told["packs"].as_array().unwrap();
        assert_eq!(packs.len(), 1);
        assert_eq!(packs[0]["name"], "lao-cai");
        assert_eq!(packs[0]["bytes"], pack().len());
        assert_eq!((&packs[0]["min_zoom"], &packs[0]["tiles"]), (&6.into(), &"mvt".into()));
        phone.get("/api/v1/map-packs/rong").await.expect(404);
        phone.get("/api/v1/map-packs/..%2Fkeys%2Fjournal").await.expect(404);
    }

    async fn a_pack_is_fetched_in_parts_and_a_cut_download_goes_on(field: Field) {
        load_communes(&field).await;
        supplied(&field, "lao-cai.pmtiles", &pack());
        let phone = field.phone("máy A", &[WEST]).await;
        let (whole, bytes) = part(&phone, &[]).await;
        assert_eq!((whole.status(), &bytes), (200.try_into().unwrap(), &pack()));
        let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
        let (some, bytes) = part(&phone, &[("range", "bytes=100000-299999"), ("if-range", &tag)]).await;
        assert_eq!((some.status().as_u16(), &bytes[..]), (206, &pack()[100_000..300_000]));
        assert_eq!(some.headers()["content-range"], format!("bytes 100000-299999/{}", pack().len()));
        let (known, _) = part(&phone, &[("if-none-match", &tag)]).await;
        assert_eq!(known.status(), 304);
        let (beyond, _) = part(&phone, &[("range", "bytes=9000000-")]).await;
        assert_eq!(beyond.status(), 416);
        // Another file under the same name: the rest of the old one is not continued by it.
        let mut other = pack();
        other[200_000] ^= 1;
        other.push(0);
        supplied(&field, "lao-cai.pmtiles", &other);
        let (anew, bytes) = part(&phone, &[("range", "bytes=100000-"), ("if-range", &tag)]).await;
        assert_eq!((anew.status().as_u16(), &bytes), (200, &other));
    }
}
