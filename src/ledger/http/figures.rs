//! Figures of the ledger, and the claims that may be one ground.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::ids::{EntryId, IncidentId, OrgId, PlotId};
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::Crop;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Params, Problem, ProblemKind};
use crate::identity::Caller;
use crate::ledger::model::words::{Grouping, PlotFigure};
use crate::ledger::service::{
    BeyondView, CommuneCohort, CommuneRow, DuplicateView, FiguresQuery, FiguresView, Ledger,
    PressureQuery, PressureView, RatesView, page,
};
use crate::ledger::sql::PlotFilter;
use crate::plots::model::season::InvalidSeason;

/// Which figures are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FiguresParams {
    /// By plot, incident, commune, org, season, period or crop; one sum without it.
    #[param(inline)]
    by: Option<Grouping>,
    /// Of one plot.
    plot: Option<PlotId>,
    /// In this commune, by the boundaries of the day of detection.
    commune: Option<String>,
    /// Detected by this organisation.
    org: Option<OrgId>,
    /// Of this incident.
    incident: Option<IncidentId>,
    /// Of this season, such as 2025-2026.
    season: Option<String>,
    /// Of this statistical year (15/12 of the year before to 14/12).
    period: Option<i64>,
    /// Of this crop as verified, else as recorded.
    crop: Option<Crop>,
    /// In no commune by the boundaries of the day of detection.
    outside: Option<bool>,
    /// Under this figure: `counted`, `in_incident`, `open`, `destroyed` or `voluntary`.
    #[param(inline)]
    of: Option<PlotFigure>,
    /// Detected on this local day or later.
    from: Option<LocalDate>,
    /// Detected on this local day or earlier.
    to: Option<LocalDate>,
    /// From what was entered up to this entry only.
    as_of: Option<EntryId>,
    /// Rows in a page of plots (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
}

/// Figures, for plots a page at a time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FiguresAnswer {
    /// The figures.
    #[serde(flatten)]
    pub figures: FiguresView,
    /// The address of the next page of plots.
    pub next: Option<String>,
}

/// Sums of plots: claimed, re-measured, verified, eradicated, each by itself; a ground that several units claim counts
/// once, and `in_dispute` says how much is left out for that; `perhaps_twice` how much is counted that may be another claim's ground. `by=plot` gives the facts under each figure, `of` the plots under one.
#[utoipa::path(get, path = "/api/v1/ledger", tag = "ledger", params(FiguresParams), responses((status = 200, body = FiguresAnswer)))]
pub async fn ledger_figures(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<FiguresParams>,
) -> Result<Body<FiguresAnswer>, Problem> {
    let after = uri.after(params.cursor.as_deref())?;
    let most = usize::try_from(limit(params.limit)?).unwrap_or(usize::MAX);
    let query = params.query();
    let mut figures = ledger.figures(&actor, &query).await?;
    let mut next = None;
    if query.by == Some(Grouping::Plot) {
        let (rows, more) = page(figures.rows, after.map(|(_, plot)| PlotId(plot)), most);
        let last = rows.last().filter(|_| more);
        let last: Option<PlotId> = last.and_then(|row| row.key.as_ref()?.parse().ok());
        next = last.map(|plot| uri.next((Timestamp::from_millis(0), plot.0)));
        figures.rows = rows;
    }
    Ok(Body(StatusCode::OK, FiguresAnswer { figures, next }))
}

impl FiguresParams {
    fn query(self) -> FiguresQuery {
        FiguresQuery {
            by: self.by,
            as_of: self.as_of,
            filter: PlotFilter {
                plot: self.plot,
                commune: self.commune,
                org: self.org,
                incident: self.incident,
                season: self.season,
                period: self.period,
                grown: self.crop,
                outside: self.outside.unwrap_or(false),
                of: self.of,
                from: self.from.map(LocalDate::start),
                to: self.to.map(LocalDate::end),
                ..PlotFilter::default()
            },
        }
    }
}

/// Which window and plots rates are asked of.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RatesParams {
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
    /// Of this season; also tells what was sown again in it.
    season: Option<String>,
    /// From what was entered up to this entry only.
    as_of: Option<EntryId>,
}

/// The instants of these days, both included.
pub(super) fn window(from: LocalDate, to: LocalDate) -> Result<(Timestamp, Timestamp), Problem> {
    if from > to {
        return Err(Problem::new(ProblemKind::InvalidParameter)
            .detail("to: expected a day that is not before from"));
    }
    Ok((from.start(), to.end()))
}

/// Rates of a window: eradication by cohort and flow, the 100 % test, lags, what came up or was sown again. The plots and
/// facts under each figure: `GET /api/v1/ledger/rates/plots?of=…` with the same parameters.
#[utoipa::path(get, path = "/api/v1/ledger/rates", tag = "ledger", params(RatesParams), responses((status = 200, body = RatesView)))]
pub async fn ledger_rates(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Params(params): Params<RatesParams>,
) -> Result<Body<RatesView>, Problem> {
    let window = window(params.from, params.to)?;
    let rates = ledger.rates(&actor, &params.query(), window).await?;
    Ok(Body(StatusCode::OK, rates))
}

