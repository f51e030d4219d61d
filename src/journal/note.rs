//! Signed notes and checkpoints: a head of the log as text that anybody can keep and check (C2SP `signed-note`,
//! `tlog-checkpoint`).
//!
//! A checkpoint's lines: the log's id, its number of entries, the root in base64, then two lines of our own, the epoch
//! and the time. The signature covers these lines; its key goes by the log's id and four bytes of a hash.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::base::ids::LogId;
use crate::base::time::Timestamp;
use crate::base::{from_hex, hex};

use super::merkle::Hash;
use super::model::{Epoch, sha256};

/// Signed notes say by this byte that a key is Ed25519.
const ED25519: u8 = 1;
/// More than any head or its witnesses need.
const MAX_NOTE_BYTES: usize = 8192;
const SIGNATURE_MARK: &str = "\u{2014} ";

/// A text that is no signed checkpoint of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a signed checkpoint: expected five lines (log id, size, root, epoch, time), an empty line and signatures"
)]
pub struct NotACheckpoint;

/// A text that is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a public key: expected a verifier key NAME+HASH+BASE64 or an Ed25519 public key as 64 hex digits"
)]
pub struct NotAKey;

/// An Ed25519 public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Its id in receipts: the first eight bytes of its SHA-256, in hex.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&sha256(&self.0)[..8])
    }

    /// The key as a verifier key of signed notes.
    #[must_use]
    pub fn verifier_key(&self, name: &str) -> String {
        let typed = [&[ED25519], self.0.as_slice()].concat();
        format!(
            "{name}+{}+{}",
            hex(&self.note_id(name)),
            BASE64.encode(typed)
        )
    }

    /// A verifier key with its name, or a bare key in hex.
    pub fn parse(text: &str) -> Result<(Option<String>, Self), NotAKey> {
        if let Some(bare) = from_hex(text) {
            return Ok((None, Self(bare)));
        }
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(typed)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NotAKey);
        };
        let typed = BASE64.decode(typed).or(Err(NotAKey))?;
        let (&kind, bytes) = typed.split_first().ok_or(NotAKey)?;
        let key = Self(bytes.try_into().or(Err(NotAKey))?);
        if kind == ED25519 && hex(&key.note_id(name)) == id {
            Ok((Some(name.to_owned()), key))
        } else {
            Err(NotAKey)
        }
    }

    /// Whether the signature over these bytes is this key's.
    #[must_use]
    pub fn signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let (Ok(key), Ok(signature)) = (
            VerifyingKey::from_bytes(&self.0),
            Signature::from_slice(signature),
        ) else {
            return false;
        };
        key.verify_strict(bytes, &signature).is_ok()
    }

    fn note_id(&self, name: &str) -> [u8; 4] {
        let digest = Sha256::new()
            .chain_update(name)
            .chain_update(b"\n")
            .chain_update([ED25519])
            .chain_update(self.0)
            .finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

/// A text with signatures under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NoteSignature {
    name: String,
    /// The key's four bytes, then the signature's.
    bytes: Vec<u8>,
}

impl Note {
    /// Reads a note; nothing is verified yet.
    #[must_use]
    pub fn parse(note: &str) -> Option<Self> {
        if note.len() > MAX_NOTE_BYTES {
            return None;
        }
        let (text, signatures) = note.rsplit_once("\n\n")?;
        let signatures = signatures.strip_suffix('\n')?;
        let signatures = signatures.lines().map(|line| {
            let (name, bytes) = line.strip_prefix(SIGNATURE_MARK)?.split_once(' ')?;
            let bytes = BASE64.decode(bytes).ok()?;
            (bytes.len() > 4).then(|| NoteSignature {
                name: name.to_owned(),
                bytes,
            })
        });
        Some(Self {
            text: format!("{text}\n"),
            signatures: signatures.collect::<Option<_>>()?,
        })
    }

    /// What is signed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature that the key of this name left under the text, if it holds.
    #[must_use]
    pub fn signature_of(&self, name: &str, key: &PublicKey) -> Option<&[u8]> {
        let id = key.note_id(name);
        let own = self
            .signatures
            .iter()
            .filter(|own| own.name == name && own.bytes[..4] == id);
        own.map(|own| &own.bytes[4..])
            .find(|signature| key.signed(self.text.as_bytes(), signature))
    }

    /// Whether a signature under the text is said to be of this name, and of this key where one is given; whether it holds
    /// is not asked.
    #[must_use]
    pub fn is_said_to_be_signed(&self, name: &str, key: Option<&PublicKey>) -> bool {
        let id = key.map(|key| key.note_id(name));
        let mut own = self.signatures.iter().filter(|own| own.name == name);
        own.any(|own| id.is_none_or(|id| own.bytes[..4] == id))
    }
}

