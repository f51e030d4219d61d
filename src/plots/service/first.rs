//! A plot's first recording within an act of the caller's: a door writes it together with what it keeps itself.

use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::journal::{Entry, Written};
use crate::plots::model::wire::PlotWire;
use crate::plots::sql::{self, CandidateRow, MeasureRow, NearRow, PlotRow};
use crate::store::Tx;

use super::record::{Sent, moved_on};
use super::{Error, LINK_JOB, Plots, SETTLE_JOB, measures, screen};

/// What may be a plot's first recording, read and placed.
#[derive(Clone)]
pub struct First(Box<Sent>);

/// What it says stays out of logs.
impl std::fmt::Debug for First {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "First({}, ..)", self.0.id)
    }
}

/// The plots that may be the same as a first recording's.
#[derive(Debug)]
pub struct Nearby(Vec<CandidateRow>);

impl First {
    /// The plot.
    #[must_use]
    pub fn plot(&self) -> PlotId {
        self.0.id
    }

    /// The commune of today in which the plot lies.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.0.at.place.as_deref()
    }

    /// Whether it is taken as a first recording when nobody recorded the plot before: it lies where its author may record.
    #[must_use]
    pub fn may_be(&self) -> bool {
        self.0.draft.revises.is_none() && self.0.is_in_scope()
    }

    /// Its entry, for whoever writes several together.
    #[must_use]
    pub fn entry(&self) -> Entry<'_> {
        self.0.entry()
    }

    /// What others find of it that are searched for later in the same act.
    fn near_row(&self) -> NearRow {
        let (id, draft) = (self.0.id, &self.0.draft);
        NearRow {
            id,
            lon: draft.position.lon(),
            lat: draft.position.lat(),
            hacc_m: draft.hacc_m,
            place: self.0.at.place.clone(),
            detected_at: draft.detected_at,
        }
    }
}

impl Sent {
    /// The plot as a first recording leaves it, with the measure that came along.
    pub(super) fn first(&self, written: &Written) -> Result<(PlotRow, Option<MeasureRow>), Error> {
        let mut row = self.row(written.entry, written.received_at);
        let measure = self.measure(&row, written.received_at);
        measures::stand_first(&mut row, measure.as_ref(), &self.draft)?;
        Ok((row, measure))
    }
}

impl Plots {
    /// Reads what may be a plot's first recording, to be written in an act of the caller's.
    pub async fn first(
        &self,
        actor: &Actor,
        id: PlotId,
        wire: &PlotWire,
        body: &[u8],
    ) -> Result<First, Error> {
        let sent = self.read(actor, id, wire, body).await?;
        Ok(First(Box::new(sent)))
    }

    /// Whether it is one that is taken: nobody recorded the plot before, and it lies where its author may record. Whatever
    /// else it is, is recorded as usual.
    pub async fn is_first(&self, tx: &mut Tx, first: &First) -> Result<bool, Error> {
        Ok(first.may_be() && !sql::lock_plot(tx, first.plot()).await?)
    }

    /// The plots that may be the same, to be looked for in the act that writes it and before anything that it writes.
    pub async fn nearby(&self, tx: &mut Tx, first: &First) -> Result<Nearby, Error> {
        let own = &first.0;
        screen::nearby(tx, own.id, &own.draft).await.map(Nearby)
    }

    /// Writes a first recording of which `is_first` was said in the same act, or which may be one and of whose plot nothing
    /// was found in it; the act's last step.
    pub async fn write(&self, tx: &mut Tx, first: &First, nearby: Nearby) -> Result<(), Error> {
        let done = self.write_between(tx, &first.0, nearby.0).await?;
        moved_on(tx, done).await.map(drop)
    }

    /// The plots that may be the same as each of several first recordings that one act writes, in their order: each finds
    /// those before it too.
    pub async fn nearby_all(&self, tx: &mut Tx, firsts: &[&First]) -> Result<Vec<Nearby>, Error> {
        let seen = firsts.iter().map(|first| {
            let own = &first.0;
            (screen::sighting(own.id, &own.draft), first.near_row())
        });
        let found = screen::nearby_all(tx, &seen.collect::<Vec<_>>()).await?;
        Ok(found.into_iter().map(Nearby).collect())
    }

    /// Writes several first recordings, whose entries the caller wrote, to PostgreSQL, as if each had been written by itself;
    /// the act's last step. Of none of their plots anything was found in the act.
    pub async fn write_all(
        &self,
        tx: &mut Tx,
        firsts: &[(&First, Nearby, &Written)],
    ) -> Result<(), Error> {
        let (mut rows, mut measures) = (Vec::new(), Vec::new());
        let (mut pairs, mut jobs) = (Vec::new(), Vec::new());
        for (first, nearby, written) in firsts {
            let plot = first.plot();
            let (row, measure) = first.0.first(written)?;
            rows.push(row);
            measures.extend(measure);
            let near = nearby.0.iter();
            pairs.extend(near.map(|near| (plot, near.other, near.distance_m)));
            jobs.extend([LINK_JOB, SETTLE_JOB].map(|kind| (kind, plot.0, written.received_at)));
        }
        sql::insert_plots(tx, &rows).await?;
        sql::insert_measures(tx, &measures).await?;
        sql::insert_pairs(tx, &pairs).await?;
        self.journal.queue_all(tx, &jobs).await?;
        sql::advance(tx).await?;
        Ok(())
    }
}
