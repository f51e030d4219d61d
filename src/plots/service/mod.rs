//! The plots' acts: recording, correcting, measuring, grouping; and what may be read of them.

mod codes;
mod correct;
mod erase;
mod first;
mod formed;
mod imports;
mod incidents;
mod measures;
mod places;
mod read;
mod record;
mod returned;
mod screen;
mod sources;
mod standing;
mod verify;
mod verify_incidents;
mod verify_made;

use std::sync::{Arc, Mutex};

use crate::areas::model::map::CommuneMap;
use crate::areas::{self, Areas};
use crate::base::actor::{Actor, Right, Scope};
use crate::base::refusal::Refusal;
use crate::journal::{Journal, KeptAside, Receipt, Written};
use crate::store::{self, ActError};

use super::model::words::PlotFlag;
use super::sql::{PlotRow, Sight};

pub use first::First;
pub use imports::{Listed, ListedAct};
pub use incidents::IncidentView;
pub use places::{PlotPlace, is_astray};
pub use read::{ListPage, ListQuery, PlotView, UNSIGNED};
pub use record::Recorded;
pub use returned::{Back, DERIVED, EDITED, Returned};
pub use standing::Standing;
pub use verify::{PlotFault, PlotRows, verify_rows};
pub use verify_incidents::verify_incidents;
pub use verify_made::verify_made;

/// Why an act on plots is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The author lacks the right, and existence is no secret.
    #[error("not allowed")]
    Forbidden,
    /// There is no such plot or incident, or it is not in the author's reach.
    #[error("no such thing")]
    NotFound,
    /// The draft has faults.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The same id came with other content; both are kept.
    #[error("the id is used for other content")]
    Differs(Box<KeptAside>),
    /// It corrects a version that is not the latest; both are kept.
    #[error("corrects an outdated version")]
    Stale(Box<KeptAside>),
    /// The place is not the author's; the content is kept.
    #[error("outside the author's communes")]
    Outside(Box<KeptAside>),
    /// It stands otherwise than its author has read; nothing is kept.
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

impl From<areas::Error> for Error {
    fn from(error: areas::Error) -> Self {
        match error {
            areas::Error::Store(error) => Self::Store(error),
            other => Self::Store(store::Error::Unavailable(other.to_string())),
        }
    }
}

/// Plots and incidents: one service behind every door.
#[derive(Debug, Clone)]
pub struct Plots {
    journal: Journal,
    areas: Areas,
    /// The map by which the kept plots were placed last.
    placed: Arc<Mutex<Option<Arc<CommuneMap>>>>,
}

/// The kind of job by which evidence joins photos to a plot that came after them.
pub const LINK_JOB: &str = "link_photos";

/// The kind of job by which the ledger follows a plot that changed.
pub const SETTLE_JOB: &str = "settle_plot";

/// Why contents are kept aside.
const FOREIGN: &str = "foreign-id";
const DIFFERS: &str = "content-differs";
const STALE: &str = "stale-revision";
const OUTSIDE: &str = "outside-scope";

/// Where every plot's life begins.
const DETECTED: &str = "detected";

impl Plots {
    /// Plots over this journal's store, placed by these areas.
    #[must_use]
    pub fn new(journal: Journal, areas: Areas) -> Self {
        Self {
            journal,
            areas,
            placed: Arc::default(),
        }
    }

    /// The journal that plots are entered in.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }
}

/// A receipt to be signed after the act, one that was given before, or one over what was kept aside.
#[derive(Debug, Clone)]
enum Promise {
    New(Written),
    Again(Receipt),
    Kept(KeptAside),
}

impl Promise {
    fn is_new(&self) -> bool {
        match self {
            Self::New(_) => true,
            Self::Again(_) => false,
            Self::Kept(kept) => kept.is_new,
        }
    }

    fn signed(self, journal: &Journal) -> Receipt {
        match self {
            Self::New(written) => journal.receipt(&written),
            Self::Again(receipt) => receipt,
            Self::Kept(kept) => kept.receipt,
        }
    }
}

/// Whether the actor belongs to the unit that handles the plot: its author's.
fn is_handling(actor: &Actor, row: &PlotRow) -> bool {
    actor.id == row.author || (row.org.is_some() && row.org == actor.org)
}

/// Which plots the caller may read; none without the right.
#[must_use]
pub fn sight(actor: &Actor) -> Option<Sight> {
    Some(match actor.reach(Right::ReadPlots)? {
        Scope::Province => Sight::All,
        Scope::Communes(codes) => Sight::Communes(codes.into_iter().collect()),
    })
}

fn too_much(kept: Option<KeptAside>) -> Result<KeptAside, Error> {
    kept.ok_or(Error::TooMuchAside)
}

fn flags_text(flags: &[PlotFlag]) -> String {
    let words: Vec<&str> = flags.iter().map(|flag| flag.as_str()).collect();
    serde_json::Value::from(words).to_string()
}
