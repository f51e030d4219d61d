//! Entries that were typed in from paper records.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, PaperId};
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const INSERT_TYPED_IN: &str = "INSERT INTO journal_papers (entry, link, kind, fact, actor, paper) \
     VALUES ($1, $2, $3, $4, $5, $6)";
pub(super) const TYPED_IN_FROM: &str = "SELECT entry, link, kind, fact, actor, paper, retracted_by FROM journal_papers \
     WHERE paper = $1 ORDER BY entry LIMIT $2";
pub(super) const TYPED_IN_FROM_ENTRY: &str = "SELECT entry, link, kind, fact, actor, paper, retracted_by FROM journal_papers \
     WHERE entry > $1 ORDER BY entry LIMIT 500";
pub(super) const RETRACT_TYPED_IN: &str =
    "UPDATE journal_papers SET retracted_by = $2 WHERE paper = $1";
const TYPED_IN: &str = "SELECT entry, link, kind, fact, actor, paper, retracted_by FROM journal_papers WHERE fact IN (";

/// An entry that was typed in from a paper record.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TypedIn {
    /// The entry.
    pub entry: EntryId,
    /// The entry that says so.
    pub link: EntryId,
    /// What it records.
    pub kind: String,
    /// The fact that it belongs to.
    pub fact: Uuid,
    /// Who typed it in.
    pub actor: Uuid,
    /// The paper record.
    pub paper: PaperId,
    /// The entry by which that was retracted; none as long as it stands.
    pub retracted_by: Option<EntryId>,
}

pub async fn insert_typed_in(tx: &mut Tx, row: &TypedIn) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_TYPED_IN)
            .bind(row.entry)
            .bind(row.link)
            .bind(row.kind.as_str())
            .bind(row.fact)
            .bind(row.actor)
            .bind(row.paper)
    )
    .map(drop)
}

/// Says of everything that was typed in from a paper record that the record was retracted.
pub async fn retract_typed_in(tx: &mut Tx, paper: PaperId, by: EntryId) -> Result<(), Error> {
    changed!(tx, sqlx::query(RETRACT_TYPED_IN).bind(paper).bind(by)).map(drop)
}

/// What was typed in from a paper record, the first entry first.
pub async fn typed_in_from(tx: &mut Tx, paper: PaperId, limit: i64) -> Result<Vec<TypedIn>, Error> {
    on!(tx, |c| sqlx::query_as(TYPED_IN_FROM)
        .bind(paper)
        .bind(limit)
        .fetch_all(c))
}

/// What was typed in from any paper record, after an entry.
pub async fn typed_in_from_entry(tx: &mut Tx, after: EntryId) -> Result<Vec<TypedIn>, Error> {
    on!(tx, |c| sqlx::query_as(TYPED_IN_FROM_ENTRY)
        .bind(after)
        .fetch_all(c))
}

/// Those entries of some facts that were typed in from paper records, the first entry first.
pub async fn typed_in(tx: &mut Tx, facts: &[Uuid]) -> Result<Vec<TypedIn>, Error> {
    if facts.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = QueryBuilder::new(TYPED_IN);
        let mut list = query.separated(", ");
        for fact in facts {
            list.push_bind(*fact);
        }
        query.push(") ORDER BY entry");
        async move { query.build_query_as().fetch_all(c).await }
    })
}
