//! A post node and a province as two servers: phones push to the node while the province is away, the node is killed
//! on the way, and everything arrives once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tuantra::base::hex;
use tuantra::base::ids::IdMaker;
use tuantra::base::time::SystemClock;
use tuantra::journal::model::sha256;
use uuid::Uuid;

use crate::binary::{Folder, Server, Start, free_address, request};

const PLOTS: u32 = 60;
const PHOTOS: usize = 12;
const FIXES: usize = 200;

struct Sent {
    plots: Vec<Uuid>,
    photos: Vec<(Uuid, Vec<u8>)>,
    patrol: Uuid,
}

async fn push(server: &Server, phone: &str, facts: Vec<Value>) {
    let answer = server
        .post("/api/v1/sync/push", phone, &json!({ "facts": facts }))
        .await;
    let answer = answer.unwrap().json();
    let results = answer["results"].as_array().unwrap();
    assert!(
        results
            .iter()
            .all(|own| own["status"].as_u64().unwrap() < 300),
        "{answer:#}"
    );
}

/// A day of a phone.
async fn a_day(server: &Server, phone: &str, ids: &IdMaker) -> Sent {
    let patrol = ids.make();
    let mut facts = vec![json!({ "kind": "patrol", "id": patrol, "body": {
        "kind": "crop_check", "transport": "foot", "started_at": "2026-03-01T01:00:00Z", "ended_at": "2026-03-01T02:00:00Z" } })];
    let fixes: Vec<Value> = (0..FIXES).map(|at| json!({
        "t": format!("2026-03-01T01:{:02}:{:02}Z", at / 60, at % 60), "lon": 104.1, "lat": 22.3, "accuracy_m": 5 })).collect();
    facts.push(json!({ "kind": "fixes", "id": patrol, "body": { "fixes": fixes } }));
    let mut plots = Vec::new();
    for n in 0..PLOTS {
        let plot = ids.make();
        facts.push(json!({ "kind": "plot", "id": plot, "body": {
            "type": "Feature", "geometry": { "type": "Point", "coordinates": [104.1 + 0.001 * f64::from(n), 22.4] },
            "properties": { "crop": "opium_poppy", "detected_at": "2026-02-25T10:15:00+07:00", "detected_by": "patrol",
                "plants": 320, "plants_method": "counted", "hacc_m": 6.5 } } }));
        plots.push(plot);
    }
    push(server, phone, facts).await;
    let mut photos = Vec::new();
    for _ in 0..PHOTOS {
        let photo = ids.make();
        let bytes = photo.as_bytes().repeat(8_000);
        let sidecar = json!({ "sha256": hex(&sha256(&bytes)), "bytes": bytes.len(), "taken_at": "2026-03-02T09:31:05+07:00", "phase": "during" });
        push(
            server,
            phone,
            vec![json!({ "kind": "photo", "id": photo, "body": sidecar })],
        )
        .await;
        let path = format!("/api/v1/photos/{photo}/original");
        let kept = request(&server.address, "PUT", &path, phone, "image/jpeg", &bytes).await;
        assert_eq!(kept.unwrap().status, 201);
        photos.push((photo, bytes));
    }
    Sent {
        plots,
        photos,
        patrol,
    }
}

async fn standing(node: &Server, officer: &str) -> Value {
    node.get("/api/v1/forwarding", officer)
        .await
        .unwrap()
        .json()
}

