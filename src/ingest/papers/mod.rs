//! "Nhập hộ từ biên bản giấy": what still comes on paper, typed in by an account beside its scan.
//!
//! Invariants: nothing is typed in before the scan is there; every fact goes through the same service as from a phone,
//! with the paper as its origin, which an entry of its own says; no fix comes from paper, so it covers no ground; a
//! retracted paper takes no more facts, and those taken before are retracted one by one, each with its own consequences.

mod draft;
mod facts;
mod http;
mod scans;
mod service;
mod sql;
mod verify;

pub use http::*;
pub use service::Error;
pub use sql::STATEMENTS;
pub use verify::verify_rows;

use super::openrosa::Slices;
use crate::journal::Journal;

/// The door of paper records.
#[derive(Debug, Clone)]
pub struct Papers {
    journal: Journal,
    slices: Slices,
}

impl Papers {
    /// The door to these slices.
    #[must_use]
    pub fn new(journal: Journal, slices: Slices) -> Self {
        Self { journal, slices }
    }
}
