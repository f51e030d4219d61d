//! A pass over the whole log: leaves from bodies, order, tree, heads, keys, and heads kept outside.
//!
//! It needs no signing key and writes nothing. Beside a running server it judges what the newest head counted when it began.

mod announced;
mod derived;
mod faults;
mod own;
mod pass;
mod rows;
mod unsigned;

use crate::base::ids::{EntryId, LogId};
use crate::store::{Error, Store, Tx};

use super::history::{KeyRing, LogKey};
use super::left::left;
use super::merkle::Hash;
use super::model::Kind;
use super::note::{Checkpoint, Note, PublicKey};
use super::service::{Journal, Stored};
use super::sql;
use super::tree;

pub use super::sql::Content;
pub use derived::{every_rules, signed_path, typed_in, waits};
pub use faults::Fault;
pub use own::verify_rows;
use pass::Pass;
pub use rows::{RowFault, RowPass, Rows, Told, each_content, each_erased};
pub use unsigned::Unsigned;

/// Faults that are told one by one; more are only counted.
const MOST_TOLD: usize = 100;

/// What a pass over the log found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries whose leaf was recomputed from their body.
    pub whole: u64,
    /// Entries whose body was erased by order; their leaf stands.
    pub redacted: u64,
    /// Signed heads that the tree leads to.
    pub heads: u64,
    /// Heads kept outside that the tree leads to.
    pub outside: u64,
    /// The last number seen; -1 in an empty log.
    pub through: i64,
    /// The last leaf seen.
    pub last_leaf: Option<Vec<u8>>,
    /// The root over all of them.
    pub root: Option<Hash>,
    /// What does not hold, in the order it was found; the first hundred.
    pub faults: Vec<Fault>,
    /// All that does not hold.
    pub fault_count: u64,
    /// Facts in the name of phones that sign, which nothing signed; the first hundred.
    pub unsigned: Vec<Unsigned>,
    /// All of these.
    pub unsigned_count: u64,
    /// Whether every head's key is one that a root of trust from outside reaches.
    pub is_origin_proven: bool,
}

impl Verified {
    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < MOST_TOLD {
            self.faults.push(fault);
        }
        self.fault_count += 1;
    }

    fn came_unsigned(&mut self, own: Unsigned) {
        if self.unsigned.len() < MOST_TOLD {
            self.unsigned.push(own);
        }
        self.unsigned_count += 1;
    }
}

/// What the log is held against from outside.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// Heads that others kept, as signed notes.
    pub heads: Vec<(Checkpoint, Note)>,
    /// Keys that others vouch for, with the name that each came under.
    pub trusted: Vec<(Option<String>, PublicKey)>,
}

impl Journal {
    /// Recomputes the whole log: every numbered entry's leaf from its row and body, the tree and its heads.
    pub async fn verify(&self) -> Result<Verified, Error> {
        verify(self.store(), Outside::default()).await
    }
}

/// Recomputes the whole log of a database and holds it against what was kept outside.
pub async fn verify(store: &Store, outside: Outside) -> Result<Verified, Error> {
    let mut tx = store.snapshot().await?;
    let Some((log, _)) = sql::the_log(&mut tx).await? else {
        return Err(Error::Unavailable("the database holds no log".into()));
    };
    let newest = sql::last_head(&mut tx).await?.map_or(0, |head| head.size);
    let mut found = Verified {
        through: -1,
        is_origin_proven: !outside.trusted.is_empty(),
        ..Verified::default()
    };
    let keys = tree::log_keys(&mut tx, &log.to_string()).await?;
    let ring = ring(log, &keys, &outside, &mut found);
    let mut pass = Pass::new(log, ring, outside.heads, found);
    pass.run(&mut tx, newest).await?;
    pass.end(&mut tx, newest, &keys).await?;
    refuse_unnumbered_gap(&mut tx, newest, pass.found()).await?;
    Ok(pass.into_found())
}

/// The keys that heads are checked with; a rotation that does not hold is a fault and links nothing.
fn ring(log: LogId, keys: &[LogKey], outside: &Outside, found: &mut Verified) -> KeyRing {
    match KeyRing::new(log, keys, &outside.trusted) {
        Ok(ring) => ring,
        Err(fault) => {
            found.fault(Fault::Keys(fault.to_string()));
            let unlinked: Vec<_> = keys
                .iter()
                .map(|key| LogKey {
                    rotation: None,
                    ..key.clone()
                })
                .collect();
            KeyRing::new(log, &unlinked, &[]).unwrap_or_default()
        }
    }
}

/// The log with the keys that its list names: for a slice that holds what the log's key signed. Whether the list is that
/// of the log is judged with the log itself.
pub async fn signers(tx: &mut Tx) -> Result<(LogId, KeyRing), Error> {
    let Some((log, _)) = sql::the_log(tx).await? else {
        return Err(Error::Unavailable("the database holds no log".into()));
    };
    let keys = tree::log_keys(tx, &log.to_string()).await?;
    let ring = ring(log, &keys, &Outside::default(), &mut Verified::default());
    Ok((log, ring))
}

/// The next number to be given lies behind the newest head.
async fn refuse_unnumbered_gap(
    tx: &mut Tx,
    newest: i64,
    found: &mut Verified,
) -> Result<(), Error> {
    let next = sql::sequencer(tx).await?.next_seq;
    if next < newest {
        found.fault(Fault::NextNumber { next, newest });
    }
    // Entries are numbered and the head over them is signed in one act.
    let last = sql::last_sequenced(tx).await?.map_or(-1, |(seq, _)| seq);
    if last >= newest {
        let counted = newest;
        found.fault(Fault::Headless { last, counted });
    }
    Ok(())
}

/// Numbered entries of a kind after a number, with their contents: for a slice that holds its rows against the log.
pub async fn contents(
    tx: &mut Tx,
    kind: Kind,
    after: i64,
    limit: i64,
) -> Result<Vec<Content>, Error> {
    sql::contents_of_kind(tx, kind.as_str(), after, limit).await
}

/// An entry with its content, or with what the order that erased the words of it left: for a slice that holds its rows against
/// the log.
pub async fn stored(tx: &mut Tx, entry: EntryId) -> Result<Option<Stored>, Error> {
    let Some(row) = sql::entry(tx, entry).await? else {
        return Ok(None);
    };
    let mut body = sql::body(tx, row.id).await?.map(|(_, body)| body);
    if let (None, Some(by)) = (&body, row.redacted_by) {
        body = left(tx, by, row.id).await?;
    }
    Ok(Some(Stored { row, body }))
}

/// Whether an entry has a number yet; `None` when there is no such entry.
pub async fn is_numbered(tx: &mut Tx, entry: EntryId) -> Result<Option<bool>, Error> {
    Ok(sql::entry(tx, entry).await?.map(|row| row.seq.is_some()))
}
