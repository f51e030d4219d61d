//! What the slices hold, in the standards that staff's tools read.
//!
//! Every publisher takes features from one place, with the reader's own rights and precision, and only writes them down
//! in its format.

pub mod export;
pub mod feature;
