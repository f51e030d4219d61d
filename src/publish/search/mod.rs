//! Looking for places by the names that they have or had, typed with or without tone marks, and for plots by code.
//!
//! Invariants: names of places are public knowledge; a plot is found by those alone who may read it; what is found
//! and its order depend on letters and codes, never on a database's collation.

mod fit;
mod http;

pub use http::*;

use crate::areas::Areas;
use crate::areas::model::names::{FormerName, KnownPlace};
use crate::base::actor::{Actor, Right};
use crate::plots::{CodedPlot, Plots};

use fit::{Fit, Sought};

use super::source::PublishError;

/// Looks for places and plots.
#[derive(Debug, Clone)]
pub struct Search {
    areas: Areas,
    plots: Plots,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq)]
enum Found {
    /// A place, by its name of today or by one that it had.
    Place(KnownPlace, Option<FormerName>),
    /// A plot.
    Plot(CodedPlot),
}

impl Search {
    /// A search over these services.
    #[must_use]
    pub fn new(areas: Areas, plots: Plots) -> Self {
        Self { areas, plots }
    }

    /// The best that is found, the likeliest first, and whether there is more.
    async fn find(
        &self,
        actor: &Actor,
        text: &str,
        limit: u32,
    ) -> Result<(Vec<Found>, bool), PublishError> {
        let Some(sought) = Sought::of(text) else {
            return Ok((Vec::new(), false));
        };
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let places = self.areas.known_places(actor).await?;
        let mut fitting: Vec<(Fit, usize, Option<&FormerName>)> = Vec::new();
        for (at, place) in places.iter().enumerate() {
            if let Some((fit, former)) = sought.place(place) {
                fitting.push((fit, at, former));
            }
        }
        fitting.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let mut found: Vec<(Fit, Found)> = Vec::new();
        for (fit, at, former) in fitting.into_iter().take(most + 1) {
            if let Some(place) = places.get(at) {
                found.push((fit, Found::Place(place.clone(), former.cloned())));
            }
        }
        if actor.may_somewhere(Right::ReadPlots) {
            let plots = self.plots.by_code(actor, text.trim(), limit + 1).await?;
            found.extend(
                plots
                    .into_iter()
                    .map(|plot| (sought.plot(&plot), Found::Plot(plot))),
            );
        }
        // Equal fits keep the order of their list.
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let more = found.len() > most;
        found.truncate(most);
        Ok((found.into_iter().map(|(_, own)| own).collect(), more))
    }
}
