//! What is answered.

use std::sync::Arc;

use serde::ser::{Serialize, Serializer};

use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::base::words::{Crop, vocabulary};
use crate::density::model::definition::Draft;
use crate::density::model::rate::{Estimate, Prior};
use crate::density::model::table::{CellFacts, Judged};
use crate::density::model::trend::TrendClass;

use super::table::{Line, Table};

/// What the layer is called. "Điểm nóng" is a term for drug sites and never used.
pub(super) const LABEL: &str = "Mật độ điểm trồng";

vocabulary! {
    /// How much a caller sees.
    DensityView: "a view" {
        /// Every cell of the study area in reach.
        Full = "full",
        /// Ended seasons of coarse cells without small numbers, for outsiders.
        Coarse = "coarse",
    }
}

/// Something that a reader of the figures must know.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = DensityNote)]
pub struct Note {
    /// A fixed code.
    pub code: &'static str,
    /// The same in words.
    pub text: String,
}

impl Note {
    pub(super) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }
}

/// Density of plots by H3 cell.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = DensityAnswer)]
pub struct Answer {
    /// What the layer is called.
    pub label: &'static str,
    /// How much the caller sees.
    pub view: DensityView,
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// H3 resolution of the cells.
    pub res: u8,
    /// The one crop that counts; null: all of them.
    pub crop: Option<Crop>,
    /// The one campaign whose patrols count, with the plots that they found; null: all plots and patrols.
    pub campaign: Option<CampaignId>,
    /// The seasons that trends look back over, oldest first, none for one campaign; in the coarse view the one that is shown.
    pub seasons: Vec<String>,
    /// By which rules the figures were made.
    pub definition: Draft,
    /// By which definition of coverage effort is indexed; null in the coarse view, which tells nothing of other facts.
    pub coverage_definition: Option<u32>,
    /// Every journal entry up to this number is in the effort; null while there is none, and in the coarse view.
    pub indexed_through: Option<i64>,
    /// Patrols whose latest facts are not in the effort yet; null in the coarse view.
    pub pending_patrols: Option<i64>,
    /// What rates are drawn towards; null without effort, and in the coarse view.
    pub prior: Option<Prior>,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// All listed cells together.
    pub total: Total,
    /// The cells, by index. The outline of each follows from its index.
    #[schema(value_type = Vec<CellFigures>)]
    pub cells: Cells,
}

/// All listed cells together.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, utoipa::ToSchema)]
#[schema(as = DensityTotal)]
pub struct Total {
    /// Cells.
    pub cells: usize,
    /// Plots.
    pub plots: u32,
    /// The way in them, in km.
    pub effort_km: f64,
}

impl Total {
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Self {
        Self::sum(lines.map(|line| &line.figures))
    }

    pub(super) fn sum<'a>(cells: impl Iterator<Item = &'a CellFigures>) -> Self {
        cells.fold(Self::default(), |sum, cell| Self {
            cells: sum.cells + 1,
            plots: sum.plots + cell.plots,
            effort_km: sum.effort_km + cell.effort_km,
        })
    }
}

/// What is known of a cell.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = DensityCell)]
pub struct CellFigures {
    /// Its H3 index.
    pub cell: String,
    /// Plots that count, detected in the window.
    pub plots: u32,
    /// Fewer plots than a rate can be read from, and not none.
    pub is_small: bool,
    /// Plants, of the plots whose plants were numbered; null when none was.
    pub plants: Option<u64>,
    /// How many plots those are.
    pub plants_of: Option<u32>,
    /// Area in m², of the plots whose area was measured; null when none was.
    pub area_m2: Option<f64>,
    /// How many plots those are.
    pub area_of: Option<u32>,
    /// The way that patrols went there, in km.
    pub effort_km: f64,
    /// Distinct patrols on distinct local days.
    pub visits: Option<u32>,
    /// The local day of the last visit.
    pub last_visit_on: Option<LocalDate>,
    /// The local day of the last detection.
    pub last_plot_on: Option<LocalDate>,
    /// Plots per km, drawn towards the province's rate (empirical Bayes); null without effort.
    pub rate: Option<f64>,
    /// Lower end of its interval.
    pub rate_low: Option<f64>,
    /// Upper end of its interval.
    pub rate_high: Option<f64>,
    /// Plots divided by km; null without effort.
    pub raw_rate: Option<f64>,
    /// Lower end of its exact Poisson interval.
    pub raw_low: Option<f64>,
    /// Upper end of its exact Poisson interval.
    pub raw_high: Option<f64>,
    /// Gi* of `rate` over the cell and its neighbours; null where it cannot be told.
    pub gi_z: Option<f64>,
    /// Its two-sided p value.
    pub gi_p: Option<f64>,
    /// The smallest false-discovery rate at which the cell is marked.
    pub gi_q: Option<f64>,
    /// `high` or `low` when q is within the definition's rate; null otherwise.
    pub gi: Option<&'static str>,
    /// The class of its history; null in the coarse view, and for one campaign.
    pub trend: Option<TrendClass>,
    /// Mann-Kendall's z over ended seasons with enough effort; null when they are too few.
    pub trend_z: Option<f64>,
    /// Its two-sided p value.
    pub trend_p: Option<f64>,
    /// Seasons with plots; null where there is no class.
    pub seasons_with_plots: Option<u32>,
    /// Clean seasons since the last one with plots; null where there is no class.
    pub clean_seasons: Option<u32>,
}

