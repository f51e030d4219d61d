//! The routes of patrols: declarations, fixes, files, judgements, holds, and reading.

mod act;
mod held;
mod read;
mod upload;

pub use act::*;
pub use held::*;
pub use read::*;
pub use upload::*;

use crate::http::{Problem, ProblemKind};

use super::service::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Refused(refusal) => refusal.into(),
            Error::Differs(kept) => Self::new(ProblemKind::ContentDiffers)
                .with("quarantine", kept.quarantine)
                .with("receipt", kept.receipt),
            Error::Stale(kept) => Self::new(ProblemKind::StaleRevision)
                .with("quarantine", kept.quarantine)
                .with("receipt", kept.receipt),
            Error::WrongState(state) => {
                Self::new(ProblemKind::WrongState).detail(format!("the patrol is {state}"))
            }
            Error::NoHold => Self::new(ProblemKind::WrongState).detail("the patrol was never held"),
            Error::TooMuchAside => Self::new(ProblemKind::TooManyRequests)
                .detail("too much of yours was set apart today: mend what you send"),
            Error::Store(error) => error.into(),
        }
    }
}
