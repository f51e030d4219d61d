//! What may be asked of coverage, and what is answered.

use std::num::NonZeroU8;

use serde::Serialize;

use crate::areas::model::risk::RiskLevel;
use crate::base::ids::{CampaignId, OrgId};
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::vocabulary;
use crate::coverage::model::answer::Coverage as Share;
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::model::tally::Effort;
use crate::patrols::model::vocabulary::PatrolKind;

use super::material::Material;
use super::season::Season;

vocabulary! {
    /// How much of coverage a caller sees.
    CoverageView: "a view" {
        /// Any days, with whatever is known of visits.
        Full = "full",
        /// Whole weeks that ended some days ago, for who may not read patrols.
        Coarse = "coarse",
    }
}

/// Whose patrols count: a kind of organisation in the lead, or one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Force {
    /// Every organisation of that kind.
    Kind(String),
    /// That organisation.
    Org(OrgId),
}

/// Which passes count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    /// Visits inside the check windows of that name.
    Named(String),
    /// Visits inside so many different check windows.
    Times(NonZeroU8),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// First local day.
    pub from: LocalDate,
    /// Last local day; boundaries are those of this day.
    pub to: LocalDate,
    /// One commune only.
    pub commune: Option<String>,
    /// Risk areas of one level only.
    pub level: Option<RiskLevel>,
    /// Patrols of one campaign only.
    pub campaign: Option<CampaignId>,
    /// Patrols of one kind only.
    pub kind: Option<PatrolKind>,
    /// What people saw from the ground, or an unmanned aircraft from above: the two are never united.
    pub class: FootprintClass,
    /// The radius in centimetres; none: each transport's own.
    pub radius_cm: Option<u32>,
    /// A cell counts from so many visits on.
    pub visits: NonZeroU8,
    /// Only visits inside check windows.
    pub pass: Option<Pass>,
    /// Only patrols that an officer found true.
    pub validated: bool,
    /// Only patrols of one force.
    pub force: Option<Force>,
    /// From facts received up to an instant only.
    pub as_of: Option<Timestamp>,
    /// By the definition of this version; none: by the last one that every patrol is indexed under.
    pub definition: Option<u32>,
    /// Beside the share of the period of equal length before.
    pub compare: bool,
    /// Beside how long ago what is covered was seen last.
    pub freshness: bool,
    /// How much is shown; never more than the caller may see.
    pub view: CoverageView,
}

impl Asked {
    /// Everything in a window of local days.
    #[must_use]
    pub fn between(from: LocalDate, to: LocalDate) -> Self {
        Self {
            from,
            to,
            commune: None,
            level: None,
            campaign: None,
            kind: None,
            class: FootprintClass::Ground,
            radius_cm: None,
            visits: NonZeroU8::MIN,
            pass: None,
            validated: false,
            force: None,
            as_of: None,
            definition: None,
            compare: false,
            freshness: false,
            view: CoverageView::Full,
        }
    }
}

/// By which rule the figures were made.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DefinitionView {
    /// Grows by one with every change of the rule.
    pub version: u32,
    /// How far a patrol sees.
    pub radius_m: f64,
    /// Longest time between the ends of a leg.
    pub max_gap_s: i64,
    /// Longest distance between the ends of a leg.
    pub max_gap_m: f64,
    /// Worst stated accuracy of a fix that counts.
    pub max_accuracy_m: f64,
    /// H3 resolution of the cells.
    pub resolution: u8,
    /// How many visits a cell needs.
    pub visits: u8,
    /// The day whose boundaries hold.
    pub boundaries_on: LocalDate,
}

impl DefinitionView {
    pub(super) fn of(material: &Material) -> Self {
        let (definition, asked) = (&material.definition, &material.sieve.asked);
        Self {
            version: definition.version(),
            radius_m: f64::from(material.radius_cm) / 100.0,
            max_gap_s: definition.max_gap_ms() / 1000,
            max_gap_m: definition.max_gap_m(),
            max_accuracy_m: definition.max_accuracy_m(),
            resolution: u8::from(definition.lattice().mask()),
            visits: asked.visits.get(),
            boundaries_on: asked.to,
        }
    }
}

/// Something that a reader of the figures must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Note {
    /// A fixed code.
    pub code: &'static str,
    /// The same in words.
    pub text: String,
}

impl Note {
    /// What a reader must know of figures: that erased fixes are in them, and whose risk cannot be computed.
    pub(super) fn on_figures(has_frozen: bool, faulty: Vec<String>) -> impl Iterator<Item = Self> {
        let frozen = has_frozen.then(|| Self {
            code: "not_recheckable",
            text: "the raw fixes of some patrols were erased: they count as they were indexed last, without fixes that came later"
                .to_owned(),
        });
        let faulty = faulty.into_iter().map(|code| Self {
            code: "geometry_fault",
            text: format!("the risk of commune {code} cannot be computed"),
        });
        frozen.into_iter().chain(faulty)
    }
}

