//! Rows of many entries in one statement each. PostgreSQL alone has `UNNEST`.

use crate::later_rows;
use crate::store::{Error, Tx};

use super::EntryRow;
use super::jobs::QUEUE_JOBS;

const INSERT_ENTRIES: &str = "INSERT INTO journal_entries (id, epoch, kind, fact, actor, device, received_at, sha256, leaf, statement) \
     SELECT * FROM UNNEST($1::UUID[], $2::BIGINT[], $3::TEXT[], $4::UUID[], $5::UUID[], $6::UUID[], $7::BIGINT[], \
     $8::BYTEA[], $9::BYTEA[], $10::BYTEA[])";
const INSERT_BODIES: &str = "INSERT INTO journal_bodies (entry, salt, body) \
     SELECT * FROM UNNEST($1::UUID[], $2::BYTEA[], $3::BYTEA[])";

/// The fixed statements that PostgreSQL alone has.
pub const POSTGRES: &[&str] = &[INSERT_ENTRIES, INSERT_BODIES, QUEUE_JOBS];

/// An entry's row, its salt and its body.
pub type NewEntry<'a> = (&'a EntryRow, &'a [u8], &'a [u8]);

/// Leaves entries and their bodies to be sent to PostgreSQL.
pub async fn insert_entries(tx: &mut Tx, entries: &[NewEntry<'_>]) -> Result<(), Error> {
    later_rows!(tx, INSERT_ENTRIES, entries, |(row, _, _)| [
        row.id,
        row.epoch,
        row.kind.as_str(),
        row.fact,
        row.actor,
        row.device,
        row.received_at,
        row.sha256.as_slice(),
        row.leaf.as_slice(),
        row.statement.as_deref(),
    ])?;
    later_rows!(tx, INSERT_BODIES, entries, |one| [one.0.id, one.1, one.2])
}
