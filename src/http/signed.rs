//! Signed requests: HTTP message signatures (RFC 9421) over the body's digest (RFC 9530), by a device's own key.
//!
//! A device signs when it captures, days before it sends: what is signed names no host and no secret.

use axum::http::HeaderMap;
use axum::http::request::Parts;
use sfv::{Dictionary, FieldType, InnerList, ListEntry, Parser};
use sha2::{Digest, Sha256, Sha512};

use crate::base::origin::{Origin, Sending, Standing, Statement};
use crate::base::signed_text::{Chain, bytes, integer, item, links, parameter, text};
use crate::base::time::Timestamp;

use super::problem::{Problem, ProblemKind};

/// The tag (RFC 9421 §2.3) under which devices sign.
pub const TAG: &str = "tuantra-capture";
/// What such a signature must cover.
pub const COVERED: [&str; 4] = ["@method", "@path", "content-digest", "tuantra-capture"];
const ALGORITHM: &str = "ecdsa-p256-sha256";
/// Fields that may be covered beside; none that carries a secret.
const COVERABLE: [&str; 4] = ["content-type", "content-length", "date", "tuantra-api"];
/// A thumbprint (RFC 7638) in base64url.
const KEY_ID_CHARS: usize = 43;
const LONGEST_BASE: usize = 4 * 1024;
const LONGEST_ROUND_TRIP_MS: i64 = 600_000;

/// What came with a request: the statement that a device signed, not yet held against its key, and its clock.
pub fn origin(parts: &Parts) -> Result<Origin, Problem> {
    Ok(Origin {
        statement: statement(parts)?.map(std::sync::Arc::new),
        sending: sending(&parts.headers)?,
        ..Origin::default()
    })
}

fn refuse(header: &'static str, expected: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::InvalidHeader).fault(format!("header:{header}"), expected)
}

/// A header's value as signatures see it: its lines joined (RFC 9421 §2.1).
fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name).iter().map(|value| {
        let text = value.to_str().ok()?;
        Some(text.trim().to_owned())
    });
    let first = values.next()??;
    values.try_fold(first, |text, value| Some(format!("{text}, {}", value?)))
}

fn dictionary(headers: &HeaderMap, name: &'static str) -> Result<Option<Dictionary>, Problem> {
    if !headers.contains_key(name) {
        return Ok(None);
    }
    let text = joined(headers, name).unwrap_or_default();
    let parsed = Parser::new(&text).parse::<Dictionary>();
    parsed
        .map(Some)
        .or(Err(refuse(name, "expected a dictionary (RFC 9651 §3.2)")))
}

/// Refuses a body that is not the one its `Content-Digest` is over; unknown algorithms tell nothing (RFC 9530 §2).
pub fn check_digest(headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let Some(digests) = dictionary(headers, "content-digest")? else {
        return Ok(());
    };
    let fits = |name, own: &[u8]| {
        let said = item(&digests, name).map(|item| item.bare_item.as_byte_sequence());
        said.is_none_or(|said| said == Some(own))
    };
    if fits("sha-256", &Sha256::digest(body)) && fits("sha-512", &Sha512::digest(body)) {
        Ok(())
    } else {
        Err(refuse(
            "content-digest",
            "the body is not the one that the digest is over: send it again, without a content coding",
        ))
    }
}

fn sending(headers: &HeaderMap) -> Result<Option<Sending>, Problem> {
    const NAME: &str = "tuantra-sent";
    let Some(said) = dictionary(headers, NAME)? else {
        return Ok(None);
    };
    let number = |key| item(&said, key).map(|item| integer(&item.bare_item));
    let expected = || {
        refuse(
            NAME,
            "expected at=MILLISECONDS since 1970 by the sender's clock, and rtt=MILLISECONDS up to 600000 if an exchange was timed",
        )
    };
    let sent_at = number("at").flatten().ok_or_else(expected)?;
    let round_trip_ms = match number("rtt") {
        None => None,
        Some(ms) => Some(
            ms.filter(|ms| (0..=LONGEST_ROUND_TRIP_MS).contains(ms))
                .and_then(|ms| u32::try_from(ms).ok())
                .ok_or_else(expected)?,
        ),
    };
    Ok(Some(Sending {
        sent_at: Timestamp::from_millis(sent_at),
        round_trip_ms,
    }))
}

