//! What tells whether features that were read before are still what their reader may see.

use sha2::{Digest, Sha256};

use super::{Key, PageOf, PublishError, Publisher, Query};
use crate::base::actor::{Actor, Right};
use crate::publish::feature::Collection;

/// Whose features, and the numbers that change whenever they do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    /// What the reader may see: the right and its scope.
    reach: String,
    /// Of areas; of plots and their photos, or of coverage; the local day.
    numbers: [i64; 4],
}

/// What of a page may change, in few bytes: two pages of one request, reach and glance are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance([u8; 32]);

impl Version {
    /// The version but for what plots, photos and coverage count: the same for longer.
    #[must_use]
    pub fn lasting(&self) -> Self {
        let [areas, _, _, today] = self.numbers;
        Self {
            reach: self.reach.clone(),
            numbers: [areas, 0, 0, today],
        }
    }

    /// Roughly how much of memory it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.reach.len()
    }
}

impl Publisher {
    /// The version of a collection for a reader: whatever is read after it is at least so new. None where no number
    /// tells of every change, or where the reader may see nothing.
    pub async fn version(
        &self,
        actor: &Actor,
        collection: Collection,
    ) -> Result<Option<Version>, PublishError> {
        let right = match collection {
            Collection::Communes | Collection::Hamlets | Collection::BorderGates => {
                Right::ReadCommunes
            }
            Collection::RiskAreas => Right::ReadRiskAreas,
            Collection::Plots => Right::ReadPlots,
            Collection::CoverageCells => Right::ReadGaps,
            Collection::Patrols
            | Collection::Fixes
            | Collection::Photos
            | Collection::DensityCells => return Ok(None),
        };
        let Some(scope) = actor.reach(right) else {
            return Ok(None);
        };
        let today = self.today().as_days();
        let mut numbers = [self.areas.epoch().await?, 0, 0, today];
        if matches!(collection, Collection::Plots | Collection::CoverageCells) {
            let mut tx = self.store.read().await?;
            [numbers[1], numbers[2]] = match collection {
                Collection::Plots => self.plots.epochs(&mut tx).await?.into(),
                _ => [self.coverage.clock(&mut tx).await?, 0],
            };
        }
        Ok(Some(Version {
            reach: format!("{}:{scope:?}", right.as_str()),
            numbers,
        }))
    }

    /// What tells whether a page that was written before is still right although its version is another, at a part of the
    /// price of writing it; none where only the page itself does. What is read after it is at least so new.
    pub async fn glance(
        &self,
        actor: &Actor,
        collection: Collection,
        query: &Query,
        (after, limit): (Option<&Key>, usize),
    ) -> Result<Option<Glance>, PublishError> {
        if collection != Collection::Plots || !query.is_open() {
            return Ok(None);
        }
        let count = match after {
            None => Box::pin(self.count(actor, collection, query)).await?,
            Some(_) => None,
        };
        let of = PageOf {
            query,
            after: after.map(Key::as_str),
            limit,
        };
        let told = self.plots_at_a_glance(actor, of).await?;
        let mut digest = Sha256::new();
        digest.update(format!("{count:?} "));
        digest.update(told);
        Ok(Some(Glance(digest.finalize().into())))
    }
}
