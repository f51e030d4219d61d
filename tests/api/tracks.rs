//! Tracks kept in memory: whatever is remembered, the figures are those of all fixes at once, and little is read.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tuantra::app::App;
use tuantra::base::actor::{CONSOLE, Role};
use tuantra::base::ids::{EntryId, PatrolId};
use tuantra::base::time::Timestamp;
use tuantra::journal::{Entry, Kind, Proving};
use tuantra::patrols::Patrols;
use tuantra::patrols::model::rules::Rules;
use tuantra::patrols::model::walked::WalkedTrack;
use tuantra::server;
use tuantra::store;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::patrols::{DAY_S, LAT_M, declared, number, path, recorded, send, walk};

/// How a track reaches the server: what the phone saw, cut into batches, and what happens after each of them.
#[derive(Debug, Clone)]
struct Journey {
    fixes: Vec<Value>,
    batches: Vec<(Vec<usize>, Pause)>,
}

/// What happens after a batch.
#[derive(Debug, Clone, Copy)]
enum Pause {
    Nothing,
    /// The patrol is read.
    Read,
    /// The jobs run.
    Settle,
    /// Time goes by, so that the next batch comes late.
    Wait,
}

/// Walks with pauses, jumps, poor accuracies and mock positions.
fn any_fixes(field: &Field) -> impl Strategy<Value = Vec<Value>> + use<> {
    let pause = prop_oneof![12 => 1_i64..20, 2 => 250_i64..350, 1 => 400_i64..900];
    let way = prop_oneof![12 => -12.0..12.0_f64, 1 => -900.0..900.0_f64];
    let accuracy = prop_oneof![8 => Just(5), 1 => Just(30), 1 => Just(70)];
    let step = (
        pause,
        way.clone(),
        way,
        accuracy,
        prop::bool::weighted(0.05),
    );
    let start = field.after(-3500).parse::<Timestamp>().unwrap();
    prop::collection::vec(step, 20..70).prop_map(move |steps| {
        let mut at = (0, 0.0, 0.0);
        let fixes = steps.into_iter().map(|(pause, east, north, accuracy, mock)| {
            at = (at.0 + pause, at.1 + east, at.2 + north);
            json!({
                "t": start.plus_millis(at.0 * 1000).to_string(), "mock": mock, "accuracy_m": accuracy,
                "lon": 104.1 + at.1 / LAT_M, "lat": 22.3 + at.2 / LAT_M,
            })
        });
        fixes.collect()
    })
}

/// Every fix is sent once, a third of them twice, in batches of any size and order. The last batch brings the first
/// fix, so that the latest receipt, which decides what lies in the future, is that of all at once.
fn any_journey(field: &Field) -> impl Strategy<Value = Journey> + use<> {
    let sent = any_fixes(field).prop_flat_map(|fixes| {
        let all = (1..fixes.len()).chain((1..fixes.len()).step_by(3));
        let order = Just(all.collect::<Vec<usize>>()).prop_shuffle();
        let pause = prop_oneof![
            Just(Pause::Nothing),
            Just(Pause::Read),
            Just(Pause::Settle),
            Just(Pause::Wait)
        ];
        let sizes = prop::collection::vec((1_usize..30, pause), 1..9);
        (Just(fixes), order, sizes)
    });
    sent.prop_map(|(fixes, mut order, sizes)| {
        let mut batches = Vec::new();
        for (size, pause) in sizes {
            batches.push((order.split_off(order.len().saturating_sub(size)), pause));
        }
        order.push(0);
        batches.push((order, Pause::Read));
        Journey { fixes, batches }
    })
}

async fn send_journey(field: &Field, phone: &Client, id: Uuid, journey: &Journey) {
    for (batch, pause) in &journey.batches {
        let fixes: Vec<Value> = batch.iter().map(|at| journey.fixes[*at].clone()).collect();
        send(phone, id, &fixes).await.expect(200);
        match pause {
            Pause::Nothing => {}
            Pause::Read => drop(shown(phone, id).await),
            Pause::Settle => field.settle().await,
            Pause::Wait => field.clock.advance_millis(60_000),
        }
    }
}

