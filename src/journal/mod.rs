//! The one log: every fact and its entry commit together, and its author gets a signed receipt.
//!
//! Invariants: an entry's leaf never changes; bodies go only by redaction, which is itself an entry; only
//! sequenced entries are shown to cursors, so nothing is skipped under concurrent commits; the act that numbers
//! entries puts their leaves into the tree and signs the head over them.

mod aside;
pub mod audit;
mod epochs;
pub mod history;
pub mod http;
mod keys;
mod left;
mod listing;
pub mod merkle;
pub mod model;
pub mod note;
mod papers;
pub mod proofs;
mod proving;
mod queue;
mod receipts;
mod rules;
mod sequencer;
mod service;
mod sql;
pub mod stamps;
mod statements;
mod together;
mod tree;
mod witness;

pub use aside::KeptAside;
pub use audit::Verified;
pub use keys::{KeyFault, secret_in};
pub use left::Left;
pub use model::{Epoch, Header, Kind, Receipt, ReceiptState};
pub use papers::{FactSource, FromPaper, TypedIn};
pub use proving::{Between, Proving};
pub use rules::{Rules, RulesEntry, RulesFault, RulesSet, RulesWire};
pub use service::{Entry, Journal, Keeper, LEGAL_HOLD, Stored, Written, random};
pub use sql::{JobRow, Kinds, PAIRS, POSTGRES, STATEMENTS};
pub use statements::{Chain, Reopening, Signed, is_signed_by, key_id};
pub use witness::{Alarm, AlarmReason, NotTaken, Shown, Witness};
