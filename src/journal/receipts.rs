//! Receipts: signed at once when an entry is written, and the same again for replays.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signer as _;

use crate::base::hex;
use crate::base::ids::EntryId;
use crate::store::{Error, Tx};

use super::model::{Receipt, ReceiptState};
use super::note::PublicKey;
use super::service::{Journal, Written};
use super::sql::{self, EntryRow};

impl Journal {
    /// The receipt of an entry just written.
    #[must_use]
    pub fn receipt(&self, written: &Written) -> Receipt {
        self.sign(Receipt {
            log_id: self.log_id(),
            key_id: String::new(),
            entry_id: written.entry,
            id: written.fact,
            sha256: hex(&written.sha256),
            actor: written.actor,
            received_at: written.received_at,
            signature: String::new(),
            state: ReceiptState::Stored,
        })
    }

    /// The receipt of an entry written earlier: byte for byte the first one (Ed25519 is deterministic), except that its
    /// state may have advanced, and that after a change of key the present key signs it.
    pub async fn receipt_again(&self, tx: &mut Tx, entry: EntryId) -> Result<Receipt, Error> {
        let row = sql::entry(tx, entry).await?.ok_or(Error::Corrupt {
            table: "journal_entries",
            column: "id",
            id: entry.to_string(),
        })?;
        self.receipt_of(tx, &row).await
    }

    pub(super) async fn receipt_of(&self, tx: &mut Tx, row: &EntryRow) -> Result<Receipt, Error> {
        let secured = sql::secured_through(tx).await?;
        let state = match row.seq {
            Some(seq) if seq <= secured => ReceiptState::Secured,
            _ => ReceiptState::Stored,
        };
        Ok(self.sign(Receipt {
            log_id: self.log_id(),
            key_id: String::new(),
            entry_id: row.id,
            id: row.fact.unwrap_or_default(),
            sha256: hex(&row.sha256),
            actor: row.actor,
            received_at: row.received_at,
            signature: String::new(),
            state,
        }))
    }

    /// The present key's public half.
    #[must_use]
    pub fn present_key(&self) -> PublicKey {
        self.signer().public()
    }

    /// The log's signature (Ed25519) over another text than a receipt's or a head's, with the id of the key.
    #[must_use]
    pub fn sign_text(&self, text: &str) -> (String, [u8; 64]) {
        let signer = self.signer();
        (
            signer.id.clone(),
            signer.key.sign(text.as_bytes()).to_bytes(),
        )
    }

    fn sign(&self, mut receipt: Receipt) -> Receipt {
        let signer = self.signer();
        receipt.key_id.clone_from(&signer.id);
        let signature = signer.key.sign(receipt.signed_text().as_bytes());
        receipt.signature = BASE64.encode(signature.to_bytes());
        receipt
    }
}

impl Receipt {
    /// Whether this key signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let signature = BASE64.decode(&self.signature);
        self.key_id == key.id()
            && signature.is_ok_and(|own| key.signed(self.signed_text().as_bytes(), &own))
    }
}
