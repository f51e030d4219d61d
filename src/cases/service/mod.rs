//! Putting a case together, taking it out, and checking a package that comes back.

mod check;
mod custody;
mod erased;
mod gather;
mod graded;
mod keys;
mod pack;
mod package;
mod seals;
mod stamps;
mod tell;
mod turns;

use std::time::Duration;

use crate::areas::Areas;
use crate::evidence::{self, Evidence};
use crate::identity::{self, Identity};
use crate::journal::Journal;
use crate::ledger::{self, Ledger};
use crate::plots::Plots;
use crate::store::{self, ActError};

use turns::Turns;

pub use check::{Fault, check};
pub use package::Package;
pub use seals::SealFault;

/// Why a case is not handed out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller lacks the right everywhere.
    #[error("not allowed")]
    Forbidden,
    /// There is no such plot, or none in the caller's reach.
    #[error("no such plot")]
    NotFound,
    /// No reason, or one that is too long.
    #[error("a reason is needed")]
    Reason,
    /// An entry has no number yet.
    #[error("not in the tree yet")]
    NotYet,
    /// The originals are larger than one archive.
    #[error("too large")]
    TooLarge,
    /// More photos than one package holds.
    #[error("{found} photos, more than {most}")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// Other packages are being made, and there is no memory for this one beside them.
    #[error("other packages are being made")]
    Busy,
    /// The bytes of an original, by its SHA-256 (hex), are gone or damaged.
    #[error("the original kept as {0} is gone or damaged")]
    Damaged(String),
    /// A file of the package cannot be made.
    #[error("cannot be written: {0}")]
    Unwritable(String),
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

impl From<evidence::Error> for Error {
    fn from(error: evidence::Error) -> Self {
        match error {
            evidence::Error::Store(error) => Self::Store(error),
            evidence::Error::Forbidden => Self::Forbidden,
            evidence::Error::NotFound => Self::NotFound,
            evidence::Error::Damaged(sha256) => Self::Damaged(sha256),
            other => Self::Unwritable(other.to_string()),
        }
    }
}

impl From<ledger::Error> for Error {
    fn from(error: ledger::Error) -> Self {
        match error {
            ledger::Error::Store(error) => Self::Store(error),
            ledger::Error::Forbidden => Self::Forbidden,
            ledger::Error::NotFound => Self::NotFound,
            other => Self::Unwritable(other.to_string()),
        }
    }
}

impl From<identity::Error> for Error {
    fn from(error: identity::Error) -> Self {
        Self::Unwritable(error.to_string())
    }
}

/// What one package may hold. Proofs and entries are made before the first byte leaves, since the log must say what leaves:
/// about 40 kB a photo, and the printed pictures some times over.
#[derive(Debug, Clone, Copy)]
pub struct CaseBounds {
    /// Photos, but for those that were only announced.
    pub photos: usize,
    /// Photos that were only announced: they show nothing, and their number keeps no case from being taken out. Of more the
    /// package says how many it leaves out.
    pub announced: usize,
    /// Bytes of the pictures that are printed; of the photos after them the pages only tell.
    pub printed: usize,
    /// Bytes of the packages that are made at once, as far as they stand in memory.
    pub at_once: usize,
    /// How long a package waits for the others.
    pub patience: Duration,
}

impl Default for CaseBounds {
    fn default() -> Self {
        Self {
            photos: 2_000,
            announced: 200,
            printed: 48_000_000,
            at_once: 256_000_000,
            patience: Duration::from_secs(15),
        }
    }
}

/// Cases of plots.
#[derive(Debug, Clone)]
pub struct Cases {
    journal: Journal,
    identity: Identity,
    areas: Areas,
    plots: Plots,
    evidence: Evidence,
    ledger: Ledger,
    bounds: CaseBounds,
    turns: Turns,
}

impl Cases {
    /// Cases over these services.
    #[must_use]
    pub fn new(
        journal: Journal,
        identity: Identity,
        areas: Areas,
        plots: Plots,
        evidence: Evidence,
        ledger: Ledger,
    ) -> Self {
        let bounds = CaseBounds::default();
        Self {
            journal,
            identity,
            areas,
            plots,
            evidence,
            ledger,
            bounds,
            turns: Turns::new(bounds.at_once, bounds.patience),
        }
    }

    /// The same, with packages of other sizes.
    #[must_use]
    pub fn with_bounds(mut self, bounds: CaseBounds) -> Self {
        self.bounds = bounds;
        self.turns = Turns::new(bounds.at_once, bounds.patience);
        self
    }
}

fn unwritable(cause: impl std::fmt::Display) -> Error {
    Error::Unwritable(cause.to_string())
}
