//! Single cells: the gap list, and why a cell counts as covered or not.

use std::num::NonZeroU8;

use axum::extract::State;
use axum::http::StatusCode;
use h3o::CellIndex;
use serde::{Deserialize, Serialize};

use crate::base::ids::CampaignId;
use crate::base::page::{Cursor, DEFAULT_LIMIT, MAX_LIMIT};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::service::{
    Coverage, DefinitionView, EffortCell, ExplainAsked, Explanation, Gap, GapPlace, GapsAsked,
    Note, Season, Standing, hours,
};
use crate::http::{Body, Params, Problem};
use crate::identity::Caller;
use crate::patrols::model::vocabulary::PatrolKind;

use super::refused;
use super::routes::{CoverageQuery, centimetres};

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
    /// First local day (UTC+7), included; without it the first day of the present poppy season, or `to` if that is earlier.
    pub from: Option<LocalDate>,
    /// Last local day, included; without it today. Boundaries are those of this day.
    pub to: Option<LocalDate>,
    /// Risk areas of one level: high, medium or low.
    pub level: Option<String>,
    /// Patrols of one campaign.
    pub campaign: Option<CampaignId>,
    /// Patrols of one kind.
    pub kind: Option<PatrolKind>,
    /// What was seen from the ground (by default), or by unmanned aircraft.
    #[param(inline)]
    pub class: Option<FootprintClass>,
    /// How far a patrol sees; only indexed radii are answered.
    pub radius_m: Option<f64>,
    /// A cell counts from so many visits on: distinct patrols on distinct local days.
    #[param(value_type = Option<u8>, minimum = 1)]
    pub visits: Option<NonZeroU8>,
    /// Visits inside the check windows of this name, or inside so many different ones.
    pub pass: Option<String>,
    /// Only patrols that an officer found true.
    pub validated: Option<bool>,
    /// Only patrols led by this kind of organisation, or by this organisation.
    pub force: Option<String>,
    /// From facts received up to this instant.
    pub as_of: Option<Timestamp>,
    /// By the definition of this version; without it, by the last one that every patrol is indexed under.
    pub definition: Option<u32>,
    /// 9 for cells of a tenth of a km², 11 for their 49 parts.
    pub res: Option<u8>,
    /// With the effort in each cell of resolution 9.
    pub effort: Option<bool>,
    /// Rows in a page (50, at most 500).
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// Cells at risk as GeoJSON.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GapCollection {
    /// `FeatureCollection`.
    pub r#type: &'static str,
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// By which rule the figures were made.
    pub definition: DefinitionView,
    /// How far the index is.
    #[serde(flatten)]
    pub standing: Standing,
    /// The check windows.
    pub season: Season,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// H3 resolution of the cells that were measured, as in the commune's figure: finer ones where coarse ones would
    /// leave too much open. What all rows come to is the figure.
    pub resolution: u8,
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
    /// The effort in the whole cell, also of those who earn nothing there; where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<GapEffort>,
}

/// What patrols that count did in a cell, on the days that count.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct GapEffort {
    /// Distinct patrols.
    pub patrols: u32,
    /// Distinct patrols on distinct local days.
    pub visits: u32,
    /// Their way there, in metres.
    pub length_m: f64,
    /// Their time there, in hours of a team.
    pub team_hours: f64,
    /// Their time there multiplied by the people in the field, in hours; null when no patrol tells its people.
    pub person_hours: Option<f64>,
    /// Of how many of the visits people are told: `person_hours` is theirs.
    pub person_hours_of: u32,
    /// The share of their time between 18:00 and 06:00, 0 to 1; null without any time.
    pub night_share: Option<f64>,
    /// Mean number of days between days with a visit; null before the second.
    pub revisit_days: Option<f64>,
    /// When the last of them was there.
    pub last_visit_at: Option<Timestamp>,
}

/// The gap list of one commune, worst first.
#[utoipa::path(get, path = "/api/v1/coverage/cells", tag = "coverage", params(GapsQuery),
    responses((status = 200, body = GapCollection), (status = 400), (status = 404)))]
