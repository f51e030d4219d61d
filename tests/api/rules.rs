//! Rules with versions, from before they had one table; and what an older program settled by other rules.

use serde_json::json;
use tuantra::store::MIGRATIONS;

use crate::field::Field;
use crate::journal::by_hand;
use crate::ledger::{Destroyed, destroyed};
use crate::plots::plot_at;

on_both! {
    async fn rules_that_were_set_before_they_had_one_table_are_kept(field: Field) {
        let officer = field.officer().await;
        for book in ["ledger", "evidence"] {
            let path = format!("/api/v1/{book}/definitions");
            let mut next = officer.get(&path).await.expect(200).json()[0]["definition"].clone();
            next["version"] = json!(2);
            officer.post(&path, &json!({ "definition": next, "reason": "theo hướng dẫn mới" })).await.expect(201);
        }
        // The schema of the version before, with these rules in it.
        for (old, book) in [("ledger_definitions", "ledger"), ("evidence_definitions", "grades")] {
            let columns = "version, definition, reason, entry, set_at";
            let of_before = format!("CREATE TABLE {old} AS SELECT {columns} FROM journal_rules WHERE 1 = 0");
            executed(&field, of_before).await;
            by_hand(&field, format!("INSERT INTO {old} SELECT {columns} FROM journal_rules WHERE book = '{book}'").leak()).await;
        }
        by_hand(&field, "DELETE FROM journal_rules").await;
        let (_, _, template) = MIGRATIONS.iter().find(|(version, ..)| *version == 14).unwrap();
        for statement in template.split(';').map(str::trim).filter(|own| own.starts_with("INSERT") || own.starts_with("DROP")) {
            executed(&field, statement.to_owned()).await;
        }
        for book in ["ledger", "evidence"] {
            let all = officer.get(&format!("/api/v1/{book}/definitions")).await.expect(200).json();
            assert_eq!((&all[1]["definition"]["version"], &all[1]["reason"]), (&json!(2), &json!("theo hướng dẫn mới")), "{book}");
        }
    }
}

on_both! {
    async fn what_an_older_program_settled_by_other_rules_is_settled_once_by_those_of_today(field: Field) {
        let Destroyed { phone, plot, .. } = destroyed(&field).await;
        field.settle().await;
        let listed = async |state: &str| {
            let listed = phone.get(&format!("/api/v1/plots?state={state}")).await.expect(200).json();
            let plots = listed["features"].as_array().unwrap().iter().map(|plot| plot["id"].clone());
            plots.collect::<Vec<_>>()
        };
        for version in [39, 45, 46, 47, 55] {
            // The rows as that program left them, and one plot more that waits to be settled already.
            by_hand(&field, "UPDATE ledger_plots SET state = 'eradicating', missing = '[\"samples\"]' WHERE state = 'eradicated'").await;
            by_hand(&field, "UPDATE plots SET state = 'eradicating' WHERE state = 'eradicated'").await;
            assert_eq!(listed("eradicating").await, [json!(plot)]);
            let other = field.new_id();
            let lon = 104.1 + f64::from(version) / 1_000.0;
            phone.put(&format!("/api/v1/plots/{other}"), &plot_at(lon, 22.4)).await.expect(201);
            assert_eq!(field.app.journal.waiting("settle_plot").await.unwrap().0, 1);
            let (_, _, template) = MIGRATIONS.iter().find(|(own, ..)| *own == i64::from(version)).unwrap();
            let queue = template.split(';').find(|statement| statement.contains("INSERT INTO jobs")).unwrap();
            executed(&field, queue.trim().to_owned()).await;
            let all = phone.get("/api/v1/plots").await.expect(200).json()["features"].as_array().unwrap().len();
            let waiting = field.app.journal.waiting("settle_plot").await.unwrap().0;
            assert_eq!(waiting, i64::try_from(all).unwrap(), "each plot once, {version}");
            field.settle().await;
            assert_eq!((listed("eradicating").await, listed("eradicated").await), (vec![], vec![json!(plot)]), "{version}");
            let made = tuantra::ledger::verify_made(field.app.journal.store()).await.unwrap();
            assert!(made.faults.is_empty(), "{version}: {:?}", made.faults);
        }
    }
}

/// Runs a statement that may change no row.
async fn executed(field: &Field, statement: String) {
    let statement: &'static str = statement.leak();
    let store = field.app.journal.store();
    let done: Result<u64, tuantra::store::Error> = store
        .write((), move |tx, ()| {
            Box::pin(async move { tuantra::changed!(tx, sqlx::query(statement)) })
        })
        .await;
    done.unwrap();
}
