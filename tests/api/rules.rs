//! Rules with versions, from before they had one table.

use serde_json::json;
use tuantra::store::MIGRATIONS;

use crate::field::Field;
use crate::journal::by_hand;

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
