//! Patrols' rows against the log: declarations, chunks of fixes, judgements, holds and calls for help are read again from
//! the bytes that their entries kept.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::hex;
use crate::base::ids::{EntryId, OrgId, PatrolId, TeamId};
use crate::base::time::Timestamp;
use crate::identity::Roll;
use crate::journal::audit::{RowPass, Rows, Told, each_content, stored};
use crate::journal::{Kind, Stored};
use crate::patrols::model::chunk;
use crate::patrols::model::patrol::{Party, PatrolDraft, PatrolWire};
use crate::patrols::model::vocabulary::PatrolState;
use crate::patrols::sql::{self, KeptCall, KeptChunk, KeptPatrol, KeptVersion};
use crate::store::{self, Store, Tx};

use super::append::span_of;
use super::judge::{HoldDraft, Judgement, Verdict, said_reason};
use super::retain::OF_RETENTION;

/// Processes' clocks may differ by so much: within it, which of two entries came last is not told by their order.
const CLOCKS_DIFFER_MS: i64 = 60_000;

/// Holds every row of patrols against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let last = Last::of(&mut tx).await?;
    patrols(&mut tx, &mut pass, &last).await?;
    for is_held in [false, true] {
        chunks(&mut tx, &mut pass, is_held).await?;
    }
    calls(&mut tx, &mut pass).await?;
    for kind in [Kind::Patrol, Kind::Fixes, Kind::Sos] {
        pass.rowless(&mut tx, kind, |_| true).await?;
    }
    Ok(pass.into_found())
}

