//! One thing through each door, made ready ahead: what is sent while something fails, and sent again afterwards.

use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use tuantra::base::time::Timestamp;

use crate::binary::{Server, Start};
use crate::faults::phones::{FORM_KIND, FORM_VERSION, form};
use crate::faults::wire::{Answer, Request};
use crate::people::{People, new_id};

/// The doors in the order in which they are tried.
pub const DOORS: [&str; 7] = ["patrol", "fixes", "plot", "photo", "tus", "odk", "tracker"];
/// Fixes of one batch.
const BATCH: i64 = 30;
/// 2026-03-02T00:00:00Z, in seconds.
const MORNING_S: i64 = 1_772_409_600;

/// A phone's secrets for every door, and the patrol that it walks.
pub struct Doors {
    pub people: People,
    tracker: String,
    odk: String,
    patrol: String,
    /// How many rounds were sent.
    rounds: i64,
}

/// One request through one door.
pub struct Act {
    pub door: &'static str,
    pub request: Request,
}

/// What the database holds, by what the doors brought.
#[derive(Debug, PartialEq, Eq)]
pub struct Held {
    pub patrols: i64,
    pub plots: i64,
    pub originals: i64,
    pub forms: i64,
    pub fixes: i64,
}

impl Doors {
    pub async fn open(start: &Start<'_>, server: &Server) -> Self {
        let people = People::of(start);
        let enrol = |door| start.answer(&["device", "enrol", "--name", "máy", "--door", door]);
        let patrol = new_id();
        let draft = json!({ "kind": "crop_check", "transport": "foot", "started_at": "2026-03-02T00:00:00Z" });
        let path = format!("/api/v1/patrols/{patrol}");
        let told = server.put(&path, &people.phone, &draft).await.unwrap();
        assert_eq!(told.status, 201);
        Self {
            tracker: enrol("tracker"),
            odk: enrol("odk"),
            people,
            patrol,
            rounds: 0,
        }
    }

    /// Requests that were never sent, one for each door; what must go before them is sent now.
    pub async fn ready(&mut self, server: &Server) -> Vec<Act> {
        let (round, phone) = (self.rounds, self.people.phone.clone());
        self.rounds += 1;
        let seed = u64::try_from(round).unwrap() * 10;
        let photo = self.people.announce(server, 30_000, seed + 1).await;
        let in_parts = self.people.announce(server, 30_000, seed + 2).await;
        let upload = self.people.open_upload(server, &in_parts).await;
        let first_s = MORNING_S + round * 600;
        let fixes: Vec<Value> = (0..BATCH).map(|n| fix(first_s + n)).collect();
        let patrol = json!({ "kind": "crop_check", "transport": "foot", "started_at": time(MORNING_S - 86_400 * (1 + round)),
            "ended_at": time(MORNING_S - 86_400 * (1 + round) + 60) });
        let plot = json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [104.1, 22.4] },
            "properties": { "crop": "opium_poppy", "detected_at": time(first_s), "detected_by": "patrol", "plants": 320, "plants_method": "counted" } });
        let put = |path: String, body: &Value| Request::json("PUT", path, &phone, body);
        let point = format!(
            "id=x&timestamp={}&lat=22.4&lon=104.3&accuracy=5",
            first_s + 300
        );
        let upload = self.people.tus("PATCH", &upload, in_parts.bytes);
        let requests = [
            put(format!("/api/v1/patrols/{}", new_id()), &patrol),
            Request::json(
                "POST",
                format!("/api/v1/patrols/{}/fixes", self.patrol),
                &phone,
                &json!({ "fixes": fixes }),
            ),
            put(format!("/api/v1/plots/{}", new_id()), &plot),
            Request::bytes(
                "PUT",
                format!("/api/v1/photos/{}/original", photo.id),
                &phone,
                "image/jpeg",
                photo.bytes,
            ),
            upload
                .with("content-type", "application/offset+octet-stream")
                .with("upload-offset", "0"),
            self.filled_in(first_s, seed + 3),
            Request::bytes(
                "POST",
                format!("/t/{}", self.tracker),
                "",
                "application/x-www-form-urlencoded",
                point.into_bytes(),
            ),
        ];
        let acts = DOORS.into_iter().zip(requests);
        acts.map(|(door, request)| Act { door, request }).collect()
    }

    /// A form with its photo, as ODK Collect posts it.
    fn filled_in(&self, at_s: i64, seed: u64) -> Request {
        let photo = crate::faults::dice::Dice::new(seed).bytes(30_000);
        let xml = format!(
            "<?xml version='1.0' ?><data id=\"plot_detection\" version=\"{FORM_VERSION}\"><crop>opium_poppy</crop>\
             <detected_at>{}</detected_at><detected_by>patrol</detected_by><point>22.4 104.3 910.5 4.3</point>\
             <plants>40</plants><plants_method>counted</plants_method><area_how>none</area_how>\
             <photo_overview>toan_canh.jpg</photo_overview><meta><instanceID>uuid:{}</instanceID></meta></data>",
            time(at_s),
            new_id()
        );
        let path = format!("/v1/key/{}/projects/1/submission", self.odk);
        let body = form(&xml, Some(&photo), false);
        Request::bytes("POST", path, "", FORM_KIND, body).with("X-OpenRosa-Version", "1.0")
    }

    /// What must be held after all rounds came through: each thing once.
    pub fn expected(&self) -> Held {
        let rounds = self.rounds;
        Held {
            patrols: 1 + rounds,
            plots: 2 * rounds,
            originals: 3 * rounds,
            forms: rounds,
            fixes: rounds * (BATCH + 1),
        }
    }
}

