//! A post node's way upwards: what its log holds from the field, as one file to carry or batch by batch over a link.
//!
//! Invariants: only numbered entries go, so a cursor skips nothing; what goes keeps its receipt and its bytes; a cursor
//! moves only over what the province answered for good, or over what is written down to be tried again; sending anything
//! again changes nothing.

mod answer;
mod forward;
mod gather;
pub mod http;

pub use forward::{NoUpstream, Upstream, forward_some, rewind, run};
pub use gather::{Filled, Lanes, NotMade, Wanted, begin, fill};
