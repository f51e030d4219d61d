//! SIGKILL at random moments under concurrent writing: receipts = facts = entries, on both databases.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::binary::{Folder, Start, request};
use crate::cluster::Cluster;

const ROUNDS: u64 = 5;
const WRITERS: usize = 6;

/// Facts that were acknowledged: id and the receipt's entry.
type Acknowledged = Arc<Mutex<BTreeMap<String, Value>>>;

async fn write_until_cut(
    address: String,
    token: String,
    round: u64,
    writer: usize,
    acknowledged: Acknowledged,
) {
    for number in 0.. {
        let name = format!("Đơn vị {round}-{writer}-{number}");
        let body = json!({ "name": name, "kind": "tram" }).to_string();
        let answer = request(
            &address,
            "POST",
            "/api/v1/orgs",
            &token,
            "application/json",
            body.as_bytes(),
        )
        .await;
        let Some(answer) = answer else { return };
        assert_eq!(
            answer.status,
            201,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        acknowledged.lock().unwrap().insert(name, answer.json());
    }
}

async fn nothing_acknowledged_is_lost(database: Option<&str>, folder: &Folder) {
    let start = Start::on(folder.path(), database);
    let token = start.answer(&[
        "account",
        "token",
        "--name",
        "can-bo",
        "--role",
        "provincial_officer",
    ]);
    let acknowledged = Acknowledged::default();
    for round in 0..ROUNDS {
        let mut server = start.serve().await;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                tokio::spawn(write_until_cut(
                    server.address.clone(),
                    token.clone(),
                    round,
                    writer,
                    Arc::clone(&acknowledged),
                ))
            })
            .collect();
        // The moment of the kill is what varies; nothing is waited for.
        tokio::time::sleep(Duration::from_millis(120 + round * 67)).await;
        server.kill();
        for writer in writers {
            writer.await.unwrap();
        }
    }
    let mut server = start.serve().await;
    let kept = server.get("/api/v1/orgs", &token).await.unwrap().json();
    let kept: BTreeMap<_, _> = kept
        .as_array()
        .unwrap()
        .iter()
        .map(|org| (org["name"].as_str().unwrap(), &org["id"]))
        .collect();
    let acknowledged = acknowledged.lock().unwrap();
    assert!(
        acknowledged.len() > 20,
        "only {} facts were written",
        acknowledged.len()
    );
    for (name, answer) in acknowledged.iter() {
        assert_eq!(
            kept.get(name.as_str()),
            Some(&&answer["id"]),
            "{name} was acknowledged and is gone"
        );
    }
    server.stop();
    let backup = start.answer(&["backup", folder.path().join("backup").to_str().unwrap()]);
    assert!(backup.contains("all verified"), "{backup}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_keeps_what_it_acknowledged_on_sqlite() {
    nothing_acknowledged_is_lost(None, &Folder::new("kill-sqlite")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_keeps_what_it_acknowledged_on_postgres() {
    let cluster = Cluster::start("kill-cluster");
    nothing_acknowledged_is_lost(Some(&cluster.url()), &Folder::new("kill-postgres")).await;
}
