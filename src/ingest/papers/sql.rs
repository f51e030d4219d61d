//! The table of paper records.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, OrgId, PaperId};
use crate::base::time::{LocalDate, Timestamp};
use crate::store::{Error, Tx};
use crate::{changed, on};

const PAPER: &str = "SELECT * FROM papers WHERE id = $1";
const PAPERS: &str = "SELECT * FROM papers WHERE 1 = 1";
const INSERT_PAPER: &str = "INSERT INTO papers (id, entry, author, org, commune, number, dated, sha256, bytes, media_type, record, \
     recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING";
const RETRACT_PAPER: &str = "UPDATE papers SET retracted_at = $2, retracted_why = $3, retract_entry = $4 \
     WHERE id = $1 AND retracted_at IS NULL";

const PAPERS_FROM: &str = "SELECT * FROM papers WHERE id > $1 ORDER BY id LIMIT 500";

/// Every statement of paper records, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[PAPER, PAPERS, PAPERS_FROM, INSERT_PAPER, RETRACT_PAPER];

/// A paper record as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PaperRow {
    pub id: PaperId,
    pub entry: EntryId,
    pub author: Uuid,
    pub org: Option<OrgId>,
    pub commune: String,
    pub number: String,
    pub dated: LocalDate,
    pub sha256: Vec<u8>,
    pub bytes: i64,
    pub media_type: String,
    pub record: String,
    pub recorded_at: Timestamp,
    pub retracted_at: Option<Timestamp>,
    pub retracted_why: Option<String>,
    pub retract_entry: Option<EntryId>,
}

pub async fn paper(tx: &mut Tx, id: PaperId) -> Result<Option<PaperRow>, Error> {
    on!(tx, |c| sqlx::query_as(PAPER).bind(id).fetch_optional(c))
}

/// Paper records after an id.
pub async fn papers_from(tx: &mut Tx, id: PaperId) -> Result<Vec<PaperRow>, Error> {
    on!(tx, |c| sqlx::query_as(PAPERS_FROM).bind(id).fetch_all(c))
}

/// Writes a paper record; false when the id is taken.
pub async fn insert_paper(tx: &mut Tx, row: &PaperRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_PAPER)
            .bind(row.id)
            .bind(row.entry)
            .bind(row.author)
            .bind(row.org)
            .bind(row.commune.as_str())
            .bind(row.number.as_str())
            .bind(row.dated)
            .bind(row.sha256.as_slice())
            .bind(row.bytes)
            .bind(row.media_type.as_str())
            .bind(row.record.as_str())
            .bind(row.recorded_at)
    )
    .map(|rows| rows > 0)
}

/// Marks a paper record as retracted; false when it was before.
pub async fn retract_paper(
    tx: &mut Tx,
    id: PaperId,
    at: Timestamp,
    why: &str,
    entry: EntryId,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(RETRACT_PAPER)
            .bind(id)
            .bind(at)
            .bind(why)
            .bind(entry)
    )
    .map(|rows| rows > 0)
}

/// A page of the paper records of some communes, of all where none are named; the latest first.
pub async fn papers(
    tx: &mut Tx,
    communes: Option<&[String]>,
    after: Option<(Timestamp, PaperId)>,
    limit: i64,
) -> Result<Vec<PaperRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PAPERS);
        if let Some(communes) = communes {
            query.push(" AND commune IN (");
            let mut list = query.separated(", ");
            for code in communes {
                list.push_bind(code.as_str());
            }
            query.push(")");
        }
        if let Some((at, id)) = after {
            query.push(" AND (recorded_at < ").push_bind(at);
            query.push(" OR (recorded_at = ").push_bind(at);
            query.push(" AND id < ").push_bind(id).push("))");
        }
        query
            .push(" ORDER BY recorded_at DESC, id DESC LIMIT ")
            .push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}
