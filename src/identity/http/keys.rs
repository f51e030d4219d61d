//! Devices' signing keys.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::ids::DeviceId;
use crate::http::{Body, Json, Path, Problem};
use crate::identity::model::KeyWire;
use crate::identity::service::{DeviceKeyView, Identity, KeyWithChain};
use crate::journal::Receipt;

use super::Caller;

/// A key that was announced.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AnnouncedKey {
    /// The key, with the code to show.
    #[serde(flatten)]
    pub key: DeviceKeyView,
    /// The promise.
    pub receipt: Receipt,
}

/// The code that the phone shows.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpokenCode {
    /// Twelve digits.
    pub code: String,
}

type Answer<T> = Result<Body<T>, Problem>;

/// A device announces its signing key (P-256, exported as JWK). The request is signed by that key itself, as
/// number 0 of its chain.
#[utoipa::path(put, path = "/api/v1/device/key", tag = "identity", request_body = KeyWire, responses((status = 200, body = AnnouncedKey)))]
pub async fn announce_key(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    wire: Json<KeyWire>,
) -> Answer<AnnouncedKey> {
    let (key, receipt) = identity
        .announce_key(&actor, &wire.value, &wire.bytes)
        .await?;
    Ok(Body(StatusCode::OK, AnnouncedKey { key, receipt }))
}

/// The calling device's own keys, each with its chain: what arrived, which numbers are missing, which were used twice.
#[utoipa::path(get, path = "/api/v1/device/key", tag = "identity", responses((status = 200, body = [KeyWithChain])))]
pub async fn own_keys(
    State(identity): State<Identity>,
    Caller(actor): Caller,
) -> Answer<Vec<KeyWithChain>> {
    Ok(Body(StatusCode::OK, identity.own_keys(&actor).await?))
}

/// A device's keys, each with its chain: what arrived, which numbers are missing, which were used twice.
#[utoipa::path(get, path = "/api/v1/devices/{id}/keys", tag = "identity", params(("id" = Uuid, Path)), responses((status = 200, body = [KeyWithChain])))]
pub async fn device_keys(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<DeviceId>,
) -> Answer<Vec<KeyWithChain>> {
    Ok(Body(
        StatusCode::OK,
        identity.device_keys(&actor, id).await?,
    ))
}

/// Another account than the one that enrolled the device confirms its key by the code that the phone shows.
#[utoipa::path(post, path = "/api/v1/devices/{id}/keys/{key}/confirm", tag = "identity",
    params(("id" = Uuid, Path), ("key" = String, Path, description = "The key's thumbprint")),
    request_body = SpokenCode, responses((status = 200, body = DeviceKeyView)))]
pub async fn confirm_key(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path((id, key)): Path<(DeviceId, String)>,
    shown: Json<SpokenCode>,
) -> Answer<DeviceKeyView> {
    Ok(Body(
        StatusCode::OK,
        identity
            .confirm_key(&actor, id, &key, &shown.value.code)
            .await?,
    ))
}

/// Revokes a device's key: what arrives signed by it from now on does not hold.
#[utoipa::path(delete, path = "/api/v1/devices/{id}/keys/{key}", tag = "identity",
    params(("id" = Uuid, Path), ("key" = String, Path, description = "The key's thumbprint")),
    responses((status = 200, body = DeviceKeyView)))]
pub async fn revoke_key(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path((id, key)): Path<(DeviceId, String)>,
) -> Answer<DeviceKeyView> {
    Ok(Body(
        StatusCode::OK,
        identity.revoke_key(&actor, id, &key).await?,
    ))
}
