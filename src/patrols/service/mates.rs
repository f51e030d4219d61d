//! Whose patrols are a caller's own: its team's, but for the reserve team, which is that of every phone that has none.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::TeamId;
use crate::identity::model::RESERVE_TEAM;
use crate::patrols::sql;
use crate::store::{Error, Tx};

/// With whom a caller is of one party.
#[derive(Debug)]
pub(super) struct Mates<'a> {
    actor: &'a Actor,
    /// Those of the reserve team's authors who have a commune in common with the caller.
    near: BTreeSet<Uuid>,
}

impl<'a> Mates<'a> {
    /// Asks about patrols by their authors and teams.
    pub(super) async fn among(
        tx: &mut Tx,
        actor: &'a Actor,
        patrols: &[(Uuid, TeamId)],
    ) -> Result<Self, Error> {
        let mut near = BTreeSet::new();
        if actor.team == Some(RESERVE_TEAM) {
            let reserve = patrols.iter().filter(|(_, team)| *team == RESERVE_TEAM);
            let others = reserve.map(|(author, _)| *author);
            let others: BTreeSet<Uuid> = others.filter(|author| *author != actor.id).collect();
            let others: Vec<Uuid> = others.into_iter().collect();
            near.extend(sql::sharing_ground(tx, actor.id, &others).await?);
        }
        Ok(Self { actor, near })
    }

    /// Whether a patrol is the caller's own: recorded by it, or its team's.
    pub(super) fn is_own(&self, author: Uuid, team: TeamId) -> bool {
        let is_team = self.actor.team == Some(team);
        let is_party = team != RESERVE_TEAM || self.near.contains(&author);
        self.actor.id == author || (is_team && is_party)
    }
}
