//! Communes, risk areas and gates over HTTP, as GeoJSON.

mod communes;
mod coordinates;
mod features;
mod gates;
mod hamlets;
mod risk;

pub use communes::*;
pub use coordinates::*;
pub use gates::*;
pub use hamlets::*;
pub use risk::*;

use crate::http::{Problem, ProblemKind};

use super::model::faults::{ImportError, Reason};
use super::service::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Import(fault) => of_feature(&fault),
            Error::Refused(refusal) => refusal.into(),
            Error::Overlaps(_) | Error::Unlawful(_) => {
                Self::new(ProblemKind::InvalidContent).detail(error.to_string())
            }
            Error::NoReason => {
                Self::new(ProblemKind::InvalidContent).fault("/properties/reason", "is needed")
            }
            Error::Stale(version) => Self::new(ProblemKind::StaleRevision).with("version", version),
            Error::Overtaken => Self::new(ProblemKind::WrongState).detail(error.to_string()),
            Error::Store(error) => error.into(),
        }
    }
}

/// A fault of a feature that came alone: where it lies in the body.
fn of_feature(fault: &ImportError) -> Problem {
    let pointer = match &fault.reason {
        Reason::Missing { field } | Reason::BadProperty { field, .. } => {
            format!("/properties/{field}")
        }
        Reason::EmptyValidity => "/properties/valid_to".to_owned(),
        Reason::NoGeometry | Reason::Shape(_) => "/geometry".to_owned(),
        _ => String::new(),
    };
    Problem::new(ProblemKind::InvalidContent).fault(pointer, fault.reason.to_string())
}
