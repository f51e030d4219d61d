//! Identity's tables.

use uuid::Uuid;

use crate::base::ids::{DeviceId, GrantId, OrgId, TeamId, TokenId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

const INSERT_ORG: &str = "INSERT INTO identity_orgs (id, name, kind, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT DO NOTHING";
const ORGS: &str = "SELECT id, name, kind FROM identity_orgs ORDER BY name";
const INSERT_TEAM: &str = "INSERT INTO identity_teams (id, org, name, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT DO NOTHING";
const TEAMS: &str = "SELECT id, org, name FROM identity_teams ORDER BY name";
const TEAM: &str = "SELECT id, org, name FROM identity_teams WHERE id = $1";
const ORG: &str = "SELECT id, name, kind FROM identity_orgs WHERE id = $1";
const INSERT_ACCOUNT: &str = "INSERT INTO identity_accounts (id, login, org, password_hash, created_by, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const ACCOUNT_BY_LOGIN: &str =
    "SELECT id, login, org, password_hash, disabled_at FROM identity_accounts WHERE login = $1";
const ACCOUNT: &str =
    "SELECT id, login, org, password_hash, disabled_at FROM identity_accounts WHERE id = $1";
const ACCOUNTS: &str =
    "SELECT id, login, org, password_hash, disabled_at FROM identity_accounts ORDER BY login";
const SET_PASSWORD: &str = "UPDATE identity_accounts SET password_hash = $2 WHERE id = $1";
const DISABLE_ACCOUNT: &str =
    "UPDATE identity_accounts SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL";
const INSERT_DEVICE: &str = "INSERT INTO identity_devices (id, name, team, created_by, created_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const DEVICE: &str = "SELECT d.id, d.name, d.team, t.org, d.revoked_at FROM identity_devices d \
     JOIN identity_teams t ON t.id = d.team WHERE d.id = $1";
const DEVICE_BY_NAME: &str = "SELECT d.id, d.name, d.team, t.org, d.revoked_at FROM identity_devices d \
     JOIN identity_teams t ON t.id = d.team WHERE d.name = $1";
const DEVICES: &str = "SELECT d.id, d.name, d.team, t.org, d.revoked_at FROM identity_devices d \
     JOIN identity_teams t ON t.id = d.team ORDER BY d.name";
const REVOKE_DEVICE: &str =
    "UPDATE identity_devices SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
const INSERT_GRANT: &str = "INSERT INTO identity_grants (id, holder, role, commune, valid_from, given_by) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const GRANTS: &str = "SELECT id, role, commune FROM identity_grants \
     WHERE holder = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY role, commune";
const END_GRANTS: &str =
    "UPDATE identity_grants SET valid_to = $2 WHERE holder = $1 AND valid_to IS NULL";
const INSERT_TOKEN: &str = "INSERT INTO identity_tokens \
     (id, hash, holder, holder_kind, door, label, read_only, active, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const TOKEN_BY_HASH: &str = "SELECT id, holder, holder_kind, door, label, read_only, active, created_at, expires_at, \
     revoked_at, last_used_at FROM identity_tokens WHERE hash = $1";
const TOKENS_OF: &str = "SELECT id, holder, holder_kind, door, label, read_only, active, created_at, expires_at, \
     revoked_at, last_used_at FROM identity_tokens WHERE holder = $1 ORDER BY created_at";
const TOKEN: &str = "SELECT id, holder, holder_kind, door, label, read_only, active, created_at, expires_at, \
     revoked_at, last_used_at FROM identity_tokens WHERE id = $1";
const REVOKE_TOKEN: &str =
    "UPDATE identity_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
const REVOKE_TOKENS_OF: &str =
    "UPDATE identity_tokens SET revoked_at = $2 WHERE holder = $1 AND revoked_at IS NULL";
const ACTIVATE_TOKENS_OF: &str =
    "UPDATE identity_tokens SET active = 1 WHERE holder = $1 AND active = 0";
const TOUCH_TOKEN: &str = "UPDATE identity_tokens SET last_used_at = $2 WHERE id = $1";
const SPEND_LINK: &str = "UPDATE identity_tokens SET revoked_at = $2 WHERE hash = $1 AND door = 'sign_in' AND revoked_at IS NULL AND expires_at > $2";
const INSERT_ENROLMENT: &str = "INSERT INTO identity_enrolments (code_hash, device, opened_by, expires_at, number) \
     VALUES ($1, $2, $3, $4, $5)";
const ENROLMENT: &str = "SELECT device, number FROM identity_enrolments WHERE code_hash = $1";
const SPEND_ENROLMENT: &str = "UPDATE identity_enrolments SET spent_at = $2 WHERE code_hash = $1 AND spent_at IS NULL AND expires_at > $2";
const CONFIRM_ENROLMENT: &str = "UPDATE identity_enrolments SET confirmed_at = $3 WHERE device = $1 AND number = $2 \
     AND spent_at IS NOT NULL AND confirmed_at IS NULL AND expires_at > $3";

/// Every statement of identity, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    INSERT_ORG,
    ORGS,
    INSERT_TEAM,
    TEAMS,
    TEAM,
    ORG,
    INSERT_ACCOUNT,
    ACCOUNT_BY_LOGIN,
    ACCOUNT,
    ACCOUNTS,
    SET_PASSWORD,
    DISABLE_ACCOUNT,
    INSERT_DEVICE,
    DEVICE,
    DEVICE_BY_NAME,
    DEVICES,
    REVOKE_DEVICE,
    INSERT_GRANT,
    GRANTS,
    END_GRANTS,
    INSERT_TOKEN,
    TOKEN_BY_HASH,
    TOKENS_OF,
    TOKEN,
    REVOKE_TOKEN,
    REVOKE_TOKENS_OF,
    ACTIVATE_TOKENS_OF,
    TOUCH_TOKEN,
    SPEND_LINK,
    INSERT_ENROLMENT,
    ENROLMENT,
    SPEND_ENROLMENT,
    CONFIRM_ENROLMENT,
];

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OrgRow {
    pub id: OrgId,
    pub name: String,
    pub kind: String,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TeamRow {
    pub id: TeamId,
    pub org: OrgId,
    pub name: String,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AccountRow {
    pub id: Uuid,
    pub login: String,
    pub org: Option<OrgId>,
    pub password_hash: Option<String>,
    pub disabled_at: Option<Timestamp>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DeviceRow {
    pub id: DeviceId,
    pub name: String,
    pub team: TeamId,
    pub org: OrgId,
    pub revoked_at: Option<Timestamp>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct GrantRow {
    pub id: GrantId,
    pub role: String,
    pub commune: Option<String>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TokenRow {
    pub id: TokenId,
    pub holder: Uuid,
    pub holder_kind: String,
    pub door: String,
    pub label: String,
    pub read_only: i64,
    pub active: i64,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EnrolmentRow {
    pub device: DeviceId,
    pub number: i64,
}

pub async fn insert_org(
    tx: &mut Tx,
    id: OrgId,
    name: &str,
    kind: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_ORG)
            .bind(id)
            .bind(name)
            .bind(kind)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

pub async fn orgs(tx: &mut Tx) -> Result<Vec<OrgRow>, Error> {
    on!(tx, |c| sqlx::query_as(ORGS).fetch_all(c))
}

pub async fn org(tx: &mut Tx, id: OrgId) -> Result<Option<OrgRow>, Error> {
    on!(tx, |c| sqlx::query_as(ORG).bind(id).fetch_optional(c))
}

pub async fn insert_team(
    tx: &mut Tx,
    id: TeamId,
    org: OrgId,
    name: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_TEAM)
            .bind(id)
            .bind(org)
            .bind(name)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

pub async fn teams(tx: &mut Tx) -> Result<Vec<TeamRow>, Error> {
    on!(tx, |c| sqlx::query_as(TEAMS).fetch_all(c))
}

pub async fn team(tx: &mut Tx, id: TeamId) -> Result<Option<TeamRow>, Error> {
    on!(tx, |c| sqlx::query_as(TEAM).bind(id).fetch_optional(c))
}

pub async fn insert_account(
    tx: &mut Tx,
    row: &AccountRow,
    by: Uuid,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_ACCOUNT)
            .bind(row.id)
            .bind(row.login.as_str())
            .bind(row.org)
            .bind(row.password_hash.as_deref())
            .bind(by)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

pub async fn account_by_login(tx: &mut Tx, login: &str) -> Result<Option<AccountRow>, Error> {
    on!(tx, |c| sqlx::query_as(ACCOUNT_BY_LOGIN)
        .bind(login)
        .fetch_optional(c))
}

pub async fn account(tx: &mut Tx, id: Uuid) -> Result<Option<AccountRow>, Error> {
    on!(tx, |c| sqlx::query_as(ACCOUNT).bind(id).fetch_optional(c))
}

pub async fn accounts(tx: &mut Tx) -> Result<Vec<AccountRow>, Error> {
    on!(tx, |c| sqlx::query_as(ACCOUNTS).fetch_all(c))
}

pub async fn set_password(tx: &mut Tx, id: Uuid, hash: &str) -> Result<bool, Error> {
    changed!(tx, sqlx::query(SET_PASSWORD).bind(id).bind(hash)).map(|rows| rows > 0)
}

pub async fn disable_account(tx: &mut Tx, id: Uuid, at: Timestamp) -> Result<bool, Error> {
    changed!(tx, sqlx::query(DISABLE_ACCOUNT).bind(id).bind(at)).map(|rows| rows > 0)
}

pub async fn insert_device(
    tx: &mut Tx,
    id: DeviceId,
    name: &str,
    team: TeamId,
    by: Uuid,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_DEVICE)
            .bind(id)
            .bind(name)
            .bind(team)
            .bind(by)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

pub async fn device(tx: &mut Tx, id: DeviceId) -> Result<Option<DeviceRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICE).bind(id).fetch_optional(c))
}

pub async fn device_by_name(tx: &mut Tx, name: &str) -> Result<Option<DeviceRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICE_BY_NAME)
        .bind(name)
        .fetch_optional(c))
}

