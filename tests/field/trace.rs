//! What the kernel was asked between a request and its answer: the sync of the write-ahead log, of blobs and of their
//! directories. A page cache survives SIGKILL, so only the system calls prove durability.

use serde_json::json;

use crate::binary::{Folder, Start};

/// The calls between the first line with `request` and the next answer of that status on the same descriptor.
fn between<'a>(trace: &'a str, request: &str, status: &str) -> Option<Vec<&'a str>> {
    let lines: Vec<&str> = trace.lines().collect();
    let begun = lines
        .iter()
        .position(|line| line.contains(request) && is_read(line))?;
    let answer = format!("HTTP/1.1 {status}");
    let ended = lines[begun..]
        .iter()
        .position(|line| line.contains(&answer))?;
    Some(lines[begun..begun + ended].to_vec())
}

fn is_read(line: &str) -> bool {
    [
        "read(",
        "recvfrom(",
        "readv(",
        "<... read resumed",
        "<... recvfrom resumed",
    ]
    .iter()
    .any(|call| line.contains(call))
}

fn syncs(calls: &[&str], path: &str) -> bool {
    calls
        .iter()
        .any(|call| (call.contains("fdatasync(") || call.contains("fsync(")) && call.contains(path))
}

/// What strace saw of a server on this folder while it was asked for something.
async fn traced(
    folder: &Folder,
    fsync: bool,
    act: impl AsyncFn(&crate::binary::Server, &str),
) -> String {
    let file = folder.path().join("trace");
    let mut start = Start::on(folder.path(), None);
    let token = start.officer();
    start.fsync = fsync;
    let words = [
        "strace",
        "-f",
        "-y",
        "-s",
        "300",
        "-e",
        "trace=fsync,fdatasync,read,recvfrom,readv,write,writev,sendto,sendmsg,setsockopt",
        "-o",
    ];
    start.under = words
        .iter()
        .map(|word| (*word).to_owned())
        .chain([file.display().to_string()])
        .collect();
    let server = start.serve().await;
    act(&server, &token).await;
    drop(server);
    std::fs::read_to_string(file).unwrap()
}

async fn record_an_org(server: &crate::binary::Server, token: &str) {
    let org = json!({ "name": "Đồn biên phòng thử", "kind": "don_bien_phong" });
    assert_eq!(
        server
            .post("/api/v1/orgs", token, &org)
            .await
            .unwrap()
            .status,
        201
    );
}

#[tokio::test]
async fn the_write_ahead_log_is_synced_between_a_fact_and_its_answer() {
    let folder = Folder::new("trace-wal");
    let trace = traced(&folder, true, record_an_org).await;
    let calls = between(&trace, "POST /api/v1/orgs", "201")
        .expect("the request and its answer are in the trace");
    assert!(
        syncs(&calls, "tuantra.db-wal"),
        "no sync of the log between request and answer"
    );
}

#[tokio::test]
async fn the_proof_fails_when_syncing_is_off() {
    let folder = Folder::new("trace-off");
    let trace = traced(&folder, false, record_an_org).await;
    let calls = between(&trace, "POST /api/v1/orgs", "201")
        .expect("the request and its answer are in the trace");
    assert!(
        !syncs(&calls, "tuantra.db-wal"),
        "syncs although fsync is off: the proof could not fail"
    );
}

/// Announces and uploads a photo of a few bytes; whatever it is, its bytes are kept.
async fn upload_a_photo(server: &crate::binary::Server, token: &str) {
    let bytes = b"not even a picture";
    let sha256 = tuantra::base::hex(&tuantra::journal::model::sha256(bytes));
    let sidecar = json!({
        "sha256": sha256, "bytes": bytes.len(), "taken_at": "2026-03-02T09:31:05+07:00", "phase": "overview",
    });
    let path = "/api/v1/photos/01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
    assert_eq!(server.put(path, token, &sidecar).await.unwrap().status, 201);
    let original = format!("{path}/original");
    let answer = crate::binary::request(
        &server.address,
        "PUT",
        &original,
        token,
        "image/jpeg",
        bytes,
    )
    .await
    .unwrap();
    assert_eq!(
        answer.status,
        201,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
}

/// The synced descriptors below the blobs' folder: files end in their hash, directories in its first digits.
fn synced_blobs<'a>(calls: &[&'a str]) -> Vec<&'a str> {
    let paths = calls
        .iter()
        .filter(|call| call.contains("fsync(") || call.contains("fdatasync("));
    paths
        .filter_map(|call| call.split_once("/blobs/sha256/")?.1.split('>').next())
        .collect()
}

#[tokio::test]
async fn a_photos_bytes_and_their_directory_are_synced_before_the_row_and_the_answer() {
    let folder = Folder::new("trace-photo");
    let trace = traced(&folder, true, upload_a_photo).await;
    let calls = between(&trace, "/original HTTP/1.1", "201")
        .expect("the upload and its answer are in the trace");
    let synced = synced_blobs(&calls);
    assert!(
        synced.iter().any(|path| path.len() > 64),
        "no sync of the file: {synced:?}"
    );
    assert!(
        synced.iter().any(|path| path.len() <= "ab/cd".len()),
        "no sync of the directory: {synced:?}"
    );
    assert!(syncs(&calls, "tuantra.db-wal"), "no sync of the log");
    let blob = calls
        .iter()
        .position(|call| call.contains("sync(") && call.contains("/blobs/sha256/"));
    let log = calls
        .iter()
        .rposition(|call| call.contains("sync(") && call.contains("tuantra.db-wal"));
    assert!(
        blob < log,
        "the row was committed before the bytes were on disk"
    );
}

#[tokio::test]
async fn the_proof_of_photos_fails_when_syncing_is_off() {
    let folder = Folder::new("trace-photo-off");
    let trace = traced(&folder, false, upload_a_photo).await;
    let calls = between(&trace, "/original HTTP/1.1", "201")
        .expect("the upload and its answer are in the trace");
    assert_eq!(
        synced_blobs(&calls),
        Vec::<&str>::new(),
        "syncs although fsync is off: the proof could not fail"
    );
}

#[tokio::test]
async fn no_answer_waits_with_its_end_until_its_beginning_was_owned_to() {
    let folder = Folder::new("trace-nodelay");
    let trace = traced(&folder, true, record_an_org).await;
    let lines: Vec<&str> = trace.lines().collect();
    let asked = lines
        .iter()
        .position(|line| line.contains("POST /api/v1/orgs") && is_read(line))
        .expect("the request is in the trace");
    assert!(
        lines[..asked]
            .iter()
            .any(|line| line.contains("TCP_NODELAY, [1]")),
        "the connection's last segments wait for what was sent before them: 40 ms each"
    );
}
