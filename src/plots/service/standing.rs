//! Acts that are held to what their author has read: nobody's change is lost because two people decided at once.

use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::plots::model::wire::PlotWire;
use crate::plots::sql::{self, PlotRow};
use crate::store::Tx;

use super::record::{Outcome, Recorded};
use super::{Error, Plots};

/// A plot as it stood when it was read.
#[derive(Debug, Clone)]
pub struct Standing(Box<PlotRow>);

impl Plots {
    /// How a plot stands; none when there is no such plot. Whoever is held to it reads it before anything else.
    pub async fn standing(&self, id: PlotId) -> Result<Option<Standing>, Error> {
        // Places follow the boundaries of today first: that they do so is nobody's change.
        self.today().await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::plot(&mut tx, id).await?;
        Ok(row.map(|row| Standing(Box::new(row))))
    }

    /// Keeps other writers of a plot out until the act ends; refuses the act where the plot stands otherwise than it did.
    pub async fn hold_to(&self, tx: &mut Tx, held: &Standing) -> Result<(), Error> {
        let id = held.0.id;
        let row = if sql::lock_plot(tx, id).await? {
            sql::plot(tx, id).await?
        } else {
            None
        };
        if row.as_ref() == Some(&*held.0) {
            Ok(())
        } else {
            Err(Error::ChangedSince)
        }
    }

    /// Records a correction, if the plot still stands as it did.
    pub async fn record_held(
        &self,
        actor: &Actor,
        wire: &PlotWire,
        body: &[u8],
        held: Standing,
    ) -> Result<Recorded, Error> {
        let sent = self.read(actor, held.0.id, wire, body).await?;
        let outcome = self
            .journal
            .write((self.clone(), sent, held), |tx, (plots, sent, held)| {
                Box::pin(async move {
                    plots.hold_to(tx, held).await?;
                    plots.write_recording(tx, sent).await
                })
            })
            .await?;
        self.answered(actor, outcome).await
    }

    /// What whoever recorded a plot is told of it.
    pub(super) async fn answered(
        &self,
        actor: &Actor,
        outcome: Outcome,
    ) -> Result<Recorded, Error> {
        let (row, candidates, promise) = outcome.stood()?;
        Ok(Recorded {
            view: self.told(actor, row, candidates).await?,
            is_new: promise.is_new(),
            receipt: promise.signed(&self.journal),
        })
    }
}
