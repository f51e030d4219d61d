//! The second look by another unit: drawing, visiting, reading what it says.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::ids::PlotId;
use crate::http::{Body, Json, Params, Path, Problem};
use crate::identity::Caller;
use crate::journal::Receipt;
use crate::ledger::service::{Ledger, RevisitWire, SampleView, SampleYear, VisitsView};

/// Which year is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SampleParams {
    /// The statistical year, by the calendar year in which it ends.
    period: i64,
}

/// Which year is to be drawn.
#[derive(Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawWire {
    /// The statistical year, by the calendar year in which it ends.
    pub period: i64,
}

/// A draw with the promise over it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SampleAnswer {
    /// The draw.
    pub sample: SampleView,
    /// The promise.
    pub receipt: Receipt,
}

/// The promise over a second visit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RevisitAnswer {
    /// The promise.
    pub receipt: Receipt,
}

fn status(is_new: bool) -> StatusCode {
    if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    }
}

/// Draws the plots of a closed statistical year that another unit visits again, seeded by the first head after it.
#[utoipa::path(post, path = "/api/v1/ledger/sample", tag = "ledger", request_body = DrawWire,
    responses((status = 201, body = SampleAnswer), (status = 200, body = SampleAnswer)))]
pub async fn draw_sample(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    sent: Json<DrawWire>,
) -> Result<Body<SampleAnswer>, Problem> {
    let (sample, receipt, is_new) = ledger.draw_sample(&actor, sent.value.period).await?;
    Ok(Body(status(is_new), SampleAnswer { sample, receipt }))
}

/// The years that were drawn, the last first; to readers of the whole province also what each draw says.
#[utoipa::path(get, path = "/api/v1/ledger/samples", tag = "ledger", responses((status = 200, body = [SampleYear])))]
pub async fn ledger_samples(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
) -> Result<Body<Vec<SampleYear>>, Problem> {
    Ok(Body(StatusCode::OK, ledger.samples(&actor).await?))
}

/// A year's draw, what was found, and what that says of all claims and of each unit's.
#[utoipa::path(get, path = "/api/v1/ledger/sample", tag = "ledger", params(SampleParams), responses((status = 200, body = SampleView)))]
pub async fn ledger_sample(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Params(params): Params<SampleParams>,
) -> Result<Body<SampleView>, Problem> {
    let view = ledger.sample(&actor, params.period).await?;
    Ok(Body(StatusCode::OK, view))
}

/// The drawn plots that the caller's unit may be asked to visit: in its communes, claimed by others; neither what is
/// claimed there nor what a visit found.
#[utoipa::path(get, path = "/api/v1/ledger/sample/visits", tag = "ledger", params(SampleParams), responses((status = 200, body = VisitsView)))]
pub async fn plots_to_visit(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Params(params): Params<SampleParams>,
) -> Result<Body<VisitsView>, Problem> {
    let view = ledger.to_visit(&actor, params.period).await?;
    Ok(Body(StatusCode::OK, view))
}

/// Records what another unit than the claiming one found on a drawn plot.
#[utoipa::path(post, path = "/api/v1/plots/{id}/revisits", tag = "ledger", params(("id" = PlotId, Path)), request_body = RevisitWire,
    responses((status = 201, body = RevisitAnswer), (status = 200, body = RevisitAnswer)))]
pub async fn revisit_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<RevisitWire>,
) -> Result<Body<RevisitAnswer>, Problem> {
    let recorded = ledger.revisit(&actor, id, &sent.value, &sent.bytes).await?;
    let answer = RevisitAnswer {
        receipt: recorded.receipt,
    };
    Ok(Body(status(recorded.is_new), answer))
}
