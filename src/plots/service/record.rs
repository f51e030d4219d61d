//! Recording a plot and its corrections: one id, one first author, every version kept.

use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, PlotId};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::geo::cells::Cell;
use crate::journal::model::sha256;
use crate::journal::{Entry, KeptAside, Kind, Receipt};
use crate::plots::model::draft::PlotDraft;
use crate::plots::model::record::record;
use crate::plots::model::warnings::warnings;
use crate::plots::model::wire::PlotWire;
use crate::plots::sql::{self, CandidateRow, MeasureRow, PlotRow};
use crate::store::Tx;

use super::correct::is_decided;
use super::places::{Placement, PlotPlace};
use super::read::PlotView;
use super::{
    DETECTED, Error, FOREIGN, LINK_JOB, OUTSIDE, Plots, Promise, SETTLE_JOB, flags_text, measures,
    screen, too_much,
};

/// A plot as it was recorded.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The plot as it stands for its author.
    pub view: PlotView,
    /// Whether it was written now.
    pub is_new: bool,
    /// The promise.
    pub receipt: Receipt,
}

/// A recording as it came: who sent it, what it says, where that is, and its bytes.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) actor: Actor,
    pub(super) id: PlotId,
    pub(super) draft: PlotDraft,
    pub(super) record: String,
    pub(super) cells: [i64; 3],
    pub(super) at: Placement,
    pub(super) body: Vec<u8>,
}

pub(super) enum Outcome {
    Stands(Box<PlotRow>, Vec<CandidateRow>, Promise),
    Differs(KeptAside),
    Stale(KeptAside),
    Outside(KeptAside),
}

impl Outcome {
    /// The plot that stands; an error where what was sent lies aside.
    pub(super) fn stood(self) -> Result<(PlotRow, Vec<CandidateRow>, Promise), Error> {
        match self {
            Self::Stands(row, candidates, promise) => Ok((*row, candidates, promise)),
            Self::Differs(kept) => Err(Error::Differs(Box::new(kept))),
            Self::Stale(kept) => Err(Error::Stale(Box::new(kept))),
            Self::Outside(kept) => Err(Error::Outside(Box::new(kept))),
        }
    }
}

const ITSELF: &str = "điểm không thể là tái trồng của chính nó: hãy chọn điểm cũ, hoặc để trống / a plot is not sown anew on itself: \
     expected the id of the old plot, or none";

/// The resolutions of the cells that are kept.
const RESOLUTIONS: [u8; 3] = [7, 9, 12];

impl Plots {
    /// Records a plot or a correction of it; `body` are the bytes as sent.
    pub async fn record(
        &self,
        actor: &Actor,
        id: PlotId,
        wire: &PlotWire,
        body: &[u8],
    ) -> Result<Recorded, Error> {
        let outcome = self.recorded(actor, id, wire, body).await?;
        self.answered(actor, outcome).await
    }

    /// The same for whoever tells nobody how the plot stands; gives where it lies when it was written now.
    pub async fn take(
        &self,
        actor: &Actor,
        id: PlotId,
        wire: &PlotWire,
        body: &[u8],
    ) -> Result<Option<PlotPlace>, Error> {
        let (row, _, promise) = self.recorded(actor, id, wire, body).await?.stood()?;
        let is_written = matches!(promise, Promise::New(_));
        Ok(is_written.then_some(PlotPlace { place: row.place }))
    }

    async fn recorded(
        &self,
        actor: &Actor,
        id: PlotId,
        wire: &PlotWire,
        body: &[u8],
    ) -> Result<Outcome, Error> {
        let sent = self.read(actor, id, wire, body).await?;
        self.journal
            .write((self.clone(), sent), |tx, (plots, sent)| {
                Box::pin(plots.write_recording(tx, sent))
            })
            .await
    }

    /// Reads a recording and finds where it lies.
    pub(super) async fn read(
        &self,
        actor: &Actor,
        id: PlotId,
        wire: &PlotWire,
        body: &[u8],
    ) -> Result<Sent, Error> {
        if !actor.may_somewhere(Right::RecordPlots) {
            return Err(Error::Forbidden);
        }
        let draft = PlotDraft::from_wire(wire, self.journal.now())?;
        if draft.replanting_of == Some(id) {
            return Err(Refusal::at("/properties/replanting_of", ITSELF).into());
        }
        self.placed(actor, id, draft, body.to_vec()).await
    }

