//! A patrol's fixes one by one, for whoever may read the patrol.

use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::quality::{Basis, Quality, judge};
use crate::patrols::model::rules::Rules;
use crate::patrols::sql;

use super::append::decoded;
use super::{Error, Patrols};

/// A fix and how it was judged.
#[derive(Debug, Clone)]
pub struct JudgedFix {
    /// The device that recorded it.
    pub device: Uuid,
    /// The fix.
    pub fix: Fix,
    /// How it was judged.
    pub quality: Quality,
}

impl Patrols {
    /// The sealed fixes of a patrol by device and time; none once they were erased.
    pub async fn judged_fixes(&self, actor: &Actor, id: PatrolId) -> Result<Vec<JudgedFix>, Error> {
        let row = self.readable_today(actor, id).await?;
        let mut tx = self.journal.store().read().await?;
        let chunks = sql::chunks_of(&mut tx, id).await?;
        let there = chunks.iter().filter(|chunk| chunk.has_fixes());
        let entries: Vec<_> = there.map(|chunk| chunk.entry).collect();
        let mut bodies: std::collections::HashMap<_, _> =
            sql::bodies(&mut tx, &entries).await?.into_iter().collect();
        drop(tx);
        let transport = row.transport.parse().or(Err(row.corrupt("transport")))?;
        let mut all = Vec::new();
        for own in chunks.chunk_by(|one, other| one.device == other.device) {
            let mut fixes = Vec::new();
            for chunk in own {
                if let Some(body) = bodies.remove(&chunk.entry) {
                    fixes.extend(decoded(chunk.entry, &body)?);
                }
            }
            fixes.sort();
            let received = own.iter().map(|chunk| chunk.received_at).max();
            let basis = Basis {
                transport,
                rule: Rules::current().quality,
                received_until: received.unwrap_or(Timestamp::from_millis(0)),
            };
            let Some(device) = own.first().map(|chunk| chunk.device) else {
                continue;
            };
            let judged = judge(&fixes, &basis);
            all.extend(
                fixes
                    .into_iter()
                    .zip(judged)
                    .map(|(fix, quality)| JudgedFix {
                        device,
                        fix,
                        quality,
                    }),
            );
        }
        Ok(all)
    }
}
