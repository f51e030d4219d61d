//! The live feed: who hears what, in which order, and who is told of it.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::header;
use futures::StreamExt;
use serde_json::{Value, json};
use tuantra::base::actor::{Actor, Door, Role};
use tuantra::base::ids::TokenId;
use tuantra::sync::verify_rows;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::journal::rows::{each_is_found, each_is_found_at_last};
use crate::ledger::{desk, org};
use crate::patrols::send;
use crate::plots::{EAST, WEST, load_communes, plot_at};

const LIVE: &str = "/api/v1/live";

/// A stream of events, read on as they come.
struct Stream {
    body: BodyDataStream,
    text: String,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

impl Stream {
    async fn open(client: &Client, path: &str) -> Self {
        Self::open_with(client, path, &[]).await
    }

    async fn open_with(client: &Client, path: &str, headers: &[(&str, &str)]) -> Self {
        let response = client.open(path, headers).await;
        assert_eq!(response.status(), 200);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "text/event-stream"
        );
        Self {
            body: Body::into_data_stream(response.into_body()),
            text: String::new(),
        }
    }

    /// The next event; none when the stream ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    block
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .map(str::trim)
                };
                if let Some(name) = field("event:") {
                    return Some(Event {
                        name: name.to_owned(),
                        id: field("id:").unwrap_or("").to_owned(),
                        data: serde_json::from_str(field("data:").unwrap()).unwrap(),
                    });
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(40), self.body.next());
            let chunk = chunk.await.expect("nothing comes")?;
            self.text
                .push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// Everything until all that was there is told.
    async fn start(&mut self) -> (Vec<Event>, String) {
        let mut events = Vec::new();
        loop {
            let event = self.next().await.unwrap();
            if event.name == "watching" {
                return (events, event.id);
            }
            events.push(event);
        }
    }

    /// The next event of a name.
    async fn expect(&mut self, name: &str) -> Event {
        let event = self.next().await.unwrap();
        assert_eq!(event.name, name, "{event:?}");
        event
    }

    /// Whether nothing comes for two readings of the log.
    async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(2_500), self.next())
            .await
            .is_err()
    }
}

async fn begun(field: &Field, phone: &Client, kind: &str) -> Uuid {
    let id = field.new_id();
    let draft = json!({ "kind": kind, "transport": "foot", "started_at": field.after(-3600), "ended_at": null });
    phone
        .put(&format!("/api/v1/patrols/{id}"), &draft)
        .await
        .expect(201);
    id
}

fn fix(field: &Field, at_s: i64, lon: f64) -> Value {
    json!({ "t": field.after(at_s), "lon": lon, "lat": 22.4, "accuracy_m": 5 })
}

async fn fixes(field: &Field, phone: &Client, patrol: Uuid, places: &[(i64, f64)]) {
    let fixes: Vec<Value> = places
        .iter()
        .map(|(at, lon)| fix(field, *at, *lon))
        .collect();
    send(phone, patrol, &fixes).await.expect(200);
    field.app.journal.sequence_all().await.unwrap();
}

async fn set_rules(officer: &Client, rules: Value) {
    let wire = json!({ "definition": rules, "reason": "chuyên án" });
    officer
        .post("/api/v1/live/definitions", &wire)
        .await
        .expect(201);
}

