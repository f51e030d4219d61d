//! SIGKILL at random moments under concurrent uploads: receipts = facts = entries, on both databases, photos included.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tuantra::base::hex;
use tuantra::base::ids::IdMaker;
use tuantra::base::time::{SystemClock, Timestamp};
use tuantra::journal::model::sha256;

use crate::binary::{Answer, Folder, Server, Start, request};
use crate::cluster::Cluster;

const ROUNDS: u64 = 5;
const MOST_ROUNDS: u64 = 40;
const WRITERS: usize = 8;
const FIXES: usize = 20;

/// What was acknowledged, and how it is asked for again.
enum Fact {
    Fixes {
        patrol: String,
        count: usize,
    },
    /// Fixes that came one at a time.
    Tracked {
        patrol: String,
        count: usize,
    },
    Photo {
        id: String,
        bytes: Vec<u8>,
    },
    /// Something that was said of a plot, by its entry.
    OfPlot {
        plot: String,
        entry: String,
    },
}

type Acknowledged = Arc<Mutex<Vec<Fact>>>;

/// One writer's way to the server; `None` as soon as an answer is cut off.
struct Phone {
    address: String,
    token: String,
    /// The same device's secret for its tracker.
    tracker: String,
    ids: IdMaker,
}

impl Phone {
    async fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Option<Answer> {
        let answer = request(&self.address, method, path, &self.token, kind, body).await?;
        assert!(
            answer.status < 300,
            "{path}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        Some(answer)
    }

    /// A patrol whose fixes come in batches; each acknowledged batch raises what must be found again.
    async fn walk(&self, acknowledged: &Acknowledged) -> Option<()> {
        let patrol = self.ids.make().to_string();
        let draft = json!({ "kind": "crop_check", "transport": "foot", "started_at": "2026-03-02T00:00:00Z" });
        let path = format!("/api/v1/patrols/{patrol}");
        self.send(
            "PUT",
            &path,
            "application/json",
            draft.to_string().as_bytes(),
        )
        .await?;
        for batch in 0..5 {
            let fixes: Vec<Value> = (0..FIXES)
                .map(|n| {
                    let second = batch * FIXES + n;
                    json!({ "t": format!("2026-03-02T00:{:02}:{:02}Z", second / 60, second % 60), "lon": 104.3, "lat": 22.4, "accuracy_m": 5 })
                })
                .collect();
            let body = json!({ "fixes": fixes }).to_string();
            self.send(
                "POST",
                &format!("{path}/fixes"),
                "application/json",
                body.as_bytes(),
            )
            .await?;
            let count = (batch + 1) * FIXES;
            acknowledged.lock().unwrap().push(Fact::Fixes {
                patrol: patrol.clone(),
                count,
            });
        }
        Some(())
    }

    /// A patrol whose fixes come one at a time, by the device's tracker; each that is acknowledged must be found again.
    async fn track(&self, acknowledged: &Acknowledged) -> Option<()> {
        // A time of its own for each patrol: a tracker's fixes join by time.
        static PATROLS: AtomicI64 = AtomicI64::new(0);
        let patrol = self.ids.make();
        let from_s = 1_609_459_200 + 7200 * PATROLS.fetch_add(1, Ordering::Relaxed);
        let at = |seconds: i64| Timestamp::from_millis((from_s + seconds) * 1000).to_string();
        let draft = json!({ "kind": "crop_check", "transport": "foot", "started_at": at(0), "ended_at": at(600) });
        let path = format!("/api/v1/patrols/{patrol}");
        self.send(
            "PUT",
            &path,
            "application/json",
            draft.to_string().as_bytes(),
        )
        .await?;
        for count in 1..=40_usize {
            let second = i64::try_from(count).unwrap();
            let form = format!(
                "id=x&timestamp={}&lat=22.4&lon=104.3&accuracy=5",
                from_s + second
            );
            let door = format!("/t/{}", self.tracker);
            self.send(
                "POST",
                &door,
                "application/x-www-form-urlencoded",
                form.as_bytes(),
            )
            .await?;
            acknowledged.lock().unwrap().push(Fact::Tracked {
                patrol: patrol.to_string(),
                count,
            });
        }
        Some(())
    }

    async fn photograph(&self, acknowledged: &Acknowledged) -> Option<()> {
        let id = self.ids.make();
        let bytes = id.as_bytes().repeat(400);
        let sidecar = json!({
            "sha256": hex(&sha256(&bytes)), "bytes": bytes.len(), "taken_at": "2026-03-02T09:31:05+07:00", "phase": "during",
        });
        let path = format!("/api/v1/photos/{id}");
        self.send(
            "PUT",
            &path,
            "application/json",
            sidecar.to_string().as_bytes(),
        )
        .await?;
        self.send("PUT", &format!("{path}/original"), "image/jpeg", &bytes)
            .await?;
        acknowledged.lock().unwrap().push(Fact::Photo {
            id: id.to_string(),
            bytes,
        });
        Some(())
    }

    /// A plot, its destruction and a look afterwards; each is a fact of its own.
    async fn destroy(&self, acknowledged: &Acknowledged) -> Option<()> {
        let plot = self.ids.make().to_string();
        let path = format!("/api/v1/plots/{plot}");
        let found = json!({
            "type": "Feature", "geometry": { "type": "Point", "coordinates": [104.3, 22.4] },
            "properties": { "crop": "opium_poppy", "detected_at": "2026-02-25T10:15:00+07:00", "detected_by": "patrol",
                "plants": 320, "plants_method": "counted", "area_m2": 64, "area_method": "tape" }
        });
        let destroyed = json!({
            "started_at": "2026-02-27T08:00:00+07:00", "ended_at": "2026-02-27T09:00:00+07:00", "methods": ["pull_up"],
            "plants_destroyed": 320, "plants_method": "counted", "area_m2_destroyed": 64, "area_method": "tape",
            "completeness": "full", "confirmation": { "alone": true }
        });
        let seen = json!({ "inspected_at": "2026-03-01T08:00:00+07:00", "result": "clear" });
        for (method, rest, body) in [
            ("PUT", "", found),
            ("POST", "/eradications", destroyed),
            ("POST", "/reinspections", seen),
        ] {
            let body = body.to_string();
            let answer = self
                .send(
                    method,
                    &format!("{path}{rest}"),
                    "application/json",
                    body.as_bytes(),
                )
                .await?;
            let receipt = &answer.json()["receipt"];
            acknowledged.lock().unwrap().push(Fact::OfPlot {
                plot: plot.clone(),
                entry: receipt["entry_id"].as_str().unwrap().to_owned(),
            });
        }
        Some(())
    }

    async fn work_until_cut(self, writer: usize, acknowledged: Acknowledged) {
        loop {
            let done = match writer % 4 {
                0 => self.walk(&acknowledged).await,
                1 => self.photograph(&acknowledged).await,
                2 => self.track(&acknowledged).await,
                _ => self.destroy(&acknowledged).await,
            };
            if done.is_none() {
                return;
            }
        }
    }
}

async fn is_found(server: &Server, token: &str, fact: &Fact) -> bool {
    match fact {
        Fact::Fixes { patrol, count } | Fact::Tracked { patrol, count } => {
            let patrol = server
                .get(&format!("/api/v1/patrols/{patrol}"), token)
                .await
                .unwrap()
                .json();
            let tracks = patrol["properties"]["tracks"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let found: u64 = tracks
                .iter()
                .filter_map(|track| track["fixes"].as_u64())
                .sum();
            found >= u64::try_from(*count).unwrap()
        }
        Fact::Photo { id, bytes } => {
            let original = server
                .get(
                    &format!("/api/v1/photos/{id}/original?reason=kiem-tra"),
                    token,
                )
                .await
                .unwrap();
            original.status == 200 && original.body == *bytes
        }
        Fact::OfPlot { plot, entry } => {
            let path = format!("/api/v1/plots/{plot}");
            let told = server.get(&path, token).await.unwrap();
            told.status == 200 && String::from_utf8_lossy(&told.body).contains(entry)
        }
    }
}

/// How many facts there are of each kind.
fn kinds(facts: &[Fact]) -> [usize; 4] {
    let mut kinds = [0; 4];
    for fact in facts {
        kinds[match fact {
            Fact::Fixes { .. } => 0,
            Fact::Photo { .. } => 1,
            Fact::OfPlot { .. } => 2,
            Fact::Tracked { .. } => 3,
        }] += 1;
    }
    kinds
}

async fn nothing_acknowledged_is_lost(database: Option<&str>, folder: &Folder) {
    let start = Start::on(folder.path(), database);
    let officer = start.officer();
    let phone = start.answer(&["device", "enrol", "--name", "máy"]);
    let tracker = start.answer(&["device", "enrol", "--name", "máy", "--door", "tracker"]);
    let acknowledged = Acknowledged::default();
    // A busy machine writes less between two kills: it is killed until there is enough to look for.
    for round in 0.. {
        if round >= ROUNDS && kinds(&acknowledged.lock().unwrap()).iter().all(|n| *n > 5) {
            break;
        }
        assert!(round < MOST_ROUNDS, "hardly anything is acknowledged");
        let mut server = start.serve().await;
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let ids = IdMaker::new(Arc::new(SystemClock));
                let phone = Phone {
                    address: server.address.clone(),
                    token: phone.clone(),
                    tracker: tracker.clone(),
                    ids,
                };
                tokio::spawn(phone.work_until_cut(writer, Arc::clone(&acknowledged)))
            })
            .collect();
        // The moment of the kill is what varies; nothing is waited for.
        tokio::time::sleep(Duration::from_millis(150 + round % ROUNDS * 83)).await;
        server.kill();
        for writer in writers {
            writer.await.unwrap();
        }
    }
    let mut server = start.serve().await;
    let facts = std::mem::take(&mut *acknowledged.lock().unwrap());
    for fact in &facts {
        assert!(
            is_found(&server, &officer, fact).await,
            "an acknowledged fact is gone"
        );
    }
    server.stop();
    let log = start.answer(&["verify", "log"]);
    assert!(log.contains("consistent, origin unproven"), "{log}");
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
