//! The case package: all that the log holds of one plot, or of an incident with its plots, in one ZIP that proves itself without this server.
//!
//! Invariants: nothing leaves before an entry says who took it out, why, and which files; the originals are the bytes
//! that came; what is printed can be read in the files beside it.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use service::{CaseBounds, Cases, Error, Fault, SealFault, check};
pub use sql::STATEMENTS;