/// Waits until a figure of forwarding is as it must become.
async fn until(node: &Server, officer: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let told = standing(node, officer).await;
        if holds(&told) {
            return told;
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "{told:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn all_arrived(province: &Server, officer: &str, sent: &Sent) {
    for plot in &sent.plots {
        let told = province
            .get(&format!("/api/v1/plots/{plot}"), officer)
            .await
            .unwrap();
        assert_eq!(
            (told.status, told.json()["properties"]["plants"].as_u64()),
            (200, Some(320))
        );
    }
    for (photo, bytes) in &sent.photos {
        let path = format!("/api/v1/photos/{photo}/original?reason=kiem-tra");
        let told = province.get(&path, officer).await.unwrap();
        assert!(told.status == 200 && told.body == *bytes, "{}", told.status);
    }
    let patrol = province
        .get(&format!("/api/v1/patrols/{}", sent.patrol), officer)
        .await
        .unwrap()
        .json();
    let tracks = patrol["properties"]["tracks"].as_array().unwrap();
    assert_eq!(
        (tracks.len(), tracks[0]["fixes"].as_u64()),
        (1, Some(FIXES as u64)),
        "{patrol:#}"
    );
}

/// Entries of facts in a server's log.
async fn facts_in(server: &Server, auditor: &str) -> usize {
    let (mut count, mut path) = (0, "/api/v1/journal/entries?limit=500".to_owned());
    loop {
        let told = server.get(&path, auditor).await.unwrap().json();
        let entries = told["entries"]
            .as_array()
            .unwrap_or_else(|| panic!("{told:#}"));
        let is_fact = |own: &&Value| {
            ["plot", "photo", "original", "patrol", "fixes"]
                .contains(&own["kind"].as_str().unwrap())
        };
        count += entries.iter().filter(is_fact).count();
        let Some(next) = told["next"].as_str() else {
            return count;
        };
        path = format!("/api/v1/journal/entries?limit=500&cursor={next}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_goes_on_when_the_province_is_back_and_nothing_arrives_twice() {
    let (folder, above) = (Folder::new("node"), Folder::new("province"));
    let upper = Start::on(above.path(), None);
    let address = free_address();
    let card = Start::on(folder.path(), None).answer(&["node", "card"]);
    let (card_file, secret_file) = (
        folder.path().join("card.json"),
        folder.path().join("upstream.secret"),
    );
    std::fs::write(&card_file, card).unwrap();
    let secret = upper.answer(&[
        "node",
        "add",
        card_file.to_str().unwrap(),
        "--name",
        "Đồn A",
    ]);
    std::fs::write(&secret_file, secret).unwrap();
    let mut lower = Start::on(folder.path(), None);
    lower.settings = vec![
        ("TUANTRA_UPSTREAM_URL", format!("http://{address}")),
        (
            "TUANTRA_UPSTREAM_TOKEN_FILE",
            secret_file.to_str().unwrap().to_owned(),
        ),
    ];
    let token = |start: &Start<'_>, role| {
        start.answer(&["account", "token", "--name", role, "--role", role])
    };
    let (officer, chief, auditor) = (
        token(&lower, "provincial_officer"),
        token(&upper, "provincial_officer"),
        token(&upper, "auditor"),
    );
    let phone = lower.answer(&["device", "enrol", "--name", "máy A"]);
    let ids = IdMaker::new(Arc::new(SystemClock));
    let mut node = lower.serve().await;
    let first = a_day(&node, &phone, &ids).await;
    let told = until(&node, &officer, |told| {
        told["failures"].as_i64() > Some(0) && told["backlog"].as_i64() > Some(60)
    })
    .await;
    assert!(
        told["fault"]
            .as_str()
            .unwrap()
            .contains("cannot be reached"),
        "{told:#}"
    );
    node.kill();
    let mut province = upper.serve_at(address.clone()).await;
    let mut node = lower.serve().await;
    // Killed as soon as something went, and the province too.
    until(&node, &officer, |told| told["facts"].as_i64() > Some(0)).await;
    node.kill();
    province.kill();
    let mut node = lower.serve().await;
    let second = a_day(&node, &phone, &ids).await;
    let mut province = upper.serve_at(address).await;
    until(&node, &officer, |told| told["backlog"] == 0).await;
    for sent in [&first, &second] {
        all_arrived(&province, &chief, sent).await;
    }
    let expected = 2 * (PLOTS as usize + 2 * PHOTOS + 2);
    assert_eq!(facts_in(&province, &auditor).await, expected);
    let metrics = node.get("/metrics", "").await.unwrap();
    let metrics = String::from_utf8(metrics.body).unwrap();
    assert!(metrics.contains("tuantra_forward_backlog 0"), "{metrics}");
    // Everything once more: nothing changes.
    node.stop();
    lower.answer(&["node", "resend"]);
    let mut node = lower.serve().await;
    until(&node, &officer, |told| told["backlog"] == 0).await;
    assert_eq!(facts_in(&province, &auditor).await, expected);
    node.stop();
    province.stop();
    for start in [&lower, &upper] {
        let log = start.answer(&["verify", "log"]);
        assert!(log.contains("consistent"), "{log}");
    }
}
