//! OpenRosa 1.0 as ODK Collect speaks it: forms out, submissions in.
//!
//! Invariants: a submission's XML is in the journal, byte for byte, before its sender is told; a replay of the same bytes
//! changes nothing; what the forms say becomes the same documents that the native API takes, under ids derived from
//! the instance, so that no act happens twice; what the services do not take is kept and listed for review.

mod forms;
mod geotext;
pub mod http;
mod names;
mod reading;
mod service;
mod sql;
mod xml;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::areas::Areas;
use crate::evidence::Evidence;
use crate::journal::Journal;
use crate::ledger::Ledger;
use crate::patrols::Patrols;
use crate::plots::Plots;

use service::Together;
pub use service::{Error, SubmissionView};
pub use sql::{POSTGRES, STATEMENTS};

/// The slices that forms are handed on to.
#[derive(Debug, Clone)]
pub struct Slices {
    /// The communes whose list goes to the phones.
    pub areas: Areas,
    /// Patrol reports.
    pub patrols: Patrols,
    /// Plots.
    pub plots: Plots,
    /// Photos.
    pub evidence: Evidence,
    /// Eradications and re-inspections.
    pub ledger: Ledger,
}

/// The door of ODK Collect.
#[derive(Debug, Clone)]
pub struct OpenRosa {
    journal: Journal,
    slices: Slices,
    /// Files larger than a usual photo are in memory so many at a time.
    large_files: Arc<Semaphore>,
    /// Forms that are written together.
    together: Arc<Together>,
}

/// Large files that are in memory at once.
const LARGE_FILES: usize = 4;

impl Slices {
    /// These slices.
    #[must_use]
    pub fn of(
        areas: &Areas,
        patrols: &Patrols,
        plots: &Plots,
        evidence: &Evidence,
        ledger: &Ledger,
    ) -> Self {
        Self {
            areas: areas.clone(),
            patrols: patrols.clone(),
            plots: plots.clone(),
            evidence: evidence.clone(),
            ledger: ledger.clone(),
        }
    }
}

impl OpenRosa {
    /// The door to these slices.
    #[must_use]
    pub fn new(journal: Journal, slices: Slices) -> Self {
        Self {
            journal,
            slices,
            large_files: Arc::new(Semaphore::new(LARGE_FILES)),
            together: Arc::default(),
        }
    }

    /// The leave to hold a large file in memory; none when there is no room for so long.
    async fn leave_for_large_file(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        let leave = Arc::clone(&self.large_files).acquire_owned();
        tokio::time::timeout(patience, leave).await.ok()?.ok()
    }
}
