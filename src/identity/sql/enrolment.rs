//! Enrolments, printed sheets, and what becomes of a device's secrets by them.

use uuid::Uuid;

use crate::base::ids::{DeviceId, EntryId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

use super::{GrantRow, TeamRow, TokenRow};

// A sheet's code may be opened again and again until it is spent.
pub(super) const OPEN_ENROLMENT: &str = "INSERT INTO identity_enrolments (code_hash, device, opened_by, expires_at, number, doors) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (code_hash) DO UPDATE SET opened_by = excluded.opened_by, \
     expires_at = excluded.expires_at, number = excluded.number, doors = excluded.doors, withdrawn_at = NULL \
     WHERE identity_enrolments.spent_at IS NULL";
pub(super) const WITHDRAW_ENROLMENTS: &str = "UPDATE identity_enrolments SET withdrawn_at = $2 WHERE device = $1 AND code_hash <> $3 \
     AND confirmed_at IS NULL AND withdrawn_at IS NULL AND expires_at > $2";
pub(super) const ENROLMENT: &str = "SELECT device, number, doors, expires_at, spent_at, confirmed_at, withdrawn_at \
     FROM identity_enrolments WHERE code_hash = $1";
pub(super) const SPEND_ENROLMENT: &str = "UPDATE identity_enrolments SET spent_at = $2 \
     WHERE code_hash = $1 AND spent_at IS NULL AND withdrawn_at IS NULL AND expires_at > $2";
pub(super) const CONFIRMABLE: &str = "SELECT device, number, doors, expires_at, spent_at, confirmed_at, withdrawn_at \
     FROM identity_enrolments WHERE device = $1 AND number = $2 AND spent_at IS NOT NULL AND confirmed_at IS NULL \
     AND withdrawn_at IS NULL AND expires_at > $3";
pub(super) const CONFIRM_ENROLMENT: &str = "UPDATE identity_enrolments SET confirmed_at = $3 WHERE device = $1 AND number = $2 \
     AND spent_at IS NOT NULL AND confirmed_at IS NULL AND withdrawn_at IS NULL AND expires_at > $3";
pub(super) const ENROLMENTS: &str = "SELECT device, number, doors, expires_at, spent_at, confirmed_at, withdrawn_at \
     FROM identity_enrolments WHERE confirmed_at IS NULL AND withdrawn_at IS NULL AND expires_at > $1";
pub(super) const INSERT_SHEET: &str = "INSERT INTO identity_sheets (code_hash, device, printed_by, printed_at) VALUES ($1, $2, $3, $4)";
pub(super) const LIVE_SHEET: &str = "SELECT code_hash, device, printed_at FROM identity_sheets WHERE device = $1 AND void_at IS NULL";
pub(super) const VOID_SHEETS: &str =
    "UPDATE identity_sheets SET void_at = $2 WHERE device = $1 AND void_at IS NULL";
pub(super) const SHEETS: &str =
    "SELECT code_hash, device, printed_at FROM identity_sheets WHERE void_at IS NULL";
pub(super) const DROP_UNCONFIRMED: &str = "UPDATE identity_tokens SET revoked_at = $2 WHERE holder = $1 AND active = 0 AND revoked_at IS NULL";
pub(super) const ACTIVATE_TOKENS_OF: &str =
    "UPDATE identity_tokens SET active = 1 WHERE holder = $1 AND active = 0 AND revoked_at IS NULL";
pub(super) const RETIRE_TOKENS: &str = "UPDATE identity_tokens SET retired_at = $3 WHERE holder = $1 AND door = $2 AND active = 1 \
     AND retired_at IS NULL AND revoked_at IS NULL";
pub(super) const REVOKE_DOOR: &str = "UPDATE identity_tokens SET revoked_at = $3 WHERE holder = $1 AND door = $2 AND revoked_at IS NULL";
pub(super) const DEVICE_TOKENS: &str = "SELECT id, holder, holder_kind, door, label, read_only, active, created_at, expires_at, \
     retired_at, revoked_at, last_used_at FROM identity_tokens \
     WHERE holder_kind = 'device' AND active = 1 AND revoked_at IS NULL ORDER BY created_at, id";
pub(super) const GRANTS_OF_DEVICES: &str = "SELECT g.holder, g.id, g.role, g.commune, g.valid_to FROM identity_grants g \
     JOIN identity_devices d ON d.id = g.holder WHERE g.valid_from <= $1 AND (g.valid_to IS NULL OR g.valid_to > $1)";
pub(super) const ENTRIES_OF_DEVICE: &str = "SELECT id AS entry, kind, fact, received_at FROM journal_entries \
     WHERE id >= $1 AND actor = $2 AND received_at >= $3 AND kind NOT IN ('device', 'enrolment', 'grant', 'token') \
     ORDER BY id LIMIT $4";
pub(super) const TEAMS_NAMED: &str =
    "SELECT id, org, name FROM identity_teams WHERE name = $1 ORDER BY id";

/// An enrolment as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EnrolmentRow {
    pub device: DeviceId,
    pub number: i64,
    pub doors: String,
    pub expires_at: Timestamp,
    pub spent_at: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
}

