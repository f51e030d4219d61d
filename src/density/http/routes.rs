//! The map's cells and the list of suggestions.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::density::service::{Answer, Asked, Campaign, Density, Suggestions};
use crate::http::{Body, Params, Problem};
use crate::identity::Caller;
use crate::plots::model::season::Season;

use super::refused;

/// Answers differ by caller and must not be kept for another.
const PRIVATE: [(header::HeaderName, &str); 2] = [
    (header::CACHE_CONTROL, "private, no-cache"),
    (header::VARY, "authorization, cookie"),
];

/// What is asked of density.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DensityQuery {
    /// First local day (UTC+7), included. Without days and season: the present season; outsiders: the last ended one.
    pub from: Option<LocalDate>,
    /// Last local day, included.
    pub to: Option<LocalDate>,
    /// H3 resolution: 7, 8 (as when left out) or 9; outsiders: 7.
    pub res: Option<u8>,
    /// Plots of one crop; outsiders: none may be chosen.
    pub crop: Option<Crop>,
    /// Patrols of one campaign, and the plots that they found; without trends. Outsiders: none may be chosen.
    pub campaign: Option<CampaignId>,
    /// A season such as 2025-2026 (poppy, September to August) or 2026; with days, the part of it between them.
    pub season: Option<String>,
}

/// Plots by H3 cell, corrected for effort: counts, rates, Gi* and trend.
#[utoipa::path(get, path = "/api/v1/density", tag = "density", params(DensityQuery),
    responses((status = 200, body = Answer), (status = 400), (status = 403)))]
pub async fn density(
    State(density): State<Density>,
    Caller(actor): Caller,
    Params(query): Params<DensityQuery>,
) -> Result<Response, Problem> {
    let answer = density.ask(&actor, &query.asked()?).await?;
    Ok((PRIVATE, Body(StatusCode::OK, answer)).into_response())
}

impl DensityQuery {
    fn asked(self) -> Result<Asked, Problem> {
        let season = self.season.as_deref().map(str::parse::<Season>);
        let season = season.transpose();
        Ok(Asked {
            from: self.from,
            to: self.to,
            season: season.map_err(|fault| refused("season", &fault.to_string()))?,
            resolution: self.res,
            crop: self.crop,
            campaign: self.campaign,
        })
    }
}

/// Of which days campaigns are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DensityCampaignsQuery {
    /// First local day (UTC+7), included.
    pub from: LocalDate,
    /// Last local day, included.
    pub to: LocalDate,
}

/// The campaigns that `campaign=` may name: those of the patrols that began on these days, the earliest first.
#[utoipa::path(get, path = "/api/v1/density/campaigns", tag = "density", params(DensityCampaignsQuery),
    responses((status = 200, body = [Campaign]), (status = 400), (status = 403)))]
pub async fn density_campaigns(
    State(density): State<Density>,
    Caller(actor): Caller,
    Params(query): Params<DensityCampaignsQuery>,
) -> Result<Response, Problem> {
    let listed = density.campaigns(&actor, query.from, query.to).await?;
    Ok((PRIVATE, Body(StatusCode::OK, listed)).into_response())
}

/// Which suggestions are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SuggestionsQuery {
    /// The commune, by code.
    pub commune: String,
    /// How many areas (10, at most 50).
    pub n: Option<usize>,
}

/// Where a commune might look next ("Nên kiểm tra tiếp"), at least a fifth of it drawn at random.
#[utoipa::path(get, path = "/api/v1/density/suggestions", tag = "density", params(SuggestionsQuery),
    responses((status = 200, body = Suggestions), (status = 400), (status = 404)))]
pub async fn density_suggestions(
    State(density): State<Density>,
    Caller(actor): Caller,
    Params(query): Params<SuggestionsQuery>,
) -> Result<Response, Problem> {
    let listed = density.suggestions(&actor, &query.commune, query.n).await?;
    Ok((PRIVATE, Body(StatusCode::OK, listed)).into_response())
}
