//! HTTP plumbing that knows no slice: problems, extractors, declared routes, layers.

pub mod extract;
mod known;
pub mod layers;
pub mod paging;
pub mod peer;
pub mod problem;
pub mod range;
mod refusals;
pub mod routes;
pub mod signed;
pub mod turns;

pub use extract::{Body, Json, Params, Path, Written};
pub use peer::Peer;
pub use problem::{Problem, ProblemKind};
pub use routes::{Access, Declared};
