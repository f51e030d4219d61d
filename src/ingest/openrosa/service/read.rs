//! What became of submissions, for the team that sent them and the officers of their communes.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::hex;
use crate::base::ids::{EntryId, PhotoId, QuarantineId, SubmissionId};
use crate::base::time::Timestamp;
use crate::identity::model::RESERVE_TEAM;
use crate::journal::Receipt;
use crate::patrols::model::text::composed;
use crate::store::Tx;

use super::super::OpenRosa;
use super::super::sql::{
    self, DecisionRow, FileRow, Filter, PartRow, REFUSED, Sight, SubmissionRow, TOO_LARGE,
    UnusableRow,
};
use super::said::{FormAnswer, OtherContent, answers, others};
use super::{Error, PhoneStanding};

/// A submission of a form as its readers see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SubmissionView {
    /// The submission.
    pub id: SubmissionId,
    /// The form.
    pub form: String,
    /// The form's version.
    pub version: String,
    /// The instanceID.
    pub instance: String,
    /// Who sent it.
    pub author: Uuid,
    /// The first submission of the chain of edits.
    pub root: SubmissionId,
    /// 1, and one more for each edit.
    pub revision: i64,
    /// The commune in which it lay at receipt.
    pub commune: Option<String>,
    /// `taken`: every part; `review`: some wait for a person; `refused`: a person decided so; `waiting`: not handed on yet.
    pub state: String,
    /// What a person decided about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<SubmissionDecisionView>,
    /// What the form says, question by question; told of one submission alone, and as long as its content is kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<FormAnswer>,
    /// Whether every file that the form names has come and can be used.
    pub complete: bool,
    /// The names of files that have not come.
    pub missing: Vec<String>,
    /// What became of each part.
    pub parts: Vec<SubmittedPart>,
    /// The files that came.
    pub files: Vec<SubmittedFile>,
    /// Other contents that came later under the same instance and were kept aside; the first one counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherContent>,
    /// When it was received.
    pub recorded_at: Timestamp,
    /// The entry that holds its XML.
    pub entry: EntryId,
    /// The promise over its XML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// What a person decided about a submission.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SubmissionDecisionView {
    /// `accepted` or `refused`.
    pub decision: String,
    /// Why.
    pub reason: Option<String>,
    /// By whom.
    pub decided_by: Uuid,
    /// When.
    pub decided_at: Timestamp,
    /// The entry that holds it.
    pub entry: EntryId,
}

/// What became of a part of a submission.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SubmittedPart {
    /// Its name.
    pub part: String,
    /// The fact.
    pub fact: Option<Uuid>,
    /// `taken`, `kept` (nothing follows from it) or `review`.
    pub state: String,
    /// Why it was not taken.
    pub reason: Option<String>,
    /// Which values, and what would be accepted.
    #[schema(value_type = Vec<Object>)]
    pub faults: Value,
    /// What was kept aside.
    pub quarantine: Option<QuarantineId>,
}

/// A file that came with a submission.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SubmittedFile {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length.
    pub bytes: i64,
    /// The photo that it became; none when it can never be one.
    pub photo: Option<PhotoId>,
    /// Why it can never be a photo: `empty`, `too-large` (nothing of it was kept), or what was kept aside of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
}

/// Which page is asked for.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// In this state.
    pub state: Option<String>,
    /// Of this form.
    pub form: Option<String>,
    /// Only those whose files have not all come, or came and are of no use.
    pub incomplete: bool,
    /// After this row.
    pub after: Option<(Timestamp, SubmissionId)>,
    /// Rows in a page.
    pub limit: u32,
}

/// A page of submissions.
#[derive(Debug, Clone)]
pub struct ListPage {
    /// The submissions, the latest first.
    pub items: Vec<SubmissionView>,
    /// The last row's key, when more follow.
    pub next: Option<(Timestamp, SubmissionId)>,
}

impl OpenRosa {
    /// One submission.
    pub async fn submission(
        &self,
        actor: &Actor,
        id: SubmissionId,
    ) -> Result<SubmissionView, Error> {
        let sight = self.sight(actor).await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::submission(&mut tx, id).await?;
        let row = row.filter(|row| sees(&sight, row)).ok_or(Error::NotFound)?;
        let receipt = self.journal.receipt_again(&mut tx, row.entry).await?;
        let mut view = told(&mut tx, row.clone()).await?;
        self.read_others(&mut tx, &row.form, &mut view.others)
            .await?;
        drop(tx);
        view.receipt = Some(receipt);
        if let Some(kept) = self.kept(row).await? {
            view.answers = answers(&kept.row.form, &kept.read.root);
        }
        Ok(view)
    }

    /// What the phone that sent a submission is told: its state, and how many of its files have not come or are of no use.
    pub async fn standing(&self, id: SubmissionId) -> Result<PhoneStanding, Error> {
        let mut tx = self.journal.store().read().await?;
        let row = sql::submission(&mut tx, id).await?;
        let row = row.ok_or(Error::NotFound)?;
        let files = sql::files(&mut tx, id).await?;
        let unusable = lacking(sql::unusable(&mut tx, id).await?, &files);
        let large = unusable.iter().filter(|own| own.reason == TOO_LARGE);
        let too_large = large.count();
        Ok(PhoneStanding {
            unusable: unusable.len() - too_large,
            too_large,
            state: state_of(&row),
            missing: row.missing,
        })
    }

