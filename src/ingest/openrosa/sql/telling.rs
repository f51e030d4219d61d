//! The forms that told of a fact.

use uuid::Uuid;

use crate::base::ids::SubmissionId;
use crate::on;
use crate::store::{Error, Tx};

use super::{SubmissionRow, TELLING};

pub(super) const FACTS_OF: &str =
    "SELECT fact FROM odk_parts WHERE submission = $1 AND fact IS NOT NULL ORDER BY fact";

impl SubmissionRow {
    /// Whether something of it is still to be recorded: not taken as a whole, and nobody decided about it.
    pub fn waits(&self) -> bool {
        self.state != "taken" && self.decision.is_none()
    }
}

/// The forms whose parts told of a fact.
pub async fn telling(tx: &mut Tx, fact: Uuid) -> Result<Vec<SubmissionRow>, Error> {
    on!(tx, |c| sqlx::query_as(TELLING).bind(fact).fetch_all(c))
}

/// The facts that a form's parts told of.
pub async fn facts_of(tx: &mut Tx, id: SubmissionId) -> Result<Vec<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(FACTS_OF).bind(id).fetch_all(c))
}
