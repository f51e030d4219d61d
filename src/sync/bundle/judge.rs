//! Whose a carried fact is, and whether it may count before a person has looked at it.

use axum::http::request::Parts;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::base::actor::Actor;
use crate::base::ids::DeviceId;
use crate::base::origin::Statement;
use crate::base::time::Timestamp;
use crate::http::Problem;
use crate::http::signed;
use crate::identity::KeyHolder;
use crate::journal::is_signed_by;

use super::super::sql;

/// So much may a device's clock be behind before what it signed counts as dated back.
const TOLERANCE_MS: i64 = 600_000;
const DAY_MS: i64 = 86_400_000;

/// An author, and why what it says waits for a person, if it does.
pub struct Judged {
    /// The device, with the grants of the moment.
    pub author: Actor,
    /// The device whose grants these are: the author itself, or its post node.
    pub rights_of: Uuid,
    /// The moment.
    pub at: Timestamp,
    /// Why it waits.
    pub reason: Option<&'static str>,
}

/// Whose a native request is, and whether it counts: its own signature's, else that of the bundle's maker.
pub async fn judge(
    app: &App,
    maker: &Judged,
    parts: &Parts,
    body: &[u8],
) -> Result<Judged, Problem> {
    let origin = signed::origin(parts)?;
    let Some(own) = origin.statement.as_deref() else {
        return Ok(maker.again());
    };
    let fails = |reason| Judged {
        reason: Some(reason),
        ..maker.again()
    };
    let at = own.signed_at.min(app.journal.now());
    let Some(holder) = app.identity.key_holder(&own.key_id, at).await? else {
        return Ok(fails("unknown_key"));
    };
    let digest: [u8; 32] = Sha256::digest(body).into();
    if own.digest != digest || !is_signed_by(&holder.public, &own.base, &own.signature) {
        return Ok(fails("signature_fails"));
    }
    let mut judged = judge_at(app, holder, own.signed_at);
    if judged.reason.is_none() && is_dated_back(app, DeviceId(judged.author.id), own).await? {
        judged.reason = Some("back_dated");
    }
    Ok(judged)
}

/// A key's holder at the moment that its signature names.
pub fn judge_at(app: &App, holder: KeyHolder, signed_at: Timestamp) -> Judged {
    let latest = i64::from(app.config.bundle_days) * DAY_MS;
    let reason = if holder.is_revoked {
        Some("revoked_since")
    } else if !holder.is_confirmed {
        Some("unconfirmed_key")
    } else if holder.proposed_at.since(signed_at) > TOLERANCE_MS {
        Some("back_dated")
    } else if app.journal.now().since(signed_at) > latest {
        Some("late")
    } else {
        None
    };
    Judged {
        rights_of: holder.actor.id,
        author: holder.actor,
        at: signed_at.min(app.journal.now()),
        reason,
    }
}

/// Whether something that the statement itself cites is younger than the moment at which it says that it was signed.
async fn is_dated_back(app: &App, device: DeviceId, own: &Statement) -> Result<bool, Problem> {
    let mut tx = app.journal.store().read().await?;
    let seen = match own.head {
        Some(head) => app.journal.made_at(&mut tx, device, head).await?,
        None => None,
    };
    let nonce = match own.nonce.as_deref() {
        Some(nonce) => sql::nonce_issued(&mut tx, nonce).await?,
        None => None,
    };
    let before = app.journal.signed_before(&mut tx, own).await?;
    let newest = [seen, nonce, before].into_iter().flatten().max();
    Ok(newest.is_some_and(|newest| newest.since(own.signed_at) > TOLERANCE_MS))
}

impl Judged {
    /// The same for another fact.
    pub fn again(&self) -> Self {
        Self {
            author: self.author.clone(),
            rights_of: self.rights_of,
            at: self.at,
            reason: self.reason,
        }
    }
}
