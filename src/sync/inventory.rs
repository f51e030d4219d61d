//! `/api/v1/sync/inventory`: what the server holds of the caller, what is incomplete, what must be sent again.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::base::hex;
use crate::base::ids::{EntryId, PhotoId, PlotId};
use crate::base::page::Cursor;
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::http::paging::limit;
use crate::http::{Body, Json, Params, Problem, ProblemKind};
use crate::identity::Caller;
use crate::store;

use super::heads::{Heads, Restored, exchange, restored};
use super::sql::{self, OwnRow, WaitingPhoto};

/// Facts that one comparison may name.
const MOST_HELD: usize = 5_000;
/// Incomplete things that are told at once.
const MOST_WAITING: i64 = 500;

vocabulary! {
    /// How the server stands to a fact that a caller holds.
    HeldState: "a state of a held fact" {
        /// Its bytes are on this server's disk.
        Stored = "stored",
        /// A verified backup covers it too: the caller may free its copy.
        Secured = "secured",
        /// The server does not hold it: send it again.
        Unknown = "unknown",
    }
}

/// An entry that the caller brought.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OwnEntry {
    /// The fact.
    pub id: Uuid,
    /// Its entry.
    pub entry_id: EntryId,
    /// What it is: `plot`, `fixes`, `photo`, `original`, …; `quarantine` for what was kept aside.
    pub kind: String,
    /// SHA-256 of its body, in hex, as in its receipt.
    pub sha256: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Its number in the log; null until it has one.
    pub seq: Option<i64>,
    /// `stored` or `secured`.
    pub state: HeldState,
    /// Why it was kept aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A photo whose original did not come.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Incomplete {
    /// `photo`.
    pub kind: &'static str,
    /// The photo.
    pub id: PhotoId,
    /// The plot that it names.
    pub plot: Option<PlotId>,
    /// What is missing: `original`.
    pub missing: &'static str,
    /// Whether a preview came: `held`, or `missing`.
    pub preview: &'static str,
    /// SHA-256 of the announced bytes, in hex.
    pub sha256: String,
    /// Their number.
    pub bytes: i64,
    /// When it was announced.
    pub announced_at: Timestamp,
}

/// What the server holds of the caller.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Inventory {
    /// What it brought, in the order of the facts' ids.
    pub entries: Vec<OwnEntry>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// What did not come whole; the first 500.
    pub incomplete: Vec<Incomplete>,
    /// Receipts whose entries have numbers up to this one are `secured`; null where no verified backup covers any.
    pub secured_through: Option<i64>,
    /// The restore after which the log goes on, if there was one: what came after the backup must be sent again.
    pub restored: Option<Restored>,
    /// The newest head, and what the caller's own came to.
    pub head: Heads,
    /// The server's time.
    pub now: Timestamp,
}

/// Which page is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InventoryParams {
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
}

/// What the caller still holds.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldWire {
    /// At most 5,000 facts.
    holds: Vec<HeldFact>,
    /// The last head that the caller keeps, as a signed note.
    #[serde(default)]
    head: Option<String>,
}

/// A fact that the caller holds.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldFact {
    /// The fact's id, as in its receipt.
    id: Uuid,
    /// SHA-256 of its body in hex, as in its receipt; without it any content of the id counts.
    #[serde(default)]
    sha256: Option<String>,
    /// The entry, as in its receipt; without it any entry of the id counts.
    #[serde(default)]
    entry_id: Option<EntryId>,
}

/// How the server stands to one of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HeldAnswer {
    /// The fact.
    pub id: Uuid,
    /// `stored`, `secured`, or `unknown`: send it again.
    pub state: HeldState,
    /// The entry that holds it.
    pub entry_id: Option<EntryId>,
    /// The entry's number; null until it has one.
    pub seq: Option<i64>,
}

/// The comparison.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Compared {
    /// One for each fact, in order.
    pub facts: Vec<HeldAnswer>,
    /// How many are to be sent again.
    pub unknown: usize,
    /// What did not come whole; the first 500.
    pub incomplete: Vec<Incomplete>,
    /// Receipts whose entries have numbers up to this one are `secured`; null where no verified backup covers any.
    pub secured_through: Option<i64>,
    /// The restore after which the log goes on, if there was one.
    pub restored: Option<Restored>,
    /// The newest head, and what the caller's own came to.
    pub head: Heads,
    /// The server's time.
    pub now: Timestamp,
}

/// What the server holds of the caller, page by page, and what is incomplete.
#[utoipa::path(get, path = "/api/v1/sync/inventory", tag = "sync", params(InventoryParams), responses((status = 200, body = Inventory)))]
pub async fn inventory(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(params): Params<InventoryParams>,
) -> Result<Body<Inventory>, Problem> {
    let bound = format!("inventory {}", actor.id);
    let most = limit(params.limit)? as usize;
    let after = params.cursor.as_deref().map(|text| {
        decoded(text, &bound).ok_or_else(|| {
            Problem::new(ProblemKind::InvalidParameter)
                .detail("cursor: not a cursor of this list: start again without it")
        })
    });
    let after = after.transpose()?.unwrap_or_default();
    let mut tx = app.journal.store().read().await?;
    let secured_through = sql::secured_through(&mut tx).await?;
    let rows = i64::try_from(most + 1).unwrap_or(i64::MAX);
    let mut rows = sql::own_entries(&mut tx, actor.id, after, rows).await?;
    let waiting = sql::waiting_photos(&mut tx, actor.id, Uuid::nil(), MOST_WAITING).await?;
    drop(tx);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|row| {
        let key = [row.fact.as_bytes().as_slice(), row.id.as_bytes()].concat();
        Cursor(key).encode(&bound)
    });
    let entries = rows
        .into_iter()
        .map(|row| OwnEntry::of(row, secured_through));
    Ok(Body(
        StatusCode::OK,
        Inventory {
            entries: entries.collect(),
            next,
            incomplete: waiting.iter().map(Incomplete::of).collect(),
            secured_through: (secured_through >= 0).then_some(secured_through),
            restored: restored(&app.journal).await?,
            head: exchange(&app.journal, &actor, None).await?,
            now: app.journal.now(),
        },
    ))
}

