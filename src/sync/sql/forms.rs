//! What forms of ODK Collect still owe.

use uuid::Uuid;

use crate::base::ids::SubmissionId;
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

// A later edit brings every file of the form again, and what was refused needs none.
pub(super) const OWED_FORMS: &str = "SELECT s.id, s.form, s.missing, s.recorded_at FROM odk_submissions s \
     WHERE s.author = $1 AND s.missing > 0 \
     AND NOT EXISTS (SELECT 1 FROM odk_submissions l WHERE l.root = s.root AND l.revision > s.revision) \
     AND NOT EXISTS (SELECT 1 FROM odk_decisions d WHERE d.submission = s.id AND d.decision = 'refused') \
     ORDER BY s.recorded_at DESC, s.id DESC LIMIT $2";

/// A form of which files did not come.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OwedFormRow {
    pub id: SubmissionId,
    pub form: String,
    pub missing: i64,
    pub recorded_at: Timestamp,
}

/// The forms of a device of which files did not come, the latest first.
pub async fn owed_forms(tx: &mut Tx, author: Uuid, limit: i64) -> Result<Vec<OwedFormRow>, Error> {
    on!(tx, |c| sqlx::query_as(OWED_FORMS)
        .bind(author)
        .bind(limit)
        .fetch_all(c))
}