pub async fn devices(tx: &mut Tx) -> Result<Vec<DeviceRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICES).fetch_all(c))
}

pub async fn revoke_device(tx: &mut Tx, id: DeviceId, at: Timestamp) -> Result<bool, Error> {
    changed!(tx, sqlx::query(REVOKE_DEVICE).bind(id).bind(at)).map(|rows| rows > 0)
}

pub async fn insert_grant(
    tx: &mut Tx,
    row: &GrantRow,
    holder: Uuid,
    by: Uuid,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_GRANT)
            .bind(row.id)
            .bind(holder)
            .bind(row.role.as_str())
            .bind(row.commune.as_deref())
            .bind(at)
            .bind(by)
    )
    .map(drop)
}

pub async fn grants(tx: &mut Tx, holder: Uuid, at: Timestamp) -> Result<Vec<GrantRow>, Error> {
    on!(tx, |c| sqlx::query_as(GRANTS)
        .bind(holder)
        .bind(at)
        .fetch_all(c))
}

pub async fn end_grants(tx: &mut Tx, holder: Uuid, at: Timestamp) -> Result<u64, Error> {
    changed!(tx, sqlx::query(END_GRANTS).bind(holder).bind(at))
}

pub async fn insert_token(tx: &mut Tx, row: &TokenRow, hash: &[u8]) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_TOKEN)
            .bind(row.id)
            .bind(hash)
            .bind(row.holder)
            .bind(row.holder_kind.as_str())
            .bind(row.door.as_str())
            .bind(row.label.as_str())
            .bind(row.read_only)
            .bind(row.active)
            .bind(row.created_at)
            .bind(row.expires_at)
    )
    .map(drop)
}

