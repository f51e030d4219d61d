//! What was typed in from paper: which entries, from which record, and by whom.

use std::sync::PoisonError;

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::base::ids::{EntryId, PaperId};
use crate::base::words::vocabulary;
use crate::store::{Error, Tx};

use super::epochs;
use super::model::Kind;
use super::service::{Entry, Journal, Written};
use super::sql;

pub use super::sql::TypedIn;

vocabulary! {
    /// How a fact reached the server first.
    FactSource: "a source of facts" {
        /// Recorded with a device or in the web front.
        Electronic = "electronic",
        /// Typed in from a paper record.
        Paper = "paper",
    }
}

/// The paper record from which a fact was typed in, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FromPaper {
    /// The paper record.
    pub id: PaperId,
    /// The account that typed it in.
    pub entered_by: Uuid,
    /// Whether the paper record was retracted since: what rested on it stands until it is taken back itself.
    pub retracted: bool,
}

impl FactSource {
    /// The source of a fact that was typed in from this record, or from none.
    #[must_use]
    pub const fn of(paper: Option<&FromPaper>) -> Self {
        match paper {
            Some(_) => Self::Paper,
            None => Self::Electronic,
        }
    }
}

impl From<&TypedIn> for FromPaper {
    fn from(row: &TypedIn) -> Self {
        Self {
            id: row.paper,
            entered_by: row.actor,
            retracted: row.retracted_by.is_some(),
        }
    }
}

impl Journal {
    /// Writes one entry as it is.
    pub(super) async fn write_entry(
        &self,
        tx: &mut Tx,
        entry: Entry<'_>,
    ) -> Result<Written, Error> {
        let id = self.next_entry();
        epochs::write_entry(tx, self.place(), id, self.now(), entry).await
    }

    /// The id of an entry. Entries of one millisecond are numbered by their ids, so that it is later than those that were
    /// made before it in the same one.
    pub(super) fn next_entry(&self) -> EntryId {
        const TIME_AT: u32 = 80;
        const RANDOM_AT: u32 = 62;
        let made = self.ids().make().as_u128();
        let mut last = self
            .last_entry()
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let follows = *last + 1 + (made & u128::from(u32::MAX));
        let is_behind = made <= *last && made >> TIME_AT == *last >> TIME_AT;
        // The bits above the last random ones say what kind of id it is.
        *last = if is_behind && follows >> RANDOM_AT == *last >> RANDOM_AT {
            follows
        } else {
            made
        };
        EntryId(Uuid::from_u128(*last))
    }

    /// Says in an entry of its own that another was typed in from a paper record: the leaf of the other one covers its
    /// body alone, and the origin must be as hard to change as that.
    pub(super) async fn link_paper(
        &self,
        tx: &mut Tx,
        entry: &Entry<'_>,
        written: &Written,
        paper: PaperId,
    ) -> Result<(), Error> {
        let body = json!({ "entry": written.entry, "kind": entry.kind, "fact": entry.fact });
        let body = body.to_string();
        let link = Entry {
            kind: Kind::Paper,
            fact: paper.0,
            actor: entry.actor,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        let link = self.write_entry(tx, link).await?;
        let row = TypedIn {
            entry: written.entry,
            link: link.entry,
            kind: entry.kind.as_str().to_owned(),
            fact: entry.fact,
            actor: entry.actor,
            paper,
            retracted_by: None,
        };
        sql::insert_typed_in(tx, &row).await
    }

    /// Those entries of some facts that were typed in from paper records, the first entry first. Senders choose ids, so
    /// that facts of two kinds may bear the same one.
    pub async fn typed_in(&self, tx: &mut Tx, facts: &[Uuid]) -> Result<Vec<TypedIn>, Error> {
        sql::typed_in(tx, facts).await
    }

    /// Says of everything that was typed in from a paper record that an entry retracted the record.
    pub async fn retract_typed_in(
        &self,
        tx: &mut Tx,
        paper: PaperId,
        by: EntryId,
    ) -> Result<(), Error> {
        sql::retract_typed_in(tx, paper, by).await
    }

    /// What was typed in from a paper record, the first entry first.
    pub async fn typed_in_from(
        &self,
        tx: &mut Tx,
        paper: PaperId,
        limit: i64,
    ) -> Result<Vec<TypedIn>, Error> {
        sql::typed_in_from(tx, paper, limit).await
    }
}