/// A head of the log: what it held at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log.
    pub log: LogId,
    /// The number of entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// The log's epoch.
    pub epoch: Epoch,
    /// When the head was made.
    pub at: Timestamp,
}

impl Checkpoint {
    /// The lines that are signed.
    #[must_use]
    pub fn text(&self) -> String {
        let root = BASE64.encode(self.root);
        format!(
            "{}\n{}\n{root}\nepoch {}\ntime {}\n",
            self.log, self.size, self.epoch, self.at
        )
    }

    /// The key's signature over the lines.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> [u8; 64] {
        key.sign(self.text().as_bytes()).to_bytes()
    }

    /// The whole note, with a signature made before.
    #[must_use]
    pub fn note(&self, key: &PublicKey, signature: &[u8]) -> String {
        let name = self.log.to_string();
        let bytes = [key.note_id(&name).as_slice(), signature].concat();
        format!(
            "{}\n{SIGNATURE_MARK}{name} {}\n",
            self.text(),
            BASE64.encode(bytes)
        )
    }

    /// Reads a signed checkpoint; whose it is remains to be checked by [`Note::signature_of`].
    pub fn parse(note: &str) -> Result<(Self, Note), NotACheckpoint> {
        let note = Note::parse(note).ok_or(NotACheckpoint)?;
        let checkpoint = Self::from_text(note.text()).ok_or(NotACheckpoint)?;
        // One head has one text: no other spelling of a number or time is taken for it.
        if checkpoint.text() == note.text() {
            Ok((checkpoint, note))
        } else {
            Err(NotACheckpoint)
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let log = lines.next()?.parse().ok()?;
        let size = lines.next()?.parse().ok()?;
        let root = BASE64.decode(lines.next()?).ok()?.try_into().ok()?;
        let epoch = lines.next()?.strip_prefix("epoch ")?.parse().ok()?;
        let at = lines.next()?.strip_prefix("time ")?.parse().ok()?;
        Some(Self {
            log,
            size,
            root,
            epoch,
            at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the C2SP specification of signed notes.
    const PUBLISHED_KEY: &str =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const PUBLISHED_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn head() -> (Checkpoint, SigningKey) {
        let checkpoint = Checkpoint {
            log: "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4".parse().unwrap(),
            size: 42,
            root: [7; 32],
            epoch: 2,
            at: Timestamp::from_millis(1_772_420_400_000),
        };
        (checkpoint, SigningKey::from_bytes(&[9; 32]))
    }

    #[test]
    fn the_published_note_is_read_and_its_signature_holds() {
        let (name, key) = PublicKey::parse(PUBLISHED_KEY).unwrap();
        let name = name.unwrap();
        assert_eq!(key.verifier_key(&name), PUBLISHED_KEY);
        let note = Note::parse(PUBLISHED_NOTE).unwrap();
        assert_eq!(note.text(), "This is an example message.\n");
        assert!(note.signature_of(&name, &key).is_some());
        let changed = Note::parse(&PUBLISHED_NOTE.replace("example m", "Example m")).unwrap();
        assert!(changed.signature_of(&name, &key).is_none());
    }

    #[test]
    fn a_head_comes_back_from_its_note() {
        let (head, key) = head();
        let public = PublicKey(key.verifying_key().to_bytes());
        let note = head.note(&public, &head.sign(&key));
        let (read, signed) = Checkpoint::parse(&note).unwrap();
        assert_eq!(read, head);
        let name = head.log.to_string();
        assert!(signed.signature_of(&name, &public).is_some());
        assert!(signed.signature_of(&name, &PublicKey([3; 32])).is_none());
    }

    #[test]
    fn another_spelling_of_a_head_is_refused() {
        let (head, key) = head();
        let note = head.note(&PublicKey([3; 32]), &head.sign(&key));
        for (from, to) in [
            ("\n42\n", "\n042\n"),
            ("\n42\n", "\n+42\n"),
            ("epoch 2", "epoch 02"),
            ("epoch 2\n", "epoch 2\nmore\n"),
            ("Z\n\n", ".000Z\n\n"),
            ("\u{2014} ", "- "),
            ("\n\n", "\n"),
        ] {
            let changed = note.replacen(from, to, 1);
            assert_ne!(changed, note, "{from:?}");
            assert_eq!(Checkpoint::parse(&changed), Err(NotACheckpoint), "{to:?}");
        }
        assert_eq!(PublicKey::parse("abc"), Err(NotAKey));
        assert_eq!(
            PublicKey::parse(&PUBLISHED_KEY.replace("530d", "530e")),
            Err(NotAKey)
        );
    }
}
