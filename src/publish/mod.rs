//! What the slices hold, in the standards that staff's tools read.
//!
//! Every publisher takes features from one place ([`source`]), with the reader's own rights and precision, and only
//! writes them down in its format.

pub mod cors;
pub mod export;
pub mod feature;
pub mod filter;
mod memory;
pub mod ogc;
pub mod reader;
pub mod search;
pub mod source;
mod sql;
pub mod tiles;

pub use sql::{PAIRS, STATEMENTS};
