//! Bundles, what was decided about what waited of them, and watches of the live feed, against the log.
//!
//! Under whose rights of when something waits stands in its row alone, and so does which patrols a watch was shown.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::ids::{EntryId, QuarantineId};
use crate::base::time::Timestamp;
use crate::journal::audit::{RowPass, Rows, Told, each_content};
use crate::journal::{Kind, Stored};
use crate::store::{self, Store, Tx};

use super::sql::{self, KeptReview, NewBundle, NewWatch};

/// A row and its entry are written in one act, each with its own reading of the clock.
const ONE_ACT_MS: i64 = 60_000;

/// Holds bundles, decisions and watches against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    bundles(&mut tx, &mut pass).await?;
    reviews(&mut tx, &mut pass).await?;
    watches(&mut tx, &mut pass).await?;
    for kind in [Kind::Bundle, Kind::Watch] {
        pass.rowless(&mut tx, kind, |_| true).await?;
    }
    Ok(pass.into_found())
}

fn said(kept: &Stored) -> Value {
    let body = kept.body.as_deref().unwrap_or_default();
    serde_json::from_slice(body).unwrap_or_default()
}

async fn bundles(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut after = Uuid::nil();
    loop {
        let rows = sql::bundles_from(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "sync_bundles",
                id: row.id.to_string(),
                entry: row.entry,
                author: Some(row.carrier),
                recorded_at: None,
            };
            pass.judge(tx, told, |kept| is_bundle(kept, &row)).await?;
        }
    }
}

fn is_bundle(kept: &Stored, row: &NewBundle) -> bool {
    let mut said = said(kept);
    // Its id is made of the hash.
    let sha256 = said["sha256"].take();
    let named = sha256.as_str().and_then(crate::base::from_hex);
    let stands = json!({
        "sha256": null, "device": row.device, "number": row.number, "made_at": row.made_at,
        "facts": row.facts, "taken": row.taken, "review": row.review,
    });
    kept.row.kind == Kind::Bundle.as_str()
        && kept.row.fact == Some(row.id)
        && kept.row.device == Some(row.device)
        && named.is_some_and(|hash: [u8; 32]| super::bundle::named_by(&hash) == row.id)
        && kept.row.received_at.since(row.received_at).abs() <= ONE_ACT_MS
        && said == stands
}

/// A decision as its entry tells of it.
struct Decided {
    entry: EntryId,
    actor: Uuid,
    at: Timestamp,
    said: Value,
}

async fn reviews(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut decided: BTreeMap<String, Decided> = BTreeMap::new();
    each_content(tx, Kind::Bundle, |entry| {
        let said: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
        if let Some(id) = said["review"].as_str() {
            let own = Decided {
                entry: entry.id,
                actor: entry.actor,
                at: entry.received_at,
                said: said.clone(),
            };
            decided.insert(id.to_owned(), own);
        }
    })
    .await?;
    let mut after = QuarantineId(Uuid::nil());
    loop {
        let rows = sql::reviews_from(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.quarantine;
        for row in rows {
            let id = row.quarantine.to_string();
            let own = decided.get(&id);
            if let Some(own) = own {
                pass.note(own.entry);
            }
            let holds = row.actor == Some(row.author) && is_decided(&row, own);
            pass.standing("sync_reviews", id, holds);
        }
    }
}

fn is_decided(row: &KeptReview, own: Option<&Decided>) -> bool {
    let Some(own) = own else {
        return row.decision.is_none()
            && row.decision_reason.is_none()
            && row.decided_by.is_none()
            && row.decided_at.is_none()
            && row.accepted.is_none();
    };
    let stands = json!({
        "review": row.quarantine, "decision": row.decision, "reason": row.decision_reason,
        "accepted": row.accepted,
    });
    let is_then = |at: Timestamp| own.at.since(at).abs() <= ONE_ACT_MS;
    own.said == stands && row.decided_by == Some(own.actor) && row.decided_at.is_some_and(is_then)
}

async fn watches(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut after = Uuid::nil();
    loop {
        let rows = sql::watches_from(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "sync_watches",
                id: row.id.to_string(),
                entry: row.entry,
                author: Some(row.watcher),
                recorded_at: Some(row.at),
            };
            pass.judge(tx, told, |kept| is_watch(kept, &row)).await?;
        }
    }
}

fn is_watch(kept: &Stored, row: &NewWatch) -> bool {
    let said = said(kept);
    let reach: Value = serde_json::from_str(&row.reach).unwrap_or_default();
    // Entries of before the watcher's organisation was told leave it open.
    kept.row.kind == Kind::Watch.as_str()
        && kept.row.fact == Some(row.id)
        && said["reach"] == reach
        && said.get("org").is_none_or(|org| *org == json!(row.org))
}
