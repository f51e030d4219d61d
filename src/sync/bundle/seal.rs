//! Sealing a stream to one recipient: HPKE (RFC 9180, base mode) with X25519, HKDF-SHA256 and AES-256-GCM.
//!
//! The file begins with a line that names its version, the recipient's mark and the sender's ephemeral key; then come
//! chunks, each its length and its sealed bytes. The highest bit of a length marks the last chunk and the length is
//! authenticated, so that a file that was cut off, or whose chunks were moved, does not open.

use std::io::{self, Read, Write};

use curve25519_dalek::montgomery::MontgomeryPoint;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;
use sha2::{Digest, Sha256};

/// The line that every file begins with.
pub const MAGIC: &[u8; 17] = b"tuantra-bundle/1\n";
/// Plain bytes of a chunk.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
const LAST: u32 = 1 << 31;
const KEM: &[u8] = b"KEM\x00\x20";
const SUITE: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x02";

/// Why a file cannot be read as a bundle.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// Something else.
    #[error("this is no bundle of version 1")]
    NotABundle,
    /// Sealed to another key.
    #[error("it is sealed to another recipient than this server")]
    OtherRecipient,
    /// It ends before its end.
    #[error("it is cut off: carry the whole file")]
    Cut,
    /// Some bytes are not those that were sealed.
    #[error("it is damaged: its bytes are not those that were sealed")]
    Altered,
    /// Opened, and not made as it must be.
    #[error("it is not made as a bundle must be: {0}")]
    Malformed(&'static str),
    /// It is for another log.
    #[error("it is for another log than this server's")]
    OtherLog,
    /// The signature in it is not that of the key that it names.
    #[error("its signature is not that of the key that it names")]
    Forged,
    /// No device here has the key.
    #[error("no device that is known here has the key that it names")]
    UnknownKey,
    /// The file cannot be read.
    #[error("the file cannot be read or written: {0}")]
    File(io::Error),
}

impl From<io::Error> for Damage {
    fn from(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::UnexpectedEof => Self::Cut,
            _ => Self::File(cause),
        }
    }
}

/// The public key that bundles are sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient(pub [u8; 32]);

/// The key that opens them.
#[derive(Clone)]
pub struct Opening([u8; 32]);

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opening")
    }
}

impl Recipient {
    /// Eight bytes by which a file says for whom it is.
    fn mark(&self) -> [u8; 8] {
        let digest: [u8; 32] = Sha256::digest(self.0).into();
        let mut mark = [0; 8];
        mark.copy_from_slice(&digest[..8]);
        mark
    }
}

impl Opening {
    /// Of these secret bytes.
    #[must_use]
    pub const fn of(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// Its public half.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient(MontgomeryPoint::mul_base_clamped(self.0).0)
    }
}

/// HKDF's first step (RFC 5869 §2.2) over labelled parts (RFC 9180 §4).
fn extract(salt: &[u8], suite: &[u8], label: &[u8], secret: &[u8]) -> [u8; 32] {
    keyed(salt, &[b"HPKE-v1", suite, label, secret])
}

/// HKDF's second step for up to 32 bytes.
fn expand<const N: usize>(
    secret: &[u8; 32],
    suite: &[u8],
    label: &[u8],
    info: &[&[u8]],
) -> [u8; N] {
    let length = u16::try_from(N).unwrap_or(0).to_be_bytes();
    let mut parts = vec![&length[..], b"HPKE-v1", suite, label];
    parts.extend(info);
    parts.push(&[1]);
    let full = keyed(secret, &parts);
    let mut own = [0; N];
    own.copy_from_slice(&full[..N]);
    own
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    let mut own = [0; 32];
    own.copy_from_slice(context.sign().as_ref());
    own
}

/// The keys of one file.
struct Keys {
    key: LessSafeKey,
    nonce: [u8; 12],
    sequence: u64,
}

