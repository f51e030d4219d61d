//! The plots and facts under the figures of the rates.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::ids::{EntryId, OrgId, PlotId};
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::Crop;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Params, Problem};
use crate::identity::Caller;
use crate::ledger::model::words::RateFigure;
use crate::ledger::service::{BehindRow, FiguresQuery, Ledger};
use crate::ledger::sql::PlotFilter;

use super::figures::window;

/// Which figure of which rates is asked about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BehindParams {
    /// The figure.
    #[param(inline)]
    of: RateFigure,
    /// First local day.
    from: LocalDate,
    /// Last local day.
    to: LocalDate,
    /// In this commune.
    commune: Option<String>,
    /// Detected by this organisation.
    org: Option<OrgId>,
    /// Of this crop as verified, else as recorded.
    crop: Option<Crop>,
    /// Of this season; of re-planting figures the season in which it was sown again.
    season: Option<String>,
    /// From what was entered up to this entry only.
    as_of: Option<EntryId>,
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
}

/// A page of the plots under a figure.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BehindPage {
    /// The figure.
    pub of: RateFigure,
    /// How many plots stand under it.
    pub count: usize,
    /// The plots, by id.
    pub plots: Vec<BehindRow>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// The plots in the caller's reach under one figure of `GET /api/v1/ledger/rates` for the same question, each with the
/// facts by which it stands there.
#[utoipa::path(get, path = "/api/v1/ledger/rates/plots", tag = "ledger", params(BehindParams), responses((status = 200, body = BehindPage)))]
pub async fn ledger_rate_plots(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<BehindParams>,
) -> Result<Body<BehindPage>, Problem> {
    let window = window(params.from, params.to)?;
    let after = uri.after(params.cursor.as_deref())?;
    let most = usize::try_from(limit(params.limit)?).unwrap_or(usize::MAX);
    let query = FiguresQuery {
        by: None,
        as_of: params.as_of,
        filter: PlotFilter {
            commune: params.commune,
            org: params.org,
            grown: params.crop,
            season: params.season,
            ..PlotFilter::default()
        },
    };
    let mut plots = ledger
        .behind_rates(&actor, &query, window, params.of)
        .await?;
    let count = plots.len();
    plots.retain(|own| after.is_none_or(|(_, last)| own.behind.plot > PlotId(last)));
    let more = plots.len() > most;
    plots.truncate(most);
    let last = plots.last().filter(|_| more);
    Ok(Body(
        StatusCode::OK,
        BehindPage {
            of: params.of,
            count,
            next: last.map(|own| uri.next((Timestamp::from_millis(0), own.behind.plot.0))),
            plots,
        },
    ))
}
