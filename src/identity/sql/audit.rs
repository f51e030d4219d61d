//! Rows as they stand, page by page, for the pass that holds them against the log.

use uuid::Uuid;

use super::{DeviceKeyRow, NodeRow};
use crate::base::ids::{DeviceId, GrantId, OrgId, TeamId, TokenId};
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

pub(super) const GRANTS_FROM: &str = "SELECT id, holder, role, commune, valid_from, valid_to, given_by FROM identity_grants \
     WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const DEVICE_KEYS_FROM: &str = "SELECT id, device, public, entry, proposed_at, confirmed_at, confirmed_by, revoked_at \
     FROM identity_device_keys WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const KEPT_ORGS: &str =
    "SELECT id, name, kind, created_at FROM identity_orgs ORDER BY id";
pub(super) const KEPT_TEAMS: &str =
    "SELECT id, org, name, created_at FROM identity_teams ORDER BY id";
pub(super) const ACCOUNTS_FROM: &str = "SELECT id, login, org, password_hash, created_by, created_at, disabled_at \
     FROM identity_accounts WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const DEVICES_FROM: &str = "SELECT id, name, team, maker, created_by, created_at, revoked_at FROM identity_devices \
     WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const TOKENS_FROM: &str = "SELECT id, hash, holder, holder_kind, door, read_only, active, created_at, expires_at, \
     retired_at, revoked_at FROM identity_tokens WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const ENROLMENTS_FROM: &str = "SELECT code_hash, device, opened_by, expires_at, spent_at, confirmed_at, doors \
     FROM identity_enrolments WHERE code_hash > $1 ORDER BY code_hash LIMIT 500";
pub(super) const SHEETS_FROM: &str = "SELECT code_hash, device, printed_by, printed_at, void_at FROM identity_sheets \
     WHERE code_hash > $1 ORDER BY code_hash LIMIT 500";
pub(super) const WINDOWS_FROM: &str = "SELECT device, opened_by, expires_at FROM identity_held_windows \
     WHERE device > $1 ORDER BY device LIMIT 500";
pub(super) const KEPT_NODES: &str =
    "SELECT device, log, key_id, key FROM identity_nodes ORDER BY device";

/// A role as it was given.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptGrant {
    pub id: GrantId,
    pub holder: Uuid,
    pub role: String,
    pub commune: Option<String>,
    pub valid_from: Timestamp,
    pub valid_to: Option<Timestamp>,
    pub given_by: Uuid,
}

/// An organisation with the time at which it was written.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptOrg {
    pub id: OrgId,
    pub name: String,
    pub kind: String,
    pub created_at: Timestamp,
}

/// A team with the time at which it was written.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptTeam {
    pub id: TeamId,
    pub org: OrgId,
    pub name: String,
    pub created_at: Timestamp,
}

/// An account as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptAccount {
    pub id: Uuid,
    pub login: String,
    pub org: Option<OrgId>,
    pub password_hash: Option<String>,
    pub created_by: Uuid,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

/// A device as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptDevice {
    pub id: DeviceId,
    pub name: String,
    pub team: TeamId,
    pub maker: Option<String>,
    pub created_by: Uuid,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// A secret as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptToken {
    pub id: TokenId,
    pub hash: Vec<u8>,
    pub holder: Uuid,
    pub holder_kind: String,
    pub door: String,
    pub read_only: i64,
    pub active: i64,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// An enrolment as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptEnrolment {
    pub code_hash: Vec<u8>,
    pub device: DeviceId,
    pub opened_by: Uuid,
    pub expires_at: Timestamp,
    pub spent_at: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    pub doors: String,
}

/// A printed sheet as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptSheet {
    pub code_hash: Vec<u8>,
    pub device: DeviceId,
    pub printed_by: Uuid,
    pub printed_at: Timestamp,
    pub void_at: Option<Timestamp>,
}

/// A window for what is held of a device, as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptWindow {
    pub device: DeviceId,
    pub opened_by: Uuid,
    pub expires_at: Timestamp,
}

/// A post node with the id of its key.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptNode {
    #[sqlx(flatten)]
    pub node: NodeRow,
    pub key_id: String,
}

pub async fn grants_from(tx: &mut Tx, id: GrantId) -> Result<Vec<KeptGrant>, Error> {
    on!(tx, |c| sqlx::query_as(GRANTS_FROM).bind(id).fetch_all(c))
}

pub async fn device_keys_from(tx: &mut Tx, id: &str) -> Result<Vec<DeviceKeyRow>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICE_KEYS_FROM)
        .bind(id)
        .fetch_all(c))
}

pub async fn kept_orgs(tx: &mut Tx) -> Result<Vec<KeptOrg>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_ORGS).fetch_all(c))
}

pub async fn kept_teams(tx: &mut Tx) -> Result<Vec<KeptTeam>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_TEAMS).fetch_all(c))
}

pub async fn accounts_from(tx: &mut Tx, id: Uuid) -> Result<Vec<KeptAccount>, Error> {
    on!(tx, |c| sqlx::query_as(ACCOUNTS_FROM).bind(id).fetch_all(c))
}

pub async fn devices_from(tx: &mut Tx, id: DeviceId) -> Result<Vec<KeptDevice>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICES_FROM).bind(id).fetch_all(c))
}

pub async fn tokens_from(tx: &mut Tx, id: TokenId) -> Result<Vec<KeptToken>, Error> {
    on!(tx, |c| sqlx::query_as(TOKENS_FROM).bind(id).fetch_all(c))
}

pub async fn enrolments_from(tx: &mut Tx, hash: &[u8]) -> Result<Vec<KeptEnrolment>, Error> {
    on!(tx, |c| sqlx::query_as(ENROLMENTS_FROM)
        .bind(hash)
        .fetch_all(c))
}

pub async fn sheets_from(tx: &mut Tx, hash: &[u8]) -> Result<Vec<KeptSheet>, Error> {
    on!(tx, |c| sqlx::query_as(SHEETS_FROM).bind(hash).fetch_all(c))
}

pub async fn windows_from(tx: &mut Tx, device: DeviceId) -> Result<Vec<KeptWindow>, Error> {
    on!(tx, |c| sqlx::query_as(WINDOWS_FROM)
        .bind(device)
        .fetch_all(c))
}

pub async fn kept_nodes(tx: &mut Tx) -> Result<Vec<KeptNode>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_NODES).fetch_all(c))
}
