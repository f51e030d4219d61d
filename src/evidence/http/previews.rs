//! Previews over HTTP.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::Serialize;

use crate::base::ids::PhotoId;
use crate::evidence::model::picture::PREVIEW_BYTES;
use crate::evidence::service::{Evidence, Previewed};
use crate::http::{Body, Path, Problem, ProblemKind};
use crate::identity::Caller;

/// What became of a preview.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PreviewAnswer {
    /// The photo.
    pub id: PhotoId,
    /// Whether it is shown; false where the original's own images are there already.
    pub is_shown: bool,
}

/// Sends a small picture of an announced photo ahead of its original, so that others see something in the meantime: a
/// JPEG, PNG or WebP of at most 65,536 bytes and 640 pixels on its longer side. It is no evidence and has no receipt;
/// the original's own images take its place.
#[utoipa::path(put, path = "/api/v1/photos/{id}/preview", tag = "photos", params(("id" = PhotoId, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = PreviewAnswer), (status = 200, body = PreviewAnswer)))]
pub async fn send_preview(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PhotoId>,
    request: Request,
) -> Result<Body<PreviewAnswer>, Problem> {
    evidence.expect_original(&actor, id).await?;
    let bytes = axum::body::to_bytes(request.into_body(), PREVIEW_BYTES).await;
    let bytes = bytes.or(Err(
        Problem::new(ProblemKind::TooLarge).detail("expected at most 65,536 bytes")
    ))?;
    let outcome = evidence.keep_preview(&actor, id, bytes).await?;
    let status = match outcome {
        Previewed::New => StatusCode::CREATED,
        Previewed::Again | Previewed::NotNeeded => StatusCode::OK,
    };
    let is_shown = outcome != Previewed::NotNeeded;
    Ok(Body(status, PreviewAnswer { id, is_shown }))
}
