//! Phones on a bad line, and a server that is killed now and then: afterwards what was sent is what is stored, each once.
//!
//! Bounded for CI; `make soak` runs ten thousand faults (`TUANTRA_SOAK_FAULTS`) and prints the tally.

pub mod dice;
pub mod phones;
pub mod proxy;
pub mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use tuantra::patrols::model::chunk;

use crate::binary::{Folder, Server, Start};
use crate::cluster::Cluster;

use dice::Dice;
use phones::{Memory, Phone, Secrets, SentFix};
use proxy::{FAULTS, Proxy};

const PHONES: i64 = 4;
/// In CI; `TUANTRA_SOAK_FAULTS` asks for more.
const FAULTS_IN_CI: u64 = 150;
const SEED: u64 = 20_261_125;
/// The server is killed once in so many rounds.
const ROUNDS_A_KILL: u64 = 2;

fn faults_wanted() -> u64 {
    let asked = std::env::var("TUANTRA_SOAK_FAULTS").ok();
    asked.map_or(FAULTS_IN_CI, |faults| {
        faults.parse().expect("a number of faults")
    })
}

fn seed() -> u64 {
    let asked = std::env::var("TUANTRA_SOAK_SEED").ok();
    asked.map_or(SEED, |seed| seed.parse().expect("a number as seed"))
}

struct Stage<'a> {
    start: Start<'a>,
    proxy: Proxy,
    server: Server,
    officer: String,
    phones: Vec<Phone>,
    kills: u64,
}

impl<'a> Stage<'a> {
    async fn set(start: Start<'a>, dice: &mut Dice) -> Self {
        let officer = start.officer();
        let server = start.serve().await;
        let proxy = Proxy::start(&server.address, dice.part()).await;
        let mut phones = Vec::new();
        for lane in 0..PHONES {
            let name = format!("máy {lane}");
            let secrets = Secrets {
                api: start.answer(&["device", "enrol", "--name", &name]),
                tracker: start.answer(&["device", "enrol", "--name", &name, "--door", "tracker"]),
                odk: start.answer(&["device", "enrol", "--name", &name, "--door", "odk"]),
            };
            phones.push(Phone::new(&proxy.address, secrets, lane, dice.part()));
        }
        Self {
            start,
            proxy,
            server,
            officer,
            phones,
            kills: 0,
        }
    }

    /// Every phone spends a day; in some rounds the server is killed meanwhile and started anew.
    async fn round(&mut self, number: u64) {
        let days: Vec<_> = std::mem::take(&mut self.phones)
            .into_iter()
            .map(|mut phone| {
                tokio::spawn(async move {
                    phone.spend_day().await;
                    phone
                })
            })
            .collect();
        if number % ROUNDS_A_KILL == 1 {
            tokio::time::sleep(Duration::from_millis(700)).await;
            self.server.kill();
            self.server = self.start.serve().await;
            self.proxy.lead_to(&self.server.address);
            self.kills += 1;
        }
        for day in days {
            self.phones.push(day.await.unwrap());
        }
    }

    async fn told(&self, path: &str) -> Value {
        let answer = self.server.get(path, &self.officer).await.unwrap();
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    }

    /// Every page of a list.
    async fn ids(&self, path: &str) -> BTreeSet<String> {
        let (mut ids, mut next) = (BTreeSet::new(), Some(format!("{path}?limit=500")));
        while let Some(page) = next {
            let told = self.told(&page).await;
            let features = told["features"].as_array().or(told["items"].as_array());
            ids.extend(features.unwrap().iter().map(id_of));
            next = told["next"].as_str().map(str::to_owned);
            next = next.map(|url| url[url.find("/api/").unwrap()..].to_owned());
        }
        ids
    }
}

fn id_of(feature: &Value) -> String {
    let id = feature["id"]
        .as_str()
        .or(feature["properties"]["id"].as_str());
    id.unwrap().to_owned()
}

