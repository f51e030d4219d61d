//! What stands in a bundle once it is opened: a header, facts as phones push them, photos' originals, and a footer
//! with a signature over all of it.
//!
//! A record is a byte for its kind, four bytes for its length (most significant first), and its content.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::ids::LogId;
use crate::base::time::Timestamp;
use crate::base::{from_hex, hex};

use super::seal::{Damage, Opened, Opening, Sealer};

/// The version of what stands inside.
pub const FORMAT: u32 = 1;
const HEADER: u8 = 0;
const FACT: u8 = 1;
const ORIGINAL: u8 = 2;
const FOOTER: u8 = 3;
const VOUCHED: u8 = 4;
const VOUCHED_ORIGINAL: u8 = 5;
const MOST_WORDS: usize = 4 * 1024;
/// A fact with its headers: as much as its native route takes, quoted.
const MOST_FACT: usize = 8 * 1024 * 1024;
/// Records of one bundle.
const MOST_RECORDS: u64 = 100_000;
const STEP: usize = 64 * 1024;
/// A photo's id and the SHA-256 of its bytes.
const ORIGINAL_HEAD: usize = 16 + 32;

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The version of the format.
    pub format: u32,
    /// The log that it is for.
    pub log: LogId,
    /// The key that signs it: its JWK thumbprint (RFC 7638).
    pub key_id: String,
    /// When it was made, by its maker's clock.
    pub made_at: Timestamp,
    /// Its number among its maker's.
    pub number: u64,
}