/// What is told of a patrol, but for what names it.
async fn shown(client: &Client, id: Uuid) -> Value {
    let mut told = client.get(&path(id, "")).await.expect(200).json();
    for name in ["id", "recorded_at", "version"] {
        told["properties"].as_object_mut().unwrap().remove(name);
    }
    told.as_object_mut().unwrap().remove("id");
    told
}

/// Another process on the same database, with a memory of its own.
fn another_process(field: &Field) -> App {
    let app = &field.app;
    App::assemble(
        (*app.config).clone(),
        app.journal.clone(),
        app.blobs.clone(),
    )
}

async fn walked(patrols: &Patrols, id: Uuid) -> Option<Vec<WalkedTrack>> {
    let mut tx = patrols.journal().store().read().await.unwrap();
    let walked = patrols.walked(&mut tx, PatrolId(id)).await.unwrap();
    walked.unwrap().tracks
}

fn bodies_read(patrols: &Patrols) -> u64 {
    patrols.track_memory().bodies_read
}

/// Erases the body of one entry and nothing else.
async fn erase(field: &Field, entry: EntryId) {
    let journal = field.app.journal.clone();
    field
        .app
        .journal
        .write((journal, entry), |tx, (journal, entry)| {
            Box::pin(async move {
                let by = Entry {
                    kind: Kind::Redaction,
                    fact: entry.0,
                    actor: CONSOLE,
                    device: None,
                    origin: None,
                    body: b"{}",
                };
                let by = journal.enter(tx, by).await?;
                journal.redact(tx, *entry, &by).await?;
                Ok::<_, store::Error>(())
            })
        })
        .await
        .unwrap();
}

/// An entry's content as the log still has it.
async fn content(field: &Field, entry: EntryId) -> Option<Vec<u8>> {
    let head = field.app.journal.head().await.unwrap().unwrap();
    let proving = field.app.journal.prove_content(entry, head.size).await;
    let proving = proving.unwrap();
    let Proving::Proof(proof) = proving else {
        panic!("{proving:?}");
    };
    assert_eq!(proof.body.is_none(), proof.redacted_by.is_some());
    proof.body.map(|body| BASE64.decode(body).unwrap())
}

/// Whether some file of a folder, or below it, has these bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, bytes);
        }
        let file = std::fs::read(path).unwrap();
        file.windows(bytes.len()).any(|own| own == bytes)
    })
}