/// Whether all that was sent in a draft stands in what is told.
fn tells(told: &Value, sent: &Value, at: &str) {
    match sent {
        Value::Object(members) => {
            for (name, value) in members {
                tells(&told[name], value, &format!("{at}/{name}"));
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                tells(&told[index], value, &format!("{at}/{index}"));
            }
        }
        Value::Number(number) => {
            let own = told.as_f64().unwrap_or(f64::NAN);
            assert!(
                (own - number.as_f64().unwrap()).abs() < 1e-9,
                "{at}: {told} is not {sent}"
            );
        }
        _ => assert_eq!(told, sent, "{at}"),
    }
}

async fn patrols_are_as_sent(stage: &Stage<'_>) {
    let mut all = BTreeSet::new();
    for phone in &stage.phones {
        for (id, draft) in &phone.memory.patrols {
            let told = stage.told(&format!("/api/v1/patrols/{id}")).await;
            tells(&told["properties"], draft, id);
            all.insert(id.clone());
        }
    }
    assert_eq!(
        stage.ids("/api/v1/patrols").await,
        all,
        "no patrol more, none less"
    );
}

async fn plots_are_as_sent(stage: &Stage<'_>) {
    let mut all = forms_are_as_sent(stage).await;
    for phone in &stage.phones {
        for (id, draft) in &phone.memory.plots {
            let told = stage.told(&format!("/api/v1/plots/{id}")).await;
            let mut stated = draft.clone();
            // Quantities stand in the measures, which grow.
            let properties = stated["properties"].as_object_mut().unwrap();
            properties
                .retain(|name, _| ["crop", "detected_at", "detected_by"].contains(&name.as_str()));
            tells(&told, &stated, id);
            follow_ups_are_whole(&told, phone.memory.follow_ups[id], id);
            all.insert(id.clone());
        }
    }
    assert_eq!(
        stage.ids("/api/v1/plots").await,
        all,
        "no plot more, none less"
    );
}

/// Each fact of a plot stands once, and none stands that was not sent.
fn follow_ups_are_whole(told: &Value, [counted, destroyed, seen]: [usize; 3], id: &str) {
    let properties = &told["properties"];
    let timeline = properties["timeline"].as_array().unwrap();
    let of = |kind: &str| timeline.iter().filter(|fact| fact["kind"] == kind).count();
    assert_eq!(
        (of("eradication"), of("reinspection")),
        (destroyed, seen),
        "{id}: {timeline:#?}"
    );
    let measures = properties["measures"].as_array().unwrap();
    // The plot's own first measure is among them.
    assert_eq!(measures.len(), 1 + counted, "{id}: {measures:#?}");
    let entries: BTreeSet<&str> = measures
        .iter()
        .filter_map(|measure| measure["entry_id"].as_str())
        .collect();
    assert_eq!(entries.len(), measures.len(), "{id}: no fact stands twice");
}

/// Every form was taken once and whole; gives the plots that they brought.
async fn forms_are_as_sent(stage: &Stage<'_>) -> BTreeSet<String> {
    let (mut plots, mut next) = (
        BTreeSet::new(),
        Some("/api/v1/submissions?limit=500".to_owned()),
    );
    let sent = stage.phones.iter().flat_map(|phone| &phone.memory.forms);
    let mut sent: BTreeMap<&String, &Vec<u8>> = sent.collect();
    while let Some(page) = next {
        let told = stage.told(&page).await;
        for own in told["submissions"].as_array().unwrap() {
            let photo = sent.remove(&own["instance"].as_str().unwrap().to_owned());
            let photo = photo.expect("a form that was sent, and once");
            assert!(
                own["complete"] == true && own["state"] == "taken",
                "{own:#}"
            );
            let id = own["files"][0]["photo"].as_str().unwrap();
            let path = format!("/api/v1/photos/{id}/original?reason=kiem-tra");
            let answer = stage.server.get(&path, &stage.officer).await.unwrap();
            assert!(
                answer.status == 200 && answer.body == *photo,
                "{id}: {}",
                answer.status
            );
            let plot = own["parts"]
                .as_array()
                .unwrap()
                .iter()
                .find(|part| part["part"] == "plot");
            plots.insert(plot.unwrap()["fact"].as_str().unwrap().to_owned());
        }
        next = told["next"].as_str().map(str::to_owned);
        next = next.map(|url| url[url.find("/api/").unwrap()..].to_owned());
    }
    assert!(
        sent.is_empty(),
        "forms that were acknowledged and are not there: {sent:?}"
    );
    plots
}

