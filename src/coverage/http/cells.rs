//! Single cells: the gap list, and why a cell counts as covered or not.

use axum::extract::State;
use axum::http::StatusCode;
use h3o::CellIndex;
use serde::{Deserialize, Serialize};

use crate::base::page::{Cursor, DEFAULT_LIMIT, MAX_LIMIT};
use crate::base::time::LocalDate;
use crate::coverage::service::{Coverage, ExplainAsked, Explanation, Gap, GapPlace, GapsAsked};
use crate::http::{Body, Params, Problem};
use crate::identity::Caller;

use super::refused;
use super::routes::centimetres;

/// Which cell is to be explained.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExplainQuery {
    /// The cell's H3 index, of resolution 9, 10 or 11.
    pub cell: String,
    /// First local day (UTC+7), included.
    pub from: LocalDate,
    /// Last local day, included.
    pub to: LocalDate,
    /// How far a patrol sees; only indexed radii are answered.
    pub radius_m: Option<f64>,
}

/// Why a cell counts as covered or not: which patrols saw it, which gaps and fixes near it earned nothing, and why.
#[utoipa::path(get, path = "/api/v1/coverage/explain", tag = "coverage", params(ExplainQuery),
    responses((status = 200, body = Explanation), (status = 400), (status = 404)))]
pub async fn explain_cell(
    State(coverage): State<Coverage>,
    Caller(actor): Caller,
    Params(query): Params<ExplainQuery>,
) -> Result<Body<Explanation>, Problem> {
    let cell = query.cell.parse::<CellIndex>();
    let cell = cell.map_err(|fault| refused("cell", &fault.to_string()))?;
    let asked = ExplainAsked {
        cell,
        from: query.from,
        to: query.to,
        radius_cm: query.radius_m.map(centimetres).transpose()?,
    };
    Ok(Body(StatusCode::OK, coverage.explain(&actor, asked).await?))
}

/// Which gaps are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GapsQuery {
    /// The commune, by code.
    pub commune: String,
    /// First local day (UTC+7), included.
    pub from: LocalDate,
    /// Last local day, included.
    pub to: LocalDate,
    /// How far a patrol sees; only indexed radii are answered.
    pub radius_m: Option<f64>,
    /// 9 for cells of a tenth of a km², 11 for their 49 parts.
    pub res: Option<u8>,
    /// Rows in a page (50, at most 500).
    pub limit: Option<u32>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// Cells at risk as GeoJSON.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GapCollection {
    /// `FeatureCollection`.
    pub r#type: &'static str,
    /// The cells, those with the most unseen ground first.
    pub features: Vec<GapFeature>,
    /// Where to go on.
    pub next: Option<String>,
}

/// A cell at risk as a GeoJSON feature.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GapFeature {
    /// `Feature`.
    pub r#type: &'static str,
    /// Its outline.
    pub geometry: GapOutline,
    /// What is known of it.
    pub properties: GapProperties,
}

/// The outline of a cell.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GapOutline {
    /// `Polygon`.
    pub r#type: &'static str,
    /// One ring.
    pub coordinates: [Vec<[f64; 2]>; 1],
}

/// What is known of a cell.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GapProperties {
    /// Its H3 index.
    pub cell: String,
    /// How much of it is at risk, in m².
    pub risk_m2: f64,
    /// The share of it that is at risk, 0 to 1.
    pub risk_share: f64,
    /// The covered part of what is at risk, in m².
    pub covered_m2: f64,
    /// Distinct patrols on distinct local days.
    pub visits: usize,
    /// The local day of the last visit.
    pub last_visit_on: Option<LocalDate>,
    /// Mean number of days between days with a visit; null before the second.
    pub revisit_days: Option<f64>,
}

/// The gap list of one commune, worst first.
#[utoipa::path(get, path = "/api/v1/coverage/cells", tag = "coverage", params(GapsQuery),
    responses((status = 200, body = GapCollection), (status = 400), (status = 404)))]
pub async fn coverage_cells(
    State(coverage): State<Coverage>,
    Caller(actor): Caller,
    Params(query): Params<GapsQuery>,
) -> Result<Body<GapCollection>, Problem> {
    let filter = query.filter_text();
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let asked = query.asked(&filter, limit)?;
    let (gaps, is_more) = coverage.gaps(&actor, asked).await?;
    let next = gaps.last().filter(|_| is_more).map(|last| {
        let cursor = cursor(last.place).encode(&filter);
        format!("/api/v1/coverage/cells?{filter}limit={limit}&cursor={cursor}")
    });
    let collection = GapCollection {
        r#type: "FeatureCollection",
        features: gaps.iter().map(feature).collect(),
        next,
    };
    Ok(Body(StatusCode::OK, collection))
}

impl GapsQuery {
    fn asked(self, filter: &str, limit: u32) -> Result<GapsAsked, Problem> {
        let fine = match self.res {
            None | Some(9) => false,
            Some(11) => true,
            Some(_) => return Err(refused("res", "9 or 11")),
        };
        let after = match &self.cursor {
            None => None,
            Some(text) => Some(place(text, filter)?),
        };
        Ok(GapsAsked {
            commune: self.commune,
            from: self.from,
            to: self.to,
            campaign: None,
            kind: None,
            radius_cm: self.radius_m.map(centimetres).transpose()?,
            fine,
            after,
            limit: limit as usize,
        })
    }

    /// The filters as a query, in one order; a cursor holds under these alone.
    fn filter_text(&self) -> String {
        // Codes of communes are letters and digits; anything else matches none, so it may go.
        let commune = self
            .commune
            .chars()
            .filter(|letter| letter.is_alphanumeric());
        let mut text = format!(
            "commune={}&from={}&to={}&",
            commune.collect::<String>(),
            self.from,
            self.to
        );
        if let Some(radius_m) = self.radius_m {
            text.extend(["radius_m=", &radius_m.to_string(), "&"]);
        }
        if let Some(res) = self.res {
            text.extend(["res=", &res.to_string(), "&"]);
        }
        text
    }
}

fn cursor(place: GapPlace) -> Cursor {
    let words = [place.rank, place.parent, place.cell];
    Cursor(words.map(u64::to_be_bytes).concat())
}

fn place(text: &str, filter: &str) -> Result<GapPlace, Problem> {
    let Cursor(key) =
        Cursor::decode(text, filter).map_err(|fault| refused("cursor", &fault.to_string()))?;
    let words: Vec<u64> = key
        .as_chunks::<8>()
        .0
        .iter()
        .map(|word| u64::from_be_bytes(*word))
        .collect();
    match words[..] {
        [rank, parent, cell] => Ok(GapPlace { rank, parent, cell }),
        _ => Err(refused("cursor", "not a cursor of this list")),
    }
}

fn feature(gap: &Gap) -> GapFeature {
    GapFeature {
        r#type: "Feature",
        geometry: GapOutline {
            r#type: "Polygon",
            coordinates: [gap.outline()],
        },
        properties: GapProperties {
            cell: gap.cell.to_string(),
            risk_m2: gap.risk_m2,
            risk_share: gap.risk_share(),
            covered_m2: gap.covered_m2,
            visits: gap.visits,
            last_visit_on: gap.last_visit_on,
            revisit_days: gap.revisit_days,
        },
    }
}
