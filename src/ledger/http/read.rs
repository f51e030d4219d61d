//! One plot with its life, one incident with its badge.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use crate::base::ids::{IncidentId, PlotId};
use crate::http::{Body, Path, Problem};
use crate::identity::Caller;
use crate::ledger::service::Ledger;
use crate::plots::http::{IncidentAnswer, PlotFeature, features};

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

/// One incident with its history, its plots in the caller's reach and the badge of all of them together.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "plots", params(("id" = IncidentId, Path)), responses((status = 200, body = IncidentAnswer)))]
pub async fn incident(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<IncidentId>,
) -> Result<Body<IncidentAnswer>, Problem> {
    let (view, badge) = ledger.incident(&actor, id).await?;
    let mut incident = view.told()?;
    if let Some(fields) = incident.as_object_mut() {
        let plots = features(view.plots.unwrap_or_default());
        fields.insert(
            "plots".into(),
            json!({ "type": "FeatureCollection", "features": plots }),
        );
        fields.insert("law_badge".into(), json!(badge));
    }
    let answer = IncidentAnswer {
        incident,
        receipt: None,
    };
    Ok(Body(StatusCode::OK, answer))
}
