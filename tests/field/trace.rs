//! What the kernel was asked between a request and its answer: the sync of the write-ahead log, of blobs and of their
//! directories. A page cache survives SIGKILL, so only the system calls prove durability.

use std::path::Path;

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

async fn traced(
    data: &Path,
    fsync: bool,
    file: &Path,
    act: impl AsyncFn(&crate::binary::Server, &str),
) -> String {
    let mut start = Start::on(data, None);
    let token = start.answer(&[
        "account",
        "token",
        "--name",
        "can-bo",
        "--role",
        "provincial_officer",
    ]);
    start.fsync = fsync;
    let words = [
        "strace",
        "-f",
        "-y",
        "-s",
        "300",
        "-e",
        "trace=fsync,fdatasync,read,recvfrom,readv,write,writev,sendto,sendmsg",
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
    let trace = traced(
        folder.path(),
        true,
        &folder.path().join("trace"),
        record_an_org,
    )
    .await;
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
    let trace = traced(
        folder.path(),
        false,
        &folder.path().join("trace"),
        record_an_org,
    )
    .await;
    let calls = between(&trace, "POST /api/v1/orgs", "201")
        .expect("the request and its answer are in the trace");
    assert!(
        !syncs(&calls, "tuantra.db-wal"),
        "syncs although fsync is off: the proof could not fail"
    );
}
