//! What a pass over the log may find wrong.

use crate::base::ids::EntryId;

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Row or body were changed.
    #[error(
        "entry {entry} (number {seq}) is not what its leaf says: its row or content was changed"
    )]
    Leaf {
        /// The entry.
        entry: EntryId,
        /// Its number.
        seq: i64,
    },
    /// The plain hash beside the body was changed.
    #[error("entry {entry} (number {seq}) lists another SHA-256 than its content has")]
    Digest {
        /// The entry.
        entry: EntryId,
        /// Its number.
        seq: i64,
    },
    /// What a device signed was changed, or is gone.
    #[error("entry {entry} (number {seq}): what its device signed is not what was recorded")]
    Statement {
        /// The entry.
        entry: EntryId,
        /// Its number.
        seq: i64,
    },
    /// The content is gone and nothing says by whose order.
    #[error("entry {entry} (number {seq}) has no content, and no redaction ordered that")]
    Erased {
        /// The entry.
        entry: EntryId,
        /// Its number.
        seq: i64,
    },
    /// The content stands, and the row says that it was erased.
    #[error("entry {entry} (number {seq}) is marked as erased, and its content stands")]
    NotErased {
        /// The entry.
        entry: EntryId,
        /// Its number.
        seq: i64,
    },
    /// A redaction that erased more than it says.
    #[error("redaction {by} says that it erased {said} contents, {erased} name it")]
    Redaction {
        /// The redaction's entry.
        by: EntryId,
        /// What it says.
        said: u64,
        /// Entries that name it.
        erased: u64,
    },
    /// An entry was taken out.
    #[error("number {expected} is missing: entry {entry} after it has number {seq}")]
    Gap {
        /// The number that should follow.
        expected: i64,
        /// The entry found instead.
        entry: EntryId,
        /// Its number.
        seq: i64,
    },
    /// The end was cut off.
    #[error("the log ends after {found} entries, its newest head counts {counted}")]
    Cut {
        /// Entries found.
        found: i64,
        /// What the head says.
        counted: i64,
    },
    /// The numbering was set back.
    #[error("the next number to be given is {next}, the newest head counts {newest}")]
    NextNumber {
        /// The next number.
        next: i64,
        /// What the head says.
        newest: i64,
    },
    /// Tree and entries differ.
    #[error("the entry with number {0} is not the one in the tree: order or entry was changed")]
    NotInTree(u64),
    /// A tile is not made of those below it.
    #[error("tile {number} of level {level} is not the hash of what lies below it")]
    Tile {
        /// The tile's level.
        level: u32,
        /// Its number.
        number: u64,
    },
    /// A head's root is not the tree's.
    #[error("the head of {0} entries has another root than the entries lead to")]
    Head(i64),
    /// A head's signature.
    #[error("the head of {0} entries is not signed by the key that it names")]
    HeadSignature(i64),
    /// A head's key is not vouched for.
    #[error(
        "the head of {size} entries is signed by key {key}, which the trusted keys do not vouch for"
    )]
    Untrusted {
        /// Entries that the head counts.
        size: i64,
        /// The key.
        key: String,
    },
    /// The list of keys.
    #[error("the log's keys: {0}")]
    Keys(String),
    /// A key that no entry tells of.
    #[error("key {0} is listed, but no entry of the log tells of it")]
    KeyNotEntered(String),
    /// A key that the list leaves out, or of which it tells another hand-over.
    #[error(
        "an entry of the log tells of the public key {0}, and the list of keys does not, or otherwise"
    )]
    KeyNotListed(String),
    /// Heads were taken out at the end.
    #[error("entries are numbered up to {last}, and no signed head counts more than {counted}")]
    Headless {
        /// The last number that an entry has.
        last: i64,
        /// What the newest head counts.
        counted: i64,
    },
    /// A head from outside of another log, or not signed by one of its keys.
    #[error("the head kept outside, of {0} entries, is not signed by a key of this log")]
    OutsideForeign(u64),
    /// The log was rebuilt.
    #[error(
        "the head kept outside, of {0} entries, has another root: the log was rebuilt after it was kept"
    )]
    OutsideFork(u64),
    /// The log was cut.
    #[error("the head kept outside counts {size} entries, the log has {has}")]
    OutsideAhead {
        /// Entries that the head counts.
        size: u64,
        /// Entries that the log has.
        has: u64,
    },
}
