//! Taking a submission: its XML into the journal first, then its parts to the slices.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use crate::base::actor::{Actor, Right};
use crate::base::hex;
use crate::base::ids::{EntryId, PlotId, SubmissionId};
use crate::http::extract::parse_json;
use crate::journal::model::sha256;
use crate::journal::{Entry, KeptAside, Kind};
use crate::plots::First;
use crate::store::{self, Tx};

use super::super::OpenRosa;
use super::super::forms::Form;
use super::super::names::{self, Before, Chain};
use super::super::reading::{self, PartKind, Reading};
use super::super::sql::{self, Found, SubmissionRow};
use super::super::xml::{self, Element};
use super::{Error, Read};

/// A submission that is in the journal.
#[derive(Debug)]
pub struct Accepted {
    /// The submission.
    pub id: SubmissionId,
    pub(super) row: SubmissionRow,
    /// Whether it came for the first time, so that nothing became of it yet.
    pub(super) is_new: bool,
    pub(super) read: Read,
}

/// An instanceID as forms make them is 41 characters.
const MOST_INSTANCE_CHARS: usize = 200;
pub(super) const WAITING: &str = "waiting";
pub(super) const TAKEN: &str = "taken";
pub(super) const REVIEW: &str = "review";
impl Accepted {
    /// What the phone is told as long as none of its files was kept: the state, and how many files have not come.
    #[must_use]
    pub fn standing(&self) -> PhoneStanding {
        PhoneStanding {
            state: self.row.state.clone(),
            missing: self.row.missing,
            unusable: 0,
            too_large: 0,
        }
    }
}

/// What a phone is told of its submission.
#[derive(Debug)]
pub struct PhoneStanding {
    /// The state.
    pub state: String,
    /// Files that have not come.
    pub missing: i64,
    /// Files that came and can never be photos.
    pub unusable: usize,
    /// Files that are larger than any that is taken.
    pub too_large: usize,
}

const CONFLICT: &str = "content-differs";

pub(super) struct Sent {
    pub(super) actor: Actor,
    pub(super) row: SubmissionRow,
    /// The submission that this one edits, as its own id names it.
    edits: Option<SubmissionId>,
    body: Bytes,
    /// The plot that it tells of, when it tells of nothing else.
    pub(super) plot: Option<First>,
}

pub(super) enum Outcome {
    New {
        row: Box<SubmissionRow>,
        /// Whether an edit of it may have come before it.
        is_awaited: bool,
    },
    Stands(Box<SubmissionRow>),
    Differs(KeptAside),
}

impl OpenRosa {
    /// Takes a submission; the same bytes again change nothing.
    pub async fn accept(&self, actor: &Actor, body: Bytes) -> Result<Accepted, Error> {
        if !may_submit(actor) {
            return Err(Error::Forbidden);
        }
        let root = xml::read(&body)?;
        if root.attribute("encrypted") == Some("yes") || root.find("base64EncryptedKey").is_some() {
            return Err(Error::Encrypted);
        }
        let form = form_of(&root).ok_or(Error::UnknownForm)?;
        let mut sent = self.sent(actor, form, &root, body)?;
        let chain = chain_of(&sent.row);
        let mut reading = reading::read(form, &root, &chain);
        if sent.edits.is_none() {
            sent.plot = self.only_plot(actor, &reading).await;
        }
        let sent = Arc::new(sent);
        let outcome = match self.write_with_others(&sent).await? {
            Some(outcome) => outcome,
            None => {
                self.journal
                    .write((self.clone(), sent), |tx, (odk, sent)| {
                        Box::pin(odk.write_submission(tx, sent))
                    })
                    .await?
            }
        };
        let (row, is_new, is_awaited) = match outcome {
            Outcome::New { row, is_awaited } => (*row, true, is_awaited),
            Outcome::Stands(row) => (*row, false, false),
            Outcome::Differs(kept) => return Err(Error::Differs(Box::new(kept))),
        };
        if (row.root, row.revision) != (chain.root, i64::from(chain.revision)) {
            reading = self.read_as_it_stands(&row, &root).await?;
        }
        let mut accepted = Accepted {
            id: row.id,
            row,
            is_new,
            read: Read { root, reading },
        };
        // Under a secret that was replaced nothing is tried again: what was promised stands.
        if !actor.origin.retired {
            accepted.row.state = self.enact(actor, &accepted).await?;
            if is_awaited {
                self.follow(actor, &mut accepted).await;
            }
        }
        Ok(accepted)
    }

    fn sent(
        &self,
        actor: &Actor,
        form: &'static Form,
        root: &Element,
        body: Bytes,
    ) -> Result<Sent, Error> {
        let digest = sha256(&body);
        let instance = root.text_of("instanceID").map(str::to_owned);
        let instance = instance.unwrap_or_else(|| format!("sha256:{}", hex(&digest)));
        if instance.chars().count() > MOST_INSTANCE_CHARS {
            return Err(Error::Unreadable(xml::XmlRefusal::TooLarge));
        }
        let id = names::submission(actor.id, &instance);
        let edits = root.text_of("deprecatedID");
        let edits = edits.map(|instance| names::submission(actor.id, instance));
        let mut expected: Vec<String> = reading::files(form, root)
            .into_iter()
            .map(|file| file.name)
            .collect();
        expected.sort_unstable();
        expected.dedup();
        let has_track = form.id == "patrol_report" && root.text_of("route").is_some();
        let row = SubmissionRow {
            id,
            entry: EntryId(id.0),
            author: actor.id,
            org: actor.org,
            team: actor.team,
            form: form.id.to_owned(),
            version: root.attribute("version").unwrap_or_default().to_owned(),
            instance,
            sha256: digest.to_vec(),
            root: id,
            revision: 1,
            place: None,
            state: WAITING.to_owned(),
            missing: i64::try_from(expected.len()).unwrap_or(i64::MAX),
            expected: json!(expected).to_string(),
            raw: i64::from(has_track),
            recorded_at: self.journal.now(),
            decision: None,
        };
        Ok(Sent {
            actor: actor.clone(),
            row,
            edits: edits.filter(|edited| *edited != id),
            body,
            plot: None,
        })
    }

