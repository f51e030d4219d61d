//! Phones in the field: each keeps a queue until it is acknowledged, and remembers what it sent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tuantra::base::hex;
use tuantra::base::ids::IdMaker;
use tuantra::base::time::{SystemClock, Timestamp};
use tuantra::journal::model::sha256;

use super::dice::Dice;
use super::wire::{Answer, Request};

/// After so long a phone would be stuck for ever. What a killed server held is free after a minute.
const PATIENCE: Duration = Duration::from_mins(6);
const BATCH: usize = 40;
/// Bytes of one resumable piece.
const PIECE: usize = 6_000;

/// A walked fix as it was sent: ms, and degrees in ten-millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SentFix {
    pub t: i64,
    pub lon_e7: i64,
    pub lat_e7: i64,
}

/// What one phone sent and was promised.
#[derive(Default)]
pub struct Memory {
    pub patrols: BTreeMap<String, Value>,
    pub fixes: BTreeMap<String, Vec<SentFix>>,
    pub plots: BTreeMap<String, Value>,
    /// Plots with how many facts followed each.
    pub follow_ups: BTreeMap<String, [usize; 3]>,
    pub photos: BTreeMap<String, Vec<u8>>,
    /// Forms by their instance, each with its photo.
    pub forms: BTreeMap<String, Vec<u8>>,
    /// Entries that receipts promise.
    pub promised: Vec<String>,
    /// Posts whose answer a killed app forgot, and which were sent again after all.
    pub repeated: usize,
}

/// The secrets of one phone.
#[derive(Clone)]
pub struct Secrets {
    pub api: String,
    pub tracker: String,
    pub odk: String,
}

pub struct Phone {
    pub address: String,
    pub secrets: Secrets,
    pub dice: Dice,
    pub memory: Memory,
    ids: IdMaker,
    /// How far the phone's clock is off, ms; it jumps now and then.
    skew_ms: i64,
    /// Where it walks: no two phones on one ground.
    lane: i64,
    /// The next day that it walks on.
    day: i64,
}

/// Walks start here: 2026-03-02T00:00:00Z.
const FIRST_DAY_MS: i64 = 1_772_409_600_000;
const DAY_MS: i64 = 86_400_000;

impl Phone {
    pub fn new(address: &str, secrets: Secrets, lane: i64, mut dice: Dice) -> Self {
        let skew_ms = i64::try_from(dice.below(3_600_000)).unwrap() - 1_800_000;
        Self {
            address: address.to_owned(),
            secrets,
            memory: Memory::default(),
            ids: IdMaker::new(Arc::new(SystemClock)),
            skew_ms,
            lane,
            day: 0,
            dice,
        }
    }

    /// Sends until it is acknowledged. Now and then the app dies before it wrote the answer down, and sends again: the
    /// promise must be the same.
    async fn send(&mut self, request: &Request) -> Answer {
        let answer = self.insist(request).await;
        let receipt = answer.json()["receipt"]["entry_id"].clone();
        if self.dice.percent(8) {
            self.memory.repeated += 1;
            let again = self.insist(request).await.json()["receipt"]["entry_id"].clone();
            assert_eq!(
                again, receipt,
                "{}: a replay has the same receipt",
                request.path
            );
        }
        if let Some(entry) = receipt.as_str() {
            self.memory.promised.push(entry.to_owned());
        }
        answer
    }

