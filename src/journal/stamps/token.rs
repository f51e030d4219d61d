//! Time-stamp requests and replies (RFC 3161), as far as a head needs them. Signatures of replies are for whoever trusts
//! the authority's certificate to check (`openssl ts -verify`).

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Decode, Encode, Length, Reader, SliceReader, Tag, Tagged};

use crate::base::time::Timestamp;

/// id-sha256 (RFC 5754 §2.2).
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// id-signedData (RFC 5652 §5.1).
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-ct-TSTInfo (RFC 3161 §2.4.2).
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// Members of one structure that are read; more is no time-stamp.
const MOST_PARTS: usize = 32;

/// Why a reply is no time-stamp of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoStamp {
    /// Not the structure of RFC 3161.
    #[error("the reply is no time-stamp (RFC 3161)")]
    Malformed,
    /// The authority refused.
    #[error("the authority refused with status {0}")]
    Refused(u8),
    /// Of something else.
    #[error("the reply is over other bytes, or answers another request")]
    OfSomethingElse,
}

impl From<der::Error> for NoStamp {
    fn from(_: der::Error) -> Self {
        Self::Malformed
    }
}

/// A sequence around encoded members.
fn sequence(members: &[Vec<u8>]) -> Result<Vec<u8>, der::Error> {
    let content = members.concat();
    let mut bytes = Vec::new();
    Tag::Sequence.encode_to_vec(&mut bytes)?;
    Length::try_from(content.len())?.encode_to_vec(&mut bytes)?;
    bytes.extend(content);
    Ok(bytes)
}

/// A request (RFC 3161 §2.4.1) to stamp a SHA-256, with the authority's certificate in the reply.
pub fn request(digest: &[u8; 32], nonce: u64) -> Result<Vec<u8>, der::Error> {
    let algorithm = sequence(&[SHA_256.to_der()?])?;
    let imprint = sequence(&[algorithm, OctetStringRef::new(digest)?.to_der()?])?;
    let nonce = nonce.to_be_bytes();
    let nonce = UintRef::new(&nonce)?.to_der()?;
    sequence(&[1_u8.to_der()?, imprint, nonce, true.to_der()?])
}

/// The members of a structure.
fn parts(content: &[u8]) -> Result<Vec<AnyRef<'_>>, NoStamp> {
    let mut reader = SliceReader::new(content)?;
    let mut parts = Vec::new();
    while !reader.is_finished() {
        if parts.len() == MOST_PARTS {
            return Err(NoStamp::Malformed);
        }
        parts.push(AnyRef::decode(&mut reader)?);
    }
    Ok(parts)
}

fn members<'a>(of: Option<&AnyRef<'a>>) -> Result<Vec<AnyRef<'a>>, NoStamp> {
    parts(of.ok_or(NoStamp::Malformed)?.value())
}

fn is(part: Option<&AnyRef<'_>>, id: ObjectIdentifier) -> bool {
    part.is_some_and(|part| part.decode_as::<ObjectIdentifier>() == Ok(id))
}

/// When the authority says that the digest existed, if the reply (RFC 3161 §2.4.2) answers this request.
pub fn stamped_at(reply: &[u8], digest: &[u8; 32], nonce: u64) -> Result<Timestamp, NoStamp> {
    let nonce_is = |part: &AnyRef<'_>| part.decode_as::<u64>() == Ok(nonce);
    stamped(reply, digest, |rest| {
        rest.iter()
            .any(|part| part.tag() == Tag::Integer && nonce_is(part))
    })
}

/// The same of a reply that was kept, whatever request it answered.
pub fn stamped_over(reply: &[u8], digest: &[u8; 32]) -> Result<Timestamp, NoStamp> {
    stamped(reply, digest, |_| true)
}

/// `answers` is asked of what follows the time.
fn stamped(
    reply: &[u8],
    digest: &[u8; 32],
    answers: impl Fn(&[AnyRef<'_>]) -> bool,
) -> Result<Timestamp, NoStamp> {
    let reply = AnyRef::from_der(reply)?;
    let reply = parts(reply.value())?;
    let status = members(reply.first())?;
    let status: u8 = status.first().ok_or(NoStamp::Malformed)?.decode_as()?;
    // 0 granted, 1 granted with modifications.
    if status > 1 {
        return Err(NoStamp::Refused(status));
    }
    let token = members(reply.get(1))?;
    let signed = members(token.get(1))?;
    let signed = members(signed.first())?;
    let wrapped = members(signed.get(2))?;
    if !is(token.first(), SIGNED_DATA) || !is(wrapped.first(), TST_INFO) {
        return Err(NoStamp::Malformed);
    }
    let octets = members(wrapped.get(1))?;
    let info = octets.first().ok_or(NoStamp::Malformed)?.value();
    let info = AnyRef::from_der(info)?;
    let info = parts(info.value())?;
    let imprint = members(info.get(2))?;
    let is_sha_256 = is(members(imprint.first())?.first(), SHA_256);
    let is_digest = imprint.get(1).is_some_and(|part| part.value() == digest);
    let is_answer = answers(info.get(5..).unwrap_or_default());
    if !(is_sha_256 && is_digest && is_answer) {
        return Err(NoStamp::OfSomethingElse);
    }
    let time = info
        .get(4)
        .filter(|part| part.tag() == Tag::GeneralizedTime);
    generalized(time.ok_or(NoStamp::Malformed)?.value()).ok_or(NoStamp::Malformed)
}

/// `YYYYMMDDhhmmss[.f…]Z` (RFC 3161 §2.4.2 allows fractions).
fn generalized(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if whole.len() != 14 || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| whole.get(range).unwrap_or_default();
    format!(
        "{}-{}-{}T{}:{}:{}.{fraction}Z",
        part(0..4),
        part(4..6),
        part(6..8),
        part(8..10),
        part(10..12),
        part(12..14)
    )
    .parse()
    .ok()
}
