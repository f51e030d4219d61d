//! Coverage from outside: figures per commune and the gap list.

mod cells;
mod definitions;
mod patrols;
mod routes;

pub use cells::*;
pub use definitions::*;
pub use patrols::*;
pub use routes::*;

use crate::http::{Problem, ProblemKind};

use super::service::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Parameter { name, reason } => refused(name, &reason),
            Error::Store(error) => error.into(),
        }
    }
}

fn refused(name: &str, reason: &str) -> Problem {
    Problem::new(ProblemKind::InvalidParameter)
        .detail(format!("{name}: {reason}"))
        .fault(format!("/{name}"), reason)
}
