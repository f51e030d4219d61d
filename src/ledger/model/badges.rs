//! Thresholds that laws name, shown as badges: of a plot or an incident (Điều 247), of a commune's year (QĐ 28/2025).
//! They are hints for whoever decides, never a conclusion, and are never summed across growers.

use serde::Serialize;

use super::definition::Definition;

/// What stands above every badge.
pub const HEADING: &str = "Không phải kết luận pháp lý";

/// Which threshold of Điều 247 a number of plants reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LawBadge {
    /// Always [`HEADING`].
    pub heading: &'static str,
    /// The article.
    pub source: &'static str,
    /// Plants.
    pub plants: u64,
    /// What the plants rest on: `verified`, `remeasured`, `claimed` or `destroyed` (by the work itself, with what it left).
    pub basis: &'static str,
    /// The highest threshold that is reached.
    pub reaches_plants: Option<u32>,
    /// A threshold that lies near, above or below.
    pub near_plants: Option<u32>,
}

/// The badge of so many plants; none where no threshold is reached or near.
#[must_use]
pub fn law_badge(rules: &Definition, plants: u64, basis: &'static str) -> Option<LawBadge> {
    let reached = |threshold: &&u32| plants >= u64::from(**threshold);
    let reaches_plants = rules.law_plants.iter().rev().find(reached).copied();
    let number = f64::from(u32::try_from(plants).unwrap_or(u32::MAX));
    let is_near = |threshold: &&u32| near(number, f64::from(**threshold), rules.near_pct);
    let near_plants = rules.law_plants.iter().find(is_near).copied();
    (reaches_plants.is_some() || near_plants.is_some()).then_some(LawBadge {
        heading: HEADING,
        source: "Bộ luật Hình sự, Điều 247",
        plants,
        basis,
        reaches_plants,
        near_plants,
    })
}

/// What criterion d of QĐ 28/2025/QĐ-TTg Điều 4 says of a commune's statistical year: the higher class of plants and
/// area; a proposal.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CommuneFlag {
    /// What stands above it: that it is no legal conclusion.
    pub heading: &'static str,
    /// The article.
    pub source: &'static str,
    /// `I`, `II` or `III`; none when nothing was found.
    pub class: Option<&'static str>,
    /// Whether plants or area lie near a threshold.
    pub near_threshold: bool,
}

/// The flag of a commune's verified plants and area in one statistical year. The area is a sum of whole square
/// centimetres: one of fractions may end a hair below a threshold that it reaches.
#[must_use]
pub fn commune_flag(rules: &Definition, plants: u64, area_cm2: u64) -> CommuneFlag {
    let [second, first] = rules.commune_plants.map(u64::from);
    let [second_cm2, first_cm2] = rules.commune_area_m2.map(cm2);
    let class = if plants >= first || area_cm2 >= first_cm2 {
        Some("I")
    } else if plants >= second || area_cm2 >= second_cm2 {
        Some("II")
    } else if plants > 0 || area_cm2 > 0 {
        Some("III")
    } else {
        None
    };
    let number = f64::from(u32::try_from(plants).unwrap_or(u32::MAX));
    let near_threshold = rules
        .commune_plants
        .iter()
        .any(|threshold| near(number, f64::from(*threshold), rules.near_pct))
        || rules
            .commune_area_m2
            .iter()
            .any(|threshold| near(m2(area_cm2), *threshold, rules.near_pct));
    CommuneFlag {
        heading: HEADING,
        source: "QĐ 28/2025/QĐ-TTg, Điều 4",
        class,
        near_threshold,
    }
}

/// An area in whole square centimetres; areas are measured no finer.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "areas are not negative, and a province has fewer than 2^53 cm² of crops"
)]
pub fn cm2(area_m2: f64) -> u64 {
    (area_m2 * 1e4).round() as u64
}

/// Whole square centimetres in m².
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a province has fewer than 2^53 cm² of crops"
)]
pub fn m2(area_cm2: u64) -> f64 {
    area_cm2 as f64 / 1e4
}

fn near(figure: f64, threshold: f64, pct: f64) -> bool {
    (figure - threshold).abs() <= threshold * pct / 100.0 + 1e-9
}
