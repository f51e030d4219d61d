//! The areas' acts and readings: right, rule, rows and journal in one transaction; maps kept in memory.

mod change;
mod communes;
mod gates;
mod ground;
mod hamlets;
mod kin;
mod known;
mod maps;
mod names;
mod places;
mod reach;
mod risk;
mod verify;

use std::io::Read;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::refusal::Refusal;
use crate::base::time::LocalDate;
use crate::journal::Journal;
use crate::store::{self, ActError, Tx};

use super::model::faults::ImportError;
use super::model::succession::Unlawful;
use super::model::topology::Overlap;
use super::sql;

pub use change::BoundaryChange;
pub use communes::{CommuneImport, ImportReport};
pub use gates::Gate;
pub use ground::Ground;
pub use hamlets::Hamlet;
pub use known::{KnownBoundaries, KnownBoundary};
pub use places::{ReadPlace, beside};
pub use reach::Reached;
pub use risk::versions::{RiskBefore, RiskChange};
pub use risk::{ChangeReport, RiskAreaSet, RiskAreaView, RiskChoice};
pub use verify::verify_rows;

/// Why an act of areas is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The author lacks the right.
    #[error("not allowed")]
    Forbidden,
    /// There is no such thing in the author's reach.
    #[error("no such thing")]
    NotFound,
    /// The file, or a feature in it, has a fault.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The draft has faults.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Communes would cover ground twice.
    #[error("{}", overlaps(.0))]
    Overlaps(Vec<Overlap>),
    /// Boundaries would replace others without a day of their own.
    #[error(transparent)]
    Unlawful(#[from] Unlawful),
    /// A change without a reason.
    #[error("a change of risk areas needs a reason")]
    NoReason,
    /// A revision of an outdated version.
    #[error("the area stands at version {0}")]
    Stale(i64),
    /// Other areas were written between the check and the act.
    #[error("areas were changed meanwhile: run the import again")]
    Overtaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl ActError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// What setting something does to what stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// There was nothing of its code.
    Create,
    /// Something else stood there.
    Change,
    /// The same stands already.
    Leave,
}

impl Act {
    /// The act on what stands, if something does: whether it says the same.
    #[must_use]
    pub const fn of(stands: Option<bool>) -> Self {
        match stands {
            None => Self::Create,
            Some(false) => Self::Change,
            Some(true) => Self::Leave,
        }
    }
}

/// The kind of job by which coverage follows a change of communes or risk areas.
pub const AREAS_JOB: &str = "follow_areas";

/// The kind of job by which patrols follow boundaries that were loaded; its subject is their entry.
pub const BOUNDARIES_JOB: &str = "follow_boundaries";

/// Moves the epoch on and asks for the work that follows.
async fn advance(journal: &Journal, tx: &mut Tx) -> Result<(), store::Error> {
    sql::advance(tx).await?;
    journal.queue(tx, AREAS_JOB, Uuid::nil()).await
}

/// Areas: communes by day, risk areas, gates.
#[derive(Debug, Clone)]
pub struct Areas {
    journal: Journal,
    shared: Arc<maps::Shared>,
}

impl Areas {
    /// Areas over this journal's store.
    #[must_use]
    pub fn new(journal: Journal) -> Self {
        Self {
            journal,
            shared: Arc::default(),
        }
    }

    /// The journal that the areas' changes are entered in.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The present local day.
    #[must_use]
    pub fn today(&self) -> LocalDate {
        self.journal.now().local_date()
    }
}

fn need_province(actor: &Actor, right: Right) -> Result<(), Error> {
    if actor.may_in_province(right) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

fn overlaps(found: &[Overlap]) -> String {
    const SHOWN: usize = 5;
    let listed: Vec<String> = found
        .iter()
        .take(SHOWN)
        .map(|overlap| {
            let (a, b) = &overlap.codes;
            format!("{a} and {b} by {:.0} m2", overlap.area_m2)
        })
        .collect();
    let more = if found.len() > SHOWN { ", …" } else { "" };
    format!(
        "pairs of communes that overlap: {} ({}{more})",
        found.len(),
        listed.join(", ")
    )
}

/// Boundaries, names and gates are public knowledge: whoever may read them anywhere reads all of them.
fn need_communes(actor: &Actor) -> Result<(), Error> {
    if actor.may_somewhere(Right::ReadCommunes) {
        Ok(())
    } else {
        Err(Error::Forbidden)
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

/// A reader that hashes what passes through it.
struct Hashed<R> {
    input: R,
    digest: Sha256,
}

impl<R: Read> Hashed<R> {
    fn new(input: R) -> Self {
        Self {
            input,
            digest: Sha256::new(),
        }
    }

    fn finish(self) -> [u8; 32] {
        self.digest.finalize().into()
    }
}

impl<R: Read> Read for &mut Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.digest.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
