//! Patrols: recording, fixes in any order, files, judgement, retention, and who sees what.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use tuantra::areas::CommuneImport;
use tuantra::base::actor::{Actor, Door, Role};
use tuantra::base::ids::{DeviceId, PatrolId};
use tuantra::identity::model::{DeviceDraft, RESERVE_ORG, RESERVE_TEAM, TeamDraft};
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::journal::by_hand;

/// Metres of a degree of latitude at 22.3° N, by GeographicLib to a metre.
pub const LAT_M: f64 = 110_741.0;
pub const DAY_S: i64 = 86_400;

/// A walk due north at 1.2 m/s, a fix each 5 s, from so many seconds after the start of the harness's clock.
pub fn walk(field: &Field, from_s: i64, fixes: usize) -> Vec<Value> {
    (0..fixes)
        .map(|at| {
            let step = i32::try_from(at).unwrap();
            json!({
                "t": field.after(from_s + 5 * i64::from(step)),
                "lon": 104.1, "lat": 22.3 + f64::from(step) * 6.0 / LAT_M, "accuracy_m": 5.0,
            })
        })
        .collect()
}

pub fn declared(field: &Field, from_s: i64, to_s: Option<i64>) -> Value {
    json!({
        "kind": "crop_check", "transport": "foot", "started_at": field.after(from_s),
        "ended_at": to_s.map(|at| field.after(at)),
    })
}

pub fn path(id: Uuid, rest: &str) -> String {
    format!("/api/v1/patrols/{id}{rest}")
}

/// A patrol of the hour before the clock's start.
pub async fn recorded(field: &Field, phone: &Client) -> Uuid {
    let id = field.new_id();
    let draft = declared(field, -3600, Some(0));
    phone.put(&path(id, ""), &draft).await.expect(201);
    id
}

pub async fn send(phone: &Client, id: Uuid, fixes: &[Value]) -> Answer {
    phone
        .post(&path(id, "/fixes"), &json!({ "fixes": fixes }))
        .await
}