    /// A recording with the place where it lies.
    pub(super) async fn placed(
        &self,
        actor: &Actor,
        id: PlotId,
        draft: PlotDraft,
        body: Vec<u8>,
    ) -> Result<Sent, Error> {
        let day = draft.detected_at.local_date();
        let at = self
            .placement(draft.position, day, draft.outside_vietnam)
            .await?;
        Ok(Sent {
            actor: actor.clone(),
            id,
            record: record(&draft).to_string(),
            cells: cells(&draft)?,
            draft,
            at,
            body,
        })
    }

    /// Writes a first recording; the caller moves the epoch on.
    pub(super) async fn write_first(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        // Of what waited the first may have been refused: a person who takes a correction makes it the first.
        if !is_decided(&sent.actor) {
            sent.refuse_revision()?;
        }
        if !sent.is_in_scope() {
            return self.keep(tx, sent, OUTSIDE).await.map(Outcome::Outside);
        }
        let found = screen::nearby(tx, sent.id, &sent.draft).await?;
        self.write_between(tx, sent, found).await
    }

    /// The same where the plots that may be the same were looked for in the same act.
    pub(super) async fn write_between(
        &self,
        tx: &mut Tx,
        sent: &Sent,
        found: Vec<CandidateRow>,
    ) -> Result<Outcome, Error> {
        let written = self.journal.enter(tx, sent.entry()).await?;
        let at = written.received_at;
        let (row, measure) = sent.first(&written)?;
        sql::insert_plot(tx, &row).await?;
        if let Some(measure) = &measure {
            sql::insert_measure(tx, measure).await?;
        }
        sql::insert_candidates(tx, sent.id, &distances(&found)).await?;
        let jobs = [LINK_JOB, SETTLE_JOB].map(|kind| (kind, sent.id.0, at));
        self.journal.queue_all(tx, &jobs).await?;
        Ok(Outcome::Stands(Box::new(row), found, Promise::New(written)))
    }

    /// Writes a revision; the caller moves the epoch on.
    pub(super) async fn revise(
        &self,
        tx: &mut Tx,
        sent: &Sent,
        old: PlotRow,
    ) -> Result<Outcome, Error> {
        let written = self.journal.enter(tx, sent.entry()).await?;
        let row = PlotRow {
            version: old.version + 1,
            ..sent.row(written.entry, old.recorded_at)
        };
        sql::revise_plot(tx, &row, sent.actor.id, written.received_at).await?;
        self.follow(tx, sent, &row, written.received_at).await?;
        let row = sql::plot(tx, sent.id).await?.ok_or(Error::NotFound)?;
        stands(tx, row, Promise::New(written)).await
    }

    /// What follows from a recording: its measure, what stands, and which plots may be the same.
    async fn follow(
        &self,
        tx: &mut Tx,
        sent: &Sent,
        row: &PlotRow,
        at: Timestamp,
    ) -> Result<(), Error> {
        if let Some(measure) = sent.measure(row, at) {
            sql::insert_measure(tx, &measure).await?;
        }
        self.settle_measures(tx, sent.id, row.version, &sent.draft)
            .await?;
        let found = screen::nearby(tx, sent.id, &sent.draft).await?;
        sql::forget_candidates(tx, sent.id).await?;
        sql::insert_candidates(tx, sent.id, &distances(&found)).await?;
        Ok(())
    }

    pub(super) async fn keep(
        &self,
        tx: &mut Tx,
        sent: &Sent,
        reason: &str,
    ) -> Result<KeptAside, Error> {
        let bytes = i64::try_from(sent.body.len()).unwrap_or(i64::MAX);
        let kept = self
            .journal
            .keep_aside(tx, sent.entry(), reason, bytes)
            .await?;
        too_much(kept)
    }

    /// The id is another author's: answered as if it were unknown, so that it tells nothing of that plot.
    pub(super) async fn keep_foreign(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        sent.refuse_revision()?;
        if !sent.is_in_scope() {
            return self.keep(tx, sent, OUTSIDE).await.map(Outcome::Outside);
        }
        let kept = self.keep(tx, sent, FOREIGN).await?;
        let seen = screen::sighting(sent.id, &sent.draft);
        let candidates = screen::candidates(tx, &seen).await?;
        let mut row = sent.row(kept.receipt.entry_id, kept.receipt.received_at);
        measures::stand_alone(&mut row, &sent.draft);
        Ok(Outcome::Stands(
            Box::new(row),
            candidates,
            Promise::Kept(kept),
        ))
    }
}

