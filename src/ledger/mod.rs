//! The ledger: what is done to plots after they are found, what follows for their state, and the figures made of it.
//!
//! Invariants: facts are only added, a correction is a fact that names another; a plot's state is a function of its
//! facts, whatever the order in which they came; what does not fit is kept and flagged, never clamped; claimed,
//! verified, eradicated and re-measured figures are never mixed; an unresolved overlap is never counted twice.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use service::{
    CLAIMS_JOB, DueQuery, Error, FiguresQuery, Grouped, Ledger, Passes, PlotLine, SETTLE_ALL_JOB,
    verify_made, verify_rows,
};
pub use sql::{PlotFilter, STATEMENTS};