async fn photos_are_as_sent(stage: &Stage<'_>) {
    for phone in &stage.phones {
        for (id, bytes) in &phone.memory.photos {
            let path = format!("/api/v1/photos/{id}/original?reason=kiem-tra");
            let answer = stage.server.get(&path, &stage.officer).await.unwrap();
            assert!(
                answer.status == 200 && answer.body == *bytes,
                "{id}: {}",
                answer.status
            );
        }
    }
}

/// What was promised is in the tree: at once, or when the lease of a killed sequencer has ended.
async fn receipts_are_entries(stage: &Stage<'_>) {
    let begun = Instant::now();
    for phone in &stage.phones {
        let promised: BTreeSet<&String> = phone.memory.promised.iter().collect();
        for entry in promised {
            let path = format!("/api/v1/journal/proof?entry={entry}");
            loop {
                let answer = stage.server.get(&path, &phone.secrets.api).await.unwrap();
                let told = String::from_utf8_lossy(&answer.body);
                let waits = answer.status == 409 && begun.elapsed() < Duration::from_mins(1);
                assert!(
                    answer.status == 200 || waits,
                    "a promised entry is in the log: {told}"
                );
                if !waits {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// Time, ms, longitude and latitude in ten-millionths of a degree.
type TailRow = (i64, i64, i64);

/// The fixes as the database holds them: in chunks of a patrol, and those that came singly and wait to be sealed.
async fn stored_fixes(start: &Start<'_>) -> Vec<(Option<String>, SentFix)> {
    const CHUNKS: &str =
        "SELECT c.patrol, b.body FROM fix_chunks c JOIN journal_bodies b ON b.entry = c.entry";
    const TAIL: &str = "SELECT t, lon_e7, lat_e7 FROM fix_tail";
    let (chunks, tail): (Vec<(uuid::Uuid, Vec<u8>)>, Vec<TailRow>) =
        if let Some(url) = start.database {
            let pool = PgPoolOptions::new().connect(url).await.unwrap();
            (
                sqlx::query_as(CHUNKS).fetch_all(&pool).await.unwrap(),
                sqlx::query_as(TAIL).fetch_all(&pool).await.unwrap(),
            )
        } else {
            let url = format!("sqlite://{}", start.data.join("tuantra.db").display());
            let pool = SqlitePoolOptions::new().connect(&url).await.unwrap();
            (
                sqlx::query_as(CHUNKS).fetch_all(&pool).await.unwrap(),
                sqlx::query_as(TAIL).fetch_all(&pool).await.unwrap(),
            )
        };
    let mut stored = Vec::new();
    for (patrol, body) in chunks {
        let fixes = chunk::fixes(&body).unwrap();
        let fixes = fixes.iter().map(|fix| SentFix {
            t: fix.t.as_millis(),
            lon_e7: fix.lon_e7.into(),
            lat_e7: fix.lat_e7.into(),
        });
        stored.extend(fixes.map(|fix| (Some(patrol.to_string()), fix)));
    }
    // One that was delivered a second time after its chunk was sealed waits in the tail; the next sealing knows it.
    let sealed: BTreeSet<SentFix> = stored.iter().map(|(_, fix)| *fix).collect();
    let tail = tail
        .into_iter()
        .map(|(t, lon_e7, lat_e7)| SentFix { t, lon_e7, lat_e7 });
    stored.extend(
        tail.filter(|fix| !sealed.contains(fix))
            .map(|fix| (None, fix)),
    );
    stored
}

/// Each fix once, as it was sent, and in its own patrol. No two phones walk on one ground.
fn fixes_are_as_sent(phones: &[Phone], stored: Vec<(Option<String>, SentFix)>) {
    let mut sent = BTreeMap::new();
    for (patrol, fixes) in phones.iter().flat_map(|phone| &phone.memory.fixes) {
        sent.extend(fixes.iter().map(|fix| (*fix, patrol)));
    }
    for (patrol, fix) in stored {
        let own = sent.remove(&fix);
        let own = own.unwrap_or_else(|| unreachable!("{fix:?} was not sent, or stands twice"));
        assert!(
            patrol.is_none_or(|patrol| patrol == *own),
            "{fix:?} stands in another patrol"
        );
    }
    assert!(sent.is_empty(), "{} fixes are gone", sent.len());
}

async fn nothing_is_lost_or_doubled(database: Option<&str>, folder: &Folder) {
    let begun = Instant::now();
    let mut dice = Dice::new(seed());
    let mut stage = Stage::set(Start::on(folder.path(), database), &mut dice).await;
    let mut rounds = 0;
    while stage.proxy.count() < faults_wanted() {
        stage.round(rounds).await;
        rounds += 1;
    }
    share_a_plot(&mut stage).await;
    stage.proxy.heal();
    // What the line still holds back arrives.
    tokio::time::sleep(Duration::from_secs(2)).await;
    patrols_are_as_sent(&stage).await;
    plots_are_as_sent(&stage).await;
    photos_are_as_sent(&stage).await;
    receipts_are_entries(&stage).await;
    stage.server.stop();
    fixes_are_as_sent(&stage.phones, stored_fixes(&stage.start).await);
    let log = stage.start.answer(&["verify", "log"]);
    assert!(log.contains("consistent, origin unproven"), "{log}");
    let tally = stage.proxy.tally();
    let unseen: Vec<_> = FAULTS
        .iter()
        .filter(|fault| !tally.contains_key(fault))
        .collect();
    // The rarest comes up once in a hundred faults: a short run may miss it.
    let may_miss = usize::from(faults_wanted() < 1_000);
    assert!(
        unseen.len() <= may_miss,
        "faults that never came up: {unseen:?}"
    );
    tell(&stage, rounds, begun.elapsed(), &tally);
}

/// Two phones stand at one plot: one records it, both say what they did, at once.
async fn share_a_plot(stage: &mut Stage<'_>) {
    let [one, other] = stage.phones.first_chunk_mut().unwrap();
    one.find_plot_with(other).await;
}

fn tell(stage: &Stage<'_>, rounds: u64, took: Duration, tally: &BTreeMap<proxy::Fault, u64>) {
    let memories: Vec<&Memory> = stage.phones.iter().map(|phone| &phone.memory).collect();
    let sum = |of: fn(&Memory) -> usize| -> usize { memories.iter().map(|own| of(own)).sum() };
    let fixes = |own: &Memory| own.fixes.values().map(Vec::len).sum();
    let told = json!({
        "seed": seed(), "seconds": took.as_secs(), "rounds": rounds, "kills": stage.kills,
        "faults": tally.iter().map(|(fault, count)| (format!("{fault:?}"), *count)).collect::<BTreeMap<_, _>>(),
        "patrols": sum(|own| own.patrols.len()), "fixes": sum(fixes), "plots": sum(|own| own.plots.len()),
        "photos": sum(|own| own.photos.len()), "forms": sum(|own| own.forms.len()), "receipts": sum(|own| own.promised.len()),
        "sent again after an answer": sum(|own| own.repeated), "lost": 0, "doubled": 0,
    });
    eprintln!("{told:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_phones_send_over_a_bad_line_is_stored_once_on_sqlite() {
    nothing_is_lost_or_doubled(None, &Folder::new("faults-sqlite")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_phones_send_over_a_bad_line_is_stored_once_on_postgres() {
    let cluster = Cluster::start("faults-cluster");
    nothing_is_lost_or_doubled(Some(&cluster.url()), &Folder::new("faults-postgres")).await;
}
