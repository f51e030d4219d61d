//! Heads carried both ways: the caller shows the one that it keeps, and gets the newest one to keep.

use serde::Serialize;

use crate::base::actor::Actor;
use crate::base::time::Timestamp;
use crate::journal::proofs::ConsistencyProof;
use crate::journal::{Alarm, Journal, NotTaken, Shown};
use crate::store;

/// The newest head, and what the caller's own came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Heads {
    /// The newest head as a signed note: what to keep. Null while nothing is numbered.
    pub checkpoint: Option<String>,
    /// `consistent`, `alarm`, or `refused` for what is no head of this log; null when none was shown.
    pub comparison: Option<&'static str>,
    /// That the log begins with the caller's head.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<ConsistencyProof>,
    /// That it does not; the same is kept in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Alarm>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// The restore that the present epoch began with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Restored {
    /// When the log was opened again.
    pub at: Timestamp,
    /// The last number that the backup held; null when it held none. What a caller holds receipts for and the server
    /// does not know must be sent again.
    pub through_seq: Option<u64>,
}

/// Takes the caller's head, if it shows one, and tells the newest.
pub async fn exchange(
    journal: &Journal,
    actor: &Actor,
    held: Option<&str>,
) -> Result<Heads, store::Error> {
    let newest = journal.head().await?;
    let mut heads = Heads {
        checkpoint: newest.map(|head| head.checkpoint),
        comparison: None,
        proof: None,
        alarm: None,
        refusal: None,
    };
    let Some(held) = held else {
        return Ok(heads);
    };
    match journal.compare(actor, held).await {
        Ok(Shown::Agrees(proof)) => {
            heads.comparison = Some("consistent");
            heads.proof = Some(*proof);
        }
        Ok(Shown::Alarm(alarm)) => {
            heads.comparison = Some("alarm");
            heads.alarm = Some(alarm);
        }
        Err(NotTaken::Store(error)) => return Err(error),
        Err(refused) => {
            heads.comparison = Some("refused");
            heads.refusal = Some(refused.to_string());
        }
    }
    Ok(heads)
}

/// The restore that the present epoch began with, if it began with one.
pub async fn restored(journal: &Journal) -> Result<Option<Restored>, store::Error> {
    let mut tx = journal.store().read().await?;
    let reopened = journal.reopened(&mut tx).await?;
    Ok(reopened.map(|reopened| Restored {
        at: reopened.at,
        through_seq: reopened.size.checked_sub(1),
    }))
}
