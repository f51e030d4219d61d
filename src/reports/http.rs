//! The routes of forms.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::LocalDate;
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;

use super::model::Form;
use super::model::period::ReportPeriod;
use super::model::table::Table;
use super::service::{
    Asked, Error, NothingDraft, NothingView, Reports, RunDraft, RunView, Sending,
};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Which window.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportParams {
    /// A period of statistics, instead of two days: 2026 (15/12 to 14/12), 2026-H1 or 2026-03.
    period: Option<ReportPeriod>,
    /// First local day (UTC+7), included.
    from: Option<LocalDate>,
    /// Last local day, included.
    to: Option<LocalDate>,
    /// From what was entered up to this entry only.
    as_of: Option<EntryId>,
}

/// Which period.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeriodParams {
    /// The period of statistics; without it the present year's.
    period: Option<ReportPeriod>,
}

/// Kept forms.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RunList {
    /// The newest first.
    pub runs: Vec<RunView>,
}

/// A form of the office (`b01`, `b02` or `b03`) for the caller's reach: each number with the address of the list of facts
/// under it; with `.xlsx` as the sheet for Excel.
#[utoipa::path(get, path = "/api/v1/reports/{form}", tag = "reports",
    params(("form" = String, Path, description = "b01, b02 or b03; b01.xlsx for the sheet", example = "b01"), ReportParams),
    responses((status = 200, body = Object), (status = 400), (status = 404)))]
pub async fn report(
    State(reports): State<Reports>,
    Caller(actor): Caller,
    Path(named): Path<String>,
    Params(params): Params<ReportParams>,
) -> Result<Response, Problem> {
    let (form, is_file) = match named.strip_suffix(".xlsx") {
        Some(form) => (form, true),
        None => (named.as_str(), false),
    };
    let form: Form = form.parse().or(Err(Problem::new(ProblemKind::NotFound)))?;
    let asked = window(form, params.period, (params.from, params.to), params.as_of)?;
    let table = reports.fill(&actor, asked).await?;
    if is_file {
        let bytes = reports.file(&actor, &table).await?;
        return Ok(attached(&table, bytes));
    }
    Ok(Body(StatusCode::OK, table.told()).into_response())
}

/// Fills a form in and keeps it as it is, with the entry up to which facts are in it. Needs a right to confirm reports.
#[utoipa::path(post, path = "/api/v1/reports/runs", tag = "reports", request_body = RunDraft,
    responses((status = 201, body = RunView)))]
pub async fn keep_report(
    State(reports): State<Reports>,
    Caller(actor): Caller,
    draft: Json<RunDraft>,
) -> Result<Body<RunView>, Problem> {
    let draft = draft.value;
    let asked = window(
        draft.form,
        draft.period,
        (draft.from, draft.to),
        draft.as_of,
    )?;
    let view = reports.keep(&actor, asked).await?;
    Ok(Body(StatusCode::CREATED, view))
}

/// The kept forms whose whole content the caller may read.
#[utoipa::path(get, path = "/api/v1/reports/runs", tag = "reports", responses((status = 200, body = RunList)))]
pub async fn report_runs(
    State(reports): State<Reports>,
    Caller(actor): Caller,
) -> Result<Body<RunList>, Problem> {
    let runs = reports.runs(&actor).await?;
    Ok(Body(StatusCode::OK, RunList { runs }))
}

/// One kept form as it was.
#[utoipa::path(get, path = "/api/v1/reports/runs/{id}", tag = "reports", params(("id" = Uuid, Path)),
    responses((status = 200, body = RunView)))]
pub async fn report_run(
    State(reports): State<Reports>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
) -> Result<Body<RunView>, Problem> {
    let (view, _) = reports.run(&actor, id).await?;
    Ok(Body(StatusCode::OK, view))
}

