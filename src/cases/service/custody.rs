//! Who did and saw what with a case, for people: by name and organisation, each line proven by the entry that it names.
//! What is named are the accounts and devices that acted; a case knows no other persons.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::base::actor::CONSOLE;
use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::cases::model::words::entry_label;
use crate::journal::proofs::EntryProof;

use super::gather::content;
use super::{Cases, Error};

/// One act, as its entry tells it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Act {
    pub(super) entry: EntryId,
    index: u64,
    kind: String,
    /// What kind of act it was, in Vietnamese.
    vi: String,
    of: Option<Uuid>,
    by: Uuid,
    by_name: Option<String>,
    /// The organisation of today: when an account moved, its own entries tell.
    by_org: Option<String>,
    device: Option<Uuid>,
    device_name: Option<String>,
    device_org: Option<String>,
    received_at: Timestamp,
    sha256: String,
    redacted_by: Option<EntryId>,
    /// What was seen or taken out, where the act was that.
    what: Option<String>,
    reason: Option<Value>,
    /// The number of the document that an order to erase names.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
}

/// What the pages print: who decided, saw, took out, held or erased.
const PRINTED: [&str; 17] = [
    "view",
    "verification",
    "approval",
    "waiver",
    "return",
    "reply",
    "judgement",
    "reopening",
    "retraction",
    "transfer",
    "answer",
    "decision",
    "seal",
    "hold",
    "hold_set",
    "hold_lifted",
    "redaction",
];

impl Act {
    /// When and what, for the pages; none for what these tell elsewhere.
    pub(super) fn printed(&self) -> Option<(Timestamp, String)> {
        if !PRINTED.contains(&self.kind.as_str()) {
            return None;
        }
        let name = self.by_name.as_deref().unwrap_or("không rõ");
        let org = self.by_org.as_ref();
        let org = org.map_or_else(String::new, |org| format!(" ({org})"));
        let reason = self.reason.as_ref().and_then(Value::as_str);
        let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
        let document = self.document.as_ref();
        let document = document.map_or_else(String::new, |own| format!(" {own}"));
        Some((
            self.received_at,
            format!("{}{document} – {name}{org}{reason}", self.vi),
        ))
    }
}

impl Cases {
    /// Who did and saw what, in the order of the entries.
    pub(super) async fn custody(&self, proofs: &[EntryProof]) -> Result<Vec<Act>, Error> {
        let actors = proofs.iter().map(|proof| proof.header.actor);
        let devices = proofs.iter().filter_map(|proof| proof.header.device);
        let ids: BTreeSet<Uuid> = actors.chain(devices).collect();
        let named = self.identity.named(&ids).await?;
        let name = |id: Uuid| match named.get(&id) {
            Some(own) => (Some(own.name.clone()), own.org.clone()),
            None => ((id == CONSOLE).then(|| "Máy chủ".to_owned()), None),
        };
        let act = |proof: &EntryProof| {
            let header = &proof.header;
            let said = content(proof).unwrap_or_default();
            let what = said.get("what").and_then(Value::as_str);
            let (by_name, by_org) = name(header.actor);
            let (device_name, device_org) = header.device.map(name).unwrap_or_default();
            Act {
                entry: header.entry,
                index: proof.index,
                kind: header.kind.clone(),
                vi: entry_label(&header.kind, what).to_owned(),
                of: header.fact,
                by: header.actor,
                by_name,
                by_org,
                device: header.device,
                device_name,
                device_org,
                received_at: header.received_at,
                sha256: proof.sha256.clone(),
                redacted_by: proof.redacted_by,
                what: what.map(str::to_owned),
                reason: said.get("reason").cloned(),
                document: (header.kind == "redaction")
                    .then(|| said.get("document")?.as_str().map(str::to_owned))
                    .flatten(),
            }
        };
        Ok(proofs.iter().map(act).collect())
    }
}