/// Which visits a cell had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Visited {
    pub(super) visits: u32,
    pub(super) last_on: Option<LocalDate>,
}

impl CellFigures {
    pub(super) fn of(facts: &CellFacts, visited: Visited, judged: &Judged, rule: &Draft) -> Self {
        let found = &facts.found;
        let shrunken = judged.rate.map(|rate| rate.shrunken);
        let raw = judged.rate.map(|rate| rate.raw);
        let local = judged.local;
        let marked = local.filter(|local| local.q <= rule.false_discovery);
        let trend = (!facts.seasons.is_empty()).then_some(&judged.trend);
        let test = trend.and_then(|trend| trend.test);
        Self {
            cell: facts.cell.to_string(),
            plots: found.plots,
            is_small: (1..rule.small_plots).contains(&found.plots),
            plants: (found.plants_of > 0).then_some(found.plants),
            plants_of: Some(found.plants_of),
            area_m2: (found.area_of > 0).then_some(found.area_m2),
            area_of: Some(found.area_of),
            effort_km: facts.effort_km,
            visits: Some(visited.visits),
            last_visit_on: visited.last_on,
            last_plot_on: found.last_on,
            rate: shrunken.map(|own| own.rate),
            rate_low: shrunken.map(|own| own.low),
            rate_high: shrunken.map(|own| own.high),
            raw_rate: raw.map(|own| own.rate),
            raw_low: raw.map(|own| own.low),
            raw_high: raw.map(|own| own.high),
            gi_z: local.map(|local| local.z),
            gi_p: local.map(|local| local.p),
            gi_q: local.map(|local| local.q),
            gi: marked.map(|local| if local.z > 0.0 { "high" } else { "low" }),
            trend: trend.map(|trend| trend.class),
            trend_z: test.map(|test| test.z),
            trend_p: test.map(|test| test.p),
            seasons_with_plots: trend.map(|trend| trend.seasons_with_plots),
            clean_seasons: trend.map(|trend| trend.clean_since),
        }
    }

    /// As outsiders see a cell that they may see: its own numbers, and nothing that other cells or other seasons, which
    /// may be hidden, had a part in.
    pub(super) fn coarse(&self, exact: Option<Estimate>, least: u32) -> Self {
        let enough = |of: Option<u32>| of.is_some_and(|of| of >= least);
        Self {
            cell: self.cell.clone(),
            plots: self.plots,
            is_small: self.is_small,
            plants: self.plants.filter(|_| enough(self.plants_of)),
            plants_of: None,
            area_m2: self.area_m2.filter(|_| enough(self.area_of)),
            area_of: None,
            effort_km: self.effort_km,
            visits: None,
            last_visit_on: None,
            last_plot_on: None,
            rate: None,
            rate_low: None,
            rate_high: None,
            raw_rate: exact.map(|own| own.rate),
            raw_low: exact.map(|own| own.low),
            raw_high: exact.map(|own| own.high),
            gi_z: None,
            gi_p: None,
            gi_q: None,
            gi: None,
            trend: None,
            trend_z: None,
            trend_p: None,
            seasons_with_plots: None,
            clean_seasons: None,
        }
    }
}

/// The cells of an answer: lines of a kept table, written once when the table was made, or cells made for this answer.
#[derive(Debug)]
pub enum Cells {
    /// Places in a table.
    Kept(Arc<Table>, Vec<usize>),
    /// Cells of their own.
    Made(Vec<CellFigures>),
}

impl Cells {
    /// What is known of each.
    #[must_use]
    pub fn figures(&self) -> Vec<&CellFigures> {
        match self {
            Self::Kept(table, places) => {
                let lines = places.iter().filter_map(|at| table.lines.get(*at));
                lines.map(|line| &line.figures).collect()
            }
            Self::Made(cells) => cells.iter().collect(),
        }
    }
}

impl Serialize for Cells {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Kept(table, places) => {
                let lines = places.iter().filter_map(|at| table.lines.get(*at));
                to.collect_seq(lines.map(|line| &line.text))
            }
            Self::Made(cells) => to.collect_seq(cells),
        }
    }
}
