//! Identity's tables: statements and rows; the calls stand in the files below.

mod asides;
mod audit;
mod devices;
mod enrolment;
mod held;
mod keys;
mod nodes;
mod people;

use uuid::Uuid;

use crate::base::ids::{DeviceId, GrantId, OrgId, TeamId, TokenId};
use crate::base::time::Timestamp;

pub use asides::*;
pub use audit::*;
pub use devices::*;
pub use enrolment::*;
pub use held::*;
pub use keys::*;
pub use nodes::*;
pub use people::*;

pub(super) const INSERT_ORG: &str = "INSERT INTO identity_orgs (id, name, kind, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT DO NOTHING";
pub(super) const ORGS: &str = "SELECT id, name, kind FROM identity_orgs ORDER BY name";
pub(super) const INSERT_TEAM: &str = "INSERT INTO identity_teams (id, org, name, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT DO NOTHING";
pub(super) const TEAMS: &str = "SELECT id, org, name FROM identity_teams ORDER BY name";
pub(super) const TEAM: &str = "SELECT id, org, name FROM identity_teams WHERE id = $1";
pub(super) const ORG: &str = "SELECT id, name, kind FROM identity_orgs WHERE id = $1";
pub(super) const INSERT_ACCOUNT: &str = "INSERT INTO identity_accounts (id, login, org, password_hash, created_by, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
pub(super) const ACCOUNT_BY_LOGIN: &str =
    "SELECT id, login, org, password_hash, disabled_at FROM identity_accounts WHERE login = $1";
pub(super) const ACCOUNT_CREATOR: &str = "SELECT created_by FROM identity_accounts WHERE id = $1";
pub(super) const ACCOUNT: &str =
    "SELECT id, login, org, password_hash, disabled_at FROM identity_accounts WHERE id = $1";
pub(super) const ACCOUNTS: &str =
    "SELECT id, login, org, password_hash, disabled_at FROM identity_accounts ORDER BY login";
pub(super) const SET_ORG: &str =
    "UPDATE identity_accounts SET org = $2 WHERE id = $1 AND disabled_at IS NULL";
pub(super) const SET_PASSWORD: &str =
    "UPDATE identity_accounts SET password_hash = $2 WHERE id = $1";
pub(super) const DISABLE_ACCOUNT: &str =
    "UPDATE identity_accounts SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL";
pub(super) const INSERT_DEVICE: &str = "INSERT INTO identity_devices (id, name, team, created_by, created_at, maker) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
pub(super) const DEVICE: &str = "SELECT d.id, d.name, d.team, t.org, d.maker, d.revoked_at, n.device AS node FROM identity_devices d \
     JOIN identity_teams t ON t.id = d.team LEFT JOIN identity_nodes n ON n.device = d.id WHERE d.id = $1";
pub(super) const DEVICE_BY_NAME: &str = "SELECT d.id, d.name, d.team, t.org, d.maker, d.revoked_at, n.device AS node FROM identity_devices d \
     JOIN identity_teams t ON t.id = d.team LEFT JOIN identity_nodes n ON n.device = d.id WHERE d.name = $1";
pub(super) const DEVICES: &str = "SELECT d.id, d.name, d.team, t.org, d.maker, d.revoked_at, n.device AS node FROM identity_devices d \
     JOIN identity_teams t ON t.id = d.team LEFT JOIN identity_nodes n ON n.device = d.id ORDER BY d.name";
pub(super) const REVOKE_DEVICE: &str =
    "UPDATE identity_devices SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
pub(super) const INSERT_GRANT: &str = "INSERT INTO identity_grants (id, holder, role, commune, valid_from, given_by, valid_to) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(super) const GRANTS: &str = "SELECT id, role, commune, valid_to FROM identity_grants \
     WHERE holder = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2) ORDER BY role, commune";
pub(super) const GRANTS_OF_ACCOUNTS: &str = "SELECT g.holder, g.id, g.role, g.commune, g.valid_to FROM identity_grants g \
     JOIN identity_accounts a ON a.id = g.holder WHERE g.valid_from <= $1 AND (g.valid_to IS NULL OR g.valid_to > $1) \
     ORDER BY g.role, g.valid_to, g.commune";
