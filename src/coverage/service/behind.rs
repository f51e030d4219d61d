//! The patrols behind the figures: exactly those that count, wherever boundaries ran on the days on which they walked.

use std::collections::HashSet;
use std::sync::Arc;

use crate::base::actor::{Actor, Right};
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::patrols::ListPage;
use crate::store::Tx;

use super::answer::Asked;
use super::material::Material;
use super::trips::{counted, has_foreign};
use super::{Coverage, Error, aside};

/// Regions whose trips are looked through in one go: bounds what must be in memory at once.
const REGIONS_AT_ONCE: usize = 512;

/// Which page of the patrols behind a figure.
#[derive(Debug, Clone)]
pub struct BehindAsked {
    /// The figure.
    pub asked: Asked,
    /// Start and id of the last patrol of the page before.
    pub after: Option<(Timestamp, PatrolId)>,
    /// At most so many.
    pub limit: u32,
}

impl Coverage {
    /// The patrols that a figure counts, the latest start first.
    pub async fn patrols_behind(
        &self,
        actor: &Actor,
        asked: BehindAsked,
    ) -> Result<ListPage, Error> {
        if !actor.may_somewhere(Right::ReadCoverage) {
            return Err(Error::Forbidden);
        }
        let scope = actor.reach(Right::ReadPatrols).ok_or(Error::Forbidden)?;
        let mut tx = self.journal.store().read().await?;
        let (material, _) = self.material(&mut tx, asked.asked, &scope).await?;
        let ids = self.counted_patrols(&mut tx, Arc::new(material)).await?;
        let ids: Vec<PatrolId> = ids.into_iter().collect();
        let (after, limit) = (asked.after, asked.limit);
        let page = self
            .patrols
            .patrols_among(&mut tx, actor, &ids, after, limit);
        Ok(page.await?)
    }

    /// Every patrol that counts in a commune that is shown.
    async fn counted_patrols(
        &self,
        tx: &mut Tx,
        mut material: Arc<Material>,
    ) -> Result<HashSet<PatrolId>, Error> {
        let regions = Arc::clone(&material.regions);
        let mut is_placed = false;
        for some in regions.chunks(REGIONS_AT_ONCE) {
            let lines = self.lines(tx, &mut material, some).await?;
            let own = Arc::clone(&material);
            let (found, lines) = aside(move || (has_foreign(&own, &lines), lines)).await?;
            self.done_with(&material, &lines);
            is_placed |= found?;
        }
        let mut patrols = HashSet::new();
        for some in regions.chunks(REGIONS_AT_ONCE) {
            let lines = self.lines(tx, &mut material, some).await?;
            let placed = if is_placed {
                self.placed_efforts(tx, &material, &lines).await?
            } else {
                vec![Arc::default(); lines.len()]
            };
            let own = Arc::clone(&material);
            let (found, lines) = aside(move || (counted(&own, &lines, &placed), lines)).await?;
            self.done_with(&material, &lines);
            patrols.extend(found?.1);
        }
        Ok(patrols)
    }
}
