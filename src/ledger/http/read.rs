//! One plot with its life.

use axum::extract::State;
use axum::http::StatusCode;

use crate::base::ids::PlotId;
use crate::http::{Body, Path, Problem};
use crate::identity::Caller;
use crate::ledger::service::Ledger;
use crate::plots::http::PlotFeature;

/// One plot with its record, versions, measures, facts and what follows from them.
#[utoipa::path(get, path = "/api/v1/plots/{id}", tag = "plots", params(("id" = PlotId, Path)), responses((status = 200, body = PlotFeature)))]
pub async fn plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
) -> Result<Body<PlotFeature>, Problem> {
    let view = ledger.plot(&actor, id).await?;
    Ok(Body(StatusCode::OK, PlotFeature::of(view, None)))
}
