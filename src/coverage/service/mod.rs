//! Coverage asked for and kept: an index of what patrols saw, risk grids, and the figures folded from both.

mod answer;
mod ask;
mod behind;
mod changed;
mod cores;
mod definitions;
mod drafts;
mod effort;
mod explain;
mod finer;
mod fold;
mod follow;
mod frozen;
mod gaps;
mod ground;
mod index;
mod judged;
mod kept;
mod lay;
mod lines;
mod listed;
mod material;
mod outsiders;
mod paint;
mod passes;
mod reach;
mod reasons;
mod recheck;
mod render;
mod season;
mod series;
mod settle;
mod standing;
mod swept;
mod tiles;
mod trips;
mod verify;
mod whole;
mod words;

use std::sync::Arc;

use crate::areas::Areas;
use crate::identity::Identity;
use crate::journal::Journal;
use crate::patrols::Patrols;
use crate::store::{self, ActError};

use super::model::definition::FootprintClass;

use definitions::Definitions;
use ground::Grounds;
use settle::Ground;
use tiles::Tiles;
use trips::PlacedCache;

pub use answer::{Answer, Asked, CommuneAnswer, CoverageView, DefinitionView, Figures, Force};
pub use answer::{Note, Pass, hours};
pub use behind::BehindAsked;
pub use definitions::{DefinitionEntry, REINDEX_JOB};
pub use effort::{EffortAsked, EffortCell, EffortMark};
pub use explain::{ExplainAsked, Explanation};
pub use gaps::{Gap, GapPlace, GapsAsked};
pub use season::Season;
pub use series::{Series, SeriesAsked, Step};
pub use standing::Standing;
pub use verify::verify_rows;
pub use whole::Swept;

/// Why coverage is not answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller lacks the right.
    #[error("not allowed")]
    Forbidden,
    /// There is no such commune, or it is not the caller's.
    #[error("no such commune")]
    NotFound,
    /// A parameter cannot be answered.
    #[error("{name}: {reason}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What is wrong, and what would be answered.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// A computation that could not be carried out.
    fn ended(fault: impl std::fmt::Display) -> Self {
        Self::Store(store::Error::Unavailable(fault.to_string()))
    }
}

impl ActError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<crate::areas::Error> for Error {
    fn from(error: crate::areas::Error) -> Self {
        match error {
            crate::areas::Error::Store(error) => Self::Store(error),
            crate::areas::Error::Forbidden => Self::Forbidden,
            _ => Self::NotFound,
        }
    }
}

impl From<crate::identity::Error> for Error {
    fn from(error: crate::identity::Error) -> Self {
        match error {
            crate::identity::Error::Store(error) => Self::Store(error),
            _ => Self::Forbidden,
        }
    }
}

/// Coverage: one service behind the API, the map and the command line.
#[derive(Debug, Clone)]
pub struct Coverage {
    journal: Journal,
    identity: Identity,
    areas: Areas,
    patrols: Patrols,
    definitions: Arc<Definitions>,
    tiles: Arc<Tiles>,
    placed: Arc<PlacedCache>,
    grounds: Arc<Grounds>,
    fine: Arc<Ground>,
}

impl Coverage {
    /// Coverage over these services, which keeps at most so many bytes of what it knows of regions.
    #[must_use]
    pub fn new(
        journal: Journal,
        identity: Identity,
        areas: Areas,
        patrols: Patrols,
        most_bytes: usize,
    ) -> Self {
        Self {
            journal,
            identity,
            areas,
            patrols,
            definitions: Arc::default(),
            tiles: Arc::new(Tiles::new(most_bytes)),
            placed: Arc::default(),
            grounds: Arc::default(),
            fine: Arc::default(),
        }
    }
}

fn parameter(name: &'static str, reason: impl Into<String>) -> Error {
    Error::Parameter {
        name,
        reason: reason.into(),
    }
}

/// The number under which a footprint is kept.
fn footprint(class: FootprintClass, radius_cm: u32) -> i64 {
    match class {
        FootprintClass::Ground => i64::from(radius_cm),
        FootprintClass::Aerial => -i64::from(radius_cm),
    }
}

/// Runs a computation beside the threads that answer requests.
async fn aside<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, store::Error> {
    tokio::task::spawn_blocking(compute)
        .await
        .map_err(|fault| store::Error::Unavailable(format!("a computation ended early: {fault}")))
}
