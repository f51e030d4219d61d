//! The one log: every fact and its entry commit together, and its author gets a signed receipt.
//!
//! Invariants: an entry's leaf never changes; bodies go only by redaction, which is itself an entry; only
//! sequenced entries are shown to cursors, so nothing is skipped under concurrent commits.

mod aside;
mod epochs;
pub mod http;
mod keys;
pub mod merkle;
pub mod model;
mod queue;
mod sequencer;
mod service;
mod sql;
#[cfg(test)]
mod tests;

pub use aside::KeptAside;
pub use epochs::{Broken, Verified};
pub use keys::KeyFault;
pub use model::{Epoch, Header, Kind, Receipt, ReceiptState};
pub use service::{Entry, Journal, Stored, Written, random};
pub use sql::{JobRow, Kinds, STATEMENTS};
