//! The phone's contract and the live feed: a batch of facts pushed, what changed pulled, what is held compared, and
//! what happens shown as it is numbered.
//!
//! Invariants: a fact in a batch goes through the very route that takes it alone, so that the door has no rules of its
//! own; everything that is pulled or shown live was numbered before, so that no cursor skips anything; nobody is told
//! what the slices' own readings would not tell.

pub mod bundle;
mod facts;
mod heads;
mod http_parts;
mod inventory;
pub mod live;
mod mark;
mod natives;
pub mod node;
mod owed;
mod pull;
mod push;
mod sql;
mod storage;
mod verify;
mod walk;

/// The routes' handlers.
pub mod http {
    pub use super::bundle::http::*;
    pub use super::facts::*;
    pub use super::inventory::*;
    pub use super::live::http::*;
    pub use super::node::http::*;
    pub use super::owed::*;
    pub use super::pull::*;
    pub use super::push::*;
    pub use super::storage::*;
}

pub use sql::STATEMENTS;
pub use verify::verify_rows;
