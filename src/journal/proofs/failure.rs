//! What a proof may be found wrong in, or lacking.

use crate::journal::history::KeyListFault;
use crate::journal::note::NotACheckpoint;

use super::erased::Redacted;

/// The first thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A head's text.
    #[error("{what}: {fault}")]
    NoHead {
        /// Which head.
        what: &'static str,
        /// Why it is none.
        fault: NotACheckpoint,
    },
    /// The list of keys.
    #[error(transparent)]
    Keys(#[from] KeyListFault),
    /// No key to check a signature with.
    #[error("{0} is signed by key {1}, which is not at hand: give it with --trust")]
    NoKey(&'static str, String),
    /// No key at all to check a signature with.
    #[error(
        "no public key is at hand for {0}: give one with --trust, or a proof that lists the log's keys"
    )]
    NoKeys(&'static str),
    /// A signature by a key that is none of those that were given, where no list of the log's keys was.
    #[error("{0} is signed by another key than those that were given with --trust")]
    OtherKey(&'static str),
    /// A signature that is not that key's.
    #[error("the signature of {0} does not hold")]
    Signature(&'static str),
    /// A good signature by a key that no root of trust reaches.
    #[error("{0} is signed by key {1}, which the trusted keys do not vouch for")]
    Untrusted(&'static str, String),
    /// Two things that must be the same.
    #[error("{0}")]
    Differs(&'static str),
    /// The leaf is not what header and content make.
    #[error("the leaf is not the hash of this header and content")]
    Leaf,
    /// What a device signed does not fit.
    #[error("the device's statement does not hold: {0}")]
    Statement(&'static str),
    /// Nothing is left that holds header and leaf together.
    #[error("the proof has no covered hash: nothing shows that the leaf is this entry's")]
    Unbound,
    /// A content is shown, and not the salt by which it can be held against the leaf.
    #[error(
        "the proof shows a content without its salt: nothing shows that this content is the one under the leaf"
    )]
    Unsalted,
    /// A content was given that was erased, with its salt.
    #[error(
        "the content was erased with its salt: only a receipt that was kept tells what it was (tuantra verify receipt)"
    )]
    Erased,
    /// The path leads elsewhere.
    #[error("the inclusion proof does not lead from the leaf to the head's root")]
    Path,
    /// The older tree is no beginning of the newer one.
    #[error(
        "the consistency proof does not hold: the log of {to} entries does not begin with the one of {from}"
    )]
    Consistency {
        /// Entries in the older tree.
        from: u64,
        /// Entries in the newer tree.
        to: u64,
    },
    /// Nothing was given that holds two heads of two sizes together: neither that they agree nor that they do not is known.
    #[error(
        "heads of {from} and {to} entries need a consistency proof: fetch /api/v1/journal/consistency?from={from}&to={to} and give it \
         with --proof beside two heads, with --consistency beside another proof"
    )]
    NoConsistency {
        /// Entries in the older tree.
        from: u64,
        /// Entries in the newer tree.
        to: u64,
    },
    /// An order erased the photo.
    #[error(transparent)]
    Redacted(#[from] Redacted),
    /// The entries of one proof lead to two heads, of which one was held against what was kept outside.
    #[error(
        "the photo's entries lead to two heads, of {0} and {1} entries, and the kept head says nothing of the second: fetch the proof anew"
    )]
    TwoHeads(u64, u64),
    /// Two heads of one size with two roots.
    #[error("fork: two signed heads of {0} entries have two roots")]
    Fork(u64),
}

impl Failure {
    /// Whether nothing was found wrong, and something that is needed was not given.
    #[must_use]
    pub const fn is_lack(&self) -> bool {
        self.is_unvouched()
            || matches!(
                self,
                Self::NoConsistency { .. } | Self::Redacted(_) | Self::Erased | Self::TwoHeads(..)
            )
    }

    /// Whether nothing is known of the key of a signature: it may be the log's of another time, or a stranger's.
    #[must_use]
    pub const fn is_unvouched(&self) -> bool {
        matches!(
            self,
            Self::NoKey(..) | Self::NoKeys(_) | Self::OtherKey(_) | Self::Untrusted(..)
        )
    }
}
