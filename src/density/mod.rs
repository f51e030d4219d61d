//! Density: plots per H3 cell and season, corrected for the effort with which they were looked for.
//!
//! Its label is "Mật độ điểm trồng". Invariants: a cell without effort has no rate; every figure names the definition
//! it was made by; statistics are computed over the whole province and shown within the caller's reach; outsiders get
//! whole ended seasons of coarse cells, in which no small number can be read or worked out. `docs/density.md` says what
//! each number means and what it must not be used for.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use service::{
    Answer, Asked, Campaign, CellFigures, Density, DensityView, Error, Suggestion, Suggestions,
};
pub use sql::STATEMENTS;
