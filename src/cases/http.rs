//! The route of case packages.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::base::ids::{IncidentId, PlotId};
use crate::http::{Params, Path, Problem, ProblemKind};
use crate::identity::Caller;

use super::service::{Cases, Error, Package};

/// Why the case is taken out.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseParams {
    /// The reason, 1 to 500 characters; it is journalled.
    reason: String,
}

/// The whole case of a plot as a ZIP: originals, sidecars, entries with their proofs, history, printed pages. Who took
/// it out and why is an entry before the first byte leaves. Checked by `sha256sum -c SHA256SUMS` and `tuantra verify case`.
#[utoipa::path(get, path = "/api/v1/plots/{id}/case", tag = "cases", params(("id" = PlotId, Path), CaseParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip")))]
pub async fn plot_case(
    State(cases): State<Cases>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    Params(params): Params<CaseParams>,
) -> Result<Response, Problem> {
    let package = cases.package(&actor, id, &params.reason).await?;
    Ok(attached(id.0, package))
}

/// The whole case of an incident with all its plots, each with the same files as its own case, in a folder of its name.
/// Whoever does not answer for every plot of it gets none.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/case", tag = "cases", params(("id" = IncidentId, Path), CaseParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip")))]
pub async fn incident_case(
    State(cases): State<Cases>,
    Caller(actor): Caller,
    Path(id): Path<IncidentId>,
    Params(params): Params<CaseParams>,
) -> Result<Response, Problem> {
    let package = cases.incident_package(&actor, id, &params.reason).await?;
    Ok(attached(id.0, package))
}

fn attached(of: Uuid, package: Package) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"case-{of}.zip\""),
        ),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, Body::from_stream(package)).into_response()
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Reason => Self::new(ProblemKind::InvalidParameter)
                .detail("reason: expected 1 to 500 characters / cần nêu lý do, từ 1 đến 500 ký tự"),
            Error::NotYet => Self::new(ProblemKind::WrongState)
                .detail("some entries are not in the log's tree yet; ask again in a few seconds"),
            Error::TooLarge => {
                Self::new(ProblemKind::TooLarge).detail("the package would be larger than 4 GB")
            }
            Error::TooMany { found, most } => Self::new(ProblemKind::TooLarge).detail(format!(
                "hồ sơ có {found} ảnh, mỗi gói nhiều nhất {most} ảnh; nếu là vụ, lấy hồ sơ từng điểm trồng / {found} photos: expected \
                 at most {most} in one package; of an incident, take the cases of its plots one by one"
            )),
            Error::Busy => Self::new(ProblemKind::Unavailable).detail(
                "đang lập các gói hồ sơ khác, hãy thử lại sau ít giây / other packages are being made: ask again in a few seconds",
            ),
            Error::Damaged(sha256) => Self::damaged(&sha256),
            Error::Unwritable(cause) => Self::new(ProblemKind::Internal).internal(cause),
            Error::Store(error) => error.into(),
        }
    }
}
