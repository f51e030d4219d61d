//! SIGKILL in the middle of an upload: the offset is what is on disk, and what goes on from there is whole.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tuantra::base::hex;
use tuantra::journal::model::sha256;

use crate::binary::{Folder, Server, Start};
use crate::cluster::Cluster;

const PHOTO: &str = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
const PHOTO_BASE64: &str = "MDE5MzhmM2EtN2MyZS03YjFhLTlkNDMtNmYwYTUxYjJjM2Q0";
const LENGTH: usize = 3_000_000;
/// Bytes that are sent before each kill.
const SENT: [usize; 2] = [700_001, 1_234_567];

/// Sends a request with the first `sent` bytes of its body, and reads the answer's head if there is one.
async fn exchange(
    server: &Server,
    token: &str,
    line: &str,
    more: &str,
    body: &[u8],
    sent: usize,
) -> Option<(TcpStream, String)> {
    let mut stream = TcpStream::connect(&server.address).await.ok()?;
    let head = format!(
        "{line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ntus-resumable: 1.0.0\r\ncontent-length: {}\r\n{more}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&body[..sent]).await.ok()?;
    if sent < body.len() {
        return Some((stream, String::new()));
    }
    let mut answer = Vec::new();
    while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
        let mut some = [0; 4096];
        let read = stream.read(&mut some).await.ok().filter(|read| *read > 0)?;
        answer.extend_from_slice(&some[..read]);
    }
    Some((
        stream,
        String::from_utf8_lossy(&answer).to_ascii_lowercase(),
    ))
}

async fn asked(server: &Server, token: &str, line: &str, more: &str, body: &[u8]) -> String {
    exchange(server, token, line, more, body, body.len())
        .await
        .unwrap()
        .1
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let line = answer
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap()
}

async fn offset(server: &Server, token: &str, at: &str) -> usize {
    let told = asked(server, token, &format!("HEAD {at}"), "", b"").await;
    header(&told, "upload-offset").parse().unwrap()
}

/// Goes on at an offset as soon as the killed holder's time is over; sends only a part of what it promises.
async fn go_on(
    server: &Server,
    token: &str,
    at: &str,
    from: usize,
    bytes: &[u8],
    sent: usize,
) -> Option<(TcpStream, String)> {
    let line = format!("PATCH {at}");
    let more =
        format!("content-type: application/offset+octet-stream\r\nupload-offset: {from}\r\n");
    exchange(server, token, &line, &more, &bytes[from..], sent).await
}

async fn is_free(server: &Server, token: &str, at: &str, from: usize) {
    let more =
        format!("content-type: application/offset+octet-stream\r\nupload-offset: {from}\r\n");
    while asked(server, token, &format!("PATCH {at}"), &more, b"")
        .await
        .starts_with("http/1.1 423")
    {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn an_upload_outlives_its_server(database: Option<&str>, folder: &Folder) {
    let start = Start::on(folder.path(), database);
    let officer = start.officer();
    let phone = start.answer(&["device", "enrol", "--name", "máy"]);
    let bytes: Vec<u8> = (0..LENGTH).map(|n| n.to_le_bytes()[n % 3]).collect();
    let mut server = start.serve().await;
    let sidecar = json!({ "sha256": hex(&sha256(&bytes)), "bytes": LENGTH, "taken_at": "2026-03-02T09:31:05+07:00", "phase": "during" });
    server
        .put(&format!("/api/v1/photos/{PHOTO}"), &phone, &sidecar)
        .await
        .unwrap();
    let more = format!("upload-length: {LENGTH}\r\nupload-metadata: photo {PHOTO_BASE64}\r\n");
    let made = asked(&server, &phone, "POST /files", &more, b"").await;
    let at = header(&made, "location").to_owned();
    let mut have = 0;
    for sent in SENT {
        is_free(&server, &phone, &at, have).await;
        let sending = go_on(&server, &phone, &at, have, &bytes, sent)
            .await
            .unwrap();
        // At least the first blocks are put down; the moment of the kill is any after that.
        while offset(&server, &phone, &at).await == have {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.kill();
        drop(sending);
        server = start.serve().await;
        let kept = offset(&server, &phone, &at).await;
        assert!(
            kept > have && kept <= have + sent,
            "{kept} of {sent} after {have}"
        );
        have = kept;
    }
    is_free(&server, &phone, &at, have).await;
    let rest = LENGTH - have;
    let (_, done) = go_on(&server, &phone, &at, have, &bytes, rest)
        .await
        .unwrap();
    assert!(done.starts_with("http/1.1 204"), "{done}");
    let fate = server.get(&at, &phone).await.unwrap().json();
    assert_eq!(
        (&fate["state"], &fate["receipt"]["id"]),
        (&json!("kept"), &json!(PHOTO))
    );
    let original = server
        .get(
            &format!("/api/v1/photos/{PHOTO}/original?reason=kiem-tra"),
            &officer,
        )
        .await
        .unwrap();
    assert_eq!(original.body, bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_goes_on_with_an_upload_on_sqlite() {
    an_upload_outlives_its_server(None, &Folder::new("tus-sqlite")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_goes_on_with_an_upload_on_postgres() {
    let cluster = Cluster::start("tus-cluster");
    an_upload_outlives_its_server(Some(&cluster.url()), &Folder::new("tus-postgres")).await;
}
