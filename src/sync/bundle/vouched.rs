//! What a post node vouches for: a fact as its log keeps it, with the node's receipt, taken as its author.

use std::collections::BTreeMap;

use axum::body::Body as Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::hex;
use crate::http::extract::parse_json;
use crate::http::{Problem, ProblemKind};
use crate::identity::VouchedFor;
use crate::journal::Receipt;
use crate::journal::model::sha256;
use crate::patrols::model::chunk;
use crate::patrols::model::fix::Fix;
use crate::store;

use super::super::facts::{FactResult, FactWire};
use super::super::sql::NewForwarded;
use super::import::BundleResult;
use super::judge::Judged;
use super::taking::Taking;

/// The kind of a photo's original among facts.
pub const ORIGINAL: &str = "original";

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
    /// The headers with which a device signed it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The node's receipt.
    pub receipt: Receipt,
}

impl Vouched {
    /// The fact's native request; none when its body is not one.
    fn request(&self, body: &[u8]) -> Result<Request, Problem> {
        let text = match self.kind.as_str() {
            "fixes" => fixes_text(body)?,
            _ => String::from_utf8(body.to_vec()).or(Err(malformed("expected a text")))?,
        };
        let quoted = serde_json::to_string(&text).and_then(RawValue::from_string);
        let wire = FactWire {
            kind: self.kind.clone(),
            id: self.id.to_string(),
            body: quoted.map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?,
            headers: self.headers.clone(),
        };
        wire.request(HeaderMap::new(), None)
    }
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
    json!({
        "t": fix.t,
        "lon": f64::from(fix.lon_e7) / 1e7,
        "lat": f64::from(fix.lat_e7) / 1e7,
        "accuracy_m": fix.accuracy_dm.map(|tenths| f64::from(tenths) / 10.0),
        "altitude_m": fix.altitude_dm.map(|tenths| f64::from(tenths) / 10.0),
        "speed_mps": fix.speed_cmps.map(|hundredths| f64::from(hundredths) / 100.0),
        "bearing_deg": fix.bearing_ddeg.map(|tenths| f64::from(tenths) / 10.0),
        "mock": fix.mock,
    })
}

/// A photo's original by its native route.
pub(super) fn original_request(photo: Uuid, bytes: Vec<u8>) -> Result<Request, Problem> {
    let mut request = Request::new(Bytes::from(bytes));
    *request.method_mut() = Method::PUT;
    *request.uri_mut() = format!("/api/v1/photos/{photo}/original")
        .parse()
        .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
    Ok(request)
}

impl Taking {
    /// What becomes of a fact, or of an original, that the maker vouches for.
    pub(super) async fn vouched(
        &mut self,
        bytes: Vec<u8>,
        original: Option<Vec<u8>>,
    ) -> Result<BundleResult, Problem> {
        let wire: Vouched = match parse_json(&bytes) {
            Ok(wire) => wire,
            Err(problem) => {
                let (named, maker) = (FactResult::default(), self.maker.again());
                return self.refused(named, maker, bytes, problem).await;
            }
        };
        let named = FactResult::of(&wire.kind, &wire.id.to_string());
        let body = BASE64.decode(&wire.body).unwrap_or_default();
        let judged = match self.judge_vouched(&wire, &body).await {
            Ok(judged) => judged,
            Err(problem) => return Ok(self.answered(named, problem).await),
        };
        let request = match &original {
            Some(bytes) if wire.kind == ORIGINAL => original_request(wire.id, bytes.clone()),
            _ => wire.request(&body),
        };
        let kept = original.unwrap_or(bytes);
        let result = match request {
            Ok(request) => self.sent(named, judged, request, kept).await?,
            Err(problem) => self.refused(named, judged, kept, problem).await?,
        };
        self.note(&wire.receipt, &result);
        Ok(result)
    }

