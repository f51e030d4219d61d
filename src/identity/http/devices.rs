//! Devices, their enrolment and their secrets: thin handlers for those who keep them.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::base::actor::Door;
use crate::base::ids::DeviceId;
use crate::base::time::Timestamp;
use crate::http::extract::{parse_json, raw};
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::model::sheet::sheets_pdf;
use crate::identity::model::{DeviceDraft, EnrolmentDraft};
use crate::identity::service::{
    DeviceStanding, DeviceView, Identity, Lost, OpenedEnrolment, RollReport, SheetsDraft,
};

use super::routes::Answer;
use super::{Caller, ShownUrl};

/// The number that the phone shows.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Two digits.
    pub number: i64,
}

/// How a list of devices is taken.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// Check everything and say what would be done, but write nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// A phone that is lost.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LossDraft {
    /// When it was last in its team's hands.
    pub since: Timestamp,
}

/// Writes a device.
#[utoipa::path(post, path = "/api/v1/devices", tag = "identity", request_body = DeviceDraft, responses((status = 201, body = DeviceView)))]
pub async fn add_device(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    draft: Json<DeviceDraft>,
) -> Answer<DeviceView> {
    Ok(Body(
        StatusCode::CREATED,
        identity.add_device(&actor, draft.value).await?,
    ))
}

/// The devices in the caller's reach.
#[utoipa::path(get, path = "/api/v1/devices", tag = "identity", responses((status = 200, body = [DeviceStanding])))]
pub async fn devices(
    State(identity): State<Identity>,
    Caller(actor): Caller,
) -> Answer<Vec<DeviceStanding>> {
    Ok(Body(StatusCode::OK, identity.devices(&actor).await?))
}

/// Revokes a device with all its secrets.
#[utoipa::path(delete, path = "/api/v1/devices/{id}", tag = "identity", params(("id" = Uuid, Path)), responses((status = 204)))]
pub async fn revoke_device(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<DeviceId>,
) -> Result<StatusCode, Problem> {
    identity.revoke_device(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens an enrolment: a code that lives fifteen minutes, and that of the printed sheet with it.
#[utoipa::path(post, path = "/api/v1/devices/{id}/enrolment", tag = "identity", params(("id" = Uuid, Path)), request_body = EnrolmentDraft, responses((status = 201, body = OpenedEnrolment)))]
pub async fn open_enrolment(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<DeviceId>,
    request: Request,
) -> Answer<OpenedEnrolment> {
    let bytes = raw(request, &()).await?;
    // Without a body: every door.
    let draft = if bytes.is_empty() {
        EnrolmentDraft::default()
    } else {
        parse_json(&bytes)?
    };
    Ok(Body(
        StatusCode::CREATED,
        identity.open_enrolment(&actor, id, draft).await?,
    ))
}

/// Matches the number that the phone shows; its secrets open their doors from now on.
#[utoipa::path(post, path = "/api/v1/devices/{id}/enrolment/confirm", tag = "identity", params(("id" = Uuid, Path)), request_body = Number, responses((status = 204)))]
pub async fn confirm_enrolment(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<DeviceId>,
    shown: Json<Number>,
) -> Result<StatusCode, Problem> {
    identity
        .confirm_enrolment(&actor, id, shown.value.number)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One device with its enrolment and secrets.
#[utoipa::path(get, path = "/api/v1/devices/{id}", tag = "identity", params(("id" = Uuid, Path)), responses((status = 200, body = DeviceStanding)))]
pub async fn device(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<DeviceId>,
) -> Answer<DeviceStanding> {
    Ok(Body(StatusCode::OK, identity.device(&actor, id).await?))
}

/// Writes the devices of a CSV list (name, team, communes, maker), all or none; the same list again changes nothing.
#[utoipa::path(post, path = "/api/v1/devices/import", tag = "identity", params(ImportParams), request_body(content = String, content_type = "text/csv"), responses((status = 200, body = RollReport)))]
pub async fn import_devices(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Params(params): Params<ImportParams>,
    request: Request,
) -> Answer<RollReport> {
    let bytes = raw(request, &()).await?;
    let report = identity
        .import_devices(&actor, &bytes, params.dry_run)
        .await?;
    if report.faults.is_empty() || report.dry_run {
        return Ok(Body(StatusCode::OK, report));
    }
    let refused =
        Problem::new(ProblemKind::InvalidContent).detail("nothing of the list was written");
    let told = report.faults.into_iter();
    Err(told.fold(refused, |problem, fault| {
        problem.fault(format!("/{}/{}", fault.row, fault.field), fault.reason)
    }))
}

/// Prints enrolment sheets as one PDF; the sheets that these devices had are void.
#[utoipa::path(post, path = "/api/v1/devices/sheets", tag = "identity", request_body = SheetsDraft, responses((status = 201, content_type = "application/pdf")))]
pub async fn print_sheets(
    State(identity): State<Identity>,
    State(url): State<ShownUrl>,
    Caller(actor): Caller,
    draft: Json<SheetsDraft>,
) -> Result<Response, Problem> {
    let sheets = identity.print_sheets(&actor, &draft.value, &url.0).await?;
    let failed = |cause: String| Problem::new(ProblemKind::Internal).internal(cause);
    let pdf = tokio::task::spawn_blocking(move || sheets_pdf(&sheets));
    let pdf = pdf.await.map_err(|cause| failed(cause.to_string()))?;
    let pdf = pdf.map_err(|cause| failed(cause.to_string()))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/pdf"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"phieu-cai-dat.pdf\""),
        ),
    ];
    Ok((StatusCode::CREATED, headers, pdf).into_response())
}

/// Revokes every secret of one door of a device.
#[utoipa::path(delete, path = "/api/v1/devices/{id}/doors/{door}", tag = "identity", params(("id" = Uuid, Path), ("door" = Door, Path)), responses((status = 204)))]
pub async fn revoke_door(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path((id, door)): Path<(DeviceId, Door)>,
) -> Result<StatusCode, Problem> {
    identity.revoke_door(&actor, id, door).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shuts a lost phone out and tells what it sent since.
#[utoipa::path(post, path = "/api/v1/devices/{id}/loss", tag = "identity", params(("id" = Uuid, Path)), request_body = LossDraft, responses((status = 200, body = Lost)))]
pub async fn lose_device(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<DeviceId>,
    draft: Json<LossDraft>,
) -> Answer<Lost> {
    let lost = identity.lose_device(&actor, id, draft.value.since).await?;
    Ok(Body(StatusCode::OK, lost))
}
