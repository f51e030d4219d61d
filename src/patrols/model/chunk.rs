//! The body of an entry of fixes: a mark, the digest of the request that brought them, and the coded chunk.

use super::codec::{self, CorruptChunk, TooManyFixes};
use super::fix::Fix;

const MARK: &[u8; 4] = b"TFX1";

/// SHA-256 of a request's body.
pub type RequestDigest = [u8; 32];

/// The body for these fixes.
pub fn body(request: &RequestDigest, fixes: Vec<Fix>) -> Result<Vec<u8>, TooManyFixes> {
    let coded = codec::encode(fixes)?;
    Ok([MARK.as_slice(), request, &coded].concat())
}

/// The digest of the request that brought a body's fixes.
pub fn request(body: &[u8]) -> Result<RequestDigest, CorruptChunk> {
    let digest = body
        .strip_prefix(MARK)
        .and_then(|rest| rest.first_chunk::<{ size_of::<RequestDigest>() }>());
    digest.copied().ok_or(CorruptChunk::UnknownVersion)
}

/// The fixes of a body, sorted by key.
pub fn fixes(body: &[u8]) -> Result<Vec<Fix>, CorruptChunk> {
    let coded = body
        .strip_prefix(MARK)
        .and_then(|rest| rest.get(size_of::<RequestDigest>()..))
        .ok_or(CorruptChunk::UnknownVersion)?;
    codec::decode(coded)
}
