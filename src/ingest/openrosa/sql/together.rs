//! Forms that one act writes together, each with the plot that is all it tells of. PostgreSQL alone has `UNNEST`.

use crate::base::ids::{PlotId, SubmissionId};
use crate::later_rows;
use crate::store::{Error, Tx};

use super::SubmissionRow;

// Counts, so that each row is looked for by itself: joined, a plan that was made for few rows would read all of many.
const KNOWN_FORMS: &str = "SELECT w.form FROM UNNEST($1::UUID[], $2::UUID[]) AS w (form, plot) \
     WHERE (SELECT COUNT(*) FROM odk_submissions s WHERE s.id = w.form) \
     + (SELECT COUNT(*) FROM odk_submissions s WHERE s.root = w.form) \
     + (SELECT COUNT(*) FROM plots p WHERE p.id = w.plot) > 0";
const EDITED_FORMS: &str = "SELECT w.form FROM UNNEST($1::UUID[]) AS w (form) \
     WHERE (SELECT COUNT(*) FROM odk_submissions s WHERE s.root = w.form) > 1";
const INSERT_SUBMISSIONS: &str = "INSERT INTO odk_submissions (id, entry, author, org, team, form, version, \
     instance, sha256, root, revision, place, state, expected, missing, raw, recorded_at) \
     SELECT * FROM UNNEST($1::UUID[], $2::UUID[], $3::UUID[], $4::UUID[], $5::UUID[], $6::TEXT[], $7::TEXT[], \
     $8::TEXT[], $9::BYTEA[], $10::UUID[], $11::BIGINT[], $12::TEXT[], $13::TEXT[], $14::TEXT[], $15::BIGINT[], \
     $16::BIGINT[], $17::BIGINT[])";
const INSERT_PLOT_PARTS: &str = "INSERT INTO odk_parts (submission, part, fact, state, faults) \
     SELECT w.form, 'plot', w.plot, 'taken', '[]' FROM UNNEST($1::UUID[], $2::UUID[]) AS w (form, plot)";

/// The fixed statements that PostgreSQL alone has.
pub const POSTGRES: &[&str] = &[
    KNOWN_FORMS,
    EDITED_FORMS,
    INSERT_SUBMISSIONS,
    INSERT_PLOT_PARTS,
];

/// Those of these forms of which something stands: the form, an edit of it, or its plot.
pub async fn known_forms(
    tx: &mut Tx,
    forms: &[(SubmissionId, PlotId)],
) -> Result<Vec<SubmissionId>, Error> {
    let (ids, plots): (Vec<SubmissionId>, Vec<PlotId>) = forms.iter().copied().unzip();
    tx.settle().await?;
    match tx {
        Tx::Sqlite(_) => Err(not_here()),
        Tx::Postgres(open) => Ok(sqlx::query_scalar(KNOWN_FORMS)
            .bind(ids.as_slice())
            .bind(plots.as_slice())
            .fetch_all(&mut **open)
            .await?),
    }
}

/// Those of these forms that stand, of which an edit stands too.
pub async fn edited_forms(tx: &mut Tx, forms: &[SubmissionId]) -> Result<Vec<SubmissionId>, Error> {
    tx.settle().await?;
    match tx {
        Tx::Sqlite(_) => Err(not_here()),
        Tx::Postgres(open) => Ok(sqlx::query_scalar(EDITED_FORMS)
            .bind(forms)
            .fetch_all(&mut **open)
            .await?),
    }
}

/// Leaves forms to be sent to PostgreSQL with the plots that were recorded of them. The act has looked for them before.
pub async fn insert_all_with_plots(
    tx: &mut Tx,
    forms: &[(SubmissionRow, PlotId)],
) -> Result<(), Error> {
    later_rows!(tx, INSERT_SUBMISSIONS, forms, |(row, _)| [
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
    ])?;
    later_rows!(tx, INSERT_PLOT_PARTS, forms, |form| [form.0.id, form.1])
}

fn not_here() -> Error {
    Error::Unavailable("forms are looked for together in PostgreSQL alone".into())
}