fn distances(found: &[CandidateRow]) -> Vec<(PlotId, f64)> {
    found
        .iter()
        .map(|row| (row.other, row.distance_m))
        .collect()
}

/// The last step of an act that may have written a recording.
pub(super) async fn moved_on(tx: &mut Tx, done: Outcome) -> Result<Outcome, Error> {
    if matches!(done, Outcome::Stands(_, _, Promise::New(_))) {
        sql::advance(tx).await?;
    }
    Ok(done)
}

pub(super) async fn stands(tx: &mut Tx, row: PlotRow, promise: Promise) -> Result<Outcome, Error> {
    let candidates = sql::candidates_of(tx, &[row.id]).await?;
    Ok(Outcome::Stands(Box::new(row), candidates, promise))
}

pub(super) fn cells(draft: &PlotDraft) -> Result<[i64; 3], Error> {
    let mut cells = [0; 3];
    for (cell, resolution) in cells.iter_mut().zip(RESOLUTIONS) {
        *cell = Cell::at(draft.position, resolution)
            .map_err(screen::misplaced)?
            .to_db();
    }
    Ok(cells)
}

/// What a measure that came with a recording tells of itself: the recording tells it.
pub(super) const NO_WORDS: &str = "{}";

/// What tells a recording's measure from others of its plot: version and record of the recording.
pub(super) fn first_digest(version: i64, record: &str) -> [u8; 32] {
    sha256(format!("{version}\n{record}").as_bytes())
}

impl Sent {
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry {
            kind: Kind::Plot,
            fact: self.id.0,
            actor: self.actor.id,
            device: None,
            origin: Some(&self.actor.origin),
            body: &self.body,
        }
    }

    pub(super) fn is_in_scope(&self) -> bool {
        self.actor.may(Right::RecordPlots, self.at.place.as_deref())
    }

    fn refuse_revision(&self) -> Result<(), Refusal> {
        match self.draft.revises {
            Some(_) => Err(Refusal::at(
                "/properties/revises",
                "there is no version to revise yet",
            )),
            None => Ok(()),
        }
    }

    /// The plot as this recording leaves it, apart from measures.
    pub(super) fn row(&self, entry: EntryId, recorded_at: Timestamp) -> PlotRow {
        let draft = &self.draft;
        let [cell_7, cell_9, cell_12] = self.cells;
        let (commune, commune_name) = self.at.commune.clone().unzip();
        PlotRow {
            id: self.id,
            version: 1,
            entry,
            author: self.actor.id,
            org: self.actor.org,
            state: DETECTED.to_owned(),
            crop: draft.crop.as_str().to_owned(),
            season: draft.season().to_string(),
            period: i64::from(draft.period().year()),
            detected_at: draft.detected_at,
            patrol: draft.patrol,
            incident: draft.incident,
            plants: None,
            plants_method: None,
            area_m2: None,
            area_method: None,
            uncertainty_pct: None,
            lon: draft.position.lon(),
            lat: draft.position.lat(),
            altitude_m: draft.altitude_m,
            hacc_m: draft.hacc_m,
            cell_7,
            cell_9,
            cell_12,
            commune,
            commune_name,
            place: self.at.place.clone(),
            flags: flags_text(&warnings(draft)),
            record: self.record.clone(),
            photos: 0,
            recorded_at,
            returned: 0,
        }
    }

    pub(super) fn measure(&self, row: &PlotRow, at: Timestamp) -> Option<MeasureRow> {
        let (plants, area) = (self.draft.plants, self.draft.area);
        if plants.is_none() && area.is_none() {
            return None;
        }
        Some(MeasureRow {
            entry: row.entry,
            plot: self.id,
            version: Some(row.version),
            author: self.actor.id,
            measured_at: self.draft.detected_at,
            plants: plants.map(|plants| i64::from(plants.number)),
            plants_method: plants.map(|plants| plants.method.as_str().to_owned()),
            area_m2: area.map(|area| area.area_m2),
            area_method: area.map(|area| area.method.as_str().to_owned()),
            uncertainty_pct: area.map(|area| area.uncertainty_pct),
            digest: first_digest(row.version, &self.record).to_vec(),
            record: NO_WORDS.to_owned(),
            recorded_at: at,
        })
    }
}
