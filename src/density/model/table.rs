//! The table: every cell of the study area with its rate, its local statistic and its trend.

use crate::base::time::LocalDate;
use crate::geo::cells::Cell;

use super::definition::Definition;
use super::gi::{Local, gi_star};
use super::rate::{Exposed, Prior, Rate, prior, rates};
use super::trend::{SeasonFacts, Trend, trend};

/// The plots of a cell in the window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Found {
    /// Plots.
    pub plots: u32,
    /// Plants on those whose plants were numbered.
    pub plants: u64,
    /// Plots whose plants were numbered.
    pub plants_of: u32,
    /// The area of those whose area was measured, in m².
    pub area_m2: f64,
    /// Plots whose area was measured.
    pub area_of: u32,
    /// The last local day of a detection.
    pub last_on: Option<LocalDate>,
}

impl Found {
    /// Adds one plot.
    pub fn add(&mut self, on: LocalDate, plants: Option<u64>, area_m2: Option<f64>) {
        self.plots += 1;
        self.plants += plants.unwrap_or(0);
        self.plants_of += u32::from(plants.is_some());
        self.area_m2 += area_m2.unwrap_or(0.0);
        self.area_of += u32::from(area_m2.is_some());
        self.last_on = self.last_on.max(Some(on));
    }
}

/// What is known of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct CellFacts {
    /// The cell.
    pub cell: Cell,
    /// What was found in the window.
    pub found: Found,
    /// The way gone there in the window, in km.
    pub effort_km: f64,
    /// Its history, oldest season first.
    pub seasons: Vec<SeasonFacts>,
}

/// What the facts of a cell come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// None without effort.
    pub rate: Option<Rate>,
    /// Gi* of the shrunken rates; none without a rate.
    pub local: Option<Local>,
    /// The history's class.
    pub trend: Trend,
}

/// Judges all cells of the study area together. Those with a rate are one another's neighbours.
#[must_use]
pub fn judged(cells: &[CellFacts], definition: &Definition) -> (Option<Prior>, Vec<Judged>) {
    let exposed: Vec<Exposed> = cells
        .iter()
        .map(|cell| Exposed {
            plots: cell.found.plots,
            effort_km: cell.effort_km,
        })
        .collect();
    let rates = rates(&exposed, definition.interval_share());
    let values: Vec<(Cell, f64)> = cells
        .iter()
        .zip(&rates)
        .filter_map(|(cell, rate)| Some((cell.cell, rate.as_ref()?.shrunken.rate)))
        .collect();
    let mut locals = gi_star(&values, definition.neighbour_steps()).into_iter();
    let judged = cells.iter().zip(rates).map(|(cell, rate)| Judged {
        local: rate.and_then(|_| locals.next().flatten()),
        trend: trend(&cell.seasons, &definition.trend_rule(cell.cell)),
        rate,
    });
    let judged = judged.collect();
    (prior(&exposed), judged)
}
