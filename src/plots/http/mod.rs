//! The routes of plots and incidents.

mod incidents;
mod plots;

pub use incidents::*;
pub use plots::*;

use crate::http::{Problem, ProblemKind};
use crate::journal::KeptAside;

use super::service::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Refused(refusal) => refusal.into(),
            Error::Differs(kept) => aside(ProblemKind::ContentDiffers, &kept),
            Error::Stale(kept) => aside(ProblemKind::StaleRevision, &kept),
            Error::Outside(kept) => aside(ProblemKind::OutsideScope, &kept),
            Error::ChangedSince => Self::new(ProblemKind::ChangedSince),
            Error::TooMuchAside => Self::new(ProblemKind::TooManyRequests)
                .detail("too much of this author was set apart today"),
            Error::Store(error) => error.into(),
        }
    }
}

fn aside(kind: ProblemKind, kept: &KeptAside) -> Problem {
    Problem::new(kind)
        .with("quarantine_id", kept.quarantine)
        .with("receipt", &kept.receipt)
}
