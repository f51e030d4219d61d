//! The ledger's acts: recording what is done to plots, settling what follows, and what may be read of it.

mod behind;
mod beyond;
mod books;
mod carried;
mod check;
mod claimed;
mod claims;
mod corrected;
mod definitions;
mod due;
mod erase;
mod evidence;
mod figures;
mod incidents;
mod kept;
mod lines;
mod listed;
mod lives;
mod material;
mod one_ground;
mod papers;
mod passes;
mod pressure;
mod read;
mod record;
mod returns;
mod revisits;
mod samples;
mod settle;
mod tip_views;
mod tips;
mod verify;
mod verify_made;
mod visits;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::refusal::Refusal;
use crate::evidence::Evidence;
use crate::identity::{self, Identity};
use crate::journal::{Journal, KeptAside, RulesFault};
use crate::plots::{self, Plots};
use crate::store::{self, ActError};

use super::sql::Sight;

pub use behind::{BehindRow, CommuneCohort};
pub use beyond::BeyondView;
pub use books::DuplicateView;
pub use claims::CLAIMS_JOB;
pub use definitions::SETTLE_ALL_JOB;
pub use due::{DuePage, DueQuery, DueView};
pub use evidence::EvidenceView;
pub use figures::{CommuneRow, FiguresQuery, FiguresView, RatesView, page};
pub use lines::{Grouped, PlotLine};
pub use passes::Passes;
pub use pressure::{PressureQuery, PressureView};
pub use record::Recorded;
pub use revisits::RevisitWire;
pub use samples::{SampleView, SampleYear};
pub use tip_views::TipView;
pub use tips::RecordedTip;
pub use verify::verify_rows;
pub use verify_made::verify_made;
pub use visits::VisitsView;

/// Why an act of the ledger is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The author lacks the right, and existence is no secret.
    #[error("not allowed")]
    Forbidden,
    /// There is no such plot, or it is not in the author's reach.
    #[error("no such thing")]
    NotFound,
    /// The place that a tip is about lies in none of the author's communes.
    #[error("in none of the author's communes")]
    Elsewhere,
    /// The fact has faults.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A parameter cannot be accepted.
    #[error("{name}: {reason}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What would be accepted.
        reason: String,
    },
    /// The same id came with other content; both are kept.
    #[error("the id is used for other content")]
    Differs(Box<KeptAside>),
    /// The plot stands otherwise than its author has read; nothing is kept.
    #[error("changed since it was read")]
    ChangedSince,
    /// Too many bytes of the author lie in quarantine.
    #[error("too much was set apart")]
    TooMuchAside,
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

impl From<plots::Error> for Error {
    fn from(error: plots::Error) -> Self {
        match error {
            plots::Error::Store(error) => Self::Store(error),
            plots::Error::Forbidden => Self::Forbidden,
            plots::Error::Refused(refusal) => Self::Refused(refusal),
            plots::Error::ChangedSince => Self::ChangedSince,
            _ => Self::NotFound,
        }
    }
}

impl From<RulesFault> for Error {
    fn from(fault: RulesFault) -> Self {
        match fault {
            RulesFault::Refused { name, reason } => Self::Parameter { name, reason },
            RulesFault::Store(error) => Self::Store(error),
        }
    }
}

impl From<identity::Error> for Error {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Store(error) => Self::Store(error),
            other => Self::Store(store::Error::Unavailable(other.to_string())),
        }
    }
}

/// The ledger: one service behind every door.
#[derive(Clone)]
pub struct Ledger {
    journal: Journal,
    identity: Identity,
    plots: Plots,
    evidence: Evidence,
    passes: Option<Passes>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ledger")
    }
}

impl Ledger {
    /// The ledger of these plots.
    #[must_use]
    pub fn new(journal: Journal, identity: Identity, plots: Plots, evidence: Evidence) -> Self {
        Self {
            journal,
            identity,
            plots,
            evidence,
            passes: None,
        }
    }
}

fn sight(actor: &Actor) -> Option<Sight> {
    Some(match actor.reach(Right::ReadPlots)? {
        Scope::Province => Sight::All,
        Scope::Communes(codes) => Sight::Communes(codes.into_iter().collect()),
    })
}
