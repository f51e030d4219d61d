//! What devices signed, and what their clocks said.

use sqlx::QueryBuilder;

use crate::base::ids::{DeviceId, EntryId};
use crate::base::origin::{Sending, Standing};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_STATEMENT: &str = "INSERT INTO journal_statements \
     (entry, device, key_id, sequence, previous, own, base, signature, public, standing, signed_at, head_size, head_root, nonce) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
pub(super) const STATEMENT: &str = "SELECT entry, device, key_id, sequence, previous, own, base, signature, public, standing, signed_at, \
     head_size, head_root, nonce FROM journal_statements WHERE entry = $1";
pub(super) const STATEMENTS_OF_KEY: &str = "SELECT entry, sequence, previous, own FROM journal_statements \
     WHERE key_id = $1 AND device = $2 AND standing = 'holds' AND (sequence, entry) > ($3, $4) \
     ORDER BY sequence, entry LIMIT $5";
pub(super) const SIGNED_BEFORE: &str = "SELECT MAX(signed_at) FROM journal_statements \
     WHERE key_id = $1 AND sequence < $2 AND standing = 'holds'";
pub(super) const TWINS: &str = "SELECT COUNT(DISTINCT own) FROM journal_statements \
     WHERE key_id = $1 AND sequence = $2 AND device = $3 AND standing = 'holds'";
pub(super) const VOUCH_HEAD: &str = "INSERT INTO journal_vouched_heads (device, size, root, made_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
pub(super) const VOUCHED_HEAD: &str =
    "SELECT made_at FROM journal_vouched_heads WHERE device = $1 AND size = $2 AND root = $3";
pub(super) const INSERT_DOUBT: &str = "INSERT INTO journal_doubts (entry, doubt) VALUES ($1, $2)";
const DOUBTS: &str = "SELECT entry, doubt FROM journal_doubts WHERE entry IN (";
pub(super) const INSERT_CLOCK: &str =
    "INSERT INTO journal_clocks (entry, sent_at, round_trip_ms) VALUES ($1, $2, $3)";
pub(super) const CLOCK: &str = "SELECT c.sent_at, c.round_trip_ms, e.received_at FROM journal_clocks c \
     JOIN journal_entries e ON e.id = c.entry WHERE c.entry = $1";

/// A statement as it stands in its table.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StatementRow {
    pub entry: EntryId,
    pub device: DeviceId,
    pub key_id: String,
    pub sequence: i64,
    pub previous: Vec<u8>,
    pub own: Vec<u8>,
    pub base: String,
    pub signature: Vec<u8>,
    pub public: Option<Vec<u8>>,
    pub standing: String,
    pub signed_at: Timestamp,
    pub head_size: Option<i64>,
    pub head_root: Option<Vec<u8>>,
    pub nonce: Option<String>,
}

impl StatementRow {
    /// How the signature stood at receipt.
    pub fn standing(&self) -> Result<Standing, Error> {
        self.standing.parse().or(Err(Error::Corrupt {
            table: "journal_statements",
            id: self.entry.to_string(),
            column: "standing",
        }))
    }
}

/// A statement's place in its device's chain.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LinkRow {
    pub entry: EntryId,
    pub sequence: i64,
    pub previous: Vec<u8>,
    pub own: Vec<u8>,
}

pub async fn insert_statement(tx: &mut Tx, row: &StatementRow) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_STATEMENT)
            .bind(row.entry)
            .bind(row.device)
            .bind(row.key_id.as_str())
            .bind(row.sequence)
            .bind(row.previous.as_slice())
            .bind(row.own.as_slice())
            .bind(row.base.as_str())
            .bind(row.signature.as_slice())
            .bind(row.public.as_deref())
            .bind(row.standing.as_str())
            .bind(row.signed_at)
            .bind(row.head_size)
            .bind(row.head_root.as_deref())
            .bind(row.nonce.as_deref())
    )
    .map(drop)
}

/// The statement that an entry came with.
pub async fn statement(tx: &mut Tx, entry: EntryId) -> Result<Option<StatementRow>, Error> {
    on!(tx, |c| sqlx::query_as(STATEMENT)
        .bind(entry)
        .fetch_optional(c))
}

/// A key's statements after one of them, in their order.
pub async fn statements_of_key(
    tx: &mut Tx,
    key: &str,
    device: DeviceId,
    after: (i64, EntryId),
    limit: i64,
) -> Result<Vec<LinkRow>, Error> {
    on!(tx, |c| sqlx::query_as(STATEMENTS_OF_KEY)
        .bind(key)
        .bind(device)
        .bind(after.0)
        .bind(after.1)
        .bind(limit)
        .fetch_all(c))
}

/// The latest time under which a key signed something of a lower number.
pub async fn signed_before(
    tx: &mut Tx,
    key: &str,
    sequence: i64,
) -> Result<Option<Timestamp>, Error> {
    on!(tx, |c| sqlx::query_scalar(SIGNED_BEFORE)
        .bind(key)
        .bind(sequence)
        .fetch_one(c))
}

/// How many different statements a key made under one number.
pub async fn twins(tx: &mut Tx, key: &str, sequence: i64, device: DeviceId) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(TWINS)
        .bind(key)
        .bind(sequence)
        .bind(device)
        .fetch_one(c))
}

/// Keeps what readers of an entry's fact must know of how it came.
pub async fn insert_doubt(tx: &mut Tx, entry: EntryId, doubt: &str) -> Result<(), Error> {
    changed!(tx, sqlx::query(INSERT_DOUBT).bind(entry).bind(doubt)).map(drop)
}

/// The doubts about some entries.
pub async fn doubts(tx: &mut Tx, entries: &[EntryId]) -> Result<Vec<(EntryId, String)>, Error> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = QueryBuilder::new(DOUBTS);
        let mut list = query.separated(", ");
        for entry in entries {
            list.push_bind(*entry);
        }
        query.push(")");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Keeps when a post node made a head that a device of its saw.
pub async fn vouch_head(
    tx: &mut Tx,
    device: DeviceId,
    size: i64,
    root: &[u8; 32],
    made_at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(VOUCH_HEAD)
            .bind(device)
            .bind(size)
            .bind(root.as_slice())
            .bind(made_at)
    )
    .map(drop)
}

/// When a post node made a head, as it says.
pub async fn vouched_head(
    tx: &mut Tx,
    device: DeviceId,
    size: i64,
    root: &[u8; 32],
) -> Result<Option<Timestamp>, Error> {
    on!(tx, |c| sqlx::query_scalar(VOUCHED_HEAD)
        .bind(device)
        .bind(size)
        .bind(root.as_slice())
        .fetch_optional(c))
}

pub async fn insert_clock(tx: &mut Tx, entry: EntryId, sending: Sending) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_CLOCK)
            .bind(entry)
            .bind(sending.sent_at)
            .bind(sending.round_trip_ms.map(i64::from))
    )
    .map(drop)
}

/// What an entry's sender's clock said, and when the server received it.
pub async fn clock(tx: &mut Tx, entry: EntryId) -> Result<Option<(Sending, Timestamp)>, Error> {
    let row: Option<(Timestamp, Option<i64>, Timestamp)> =
        on!(tx, |c| sqlx::query_as(CLOCK).bind(entry).fetch_optional(c))?;
    Ok(row.map(|(sent_at, round_trip_ms, received_at)| {
        let round_trip_ms = round_trip_ms.and_then(|ms| u32::try_from(ms).ok());
        let sending = Sending {
            sent_at,
            round_trip_ms,
        };
        (sending, received_at)
    }))
}
