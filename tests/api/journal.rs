//! Entries, receipts and their order.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::json;
use tuantra::base::actor::Role;
use tuantra::base::actor::{Actor, CONSOLE};
use tuantra::base::from_hex;
use tuantra::journal::{Entry, Kind};
use tuantra::store::Error;

on_both! {
    async fn a_receipt_is_signed_and_comes_again_the_same(field: Field) {
        let journal = field.app.journal.clone();
        let fact = field.new_id();
        let context = (journal.clone(), fact);
        let written = journal.write(context, |tx, (journal, fact)| Box::pin(async move {
            let entry = Entry { kind: Kind::View, fact: *fact, actor: CONSOLE, device: None, body: b"seen" };
            journal.enter(tx, entry).await
        })).await.unwrap();
        let first = journal.receipt(&written);
        let mut tx = journal.store().read().await.unwrap();
        let again = journal.receipt_again(&mut tx, written.entry).await.unwrap();
        assert_eq!(first, again);
        let key = field.anon().get("/api/v1/journal/key").await.expect(200).json();
        let key: [u8; 32] = from_hex(key["public_key"].as_str().unwrap()).unwrap();
        let signature: [u8; 64] = BASE64.decode(&first.signature).unwrap().try_into().unwrap();
        VerifyingKey::from_bytes(&key).unwrap()
            .verify_strict(first.signed_text().as_bytes(), &Signature::from_bytes(&signature)).unwrap();
    }

    async fn a_failed_act_leaves_no_entry(field: Field) {
        let journal = field.app.journal.clone();
        let context = (journal.clone(), field.new_id());
        let outcome: Result<(), Error> = journal.write(context, |tx, (journal, fact)| Box::pin(async move {
            let entry = Entry { kind: Kind::View, fact: *fact, actor: CONSOLE, device: None, body: b"x" };
            journal.enter(tx, entry).await?;
            Err(Error::Unavailable("made to fail".into()))
        })).await;
        assert!(outcome.is_err());
        field.settle().await;
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        field.settle().await;
        let list = auditor.get("/api/v1/journal/entries?limit=500").await.expect(200).json();
        let kinds: Vec<_> = list["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
        assert!(!kinds.contains(&json!("view")), "{kinds:?}");
        assert!(kinds.contains(&json!("account")));
    }

    async fn sixty_four_writers_leave_a_log_without_holes(field: Field) {
        let journal = field.app.journal.clone();
        let writers = (0..64).map(|_| {
            let journal = journal.clone();
            let fact = field.new_id();
            tokio::spawn(async move {
                let context = (journal.clone(), fact);
                journal.write(context, |tx, (journal, fact)| Box::pin(async move {
                    let entry = Entry { kind: Kind::View, fact: *fact, actor: Actor::console().id, device: None, body: b"y" };
                    journal.enter(tx, entry).await
                })).await.unwrap();
                journal.sequence_all().await.unwrap();
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let rows = journal.entries_since(-1, 500).await.unwrap();
        let numbers: Vec<_> = rows.iter().map(|row| row.seq.unwrap()).collect();
        assert_eq!(numbers, (0..i64::try_from(rows.len()).unwrap()).collect::<Vec<_>>());
        assert_eq!(rows.iter().filter(|row| row.kind == "view").count(), 64);
    }
}
