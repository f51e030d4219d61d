//! Rights and keys against the log: no role that no entry gave, no key that its device did not announce, and no
//! confirmation that nobody made.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use crate::base::ids::{EntryId, GrantId};
use crate::base::time::{LocalDate, Timestamp};
use crate::identity::model::KeyWire;
use crate::identity::sql::{self, DeviceKeyRow, KeptGrant};
use crate::journal::audit::{RowPass, Rows, Told, each_content, stored};
use crate::journal::{Kind, Stored};
use crate::store::{self, Store, Tx};

/// A row and its entry are written in one act, each with its own reading of the clock.
const ONE_ACT_MS: i64 = 60_000;

/// Holds roles and devices' keys against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    grants(&mut tx, &mut pass).await?;
    keys(&mut tx, &mut pass).await?;
    Ok(pass.into_found())
}

/// A role as its entry gives it.
struct Given {
    entry: EntryId,
    communes: Vec<String>,
    until: Option<LocalDate>,
}

async fn grants(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut given: BTreeMap<(Uuid, String), Vec<Given>> = BTreeMap::new();
    each_content(tx, Kind::Grant, |entry| {
        let body: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
        let role = body["role"].as_str().unwrap_or_default().to_owned();
        let own = Given {
            entry: entry.id,
            communes: serde_json::from_value(body["communes"].clone()).unwrap_or_default(),
            until: serde_json::from_value(body["until"].clone()).ok(),
        };
        let key = (entry.fact.unwrap_or_default(), role);
        given.entry(key).or_default().push(own);
    })
    .await?;
    let mut after = GrantId(Uuid::nil());
    loop {
        let rows = sql::grants_from(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in rows {
            let candidates = given.get(&(row.holder, row.role.clone()));
            let mut holds = false;
            for own in candidates.into_iter().flatten() {
                holds = holds || gives(own, &row) && is_by(tx, own.entry, &row).await?;
            }
            pass.standing("identity_grants", row.id.to_string(), holds);
        }
    }
}

fn gives(given: &Given, row: &KeptGrant) -> bool {
    let reaches = match &row.commune {
        None => given.communes.is_empty(),
        Some(code) => given.communes.contains(code),
    };
    let ends = given.until.map(|day| day.plus_days(1).start());
    // It may be taken back earlier, never last longer.
    reaches && ends.is_none_or(|ends| row.valid_to.is_some_and(|to| to <= ends))
}

async fn is_by(tx: &mut Tx, entry: EntryId, row: &KeptGrant) -> Result<bool, store::Error> {
    let kept = stored(tx, entry).await?;
    Ok(kept.is_some_and(|kept| {
        kept.row.actor == row.given_by && is_one_act(kept.row.received_at, row.valid_from)
    }))
}

fn is_one_act(entered: Timestamp, written: Timestamp) -> bool {
    entered.since(written).abs() <= ONE_ACT_MS
}

/// What was decided about a key.
struct Decided {
    key: String,
    is_confirmed: bool,
    entry: EntryId,
}

async fn keys(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut decided: BTreeMap<String, Vec<Decided>> = BTreeMap::new();
    each_content(tx, Kind::DeviceKey, |entry| {
        let body: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
        if let Some(key) = body["key_id"].as_str() {
            let own = Decided {
                key: key.to_owned(),
                is_confirmed: body["confirmed"] == true,
                entry: entry.id,
            };
            decided.entry(own.key.clone()).or_default().push(own);
        }
    })
    .await?;
    let mut after = String::new();
    loop {
        let rows = sql::device_keys_from(tx, &after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after.clone_from(&last.id);
        for row in rows {
            let told = Told {
                table: "identity_device_keys",
                id: row.id.clone(),
                entry: row.entry,
                author: Some(row.device.0),
                recorded_at: None,
            };
            pass.judge(tx, told, |kept| is_announced(kept, &row))
                .await?;
            let about = decided.get(&row.id).map_or(&[][..], Vec::as_slice);
            let holds = is_decided(tx, &row, about).await?;
            pass.standing("identity_device_keys", row.id, holds);
        }
    }
    let announces = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        body.get("key_id").is_none()
    };
    pass.rowless(tx, Kind::DeviceKey, |entry| announces(&entry.body))
        .await
}

fn is_announced(kept: &Stored, row: &DeviceKeyRow) -> bool {
    let sent = kept.body.as_ref().and_then(|body| {
        let jwk: KeyWire = serde_json::from_slice(body).ok()?;
        jwk.point().ok()
    });
    kept.row.kind == Kind::DeviceKey.as_str()
        && kept.row.fact == Some(row.device.0)
        && sent.is_some_and(|sent| sent == row.public)
}

async fn is_decided(
    tx: &mut Tx,
    row: &DeviceKeyRow,
    about: &[Decided],
) -> Result<bool, store::Error> {
    let (mut confirmed, mut revoked) = (None, None);
    for own in about {
        if let Some(kept) = stored(tx, own.entry).await? {
            let last = if own.is_confirmed {
                &mut confirmed
            } else {
                &mut revoked
            };
            *last = Some((kept.row.received_at, kept.row.actor));
        }
    }
    let by = row.confirmed_at.zip(row.confirmed_by.map(|by| by.0));
    let is_confirmed = match (confirmed, by) {
        (None, None) => true,
        (Some((at, actor)), Some((stands, by))) => is_one_act(at, stands) && actor == by,
        _ => false,
    };
    // A device that is revoked takes its keys with it, without an entry for each.
    let is_revoked =
        revoked.is_none_or(|(at, _)| row.revoked_at.is_some_and(|own| is_one_act(at, own)));
    Ok(is_confirmed && is_revoked)
}
