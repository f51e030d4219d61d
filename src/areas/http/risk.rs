//! Risk areas: read within one's communes, set by the province.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::areas::model::properties::Properties;
use crate::areas::model::reader::{Feature as FeatureText, Limits};
use crate::areas::model::risk::{RiskAreaDraft, RiskLevel, windows_json};
use crate::areas::service::{Areas, RiskAreaView};
use crate::base::ids::RiskAreaId;
use crate::base::refusal::Refusal;
use crate::base::time::LocalDate;
use crate::geo::shape::check_crs;
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;
use crate::journal::Receipt;

use super::OnDay;
use super::features::{Asked, Feature, Features, geometry};

/// Which risk areas are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RiskAreaList {
    /// A commune's code: areas that share ground with it.
    pub commune: Option<String>,
    /// The day on which they are valid (today).
    pub at: Option<LocalDate>,
    /// `high`, `medium` or `low`.
    pub level: Option<String>,
    /// Rows in a page (50, at most 500).
    pub limit: Option<u32>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
    /// Whether the number of all is wanted.
    pub count: Option<bool>,
}

/// A risk area as the province sets it: a GeoJSON feature.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct RiskAreaBody {
    /// Always `Feature`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `name`, `level`, `basis`, `crop`, `valid_from`, `reason`; `valid_to`, `windows`, `required_visits`, and
    /// `revises`: the version that this one is meant to follow.
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
    /// A Polygon or `MultiPolygon` in WGS84.
    #[schema(value_type = Object)]
    pub geometry: Option<geojson::Geometry>,
    /// As GeoJSON had before RFC 7946; only WGS84 is accepted.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub crs: Value,
}

/// A risk area as it stands after it was set.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RiskAreaAnswer {
    /// The area's id.
    pub id: RiskAreaId,
    /// Its code.
    pub code: String,
    /// The version that stands.
    pub version: i64,
    /// The version's receipt.
    pub receipt: Receipt,
}

/// The risk areas of a day that share ground with the communes in the reader's reach.
#[utoipa::path(get, path = "/api/v1/risk-areas", tag = "areas", params(RiskAreaList), responses((status = 200, body = Features, content_type = "application/geo+json")))]
pub async fn risk_areas(
    State(areas): State<Areas>,
    Caller(actor): Caller,
    Params(list): Params<RiskAreaList>,
) -> Result<Features, Problem> {
    let at = list.at.unwrap_or_else(|| areas.today());
    let level = list.level.as_deref().map(level).transpose()?;
    let commune = list.commune.as_deref();
    let found = areas.risk_areas_for(&actor, at, level, commune).await?;
    let named = |name, value: Option<&str>| {
        value.map_or_else(String::new, |value| format!("&{name}={value}"))
    };
    let filter = format!(
        "&at={at}{}{}",
        named("level", level.map(RiskLevel::as_str)),
        named("commune", commune)
    );
    let asked = Asked {
        path: "/api/v1/risk-areas",
        filter: &filter,
        limit: list.limit,
        cursor: list.cursor.as_deref(),
        count: list.count.unwrap_or(false),
    };
    asked.page(&found, |area| &area.code, feature)
}

/// One risk area of a day; without a day the one of today, or else the newest.
#[utoipa::path(get, path = "/api/v1/risk-areas/{code}", tag = "areas", params(("code" = String, Path), OnDay), responses((status = 200, body = Feature, content_type = "application/geo+json")))]
pub async fn risk_area(
    State(areas): State<Areas>,
    Caller(actor): Caller,
    Path(code): Path<String>,
    Params(day): Params<OnDay>,
) -> Result<Feature, Problem> {
    let area = areas.risk_area_for(&actor, &code, day.at).await?;
    Ok(feature(&area))
}

/// Sets a risk area: a new one, or the next version of the one with that code.
#[utoipa::path(put, path = "/api/v1/risk-areas/{code}", tag = "areas", params(("code" = String, Path)), request_body = RiskAreaBody, responses((status = 201, body = RiskAreaAnswer), (status = 200, body = RiskAreaAnswer)))]
pub async fn set_risk_area(
    State(areas): State<Areas>,
    Caller(actor): Caller,
    Path(code): Path<String>,
    body: Json<RiskAreaBody>,
) -> Result<Body<RiskAreaAnswer>, Problem> {
    let Json { value, bytes } = body;
    let (reason, revises) = (reason(&value.properties)?, revises(&value.properties)?);
    let draft = draft(value, &code)?;
    let set = areas
        .set_risk_area(&actor, draft, &reason, revises, bytes)
        .await?;
    let status = if set.is_replay {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let answer = RiskAreaAnswer {
        id: RiskAreaId(set.receipt.id),
        code,
        version: set.version,
        receipt: set.receipt,
    };
    Ok(Body(status, answer))
}

fn level(text: &str) -> Result<RiskLevel, Problem> {
    text.parse()
        .map_err(|fault: crate::areas::model::risk::UnknownWord| {
            Problem::new(ProblemKind::InvalidParameter).detail(format!("level: {fault}"))
        })
}

fn reason(properties: &Map<String, Value>) -> Result<String, Problem> {
    match properties.get("reason") {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(Refusal::at("/properties/reason", "expected text").into()),
    }
}

fn revises(properties: &Map<String, Value>) -> Result<Option<i64>, Problem> {
    match properties.get("revises") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_i64()
            .map(Some)
            .ok_or_else(|| Refusal::at("/properties/revises", "expected a version").into()),
    }
}

fn draft(body: RiskAreaBody, code: &str) -> Result<RiskAreaDraft, Problem> {
    if body.kind != "Feature" {
        return Err(Refusal::at("/type", "expected Feature").into());
    }
    check_crs(&body.crs).map_err(|fault| Refusal::at("/crs", fault))?;
    let mut properties = body.properties;
    let named = properties
        .entry("code")
        .or_insert_with(|| Value::from(code));
    if named.as_str() != Some(code) {
        return Err(Refusal::at("/properties/code", "is not the code of the path").into());
    }
    let feature = FeatureText {
        number: 1,
        properties,
        geometry: body.geometry,
        vertices: 0,
    };
    let draft = RiskAreaDraft::parse(&feature, Limits::default().vertices);
    draft.map_err(|fault| match Properties(&feature.properties).code("code") {
        // A bad code came in the path.
        Err(_) => Problem::new(ProblemKind::InvalidParameter).detail(fault.to_string()),
        Ok(_) => super::of_feature(&fault),
    })
}

fn feature(area: &RiskAreaView) -> Feature {
    let properties = json!({
        "id": area.id,
        "code": area.code,
        "version": area.version,
        "name": area.name,
        "level": area.level.as_str(),
        "basis": area.basis.as_str(),
        "crop": area.crop,
        "windows": windows_json(&area.windows),
        "required_visits": area.required_visits,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
        "superseded_from": area.superseded_from,
        "area_m2": area.area_m2.round(),
        "reason": area.reason,
    });
    Feature::new(&area.code, properties, Some(geometry(&area.region)))
}
