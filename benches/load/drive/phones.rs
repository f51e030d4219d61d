//! What the phones bring: three days of fixes and photos, each sent until it is acknowledged.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use tuantra::base::hex;
use tuantra::base::ids::IdMaker;
use tuantra::base::time::{SystemClock, Timestamp};
use tuantra::journal::model::sha256;

use super::tally::Tally;
use super::wire::{Answer, FORM, JSON, Line, request};

/// The secrets of one phone.
#[derive(Clone)]
pub struct Secrets {
    pub api: String,
    pub tracker: String,
    pub odk: String,
}

/// How much comes back.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub phones: usize,
    /// Fixes of each phone.
    pub fixes: usize,
    /// Photos of all phones.
    pub photos: usize,
}

/// What is sent through one door without an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// A form of ODK Collect without photos.
    Collect,
    /// One fix, as Traccar Client sends it.
    SingleFix,
}

const DAYS: usize = 3;
/// Fixes in a hundred that come one at a time.
const SINGLES: usize = 10;
/// Fixes of one request through the doors for many.
const BATCH: usize = 500;
/// Photos in parts: so many bytes a request, as a phone on a thin line chooses.
const PIECE: usize = 100_000;
/// 2026-03-02T00:00:00Z, in seconds.
const FIRST_S: i64 = 1_772_409_600;
const DAY_S: i64 = 86_400;
/// Seconds between the walks of those who send through one door without an end.
const APART_S: i64 = 40_000;
/// A request that is not taken after so long has failed.
const PATIENCE: Duration = Duration::from_mins(30);
const FORM_VERSION: &str = "2026112501";

impl Load {
    /// A part of the whole: 25 million fixes and 20,000 photos of a thousand phones.
    #[must_use]
    pub fn part(share: usize) -> Self {
        // In small runs fewer phones come, so that each still has a day's work.
        let phones = (5_000 / share).clamp(50, 1_000);
        Self {
            phones,
            fixes: 25_000_000 / share / phones,
            photos: 20_000 / share,
        }
    }

    pub fn fixes_in_all(&self) -> u64 {
        (self.phones * self.fixes) as u64
    }

    pub fn photos_in_all(&self) -> u64 {
        self.photos as u64
    }
}

/// A phone that was away.
pub struct Phone {
    n: usize,
    load: Load,
    secrets: Secrets,
    line: Line,
    tally: Arc<Tally>,
    photo: Arc<[u8]>,
    ids: IdMaker,
}

impl Phone {
    pub fn new(
        n: usize,
        load: Load,
        secrets: Secrets,
        line: Line,
        tally: Arc<Tally>,
        photo: Arc<[u8]>,
    ) -> Self {
        let ids = IdMaker::new(Arc::new(SystemClock));
        Self {
            n,
            load,
            secrets,
            line,
            tally,
            photo,
            ids,
        }
    }

    /// Sends everything: facts and fixes first, then photos.
    pub async fn come_back(mut self) -> anyhow::Result<()> {
        for day in 0..DAYS {
            self.bring_day(day)
                .await
                .with_context(|| format!("phone {}, day {day}", self.n))?;
        }
        let (phones, photos) = (self.load.phones, self.load.photos);
        for photo in (self.n..photos).step_by(phones) {
            self.bring_photo(photo)
                .await
                .with_context(|| format!("phone {}, photo {photo}", self.n))?;
        }
        Ok(())
    }

    async fn bring_day(&mut self, day: usize) -> anyhow::Result<()> {
        let from = self.load.fixes * day / DAYS;
        let count = self.load.fixes * (day + 1) / DAYS - from;
        let first_s = FIRST_S + DAY_S * i64::try_from(day)?;
        let patrol = self.ids.make();
        let (start, end) = (clock(first_s), clock(first_s + DAY_S - 1));
        let draft = format!(
            "{{\"kind\":\"crop_check\",\"transport\":\"foot\",\"started_at\":\"{start}\",\"ended_at\":\"{end}\"}}"
        );
        let path = format!("/api/v1/patrols/{patrol}");
        self.insist(&request(
            "PUT",
            &path,
            &self.secrets.api,
            JSON,
            draft.as_bytes(),
        ))
        .await?;
        let step_s = DAY_S / i64::try_from(count.max(1))?;
        let walk = Walk {
            n: self.n,
            day,
            first_s,
            step_s: step_s.clamp(1, 10),
        };
        let singles = count * SINGLES / 100;
        for at in 0..singles {
            let form = walk.form(at);
            let door = format!("/t/{}", self.secrets.tracker);
            self.insist(&request("POST", &door, "", FORM, form.as_bytes()))
                .await?;
        }
        let mut at = singles;
        for batch in 0.. {
            if at == count {
                break;
            }
            let next = (at + BATCH).min(count);
            self.insist(&self.batch(batch, &path, &walk, at..next))
                .await?;
            at = next;
        }
        Ok(())
    }