on_both! {
    async fn a_trackers_fix_and_a_call_for_help_are_heard_at_once(field: Field) {
        load_communes(&field).await;
        let device = field.device("máy A", &[WEST]).await;
        let (phone, tracker) = (field.door(device, Door::Api).await, field.door(device, Door::Tracker).await);
        let patrol = begun(&field, &phone, "crop_check").await;
        let (officer, other) = (field.officer().await, field.account("xã khác", Role::CommuneOfficer, &[EAST]).await);
        let (mut own, mut others) = (Stream::open(&officer, LIVE).await, Stream::open(&other, LIVE).await);
        own.start().await;
        others.start().await;
        let seconds = field.app.journal.now().as_millis() / 1_000 - 60;
        let path = format!("/t/{}?id=1&lat=22.4&lon=104.3&accuracy=5&timestamp={seconds}", tracker.token());
        field.anon().get(&path).await.expect(200);
        let told = own.expect("position").await.data;
        assert_eq!((&told["patrol"], &told["lon"]), (&json!(patrol), &json!(104.3)));
        field.anon().get(&format!("{path}&alarm=sos")).await.expect(200);
        field.app.journal.sequence_all().await.unwrap();
        let told = own.expect("sos").await.data;
        assert_eq!(told["commune"], WEST);
        assert!(told.get("lon").is_none(), "the call's own route tells where");
        assert!(others.is_silent().await, "another commune hears of neither");
    }

    async fn a_call_from_a_phone_of_a_commune_that_was_merged_is_heard_by_whoever_holds_its_ground(field: Field) {
        load_communes(&field).await;
        let device = field.device("máy A", &[EAST]).await;
        let tracker = field.door(device, Door::Tracker).await;
        let west = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        crate::reports::merged(&field, "2026-03-02").await;
        let mut stream = Stream::open(&west, LIVE).await;
        stream.start().await;
        let seconds = field.app.journal.now().as_millis() / 1_000 - 60;
        let call = format!("/t/{}?id=1&lat=21.0&lon=105.9&accuracy=5&timestamp={seconds}&alarm=sos", tracker.token());
        field.anon().get(&call).await.expect(200);
        field.app.journal.sequence_all().await.unwrap();
        let told = stream.expect("sos").await.data;
        assert_eq!(told["commune"], json!(null));
        assert!(told["near"].as_array().unwrap().contains(&json!(WEST)), "{told}");
    }

    async fn positions_follow_the_time_of_the_fix_and_not_its_arrival(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let patrol = begun(&field, &phone, "crop_check").await;
        fixes(&field, &phone, patrol, &[(-600, 104.1), (-300, 104.2)]).await;
        let officer = field.officer().await;
        let mut stream = Stream::open(&officer, LIVE).await;
        let (there, _) = stream.start().await;
        assert_eq!(there.len(), 1);
        let data = &there[0].data;
        assert_eq!((&data["patrol"], &data["at"], &data["lon"], &data["commune"], &data["kind"]), (&json!(patrol), &json!(field.after(-300)), &json!(104.2), &json!(WEST), &json!("crop_check")));
        // What was found in a dead pocket of the valley comes late and is no news.
        fixes(&field, &phone, patrol, &[(-500, 104.15), (-400, 104.16)]).await;
        assert!(stream.is_silent().await);
        fixes(&field, &phone, patrol, &[(-450, 104.17), (-100, 104.3)]).await;
        let news = stream.expect("position").await;
        assert_eq!((&news.data["at"], &news.data["lon"]), (&json!(field.after(-100)), &json!(104.3)));
        let ended = json!({ "kind": "crop_check", "transport": "foot", "started_at": field.after(-3600), "ended_at": field.after(-50), "revises": 1 });
        phone.put(&format!("/api/v1/patrols/{patrol}"), &ended).await.expect(201);
        field.settle().await;
        assert_eq!(stream.expect("gone").await.data["patrol"], json!(patrol));
    }

    async fn border_patrols_are_shown_only_when_a_definition_says_so(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let patrol = begun(&field, &phone, "border").await;
        fixes(&field, &phone, patrol, &[(-600, 104.1)]).await;
        let officer = field.officer().await;
        let mut stream = Stream::open(&officer, LIVE).await;
        assert!(stream.start().await.0.is_empty());
        set_rules(&officer, json!({ "version": 2, "hidden": [], "delay_s": {} })).await;
        field.app.journal.sequence_all().await.unwrap();
        assert_eq!(stream.expect("position").await.data["patrol"], json!(patrol));
        set_rules(&officer, json!({ "version": 3, "hidden": ["border", "crop_check"], "delay_s": {} })).await;
        field.app.journal.sequence_all().await.unwrap();
        assert_eq!(stream.expect("gone").await.data["patrol"], json!(patrol));
        let versions = officer.get("/api/v1/live/definitions").await.expect(200).json();
        assert_eq!((versions.as_array().unwrap().len(), &versions[0]["definition"]["hidden"]), (3, &json!(["border"])));
        let long = json!({ "definition": { "version": 4, "hidden": [], "delay_s": { "night": 90_000 } }, "reason": "thử" });
        officer.post("/api/v1/live/definitions", &long).await.expect(400);
    }

    async fn positions_are_held_back_for_as_long_as_the_definition_says(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        set_rules(&officer, json!({ "version": 2, "hidden": [], "delay_s": { "night": 600 } })).await;
        let patrol = begun(&field, &phone, "night").await;
        fixes(&field, &phone, patrol, &[(-900, 104.1), (-601, 104.2), (-599, 104.3), (-10, 104.4)]).await;
        let mut stream = Stream::open(&officer, LIVE).await;
        let (there, _) = stream.start().await;
        assert_eq!((&there[0].data["at"], &there[0].data["lon"], &there[0].data["delay_s"]), (&json!(field.after(-601)), &json!(104.2), &json!(600)));
        fixes(&field, &phone, patrol, &[(-5, 104.45)]).await;
        assert!(stream.is_silent().await);
        field.clock.advance_millis(100_000);
        let news = stream.expect("position").await;
        assert_eq!((&news.data["at"], &news.data["lon"]), (&json!(field.after(-599)), &json!(104.3)));
    }

    async fn a_longer_delay_takes_back_what_is_younger_than_it_allows(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        let patrol = begun(&field, &phone, "night").await;
        fixes(&field, &phone, patrol, &[(-30, 104.1)]).await;
        let mut stream = Stream::open(&officer, LIVE).await;
        assert_eq!(stream.start().await.0.len(), 1);
        set_rules(&officer, json!({ "version": 2, "hidden": [], "delay_s": { "night": 600 } })).await;
        field.app.journal.sequence_all().await.unwrap();
        assert_eq!(stream.expect("gone").await.data["patrol"], json!(patrol));
        let mut later = Stream::open(&officer, LIVE).await;
        assert!(later.start().await.0.is_empty(), "nor is it shown to whoever begins to watch now");
        drop(later);
        field.clock.advance_millis(600_000);
        let due = stream.expect("position").await.data;
        assert_eq!((&due["at"], &due["delay_s"]), (&json!(field.after(-30)), &json!(600)));
    }

    async fn a_team_that_is_out_for_days_is_shown_until_its_patrol_takes_no_more_fixes(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let patrol = field.new_id();
        let draft = json!({ "kind": "crop_check", "transport": "foot", "started_at": field.after(-100 * 3600), "ended_at": null });
        phone.put(&format!("/api/v1/patrols/{patrol}"), &draft).await.expect(201);
        fixes(&field, &phone, patrol, &[(-600, 104.1)]).await;
        let officer = field.officer().await;
        let mut stream = Stream::open(&officer, LIVE).await;
        let (there, _) = stream.start().await;
        assert_eq!(there.iter().map(|event| &event.data["patrol"]).collect::<Vec<_>>(), [&json!(patrol)], "on its fifth day");
        // Of the week and a quarter of an hour in which it takes fixes 100 hours are gone.
        field.clock.advance_millis(68 * 3_600_000);
        assert!(stream.is_silent().await);
        field.clock.advance_millis(20 * 60_000);
        assert_eq!(stream.expect("gone").await.data["patrol"], json!(patrol), "nobody closed it within a week");
        assert!(Stream::open(&officer, LIVE).await.start().await.0.is_empty());
    }

    async fn whoever_comes_back_is_told_what_was_missed(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        let patrol = begun(&field, &phone, "crop_check").await;
        let plot = |id: Uuid, lon: f64| (format!("/api/v1/plots/{id}"), plot_at(lon, 22.4));
        let ids = [field.new_id(), field.new_id(), field.new_id()];
        let (path, body) = plot(ids[0], 104.1);
        phone.put(&path, &body).await.expect(201);
        field.app.journal.sequence_all().await.unwrap();
        let mut stream = Stream::open(&officer, LIVE).await;
        assert!(stream.start().await.0.is_empty(), "no history for who comes first");
        let (path, body) = plot(ids[1], 104.2);
        phone.put(&path, &body).await.expect(201);
        field.app.journal.sequence_all().await.unwrap();
        let seen = stream.expect("plot").await;
        assert_eq!((&seen.data["plot"], &seen.data["commune"], &seen.data["crop"]), (&json!(ids[1]), &json!(WEST), &json!("opium_poppy")));
        assert!(seen.data.get("lon").is_none(), "its own route tells where");
        drop(stream);
        let (path, body) = plot(ids[2], 104.3);
        phone.put(&path, &body).await.expect(201);
        // A measure and a correction are no new plot.
        let measure = json!({ "measured_at": "2026-02-26T10:15:00+07:00", "plants": 300, "plants_method": "counted" });
        phone.post(&format!("{path}/measures"), &measure).await.expect(201);
        fixes(&field, &phone, patrol, &[(-60, 104.2)]).await;
        let mut again = Stream::open_with(&officer, LIVE, &[("last-event-id", &seen.id)]).await;
        let (missed, at) = again.start().await;
        let names: Vec<&str> = missed.iter().map(|event| event.name.as_str()).collect();
        assert_eq!((names, &missed[0].data["plot"]), (vec!["plot", "position"], &json!(ids[2])));
        // A cut within what was there loses nothing either: its numbers are those of before.
        assert_eq!(missed[0].id, seen.id);
        assert!(at.parse::<i64>().unwrap() > seen.id.parse().unwrap());
        let mut last = Stream::open(&officer, &format!("{LIVE}?after={at}&once=true")).await;
        assert_eq!(last.start().await.0.len(), 1, "only where the patrol is");
        assert_eq!(last.next().await, None);
        assert_eq!(officer.open(LIVE, &[("last-event-id", "x")]).await.status(), 400);
    }

    async fn two_processes_tell_their_listeners_the_same(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        let patrol = begun(&field, &phone, "crop_check").await;
        let (mut here, mut there) = (Stream::open(&officer, LIVE).await, Stream::open(&field.elsewhere(&officer), LIVE).await);
        assert!(here.start().await.0.is_empty() && there.start().await.0.is_empty());
        for at in [-300, -200] {
            fixes(&field, &phone, patrol, &[(at, 104.2)]).await;
            let told = [here.expect("position").await, there.expect("position").await];
            assert_eq!(told[0], told[1]);
            assert_eq!(told[0].data["at"], json!(field.after(at)));
        }
    }

    async fn a_listener_hears_of_its_own_communes_alone(field: Field) {
        load_communes(&field).await;
        let (west, east) = (field.phone("máy tây", &[WEST]).await, field.phone("máy đông", &[EAST]).await);
        let officer = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        let mut stream = Stream::open(&officer, LIVE).await;
        stream.start().await;
        let (in_west, in_east) = (begun(&field, &west, "crop_check").await, begun(&field, &east, "crop_check").await);
        fixes(&field, &west, in_west, &[(-600, 104.1)]).await;
        west.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(104.3, 22.4)).await.expect(201);
        fixes(&field, &east, in_east, &[(-600, 104.7)]).await;
        assert_eq!(stream.expect("position").await.data["patrol"], json!(in_east));
        // It walks out of the commune: that is the last that is heard of it.
        fixes(&field, &east, in_east, &[(-500, 104.3)]).await;
        assert_eq!(stream.expect("gone").await.data, json!({ "patrol": in_east }));
        fixes(&field, &east, in_east, &[(-400, 104.31)]).await;
        assert!(stream.is_silent().await);
        let plot = field.new_id();
        east.put(&format!("/api/v1/plots/{plot}"), &plot_at(104.8, 22.4)).await.expect(201);
        field.app.journal.sequence_all().await.unwrap();
        assert_eq!(stream.expect("plot").await.data["plot"], json!(plot));
    }

    async fn watchers_are_written_down_and_told_to_the_team(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let post = org(&field, "Đồn biên phòng").await;
        let watcher = desk(&field, "truc-ban", post, Role::PostOfficer, &[WEST]).await;
        let stranger = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        let patrol = begun(&field, &phone, "crop_check").await;
        let path = format!("/api/v1/patrols/{patrol}/watchers");
        fixes(&field, &phone, patrol, &[(-600, 104.1)]).await;
        let once = format!("{LIVE}?once=true");
        Stream::open(&stranger, &once).await.start().await;
        assert_eq!(phone.get(&path).await.expect(200).json(), json!({ "watchers": [] }));
        for _ in 0..3 {
            Stream::open(&watcher, &once).await.start().await;
        }
        let told = phone.get(&path).await.expect(200).json();
        let told = told["watchers"].as_array().unwrap();
        assert_eq!(told.len(), 1, "a cut connection is no new watch");
        assert_eq!((&told[0]["login"], &told[0]["org_name"], &told[0]["watcher"]), (&json!("truc-ban"), &json!("Đồn biên phòng"), &json!(watcher.id)));
        field.clock.advance_millis(3_600_000);
        Stream::open(&watcher, &once).await.start().await;
        assert_eq!(phone.get(&path).await.expect(200).json()["watchers"].as_array().unwrap().len(), 2);
        stranger.get(&path).await.expect(404);
        field.settle().await;
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        let listed = auditor.get("/api/v1/journal/entries?limit=500").await.expect(200).json();
        let entered: Vec<_> = listed["entries"].as_array().unwrap().iter().filter(|own| own["kind"] == "watch").map(|own| own["actor"].clone()).collect();
        // Entries of one millisecond are numbered in any order.
        let of = |id: Uuid| entered.iter().filter(|own| **own == json!(id)).count();
        assert_eq!((entered.len(), of(stranger.id), of(watcher.id)), (3, 1, 2));
    }

    async fn a_watch_lasts_as_long_as_its_stream_and_no_sight_is_after_it(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        let patrol = begun(&field, &phone, "crop_check").await;
        let path = format!("/api/v1/patrols/{patrol}/watchers");
        let told = async || {
            let told = phone.get(&path).await.expect(200).json();
            let own = &told["watchers"][0];
            (own["first_at"].clone(), own["last_at"].clone())
        };
        let mut stream = Stream::open(&officer, LIVE).await;
        stream.start().await;
        field.clock.advance_millis(2_000);
        fixes(&field, &phone, patrol, &[(-60, 104.2)]).await;
        stream.expect("position").await;
        assert_eq!(told().await, (json!(field.after(2)), json!(field.after(2))));
        // It is asked for every two seconds whether the stream may go on, and written down each quarter of a minute.
        field.clock.advance_millis(20_000);
        let mut last = told().await;
        for _ in 0..300 {
            if last.1 == json!(field.after(22)) {
                break;
            }
            assert!(tokio::time::timeout(Duration::from_millis(200), stream.next()).await.is_err());
            last = told().await;
        }
        assert_eq!(last, (json!(field.after(2)), json!(field.after(22))));
        field.clock.advance_millis(7_000);
        drop(stream);
        for _ in 0..600 {
            if told().await.1 == json!(field.after(29)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the end of the stream was not written down: {:?}", told().await);
    }

    async fn watches_that_are_edited_in_their_table_are_found(field: Field) {
        load_communes(&field).await;
        let post = org(&field, "Đồn biên phòng").await;
        let watcher = desk(&field, "truc-ban", post, Role::PostOfficer, &[WEST]).await;
        Stream::open(&watcher, &format!("{LIVE}?once=true")).await.start().await;
        field.settle().await;
        let rows = || async { verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE sync_watches SET reach = 'null'", "UPDATE sync_watches SET reach = '[\"10001\"]'", "sync_watches "),
            ("UPDATE sync_watches SET watcher = id", "UPDATE sync_watches SET watcher = (SELECT a.id FROM identity_accounts a WHERE a.login = 'truc-ban')", "sync_watches "),
            ("UPDATE sync_watches SET org = NULL", "UPDATE sync_watches SET org = (SELECT a.org FROM identity_accounts a WHERE a.login = 'truc-ban')", "sync_watches "),
            ("UPDATE sync_watches SET began_at = began_at + 1", "UPDATE sync_watches SET began_at = began_at - 1", "sync_watches "),
        ]).await;
        each_is_found_at_last(&field, rows, &[("DELETE FROM sync_watches", "entry ")]).await;
    }

    async fn nobody_without_the_right_listens(field: Field) {
        load_communes(&field).await;
        for role in Role::ALL {
            let expected = if matches!(role, Role::CommuneOfficer | Role::PostOfficer | Role::ProvincialOfficer) { 200 } else { 403 };
            let client = field.account(&format!("tk-{role}"), *role, &[WEST]).await;
            client.get(&format!("{LIVE}?once=true")).await.expect(expected);
        }
        field.phone("máy A", &[WEST]).await.get(LIVE).await.expect(403);
        field.anon().get(LIVE).await.expect(401);
        assert_eq!(field.app.live.listeners(), 0);
    }

    async fn a_stream_ends_with_its_secret_and_with_its_right(field: Field) {
        load_communes(&field).await;
        let (first, second) = (field.account("xa-1", Role::CommuneOfficer, &[WEST]).await, field.account("xa-2", Role::CommuneOfficer, &[WEST]).await);
        let (mut of_first, mut of_second) = (Stream::open(&first, LIVE).await, Stream::open(&second, LIVE).await);
        of_first.start().await;
        of_second.start().await;
        assert_eq!(field.app.live.listeners(), 2);
        let token = first.get("/api/v1/tokens").await.expect(200).json()[0]["id"].as_str().unwrap().parse::<TokenId>().unwrap();
        field.app.identity.revoke_token(&Actor::console(), token).await.unwrap();
        assert_eq!(of_first.expect("ended").await.data["reason"], "right_ended");
        assert_eq!(of_first.next().await, None);
        let grants = json!([{ "role": "reader", "communes": [WEST] }]);
        field.account("quan-ly", Role::Admin, &[]).await.put(&format!("/api/v1/holders/{}/grants", second.id), &grants).await.expect(204);
        assert_eq!(of_second.expect("ended").await.data["reason"], "right_ended");
        assert_eq!(of_second.next().await, None);
        drop((of_first, of_second));
        assert_eq!(field.app.live.listeners(), 0);
    }

    async fn listeners_are_bounded_and_end_with_the_server(field: Field) {
        load_communes(&field).await;
        let (first, second) = (field.account("xa-1", Role::CommuneOfficer, &[WEST]).await, field.account("xa-2", Role::CommuneOfficer, &[WEST]).await);
        let mut config = (*field.app.config).clone();
        config.live_listeners = 1;
        let first_there = field.elsewhere_with(&first, config);
        let mut only = Stream::open(&first_there, LIVE).await;
        only.start().await;
        assert_eq!(first_there.open(LIVE, &[]).await.status(), 503);
        drop(only);
        Stream::open(&first_there, LIVE).await.start().await;
        let mut streams = Vec::new();
        for _ in 0..6 {
            streams.push(Stream::open(&second, LIVE).await);
        }
        assert_eq!(second.open(LIVE, &[]).await.status(), 503, "one account takes not all");
        Stream::open(&first, LIVE).await.start().await;
        field.app.live.close();
        for mut stream in streams {
            stream.start().await;
            assert_eq!(stream.next().await, None);
        }
    }
}