impl Act {
    /// Sends it until it is taken; nobody lends a hand.
    pub async fn insist(&self, server: &Server) -> Answer {
        let begun = std::time::Instant::now();
        loop {
            let answer = self.request.once(&server.address).await;
            match answer {
                Some(answer) if answer.status < 300 => return answer,
                // The piece came before: its offset says so.
                Some(answer) if self.door == "tus" && answer.status == 409 => return answer,
                Some(answer) if !answer.is_later() && answer.status != 507 => {
                    unreachable!("{}: {}", self.door, answer.told())
                }
                _ => {}
            }
            assert!(
                begun.elapsed().as_secs() < 240,
                "{} never got through",
                self.door
            );
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
}

impl Held {
    /// Counted in the database itself.
    pub async fn count(start: &Start<'_>) -> Self {
        const COUNTS: &str = "SELECT (SELECT COUNT(*) FROM patrols), (SELECT COUNT(*) FROM plots), \
            (SELECT COUNT(*) FROM photos WHERE original_entry IS NOT NULL), (SELECT COUNT(*) FROM odk_submissions WHERE missing = 0), \
            (SELECT CAST(COALESCE(SUM(fixes), 0) AS BIGINT) FROM fix_chunks) + (SELECT COUNT(*) FROM fix_tail)";
        let counts: (i64, i64, i64, i64, i64) = if let Some(url) = start.database {
            let pool = PgPoolOptions::new().connect(url).await.unwrap();
            sqlx::query_as(COUNTS).fetch_one(&pool).await.unwrap()
        } else {
            let url = format!("sqlite://{}", start.data.join("tuantra.db").display());
            let pool = SqlitePoolOptions::new().connect(&url).await.unwrap();
            sqlx::query_as(COUNTS).fetch_one(&pool).await.unwrap()
        };
        let (patrols, plots, originals, forms, fixes) = counts;
        Self {
            patrols,
            plots,
            originals,
            forms,
            fixes,
        }
    }
}

fn time(seconds: i64) -> String {
    Timestamp::from_millis(seconds * 1_000).to_string()
}

fn fix(seconds: i64) -> Value {
    json!({ "t": time(seconds), "lon": 104.3, "lat": 22.4, "accuracy_m": 5 })
}
