//! What officers see of their devices, and how they shut a door, a device, or a lost phone out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, Door, Principal, Right, Scope};
use crate::base::ids::DeviceId;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::journal::{Journal, Kind};
use crate::store::{self, Tx};

use super::super::model::PHONE_DOORS;
use super::super::sql::{self, AsideRow, DeviceRow, EnrolmentRow, GrantRow, LostEntry, TokenRow};
use super::asides::{FixesAside, TOLD_FOR_MS, by_reason};
use super::communes::{Heirs, communes_in, holds_today};
use super::devices::{DeviceView, holds_all, may_keep, view};
use super::enrolment::withdraw;
use super::secrets::{TokenView, token_view};
use super::{Error, Identity, enter};

/// Facts of a lost phone that are listed at once.
const MOST_LISTED: i64 = 1_000;

vocabulary! {
    /// How far a device's enrolment has come.
    EnrolmentState: "a state of enrolment" {
        /// Nothing was opened or printed.
        None = "none",
        /// A sheet is printed; its code opens nothing yet.
        Printed = "printed",
        /// A code can be spent.
        Open = "open",
        /// The phone has spent its code; its number waits to be matched.
        Waiting = "waiting",
        /// It has secrets that open doors.
        Enrolled = "enrolled",
        /// It was revoked.
        Revoked = "revoked",
    }
}

/// A device as its officers see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeviceStanding {
    /// The device.
    #[serde(flatten)]
    pub device: DeviceView,
    /// The communes that it may record in, by code; `null`: the whole province.
    pub communes: Option<Vec<String>>,
    /// How far its enrolment has come.
    pub enrolment: EnrolmentState,
    /// Until when its code can be spent or its number matched.
    pub open_until: Option<Timestamp>,
    /// When the sheet that still holds was printed.
    pub sheet_printed_at: Option<Timestamp>,
    /// Its secrets, those in use and those that a newer one took the place of.
    pub secrets: Vec<TokenView>,
    /// What it sent as fixes in the last seven days that can be none, reason by reason, the last one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes_aside: Vec<FixesAside>,
}

/// What a lost phone sent since it was last seen in its team's hands: to be looked at by somebody.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Lost {
    /// Since when it may have been in other hands.
    pub since: Timestamp,
    /// What it sent since, oldest first.
    pub entries: Vec<LostEntry>,
    /// Whether there are more than are listed.
    pub more: bool,
}

/// Makes facts of what a device sent that is acknowledged and in no entry of the log yet.
pub type Sealing = Arc<dyn Fn(Uuid) -> BoxFuture<'static, Result<(), store::Error>> + Send + Sync>;

/// What belongs to devices: to all, read at once, or to one.
struct Belongings {
    grants: HashMap<Uuid, Vec<GrantRow>>,
    secrets: HashMap<Uuid, Vec<TokenRow>>,
    enrolments: HashMap<Uuid, Vec<EnrolmentRow>>,
    sheets: HashMap<Uuid, Timestamp>,
    asides: HashMap<Uuid, Vec<AsideRow>>,
}

impl Identity {
    /// The same, telling of a lost phone's last fixes too, which wait in a slice above.
    #[must_use]
    pub fn with_sealing(mut self, sealing: Sealing) -> Self {
        self.sealing = Some(sealing);
        self
    }

    /// Every device in the caller's reach.
    pub async fn devices(&self, actor: &Actor) -> Result<Vec<DeviceStanding>, Error> {
        let reach = actor.reach(Right::EnrolDevices).ok_or(Error::Forbidden)?;
        let now = self.journal.now();
        let mut tx = self.journal.store().read().await?;
        let belongings = Belongings::read(&mut tx, now).await?;
        let rows = sql::devices(&mut tx).await?.into_iter();
        drop(tx);
        let heirs = match reach {
            Scope::Province => Heirs::new(),
            Scope::Communes(_) => self.heirs(belongings.communes()).await?,
        };
        let within = rows.filter(|row| {
            let grants = belongings.grants(row);
            may_keep(actor, row) && holds_all(&reach, grants, &heirs)
        });
        Ok(within.map(|row| belongings.standing(&row, now)).collect())
    }

    /// One device in the caller's reach.
    pub async fn device(&self, actor: &Actor, id: DeviceId) -> Result<DeviceStanding, Error> {
        let row = self.reachable_device(actor, id).await?;
        let now = self.journal.now();
        let mut tx = self.journal.store().read().await?;
        Ok(Belongings::of(&mut tx, id, now).await?.standing(&row, now))
    }

