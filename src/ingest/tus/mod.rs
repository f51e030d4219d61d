//! Resumable uploads, tus 1.0.0: creation (also with the first bytes, also of unknown length), checksum, expiration,
//! termination. What the bytes become is the evidence service's.
//!
//! <https://tus.io/protocols/resumable-upload>

mod headers;
pub mod http;
mod speak;
#[cfg(test)]
mod tests;

pub use speak::{Origins, speak};

/// The version of the protocol that is spoken.
const VERSION: &str = "1.0.0";
const EXTENSIONS: &str =
    "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination";
