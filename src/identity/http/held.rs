//! The officer's side of what is held of a handheld.

use axum::extract::State;
use axum::http::StatusCode;

use crate::base::ids::DeviceId;
use crate::http::{Body, Path};
use crate::identity::service::{HeldWindow, Identity};

use super::Caller;
use super::routes::Answer;

/// Opens fifteen minutes in which the holder of a device that has a tracker's secret alone may claim what is held of it,
/// or let it go, on the page `/t/{token}/held` by this code. Who opens sees nothing of it; that it was opened is an entry.
#[utoipa::path(post, path = "/api/v1/devices/{id}/held-windows", tag = "identity", params(("id" = Uuid, Path)), responses((status = 201, body = HeldWindow)))]
pub async fn open_held_window(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<DeviceId>,
) -> Answer<HeldWindow> {
    let opened = identity.open_held_window(&actor, id).await?;
    Ok(Body(StatusCode::CREATED, opened))
}
