//! The numbers that the ledger judges by: versioned data, changed only by a journalled act.

use serde::{Deserialize, Serialize};

use super::evidence::PhotoMinimum;
use super::sample::SampleRules;

/// A definition. Facts never change with it; states, lists and badges are told anew under the latest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LedgerDefinition)]
pub struct Definition {
    /// Its number, from 1.
    pub version: u32,
    /// From so many plants the scene is kept: samples, seals or a named release are needed. Below the 500 of Điều 247 by
    /// the error of a count.
    pub stop_plants: u32,
    /// How near to the plot a second member's phone must be to confirm on the spot, m: as far as a phone's position and a
    /// hillside allow. Definitions from before it was stated mean 200 m.
    #[serde(default = "confirm_within_m")]
    pub confirm_within_m: u32,
    /// Hours after the work within which the number of the minutes is expected.
    pub minutes_hours: u32,
    /// Days after the work at which seedlings and young plants are looked at again.
    pub reinspect_young_days: u32,
    /// Days after the work at which all others are.
    pub reinspect_other_days: u32,
    /// Month and day of the flowering pass; poppy flowers from early March.
    pub flowering_pass: [u32; 2],
    /// So many days before it is due a re-inspection already counts.
    pub early_days: u32,
    /// Minutes by which two devices' clocks may disagree.
    pub clock_tolerance_min: u32,
    /// Plants named by Điều 247 of the criminal code (khoản 1, khoản 2).
    pub law_plants: [u32; 2],
    /// Plants named by QĐ 28/2025/QĐ-TTg Điều 4 (loại II, loại I).
    pub commune_plants: [u32; 2],
    /// Areas named by it, m².
    pub commune_area_m2: [f64; 2],
    /// How near to a threshold is near, % of it.
    pub near_pct: f64,
    /// By how much a number of plants may be off, %: counted, sampled, estimated.
    pub plants_tolerance_pct: [f64; 3],
    /// Claims further apart in time are never one, days.
    pub duplicate_days: u32,
    /// Claims are held to be one ground only where no more than this share of honest neighbours, whose edges are ten metres
    /// apart, would be recorded so near each other. More finds more double claims and leaves out more neighbours, until
    /// somebody decides.
    #[serde(default = "neighbour_risk")]
    pub neighbour_risk: f64,
    /// A season's clean re-visit is looked for within this distance of the old plot, m.
    pub replanting_m: f64,
    /// The photos without which `eradicated` is not reached.
    #[serde(default)]
    pub photos: PhotoMinimum,
    /// How plots are drawn for a visit by another unit; definitions from before it was stated had none.
    #[serde(default)]
    pub sample: SampleRules,
}

const fn neighbour_risk() -> f64 {
    0.05
}

/// What was held before definitions stated it, m.
const fn confirm_within_m() -> u32 {
    200
}

/// Why a definition cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {expected}")]
pub struct InvalidDefinition {
    /// The field.
    pub field: &'static str,
    /// What would be accepted.
    pub expected: &'static str,
}

impl Default for Definition {
    /// What a province starts with.
    fn default() -> Self {
        Self {
            version: 1,
            stop_plants: 450,
            confirm_within_m: confirm_within_m(),
            minutes_hours: 72,
            reinspect_young_days: 14,
            reinspect_other_days: 30,
            flowering_pass: [3, 1],
            early_days: 3,
            clock_tolerance_min: 60,
            law_plants: [500, 3_000],
            commune_plants: [500, 3_000],
            commune_area_m2: [125.0, 750.0],
            near_pct: 10.0,
            plants_tolerance_pct: [0.0, 20.0, 50.0],
            duplicate_days: 14,
            neighbour_risk: neighbour_risk(),
            replanting_m: 100.0,
            photos: PhotoMinimum::default(),
            sample: SampleRules::default(),
        }
    }
}

impl Definition {
    /// The definition, if its numbers make sense.
    pub fn checked(self) -> Result<Self, InvalidDefinition> {
        let shares = self.plants_tolerance_pct.iter().chain([&self.near_pct]);
        let rules = [
            (
                self.is_rising(),
                "law_plants, commune_plants, commune_area_m2",
                "expected two rising numbers above 0",
            ),
            (
                shares.into_iter().all(|pct| (0.0..=100.0).contains(pct)),
                "near_pct, plants_tolerance_pct",
                "expected 0 to 100 %",
            ),
            (
                (0.0..=1_000.0).contains(&self.replanting_m),
                "replanting_m",
                "expected 0 to 1,000 m",
            ),
            (
                (0.0..=0.5).contains(&self.neighbour_risk),
                "neighbour_risk",
                "expected a share from 0 to 0.5",
            ),
            (
                self.photos.make_sense(),
                "photos",
                "expected near_m and rough_m from 0 to 1,000 m, around_hours up to 240 h and order_tolerance_min up to 1,440 min",
            ),
            (
                self.sample.make_sense(),
                "sample",
                "expected a share above 0 up to 1, least from 1 to 100 and a risk_factor from 1 to 10",
            ),
        ];
        let mut rules = self.ranges().into_iter().chain(rules);
        match rules.find(|(holds, ..)| !holds) {
            Some((_, field, expected)) => Err(InvalidDefinition { field, expected }),
            None => Ok(self),
        }
    }

    /// Whether the numbers of the work on the ground lie where they may.
    fn ranges(&self) -> [(bool, &'static str, &'static str); 7] {
        let [month, day] = self.flowering_pass;
        [
            (self.stop_plants > 0, "stop_plants", "expected 1 or more"),
            (
                (10..=2_000).contains(&self.confirm_within_m),
                "confirm_within_m",
                "expected 10 to 2,000 m",
            ),
            (
                (1..=720).contains(&self.minutes_hours),
                "minutes_hours",
                "expected 1 to 720 h",
            ),
            (
                (1..=180).contains(&self.reinspect_young_days),
                "reinspect_young_days",
                "expected 1 to 180 days",
            ),
            (
                (1..=180).contains(&self.reinspect_other_days),
                "reinspect_other_days",
                "expected 1 to 180 days",
            ),
            (
                (1..=12).contains(&month) && (1..=28).contains(&day),
                "flowering_pass",
                "expected a month from 1 to 12 and a day from 1 to 28",
            ),
            (
                self.early_days < self.reinspect_young_days,
                "early_days",
                "expected fewer days than reinspect_young_days",
            ),
        ]
    }

    /// Whether the thresholds of laws are pairs of rising numbers above 0.
    fn is_rising(&self) -> bool {
        self.law_plants[0] < self.law_plants[1]
            && self.commune_plants[0] < self.commune_plants[1]
            && self.commune_area_m2[0] < self.commune_area_m2[1]
            && self.law_plants[0] > 0
            && self.commune_plants[0] > 0
            && self.commune_area_m2[0] > 0.0
    }
}