/// The figures of one commune, or of all that are listed together.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// The area at risk, in m².
    pub risk_area_m2: f64,
    /// That minus the area at risk in the period of equal length before, in m².
    pub risk_area_change_m2: f64,
    /// The covered part, in m².
    pub covered_m2: f64,
    /// The covered share, 0 to 1; null without risk area.
    pub coverage: Option<f64>,
    /// Half width of the 99.9 % interval around the share, as a share; null without risk area.
    pub error_bound: Option<f64>,
    /// The shortest way that could cover it all, in km.
    pub km_for_full: Option<f64>,
    /// Patrols of the asked class that were there.
    pub patrols: usize,
    /// Their way there, in metres.
    pub length_m: f64,
    /// Their time there, in hours of a team.
    pub team_hours: f64,
    /// Visits: distinct patrols on distinct local days.
    pub visits: usize,
    /// People over these visits (lượt người), where patrols tell them; null in the coarse view.
    pub person_visits: Option<u64>,
    /// Their time there multiplied by the people in the field, in hours; null when no patrol tells its people, and in the
    /// coarse view.
    pub person_hours: Option<f64>,
    /// Of how many of the visits people are told: `person_visits` and `person_hours` are theirs. Null in the coarse view.
    pub person_hours_of: Option<usize>,
    /// The share of their time between 18:00 and 06:00, 0 to 1; null without any time, and in the coarse view.
    pub night_share: Option<f64>,
    /// Mean number of days between days with a visit; null before the second, and in the coarse view.
    pub revisit_days: Option<f64>,
    /// When the last of them was there; in the coarse view the beginning of that week, a Monday.
    pub last_visit_at: Option<Timestamp>,
    /// The share of the period of equal length before, within the same boundaries; where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// Which share was seen how lately; where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freshness: Option<Vec<Fresh>>,
}

/// Coverage of the period of equal length before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Before {
    /// The area that was at risk then, in m².
    pub risk_area_m2: f64,
    /// The covered part of it, in m².
    pub covered_m2: f64,
    /// The covered share, 0 to 1; null without risk area.
    pub coverage: Option<f64>,
    /// Half width of the 99.9 % interval around the share.
    pub error_bound: Option<f64>,
}

/// What was seen within so many days before the end of the window, that day included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Fresh {
    /// So many days.
    pub days: u32,
    /// The share of the risk area, 0 to 1; null without risk area.
    pub coverage: Option<f64>,
}

impl Before {
    pub(super) fn of(share: &Share) -> Self {
        Self {
            risk_area_m2: share.risk_area_m2,
            covered_m2: share.covered_m2,
            coverage: share.coverage,
            error_bound: share.error_bound,
        }
    }
}

impl Figures {
    /// The figures of a share and an effort.
    pub(super) fn of(share: &Share, risk_area_change_m2: f64, effort: &Effort) -> Self {
        Self {
            risk_area_m2: share.risk_area_m2,
            risk_area_change_m2,
            covered_m2: share.covered_m2,
            coverage: share.coverage,
            error_bound: share.error_bound,
            km_for_full: share.km_for_full,
            patrols: effort.patrols,
            length_m: metres(effort.sum.length_um),
            team_hours: hours(effort.sum.duration_ms),
            visits: effort.visits,
            person_visits: Some(effort.people),
            person_hours: (effort.sum.told_ms > 0).then(|| hours(effort.sum.people_ms)),
            person_hours_of: Some(effort.told),
            night_share: (effort.sum.duration_ms > 0)
                .then(|| hours(effort.sum.night_ms) / hours(effort.sum.duration_ms)),
            revisit_days: effort.revisit_days(),
            last_visit_at: effort.sum.last_at,
            before: None,
            freshness: None,
        }
    }
}

/// Milliseconds as hours.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a million people for a century have 3e18 ms; hours need no more than 2^53"
)]
pub fn hours(millis: i64) -> f64 {
    millis as f64 / 3_600_000.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a million kilometres have 1e15 micrometres; more loses less than the micrometre counts"
)]
fn metres(micrometres: i64) -> f64 {
    micrometres as f64 / 1e6
}

/// The figures of one commune.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CommuneAnswer {
    /// The official code.
    pub code: String,
    /// The name.
    pub name: String,
    /// H3 resolution of the cells that it was measured on: finer ones where coarse ones would leave too much open.
    pub resolution: u8,
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Coverage per commune.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Answer {
    /// How much the caller sees.
    pub view: CoverageView,
    /// First local day; in the coarse view the Monday of its week.
    pub from: LocalDate,
    /// Last local day; in the coarse view the Sunday of its week, or the last one that is told.
    pub to: LocalDate,
    /// By which rule the figures were made.
    pub definition: DefinitionView,
    /// Every journal entry up to this number is in the figures; null while there is none, and in the coarse view.
    pub indexed_through: Option<i64>,
    /// Patrols whose latest facts are not in the figures yet; null in the coarse view.
    pub pending_patrols: Option<i64>,
    /// The check windows.
    pub season: Season,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// The communes that the caller may see, by code.
    pub communes: Vec<CommuneAnswer>,
    /// All of them together.
    pub total: Figures,
}
