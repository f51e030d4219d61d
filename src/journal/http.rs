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
use crate::http::{Body, Problem, ProblemKind};

use super::history::LogKey;
use super::listing::Sift;
use super::model::Kind;
use super::service::Journal;
use super::sql::ListedRow;

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
    /// What its author is called: an account's login, a device's name; null for the server's own acts.
    pub who: Option<String>,
    /// What was looked at or taken out, where an entry says so: `original`, `export`, `report`, …
    pub what: Option<String>,
    /// The reason that was given, where an entry tells of looking, taking out or holding.
    pub reason: Option<String>,
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
    /// The entries in the log's order, or the newest first.
    pub entries: Vec<EntryView>,
    /// Where to go on.
    pub next: Option<String>,
}

/// Which entries are told, and how they are paged.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntriesParams {
    /// The newest first, instead of in the log's order.
    pub newest: Option<bool>,
    /// Only entries of this kind: `view`, `plot`, `approval`, …
    pub kind: Option<String>,
    /// Only what an account (its login, or its id) or a device (its name, or its id) did.
    pub who: Option<String>,
    /// Received at this instant or later.
    pub from: Option<Timestamp>,
    /// Received at this instant or earlier.
    pub to: Option<Timestamp>,
    /// Rows in a page (50, at most 500).
    pub limit: Option<u32>,
    /// From the previous page's `next`, with the same filters.
    pub cursor: Option<String>,
}

/// What an entry says of why it was written.
#[derive(Debug, Default, Deserialize)]
struct Said {
    #[serde(default)]
    what: Option<String>,
    #[serde(default)]
    reason: Option<String>,
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

/// A page of the log for an auditor, sifted by whose acts they are; called by the route that knows the caller.
pub async fn entries(
    journal: &Journal,
    actor: &Actor,
    params: &EntriesParams,
    of: Option<Uuid>,
) -> Result<EntryList, Problem> {
    if !actor.may_in_province(Right::ReadJournal) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    let limit = params.limit.unwrap_or(DEFAULT_LIMIT);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(parameter(format!("limit: expected 1 to {MAX_LIMIT}")));
    }
    let kind = params.kind.as_deref().map(str::parse::<Kind>).transpose();
    let kind = kind.map_err(|unknown| parameter(format!("kind: {unknown}")))?;
    let bound = params.bound(of);
    let after = params.cursor.as_deref();
    let after = after.map(|text| decode_cursor(text, &bound)).transpose()?;
    let sift = Sift {
        is_newest_first: params.newest.unwrap_or(false),
        after,
        from: params.from,
        to: params.to,
        kind,
        of,
        limit,
    };
    let page = journal.listed(&sift).await?;
    let next = page
        .next
        .map(|seq| Cursor(seq.to_be_bytes().to_vec()).encode(&bound));
    let entries = page.rows.into_iter().map(EntryView::of).collect();
    Ok(EntryList { entries, next })
}

impl EntriesParams {
    /// What a cursor holds for: another order or filter begins anew.
    fn bound(&self, of: Option<Uuid>) -> String {
        format!(
            "journal {:?} {:?} {of:?} {:?} {:?}",
            self.newest.unwrap_or(false),
            self.kind,
            self.from.map(Timestamp::as_millis),
            self.to.map(Timestamp::as_millis),
        )
    }
}

impl EntryView {
    fn of(listed: ListedRow) -> Self {
        let said: Said = listed
            .body
            .and_then(|body| serde_json::from_slice(&body).ok())
            .unwrap_or_default();
        let row = listed.row;
        Self {
            seq: row.seq.unwrap_or_default(),
            id: row.id,
            kind: row.kind,
            fact: row.fact,
            actor: row.actor,
            who: None,
            what: said.what,
            reason: said.reason,
            received_at: row.received_at,
            sha256: hex(&row.sha256),
            leaf: hex(&row.leaf),
            redacted: row.redacted_by.is_some(),
        }
    }
}

fn parameter(detail: String) -> Problem {
    Problem::new(ProblemKind::InvalidParameter).detail(detail)
}

fn decode_cursor(text: &str, bound: &str) -> Result<i64, Problem> {
    let bad = || parameter("cursor: not a cursor of this list".to_owned());
    let cursor = Cursor::decode(text, bound).or(Err(bad()))?;
    cursor.0.try_into().map(i64::from_be_bytes).or(Err(bad()))
}
