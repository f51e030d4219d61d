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
use uuid::Uuid;

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

/// An entry of the console's that says that something was looked at.
pub fn looked_at(fact: Uuid, body: &[u8]) -> Entry<'_> {
    Entry {
        kind: Kind::View,
        fact,
        actor: CONSOLE,
        device: None,
        origin: None,
        body,
    }
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
                    journal.enter(tx, looked_at(*fact, body.as_bytes())).await
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
            journal.enter(tx, looked_at(*fact, b"seen")).await
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

    async fn auditors_read_the_newest_first_by_who_what_and_when_with_the_reason(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let phone = field.phone("máy-a", &[]).await;
        let bytes = crate::photos::jpeg(64, 48);
        let photo = crate::photos::taken(&field, &phone, &bytes, &crate::photos::sidecar(&bytes)).await;
        field.settle().await;
        field.clock.advance_millis(7_200_000);
        officer.get(&format!("/api/v1/photos/{photo}/original?reason=kiem-tra")).await.expect(200);
        let auditor = field.account("kiem-toan", Role::Auditor, &[]).await;
        field.settle().await;
        let read = async |query: &str| {
            let path = format!("/api/v1/journal/entries?limit=500&{query}");
            let list = auditor.get(&path).await.expect(200).json();
            list["entries"].as_array().unwrap().clone()
        };
        let all = read("newest=false").await;
        let mut fallen = read("newest=true").await;
        fallen.reverse();
        assert_eq!(all, fallen);

        let looks = read("newest=true&kind=view").await;
        assert_eq!(looks.len(), 1, "{looks:?}");
        let told = ["who", "what", "reason", "fact"].map(|field| looks[0][field].clone());
        assert_eq!(told, [json!("can-bo-tinh"), json!("original"), json!("kiem-tra"), json!(photo)]);
        let own = read("newest=true&who=máy-a".replace('á', "%C3%A1").as_str()).await;
        let kinds: Vec<_> = own.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["original", "photo"], "what was done to the phone is not its own act");
        assert!(own.iter().all(|entry| entry["who"] == "máy-a" && entry["reason"].is_null()), "{own:?}");
        assert_eq!(own, read(&format!("newest=true&who={}", phone.id)).await);

        let border = field.after(3_600);
        let late = read(&format!("from={border}")).await;
        let early = read(&format!("to={border}")).await;
        assert_eq!([early.as_slice(), late.as_slice()].concat(), all);
        assert!(late.iter().any(|entry| entry["kind"] == "view"));
        assert!(early.iter().all(|entry| entry["kind"] != "view"));
    }

    async fn the_log_goes_on_page_by_page_under_the_same_filter_alone(field: Field) {
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        entries(&field, 7).await;
        let path = "/api/v1/journal/entries?newest=true&kind=view&limit=3";
        let (mut seqs, mut next) = (Vec::new(), None::<String>);
        loop {
            let cursor = next.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = auditor.get(&format!("{path}{cursor}")).await.expect(200).json();
            seqs.extend(page["entries"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()));
            next = page["next"].as_str().map(ToOwned::to_owned);
            let Some(cursor) = &next else { break };
            auditor.get(&format!("/api/v1/journal/entries?limit=3&cursor={cursor}")).await.expect(400);
        }
        assert_eq!(seqs.len(), 7);
        assert!(seqs.windows(2).all(|pair| pair[0] == pair[1] + 1), "{seqs:?}");
        for unknown in ["kind=khong-co", "who=khong-ai", "from=hom-qua"] {
            auditor.get(&format!("/api/v1/journal/entries?{unknown}")).await.expect(400);
        }
        let officer = field.officer().await;
        officer.get("/api/v1/journal/entries?newest=true&who=thanh-tra").await.expect(403);
    }

    async fn a_failed_act_leaves_no_entry(field: Field) {
        let journal = field.app.journal.clone();
        let context = (journal.clone(), field.new_id());
        let outcome: Result<(), Error> = journal.write(context, |tx, (journal, fact)| Box::pin(async move {
            journal.enter(tx, looked_at(*fact, b"x")).await?;
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