    /// Half by push, a quarter by the patrol's own door, a quarter as GPX.
    fn batch(
        &self,
        batch: usize,
        patrol: &str,
        walk: &Walk,
        fixes: std::ops::Range<usize>,
    ) -> Vec<u8> {
        let api = &self.secrets.api;
        match batch % 4 {
            0 | 2 => {
                let id = patrol.rsplit('/').next().unwrap_or_default();
                let body = format!(
                    "{{\"facts\":[{{\"kind\":\"fixes\",\"id\":\"{id}\",\"body\":{}}}]}}",
                    walk.json(fixes)
                );
                request("POST", "/api/v1/sync/push", api, JSON, body.as_bytes())
            }
            1 => request(
                "POST",
                &format!("{patrol}/fixes"),
                api,
                JSON,
                walk.json(fixes).as_bytes(),
            ),
            _ => {
                let door = format!("/t/{}/gpx", self.secrets.tracker);
                let kind = "content-type: application/gpx+xml\r\n";
                request("POST", &door, "", kind, walk.gpx(fixes).as_bytes())
            }
        }
    }

    async fn bring_photo(&mut self, number: usize) -> anyhow::Result<()> {
        let id = self.ids.make();
        let mut bytes = self.photo.to_vec();
        // A comment segment of its own makes it another file: no two photos of a real day are one.
        let mut comment = vec![0xff, 0xfe, 0x00, 0x12];
        comment.extend_from_slice(id.as_bytes());
        bytes.splice(2..2, comment);
        let sidecar = format!(
            "{{\"sha256\":\"{}\",\"bytes\":{},\"taken_at\":\"{}\",\"phase\":\"during\"}}",
            hex(&sha256(&bytes)),
            bytes.len(),
            clock(FIRST_S + i64::try_from(number)? % (3 * DAY_S))
        );
        let (path, api) = (format!("/api/v1/photos/{id}"), self.secrets.api.clone());
        self.insist(&request("PUT", &path, &api, JSON, sidecar.as_bytes()))
            .await?;
        if number.is_multiple_of(2) {
            let original = request(
                "PUT",
                &format!("{path}/original"),
                &api,
                "content-type: image/jpeg\r\n",
                &bytes,
            );
            self.insist(&original).await?;
            return Ok(());
        }
        let headers = format!(
            "tus-resumable: 1.0.0\r\nupload-length: {}\r\nupload-metadata: photo {}\r\n",
            bytes.len(),
            BASE64.encode(id.to_string())
        );
        let made = self
            .insist(&request("POST", "/files", &api, &headers, b""))
            .await?;
        let place = made.location.context("no location")?;
        let place = &place[place.find("/files/").context("no path")?..];
        let mut offset = 0;
        for piece in bytes.chunks(PIECE) {
            let headers = format!(
                "tus-resumable: 1.0.0\r\nupload-offset: {offset}\r\ncontent-type: application/offset+octet-stream\r\n"
            );
            self.insist(&request("PATCH", place, &api, &headers, piece))
                .await?;
            offset += piece.len();
        }
        Ok(())
    }

    async fn insist(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        insist(&mut self.line, request, &self.tally).await
    }
}

