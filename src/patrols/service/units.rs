//! Whether a unit's own tracks show it near a place that it claims.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::base::ids::{OrgId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::patrols::model::fix::Fix;
use crate::patrols::model::screens::TrackRules;
use crate::patrols::model::screens::claims::{Place, Presence, presence};
use crate::patrols::sql;
use crate::store::{self, Tx};

use super::Patrols;
use super::append::decoded;

/// A patrol's fixes lie within so many days of its start.
const LONGEST_DAYS: i64 = 3;
/// Days before and after a claim in which a unit that records its ways does so.
const AROUND_DAYS: i64 = 30;

impl Patrols {
    /// What the tracks of a unit, and of the device that sent the claim, say about its presence at a place on that local
    /// day. Some tracks are left out: those that were decided against.
    pub async fn presence(
        &self,
        tx: &mut Tx,
        (org, device): (OrgId, Uuid),
        place: &Place,
        without: &[(PatrolId, Uuid)],
        rules: &TrackRules,
    ) -> Result<Presence, store::Error> {
        let day = place.at.local_date();
        let span = (day.start(), day.end());
        let begun_from = day.plus_days(-LONGEST_DAYS).start();
        let mut fixes: BTreeMap<(PatrolId, Uuid), Vec<Fix>> = BTreeMap::new();
        for chunk in sql::unit_chunks(tx, (org, device), begun_from, span).await? {
            if without.contains(&(chunk.patrol, chunk.device)) {
                continue;
            }
            let Some(body) = chunk.body else {
                // What was erased may have shown it.
                return Ok(Presence::Untold);
            };
            let own = fixes.entry((chunk.patrol, chunk.device)).or_default();
            own.extend(decoded(chunk.entry, &body)?);
        }
        let of_the_day: Vec<Vec<Fix>> = fixes
            .into_values()
            .map(|mut fixes| {
                fixes.retain(|fix| fix.t.local_date() == day);
                fixes.sort_unstable();
                fixes
            })
            .filter(|fixes| !fixes.is_empty())
            .collect();
        let around = (
            day.plus_days(-AROUND_DAYS).start(),
            day.plus_days(AROUND_DAYS).end(),
        );
        let starts = sql::unit_starts(tx, org, around).await?;
        let days: BTreeSet<LocalDate> = starts.into_iter().map(Timestamp::local_date).collect();
        let others = days.iter().filter(|own| **own != day).count();
        let others = u32::try_from(others).unwrap_or(u32::MAX);
        Ok(presence(place, &of_the_day, others, rules))
    }
}
