//! The proof of a photo: both of its entries with their contents, or with the order that erased these.

use crate::base::actor::{Actor, Right};
use crate::base::ids::PhotoId;
use crate::journal::Proving;
use crate::journal::proofs::PhotoProof;

use super::read::refuse_erased;
use super::{Error, Evidence};

impl Evidence {
    /// That the photo's announcement and original are in the log; `None` as long as the original is not.
    pub async fn prove(&self, actor: &Actor, id: PhotoId) -> Result<Option<PhotoProof>, Error> {
        let row = self.visible(actor, Right::ReadOriginals, id).await?;
        let Some(original) = row.original_entry else {
            // No original will ever follow what an order erased before.
            return refuse_erased(&row).map(|()| None);
        };
        // One head for all: whoever holds a kept head against it holds it against each of them.
        let Some(head) = self.journal.head().await? else {
            return Ok(None);
        };
        let sidecar = self.journal.prove_content(row.entry, head.size).await?;
        let original = self.journal.prove_content(original, head.size).await?;
        let (Proving::Proof(sidecar), Proving::Proof(original)) = (sidecar, original) else {
            return Ok(None);
        };
        let mut sidecar = *sidecar;
        let redaction = match original.redacted_by {
            Some(by) => match self.journal.prove_content(by, head.size).await? {
                Proving::Proof(order) => Some(order),
                Proving::NotNumbered | Proving::Unknown => return Ok(None),
            },
            None => None,
        };
        if row.taken_by.is_some() {
            // Who was at the shutter is shown in the case package alone (decisions 18). Without the salt nothing confirms a
            // guess; leaf and receipt stand.
            (sidecar.body, sidecar.salt) = (None, None);
        }
        Ok(Some(PhotoProof {
            photo: id,
            sidecar,
            original: *original,
            redaction,
        }))
    }
}
