//! Handing a submission's parts on to the slices, and writing down what became of each.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{PatrolId, PlotId, SubmissionId};
use crate::base::refusal::{Fault, Refusal};
use crate::http::extract::parse_json;
use crate::journal::model::sha256;
use crate::journal::{Entry, Kind};
use crate::ledger::model::parse::Wire;
use crate::patrols::Upload;
use crate::patrols::model::batch::Batch;
use crate::plots::PlotPlace;
use crate::store::Tx;

use super::super::OpenRosa;
use super::super::reading::{EntityUpdate, Part, PartKind};
use super::super::sql::{self, PartRow, REFUSED, SubmissionRow};
use super::accept::{Accepted, REVIEW, TAKEN, WAITING};
use super::{Error, NotTaken, Refused};

/// What became of parts, to be written down in one act.
struct Outcome {
    id: SubmissionId,
    root: SubmissionId,
    revision: i64,
    /// Whether these are all parts there are, none known before.
    is_first: bool,
    place: Option<String>,
    actor: Uuid,
    rows: Vec<(PartRow, Option<Aside>)>,
}

/// A document that its slice refused without keeping it.
struct Aside {
    kind: Kind,
    fact: Uuid,
    reason: &'static str,
    document: String,
}

pub(super) const KEPT: &str = "kept";
/// Why a part is kept that could not be recorded: an edit of it was.
const EDITED: &str = "edited";
/// The part that tells of a phone with an older view of a plot.
pub(super) const ENTITY: &str = "entity";
const STALE_ENTITY: &str = "stale-entity";

impl OpenRosa {
    /// Does what a submission says, as far as it was not done before; gives its state.
    pub(super) async fn enact(&self, actor: &Actor, accepted: &Accepted) -> Result<String, Error> {
        let (row, reading) = (&accepted.row, &accepted.read.reading);
        if row.state == TAKEN {
            return Ok(TAKEN.to_owned());
        }
        if let Some(REFUSED) = row.decision.as_deref() {
            return Ok(REFUSED.to_owned());
        }
        let before = if accepted.is_new {
            Vec::new()
        } else {
            let mut tx = self.journal.store().read().await?;
            sql::parts(&mut tx, row.id).await?
        };
        let is_done = |name: &str| {
            before
                .iter()
                .any(|known| known.part == name && known.state != REVIEW)
        };
        let mut rows = Vec::new();
        if row.state == WAITING {
            rows.extend(
                self.stale_entity(actor, reading.entity)
                    .await?
                    .map(|row| (row, None)),
            );
        }
        let mut placed = None;
        for part in reading.parts.iter().filter(|part| !is_done(part.name)) {
            let (said, place) = self.hand_on(actor, row, part).await?;
            rows.push(said);
            placed = placed.or(place);
        }
        for (name, reason) in &reading.kept {
            rows.push((kept_row(name, reason), None));
        }
        let outcome = Outcome {
            id: row.id,
            root: row.root,
            revision: row.revision,
            is_first: accepted.is_new,
            place: match placed {
                Some(plot) => plot.place,
                None => self.place_of(actor, accepted).await?,
            },
            actor: actor.id,
            rows,
        };
        self.journal
            .write((self.clone(), outcome), |tx, (odk, outcome)| {
                Box::pin(odk.write_outcome(tx, outcome))
            })
            .await
    }

    async fn write_outcome(&self, tx: &mut Tx, outcome: &Outcome) -> Result<String, Error> {
        let mut parts = Vec::with_capacity(outcome.rows.len());
        if !outcome.is_first {
            sql::lock_submission(tx, outcome.id).await?;
        }
        for (row, aside) in &outcome.rows {
            let mut row = row.clone();
            if let Some(aside) = aside {
                let kept = self.journal.keep_aside(
                    tx,
                    aside.entry(outcome.actor),
                    aside.reason,
                    aside.bytes(),
                );
                row.quarantine = Some(kept.await?.ok_or(Error::TooMuchAside)?.quarantine);
            }
            sql::set_part(tx, outcome.id, &row).await?;
            parts.push(row);
        }
        if !outcome.is_first {
            parts = sql::parts(tx, outcome.id).await?;
        }
        let is_open = parts.is_empty() || parts.iter().any(|part| part.state == REVIEW);
        let state = if is_open { REVIEW } else { TAKEN };
        sql::set_state(tx, outcome.id, state, outcome.place.as_deref()).await?;
        if state == TAKEN && outcome.revision > 1 {
            self.lay_down_edited(tx, outcome, &parts).await?;
        }
        Ok(state.to_owned())
    }

