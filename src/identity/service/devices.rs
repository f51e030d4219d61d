//! Devices: phones and handhelds under a pseudonym, each with a team and the communes that it may record in.

use serde::Serialize;
use serde_json::json;

use crate::base::actor::{Actor, Door, Right, Role, Scope};
use crate::base::ids::{DeviceId, OrgId, TeamId};
use crate::base::refusal::Refusal;
use crate::journal::{Journal, Kind};
use crate::store::Tx;

use super::super::model::makers::Maker;
use super::super::model::{DeviceDraft, GrantDraft, RESERVE_TEAM};
use super::super::sql::{self, DeviceRow, GrantRow};
use super::communes::{Heirs, communes_in, holds_today};
use super::issue::{issue, secret_text};
use super::secrets::Secret;
use super::{Error, Identity, enter, give, need};

/// A device as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeviceView {
    /// Its id.
    pub id: DeviceId,
    /// Its pseudonym.
    pub name: String,
    /// Its team.
    pub team: TeamId,
    /// Its team's organisation.
    pub org: OrgId,
    /// Whose phone it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// Whether it was revoked.
    pub revoked: bool,
}

impl Identity {
    /// Writes a device with its right to record in these communes.
    pub async fn add_device(&self, actor: &Actor, draft: DeviceDraft) -> Result<DeviceView, Error> {
        need(actor, Right::EnrolDevices, &draft.communes)?;
        let draft = draft.check()?;
        self.check_loaded(&draft.communes, "").await?;
        self.ensure_reserve().await?;
        let id = DeviceId(self.journal.ids().make());
        let context = (self.journal.clone(), actor.clone(), draft, id);
        self.journal
            .write(context, |tx, (journal, actor, draft, id)| {
                Box::pin(write_device(tx, journal, actor, draft, *id))
            })
            .await
    }

    /// The device of the draft's name as it stands, written when there is none.
    pub async fn known_device(
        &self,
        actor: &Actor,
        draft: DeviceDraft,
    ) -> Result<DeviceView, Error> {
        match self.device_by_name(actor, draft.name.trim()).await? {
            Some(known) => Ok(known),
            None => self.add_device(actor, draft).await,
        }
    }

    /// The device of that name, for the operator.
    pub async fn device_by_name(
        &self,
        actor: &Actor,
        name: &str,
    ) -> Result<Option<DeviceView>, Error> {
        need(actor, Right::EnrolDevices, &[])?;
        let mut tx = self.journal.store().read().await?;
        Ok(sql::device_by_name(&mut tx, name).await?.as_ref().map(view))
    }

    /// One more active secret of a device, for the operator's command line.
    pub async fn device_secret(
        &self,
        actor: &Actor,
        id: DeviceId,
        door: Door,
    ) -> Result<Secret, Error> {
        self.reachable_device(actor, id).await?;
        let text = secret_text()?;
        let context = (self.journal.clone(), actor.clone(), id, text, door);
        self.journal
            .write(context, |tx, (journal, actor, id, text, door)| {
                Box::pin(async move {
                    let made = issue(
                        tx,
                        journal,
                        text,
                        id.0,
                        "device",
                        *door,
                        door.as_str(),
                        false,
                        true,
                        None,
                    )
                    .await?;
                    enter(
                        tx,
                        journal,
                        actor,
                        Kind::Token,
                        made.id.0,
                        &made.told(json!({ "device": id, "door": door })),
                    )
                    .await?;
                    Ok(Secret {
                        id: made.id,
                        text: text.clone(),
                    })
                })
            })
            .await
    }

    pub(super) async fn reachable_device(
        &self,
        actor: &Actor,
        id: DeviceId,
    ) -> Result<DeviceRow, Error> {
        let reach = actor.reach(Right::EnrolDevices).ok_or(Error::Forbidden)?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::device(&mut tx, id).await?.ok_or(Error::NotFound)?;
        if reach == Scope::Province {
            return Ok(row);
        }
        let grants = sql::grants(&mut tx, id.0, self.journal.now()).await?;
        // Who holds a ground takes a connection of its own.
        drop(tx);
        let heirs = self.heirs(communes_in(&grants)).await?;
        if may_keep(actor, &row) && holds_all(&reach, &grants, &heirs) {
            Ok(row)
        } else {
            Err(Error::NotFound)
        }
    }
}

/// Whether everything that these grants reach lies within: a device is an officer's when everywhere that it may record is.
pub(super) fn holds_all(reach: &Scope, grants: &[GrantRow], heirs: &Heirs) -> bool {
    let held = |grant: &GrantRow| {
        let commune = grant.commune.as_deref();
        commune.is_some_and(|code| holds_today(reach, code, heirs))
    };
    *reach == Scope::Province || (!grants.is_empty() && grants.iter().all(held))
}

/// A device reads all that its team walked, and adds to it, wherever that was: nobody gets there by a phone of their own.
pub(super) const FOREIGN_TEAM: &str = "expected a team of your own organisation, or none for the reserve team; \
     only provincial officers put a device into another";

/// Whether somebody may put a device into a team.
pub(super) fn may_fill(actor: &Actor, team: TeamId, org: OrgId) -> bool {
    team == RESERVE_TEAM || actor.org == Some(org) || actor.may_in_province(Right::EnrolDevices)
}

/// Whether somebody keeps a device that is there: whoever opens its enrolment anew gets where its team gets, and whoever shuts
/// it out silences its team; with a post node all of its phones, so that those without a team are the province's.
pub(super) fn may_keep(actor: &Actor, device: &DeviceRow) -> bool {
    let is_spare_node = device.team == RESERVE_TEAM && device.node.is_some();
    may_fill(actor, device.team, device.org)
        && (!is_spare_node || actor.may_in_province(Right::EnrolDevices))
}

pub(super) async fn write_device(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    draft: &DeviceDraft,
    id: DeviceId,
) -> Result<DeviceView, Error> {
    let team = draft.team.unwrap_or(RESERVE_TEAM);
    let team = sql::team(tx, team)
        .await?
        .ok_or_else(|| Refusal::at("/team", "no such team"))?;
    if !may_fill(actor, team.id, team.org) {
        return Err(Refusal::at("/team", FOREIGN_TEAM).into());
    }
    let maker = draft.maker.map(Maker::as_str);
    if !sql::insert_device(tx, id, &draft.name, team.id, maker, actor.id, journal.now()).await? {
        return Err(Error::Taken("name"));
    }
    let device = DeviceView {
        id,
        name: draft.name.clone(),
        team: team.id,
        org: team.org,
        maker: draft.maker.map(|maker| maker.as_str().to_owned()),
        revoked: false,
    };
    enter(
        tx,
        journal,
        actor,
        Kind::Device,
        id.0,
        &json!({ "device": device }),
    )
    .await?;
    let first = GrantDraft {
        role: Role::PatrolMember,
        communes: draft.communes.clone(),
        until: None,
    };
    give(tx, journal, actor, id.0, &first).await?;
    Ok(device)
}

pub(super) fn view(row: &DeviceRow) -> DeviceView {
    DeviceView {
        id: row.id,
        name: row.name.clone(),
        team: row.team,
        org: row.org,
        maker: row.maker.clone(),
        revoked: row.revoked_at.is_some(),
    }
}
