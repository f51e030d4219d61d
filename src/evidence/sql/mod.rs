//! The tables of evidence.

mod nonces;
mod photos;
mod questions;

pub use nonces::*;
pub use photos::*;
pub use questions::*;

/// Every fixed statement of evidence, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    PHOTO,
    PHOTOS,
    UNLINKED,
    PLACED_AFTER,
    COUNT,
    INSERT_PHOTO,
    STORE_ORIGINAL,
    LOCK_PHOTO,
    LINK,
    SET_PLACE,
    SET_DERIVED,
    INSERT_IMAGE,
    IMAGE,
    INSERT_ASIDE,
    NAMED,
    OF_PLOT,
    IS_ACCOUNT,
    ORIGINALS,
    QUESTION,
    QUESTIONS,
    LOCK_QUESTION,
    INSERT_QUESTION,
    IS_ASKED,
    SET_STATE,
    STATES,
    INSERT_REPLY,
    REPLIES,
    INSERT_FINGERPRINT,
    FINGERPRINTS_SINCE,
    SAME_INSTANT,
    INSERT_NONCE,
    SPEND_NONCE,
    NONCE,
    UNSPENT_NONCES,
];
