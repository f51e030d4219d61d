//! Taking what a post node vouches for: as its author, with the rights that the node had when it received it.

use crate::base::actor::Actor;
use crate::base::hex;
use crate::base::ids::DeviceId;
use crate::base::origin::Origin;
use crate::http::Problem;
use crate::http::extract::parse_json;
use crate::identity::VouchedFor;
use crate::journal::Receipt;
use crate::journal::model::sha256;
use crate::store;

use super::super::facts::FactResult;
use super::super::sql::{self, NewForwarded};
use super::aside::{Kept, RecordKind};
use super::import::BundleResult;
use super::judge::Judged;
use super::taking::Taking;
use super::vouched::{ORIGINAL, Vouched, nonce_in, original_request};

/// Receipts that are written down at once.
const NOTED: usize = 200;

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
                let kept = Kept::of(RecordKind::Vouched, bytes);
                return self.refused(named, maker, kept, problem).await;
            }
        };
        let named = FactResult::of(&wire.kind, &wire.id.to_string());
        let body = wire.bytes();
        let judged = match self.judge_vouched(&wire, &body).await {
            Ok(judged) => judged,
            Err(problem) => return Ok(self.answered(named, problem).await),
        };
        let request = match &original {
            Some(bytes) if wire.kind == ORIGINAL => original_request(wire.id, bytes.clone()),
            _ => wire.request(&body, self.app.journal.now()),
        };
        let kept = match original {
            Some(original) => Kept {
                vouched: Some(bytes),
                ..Kept::of(RecordKind::VouchedOriginal, original)
            },
            None => Kept::of(RecordKind::Vouched, bytes),
        };
        let result = match request {
            Ok(request) => self.sent(named, judged, request, kept).await?,
            Err(problem) => self.refused(named, judged, kept, problem).await?,
        };
        self.note(&wire.receipt, &result);
        if self.forwarded.len() >= NOTED {
            self.keep_forwarded().await?;
        }
        Ok(result)
    }

    /// Whose it is, with the rights that the node had when it received it, and whether it counts.
    async fn judge_vouched(&self, wire: &Vouched, body: &[u8]) -> Result<Judged, Problem> {
        let of_maker = |reason| Judged {
            reason: Some(reason),
            ..self.maker.again()
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
        let (origin, fails) = match wire.origin(node.actor.id, false, body) {
            Ok(origin) => (origin, None),
            Err(reason) => (Origin::default(), Some(reason)),
        };
        self.keep_word(wire, &origin).await?;
        Ok(Judged {
            rights_of: then.id,
            at,
            author: Actor {
                id: wire.author,
                door: wire.door.unwrap_or(then.door),
                origin,
                ..then
            },
            reason: self.maker.reason.or(revoked).or(fails),
        })
    }

    /// Keeps what the node says of the key, the head and the nonce that a device's statement names.
    async fn keep_word(&self, wire: &Vouched, origin: &Origin) -> Result<(), Problem> {
        let key = wire.signed.as_ref().and_then(|own| own.key.clone());
        let seen = origin.statement.as_ref().and_then(|own| own.head);
        let made_at = wire.signed.as_ref().and_then(|own| own.head_made_at);
        let nonce = nonce_in(&wire.bytes()).zip(wire.nonce_issued_at);
        let head = seen.zip(made_at);
        if key.is_none() && head.is_none() && nonce.is_none() {
            return Ok(());
        }
        let context = (
            self.app.clone(),
            self.maker.author.clone(),
            DeviceId(wire.author),
            (key, head, nonce),
        );
        let write =
            self.app
                .journal
                .write(context, |tx, (app, node, device, (key, head, nonce))| {
                    Box::pin(async move {
                        if let Some(key) = key {
                            app.identity.vouch_key(tx, node, *device, key).await?;
                        }
                        if let Some((seen, at)) = head {
                            app.journal.vouch_head(tx, *device, *seen, *at).await?;
                        }
                        if let Some((nonce, at)) = nonce {
                            app.evidence.vouch_nonce(tx, nonce, device.0, *at).await?;
                        }
                        Ok::<_, store::Error>(())
                    })
                });
        Ok(write.await?)
    }

    /// Remembers the node's receipt beside the entry that it led to.
    fn note(&mut self, receipt: &Receipt, result: &BundleResult) {
        // What was decided about is noted with the entry that it led to.
        if result.fact.status >= 300 || result.decision.is_some() {
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
                    sql::set_forwarded(tx, row).await?;
                }
                Ok::<_, store::Error>(())
            })
        });
        write.await
    }
}
