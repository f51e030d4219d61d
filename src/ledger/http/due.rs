//! Lists of what is expected: re-inspections, minutes.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::ids::PlotId;
use crate::base::time::Timestamp;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Params, Problem};
use crate::identity::Caller;
use crate::ledger::service::{DuePage, DueQuery, DueView, Ledger};

/// Which page is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DueParams {
    /// In this commune, by code.
    commune: Option<String>,
    /// Only what is overdue.
    overdue: Option<bool>,
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
}

/// A page of what is expected, the longest due first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DueList {
    /// The plots.
    pub plots: Vec<DueView>,
    /// The address of the next page.
    pub next: Option<String>,
}

type Answer = Result<Body<DueList>, Problem>;

/// Re-inspections that are due or will be, the longest due first.
#[utoipa::path(get, path = "/api/v1/ledger/reinspections-due", tag = "ledger", params(DueParams), responses((status = 200, body = DueList)))]
pub async fn reinspections_due(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<DueParams>,
) -> Answer {
    let page = ledger
        .reinspections_due(&actor, &params.query(&uri)?)
        .await?;
    Ok(listed(&uri, page))
}

/// Eradications whose minutes are still to come (chờ biên bản), the longest due first.
#[utoipa::path(get, path = "/api/v1/ledger/minutes-due", tag = "ledger", params(DueParams), responses((status = 200, body = DueList)))]
pub async fn minutes_due(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<DueParams>,
) -> Answer {
    let page = ledger.minutes_due(&actor, &params.query(&uri)?).await?;
    Ok(listed(&uri, page))
}

fn listed(uri: &ListUri, page: DuePage) -> Body<DueList> {
    let next = page
        .next
        .map(|(due, plot)| uri.next((Timestamp::from_millis(due), plot.0)));
    let list = DueList {
        plots: page.items,
        next,
    };
    Body(StatusCode::OK, list)
}

impl DueParams {
    fn query(self, uri: &ListUri) -> Result<DueQuery, Problem> {
        let after = uri.after(self.cursor.as_deref())?;
        Ok(DueQuery {
            after: after.map(|(due, plot)| (due.as_millis(), PlotId(plot))),
            commune: self.commune,
            overdue: self.overdue.unwrap_or(false),
            limit: limit(self.limit)?,
        })
    }
}
