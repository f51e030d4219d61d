//! The journal from outside: the public key, and the sequenced entries for those who audit.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::hex;
use crate::base::ids::{EntryId, LogId};
use crate::base::page::{Cursor, DEFAULT_LIMIT, MAX_LIMIT};
use crate::base::time::Timestamp;
use crate::http::{Body, Params, Problem, ProblemKind};

use super::history::LogKey;
use super::service::Journal;

/// The log's identity and its keys.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct KeyView {
    /// The log.
    pub log_id: LogId,
    /// The id of the key that signs now.
    pub key_id: String,
    /// The Ed25519 public key, in hex.
    pub public_key: String,
    /// The same as a verifier key of signed notes: what to keep outside and give to `tuantra verify --trust`.
    pub verifier_key: String,
    /// An entry is in the tree at the latest so many seconds after its receipt.
    pub merge_delay_s: u32,
    /// All keys of the log, the present one first, with the rotations between them.
    pub keys: Vec<LogKey>,
}

/// One entry as an auditor sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EntryView {
    /// Its number in the log.
    pub seq: i64,
    /// Its id.
    pub id: EntryId,
    /// What it records.
    pub kind: String,
    /// The fact that it belongs to.
    pub fact: Option<Uuid>,
    /// Its author.
    pub actor: Uuid,
    /// When it was received.
    pub received_at: Timestamp,
    /// SHA-256 of its body, in hex.
    pub sha256: String,
    /// Its leaf, in hex.
    pub leaf: String,
    /// Whether its body was erased.
    pub redacted: bool,
}

/// A page of entries.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EntryList {
    /// The entries in the log's order.
    pub entries: Vec<EntryView>,
    /// Where to go on.
    pub next: Option<String>,
}

/// How a list is paged.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Rows in a page (50, at most 500).
    pub limit: Option<u32>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// Receipts promise that their entries are in the tree within this time; the sequencer looks every second.
const MERGE_DELAY_S: u32 = 60;

/// The keys that receipts and heads are checked with.
#[utoipa::path(get, path = "/api/v1/journal/key", tag = "journal", responses((status = 200, body = KeyView)))]
pub async fn key(State(journal): State<Journal>) -> Result<Body<KeyView>, Problem> {
    let keys = journal.keys().await?;
    let Some(present) = keys.first().cloned() else {
        return Err(Problem::new(ProblemKind::NotFound));
    };
    let view = KeyView {
        log_id: journal.log_id(),
        key_id: present.key_id,
        public_key: present.public_key,
        verifier_key: present.verifier_key,
        merge_delay_s: MERGE_DELAY_S,
        keys,
    };
    Ok(Body(StatusCode::OK, view))
}

/// A page of the log for an auditor; called by the route that knows the caller.
pub async fn entries(
    journal: &Journal,
    actor: &Actor,
    paging: Params<Paging>,
) -> Result<Body<EntryList>, Problem> {
    if !actor.may_in_province(Right::ReadJournal) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    let limit = paging.0.limit.unwrap_or(DEFAULT_LIMIT);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Problem::new(ProblemKind::InvalidParameter)
            .detail(format!("limit: expected 1 to {MAX_LIMIT}")));
    }
    let after = match &paging.0.cursor {
        None => -1,
        Some(text) => decode_cursor(text)?,
    };
    let rows = journal.entries_since(after, limit).await?;
    let full = rows.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = rows.last().filter(|_| full).and_then(|row| row.seq);
    let entries = rows
        .into_iter()
        .map(|row| EntryView {
            seq: row.seq.unwrap_or_default(),
            id: row.id,
            kind: row.kind,
            fact: row.fact,
            actor: row.actor,
            received_at: row.received_at,
            sha256: hex(&row.sha256),
            leaf: hex(&row.leaf),
            redacted: row.redacted_by.is_some(),
        })
        .collect();
    let next = next.map(|seq| Cursor(seq.to_be_bytes().to_vec()).encode(FILTER));
    Ok(Body(StatusCode::OK, EntryList { entries, next }))
}

const FILTER: &str = "journal";

fn decode_cursor(text: &str) -> Result<i64, Problem> {
    let bad =
        || Problem::new(ProblemKind::InvalidParameter).detail("cursor: not a cursor of this list");
    let cursor = Cursor::decode(text, FILTER).or(Err(bad()))?;
    cursor.0.try_into().map(i64::from_be_bytes).or(Err(bad()))
}
