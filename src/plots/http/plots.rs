//! Plots: recorded, measured, read one by one and in lists.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::ids::{IncidentId, PlotId};
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::geo::cells::Cell;
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;
use crate::journal::Receipt;
use crate::plots::model::measure::MeasureWire;
use crate::plots::model::wire::PlotWire;
use crate::plots::service::{ListQuery, PlotView, Plots, Recorded};
use crate::plots::sql::{CellRange, Filter};

/// A plot as a GeoJSON Feature.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PlotFeature {
    /// `Feature`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The plot.
    pub id: PlotId,
    /// Its point.
    pub geometry: PointGeometry,
    /// What was recorded, and what the server knows: state, version, commune, cells, season, period, measures that
    /// stand, flags and candidates.
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
    /// The promise, when something was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// A GeoJSON Point.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PointGeometry {
    /// `Point`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Longitude, latitude and, when known, altitude.
    pub coordinates: Vec<f64>,
}

/// A page of plots.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PlotList {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The plots, the latest detected first.
    pub features: Vec<PlotFeature>,
    /// The address of the next page.
    pub next: Option<String>,
    /// All plots that the filters leave, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

/// Which plots are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlotParams {
    /// In this commune, by code.
    commune: Option<String>,
    /// Detected on this local day or later.
    from: Option<LocalDate>,
    /// Detected on this local day or earlier.
    to: Option<LocalDate>,
    /// In this state.
    state: Option<String>,
    /// West, south, east, north in degrees.
    bbox: Option<String>,
    /// H3 cells of resolutions 0 to 12, comma-separated, at most 100.
    cells: Option<String>,
    /// Of this crop.
    crop: Option<Crop>,
    /// Sent back for completing with no answer yet, or not.
    returned: Option<bool>,
    /// Of this incident.
    incident: Option<IncidentId>,
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
    /// Whether to count all of them.
    count: Option<bool>,
}

type Answer<T> = Result<Body<T>, Problem>;

/// Records a plot, or corrects it with `revises`.
#[utoipa::path(put, path = "/api/v1/plots/{id}", tag = "plots", params(("id" = PlotId, Path)), request_body = PlotWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn record_plot(
    State(plots): State<Plots>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<PlotWire>,
) -> Answer<PlotFeature> {
    let recorded = plots.record(&actor, id, &sent.value, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Adds a measure to a plot.
#[utoipa::path(post, path = "/api/v1/plots/{id}/measures", tag = "plots", params(("id" = PlotId, Path)), request_body = MeasureWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn measure_plot(
    State(plots): State<Plots>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<MeasureWire>,
) -> Answer<PlotFeature> {
    let recorded = plots.measure(&actor, id, sent.value, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// A page of the plots in the caller's reach, the latest detected first.
#[utoipa::path(get, path = "/api/v1/plots", tag = "plots", params(PlotParams), responses((status = 200, body = PlotList)))]
pub async fn plots(
    State(plots): State<Plots>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<PlotParams>,
) -> Answer<PlotList> {
    let query = ListQuery {
        after: uri
            .after(params.cursor.as_deref())?
            .map(|(at, id)| (at, PlotId(id))),
        limit: limit(params.limit)?,
        count: params.count.unwrap_or(false),
        filter: params.filter()?,
    };
    let page = plots.list(&actor, &query).await?;
    let list = PlotList {
        kind: "FeatureCollection",
        features: features(page.items),
        next: page.next.map(|(at, id)| uri.next((at, id.0))),
        total: page.total,
    };
    Ok(Body(StatusCode::OK, list))
}

fn answered(recorded: Recorded) -> Body<PlotFeature> {
    let status = if recorded.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let feature = PlotFeature::of(recorded.view, Some(recorded.receipt));
    Body(status, feature)
}

/// Plots as Features.
#[must_use]
pub fn features(views: Vec<PlotView>) -> Vec<PlotFeature> {
    views
        .into_iter()
        .map(|view| PlotFeature::of(view, None))
        .collect()
}

impl PlotFeature {
    /// The plot as one reader may see it, with the promise when something was recorded.
    #[must_use]
    pub fn of(view: PlotView, receipt: Option<Receipt>) -> Self {
        Self {
            kind: "Feature",
            id: view.id,
            geometry: PointGeometry {
                kind: "Point",
                coordinates: view.coordinates,
            },
            properties: view.properties,
            receipt,
        }
    }
}

impl PlotParams {
    fn filter(self) -> Result<Filter, Problem> {
        let cells = self.cells.as_deref().map(cell_ranges).transpose()?;
        Ok(Filter {
            bbox: self.bbox.as_deref().map(bbox).transpose()?,
            cells: cells.unwrap_or_default(),
            commune: self.commune,
            from: self.from.map(LocalDate::start),
            to: self.to.map(LocalDate::end),
            state: self.state,
            crop: self.crop.map(|crop| crop.as_str().to_owned()),
            returned: self.returned,
            incident: self.incident,
        })
    }
}

fn bbox(text: &str) -> Result<[f64; 4], Problem> {
    let numbers: Option<Vec<f64>> = text
        .split(',')
        .map(|number| number.trim().parse().ok())
        .collect();
    match numbers.as_deref() {
        Some([west, south, east, north]) if west <= east && south <= north => {
            Ok([*west, *south, *east, *north])
        }
        _ => Err(Problem::new(ProblemKind::InvalidParameter)
            .detail("bbox: expected west,south,east,north in degrees")),
    }
}

const MOST_CELLS: usize = 100;
/// The resolutions of the cells that are kept of a plot.
const KEPT: [u8; 3] = [7, 9, 12];

fn cell_ranges(text: &str) -> Result<Vec<CellRange>, Problem> {
    let refused = || {
        Problem::new(ProblemKind::InvalidParameter).detail(format!(
            "cells: expected 1 to {MOST_CELLS} H3 cells of resolutions 0 to 12, comma-separated"
        ))
    };
    let ranges: Option<Vec<_>> = text.split(',').map(cell_range).collect();
    ranges
        .filter(|ranges| ranges.len() <= MOST_CELLS)
        .ok_or_else(refused)
}

fn cell_range(hex: &str) -> Option<CellRange> {
    let cell = Cell::from_db(i64::from_str_radix(hex.trim(), 16).ok()?).ok()?;
    let resolution = KEPT.into_iter().find(|kept| *kept >= cell.resolution())?;
    Some(CellRange {
        resolution,
        cells: cell.descendants(resolution).ok()?,
    })
}
