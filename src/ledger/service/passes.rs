//! Whose place an accepted patrol saw: coverage knows, which stands above the ledger, so the answer is handed in.

use std::sync::Arc;

use futures::future::BoxFuture;

use crate::base::actor::{Actor, Right};
use crate::base::ids::EntryId;
use crate::base::time::LocalDate;
use crate::geo::position::Position;
use crate::ledger::model::Life;
use crate::ledger::model::pressure::Traced;
use crate::plots::model::Season;
use crate::store;

use super::material::Material;
use super::{Error, Ledger};

/// Tells of each place whether a patrol that an officer found true saw it between two local days, both included.
pub type Passes = Arc<
    dyn Fn(
            Vec<Position>,
            (LocalDate, LocalDate),
        ) -> BoxFuture<'static, Result<Vec<bool>, store::Error>>
        + Send
        + Sync,
>;

impl Ledger {
    /// The same, asking which places patrols saw.
    #[must_use]
    pub fn with_passes(mut self, passes: Passes) -> Self {
        self.passes = Some(passes);
        self
    }

    /// Tells of each eradicated plot whether an accepted patrol saw its place in the season. Nothing as of an entry, for
    /// tracks are read as they are; nor to whom it is not told where nobody was: that is a map for growers.
    pub(super) async fn tell_passes(
        &self,
        (actor, as_of): (&Actor, Option<EntryId>),
        seen: &[&(Material, Life)],
        season: Season,
        traced: &mut [Traced],
    ) -> Result<(), Error> {
        let is_told = as_of.is_none() && reads_gaps_of(actor, seen);
        let (Some(passes), Some(days)) = (&self.passes, season.days()) else {
            return Ok(());
        };
        if !is_told || traced.is_empty() {
            return Ok(());
        }
        let places: Vec<Position> = traced.iter().map(|own| own.position).collect();
        let found = passes(places, days).await?;
        for (own, is_passed) in traced.iter_mut().zip(found) {
            own.passed_by = Some(is_passed);
        }
        Ok(())
    }
}

/// Whether somebody may know where nobody was, wherever these plots lie.
fn reads_gaps_of(actor: &Actor, plots: &[&(Material, Life)]) -> bool {
    let mut places = plots
        .iter()
        .map(|(material, _)| material.row.place.as_deref());
    places.all(|place| actor.may(Right::ReadGaps, place))
}