fn statement(parts: &Parts) -> Result<Option<Statement>, Problem> {
    const INPUT: &str = "signature-input";
    let headers = &parts.headers;
    let Some(inputs) = dictionary(headers, INPUT)? else {
        return Ok(None);
    };
    // Others on the way may sign too; only the device's tag is a statement.
    let own = inputs.iter().find_map(|(label, entry)| match entry {
        ListEntry::InnerList(list) if parameter(list, "tag").and_then(text) == Some(TAG) => {
            Some((label, list))
        }
        _ => None,
    });
    let Some((label, list)) = own else {
        return Ok(None);
    };
    let base = base(parts, list).ok_or_else(|| {
        let covered = COVERED.join(" ");
        let more = COVERABLE.join(" ");
        refuse(INPUT, format!("expected to cover {covered}, each once and present, besides nothing but @authority {more}, in {LONGEST_BASE} bytes"))
    })?;
    let signature = dictionary(headers, "signature")?
        .and_then(|signatures| bytes::<64>(&signatures, label.as_str()))
        .ok_or_else(|| {
            refuse(
                "signature",
                "expected 64 bytes, r and s, under the label of the input",
            )
        })?;
    let expected = || {
        refuse(
            INPUT,
            format!("expected created, keyid (the JWK's thumbprint) and alg=\"{ALGORITHM}\""),
        )
    };
    let created = parameter(list, "created").and_then(integer);
    let key_id = parameter(list, "keyid").and_then(text);
    let algorithm = parameter(list, "alg").and_then(text);
    let (Some(created), Some(key_id), Some(ALGORITHM)) = (created, key_id, algorithm) else {
        return Err(expected());
    };
    if key_id.len() != KEY_ID_CHARS {
        return Err(expected());
    }
    let digest = dictionary(headers, "content-digest")?
        .and_then(|digests| bytes::<32>(&digests, "sha-256"))
        .ok_or_else(|| refuse("content-digest", "expected sha-256=:32 bytes:"))?;
    let chain = chain(headers)?;
    Ok(Some(Statement {
        key_id: key_id.to_owned(),
        sequence: chain.sequence,
        previous: chain.previous,
        head: chain.head,
        nonce: chain.nonce,
        signed_at: Timestamp::from_millis(created.saturating_mul(1_000)),
        digest,
        base,
        signature: signature.to_vec(),
        public: None,
        standing: Standing::UnknownKey,
    }))
}

/// `Tuantra-Capture: seq=17, prev=:…:, head="SIZE:ROOT", nonce="…"`.
fn chain(headers: &HeaderMap) -> Result<Chain, Problem> {
    const NAME: &str = "tuantra-capture";
    let expected = || {
        refuse(
            NAME,
            "expected seq=NUMBER, prev=:SHA-256 of the statement before:, and if there are any head=\"SIZE:ROOT in hex\" and nonce=\"…\"",
        )
    };
    let said = dictionary(headers, NAME)?.ok_or_else(expected)?;
    links(&said).ok_or_else(expected)
}

/// The text that is signed (RFC 9421 §2.5); none when it does not cover what it must.
fn base(parts: &Parts, list: &InnerList) -> Option<String> {
    use std::fmt::Write;
    let mut names = Vec::new();
    let mut lines = String::new();
    for item in &list.items {
        let name = text(&item.bare_item)?;
        if !item.params.is_empty() || names.contains(&name) {
            return None;
        }
        let value = component(parts, name)?;
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "\"{name}\": {value}");
        names.push(name);
    }
    let covers = COVERED.iter().all(|name| names.contains(name));
    let base = format!("{lines}\"@signature-params\": {}", parameters(list));
    (covers && base.len() <= LONGEST_BASE).then_some(base)
}

fn parameters(list: &InnerList) -> String {
    let only = vec![ListEntry::InnerList(list.clone())];
    only.serialize().unwrap_or_default()
}

/// A component's value (RFC 9421 §2.1, §2.2).
fn component(parts: &Parts, name: &str) -> Option<String> {
    match name {
        "@method" => Some(parts.method.as_str().to_owned()),
        "@path" => Some(parts.uri.path().to_owned()),
        "@authority" => joined(&parts.headers, "host").map(|host| host.to_ascii_lowercase()),
        derived if derived.starts_with('@') => None,
        field if COVERED.contains(&field) || COVERABLE.contains(&field) => {
            joined(&parts.headers, field)
        }
        _ => None,
    }
}
