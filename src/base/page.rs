//! Keyset paging: an opaque, versioned cursor that is bound to the filter it was made under.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

/// Rows in a page when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 50;
/// Most rows in a page.
pub const MAX_LIMIT: u32 = 500;

const VERSION: u8 = 1;

/// A cursor that was not made for this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list: start again without it")]
pub struct InvalidCursor;

/// Where the next page begins: the last row's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub Vec<u8>);

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

impl Cursor {
    /// The text that travels, bound to `filter` (the list's canonical filter text).
    #[must_use]
    pub fn encode(&self, filter: &str) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&tag(filter));
        bytes.extend_from_slice(&self.0);
        BASE64.encode(bytes)
    }

    /// Reads a text made by [`Cursor::encode`] under the same filter.
    pub fn decode(text: &str, filter: &str) -> Result<Self, InvalidCursor> {
        let bytes = BASE64.decode(text).or(Err(InvalidCursor))?;
        match bytes.split_at_checked(9) {
            Some((head, key)) if head[0] == VERSION && head[1..] == tag(filter) => {
                Ok(Self(key.to_vec()))
            }
            _ => Err(InvalidCursor),
        }
    }
}

fn tag(filter: &str) -> [u8; 8] {
    let digest: [u8; 32] = Sha256::digest(filter.as_bytes()).into();
    let mut tag = [0; 8];
    tag.copy_from_slice(&digest[..8]);
    tag
}