/// A printed sheet that may still be opened.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SheetRow {
    pub code_hash: Vec<u8>,
    pub device: DeviceId,
    pub printed_at: Timestamp,
}

/// One thing that a device sent.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct LostEntry {
    /// The journal's entry.
    pub entry: EntryId,
    /// What it records.
    pub kind: String,
    /// The fact.
    pub fact: Option<Uuid>,
    /// When it was received.
    pub received_at: Timestamp,
}

/// A grant with its holder.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HeldGrantRow {
    pub holder: Uuid,
    #[sqlx(flatten)]
    pub grant: GrantRow,
}

/// What is opened under a code.
pub struct Opening<'a> {
    pub device: DeviceId,
    pub by: Uuid,
    pub until: Timestamp,
    pub number: i64,
    pub doors: &'a str,
}

/// Opens a code, or a sheet's code again; false when it was spent.
pub async fn open_enrolment(
    tx: &mut Tx,
    hash: &[u8],
    opening: &Opening<'_>,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(OPEN_ENROLMENT)
            .bind(hash)
            .bind(opening.device)
            .bind(opening.by)
            .bind(opening.until)
            .bind(opening.number)
            .bind(opening.doors)
    )
    .map(|rows| rows > 0)
}

/// Closes every unconfirmed enrolment of a device but one (none: an empty hash).
pub async fn withdraw_enrolments(
    tx: &mut Tx,
    device: DeviceId,
    at: Timestamp,
    but: &[u8],
) -> Result<u64, Error> {
    changed!(
        tx,
        sqlx::query(WITHDRAW_ENROLMENTS)
            .bind(device)
            .bind(at)
            .bind(but)
    )
}

pub async fn enrolment(tx: &mut Tx, hash: &[u8]) -> Result<Option<EnrolmentRow>, Error> {
    on!(tx, |c| sqlx::query_as(ENROLMENT)
        .bind(hash)
        .fetch_optional(c))
}

/// Spends an enrolment code; true only the first time and in time.
pub async fn spend_enrolment(tx: &mut Tx, hash: &[u8], at: Timestamp) -> Result<bool, Error> {
    changed!(tx, sqlx::query(SPEND_ENROLMENT).bind(hash).bind(at)).map(|rows| rows > 0)
}

/// The enrolment that waits for this number.
pub async fn confirmable(
    tx: &mut Tx,
    device: DeviceId,
    number: i64,
    at: Timestamp,
) -> Result<Option<EnrolmentRow>, Error> {
    on!(tx, |c| sqlx::query_as(CONFIRMABLE)
        .bind(device)
        .bind(number)
        .bind(at)
        .fetch_optional(c))
}

