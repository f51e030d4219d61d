//! The patrols' acts: recording, appending fixes, judging, holding, deriving, erasing; and what may be read of them.

mod append;
mod calls;
mod claimable;
mod derive;
mod erase;
mod files;
mod held;
mod judge;
mod marks;
mod mates;
mod memory;
mod placed;
mod reach;
mod read;
mod recall;
mod record;
mod refused;
mod retain;
mod screens;
mod shown;
mod tail;
mod units;
mod verify;
mod whole;

use std::sync::Arc;

use serde::Serialize;

use crate::areas::{self, Areas};
use crate::base::actor::{Actor, Principal, Right, Scope};
use crate::base::ids::{PatrolId, QuarantineId};
use crate::base::refusal::Refusal;
use crate::identity::{self, Identity};
use crate::journal::{Journal, Receipt, Written};
use crate::store::{self, ActError, Tx};

use super::model::vocabulary::PatrolState;
use super::sql::{self, PatrolRow};

use mates::Mates;
use memory::TrackMemory;
use tail::TailWriter;

pub use append::{Appended, Upload};
pub use calls::SosView;
pub use claimable::ClaimablePatrol;
pub use held::{Claim, HeldSpan, HeldView};
pub use judge::{Hold, HoldDraft, JUDGED_JOB, Judged, Judgement};
pub use memory::MemoryUse;
pub use read::{ListPage, PatrolPlace, PatrolView, sight};
pub use refused::{NearDay, PatrolNear, RefusedFix, RefusedGap, RefusedNear, Spot};
pub use retain::OrderedErasure;
pub use screens::{PatrolOwners, SCREEN_JOB, ScreenedPatrol, TrackFind};
pub use shown::JudgedFix;
pub use sql::{Filter, OF_OWN_GROUND, Sight};
pub use tail::{Heard, SEAL_AROUND_JOB, SEAL_JOB};
pub use verify::verify_rows;
pub use whole::{DerivedPatrol, WholePatrol};

/// Why an act on patrols is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The author lacks the right, and existence is no secret.
    #[error("not allowed")]
    Forbidden,
    /// There is no such patrol, or it is not the author's.
    #[error("no such patrol")]
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
    /// The state does not allow the act.
    #[error("a patrol that is {0} does not allow this")]
    WrongState(PatrolState),
    /// Nothing is held that could be lifted.
    #[error("there is no hold")]
    NoHold,
    /// Too many bytes of the author lie in quarantine.
    #[error("too much was set apart")]
    TooMuchAside,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A content that could not be accepted and was kept.
#[derive(Debug, Clone, Serialize)]
pub struct KeptAside {
    /// Under which it can be asked for.
    pub quarantine: QuarantineId,
    /// The promise that it is kept.
    pub receipt: Receipt,
}

impl ActError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<identity::Error> for Error {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Store(error) => Self::Store(error),
            identity::Error::Refused(refusal) => Self::Refused(refusal),
            identity::Error::Forbidden => Self::Forbidden,
            _ => Self::NotFound,
        }
    }
}

impl From<areas::Error> for Error {
    fn from(error: areas::Error) -> Self {
        match error {
            areas::Error::Store(error) => Self::Store(error),
            error => Self::Store(store::Error::Unavailable(error.to_string())),
        }
    }
}

/// Patrols: one service behind every door.
#[derive(Debug, Clone)]
pub struct Patrols {
    journal: Journal,
    identity: Identity,
    areas: Areas,
    memory: Arc<TrackMemory>,
    tail: Arc<TailWriter>,
}

/// The kind of job that derives a patrol's figures from its fixes.
pub const DERIVE_JOB: &str = "derive_patrol";

/// The kind of job by which coverage takes a changed patrol up.
pub const INDEX_JOB: &str = "index_coverage";

impl Patrols {
    /// Patrols over this journal's store.
    #[must_use]
    pub fn new(journal: Journal, identity: Identity, areas: Areas) -> Self {
        Self {
            journal,
            identity,
            areas,
            memory: Arc::default(),
            tail: Arc::default(),
        }
    }

    /// The same, with an empty memory of its own for tracks that weigh at most so many bytes.
    #[must_use]
    pub fn with_track_memory(mut self, most_bytes: usize) -> Self {
        self.memory = Arc::new(TrackMemory::of_bytes(most_bytes));
        self
    }

    /// What is kept of tracks in memory.
    #[must_use]
    pub fn track_memory(&self) -> MemoryUse {
        self.memory.in_use()
    }

    /// The journal that patrols are entered in.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }
}

/// A receipt to be signed after the act, or one that was given before.
#[derive(Debug, Clone)]
enum Promise {
    New(Written),
    Again(Receipt),
}

impl Promise {
    fn signed(self, journal: &Journal) -> Receipt {
        match self {
            Self::New(written) => journal.receipt(&written),
            Self::Again(receipt) => receipt,
        }
    }
}

/// Where a patrol stands: what was declared and judged, and whether fixes came.
fn state_of(row: &PatrolRow) -> Result<PatrolState, store::Error> {
    let state = row.state.parse().or(Err(row.corrupt("state")))?;
    Ok(match state {
        PatrolState::Closed if row.chunks > 0 => PatrolState::Uploaded,
        state => state,
    })
}

/// Whether the right reaches a patrol: the whole province, or a commune that it touched. A device's rights are for
/// recording and reach its own team's patrols only.
async fn reaches(
    tx: &mut Tx,
    actor: &Actor,
    right: Right,
    id: PatrolId,
) -> Result<bool, store::Error> {
    if actor.principal == Principal::Device {
        return Ok(false);
    }
    Ok(match actor.reach(right) {
        None => false,
        Some(Scope::Province) => true,
        Some(reach) => sql::communes_of(tx, id)
            .await?
            .iter()
            .any(|code| reach.holds(Some(code))),
    })
}

/// The patrol, if the caller may read it; else the same answer as for one that does not exist.
async fn readable(tx: &mut Tx, actor: &Actor, id: PatrolId) -> Result<PatrolRow, Error> {
    let row = sql::patrol(tx, id).await?.ok_or(Error::NotFound)?;
    let mates = Mates::among(tx, actor, &[(row.author, row.team)]).await?;
    let own = mates.is_own(row.author, row.team) && actor.may_somewhere(Right::ReadPatrols);
    if own || reaches(tx, actor, Right::ReadPatrols, id).await? {
        Ok(row)
    } else {
        Err(Error::NotFound)
    }
}
