//! The routes of photos.

mod definitions;
mod holds;
mod nonces;
mod photos;
mod previews;
mod questions;
mod redactions;
mod tracks;
mod uploads;

pub use definitions::*;
pub use holds::*;
pub use nonces::*;
pub use photos::*;
pub use previews::*;
pub use questions::*;
pub use redactions::*;
pub use tracks::*;
pub use uploads::{__path_bind_upload, BindingWire, UploadView, bind_upload};

use crate::http::{Problem, ProblemKind};
use crate::journal::KeptAside;

use super::service::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Refused(refusal) => refusal.into(),
            Error::Parameter { name, reason } => {
                Self::new(ProblemKind::InvalidParameter).detail(format!("{name}: {reason}"))
            }
            Error::Differs(kept) => aside(ProblemKind::ContentDiffers, &kept),
            Error::Outside(kept) => aside(ProblemKind::OutsideScope, &kept),
            Error::Mismatch(kept) => aside(ProblemKind::HashMismatch, &kept),
            Error::TooMuchAside => Self::new(ProblemKind::TooManyRequests)
                .detail("too much of this author was set apart today"),
            Error::Damaged(sha256) => Self::damaged(&sha256),
            Error::Erased(document) => erased_problem(&document),
            Error::Redaction(fault) => redaction_problem(&fault),
            Error::Upload(fault) => uploads::problem(&fault),
            Error::Blobs(error) if error.is_full() => {
                Self::new(ProblemKind::StorageFull).internal(error)
            }
            Error::Blobs(error) => Self::new(ProblemKind::Unavailable).internal(error),
            Error::Store(error) => error.into(),
        }
    }
}

fn aside(kind: ProblemKind, kept: &KeptAside) -> Problem {
    Problem::new(kind)
        .with("quarantine_id", kept.quarantine)
        .with("receipt", &kept.receipt)
}
