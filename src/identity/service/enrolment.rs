//! Enrolment: an officer opens a short-lived code, the phone spends it, the officer matches a number.
//!
//! Invariants: one enrolment of a device waits at a time; opening another withdraws it with its secrets. A printed
//! code opens nothing before its device's row is opened. New secrets take the place of old ones when the number is
//! matched, not before.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::json;

use crate::base::actor::{Actor, Door};
use crate::base::ids::DeviceId;
use crate::base::time::Timestamp;
use crate::journal::{Journal, Kind};
use crate::store::Tx;

use super::super::model::codes::{code_as_printed, code_text};
use super::super::model::{EnrolmentDraft, PHONE_DOORS, matching_number};
use super::super::sql::{self, EnrolmentRow, Opening};
use super::issue::{digest, issue, secret_text};
use super::{Error, Identity, enter};

/// Life of an enrolment code from the moment an officer opens it.
const CODE_LIFE_MS: i64 = 15 * 60 * 1000;
/// Wrong codes from one address in a minute before the next must wait: a class that scans its sheets before they are
/// opened may pass, and eighty bits are not found at this pace.
pub(super) const WRONG_CODES: u32 = 60;

/// An enrolment that waits for the phone.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OpenedEnrolment {
    /// The code for the phone; shown once.
    pub code: String,
    /// Until when it can be spent.
    pub expires_at: Timestamp,
    /// Whether the code on the device's printed sheet opens until then too.
    pub sheet: bool,
}

/// What a phone gets for its code: secrets that work once the officer has matched the number.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Enrolled {
    /// The device.
    pub device: DeviceId,
    /// Its pseudonym.
    pub name: String,
    /// The secret of the native API, where one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_token: Option<String>,
    /// The secret of the form door, where one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odk_token: Option<String>,
    /// The secret of the tracker door, where one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracker_token: Option<String>,
    /// The number to show to the officer.
    pub number: i64,
    /// Until when the officer may match it.
    pub expires_at: Timestamp,
    /// Whose phone it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
}

impl std::fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Enrolled({})", self.device)
    }
}

/// Secrets made before the act that may write them.
struct Made([String; 3]);

impl Made {
    fn new() -> Result<Self, Error> {
        Ok(Self([secret_text()?, secret_text()?, secret_text()?]))
    }

    fn of(&self, door: Door, doors: &str) -> Option<&str> {
        let place = PHONE_DOORS.iter().position(|phone| *phone == door)?;
        let asked = doors.split(' ').any(|word| word == door.as_str());
        asked.then(|| self.0[place].as_str())
    }
}

impl Identity {
    /// Opens an enrolment for a device, by a fresh code and by that of its printed sheet.
    pub async fn open_enrolment(
        &self,
        actor: &Actor,
        id: DeviceId,
        draft: EnrolmentDraft,
    ) -> Result<OpenedEnrolment, Error> {
        let doors = draft.check()?;
        let row = self.reachable_device(actor, id).await?;
        if row.revoked_at.is_some() {
            return Err(Error::DeviceRevoked);
        }
        let code = fresh_code()?;
        let words: Vec<&str> = doors.iter().map(|door| door.as_str()).collect();
        let context = (
            self.journal.clone(),
            actor.clone(),
            (id, words.join(" ")),
            digest(&code),
            matching_number(crate::journal::random()?),
        );
        let (expires_at, sheet) = self
            .journal
            .write(
                context,
                |tx, (journal, actor, (id, doors), hash, number)| {
                    Box::pin(async move {
                        let opening = Opening {
                            device: *id,
                            by: actor.id,
                            until: journal.now().plus_millis(CODE_LIFE_MS),
                            number: *number,
                            doors,
                        };
                        open(tx, journal, actor, hash, &opening).await
                    })
                },
            )
            .await?;
        Ok(OpenedEnrolment {
            code,
            expires_at,
            sheet,
        })
    }

    /// The pseudonym of the device whose code this is, while it can be spent.
    pub async fn open_code(&self, code: &str, from: IpAddr) -> Result<String, Error> {
        let hash = self.guess(code, from)?;
        let mut tx = self.journal.store().read().await?;
        let now = self.journal.now();
        let found = sql::enrolment(&mut tx, &hash).await?;
        let Some(row) = found.filter(|row| is_open(row, now)) else {
            return Err(self.wrong_code(from));
        };
        let device = sql::device(&mut tx, row.device).await?;
        device.map(|device| device.name).ok_or(Error::CodeSpent)
    }

