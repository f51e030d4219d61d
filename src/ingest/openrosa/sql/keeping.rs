//! Writing a submission, alone or with the plot that is all it tells of.

use crate::base::ids::PlotId;
use crate::store::{ByBackend, Error, Tx};
use crate::{by_backend, changed};

use super::SubmissionRow;

macro_rules! insert {
    () => {
        "INSERT INTO odk_submissions (id, entry, author, org, team, form, version, \
     instance, sha256, root, revision, place, state, expected, missing, raw, recorded_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT (id) DO NOTHING"
    };
}
macro_rules! insert_part {
    ($values:literal) => {
        concat!(
            "INSERT INTO odk_parts (submission, part, fact, state, faults) ",
            $values
        )
    };
}
macro_rules! bound {
    ($sql:expr, $row:expr) => {
        sqlx::query($sql)
            .bind($row.id)
            .bind($row.entry)
            .bind($row.author)
            .bind($row.org)
            .bind($row.team)
            .bind($row.form.as_str())
            .bind($row.version.as_str())
            .bind($row.instance.as_str())
            .bind($row.sha256.as_slice())
            .bind($row.root)
            .bind($row.revision)
            .bind($row.place.as_deref())
            .bind($row.state.as_str())
            .bind($row.expected.as_str())
            .bind($row.missing)
            .bind($row.raw)
            .bind($row.recorded_at)
    };
}

pub(super) const INSERT_SUBMISSION: &str = insert!();
// Both go to the database at once. An id that is taken was looked for in the same act on SQLite, which has one writer, and
// is seen by what comes of the first part on PostgreSQL.
pub(super) const INSERT_WITH_PLOT: ByBackend = by_backend! {
    sqlite: concat!(insert!(), "; ", insert_part!("VALUES ($1, 'plot', $18, 'taken', '[]')")),
    postgres: concat!("WITH made AS (", insert!(), " RETURNING id) ", insert_part!("SELECT $1, 'plot', $18, 'taken', '[]' FROM made")),
};

/// Writes a submission; false when the id is taken.
pub async fn insert_submission(tx: &mut Tx, row: &SubmissionRow) -> Result<bool, Error> {
    changed!(tx, bound!(INSERT_SUBMISSION, row)).map(|rows| rows > 0)
}

/// Writes a submission with the plot that was recorded of it; false when the id is taken. The act has looked for it before.
pub async fn insert_with_plot(
    tx: &mut Tx,
    row: &SubmissionRow,
    plot: PlotId,
) -> Result<bool, Error> {
    let insert = INSERT_WITH_PLOT.on(tx);
    changed!(tx, bound!(insert, row).bind(plot)).map(|rows| rows > 0)
}
