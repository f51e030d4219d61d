//! What a post node vouches for: a fact as its log keeps it, with the node's receipt.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body as Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::base::actor::Door;
use crate::base::ids::PaperId;
use crate::base::origin::{Origin, Sending, Statement, Vouching};
use crate::base::signed_text::Said;
use crate::base::time::Timestamp;
use crate::http::{Problem, ProblemKind};
use crate::identity::VouchedKey;
use crate::journal::Receipt;
use crate::patrols::model::chunk;
use crate::patrols::model::fix::Fix;

use super::super::facts::FactWire;
use super::super::natives::Native;

/// The kind of a photo's original among facts.
pub const ORIGINAL: &str = "original";

/// What a device signed, as its node's log keeps it, and what the node knows of what is named there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VouchedStatement {
    /// The text that was signed (RFC 9421 §2.5).
    pub base: String,
    /// ECDSA over P-256 with SHA-256, r and s, in base64.
    pub signature: String,
    /// The device's key, where it is the device's own, once in a bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<VouchedKey>,
    /// When the node made the head that the device had seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_made_at: Option<Timestamp>,
}

/// What a device's clock said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VouchedSending {
    /// The device's time.
    pub at: Timestamp,
    /// The longest that an exchange took it, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<u32>,
}

impl VouchedSending {
    /// As a log keeps it.
    #[must_use]
    pub const fn of(sending: Sending) -> Self {
        Self {
            at: sending.sent_at,
            rtt_ms: sending.round_trip_ms,
        }
    }

    fn header(&self, passed_ms: i64) -> Option<HeaderValue> {
        let at = self.at.plus_millis(passed_ms).as_millis();
        let text = match self.rtt_ms {
            Some(ms) => format!("at={at}, rtt={ms}"),
            None => format!("at={at}"),
        };
        HeaderValue::from_str(&text).ok()
    }
}

impl VouchedStatement {
    /// The statement, if it is one over the native request of such a fact.
    fn statement(&self, kind: &str, id: Uuid) -> Result<Statement, &'static str> {
        let fails = "signature_fails";
        let said = Said::of(&self.base).ok_or(fails)?;
        let signature = BASE64.decode(&self.signature).unwrap_or_default();
        let signature = <[u8; 64]>::try_from(signature).or(Err(fails))?;
        let (method, path) = match Native::of(kind) {
            Some(native) => (native.method.as_str(), native.path(&id.to_string())),
            None => ("PUT", original_path(id)),
        };
        if (said.method.as_str(), &said.path) != (method, &path) {
            return Err(fails);
        }
        Ok(said.statement(self.base.clone(), signature))
    }
}

/// A fact that a node vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouched {
    /// Its author, by the node's pseudonym for it.
    pub author: Uuid,
    /// Its kind, as in a batch.
    pub kind: String,
    /// The id in the path of its native route.
    pub id: Uuid,
    /// The body that the node's entry keeps, in base64: of fixes the coded chunk.
    pub body: String,
    /// What a device signed of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<VouchedStatement>,
    /// What the device's clock said when it sent it to the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<VouchedSending>,
    /// When the node issued the nonce that a photo's sidecar spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce_issued_at: Option<Timestamp>,
    /// The door through which the node took a photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door: Option<Door>,
    /// Whether a named account of the node's was at a photo's shutter.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub named: bool,
    /// Whether the node took a fact of a plot's life as an officer's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_officer: bool,
    /// The paper record from which it was typed in at the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<PaperId>,
    /// The node's receipt.
    pub receipt: Receipt,
}

impl Vouched {
    /// The body that the node's entry keeps.
    pub(super) fn bytes(&self) -> Vec<u8> {
        BASE64.decode(&self.body).unwrap_or_default()
    }

    /// The fact's native request, at this server's time; none when its body is not one.
    pub(super) fn request(&self, body: &[u8], now: Timestamp) -> Result<Request, Problem> {
        let text = match self.kind.as_str() {
            "fixes" => fixes_text(body)?,
            _ => String::from_utf8(body.to_vec()).or(Err(malformed("expected a text")))?,
        };
        let quoted = serde_json::to_string(&text).and_then(RawValue::from_string);
        let wire = FactWire {
            kind: self.kind.clone(),
            id: self.id.to_string(),
            body: quoted.map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?,
            headers: BTreeMap::new(),
        };
        // The device's clock is as far from this server's now as it was from the node's then.
        let passed_ms = now.since(self.receipt.received_at);
        let sent = self.sent.as_ref().map(|own| own.header(passed_ms));
        wire.request(HeaderMap::new(), sent.flatten())
    }

