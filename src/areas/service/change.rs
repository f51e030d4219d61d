//! What a load of boundaries changed, told from its entry.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::base::ids::{BoundaryId, EntryId};
use crate::base::time::LocalDate;
use crate::store::{Error, Tx};

use super::Areas;
use super::maps::all_boundaries;

/// What a load of boundaries changed.
#[derive(Debug, Clone)]
pub struct BoundaryChange {
    /// The first day of what is new.
    pub first_day: LocalDate,
    /// The codes of the communes whose boundaries ended the day before.
    pub ended: BTreeSet<String>,
}

/// As much of a load's entry as is needed here.
#[derive(Deserialize)]
struct Manifest {
    valid_from: LocalDate,
    closed: Vec<BoundaryId>,
}

impl Areas {
    /// What the load of boundaries with that entry changed; none of another entry.
    pub async fn change_of(
        &self,
        tx: &mut Tx,
        entry: EntryId,
    ) -> Result<Option<BoundaryChange>, Error> {
        let stored = self.journal.entry(tx, entry).await?;
        let body = stored.and_then(|own| own.body).unwrap_or_default();
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&body) else {
            return Ok(None);
        };
        let all = all_boundaries(tx).await?.into_iter();
        let ended = all.filter(|own| manifest.closed.contains(&own.id));
        Ok(Some(BoundaryChange {
            first_day: manifest.valid_from,
            ended: ended.map(|own| own.code).collect(),
        }))
    }
}