    async fn insist(&mut self, request: &Request) -> Answer {
        let (begun, mut attempt, mut last) = (Instant::now(), 0, String::new());
        while begun.elapsed() < PATIENCE {
            let answer = request.once(&self.address).await;
            match answer {
                Some(answer) if answer.status < 300 => return answer,
                Some(answer) => {
                    assert!(
                        answer.is_later(),
                        "{} {}: {}",
                        request.method,
                        request.path,
                        answer.told()
                    );
                    last = answer.told();
                }
                None => {}
            }
            let wait = self.dice.below(20 << attempt.min(4));
            attempt += 1;
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        unreachable!(
            "{} {} never got through; the last answer: {last}",
            request.method, request.path
        );
    }

    /// A day: a patrol with its fixes, plots with what was done to them, photos; in an order that the phone does not
    /// keep where it need not.
    pub async fn spend_day(&mut self) {
        if self.dice.percent(20) {
            // A clock that was set anew.
            self.skew_ms = i64::try_from(self.dice.below(7_200_000)).unwrap() - 3_600_000;
        }
        let patrol = self.start_patrol().await;
        let mut tasks = [0, 0, 0, 1, 1, 2, 3, 4, 5];
        self.dice.shuffle(&mut tasks);
        let mut batch = 0;
        for task in tasks {
            match task {
                0 => {
                    self.walk(&patrol, batch).await;
                    batch += 1;
                }
                1 => self.find_plot().await,
                2 => self.photograph().await,
                3 => self.photograph_in_pieces().await,
                4 => self.track(&patrol).await,
                _ => self.fill_in_form().await,
            }
        }
        self.day += 1;
    }

    fn morning_ms(&self) -> i64 {
        FIRST_DAY_MS + self.day * DAY_MS + self.skew_ms
    }

    async fn start_patrol(&mut self) -> String {
        let id = self.ids.make().to_string();
        let (from, to) = (self.morning_ms(), self.morning_ms() + DAY_MS / 4);
        let draft = json!({
            "kind": "crop_check", "transport": "foot", "started_at": time(from), "ended_at": time(to),
            "notes": format!("ngày {} của máy {}", self.day, self.lane),
        });
        let mut request = Request::json(
            "PUT",
            format!("/api/v1/patrols/{id}"),
            &self.secrets.api,
            &draft,
        );
        request.chunked = self.dice.percent(30);
        self.send(&request).await;
        self.memory.patrols.insert(id.clone(), draft);
        id
    }

    /// The fix of a day by its second.
    fn fix(&self, second: i64) -> SentFix {
        SentFix {
            t: self.morning_ms() + second * 1_000,
            lon_e7: 1_043_000_000 + self.lane * 100_000 + second * 53,
            lat_e7: 224_000_000 + self.day * 20_000 + second * 71,
        }
    }

    fn remember(&mut self, patrol: &str, fix: SentFix) {
        let own = self.memory.fixes.entry(patrol.to_owned()).or_default();
        own.push(fix);
    }

    async fn walk(&mut self, patrol: &str, batch: i64) {
        let first = batch * i64::try_from(BATCH).unwrap();
        let mut seconds: Vec<i64> = (first..first + i64::try_from(BATCH).unwrap()).collect();
        // A phone's buffer is not always in order, and holds a fix twice now and then.
        self.dice.shuffle(&mut seconds);
        let twice = seconds[0];
        let told = |fix: SentFix| json!({ "t": time(fix.t), "lon": degrees(fix.lon_e7), "lat": degrees(fix.lat_e7), "accuracy_m": 5.5, "speed_mps": 1.2 });
        let mut fixes: Vec<Value> = seconds
            .iter()
            .map(|second| told(self.fix(*second)))
            .collect();
        fixes.push(told(self.fix(twice)));
        let body = json!({ "fixes": fixes });
        let path = format!("/api/v1/patrols/{patrol}/fixes");
        let mut request = Request::json("POST", path, &self.secrets.api, &body);
        request.chunked = self.dice.percent(30);
        self.send(&request).await;
        for second in seconds {
            self.remember(patrol, self.fix(second));
        }
    }

    /// Traccar Client from version 10 on: one fix a request, oldest first.
    async fn track(&mut self, patrol: &str) {
        let path = format!("/t/{}", self.secrets.tracker);
        for second in (10_000..10_300).step_by(30) {
            let fix = self.fix(second);
            let body = format!(
                "id=may&timestamp={}&lat={:.7}&lon={:.7}&accuracy=5.5&speed=2.33&bearing=90.0",
                (fix.t / 1_000),
                degrees(fix.lat_e7),
                degrees(fix.lon_e7)
            );
            let kind = "application/x-www-form-urlencoded";
            let request = Request::bytes("POST", path.clone(), "", kind, body.into_bytes());
            self.insist(&request).await;
            let whole = fix.t / 1_000 * 1_000;
            self.remember(patrol, SentFix { t: whole, ..fix });
        }
    }

    async fn find_plot(&mut self) {
        let plot = self.ids.make().to_string();
        let seen_ms = self.morning_ms() + 3_600_000;
        let second = i64::try_from(self.dice.below(5_000)).unwrap();
        let near = self.fix(second);
        let plants = 100 + self.dice.below(300);
        let area_m2 = 20 + self.dice.below(60);
        let found = json!({
            "type": "Feature", "geometry": { "type": "Point", "coordinates": [degrees(near.lon_e7), degrees(near.lat_e7)] },
            "properties": { "crop": "opium_poppy", "detected_at": time(seen_ms), "detected_by": "patrol",
                "plants": plants, "plants_method": "counted", "area_m2": area_m2, "area_method": "tape" }
        });
        let destroyed = json!({
            "started_at": time(seen_ms + 600_000), "ended_at": time(seen_ms + 1_200_000), "methods": ["pull_up"],
            "plants_destroyed": plants, "plants_method": "counted", "area_m2_destroyed": area_m2, "area_method": "tape",
            "completeness": "full", "confirmation": { "alone": true }
        });
        let counted = json!({ "measured_at": time(seen_ms + 60_000), "plants": plants, "plants_method": "counted" });
        let seen = json!({ "inspected_at": time(seen_ms + DAY_MS), "result": "clear" });
        let path = format!("/api/v1/plots/{plot}");
        self.send(&Request::json(
            "PUT",
            path.clone(),
            &self.secrets.api,
            &found,
        ))
        .await;
        self.memory.plots.insert(plot.clone(), found);
        let mut parts = [
            (0, "measures", counted),
            (1, "eradications", destroyed),
            (2, "reinspections", seen),
        ];
        self.dice.shuffle(&mut parts);
        let mut counts = [0; 3];
        for (kind, part, body) in parts {
            let request = Request::json("POST", format!("{path}/{part}"), &self.secrets.api, &body);
            self.send(&request).await;
            counts[kind] += 1;
        }
        self.memory.follow_ups.insert(plot, counts);
    }

    /// Records a plot beside another phone, which says what it saw of it at the same time.
    pub async fn find_plot_with(&mut self, other: &mut Self) {
        self.find_plot().await;
        let plot = self.memory.plots.keys().next_back().unwrap().clone();
        let at_ms = self.morning_ms() + 7_200_000;
        let path = format!("/api/v1/plots/{plot}/measures");
        let measure = |plants: u64| json!({ "measured_at": time(at_ms), "plants": plants, "plants_method": "counted" });
        let own = Request::json("POST", path.clone(), &self.secrets.api, &measure(41));
        let others = Request::json("POST", path, &other.secrets.api, &measure(43));
        tokio::join!(self.send(&own), other.send(&others));
        self.memory.follow_ups.get_mut(&plot).unwrap()[0] += 2;
    }

    /// As ODK Collect does: it asks first, and a form with a photo may go in two posts.
    async fn fill_in_form(&mut self) {
        let instance = format!("uuid:{}", self.ids.make());
        let near = self.fix(6_000);
        let photo = {
            let length = 2_000 + self.dice.index(6_000);
            self.dice.bytes(length)
        };
        let xml = format!(
            "<?xml version='1.0' ?><data id=\"plot_detection\" version=\"{FORM_VERSION}\"><crop>opium_poppy</crop>\
             <detected_at>{}</detected_at><detected_by>patrol</detected_by><point>{:.7} {:.7} 910.5 4.3</point>\
             <plants>{}</plants><plants_method>counted</plants_method><area_how>none</area_how>\
             <photo_overview>toan_canh.jpg</photo_overview><meta><instanceID>{instance}</instanceID></meta></data>",
            time(near.t),
            degrees(near.lat_e7),
            degrees(near.lon_e7),
            10 + self.dice.below(90),
        );
        let door = format!("/v1/key/{}/projects/1/submission", self.secrets.odk);
        let ask = Request::bytes("HEAD", door.clone(), "", "", Vec::new());
        let asked = self.insist(&ask.with("X-OpenRosa-Version", "1.0")).await;
        assert_eq!(asked.status, 204);
        let posts: &[(bool, bool)] = if self.dice.percent(50) {
            &[(false, true), (true, false)]
        } else {
            &[(true, false)]
        };
        for (with_photo, more) in posts {
            let photo = with_photo.then_some(photo.as_slice());
            let mut post = Request::bytes(
                "POST",
                door.clone(),
                "",
                FORM_KIND,
                form(&xml, photo, *more),
            );
            post.chunked = self.dice.percent(30);
            let taken = self.insist(&post.with("X-OpenRosa-Version", "1.0")).await;
            assert!(matches!(taken.status, 201 | 202), "{}", taken.told());
        }
        self.memory.forms.insert(instance, photo);
    }

    async fn announce(&mut self) -> (String, Vec<u8>) {
        let id = self.ids.make().to_string();
        let length = 3_000 + self.dice.index(9_000);
        let bytes = self.dice.bytes(length);
        let sidecar = json!({ "sha256": hex(&sha256(&bytes)), "bytes": bytes.len(), "taken_at": time(self.morning_ms()), "phase": "during" });
        self.send(&Request::json(
            "PUT",
            format!("/api/v1/photos/{id}"),
            &self.secrets.api,
            &sidecar,
        ))
        .await;
        (id, bytes)
    }

    async fn photograph(&mut self) {
        let (id, bytes) = self.announce().await;
        let path = format!("/api/v1/photos/{id}/original");
        let mut request =
            Request::bytes("PUT", path, &self.secrets.api, "image/jpeg", bytes.clone());
        request.chunked = self.dice.percent(50);
        self.send(&request).await;
        self.memory.photos.insert(id, bytes);
    }

    /// As tus clients do: create, then pieces from where the server says that it is.
    async fn photograph_in_pieces(&mut self) {
        let (id, bytes) = self.announce().await;
        let upload = self.create_upload(&id, bytes.len()).await;
        loop {
            let head = Request::bytes("HEAD", upload.clone(), &self.secrets.api, "", Vec::new());
            let told = self.insist(&head.with("Tus-Resumable", "1.0.0")).await;
            let offset: usize = told.header("upload-offset").unwrap().parse().unwrap();
            if offset == bytes.len() {
                break;
            }
            let piece = &bytes[offset..bytes.len().min(offset + PIECE)];
            let kind = "application/offset+octet-stream";
            let mut patch = Request::bytes(
                "PATCH",
                upload.clone(),
                &self.secrets.api,
                kind,
                piece.to_vec(),
            )
            .with("Tus-Resumable", "1.0.0")
            .with("Upload-Offset", offset.to_string());
            if self.dice.percent(50) {
                let digest = format!("sha256 {}", BASE64.encode(sha256(piece)));
                patch = patch.with("Upload-Checksum", digest);
            }
            let answer = patch.once(&self.address).await;
            // A piece that came twice is told by its offset.
            if let Some(answer) = answer {
                let fits = matches!(answer.status, 204 | 409) || answer.is_later();
                assert!(fits, "PATCH: {}", answer.told());
            }
        }
        self.memory.photos.insert(id, bytes);
    }

    async fn create_upload(&mut self, photo: &str, length: usize) -> String {
        let create = Request::bytes(
            "POST",
            "/files".to_owned(),
            &self.secrets.api,
            "",
            Vec::new(),
        )
        .with("Tus-Resumable", "1.0.0")
        .with("Upload-Length", length.to_string())
        .with("Upload-Metadata", format!("photo {}", BASE64.encode(photo)));
        let made = self.insist(&create).await;
        let place = made.header("location").unwrap();
        let path = place.split_once("/files/").unwrap().1;
        format!("/files/{path}")
    }
}

pub const FORM_VERSION: &str = "2026112501";
pub const FORM_KIND: &str = "multipart/form-data; boundary=ranh-gioi";

pub fn form(xml: &str, photo: Option<&[u8]>, more: bool) -> Vec<u8> {
    let mut body = part(
        "name=\"xml_submission_file\"; filename=\"a.xml\"",
        "text/xml",
        xml.as_bytes(),
    );
    if let Some(photo) = photo {
        let named = "name=\"toan_canh.jpg\"; filename=\"toan_canh.jpg\"";
        body.extend(part(named, "image/jpeg", photo));
    }
    if more {
        body.extend(part("name=\"*isIncomplete*\"", "text/plain", b"yes"));
    }
    body.extend(b"--ranh-gioi--\r\n");
    body
}

fn part(named: &str, kind: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--ranh-gioi\r\ncontent-disposition: form-data; {named}\r\ncontent-type: {kind}\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n"].concat()
}

pub fn time(ms: i64) -> String {
    Timestamp::from_millis(ms).to_string()
}

#[expect(clippy::cast_precision_loss, reason = "degrees in ten-millionths fit")]
fn degrees(e7: i64) -> f64 {
    e7 as f64 / 1e7
}
