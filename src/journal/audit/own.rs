//! The journal's own rows against its entries: rules that were set, and facts that were typed in from paper.

use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::{RowPass, Rows, Told};
use crate::base::ids::EntryId;
use crate::journal::model::Kind;
use crate::journal::service::Stored;
use crate::journal::sql::{self, KeptRules, TypedIn};
use crate::store::{Error, Store};

/// Holds rules and typed-in facts against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    for row in sql::kept_rules(&mut tx).await? {
        let told = Told {
            table: "journal_rules",
            id: format!("{} {}", row.book, row.version),
            entry: row.entry,
            author: None,
            recorded_at: Some(row.set_at),
        };
        pass.judge(&mut tx, told, |kept| are_rules(kept, &row))
            .await?;
    }
    let mut after = EntryId(Uuid::nil());
    loop {
        let rows = sql::typed_in_from_entry(&mut tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.entry;
        for row in rows {
            let told = Told {
                table: "journal_papers",
                id: row.entry.to_string(),
                entry: row.link,
                author: Some(row.actor),
                recorded_at: None,
            };
            pass.judge(&mut tx, told, |kept| is_typed_in(kept, &row))
                .await?;
        }
    }
    let is_link = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        body.get("entry").is_some()
    };
    pass.rowless(&mut tx, Kind::Paper, |entry| is_link(&entry.body))
        .await?;
    Ok(pass.into_found())
}

fn said(kept: &Stored) -> Value {
    let body = kept.body.as_deref().unwrap_or_default();
    serde_json::from_slice(body).unwrap_or_default()
}

fn is_typed_in(kept: &Stored, row: &TypedIn) -> bool {
    let stands = json!({ "entry": row.entry, "kind": row.kind, "fact": row.fact });
    kept.row.kind == Kind::Paper.as_str()
        && kept.row.fact == Some(row.paper.0)
        && said(kept) == stands
}

fn are_rules(kept: &Stored, row: &KeptRules) -> bool {
    let sent = said(kept);
    let stands: Value = serde_json::from_str(&row.definition).unwrap_or_default();
    kept.row.kind == Kind::Definition.as_str()
        && sent["reason"].as_str().map(str::trim) == Some(row.reason.as_str())
        && sent["definition"]["version"] == row.version
        && says(&sent["definition"], &stands)
}

/// Whether everything that was sent stands; what was left out took what the program knew.
fn says(sent: &Value, stands: &Value) -> bool {
    match (sent, stands) {
        (Value::Object(sent), Value::Object(stands)) => sent
            .iter()
            .all(|(name, own)| stands.get(name).is_some_and(|other| says(own, other))),
        (Value::Array(sent), Value::Array(stands)) => {
            sent.len() == stands.len()
                && sent.iter().zip(stands).all(|(own, other)| says(own, other))
        }
        (Value::Number(sent), Value::Number(stands)) => {
            let bits = |number: &serde_json::Number| number.as_f64().map(f64::to_bits);
            bits(sent) == bits(stands)
        }
        (sent, stands) => sent == stands,
    }
}
