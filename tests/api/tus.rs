//! Resumable uploads (tus 1.0): what came counts, whoever cuts; one sender at a time; kept by the act of every door.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{Method, Request, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::StreamExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tuantra::base::actor::{Door, Role};
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::photos::{sidecar, upload};
use crate::plots::{WEST, load_communes};

const CHUNK: &str = "application/offset+octet-stream";
const BLOCK: usize = 256 * 1024;

/// Bytes that repeat nowhere soon.
fn made_up(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(step).collect()
}

fn asked(
    client: &Client,
    method: Method,
    path: &str,
    more: &[(&str, &str)],
) -> axum::http::request::Builder {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("tus-resumable", "1.0.0");
    if !client.token().is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", client.token()));
    }
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    request
}

pub async fn send(
    client: &Client,
    method: Method,
    path: &str,
    more: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    client
        .call(asked(client, method, path, more).body(body.into()).unwrap())
        .await
}

pub fn photo_pair(photo: Uuid) -> String {
    format!(
        "filename {},photo {}",
        STANDARD.encode("ảnh.jpg"),
        STANDARD.encode(photo.to_string())
    )
}

/// Opens an upload and gives its address.
async fn opened(client: &Client, length: usize, metadata: &str) -> String {
    let length = length.to_string();
    let more = [
        ("upload-length", length.as_str()),
        ("upload-metadata", metadata),
    ];
    let made = send(client, Method::POST, "/files", &more, "")
        .await
        .expect(201);
    assert!(made.headers.contains_key("upload-expires"));
    made.headers[header::LOCATION].to_str().unwrap().to_owned()
}

pub async fn patch(client: &Client, at: &str, offset: usize, body: impl Into<Body>) -> Answer {
    let offset = offset.to_string();
    let more = [("upload-offset", offset.as_str()), ("content-type", CHUNK)];
    send(client, Method::PATCH, at, &more, body).await
}

async fn checked(
    client: &Client,
    at: &str,
    offset: usize,
    checksum: &str,
    body: impl Into<Body>,
) -> Answer {
    let offset = offset.to_string();
    let more = [
        ("upload-offset", offset.as_str()),
        ("content-type", CHUNK),
        ("upload-checksum", checksum),
    ];
    send(client, Method::PATCH, at, &more, body).await
}

async fn head(client: &Client, at: &str) -> Answer {
    send(client, Method::HEAD, at, &[], "").await
}

