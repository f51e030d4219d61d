//! Entries, receipts and their order.

mod keys;
mod ledger;
mod made;
mod order;
mod others;
mod people;
pub mod proofs;
pub mod rows;
mod tamper;
mod witness;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::json;
use tuantra::base::actor::CONSOLE;
use tuantra::base::actor::Role;
use tuantra::base::from_hex;
use tuantra::journal::{Entry, Kind};
use tuantra::store::Error;

use crate::field::Field;

/// Runs a statement of somebody who can write the database and is not this program.
pub async fn by_hand(field: &Field, statement: &'static str) {
    let done: Result<u64, Error> = field
        .app
        .journal
        .store()
        .write((), move |tx, ()| {
            Box::pin(async move { tuantra::changed!(tx, sqlx::query(statement)) })
        })
        .await;
    assert!(done.unwrap() > 0, "{statement} changed nothing");
}

/// Writes so many entries and lets them be numbered.
pub async fn entries(field: &Field, count: usize) -> Vec<tuantra::journal::Receipt> {
    let journal = &field.app.journal;
    // The clock stands still: what was written before must have its number before.
    journal.sequence_all().await.unwrap();
    let mut receipts = Vec::new();
    for _ in 0..count {
        let context = (journal.clone(), field.new_id());
        let written = journal
            .write(context, |tx, (journal, fact)| {
                Box::pin(async move {
                    let body = fact.to_string();
                    let entry = Entry {
                        kind: Kind::View,
                        fact: *fact,
                        actor: CONSOLE,
                        device: None,
                        origin: None,
                        body: body.as_bytes(),
                    };
                    journal.enter(tx, entry).await
                })
            })
            .await
            .unwrap();
        receipts.push(journal.receipt(&written));
    }
    journal.sequence_all().await.unwrap();
    receipts
}

/// Throws the tree away and lets the server make it anew from what the entries say now, with its own key.
pub async fn rebuild(field: &Field) {
    by_hand(field, "DELETE FROM journal_tiles").await;
    by_hand(field, "DELETE FROM journal_heads").await;
    field.app.journal.sequence_all().await.unwrap();
}

on_both! {
    async fn a_receipt_is_signed_and_comes_again_the_same(field: Field) {
        let journal = field.app.journal.clone();
        let fact = field.new_id();
        let context = (journal.clone(), fact);
        let written = journal.write(context, |tx, (journal, fact)| Box::pin(async move {
            let entry = Entry { kind: Kind::View, fact: *fact, actor: CONSOLE, device: None, origin: None, body: b"seen" };
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
            let entry = Entry { kind: Kind::View, fact: *fact, actor: CONSOLE, device: None, origin: None, body: b"x" };
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
}
