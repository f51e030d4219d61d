//! Trackers: each program's own request ends in the same fixes, once, whatever is lost on the way.

use std::num::NonZeroU32;

use axum::body::Body;
use axum::http::{Method, Request, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tuantra::base::actor::{Door, Role};
use tuantra::base::ids::DeviceId;
use tuantra::journal::Kind;
use tuantra::patrols::model::chunk;
use tuantra::patrols::model::fix::Fix;
use uuid::Uuid;

use crate::field::{Answer, Client, Field, START};
use crate::patrols::{LAT_M, declared, gpx, number, path, send_gpx, walk};
use crate::plots::{EAST, WEST, load_communes};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
/// Seconds since 1970 of the harness's start.
const START_S: i64 = START.as_millis() / 1000;
const TEN_MINUTES_MS: i64 = 600_000;

/// A phone with both of its secrets.
struct Phone {
    native: Client,
    tracker: Client,
    anon: Client,
}

impl Phone {
    async fn of(field: &Field, name: &str) -> Self {
        let device = field.device(name, &[]).await;
        Self {
            native: field.door(device, Door::Api).await,
            tracker: field.door(device, Door::Tracker).await,
            anon: field.anon(),
        }
    }

    fn door(&self, rest: &str) -> String {
        format!("/t/{}{rest}", self.tracker.token())
    }

    async fn form(&self, form: &str) -> Answer {
        self.anon
            .send(
                Method::POST,
                &self.door(""),
                Some(FORM),
                Body::from(form.to_owned()),
            )
            .await
    }

    async fn json(&self, rest: &str, body: &Value) -> Answer {
        self.anon
            .send(
                Method::POST,
                &self.door(rest),
                Some(JSON),
                Body::from(body.to_string()),
            )
            .await
    }

    async fn query(&self, query: &str) -> Answer {
        self.anon.get(&self.door(&format!("?{query}"))).await
    }

    /// A step of a walk due north, as Traccar Client 10 tells of it.
    async fn step(&self, at: i64) -> Answer {
        self.form(&step(at)).await.expect(200)
    }

    async fn patrol(&self, field: &Field, from_s: i64, to_s: Option<i64>) -> Uuid {
        let id = field.new_id();
        let draft = declared(field, from_s, to_s);
        self.native.put(&path(id, ""), &draft).await.expect(201);
        id
    }

    async fn shown(&self, id: Uuid) -> Value {
        self.native.get(&path(id, "")).await.expect(200).json()["properties"].clone()
    }

    async fn held(&self) -> Value {
        self.native
            .get("/api/v1/fixes/held")
            .await
            .expect(200)
            .json()
    }
}

/// A step of a walk due north at 1.2 m/s, one each 5 s, 50 minutes before the start.
fn step(at: i64) -> String {
    let lat = 22.3 + f64::from(i32::try_from(at).unwrap()) * 6.0 / LAT_M;
    format!(
        "id=x&timestamp={}&lat={lat:.7}&lon=104.1&accuracy=5.0&speed=2.33",
        START_S - 3000 + 5 * at
    )
}

/// How often each kind of entry was written by a device.
async fn entries(field: &Field, device: Uuid, kind: Kind) -> Vec<Vec<u8>> {
    field.settle().await;
    let mut bodies = Vec::new();
    let mut tx = field.app.journal.store().read().await.unwrap();
    for row in field.app.journal.entries_since(-1, 10_000).await.unwrap() {
        if row.kind == kind.as_str() && row.actor == device {
            let stored = field.app.journal.entry(&mut tx, row.id).await.unwrap();
            bodies.extend(stored.unwrap().body);
        }
    }
    bodies
}

/// The fixes of a device that stand in the log.
async fn logged(field: &Field, device: Uuid) -> Vec<Fix> {
    let bodies = entries(field, device, Kind::Fixes).await;
    let mut fixes: Vec<Fix> = bodies
        .iter()
        .flat_map(|body| chunk::fixes(body).unwrap())
        .collect();
    fixes.sort_unstable();
    fixes
}

async fn seal_by_time(field: &Field) -> usize {
    field.clock.advance_millis(TEN_MINUTES_MS);
    field.app.patrols.seal_due().await.unwrap()
}

/// A phone of the reserve team in the west, and its patrol that has been under way for an hour.
async fn out_in_the_west(field: &Field) -> (Client, Uuid) {
    load_communes(field).await;
    let west = field.phone("máy tây", &[WEST]).await;
    let patrol = field.new_id();
    let draft = declared(field, -3600, None);
    west.put(&path(patrol, ""), &draft).await.expect(201);
    (west, patrol)
}

/// Two more of that team whose trackers sent a fix a minute ago: one of the west, one of the east.
async fn trackers_of_the_reserve(field: &Field) -> (DeviceId, DeviceId) {
    let near = field.device("máy cùng xã", &[WEST]).await;
    let far = field.device("máy xã khác", &[EAST]).await;
    for (device, lon) in [(near, 104.1), (far, 104.7)] {
        let tracker = field.door(device, Door::Tracker).await;
        let (token, at) = (tracker.token(), START_S - 60);
        let fix = format!("/t/{token}?id=x&lat=22.3&lon={lon}&accuracy=5&timestamp={at}");
        field.anon().get(&fix).await.expect(200);
    }
    (near, far)
}

async fn basic(field: &Field, user: &str, password: &str, body: &'static str) -> Answer {
    let shown = BASE64.encode(format!("{user}:{password}"));
    let request = Request::post("/pub?u=x&d=y")
        .header(header::AUTHORIZATION, format!("Basic {shown}"))
        .header(header::CONTENT_TYPE, JSON)
        .header("X-Limit-U", "x");
    field
        .anon()
        .call(request.body(Body::from(body)).unwrap())
        .await
}

on_both! {
    async fn each_programs_request_is_kept_in_one_unit_and_clock(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let patrol = phone.patrol(&field, -3600, None).await;
        let now = START_S;
        // Traccar Client up to 8: a query, knots.
        let eight = format!("?id=x&timestamp={}&lat=22.3076&lon=103.7752&speed=1.94&bearing=90.0&altitude=1510.2&accuracy=4.3&batt=81.0", now - 60);
        phone.anon.send(Method::POST, &phone.door(&eight), None, Body::empty()).await.expect(200);
        // Traccar Client 9: JSON, m/s.
        let nine = json!({ "location": { "timestamp": field.after(-50), "coords": { "latitude": 22.3077, "longitude": 103.7753,
            "accuracy": 5.1, "speed": 1.25, "heading": -1, "altitude": 1511 }, "mock": true }, "device_id": "x" });
        phone.json("", &nine).await.expect(200);
        // Traccar Client 10: a form, knots.
        phone.form(&format!("id=x&lat=22.3078&lon=103.7754&timestamp={}&accuracy=4.2&altitude=1512.0&speed=1.94&bearing=91.0", now - 40)).await.expect(200);
        // OsmAnd's stock template: milliseconds, m/s, float32 degrees, the accuracy is called hdop.
        phone.query(&format!("id=x&lat=22.308010&lon=103.775612&timestamp={}&hdop=3.9&altitude=1513.0&speed=0.8&bearing=12.0", (now - 20) * 1000)).await.expect(200);
        // GPSLogger: a time in words, m/s.
        phone.query(&format!("lat=22.30811&lon=103.77571&time={}&spd=0.7&alt=1514&acc=6.0&dir=13&sat=9&hdop=1.1", field.after(-15))).await.expect(200);
        // Overland: GeoJSON, m/s.
        let feature = json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [103.776, 22.309] },
            "properties": { "timestamp": field.after(-14), "altitude": 1500, "speed": 1, "horizontal_accuracy": 8 } });
        assert_eq!(phone.json("/overland", &json!({ "locations": [feature] })).await.expect(200).json(), json!({ "result": "ok" }));
        // OwnTracks: seconds, km/h.
        let location = json!({ "_type": "location", "acc": 12, "alt": 1515, "lat": 22.3101, "lon": 103.7771, "tst": now - 8, "vel": 4, "cog": 359.99 });
        assert_eq!(phone.json("/owntracks", &location).await.expect(200).json(), json!([]));
        assert_eq!(seal_by_time(&field).await, 1);
        let kept = logged(&field, phone.native.id).await;
        let told: Vec<_> = kept.iter().map(|fix| {
            (fix.t.since(START) / 1000, fix.lon_e7, fix.lat_e7, fix.accuracy_dm, fix.altitude_dm, fix.speed_cmps, fix.bearing_ddeg, fix.mock)
        }).collect();
        // 1.94 knots are 0.998 m/s, 4 km/h are 1.11 m/s.
        assert_eq!(told, [
            (-60, 1_037_752_000, 223_076_000, Some(43), Some(15_102), Some(100), Some(900), false),
            (-50, 1_037_753_000, 223_077_000, Some(51), Some(15_110), Some(125), None, true),
            (-40, 1_037_754_000, 223_078_000, Some(42), Some(15_120), Some(100), Some(910), false),
            (-20, 1_037_756_120, 223_080_100, Some(39), Some(15_130), Some(80), Some(120), false),
            (-15, 1_037_757_100, 223_081_100, Some(60), Some(15_140), Some(70), Some(130), false),
            (-14, 1_037_760_000, 223_090_000, Some(80), Some(15_000), Some(100), None, false),
            (-8, 1_037_771_000, 223_101_000, Some(120), Some(15_150), Some(111), Some(0), false),
        ]);
        assert_eq!(phone.shown(patrol).await["fix_quality"]["mock"], 1, "a made-up position is kept and does not count");
    }

    async fn a_fix_is_seen_at_once_and_sealed_later_once(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let patrol = phone.patrol(&field, -3600, None).await;
        for at in 0..40 {
            phone.step(at).await;
        }
        phone.step(7).await;
        let before = phone.shown(patrol).await;
        assert_eq!(before["tracks"][0]["fixes"], 40);
        assert!((number(&before["length_m"]) - 39.0 * 6.0).abs() < 1.0);
        assert!(logged(&field, phone.native.id).await.is_empty(), "no entry for each fix");
        let officer = field.officer().await;
        let seen = officer.get(&path(patrol, "")).await.expect(200).json();
        assert_eq!(seen["properties"]["tracks"][0]["fixes"], 40);
        assert_eq!(field.app.patrols.seal_due().await.unwrap(), 0);
        assert_eq!(seal_by_time(&field).await, 1);
        assert_eq!(entries(&field, phone.native.id, Kind::Fixes).await.len(), 1);
        let after = phone.shown(patrol).await;
        assert_eq!((&after["tracks"], &after["length_m"]), (&before["tracks"], &before["length_m"]));
        // What comes again after that changes nothing, and is no second entry.
        for at in 0..40 {
            phone.step(at).await;
        }
        assert_eq!(phone.shown(patrol).await["tracks"], before["tracks"]);
        assert_eq!(seal_by_time(&field).await, 1);
        assert_eq!(entries(&field, phone.native.id, Kind::Fixes).await.len(), 1);
        // One more joins what is sealed.
        phone.step(40).await;
        assert_eq!(phone.shown(patrol).await["tracks"][0]["fixes"], 41);
    }

    async fn five_hundred_fixes_are_a_chunk_whatever_the_clock(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let patrol = phone.patrol(&field, -3600, None).await;
        let mut sending = tokio::task::JoinSet::new();
        for part in 0..10 {
            let (anon, door) = (phone.anon.clone(), phone.door(""));
            sending.spawn(async move {
                for at in part * 50..(part + 1) * 50 {
                    anon.send(Method::POST, &door, Some(FORM), Body::from(step(at))).await.expect(200);
                }
            });
        }
        sending.join_all().await;
        field.settle().await;
        let chunks = entries(&field, phone.native.id, Kind::Fixes).await;
        assert_eq!(chunks.len(), 1);
        assert_eq!(logged(&field, phone.native.id).await.len(), 500);
        let shown = phone.shown(patrol).await;
        assert!((number(&shown["length_m"]) - 499.0 * 6.0).abs() < 10.0, "{}", shown["length_m"]);
    }

    async fn a_patrol_that_ends_takes_its_tails_with_it(field: Field) {
        let (phone, other) = (Phone::of(&field, "may-1").await, Phone::of(&field, "may-2").await);
        let patrol = phone.patrol(&field, -3600, None).await;
        for at in 0..10 {
            phone.step(at).await;
            other.step(at).await;
        }
        let mut closed = declared(&field, -3600, Some(-2000));
        closed["revises"] = json!(1);
        phone.native.put(&path(patrol, ""), &closed).await.expect(201);
        for device in [&phone, &other] {
            assert_eq!(logged(&field, device.native.id).await.len(), 10);
        }
        let shown = phone.shown(patrol).await;
        assert_eq!((&shown["state"], shown["tracks"].as_array().unwrap().len()), (&json!("uploaded"), 2));
        assert!((number(&shown["length_m"]) - 54.0).abs() < 1.0, "two phones of one team are not two patrols long");
    }

    async fn a_patrol_that_ends_leaves_the_tails_of_other_parties_alone(field: Field) {
        let (phone, other) = (Phone::of(&field, "may-1").await, Phone::of(&field, "may-2").await);
        let (patrol, own) = (phone.patrol(&field, -3600, None).await, other.patrol(&field, -3500, None).await);
        for at in 0..10 {
            phone.step(at).await;
            other.step(at).await;
        }
        let close = async |party: &Phone, id: Uuid, from_s: i64| {
            let mut closed = declared(&field, from_s, Some(-2000));
            closed["revises"] = json!(1);
            party.native.put(&path(id, ""), &closed).await.expect(201);
        };
        close(&phone, patrol, -3600).await;
        assert_eq!(logged(&field, phone.native.id).await.len(), 10);
        assert!(logged(&field, other.native.id).await.is_empty(), "its own party is still out");
        assert_eq!(other.shown(own).await["tracks"][0]["fixes"], 10);
        close(&other, own, -3500).await;
        assert_eq!(logged(&field, other.native.id).await.len(), 10);
        for (party, id) in [(&phone, patrol), (&other, own)] {
            let shown = party.shown(id).await;
            assert_eq!((shown["tracks"].as_array().unwrap().len(), &shown["tracks"][0]["fixes"]), (1, &json!(10)));
        }
    }

    async fn patrols_of_the_reserve_team_are_no_business_of_phones_of_other_communes(field: Field) {
        let (west, patrol) = out_in_the_west(&field).await;
        let (near, far) = trackers_of_the_reserve(&field).await;
        let tracks = async || west.get(&path(patrol, "")).await.expect(200).json()["properties"]["tracks"].clone();
        let held = async |device| field.door(device, Door::Api).await.get("/api/v1/fixes/held").await.expect(200).json()["spans"].clone();
        // The same before and after the tails are sealed.
        for _ in 0..2 {
            let walked = tracks().await;
            assert_eq!((walked.as_array().unwrap().len(), &walked[0]["device"]), (1, &json!(near.0)), "of a handheld of the same commune alone");
            assert_eq!(held(near).await, json!([]));
            let spans = held(far).await;
            assert_eq!((spans.as_array().unwrap().len(), &spans[0]["fixes"]), (1, &json!(1)), "it waits for its holder");
            field.app.patrols.seal_waiting(None).await.unwrap();
            field.settle().await;
        }
        for (device, seen) in [(near, 1), (far, 0)] {
            let reader = field.door(device, Door::Api).await;
            reader.get(&path(patrol, "")).await.expect(if seen == 1 { 200 } else { 404 });
            let listed = reader.get("/api/v1/patrols").await.expect(200).json();
            assert_eq!(listed["features"].as_array().unwrap().len(), seen);
        }
    }

    async fn a_patrol_of_the_reserve_team_that_ends_leaves_the_tails_of_other_communes_alone(field: Field) {
        let (west, patrol) = out_in_the_west(&field).await;
        let (near, far) = trackers_of_the_reserve(&field).await;
        let mut closed = declared(&field, -3600, Some(0));
        closed["revises"] = json!(1);
        west.put(&path(patrol, ""), &closed).await.expect(201);
        assert_eq!(logged(&field, near.0).await.len(), 1);
        assert!(logged(&field, far.0).await.is_empty(), "its own party may still be out");
    }

    async fn fixes_that_name_a_patrol_of_the_reserve_team_are_taken_from_its_party_alone(field: Field) {
        let (west, patrol) = out_in_the_west(&field).await;
        let (near, far) = (field.phone("máy cùng xã", &[WEST]).await, field.phone("máy xã khác", &[EAST]).await);
        let named = json!({ "fixes": walk(&field, -3000, 4) });
        far.post(&path(patrol, "/fixes"), &named).await.expect(404);
        send_gpx(&far, &path(patrol, "/gpx"), gpx(&walk(&field, -3000, 4))).await.expect(404);
        let claim = json!({ "patrol": patrol, "from": field.after(-3600), "to": field.after(0) });
        far.post("/api/v1/fixes/held/claim", &claim).await.expect(404);
        near.post(&path(patrol, "/fixes"), &named).await.expect(200);
        send_gpx(&near, &path(patrol, "/gpx"), gpx(&walk(&field, -2000, 3))).await.expect(201);
        let tracks = async || west.get(&path(patrol, "")).await.expect(200).json()["properties"]["tracks"].clone();
        field.settle().await;
        let walked = tracks().await;
        assert_eq!((walked.as_array().unwrap().len(), &walked[0]["device"], &walked[0]["fixes"]), (1, &json!(near.id), &json!(7)));
        // A commune in common makes it one of the party.
        let grants = json!([{ "role": "patrol_member", "communes": [WEST, EAST] }]);
        field.officer().await.put(&format!("/api/v1/holders/{}/grants", far.id), &grants).await.expect(204);
        far.post(&path(patrol, "/fixes"), &named).await.expect(200);
        assert_eq!(tracks().await.as_array().unwrap().len(), 2);
    }

    async fn a_phone_narrowed_from_the_whole_province_is_of_its_own_communes_party_alone(field: Field) {
        load_communes(&field).await;
        let (west, wide) = (field.phone("máy tây", &[WEST]).await, field.phone("máy toàn tỉnh", &[]).await);
        let patrol = field.new_id();
        west.put(&path(patrol, ""), &declared(&field, -3600, None)).await.expect(201);
        let officer = field.officer().await;
        let granted = async |communes: &[&str]| {
            let grants = json!([{ "role": "patrol_member", "communes": communes }]);
            officer.put(&format!("/api/v1/holders/{}/grants", wide.id), &grants).await.expect(204);
        };
        let seen = async || {
            let listed = wide.get("/api/v1/patrols").await.expect(200).json();
            (wide.get(&path(patrol, "")).await.status.as_u16(), listed["features"].as_array().unwrap().len())
        };
        let named = json!({ "fixes": walk(&field, -3000, 4) });
        let sent = async || wide.post(&path(patrol, "/fixes"), &named).await.status.as_u16();
        assert_eq!(seen().await, (200, 1));
        granted(&[EAST]).await;
        assert_eq!((seen().await, sent().await), ((404, 0), 404));
        granted(&[]).await;
        assert_eq!((seen().await, sent().await), ((200, 1), 200));
        // A commune that it had before stays one in common: what was walked there together is read by both.
        granted(&[WEST]).await;
        granted(&[EAST]).await;
        assert_eq!(seen().await, (200, 1));
    }

    async fn a_merger_of_communes_parts_no_party_of_the_reserve_team(field: Field) {
        load_communes(&field).await;
        let east = field.phone("máy đông", &[EAST]).await;
        let patrol = field.new_id();
        east.put(&path(patrol, ""), &declared(&field, -3600, None)).await.expect(201);
        // The phone keeps the commune that ends; the handheld has the one that takes its ground.
        let handheld = field.device("máy cầm tay", &[WEST]).await;
        let (holder, tracker) = (field.door(handheld, Door::Api).await, field.door(handheld, Door::Tracker).await);
        field.settle().await;
        holder.get(&path(patrol, "")).await.expect(404);
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        field.settle().await;
        holder.get(&path(patrol, "")).await.expect(200);
        let fix = format!("/t/{}?id=x&lat=22.3&lon=104.7&accuracy=5&timestamp={}", tracker.token(), START_S - 60);
        field.anon().get(&fix).await.expect(200);
        // The same before and after the tail is sealed.
        for _ in 0..2 {
            let shown = east.get(&path(patrol, "")).await.expect(200).json();
            let walked = shown["properties"]["tracks"].as_array().unwrap();
            assert_eq!((walked.len(), &walked[0]["device"]), (1, &json!(handheld.0)));
            let held = holder.get("/api/v1/fixes/held").await.expect(200).json();
            assert_eq!(held["spans"], json!([]));
            field.app.patrols.seal_waiting(None).await.unwrap();
            field.settle().await;
        }
    }

    async fn what_can_be_no_fix_is_answered_and_set_apart_with_its_bytes(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        phone.patrol(&field, -3600, None).await;
        let bad = [
            format!("id=x&lat=999&lon=103&timestamp={START_S}"),
            format!("id=x&lat=22&timestamp={START_S}"),
            "id=x&lat=22.3&lon=104.1".to_owned(),
            "id=x&lat=22.3&lon=104.1&timestamp=5".to_owned(),
            format!("id=x&lat=22.3&lon=104.1&timestamp={}", START_S + 3 * 86_400),
            format!("id=x&lat=0&lon=0&timestamp={START_S}"),
            format!("id=x&lat=22.3&lon=104.1&timestamp={START_S}&valid=0"),
            "canary nonsense".to_owned(),
        ];
        for form in bad.iter().chain(&bad) {
            phone.form(form).await.expect(200);
            phone.query(&form.replace(' ', "%20")).await.expect(200);
        }
        phone.anon.send(Method::POST, &phone.door(""), Some(FORM), Body::from(vec![0xff, 0xfe])).await.expect(200);
        phone.anon.send(Method::POST, &phone.door(""), Some(JSON), Body::from("{\"location\":")).await.expect(200);
        phone.anon.send(Method::POST, &phone.door("/overland"), Some(JSON), Body::from("nothing")).await.expect(200);
        phone.json("/owntracks", &json!({ "_type": "encrypted", "data": "AAAA" })).await.expect(200);
        phone.query("").await.expect(200);
        let aside: Vec<String> = entries(&field, phone.native.id, Kind::Quarantine).await.into_iter()
            .map(|body| String::from_utf8(body).unwrap()).collect();
        // Each content once, however often it came: as a form and, under the same words, as a query.
        let of = |part: &str| aside.iter().filter(|body| body.contains(part)).count();
        for (part, reason) in [("lat=999", "position_out_of_range"), ("timestamp=5", "time_too_old"), ("valid=0", "marked_invalid"), ("lat=0&lon=0", "null_island")] {
            assert_eq!(of(part), 1, "{aside:?}");
            assert_eq!(aside.iter().filter(|body| body.contains(part) && body.contains(reason)).count(), 1);
        }
        assert_eq!((of("base64"), of("nothing"), of("encrypted"), of("AAAA")), (1, 1, 1, 1));
        assert_eq!(of(phone.tracker.token()), 0, "the secret is no part of what is kept");
        assert!(logged(&field, phone.native.id).await.is_empty());
    }

    async fn a_phone_whose_fixes_are_set_aside_is_told_of_to_who_keeps_it(field: Field) {
        let (phone, other) = (Phone::of(&field, "may-1").await, Phone::of(&field, "may-2").await);
        other.step(0).await;
        let early = format!("id=x&lat=22.3&lon=104.1&timestamp={}", START_S - 1024 * 604_800);
        phone.form(&early).await.expect(200);
        field.clock.advance_millis(1_000);
        for day in 3..6 {
            let form = format!("id=x&lat=22.3&lon=104.1&timestamp={}", START_S + day * 86_400);
            for _ in 0..2 {
                phone.form(&form).await.expect(200);
            }
        }
        let officer = field.officer().await;
        let told = async |device: &Phone| officer.get(&format!("/api/v1/devices/{}", device.native.id)).await.expect(200).json();
        let own = told(&phone).await;
        let asides = own["fixes_aside"].as_array().unwrap();
        let of = |at: usize| (&asides[at]["reason"], &asides[at]["messages"], &asides[at]["last_at"]);
        assert_eq!(asides.len(), 2, "{own:#}");
        assert_eq!(of(0), (&json!("future_time"), &json!(3), &json!(field.after(1))), "each message once, however often it came");
        assert_eq!(of(1), (&json!("week_rollover"), &json!(1), &json!(field.after(0))));
        assert!(told(&other).await.get("fixes_aside").is_none());
        let list = officer.get("/api/v1/devices").await.expect(200).json();
        let listed = list.as_array().unwrap().iter().find(|own| own["name"] == "may-1").unwrap();
        assert_eq!(listed["fixes_aside"], own["fixes_aside"]);
        // Once the clock is right it is soon no longer told.
        field.clock.advance_millis(8 * 86_400_000);
        assert!(told(&phone).await.get("fixes_aside").is_none());
    }

    async fn overland_is_told_ok_for_batches_and_odd_records(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let patrol = phone.patrol(&field, -3600, None).await;
        let features: Vec<Value> = walk(&field, -3000, 400).iter().map(|fix| json!({
            "type": "Feature", "geometry": { "type": "Point", "coordinates": [fix["lon"], fix["lat"]] },
            "properties": { "timestamp": fix["t"], "horizontal_accuracy": 5, "speed": 1.2, "wifi": "x".repeat(9000) },
        })).collect();
        let mut batch = json!({ "locations": features });
        assert!(batch.to_string().len() > 3_600_000);
        phone.json("/overland", &batch).await.expect(200);
        batch["locations"].as_array_mut().unwrap().push(json!({ "type": "Feature", "geometry": null, "properties": { "type": "trip" } }));
        batch["locations"].as_array_mut().unwrap().push(json!("odd"));
        let again = phone.json("/overland", &batch).await.expect(200);
        assert_eq!((again.json(), again.headers[header::CONTENT_TYPE].to_str().unwrap()), (json!({ "result": "ok" }), JSON));
        assert_eq!(phone.shown(patrol).await["tracks"][0]["fixes"], 400);
        assert_eq!(entries(&field, phone.native.id, Kind::Fixes).await.len(), 1, "a batch is a chunk of its own at once");
        assert_eq!(entries(&field, phone.native.id, Kind::Quarantine).await.len(), 1);
        let empty = phone.anon.send(Method::POST, &phone.door("/overland"), Some(JSON), Body::empty()).await;
        assert_eq!(empty.expect(200).json(), json!({ "result": "ok" }));
    }

    async fn owntracks_gets_a_list_and_asks_for_a_password_at_pub(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let patrol = phone.patrol(&field, -3600, None).await;
        let location = r#"{"_type":"location","lat":22.3,"lon":104.1,"tst":1772420000,"acc":5}"#;
        let told = basic(&field, "may-1", phone.tracker.token(), location).await.expect(200);
        assert_eq!(told.json(), json!([]));
        assert_eq!(basic(&field, "may-1", phone.tracker.token(), "").await.expect(200).json(), json!([]));
        for kind in ["transition", "lwt", "status", "waypoints", "card", "dump", "cmd", "beacon", "steps"] {
            assert_eq!(phone.json("/owntracks", &json!({ "_type": kind, "tst": START_S })).await.expect(200).json(), json!([]));
        }
        assert_eq!(phone.shown(patrol).await["tracks"][0]["fixes"], 1);
        assert!(entries(&field, phone.native.id, Kind::Quarantine).await.is_empty());
        let other_door = phone.native.token().to_owned();
        for password in ["wrong", "", other_door.as_str()] {
            let refused = basic(&field, "may-1", password, location).await.expect(401);
            assert!(refused.headers[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Basic "));
            assert_eq!(refused.problem(), "basic-needed");
        }
        phone.anon.post("/pub", &json!({})).await.expect(401);
        phone.tracker.post("/pub", &json!({})).await.expect(401);
    }

    async fn a_reading_is_taken_by_whichever_method_its_program_is_set_to(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let patrol = phone.patrol(&field, -3600, None).await;
        phone.query(&step(0)).await.expect(200);
        phone.form(&step(1)).await.expect(200);
        for (at, method) in [(2, Method::PUT), (2, Method::POST), (3, Method::PUT)] {
            phone.anon.send(method, &phone.door(&format!("?{}", step(at))), None, Body::empty()).await.expect(200);
        }
        phone.anon.send(Method::PUT, &phone.door(""), Some(FORM), Body::from(step(4))).await.expect(200);
        assert_eq!(phone.shown(patrol).await["tracks"][0]["fixes"], 5);
        field.anon().send(Method::PUT, "/t/0123456789", Some(FORM), Body::from(step(5))).await.expect(404);
    }

    async fn a_wrong_secret_finds_no_door(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let plain = |answer: Answer| {
            let mut json = answer.expect(404).json();
            json["request_id"].take();
            json
        };
        let nowhere = plain(field.anon().get("/t").await);
        for token in ["Z".repeat(40), phone.native.token().to_owned(), "%00".to_owned()] {
            for (method, rest) in [(Method::GET, "?lat=1&lon=1&timestamp=1772420000"), (Method::POST, ""), (Method::POST, "/overland"), (Method::POST, "/owntracks"), (Method::POST, "/gpx")] {
                let answer = phone.tracker.send(method, &format!("/t/{token}{rest}"), Some(JSON), Body::from("{}")).await;
                assert_eq!(plain(answer), nowhere, "{rest}");
            }
        }
        let officer = field.officer().await;
        officer.delete(&format!("/api/v1/devices/{}", phone.native.id)).await.expect(204);
        assert_eq!(plain(phone.form(&step(0)).await), nowhere);
    }

    async fn what_joins_no_patrol_is_its_holders_alone(field: Field) {
        let (phone, other) = (Phone::of(&field, "may-1").await, Phone::of(&field, "may-2").await);
        let officer = field.officer().await;
        for at in 0..20 {
            phone.step(at).await;
        }
        // An hour later, and the day before.
        phone.form(&format!("timestamp={}&lat=22.4&lon=104.1&accuracy=5", START_S - 60)).await.expect(200);
        phone.form(&format!("timestamp={}&lat=22.4&lon=104.1&accuracy=5", START_S - 86_400)).await.expect(200);
        let spans = |held: &Value| -> Vec<(String, u64)> {
            let spans = held["spans"].as_array().unwrap();
            spans.iter().map(|span| (span["from"].as_str().unwrap().to_owned(), span["fixes"].as_u64().unwrap())).collect()
        };
        let expected = [(field.after(-86_400), 1), (field.after(-3000), 20), (field.after(-60), 1)];
        assert_eq!(spans(&phone.held().await), expected);
        assert_eq!(seal_by_time(&field).await, 1);
        let held = phone.held().await;
        assert_eq!(spans(&held), expected, "sealed or not");
        assert_eq!(held["spans"][0]["erased_at"], START.plus_millis(72 * 3_600_000).to_string());
        assert!(!held.to_string().contains("104") && !held.to_string().contains("22.4"), "no place: {held}");
        assert_eq!(other.held().await["spans"], json!([]));
        assert_eq!(officer.get("/api/v1/fixes/held").await.expect(200).json()["spans"], json!([]));
        phone.tracker.get("/api/v1/fixes/held").await.expect(401);
        let auditor = field.account("kiem-tra", Role::Auditor, &[]).await;
        let refused = auditor.get("/api/v1/fixes/held").await.expect(403).json();
        assert_eq!(refused["detail"], "what is held outside patrols is for its holder alone");
        field.anon().post("/api/v1/fixes/held/claim", &json!({})).await.expect(401);
        assert_eq!(officer.get("/api/v1/patrols?count=true").await.expect(200).json()["count"], 0);

        // Claimed for a patrol that another phone of the team recorded; that phone claims nothing.
        let patrol = other.patrol(&field, -3100, Some(-1500)).await;
        let claim = json!({ "patrol": patrol, "from": field.after(-3000), "to": field.after(-2000) });
        assert_eq!(other.native.post("/api/v1/fixes/held/claim", &claim).await.expect(200).json()["accepted"], 0);
        let first = phone.native.post("/api/v1/fixes/held/claim", &claim).await.expect(200).json();
        assert_eq!((&first["accepted"], first["receipt"]["signature"].is_string()), (&json!(20), true));
        let again = phone.native.post("/api/v1/fixes/held/claim", &claim).await.expect(200).json();
        assert_eq!((&again["accepted"], &again["receipt"]["signature"]), (&json!(0), &first["receipt"]["signature"]));
        assert_eq!(phone.shown(patrol).await["tracks"][0]["fixes"], 20);
        let foreign = json!({ "patrol": field.new_id(), "from": field.after(-3000), "to": field.after(-2000) });
        phone.native.post("/api/v1/fixes/held/claim", &foreign).await.expect(404);
        let backwards = json!({ "patrol": patrol, "from": field.after(-2000), "to": field.after(-3000) });
        assert_eq!(phone.native.post("/api/v1/fixes/held/claim", &backwards).await.expect(422).pointers(), ["/to"]);

        // Let go, once.
        let span = format!("/api/v1/fixes/held?from={}&to={}", field.after(-100), field.after(0));
        assert_eq!(other.native.delete(&span).await.expect(200).json()["erased"], 0);
        assert_eq!(phone.native.delete(&span).await.expect(200).json()["erased"], 1);
        assert_eq!(phone.native.delete(&span).await.expect(200).json()["erased"], 0);
        assert_eq!(spans(&phone.held().await), [(field.after(-86_400), 1)]);
        field.clock.advance_millis(72 * 3_600_000);
        assert_eq!(field.app.patrols.erase_held().await.unwrap(), 1);
        assert_eq!(phone.held().await["spans"], json!([]));
        field.settle().await;
        assert_eq!(field.app.journal.verify().await.unwrap().faults, []);
    }

    async fn fixes_sent_before_the_patrol_is_recorded_join_it_by_time(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        for at in 0..5 {
            phone.step(at).await;
        }
        seal_by_time(&field).await;
        for at in 5..10 {
            phone.step(at).await;
        }
        let patrol = phone.patrol(&field, -3600, None).await;
        assert_eq!(phone.shown(patrol).await["tracks"][0]["fixes"], 10, "held ones and those in the tail");
        assert_eq!(phone.held().await["spans"], json!([]));
    }

    async fn a_heartbeat_tells_that_a_device_lives_and_draws_nothing(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let patrol = phone.patrol(&field, -3600, None).await;
        assert_eq!(phone.held().await["last_sign"], Value::Null);
        phone.form(&format!("id=x&timestamp={}&batt=78.0&charge=true", START_S - 30)).await.expect(200);
        phone.form(&format!("id=x&timestamp={}&batt=79.0", START_S - 90)).await.expect(200);
        let sign = json!({ "at": field.after(-30), "app": "traccar_10", "battery_pct": 78, "charging": true });
        assert_eq!(phone.held().await["last_sign"], sign, "the latest by the device's clock");
        assert_eq!(phone.shown(patrol).await["tracks"], json!([]));
        seal_by_time(&field).await;
        assert!(entries(&field, phone.native.id, Kind::Fixes).await.is_empty());
        assert!(entries(&field, phone.native.id, Kind::Quarantine).await.is_empty());
        // A clock that runs ahead does not hide later signs.
        phone.form("id=x&timestamp=1999999999&batt=50").await.expect(200);
        phone.form(&format!("id=x&timestamp={}&batt=49", START_S + 700)).await.expect(200);
        field.clock.advance_millis(200_000);
        phone.form(&format!("id=x&timestamp={}&batt=48", START_S + 750)).await.expect(200);
        assert_eq!(phone.held().await["last_sign"]["battery_pct"], 48);
    }

    async fn a_call_for_help_is_an_event_of_its_commune(field: Field) {
        load_communes(&field).await;
        let phone = Phone::of(&field, "may-1").await;
        let (west, east) = (field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await, field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await);
        let (officer, member) = (field.officer().await, field.account("tuan-tra", Role::PatrolMember, &[]).await);
        let call = format!("id=x&lat=22.4&lon=104.3&timestamp={}&accuracy=5&alarm=sos", START_S - 25);
        for _ in 0..3 {
            phone.form(&call).await.expect(200);
        }
        let seen = west.get("/api/v1/sos").await.expect(200).json();
        let told = &seen["calls"][0];
        assert_eq!(seen["calls"].as_array().unwrap().len(), 1, "{seen}");
        assert_eq!((&told["device"], &told["commune"], &told["at"]), (&json!(phone.native.id), &json!(WEST), &json!(field.after(-25))));
        assert!((number(&told["lon"]) - 104.3).abs() < 1e-7 && (number(&told["lat"]) - 22.4).abs() < 1e-7);
        assert_eq!(east.get("/api/v1/sos").await.expect(200).json()["calls"], json!([]));
        member.get("/api/v1/sos").await.expect(403);
        phone.native.get("/api/v1/sos").await.expect(403);
        // Without a usable place it is heard all the same, where the device was last.
        phone.form(&format!("id=x&timestamp={START_S}&alarm=sos")).await.expect(200);
        phone.form(&format!("id=x&lat=999&lon=104.3&timestamp={START_S}&alarm=sos")).await.expect(200);
        assert_eq!(west.get("/api/v1/sos").await.expect(200).json()["calls"].as_array().unwrap().len(), 3);
        assert_eq!(east.get("/api/v1/sos").await.expect(200).json()["calls"], json!([]));
        assert_eq!(officer.get("/api/v1/sos").await.expect(200).json()["calls"].as_array().unwrap().len(), 3);
        assert_eq!(officer.get(&format!("/api/v1/sos?since={}", field.after(60))).await.expect(200).json()["calls"], json!([]));
        assert_eq!(entries(&field, phone.native.id, Kind::Sos).await.len(), 3);
        assert_eq!(phone.held().await["spans"][0]["fixes"], 1, "the call's fix is a fix like any other");
    }

    async fn a_call_without_a_place_is_heard_where_the_device_was_last_or_may_record(field: Field) {
        load_communes(&field).await;
        let device = field.device("máy hai xã", &[WEST, EAST]).await;
        let tracker = field.door(device, Door::Tracker).await;
        let (west, east) = (field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await, field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await);
        let send = async |query: &str| {
            field.anon().get(&format!("/t/{}?id=x{query}", tracker.token())).await.expect(200);
        };
        let heard = async |client: &Client| {
            let told = client.get("/api/v1/sos").await.expect(200).json();
            let calls = told["calls"].as_array().unwrap().clone();
            calls.into_iter().map(|call| (call["commune"].clone(), call["near"].clone())).collect::<Vec<_>>()
        };
        let (none, both) = (Value::Null, json!([WEST, EAST]));
        // Nothing is known of where it is; then a place in no commune.
        send(&format!("&timestamp={}&alarm=sos", START_S - 600)).await;
        send(&format!("&lat=10&lon=110&timestamp={}&alarm=sos", START_S - 500)).await;
        for officer in [&west, &east] {
            assert_eq!(heard(officer).await, [(none.clone(), both.clone()), (none.clone(), both.clone())]);
        }
        // A fix of yesterday's says nothing; the last one of today says where.
        send(&format!("&lat=22.4&lon=104.7&accuracy=5&timestamp={}", START_S - 90_000)).await;
        send(&format!("&lat=22.4&lon=104.3&accuracy=5&timestamp={}", START_S - 300)).await;
        send(&format!("&timestamp={}&alarm=sos", START_S - 200)).await;
        assert_eq!((heard(&west).await.len(), heard(&east).await.len()), (3, 2));
        field.clock.advance_millis(TEN_MINUTES_MS + 60_000);
        field.settle().await;
        seal_by_time(&field).await;
        send(&format!("&timestamp={}&alarm=sos", START_S - 100)).await;
        assert_eq!(heard(&west).await[0], (none.clone(), json!([WEST])), "and also once its fixes are sealed");
        assert_eq!(heard(&east).await.len(), 2);
        // One that may record in the west alone is not heard in the east, and one of the whole province by the province.
        for communes in [&[WEST][..], &[]] {
            let device = field.device(&format!("máy {}", communes.len()), communes).await;
            let alone = field.door(device, Door::Tracker).await;
            field.clock.advance_millis(1_000);
            field.anon().get(&format!("/t/{}?id=x&timestamp={START_S}&alarm=sos", alone.token())).await.expect(200);
        }
        assert_eq!((heard(&west).await.len(), heard(&east).await.len()), (5, 2));
        assert_eq!(heard(&field.officer().await).await[0], (none, json!([])));
    }

    async fn an_address_that_was_typed_with_a_slash_is_the_same(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        phone.query("id=x").await.expect(200);
        let walk = gpx(&walk(&field, -3000, 2));
        let fix = |at: i64| format!("?id=x&lat=22.3&lon=104.1&timestamp={}", START_S - at);
        field.anon().get(&phone.door(&format!("/{}", fix(100)))).await.expect(200);
        phone.anon.send(Method::POST, &phone.door(&format!("/{}", fix(90))), Some(FORM), Body::empty()).await.expect(200);
        let message = json!({ "_type": "location", "lat": 22.3, "lon": 104.1, "tst": START_S - 80 });
        phone.json("/owntracks/", &message).await.expect(200);
        phone.json("/overland/", &json!({ "locations": [] })).await.expect(200);
        send_gpx(&field.anon(), &phone.door("/gpx/"), walk).await.expect(201);
        field.anon().get(&phone.door("/held/")).await.expect(200);
        assert_eq!(phone.held().await["spans"].as_array().unwrap().iter().map(|span| span["fixes"].as_u64().unwrap()).sum::<u64>(), 5);
        field.anon().get("/t/wrong/?lat=1").await.expect(404);
    }

    async fn one_walk_through_two_programs_is_one_track(field: Field) {
        let (one, both) = (Phone::of(&field, "may-1").await, Phone::of(&field, "may-2").await);
        let patrol = one.patrol(&field, -3600, None).await;
        for at in 0..100_i32 {
            let (t, lat) = (START_S - 3000 + 5 * i64::from(at), 22.3 + f64::from(at) * 6.0 / LAT_M);
            // The same receiver, as OwnTracks, Traccar and OsmAnd (in float32) round it.
            let owntracks = json!({ "_type": "location", "acc": 5, "lat": (lat * 1e6).round() / 1e6, "lon": 104.1, "tst": t, "vel": 4 });
            one.json("/owntracks", &owntracks).await.expect(200);
            both.json("/owntracks", &owntracks).await.expect(200);
            both.form(&format!("id=x&timestamp={t}&lat={lat:.7}&lon=104.1&accuracy=5.2&speed=2.3")).await.expect(200);
            #[expect(clippy::cast_possible_truncation, reason = "as that program does")]
            both.query(&format!("lat={}&lon={}&timestamp={}&hdop=5&speed=1.2", lat as f32, 104.1_f32, t * 1000 + 300)).await.expect(200);
        }
        let check = |shown: &Value| {
            let tracks = shown["tracks"].as_array().unwrap();
            let of = |phone: &Phone| tracks.iter().find(|track| track["device"] == json!(phone.native.id)).unwrap();
            let (single, double) = (of(&one), of(&both));
            assert!(double["fixes"].as_u64().unwrap() >= 200);
            for (figure, most) in [("length_m", 6.0), ("duration_s", 5.0)] {
                let apart = (number(&double[figure]) - number(&single[figure])).abs();
                assert!(apart < most, "{figure}: {} and {}", single[figure], double[figure]);
            }
            assert_eq!(double["legs"], 1);
            assert!((number(&shown["length_m"]) - 99.0 * 6.0).abs() < 6.0, "two devices are not twice as long: {}", shown["length_m"]);
            assert_eq!(shown["fix_quality"]["impossible_speed"], 0);
        };
        check(&one.shown(patrol).await);
        seal_by_time(&field).await;
        field.settle().await;
        check(&one.shown(patrol).await);
    }

    async fn a_file_of_several_days_is_held_as_spans_that_are_claimed_one_by_one(field: Field) {
        let (phone, other) = (Phone::of(&field, "may-1").await, Phone::of(&field, "may-2").await);
        let mut fixes = walk(&field, -2 * 86_400, 10);
        fixes.extend(walk(&field, -86_400, 20));
        fixes.extend(walk(&field, -86_400 + 3600, 30));
        // Round midnight, local time: 17:00 UTC.
        fixes.extend(walk(&field, -10 * 3600 - 25, 10));
        let told = send_gpx(&field.anon(), &phone.door("/gpx"), gpx(&fixes)).await.expect(201).json();
        assert_eq!((&told["held"], &told["accepted"]), (&json!(70), &json!(0)));
        let counts = |held: Value| -> Vec<u64> {
            held["spans"].as_array().unwrap().iter().map(|span| span["fixes"].as_u64().unwrap()).collect()
        };
        let held = phone.held().await;
        assert_eq!(counts(held.clone()), [10, 20, 30, 5, 5]);
        let patrol = other.patrol(&field, -86_400 + 3540, Some(-86_400 + 4200)).await;
        let (from, to) = (&held["spans"][2]["from"], &held["spans"][2]["to"]);
        let claim = json!({ "patrol": patrol, "from": from, "to": to });
        let claimed = phone.native.post("/api/v1/fixes/held/claim", &claim).await.expect(200).json();
        assert_eq!(claimed["accepted"], 30);
        assert_eq!(counts(phone.held().await), [10, 20, 5, 5]);
        assert_eq!(phone.shown(patrol).await["tracks"][0]["fixes"], 30);
        let again = send_gpx(&field.anon(), &phone.door("/gpx"), gpx(&fixes)).await.expect(201).json();
        assert_eq!((&again["accepted"], counts(phone.held().await).iter().sum::<u64>()), (&json!(0), 40), "what joined a patrol is known, the rest is held on");
    }

    async fn a_phone_with_a_backlog_is_slowed_down_and_never_refused_for_good(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let mut config = (*field.app.config).clone();
        config.tracker_requests_per_second = NonZeroU32::new(20).unwrap();
        let slow = Phone { anon: field.elsewhere_with(&phone.anon, config.clone()), ..phone };
        // 200 at once, then one after the other as fast as they are taken.
        for at in 0..230 {
            slow.step(at).await;
        }
        config.tracker_requests_per_second = NonZeroU32::MIN;
        let narrow = field.elsewhere_with(&slow.anon, config);
        let mut sending = tokio::task::JoinSet::new();
        for at in 230..260 {
            let (anon, door) = (narrow.clone(), slow.door(""));
            sending.spawn(async move { anon.send(Method::POST, &door, Some(FORM), Body::from(step(at))).await });
        }
        let answers = sending.join_all().await;
        let of = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
        assert!(of(200) >= 10 && of(503) >= 10 && of(200) + of(503) == 30, "{} and {}", of(200), of(503));
        for refused in answers.iter().filter(|answer| answer.status == 503) {
            assert!(refused.headers.contains_key(header::RETRY_AFTER));
        }
        for at in 230..260 {
            slow.step(at).await;
        }
        let seen: u64 = slow.held().await["spans"].as_array().unwrap().iter().map(|span| span["fixes"].as_u64().unwrap()).sum();
        assert_eq!(seen, 260);
    }

    async fn a_call_for_help_is_seen_by_whoever_holds_its_ground_after_a_merger(field: Field) {
        load_communes(&field).await;
        let device = field.device("máy A", &[EAST]).await;
        let tracker = field.door(device, Door::Tracker).await;
        let west = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        let call = format!("/t/{}?id=x&lat=22.4&lon=104.7&timestamp={}&accuracy=5&alarm=sos", tracker.token(), START_S - 25);
        field.anon().get(&call).await.expect(200);
        assert_eq!(west.get("/api/v1/sos").await.expect(200).json()["calls"], json!([]));
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        let calls = west.get("/api/v1/sos").await.expect(200).json()["calls"].as_array().unwrap().clone();
        assert_eq!((calls.len(), &calls[0]["commune"]), (1, &json!(EAST)));
    }

    async fn another_process_sees_and_seals_the_same_tail(field: Field) {
        let phone = Phone::of(&field, "may-1").await;
        let patrol = phone.patrol(&field, -3600, None).await;
        let there = Phone { anon: field.elsewhere(&phone.anon), native: field.elsewhere(&phone.native), tracker: phone.tracker.clone() };
        for at in 0..20 {
            phone.step(at).await;
            there.step(at).await;
            there.step(at + 20).await;
        }
        assert_eq!(phone.shown(patrol).await["tracks"][0]["fixes"], 40);
        assert_eq!(there.shown(patrol).await["tracks"][0]["fixes"], 40);
        seal_by_time(&field).await;
        assert_eq!(there.shown(patrol).await["tracks"][0]["fixes"], 40);
        assert_eq!(logged(&field, phone.native.id).await.len(), 40);
    }
}
