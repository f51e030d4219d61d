//! The log's signing key: a file that only its owner can read, never in a backup; and its change.
//!
//! A change writes the new key beside the old one, commits the rotation that both signed, then puts the new file in the
//! old one's place. Cut off in between, the next start finishes it.

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, spki::der::pem::LineEnding};

use crate::base::actor::CONSOLE;
use crate::base::time::Timestamp;
use crate::base::{from_hex, hex};
use crate::store::{ActError, Error, Tx};

use super::history::Rotation;
use super::model::Kind;
use super::note::PublicKey;
use super::service::{Entry, Journal, random};
use super::sql::{self, KeyRow};

/// Why a signing key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The file cannot be read or written.
    #[error("the key file {path} cannot be used: {cause}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Others than its owner can read the file.
    #[error("the key file {0} is readable by others: make it owner-only (chmod 600)")]
    Exposed(String),
    /// The file holds no Ed25519 key.
    #[error("the key file {0} holds no private key of its form (the log's: Ed25519 in PKCS#8 PEM)")]
    Malformed(String),
    /// The database belongs to another key.
    #[error(
        "this database's receipts are signed by key {expected}, the key file holds {found}: \
         copy the right key file, or run `tuantra restore` to open a new epoch with a new key"
    )]
    Foreign {
        /// The key that the database knows.
        expected: String,
        /// The key in the file.
        found: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl ActError for KeyFault {
    fn store(&self) -> Option<&Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// The key that receipts and heads are signed with.
pub(super) struct Signer {
    pub key: SigningKey,
    pub id: String,
}

impl Signer {
    fn new(key: SigningKey) -> Self {
        let id = PublicKey(key.verifying_key().to_bytes()).id();
        Self { key, id }
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key().to_bytes())
    }

    /// The key in the file; a missing file is made.
    pub fn load_or_make(path: &Path) -> Result<Self, KeyFault> {
        match Self::load(path)? {
            Some(signer) => Ok(signer),
            None => Self::make(path),
        }
    }

    /// The key in the file; `None` when there is no file.
    fn load(path: &Path) -> Result<Option<Self>, KeyFault> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(pem) => {
                refuse_exposed(path, &name)?;
                let key = SigningKey::from_pkcs8_pem(&pem).or(Err(KeyFault::Malformed(name)))?;
                Ok(Some(Self::new(key)))
            }
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(KeyFault::File { path: name, cause }),
        }
    }

    /// A fresh key, in a new file.
    fn make(path: &Path) -> Result<Self, KeyFault> {
        let name = path.display().to_string();
        let key = SigningKey::from_bytes(&random()?);
        let pem = key
            .to_pkcs8_pem(LineEnding::LF)
            .or(Err(KeyFault::Malformed(name.clone())))?;
        write_owner_only(path, pem.as_bytes())
            .map_err(|cause| KeyFault::File { path: name, cause })?;
        Ok(Self::new(key))
    }
}

/// Thirty-two secret bytes in a file that only its owner can read; a missing file is made.
pub fn secret_in(path: &Path) -> Result<[u8; 32], KeyFault> {
    let name = path.display().to_string();
    let unusable = |cause| KeyFault::File {
        path: name.clone(),
        cause,
    };
    if !path.exists() {
        let made = write_owner_only(path, hex(&random::<32>()?).as_bytes());
        // Another process may have made it meanwhile.
        if let Err(cause) = made
            && cause.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(unusable(cause));
        }
    }
    let text = std::fs::read_to_string(path).map_err(unusable)?;
    refuse_exposed(path, &name)?;
    from_hex(text.trim()).ok_or(KeyFault::Malformed(name))
}

/// Where the next key waits while the change to it is committed.
fn next_file(path: &Path) -> PathBuf {
    path.with_extension("next.pem")
}

/// Puts the next key in the place of the old one if it is the key of this id; false when there is none such.
pub(super) fn finish_rotation(path: &Path, key_id: &str) -> Result<bool, KeyFault> {
    let next = next_file(path);
    if Signer::load(&next)?.is_none_or(|signer| signer.id != key_id) {
        return Ok(false);
    }
    let moved = std::fs::rename(&next, path).and_then(|()| match path.parent() {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    });
    moved.map_err(|cause| KeyFault::File {
        path: path.display().to_string(),
        cause,
    })?;
    Ok(true)
}

impl Journal {
    /// Changes the signing key: the old and the new one sign the entry that says so, then only the new one signs. The old
    /// private key is gone from this machine afterwards; what it signed can still be checked.
    pub async fn rotate_key(&self) -> Result<Rotation, KeyFault> {
        let next = next_file(self.key_file());
        // One that a change left behind which was never committed: whoever opened this log would have finished it else.
        let _ = std::fs::remove_file(&next);
        let fresh = Signer::make(&next)?;
        let context = (self.clone(), fresh.key.clone());
        let rotation = self
            .write(context, |tx, (journal, fresh)| {
                Box::pin(journal.write_rotation(tx, fresh))
            })
            .await?;
        finish_rotation(self.key_file(), &fresh.id)?;
        self.set_signer(fresh);
        Ok(rotation)
    }

    async fn write_rotation(&self, tx: &mut Tx, fresh: &SigningKey) -> Result<Rotation, KeyFault> {
        // Heads are signed under this lock: none can be signed by the old key after the change.
        sql::lock_sequencer(tx).await?;
        let old = self.signer();
        let keys = sql::keys(tx).await?;
        let present = keys.first().filter(|key| key.key_id == old.id);
        let Some(present) = present else {
            return Err(KeyFault::Foreign {
                expected: keys
                    .first()
                    .map_or_else(String::new, |key| key.key_id.clone()),
                found: old.id.clone(),
            });
        };
        let at: Timestamp = self.now().max(present.since.plus_millis(1));
        let rotation = Rotation::between(self.log_id(), &old.key, fresh, at);
        let body = serde_json::to_string(&rotation).unwrap_or_default();
        let public = PublicKey(fresh.verifying_key().to_bytes());
        let row = KeyRow {
            key_id: public.id(),
            public_key: public.0.to_vec(),
            since: at,
            rotation: Some(body.clone()),
        };
        sql::insert_key(tx, &row).await?;
        let entry = Entry {
            kind: Kind::Key,
            fact: self.log_id().0,
            actor: CONSOLE,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        self.enter(tx, entry).await?;
        Ok(rotation)
    }

    /// The key that the database names as the present one: this process's own, or read anew when another process has
    /// changed it.
    pub(super) async fn present_signer(
        &self,
        tx: &mut Tx,
    ) -> Result<std::sync::Arc<Signer>, Error> {
        let keys = sql::keys(tx).await?;
        let expected = keys.first().map(|key| key.key_id.as_str());
        if expected == Some(self.signer().id.as_str()) {
            return Ok(self.signer());
        }
        match Signer::load(self.key_file()) {
            Ok(Some(signer)) if Some(signer.id.as_str()) == expected => {
                self.set_signer(signer);
                Ok(self.signer())
            }
            _ => Err(Error::Unavailable(
                "the log's signing key was changed and its file is not here".into(),
            )),
        }
    }
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, name: &str) -> Result<(), KeyFault> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)
        .map_err(|cause| KeyFault::File {
            path: name.to_owned(),
            cause,
        })?
        .permissions()
        .mode();
    if mode.trailing_zeros() >= 6 {
        Ok(())
    } else {
        Err(KeyFault::Exposed(name.to_owned()))
    }
}

#[cfg(unix)]
fn write_owner_only(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
