//! The communes of patrols when boundaries come later that hold on days on which somebody has walked already.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::base::ids::{EntryId, JobId, PatrolId};
use crate::base::time::Timestamp;
use crate::patrols::sql;

use super::{DERIVE_JOB, Error, Patrols};

impl Patrols {
    /// The job of boundaries that were loaded: patrols of days on which they hold, in communes that they take over from or
    /// in none, are derived anew, so that their communes are those of the day on which they walked.
    pub async fn follow_boundaries(&self, entry: EntryId, job: JobId) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let mut patrols: BTreeSet<PatrolId> = BTreeSet::new();
        if let Some(change) = self.areas.change_of(&mut tx, entry).await? {
            let since = change.first_day.start();
            for code in &change.ended {
                patrols.extend(sql::walked_in_since(&mut tx, code, since).await?);
            }
            patrols.extend(sql::walked_nowhere_since(&mut tx, since).await?);
        }
        drop(tx);
        let now = self.journal.now();
        let works = patrols.into_iter().map(|id| (DERIVE_JOB, id.0, now));
        let works: Vec<(&str, Uuid, Timestamp)> = works.collect();
        self.journal
            .write((self.clone(), works), move |tx, (patrols, works)| {
                Box::pin(async move {
                    if !works.is_empty() {
                        patrols.journal.queue_all(tx, works).await?;
                    }
                    Ok::<_, Error>(patrols.journal.finish_job(tx, job).await?)
                })
            })
            .await
    }
}
