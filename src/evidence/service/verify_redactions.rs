//! Orders to erase against the log: what was asked and decided by whom, and that the photos which they erased are those
//! that their entries name.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::evidence::model::redaction::RedactionTarget;
use crate::evidence::sql::{self, RedactionRow};
use crate::journal::audit::{Content, RowPass, Told, stored};
use crate::journal::{Kind, Stored};
use crate::store::{self, Tx};

/// Holds orders to erase against the log. Raw fixes that went by their age were erased by no order.
pub(super) async fn redactions(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut after = Uuid::nil();
    loop {
        let rows = sql::redactions_from(tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "evidence_redactions",
                id: row.id.to_string(),
                entry: row.asked_entry,
                author: Some(row.asked_by),
                recorded_at: Some(row.asked_at),
            };
            pass.judge(tx, told, |kept| is_asked(kept, &row)).await?;
            if let Some(entry) = row.decided_entry {
                pass.note(entry);
            }
            let holds = is_decided(tx, &row).await?;
            pass.standing("evidence_redactions", row.id.to_string(), holds);
        }
    }
    // Which photos an order that was done erased is held against its entry above: no other is.
    for photo in sql::unordered(tx).await? {
        pass.columns("photos", photo.to_string(), [("redaction", false)]);
    }
    pass.rowless(tx, Kind::Redaction, is_of_order).await
}

fn said(kept: &Stored) -> Value {
    let body = kept.body.as_deref().unwrap_or_default();
    serde_json::from_slice(body).unwrap_or_default()
}

fn is_of_order(entry: &Content) -> bool {
    let said: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
    said.get("order").is_some()
}

fn is_asked(kept: &Stored, row: &RedactionRow) -> bool {
    let stands = json!({
        "what": "ask", "order": row.id, "target": row.target, "of": row.subject,
        "document": row.document, "reason": row.reason, "entries": 0,
    });
    kept.row.kind == Kind::Redaction.as_str()
        && kept.row.fact == Some(row.subject)
        && said(kept) == stands
}

/// A decision is another account's than the asker's, and says what the row says; what it erased is what it names.
async fn is_decided(tx: &mut Tx, row: &RedactionRow) -> Result<bool, store::Error> {
    let erased = sql::erased_by(tx, row.id).await?;
    let Some(entry) = row.decided_entry else {
        return Ok(row.state == "asked"
            && row.decided_by.is_none()
            && row.decided_at.is_none()
            && erased.is_empty());
    };
    let Some(kept) = stored(tx, entry).await? else {
        return Ok(false);
    };
    let said = said(&kept);
    let (what, why) = match row.state.as_str() {
        "done" => ("order", &said["approval"]),
        _ => ("refusal", &said["reason"]),
    };
    let photos: Vec<_> = erased.iter().map(|photo| photo.id).collect();
    let named = said.get("photos").cloned().unwrap_or_else(|| json!([]));
    let mut is_gone = true;
    for photo in &erased {
        // Of one whose original had not come, what was announced went.
        let own = photo.original_entry.unwrap_or(photo.entry);
        let own = stored(tx, own).await?;
        is_gone &= photo.redacted_at == row.decided_at
            && own.is_some_and(|own| own.body.is_none() && own.row.redacted_by == Some(entry));
    }
    is_gone &= is_left(tx, (entry, row), &said).await?;
    let is_own = said["document"] == row.document && said["asked_by"] == json!(row.asked_by);
    Ok(is_gone
        && row.state != "asked"
        && kept.row.kind == Kind::Redaction.as_str()
        && kept.row.fact == Some(row.subject)
        && Some(kept.row.actor) == row.decided_by
        && row.decided_by != Some(row.asked_by)
        && Some(kept.row.received_at) == row.decided_at
        && said["what"] == what
        && said["order"] == json!(row.id)
        && *why == json!(row.decided_why)
        && named == json!(photos)
        && (what == "refusal" || is_own))
}

/// What an order on words left stands in its entry alone: each content that it names went by it. Another order names none.
async fn is_left(
    tx: &mut Tx,
    (order, row): (EntryId, &RedactionRow),
    said: &Value,
) -> Result<bool, store::Error> {
    let left = said.get("left").and_then(Value::as_object);
    let is_of_words = row.target == RedactionTarget::Notes.as_str() && row.state == "done";
    let Some(left) = left.filter(|_| is_of_words) else {
        return Ok(left.is_none() && !is_of_words);
    };
    for name in left.keys() {
        let own = match name.parse::<EntryId>() {
            Ok(own) => stored(tx, own).await?,
            Err(_) => None,
        };
        if own.is_none_or(|own| own.row.redacted_by != Some(order)) {
            return Ok(false);
        }
    }
    Ok(!left.is_empty())
}
