//! Originals that come in parts: whose they are and what became of them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::ids::{PhotoId, QuarantineId};
use crate::base::time::Timestamp;
use crate::evidence::service::{Evidence, Upload, UploadFault, UploadState};
use crate::http::{Body, Json, Path, Problem, ProblemKind};
use crate::identity::Caller;
use crate::journal::Receipt;

/// An upload, as its owner may see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UploadView {
    /// The upload: the last part of its address.
    pub id: Uuid,
    /// `receiving`; `unbound`: whole and no photo's yet; `kept`: the photo's original; `set_apart`: not the bytes that were
    /// announced.
    pub state: &'static str,
    /// Bytes that are on disk here.
    pub offset: u64,
    /// Bytes of the whole; null until that is told.
    pub length: Option<u64>,
    /// The photo whose original it is.
    pub photo: Option<PhotoId>,
    /// When it is forgotten; what was kept of it stays.
    pub expires_at: Timestamp,
    /// The promise over the original, or over what was set apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// Under which the bytes that were set apart can be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine_id: Option<QuarantineId>,
}

impl From<Upload> for UploadView {
    fn from(upload: Upload) -> Self {
        let (state, receipt, quarantine_id) = match upload.state {
            UploadState::Receiving => ("receiving", None, None),
            UploadState::Unbound => ("unbound", None, None),
            UploadState::Kept(receipt) => ("kept", Some(*receipt), None),
            UploadState::SetApart(quarantine, receipt) => {
                ("set_apart", Some(*receipt), Some(quarantine))
            }
        };
        Self {
            id: upload.id,
            state,
            offset: upload.received,
            length: upload.length,
            photo: upload.photo,
            expires_at: upload.expires_at,
            receipt,
            quarantine_id,
        }
    }
}

/// Which upload holds a photo's original.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindingWire {
    /// The caller's own upload, made at `/files`.
    pub upload: Uuid,
}

/// Says that an upload holds the original of an announced photo. Bytes that are all there are checked and kept at once,
/// with a receipt; else that happens with the last of them. Said again, it answers the same.
#[utoipa::path(put, path = "/api/v1/photos/{id}/upload", tag = "photos", params(("id" = PhotoId, Path)), request_body = BindingWire,
    responses((status = 200, body = UploadView), (status = 404), (status = 409, description = "The upload is another photo's"),
        (status = 410, description = "The upload has ended"), (status = 422, description = "Not the bytes that were announced: kept aside"),
        (status = 423, description = "Another request writes the upload: ask again")))]
pub async fn bind_upload(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<PhotoId>,
    sent: Json<BindingWire>,
) -> Result<Body<UploadView>, Problem> {
    let upload = evidence.bind_upload(&actor, id, sent.value.upload).await?;
    Ok(Body(StatusCode::OK, upload.into()))
}

/// What a sender is told of a fault.
pub(super) fn problem(fault: &UploadFault) -> Problem {
    match fault {
        UploadFault::Gone => Problem::new(ProblemKind::Gone),
        UploadFault::Held => Problem::new(ProblemKind::Locked),
        UploadFault::Offset(received) => Problem::new(ProblemKind::WrongOffset)
            .detail("ask for the offset by HEAD and go on there")
            .with("offset", received),
        UploadFault::TooLong => Problem::new(ProblemKind::TooLarge),
        UploadFault::Length => Problem::new(ProblemKind::InvalidHeader).fault(
            "header:upload-length",
            "expected the length that was told before, not less than the offset",
        ),
        UploadFault::Checksum => Problem::new(ProblemKind::ChecksumMismatch),
        UploadFault::Bound => {
            Problem::new(ProblemKind::WrongState).detail("the upload is another photo's")
        }
        UploadFault::TooMuch => Problem::new(ProblemKind::TooManyRequests)
            .detail("too many uploads, or too many bytes, are open: finish or delete some"),
        UploadFault::Cut => Problem::new(ProblemKind::MalformedBody)
            .detail("the body ended early or could not be inflated"),
        UploadFault::Stalled => Problem::new(ProblemKind::Timeout),
    }
}
