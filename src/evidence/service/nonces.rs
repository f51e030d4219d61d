//! Nonces: numbers that a device fetches ahead and burns before the shutter. One shows that the sidecar (not the
//! picture) is younger than its issue; none can serve twice.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::evidence::sql;
use crate::journal::random;
use crate::store::{self, Tx};

use super::{Error, Evidence, refuse_retired};

/// Nonces in one answer.
pub const MOST_AT_ONCE: u32 = 200;
/// Nonces that a device may hold unspent; those older than a month do not count against it.
const MOST_HELD: i64 = 1_000;
const HELD_FOR_MS: i64 = 30 * 86_400_000;

impl Evidence {
    /// When a device was issued the nonce that a photo of its spent; none when another photo, or nobody, did.
    pub async fn nonce_spent_on(
        &self,
        tx: &mut Tx,
        nonce: &str,
        device: Uuid,
        photo: Uuid,
    ) -> Result<Option<Timestamp>, store::Error> {
        let row = sql::nonce(tx, nonce).await?;
        let own = row.filter(|row| {
            row.device == device && row.photo.is_some_and(|spent_on| spent_on.0 == photo)
        });
        Ok(own.map(|row| row.issued_at))
    }

    /// Keeps a nonce that a post node issued to a device of its, so that the photo that comes with it spends it here.
    pub async fn vouch_nonce(
        &self,
        tx: &mut Tx,
        nonce: &str,
        device: Uuid,
        issued_at: Timestamp,
    ) -> Result<(), store::Error> {
        sql::vouch_nonce(tx, nonce, device, issued_at).await
    }

    /// Issues nonces to the calling device, and says when.
    pub async fn issue_nonces(
        &self,
        actor: &Actor,
        count: u32,
    ) -> Result<(Vec<String>, Timestamp), Error> {
        if !actor.may_somewhere(Right::RecordPhotos) {
            return Err(Error::Forbidden);
        }
        refuse_retired(actor)?;
        if !(1..=MOST_AT_ONCE).contains(&count) {
            let expected = format!("expected 1 to {MOST_AT_ONCE}");
            return Err(Refusal::at("/count", expected).into());
        }
        let nonces = (0..count)
            .map(|_| Ok(BASE64_URL.encode(random::<16>()?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let now = self.journal.now();
        let context = (actor.id, nonces.clone(), now);
        self.journal
            .write(context, |tx, (device, nonces, now)| {
                Box::pin(async move {
                    let since = now.plus_millis(-HELD_FOR_MS);
                    let held = sql::unspent_nonces(tx, *device, since).await?;
                    if held + i64::try_from(nonces.len()).unwrap_or(i64::MAX) > MOST_HELD {
                        let expected = format!("at most {MOST_HELD} unspent ones are held");
                        return Err(Error::from(Refusal::at("/count", expected)));
                    }
                    for nonce in nonces {
                        sql::insert_nonce(tx, nonce, *device, *now).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        Ok((nonces, now))
    }
}