    /// Nobody has to decide about what could not be recorded where an edit of it was.
    async fn lay_down_edited(
        &self,
        tx: &mut Tx,
        outcome: &Outcome,
        recorded: &[PartRow],
    ) -> Result<(), Error> {
        let is_recorded = |part: &PartRow| {
            let mut own = recorded.iter();
            own.any(|own| own.part == part.part && own.state == TAKEN)
        };
        for edited in sql::edited(tx, outcome.root, outcome.revision).await? {
            sql::lock_submission(tx, edited.id).await?;
            let mut is_open = false;
            for part in sql::parts(tx, edited.id).await? {
                if part.state != REVIEW {
                    continue;
                }
                if !is_recorded(&part) {
                    is_open = true;
                    continue;
                }
                let laid_down = PartRow {
                    state: KEPT.to_owned(),
                    reason: Some(EDITED.to_owned()),
                    ..part
                };
                sql::set_part(tx, edited.id, &laid_down).await?;
            }
            if !is_open {
                sql::set_state(tx, edited.id, TAKEN, edited.place.as_deref()).await?;
            }
        }
        Ok(())
    }

    /// The commune by which officers see the submission: that of its plot, where its author may know of it.
    async fn place_of(&self, actor: &Actor, accepted: &Accepted) -> Result<Option<String>, Error> {
        let reading = &accepted.read.reading;
        let by_plot = match reading.plot {
            Some(plot) => {
                let mut tx = self.journal.store().read().await?;
                let known = self.slices.plots.place(&mut tx, plot).await?;
                let place = known.and_then(|plot| plot.place);
                place.filter(|place| actor.may(Right::ReadPlots, Some(place.as_str())))
            }
            None => None,
        };
        match (by_plot, reading.point) {
            (Some(place), _) => Ok(Some(place)),
            (None, Some(point)) => Ok(self.slices.plots.place_of(point.position).await?),
            (None, None) => Ok(None),
        }
    }

    /// What a phone changed of an older state of a plot than the one that stands: both sides are kept, a person looks. A
    /// plot that the phone may not know of is told of like one that there is not.
    async fn stale_entity(
        &self,
        actor: &Actor,
        update: Option<EntityUpdate>,
    ) -> Result<Option<PartRow>, Error> {
        let Some(update) = update else {
            return Ok(None);
        };
        let mut tx = self.journal.store().read().await?;
        let place = self.slices.plots.place(&mut tx, update.plot).await?;
        if !place.is_some_and(|plot| actor.may(Right::ReadPlots, plot.place.as_deref())) {
            return Ok(None);
        }
        let version = sql::plot_version(&mut tx, update.plot).await?;
        let Some(version) = version.filter(|version| *version != update.base_version) else {
            return Ok(None);
        };
        let reason = format!(
            "the phone had version {}, the plot stands at {version}",
            update.base_version
        );
        let faults = Refusal::at("/meta/entity/baseVersion", reason).0;
        Ok(Some(review_row(
            ENTITY,
            Some(update.plot.0),
            STALE_ENTITY,
            &faults,
        )))
    }

    /// Gives what became of a part, and where the plot lies that it wrote.
    async fn hand_on(
        &self,
        actor: &Actor,
        row: &SubmissionRow,
        part: &Part,
    ) -> Result<((PartRow, Option<Aside>), Option<PlotPlace>), Error> {
        let body = part.document.to_string();
        let mut place = None;
        let said = match part.kind {
            PartKind::Patrol => self.record_patrol(actor, PatrolId(part.fact), &body).await,
            PartKind::Track(patrol) => self.append_track(actor, patrol, &body, row).await,
            PartKind::Plot => {
                let said = self.record_plot(actor, PlotId(part.fact), &body).await;
                said.map(|own| place = own)
            }
            PartKind::Eradication(plot) => {
                let wire = parsed(&body).map(|wire| Wire::Eradication(Box::new(wire)));
                self.record_fact(actor, plot, wire, &body).await
            }
            PartKind::Reinspection(plot) => {
                let wire = parsed(&body).map(Wire::Reinspection);
                self.record_fact(actor, plot, wire, &body).await
            }
        };
        let why = match said {
            Ok(()) => return Ok(((taken_row(part.name, part.fact), None), place)),
            Err(Refused::Failed(error)) => return Err(error),
            Err(Refused::NotTaken(why)) => why,
        };
        let mut row = review_row(part.name, Some(part.fact), why.reason, &why.faults);
        row.quarantine = why.kept.as_ref().map(|kept| kept.quarantine);
        // A track is kept once, in the submission itself, so that its retention ends it once.
        let is_track = matches!(part.kind, PartKind::Track(_));
        let aside = (why.kept.is_none() && !is_track).then(|| Aside {
            kind: part.kind.journal_kind(),
            fact: part.fact,
            reason: why.reason,
            document: body,
        });
        Ok(((row, aside), None))
    }