fn offset(answer: &Answer) -> usize {
    answer.headers["upload-offset"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

/// A body whose connection breaks after these bytes, which come in pieces.
fn cut_after(bytes: &[u8]) -> Body {
    let pieces: Vec<Result<Bytes, std::io::Error>> = bytes
        .chunks(1_460)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Body::from_stream(futures::stream::iter(
        pieces.into_iter().chain([Err(broken)]),
    ))
}

/// A body that is fed by hand.
fn fed() -> (mpsc::UnboundedSender<Bytes>, Body) {
    let (feed, queue) = mpsc::unbounded_channel::<Bytes>();
    let stream = futures::stream::unfold(queue, |mut queue| async move {
        let bytes = queue.recv().await?;
        Some((Ok::<_, Infallible>(bytes), queue))
    });
    (feed, Body::from_stream(stream))
}

async fn until_at(client: &Client, at: &str, wanted: usize) {
    while offset(&head(client, at).await.expect(200)) < wanted {
        tokio::task::yield_now().await;
    }
}

async fn announced(field: &Field, client: &Client, bytes: &[u8]) -> Uuid {
    let photo = field.new_id();
    client
        .put(&format!("/api/v1/photos/{photo}"), &sidecar(bytes))
        .await
        .expect(201);
    photo
}

async fn fate(client: &Client, at: &str) -> Value {
    client.get(at).await.expect(200).json()
}

async fn is_original(field: &Field, photo: Uuid, bytes: &[u8]) {
    let login = format!("xem-{photo}");
    let officer = field.account(&login, Role::ProvincialOfficer, &[]).await;
    let read = officer
        .get(&format!("/api/v1/photos/{photo}/original?reason=kiem-tra"))
        .await
        .expect(200);
    assert_eq!(Sha256::digest(&read.bytes), Sha256::digest(bytes));
}

async fn parts_on_disk(field: &Field) -> usize {
    field.app.blobs.parts().count().await
}

fn blobs(field: &Field) -> std::path::PathBuf {
    field.app.config.data.join("blobs")
}

/// While a file lies where a folder of the blob store should be, nothing can be written there.
fn block(folder: &std::path::Path) {
    let _ = std::fs::rename(folder, folder.with_extension("aside"));
    std::fs::write(folder, b"in the way").unwrap();
}

fn unblock(folder: &std::path::Path) {
    std::fs::remove_file(folder).unwrap();
    let _ = std::fs::rename(folder.with_extension("aside"), folder);
}

on_both! {
    async fn whatever_came_before_a_cut_counts_and_the_photo_gets_its_receipt(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = made_up(700_001);
        let photo = announced(&field, &phone, &bytes).await;
        let at = opened(&phone, bytes.len(), &photo_pair(photo)).await;
        let mut have = 0;
        let anywhere = made_up(80).chunks_exact(2).map(|two| usize::from(u16::from_le_bytes([two[0], two[1]]))).collect::<Vec<_>>();
        for length in [1, 7, 1_459, 4_095, 4_096, 262_143, 262_145].into_iter().chain(anywhere) {
            let until = (have + length).min(bytes.len());
            let is_last = until == bytes.len();
            patch(&phone, &at, have, cut_after(&bytes[have..until])).await.expect(if is_last { 204 } else { 400 });
            let told = head(&phone, &at).await.expect(200);
            assert_eq!(offset(&told), until, "after a cut at {length} bytes");
            assert_eq!(told.headers["upload-length"], "700001");
            assert_eq!(told.headers["upload-metadata"].to_str().unwrap(), photo_pair(photo));
            assert_eq!(told.headers[header::CACHE_CONTROL], "no-store");
            have = until;
            if is_last {
                break;
            }
        }
        assert_eq!(have, bytes.len(), "a cut after the last byte is none");
        let told = fate(&phone, &at).await;
        assert_eq!((&told["state"], &told["photo"]), (&json!("kept"), &json!(photo)));
        assert_eq!(told["receipt"]["id"], photo.to_string());
        assert_eq!(fate(&phone, &at).await, told);
        let again = upload(&phone, photo, &bytes).await.expect(200).json();
        assert_eq!(again["receipt"], told["receipt"]);
        is_original(&field, photo, &bytes).await;
        assert_eq!(parts_on_disk(&field).await, 0);
    }

    async fn the_first_bytes_may_come_with_the_upload(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = made_up(9_000);
        let photo = announced(&field, &phone, &bytes).await;
        let pair = photo_pair(photo);
        let more = [("upload-length", "9000"), ("upload-metadata", pair.as_str()), ("content-type", CHUNK)];
        let made = send(&phone, Method::POST, "/files", &more, bytes[..4_000].to_vec()).await.expect(201);
        assert_eq!(offset(&made), 4_000);
        let at = made.headers[header::LOCATION].to_str().unwrap();
        assert_eq!(offset(&patch(&phone, at, 4_000, bytes[4_000..].to_vec()).await.expect(204)), 9_000);
        assert_eq!(fate(&phone, at).await["state"], "kept");
        // The answer was lost: the same again changes nothing.
        assert_eq!(offset(&patch(&phone, at, 9_000, "").await.expect(204)), 9_000);
        patch(&phone, at, 4_000, bytes[4_000..].to_vec()).await.expect(409);
        is_original(&field, photo, &bytes).await;
        let empty = [("upload-length", "0"), ("upload-metadata", "")];
        let made = send(&phone, Method::POST, "/files", &empty, "").await.expect(201);
        assert_eq!(fate(&phone, made.headers[header::LOCATION].to_str().unwrap()).await["state"], "unbound");
    }

    async fn a_length_may_follow(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = made_up(5_000);
        let photo = announced(&field, &phone, &bytes).await;
        let pair = photo_pair(photo);
        let more = [("upload-defer-length", "1"), ("upload-metadata", pair.as_str())];
        let made = send(&phone, Method::POST, "/files", &more, "").await.expect(201);
        let at = made.headers[header::LOCATION].to_str().unwrap().to_owned();
        patch(&phone, &at, 0, bytes[..3_000].to_vec()).await.expect(204);
        let told = head(&phone, &at).await.expect(200);
        assert_eq!((offset(&told), &told.headers["upload-defer-length"]), (3_000, &"1".parse().unwrap()));
        let tell = |length: &'static str| {
            let more = [("upload-offset", "3000"), ("content-type", CHUNK), ("upload-length", length)];
            asked(&phone, Method::PATCH, &at, &more)
        };
        for (length, status) in [("2999", 400), ("40000001", 413), ("-1", 400)] {
            phone.call(tell(length).body(Body::empty()).unwrap()).await.expect(status);
        }
        let rest = Body::from(bytes[3_000..].to_vec());
        phone.call(tell("5000").body(rest).unwrap()).await.expect(204);
        assert_eq!(fate(&phone, &at).await["state"], "kept");
        let both = [("upload-defer-length", "1"), ("upload-length", "5")];
        send(&phone, Method::POST, "/files", &both, "").await.expect(400);
        send(&phone, Method::POST, "/files", &[("upload-defer-length", "2")], "").await.expect(400);
        send(&phone, Method::POST, "/files", &[], "").await.expect(400);
    }

    async fn a_chunk_with_a_checksum_counts_whole_or_not_at_all(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let bytes = made_up(700_000);
        let at = opened(&phone, bytes.len(), "").await;
        let sum = |part: &[u8]| format!("sha256 {}", STANDARD.encode(Sha256::digest(part)));
        let whole = sum(&bytes[..600_000]);
        assert_eq!(checked(&phone, &at, 0, &whole, cut_after(&bytes[..599_999])).await.expect(400).problem(), "malformed-body");
        assert_eq!(offset(&head(&phone, &at).await), 0);
        let wrong = checked(&phone, &at, 0, &whole, bytes[..599_999].to_vec()).await.expect(460);
        assert_eq!(wrong.problem(), "checksum-mismatch");
        assert_eq!((offset(&head(&phone, &at).await), parts_on_disk(&field).await), (0, 0));
        for unknown in ["crc99 AAAA", "sha1 AAAA", "sha1", ""] {
            checked(&phone, &at, 0, unknown, bytes[..9].to_vec()).await.expect(400);
        }
        assert_eq!(offset(&checked(&phone, &at, 0, &whole, bytes[..600_000].to_vec()).await.expect(204)), 600_000);
        let abc = opened(&phone, 6, "").await;
        // FIPS 180 and RFC 1321: the digests of `abc`.
        checked(&phone, &abc, 0, "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", "abc").await.expect(204);
        checked(&phone, &abc, 3, "md5 kAFQmDzST7DWlj99KOF/cg==", "abc").await.expect(204);
        assert_eq!(fate(&phone, &abc).await["state"], "unbound");
    }

    async fn one_sender_adds_at_a_time(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let bytes = made_up(2 * BLOCK);
        let at = opened(&phone, bytes.len(), "").await;
        let (feed, body) = fed();
        let first = tokio::spawn({
            let (phone, at) = (phone.clone(), at.clone());
            async move { patch(&phone, &at, 0, body).await }
        });
        feed.send(Bytes::copy_from_slice(&bytes[..BLOCK])).unwrap();
        until_at(&phone, &at, BLOCK).await;
        let elsewhere = field.elsewhere(&phone);
        for other in [&phone, &elsewhere] {
            let refused = patch(other, &at, BLOCK, bytes[BLOCK..].to_vec()).await.expect(423);
            assert_eq!(refused.problem(), "locked");
        }
        feed.send(Bytes::copy_from_slice(&bytes[BLOCK..])).unwrap();
        drop(feed);
        assert_eq!(offset(&first.await.unwrap().expect(204)), bytes.len());
        assert_eq!(fate(&elsewhere, &at).await["offset"], bytes.len());
    }

    async fn another_process_goes_on_and_the_stale_sender_changes_nothing(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let elsewhere = field.elsewhere(&phone);
        let bytes = made_up(3 * BLOCK);
        let photo = announced(&field, &phone, &bytes).await;
        let at = opened(&phone, bytes.len(), &photo_pair(photo)).await;
        let (feed, body) = fed();
        let stale = tokio::spawn({
            let (phone, at) = (phone.clone(), at.clone());
            async move { patch(&phone, &at, 0, body).await }
        });
        feed.send(Bytes::copy_from_slice(&bytes[..BLOCK])).unwrap();
        until_at(&phone, &at, BLOCK).await;
        // The link of the first sender is dead: nothing came for longer than it is left alone.
        field.clock.advance_millis(15_001);
        patch(&elsewhere, &at, BLOCK, cut_after(&bytes[BLOCK..2 * BLOCK])).await.expect(400);
        // Other bytes, as if from a damaged memory: under its own fence they reach no row.
        feed.send(Bytes::from(vec![0; BLOCK])).unwrap();
        drop(feed);
        assert_eq!(stale.await.unwrap().expect(423).problem(), "locked");
        assert_eq!(offset(&head(&phone, &at).await.expect(200)), 2 * BLOCK);
        patch(&phone, &at, 2 * BLOCK, bytes[2 * BLOCK..].to_vec()).await.expect(204);
        is_original(&field, photo, &bytes).await;
        assert_eq!(parts_on_disk(&field).await, 0);
    }

    async fn a_sender_that_goes_away_leaves_what_it_sent(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let at = opened(&phone, 100_000, "").await;
        let (feed, body) = fed();
        let gone = tokio::spawn({
            let (phone, at) = (phone.clone(), at.clone());
            async move { patch(&phone, &at, 0, body).await }
        });
        feed.send(Bytes::from(vec![7; 5_000])).unwrap();
        // Bytes that pause are put down after two seconds.
        until_at(&phone, &at, 5_000).await;
        feed.send(Bytes::from(vec![7; 500])).unwrap();
        // The request is dropped, as a broken connection drops it; its body ends.
        gone.abort();
        drop(feed);
        until_at(&phone, &at, 5_500).await;
        let mut on = patch(&phone, &at, 5_500, vec![7; 94_500]).await;
        while on.status == 423 {
            on = patch(&phone, &at, 5_500, vec![7; 94_500]).await;
        }
        assert_eq!(offset(&on.expect(204)), 100_000);
    }

    async fn refusals_say_what_would_be_accepted(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let at = opened(&phone, 10, "").await;
        assert_eq!(patch(&phone, &at, 5, "x").await.expect(409).json()["offset"], 0);
        let plain = [("upload-offset", "0"), ("content-type", "text/plain")];
        assert_eq!(send(&phone, Method::PATCH, &at, &plain, "x").await.expect(415).problem(), "unsupported-type");
        for wrong in ["", "-1", "x"] {
            let more = [("upload-offset", wrong), ("content-type", CHUNK)];
            let refused = send(&phone, Method::PATCH, &at, &more, "x").await.expect(400);
            assert_eq!(refused.pointers(), ["header:upload-offset"]);
        }
        send(&phone, Method::PATCH, &at, &[("content-type", CHUNK)], "x").await.expect(400);
        let long = [("upload-offset", "0"), ("content-type", CHUNK), ("content-length", "12")];
        assert_eq!(send(&phone, Method::PATCH, &at, &long, "0123456789AB").await.expect(413).problem(), "too-large");
        patch(&phone, &at, 0, "0123456789AB").await.expect(413);
        assert_eq!(offset(&head(&phone, &at).await), 0);
        for (name, value) in [("upload-metadata", "filename !"), ("upload-metadata", "photo QQ=="), ("upload-checksum", "x")] {
            let more = [("upload-length", "5"), (name, value)];
            let refused = send(&phone, Method::POST, "/files", &more, "").await.expect(400);
            assert_eq!(refused.pointers(), [format!("header:{name}")]);
        }
        // Parts that are to be joined later (tus-js-client's `parallelUploads`) are refused before any is sent.
        for more in [&[("upload-concat", "partial"), ("upload-length", "5")][..], &[("upload-concat", "final;/files/a /files/b")]] {
            let refused = send(&phone, Method::POST, "/files", more, "").await.expect(400);
            assert_eq!(refused.pointers(), ["header:upload-concat"]);
        }
        send(&phone, Method::POST, "/files", &[("upload-length", "4611686018427387904")], "").await.expect(413);
        let typed = [("upload-length", "5"), ("content-type", "image/jpeg"), ("content-length", "5")];
        send(&phone, Method::POST, "/files", &typed, "hello").await.expect(415);
        let unknown = photo_pair(field.new_id());
        let more = [("upload-length", "5"), ("upload-metadata", unknown.as_str())];
        send(&phone, Method::POST, "/files", &more, "").await.expect(404);
        send(&phone, Method::PATCH, "/files/no-id", &[("upload-offset", "0"), ("content-type", CHUNK)], "x").await.expect(404);
    }

    async fn every_answer_names_the_version_and_others_are_refused(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let told = field.anon().send(Method::OPTIONS, "/files", None, Body::empty()).await.expect(204);
        for (name, value) in [
            ("tus-version", "1.0.0"),
            ("tus-extension", "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination"),
            ("tus-max-size", "40000000"),
            ("tus-checksum-algorithm", "sha1,sha256,md5"),
        ] {
            assert_eq!(told.headers[name], value);
        }
        let at = opened(&phone, 3, "").await;
        let others = [
            told,
            send(&field.anon(), Method::POST, "/files", &[("upload-length", "1")], "").await.expect(401),
            send(&phone, Method::PUT, &at, &[], "").await.expect(405),
            head(&phone, &format!("/files/{}", field.new_id())).await.expect(404),
            patch(&phone, &at, 9, "x").await.expect(409),
            patch(&phone, &at, 0, "abc").await.expect(204),
        ];
        for answer in others {
            assert_eq!(answer.headers["tus-resumable"], "1.0.0", "{}", answer.status);
        }
        for method in [Method::HEAD, Method::PATCH, Method::DELETE] {
            let refused = phone.send(method, &at, Some(CHUNK), Body::empty()).await.expect(412);
            assert_eq!((&refused.headers["tus-version"], &refused.headers["tus-resumable"]), (&"1.0.0".parse().unwrap(), &"1.0.0".parse().unwrap()));
        }
        let old = Request::post("/files").header("tus-resumable", "0.2.2").header(header::AUTHORIZATION, format!("Bearer {}", phone.token()));
        assert_eq!(phone.call(old.body(Body::empty()).unwrap()).await.expect(412).problem(), "wrong-version");
    }

    async fn methods_may_be_told_in_a_header_and_uploads_ended(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let at = opened(&phone, 10, "").await;
        let meant = |method: &'static str| [("x-http-method-override", method), ("upload-offset", "0"), ("content-type", CHUNK)];
        assert_eq!(offset(&send(&phone, Method::POST, &at, &meant("PATCH"), "abcd").await.expect(204)), 4);
        assert_eq!(offset(&send(&phone, Method::POST, &at, &meant("HEAD"), "").await.expect(200)), 4);
        send(&phone, Method::POST, &at, &meant("TRACE"), "").await.expect(405);
        send(&phone, Method::POST, &at, &[], "").await.expect(405);
        assert_eq!(parts_on_disk(&field).await, 1);
        send(&phone, Method::POST, &at, &meant("DELETE"), "").await.expect(204);
        assert_eq!(parts_on_disk(&field).await, 0);
        head(&phone, &at).await.expect(404);
        let at = opened(&phone, 10, "").await;
        send(&phone, Method::DELETE, &at, &[], "").await.expect(204);
        send(&phone, Method::DELETE, &at, &[], "").await.expect(404);
        patch(&phone, &at, 0, "x").await.expect(404);
    }

    async fn an_upload_is_its_senders_alone(field: Field) {
        load_communes(&field).await;
        let device = field.device("máy A", &[WEST]).await;
        let phone = field.door(device, Door::Api).await;
        let stranger = field.phone("máy B", &[WEST]).await;
        let officer = field.officer().await;
        let bytes = made_up(100);
        let photo = announced(&field, &phone, &bytes).await;
        let at = opened(&phone, bytes.len(), &photo_pair(photo)).await;
        patch(&phone, &at, 0, bytes[..50].to_vec()).await.expect(204);
        let nowhere = format!("/files/{}", field.new_id());
        for other in [&stranger, &officer] {
            let plain = |answer: &Answer| {
                let mut json = answer.json();
                json["request_id"].take();
                json
            };
            assert_eq!(plain(&other.get(&at).await.expect(404)), plain(&other.get(&nowhere).await.expect(404)));
            head(other, &at).await.expect(404);
            patch(other, &at, 50, bytes[50..].to_vec()).await.expect(404);
            send(other, Method::DELETE, &at, &[], "").await.expect(404);
            let id = at.rsplit('/').next().unwrap();
            other.put(&format!("/api/v1/photos/{photo}/upload"), &json!({ "upload": id })).await.expect(404);
            // Who did not announce the photo learns nothing of it.
            let pair = photo_pair(photo);
            send(other, Method::POST, "/files", &[("upload-length", "100"), ("upload-metadata", &pair)], "").await.expect(404);
        }
        let reader = field.account("doc", Role::Reader, &[]).await;
        send(&reader, Method::POST, "/files", &[("upload-length", "1")], "").await.expect(403);
        head(&reader, &at).await.expect(403);
        let tracker = field.door(device, Door::Tracker).await;
        head(&tracker, &at).await.expect(401);
        // A renewed secret of the same device goes on.
        let renewed = field.door(device, Door::Api).await;
        assert_eq!(offset(&head(&renewed, &at).await.expect(200)), 50);
        patch(&renewed, &at, 50, bytes[50..].to_vec()).await.expect(204);
        is_original(&field, photo, &bytes).await;
    }

    async fn bytes_known_elsewhere_must_be_sent_all_the_same(field: Field) {
        load_communes(&field).await;
        let (first, second) = (field.phone("máy A", &[WEST]).await, field.phone("máy B", &[WEST]).await);
        let bytes = made_up(3_000);
        let known = announced(&field, &first, &bytes).await;
        upload(&first, known, &bytes).await.expect(201);
        let photo = announced(&field, &second, &bytes).await;
        let at = opened(&second, bytes.len(), &photo_pair(photo)).await;
        assert_eq!(offset(&head(&second, &at).await.expect(200)), 0);
        assert_eq!(fate(&second, &at).await["state"], "receiving");
        patch(&second, &at, 0, bytes.clone()).await.expect(204);
        assert_eq!(fate(&second, &at).await["state"], "kept");
    }

    async fn an_upload_without_a_photo_may_be_bound_later(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = made_up(3_000);
        let at = opened(&phone, bytes.len(), "").await;
        let id = at.rsplit('/').next().unwrap();
        patch(&phone, &at, 0, bytes[..1_000].to_vec()).await.expect(204);
        let photo = announced(&field, &phone, &bytes).await;
        let binding = format!("/api/v1/photos/{photo}/upload");
        let told = phone.put(&binding, &json!({ "upload": id })).await.expect(200).json();
        assert_eq!((&told["state"], &told["photo"], &told["receipt"]), (&json!("receiving"), &json!(photo), &Value::Null));
        patch(&phone, &at, 1_000, bytes[1_000..].to_vec()).await.expect(204);
        let kept = phone.put(&binding, &json!({ "upload": id })).await.expect(200).json();
        assert_eq!((&kept["state"], &kept["receipt"]["id"]), (&json!("kept"), &json!(photo)));
        assert_eq!(phone.put(&binding, &json!({ "upload": id })).await.expect(200).json(), kept);
        is_original(&field, photo, &bytes).await;

        let whole = opened(&phone, bytes.len(), "").await;
        patch(&phone, &whole, 0, bytes.clone()).await.expect(204);
        assert_eq!(fate(&phone, &whole).await["state"], "unbound");
        let other = announced(&field, &phone, &bytes).await;
        let id = whole.rsplit('/').next().unwrap();
        let told = phone.put(&format!("/api/v1/photos/{other}/upload"), &json!({ "upload": id })).await.expect(200).json();
        assert_eq!(told["state"], "kept");
        assert_eq!(phone.put(&binding, &json!({ "upload": id })).await.expect(409).problem(), "wrong-state");
        phone.put(&format!("/api/v1/photos/{}/upload", field.new_id()), &json!({ "upload": id })).await.expect(404);
        phone.put(&binding, &json!({ "upload": field.new_id() })).await.expect(404);
    }

    async fn other_bytes_than_announced_are_set_apart_and_the_right_ones_may_follow(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = made_up(3_000);
        let photo = announced(&field, &phone, &bytes).await;
        let mut damaged = bytes.clone();
        damaged[1_500] ^= 1;
        let at = opened(&phone, bytes.len(), &photo_pair(photo)).await;
        let refused = patch(&phone, &at, 0, damaged.clone()).await.expect(422);
        assert_eq!(refused.problem(), "hash-mismatch");
        let native = upload(&phone, photo, &damaged).await.expect(422).json();
        // The same bytes by the native door would be kept once; what their sender took them for differs.
        assert!(native["quarantine_id"].is_string());
        let told = fate(&phone, &at).await;
        assert_eq!(told["state"], "set_apart");
        assert_eq!((&told["quarantine_id"], &told["receipt"]), (&refused.json()["quarantine_id"], &refused.json()["receipt"]));
        // A sender that asks for the offset must not take it for done: it is sent to begin anew.
        head(&phone, &at).await.expect(410);
        patch(&phone, &at, 3_000, "").await.expect(410);
        let at = opened(&phone, bytes.len(), &photo_pair(photo)).await;
        patch(&phone, &at, 0, bytes.clone()).await.expect(204);
        is_original(&field, photo, &bytes).await;
        assert_eq!(parts_on_disk(&field).await, 0);

        let unbound = opened(&phone, 3_000, "").await;
        patch(&phone, &unbound, 0, damaged).await.expect(204);
        let third = announced(&field, &phone, &bytes).await;
        let id = unbound.rsplit('/').next().unwrap();
        let binding = format!("/api/v1/photos/{third}/upload");
        assert_eq!(phone.put(&binding, &json!({ "upload": id })).await.expect(422).problem(), "hash-mismatch");
        phone.put(&binding, &json!({ "upload": id })).await.expect(410);
    }

    async fn an_upload_expires_after_its_last_byte(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let at = opened(&phone, 9, "").await;
        let first = head(&phone, &at).await.headers["upload-expires"].clone();
        assert_eq!(first, "Mon, 16 Mar 2026 03:00:00 GMT");
        field.clock.advance_millis(86_400_000);
        let told = patch(&phone, &at, 0, "abc").await.expect(204);
        assert_eq!(told.headers["upload-expires"], "Tue, 17 Mar 2026 03:00:00 GMT");
        field.clock.advance_millis(14 * 86_400_000 - 1);
        assert_eq!(field.app.evidence.expire_uploads().await.unwrap(), 0);
        head(&phone, &at).await.expect(200);
        field.clock.advance_millis(1);
        assert_eq!(head(&phone, &at).await.expect(410).headers["tus-resumable"], "1.0.0");
        patch(&phone, &at, 3, "d").await.expect(410);
        assert_eq!(parts_on_disk(&field).await, 1);
        assert_eq!(field.app.evidence.expire_uploads().await.unwrap(), 1);
        assert_eq!(parts_on_disk(&field).await, 0);
        head(&phone, &at).await.expect(404);
    }

    async fn one_device_has_only_so_much_open(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut config = (*field.app.config).clone();
        (config.open_uploads, config.open_uploads_mb) = (3, 1);
        let narrow = field.elsewhere_with(&phone, config);
        let bytes = made_up(1_000);
        let photo = announced(&field, &narrow, &bytes).await;
        let at = opened(&narrow, bytes.len(), &photo_pair(photo)).await;
        let large = opened(&narrow, 999_000, "").await;
        let length = |length: &'static str| [("upload-length", length)];
        let refused = send(&narrow, Method::POST, "/files", &length("1"), "").await.expect(429);
        assert_eq!(refused.problem(), "too-many-requests");
        // What is kept is open no longer; what is deferred counts with the most that it may be.
        patch(&narrow, &at, 0, bytes).await.expect(204);
        opened(&narrow, 1_000, "").await;
        send(&narrow, Method::DELETE, &large, &[], "").await.expect(204);
        send(&narrow, Method::POST, "/files", &[("upload-defer-length", "1")], "").await.expect(429);
        opened(&narrow, 10, "").await;
        opened(&narrow, 10, "").await;
        send(&narrow, Method::POST, "/files", &length("1"), "").await.expect(429);
        let other = field.phone("máy B", &[]).await;
        opened(&other, 999_000, "").await;
    }

    async fn a_store_that_fails_leaves_the_upload_where_it_was(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = made_up(3_000);
        let photo = announced(&field, &phone, &bytes).await;
        let at = opened(&phone, bytes.len(), &photo_pair(photo)).await;
        patch(&phone, &at, 0, bytes[..1_000].to_vec()).await.expect(204);
        let uploads = blobs(&field).join("uploads");
        block(&uploads);
        assert_eq!(patch(&phone, &at, 1_000, bytes[1_000..2_000].to_vec()).await.expect(503).problem(), "unavailable");
        unblock(&uploads);
        assert_eq!(offset(&head(&phone, &at).await.expect(200)), 1_000);
        // All bytes are there, but they cannot be kept; nobody takes that for done.
        let originals = blobs(&field).join("sha256");
        block(&originals);
        patch(&phone, &at, 1_000, bytes[1_000..].to_vec()).await.expect(503);
        head(&phone, &at).await.expect(503);
        unblock(&originals);
        assert_eq!(offset(&head(&phone, &at).await.expect(200)), 3_000);
        assert_eq!(fate(&phone, &at).await["state"], "kept");
        is_original(&field, photo, &bytes).await;
    }

    async fn an_upload_of_which_a_part_is_gone_begins_anew_and_waits_while_the_whole_store_is_away(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = made_up(3_000);
        let photo = announced(&field, &phone, &bytes).await;
        let at = opened(&phone, bytes.len(), &photo_pair(photo)).await;
        patch(&phone, &at, 0, bytes[..1_000].to_vec()).await.expect(204);
        // All is there, and cannot be put together yet.
        let originals = blobs(&field).join("sha256");
        block(&originals);
        patch(&phone, &at, 1_000, bytes[1_000..].to_vec()).await.expect(503);
        unblock(&originals);
        // The disk is away with all that is on it.
        let away = blobs(&field).with_extension("away");
        std::fs::rename(blobs(&field), &away).unwrap();
        head(&phone, &at).await.expect(503);
        // Another one in its place, without the store's mark.
        std::fs::create_dir(blobs(&field)).unwrap();
        head(&phone, &at).await.expect(503);
        std::fs::remove_dir_all(blobs(&field)).unwrap();
        std::fs::rename(&away, blobs(&field)).unwrap();
        // The store is there, and the parts are not: as a restore leaves them.
        std::fs::remove_dir_all(blobs(&field).join("uploads")).unwrap();
        head(&phone, &at).await.expect(404);
        patch(&phone, &at, 3_000, "").await.expect(404);
        // What is sent to an upload of which the first part is gone is not taken for the whole either.
        let next = opened(&phone, bytes.len(), &photo_pair(photo)).await;
        patch(&phone, &next, 0, bytes[..1_000].to_vec()).await.expect(204);
        std::fs::remove_dir_all(blobs(&field).join("uploads")).unwrap();
        assert_eq!(offset(&head(&phone, &next).await.expect(200)), 1_000);
        patch(&phone, &next, 1_000, bytes[1_000..].to_vec()).await.expect(404);
        head(&phone, &next).await.expect(404);
        assert_eq!(parts_on_disk(&field).await, 0);
        let last = opened(&phone, bytes.len(), &photo_pair(photo)).await;
        patch(&phone, &last, 0, bytes.clone()).await.expect(204);
        is_original(&field, photo, &bytes).await;
    }

    async fn parts_that_no_row_names_go_after_a_day(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let at = opened(&phone, 9, "").await;
        patch(&phone, &at, 0, "abc").await.expect(204);
        let orphan = tuantra::blobs::Part { upload: field.new_id(), starts_at: 0, fence: 1, bytes: 3 };
        field.app.blobs.put_part(&orphan, Bytes::from_static(b"abc")).await.unwrap();
        // Files carry the machine's own time.
        let now = tuantra::base::time::Clock::now(&tuantra::base::time::SystemClock);
        assert_eq!(field.app.evidence.collect_parts(now).await.unwrap(), 0);
        assert_eq!(field.app.evidence.collect_parts(now.plus_millis(25 * 3_600_000)).await.unwrap(), 1);
        assert_eq!(offset(&patch(&phone, &at, 3, "defghi").await.expect(204)), 9);
    }

    async fn only_configured_sites_may_upload_from_browsers_and_never_with_cookies(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let mut config = (*field.app.config).clone();
        "https://app.example, http://localhost:5173/".clone_into(&mut config.cors_origins);
        let open = field.elsewhere_with(&phone, config);
        for (client, origin, leave) in [
            (&open, "http://localhost:5173", Some("http://localhost:5173")),
            (&open, "https://app.example", Some("https://app.example")),
            (&open, "https://app.example.evil", None),
            (&open, "null", None),
            (&phone, "https://app.example", None),
        ] {
            let preflight = [("origin", origin), ("access-control-request-method", "PATCH")];
            let told = send(client, Method::OPTIONS, "/files", &preflight, "").await.expect(204);
            let refused = send(client, Method::PATCH, &format!("/files/{}", field.new_id()), &[("origin", origin)], "").await.expect(415);
            for answer in [&told, &refused] {
                let given = answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
                assert_eq!(given, leave, "{origin}");
                assert!(!answer.headers.contains_key("access-control-allow-credentials"));
                assert!(answer.headers.get_all(header::VARY).iter().any(|value| value == "origin"));
            }
            assert!(told.headers["access-control-allow-methods"].to_str().unwrap().contains("PATCH"));
            assert_eq!(refused.headers.contains_key("access-control-expose-headers"), leave.is_some());
        }
    }

    async fn an_original_in_one_body_goes_by_way_of_the_disk_too(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        // In memory, in a few parts, and larger than one piece of a large object.
        for length in [100_000, 512 * 1024, 512 * 1024 + 1, 11_000_000] {
            let bytes = made_up(length);
            let photo = announced(&field, &phone, &bytes).await;
            let body = cut_after(&bytes[..length - 1]);
            phone.send(Method::PUT, &format!("/api/v1/photos/{photo}/original"), Some("image/jpeg"), body).await.expect(400);
            assert_eq!(parts_on_disk(&field).await, 0);
            upload(&phone, photo, &bytes).await.expect(201);
            upload(&phone, photo, &bytes).await.expect(200);
            is_original(&field, photo, &bytes).await;
            assert_eq!(parts_on_disk(&field).await, 0);
            let at = opened(&phone, length, &photo_pair(photo)).await;
            patch(&phone, &at, 0, bytes.clone()).await.expect(204);
            let again = announced(&field, &phone, &made_up(length - 1)).await;
            let at = opened(&phone, length - 1, &photo_pair(again)).await;
            patch(&phone, &at, 0, made_up(length - 1)).await.expect(204);
            is_original(&field, again, &made_up(length - 1)).await;
        }
    }
}
