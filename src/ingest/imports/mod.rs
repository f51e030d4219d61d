//! Files that offices send: risk areas, plots, gates and hamlets, in the formats of their tools.
//!
//! Invariants: nothing is loaded but what a report showed, bound to the bytes and to what then stood; all of a file is
//! loaded or nothing; a file that comes again changes only what is not yet so; a zone of VN-2000 is never guessed; every
//! row is judged by the parser and the service of its slice, with the rights of whoever brings it.

mod amounts;
mod check;
mod codes;
mod columns;
mod doubts;
mod drafts;
pub mod http;
mod judge;
mod lineage;
mod load;
mod look;
mod names;
mod place;
mod read;
mod report;
mod returned;
mod spots;
mod sql;
mod table;
mod values;
mod verify;
mod words;

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::areas::{self, Areas};
use crate::base::actor::{Actor, Right};
use crate::base::refusal::Refusal;
use crate::blobs::{self, Blobs};
use crate::journal::Journal;
use crate::plots::{self, Plots};
use crate::store::{self, ActError};

pub use check::ImportOptions;
pub use names::ImportKind;
pub use report::{ImportState, ImportView, Report};
pub use sql::STATEMENTS;
pub use table::Encoding;
pub use verify::verify_rows;

/// How much may be brought.
#[derive(Debug, Clone, Copy)]
pub struct ImportLimits {
    /// Bytes of a file.
    pub bytes: usize,
    /// Rows of a file.
    pub rows: usize,
    /// Days that a file waits to be loaded.
    pub days: u32,
}

/// Files that one account may have waiting.
const MOST_OPEN: i64 = 20;
/// Reports of files with faults that one account may have until they expire.
const MOST_REFUSED: i64 = 200;
/// How long reading a file may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// Files that are in memory at once: requests are never starved by them.
static ROOM: Semaphore = Semaphore::const_new(2);

/// Reads and loads files.
#[derive(Debug, Clone)]
pub struct Imports {
    journal: Journal,
    areas: Areas,
    plots: Plots,
    blobs: Blobs,
    limits: ImportLimits,
}

/// Why a file is not taken or loaded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The author may not load such things.
    #[error("not allowed")]
    Forbidden,
    /// There is no such file of the caller's.
    #[error("no such thing")]
    NotFound,
    /// A parameter cannot be accepted.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The file is too large.
    #[error("at most {0} bytes")]
    TooLarge(usize),
    /// Too many files wait.
    #[error("{0} files wait already")]
    TooManyOpen(i64),
    /// Other files are being read.
    #[error("other files are being read")]
    Busy,
    /// Reading takes too long.
    #[error("reading the file takes too long")]
    TooSlow,
    /// It was refused, or its time is over.
    #[error("the file cannot be loaded as it stands")]
    WrongState,
    /// It is another file than the one that was told of.
    #[error("the hash is not that of the file that was told of")]
    OtherFile,
    /// What stands is no longer what the report was made over.
    #[error("what stands has changed since the report: bring the file again")]
    Overtaken,
    /// The place of the bytes failed.
    #[error(transparent)]
    Blobs(#[from] blobs::Error),
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

impl From<areas::Error> for Error {
    fn from(error: areas::Error) -> Self {
        match error {
            areas::Error::Store(error) => Self::Store(error),
            areas::Error::Refused(refusal) => Self::Refused(refusal),
            areas::Error::NoReason => {
                Self::Refused(Refusal::at("/reason", "is needed / cần nêu lý do"))
            }
            areas::Error::Forbidden => Self::Forbidden,
            _ => Self::Overtaken,
        }
    }
}

impl From<plots::Error> for Error {
    fn from(error: plots::Error) -> Self {
        match error {
            plots::Error::Store(error) => Self::Store(error),
            plots::Error::Refused(refusal) => Self::Refused(refusal),
            plots::Error::Forbidden => Self::Forbidden,
            _ => Self::Overtaken,
        }
    }
}

impl Imports {
    /// Imports through these services.
    #[must_use]
    pub fn new(areas: Areas, plots: Plots, blobs: Blobs, limits: ImportLimits) -> Self {
        Self {
            journal: areas.journal().clone(),
            areas,
            plots,
            blobs,
            limits,
        }
    }

    /// Refuses whoever may not load such things at all.
    pub fn may(&self, actor: &Actor, kind: ImportKind) -> Result<(), Error> {
        need(actor, kind)
    }
}

/// Who may load what: definitions are the province's; plots are recorded, and those of others corrected, by officers.
fn need(actor: &Actor, kind: ImportKind) -> Result<(), Error> {
    let may = match kind {
        ImportKind::RiskAreas => actor.may_in_province(Right::ChangeRiskAreas),
        ImportKind::Gates | ImportKind::Hamlets => actor.may_in_province(Right::ImportBoundaries),
        ImportKind::Plots => {
            actor.may_somewhere(Right::RecordPlots) && actor.may_somewhere(Right::RevisePlots)
        }
    };
    if may { Ok(()) } else { Err(Error::Forbidden) }
}