impl Keys {
    /// From the shared point (RFC 9180 §4.1, §5.1); none for a point that gives nothing away to be shared.
    fn of(shared: MontgomeryPoint, sent: &[u8; 32], recipient: &Recipient) -> Option<Self> {
        if shared.0 == [0; 32] {
            return None;
        }
        let secret = extract(&[], KEM, b"eae_prk", &shared.0);
        let secret: [u8; 32] = expand(&secret, KEM, b"shared_secret", &[sent, &recipient.0]);
        let named = extract(&[], SUITE, b"psk_id_hash", &[]);
        let info = extract(&[], SUITE, b"info_hash", MAGIC);
        let context: [&[u8]; 3] = [&[0], &named, &info];
        let secret = extract(&secret, SUITE, b"secret", &[]);
        let key: [u8; 32] = expand(&secret, SUITE, b"key", &context);
        Some(Self {
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).ok()?),
            nonce: expand(&secret, SUITE, b"base_nonce", &context),
            sequence: 0,
        })
    }

    /// The next chunk's nonce (RFC 9180 §5.2).
    fn next(&mut self) -> Nonce {
        let mut nonce = self.nonce;
        for (own, more) in nonce[4..].iter_mut().zip(self.sequence.to_be_bytes()) {
            *own ^= more;
        }
        self.sequence += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Writes what is sealed.
pub struct Sealer<W> {
    to: W,
    keys: Keys,
    waiting: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    /// Begins a file for a recipient; `fresh` are random bytes that were used for nothing else.
    pub fn begin(mut to: W, recipient: &Recipient, fresh: [u8; 32]) -> Result<Self, Damage> {
        let sent = MontgomeryPoint::mul_base_clamped(fresh).0;
        let shared = MontgomeryPoint(recipient.0).mul_clamped(fresh);
        let keys = Keys::of(shared, &sent, recipient)
            .ok_or(Damage::Malformed("the recipient is no key"))?;
        to.write_all(MAGIC)?;
        to.write_all(&recipient.mark())?;
        to.write_all(&sent)?;
        Ok(Self {
            to,
            keys,
            waiting: Vec::with_capacity(CHUNK),
        })
    }

    /// Adds bytes.
    pub fn add(&mut self, mut bytes: &[u8]) -> Result<(), Damage> {
        while !bytes.is_empty() {
            // A full chunk waits until it is known whether it is the last one.
            if self.waiting.len() == CHUNK {
                self.flush(0)?;
            }
            let (now, rest) = bytes.split_at(bytes.len().min(CHUNK - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = rest;
        }
        Ok(())
    }

    /// Ends the file.
    pub fn end(mut self) -> Result<W, Damage> {
        self.flush(LAST)?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn flush(&mut self, mark: u32) -> Result<(), Damage> {
        let length = u32::try_from(self.waiting.len() + TAG).unwrap_or(0) | mark;
        let length = length.to_be_bytes();
        let nonce = self.keys.next();
        self.keys
            .key
            .seal_in_place_append_tag(nonce, Aad::from(length), &mut self.waiting)
            .or(Err(Damage::Altered))?;
        self.to.write_all(&length)?;
        self.to.write_all(&self.waiting)?;
        self.waiting.clear();
        Ok(())
    }
}

/// Reads what was sealed.
pub struct Opened<R> {
    from: R,
    keys: Keys,
    chunk: Vec<u8>,
    at: usize,
    has_ended: bool,
}

impl<R: Read> Opened<R> {
    /// Begins to read a file.
    pub fn begin(mut from: R, opening: &Opening) -> Result<Self, Damage> {
        let mut magic = [0; MAGIC.len()];
        let (mut mark, mut sent) = ([0; 8], [0; 32]);
        match from.read_exact(&mut magic) {
            Ok(()) if magic == *MAGIC => {}
            Err(cause) if cause.kind() != io::ErrorKind::UnexpectedEof => return Err(cause.into()),
            _ => return Err(Damage::NotABundle),
        }
        from.read_exact(&mut mark)?;
        from.read_exact(&mut sent)?;
        let recipient = opening.recipient();
        if mark != recipient.mark() {
            return Err(Damage::OtherRecipient);
        }
        let shared = MontgomeryPoint(sent).mul_clamped(opening.0);
        Ok(Self {
            from,
            keys: Keys::of(shared, &sent, &recipient).ok_or(Damage::Altered)?,
            chunk: Vec::new(),
            at: 0,
            has_ended: false,
        })
    }

    /// Fills the buffer from what was sealed.
    pub fn read_exact(&mut self, mut into: &mut [u8]) -> Result<(), Damage> {
        while !into.is_empty() {
            if self.at == self.chunk.len() {
                if self.has_ended {
                    return Err(Damage::Malformed("a record has no end"));
                }
                self.open_next()?;
                continue;
            }
            let length = into.len().min(self.chunk.len() - self.at);
            let (now, rest) = into.split_at_mut(length);
            now.copy_from_slice(&self.chunk[self.at..self.at + length]);
            self.at += length;
            into = rest;
        }
        Ok(())
    }

    /// All of a short file that is left, to its end.
    pub fn rest(mut self) -> Result<Vec<u8>, Damage> {
        let mut all = Vec::new();
        loop {
            all.extend_from_slice(self.chunk.get(self.at..).unwrap_or_default());
            self.at = self.chunk.len();
            if self.has_ended {
                self.expect_end()?;
                return Ok(all);
            }
            self.open_next()?;
        }
    }

    /// Makes sure that nothing follows.
    pub fn expect_end(&mut self) -> Result<(), Damage> {
        if !self.has_ended && self.at == self.chunk.len() {
            self.open_next()?;
        }
        let is_read = self.has_ended && self.at == self.chunk.len();
        if is_read && self.from.read(&mut [0])? == 0 {
            Ok(())
        } else {
            Err(Damage::Malformed("something follows its end"))
        }
    }

    fn open_next(&mut self) -> Result<(), Damage> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let said = u32::from_be_bytes(length);
        let size = (said & !LAST) as usize;
        if !(TAG..=CHUNK + TAG).contains(&size) {
            return Err(Damage::Altered);
        }
        self.chunk.resize(size, 0);
        self.from.read_exact(&mut self.chunk)?;
        let nonce = self.keys.next();
        let opened = self
            .keys
            .key
            .open_in_place(nonce, Aad::from(length), &mut self.chunk)
            .or(Err(Damage::Altered))?
            .len();
        self.chunk.truncate(opened);
        self.at = 0;
        self.has_ended = said & LAST != 0;
        if opened == 0 && !self.has_ended {
            return Err(Damage::Malformed("an empty chunk is not its last"));
        }
        Ok(())
    }
}
