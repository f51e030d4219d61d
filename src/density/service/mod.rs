//! Density asked for and kept: which window and view a caller gets, the table behind it, and where to look next.

mod answer;
mod ask;
mod cache;
mod campaigns;
mod gather;
mod outsiders;
mod suggest;
mod table;
mod window;

use std::sync::Arc;

use crate::areas::{self, Areas};
use crate::coverage::{self, Coverage};
use crate::journal::Journal;
use crate::plots::{self, Plots};
use crate::store;

use super::model::definition::Definition;

use cache::Kept;

pub use answer::{Answer, CellFigures, DensityView};
pub use ask::Asked;
pub use campaigns::Campaign;
pub use suggest::{Suggestion, Suggestions};

/// Why density is not answered.
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

impl From<areas::Error> for Error {
    fn from(error: areas::Error) -> Self {
        match error {
            areas::Error::Store(error) => Self::Store(error),
            other => Self::Store(unavailable(&other)),
        }
    }
}

impl From<plots::Error> for Error {
    fn from(error: plots::Error) -> Self {
        match error {
            plots::Error::Store(error) => Self::Store(error),
            other => Self::Store(unavailable(&other)),
        }
    }
}

impl From<coverage::Error> for Error {
    fn from(error: coverage::Error) -> Self {
        match error {
            coverage::Error::Store(error) => Self::Store(error),
            other => Self::Store(unavailable(&other)),
        }
    }
}

/// Density: one service behind the API.
#[derive(Debug, Clone)]
pub struct Density {
    journal: Journal,
    areas: Areas,
    plots: Plots,
    coverage: Coverage,
    definition: Arc<Definition>,
    kept: Arc<Kept>,
}

impl Density {
    /// Density over these services, under the definition that a new province starts with.
    #[must_use]
    pub fn new(journal: Journal, areas: Areas, plots: Plots, coverage: Coverage) -> Self {
        Self {
            journal,
            areas,
            plots,
            coverage,
            definition: Arc::new(Definition::current()),
            kept: Arc::default(),
        }
    }
}

fn parameter(name: &'static str, reason: impl Into<String>) -> Error {
    Error::Parameter {
        name,
        reason: reason.into(),
    }
}

fn unavailable(cause: &impl ToString) -> store::Error {
    store::Error::Unavailable(cause.to_string())
}

/// Runs a computation beside the threads that answer requests.
async fn aside<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, store::Error> {
    tokio::task::spawn_blocking(compute)
        .await
        .map_err(|fault| store::Error::Unavailable(format!("a computation ended early: {fault}")))
}
