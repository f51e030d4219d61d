//! The fine ground follows the communes and risk areas of each day: where little is at risk it grows, and patrols that were
//! near are swept again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::areas::AREAS_JOB;
use crate::base::ids::{JobId, PatrolId};
use crate::coverage::model::definition::Definition;
use crate::coverage::model::fine::FineRegion;
use crate::coverage::model::region::Region;
use crate::coverage::sql;
use crate::patrols::INDEX_JOB;
use crate::store::Tx;

use super::{Coverage, Error, aside};

/// Windows that end today and are asked for most: a commune is made ready to be settled in each.
const WINDOWS_D: [i64; 4] = [1, 30, 90, 365];
/// Changes of the index that are looked at one by one; after more, patrols are looked for everywhere around once more.
const MOST_CHANGES: i64 = 20_000;

/// By what the fine ground grows, and who was swept over less.
#[derive(Debug)]
struct Growth {
    grown: BTreeMap<Region, FineRegion>,
    /// The regions of the coarse masks around it.
    around: BTreeSet<Region>,
    definitions: Vec<Arc<Definition>>,
    /// The instant of the index's clock before patrols were looked for.
    since: i64,
    behind: BTreeSet<PatrolId>,
}

impl Coverage {
    /// The job that lets the fine ground follow the communes and risk areas of today.
    pub async fn follow_areas(&self, job: JobId) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let ground = self.ground(&mut tx).await?;
        let definitions = self.known(&mut tx).await?.indexed();
        let today = self.areas.today();
        let map = self.areas.map(today).await?;
        let mut communes = Vec::new();
        for days in WINDOWS_D {
            let from = today.plus_days(1 - days);
            let choice = self.areas.risk_choice(from, today, None).await?;
            for definition in &definitions {
                let lattice = definition.lattice();
                let risk = self.grounds.risk(lattice, &map, &choice, false).await?;
                communes.extend(risk.communes.iter().cloned());
            }
        }
        let grown = aside(move || {
            let parts = communes.iter().flat_map(|risk| risk.fine_parts());
            ground.grown(parts.map(|(_, grid)| grid))
        });
        let grown = grown.await?;
        let since = sql::epoch(&mut tx).await?;
        let mut growth = Growth::of(grown, definitions, since);
        growth.behind = growth.behind_in(&mut tx, &growth.around).await?;
        drop(tx);
        let context = (self.clone(), job, growth);
        self.journal
            .write(context, |tx, (coverage, job, growth)| {
                Box::pin(coverage.grow(tx, *job, growth))
            })
            .await
    }

    /// Asks for the fine ground to follow the day.
    pub async fn ask_to_follow(&self) -> Result<(), Error> {
        self.journal
            .write(self.journal.clone(), |tx, journal| {
                Box::pin(async move {
                    let subject = uuid::Uuid::nil();
                    Ok::<_, Error>(journal.queue(tx, AREAS_JOB, subject).await?)
                })
            })
            .await
    }

    async fn grow(&self, tx: &mut Tx, job: JobId, growth: &Growth) -> Result<(), Error> {
        self.journal.finish_job(tx, job).await?;
        if growth.grown.is_empty() {
            return Ok(());
        }
        // Who changes the index holds its clock until the act ends: whoever was indexed since patrols were looked for is
        // seen from here on, and whoever is indexed later finds this ground.
        sql::tick(tx).await?;
        for (region, own) in &growth.grown {
            sql::set_ground(tx, *region, own.bytes(), own.generation).await?;
        }
        let changed = growth.changed(tx).await?;
        let meanwhile = growth.behind_in(tx, &changed).await?;
        for patrol in growth.behind.union(&meanwhile) {
            self.journal.queue(tx, INDEX_JOB, patrol.0).await?;
        }
        Ok(())
    }
}

impl Growth {
    /// By that, under these definitions; nobody was looked for yet.
    fn of(
        grown: BTreeMap<Region, FineRegion>,
        definitions: Vec<Arc<Definition>>,
        since: i64,
    ) -> Self {
        let above = grown.keys().filter_map(|own| own.coarse());
        let around = above.flat_map(Region::with_neighbours).collect();
        Self {
            grown,
            around,
            definitions,
            since,
            behind: BTreeSet::new(),
        }
    }

    /// The patrols that saw anything in some regions and were swept over less.
    async fn behind_in(
        &self,
        tx: &mut Tx,
        regions: &BTreeSet<Region>,
    ) -> Result<BTreeSet<PatrolId>, Error> {
        let generations = self.grown.values().map(|own| own.generation);
        let generation = generations.max().unwrap_or(0);
        let mut behind = BTreeSet::new();
        for definition in &self.definitions {
            for footprint in definition.footprints() {
                let of = (i64::from(definition.version()), footprint);
                for region in regions {
                    behind.extend(sql::patrols_in(tx, of, *region, generation).await?);
                }
            }
        }
        Ok(behind)
    }

    /// The regions around that have changed since patrols were looked for there.
    async fn changed(&self, tx: &mut Tx) -> Result<BTreeSet<Region>, Error> {
        let changes = sql::changes(tx, self.since, MOST_CHANGES).await?;
        if i64::try_from(changes.len()).is_ok_and(|read| read < MOST_CHANGES) {
            let places = changes.iter().map(|change| change.place.region);
            let around = places.filter(|region| self.around.contains(region));
            Ok(around.collect())
        } else {
            Ok(self.around.clone())
        }
    }
}