pub async fn coverage_cells(
    State(coverage): State<Coverage>,
    Caller(actor): Caller,
    Params(query): Params<GapsQuery>,
) -> Result<Body<GapCollection>, Problem> {
    let (from, to) = query.days(coverage.present_days());
    let filter = query.filter_text(from, to);
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(refused("limit", &format!("from 1 to {MAX_LIMIT} rows")));
    }
    let with_effort = query.effort.unwrap_or(false);
    let asked = query.asked((from, to), &filter, limit)?;
    let page = coverage.gaps(&actor, asked).await?;
    let next = page.cells.last().filter(|_| page.is_more).map(|last| {
        let cursor = cursor(last.place).encode(&filter);
        format!("/api/v1/coverage/cells?{filter}limit={limit}&cursor={cursor}")
    });
    let features = page.cells.iter().map(|gap| feature(gap, with_effort));
    let collection = GapCollection {
        r#type: "FeatureCollection",
        features: features.collect(),
        from: page.from,
        to: page.to,
        definition: page.definition,
        standing: page.standing,
        season: page.season,
        notes: page.notes,
        resolution: page.resolution,
        next,
    };
    Ok(Body(StatusCode::OK, collection))
}

impl GapsQuery {
    /// The days asked for, where the usual ones are these.
    fn days(&self, (begun, today): (LocalDate, LocalDate)) -> (LocalDate, LocalDate) {
        let to = self.to.unwrap_or(today);
        (self.from.unwrap_or_else(|| begun.min(to)), to)
    }

    fn asked(
        self,
        (from, to): (LocalDate, LocalDate),
        filter: &str,
        limit: u32,
    ) -> Result<GapsAsked, Problem> {
        let fine = match self.res {
            None | Some(9) => false,
            Some(11) => true,
            Some(_) => return Err(refused("res", "9 or 11")),
        };
        let after = match &self.cursor {
            None => None,
            Some(text) => Some(place(text, filter)?),
        };
        let question = CoverageQuery {
            from,
            to,
            commune: Some(self.commune),
            level: self.level,
            campaign: self.campaign,
            kind: self.kind,
            class: self.class,
            radius_m: self.radius_m,
            visits: self.visits,
            pass: self.pass,
            validated: self.validated,
            force: self.force,
            as_of: self.as_of,
            definition: self.definition,
            compare: None,
            freshness: None,
            step: None,
        };
        Ok(GapsAsked {
            asked: question.asked()?,
            fine,
            effort: self.effort.unwrap_or(false),
            after,
            limit: limit as usize,
        })
    }

    /// The filters as a query, in one order; a cursor holds under these alone.
    fn filter_text(&self, from: LocalDate, to: LocalDate) -> String {
        fn told<T: ToString>(value: Option<&T>) -> Option<String> {
            value.map(ToString::to_string)
        }
        let given = [
            ("commune", Some(self.commune.clone())),
            ("from", Some(from.to_string())),
            ("to", Some(to.to_string())),
            ("level", self.level.clone()),
            ("campaign", told(self.campaign.as_ref())),
            ("kind", told(self.kind.as_ref())),
            ("class", told(self.class.as_ref())),
            ("radius_m", told(self.radius_m.as_ref())),
            ("visits", told(self.visits.as_ref())),
            ("pass", self.pass.clone()),
            ("validated", told(self.validated.as_ref())),
            ("force", self.force.clone()),
            ("as_of", told(self.as_of.as_ref())),
            ("definition", told(self.definition.as_ref())),
            ("res", told(self.res.as_ref())),
            ("effort", told(self.effort.as_ref())),
        ];
        let mut text = String::new();
        for (name, value) in given {
            let Some(value) = value else { continue };
            text.extend([name, "="]);
            text.extend(form_urlencoded::byte_serialize(value.as_bytes()));
            text.push('&');
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

fn feature(gap: &Gap, with_effort: bool) -> GapFeature {
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
            effort: with_effort.then(|| gap.effort.as_ref().map(told).unwrap_or_default()),
        },
    }
}

fn told(own: &EffortCell) -> GapEffort {
    GapEffort {
        patrols: own.patrols,
        visits: own.visits,
        length_m: own.length_m,
        team_hours: hours(own.duration_ms),
        person_hours: (own.counted_ms > 0).then(|| hours(own.person_ms)),
        person_hours_of: own.counted_visits,
        night_share: (own.duration_ms > 0).then(|| hours(own.night_ms) / hours(own.duration_ms)),
        revisit_days: own.revisit_days,
        last_visit_at: Some(own.last_at),
    }
}
