//! The phone's contract: batches pushed, changes pulled, inventories compared.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tuantra::base::actor::Role;
use tuantra::base::ids::EntryId;
use tuantra::journal::{Entry, Journal, Kind};
use tuantra::store::Error;
use uuid::Uuid;

use crate::field::{Client, Field, START};
use crate::ledger::{destroyed, eradication};
use crate::patrols::{declared, walk};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};
use crate::signed::{Captured, Signer};

const PUSH: &str = "/api/v1/sync/push";
const PULL: &str = "/api/v1/sync/pull";
const INVENTORY: &str = "/api/v1/sync/inventory";

pub fn fact(kind: &str, id: Uuid, body: &Value) -> Value {
    json!({ "kind": kind, "id": id, "body": body })
}

async fn pushed(phone: &Client, facts: &[Value]) -> Value {
    phone
        .post(PUSH, &json!({ "facts": facts }))
        .await
        .expect(200)
        .json()
}

fn statuses(answer: &Value) -> Vec<u64> {
    let results = answer["results"].as_array().unwrap();
    results
        .iter()
        .map(|own| own["status"].as_u64().unwrap())
        .collect()
}

fn receipts(answer: &Value) -> Vec<Value> {
    let results = answer["results"].as_array().unwrap();
    results.iter().map(|own| own["receipt"].clone()).collect()
}

/// All pages after a cursor: the items, and where to go on.
pub async fn pulled(client: &Client, cursor: Option<&str>, more: &str) -> (Vec<Value>, String) {
    let (mut items, mut cursor) = (Vec::new(), cursor.map(str::to_owned));
    loop {
        let at = cursor.map(|cursor| format!("&cursor={cursor}"));
        let path = format!("{PULL}?{more}{}", at.unwrap_or_default());
        let page = client.get(&path).await.expect(200).json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        let next = page["next"].as_str().unwrap().to_owned();
        if page["more"] == false {
            return (items, next);
        }
        cursor = Some(next);
    }
}

