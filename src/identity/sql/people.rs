//! Organisations, teams and accounts.

use uuid::Uuid;

use crate::base::ids::{OrgId, TeamId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

use super::{
    ACCOUNT, ACCOUNT_BY_LOGIN, ACCOUNT_CREATOR, ACCOUNTS, AccountRow, DISABLE_ACCOUNT,
    GRANTS_OF_ACCOUNTS, HeldGrantRow, INSERT_ACCOUNT, INSERT_ORG, INSERT_TEAM, ORG, ORGS, OrgRow,
    SET_ORG, SET_PASSWORD, TEAM, TEAMS, TeamRow,
};

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

/// The roles of every account that hold then.
pub async fn grants_of_accounts(tx: &mut Tx, at: Timestamp) -> Result<Vec<HeldGrantRow>, Error> {
    on!(tx, |c| sqlx::query_as(GRANTS_OF_ACCOUNTS)
        .bind(at)
        .fetch_all(c))
}

pub async fn set_org(tx: &mut Tx, id: Uuid, org: Option<OrgId>) -> Result<bool, Error> {
    changed!(tx, sqlx::query(SET_ORG).bind(id).bind(org)).map(|rows| rows > 0)
}

pub async fn set_password(tx: &mut Tx, id: Uuid, hash: &str) -> Result<bool, Error> {
    changed!(tx, sqlx::query(SET_PASSWORD).bind(id).bind(hash)).map(|rows| rows > 0)
}

pub async fn disable_account(tx: &mut Tx, id: Uuid, at: Timestamp) -> Result<bool, Error> {
    changed!(tx, sqlx::query(DISABLE_ACCOUNT).bind(id).bind(at)).map(|rows| rows > 0)
}

/// Who created an account.
pub async fn account_creator(tx: &mut Tx, id: Uuid) -> Result<Option<Uuid>, Error> {
    on!(tx, |c| sqlx::query_scalar(ACCOUNT_CREATOR)
        .bind(id)
        .fetch_optional(c))
}