    /// The plot, when a submission tells of nothing else and it can be read: it is then written in the act that keeps the
    /// submission. What cannot is handed on as any part is, and heard why.
    async fn only_plot(&self, actor: &Actor, reading: &Reading) -> Option<First> {
        let [part] = &reading.parts[..] else {
            return None;
        };
        if part.kind != PartKind::Plot || !reading.kept.is_empty() || reading.entity.is_some() {
            return None;
        }
        let body = part.document.to_string();
        let wire = parse_json(body.as_bytes()).ok()?;
        let plots = &self.slices.plots;
        let first = plots.first(actor, PlotId(part.fact), &wire, body.as_bytes());
        first.await.ok()
    }

    /// The usual case, a plot that nobody told of before, costs one question without a lock: whoever writes the same
    /// meanwhile makes the insertion fail, and the act runs again.
    async fn found(&self, tx: &mut Tx, sent: &Sent) -> Result<Found, Error> {
        match sent.plot.as_ref().filter(|first| first.may_be()) {
            Some(first) => Ok(sql::found(tx, sent.row.id, first.plot()).await?),
            None => Ok(Found::Known),
        }
    }

    /// What came of the same instance before; none when it is new.
    async fn stands(&self, tx: &mut Tx, sent: &Sent) -> Result<Option<Outcome>, Error> {
        if !sql::lock_submission(tx, sent.row.id).await? {
            return Ok(None);
        }
        let row = sql::submission(tx, sent.row.id).await?;
        let row = row.ok_or(Error::NotFound)?;
        if row.sha256 == sent.row.sha256 {
            return Ok(Some(Outcome::Stands(Box::new(row))));
        }
        let bytes = i64::try_from(sent.body.len()).unwrap_or(i64::MAX);
        let kept = self
            .journal
            .keep_aside(tx, sent.entry(), CONFLICT, bytes)
            .await?;
        Ok(Some(Outcome::Differs(kept.ok_or(Error::TooMuchAside)?)))
    }

    async fn write_submission(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        let found = self.found(tx, sent).await?;
        if found == Found::Known
            && let Some(stands) = self.stands(tx, sent).await?
        {
            return Ok(stands);
        }
        let (root, revision) = match sent.edits {
            None => (sent.row.id, 1),
            Some(edited) => match sql::submission(tx, edited).await? {
                Some(before) => (before.root, before.revision + 1),
                // The edited one is still on its way; it will be the chain's first.
                None => (edited, 2),
            },
        };
        let mut plot = sent.plot.as_ref();
        if found == Found::Known
            && let Some(first) = plot
            && !self.slices.plots.is_first(tx, first).await?
        {
            plot = None;
        }
        // What is asked comes before all that is written, which then goes to the database together.
        let nearby = match plot {
            Some(first) => Some(self.slices.plots.nearby(tx, first).await?),
            None => None,
        };
        let written = self.journal.enter(tx, sent.entry()).await?;
        let mut row = SubmissionRow {
            entry: written.entry,
            root,
            revision,
            recorded_at: written.received_at,
            ..sent.row.clone()
        };
        if let Some(first) = plot {
            row.place = first.place().map(str::to_owned);
            TAKEN.clone_into(&mut row.state);
        }
        if let Some(first) = plot {
            sql::insert_with_plot(tx, &row, first.plot()).await?;
        } else if !sql::insert_submission(tx, &row).await? {
            // Another act wrote the instance meanwhile; run again, this one sees it.
            return Err(store::Error::Busy("the submission was just written".into()).into());
        }
        if root != row.id {
            sql::join_chain(tx, row.id, root, revision - 1).await?;
        }
        if let (Some(first), Some(nearby)) = (plot, nearby) {
            self.slices.plots.write(tx, first, nearby).await?;
        }
        // On SQLite no act comes between the question and the commit.
        let is_awaited = found != Found::Nothing || matches!(tx, Tx::Postgres(_));
        let row = Box::new(row);
        Ok(Outcome::New { row, is_awaited })
    }
}

impl Sent {
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry {
            kind: Kind::Submission,
            fact: self.row.id.0,
            actor: self.actor.id,
            device: None,
            origin: Some(&self.actor.origin),
            body: &self.body,
        }
    }
}

/// Whether whoever shows this secret may fill in any form.
pub(super) fn may_submit(actor: &Actor) -> bool {
    [Right::RecordPatrols, Right::RecordPlots]
        .into_iter()
        .any(|right| actor.may_somewhere(right))
}

/// The form, when the submission is of one that is known in that version.
pub(super) fn form_of(root: &Element) -> Option<&'static Form> {
    let form = Form::of(root.attribute("id")?)?;
    let version = root.attribute("version")?;
    form.versions.contains(&version).then_some(form)
}

pub(super) fn chain_of(row: &SubmissionRow) -> Chain {
    Chain {
        root: row.root,
        revision: u32::try_from(row.revision).unwrap_or(u32::MAX),
        org: row.org,
        before: Before::default(),
    }
}