    /// Whose it is, with the rights that the node had when it received it, and whether it counts.
    async fn judge_vouched(&self, wire: &Vouched, body: &[u8]) -> Result<Judged, Problem> {
        let of_maker = |reason| Judged {
            author: self.maker.author.clone(),
            reason: Some(reason),
        };
        let receipt = &wire.receipt;
        let Some(node) = &self.node else {
            return Ok(of_maker("receipt_fails"));
        };
        let holds = receipt.log_id == node.log
            && receipt.is_signed_by(&node.key)
            && receipt.actor == wire.author
            && receipt.sha256 == hex(&sha256(body));
        if !holds {
            return Ok(of_maker("receipt_fails"));
        }
        let identity = &self.app.identity;
        let at = receipt.received_at.min(self.app.journal.now());
        let then = identity.node_holder(&receipt.key_id, at).await?;
        let then = then.map_or(self.maker.author.clone(), |node| node.actor);
        let standing = identity.vouched_for(&node.actor, wire.author).await?;
        if standing == VouchedFor::Foreign {
            return Ok(of_maker("foreign_author"));
        }
        let revoked = (standing == VouchedFor::Revoked).then_some("revoked_since");
        Ok(Judged {
            author: Actor {
                id: wire.author,
                ..then
            },
            reason: self.maker.reason.or(revoked),
        })
    }

    /// Remembers the node's receipt beside the entry that it led to.
    fn note(&mut self, receipt: &Receipt, result: &BundleResult) {
        if result.fact.status >= 300 {
            return;
        }
        let own = result.fact.receipt.as_ref();
        let own = own.and_then(|own| own["entry_id"].as_str()?.parse().ok());
        self.forwarded.push(NewForwarded {
            node: self.maker.author.id,
            node_entry: receipt.entry_id,
            own,
            receipt: serde_json::to_string(receipt).unwrap_or_default(),
            review: result.review.map(str::to_owned),
            received_at: self.app.journal.now(),
        });
    }

    /// Writes what was remembered.
    pub(super) async fn keep_forwarded(&mut self) -> Result<(), store::Error> {
        let rows = std::mem::take(&mut self.forwarded);
        if rows.is_empty() {
            return Ok(());
        }
        let write = self.app.journal.write(rows, |tx, rows| {
            Box::pin(async move {
                for row in rows {
                    super::super::sql::set_forwarded(tx, row).await?;
                }
                Ok::<_, store::Error>(())
            })
        });
        write.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::patrols::model::batch::Batch;

    proptest::proptest! {
        #[test]
        fn fixes_are_read_again_as_they_were_coded(
            t in 946_684_800_000_i64..1_700_000_000_000, lon_e7 in -1_799_999_999..1_799_999_999_i32, lat_e7 in -899_999_999..899_999_999_i32,
            accuracy_dm in proptest::option::of(0..1_000_000_u32), altitude_dm in proptest::option::of(-100_000..900_000_i32),
            speed_cmps in proptest::option::of(0..100_000_u32), bearing_ddeg in proptest::option::of(0..3_600_u16), mock in proptest::bool::ANY,
        ) {
            let t = Timestamp::from_millis(t);
            let fix = Fix { t, lon_e7, lat_e7, accuracy_dm, altitude_dm, speed_cmps, bearing_ddeg, mock };
            let text = fixes_text(&chunk::body(&[1; 32], vec![fix]).unwrap()).unwrap();
            let read = Batch::read(text.as_bytes(), t).unwrap();
            proptest::prop_assert!(read.fixes == [fix]);
        }

        #[test]
        fn no_body_breaks_the_reading(kind in "fixes|plot|[a-z]{0,9}", body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let id = Uuid::from_u128(0x0193_8f3a_7c2e_7b1a_9d43_6f0a_51b2_c3d4);
            let receipt = json!({ "log_id": id, "key_id": "", "entry_id": id, "id": id, "sha256": "", "actor": Uuid::nil(),
                "received_at": "2026-03-02T00:00:00Z", "signature": "", "state": "stored" });
            let wire = json!({ "author": Uuid::nil(), "kind": kind, "id": Uuid::nil(), "body": "", "receipt": receipt });
            let wire: Vouched = parse_json(wire.to_string().as_bytes()).unwrap();
            let _ = wire.request(&body);
        }
    }
}
