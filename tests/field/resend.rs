//! The disk is lost: restore the backup, ask what is missing, send it again. Nothing is lost that was secured or is
//! still on the phone.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tuantra::base::ids::IdMaker;
use tuantra::base::time::SystemClock;

use crate::binary::{Folder, Server, Start};
use crate::cluster::Cluster;
use crate::people::People;

const PUSH: &str = "/api/v1/sync/push";
const HEAD: &str = "/api/v1/journal/head";
const INVENTORY: &str = "/api/v1/sync/inventory";

fn gathered(ids: &IdMaker, count: i32) -> Vec<Value> {
    let mut facts = Vec::new();
    for n in 0..count {
        let patrol = ids.make();
        facts.push(json!({ "kind": "patrol", "id": patrol, "body": {
            "kind": "crop_check", "transport": "foot", "started_at": "2026-03-01T01:00:00Z", "ended_at": "2026-03-01T02:00:00Z" } }));
        let fixes: Vec<Value> = (0..5).map(|at| json!({
            "t": format!("2026-03-01T01:00:{:02}Z", at * 5), "lon": 104.1, "lat": 22.3 + 1e-4 * f64::from(n * 5 + at), "accuracy_m": 5 })).collect();
        facts.push(json!({ "kind": "fixes", "id": patrol, "body": { "fixes": fixes } }));
        facts.push(json!({ "kind": "plot", "id": ids.make(), "body": {
            "type": "Feature", "geometry": { "type": "Point", "coordinates": [104.1 + 0.001 * f64::from(n), 22.4] },
            "properties": { "crop": "opium_poppy", "detected_at": "2026-02-25T10:15:00+07:00", "detected_by": "patrol",
                "plants": 320, "plants_method": "counted", "hacc_m": 6.5 } } }));
    }
    facts
}

async fn receipts(server: &Server, phone: &str, facts: &[Value]) -> Vec<Value> {
    let answer = server.post(PUSH, phone, &json!({ "facts": facts })).await;
    let answer = answer.unwrap().json();
    let results = answer["results"].as_array().unwrap();
    let receipts: Vec<Value> = results.iter().map(|own| own["receipt"].clone()).collect();
    assert!(receipts.iter().all(Value::is_object), "{answer:#}");
    receipts
}

async fn compared(server: &Server, phone: &str, receipts: &[Value]) -> Value {
    let holds = receipts.iter().map(
        |own| json!({ "id": own["id"], "sha256": own["sha256"], "entry_id": own["entry_id"] }),
    );
    let holds: Vec<Value> = holds.collect();
    let answer = server
        .post(INVENTORY, phone, &json!({ "holds": holds }))
        .await;
    let answer = answer.unwrap();
    assert_eq!(answer.status, 200);
    answer.json()
}

fn of_state(compared: &Value, state: &str) -> BTreeSet<usize> {
    let facts = compared["facts"].as_array().unwrap().iter().enumerate();
    facts
        .filter(|(_, own)| own["state"] == state)
        .map(|(at, _)| at)
        .collect()
}

