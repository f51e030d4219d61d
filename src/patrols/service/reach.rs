//! Rights to a patrol: by the communes of the days on which it walked, and by those in which that ground lies today.

use std::collections::BTreeSet;

use crate::base::actor::{Actor, Principal, Right, Scope};
use crate::base::ids::PatrolId;
use crate::geo::position::Position;
use crate::patrols::model::walked::places;
use crate::patrols::sql::{self, PatrolRow};
use crate::store::{self, Tx};

use super::read::kept_ground;
use super::{Error, Patrols, readable};

/// Where a right reaches patrols by the ground that they walked.
enum Held {
    Nowhere,
    Everywhere,
    In(BTreeSet<String>),
}

impl Patrols {
    /// The patrol, if the caller may read it: by the communes of the days on which it walked, or by the one in which that
    /// ground lies today, whose figures count it.
    pub(super) async fn readable_today(
        &self,
        actor: &Actor,
        id: PatrolId,
    ) -> Result<PatrolRow, Error> {
        let mut tx = self.journal.store().read().await?;
        match readable(&mut tx, actor, id).await {
            Err(Error::NotFound) => {}
            known => return known,
        }
        let row = sql::patrol(&mut tx, id).await?.ok_or(Error::NotFound)?;
        drop(tx);
        if self.reaches_today(actor, Right::ReadPatrols, &row).await? {
            Ok(row)
        } else {
            Err(Error::NotFound)
        }
    }

    /// Whether the right reaches a patrol by the boundaries of today.
    pub(super) async fn reaches_today(
        &self,
        actor: &Actor,
        right: Right,
        row: &PatrolRow,
    ) -> Result<bool, store::Error> {
        let codes = match held(actor, right) {
            Held::Nowhere => return Ok(false),
            Held::Everywhere => return Ok(true),
            Held::In(codes) => codes,
        };
        let mut tx = self.journal.store().read().await?;
        let ground = self.ground_walked(&mut tx, row).await?;
        if ground.is_empty() {
            return is_kept_in(&mut tx, row.id, &codes).await;
        }
        // Finding communes takes a connection of its own.
        drop(tx);
        let passed = self.areas.passed(self.areas.today(), &ground).await?;
        Ok(!passed.is_disjoint(&codes))
    }

    /// The same within a reading that goes on.
    pub(super) async fn reaches_today_within(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        right: Right,
        row: &PatrolRow,
    ) -> Result<bool, store::Error> {
        let codes = match held(actor, right) {
            Held::Nowhere => return Ok(false),
            Held::Everywhere => return Ok(true),
            Held::In(codes) => codes,
        };
        let ground = self.ground_walked(tx, row).await?;
        if ground.is_empty() {
            return is_kept_in(tx, row.id, &codes).await;
        }
        let passed = self.areas.passed(self.areas.today(), &ground).await?;
        Ok(!passed.is_disjoint(&codes))
    }

    /// Whether the caller answers for the ground of a patrol that another one recorded, and may correct it.
    pub(super) async fn answers_for(
        &self,
        actor: &Actor,
        id: PatrolId,
    ) -> Result<bool, store::Error> {
        if matches!(held(actor, Right::ValidatePatrols), Held::Nowhere) {
            return Ok(false);
        }
        let mut tx = self.journal.store().read().await?;
        let row = sql::patrol(&mut tx, id).await?;
        drop(tx);
        match row.filter(|row| row.author != actor.id) {
            Some(row) => {
                self.reaches_today(actor, Right::ValidatePatrols, &row)
                    .await
            }
            None => Ok(false),
        }
    }

    /// Where a patrol credibly was; once its fixes were erased, what is kept of its lines.
    async fn ground_walked(
        &self,
        tx: &mut Tx,
        row: &PatrolRow,
    ) -> Result<Vec<Position>, store::Error> {
        let Some(tracks) = self.walked_of(tx, row, &[]).await?.tracks else {
            return kept_ground(tx, row.id).await;
        };
        let ground = tracks.iter().flat_map(|track| places(&track.summary));
        Ok(ground.map(|(_, at)| at).collect())
    }
}

/// Whether a patrol whose ground was erased is kept in one of these communes.
async fn is_kept_in(
    tx: &mut Tx,
    id: PatrolId,
    codes: &BTreeSet<String>,
) -> Result<bool, store::Error> {
    let kept = sql::communes_of(tx, id).await?;
    Ok(kept.iter().any(|code| codes.contains(code)))
}

/// A device's rights are for recording and reach its own team's patrols only.
fn held(actor: &Actor, right: Right) -> Held {
    if actor.principal == Principal::Device {
        return Held::Nowhere;
    }
    match actor.reach(right) {
        None => Held::Nowhere,
        Some(Scope::Province) => Held::Everywhere,
        Some(Scope::Communes(codes)) => Held::In(codes),
    }
}
