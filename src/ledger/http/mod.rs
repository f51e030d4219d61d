//! The routes of the ledger.

mod behind;
mod definitions;
mod due;
mod evidence;
mod facts;
mod figures;
mod incidents;
mod read;
mod samples;
mod tips;

pub use behind::*;
pub use definitions::*;
pub use due::*;
pub use evidence::*;
pub use facts::*;
pub use figures::*;
pub use incidents::*;
pub use read::*;
pub use samples::*;
pub use tips::*;

use crate::http::{Problem, ProblemKind};

use super::service::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Elsewhere => Self::new(ProblemKind::Forbidden).detail(
                "ô của tin báo không nằm trong xã được giao: chuyển tin cho xã đó hoặc cho tỉnh / the tip's cell lies in none of your communes: tell that commune, or the province",
            ),
            Error::Refused(refusal) => refusal.into(),
            Error::Parameter { name, reason } => {
                Self::new(ProblemKind::InvalidParameter).detail(format!("{name}: {reason}"))
            }
            Error::Differs(kept) => Self::new(ProblemKind::ContentDiffers)
                .with("quarantine_id", kept.quarantine)
                .with("receipt", &kept.receipt),
            Error::ChangedSince => Self::new(ProblemKind::ChangedSince),
            Error::TooMuchAside => Self::new(ProblemKind::TooManyRequests)
                .detail("too much of this author was set apart today"),
            Error::Store(error) => error.into(),
        }
    }
}