    /// A page of submissions.
    pub async fn submissions(&self, actor: &Actor, query: ListQuery) -> Result<ListPage, Error> {
        let sight = self.sight(actor).await?;
        let filter = Filter {
            state: query.state,
            form: query.form,
            incomplete: query.incomplete,
            after: query.after,
            limit: i64::from(query.limit) + 1,
        };
        let mut tx = self.journal.store().read().await?;
        let mut rows = sql::submissions(&mut tx, &sight, &filter).await?;
        let most = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more);
        let next = next.map(|row| (row.recorded_at, row.id));
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            items.push(told(&mut tx, row).await?);
        }
        Ok(ListPage { items, next })
    }

    /// What somebody sees: the own, the team's, and what lay in communes of its reach or where they have their ground today.
    async fn sight(&self, actor: &Actor) -> Result<Sight, Error> {
        let reach = actor.reach(Right::ReadPlots).ok_or(Error::Forbidden)?;
        let communes = match self.slices.areas.with_ended(&reach).await? {
            Scope::Province => None,
            Scope::Communes(codes) => Some(codes.into_iter().collect()),
        };
        Ok(Sight {
            actor: actor.id,
            // Phones without a team are no party of one another's.
            team: actor.team.filter(|team| *team != RESERVE_TEAM),
            communes,
        })
    }
}

fn sees(sight: &Sight, row: &SubmissionRow) -> bool {
    let is_own = row.author == sight.actor || (row.team.is_some() && row.team == sight.team);
    is_own
        || sight.communes.as_ref().is_none_or(|communes| {
            row.place
                .as_ref()
                .is_some_and(|place| communes.contains(place))
        })
}

async fn told(tx: &mut Tx, row: SubmissionRow) -> Result<SubmissionView, Error> {
    let parts = sql::parts(tx, row.id).await?;
    let files = sql::files(tx, row.id).await?;
    let unusable = lacking(sql::unusable(tx, row.id).await?, &files);
    let decision = match &row.decision {
        Some(_) => sql::decision(tx, row.id).await?,
        None => None,
    };
    let mut missing = row.expected()?;
    missing.retain(|name| !files.iter().any(|file| composed(&file.name) == *name));
    let complete = missing.is_empty();
    missing.retain(|name| !unusable.iter().any(|file| composed(&file.name) == *name));
    let state = state_of(&row);
    let others = others(tx, row.id).await?;
    let files = files.into_iter().map(SubmittedFile::of);
    let files = files.chain(unusable.into_iter().map(SubmittedFile::unusable));
    Ok(SubmissionView {
        id: row.id,
        form: row.form,
        version: row.version,
        instance: row.instance,
        author: row.author,
        root: row.root,
        revision: row.revision,
        commune: row.place,
        state,
        decision: decision.map(SubmissionDecisionView::of),
        answers: Vec::new(),
        complete,
        missing,
        parts: parts.into_iter().map(SubmittedPart::of).collect(),
        files: files.collect(),
        others,
        recorded_at: row.recorded_at,
        entry: row.entry,
        receipt: None,
    })
}

/// Those of no use that did not come again as files that are: a larger bound takes what a smaller one refused.
pub(super) fn lacking(mut unusable: Vec<UnusableRow>, files: &[FileRow]) -> Vec<UnusableRow> {
    let came = |own: &UnusableRow| {
        let mut files = files.iter();
        files.any(|file| file.name == own.name && file.sha256 == own.sha256)
    };
    unusable.retain(|own| !came(own));
    unusable
}

/// The state with what a person decided.
fn state_of(row: &SubmissionRow) -> String {
    match row.decision.as_deref() {
        Some(REFUSED) => REFUSED.to_owned(),
        _ => row.state.clone(),
    }
}

impl SubmissionDecisionView {
    fn of(row: DecisionRow) -> Self {
        Self {
            decision: row.decision,
            reason: row.reason,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            entry: row.entry,
        }
    }
}

impl SubmittedPart {
    fn of(row: PartRow) -> Self {
        Self {
            part: row.part,
            fact: row.fact,
            state: row.state,
            reason: row.reason,
            faults: serde_json::from_str(&row.faults).unwrap_or_default(),
            quarantine: row.quarantine,
        }
    }
}

impl SubmittedFile {
    fn of(row: FileRow) -> Self {
        Self {
            name: row.name,
            sha256: hex(&row.sha256),
            bytes: row.bytes,
            photo: Some(row.photo),
            unusable: None,
        }
    }

    fn unusable(row: UnusableRow) -> Self {
        Self {
            name: row.name,
            sha256: hex(&row.sha256),
            bytes: row.bytes,
            photo: None,
            unusable: Some(row.reason),
        }
    }
}