pub async fn token_by_hash(tx: &mut Tx, hash: &[u8]) -> Result<Option<TokenRow>, Error> {
    on!(tx, |c| sqlx::query_as(TOKEN_BY_HASH)
        .bind(hash)
        .fetch_optional(c))
}

pub async fn token(tx: &mut Tx, id: TokenId) -> Result<Option<TokenRow>, Error> {
    on!(tx, |c| sqlx::query_as(TOKEN).bind(id).fetch_optional(c))
}

pub async fn tokens_of(tx: &mut Tx, holder: Uuid) -> Result<Vec<TokenRow>, Error> {
    on!(tx, |c| sqlx::query_as(TOKENS_OF).bind(holder).fetch_all(c))
}

pub async fn revoke_token(tx: &mut Tx, id: TokenId, at: Timestamp) -> Result<bool, Error> {
    changed!(tx, sqlx::query(REVOKE_TOKEN).bind(id).bind(at)).map(|rows| rows > 0)
}

pub async fn revoke_tokens_of(tx: &mut Tx, holder: Uuid, at: Timestamp) -> Result<u64, Error> {
    changed!(tx, sqlx::query(REVOKE_TOKENS_OF).bind(holder).bind(at))
}

pub async fn activate_tokens_of(tx: &mut Tx, holder: Uuid) -> Result<u64, Error> {
    changed!(tx, sqlx::query(ACTIVATE_TOKENS_OF).bind(holder))
}

pub async fn touch_token(tx: &mut Tx, id: TokenId, at: Timestamp) -> Result<(), Error> {
    changed!(tx, sqlx::query(TOUCH_TOKEN).bind(id).bind(at)).map(drop)
}

/// Spends a one-time link; true only the first time.
pub async fn spend_link(tx: &mut Tx, hash: &[u8], at: Timestamp) -> Result<bool, Error> {
    changed!(tx, sqlx::query(SPEND_LINK).bind(hash).bind(at)).map(|rows| rows > 0)
}

pub async fn insert_enrolment(
    tx: &mut Tx,
    hash: &[u8],
    device: DeviceId,
    by: Uuid,
    until: Timestamp,
    number: i64,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_ENROLMENT)
            .bind(hash)
            .bind(device)
            .bind(by)
            .bind(until)
            .bind(number)
    )
    .map(drop)
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
