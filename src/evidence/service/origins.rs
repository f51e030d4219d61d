//! What a photo's sidecar came with: its device's signature, a nonce, a clock.

use crate::base::origin::{ClockOffset, Standing};
use crate::base::time::Timestamp;
use crate::evidence::model::grade::{Nonce, Signed};
use crate::evidence::sql::{self, PhotoRow};
use crate::store::{self, Tx};

use super::Evidence;

/// What is known of how a sidecar came.
pub(super) struct SidecarOrigin {
    pub signed: Signed,
    pub nonce: Nonce,
    pub offset: Option<ClockOffset>,
    /// The sidecar is younger than this: it names a head or a nonce of then.
    pub not_before: Option<Timestamp>,
}

impl Evidence {
    pub(super) async fn origin_of(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
        nonce: Option<&str>,
    ) -> Result<SidecarOrigin, store::Error> {
        let nonce = nonce_of(tx, row, nonce).await?;
        let (signed, head_at) = self.signature_of(tx, row).await?;
        let issued_at = match nonce {
            Nonce::Fresh(at) => Some(at),
            _ => None,
        };
        Ok(SidecarOrigin {
            signed,
            nonce,
            offset: self.journal.clock_offset(tx, row.entry).await?,
            not_before: head_at.max(issued_at),
        })
    }

    /// How the signature stands, and when the head was made that it names.
    async fn signature_of(
        &self,
        tx: &mut Tx,
        row: &PhotoRow,
    ) -> Result<(Signed, Option<Timestamp>), store::Error> {
        let Some(own) = self.journal.signed(tx, row.entry).await? else {
            return Ok((Signed::Missing, None));
        };
        let signed = match own.standing {
            Standing::Holds => Signed::Holds,
            // A browser that lost its key signs with one that nobody was told of: that is as good as no signature.
            Standing::UnknownKey => return Ok((Signed::Missing, None)),
            Standing::Fails | Standing::OtherDevice | Standing::Revoked => {
                return Ok((Signed::Fails, None));
            }
        };
        let head_at = match own.head {
            Some(seen) => self.journal.made_at(tx, seen).await?,
            None => None,
        };
        if own.is_forked || (own.head.is_some() && head_at.is_none()) {
            return Ok((Signed::Broken, head_at));
        }
        let is_confirmed = self
            .identity
            .confirmed_key(tx, &own.key_id)
            .await?
            .is_some();
        Ok((
            if is_confirmed {
                signed
            } else {
                Signed::Unconfirmed
            },
            head_at,
        ))
    }
}

/// How the nonce of a photo's sidecar stands.
async fn nonce_of(tx: &mut Tx, row: &PhotoRow, nonce: Option<&str>) -> Result<Nonce, store::Error> {
    let Some(nonce) = nonce else {
        return Ok(Nonce::Missing);
    };
    Ok(match sql::nonce(tx, nonce).await? {
        Some(kept) if kept.device == row.author && kept.photo == Some(row.id) => {
            Nonce::Fresh(kept.issued_at)
        }
        Some(kept) if kept.device == row.author && kept.photo.is_some() => Nonce::Reused,
        _ => Nonce::Unknown,
    })
}
