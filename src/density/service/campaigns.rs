//! Which campaigns the map can be asked about. They have ids and no register of names yet: days tell them apart.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::density::sql::{self, CampaignRow};

use super::{Density, Error, parameter};

/// A campaign with patrols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = DensityCampaign)]
pub struct Campaign {
    /// Its id, as patrols name it.
    pub id: CampaignId,
    /// The local day on which the first of its patrols in the window and within the caller's reach began.
    pub first_on: LocalDate,
    /// The local day on which the last of them began.
    pub last_on: LocalDate,
}

impl Density {
    /// The campaigns of the patrols that began on these local days, the earliest first. Who reads density of some
    /// communes learns of those whose patrols touched their ground, whatever commune it was then, and of the days of these
    /// patrols alone: where else the province works is none of theirs.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the full view of any commune, [`Error::Parameter`] for days in the wrong order.
    pub async fn campaigns(
        &self,
        actor: &Actor,
        from: LocalDate,
        to: LocalDate,
    ) -> Result<Vec<Campaign>, Error> {
        let scope = actor.reach(Right::ReadDensity).ok_or(Error::Forbidden)?;
        if to < from {
            return Err(parameter("to", "lies before from, or outside the season"));
        }
        let rows = match scope {
            Scope::Province => {
                let mut tx = self.journal.store().read().await?;
                sql::campaigns_between(&mut tx, from.start(), to.end()).await?
            }
            Scope::Communes(_) => {
                let stood = self.stood(&scope, (from, to)).await?;
                let mut tx = self.journal.store().read().await?;
                let mut met = Vec::new();
                for own in &stood {
                    let (first, last) = (own.first.start(), own.last.end());
                    for code in &own.codes {
                        met.extend(sql::campaigns_through(&mut tx, first, last, code).await?);
                    }
                }
                once_each(met)
            }
        };
        let campaigns = rows.into_iter().map(|row| Campaign {
            id: row.campaign,
            first_on: row.first_at.local_date(),
            last_on: row.last_at.local_date(),
        });
        Ok(campaigns.collect())
    }

    /// The communes of some days whose ground lies in a scope today, span by span of the same boundaries.
    async fn stood(
        &self,
        scope: &Scope,
        (from, to): (LocalDate, LocalDate),
    ) -> Result<Vec<Stood>, Error> {
        let (mut all, mut last) = (Vec::new(), to);
        loop {
            let map = self.areas.map(last).await?;
            let first = self.areas.map_since(last).await?.max(from);
            let reached = self.areas.reached(&map, scope).await?;
            let communes = map.communes().iter().enumerate();
            let held = communes.filter(|(at, _)| reached.holds(*at));
            all.push(Stood {
                first,
                last,
                codes: held.map(|(_, own)| own.facts.code.clone()).collect(),
            });
            if first <= from {
                return Ok(all);
            }
            last = first.plus_days(-1);
        }
    }
}

/// Communes of the days of one map, by code.
struct Stood {
    first: LocalDate,
    last: LocalDate,
    codes: Vec<String>,
}

/// What several communes tell of a campaign as one, the earliest campaign first.
fn once_each(met: Vec<CampaignRow>) -> Vec<CampaignRow> {
    let mut by_id: BTreeMap<CampaignId, CampaignRow> = BTreeMap::new();
    for row in met {
        let own = by_id.entry(row.campaign).or_insert_with(|| row.clone());
        own.first_at = own.first_at.min(row.first_at);
        own.last_at = own.last_at.max(row.last_at);
    }
    let mut rows: Vec<CampaignRow> = by_id.into_values().collect();
    rows.sort_by_key(|row| (row.first_at, row.campaign));
    rows
}