    /// What came with it to the node; `decided` when a person takes it after it has waited.
    pub(super) fn origin(
        &self,
        node: Uuid,
        decided: bool,
        body: &[u8],
    ) -> Result<Origin, &'static str> {
        let is_fixes = self.kind == "fixes";
        let request = is_fixes.then(|| chunk::request(body).ok()).flatten();
        let statement = match &self.signed {
            Some(own) => Some(Arc::new(own.statement(&self.kind, self.id)?)),
            None => None,
        };
        Ok(Origin {
            statement,
            vouched: Some(Arc::new(Vouching {
                node,
                fact: self.receipt.id,
                received_at: self.receipt.received_at,
                request,
                named: self.named,
                by_officer: self.by_officer,
                decided,
            })),
            paper: self.paper,
            ..Origin::default()
        })
    }
}

/// The nonce that a sidecar names.
#[must_use]
pub fn nonce_in(body: &[u8]) -> Option<String> {
    let told: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(told.get("nonce")?.as_str()?.to_owned())
}

fn malformed(expected: &str) -> Problem {
    Problem::new(ProblemKind::InvalidContent).fault("/body", expected)
}

/// A coded chunk as the native route of fixes reads it, digit by digit what was coded.
fn fixes_text(body: &[u8]) -> Result<String, Problem> {
    let fixes = chunk::fixes(body).or(Err(malformed("expected a coded chunk of fixes")))?;
    let fixes: Vec<_> = fixes.iter().map(fix_json).collect();
    Ok(json!({ "fixes": fixes }).to_string())
}

fn fix_json(fix: &Fix) -> serde_json::Value {
    let mut told = json!({
        "t": fix.t,
        "lon": f64::from(fix.lon_e7) / 1e7,
        "lat": f64::from(fix.lat_e7) / 1e7,
        "accuracy_m": fix.accuracy_dm.map(|tenths| f64::from(tenths) / 10.0),
        "altitude_m": fix.altitude_dm.map(|tenths| f64::from(tenths) / 10.0),
        "speed_mps": fix.speed_cmps.map(|hundredths| f64::from(hundredths) / 100.0),
        "bearing_deg": fix.bearing_ddeg.map(|tenths| f64::from(tenths) / 10.0),
        "mock": fix.mock,
    });
    if fix.after_break {
        told["break"] = true.into();
    }
    told
}

fn original_path(photo: Uuid) -> String {
    format!("/api/v1/photos/{photo}/original")
}

/// A photo's original by its native route.
pub(super) fn original_request(photo: Uuid, bytes: Vec<u8>) -> Result<Request, Problem> {
    let mut request = Request::new(Bytes::from(bytes));
    *request.method_mut() = Method::PUT;
    *request.uri_mut() = original_path(photo)
        .parse()
        .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::extract::parse_json;
    use crate::patrols::model::batch::Batch;

    proptest::proptest! {
        #[test]
        fn fixes_are_read_again_as_they_were_coded(
            t in 946_684_800_000_i64..1_700_000_000_000, lon_e7 in -1_799_999_999..1_799_999_999_i32, lat_e7 in -899_999_999..899_999_999_i32,
            accuracy_dm in proptest::option::of(1..1_000_000_u32), altitude_dm in proptest::option::of(-100_000..900_000_i32),
            speed_cmps in proptest::option::of(0..100_000_u32), bearing_ddeg in proptest::option::of(0..3_600_u16), mock in proptest::bool::ANY,
            after_break in proptest::bool::ANY,
        ) {
            let t = Timestamp::from_millis(t);
            let fix = Fix { t, lon_e7, lat_e7, accuracy_dm, altitude_dm, speed_cmps, bearing_ddeg, mock, after_break };
            let text = fixes_text(&chunk::body(&[1; 32], vec![fix]).unwrap()).unwrap();
            let read = Batch::read(text.as_bytes(), t).unwrap();
            proptest::prop_assert!(read.fixes == [fix]);
        }

        #[test]
        fn no_body_breaks_the_reading(kind in "fixes|plot|[a-z]{0,9}", base in ".{0,200}", body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let id = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
            let receipt = json!({ "log_id": id, "key_id": "", "entry_id": id, "id": id, "sha256": "", "actor": id,
                "received_at": "2026-03-02T00:00:00Z", "signature": "", "state": "stored" });
            let signed = json!({ "base": base, "signature": "" });
            let wire = json!({ "author": id, "kind": kind, "id": id, "body": "", "signed": signed, "receipt": receipt });
            let wire: Vouched = parse_json(wire.to_string().as_bytes()).unwrap();
            let _ = wire.request(&body, wire.receipt.received_at);
            proptest::prop_assert!(wire.origin(wire.author, false, &body).is_err());
        }
    }
}
