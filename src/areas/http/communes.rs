//! The communes of a day.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::areas::model::map::Commune;
use crate::areas::service::Areas;
use crate::base::time::LocalDate;
use crate::http::{Params, Path, Problem, ProblemKind};
use crate::identity::Caller;

use super::features::{Asked, Feature, Features, geometry};

/// Which communes are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CommuneList {
    /// The day whose boundaries are wanted (today).
    pub at: Option<LocalDate>,
    /// Whether the boundaries come along (no).
    pub geometry: Option<bool>,
    /// Rows in a page (50, at most 500).
    pub limit: Option<u32>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
    /// Whether the number of all is wanted.
    pub count: Option<bool>,
}

/// On which day.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OnDay {
    /// The day (today).
    pub at: Option<LocalDate>,
}

/// The communes of a day.
#[utoipa::path(get, path = "/api/v1/communes", tag = "areas", params(CommuneList), responses((status = 200, body = Features, content_type = "application/geo+json")))]
pub async fn communes(
    State(areas): State<Areas>,
    Caller(actor): Caller,
    Params(list): Params<CommuneList>,
) -> Result<Features, Problem> {
    let at = list.at.unwrap_or_else(|| areas.today());
    let map = areas.map_for(&actor, at).await?;
    let with_geometry = list.geometry.unwrap_or(false);
    let shape = if with_geometry { "&geometry=true" } else { "" };
    let filter = format!("&at={at}{shape}");
    let asked = Asked {
        path: "/api/v1/communes",
        filter: &filter,
        limit: list.limit,
        cursor: list.cursor.as_deref(),
        count: list.count.unwrap_or(false),
    };
    asked.page(
        map.communes(),
        |commune| &commune.facts.code,
        |commune| feature(commune, with_geometry),
    )
}

/// One commune with its boundary of a day.
#[utoipa::path(get, path = "/api/v1/communes/{code}", tag = "areas", params(("code" = String, Path), OnDay), responses((status = 200, body = Feature, content_type = "application/geo+json")))]
pub async fn commune(
    State(areas): State<Areas>,
    Caller(actor): Caller,
    Path(code): Path<String>,
    Params(day): Params<OnDay>,
) -> Result<Feature, Problem> {
    let at = day.at.unwrap_or_else(|| areas.today());
    let map = areas.map_for(&actor, at).await?;
    let commune = map
        .commune(&code)
        .ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(feature(commune, true))
}

fn feature(commune: &Commune, with_geometry: bool) -> Feature {
    let place = with_geometry.then(|| geometry(commune.region()));
    Feature::new(&commune.facts.code, properties(commune), place)
}

fn properties(commune: &Commune) -> Value {
    let facts = &commune.facts;
    json!({
        "code": facts.code,
        "name": facts.name,
        "kind": facts.kind.as_str(),
        "label": facts.kind.label(),
        "province_code": facts.province_code,
        "province": facts.province_name,
        "is_border": facts.is_border,
        "area_m2": facts.area_m2.round(),
        "valid_from": facts.valid_from,
        "valid_to": facts.valid_to,
    })
}