pub fn gpx(fixes: &[Value]) -> String {
    let points: Vec<String> = fixes
        .iter()
        .map(|fix| {
            let time = fix["t"].as_str().map(|t| format!("<time>{t}</time>"));
            let time = time.unwrap_or_default();
            format!(
                r#"<trkpt lat="{}" lon="{}">{time}</trkpt>"#,
                fix["lat"], fix["lon"]
            )
        })
        .collect();
    let points = points.concat();
    format!(r#"<gpx version="1.1" creator="a handheld"><trk><trkseg>{points}</trkseg></trk></gpx>"#)
}

pub async fn send_gpx(client: &Client, path: &str, file: String) -> Answer {
    client
        .send(
            Method::POST,
            path,
            Some("application/gpx+xml"),
            Body::from(file),
        )
        .await
}

/// A phone of another team.
pub async fn stranger(field: &Field) -> Client {
    let console = Actor::console();
    let identity = &field.app.identity;
    identity.ensure_reserve().await.unwrap();
    let draft = TeamDraft {
        name: "Tổ 2".into(),
        org: RESERVE_ORG,
    };
    let team = identity.add_team(&console, draft).await.unwrap().id;
    let draft = DeviceDraft {
        name: "may-la".into(),
        team: Some(team),
        communes: Vec::new(),
        maker: None,
    };
    let device = identity.add_device(&console, draft).await.unwrap().id;
    field.door(device, Door::Api).await
}

async fn import_communes(field: &Field) {
    let file = include_bytes!("../../fixtures/areas/communes.geojson").as_slice();
    let import = CommuneImport::default();
    field
        .app
        .areas
        .import_communes(&Actor::console(), file, import)
        .await
        .unwrap();
}

fn without_request_id(answer: &Answer) -> Value {
    let mut json = answer.json();
    json.as_object_mut().unwrap().remove("request_id");
    json
}

fn signature(answer: &Answer) -> Value {
    let json = answer.json();
    assert!(json["receipt"]["signature"].is_string(), "{json}");
    json["receipt"]["signature"].clone()
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

on_both! {
    async fn a_patrol_is_recorded_once_and_revised_by_version(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = field.new_id();
        let draft = declared(&field, -3600, None);
        let first = phone.put(&path(id, ""), &draft).await.expect(201);
        assert_eq!(first.json()["version"], 1);
        assert_eq!(first.json()["state"], "open");
        let again = phone.put(&path(id, ""), &draft).await.expect(200);
        assert_eq!(signature(&first), signature(&again));

        let other = declared(&field, -3600, Some(0));
        let differs = phone.put(&path(id, ""), &other).await.expect(409);
        assert_eq!(differs.problem(), "content-differs");
        assert!(differs.json()["quarantine"].is_string());

        let mut revision = other;
        revision["revises"] = json!(1);
        let second = phone.put(&path(id, ""), &revision).await.expect(201);
        assert_eq!(second.json()["version"], 2);
        assert_eq!(second.json()["state"], "closed");
        assert_eq!(phone.put(&path(id, ""), &revision).await.expect(200).json()["version"], 2);
        assert_eq!(signature(&phone.put(&path(id, ""), &draft).await.expect(200)), signature(&first));
        revision["notes"] = json!("gọi 0912345678");
        assert_eq!(phone.put(&path(id, ""), &revision).await.expect(409).problem(), "stale-revision");
        revision["revises"] = json!(2);
        let third = phone.put(&path(id, ""), &revision).await.expect(201).json();
        assert_eq!(third["warnings"], json!(["notes_may_name_a_person"]));
        let shown = phone.get(&path(id, "")).await.expect(200).json();
        assert_eq!(shown["properties"]["version"], 3);
        assert_eq!(shown["properties"]["team"], RESERVE_TEAM.to_string());
    }

    async fn a_declaration_names_what_exists(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let stranger = stranger(&field).await;
        let officer = field.officer().await;
        let put = async |client: &Client, name: &str, value: Value| {
            let mut draft = declared(&field, -3600, None);
            draft["lead_org"] = json!(RESERVE_ORG);
            draft["team"] = json!(RESERVE_TEAM);
            draft[name] = value;
            client.put(&path(field.new_id(), ""), &draft).await
        };
        let unknown = json!(field.new_id());
        assert_eq!(put(&phone, "team", unknown.clone()).await.expect(422).pointers(), ["/team"]);
        assert_eq!(put(&stranger, "kind", json!("night")).await.expect(422).pointers(), ["/team"]);
        assert_eq!(put(&officer, "team", unknown.clone()).await.expect(422).pointers(), ["/team"]);
        assert_eq!(put(&officer, "team", json!(null)).await.expect(422).pointers(), ["/team"]);
        assert_eq!(put(&officer, "lead_org", unknown.clone()).await.expect(422).pointers(), ["/lead_org"]);
        assert_eq!(put(&phone, "transport", json!("horse")).await.expect(422).pointers(), ["/transport"]);
        assert_eq!(put(&phone, "speed", json!(1)).await.expect(422).problem(), "invalid-content");
        put(&officer, "kind", json!("night")).await.expect(201);
        let reader = field.account("doc-gia", Role::Reader, &[]).await;
        put(&reader, "kind", json!("night")).await.expect(403);
    }

    async fn another_authors_id_is_answered_as_if_it_were_unknown(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let stranger = stranger(&field).await;
        let id = recorded(&field, &phone).await;
        let before = phone.get(&path(id, "")).await.expect(200).bytes;
        let draft = declared(&field, -1800, None);
        let first = stranger.put(&path(id, ""), &draft).await.expect(201);
        assert_eq!(first.json()["version"], 1);
        assert_eq!(signature(&first), signature(&stranger.put(&path(id, ""), &draft).await.expect(200)));
        let other = declared(&field, -900, None);
        assert_eq!(stranger.put(&path(id, ""), &other).await.expect(409).problem(), "content-differs");
        stranger.get(&path(id, "")).await.expect(404);
        assert_eq!(phone.get(&path(id, "")).await.expect(200).bytes, before);
    }

    async fn length_and_time_follow_from_the_fixes_at_once(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let mut fixes = walk(&field, -3000, 101);
        fixes.extend(walk(&field, -1000, 51));
        let sent = send(&phone, id, &fixes).await.expect(200).json();
        assert_eq!((&sent["accepted"], &sent["duplicates"]), (&json!(152), &json!(0)));
        let shown = phone.get(&path(id, "")).await.expect(200).json();
        let told = &shown["properties"];
        // Due north, 100 and 50 steps of 6 m.
        assert!((number(&told["length_m"]) - 900.0).abs() < 1.0, "{told}");
        assert!((number(&told["duration_s"]) - 750.0).abs() < 1e-6, "{told}");
        assert_eq!(told["state"], "uploaded");
        assert_eq!(told["fix_quality"]["good"], 152);
        assert_eq!(told["gaps"].as_array().unwrap().len(), 1);
        assert!((number(&told["gaps"][0]["seconds"]) - 1500.0).abs() < 1e-6);
        assert_eq!(shown["geometry"]["type"], "MultiLineString");
        let lines = shown["geometry"]["coordinates"].as_array().unwrap();
        let lengths: Vec<usize> = lines.iter().map(|line| line.as_array().unwrap().len()).collect();
        assert_eq!(lengths, [101, 51]);
        // By h3-py, a point each metre of the way.
        assert_eq!(told["cells"], json!(["8941590d227ffff", "8941590d35bffff", "8941590d3cbffff"]));
        let before = told.clone();
        field.settle().await;
        assert_eq!(phone.get(&path(id, "")).await.expect(200).json()["properties"], before);
        let listed = phone.get("/api/v1/patrols").await.expect(200).json();
        assert_eq!(listed["features"][0]["properties"]["length_m"], before["length_m"]);
    }

    async fn a_pause_that_the_phone_tells_is_a_gap_in_line_and_length(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let mut fixes = walk(&field, -3000, 21);
        // 140 s later and 210 m on: near enough to be one line, had the phone not said that it was paused.
        let mut after = walk(&field, -2760, 21);
        for fix in &mut after {
            fix["lat"] = json!(number(&fix["lat"]) + 330.0 / LAT_M);
        }
        after[0]["accuracy_m"] = json!(120.0);
        after[0]["break"] = json!(true);
        fixes.extend(after);
        send(&phone, id, &fixes).await.expect(200);
        field.settle().await;
        let shown = phone.get(&path(id, "")).await.expect(200).json();
        let told = &shown["properties"];
        assert_eq!(told["gaps"].as_array().unwrap().len(), 1);
        let lines = shown["geometry"]["coordinates"].as_array().unwrap();
        assert_eq!(lines.iter().map(|line| line.as_array().unwrap().len()).collect::<Vec<_>>(), [21, 20]);
        assert!((number(&told["length_m"]) - 234.0).abs() < 0.5, "{told}");
        assert!((number(&told["duration_s"]) - 195.0).abs() < 1e-6, "{told}");
        // The same fixes again are known, whatever they say of a pause.
        let again = send(&phone, id, &fixes).await.expect(200).json();
        assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(42)));
    }

    async fn three_phones_of_one_team_are_not_three_patrols_long(field: Field) {
        let phones = [field.phone("may-1", &[]).await, field.phone("may-2", &[]).await, field.phone("may-3", &[]).await];
        let id = recorded(&field, &phones[0]).await;
        for (phone, fixes) in phones.iter().zip([100, 120, 80]) {
            send(phone, id, &walk(&field, -3000, fixes)).await.expect(200);
        }
        let told = phones[2].get(&path(id, "")).await.expect(200).json()["properties"].clone();
        assert!((number(&told["length_m"]) - 714.0).abs() < 1.0, "{told}");
        assert!((number(&told["duration_s"]) - 595.0).abs() < 1e-6, "{told}");
        let tracks = told["tracks"].as_array().unwrap();
        assert_eq!(tracks.len(), 3);
        assert_eq!(tracks[0]["device"], phones[1].id.to_string());
        assert_eq!(told["fix_quality"]["good"], 300);
    }

    async fn fixes_may_come_in_any_order_and_repeatedly(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let fixes = walk(&field, -3000, 300);
        let whole = recorded(&field, &phone).await;
        send(&phone, whole, &fixes).await.expect(200);
        let parts = recorded(&field, &phone).await;
        let mut backwards = fixes[150..].to_vec();
        backwards.reverse();
        let first = send(&phone, parts, &backwards).await.expect(200);
        assert_eq!(first.json()["accepted"], 150);
        let overlapping = send(&phone, parts, &fixes[..200]).await.expect(200);
        assert_eq!((&overlapping.json()["accepted"], &overlapping.json()["duplicates"]), (&json!(150), &json!(50)));
        for (sent, part) in [(&first, &backwards[..]), (&overlapping, &fixes[..200])] {
            let again = send(&phone, parts, part).await.expect(200);
            assert_eq!(again.json()["accepted"], 0);
            assert_eq!(signature(&again), signature(sent));
        }
        let spaced = json!({ "fixes": backwards }).to_string().replace(',', " , ");
        let again = phone.send(Method::POST, &path(parts, "/fixes"), Some("application/json"), Body::from(spaced)).await;
        let again = again.expect(200);
        assert_eq!((&again.json()["accepted"], &again.json()["duplicates"]), (&json!(0), &json!(150)));
        let shown = |id| { let phone = phone.clone(); async move { phone.get(&path(id, "")).await.expect(200).json() } };
        let (one, other) = (shown(whole).await, shown(parts).await);
        assert_eq!(one["geometry"], other["geometry"]);
        for figure in ["length_m", "duration_s", "moving_s", "gaps", "fix_quality", "cells"] {
            assert_eq!(one["properties"][figure], other["properties"][figure], "{figure}");
        }
    }

    async fn a_batch_sent_at_once_from_many_hands_is_kept_once(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let body = json!({ "fixes": walk(&field, -3000, 100) });
        let sent = (0..12).map(|_| {
            let (phone, body) = (phone.clone(), body.clone());
            tokio::spawn(async move { phone.post(&path(id, "/fixes"), &body).await.expect(200) })
        });
        let answers = futures::future::join_all(sent.collect::<Vec<_>>()).await;
        let answers: Vec<Answer> = answers.into_iter().map(Result::unwrap).collect();
        let accepted: i64 = answers.iter().map(|answer| answer.json()["accepted"].as_i64().unwrap()).sum();
        assert_eq!(accepted, 100);
        assert!(answers.iter().all(|answer| signature(answer) == signature(&answers[0])));
    }

    async fn bad_fixes_are_set_apart_and_the_good_ones_stand(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let mut fixes = walk(&field, -3000, 10);
        fixes.extend([
            json!({"t": field.after(-10), "lon": 0, "lat": 0}),
            json!({"t": field.after(-9), "lon": 190, "lat": 22.3}),
            json!({"t": field.after(3 * DAY_S), "lon": 104.1, "lat": 22.3}),
            json!({"t": "yesterday", "lon": 104.1, "lat": 22.3}),
            json!({"lon": 104.1, "lat": 22.3}),
            json!(7),
        ]);
        let first = send(&phone, id, &fixes).await.expect(200);
        let told = first.json();
        assert_eq!((&told["accepted"], &told["quarantined"]), (&json!(10), &json!(6)));
        assert_eq!(told["reasons"], json!({
            "null_island": 1, "position_out_of_range": 1, "future_time": 1, "unreadable": 2, "no_time": 1,
        }));
        let again = send(&phone, id, &fixes).await.expect(200);
        assert_eq!((&again.json()["accepted"], signature(&again)), (&json!(0), signature(&first)));
        let bad = &fixes[10..];
        let only_bad = send(&phone, id, bad).await.expect(200);
        assert_eq!(only_bad.json()["accepted"], 0);
        assert_eq!(signature(&only_bad), signature(&send(&phone, id, bad).await.expect(200)));
        assert_ne!(signature(&only_bad), signature(&first));
        assert!(send(&phone, id, &[]).await.expect(200).json()["receipt"].is_null());
    }

    async fn a_batch_of_another_shape_is_refused_with_its_pointer(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let post = async |body: &Value| phone.post(&path(id, "/fixes"), body).await;
        assert_eq!(post(&json!({"fixes": 3})).await.expect(422).pointers(), ["/fixes"]);
        assert_eq!(post(&json!({"fixes": [], "more": 1})).await.expect(422).problem(), "invalid-content");
        let many = vec![json!({}); 10_001];
        assert_eq!(post(&json!({ "fixes": many })).await.expect(422).pointers(), ["/fixes"]);
        let door = path(id, "/fixes");
        let cut = phone.send(Method::POST, &door, Some("application/json"), Body::from("{\"fixes\":[{"));
        assert_eq!(cut.await.expect(400).problem(), "malformed-body");
        let plain = phone.send(Method::POST, &door, Some("text/plain"), Body::from("{}"));
        assert_eq!(plain.await.expect(415).problem(), "unsupported-type");
    }

    async fn a_foreign_patrol_is_answered_as_an_unknown_one(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let stranger = stranger(&field).await;
        let (id, unknown) = (recorded(&field, &phone).await, field.new_id());
        let fixes = walk(&field, -3000, 5);
        let foreign = send(&stranger, id, &fixes).await.expect(404);
        assert_eq!(without_request_id(&foreign), without_request_id(&send(&stranger, unknown, &fixes).await.expect(404)));
        let foreign = stranger.get(&path(id, "")).await.expect(404);
        assert_eq!(without_request_id(&foreign), without_request_id(&stranger.get(&path(unknown, "")).await.expect(404)));
        let file = send_gpx(&stranger, &path(id, "/gpx"), gpx(&fixes)).await.expect(404);
        assert_eq!(without_request_id(&file), without_request_id(&foreign));
        assert_eq!(stranger.get("/api/v1/patrols").await.expect(200).json()["features"], json!([]));
    }

    async fn a_trackers_secret_appends_and_nothing_else(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let device = field.device("garmin-1", &[]).await;
        let tracker = field.door(device, Door::Tracker).await;
        let door = format!("/t/{}/gpx", tracker.token());
        let file = gpx(&walk(&field, -3000, 100));
        let first = send_gpx(&field.anon(), &door, file.clone()).await.expect(201);
        let told = first.json();
        assert_eq!((&told["accepted"], &told["held"], &told["duplicates"]), (&json!(100), &json!(0), &json!(0)));
        let again = send_gpx(&field.anon(), &door, file).await.expect(201);
        assert_eq!((&again.json()["accepted"], &again.json()["duplicates"]), (&json!(0), &json!(100)));
        assert_eq!(signature(&again), signature(&first));
        let shown = phone.get(&path(id, "")).await.expect(200).json();
        assert_eq!(shown["properties"]["tracks"][0]["device"], device.to_string());
        assert_eq!(shown["properties"]["fix_quality"]["accuracy_unknown"], 100);
        tracker.get(&path(id, "")).await.expect(401);
        tracker.put(&path(field.new_id(), ""), &declared(&field, 0, None)).await.expect(401);
        send(&tracker, id, &walk(&field, -3000, 1)).await.expect(401);
        let api = format!("/t/{}/gpx", phone.token());
        send_gpx(&field.anon(), &api, gpx(&[])).await.expect(404);
    }

    async fn a_file_of_routes_and_waypoints_alone_is_refused_with_what_is_wanted(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        recorded(&field, &phone).await;
        let device = field.device("garmin-1", &[]).await;
        let door = format!("/t/{}/gpx", field.door(device, Door::Tracker).await.token());
        let waypoint = r#"<wpt lat="22.3" lon="104.1"><name>nương</name></wpt>"#;
        let route = r#"<rte><rtept lat="22.3" lon="104.1"/><rtept lat="22.31" lon="104.1"/></rte>"#;
        for (inside, counts) in [(waypoint, "1 waypoints and 0"), (route, "0 waypoints and 2"), (&*format!("{waypoint}{route}"), "1 waypoints and 2")] {
            let file = format!("<gpx version=\"1.1\" creator=\"x\">{inside}</gpx>");
            let refused = send_gpx(&field.anon(), &door, file).await.expect(422).json();
            let told = refused["detail"].as_str().unwrap();
            assert!(told.contains(counts) && told.contains("save the track that was recorded"), "{told}");
        }
        // Beside a track they are passed over, and an empty file says nothing that is lost.
        let with_track = gpx(&walk(&field, -3000, 10)).replacen("<trk>", &format!("{waypoint}{route}<trk>"), 1);
        assert_eq!(send_gpx(&field.anon(), &door, with_track).await.expect(201).json()["accepted"], 10);
        assert_eq!(send_gpx(&field.anon(), &door, gpx(&[])).await.expect(201).json()["accepted"], 0);
    }

    async fn a_file_is_taken_whatever_its_sender_calls_it(field: Field) {
        let device = field.device("máy cầm tay", &[]).await;
        let door = format!("/t/{}/gpx", field.door(device, Door::Tracker).await.token());
        let file = gpx(&walk(&field, -3000, 5));
        let wide: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = format!("\u{FEFF}{file}").into_bytes();
        for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/gpx")] {
            for body in [file.clone().into_bytes(), wide.clone(), marked.clone()] {
                field.anon().send(Method::POST, &door, kind, Body::from(body)).await.expect(201);
            }
            let refused = field.anon().send(Method::POST, &door, kind, Body::from("no file")).await.expect(415);
            assert_eq!(refused.problem(), "unsupported-type");
        }
    }

    async fn a_hostile_file_is_refused(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let hostile = r#"<!DOCTYPE gpx [<!ENTITY a "b">]><gpx version="1.1"/>"#;
        for file in [hostile, "<kml/>", "<gpx><trk><trkseg><trkpt lat='22.4'", "no file"] {
            let refused = send_gpx(&phone, &path(id, "/gpx"), file.to_owned()).await.expect(400);
            assert_eq!(refused.problem(), "malformed-body", "{file}");
        }
        let form = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gpx\"\r\n\r\n{}\r\n--b--\r\n",
            gpx(&walk(&field, -3000, 7)),
        );
        let kind = Some("multipart/form-data; boundary=b");
        let sent = phone.send(Method::POST, &path(id, "/gpx"), kind, Body::from(form)).await.expect(201);
        assert_eq!(sent.json()["accepted"], 7);
        let empty = phone.send(Method::POST, &path(id, "/gpx"), kind, Body::from("--b--\r\n")).await;
        assert_eq!(empty.expect(422).pointers(), ["/file"]);
    }

    async fn the_border_of_two_segments_of_a_file_is_a_gap(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let fixes = walk(&field, -3000, 21);
        // 20 s later and 24 m on: near enough to be one line, had the receiver not begun another segment.
        let mut after = walk(&field, -2880, 21);
        for fix in &mut after {
            fix["lat"] = json!(number(&fix["lat"]) + 144.0 / LAT_M);
        }
        let segments = gpx(&fixes).replace("</trk></gpx>", "") + &gpx(&after).replace(r#"<gpx version="1.1" creator="a handheld"><trk>"#, "");
        let form = format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gpx\"\r\n\r\n{segments}\r\n--b--\r\n");
        for (kind, body) in [("application/gpx+xml", segments.clone()), ("multipart/form-data; boundary=b", form)] {
            let device = field.device(&format!("máy cầm tay {}", kind.len()), &[]).await;
            let handheld = field.door(device, Door::Api).await;
            let id = recorded(&field, &handheld).await;
            let sent = async || handheld.send(Method::POST, &path(id, "/gpx"), Some(kind), Body::from(body.clone())).await.expect(201);
            let first = sent().await;
            assert_eq!(first.json()["accepted"], 42);
            let again = sent().await;
            assert_eq!((&again.json()["accepted"], signature(&again)), (&json!(0), signature(&first)));
            field.settle().await;
            let shown = handheld.get(&path(id, "")).await.expect(200).json();
            let told = &shown["properties"];
            assert_eq!(told["gaps"].as_array().unwrap().len(), 1, "{told}");
            let lines = shown["geometry"]["coordinates"].as_array().unwrap();
            assert_eq!(lines.iter().map(|line| line.as_array().unwrap().len()).collect::<Vec<_>>(), [21, 21]);
            assert!((number(&told["length_m"]) - 240.0).abs() < 0.5, "{told}");
            assert!((number(&told["duration_s"]) - 200.0).abs() < 1e-6, "{told}");
        }
        // A file that came when borders were no gaps is known by its points: it stays as it was taken.
        let id = recorded(&field, &phone).await;
        let all: Vec<Value> = fixes.iter().chain(&after).map(|fix| {
            let mut fix = fix.clone();
            fix.as_object_mut().unwrap().remove("accuracy_m");
            fix
        }).collect();
        let before = send(&phone, id, &all).await.expect(200);
        let later = send_gpx(&phone, &path(id, "/gpx"), segments).await.expect(201);
        assert_eq!((&later.json()["accepted"], &later.json()["duplicates"]), (&json!(0), &json!(42)));
        assert_eq!(signature(&later), signature(&before));
        assert_eq!(phone.get(&path(id, "")).await.expect(200).json()["properties"]["gaps"], json!([]));
    }

    async fn every_file_of_a_form_is_taken_or_none(field: Field) {
        let device = field.device("garmin-1", &[]).await;
        let (phone, tracker) = (field.door(device, Door::Api).await, field.door(device, Door::Tracker).await);
        let (one, other) = (gpx(&walk(&field, -DAY_S, 30)), gpx(&walk(&field, -2 * DAY_S, 20)));
        let part = |name: &str, file: &str| format!("--b\r\nContent-Disposition: form-data; {name}\r\n\r\n{file}\r\n");
        let sent = async |parts: &[String]| {
            let form = format!("{}--b--\r\n", parts.concat());
            let path = format!("/t/{}/gpx", tracker.token());
            field.anon().send(Method::POST, &path, Some("multipart/form-data; boundary=b"), Body::from(form)).await
        };
        let held = async || phone.get("/api/v1/fixes/held").await.expect(200).json()["spans"].as_array().unwrap().len();
        let (first, second) = ("name=\"file\"; filename=\"a.gpx\"", "name=\"file\"; filename=\"b.gpx\"");
        let faulty = sent(&[part(first, &one), part(second, "<kml/>")]).await.expect(400).json();
        assert!(faulty["detail"].as_str().unwrap().starts_with("file 2"), "{faulty}");
        assert_eq!(held().await, 0, "none was kept");
        let whole = [part(first, &one), part("name=\"note\"", "hai ngày"), part("name=\"more\"; filename=\"b.gpx\"", &other), part("name=\"last\"; filename=\"\"", "")];
        let told = sent(&whole).await.expect(201).json();
        assert_eq!((&told["held"], &told["duplicates"]), (&json!(50), &json!(0)));
        assert_eq!(held().await, 2, "two days");
        let again = sent(&whole).await.expect(201).json();
        assert_eq!((&again["held"], &again["duplicates"], &again["receipt"]), (&json!(0), &json!(50), &told["receipt"]));
        let alone = sent(&[part(second, &other)]).await.expect(201).json();
        assert_eq!((&alone["held"], &alone["duplicates"]), (&json!(0), &json!(20)));
    }

    async fn a_file_that_ends_in_the_middle_gives_its_whole_points_and_says_so(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let whole = gpx(&walk(&field, -3000, 9));
        let last = whole.rfind("<trkpt").unwrap();
        let cut = &whole[..last + 12];
        let sent = send_gpx(&phone, &path(id, "/gpx"), cut.to_owned()).await.expect(201).json();
        assert_eq!((&sent["accepted"], &sent["cut_after_point"]), (&json!(8), &json!(8)));
        assert_eq!((&sent["quarantined"], &sent["reasons"]), (&json!(1), &json!({ "file_cut": 1 })));
        let again = send_gpx(&phone, &path(id, "/gpx"), cut.to_owned()).await.expect(201).json();
        assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(8)));
        let sent = send_gpx(&phone, &path(id, "/gpx"), whole).await.expect(201).json();
        assert_eq!((&sent["accepted"], sent.get("cut_after_point")), (&json!(1), None));
    }

    async fn files_of_old_receivers_are_read_in_their_encoding_and_their_lost_weeks_are_told(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let inside = gpx(&walk(&field, -3000, 3));
        let inside = inside.split_once("?>").map_or(inside.as_str(), |(_, rest)| rest).to_owned();
        let wide = format!("\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-16\"?><!DOCTYPE gpx>{inside}");
        let bytes: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let kind = Some("application/gpx+xml");
        let sent = phone.send(Method::POST, &path(id, "/gpx"), kind, Body::from(bytes)).await.expect(201).json();
        assert_eq!((&sent["accepted"], &sent["quarantined"]), (&json!(3), &json!(0)));
        // 1,024 weeks before the harness's second of March 2026.
        let early = "<gpx><trk><trkseg><trkpt lat='22.4' lon='104.3'><time>2006-07-17T02:30:00Z</time></trkpt></trkseg></trk></gpx>";
        let sent = send_gpx(&phone, &path(id, "/gpx"), early.to_owned()).await.expect(201).json();
        assert_eq!((&sent["held"], &sent["reasons"]), (&json!(0), &json!({ "week_rollover": 1 })));
    }

    async fn an_accuracy_of_zero_is_unknown_not_perfect(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let mut fixes = walk(&field, -3000, 5);
        for fix in &mut fixes {
            fix["accuracy_m"] = json!(0.0);
        }
        send(&phone, id, &fixes).await.expect(200);
        field.settle().await;
        let shown = phone.get(&path(id, "")).await.expect(200).json();
        let quality = &shown["properties"]["fix_quality"];
        assert_eq!((&quality["good"], &quality["accuracy_unknown"]), (&json!(0), &json!(5)));
    }

    async fn an_open_patrol_takes_fixes_for_days_until_its_author_begins_the_next(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let tracker = field.door(DeviceId(phone.id), Door::Tracker).await;
        let door = format!("/t/{}/gpx", tracker.token());
        let taken = async |at_s: i64| {
            let told = send_gpx(&field.anon(), &door, gpx(&walk(&field, at_s, 1))).await.expect(201).json();
            (told["accepted"].as_u64().unwrap(), told["held"].as_u64().unwrap())
        };
        let hours = |count: i64| count * 3600;
        // It came before the patrol was declared, and joins it then.
        assert_eq!(taken(hours(-8)).await, (0, 1));
        let first = field.new_id();
        phone.put(&path(first, ""), &declared(&field, hours(-8 * 24), None)).await.expect(201);
        let told = phone.get("/api/v1/fixes/held").await.expect(200).json();
        assert_eq!(told["spans"].as_array().unwrap().len(), 1, "a patrol that nobody closed for a week takes no more");
        let open = field.new_id();
        phone.put(&path(open, ""), &declared(&field, hours(-26), None)).await.expect(201);
        let told = phone.get("/api/v1/fixes/held").await.expect(200).json();
        assert_eq!(told["spans"], json!([]));
        assert_eq!(taken(hours(-7)).await, (1, 0));
        let shown = phone.get(&path(open, "")).await.expect(200).json();
        assert_eq!(shown["properties"]["tracks"][0]["fixes"], 2);
        let next = field.new_id();
        phone.put(&path(next, ""), &declared(&field, hours(-6), Some(hours(-5)))).await.expect(201);
        assert_eq!(taken(hours(-6) + 600).await, (1, 0));
        assert_eq!(taken(hours(-2)).await, (0, 1), "the open one was over when the next began");
    }

    async fn held_fixes_join_no_patrol_of_another_time(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let (day, hour) = (-2 * DAY_S, 3600);
        send_gpx(&phone, &path(id, "/gpx"), gpx(&walk(&field, day, 6))).await.expect(201);
        let claim = |patrol: Uuid| json!({ "patrol": patrol, "from": field.after(day - hour), "to": field.after(day + hour) });
        let refused = phone.post("/api/v1/fixes/held/claim", &claim(id)).await.expect(422);
        assert_eq!(refused.pointers(), ["/patrol"]);
        assert_eq!(phone.get("/api/v1/fixes/held").await.expect(200).json()["spans"][0]["fixes"], 6);
        // Another phone of the team was out then; of a longer run only what lies in its time joins it.
        let other = field.phone("may-2", &[]).await;
        let theirs = field.new_id();
        other.put(&path(theirs, ""), &declared(&field, day - hour, Some(day - 900 + 12))).await.expect(201);
        let told = phone.post("/api/v1/fixes/held/claim", &claim(theirs)).await.expect(200).json();
        let (joined, left) = (told["accepted"].as_u64().unwrap(), told["left"].as_u64().unwrap());
        assert!(joined > 0 && left > 0 && joined + left == 6, "{told}");
        let again = phone.post("/api/v1/fixes/held/claim", &claim(theirs)).await.expect(422);
        assert_eq!(again.pointers(), ["/patrol"]);
        // A patrol of their own takes the rest.
        let own = field.new_id();
        phone.put(&path(own, ""), &declared(&field, day, Some(day + hour))).await.expect(201);
        assert_eq!(phone.get("/api/v1/fixes/held").await.expect(200).json()["spans"], json!([]));
    }

    async fn fixes_outside_every_patrol_are_held_until_it_is_recorded(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        // One in the patrol, four in an hour of which nothing is declared yet, two of a time never declared.
        let mut fixes = walk(&field, -3000, 1);
        fixes.extend(walk(&field, -4 * 3600, 4));
        fixes.extend(walk(&field, -2 * DAY_S, 2));
        fixes.push(json!({"lon": 104.1, "lat": 22.3}));
        let file = gpx(&fixes);
        let told = send_gpx(&phone, &path(id, "/gpx"), file.clone()).await.expect(201).json();
        assert_eq!((&told["accepted"], &told["held"], &told["quarantined"]), (&json!(1), &json!(6), &json!(1)));
        let told = send_gpx(&phone, &path(id, "/gpx"), file.clone()).await.expect(201).json();
        assert_eq!((&told["accepted"], &told["held"], &told["duplicates"]), (&json!(0), &json!(0), &json!(7)));
        let claimed = field.new_id();
        phone.put(&path(claimed, ""), &declared(&field, -4 * 3600, Some(-3 * 3600))).await.expect(201);
        let shown = phone.get(&path(claimed, "")).await.expect(200).json();
        assert_eq!(shown["properties"]["tracks"][0]["fixes"], 4);
        let told = send_gpx(&phone, &path(id, "/gpx"), file.clone()).await.expect(201).json();
        assert_eq!((&told["accepted"], &told["held"], &told["duplicates"]), (&json!(0), &json!(0), &json!(7)));
        field.clock.advance_millis(73 * 3_600_000);
        assert_eq!(field.app.patrols.erase_held().await.unwrap(), 1);
        assert_eq!(field.app.patrols.erase_held().await.unwrap(), 0);
        field.settle().await;
        assert_eq!(field.app.journal.verify().await.unwrap().faults, [], "what moved into a patrol was not erased without an order");
        let late = field.new_id();
        phone.put(&path(late, ""), &declared(&field, -2 * DAY_S, Some(-2 * DAY_S + 600))).await.expect(201);
        assert_eq!(phone.get(&path(late, "")).await.expect(200).json()["properties"]["tracks"], json!([]));
    }

    async fn an_officer_judges_what_touched_a_commune_in_reach(field: Field) {
        import_communes(&field).await;
        let phone = field.phone("may-1", &["90001"]).await;
        let id = recorded(&field, &phone).await;
        let here = field.account("xa-1", Role::CommuneOfficer, &["90001"]).await;
        let elsewhere = field.account("xa-2", Role::CommuneOfficer, &["90002"]).await;
        let reader = field.account("doc-gia", Role::Reader, &[]).await;
        here.get(&path(id, "")).await.expect(404);
        send(&phone, id, &walk(&field, -3000, 100)).await.expect(200);
        field.settle().await;
        let shown = here.get(&path(id, "")).await.expect(200).json();
        assert_eq!(shown["properties"]["communes"], json!(["90001"]));
        for other in [&elsewhere, &reader] {
            other.get(&path(id, "")).await.expect(404);
            other.post(&path(id, "/validation"), &json!({"state": "validated"})).await.expect(404);
        }
        let verdict = json!({"state": "validated"});
        phone.post(&path(id, "/validation"), &verdict).await.expect(403);
        assert_eq!(here.post(&path(id, "/validation"), &json!({"state": "rejected"})).await.expect(422).pointers(), ["/reason"]);
        let judged = here.post(&path(id, "/validation"), &verdict).await.expect(200);
        assert_eq!(signature(&judged), signature(&here.post(&path(id, "/validation"), &verdict).await.expect(200)));
        let reject = json!({"state": "rejected", "reason": "không đúng địa bàn"});
        assert_eq!(here.post(&path(id, "/validation"), &reject).await.expect(409).problem(), "wrong-state");
        let list = |who: &Client, query: &str| {
            let (who, query) = (who.clone(), format!("/api/v1/patrols?count=true&{query}"));
            async move { who.get(&query).await.expect(200).json()["count"].clone() }
        };
        assert_eq!(list(&here, "state=validated&commune=90001&kind=crop_check").await, 1);
        assert_eq!(list(&here, "state=rejected").await, 0);
        assert_eq!(list(&here, "commune=90002").await, 0);
        assert_eq!(list(&elsewhere, "").await, 0);
        reader.get("/api/v1/patrols").await.expect(403);
        here.get("/api/v1/patrols?colour=red").await.expect(400);
        // A correction by an officer is judged anew; late fixes are taken all the same.
        let mut revision = declared(&field, -3600, Some(-60));
        revision["team"] = json!(RESERVE_TEAM);
        revision["lead_org"] = json!(RESERVE_ORG);
        revision["revises"] = json!(1);
        here.put(&path(id, ""), &revision).await.expect(201);
        here.post(&path(id, "/validation"), &reject).await.expect(200);
        assert_eq!(send(&phone, id, &walk(&field, -2000, 10)).await.expect(200).json()["accepted"], 10);
        let mut tx = field.app.journal.store().read().await.unwrap();
        let walked = field.app.patrols.walked(&mut tx, PatrolId(id)).await.unwrap().unwrap();
        assert!(!walked.counts() && !walked.is_validated());
        assert_eq!(walked.tracks.unwrap()[0].summary.legs.len(), 2);
    }

    async fn fixes_beyond_the_time_of_a_patrol_that_was_shortened_are_told(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        send(&phone, id, &walk(&field, -1000, 20)).await.expect(200);
        let told = async || phone.get(&path(id, "")).await.expect(200).json()["properties"]["beyond_its_time"].clone();
        assert_eq!(told().await, Value::Null);
        // Phones stop a quarter of an hour after the end at most.
        for (until_s, revises, beyond) in [(-1500, 1, Value::Null), (-2500, 2, json!(true)), (-60, 3, Value::Null)] {
            let mut revision = declared(&field, -3600, Some(until_s));
            revision["revises"] = json!(revises);
            phone.put(&path(id, ""), &revision).await.expect(201);
            assert_eq!(told().await, beyond, "until {until_s}");
        }
    }

    async fn fixes_that_came_after_a_patrol_was_validated_are_told(field: Field) {
        import_communes(&field).await;
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        send(&phone, id, &walk(&field, -3000, 20)).await.expect(200);
        let officer = field.officer().await;
        let late = async || officer.get(&path(id, "")).await.expect(200).json()["properties"]["late_fixes"].clone();
        field.clock.advance_millis(1_000);
        officer.post(&path(id, "/validation"), &json!({ "state": "validated" })).await.expect(200);
        assert_eq!(late().await, Value::Null);
        field.clock.advance_millis(1_000);
        // What came before is no news.
        send(&phone, id, &walk(&field, -3000, 20)).await.expect(200);
        assert_eq!(late().await, Value::Null);
        send(&phone, id, &walk(&field, -2000, 7)).await.expect(200);
        assert_eq!(late().await, 7);
        assert!(officer.get("/api/v1/patrols").await.expect(200).json()["features"][0]["properties"].get("late_fixes").is_none());
        // Whoever has looked at it again says so anew.
        let mut revision = declared(&field, -3600, Some(-60));
        revision["revises"] = json!(1);
        phone.put(&path(id, ""), &revision).await.expect(201);
        field.clock.advance_millis(1_000);
        assert_eq!(late().await, Value::Null);
        officer.post(&path(id, "/validation"), &json!({ "state": "validated" })).await.expect(200);
        assert_eq!(late().await, Value::Null);
    }

    async fn a_list_is_read_page_by_page(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        for at in 0..5 {
            // Two start at the same instant.
            let draft = declared(&field, -3600 * (at / 2), None);
            phone.put(&path(field.new_id(), ""), &draft).await.expect(201);
        }
        let mut next = Some("/api/v1/patrols?limit=2&kind=crop_check".to_owned());
        let mut seen = Vec::new();
        while let Some(page) = next {
            let page = phone.get(&page).await.expect(200).json();
            seen.extend(page["features"].as_array().unwrap().iter().map(|patrol| patrol["id"].to_string()));
            next = page["next"].as_str().map(ToOwned::to_owned);
            if let Some(next) = &next {
                phone.get(&next.replace("crop_check", "night")).await.expect(400);
            }
        }
        assert_eq!(seen.len(), 5);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 5);
    }

    async fn a_track_that_cannot_be_erased_keeps_no_other(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let earlier = field.new_id();
        phone.put(&path(earlier, ""), &declared(&field, -7200, Some(-3600))).await.expect(201);
        send(&phone, earlier, &walk(&field, -7000, 20)).await.expect(200);
        let later = recorded(&field, &phone).await;
        send(&phone, later, &walk(&field, -3000, 20)).await.expect(200);
        field.settle().await;
        by_hand(&field, "UPDATE patrols SET kind = 'no kind' WHERE started_at = (SELECT MIN(started_at) FROM patrols)").await;
        field.clock.advance_millis(800 * DAY_S * 1000);
        assert_eq!(field.app.patrols.expire_tracks(24).await.unwrap(), 1);
        assert!(phone.get(&path(later, "")).await.expect(200).json()["properties"]["redacted_at"].is_string());
    }

    async fn raw_fixes_go_after_their_retention_unless_held(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let officer = field.officer().await;
        let (free, held) = (recorded(&field, &phone).await, recorded(&field, &phone).await);
        let fixes = walk(&field, -3000, 200);
        for id in [free, held] {
            send(&phone, id, &fixes).await.expect(200);
        }
        field.settle().await;
        let before = phone.get(&path(free, "")).await.expect(200).json();
        let order = json!({"reason": "vụ án 12/2026"});
        phone.put(&path(held, "/hold"), &order).await.expect(403);
        let set = officer.put(&path(held, "/hold"), &order).await.expect(200);
        assert_eq!(signature(&set), signature(&officer.put(&path(held, "/hold"), &order).await.expect(200)));
        assert_eq!(officer.put(&path(held, "/hold"), &json!({"reason": " "})).await.expect(422).pointers(), ["/reason"]);

        field.clock.advance_millis(700 * DAY_S * 1000);
        assert_eq!(field.app.patrols.expire_tracks(24).await.unwrap(), 0);
        field.clock.advance_millis(60 * DAY_S * 1000);
        assert_eq!(field.app.patrols.expire_tracks(24).await.unwrap(), 1);
        assert_eq!(field.app.patrols.expire_tracks(24).await.unwrap(), 0);
        let after = phone.get(&path(free, "")).await.expect(200).json();
        assert!(after["properties"]["redacted_at"].is_string());
        for figure in ["length_m", "duration_s", "gaps", "fix_quality", "cells", "tracks"] {
            assert_eq!(after["properties"][figure], before["properties"][figure], "{figure}");
        }
        // A straight walk is two points once simplified.
        assert_eq!(after["geometry"]["coordinates"][0].as_array().unwrap().len(), 2);
        let again = send(&phone, free, &fixes).await.expect(200).json();
        assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(200)));
        let mut tx = field.app.journal.store().read().await.unwrap();
        let walked = field.app.patrols.walked(&mut tx, PatrolId(free)).await.unwrap().unwrap();
        assert!(walked.tracks.is_none(), "what was erased cannot be checked again");
        drop(tx);

        let (door, order) = (path(held, "/hold"), Body::from(order.to_string()));
        let lift = officer.send(Method::DELETE, &door, Some("application/json"), order).await;
        assert!(lift.expect(200).json()["held_since"].is_null());
        assert_eq!(field.app.patrols.expire_tracks(24).await.unwrap(), 1);
        field.settle().await;
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        let entries = auditor.get("/api/v1/journal/entries?limit=500").await.expect(200).json();
        let entries = entries["entries"].as_array().unwrap().clone();
        let redacted = entries.iter().filter(|entry| entry["redacted"] == true);
        assert!(redacted.clone().all(|entry| entry["kind"] == "fixes") && redacted.count() == 2);
        assert_eq!(entries.iter().filter(|entry| entry["kind"] == "redaction").count(), 2);
        let rows = tuantra::patrols::verify_rows(field.app.journal.store()).await.unwrap();
        assert!(rows.faults.is_empty(), "{:?}", rows.faults);
    }
}
