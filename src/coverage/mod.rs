//! Coverage: the share of the risk areas of a commune that patrols came within sight of.
//!
//! The measure is geometric (everything within the radius of a credible leg, cut with the risk
//! areas) and is computed on H3 masks: the 49 cells of resolution 11 under one cell of resolution 9
//! fit one 64-bit word, so a union is `|` and a cut is `&`. `docs/coverage-error.md` states the error.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use service::verify_rows;
pub use service::{
    Answer, Asked, CommuneAnswer, Coverage, CoverageView, EffortAsked, EffortCell, EffortMark,
    Error, Figures, REINDEX_JOB,
};
pub use service::{Force, Gap, GapsAsked, Note, Pass, Swept};
pub use sql::STATEMENTS;