async fn versions(tx: &mut Tx, pass: &mut RowPass, patrol: PatrolId) -> Result<(), store::Error> {
    let mut after = 0;
    loop {
        let rows = sql::versions_of(tx, patrol, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.version;
        for row in rows {
            let told = Told {
                table: "patrol_versions",
                id: format!("{} {}", row.patrol, row.version),
                entry: row.entry,
                author: Some(row.author),
                recorded_at: None,
            };
            let by_node = Roll::is_of_node(tx, row.author).await?;
            pass.judge(tx, told, |kept| is_version(kept, &row, by_node))
                .await?;
        }
    }
}

fn sent<T: DeserializeOwned>(kept: &Stored) -> Option<T> {
    serde_json::from_slice(kept.body.as_ref()?).ok()
}

/// What a declaration leaves to its sender, the sender's team and organisation, stands in the row alone; so do those that
/// a post node names, which are the node's own.
fn is_version(kept: &Stored, row: &KeptVersion, by_node: bool) -> bool {
    let own: Option<Value> = serde_json::from_str(&row.draft).ok();
    let id = |name: &str| own.as_ref()?.get(name)?.as_str()?.parse::<Uuid>().ok();
    let party = Party {
        team: id("team").map(TeamId),
        org: id("lead_org").map(OrgId),
    };
    let wire = sent::<PatrolWire>(kept);
    let of_node = wire.clone().filter(|_| by_node);
    let readings = [wire, of_node.map(|wire| wire.of_node(party))];
    let said = readings.into_iter().flatten().any(|wire| {
        let draft = PatrolDraft::parse(wire, party).ok();
        let said = draft.and_then(|draft| serde_json::to_string(&draft).ok());
        said.as_deref() == Some(row.draft.as_str())
    });
    kept.row.kind == Kind::Patrol.as_str() && kept.row.fact == Some(row.patrol.0) && said
}

/// The last judgement and the acts on holds of each patrol, and when its raw fixes were erased, as the log tells.
struct Last {
    judged: BTreeMap<Uuid, (EntryId, i64)>,
    held: BTreeMap<Uuid, Vec<HoldAct>>,
    erased: BTreeMap<Uuid, Vec<Timestamp>>,
}

/// An act on a hold.
struct HoldAct {
    entry: EntryId,
    seq: i64,
    may_set: bool,
    at: Timestamp,
}

impl Last {
    async fn of(tx: &mut Tx) -> Result<Self, store::Error> {
        let mut last = Self {
            judged: BTreeMap::new(),
            held: BTreeMap::new(),
            erased: BTreeMap::new(),
        };
        each_content(tx, Kind::Redaction, |entry| {
            if let Some(fact) = entry.fact.filter(|_| erases_track(&entry.body)) {
                let times = last.erased.entry(fact).or_default();
                times.push(entry.received_at);
            }
        })
        .await?;
        each_content(tx, Kind::Validation, |entry| {
            if let Some(fact) = entry.fact {
                last.judged.insert(fact, (entry.id, entry.seq));
            }
        })
        .await?;
        for kind in Kind::HOLDS {
            each_content(tx, kind, |entry| {
                let act = HoldAct {
                    entry: entry.id,
                    seq: entry.seq,
                    may_set: kind != Kind::HoldLifted,
                    at: entry.received_at,
                };
                last.held
                    .entry(entry.fact.unwrap_or_default())
                    .or_default()
                    .push(act);
            })
            .await?;
        }
        Ok(last)
    }
}

async fn patrols(tx: &mut Tx, pass: &mut RowPass, last: &Last) -> Result<(), store::Error> {
    let mut after = PatrolId(Uuid::nil());
    loop {
        let rows = sql::patrols_from(tx, after).await?;
        let Some(end) = rows.last() else {
            return Ok(());
        };
        after = end.id;
        for row in rows {
            versions(tx, pass, row.id).await?;
            let holds = is_declared(tx, &row).await?
                && is_judged(tx, &row, last.judged.get(&row.id.0)).await?
                && is_held(tx, &row, last.held.get(&row.id.0)).await?;
            pass.standing("patrols", row.id.to_string(), holds);
            let erased = is_erased(&row, last.erased.get(&row.id.0));
            pass.columns("patrols", row.id.to_string(), [("redacted_at", erased)]);
        }
    }
}

/// Whether an entry that erases does so to all raw fixes of a patrol: by an order, or by their age.
fn erases_track(body: &[u8]) -> bool {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let by_age = said["why"].as_str();
    (said["what"] == "order" && said["target"] == "track")
        || by_age.is_some_and(|why| why.starts_with(OF_RETENTION))
}

/// The row says that its raw fixes went just when an entry made them go.
fn is_erased(row: &KeptPatrol, times: Option<&Vec<Timestamp>>) -> bool {
    match (row.redacted_at, times) {
        (None, None) => true,
        (Some(at), Some(times)) => times.contains(&at),
        _ => false,
    }
}

/// The row says what its latest version says, and its author is the first version's.
async fn is_declared(tx: &mut Tx, row: &KeptPatrol) -> Result<bool, store::Error> {
    let first = sql::versions_of(tx, row.id, 0).await?.into_iter().next();
    let latest = sql::versions_of(tx, row.id, row.version - 1).await?;
    let (Some(first), [own]) = (first, latest.as_slice()) else {
        return Ok(false);
    };
    let said: Value = serde_json::from_str(&own.draft).unwrap_or_default();
    let headcount: Value = serde_json::from_str(&row.headcount).unwrap_or_default();
    let stands = json!({
        "kind": row.kind, "team": row.team, "lead_org": row.lead_org, "headcount": headcount,
        "transport": row.transport, "started_at": row.started_at, "ended_at": row.ended_at,
        "campaign": row.campaign, "notes": row.notes, "revises": said["revises"],
    });
    Ok((own.version, own.entry) == (row.version, row.entry)
        && first.author == row.author
        && said == stands)
}

async fn is_judged(
    tx: &mut Tx,
    row: &KeptPatrol,
    last: Option<&(EntryId, i64)>,
) -> Result<bool, store::Error> {
    let Some(entry) = row.judged_entry else {
        let declared = match row.ended_at {
            None => PatrolState::Open,
            Some(_) => PatrolState::Closed,
        };
        return Ok(row.judged_by.is_none()
            && row.judged_why.is_none()
            && row.state == declared.as_str()
            && !is_later(tx, last, row.entry).await?);
    };
    let Some(kept) = stored(tx, entry).await? else {
        return Ok(false);
    };
    let said = sent::<Judgement>(&kept).map(|said| {
        let state = match said.state {
            Verdict::Validated => PatrolState::Validated,
            Verdict::Rejected => PatrolState::Rejected,
        };
        (state, said_reason(said.reason.as_deref()))
    });
    let is_last = last.is_none_or(|(last, _)| *last == entry) || kept.row.seq.is_none();
    Ok(is_last
        && kept.row.kind == Kind::Validation.as_str()
        && kept.row.fact == Some(row.id.0)
        && row.judged_by == Some(kept.row.actor)
        && said.is_some_and(|(state, why)| {
            (state.as_str(), why.as_deref()) == (row.state.as_str(), row.judged_why.as_deref())
        }))
}

/// Whether an entry came after another by more than clocks differ.
async fn is_later(
    tx: &mut Tx,
    last: Option<&(EntryId, i64)>,
    than: EntryId,
) -> Result<bool, store::Error> {
    let Some((last, _)) = last else {
        return Ok(false);
    };
    let (last, than) = (stored(tx, *last).await?, stored(tx, than).await?);
    let at = |kept: Option<Stored>| kept.map(|kept| kept.row.received_at);
    Ok(at(last)
        .zip(at(than))
        .is_some_and(|(last, than)| last.since(than) > CLOCKS_DIFFER_MS))
}

/// The row stands as the last act left it: held for its reason since one that set a hold, or not held since one that
/// lifted it.
async fn is_held(
    tx: &mut Tx,
    row: &KeptPatrol,
    acts: Option<&Vec<HoldAct>>,
) -> Result<bool, store::Error> {
    let Some(entry) = row.held_entry else {
        return Ok(acts.is_none() && row.held_since.is_none() && row.held_why.is_none());
    };
    let Some(kept) = stored(tx, entry).await? else {
        return Ok(false);
    };
    let acts = acts.map_or(&[][..], Vec::as_slice);
    let last = acts.iter().max_by_key(|act| act.seq);
    let is_last = last.is_none_or(|last| last.entry == entry) || kept.row.seq.is_none();
    let said = sent::<HoldDraft>(&kept).and_then(|said| said_reason(Some(&said.reason)));
    let is_as_said = match row.held_since {
        None => row.held_why.is_none(),
        Some(since) => {
            said == row.held_why && acts.iter().any(|act| act.may_set && act.at == since)
        }
    };
    Ok(is_last
        && Kind::may_hold(&kept.row.kind, row.held_since.is_some())
        && kept.row.fact == Some(row.id.0)
        && is_as_said)
}

async fn chunks(tx: &mut Tx, pass: &mut RowPass, is_held: bool) -> Result<(), store::Error> {
    let mut after = EntryId(Uuid::nil());
    loop {
        let rows = sql::chunks_from(tx, is_held, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.entry;
        for row in rows {
            let told = Told {
                table: if is_held { "held_chunks" } else { "fix_chunks" },
                id: row.entry.to_string(),
                entry: row.entry,
                author: Some(row.device),
                recorded_at: Some(row.received_at),
            };
            pass.judge(tx, told, |kept| is_chunk(kept, &row)).await?;
        }
    }
}

fn is_chunk(kept: &Stored, row: &KeptChunk) -> bool {
    let body = kept.body.as_deref().unwrap_or_default();
    let fixes = chunk::fixes(body).unwrap_or_default();
    kept.row.kind == Kind::Fixes.as_str()
        && kept.row.fact == Some(row.patrol)
        && i64::try_from(fixes.len()) == Ok(row.fixes)
        && span_of(&fixes) == Some((row.first_at, row.last_at))
        && chunk::request(body).is_ok_and(|told| told.as_slice() == row.request.as_slice())
}

async fn calls(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut after = Uuid::nil();
    loop {
        let rows = sql::calls_from(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "sos_calls",
                id: row.id.to_string(),
                entry: row.entry,
                author: Some(row.device),
                recorded_at: Some(row.received_at),
            };
            pass.judge(tx, told, |kept| is_call(kept, &row)).await?;
        }
    }
}

fn is_call(kept: &Stored, row: &KeptCall) -> bool {
    let stands = json!({
        "at": row.at, "app": row.app, "lon_e7": row.lon_e7, "lat_e7": row.lat_e7,
        "request_sha256": hex(&row.digest),
    });
    kept.row.fact == Some(row.id) && sent::<Value>(kept) == Some(stands)
}