/// What it ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foot {
    /// The text that is signed.
    pub text: String,
    /// SHA-256 over the header and every record.
    pub sha256: [u8; 32],
    /// Records.
    pub count: u64,
    /// ECDSA over P-256 with SHA-256, r and s.
    pub signature: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FootWire {
    count: u64,
    sha256: String,
    signature: String,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A fact as in a batch: its kind, id, body and headers, as JSON.
    Fact(Vec<u8>),
    /// A photo's original bytes.
    Original {
        /// The photo.
        photo: Uuid,
        /// What the maker says that their SHA-256 is.
        sha256: [u8; 32],
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A fact that a post node vouches for, as JSON: see [`super::vouched::Vouched`].
    Vouched(Vec<u8>),
    /// A photo's original that a post node vouches for.
    VouchedOriginal {
        /// The same of the original's entry.
        vouched: Vec<u8>,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The end.
    End(Foot),
}

/// The text over which a bundle's maker signs.
#[must_use]
pub fn signed_text(log: LogId, count: u64, sha256: &[u8; 32]) -> String {
    format!(
        "tuantra bundle {FORMAT}\nlog {log}\nrecords {count}\nsha-256 {}\n",
        hex(sha256)
    )
}

/// Reads a bundle record by record.
pub struct Reader<R> {
    from: Opened<R>,
    head: Head,
    hash: Sha256,
    count: u64,
    most_original: usize,
}

impl<R: Read> Reader<R> {
    /// Opens a bundle whose originals have at most so many bytes.
    pub fn begin(from: R, opening: &Opening, most_original: usize) -> Result<Self, Damage> {
        let mut from = Opened::begin(from, opening)?;
        let mut hash = Sha256::new();
        let (kind, bytes) = record(&mut from, most_original, &mut hash)?;
        if kind != HEADER {
            return Err(Damage::Malformed("it does not begin with its header"));
        }
        let head: Head = serde_json::from_slice(&bytes).or(Err(Damage::Malformed("its header")))?;
        if head.format != FORMAT {
            return Err(Damage::NotABundle);
        }
        Ok(Self {
            from,
            head,
            hash,
            count: 0,
            most_original,
        })
    }

    /// What it says of itself.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The next record; nothing may be asked for after the end.
    pub fn next_record(&mut self) -> Result<Record, Damage> {
        let before = self.hash.clone();
        let (kind, bytes) = record(&mut self.from, self.most_original, &mut self.hash)?;
        match kind {
            FACT | ORIGINAL | VOUCHED | VOUCHED_ORIGINAL if self.count == MOST_RECORDS => {
                Err(Damage::Malformed("more than 100000 records"))
            }
            FACT => {
                self.count += 1;
                Ok(Record::Fact(bytes))
            }
            ORIGINAL => {
                self.count += 1;
                original(bytes)
            }
            VOUCHED => {
                self.count += 1;
                Ok(Record::Vouched(bytes))
            }
            VOUCHED_ORIGINAL => {
                self.count += 1;
                vouched_original(bytes)
            }
            FOOTER => self.foot(&bytes, before.finalize().into()),
            _ => Err(Damage::Malformed("a second header")),
        }
    }

    fn foot(&mut self, bytes: &[u8], sha256: [u8; 32]) -> Result<Record, Damage> {
        let wire: FootWire =
            serde_json::from_slice(bytes).or(Err(Damage::Malformed("its footer")))?;
        if wire.count != self.count || from_hex(&wire.sha256) != Some(sha256) {
            return Err(Damage::Malformed("its footer is that of other records"));
        }
        self.from.expect_end()?;
        let text = signed_text(self.head.log, self.count, &sha256);
        let signature: [u8; 64] =
            from_hex(&wire.signature).ok_or(Damage::Malformed("its signature"))?;
        Ok(Record::End(Foot {
            text,
            sha256,
            count: self.count,
            signature: signature.to_vec(),
        }))
    }
}

fn original(mut bytes: Vec<u8>) -> Result<Record, Damage> {
    let short = || Damage::Malformed("an original without its photo");
    let rest = bytes.split_off(bytes.len().min(ORIGINAL_HEAD));
    let (photo, sha256) = bytes.split_at_checked(16).ok_or_else(short)?;
    Ok(Record::Original {
        photo: Uuid::from_slice(photo).or(Err(short()))?,
        sha256: sha256.try_into().or(Err(short()))?,
        bytes: rest,
    })
}

fn vouched_original(mut bytes: Vec<u8>) -> Result<Record, Damage> {
    let short = || Damage::Malformed("an original without what vouches for it");
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > MOST_WORDS || length > rest.len() {
        return Err(short());
    }
    let original = bytes.split_off(4 + length);
    bytes.drain(..4);
    Ok(Record::VouchedOriginal {
        vouched: bytes,
        bytes: original,
    })
}

/// A record's kind and content; memory grows with what was opened, not with what a length says.
fn record<R: Read>(
    from: &mut Opened<R>,
    most_original: usize,
    hash: &mut Sha256,
) -> Result<(u8, Vec<u8>), Damage> {
    let mut start = [0; 5];
    from.read_exact(&mut start)?;
    let [kind, length @ ..] = start;
    let most = match kind {
        HEADER | FOOTER => MOST_WORDS,
        FACT | VOUCHED => MOST_FACT,
        VOUCHED_ORIGINAL => most_original.saturating_add(4 + MOST_WORDS),
        ORIGINAL => most_original.saturating_add(ORIGINAL_HEAD),
        _ => return Err(Damage::Malformed("a record of an unknown kind")),
    };
    let length = u32::from_be_bytes(length) as usize;
    if length > most {
        return Err(Damage::Malformed("a record is larger than accepted"));
    }
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let begin = bytes.len();
        bytes.resize(length.min(begin + STEP), 0);
        from.read_exact(&mut bytes[begin..])?;
    }
    hash.update(start);
    hash.update(&bytes);
    Ok((kind, bytes))
}

/// Writes a bundle.
pub struct Writer<W> {
    to: Sealer<W>,
    log: LogId,
    hash: Sha256,
    count: u64,
}

impl<W: Write> Writer<W> {
    /// Begins with the header.
    pub fn begin(to: Sealer<W>, head: &Head) -> Result<Self, Damage> {
        let mut own = Self {
            to,
            log: head.log,
            hash: Sha256::new(),
            count: 0,
        };
        let words = serde_json::to_vec(head).or(Err(Damage::Malformed("its header")))?;
        own.add(HEADER, &[&words])?;
        Ok(own)
    }

    /// Adds a fact as in a batch.
    pub fn fact(&mut self, json: &[u8]) -> Result<(), Damage> {
        self.count += 1;
        self.add(FACT, &[json])
    }

    /// Adds a photo's original.
    pub fn original(&mut self, photo: Uuid, bytes: &[u8]) -> Result<(), Damage> {
        self.count += 1;
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        self.add(ORIGINAL, &[photo.as_bytes(), &sha256, bytes])
    }

    /// Adds a fact that a post node vouches for.
    pub fn vouched(&mut self, json: &[u8]) -> Result<(), Damage> {
        self.count += 1;
        self.add(VOUCHED, &[json])
    }

    /// Adds a photo's original that a post node vouches for.
    pub fn vouched_original(&mut self, json: &[u8], bytes: &[u8]) -> Result<(), Damage> {
        self.count += 1;
        let length = u32::try_from(json.len()).or(Err(Damage::Malformed("too many words")))?;
        self.add(VOUCHED_ORIGINAL, &[&length.to_be_bytes(), json, bytes])
    }

    /// Records so far.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Ends with the footer; `sign` signs the text.
    pub fn end(mut self, sign: impl FnOnce(&str) -> Vec<u8>) -> Result<W, Damage> {
        let sha256: [u8; 32] = self.hash.clone().finalize().into();
        let text = signed_text(self.log, self.count, &sha256);
        let foot = FootWire {
            count: self.count,
            sha256: hex(&sha256),
            signature: hex(&sign(&text)),
        };
        let words = serde_json::to_vec(&foot).or(Err(Damage::Malformed("its footer")))?;
        self.add(FOOTER, &[&words])?;
        self.to.end()
    }

    fn add(&mut self, kind: u8, parts: &[&[u8]]) -> Result<(), Damage> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let length = u32::try_from(length).or(Err(Damage::Malformed("a record is too large")))?;
        let mut start = [kind, 0, 0, 0, 0];
        start[1..].copy_from_slice(&length.to_be_bytes());
        for part in [&[&start[..]], parts].concat() {
            self.hash.update(part);
            self.to.add(part)?;
        }
        Ok(())
    }
}
