//! A phone whose PIN is forgotten, at its unit: the key to its storage was sealed to this server, and an officer who
//! keeps that device gets it out. Nothing that the phone has not sent is lost, and the opening is an entry.

use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::base::ids::DeviceId;
use crate::http::{Body, Json, Path, Problem, ProblemKind};
use crate::identity::Caller;

use super::bundle::opening;
use super::bundle::seal::Opened;

/// What the sealed text says it is, so that nothing else that was sealed to this server is opened as a key.
const PURPOSE: &str = "tuantra storage key 1";
/// More than the sealed text ever takes.
const MOST_SEALED: usize = 1024;
const KEY: usize = 32;

/// A storage key as the phone keeps it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SealedKeyWire {
    /// The key, sealed to `GET /api/v1/bundles/recipient` in the form of a bundle's stream, base64.
    pub sealed: String,
}

/// The key, for the phone that an officer holds.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OpenedKey {
    /// 32 bytes, base64.
    pub key: String,
}

/// What was sealed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    purpose: String,
    device: DeviceId,
    key: String,
}

/// Opens the key to a phone's storage when its PIN is forgotten. It takes a person who may enrol that device; the
/// opening is an entry.
#[utoipa::path(post, path = "/api/v1/devices/{id}/storage-openings", tag = "identity", params(("id" = DeviceId, Path)),
    request_body = SealedKeyWire, responses((status = 200, body = OpenedKey)))]
pub async fn open_storage(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<DeviceId>,
    sent: Json<SealedKeyWire>,
) -> Result<Body<OpenedKey>, Problem> {
    app.identity.may_open_storage(&actor, id).await?;
    let key = opened(&app, &sent.value.sealed, id)?;
    app.identity.note_storage_opening(&actor, id).await?;
    let key = BASE64.encode(key);
    Ok(Body(StatusCode::OK, OpenedKey { key }))
}

fn opened(app: &App, sealed: &str, id: DeviceId) -> Result<[u8; KEY], Problem> {
    let refused = |why: &str| Problem::new(ProblemKind::InvalidContent).fault("/sealed", why);
    let bytes = BASE64.decode(sealed).ok();
    let bytes = bytes
        .filter(|bytes| bytes.len() <= MOST_SEALED)
        .ok_or_else(|| refused("expected at most 1,024 bytes in base64"))?;
    let text = unsealed(app, &bytes)?
        .ok_or_else(|| refused("this is no key that was sealed to this server"))?;
    let plain: Option<Plain> = serde_json::from_slice(&text).ok();
    let plain = plain
        .filter(|plain| plain.purpose == PURPOSE)
        .ok_or_else(|| refused("expected a sealed storage key"))?;
    if plain.device != id {
        return Err(refused("the key is another device's"));
    }
    BASE64
        .decode(plain.key)
        .ok()
        .and_then(|key| key.try_into().ok())
        .ok_or_else(|| refused("expected a key of 32 bytes"))
}

/// The plain text; none for what does not open.
fn unsealed(app: &App, bytes: &[u8]) -> Result<Option<Vec<u8>>, Problem> {
    let opening = opening(app)?;
    Ok(Opened::begin(bytes, &opening).and_then(Opened::rest).ok())
}