pub(super) const END_GRANTS: &str = "UPDATE identity_grants SET valid_to = $2 \
     WHERE holder = $1 AND (valid_to IS NULL OR valid_to > $2)";
pub(super) const INSERT_TOKEN: &str = "INSERT INTO identity_tokens \
     (id, hash, holder, holder_kind, door, label, read_only, active, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
pub(super) const TOKEN_BY_HASH: &str = "SELECT id, holder, holder_kind, door, label, read_only, active, created_at, expires_at, \
     retired_at, revoked_at, last_used_at FROM identity_tokens WHERE hash = $1";
pub(super) const TOKENS_OF: &str = "SELECT id, holder, holder_kind, door, label, read_only, active, created_at, expires_at, \
     retired_at, revoked_at, last_used_at FROM identity_tokens WHERE holder = $1 ORDER BY created_at, id";
pub(super) const TOKEN: &str = "SELECT id, holder, holder_kind, door, label, read_only, active, created_at, expires_at, \
     retired_at, revoked_at, last_used_at FROM identity_tokens WHERE id = $1";
pub(super) const REVOKE_TOKEN: &str =
    "UPDATE identity_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
pub(super) const REVOKE_TOKENS_OF: &str =
    "UPDATE identity_tokens SET revoked_at = $2 WHERE holder = $1 AND revoked_at IS NULL";
pub(super) const TOUCH_TOKEN: &str = "UPDATE identity_tokens SET last_used_at = $2 WHERE id = $1";
pub(super) const SPEND_LINK: &str = "UPDATE identity_tokens SET revoked_at = $2 WHERE hash = $1 AND door = 'sign_in' AND revoked_at IS NULL AND expires_at > $2";
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
    ACCOUNT_CREATOR,
    ACCOUNTS,
    SET_ORG,
    SET_PASSWORD,
    DISABLE_ACCOUNT,
    INSERT_DEVICE,
    DEVICE,
    DEVICE_BY_NAME,
    DEVICES,
    FIXES_ASIDE,
    REVOKE_DEVICE,
    INSERT_GRANT,
    GRANTS,
    GRANTS_OF_ACCOUNTS,
    END_GRANTS,
    INSERT_TOKEN,
    TOKEN_BY_HASH,
    TOKENS_OF,
    TOKEN,
    REVOKE_TOKEN,
    REVOKE_TOKENS_OF,
    TOUCH_TOKEN,
    SPEND_LINK,
    OPEN_ENROLMENT,
    WITHDRAW_ENROLMENTS,
    ENROLMENT,
    SPEND_ENROLMENT,
    CONFIRMABLE,
    CONFIRM_ENROLMENT,
    ENROLMENTS,
    INSERT_SHEET,
    LIVE_SHEET,
    VOID_SHEETS,
    SHEETS,
    DROP_UNCONFIRMED,
    ACTIVATE_TOKENS_OF,
    RETIRE_TOKENS,
    REVOKE_DOOR,
    DEVICE_TOKENS,
    GRANTS_OF_DEVICES,
    TEAMS_NAMED,
    ENTRIES_OF_DEVICE,
    INSERT_DEVICE_KEY,
    DEVICE_KEY,
    DEVICE_KEYS,
    CONFIRM_DEVICE_KEY,
    REVOKE_DEVICE_KEY,
    OPENERS,
    GRANTS_FROM,
    DEVICE_KEYS_FROM,
    KEPT_ORGS,
    KEPT_TEAMS,
    ACCOUNTS_FROM,
    DEVICES_FROM,
    TOKENS_FROM,
    ENROLMENTS_FROM,
    SHEETS_FROM,
    WINDOWS_FROM,
    KEPT_NODES,
    OPEN_HELD_WINDOW,
    HELD_WINDOW,
    COUNT_WRONG,
    SET_NODE,
    NODE_OF_KEY,
    MAKER_OF_DEVICE,
    DEVICES_IN_USE,
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
    pub maker: Option<String>,
    pub revoked_at: Option<Timestamp>,
    /// Its own id, where it is a post node.
    pub node: Option<DeviceId>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct GrantRow {
    pub id: GrantId,
    pub role: String,
    pub commune: Option<String>,
    /// From when on it holds no longer.
    pub valid_to: Option<Timestamp>,
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
    pub retired_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}
