//! The ledger's rows against their entries: whoever edits a row in its table is found, and the row is named.

use serde_json::json;
use tuantra::base::actor::Role;
use tuantra::ledger::verify_rows;
use uuid::Uuid;

use super::by_hand;
use super::proofs::{Desk, verify as command};
use crate::field::Field;
use crate::ledger::{desk, eradication, org, verification};
use crate::plots::{WEST, load_communes, plot_at};
use crate::tips::{random, tip};

/// A plot verified and destroyed, and a tip that was followed; gives the eradication.
async fn story(field: &Field) -> Uuid {
    load_communes(field).await;
    let post = org(field, "Đồn biên phòng").await;
    let phone = field.phone("máy 1", &[WEST]).await;
    let desk = desk(field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
    let plot = format!("/api/v1/plots/{}", field.new_id());
    phone.put(&plot, &plot_at(104.3, 22.4)).await.expect(201);
    let verifications = format!("{plot}/verifications");
    desk.post(&verifications, &verification()).await.expect(201);
    let eradications = format!("{plot}/eradications");
    let done = phone.post(&eradications, &eradication()).await;
    let reason = json!({ "reason": "ghi nhầm điểm" });
    let retractions = format!("{plot}/retractions");
    phone.post(&retractions, &reason).await.expect(201);
    let told = format!("/api/v1/tips/{}", random(field.new_id()));
    desk.put(&told, &tip(104.3, 22.4)).await.expect(201);
    let outcome = json!({ "state": "assigned", "note": "giao tổ 2" });
    let outcomes = format!("{told}/outcomes");
    desk.post(&outcomes, &outcome).await.expect(201);
    field.settle().await;
    let fact = done.expect(201).json()["properties"]["fact"].clone();
    fact.as_str().unwrap().parse().unwrap()
}

on_both! {
    async fn rows_of_the_ledger_that_are_edited_in_their_tables_are_found(field: Field) {
        story(&field).await;
        let judge = || async { verify_rows(field.app.journal.store()).await.unwrap() };
        let found = judge().await;
        assert_eq!((found.agreeing, found.faults.as_slice()), (5, &[][..]));
        // Each change is undone before the next.
        for (change, undo, said) in [
            ("UPDATE ledger_facts SET record = REPLACE(record, '320', '920') WHERE kind = 'eradication'",
                "UPDATE ledger_facts SET record = REPLACE(record, '920', '320') WHERE kind = 'eradication'", "ledger_facts"),
            ("UPDATE ledger_facts SET at = at + 86400000 WHERE kind = 'verification'",
                "UPDATE ledger_facts SET at = at - 86400000 WHERE kind = 'verification'", "ledger_facts"),
            ("UPDATE ledger_facts SET at = at - 1 WHERE kind = 'retraction'",
                "UPDATE ledger_facts SET at = at + 1 WHERE kind = 'retraction'", "ledger_facts"),
            ("UPDATE ledger_facts SET kind = 'reopening' WHERE kind = 'retraction'",
                "UPDATE ledger_facts SET kind = 'retraction' WHERE kind = 'reopening'", "ledger_facts"),
            ("UPDATE ledger_facts SET corrects = id WHERE kind = 'eradication'",
                "UPDATE ledger_facts SET corrects = NULL WHERE kind = 'eradication'", "ledger_facts"),
            ("UPDATE tips SET received_on = received_on + 1", "UPDATE tips SET received_on = received_on - 1", "tips"),
            ("UPDATE tip_outcomes SET state = 'checked'", "UPDATE tip_outcomes SET state = 'assigned'", "tip_outcomes"),
        ] {
            by_hand(&field, change).await;
            let faults = judge().await.faults;
            assert_eq!(faults.len(), 1, "{change}: {faults:?}");
            let told = faults[0].to_string();
            assert!(told.starts_with(said) && told.contains("the row is not what entry"), "{change}: {told}");
            by_hand(&field, undo).await;
        }
        by_hand(&field, "UPDATE ledger_facts SET author = id WHERE kind = 'retraction'").await;
        assert_eq!(judge().await.faults.len(), 1);
        by_hand(&field, "DELETE FROM ledger_facts WHERE kind = 'retraction'").await;
        let told = judge().await.faults[0].to_string();
        assert!(told.contains("tells of a retraction") && told.ends_with("no row does"), "{told}");
    }

    async fn the_command_names_the_row_that_was_edited(field: Field) {
        if field.app.journal.store().engine() != "sqlite" {
            return;
        }
        let fact = story(&field).await;
        let data = field.app.config.data.clone();
        let desk = Desk::new();
        let trust = desk.trust(&field).await;
        let words = ["log", "--data", "FILE", "--trust", "FILE"];
        let (is_good, said) = command(&words, &[&data, &trust]);
        assert!(is_good, "{said}");
        by_hand(&field, "UPDATE ledger_facts SET record = REPLACE(record, '320', '920') WHERE kind = 'eradication'").await;
        let (is_good, said) = command(&words, &[&data, &trust]);
        assert!(!is_good && said.contains(&format!("ledger_facts {fact}: the row is not")), "{said}");
    }
}
