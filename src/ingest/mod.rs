//! Foreign protocols: each door parses what phones send into the slices' own drafts and has no rules of its own.

pub mod imports;
pub mod openrosa;
pub mod papers;
pub mod trackers;
pub mod tus;
