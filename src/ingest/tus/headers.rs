//! What senders write in headers: lengths, metadata, checksums. Foreign bytes in, values or what was expected out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::ids::PhotoId;
use crate::base::time::Timestamp;
use crate::evidence::model::checksum::Checksum;

/// Metadata is kept as it came, as long as the upload.
const LONGEST_METADATA: usize = 4 * 1024;
const LONGEST_MEDIA_TYPE: usize = 255;

/// What a header should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected(pub &'static str);

/// A length or offset: decimal digits. One that no number holds is larger than anything.
pub fn bytes(value: &[u8]) -> Result<u64, Expected> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(Expected("expected a whole number of bytes, not negative"));
    }
    let text = std::str::from_utf8(value).unwrap_or_default();
    Ok(text.parse().unwrap_or(u64::MAX))
}

/// What a sender says about a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// As it came, without spaces around it.
    pub text: String,
    /// The photo whose original it is.
    pub photo: Option<PhotoId>,
    /// What the sender takes the file for.
    pub media_type: Option<String>,
}

/// `key base64, key base64, key`: keys are not empty and differ, values may be absent, and there may be no pair at all.
pub fn metadata(value: &[u8]) -> Result<Metadata, Expected> {
    const EXPECTED: Expected = Expected(
        "expected pairs such as `filename YS5qcGc=,photo …`: keys in ASCII, each once, values in base64, 4096 bytes at most",
    );
    let text = std::str::from_utf8(value).or(Err(EXPECTED))?.trim();
    if text.len() > LONGEST_METADATA || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(EXPECTED);
    }
    let mut metadata = Metadata {
        text: text.to_owned(),
        ..Metadata::default()
    };
    let mut keys = Vec::new();
    for pair in text.split(',').filter(|_| !text.is_empty()) {
        let mut words = pair.split_ascii_whitespace();
        let key = words.next().ok_or(EXPECTED)?;
        let value = STANDARD.decode(words.next().unwrap_or_default());
        let value = value.or(Err(EXPECTED))?;
        if words.next().is_some() || keys.contains(&key) {
            return Err(EXPECTED);
        }
        keys.push(key);
        match key {
            "photo" => metadata.photo = Some(photo(&value)?),
            "filetype" => metadata.media_type = media_type(&value),
            _ => {}
        }
    }
    Ok(metadata)
}

fn photo(value: &[u8]) -> Result<PhotoId, Expected> {
    let id = std::str::from_utf8(value)
        .ok()
        .and_then(|id| id.parse().ok());
    id.ok_or(Expected("photo: expected the photo's UUID in base64"))
}

/// As a Content-Type header could say it; anything else tells nothing.
fn media_type(value: &[u8]) -> Option<String> {
    let is_visible = value.iter().all(|byte| (b' '..=b'~').contains(byte));
    if value.is_empty() || value.len() > LONGEST_MEDIA_TYPE || !is_visible {
        return None;
    }
    String::from_utf8(value.to_vec()).ok()
}

/// `sha1 base64`.
pub fn checksum(value: &[u8]) -> Result<Checksum, Expected> {
    const EXPECTED: Expected =
        Expected("expected one of sha1, sha256, md5, a space and the digest in base64");
    let text = std::str::from_utf8(value).or(Err(EXPECTED))?;
    let (algorithm, digest) = text.trim().split_once(' ').ok_or(EXPECTED)?;
    let digest = STANDARD.decode(digest.trim()).or(Err(EXPECTED))?;
    Checksum::of(algorithm, &digest).ok_or(EXPECTED)
}

/// A date as HTTP writes it (RFC 9110 §5.6.7).
pub fn http_date(at: Timestamp) -> String {
    let utc = chrono::DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    utc.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
