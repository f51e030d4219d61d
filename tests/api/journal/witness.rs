//! Heads that others keep, shown back to the server.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::base::time::Clock;
use tuantra::journal::note::{Checkpoint, PublicKey};
use tuantra::journal::{Journal, Shown, audit};

use super::rows::{each_is_found, each_is_found_at_last};
use super::{by_hand, entries, rebuild};
use crate::field::Client;

const HEADS: &str = "/api/v1/journal/heads";

async fn shown(client: &Client, checkpoint: &str) -> Value {
    client
        .post(HEADS, &json!({ "checkpoint": checkpoint }))
        .await
        .expect(200)
        .json()
}

on_both! {
    async fn a_head_that_a_phone_keeps_is_answered_with_its_proof(field: Field) {
        let phone = field.phone("máy 1", &[]).await;
        entries(&field, 5).await;
        let head = field.app.journal.head().await.unwrap().unwrap();
        entries(&field, 5).await;
        let answer = shown(&phone, &head.checkpoint).await;
        assert_eq!(answer["outcome"], "consistent");
        assert_eq!(answer["proof"]["from_head"]["checkpoint"], head.checkpoint);
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        let watch = auditor.get(HEADS).await.expect(200).json();
        assert_eq!(watch["alarms"], json!([]));
        assert_eq!(watch["witnesses"][0]["holder"], json!(phone.id));
        assert_eq!(watch["witnesses"][0]["size"], head.size);
        // An older head shown later does not replace the larger one.
        let older = field.app.journal.head_at(head.size).await.unwrap().unwrap();
        let newest = field.app.journal.head().await.unwrap().unwrap();
        shown(&phone, &newest.checkpoint).await;
        shown(&phone, &older.checkpoint).await;
        assert_eq!(auditor.get(HEADS).await.expect(200).json()["witnesses"][0]["size"], newest.size);
    }

    async fn what_no_key_of_the_log_signed_raises_nothing(field: Field) {
        let phone = field.phone("máy 1", &[]).await;
        entries(&field, 5).await;
        let head = field.app.journal.head().await.unwrap().unwrap();
        let (own, _) = Checkpoint::parse(&head.checkpoint).unwrap();
        let key = SigningKey::from_bytes(&[5; 32]);
        let public = PublicKey(key.verifying_key().to_bytes());
        let forged = Checkpoint { root: [1; 32], ..own };
        let other = Checkpoint { log: tuantra::base::ids::LogId(field.new_id()), ..own };
        for text in [String::new(), "no head".to_owned(), forged.note(&public, &forged.sign(&key)), other.note(&public, &other.sign(&key))] {
            let refused = phone.post(HEADS, &json!({ "checkpoint": text })).await.expect(422);
            assert_eq!(refused.pointers(), ["/checkpoint"]);
        }
        assert!(field.app.journal.alarms(10).await.unwrap().is_empty());
    }

    async fn a_rebuilt_log_is_found_by_a_phone_and_the_alarm_is_kept(field: Field) {
        let (phone, other) = (field.phone("máy 1", &[]).await, field.phone("máy 2", &[]).await);
        entries(&field, 20).await;
        let head = field.app.journal.head().await.unwrap().unwrap();
        by_hand(&field, "UPDATE journal_entries SET leaf = sha256 WHERE seq = 7").await;
        rebuild(&field).await;
        let answer = shown(&phone, &head.checkpoint).await;
        assert_eq!((&answer["outcome"], &answer["alarm"]["reason"]), (&json!("alarm"), &json!("fork")));
        assert_eq!(shown(&other, &head.checkpoint).await["alarm"], answer["alarm"], "one alarm for one head");
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        field.settle().await;
        let watch = auditor.get(HEADS).await.expect(200).json();
        assert_eq!(watch["alarms"], json!([answer["alarm"]]));
        let listed = auditor.get("/api/v1/journal/entries?limit=500").await.expect(200).json();
        let alarms: Vec<_> = listed["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "alarm").collect();
        assert_eq!(alarms.len(), 1);
        assert_eq!(alarms[0]["id"], answer["alarm"]["entry"]);
        assert_eq!(alarms[0]["actor"], json!(phone.id));
        let rows = || async { audit::verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE journal_alarms SET reason = 'ahead'", "UPDATE journal_alarms SET reason = 'fork'", "journal_alarms "),
            ("UPDATE journal_alarms SET size = size + 1", "UPDATE journal_alarms SET size = size - 1", "journal_alarms "),
            ("UPDATE journal_alarms SET holder = entry", "UPDATE journal_alarms SET holder = (SELECT e.actor FROM journal_entries e WHERE e.kind = 'alarm')", "journal_alarms "),
            ("UPDATE journal_alarms SET raised_at = raised_at + 1", "UPDATE journal_alarms SET raised_at = raised_at - 1", "journal_alarms "),
        ]).await;
        each_is_found_at_last(&field, rows, &[("DELETE FROM journal_alarms", "entry ")]).await;
    }

    async fn a_cut_log_is_found_and_one_that_a_restore_began_anew_says_so(field: Field) {
        entries(&field, 20).await;
        let phone = field.phone("máy 1", &[]).await;
        field.settle().await;
        let head = field.app.journal.head().await.unwrap().unwrap();
        by_hand(&field, "DELETE FROM journal_entries WHERE seq >= 15").await;
        by_hand(&field, "UPDATE journal_sequencer SET next_seq = 15").await;
        rebuild(&field).await;
        assert_eq!(shown(&phone, &head.checkpoint).await["alarm"]["reason"], "ahead");
        let journal = &field.app.journal;
        let clock = field.clock.clone() as Arc<dyn Clock>;
        let key = field.app.config.data.join("keys/journal.pem");
        by_hand(&field, "DELETE FROM journal_alarms").await;
        let restored = Journal::open_restored(journal.store().clone(), clock, &key).await.unwrap();
        entries(&field, 30).await;
        let Shown::Alarm(alarm) = restored.compare(&tuantra::base::actor::Actor::console(), &head.checkpoint).await.unwrap() else {
            panic!("the head still agrees");
        };
        assert_eq!(alarm.reason.as_str(), "superseded");
        let found = restored.head().await.unwrap().unwrap();
        assert!(found.size > head.size);
    }
}