    /// Spends a code: the phone gets its secrets, which open nothing until the number is matched.
    pub async fn spend_enrolment(&self, code: &str, from: IpAddr) -> Result<Enrolled, Error> {
        let hash = self.guess(code, from)?;
        let context = (self.journal.clone(), hash, Made::new()?);
        let spent = self
            .journal
            .write(context, |tx, (journal, hash, made)| {
                Box::pin(spend(tx, journal, hash, made))
            })
            .await;
        match spent {
            Err(Error::CodeSpent) => Err(self.wrong_code(from)),
            other => other,
        }
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
                Box::pin(confirm(tx, journal, actor, *id, *number))
            })
            .await?;
        self.forget_known();
        Ok(())
    }

    /// The hash of a typed code, unless too many wrong ones came from there.
    fn guess(&self, code: &str, from: IpAddr) -> Result<[u8; 32], Error> {
        if !self
            .shared
            .wrong_codes
            .may_try(&place(from), self.journal.now())
        {
            return Err(Error::TooMany);
        }
        let code = code_as_printed(code).ok_or_else(|| self.wrong_code(from))?;
        Ok(digest(&code))
    }

    fn wrong_code(&self, from: IpAddr) -> Error {
        self.shared
            .wrong_codes
            .failed(&place(from), self.journal.now());
        Error::CodeSpent
    }
}

/// A fresh code as it is printed.
pub(super) fn fresh_code() -> Result<String, Error> {
    Ok(code_text(crate::journal::random()?))
}

/// Where an address belongs: a household or phone has a whole /64 of IPv6.
pub(super) fn place(from: IpAddr) -> String {
    match from {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.to_string(),
            None => format!("{:?}", &address.segments()[..4]),
        },
    }
}

fn is_open(row: &EnrolmentRow, now: Timestamp) -> bool {
    row.spent_at.is_none() && row.withdrawn_at.is_none() && row.expires_at > now
}

async fn open(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    hash: &[u8; 32],
    opening: &Opening<'_>,
) -> Result<(Timestamp, bool), Error> {
    let device = opening.device;
    withdraw(tx, device, journal.now()).await?;
    sql::open_enrolment(tx, hash, opening).await?;
    let sheet = match sql::live_sheet(tx, device).await? {
        Some(sheet) => sql::open_enrolment(tx, &sheet.code_hash, opening).await?,
        None => false,
    };
    let change = json!({ "opened_until": opening.until, "doors": opening.doors, "sheet": sheet });
    enter(tx, journal, actor, Kind::Enrolment, device.0, &change).await?;
    Ok((opening.until, sheet))
}

/// Closes what waits, with the secrets whose number nobody matched: whoever got them first gets nothing by the next
/// number.
pub(super) async fn withdraw(tx: &mut Tx, device: DeviceId, now: Timestamp) -> Result<(), Error> {
    sql::withdraw_enrolments(tx, device, now, &[]).await?;
    sql::drop_unconfirmed(tx, device.0, now).await?;
    Ok(())
}

async fn spend(
    tx: &mut Tx,
    journal: &Journal,
    hash: &[u8; 32],
    made: &Made,
) -> Result<Enrolled, Error> {
    let now = journal.now();
    if !sql::spend_enrolment(tx, hash, now).await? {
        return Err(Error::CodeSpent);
    }
    let row = sql::enrolment(tx, hash).await?.ok_or(Error::CodeSpent)?;
    let device = sql::device(tx, row.device).await?.ok_or(Error::CodeSpent)?;
    sql::withdraw_enrolments(tx, row.device, now, hash).await?;
    let sheet = sql::live_sheet(tx, row.device).await?;
    if sheet.is_some_and(|sheet| sheet.code_hash == hash) {
        sql::void_sheets(tx, row.device, now).await?;
    }
    let mut secrets = Vec::new();
    for door in PHONE_DOORS {
        if let Some(text) = made.of(door, &row.doors) {
            let (holder, label) = (row.device.0, door.as_str());
            let issued = issue(
                tx, journal, text, holder, "device", door, label, false, false, None,
            )
            .await?;
            secrets.push(issued.told(json!({ "id": issued.id, "door": door })));
        }
    }
    let phone = Actor {
        id: row.device.0,
        ..Actor::console()
    };
    let change = json!({ "spent": true, "secrets": secrets });
    enter(tx, journal, &phone, Kind::Enrolment, row.device.0, &change).await?;
    let token = |door| made.of(door, &row.doors).map(str::to_owned);
    Ok(Enrolled {
        device: row.device,
        name: device.name,
        api_token: token(Door::Api),
        odk_token: token(Door::Odk),
        tracker_token: token(Door::Tracker),
        number: row.number,
        expires_at: row.expires_at,
        maker: device.maker,
    })
}

async fn confirm(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    device: DeviceId,
    number: i64,
) -> Result<(), Error> {
    let now = journal.now();
    let waiting = sql::confirmable(tx, device, number, now).await?;
    let waiting = waiting.ok_or(Error::NumberDiffers)?;
    if !sql::confirm_enrolment(tx, device, number, now).await? {
        return Err(Error::NumberDiffers);
    }
    let mut retired = 0;
    for door in waiting.doors.split(' ') {
        retired += sql::retire_tokens(tx, device.0, door, now).await?;
    }
    sql::activate_tokens_of(tx, device.0).await?;
    sql::void_sheets(tx, device, now).await?;
    let change = json!({ "confirmed": true, "doors": waiting.doors, "retired": retired });
    Ok(enter(tx, journal, actor, Kind::Enrolment, device.0, &change).await?)
}
