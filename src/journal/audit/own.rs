//! The journal's own rows against its entries: rules that were set, facts that were typed in from paper, and what was kept
//! aside.

use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::{RowPass, Rows, Told};
use crate::base::ids::{EntryId, QuarantineId};
use crate::journal::model::{Kind, sha256};
use crate::journal::note::Checkpoint;
use crate::journal::service::Stored;
use crate::journal::sql::{self, AlarmRow, KeptQuarantine, KeptRules, TypedIn};
use crate::journal::stamps::{host, stamped_over};
use crate::journal::tree::head_of;
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
    alarms(&mut tx, &mut pass).await?;
    stamps(&mut tx, &mut pass).await?;
    Ok(pass.into_found())
}

/// Alarms: which head, shown by whom, why and when.
async fn alarms(tx: &mut Tx, pass: &mut RowPass) -> Result<(), Error> {
    let mut after = Uuid::nil();
    loop {
        let rows = sql::alarms_from(tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "journal_alarms",
                id: row.id.to_string(),
                entry: row.entry,
                author: Some(row.holder),
                recorded_at: Some(row.raised_at),
            };
            pass.judge(tx, told, |kept| is_alarm(kept, &row)).await?;
        }
    }
    pass.rowless(tx, Kind::Alarm, |_| true).await
}

fn is_alarm(kept: &Stored, row: &AlarmRow) -> bool {
    let said = said(kept);
    let shown = said["checkpoint"].as_str().map(Checkpoint::parse);
    let Some(Ok((head, _))) = shown else {
        return false;
    };
    kept.row.kind == Kind::Alarm.as_str()
        && kept.row.fact == Some(row.id)
        && said["reason"] == row.reason
        && (head.size.cast_signed(), head.epoch) == (row.size, row.epoch)
        && head.root[..] == row.root[..]
        && head.text() == row.checkpoint
}

/// Stamps: each reply is over the head that it stands by, and says the time that the row does. Of one that was taken out
/// nothing tells.
async fn stamps(tx: &mut Tx, pass: &mut RowPass) -> Result<(), Error> {
    let Some((log, _)) = sql::the_log(tx).await? else {
        return Ok(());
    };
    let keys = sql::keys(tx).await?;
    let mut after = (i64::MIN, String::new());
    loop {
        let rows = sql::stamps_from(tx, (after.0, after.1.as_str())).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = (last.size, last.authority.clone());
        for row in rows {
            let head = sql::head_at(tx, row.size).await?;
            let head = head.and_then(|head| head_of(&head, log, &keys).ok());
            let at = head.and_then(|head| {
                let digest = sha256(head.checkpoint.as_bytes());
                stamped_over(&row.reply, &digest).ok()
            });
            let id = format!("{} {}", row.size, host(&row.authority));
            pass.standing("journal_stamps", id, at == Some(row.stamped_at));
        }
    }
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
