//! Figures per commune, and step by step.

use std::num::NonZeroU8;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::areas::model::risk::RiskLevel;
use crate::base::ids::{CampaignId, OrgId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::service::{Answer, Asked, Coverage, Force, Pass, Series, SeriesAsked, Step};
use crate::http::{Body, Params, Problem, Written};
use crate::identity::Caller;
use crate::identity::model::OrgKind;
use crate::patrols::model::vocabulary::PatrolKind;

use super::refused;

/// What is asked of coverage.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CoverageQuery {
    /// First local day (UTC+7), included. Who may not read patrols is answered with whole weeks from Monday to Sunday.
    pub from: LocalDate,
    /// Last local day, included; boundaries are those of this day. The newest days are withheld from who may not read patrols.
    pub to: LocalDate,
    /// One commune, by code.
    pub commune: Option<String>,
    /// Risk areas of one level: high, medium or low.
    pub level: Option<String>,
    /// Patrols of one campaign. For who may read patrols.
    pub campaign: Option<CampaignId>,
    /// Patrols of one kind. For who may read patrols.
    pub kind: Option<PatrolKind>,
    /// What was seen from the ground (by default), or by unmanned aircraft; the two are never united. Patrols, way, time and
    /// visits are those of the same class.
    #[param(inline)]
    pub class: Option<FootprintClass>,
    /// How far a patrol sees at most; only indexed radii are answered. Without it every transport sees as far as the
    /// definition says.
    pub radius_m: Option<f64>,
    /// A cell counts from so many visits on: distinct patrols on distinct local days.
    #[param(value_type = Option<u8>, minimum = 1)]
    pub visits: Option<NonZeroU8>,
    /// Visits inside the check windows of this name, or inside so many different ones. Effort is that of the same days:
    /// inside the named windows of a commune's risk areas, or inside any of them.
    pub pass: Option<String>,
    /// Only patrols that an officer found true.
    pub validated: Option<bool>,
    /// Only patrols led by this kind of organisation, or by this organisation. For who may read patrols.
    pub force: Option<String>,
    /// From facts received up to this instant. For who may read patrols.
    pub as_of: Option<Timestamp>,
    /// By the definition of this version; without it, by the last one that every patrol is indexed under.
    pub definition: Option<u32>,
    /// Beside the share of the period of equal length before. Not for the series.
    pub compare: Option<bool>,
    /// Beside which share was seen how lately. Not for the series.
    pub freshness: Option<bool>,
    /// Steps of a series: `week` or `month`. For the series only.
    #[param(inline)]
    pub step: Option<Step>,
}

/// Coverage of the risk areas per commune.
#[utoipa::path(get, path = "/api/v1/coverage", tag = "coverage", params(CoverageQuery),
    responses((status = 200, body = Answer), (status = 400), (status = 404)))]
pub async fn coverage(
    State(coverage): State<Coverage>,
    Caller(actor): Caller,
    Params(query): Params<CoverageQuery>,
) -> Result<Written, Problem> {
    if query.step.is_some() {
        return Err(refused("step", "is for /api/v1/coverage/series"));
    }
    let answer = coverage.ask(&actor, query.asked()?).await?;
    Ok(Written(coverage.rendered(answer).await?))
}

/// Coverage step by step, of all communes in reach or of one.
#[utoipa::path(get, path = "/api/v1/coverage/series", tag = "coverage", params(CoverageQuery),
    responses((status = 200, body = Series), (status = 400), (status = 404)))]
pub async fn coverage_series(
    State(coverage): State<Coverage>,
    Caller(actor): Caller,
    Params(query): Params<CoverageQuery>,
) -> Result<Body<Series>, Problem> {
    for (name, is_asked) in [
        ("compare", query.compare.is_some()),
        ("freshness", query.freshness.is_some()),
    ] {
        if is_asked {
            return Err(refused(name, "is for /api/v1/coverage"));
        }
    }
    let step = query.step.unwrap_or(Step::Week);
    let asked = query.asked()?;
    let series = coverage.series(&actor, SeriesAsked { asked, step }).await?;
    Ok(Body(StatusCode::OK, series))
}

impl CoverageQuery {
    pub(super) fn asked(self) -> Result<Asked, Problem> {
        let level = self.level.as_deref().map(str::parse::<RiskLevel>);
        let level = level.transpose();
        let visits = self.visits.unwrap_or(NonZeroU8::MIN);
        let pass = self.pass.map(|text| pass(&text)).transpose()?;
        if visits > NonZeroU8::MIN && matches!(pass, Some(Pass::Times(_))) {
            return Err(refused(
                "visits",
                "give either visits or a number of passes",
            ));
        }
        Ok(Asked {
            commune: self.commune,
            level: level.map_err(|fault| refused("level", &fault.to_string()))?,
            campaign: self.campaign,
            kind: self.kind,
            class: self.class.unwrap_or(FootprintClass::Ground),
            radius_cm: self.radius_m.map(centimetres).transpose()?,
            visits,
            pass,
            validated: self.validated.unwrap_or(false),
            force: self.force.map(|text| force(&text)).transpose()?,
            as_of: self.as_of,
            definition: self.definition,
            compare: self.compare.unwrap_or(false),
            freshness: self.freshness.unwrap_or(false),
            ..Asked::between(self.from, self.to)
        })
    }
}

fn pass(text: &str) -> Result<Pass, Problem> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(times) => Ok(Pass::Times(times)),
        Err(_) if text.is_empty() || is_number => Err(refused(
            "pass",
            "the name of a check window, or a number from 1 to 255",
        )),
        Err(_) => Ok(Pass::Named(text.to_owned())),
    }
}

fn force(text: &str) -> Result<Force, Problem> {
    if let Ok(org) = text.parse::<OrgId>() {
        return Ok(Force::Org(org));
    }
    let kind = text.parse::<OrgKind>();
    kind.map(|kind| Force::Kind(kind.as_str().to_owned()))
        .map_err(|fault| refused("force", &format!("{fault}, or an organisation's id")))
}

/// No radius: what lies between two whole centimetres is never indexed, and refused with those that are.
const BETWEEN_CM: u32 = u32::MAX;
/// Far below what any receiver tells, and far above what a number of metres loses in writing.
const ROUNDING_CM: f64 = 1e-6;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be within 0 and the widest radius"
)]
pub(super) fn centimetres(radius_m: f64) -> Result<u32, Problem> {
    if !(0.0..=1000.0).contains(&radius_m) {
        return Err(refused("radius_m", "a number of metres from 0 to 1000"));
    }
    let asked = radius_m * 100.0;
    let whole = asked.round();
    Ok(if (asked - whole).abs() > ROUNDING_CM {
        BETWEEN_CM
    } else {
        whole as u32
    })
}