    async fn record_patrol(&self, actor: &Actor, id: PatrolId, body: &str) -> Result<(), Refused> {
        let wire = parsed(body)?;
        self.slices
            .patrols
            .record(actor, id, wire, body.as_bytes())
            .await?;
        Ok(())
    }

    async fn append_track(
        &self,
        actor: &Actor,
        patrol: PatrolId,
        body: &str,
        row: &SubmissionRow,
    ) -> Result<(), Refused> {
        let batch = Batch::read(body.as_bytes(), row.recorded_at);
        let upload = Upload {
            batch: batch.ok_or(Refused::not_taken(NotTaken::because("invalid-content")))?,
            request: sha256(body.as_bytes()),
            turn: Bytes::new(),
        };
        self.slices.patrols.append(actor, patrol, upload).await?;
        Ok(())
    }

    async fn record_plot(
        &self,
        actor: &Actor,
        id: PlotId,
        body: &str,
    ) -> Result<Option<PlotPlace>, Refused> {
        let wire = parsed(body)?;
        let taken = self.slices.plots.take(actor, id, &wire, body.as_bytes());
        Ok(taken.await?)
    }

    async fn record_fact(
        &self,
        actor: &Actor,
        plot: PlotId,
        wire: Result<Wire, Refused>,
        body: &str,
    ) -> Result<(), Refused> {
        self.slices
            .ledger
            .record(actor, plot, &wire?, body.as_bytes())
            .await?;
        Ok(())
    }
}

impl Aside {
    fn entry(&self, actor: Uuid) -> Entry<'_> {
        Entry {
            kind: self.kind,
            fact: self.fact,
            actor,
            device: None,
            origin: None,
            body: self.document.as_bytes(),
        }
    }

    fn bytes(&self) -> i64 {
        i64::try_from(self.document.len()).unwrap_or(i64::MAX)
    }
}

impl PartKind {
    const fn journal_kind(self) -> Kind {
        match self {
            Self::Patrol => Kind::Patrol,
            Self::Track(_) => Kind::Fixes,
            Self::Plot => Kind::Plot,
            Self::Eradication(_) => Kind::Eradication,
            Self::Reinspection(_) => Kind::Reinspection,
        }
    }
}

/// The document as the native API would read it.
fn parsed<T: DeserializeOwned>(body: &str) -> Result<T, Refused> {
    parse_json(body.as_bytes()).map_err(|problem| {
        Refused::not_taken(NotTaken::refused(Refusal(problem.faults().to_vec())))
    })
}

fn taken_row(part: &str, fact: Uuid) -> PartRow {
    PartRow {
        part: part.to_owned(),
        fact: Some(fact),
        state: TAKEN.to_owned(),
        reason: None,
        faults: "[]".to_owned(),
        quarantine: None,
    }
}

fn kept_row(name: &str, reason: &str) -> PartRow {
    PartRow {
        part: name.to_owned(),
        fact: None,
        state: KEPT.to_owned(),
        reason: Some(reason.to_owned()),
        faults: "[]".to_owned(),
        quarantine: None,
    }
}

fn review_row(name: &str, fact: Option<Uuid>, reason: &str, faults: &[Fault]) -> PartRow {
    let faults: Vec<Value> = faults
        .iter()
        .map(|fault| json!({ "pointer": fault.pointer, "reason": fault.reason }))
        .collect();
    PartRow {
        part: name.to_owned(),
        fact,
        state: REVIEW.to_owned(),
        reason: Some(reason.to_owned()),
        faults: Value::from(faults).to_string(),
        quarantine: None,
    }
}
