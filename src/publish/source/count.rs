//! How many features there are.

use super::{PublishError, Publisher, Query, check};
use crate::base::actor::Actor;
use crate::publish::feature::Collection;

/// Features that are looked at to count those within a frame.
const MOST_LOOKED_AT: usize = 5_000;

impl Publisher {
    /// How many features there are, where that is cheaper than looking at each.
    pub async fn count(
        &self,
        actor: &Actor,
        collection: Collection,
        query: &Query,
    ) -> Result<Option<u64>, PublishError> {
        check(actor, collection)?;
        let is_counted = matches!(
            collection,
            Collection::Plots | Collection::Photos | Collection::Fixes
        );
        if is_counted && query.frame.is_some() {
            return self.count_within(actor, collection, query).await;
        }
        match collection {
            Collection::Patrols => self.count_patrols(actor, query).await,
            Collection::Plots => self.count_plots(actor, query).await,
            Collection::Photos => self.count_photos(actor, query).await,
            Collection::Fixes => self.count_fixes(actor, query).await,
            Collection::Communes
            | Collection::Hamlets
            | Collection::RiskAreas
            | Collection::BorderGates
            | Collection::CoverageCells
            | Collection::DensityCells => {
                let page = self
                    .page(actor, collection, query, None, usize::MAX - 1)
                    .await?;
                let is_all = page.next.is_none();
                Ok(u64::try_from(page.features.len()).ok().filter(|_| is_all))
            }
        }
    }

    /// The same within a frame, which the database cannot decide: what lies around it is looked at, where that is not much.
    async fn count_within(
        &self,
        actor: &Actor,
        collection: Collection,
        query: &Query,
    ) -> Result<Option<u64>, PublishError> {
        let around = Query {
            frame: None,
            ..query.clone()
        };
        let most = Box::pin(self.count(actor, collection, &around)).await?;
        let most = most.and_then(|most| usize::try_from(most).ok());
        let Some(most) = most.filter(|most| *most <= MOST_LOOKED_AT) else {
            return Ok(None);
        };
        // One more than there were: another may have come in since.
        let page = self.page(actor, collection, query, None, most + 1);
        let page = Box::pin(page).await?;
        let is_all = page.next.is_none();
        Ok(u64::try_from(page.features.len()).ok().filter(|_| is_all))
    }
}
