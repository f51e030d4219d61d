//! What devices sign: kept beside the entry that it came with, covered by the entry's leaf, and read as a chain.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Serialize;

use crate::base::ids::{DeviceId, EntryId};
use crate::base::origin::{ClockOffset, Doubt, SeenHead, Sending, Standing, Statement};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};

use super::model::{Kind, sha256};
use super::service::Journal;
use super::sql::{self, EntryRow, LinkRow, StatementRow};

/// Statements read at once.
const BATCH: i64 = 1_000;
/// Gaps, forks and broken links that are told one by one.
const MOST_TOLD: usize = 100;

/// Whether a signature is that of a point on P-256 (uncompressed, SEC 1 §2.3.3) over a text (RFC 9421 §3.3.4).
#[must_use]
pub fn is_signed_by(public: &[u8], base: &str, signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
        .verify(base.as_bytes(), signature)
        .is_ok()
}

/// The id of a key: its JWK thumbprint (RFC 7638 §3.2) in base64url; none for what is no uncompressed point.
#[must_use]
pub fn key_id(public: &[u8]) -> Option<String> {
    let (&4, point) = public.split_first()? else {
        return None;
    };
    let (x, y) = point.split_at_checked(32).filter(|(_, y)| y.len() == 32)?;
    let [x, y] = [x, y].map(|half| BASE64_URL.encode(half));
    Some(thumbprint(&x, &y))
}

/// The thumbprint of a key by its coordinates as its JWK has them.
pub(super) fn thumbprint(x: &str, y: &str) -> String {
    let jwk = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    BASE64_URL.encode(sha256(jwk.as_bytes()))
}

/// Keeps a statement in the act that writes its entry. A statement over another body than the entry keeps does not
/// hold, whatever was found at the door; fixes are kept coded, their request's body was held against the digest there.
pub(super) async fn keep(
    tx: &mut Tx,
    entry: &EntryRow,
    kind: Kind,
    own: &Statement,
) -> Result<(), Error> {
    let covers = kind == Kind::Fixes || own.digest[..] == entry.sha256[..];
    let standing = match own.standing {
        Standing::Holds if !covers => Standing::Fails,
        standing => standing,
    };
    let head = own.head.as_ref();
    let row = StatementRow {
        entry: entry.id,
        device: DeviceId(entry.device.unwrap_or(entry.actor)),
        key_id: own.key_id.clone(),
        sequence: i64::try_from(own.sequence).unwrap_or(i64::MAX),
        previous: own.previous.to_vec(),
        own: sha256(own.base.as_bytes()).to_vec(),
        base: own.base.clone(),
        signature: own.signature.clone(),
        public: own.public.clone(),
        standing: standing.as_str().to_owned(),
        signed_at: own.signed_at,
        head_size: head.map(|head| i64::try_from(head.size).unwrap_or(i64::MAX)),
        head_root: head.map(|head| head.root.to_vec()),
        nonce: own.nonce.clone(),
    };
    sql::insert_statement(tx, &row).await
}

/// What a device signed, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The device that sent it.
    pub device: DeviceId,
    /// The key's thumbprint.
    pub key_id: String,
    /// How the signature stood at receipt.
    pub standing: Standing,
    /// Whether the key made another statement under the same number.
    pub is_forked: bool,
    /// When it was signed, by the device's clock.
    pub signed_at: Timestamp,
    /// The head that the device says it had seen.
    pub head: Option<SeenHead>,
    /// The nonce inside.
    pub nonce: Option<String>,
}

/// The last restore: what came after the backup that it brought back is lost to this log, and not to those who saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopening {
    /// When the log was opened again.
    pub at: Timestamp,
    /// Entries that it had then.
    pub size: u64,
}

impl Reopening {
    /// Whether a head of so many entries may have been one of those that were lost.
    #[must_use]
    pub fn lost(&self, size: u64) -> bool {
        size > self.size
    }
}

/// A device's chain under one key: what arrived, and what must exist and did not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Chain {
    /// The highest number that arrived; null when nothing did.
    pub through: Option<u64>,
    /// Numbers that arrived.
    pub arrived: u64,
    /// Numbers below the highest that did not arrive: facts on their way, or withheld.
    pub missing: u64,
    /// The first hundred gaps, first and last number of each.
    pub gaps: Vec<[u64; 2]>,
    /// Numbers under which two different things were signed; the first hundred.
    pub forks: Vec<u64>,
    /// Numbers whose statement names another predecessor than the one that arrived; the first hundred.
    pub broken: Vec<u64>,
}

/// The statements that one number was used for.
#[derive(Default)]
struct Group {
    number: Option<u64>,
    /// Their hashes; the first hundred.
    own: Vec<Vec<u8>>,
    /// What they name as their predecessor.
    previous: Vec<Vec<u8>>,
}

impl Chain {
    /// Takes the next number in order, after the one before it.
    fn take(&mut self, before: &Group, group: &Group) {
        let Some(number) = group.number else {
            return;
        };
        let next = self.through.map_or(0, |through| through + 1);
        if number > next {
            self.missing += number - next;
            told(&mut self.gaps, [next, number - 1]);
        }
        if group.own.len() > 1 {
            told(&mut self.forks, number);
        }
        let follows = before.number.is_some_and(|before| before + 1 == number);
        let is_linked = group.previous.iter().any(|own| before.own.contains(own));
        if follows && !is_linked {
            told(&mut self.broken, number);
        }
        self.arrived += 1;
        self.through = Some(number);
    }
}

