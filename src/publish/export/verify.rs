//! Files in the background against the log: what was asked for, who stood beside it, what came of it.
//!
//! How far a worker is stands in no entry, nor do places in a filter, which entries never tell.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::hex;
use crate::base::time::Timestamp;
use crate::journal::Kind;
use crate::journal::audit::{RowPass, Rows, each_content};
use crate::store::{self, Store};

use super::sql::{self, ExportRow};

/// A row and its entry are written in one act, each with its own reading of the clock.
const ONE_ACT_MS: i64 = 60_000;

/// A step as its entry tells of it.
struct Step {
    name: String,
    actor: Uuid,
    at: Timestamp,
    said: Value,
}

/// Holds every file in the background against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let mut steps: BTreeMap<Uuid, Vec<Step>> = BTreeMap::new();
    each_content(&mut tx, Kind::View, |entry| {
        let said: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
        // A file that was taken at once has no row.
        if said["what"] == "export" && said["step"] != "taken" {
            let step = Step {
                name: said["step"].as_str().unwrap_or_default().to_owned(),
                actor: entry.actor,
                at: entry.received_at,
                said,
            };
            let own = steps.entry(entry.fact.unwrap_or_default());
            own.or_default().push(step);
        }
    })
    .await?;
    let mut after = Uuid::nil();
    loop {
        let rows = sql::exports_from(&mut tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let own = steps.remove(&row.id).unwrap_or_default();
            let holds = is_asked(&row, &own) && is_decided(&row, &own) && is_as_far(&row, &own);
            pass.standing("exports", row.id.to_string(), holds);
        }
    }
    for id in steps.into_keys() {
        pass.standing("exports", id.to_string(), false);
    }
    Ok(pass.into_found())
}

fn step<'a>(steps: &'a [Step], name: &str) -> Option<&'a Step> {
    steps.iter().find(|step| step.name == name)
}

fn is_one_act(step: &Step, at: Timestamp) -> bool {
    step.at.since(at).abs() <= ONE_ACT_MS
}

fn is_asked(row: &ExportRow, steps: &[Step]) -> bool {
    let (Some(asked), Ok(wanted)) = (step(steps, "asked"), row.wanted()) else {
        return false;
    };
    let stands = json!({
        "what": "export", "step": "asked", "collections": wanted.collections,
        "format": wanted.format, "filter": wanted.filter.told(), "reason": row.reason,
    });
    asked.actor == row.asker && is_one_act(asked, row.asked_at) && asked.said == stands
}

/// A second account approved or refused it, or none has.
fn is_decided(row: &ExportRow, steps: &[Step]) -> bool {
    let decided = step(steps, "approved").or(step(steps, "refused"));
    match (decided, row.decided_by, row.decided_at) {
        (None, None, None) => true,
        (Some(step), Some(by), Some(at)) => step.actor == by && is_one_act(step, at),
        _ => false,
    }
}

/// The row is as far as the last step, and says of the file what that step said.
fn is_as_far(row: &ExportRow, steps: &[Step]) -> bool {
    let has = |name: &str| step(steps, name).is_some();
    let made = step(steps, "made");
    let states: &[&str] = if has("cancelled") {
        &["cancelled"]
    } else if has("expired") {
        &["expired"]
    } else if made.is_some() {
        &["ready"]
    } else if has("failed") {
        &["failed"]
    } else if has("refused") {
        &["refused"]
    } else if has("approved") {
        &["approved", "working"]
    } else {
        &["asked"]
    };
    let why = step(steps, "failed")
        .map(|step| &step.said["fault"])
        .or(step(steps, "refused")
            .or(step(steps, "approved"))
            .map(|step| &step.said["reason"]));
    let features: Value =
        serde_json::from_str(row.features.as_deref().unwrap_or("null")).unwrap_or_default();
    let stands = json!({
        "features": features, "as_of": row.as_of, "is_settled": row.is_settled != 0,
        "bytes": row.bytes, "sha256": row.sha256.as_deref().map(hex),
    });
    let is_file = match made {
        None => row.sha256.is_none() && row.bytes == 0,
        Some(step) => ["features", "as_of", "is_settled", "bytes", "sha256"]
            .iter()
            .all(|name| step.said[name] == stands[name]),
    };
    states.contains(&row.state.as_str())
        && why.cloned().unwrap_or_default() == json!(row.fault)
        && is_file
}
