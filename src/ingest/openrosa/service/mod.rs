//! The door's acts: taking a submission, handing its parts on, keeping its files, telling what became of it, the lists
//! that go to the phones, deciding about what waits, and letting go of raw tracks.

mod accept;
mod attach;
mod chain;
mod deciding;
mod edits;
mod enact;
mod erase;
mod lists;
mod read;
mod retain;
mod said;
mod together;

use crate::areas;
use crate::base::refusal::{Fault, Refusal};
use crate::journal::KeptAside;
use crate::store::{self, ActError};
use crate::{evidence, ledger, patrols, plots};

use super::reading::Reading;
use super::xml::{Element, XmlRefusal};

pub use accept::{Accepted, PhoneStanding};
pub use attach::{LargeFile, SentFile};
pub use deciding::{SubmissionDecided, SubmissionDecisionWire};
pub use read::{ListQuery, SubmissionView};
pub(super) use together::Together;

/// Why a request of a phone is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The author lacks the right, and existence is no secret.
    #[error("not allowed")]
    Forbidden,
    /// There is no such thing, or it is not in the caller's reach.
    #[error("no such thing")]
    NotFound,
    /// The part with the submission is missing.
    #[error("the part xml_submission_file is missing")]
    NoSubmission,
    /// The submission is no XML of a form.
    #[error(transparent)]
    Unreadable(#[from] XmlRefusal),
    /// The form is encrypted, and nobody here has its key.
    #[error("the submission is encrypted")]
    Encrypted,
    /// No such form, or no such version of it.
    #[error("no such form or version")]
    UnknownForm,
    /// The instance came before with other bytes; both are kept.
    #[error("the instance is used for other content")]
    Differs(Box<KeptAside>),
    /// Too many bytes of the author lie in quarantine.
    #[error("too much was set apart")]
    TooMuchAside,
    /// A decision has faults, or cannot be carried out.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is nothing to be decided: why.
    #[error("{0}")]
    WrongState(String),
    /// The bytes' store failed.
    #[error("the bytes cannot be kept: {0}")]
    Blobs(String),
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
            areas::Error::Forbidden => Self::Forbidden,
            other => Self::Store(store::Error::Unavailable(other.to_string())),
        }
    }
}

impl From<plots::Error> for Error {
    fn from(error: plots::Error) -> Self {
        match error {
            plots::Error::Store(error) => Self::Store(error),
            plots::Error::TooMuchAside => Self::TooMuchAside,
            plots::Error::Forbidden => Self::Forbidden,
            _ => Self::NotFound,
        }
    }
}

/// Why a slice did not take a part.
#[derive(Debug, Clone)]
pub(super) struct NotTaken {
    /// A stable word.
    reason: &'static str,
    /// Which values, and what would be accepted.
    faults: Vec<Fault>,
    /// What the slice kept aside itself.
    kept: Option<KeptAside>,
}

/// What a slice said to a part: not taken for a reason, or a failure that is nobody's fault and may pass.
pub(super) enum Refused {
    NotTaken(Box<NotTaken>),
    Failed(Error),
}

impl Refused {
    fn not_taken(why: NotTaken) -> Self {
        Self::NotTaken(Box::new(why))
    }
}

impl NotTaken {
    fn because(reason: &'static str) -> Self {
        Self {
            reason,
            faults: Vec::new(),
            kept: None,
        }
    }

    fn with(reason: &'static str, kept: &KeptAside) -> Self {
        Self {
            kept: Some(kept.clone()),
            ..Self::because(reason)
        }
    }

    fn refused(refusal: Refusal) -> Self {
        Self {
            faults: refusal.0,
            ..Self::because("invalid-content")
        }
    }
}

const FORBIDDEN: &str = "no-right";
const UNKNOWN_PLOT: &str = "unknown-plot";
const DIFFERS: &str = "content-differs";
const STALE: &str = "stale-revision";
const OUTSIDE: &str = "outside-scope";

impl From<plots::Error> for Refused {
    fn from(error: plots::Error) -> Self {
        Self::not_taken(match error {
            plots::Error::Store(error) => return Self::Failed(error.into()),
            plots::Error::TooMuchAside => return Self::Failed(Error::TooMuchAside),
            plots::Error::Forbidden => NotTaken::because(FORBIDDEN),
            plots::Error::NotFound => NotTaken::because(UNKNOWN_PLOT),
            plots::Error::Refused(refusal) => NotTaken::refused(refusal),
            plots::Error::Differs(kept) => NotTaken::with(DIFFERS, &kept),
            plots::Error::Stale(kept) => NotTaken::with(STALE, &kept),
            plots::Error::Outside(kept) => NotTaken::with(OUTSIDE, &kept),
            plots::Error::ChangedSince => NotTaken::because(STALE),
        })
    }
}

impl From<patrols::Error> for Refused {
    fn from(error: patrols::Error) -> Self {
        Self::not_taken(match error {
            patrols::Error::Store(error) => return Self::Failed(error.into()),
            patrols::Error::TooMuchAside => return Self::Failed(Error::TooMuchAside),
            patrols::Error::Forbidden => NotTaken::because(FORBIDDEN),
            patrols::Error::Refused(refusal) => NotTaken::refused(refusal),
            patrols::Error::Differs(_) => NotTaken::because(DIFFERS),
            patrols::Error::Stale(_) => NotTaken::because(STALE),
            _ => NotTaken::because("unknown-patrol"),
        })
    }
}

impl From<ledger::Error> for Refused {
    fn from(error: ledger::Error) -> Self {
        Self::not_taken(match error {
            ledger::Error::Store(error) => return Self::Failed(error.into()),
            ledger::Error::TooMuchAside => return Self::Failed(Error::TooMuchAside),
            ledger::Error::Forbidden | ledger::Error::Elsewhere => NotTaken::because(FORBIDDEN),
            ledger::Error::NotFound => NotTaken::because(UNKNOWN_PLOT),
            ledger::Error::Refused(refusal) => NotTaken::refused(refusal),
            ledger::Error::Parameter { name, reason } => {
                NotTaken::refused(Refusal::at(format!("/{name}"), reason))
            }
            ledger::Error::Differs(kept) => NotTaken::with(DIFFERS, &kept),
            ledger::Error::ChangedSince => NotTaken::because(STALE),
        })
    }
}

impl From<evidence::Error> for Error {
    fn from(error: evidence::Error) -> Self {
        match error {
            evidence::Error::Store(error) => Self::Store(error),
            evidence::Error::TooMuchAside => Self::TooMuchAside,
            evidence::Error::Blobs(error) => Self::Blobs(error.to_string()),
            evidence::Error::Forbidden => Self::Forbidden,
            // What can never be a photo is noted as such before it comes to this.
            other => Self::Store(store::Error::Unavailable(other.to_string())),
        }
    }
}

/// A submission as it was read.
#[derive(Debug)]
struct Read {
    root: Element,
    reading: Reading,
}