    /// Whether the author may open the storage of a phone whose PIN is forgotten: a person who may enrol it.
    pub async fn may_open_storage(&self, actor: &Actor, id: DeviceId) -> Result<(), Error> {
        self.reachable_device(actor, id).await?;
        if actor.principal == Principal::Account && !actor.read_only {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    /// Records that a phone's storage was opened without its PIN.
    pub async fn note_storage_opening(&self, actor: &Actor, id: DeviceId) -> Result<(), Error> {
        let context = (self.journal.clone(), actor.clone(), id);
        self.journal
            .write(context, |tx, (journal, actor, id)| {
                Box::pin(async move {
                    let change = json!({ "device": id, "storage": "opened" });
                    Ok::<_, Error>(enter(tx, journal, actor, Kind::View, id.0, &change).await?)
                })
            })
            .await
    }

    /// Revokes every secret of one door of a device: they open nothing any more, and replays are not answered either.
    pub async fn revoke_door(&self, actor: &Actor, id: DeviceId, door: Door) -> Result<(), Error> {
        if !PHONE_DOORS.contains(&door) {
            return Err(Refusal::at("/door", "expected api, odk or tracker").into());
        }
        self.reachable_device(actor, id).await?;
        let context = (self.journal.clone(), actor.clone(), id, door);
        self.journal
            .write(context, |tx, (journal, actor, id, door)| {
                Box::pin(async move {
                    withdraw(tx, *id, journal.now()).await?;
                    let word = door.as_str();
                    let revoked = sql::revoke_door(tx, id.0, word, journal.now()).await?;
                    let change = json!({ "door": word, "revoked": revoked });
                    Ok::<_, Error>(enter(tx, journal, actor, Kind::Device, id.0, &change).await?)
                })
            })
            .await?;
        self.forget_known();
        Ok(())
    }

    /// Revokes a device with all its secrets, codes and sheets.
    pub async fn revoke_device(&self, actor: &Actor, id: DeviceId) -> Result<(), Error> {
        self.shut_out(actor, id, json!({ "revoked": true })).await
    }

    /// Shuts a lost phone out, its signing keys with it, and tells what it sent since a time, the fixes that waited for
    /// their chunk included: nothing of that is changed, but somebody should look at it.
    pub async fn lose_device(
        &self,
        actor: &Actor,
        id: DeviceId,
        since: Timestamp,
    ) -> Result<Lost, Error> {
        let change = json!({ "revoked": true, "lost_since": since });
        self.shut_out(actor, id, change).await?;
        // Shut out before, so that nothing comes after it.
        if let Some(sealing) = &self.sealing {
            sealing(id.0).await?;
        }
        let mut tx = self.journal.store().read().await?;
        let mut entries = sql::entries_of(&mut tx, id.0, since, MOST_LISTED + 1).await?;
        let more = entries.len() > usize::try_from(MOST_LISTED).unwrap_or(usize::MAX);
        if more {
            entries.pop();
        }
        Ok(Lost {
            since,
            entries,
            more,
        })
    }

    async fn shut_out(
        &self,
        actor: &Actor,
        id: DeviceId,
        change: serde_json::Value,
    ) -> Result<(), Error> {
        self.reachable_device(actor, id).await?;
        let context = (self.journal.clone(), actor.clone(), id, change);
        self.journal
            .write(context, |tx, (journal, actor, id, change)| {
                Box::pin(shut_out(tx, journal, actor, *id, change))
            })
            .await?;
        self.forget_known();
        Ok(())
    }
}

async fn shut_out(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    id: DeviceId,
    change: &serde_json::Value,
) -> Result<(), Error> {
    let now = journal.now();
    sql::revoke_device(tx, id, now).await?;
    sql::revoke_tokens_of(tx, id.0, now).await?;
    sql::withdraw_enrolments(tx, id, now, &[]).await?;
    sql::void_sheets(tx, id, now).await?;
    if change.get("lost_since").is_some() {
        for key in sql::device_keys(tx, id).await? {
            sql::revoke_device_key(tx, &key.id, now).await?;
        }
    }
    Ok(enter(tx, journal, actor, Kind::Device, id.0, change).await?)
}

impl Belongings {
    async fn read(tx: &mut Tx, now: Timestamp) -> Result<Self, Error> {
        let mut all = Self {
            grants: HashMap::new(),
            secrets: HashMap::new(),
            enrolments: HashMap::new(),
            sheets: HashMap::new(),
            asides: HashMap::new(),
        };
        for held in sql::grants_of_devices(tx, now).await? {
            all.grants.entry(held.holder).or_default().push(held.grant);
        }
        for secret in sql::device_tokens(tx).await? {
            all.secrets.entry(secret.holder).or_default().push(secret);
        }
        for enrolment in sql::enrolments(tx, now).await? {
            let device = enrolment.device.0;
            all.enrolments.entry(device).or_default().push(enrolment);
        }
        for sheet in sql::sheets(tx).await? {
            all.sheets.insert(sheet.device.0, sheet.printed_at);
        }
        let told_since = now.plus_millis(-TOLD_FOR_MS);
        for aside in sql::fixes_aside(tx, told_since).await? {
            all.asides.entry(aside.actor).or_default().push(aside);
        }
        Ok(all)
    }

    /// The same of one device.
    async fn of(tx: &mut Tx, id: DeviceId, now: Timestamp) -> Result<Self, Error> {
        let mut secrets = sql::tokens_of(tx, id.0).await?;
        secrets.retain(|secret| secret.active == 1 && secret.revoked_at.is_none());
        let mut enrolments = sql::enrolments(tx, now).await?;
        enrolments.retain(|enrolment| enrolment.device == id);
        let sheet = sql::live_sheet(tx, id).await?;
        let mut asides = sql::fixes_aside(tx, now.plus_millis(-TOLD_FOR_MS)).await?;
        asides.retain(|aside| aside.actor == id.0);
        Ok(Self {
            grants: HashMap::from([(id.0, sql::grants(tx, id.0, now).await?)]),
            secrets: HashMap::from([(id.0, secrets)]),
            enrolments: HashMap::from([(id.0, enrolments)]),
            sheets: sheet
                .map(|sheet| (id.0, sheet.printed_at))
                .into_iter()
                .collect(),
            asides: HashMap::from([(id.0, asides)]),
        })
    }

    /// Where any of the devices may record.
    fn communes(&self) -> BTreeSet<String> {
        communes_in(self.grants.values().flatten())
    }

    fn grants(&self, row: &DeviceRow) -> &[GrantRow] {
        self.grants.get(&row.id.0).map_or(&[], Vec::as_slice)
    }

    fn standing(&self, row: &DeviceRow, now: Timestamp) -> DeviceStanding {
        let secrets = self.secrets.get(&row.id.0).map_or(&[][..], Vec::as_slice);
        let enrolments = self
            .enrolments
            .get(&row.id.0)
            .map_or(&[][..], Vec::as_slice);
        let waits = |row: &&EnrolmentRow| {
            row.confirmed_at.is_none() && row.withdrawn_at.is_none() && row.expires_at > now
        };
        // A spent code withdraws its device's others, so that what is spent decides.
        let open = enrolments
            .iter()
            .filter(waits)
            .max_by_key(|row| row.spent_at);
        let sheet = self.sheets.get(&row.id.0).copied();
        let asides = self.asides.get(&row.id.0).map_or(&[][..], Vec::as_slice);
        let enrolment = match open {
            _ if row.revoked_at.is_some() => EnrolmentState::Revoked,
            Some(open) if open.spent_at.is_some() => EnrolmentState::Waiting,
            Some(_) => EnrolmentState::Open,
            None if secrets.iter().any(|secret| secret.retired_at.is_none()) => {
                EnrolmentState::Enrolled
            }
            None if sheet.is_some() => EnrolmentState::Printed,
            None => EnrolmentState::None,
        };
        DeviceStanding {
            device: view(row),
            communes: communes_of(self.grants(row)),
            enrolment,
            open_until: open.map(|open| open.expires_at),
            sheet_printed_at: sheet,
            secrets: secrets.iter().cloned().map(token_view).collect(),
            fixes_aside: by_reason(asides),
        }
    }
}

/// The communes that these grants reach, sorted; `None`: the whole province.
pub(super) fn communes_of(grants: &[GrantRow]) -> Option<Vec<String>> {
    let mut codes: Vec<String> = grants
        .iter()
        .map(|grant| grant.commune.clone())
        .collect::<Option<_>>()?;
    codes.sort();
    codes.dedup();
    Some(codes)
}

/// Whether a reach holds everything that a device may record in.
pub(super) fn reaches(reach: &Scope, communes: &[String], heirs: &Heirs) -> bool {
    match reach {
        Scope::Province => true,
        Scope::Communes(_) => {
            let mut codes = communes.iter();
            !communes.is_empty() && codes.all(|code| holds_today(reach, code, heirs))
        }
    }
}