/// Sends until it is taken. Only "come again later" may stand before that.
async fn insist(line: &mut Line, request: &[u8], tally: &Tally) -> anyhow::Result<Answer> {
    let begun = Instant::now();
    loop {
        let sent = Instant::now();
        match line.ask(request).await {
            Ok(answer) => {
                tally.answered(answer.status, sent.elapsed());
                match answer.status {
                    ..300 if is_taken(&answer)? => return Ok(answer),
                    ..300 | 503 => {}
                    other => bail!(
                        "answered {other}: {}",
                        String::from_utf8_lossy(&answer.body)
                    ),
                }
            }
            Err(_) => tally.broke(),
        }
        ensure!(begun.elapsed() < PATIENCE, "never taken");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// A push is answered as a whole and tells of each fact.
fn is_taken(answer: &Answer) -> anyhow::Result<bool> {
    let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let results = told["results"].as_array().cloned().unwrap_or_default();
    let statuses: Vec<u64> = results
        .iter()
        .map(|result| result["status"].as_u64().unwrap_or_default())
        .collect();
    ensure!(
        statuses
            .iter()
            .all(|status| *status == 503 || (200..300).contains(status)),
        "{told}"
    );
    Ok(!statuses.contains(&503))
}

/// The walk of one phone on one day: a strip of its own, ten metres a step.
struct Walk {
    n: usize,
    day: usize,
    first_s: i64,
    step_s: i64,
}

impl Walk {
    /// Seconds, longitude and latitude of a fix.
    fn at(&self, fix: usize) -> (i64, f64, f64) {
        let real = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let seconds = self.first_s + self.step_s * i64::try_from(fix).unwrap_or(0);
        // To and fro along a kilometre, a little further north each time.
        let (along, turn) = (fix % 100, fix / 100);
        let along = if turn.is_multiple_of(2) {
            along
        } else {
            99 - along
        };
        let lon = 104.2 + real(self.n % 20) * 0.01 + real(along) * 0.000_1;
        let lat = 22.3 + real(self.n / 20) * 0.004 + real(turn + 7 * self.day) * 0.000_03;
        (seconds, lon, lat)
    }

    /// Longitude and latitude of a plot on the walk's own strip, thirty metres from the next.
    fn plot(&self, plot: usize) -> [f64; 2] {
        let real = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let (along, up) = (plot % 33, plot / 33 % 14);
        [
            104.2 + real(self.n % 20) * 0.01 + real(along) * 0.000_3,
            22.3 + real(self.n / 20) * 0.004 + real(up) * 0.000_27,
        ]
    }

    fn json(&self, fixes: std::ops::Range<usize>) -> String {
        let mut text = String::with_capacity(fixes.len() * 96);
        text.push_str("{\"fixes\":[");
        let first = fixes.start;
        for fix in fixes {
            let (seconds, lon, lat) = self.at(fix);
            let comma = if fix == first { "" } else { "," };
            let _ = write!(
                text,
                "{comma}{{\"t\":\"{}\",\"lon\":{lon:.7},\"lat\":{lat:.7},\"accuracy_m\":5.5,\"speed_mps\":1.1}}",
                clock(seconds)
            );
        }
        text.push_str("]}");
        text
    }

    fn gpx(&self, fixes: std::ops::Range<usize>) -> String {
        let mut text = String::with_capacity(fixes.len() * 110);
        text.push_str(
            "<gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>",
        );
        for fix in fixes {
            let (seconds, lon, lat) = self.at(fix);
            let _ = write!(
                text,
                "<trkpt lat=\"{lat:.7}\" lon=\"{lon:.7}\"><ele>910.2</ele><time>{}</time></trkpt>",
                clock(seconds)
            );
        }
        text.push_str("</trkseg></trk></gpx>");
        text
    }

    fn form(&self, fix: usize) -> String {
        let (seconds, lon, lat) = self.at(fix);
        format!(
            "id=load&timestamp={seconds}&lat={lat:.7}&lon={lon:.7}&accuracy=5.5&speed=2.1&bearing=90.0&batt=71"
        )
    }
}

fn clock(seconds: i64) -> String {
    Timestamp::from_millis(seconds * 1_000).to_string()
}

/// A phone on patrol with a network: a fix every second, each of which is waited for.
pub async fn walk_live(
    mut line: Line,
    secrets: Secrets,
    n: usize,
    tally: Arc<Tally>,
    over: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let id = IdMaker::new(Arc::new(SystemClock)).make();
    let first_s = FIRST_S + 30 * DAY_S;
    let draft = format!(
        "{{\"kind\":\"crop_check\",\"transport\":\"foot\",\"started_at\":\"{}\"}}",
        clock(first_s)
    );
    let begin = request(
        "PUT",
        &format!("/api/v1/patrols/{id}"),
        &secrets.api,
        JSON,
        draft.as_bytes(),
    );
    insist(&mut line, &begin, &tally).await?;
    let walk = Walk {
        n: n * 40,
        day: 0,
        first_s,
        step_s: 1,
    };
    for fix in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let door = format!("/t/{}", secrets.tracker);
        let sent = Instant::now();
        let asked = request("POST", &door, "", FORM, walk.form(fix).as_bytes());
        let mut last = 0;
        while last != 200 {
            last = line.ask(&asked).await?.status;
            ensure!(last == 200 || last == 503, "a live fix was answered {last}");
        }
        tally.answered_live(last, sent.elapsed());
        tokio::time::sleep(Duration::from_secs(1).saturating_sub(sent.elapsed())).await;
    }
    Ok(())
}

/// One request after the other through one door.
pub async fn send_one_after_the_other(
    mut line: Line,
    secrets: Secrets,
    n: usize,
    forms: Forms,
    tally: Arc<Tally>,
    over: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let ids = IdMaker::new(Arc::new(SystemClock));
    let patrol = ids.make();
    // All of them in the past, none at another's time: more seconds apart than a run sends fixes through one connection.
    let first_s = FIRST_S + 60 * DAY_S + APART_S * i64::try_from(n)?;
    if forms == Forms::SingleFix {
        let draft = format!(
            "{{\"kind\":\"crop_check\",\"transport\":\"foot\",\"started_at\":\"{}\"}}",
            clock(first_s)
        );
        let begin = request(
            "PUT",
            &format!("/api/v1/patrols/{patrol}"),
            &secrets.api,
            JSON,
            draft.as_bytes(),
        );
        ensure!(line.ask(&begin).await?.status < 300, "no patrol");
    }
    let walk = Walk {
        n,
        day: 0,
        first_s,
        step_s: 1,
    };
    for at in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let asked = match forms {
            Forms::SingleFix => request(
                "POST",
                &format!("/t/{}", secrets.tracker),
                "",
                FORM,
                walk.form(at).as_bytes(),
            ),
            Forms::Collect => filled_in(&walk, at, &ids, &secrets),
        };
        let sent = Instant::now();
        let answer = line.ask(&asked).await?;
        tally.answered(answer.status, sent.elapsed());
    }
    Ok(())
}

