//! The journal's own rows against its entries: rules that were set, facts that were typed in from paper, and what was kept
//! aside.

use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::{RowPass, Rows, Told};
use crate::base::ids::{EntryId, QuarantineId};
use crate::journal::model::Kind;
use crate::journal::service::Stored;
use crate::journal::sql::{self, KeptQuarantine, KeptRules, TypedIn};
use crate::store::{Error, Store, Tx};

/// Holds rules, typed-in facts and contents kept aside against the log.
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
    quarantine(&mut tx, &mut pass).await?;
    Ok(pass.into_found())
}

/// Contents kept aside: whose, of what, when and how much. Why is told by the row alone.
async fn quarantine(tx: &mut Tx, pass: &mut RowPass) -> Result<(), Error> {
    let mut after = QuarantineId(Uuid::nil());
    loop {
        let rows = sql::quarantine_from(tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "quarantine",
                id: row.id.to_string(),
                entry: row.entry,
                author: Some(row.actor),
                recorded_at: Some(row.received_at),
            };
            pass.judge(tx, told, |kept| is_aside(kept, &row)).await?;
        }
    }
    pass.rowless(tx, Kind::Quarantine, |_| true).await
}

fn is_aside(kept: &Stored, row: &KeptQuarantine) -> bool {
    let length = kept.body.as_ref().map(Vec::len);
    let weighs = length.and_then(|bytes| i64::try_from(bytes).ok()) == Some(row.bytes);
    // What is large lies under its SHA-256, and the entry names that and its length.
    kept.row.kind == Kind::Quarantine.as_str()
        && kept.row.fact == row.fact
        && (weighs || said(kept)["bytes"] == row.bytes)
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
