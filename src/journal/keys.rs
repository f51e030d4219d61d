//! The log's signing key: a file that only its owner can read, never in a backup.

use std::path::Path;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, spki::der::pem::LineEnding};

use crate::store::{ActError, Error};

use super::service::random;

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
    #[error("the key file {0} holds no Ed25519 private key in PKCS#8 PEM form")]
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

/// The key in the file; a missing file is made.
pub(super) fn load_or_make_key(path: &Path) -> Result<SigningKey, KeyFault> {
    let name = path.display().to_string();
    let file = |cause| KeyFault::File {
        path: name.clone(),
        cause,
    };
    match std::fs::read_to_string(path) {
        Ok(pem) => {
            refuse_exposed(path, &name)?;
            SigningKey::from_pkcs8_pem(&pem).or(Err(KeyFault::Malformed(name)))
        }
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => {
            let key = SigningKey::from_bytes(&random()?);
            let pem = key
                .to_pkcs8_pem(LineEnding::LF)
                .or(Err(KeyFault::Malformed(name.clone())))?;
            write_owner_only(path, pem.as_bytes()).map_err(file)?;
            Ok(key)
        }
        Err(cause) => Err(file(cause)),
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