/// The sheet of a kept form.
#[utoipa::path(get, path = "/api/v1/reports/runs/{id}/file", tag = "reports", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
pub async fn report_run_file(
    State(reports): State<Reports>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let (_, table) = reports.run(&actor, id).await?;
    let bytes = reports.file(&actor, &table).await?;
    Ok(attached(&table, bytes))
}

/// Which communes have sent, found nothing, or not sent yet, with a reminder to copy.
#[utoipa::path(get, path = "/api/v1/reports/status", tag = "reports", params(PeriodParams),
    responses((status = 200, body = Sending)))]
pub async fn report_status(
    State(reports): State<Reports>,
    Caller(actor): Caller,
    Params(params): Params<PeriodParams>,
) -> Result<Body<Sending>, Problem> {
    let period = params.period.unwrap_or_else(|| reports.present());
    Ok(Body(StatusCode::OK, reports.sending(&actor, period).await?))
}

/// Says for a commune that nothing happened in a period (không phát sinh), up to today. Refused where plots are recorded;
/// what is recorded later marks it as contradicted.
#[utoipa::path(put, path = "/api/v1/reports/nothing/{commune}/{period}", tag = "reports",
    params(("commune" = String, Path), ("period" = ReportPeriod, Path)), request_body = NothingDraft,
    responses((status = 200, body = NothingView), (status = 201, body = NothingView), (status = 409)))]
pub async fn say_nothing(
    State(reports): State<Reports>,
    Caller(actor): Caller,
    Path((commune, period)): Path<(String, ReportPeriod)>,
    draft: Json<NothingDraft>,
) -> Result<Body<NothingView>, Problem> {
    let (view, is_new) = reports
        .say_nothing(&actor, (&commune, period), draft.value)
        .await?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(Body(status, view))
}

/// Takes back that nothing happened, with a reason.
#[utoipa::path(delete, path = "/api/v1/reports/nothing/{commune}/{period}", tag = "reports",
    params(("commune" = String, Path), ("period" = ReportPeriod, Path)), request_body = NothingDraft,
    responses((status = 200, body = NothingView)))]
pub async fn take_back_nothing(
    State(reports): State<Reports>,
    Caller(actor): Caller,
    Path((commune, period)): Path<(String, ReportPeriod)>,
    draft: Json<NothingDraft>,
) -> Result<Body<NothingView>, Problem> {
    let view = reports
        .take_back(&actor, (&commune, period), draft.value)
        .await?;
    Ok(Body(StatusCode::OK, view))
}

/// A period or two days, not both.
fn window(
    form: Form,
    period: Option<ReportPeriod>,
    days: (Option<LocalDate>, Option<LocalDate>),
    as_of: Option<EntryId>,
) -> Result<Asked, Problem> {
    let (from, to) = match (period, days) {
        (Some(period), (None, None)) => period.days(),
        (None, (Some(from), Some(to))) => (from, to),
        _ => {
            return Err(Problem::new(ProblemKind::InvalidParameter)
                .fault("query:period", "expected period, or from and to")
                .detail("period: expected period, or from and to / cần kỳ báo cáo, hoặc từ ngày và đến ngày"));
        }
    };
    Ok(Asked {
        form,
        from,
        to,
        as_of,
    })
}

fn attached(table: &Table, bytes: Vec<u8>) -> Response {
    let name = format!("{}_{}_{}.xlsx", table.form.number(), table.from, table.to);
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, bytes).into_response()
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Refused(refusal) => refusal.into(),
            Error::Parameter { name, reason } => Self::new(ProblemKind::InvalidParameter)
                .fault(format!("query:{name}"), &reason)
                .detail(format!("{name}: {reason}")),
            Error::HasFacts(plots) => Self::new(ProblemKind::WrongState).detail(format!(
                "{plots} plots are recorded there in this period / xã đã có {plots} điểm trồng được ghi trong kỳ"
            )),
            Error::Sheet(cause) => Self::new(ProblemKind::Internal).internal(cause),
            Error::Store(error) => error.into(),
        }
    }
}
