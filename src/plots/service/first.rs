//! A plot's first recording within an act of the caller's: a door writes it together with what it keeps itself.

use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::plots::model::wire::PlotWire;
use crate::plots::sql::{self, CandidateRow};
use crate::store::Tx;

use super::record::{Sent, moved_on};
use super::{Error, Plots, screen};

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
}
