//! The sequencer's row, and the numbers that it gives.

use uuid::Uuid;

use crate::base::from_hex;
use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::store::{ByBackend, Error, Tx};
use crate::{later, on};

// What waits is asked for in the order of PostgreSQL's index of it: whether any row has no number would be looked for in
// the whole table there as soon as statistics are from a busy moment.
pub(super) const SEQUENCER: &str = "SELECT holder, lease_until, next_seq, \
     CAST(COALESCE((SELECT MAX(size) FROM journal_heads), 0) AS BIGINT) AS size, \
     (SELECT id FROM journal_entries WHERE seq IS NULL ORDER BY received_at, id LIMIT 1) AS waiting \
     FROM journal_sequencer WHERE id = 1";
pub(super) const TAKE_LEASE: &str = "UPDATE journal_sequencer SET holder = $1, lease_until = $2 \
     WHERE id = 1 AND (holder = $1 OR lease_until < $3) RETURNING next_seq";
pub(super) const LOCK_SEQUENCER: &str =
    "UPDATE journal_sequencer SET next_seq = next_seq WHERE id = 1 RETURNING next_seq";
pub(super) const SET_NEXT_SEQ: &str = "UPDATE journal_sequencer SET next_seq = $1 WHERE id = 1";
// One statement for a batch: one for each entry would be most of what numbering costs. The limit is a literal, or else
// PostgreSQL would plan for a tenth of the table.
macro_rules! number_waiting {
    () => {
        "UPDATE journal_entries SET seq = n.seq FROM \
         (SELECT w.id AS entry, $1 + ROW_NUMBER() OVER (ORDER BY w.received_at, w.id) - 1 AS seq FROM \
         (SELECT id, received_at FROM journal_entries WHERE seq IS NULL ORDER BY received_at, id LIMIT 2000) w) n \
         WHERE journal_entries.id = n.entry"
    };
}
pub(super) const NUMBER_WAITING: &str = number_waiting!();
/// The leaves of what was numbered. From SQLite every row goes from thread to thread, so that there they come as one text
/// once it is done; PostgreSQL gives them with the numbers.
pub const LEAVES_NUMBERED: ByBackend = ByBackend {
    sqlite: "SELECT group_concat(hex(leaf), '' ORDER BY seq) FROM journal_entries WHERE seq >= $1",
    postgres: concat!(
        number_waiting!(),
        " RETURNING journal_entries.seq, journal_entries.leaf"
    ),
};

/// Entries that one statement numbers.
pub const NUMBERED_AT_ONCE: i64 = 2_000;

/// Who numbers, and what there is to do.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SequencerRow {
    /// Who holds the lease, or held it last.
    pub holder: Option<Uuid>,
    /// Until when it is held.
    pub lease_until: Timestamp,
    /// The next number to be given.
    pub next_seq: i64,
    /// Entries under the newest head.
    pub size: i64,
    /// The entry that waits for its number longest.
    pub waiting: Option<EntryId>,
}

impl SequencerRow {
    /// Whether every entry has its number and is in the tree.
    pub const fn is_idle(&self) -> bool {
        self.waiting.is_none() && self.size >= self.next_seq
    }

    /// Whether the lease is another's than this holder's.
    pub fn is_led_by_another(&self, holder: Uuid, now: Timestamp) -> bool {
        self.lease_until >= now && self.holder.is_some_and(|leading| leading != holder)
    }
}

/// What there is to number, and who does it.
pub async fn sequencer(tx: &mut Tx) -> Result<SequencerRow, Error> {
    on!(tx, |c| sqlx::query_as(SEQUENCER).fetch_one(c))
}

/// Takes or renews the sequencer's lease and gives the next number; `None` where another holds it. The row stays locked
/// until the act ends.
pub async fn take_lease(
    tx: &mut Tx,
    holder: Uuid,
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<i64>, Error> {
    on!(tx, |c| sqlx::query_scalar(TAKE_LEASE)
        .bind(holder)
        .bind(until)
        .bind(now)
        .fetch_optional(c))
}

/// Keeps other sequencers out until the act ends; gives the next number.
pub async fn lock_sequencer(tx: &mut Tx) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(LOCK_SEQUENCER).fetch_one(c))
}

/// Leaves the next number to be sent.
pub async fn set_next_seq(tx: &mut Tx, seq: i64) -> Result<(), Error> {
    later!(tx, SET_NEXT_SEQ, [seq])
}

/// Gives numbers from `first` on, which is the next one, to at most [`NUMBERED_AT_ONCE`] entries in the order of receipt;
/// gives their leaves.
pub async fn number_waiting(tx: &mut Tx, first: i64) -> Result<Vec<Vec<u8>>, Error> {
    tx.settle().await?;
    match &mut *tx {
        Tx::Sqlite(open) => {
            let numbered = sqlx::query(NUMBER_WAITING).bind(first);
            numbered.execute(&mut **open).await?;
            let packed = sqlx::query_scalar(LEAVES_NUMBERED.sqlite).bind(first);
            let packed: Option<String> = packed.fetch_one(&mut **open).await?;
            unpacked(&packed.unwrap_or_default()).ok_or_else(|| Error::Corrupt {
                table: "journal_entries",
                column: "leaf",
                id: first.to_string(),
            })
        }
        Tx::Postgres(open) => {
            let numbered = sqlx::query_as(LEAVES_NUMBERED.postgres).bind(first);
            let mut numbered: Vec<(i64, Vec<u8>)> = numbered.fetch_all(&mut **open).await?;
            numbered.sort_unstable_by_key(|(seq, _)| *seq);
            Ok(numbered.into_iter().map(|(_, leaf)| leaf).collect())
        }
    }
}

/// Leaves out of one text, each of 32 bytes in hexadecimal digits.
fn unpacked(text: &str) -> Option<Vec<Vec<u8>>> {
    let leaves = text.as_bytes().chunks(64).map(|digits| {
        let leaf: [u8; 32] = from_hex(std::str::from_utf8(digits).ok()?)?;
        Some(leaf.to_vec())
    });
    leaves.collect()
}