/// A plot's form with its remarks and Collect's own fields, about four kilobytes.
fn filled_in(walk: &Walk, at: usize, ids: &IdMaker, secrets: &Secrets) -> Vec<u8> {
    let (seconds, [lon, lat]) = (walk.at(at).0, walk.plot(at));
    let xml = format!(
        "<?xml version='1.0' ?><data id=\"plot_detection\" version=\"{FORM_VERSION}\"><crop>opium_poppy</crop><detected_at>{}</detected_at>\
         <detected_by>patrol</detected_by><point>{lat:.7} {lon:.7} 910.5 4.3</point><plants>{}</plants><plants_method>counted</plants_method>\
         <area_how>none</area_how><notes>{}</notes><meta><instanceID>uuid:{}</instanceID></meta></data>",
        clock(seconds),
        10 + at % 90,
        "Nương trên sườn đồi, lối vào từ suối phía đông. ".repeat(60),
        ids.make()
    );
    let body = format!(
        "--ranh\r\ncontent-disposition: form-data; name=\"xml_submission_file\"; filename=\"a.xml\"\r\ncontent-type: text/xml\r\n\r\n{xml}\r\n--ranh--\r\n"
    );
    let path = format!("/v1/key/{}/projects/1/submission", secrets.odk);
    let headers = "content-type: multipart/form-data; boundary=ranh\r\nx-openrosa-version: 1.0\r\n";
    request("POST", &path, "", headers, body.as_bytes())
}

/// A photo of some 300 kB: rough ground, as a hillside is.
pub fn picture() -> anyhow::Result<Vec<u8>> {
    let mut word = 7_u32;
    let image = image::RgbImage::from_fn(1_280, 960, |x, y| {
        word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let rough = u8::try_from(word >> 28).unwrap_or(0) * 2;
        let shade = |along: u32| u8::try_from(along % 160).unwrap_or(0);
        image::Rgb([
            40 + shade(x / 8) + rough,
            60 + shade(y / 6) + rough,
            30 + shade((x + y) / 12) + rough,
        ])
    });
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 82);
    image.write_with_encoder(encoder)?;
    Ok(bytes)
}
