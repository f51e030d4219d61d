//! Provinces, communes and risk areas: dated boundaries, and which commune a position lies in.
//!
//! Invariants: the communes of one file cover no ground twice (beyond a stated tolerance), and a position has at most
//! one commune; a boundary is never replaced silently but followed by another from a stated day; every version of a
//! risk area stays; nothing of a file is kept unless all of it is sound.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use service::{
    AREAS_JOB, Act, Areas, BOUNDARIES_JOB, BoundaryChange, ChangeReport, CommuneImport, Error,
    Gate, Ground, Hamlet, ImportReport, KnownBoundaries, KnownBoundary, Reached, RiskAreaSet,
    RiskAreaView, RiskBefore, RiskChange, RiskChoice, beside, verify_rows,
};
pub use sql::STATEMENTS;