fn decoded(text: &str, bound: &str) -> Option<(Uuid, Uuid)> {
    let key = Cursor::decode(text, bound).ok()?.0;
    let (fact, entry) = key.split_at_checked(16)?;
    Some((Uuid::from_slice(fact).ok()?, Uuid::from_slice(entry).ok()?))
}

/// Compares what the caller holds with what the server holds of it: after a restore, what to send again; at any time,
/// what may be freed.
#[utoipa::path(post, path = "/api/v1/sync/inventory", tag = "sync", request_body = HeldWire, responses((status = 200, body = Compared)))]
pub async fn compare_inventory(
    State(app): State<App>,
    Caller(actor): Caller,
    wire: Json<HeldWire>,
) -> Result<Body<Compared>, Problem> {
    let HeldWire { holds, head } = wire.value;
    if holds.len() > MOST_HELD {
        return Err(Problem::new(ProblemKind::InvalidContent).fault(
            "/holds",
            format!("more than {MOST_HELD} facts: send them in parts"),
        ));
    }
    let mut tx = app.journal.store().read().await?;
    let secured_through = sql::secured_through(&mut tx).await?;
    let found = Found::of(&mut tx, actor.id, &holds).await?;
    let waiting = sql::waiting_photos(&mut tx, actor.id, Uuid::nil(), MOST_WAITING).await?;
    drop(tx);
    let facts: Vec<HeldAnswer> = holds
        .iter()
        .map(|held| found.answer(held, secured_through))
        .collect();
    let unknown = facts.iter().filter(|own| own.state == HeldState::Unknown);
    Ok(Body(
        StatusCode::OK,
        Compared {
            unknown: unknown.count(),
            facts,
            incomplete: waiting.iter().map(Incomplete::of).collect(),
            secured_through: (secured_through >= 0).then_some(secured_through),
            restored: restored(&app.journal).await?,
            head: exchange(&app.journal, &actor, head.as_deref()).await?,
            now: app.journal.now(),
        },
    ))
}

/// The caller's entries that its list may mean.
#[derive(Default)]
struct Found {
    by_entry: BTreeMap<EntryId, OwnRow>,
    by_fact: BTreeMap<Uuid, Vec<OwnRow>>,
}

impl Found {
    async fn of(tx: &mut store::Tx, actor: Uuid, holds: &[HeldFact]) -> Result<Self, store::Error> {
        let entries: Vec<Uuid> = holds
            .iter()
            .filter_map(|own| Some(own.entry_id?.0))
            .collect();
        let facts = holds.iter().filter(|own| own.entry_id.is_none());
        let facts: Vec<Uuid> = facts.map(|own| own.id).collect();
        let mut found = Self::default();
        for row in sql::held_entries(tx, actor, &entries).await? {
            found.by_entry.insert(row.id, row);
        }
        for row in sql::held_facts(tx, actor, &facts).await? {
            found.by_fact.entry(row.fact).or_default().push(row);
        }
        Ok(found)
    }

    fn answer(&self, held: &HeldFact, secured_through: i64) -> HeldAnswer {
        let fits = |row: &&OwnRow| {
            let same = |sha256: &String| hex(&row.sha256).eq_ignore_ascii_case(sha256);
            row.fact == held.id && held.sha256.as_ref().is_none_or(same)
        };
        let row = if let Some(entry) = held.entry_id {
            self.by_entry.get(&entry).filter(fits)
        } else {
            let rows = self.by_fact.get(&held.id).into_iter().flatten();
            // The one that is safest: numbered first.
            rows.filter(fits)
                .min_by_key(|row| (row.seq.is_none(), row.seq))
        };
        HeldAnswer {
            id: held.id,
            state: row.map_or(HeldState::Unknown, |row| state(row.seq, secured_through)),
            entry_id: row.map(|row| row.id),
            seq: row.and_then(|row| row.seq),
        }
    }
}

fn state(seq: Option<i64>, secured_through: i64) -> HeldState {
    match seq {
        Some(seq) if seq <= secured_through => HeldState::Secured,
        _ => HeldState::Stored,
    }
}

impl OwnEntry {
    fn of(row: OwnRow, secured_through: i64) -> Self {
        Self {
            id: row.fact,
            entry_id: row.id,
            sha256: hex(&row.sha256),
            received_at: row.received_at,
            seq: row.seq,
            state: state(row.seq, secured_through),
            kind: row.kind,
            reason: row.reason,
        }
    }
}

impl Incomplete {
    fn of(photo: &WaitingPhoto) -> Self {
        Self {
            kind: "photo",
            id: photo.id,
            plot: photo.plot,
            missing: "original",
            preview: if photo.previews > 0 {
                "held"
            } else {
                "missing"
            },
            sha256: hex(&photo.sha256),
            bytes: photo.bytes,
            announced_at: photo.recorded_at,
        }
    }
}
