//! Devices, grants and secrets.

use uuid::Uuid;

use crate::base::ids::{DeviceId, TeamId, TokenId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, later, on};

use super::{
    DEVICE, DEVICE_BY_NAME, DEVICES, DeviceRow, END_GRANTS, GRANTS, GrantRow, INSERT_DEVICE,
    INSERT_GRANT, INSERT_TOKEN, REVOKE_DEVICE, REVOKE_TOKEN, REVOKE_TOKENS_OF, SPEND_LINK, TOKEN,
    TOKEN_BY_HASH, TOKENS_OF, TOUCH_TOKEN, TokenRow,
};

pub async fn insert_device(
    tx: &mut Tx,
    id: DeviceId,
    name: &str,
    team: TeamId,
    maker: Option<&str>,
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
            .bind(maker)
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
            .bind(row.valid_to)
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

/// Leaves it to be sent when a secret was last used; each is told of once in an act.
pub async fn touch_token(tx: &mut Tx, id: TokenId, at: Timestamp) -> Result<(), Error> {
    later!(tx, TOUCH_TOKEN, [id, at])
}

/// Spends a one-time link; true only the first time.
pub async fn spend_link(tx: &mut Tx, hash: &[u8], at: Timestamp) -> Result<bool, Error> {
    changed!(tx, sqlx::query(SPEND_LINK).bind(hash).bind(at)).map(|rows| rows > 0)
}