/// The 100 % test commune by commune, by code and never ranked: the cohort of `GET /api/v1/ledger/rates` of each. Their plots:
/// `GET /api/v1/ledger/rates/plots?of=cohort…&commune=…`.
#[utoipa::path(get, path = "/api/v1/ledger/rates/communes", tag = "ledger", params(RatesParams), responses((status = 200, body = [CommuneCohort])))]
pub async fn ledger_rates_by_commune(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Params(params): Params<RatesParams>,
) -> Result<Body<Vec<CommuneCohort>>, Problem> {
    let window = window(params.from, params.to)?;
    let rows = ledger.cohorts(&actor, &params.query(), window).await?;
    Ok(Body(StatusCode::OK, rows))
}

impl RatesParams {
    fn query(self) -> FiguresQuery {
        FiguresQuery {
            by: None,
            as_of: self.as_of,
            filter: PlotFilter {
                commune: self.commune,
                org: self.org,
                grown: self.crop,
                season: self.season,
                ..PlotFilter::default()
            },
        }
    }
}

/// Which re-planting pressure is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PressureParams {
    /// The season in which it was sown again, such as 2025-2026.
    season: String,
    /// H3 resolution: 7, 8 (as when left out) or 9.
    res: Option<u8>,
    /// In this commune, by the boundaries of the day of detection.
    commune: Option<String>,
    /// Of this crop as verified, else as recorded.
    crop: Option<Crop>,
    /// From what was entered up to this entry only.
    as_of: Option<EntryId>,
}

/// Re-planting pressure (áp lực tái trồng) by H3 cell: of the plots eradicated in the season before, those visited in this
/// one and those sown again, each with the re-inspections that reached it and the new plots on its ground; in which of
/// the last three seasons verified plots stood in the cell. Cells come by number, never ranked.
#[utoipa::path(get, path = "/api/v1/ledger/replanting", tag = "ledger", params(PressureParams), responses((status = 200, body = PressureView)))]
pub async fn ledger_replanting(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Params(params): Params<PressureParams>,
) -> Result<Body<PressureView>, Problem> {
    let refused = |detail: String| Problem::new(ProblemKind::InvalidParameter).detail(detail);
    let season = params.season.parse();
    let season = season.map_err(|fault: InvalidSeason| refused(format!("season: {fault}")))?;
    let resolution = params.res.unwrap_or(8);
    if !(7..=9).contains(&resolution) {
        return Err(refused("res: expected 7, 8 or 9".into()));
    }
    let query = PressureQuery {
        season,
        resolution,
        as_of: params.as_of,
        filter: PlotFilter {
            commune: params.commune,
            grown: params.crop,
            ..PlotFilter::default()
        },
    };
    let pressure = ledger.pressure(&actor, &query).await?;
    Ok(Body(StatusCode::OK, pressure))
}

/// Which statistical year is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeriodParams {
    /// The statistical year (15/12 of the year before to 14/12).
    period: i64,
    /// This commune alone, by the boundaries of the day of detection.
    commune: Option<String>,
}

/// What verified plants and areas of a statistical year say by criterion d of QĐ 28/2025/QĐ-TTg, commune by commune, by
/// code: a proposal, no legal conclusion and no ranking.
#[utoipa::path(get, path = "/api/v1/ledger/communes", tag = "ledger", params(PeriodParams), responses((status = 200, body = [CommuneRow])))]
pub async fn ledger_communes(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Params(params): Params<PeriodParams>,
) -> Result<Body<Vec<CommuneRow>>, Problem> {
    let rows = ledger
        .communes(&actor, params.period, params.commune)
        .await?;
    Ok(Body(StatusCode::OK, rows))
}

/// Which claims are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DuplicatesParams {
    /// Of this season.
    season: Option<String>,
    /// Only those that nobody decided yet.
    undecided: Option<bool>,
}

/// Claims of different units, or of one, that may be one ground, both sides alike, the likeliest first; decided by
/// `POST /api/v1/plots/{id}/judgements`.
#[utoipa::path(get, path = "/api/v1/ledger/duplicates", tag = "ledger", params(DuplicatesParams), responses((status = 200, body = [DuplicateView])))]
pub async fn ledger_duplicates(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Params(params): Params<DuplicatesParams>,
) -> Result<Body<Vec<DuplicateView>>, Problem> {
    let undecided = params.undecided.unwrap_or(false);
    let found = ledger.duplicates(&actor, params.season, undecided).await?;
    Ok(Body(StatusCode::OK, found))
}

/// Claims in the caller's reach that may be one ground with a plot in another commune beyond it: his own side, and who sees
/// both and decides. Of the other side nothing else is told.
#[utoipa::path(get, path = "/api/v1/ledger/duplicates/beyond", tag = "ledger", params(DuplicatesParams), responses((status = 200, body = [BeyondView])))]
pub async fn ledger_duplicates_beyond(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Params(params): Params<DuplicatesParams>,
) -> Result<Body<Vec<BeyondView>>, Problem> {
    let undecided = params.undecided.unwrap_or(false);
    let found = ledger
        .duplicates_beyond(&actor, params.season, undecided)
        .await?;
    Ok(Body(StatusCode::OK, found))
}
