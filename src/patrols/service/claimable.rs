//! The patrols into which a device may claim what is held of it.

use crate::base::actor::{Actor, Right};
use crate::patrols::sql;

use super::files::HELD_MS;
use super::{Error, Patrols};

pub use crate::patrols::sql::ClaimablePatrol;

/// A patrol that began so long before the oldest held fix may still have been under way.
const BEFORE_MS: i64 = 24 * 3_600_000;
const MOST: i64 = 20;

impl Patrols {
    /// The patrols of the caller or its team that began in the days of which anything may be held, the latest first.
    pub async fn claimable(&self, actor: &Actor) -> Result<Vec<ClaimablePatrol>, Error> {
        if !actor.may_somewhere(Right::RecordPatrols) || actor.origin.retired {
            return Err(Error::Forbidden);
        }
        let since = self.journal.now().plus_millis(-(HELD_MS + BEFORE_MS));
        let mut tx = self.journal.store().read().await?;
        Ok(sql::claimable(&mut tx, actor.id, actor.team, since, MOST).await?)
    }
}
