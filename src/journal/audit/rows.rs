//! Rows of slices held against the entries by which they came: what every slice's pass over its own tables shares.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Content, contents, stored};
use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::journal::left::left;
use crate::journal::model::Kind;
use crate::journal::service::Stored;
use crate::journal::sql::{self, ErasedEntry};
use crate::store::{Error, Tx};

const BATCH: i64 = 500;

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// A row says otherwise than its entry.
    #[error("{table} {id}: the row is not what entry {entry} says")]
    Row {
        /// Its table.
        table: &'static str,
        /// The row, by its key.
        id: String,
        /// Its entry.
        entry: EntryId,
    },
    /// A row says what no entry says, or not what the last one says.
    #[error("{table} {id}: the row is not what the entries of the log say")]
    Standing {
        /// Its table.
        table: &'static str,
        /// The row, by its key.
        id: String,
    },
    /// A column that the log gives otherwise: what is derived was derived again.
    #[error("{table} {id}: {column} is not what the log gives")]
    Column {
        /// Its table.
        table: &'static str,
        /// The row, by its key.
        id: String,
        /// The first column that differs.
        column: &'static str,
    },
    /// A row was taken out.
    #[error("entry {entry} tells of a {kind} {fact}, and no row does")]
    NoRow {
        /// What it tells of.
        kind: &'static str,
        /// The fact.
        fact: Uuid,
        /// The entry.
        entry: EntryId,
    },
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows that their entries say the same of.
    pub agreeing: u64,
    /// What does not hold.
    pub faults: Vec<RowFault>,
}

/// A row with the entry by which it came.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its table.
    pub table: &'static str,
    /// The row, by its key.
    pub id: String,
    /// Its entry.
    pub entry: EntryId,
    /// Whom the row names as its author, if it does.
    pub author: Option<Uuid>,
    /// When the row says that it was received, if it does.
    pub recorded_at: Option<Timestamp>,
}

/// A slice's pass over its rows, and then over the entries of their kinds.
#[derive(Debug, Default)]
pub struct RowPass {
    entries: BTreeSet<EntryId>,
    /// Entries whose contents orders erased, once they were read.
    erased: Option<Vec<ErasedEntry>>,
    found: Rows,
}

impl RowPass {
    /// Holds a row against its entry. What was erased by order says nothing any more of the row's words; author and time
    /// still stand in its header.
    pub async fn judge(
        &mut self,
        tx: &mut Tx,
        told: Told,
        says_same: impl Fn(&Stored) -> bool,
    ) -> Result<(), Error> {
        self.entries.insert(told.entry);
        let kept = stored(tx, told.entry).await?;
        let holds = kept.is_some_and(|kept| {
            // Whether it was erased by order is judged with the log itself.
            let is_erased = kept.row.redacted_by.is_some() && kept.body.is_none();
            told.author.is_none_or(|author| kept.row.actor == author)
                && told.recorded_at.is_none_or(|at| kept.row.received_at == at)
                && (is_erased || says_same(&kept))
        });
        if holds {
            self.found.agreeing += 1;
        } else {
            self.found.faults.push(RowFault::Row {
                table: told.table,
                id: told.id,
                entry: told.entry,
            });
        }
        Ok(())
    }

    /// Takes in whether a row stands as several entries together say.
    pub fn standing(&mut self, table: &'static str, id: String, holds: bool) {
        if holds {
            self.found.agreeing += 1;
        } else {
            self.found.faults.push(RowFault::Standing { table, id });
        }
    }

    /// Takes in the first column of a row that the log gives otherwise, if there is one.
    pub fn columns(
        &mut self,
        table: &'static str,
        id: String,
        columns: impl IntoIterator<Item = (&'static str, bool)>,
    ) {
        match columns.into_iter().find(|(_, holds)| !holds) {
            None => self.found.agreeing += 1,
            Some((column, _)) => self
                .found
                .faults
                .push(RowFault::Column { table, id, column }),
        }
    }

    /// An entry that a row names besides its own.
    pub fn note(&mut self, entry: EntryId) {
        self.entries.insert(entry);
    }

    /// Every entry of a kind that asks for a row has one. An order takes the words and leaves the row: so an entry whose
    /// content was erased asks by what the order left of it.
    pub async fn rowless(
        &mut self,
        tx: &mut Tx,
        kind: Kind,
        asks: impl Fn(&Content) -> bool,
    ) -> Result<(), Error> {
        let Self {
            entries,
            erased,
            found,
        } = self;
        let mut see = |entry: &Content| {
            if !entries.contains(&entry.id) && asks(entry) {
                found.faults.push(RowFault::NoRow {
                    kind: kind.as_str(),
                    fact: entry.fact.unwrap_or_default(),
                    entry: entry.id,
                });
            }
        };
        each_content(tx, kind, &mut see).await?;
        if erased.is_none() {
            *erased = Some(sql::erased(tx).await?);
        }
        let all = erased.iter().flatten();
        for own in all.filter(|own| own.kind == kind.as_str()) {
            see(&with_left(tx, own).await?);
        }
        Ok(())
    }

    /// What the pass found.
    #[must_use]
    pub fn into_found(self) -> Rows {
        self.found
    }
}

/// An erased entry with what the order left of its content.
async fn with_left(tx: &mut Tx, own: &ErasedEntry) -> Result<Content, Error> {
    let body = left(tx, own.redacted_by, own.id).await?;
    Ok(Content {
        seq: -1,
        id: own.id,
        fact: own.fact,
        actor: own.actor,
        received_at: own.received_at,
        body: body.unwrap_or_default(),
    })
}

/// Shows every entry of a kind whose content an order erased, by id, each with what the order left of it.
pub async fn each_erased(
    tx: &mut Tx,
    kind: Kind,
    mut see: impl FnMut(&Content),
) -> Result<(), Error> {
    let erased = sql::erased(tx).await?;
    for own in erased.iter().filter(|own| own.kind == kind.as_str()) {
        see(&with_left(tx, own).await?);
    }
    Ok(())
}

/// Shows every entry of a kind whose content stands, in order; those without a number last.
pub async fn each_content(
    tx: &mut Tx,
    kind: Kind,
    mut see: impl FnMut(&Content),
) -> Result<(), Error> {
    let mut after = -1;
    loop {
        let entries = contents(tx, kind, after, BATCH).await?;
        let Some(last) = entries.last() else {
            break;
        };
        after = last.seq;
        entries.iter().for_each(&mut see);
    }
    // Rows stand as soon as their entries do, before those are numbered.
    let fresh = sql::unnumbered_of_kind(tx, kind.as_str()).await?;
    fresh.iter().for_each(&mut see);
    Ok(())
}
