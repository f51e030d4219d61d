//! Devices and their enrolment: an officer opens a short-lived code, the phone spends it, the officer matches a number.

use serde::Serialize;
use serde_json::json;

use crate::base::actor::{Actor, Door, Right, Role, Scope};
use crate::base::ids::{DeviceId, OrgId, TeamId};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::journal::{Journal, Kind};
use crate::store::Tx;

use super::super::model::{DeviceDraft, RESERVE_TEAM, matching_number};
use super::super::sql::{self, DeviceRow};
use super::secrets::{Secret, digest, issue, secret_text};
use super::{Error, Identity, enter, give, need};

/// Life of an enrolment code from the moment an officer opens it.
const CODE_LIFE_MS: i64 = 15 * 60 * 1000;

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
    /// Whether it was revoked.
    pub revoked: bool,
}

/// An enrolment that waits for the phone.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OpenedEnrolment {
    /// The code for the phone; shown once.
    pub code: String,
    /// Until when it can be spent.
    pub expires_at: Timestamp,
}

/// What a phone gets for its code: secrets that work once the officer has matched the number.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Enrolled {
    /// The device.
    pub device: DeviceId,
    /// The secret of the native API.
    pub api_token: String,
    /// The secret of the form door.
    pub odk_token: String,
    /// The secret of the tracker door.
    pub tracker_token: String,
    /// The number to show to the officer.
    pub number: i64,
}

impl Identity {
    /// Writes a device with its right to record in these communes.
    pub async fn add_device(&self, actor: &Actor, draft: DeviceDraft) -> Result<DeviceView, Error> {
        need(actor, Right::EnrolDevices, &draft.communes)?;
        let draft = draft.check()?;
        self.ensure_reserve().await?;
        let id = DeviceId(self.journal.ids().make());
        let context = (self.journal.clone(), actor.clone(), draft, id);
        self.journal
            .write(context, |tx, (journal, actor, draft, id)| {
                Box::pin(write_device(tx, journal, actor, draft, *id))
            })
            .await
    }

