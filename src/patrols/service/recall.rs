//! What was known of a patrol at an instant: declaration, judgement and fixes received by then.

use uuid::Uuid;

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::patrol::Declared;
use crate::patrols::model::rules::Rules;
use crate::patrols::model::vocabulary::PatrolState;
use crate::patrols::model::walked::{Walked, WalkedTrack};
use crate::patrols::sql;
use crate::store::{self, Tx};

use super::append::decoded;
use super::{Patrols, state_of};

impl Patrols {
    /// The patrols begun between two instants.
    pub async fn begun_between(
        &self,
        tx: &mut Tx,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<PatrolId>, store::Error> {
        sql::begun_between(tx, from, to).await
    }

    /// What a patrol walked as far as was known at an instant, under some rules; `None` when nothing was known of it.
    pub async fn walked_as_of(
        &self,
        tx: &mut Tx,
        id: PatrolId,
        instant: Timestamp,
        rules: &Rules,
    ) -> Result<Option<Walked>, store::Error> {
        let (Some(row), Some(draft)) = (
            sql::patrol(tx, id).await?,
            sql::draft_as_of(tx, id, instant).await?,
        ) else {
            return Ok(None);
        };
        let declared: Declared = serde_json::from_str(&draft).or(Err(row.corrupt("draft")))?;
        let was_judged = match row.judged_entry {
            Some(entry) => sql::is_received_by(tx, entry, instant).await?,
            None => true,
        };
        let state = if was_judged {
            state_of(&row)?
        } else {
            PatrolState::Uploaded
        };
        let mut chunks = sql::chunks_of(tx, id).await?;
        chunks.retain(|chunk| chunk.received_at <= instant);
        let tracks = if row.redacted_at.is_some() {
            None
        } else {
            Some(self.tracks_anew(tx, &chunks, &declared, rules).await?)
        };
        Ok(Some(Walked {
            patrol: id,
            declared,
            state,
            received_until: chunks.iter().map(|chunk| chunk.received_at).max(),
            tracks,
        }))
    }

    /// The fixes that a device recorded on patrols between two instants, in time, and whether some were erased since;
    /// those of
    /// rejected patrols are left out, and of some others.
    pub async fn fixes_of(
        &self,
        tx: &mut Tx,
        device: Uuid,
        (from, to): (Timestamp, Timestamp),
        without: &[PatrolId],
    ) -> Result<(Vec<Fix>, bool), store::Error> {
        let (mut fixes, mut erased) = (Vec::new(), false);
        for chunk in sql::chunks_of_device(tx, device, from, to).await? {
            match chunk.body {
                _ if without.contains(&chunk.patrol) => {}
                Some(body) => fixes.extend(decoded(chunk.entry, &body)?),
                None => erased = true,
            }
        }
        fixes.retain(|fix| (from..=to).contains(&fix.t));
        fixes.sort_unstable();
        Ok((fixes, erased))
    }

    /// The tracks of a patrol as other rules judge and join its fixes.
    pub async fn tracks_under(
        &self,
        tx: &mut Tx,
        walked: &Walked,
        rules: &Rules,
    ) -> Result<Vec<WalkedTrack>, store::Error> {
        let chunks = sql::chunks_of(tx, walked.patrol).await?;
        self.tracks_anew(tx, &chunks, &walked.declared, rules).await
    }
}