fn entry_of(sent: &Value) -> EntryId {
    sent["receipt"]["entry_id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

on_both! {
    async fn batches_in_any_order_and_repeated_and_late_give_the_figures_of_all_at_once(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let journeys = any_journey(&field);
        let mut chance = TestRunner::deterministic();
        for _ in 0..20 {
            let journey = journeys.new_tree(&mut chance).unwrap().current();
            let (parts, whole) = (recorded(&field, &phone).await, recorded(&field, &phone).await);
            send_journey(&field, &phone, parts, &journey).await;
            send(&phone, whole, &journey.fixes).await.expect(200);
            assert_eq!(shown(&phone, parts).await, shown(&phone, whole).await, "{journey:?}");
            field.settle().await;
            let anew = another_process(&field).patrols.clone();
            let (kept, derived) = (walked(&field.app.patrols, parts).await, walked(&anew, parts).await);
            let summaries = |tracks: Option<Vec<WalkedTrack>>| tracks.unwrap().into_iter().map(|track| track.summary).collect::<Vec<_>>();
            assert_eq!(summaries(kept), summaries(derived));
        }
    }

    async fn only_the_bodies_of_new_chunks_are_read(field: Field) {
        let (phone, second) = (field.phone("may-1", &[]).await, field.phone("may-2", &[]).await);
        let id = recorded(&field, &phone).await;
        let fixes = walk(&field, -3000, 400);
        for (at, batch) in fixes.chunks(40).enumerate() {
            send(&phone, id, batch).await.expect(200);
            shown(&phone, id).await;
            assert_eq!(bodies_read(&field.app.patrols), u64::try_from(at).unwrap() + 1);
        }
        // The jobs read nothing that the reader did not leave in memory, a repeated batch brings nothing.
        field.settle().await;
        send(&phone, id, &fixes[..40]).await.expect(200);
        shown(&phone, id).await;
        assert_eq!(bodies_read(&field.app.patrols), 10);
        send(&second, id, &fixes[..100]).await.expect(200);
        field.settle().await;
        assert_eq!(shown(&phone, id).await["properties"]["tracks"].as_array().unwrap().len(), 2);
        assert_eq!(bodies_read(&field.app.patrols), 11);
        let kept = field.app.patrols.track_memory();
        assert!(kept.patrols == 1 && kept.bytes > 500 * 48, "{kept:?}");
    }

    async fn two_processes_on_one_database_tell_the_same(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let other = another_process(&field);
        let there = phone.of(server::router(other.clone(), None));
        let id = recorded(&field, &phone).await;
        let fixes = walk(&field, -3000, 200);
        let mut heard = 0;
        for (at, batch) in fixes.chunks(20).enumerate() {
            let (sender, reader) = if at % 2 == 0 { (&phone, &there) } else { (&there, &phone) };
            send(sender, id, batch).await.expect(200);
            heard += batch.len();
            let told = shown(reader, id).await;
            assert_eq!(told["properties"]["fix_quality"]["good"], heard);
            assert_eq!(told, shown(sender, id).await);
        }
        assert_eq!([bodies_read(&field.app.patrols), bodies_read(&other.patrols)], [10, 10]);
    }

    async fn a_corrected_transport_is_judged_anew_without_reading_again(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        // 60 m in 5 s: no way on foot.
        let fast: Vec<Value> = (0_i32..40)
            .map(|at| json!({
                "t": field.after(-3000 + 5 * i64::from(at)), "lon": 104.1, "lat": 22.3 + f64::from(at) * 60.0 / LAT_M, "accuracy_m": 5.0,
            }))
            .collect();
        send(&phone, id, &fast).await.expect(200);
        let on_foot = shown(&phone, id).await["properties"].clone();
        assert!(number(&on_foot["length_m"]) < 100.0, "{on_foot}");
        let mut revision = declared(&field, -3600, Some(0));
        revision["transport"] = json!("motorbike");
        revision["revises"] = json!(1);
        phone.put(&path(id, ""), &revision).await.expect(201);
        let ridden = shown(&phone, id).await["properties"].clone();
        assert!((number(&ridden["length_m"]) - 39.0 * 60.0).abs() < 1.0, "{ridden}");
        assert_eq!(ridden["fix_quality"]["good"], 40);
        assert_eq!(bodies_read(&field.app.patrols), 1);
    }

    async fn a_chunk_that_was_erased_alone_counts_no_longer(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        send(&phone, id, &walk(&field, -3000, 100)).await.expect(200);
        let second = send(&phone, id, &walk(&field, -1000, 50)).await.expect(200).json();
        assert_eq!(shown(&phone, id).await["properties"]["fix_quality"]["good"], 150);
        erase(&field, entry_of(&second)).await;
        let told = shown(&phone, id).await["properties"].clone();
        assert_eq!(told["fix_quality"]["good"], 100);
        assert!((number(&told["length_m"]) - 99.0 * 6.0).abs() < 1.0, "{told}");
        let kept = field.app.patrols.track_memory();
        assert_eq!((kept.patrols, kept.bodies_read), (1, 3), "what was left is read again");
    }

    async fn a_memory_that_holds_nothing_changes_no_figure(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let forgetful = field.app.patrols.clone().with_track_memory(0);
        for batch in walk(&field, -3000, 200).chunks(50) {
            send(&phone, id, batch).await.expect(200);
            let (kept, read) = (walked(&field.app.patrols, id).await.unwrap(), walked(&forgetful, id).await.unwrap());
            assert_eq!((&kept[0].summary, kept[0].fixes, kept[0].span), (&read[0].summary, read[0].fixes, read[0].span));
        }
        assert_eq!([bodies_read(&field.app.patrols), bodies_read(&forgetful)], [4, 1 + 2 + 3 + 4]);
        assert_eq!((forgetful.track_memory().patrols, forgetful.track_memory().bytes), (0, 0));
    }

    async fn what_was_known_earlier_is_derived_from_what_was_received_then(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        send(&phone, id, &walk(&field, -3000, 100)).await.expect(200);
        let then = field.app.journal.now();
        field.clock.advance_millis(1000);
        send(&phone, id, &walk(&field, -1000, 50)).await.expect(200);
        assert_eq!(walked(&field.app.patrols, id).await.unwrap()[0].fixes, 150);
        let patrols = &field.app.patrols;
        let mut tx = field.app.journal.store().read().await.unwrap();
        let known = patrols.walked_as_of(&mut tx, PatrolId(id), then, &Rules::current()).await.unwrap().unwrap();
        assert_eq!(known.tracks.unwrap()[0].fixes, 100);
        drop(tx);
        assert_eq!(walked(&field.app.patrols, id).await.unwrap()[0].fixes, 150);
    }

    async fn erased_fixes_are_in_no_file_of_the_server_any_more(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let id = recorded(&field, &phone).await;
        let sent = send(&phone, id, &walk(&field, -3000, 200)).await.expect(200).json();
        field.settle().await;
        let entry = entry_of(&sent);
        let body = content(&field, entry).await.unwrap();
        let middle = &body[body.len() / 4..body.len() * 3 / 4];
        let (data, engine) = (&field.app.config.data, field.app.journal.store().engine());
        // PostgreSQL keeps its files elsewhere.
        assert_eq!(holds(data, middle), engine == "sqlite");
        field.clock.advance_millis(800 * DAY_S * 1000);
        tuantra::jobs::erase_due(&field.app).await.unwrap();
        assert_eq!(content(&field, entry).await, None);
        assert!(!holds(data, middle), "in the file, a free page of it, or the log beside it");
    }

    async fn erased_fixes_leave_memory_and_do_not_come_back(field: Field) {
        let phone = field.phone("may-1", &[]).await;
        let other = another_process(&field).patrols.clone();
        let ids = [recorded(&field, &phone).await, recorded(&field, &phone).await];
        let fixes = walk(&field, -3000, 200);
        for id in ids {
            send(&phone, id, &fixes).await.expect(200);
        }
        field.settle().await;
        field.clock.advance_millis(800 * DAY_S * 1000);
        for id in ids {
            assert_eq!([walked(&field.app.patrols, id).await.unwrap().len(), walked(&other, id).await.unwrap().len()], [1, 1]);
        }
        assert_eq!([field.app.patrols.track_memory().patrols, other.track_memory().patrols], [2, 2]);
        assert_eq!(field.app.patrols.expire_tracks(24).await.unwrap(), 2);
        assert_eq!((field.app.patrols.track_memory().patrols, field.app.patrols.track_memory().bytes), (0, 0));
        // Where the erasure did not run, who reads the patrol notices, and the rest is not kept for long.
        assert!(walked(&other, ids[0]).await.is_none());
        assert_eq!(other.track_memory().patrols, 1);
        field.clock.advance_millis(601_000);
        other.forget_unused();
        assert_eq!((other.track_memory().patrols, other.track_memory().bytes), (0, 0));
        for id in ids {
            assert_eq!(send(&phone, id, &fixes).await.expect(200).json()["accepted"], 0);
            assert!(walked(&field.app.patrols, id).await.is_none() && walked(&other, id).await.is_none());
        }
        field.settle().await;
        assert_eq!([field.app.patrols.track_memory().patrols, other.track_memory().patrols], [0, 0]);
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        let told = auditor.get(&path(ids[0], "")).await.expect(200).json()["properties"].clone();
        assert!((number(&told["length_m"]) - 199.0 * 6.0).abs() < 1.0, "{told}");
    }
}