fn ids(items: &[Value], kind: &str) -> Vec<String> {
    let of_kind = items.iter().filter(|item| item["kind"] == kind);
    of_kind
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// One of each kind that a phone gathers, in order, with a bad one after each second.
fn gathered(field: &Field) -> Vec<Value> {
    let (patrol, plot, photo) = (field.new_id(), field.new_id(), field.new_id());
    let mut bad = plot_at(104.3, 22.4);
    bad["properties"]["area_m2"] = json!(-1);
    let tip = crate::tips::random(field.new_id());
    let mut sidecar = photos::sidecar(b"bytes that come later");
    sidecar["plot"] = json!(plot);
    vec![
        fact("patrol", patrol, &declared(field, -3600, Some(0))),
        fact("fixes", patrol, &json!({ "fixes": walk(field, -3600, 20) })),
        json!({ "kind": "fixes", "id": "../../v1/plots", "body": {} }),
        fact(
            "incident",
            field.new_id(),
            &json!({ "title": "Vụ 01", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST }),
        ),
        fact("plot", plot, &plot_at(104.3, 22.4)),
        fact("plot", field.new_id(), &bad),
        fact(
            "measure",
            plot,
            &json!({ "measured_at": "2026-02-26T10:15:00+07:00", "plants": 300, "plants_method": "counted" }),
        ),
        fact("photo", photo, &sidecar),
        json!(["no fact at all"]),
        fact("eradication", plot, &eradication()),
        fact("tip", tip, &crate::tips::tip(104.3, 22.4)),
        fact("harvest", plot, &json!({})),
        fact("plot", field.new_id(), &plot_at(104.7, 22.4)),
        fact("retraction", plot, &json!({ "reason": "ghi nhầm" })),
    ]
}

on_both! {
    async fn a_batch_takes_the_good_facts_and_names_the_bad_ones(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let facts = gathered(&field);
        let first = pushed(&phone, &facts).await;
        assert_eq!(statuses(&first), [201, 200, 422, 201, 201, 422, 201, 201, 422, 201, 201, 422, 403, 201], "{first:#}");
        let results = &first["results"];
        assert_eq!(results[2]["problem"]["fields"][0]["pointer"], "/id");
        assert_eq!(results[5]["problem"]["fields"][0]["pointer"], "/properties/area_m2");
        assert_eq!(results[11]["problem"]["fields"][0]["pointer"], "/kind");
        assert!(results[11]["problem"]["fields"][0]["reason"].as_str().unwrap().contains("reinspection"));
        assert_eq!(results[12]["problem"]["type"], "/problems/outside-scope");
        assert!(results[12]["problem"]["receipt"].is_object(), "what lies outside is kept aside");
        assert_eq!(results[1]["answer"]["accepted"], 20);
        for at in [0, 1, 3, 4, 6, 7, 9, 10, 13] {
            assert_eq!(results[at]["receipt"]["actor"], phone.id.to_string(), "{at}");
        }
        // The whole again, and each by its own door: the same promises.
        let again = pushed(&phone, &facts).await;
        assert_eq!(receipts(&again), receipts(&first));
        assert_eq!(statuses(&again), [200, 200, 422, 200, 200, 422, 200, 200, 422, 200, 200, 422, 403, 200]);
        let native = phone.put(&format!("/api/v1/plots/{}", facts[4]["id"].as_str().unwrap()), &facts[4]["body"]).await.expect(200).json();
        assert_eq!(native["receipt"], results[4]["receipt"]);
        let brief = phone.post(PUSH, &json!({ "facts": facts, "brief": true })).await.expect(200).json();
        assert!(brief["results"].as_array().unwrap().iter().all(|own| own["answer"].is_null()));
        assert_eq!(receipts(&brief), receipts(&first));
        let found = field.app.journal.verify().await.unwrap();
        assert!(found.faults.is_empty(), "{:?}", found.faults);
    }

    async fn a_fact_signed_at_the_shutter_verifies_in_a_batch_as_by_its_own_door(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (plot, patrol) = (field.new_id(), field.new_id());
        let facts = [
            ("plot", plot, own.capture("PUT", &format!("/api/v1/plots/{plot}"), &plot_at(104.3, 22.4))),
            ("patrol", patrol, own.capture("PUT", &format!("/api/v1/patrols/{patrol}"), &declared(&field, -3600, Some(0)))),
            ("fixes", patrol, own.capture("POST", &format!("/api/v1/patrols/{patrol}/fixes"), &json!({ "fixes": walk(&field, -3600, 5) }))),
            ("eradication", plot, own.capture("POST", &format!("/api/v1/plots/{plot}/eradications"), &eradication())),
        ];
        let batch: Vec<Value> = facts.iter().map(|(kind, id, captured)| signed(kind, *id, captured)).collect();
        let answer = pushed(&phone, &batch).await;
        assert_eq!(statuses(&answer), [201, 201, 200, 201], "{answer:#}");
        for receipt in receipts(&answer) {
            assert_eq!(standing(&field, &receipt).await.as_deref(), Some("holds"));
        }
        // The same captured request by its own door is the same fact.
        let native = facts[0].2.send(&phone).await.expect(200).json();
        assert_eq!(native["receipt"], receipts(&answer)[0]);
        let keys = phone.get("/api/v1/device/key").await.expect(200).json();
        assert_eq!((&keys[0]["chain"]["through"], &keys[0]["chain"]["missing"]), (&json!(4), &json!(0)));
    }

    async fn a_signature_speaks_for_its_own_fact_alone(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (plot, other) = (field.new_id(), field.new_id());
        let captured = own.capture("PUT", &format!("/api/v1/plots/{plot}"), &plot_at(104.3, 22.4));
        let elsewhere = pushed(&phone, &[signed("plot", other, &captured)]).await;
        assert_eq!(standing(&field, &receipts(&elsewhere)[0]).await.as_deref(), Some("fails"));
        let mut changed = signed("plot", plot, &captured);
        changed["body"] = json!(plot_at(104.31, 22.4).to_string());
        assert_eq!(pushed(&phone, &[changed]).await["results"][0]["problem"]["fields"][0]["pointer"], "header:content-digest");
        let mut secret = signed("plot", plot, &captured);
        secret["headers"]["authorization"] = json!("Bearer x");
        assert_eq!(pushed(&phone, &[secret]).await["results"][0]["problem"]["fields"][0]["pointer"], "/headers/authorization");
        // A signature over the batch says nothing of the facts in it.
        let batch = json!({ "facts": [fact("plot", plot, &plot_at(104.3, 22.4))] });
        let over = own.capture("POST", PUSH, &batch).send(&phone).await.expect(200).json();
        assert_eq!(standing(&field, &receipts(&over)[0]).await, None);
    }

    async fn a_batch_is_bounded_and_says_by_what(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let facts: Vec<Value> = (0..501).map(|_| json!({})).collect();
        let refused = phone.post(PUSH, &json!({ "facts": facts })).await.expect(422);
        assert_eq!(refused.pointers(), ["/facts"]);
        let large = format!(r#"{{"facts":[],"head":"{}"}}"#, "x".repeat(4 * 1024 * 1024));
        let refused = phone.send(Method::POST, PUSH, Some("application/json"), Body::from(large)).await.expect(413);
        assert_eq!(refused.problem(), "too-large");
        phone.send(Method::POST, PUSH, Some("application/json"), Body::from("{\"facts\":[{]}")).await.expect(400);
        let reader = field.account("xem", Role::Reader, &[]).await;
        let plot = fact("plot", field.new_id(), &plot_at(104.3, 22.4));
        assert_eq!(statuses(&pushed(&reader, &[plot]).await), [403]);
    }

    async fn the_clock_of_a_batch_is_that_of_its_facts(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let sent_at = START.plus_millis(-40_000).as_millis();
        let body = json!({ "facts": [fact("plot", field.new_id(), &plot_at(104.3, 22.4))] });
        let request = Request::post(PUSH).header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", phone.token()))
            .header("tuantra-sent", format!("at={sent_at}, rtt=700"));
        let answer = phone.call(request.body(Body::from(body.to_string())).unwrap()).await.expect(200).json();
        let entry: EntryId = receipts(&answer)[0]["entry_id"].as_str().unwrap().parse().unwrap();
        let mut tx = field.app.journal.store().read().await.unwrap();
        let offset = field.app.journal.clock_offset(&mut tx, entry).await.unwrap().unwrap();
        assert_eq!((offset.least_ms, offset.most_ms), (39_300, 40_000));
    }

    async fn another_version_of_the_api_is_refused_with_those_that_are_spoken(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let with = |version: &'static str| {
            let request = Request::get(PULL).header(header::AUTHORIZATION, format!("Bearer {}", phone.token()));
            phone.call(request.header("tuantra-api", version).body(Body::empty()).unwrap())
        };
        with("1").await.expect(200);
        phone.get(PULL).await.expect(200);
        let refused = with("2").await.expect(400);
        assert_eq!((refused.problem().as_str(), refused.pointers()), ("invalid-header", vec!["header:tuantra-api".to_owned()]));
        assert_eq!(refused.json()["fields"][0]["reason"], "expected one of 1");
    }

    async fn a_new_phone_starts_with_what_it_needs_and_goes_on_from_there(field: Field) {
        let done = destroyed(&field).await;
        let approval = json!({ "eradication": done.eradication });
        done.desk.post(&format!("/api/v1/plots/{}/approvals", done.plot), &approval).await.expect(201);
        let old = field.new_id();
        done.phone.put(&format!("/api/v1/plots/{old}"), &plot_at(104.35, 22.4)).await.expect(201);
        field.settle().await;
        let phone = field.phone("máy B", &[WEST]).await;
        let (items, next) = pulled(&phone, None, "limit=500").await;
        assert_eq!(ids(&items, "plot"), [done.plot.to_string()], "only what is to be looked at again");
        let native = phone.get(&format!("/api/v1/plots/{}", done.plot)).await.expect(200).json();
        let told = items.iter().find(|item| item["kind"] == "plot").unwrap();
        assert_eq!(told["value"], native);
        let books = items.iter().find(|item| item["kind"] == "definitions").unwrap();
        assert_eq!(books["value"]["ledger"]["definition"]["version"], 1);
        let (nothing, next) = pulled(&phone, Some(&next), "limit=500").await;
        assert!(nothing.is_empty(), "{nothing:#?}");
        // What is not numbered yet is not told; what changes later is.
        done.phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(104.36, 22.4)).await.expect(201);
        assert!(pulled(&phone, Some(&next), "limit=500").await.0.is_empty());
        let reinspection = json!({ "inspected_at": field.after(-60), "result": "clear" });
        phone.post(&format!("/api/v1/plots/{}/reinspections", done.plot), &reinspection).await.expect(201);
        field.settle().await;
        let (items, _) = pulled(&phone, Some(&next), "limit=500").await;
        assert_eq!(ids(&items, "plot").len(), 2);
        assert!(ids(&items, "plot").contains(&done.plot.to_string()));
        let own: Vec<_> = items.iter().filter(|item| item["kind"] == "receipt").collect();
        assert_eq!((own.len(), &own[0]["value"]["kind"], &own[0]["value"]["state"]), (1, &json!("reinspection"), &json!("stored")));
    }

    async fn a_new_phone_is_told_where_a_second_members_word_is_awaited(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut alone = eradication();
        alone.as_object_mut().unwrap().remove("confirmation");
        let mut plots = Vec::new();
        for lon in [104.3, 104.31, 104.32] {
            let plot = field.new_id();
            phone.put(&format!("/api/v1/plots/{plot}"), &plot_at(lon, 22.4)).await.expect(201);
            phone.post(&format!("/api/v1/plots/{plot}/eradications"), &alone).await.expect(201);
            plots.push(plot.to_string());
        }
        phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(104.33, 22.4)).await.expect(201);
        field.settle().await;
        plots.sort();
        let other = field.phone("máy B", &[WEST]).await;
        let (items, _) = pulled(&other, None, "limit=2").await;
        assert_eq!(ids(&items, "plot"), plots, "each once, over several pages");
        let told = items.iter().find(|item| item["kind"] == "plot").unwrap();
        assert!(told["value"]["properties"]["missing"].as_array().unwrap().contains(&json!("confirmation")));
        let east = field.phone("máy đông", &[EAST]).await;
        assert!(ids(&pulled(&east, None, "limit=500").await.0, "plot").is_empty());
        let word = json!({ "confirmed_at": "2026-02-27T10:00:00+07:00" });
        other.post(&format!("/api/v1/plots/{}/confirmations", plots[0]), &word).await.expect(201);
        let (items, _) = pulled(&field.phone("máy C", &[WEST]).await, None, "limit=500").await;
        assert_eq!(ids(&items, "plot"), plots[1..]);
    }

    async fn a_phone_pulls_its_own_communes_and_its_own_team_alone(field: Field) {
        load_communes(&field).await;
        let (west, east) = (field.phone("máy tây", &[WEST]).await, field.phone("máy đông", &[EAST]).await);
        let (_, from_west) = pulled(&west, None, "limit=500").await;
        let (_, from_east) = pulled(&east, None, "limit=500").await;
        let (in_west, in_east) = (field.new_id(), field.new_id());
        west.put(&format!("/api/v1/plots/{in_west}"), &plot_at(104.3, 22.4)).await.expect(201);
        east.put(&format!("/api/v1/plots/{in_east}"), &plot_at(104.7, 22.4)).await.expect(201);
        let patrol = field.new_id();
        west.put(&format!("/api/v1/patrols/{patrol}"), &declared(&field, -3600, Some(0))).await.expect(201);
        field.settle().await;
        let officer = field.officer().await;
        officer.post(&format!("/api/v1/patrols/{patrol}/validation"), &json!({ "state": "rejected", "reason": "ngoài địa bàn" })).await.expect(200);
        field.settle().await;
        let (to_west, _) = pulled(&west, Some(&from_west), "limit=500").await;
        let (to_east, next) = pulled(&east, Some(&from_east), "limit=500").await;
        assert_eq!(ids(&to_west, "plot"), [in_west.to_string()]);
        assert_eq!(ids(&to_east, "plot"), [in_east.to_string()]);
        assert_eq!(ids(&to_west, "receipt").len(), 2);
        assert_eq!(ids(&to_east, "receipt"), [in_east.to_string()]);
        let judged = to_west.iter().find(|item| item["kind"] == "patrol").unwrap();
        assert_eq!((&judged["value"]["state"], &judged["value"]["judged_why"]), (&json!("rejected"), &json!("ngoài địa bàn")));
        // Somebody else's cursor, and one of rights that ended, start nothing.
        west.get(&format!("{PULL}?cursor={next}")).await.expect(400);
        let grants = json!([{ "role": "patrol_member", "communes": [WEST, EAST] }]);
        field.account("quan-ly", Role::Admin, &[]).await.put(&format!("/api/v1/holders/{}/grants", east.id), &grants).await.expect(204);
        field.clock.advance_millis(5_000);
        assert_eq!(east.get(&format!("{PULL}?cursor={next}")).await.expect(400).problem(), "invalid-parameter");
    }

    async fn a_plot_that_is_corrected_into_another_commune_goes_from_the_phones_that_knew_it(field: Field) {
        load_communes(&field).await;
        let (west, east) = (field.phone("máy tây", &[WEST]).await, field.phone("máy đông", &[EAST]).await);
        let officer = field.officer().await;
        let plot = field.new_id();
        let path = format!("/api/v1/plots/{plot}");
        let corrected = |lon: f64, revises: u32| {
            let mut draft = plot_at(lon, 22.4);
            draft["properties"]["revises"] = json!(revises);
            draft
        };
        west.put(&path, &plot_at(104.3, 22.4)).await.expect(201);
        field.settle().await;
        let (_, from_west) = pulled(&west, None, "limit=500").await;
        let (_, from_east) = pulled(&east, None, "limit=500").await;
        officer.put(&path, &corrected(104.7, 1)).await.expect(201);
        field.settle().await;
        let (to_west, from_west) = pulled(&west, Some(&from_west), "limit=500").await;
        let (to_east, from_east) = pulled(&east, Some(&from_east), "limit=500").await;
        let told = |items: &[Value]| (ids(items, "plot").len(), ids(items, "plot_gone").len());
        assert_eq!((told(&to_west), told(&to_east)), ((0, 1), (1, 0)));
        let gone = to_west.iter().find(|item| item["kind"] == "plot_gone").unwrap();
        assert_eq!((&gone["id"], &gone["value"]), (&json!(plot), &json!({ "gone": true })), "nothing of where it lies");
        // Back again it is told as it stands, and it goes from those who were told meanwhile.
        officer.put(&path, &corrected(104.3, 2)).await.expect(201);
        // What never lay in a phone's communes tells it nothing, however often it is corrected.
        let other = format!("/api/v1/plots/{}", field.new_id());
        east.put(&other, &plot_at(104.8, 22.4)).await.expect(201);
        officer.put(&other, &corrected(104.81, 1)).await.expect(201);
        field.settle().await;
        let (to_west, _) = pulled(&west, Some(&from_west), "limit=500").await;
        let (to_east, _) = pulled(&east, Some(&from_east), "limit=500").await;
        assert_eq!((told(&to_west), told(&to_east)), ((1, 0), (1, 1)));
    }

    async fn small_pages_tell_the_same_as_a_large_one(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (_, start) = pulled(&phone, None, "limit=500").await;
        for n in 0..7 {
            let plot = plot_at(104.1 + 0.01 * f64::from(n), 22.4);
            phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot).await.expect(201);
        }
        field.settle().await;
        let (whole, end) = pulled(&phone, Some(&start), "limit=500").await;
        assert_eq!((ids(&whole, "plot").len(), ids(&whole, "receipt").len()), (7, 7));
        for more in ["limit=1", "limit=3", "max_bytes=1024", "max_bytes=4000&limit=5"] {
            let (parts, at) = pulled(&phone, Some(&start), more).await;
            assert_eq!((parts, &at), (whole.clone(), &end), "{more}");
        }
        for most in (3_000..10_000).step_by(500) {
            let mut cursor = start.clone();
            loop {
                let page = phone.get(&format!("{PULL}?cursor={cursor}&max_bytes={most}")).await.expect(200);
                let length = page.bytes.len();
                let page = page.json();
                // A plot and its receipt are one change.
                let is_one = page["items"].as_array().unwrap().len() <= 2;
                assert!(length <= most || is_one && most < 4_000, "{length} of {most}");
                if page["more"] == false {
                    break;
                }
                page["next"].as_str().unwrap().clone_into(&mut cursor);
            }
        }
        let page = phone.get(&format!("{PULL}?cursor={start}&max_bytes=1024")).await.expect(200).json();
        let items = page["items"].as_array().unwrap().len();
        assert!(page["more"] == true && (1..=2).contains(&items), "one change comes whatever it weighs: {items}");
        phone.get(&format!("{PULL}?max_bytes=10")).await.expect(400);
        phone.get(&format!("{PULL}?limit=501")).await.expect(400);
    }

    async fn sixty_four_writers_and_a_paused_transaction_leave_nothing_out_of_a_pull(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (_, mut cursor) = pulled(&phone, None, "limit=500").await;
        let (paused, gate) = (field.new_id(), Arc::new((Notify::new(), Notify::new())));
        let holder = {
            let (journal, gate, actor) = (field.app.journal.clone(), Arc::clone(&gate), phone.id);
            tokio::spawn(async move { hold(&journal, actor, paused, gate).await })
        };
        gate.0.notified().await;
        let facts: Vec<Uuid> = (0..64).map(|_| field.new_id()).collect();
        let writers: Vec<_> = facts.iter().enumerate().map(|(n, id)| {
            let (phone, journal, id) = (phone.clone(), field.app.journal.clone(), *id);
            let lon = 104.01 + 0.005 * f64::from(u32::try_from(n).unwrap());
            tokio::spawn(async move {
                let incident = json!({ "title": "Vụ", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST, "notes": lon.to_string() });
                assert_eq!(statuses(&pushed(&phone, &[fact("incident", id, &incident)]).await), [201]);
                journal.sequence_all().await.unwrap();
            })
        }).collect();
        let mut seen = Vec::new();
        if field.app.journal.store().engine() != "sqlite" {
            // The paused transaction began first and commits last: the others are told meanwhile.
            while seen.len() < 64 {
                let (items, next) = pulled(&phone, Some(&cursor), "limit=7").await;
                seen.extend(ids(&items, "receipt"));
                cursor = next;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert!(!seen.contains(&paused.to_string()));
        }
        gate.1.notify_one();
        holder.await.unwrap();
        for writer in writers {
            writer.await.unwrap();
        }
        field.app.journal.sequence_all().await.unwrap();
        seen.extend(ids(&pulled(&phone, Some(&cursor), "limit=7").await.0, "receipt"));
        let expected: BTreeSet<String> = facts.iter().chain([&paused]).map(Uuid::to_string).collect();
        assert_eq!(seen.len(), 65);
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    async fn an_inventory_says_what_is_held_and_what_is_incomplete(field: Field) {
        load_communes(&field).await;
        let (phone, other) = (field.phone("máy A", &[WEST]).await, field.phone("máy B", &[WEST]).await);
        let bytes = photos::jpeg(64, 48);
        let (whole, waiting) = (field.new_id(), field.new_id());
        let plot = field.new_id();
        let sidecar = photos::sidecar(&bytes);
        let answer = pushed(&phone, &[
            fact("plot", plot, &plot_at(104.3, 22.4)), fact("photo", whole, &sidecar),
            fact("photo", waiting, &photos::sidecar(b"not here yet")), fact("plot", field.new_id(), &plot_at(104.7, 22.4)),
        ]).await;
        photos::upload(&phone, whole, &bytes).await.expect(201);
        let theirs = pushed(&other, &[fact("plot", field.new_id(), &plot_at(104.31, 22.4))]).await;
        let held = phone.get(INVENTORY).await.expect(200).json();
        let kinds: BTreeSet<&str> = held["entries"].as_array().unwrap().iter().map(|own| own["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, BTreeSet::from(["original", "photo", "plot", "quarantine"]));
        let aside = held["entries"].as_array().unwrap().iter().find(|own| own["kind"] == "quarantine").unwrap();
        assert!(aside["reason"].is_string(), "{aside}");
        assert_eq!(held["incomplete"].as_array().unwrap().len(), 1);
        assert_eq!((&held["incomplete"][0]["id"], &held["incomplete"][0]["bytes"]), (&json!(waiting), &json!(12)));
        assert_eq!((&held["secured_through"], &held["restored"]), (&Value::Null, &Value::Null));
        // Page by page it is the same.
        let (mut entries, mut path) = (Vec::new(), format!("{INVENTORY}?limit=2"));
        loop {
            let page = phone.get(&path).await.expect(200).json();
            entries.extend(page["entries"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            path = format!("{INVENTORY}?limit=2&cursor={next}");
        }
        assert_eq!(json!(entries), held["entries"]);
        let mine = &receipts(&answer)[0];
        let foreign = &receipts(&theirs)[0];
        let holds = json!({ "holds": [
            { "id": mine["id"], "sha256": mine["sha256"], "entry_id": mine["entry_id"] },
            { "id": mine["id"], "sha256": mine["sha256"] }, { "id": mine["id"] },
            { "id": mine["id"], "sha256": "00" }, { "id": field.new_id() },
            { "id": foreign["id"], "sha256": foreign["sha256"], "entry_id": foreign["entry_id"] }, { "id": foreign["id"] },
        ] });
        let compared = phone.post(INVENTORY, &holds).await.expect(200).json();
        assert_eq!(held_states(&compared), ["stored", "stored", "stored", "unknown", "unknown", "unknown", "unknown"]);
        assert_eq!(compared["unknown"], 4);
        assert_eq!(compared["facts"][1]["entry_id"], mine["entry_id"]);
        let many: Vec<Value> = (0..5_001).map(|_| json!({ "id": plot })).collect();
        phone.post(INVENTORY, &json!({ "holds": many })).await.expect(422);
    }

    async fn only_what_a_verified_backup_covers_is_secured(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (_, cursor) = pulled(&phone, None, "limit=500").await;
        let old = fact("plot", field.new_id(), &plot_at(104.3, 22.4));
        let before = receipts(&pushed(&phone, std::slice::from_ref(&old)).await)[0].clone();
        field.settle().await;
        let verified = field.app.journal.verify().await.unwrap();
        let holds = |receipts: &[&Value]| {
            let holds: Vec<Value> = receipts.iter().map(|own| json!({ "id": own["id"], "entry_id": own["entry_id"] })).collect();
            json!({ "holds": holds })
        };
        assert_eq!(held_states(&phone.post(INVENTORY, &holds(&[&before])).await.expect(200).json()), ["stored"]);
        let after = receipts(&pushed(&phone, &[fact("plot", field.new_id(), &plot_at(104.4, 22.4))]).await)[0].clone();
        field.app.journal.secure(verified.through, "{}".to_owned()).await.unwrap();
        field.settle().await;
        let compared = phone.post(INVENTORY, &holds(&[&before, &after])).await.expect(200).json();
        assert_eq!(held_states(&compared), ["secured", "stored"]);
        assert_eq!(compared["secured_through"], verified.through);
        let again = receipts(&pushed(&phone, &[old]).await)[0].clone();
        assert_eq!((&again["state"], &again["signature"]), (&json!("secured"), &before["signature"]));
        let page = phone.get(&format!("{PULL}?cursor={cursor}&limit=500")).await.expect(200).json();
        let states: Vec<_> = page["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "receipt").map(|item| item["value"]["state"].clone()).collect();
        assert_eq!(states, ["secured", "stored"]);
        assert_eq!(page["secured_through"], verified.through);
    }

    async fn heads_travel_both_ways_with_every_exchange(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let first = pushed(&phone, &[fact("plot", field.new_id(), &plot_at(104.3, 22.4))]).await;
        assert_eq!(first["head"]["comparison"], Value::Null);
        field.settle().await;
        let head = phone.get(PULL).await.expect(200).json()["head"]["checkpoint"].as_str().unwrap().to_owned();
        let second = phone.post(PUSH, &json!({ "facts": [fact("plot", field.new_id(), &plot_at(104.4, 22.4))], "head": head })).await.expect(200).json();
        assert_eq!(second["head"]["comparison"], "consistent");
        assert_eq!(second["head"]["proof"]["from_head"]["checkpoint"], head);
        let encoded = head.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
        let page = phone.get(&format!("{PULL}?head={encoded}")).await.expect(200).json();
        assert_eq!(page["head"]["comparison"], "consistent");
        let witness = field.app.journal.witnesses(10).await.unwrap();
        assert_eq!((witness.len(), witness[0].holder), (1, phone.id));
        // What is no head of this log fails no fact.
        let bad = phone.post(PUSH, &json!({ "facts": [fact("plot", field.new_id(), &plot_at(104.45, 22.4))], "head": "no head" })).await.expect(200).json();
        assert_eq!((statuses(&bad), &bad["head"]["comparison"]), (vec![201], &json!("refused")));
    }
}

fn held_states(compared: &Value) -> Vec<String> {
    let facts = compared["facts"].as_array().unwrap();
    facts
        .iter()
        .map(|own| own["state"].as_str().unwrap().to_owned())
        .collect()
}

/// A captured request as a fact of a batch; its body is a text, byte for byte.
pub fn signed(kind: &str, id: Uuid, captured: &Captured) -> Value {
    let headers: serde_json::Map<String, Value> = captured
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let body = String::from_utf8(captured.body.clone()).unwrap();
    json!({ "kind": kind, "id": id, "body": body, "headers": headers })
}

async fn standing(field: &Field, receipt: &Value) -> Option<String> {
    let entry = receipt["entry_id"].as_str().unwrap().parse().unwrap();
    let mut tx = field.app.journal.store().read().await.unwrap();
    let signed = field.app.journal.signed(&mut tx, entry).await.unwrap();
    signed.map(|signed| signed.standing.to_string())
}

/// Enters something of an author and waits before it commits.
async fn hold(journal: &Journal, actor: Uuid, fact: Uuid, gate: Arc<(Notify, Notify)>) {
    let context = (journal.clone(), actor, fact, gate);
    let written: Result<(), Error> = journal
        .write(context, |tx, (journal, actor, fact, gate)| {
            Box::pin(async move {
                let entry = Entry {
                    kind: Kind::View,
                    fact: *fact,
                    actor: *actor,
                    device: None,
                    origin: None,
                    body: b"y",
                };
                journal.enter(tx, entry).await?;
                gate.0.notify_one();
                gate.1.notified().await;
                Ok(())
            })
        })
        .await;
    written.unwrap();
}
