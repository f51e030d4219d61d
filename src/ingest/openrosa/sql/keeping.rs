//! Writing a submission, alone or with the plot that is all it tells of.

use crate::base::ids::PlotId;
use crate::store::{Error, Tx};
use crate::{changed, later};

use super::SubmissionRow;

macro_rules! insert {
    () => {
        "INSERT INTO odk_submissions (id, entry, author, org, team, form, version, \
     instance, sha256, root, revision, place, state, expected, missing, raw, recorded_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
    };
}

pub(super) const INSERT_SUBMISSION: &str = concat!(insert!(), " ON CONFLICT (id) DO NOTHING");
pub(super) const INSERT_NEW_SUBMISSION: &str = insert!();
pub(super) const INSERT_PLOT_PART: &str = "INSERT INTO odk_parts (submission, part, fact, state, faults) \
     VALUES ($1, 'plot', $2, 'taken', '[]')";

/// Writes a submission; false when the id is taken.
pub async fn insert_submission(tx: &mut Tx, row: &SubmissionRow) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_SUBMISSION)
            .bind(row.id)
            .bind(row.entry)
            .bind(row.author)
            .bind(row.org)
            .bind(row.team)
            .bind(row.form.as_str())
            .bind(row.version.as_str())
            .bind(row.instance.as_str())
            .bind(row.sha256.as_slice())
            .bind(row.root)
            .bind(row.revision)
            .bind(row.place.as_deref())
            .bind(row.state.as_str())
            .bind(row.expected.as_str())
            .bind(row.missing)
            .bind(row.raw)
            .bind(row.recorded_at)
    )
    .map(|rows| rows > 0)
}

/// Leaves a submission to be sent with the plot that was recorded of it. The act has looked for it before.
pub async fn insert_with_plot(tx: &mut Tx, row: &SubmissionRow, plot: PlotId) -> Result<(), Error> {
    later!(
        tx,
        INSERT_NEW_SUBMISSION,
        [
            row.id,
            row.entry,
            row.author,
            row.org,
            row.team,
            row.form.as_str(),
            row.version.as_str(),
            row.instance.as_str(),
            row.sha256.as_slice(),
            row.root,
            row.revision,
            row.place.as_deref(),
            row.state.as_str(),
            row.expected.as_str(),
            row.missing,
            row.raw,
            row.recorded_at,
        ]
    )?;
    later!(tx, INSERT_PLOT_PART, [row.id, plot])
}
