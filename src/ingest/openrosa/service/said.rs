//! What a form says, question by question, and what else came under its name.

use serde::Serialize;

use crate::base::ids::{EntryId, QuarantineId, SubmissionId};
use crate::base::time::Timestamp;
use crate::store::{self, Tx};

use super::super::OpenRosa;
use super::super::forms::Form;
use super::super::sql::{self, OtherRow};
use super::super::xml::{self, Element};
use super::Error;

/// The answer to one question of a form.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FormAnswer {
    /// The question's name.
    pub name: String,
    /// The question as the phone shows it, in Vietnamese.
    pub label: Option<String>,
    /// The answer, up to 200 characters of it.
    pub text: String,
}

/// A content that came later under the name of a submission: it was kept aside, and nothing follows from it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OtherContent {
    /// Under which it is kept.
    pub quarantine: QuarantineId,
    /// The entry that holds its XML.
    pub entry: EntryId,
    /// Its length.
    pub bytes: i64,
    /// When it was received.
    pub received_at: Timestamp,
    /// What it says, question by question; told of one submission alone, and as long as its content is kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<FormAnswer>,
}

/// Answers that are told at most, and how much of each.
const MOST_ANSWERS: usize = 100;
const MOST_CHARS: usize = 200;
/// Lines and times that only the phone's own readers need.
const UNTOLD: [&str; 3] = ["route", "outline", "instanceID"];

/// What the form says, without its lines.
pub(super) fn answers(form: &str, root: &Element) -> Vec<FormAnswer> {
    let form = Form::of(form);
    let leaves = root.leaves().into_iter();
    let said =
        leaves.filter(|leaf| !leaf.text.trim().is_empty() && !UNTOLD.contains(&leaf.name.as_str()));
    said.take(MOST_ANSWERS)
        .map(|leaf| FormAnswer {
            name: leaf.name.clone(),
            label: form.and_then(|form| form.label(&leaf.name)),
            text: leaf.text.trim().chars().take(MOST_CHARS).collect(),
        })
        .collect()
}

/// What else came under the name of a submission.
pub(super) async fn others(
    tx: &mut Tx,
    id: SubmissionId,
) -> Result<Vec<OtherContent>, store::Error> {
    let rows = sql::others(tx, id).await?;
    Ok(rows.iter().map(OtherContent::of).collect())
}

impl OpenRosa {
    /// Reads what other contents say.
    pub(super) async fn read_others(
        &self,
        tx: &mut Tx,
        form: &str,
        others: &mut [OtherContent],
    ) -> Result<(), Error> {
        for other in others {
            let stored = self.journal.entry(tx, other.entry).await?;
            let body = stored.and_then(|stored| stored.body);
            // What was erased says nothing, and so does what a later version cannot read.
            if let Some(Ok(root)) = body.map(|body| xml::read(&body)) {
                other.answers = answers(form, &root);
            }
        }
        Ok(())
    }
}

impl OtherContent {
    fn of(row: &OtherRow) -> Self {
        Self {
            quarantine: row.id,
            entry: row.entry,
            bytes: row.bytes,
            received_at: row.received_at,
            answers: Vec::new(),
        }
    }
}
