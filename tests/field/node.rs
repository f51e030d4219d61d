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

use crate::binary::{Folder, PROGRAM, Server, Start, free_address, request};
use crate::cluster::Cluster;
use crate::faults::dice::Dice;
use crate::faults::proxy::Proxy;

const PLOTS: u32 = 60;
const PHOTOS: usize = 6;
const FIXES: usize = 200;
/// Requests to the province that something happens to, before the line is good.
const FAULTS: u64 = 6;

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

/// Waits until an entry has its number, and with it all that came before: what has none is not forwarded yet, and is not
/// counted among what waits. After a kill numbers come when the lease of the process before has ended.
async fn is_numbered(server: &Server, phone: &str, entry: &str) {
    let path = format!("/api/v1/journal/proof?entry={entry}");
    let begun = Instant::now();
    loop {
        let told = server.get(&path, phone).await.unwrap();
        if told.status == 200 {
            return;
        }
        let waited = begun.elapsed();
        assert!(told.status == 409 && waited < Duration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
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
    let (mut photos, mut last) = (Vec::new(), Value::Null);
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
        let kept = kept.unwrap();
        assert_eq!(kept.status, 201);
        last = kept.json()["receipt"]["entry_id"].clone();
        photos.push((photo, bytes));
    }
    is_numbered(server, phone, last.as_str().unwrap()).await;
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

/// Waits until a figure of forwarding is as it must become. A thin line takes its time, and the node pauses for longer with
/// each failure.
async fn until(node: &Server, officer: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let told = standing(node, officer).await;
        if holds(&told) {
            return told;
        }
        assert!(begun.elapsed() < Duration::from_mins(6), "{told:#}");
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

/// The kinds of the entries in a server's log.
async fn kinds_in(server: &Server, auditor: &str) -> Vec<String> {
    let (mut kinds, mut path) = (Vec::new(), "/api/v1/journal/entries?limit=500".to_owned());
    loop {
        let told = server.get(&path, auditor).await.unwrap().json();
        let entries = told["entries"].as_array().unwrap().iter();
        kinds.extend(entries.map(|own| own["kind"].as_str().unwrap().to_owned()));
        let Some(next) = told["next"].as_str() else {
            return kinds;
        };
        path = format!("/api/v1/journal/entries?limit=500&cursor={next}");
    }
}

/// Entries of facts in a server's log, once it holds as many looks at originals as there were: entries are numbered in
/// their order, so that nothing that came before the last look is still without its number.
async fn facts_before_looks(server: &Server, auditor: &str, looks: usize) -> usize {
    const FACTS: [&str; 5] = ["plot", "photo", "original", "patrol", "fixes"];
    let begun = Instant::now();
    loop {
        let kinds = kinds_in(server, auditor).await;
        let looked = kinds.iter().filter(|kind| *kind == "view").count();
        if looked >= looks {
            assert_eq!(looked, looks);
            let facts = kinds.iter().filter(|kind| FACTS.contains(&kind.as_str()));
            return facts.count();
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{looked} looks");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A node and its province: two folders, two servers, and a line between them.
struct Pair<'a> {
    lower: Folder,
    upper: Folder,
    /// The databases of the node and of the province, where they are not in their folders.
    databases: Option<(&'a str, &'a str)>,
    /// The secret that the province gave the node.
    secret: std::path::PathBuf,
}

/// Who is asked at each of them.
struct Callers {
    officer: String,
    phone: String,
    chief: String,
    auditor: String,
}

impl<'a> Pair<'a> {
    /// The node is known to the province, by its card.
    fn known(databases: Option<(&'a str, &'a str)>) -> Self {
        let (lower, upper) = (Folder::new("node"), Folder::new("province"));
        let secret = lower.path().join("upstream.secret");
        let own = Self {
            lower,
            upper,
            databases,
            secret,
        };
        let card_file = own.lower.path().join("card.json");
        let card = own.apart().answer(&["node", "card"]);
        std::fs::write(&card_file, card).unwrap();
        let card = card_file.to_str().unwrap();
        let add = ["node", "add", card, "--name", "Đồn A"];
        std::fs::write(&own.secret, own.province().answer(&add)).unwrap();
        own
    }

    fn province(&self) -> Start<'_> {
        Start::on(self.upper.path(), self.databases.map(|urls| urls.1))
    }

    /// The node without a way to anybody.
    fn apart(&self) -> Start<'_> {
        Start::on(self.lower.path(), self.databases.map(|urls| urls.0))
    }

    /// The node, whose way to the province is an address.
    fn node(&self, address: &str) -> Start<'_> {
        let mut start = self.apart();
        let secret = self.secret.to_str().unwrap().to_owned();
        start.settings = vec![
            ("TUANTRA_UPSTREAM_URL", format!("http://{address}")),
            ("TUANTRA_UPSTREAM_TOKEN_FILE", secret),
        ];
        start
    }

    fn callers(&self) -> Callers {
        let (lower, upper) = (self.apart(), self.province());
        let token = |start: &Start<'_>, role| {
            start.answer(&["account", "token", "--name", role, "--role", role])
        };
        Callers {
            officer: token(&lower, "provincial_officer"),
            phone: lower.answer(&["device", "enrol", "--name", "máy A"]),
            chief: token(&upper, "provincial_officer"),
            auditor: token(&upper, "auditor"),
        }
    }

    /// Both logs hold together, and both receipts of a fact are by the keys of their own.
    async fn holds(&self, province: &mut Server, auditor: &str) {
        let receipts = a_forwarded_fact(province, auditor).await;
        province.stop();
        for (start, side) in [(self.apart(), "node"), (self.province(), "own")] {
            let log = start.answer(&["verify", "log"]);
            assert!(log.contains("consistent"), "{log}");
            let file = self.upper.path().join(format!("{side}.json"));
            std::fs::write(&file, receipts[side].to_string()).unwrap();
            let trust = self.upper.path().join(format!("{side}.keys"));
            std::fs::write(&trust, start.answer(&["key", "show"])).unwrap();
            let told = std::process::Command::new(PROGRAM)
                .args(["verify", "receipt"])
                .arg(&file)
                .arg("--trust")
                .arg(&trust)
                .output()
                .unwrap();
            let told = String::from_utf8(told.stdout).unwrap();
            assert!(told.trim_end().ends_with("verified"), "{side}: {told}");
        }
    }
}

/// Both receipts of a plot, as the province tells them.
async fn a_forwarded_fact(province: &Server, auditor: &str) -> Value {
    let told = province
        .get("/api/v1/journal/entries?limit=500", auditor)
        .await;
    let told = told.unwrap().json();
    let entries = told["entries"].as_array().unwrap();
    let plot = entries.iter().find(|own| own["kind"] == "plot").unwrap();
    let entry = plot["id"].as_str().unwrap();
    let path = format!("/api/v1/forwarding/receipts/{entry}");
    province.get(&path, auditor).await.unwrap().json()
}

async fn all_went(node: &Server, officer: &str) {
    until(node, officer, |told| told["backlog"] == 0).await;
}

/// Facts in the province's log, where all of these days are looked at for the so-manieth time.
async fn facts_told(province: &Server, own: &Callers, days: &[Sent], time: usize) -> usize {
    for sent in days {
        all_arrived(province, &own.chief, sent).await;
    }
    let looks = time * days.len() * PHOTOS;
    facts_before_looks(province, &own.auditor, looks).await
}

/// Facts of so many days in a log.
const fn facts_of(days: usize) -> usize {
    days * (PLOTS as usize + 2 * PHOTOS + 2)
}

async fn everything_arrives_once(databases: Option<(&str, &str)>) {
    let pair = Pair::known(databases);
    let proxy = Proxy::start(&free_address(), Dice::new(5)).await;
    let (lower, upper, own) = (pair.node(&proxy.address), pair.province(), pair.callers());
    let ids = IdMaker::new(Arc::new(SystemClock));
    let mut node = lower.serve().await;
    let first = a_day(&node, &own.phone, &ids).await;
    let told = until(&node, &own.officer, |told| {
        told["failures"].as_i64() > Some(0) && told["backlog"].as_i64() > Some(60)
    })
    .await;
    let fault = told["fault"].as_str().unwrap();
    assert!(fault.contains("cannot be reached"), "{told:#}");
    node.kill();
    let mut province = upper.serve().await;
    proxy.lead_to(&province.address);
    let mut node = lower.serve().await;
    // Both are killed as soon as something went.
    until(&node, &own.officer, |told| told["facts"].as_i64() > Some(0)).await;
    node.kill();
    province.kill();
    let mut node = lower.serve().await;
    let second = a_day(&node, &own.phone, &ids).await;
    let mut province = upper.serve().await;
    proxy.lead_to(&province.address);
    until(&node, &own.officer, |told| {
        told["backlog"] == 0 || proxy.count() >= FAULTS
    })
    .await;
    proxy.heal();
    all_went(&node, &own.officer).await;
    let days = [first, second];
    assert_eq!(facts_told(&province, &own, &days, 1).await, facts_of(2));
    let metrics = node.get("/metrics", "").await.unwrap();
    let metrics = String::from_utf8(metrics.body).unwrap();
    assert!(metrics.contains("tuantra_forward_backlog 0"), "{metrics}");
    // Everything once more: nothing changes.
    node.stop();
    lower.answer(&["node", "resend"]);
    let mut node = lower.serve().await;
    all_went(&node, &own.officer).await;
    assert_eq!(facts_told(&province, &own, &days, 2).await, facts_of(2));
    node.stop();
    pair.holds(&mut province, &own.auditor).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_goes_on_over_a_bad_line_and_nothing_arrives_twice_on_sqlite() {
    everything_arrives_once(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_goes_on_over_a_bad_line_and_nothing_arrives_twice_on_postgres() {
    let (lower, upper) = (Cluster::start("node-lower"), Cluster::start("node-upper"));
    let urls = (lower.url(), upper.url());
    everything_arrives_once(Some((&urls.0, &urls.1))).await;
}