impl Group {
    fn add(&mut self, row: LinkRow) {
        self.number = Some(row.sequence.cast_unsigned());
        told(&mut self.own, row.own);
        told(&mut self.previous, row.previous);
    }
}

fn told<T: PartialEq>(list: &mut Vec<T>, what: T) {
    if list.len() < MOST_TOLD && !list.contains(&what) {
        list.push(what);
    }
}

impl Journal {
    /// What a device signed when it sent an entry.
    pub async fn signed(&self, tx: &mut Tx, entry: EntryId) -> Result<Option<Signed>, Error> {
        let Some(row) = sql::statement(tx, entry).await? else {
            return Ok(None);
        };
        let twins = sql::twins(tx, &row.key_id, row.sequence, row.device).await?;
        let root = row
            .head_root
            .as_deref()
            .and_then(|root| root.try_into().ok());
        let standing = row.standing()?;
        Ok(Some(Signed {
            device: row.device,
            key_id: row.key_id,
            standing,
            is_forked: twins > 1,
            signed_at: row.signed_at,
            head: row.head_size.zip(root).map(|(size, root)| SeenHead {
                size: size.cast_unsigned(),
                root,
            }),
            nonce: row.nonce,
        }))
    }

    /// What came signed with an entry: the text and the signature.
    pub async fn statement(
        &self,
        tx: &mut Tx,
        entry: EntryId,
    ) -> Result<Option<(String, Vec<u8>)>, Error> {
        let row = sql::statement(tx, entry).await?;
        Ok(row.map(|row| (row.base, row.signature)))
    }

    /// A device's chain under one of its keys.
    pub async fn chain(&self, tx: &mut Tx, key: &str, device: DeviceId) -> Result<Chain, Error> {
        let mut chain = Chain::default();
        let (mut before, mut group) = (Group::default(), Group::default());
        let mut after = (-1, EntryId(uuid::Uuid::nil()));
        loop {
            let rows = sql::statements_of_key(tx, key, device, after, BATCH).await?;
            let Some(last) = rows.last() else {
                chain.take(&before, &group);
                return Ok(chain);
            };
            after = (last.sequence, last.entry);
            for row in rows {
                if group
                    .number
                    .is_some_and(|number| number != row.sequence.cast_unsigned())
                {
                    chain.take(&before, &group);
                    before = std::mem::take(&mut group);
                }
                group.add(row);
            }
        }
    }

    /// By how much the clock of an entry's sender was behind, where the sender told enough.
    pub async fn clock_offset(
        &self,
        tx: &mut Tx,
        entry: EntryId,
    ) -> Result<Option<ClockOffset>, Error> {
        let clock = sql::clock(tx, entry).await?;
        Ok(clock.and_then(|(sending, received_at)| sending.offset(received_at)))
    }

    /// The last restore, if there ever was one.
    pub async fn reopened(&self, tx: &mut Tx) -> Result<Option<Reopening>, Error> {
        let row = sql::reopening(tx).await?;
        Ok(row.map(|(at, after)| Reopening {
            at,
            size: after.map_or(0, |seq| seq.cast_unsigned() + 1),
        }))
    }

    /// The latest time under which the key of a statement signed something before it.
    pub async fn signed_before(
        &self,
        tx: &mut Tx,
        own: &Statement,
    ) -> Result<Option<Timestamp>, Error> {
        let sequence = i64::try_from(own.sequence).unwrap_or(i64::MAX);
        sql::signed_before(tx, &own.key_id, sequence).await
    }

    /// When the head was made that a device says it saw; `None` when neither this log nor, as a post node vouches, that
    /// of the device's node has such a head.
    pub async fn made_at(
        &self,
        tx: &mut Tx,
        device: DeviceId,
        seen: SeenHead,
    ) -> Result<Option<Timestamp>, Error> {
        let size = i64::try_from(seen.size).unwrap_or(i64::MAX);
        let head = sql::head_at(tx, size).await?;
        let own = head.filter(|head| head.root[..] == seen.root[..]);
        match own {
            Some(head) => Ok(Some(head.made_at)),
            None => sql::vouched_head(tx, device, size, &seen.root).await,
        }
    }

    /// Keeps when a post node made a head that a device of its says it saw.
    pub async fn vouch_head(
        &self,
        tx: &mut Tx,
        device: DeviceId,
        seen: SeenHead,
        made_at: Timestamp,
    ) -> Result<(), Error> {
        let size = i64::try_from(seen.size).unwrap_or(i64::MAX);
        sql::vouch_head(tx, device, size, &seen.root, made_at).await
    }

    /// What readers of some entries' facts must know of how these came.
    pub async fn doubts(
        &self,
        tx: &mut Tx,
        entries: &[EntryId],
    ) -> Result<HashMap<EntryId, Doubt>, Error> {
        let rows = sql::doubts(tx, entries).await?;
        let read = |(entry, doubt): (EntryId, String)| match doubt.parse() {
            Ok(doubt) => Ok((entry, doubt)),
            Err(_) => Err(Error::Corrupt {
                table: "journal_doubts",
                column: "doubt",
                id: entry.to_string(),
            }),
        };
        rows.into_iter().map(read).collect()
    }

    /// What an entry's sender's clock said when it was sent.
    pub async fn sending(&self, tx: &mut Tx, entry: EntryId) -> Result<Option<Sending>, Error> {
        let clock = sql::clock(tx, entry).await?;
        Ok(clock.map(|(sending, _)| sending))
    }
}
