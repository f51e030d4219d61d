//! The patrols into which a device may claim what is held of it.

use crate::base::actor::{Actor, Right};
use crate::patrols::model::window::OPEN_REACH_MS;
use crate::patrols::sql;

use super::files::HELD_MS;
use super::{Error, Patrols};

pub use crate::patrols::sql::TimedPatrol as ClaimablePatrol;

const MOST: i64 = 100;

impl Patrols {
    /// The patrols of the caller or its team that may take something of what is held, the latest first.
    pub async fn claimable(&self, actor: &Actor) -> Result<Vec<ClaimablePatrol>, Error> {
        if !actor.may_somewhere(Right::RecordPatrols) || actor.origin.retired {
            return Err(Error::Forbidden);
        }
        let since = self.journal.now().plus_millis(-(HELD_MS + OPEN_REACH_MS));
        let mut tx = self.journal.store().read().await?;
        Ok(sql::claimable(&mut tx, actor.id, actor.team, since, MOST).await?)
    }
}
