//! Which campaigns the map can be asked about. They have ids and no register of names yet: days tell them apart.

use serde::Serialize;

use crate::base::actor::{Actor, Right};
use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::density::sql;

use super::{Density, Error, parameter};

/// A campaign with patrols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = DensityCampaign)]
pub struct Campaign {
    /// Its id, as patrols name it.
    pub id: CampaignId,
    /// The local day on which the first of its patrols in the window began.
    pub first_on: LocalDate,
    /// The local day on which the last of them began.
    pub last_on: LocalDate,
}

impl Density {
    /// The campaigns of the patrols that began on these local days, the earliest first.
    pub async fn campaigns(
        &self,
        actor: &Actor,
        from: LocalDate,
        to: LocalDate,
    ) -> Result<Vec<Campaign>, Error> {
        if !actor.may_somewhere(Right::ReadDensity) {
            return Err(Error::Forbidden);
        }
        if to < from {
            return Err(parameter("to", "lies before from, or outside the season"));
        }
        let mut tx = self.journal.store().read().await?;
        let rows = sql::campaigns_between(&mut tx, from.start(), to.end()).await?;
        let campaigns = rows.into_iter().map(|row| Campaign {
            id: row.campaign,
            first_on: row.first_at.local_date(),
            last_on: row.last_at.local_date(),
        });
        Ok(campaigns.collect())
    }
}