pub async fn confirm_enrolment(
    tx: &mut Tx,
    device: DeviceId,
    number: i64,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(CONFIRM_ENROLMENT)
            .bind(device)
            .bind(number)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

/// Enrolments that wait for the phone, or for its number.
pub async fn enrolments(tx: &mut Tx, at: Timestamp) -> Result<Vec<EnrolmentRow>, Error> {
    on!(tx, |c| sqlx::query_as(ENROLMENTS).bind(at).fetch_all(c))
}

pub async fn insert_sheet(
    tx: &mut Tx,
    hash: &[u8],
    device: DeviceId,
    by: Uuid,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_SHEET)
            .bind(hash)
            .bind(device)
            .bind(by)
            .bind(at)
    )
    .map(drop)
}

pub async fn live_sheet(tx: &mut Tx, device: DeviceId) -> Result<Option<SheetRow>, Error> {
    on!(tx, |c| sqlx::query_as(LIVE_SHEET)
        .bind(device)
        .fetch_optional(c))
}

pub async fn void_sheets(tx: &mut Tx, device: DeviceId, at: Timestamp) -> Result<u64, Error> {
    changed!(tx, sqlx::query(VOID_SHEETS).bind(device).bind(at))
}

pub async fn sheets(tx: &mut Tx) -> Result<Vec<SheetRow>, Error> {
    on!(tx, |c| sqlx::query_as(SHEETS).fetch_all(c))
}

/// Revokes secrets whose number nobody matched.
pub async fn drop_unconfirmed(tx: &mut Tx, holder: Uuid, at: Timestamp) -> Result<u64, Error> {
    changed!(tx, sqlx::query(DROP_UNCONFIRMED).bind(holder).bind(at))
}

pub async fn activate_tokens_of(tx: &mut Tx, holder: Uuid) -> Result<u64, Error> {
    changed!(tx, sqlx::query(ACTIVATE_TOKENS_OF).bind(holder))
}

/// Retires the secrets in use of one door.
pub async fn retire_tokens(
    tx: &mut Tx,
    holder: Uuid,
    door: &str,
    at: Timestamp,
) -> Result<u64, Error> {
    changed!(
        tx,
        sqlx::query(RETIRE_TOKENS).bind(holder).bind(door).bind(at)
    )
}

pub async fn revoke_door(
    tx: &mut Tx,
    holder: Uuid,
    door: &str,
    at: Timestamp,
) -> Result<u64, Error> {
    changed!(
        tx,
        sqlx::query(REVOKE_DOOR).bind(holder).bind(door).bind(at)
    )
}

/// Secrets in use, or retired, of every device.
pub async fn device_tokens(tx: &mut Tx) -> Result<Vec<TokenRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICE_TOKENS).fetch_all(c))
}

pub async fn grants_of_devices(tx: &mut Tx, at: Timestamp) -> Result<Vec<HeldGrantRow>, Error> {
    on!(tx, |c| sqlx::query_as(GRANTS_OF_DEVICES)
        .bind(at)
        .fetch_all(c))
}

/// Teams of that name: of several organisations there may be several.
pub async fn teams_named(tx: &mut Tx, name: &str) -> Result<Vec<TeamRow>, Error> {
    on!(tx, |c| sqlx::query_as(TEAMS_NAMED).bind(name).fetch_all(c))
}

/// What a device sent since a time, oldest first. Ids of entries begin with the time at which they were made (`UUIDv7`),
/// so that only what is younger is looked at.
pub async fn entries_of(
    tx: &mut Tx,
    device: Uuid,
    since: Timestamp,
    most: i64,
) -> Result<Vec<LostEntry>, Error> {
    let millis = u64::try_from(since.as_millis()).unwrap_or(0) << 16;
    let first = Uuid::from_u64_pair(millis, 0);
    on!(tx, |c| sqlx::query_as(ENTRIES_OF_DEVICE)
        .bind(first)
        .bind(device)
        .bind(since)
        .bind(most)
        .fetch_all(c))
}