/// The newest head, once it covers all that was promised.
async fn head_over(server: &Server, phone: &str, receipts: &[Value]) -> Value {
    for receipt in receipts {
        let entry = receipt["entry_id"].as_str().unwrap();
        let path = format!("/api/v1/journal/proof?entry={entry}");
        while server.get(&path, phone).await.unwrap().status != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    let head = server.get("/api/v1/journal/head", phone).await;
    head.unwrap().json()["checkpoint"].clone()
}

#[expect(clippy::too_many_lines, reason = "one drill, step after step")]
async fn nothing_secured_or_still_held_is_lost(databases: Option<(&str, &str)>, folder: &Folder) {
    let ids = IdMaker::new(Arc::new(SystemClock));
    let (data, again, backup) = (
        folder.path().join("data"),
        folder.path().join("again"),
        folder.path().join("backup"),
    );
    let backup = backup.to_str().unwrap();
    let start = Start::on(Path::new(&data), databases.map(|urls| urls.0));
    let people = People::of(&start);
    let phone = people.phone.clone();
    let mut server = start.serve().await;
    let whole = people.announce(&server, 40_000, 1).await;
    assert_eq!(people.send(&server, &whole).await.status, 201);
    let halved = people.announce(&server, 40_000, 2).await;
    let begun = people.announce(&server, 40_000, 4).await;
    let upload = people.open_upload(&server, &begun).await;
    let half = people.patch(&server, &upload, 0, &begun.bytes[..20_000]);
    assert_eq!(half.await.status, 204);
    let lost = start.answer(&["device", "enrol", "--name", "máy sẽ mất"]);
    let early = gathered(&ids, 8);
    let mut held = receipts(&server, &phone, &early).await;
    assert_eq!(
        of_state(&compared(&server, &phone, &held).await, "stored").len(),
        24
    );
    start.answer(&["backup", backup]);
    let first = compared(&server, &phone, &held).await;
    assert_eq!(
        of_state(&first, "secured").len(),
        24,
        "the phone may free these"
    );
    let late = gathered(&ids, 5);
    held.extend(receipts(&server, &phone, &late).await);
    let second = compared(&server, &phone, &held).await;
    assert_eq!(
        (
            of_state(&second, "secured").len(),
            of_state(&second, "stored").len()
        ),
        (24, 15)
    );
    let unseen = people.announce(&server, 700_000, 3).await;
    for photo in [&halved, &unseen] {
        assert_eq!(people.send(&server, photo).await.status, 201);
    }
    let devices = server
        .get("/api/v1/devices", &people.officer)
        .await
        .unwrap();
    let devices = devices.json().as_array().unwrap().clone();
    let device = devices.iter().find(|own| own["name"] == "máy sẽ mất");
    let told_lost = format!(
        "/api/v1/devices/{}/loss",
        device.unwrap()["id"].as_str().unwrap()
    );
    let since = json!({ "since": "2026-03-01T00:00:00Z" });
    let told = server
        .post(&told_lost, &people.officer, &since)
        .await
        .unwrap();
    assert_eq!(told.status, 200);
    assert_eq!(server.get(HEAD, &lost).await.unwrap().status, 401);
    let last_head = head_over(&server, &phone, &held).await;
    server.kill();
    // Another machine, another key: the folder with both is gone.
    let restored = Start::on(Path::new(&again), databases.map(|urls| urls.1));
    let told = restored.answer(&["restore", backup]);
    assert!(told.contains("1 uploads were under way"), "{told}");
    // The phone that was reported lost after the backup is let in again: that is told, with how many there are.
    assert!(
        told.contains("secrets, grants and revocations are those of 20")
            && told.contains(": 2 devices can send"),
        "{told}"
    );
    let mut server = restored.serve().await;
    assert_eq!(server.get(HEAD, &lost).await.unwrap().status, 200);
    // What was under way is not there any more, and is begun anew.
    let asked = people
        .tus("HEAD", &upload, Vec::new())
        .patiently(&server.address)
        .await;
    assert_eq!(asked.status, 404);
    let upload = people.open_upload(&server, &begun).await;
    assert_eq!(
        people.patch(&server, &upload, 0, &begun.bytes).await.status,
        204
    );
    assert_eq!(people.read(&server, &begun).await, 200);
    let asked = compared(&server, &phone, &held).await;
    assert!(asked["restored"]["through_seq"].is_number(), "{asked:#}");
    assert_eq!(
        of_state(&asked, "secured").len(),
        24,
        "what was secured is there, and the backup still covers it"
    );
    assert_eq!(
        of_state(&asked, "unknown"),
        (24..39).collect(),
        "these are to be sent again"
    );
    // Of one photo the backup knew only that it would come, of another nothing.
    let missing = asked["incomplete"].as_array().unwrap();
    let missing: Vec<_> = missing.iter().map(|own| own["id"].as_str()).collect();
    assert_eq!(missing, [Some(halved.id.as_str())]);
    assert_eq!(people.send(&server, &halved).await.status, 201);
    assert_eq!(people.send(&server, &unseen).await.status, 404);
    people.announce_again(&server, &unseen).await;
    assert_eq!(people.send(&server, &unseen).await.status, 201);
    for photo in [&whole, &halved, &unseen] {
        assert_eq!(people.read(&server, photo).await, 200);
    }
    // The phone freed what was secured; what it holds it sends again, all of it.
    let again = receipts(&server, &phone, &late).await;
    let asked = compared(&server, &phone, &[&held[..24], &again[..]].concat()).await;
    assert_eq!(
        (asked["unknown"].as_u64(), of_state(&asked, "stored").len()),
        (Some(0), 15)
    );
    let shown = server
        .post(PUSH, &phone, &json!({ "facts": [], "head": last_head }))
        .await
        .unwrap()
        .json();
    assert_eq!(shown["head"]["alarm"]["reason"], "superseded", "{shown:#}");
    server.stop();
    let log = restored.answer(&["verify", "log"]);
    assert!(log.contains("consistent, origin unproven"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_disk_loses_nothing_that_was_secured_or_is_on_a_phone_on_sqlite() {
    nothing_secured_or_still_held_is_lost(None, &Folder::new("resend-sqlite")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_disk_loses_nothing_that_was_secured_or_is_on_a_phone_on_postgres() {
    let (first, second) = (
        Cluster::start("resend-first"),
        Cluster::start("resend-second"),
    );
    let urls = (first.url(), second.url());
    nothing_secured_or_still_held_is_lost(
        Some((&urls.0, &urls.1)),
        &Folder::new("resend-postgres"),
    )
    .await;
}
