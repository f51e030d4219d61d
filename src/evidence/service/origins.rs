//! What a photo's sidecar came with: its device's signature, a nonce, a clock.

use crate::base::origin::{ClockOffset, Doubt, Standing};
use crate::base::time::Timestamp;
use crate::evidence::model::grade::{Nonce, Signed};
use crate::evidence::sql::{self, PhotoRow};
use crate::journal::Reopening;
use crate::store::{self, Tx};

use super::Evidence;

/// What is known of how a sidecar came.
pub(super) struct SidecarOrigin {
    pub signed: Signed,
    /// When it was signed, by the device's clock.
    pub signed_at: Option<Timestamp>,
    pub nonce: Nonce,
    pub offset: Option<ClockOffset>,
    /// The sidecar is younger than this: it names a head or a nonce of then.
    pub not_before: Option<Timestamp>,
    /// What must be known of when and how it came.
    pub doubt: Option<Doubt>,
}

/// A signature as grades take it.
struct Signature {
    signed: Signed,
    signed_at: Option<Timestamp>,
    /// When the head was made that it names.
    head_at: Option<Timestamp>,
}

impl Signature {
    const MISSING: Self = Self {
        signed: Signed::Missing,
        signed_at: None,
        head_at: None,
    };
}

impl Evidence {
    pub(super) async fn origin_of(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        nonce: Option<&str>,
        reopening: Option<&Reopening>,
    ) -> Result<SidecarOrigin, store::Error> {
        let nonce = nonce_of(tx, row, nonce, reopening).await?;
        let signature = self.signature_of(tx, row, reopening).await?;
        let issued_at = match nonce {
            Nonce::Fresh(at) => Some(at),
            _ => None,
        };
        let doubts = self.journal.doubts(tx, &[row.entry]).await?;
        Ok(SidecarOrigin {
            doubt: doubts.get(&row.entry).copied(),
            signed: signature.signed,
            signed_at: signature.signed_at,
            nonce,
            offset: self.journal.clock_offset(tx, row.entry).await?,
            not_before: signature.head_at.max(issued_at),
        })
    }

    async fn signature_of(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        reopening: Option<&Reopening>,
    ) -> Result<Signature, store::Error> {
        let Some(own) = self.journal.signed(tx, row.entry).await? else {
            return Ok(Signature::MISSING);
        };
        match own.standing {
            Standing::Holds => {}
            // A browser that lost its key signs with one that nobody was told of, a phone that was enrolled anew with that
            // of its former row: that is as good as no signature, and no worse.
            Standing::UnknownKey | Standing::OtherDevice | Standing::Revoked => {
                return Ok(Signature::MISSING);
            }
            Standing::Fails => {
                return Ok(Signature {
                    signed: Signed::Fails,
                    ..Signature::MISSING
                });
            }
        }
        let head_at = match own.head {
            Some(seen) => self.journal.made_at(tx, own.device, seen).await?,
            None => None,
        };
        // A head beyond what a restore brought back was this log's all the same.
        let may_be_lost = |size| reopening.is_some_and(|own| own.lost(size));
        let is_strange = own
            .head
            .is_some_and(|seen| head_at.is_none() && !may_be_lost(seen.size));
        let is_confirmed = self.identity.confirmed_key(tx, &own.key_id).await?;
        let signed = if own.is_forked || is_strange {
            Signed::Broken
        } else if is_confirmed.is_some() {
            Signed::Holds
        } else {
            Signed::Unconfirmed
        };
        Ok(Signature {
            signed,
            signed_at: Some(own.signed_at),
            head_at,
        })
    }
}

/// How the nonce of a photo's sidecar stands.
async fn nonce_of(
    tx: &mut Tx,
    row: &PhotoRow,
    nonce: Option<&str>,
    reopening: Option<&Reopening>,
) -> Result<Nonce, store::Error> {
    let Some(nonce) = nonce else {
        return Ok(Nonce::Missing);
    };
    Ok(match sql::nonce(tx, nonce).await? {
        Some(kept) if kept.device == row.author && kept.photo == Some(row.id) => {
            Nonce::Fresh(kept.issued_at)
        }
        Some(kept) if kept.device == row.author && kept.photo.is_some() => Nonce::Reused,
        // Issued after the backup that a restore brought back, it is known to the phone alone.
        None if reopening.is_some_and(|own| row.taken_at < own.at) => Nonce::Missing,
        _ => Nonce::Unknown,
    })
}
