//! The office's forms: B01, B02 and B03 as tables whose numbers lead back to their facts, and which communes have sent,
//! found nothing, or not sent yet.
//!
//! Invariants: figures are those of the ledger and of coverage, never made anew; silence is not zero; a run that was kept
//! does not change, and the same form as of the same entry is the same again.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use service::{Asked, Error, Reports, verify_rows};
pub use sql::STATEMENTS;
