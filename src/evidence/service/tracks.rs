//! Screening patrols' tracks: what is found becomes a question, and an entry. The rules that it is done by.

use serde_json::json;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{PatrolId, QuestionId};
use crate::evidence::sql::{self, NewTrackQuestion};
use crate::journal::{JobRow, RulesEntry, RulesSet, RulesWire};
use crate::patrols::model::screens::TrackRules;
use crate::patrols::{ScreenedPatrol, TrackFind};
use crate::plots::SETTLE_JOB;
use crate::store::{self, Tx};

use super::{Error, Evidence};

impl Evidence {
    /// Every version of the rules that tracks are screened by, the oldest first.
    pub async fn all_track_rules(
        &self,
        actor: &Actor,
    ) -> Result<Vec<RulesEntry<TrackRules>>, Error> {
        if !actor.may_somewhere(Right::ReadPatrols) {
            return Err(Error::Forbidden);
        }
        Ok(self.journal.all_rules().await?)
    }

    /// Sets the next rules; tracks that come from now on are screened by them. `body` are the bytes as sent.
    pub async fn set_track_rules(
        &self,
        actor: &Actor,
        wire: RulesWire<TrackRules>,
        body: &[u8],
    ) -> Result<RulesSet, Error> {
        if !actor.may_in_province(Right::ChangeDefinitions) {
            return Err(Error::Forbidden);
        }
        Ok(self.journal.set_rules(actor.id, wire, body).await?)
    }

    /// The job of a patrol whose tracks came or changed.
    pub async fn screen_tracks(&self, job: &JobRow) -> Result<(), Error> {
        let patrol = PatrolId(job.subject);
        let mut tx = self.journal.store().read().await?;
        let rules: TrackRules = self.journal.rules(&mut tx).await?;
        let screened = self.patrols.screened(&mut tx, patrol, &rules).await?;
        drop(tx);
        let context = (self.clone(), (patrol, job.id), screened);
        self.journal
            .write(context, |tx, (evidence, (patrol, job), screened)| {
                Box::pin(async move {
                    evidence.keep_screened(tx, *patrol, screened).await?;
                    Ok::<_, Error>(evidence.journal.finish_job(tx, *job).await?)
                })
            })
            .await
    }

    /// The job of a patrol that was judged: the plots that its tracks may show are settled anew.
    pub async fn settle_judged(&self, job: &JobRow) -> Result<(), Error> {
        self.journal
            .write((self.clone(), job.clone()), |tx, (evidence, job)| {
                Box::pin(async move {
                    let patrol = PatrolId(job.subject);
                    for plot in evidence.patrols.plots_on_the_way(tx, patrol).await? {
                        evidence.journal.queue(tx, SETTLE_JOB, plot.0).await?;
                    }
                    Ok::<_, Error>(evidence.journal.finish_job(tx, job.id).await?)
                })
            })
            .await
    }

    async fn keep_screened(
        &self,
        tx: &mut Tx,
        patrol: PatrolId,
        screened: &ScreenedPatrol,
    ) -> Result<(), Error> {
        self.patrols.keep_screened(tx, screened).await?;
        let orgs = self.patrols.orgs_of(tx, patrol).await?;
        for find in &screened.finds {
            let new = NewTrackQuestion {
                id: QuestionId(self.journal.ids().make()),
                subject: subject(patrol, find),
                screen: find.screen.as_str(),
                patrol: Some(patrol),
                device: Some(find.device),
                other: find.other,
                plot: None,
                org: orgs.map(|[lead, _]| lead),
                record: find.found.to_string(),
            };
            self.ask_unit(tx, &new).await?;
        }
        Ok(())
    }

    /// Asks, unless it was asked before: however often a track grows, one thing is one question.
    pub(super) async fn ask_unit(
        &self,
        tx: &mut Tx,
        new: &NewTrackQuestion,
    ) -> Result<(), store::Error> {
        if sql::is_track_asked(tx, &new.subject).await? {
            return Ok(());
        }
        let body = json!({ "screen": new.screen, "patrol": new.patrol, "plot": new.plot,
            "other": new.other.map(|(patrol, _)| patrol), "found": new.record });
        let written = self.enter_question(tx, new.id, &body).await?;
        if !sql::insert_track_question(tx, new, written.entry, written.received_at).await? {
            return Err(store::Error::Busy("the question was just asked".into()));
        }
        Ok(())
    }
}

/// A copy of two tracks of one earlier patrol is one question for each of them.
fn subject(patrol: PatrolId, find: &TrackFind) -> String {
    let other = find
        .other
        .map(|(patrol, device)| format!("/{patrol}/{device}"));
    let screen = find.screen.as_str();
    format!(
        "{screen}/{patrol}/{}{}",
        find.device,
        other.unwrap_or_default()
    )
}