    /// Every device in the caller's reach.
    pub async fn devices(&self, actor: &Actor) -> Result<Vec<DeviceView>, Error> {
        let reach = actor.reach(Right::EnrolDevices).ok_or(Error::Forbidden)?;
        let mut tx = self.journal.store().read().await?;
        let mut views = Vec::new();
        for row in sql::devices(&mut tx).await? {
            if within(&mut tx, &reach, &row, self.journal.now()).await? {
                views.push(view(&row));
            }
        }
        Ok(views)
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

    /// Opens an enrolment for a device.
    pub async fn open_enrolment(
        &self,
        actor: &Actor,
        id: DeviceId,
    ) -> Result<OpenedEnrolment, Error> {
        self.reachable_device(actor, id).await?;
        let code = secret_text()?;
        let number = matching_number(crate::journal::random()?);
        let context = (
            self.journal.clone(),
            actor.clone(),
            id,
            digest(&code),
            number,
        );
        let expires_at = self
            .journal
            .write(context, |tx, (journal, actor, id, hash, number)| {
                Box::pin(async move {
                    let until = journal.now().plus_millis(CODE_LIFE_MS);
                    sql::insert_enrolment(tx, hash, *id, actor.id, until, *number).await?;
                    enter(
                        tx,
                        journal,
                        actor,
                        Kind::Enrolment,
                        id.0,
                        &json!({ "opened_until": until }),
                    )
                    .await?;
                    Ok::<_, Error>(until)
                })
            })
            .await?;
        Ok(OpenedEnrolment { code, expires_at })
    }

    /// Spends a code: the phone gets its secrets, which open nothing until the number is matched.
    pub async fn spend_enrolment(&self, code: &str) -> Result<Enrolled, Error> {
        let secrets = (secret_text()?, secret_text()?, secret_text()?);
        let context = (self.journal.clone(), digest(code), secrets);
        self.journal
            .write(context, |tx, (journal, hash, secrets)| {
                Box::pin(spend(tx, journal, hash, secrets))
            })
            .await
    }

    /// Matches the number that the phone shows: its secrets open their doors from now on.
    pub async fn confirm_enrolment(
        &self,
        actor: &Actor,
        id: DeviceId,
        number: i64,
    ) -> Result<(), Error> {
        self.reachable_device(actor, id).await?;
        let context = (self.journal.clone(), actor.clone(), id, number);
        self.journal
            .write(context, |tx, (journal, actor, id, number)| {
                Box::pin(async move {
                    if !sql::confirm_enrolment(tx, *id, *number, journal.now()).await? {
                        return Err(Error::NumberDiffers);
                    }
                    sql::activate_tokens_of(tx, id.0).await?;
                    Ok(enter(
                        tx,
                        journal,
                        actor,
                        Kind::Enrolment,
                        id.0,
                        &json!({ "confirmed": true }),
                    )
                    .await?)
                })
            })
            .await?;
        self.forget_known();
        Ok(())
    }

    /// Revokes a device with all its secrets (lost phone).
    pub async fn revoke_device(&self, actor: &Actor, id: DeviceId) -> Result<(), Error> {
        self.reachable_device(actor, id).await?;
        let context = (self.journal.clone(), actor.clone(), id);
        self.journal
            .write(context, |tx, (journal, actor, id)| {
                Box::pin(async move {
                    sql::revoke_device(tx, *id, journal.now()).await?;
                    sql::revoke_tokens_of(tx, id.0, journal.now()).await?;
                    Ok::<_, Error>(
                        enter(
                            tx,
                            journal,
                            actor,
                            Kind::Device,
                            id.0,
                            &json!({ "revoked": true }),
                        )
                        .await?,
                    )
                })
            })
            .await?;
        self.forget_known();
        Ok(())
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
                        made.0,
                        &json!({ "device": id, "door": door }),
                    )
                    .await?;
                    Ok(Secret {
                        id: made,
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
        if within(&mut tx, &reach, &row, self.journal.now()).await? {
            Ok(row)
        } else {
            Err(Error::NotFound)
        }
    }
}

/// A device is an officer's when everywhere that it may record is the officer's.
async fn within(
    tx: &mut Tx,
    reach: &Scope,
    device: &DeviceRow,
    now: Timestamp,
) -> Result<bool, Error> {
    if *reach == Scope::Province {
        return Ok(true);
    }
    let grants = sql::grants(tx, device.id.0, now).await?;
    Ok(!grants.is_empty()
        && grants.iter().all(|grant| {
            grant
                .commune
                .as_deref()
                .is_some_and(|code| reach.holds(Some(code)))
        }))
}

async fn write_device(
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
    if !sql::insert_device(tx, id, &draft.name, team.id, actor.id, journal.now()).await? {
        return Err(Error::Taken("name"));
    }
    let device = DeviceView {
        id,
        name: draft.name.clone(),
        team: team.id,
        org: team.org,
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
    give(
        tx,
        journal,
        actor,
        id.0,
        Role::PatrolMember,
        &draft.communes,
    )
    .await?;
    Ok(device)
}

async fn spend(
    tx: &mut Tx,
    journal: &Journal,
    hash: &[u8; 32],
    secrets: &(String, String, String),
) -> Result<Enrolled, Error> {
    let enrolment = sql::enrolment(tx, hash).await?.ok_or(Error::CodeSpent)?;
    if !sql::spend_enrolment(tx, hash, journal.now()).await? {
        return Err(Error::CodeSpent);
    }
    let device = enrolment.device;
    let (api, odk, tracker) = secrets;
    for (text, door) in [(api, Door::Api), (odk, Door::Odk), (tracker, Door::Tracker)] {
        issue(
            tx,
            journal,
            text,
            device.0,
            "device",
            door,
            door.as_str(),
            false,
            false,
            None,
        )
        .await?;
    }
    let console = Actor {
        id: device.0,
        ..Actor::console()
    };
    enter(
        tx,
        journal,
        &console,
        Kind::Enrolment,
        device.0,
        &json!({ "spent": true }),
    )
    .await?;
    Ok(Enrolled {
        device,
        api_token: api.clone(),
        odk_token: odk.clone(),
        tracker_token: tracker.clone(),
        number: enrolment.number,
    })
}

fn view(row: &DeviceRow) -> DeviceView {
    DeviceView {
        id: row.id,
        name: row.name.clone(),
        team: row.team,
        org: row.org,
        revoked: row.revoked_at.is_some(),
    }
}
