//! Tái trồng: what was sown again where plots had been destroyed, as a rate and cell by cell.
//!
//! The rate (domain §5.4): of the eradicated plots of the season before that somebody visited in this season, those with a
//! new verified plot within reach; the unvisited share stands beside it. A cell is recurrent when verified plots stood in
//! it in two of the last three seasons.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::ids::{FactId, PlotId};
use crate::geo::cells::{Cell, InvalidResolution};
use crate::geo::measure::distance_m;
use crate::geo::position::Position;

/// A plot that was eradicated in the season before.
#[derive(Debug, Clone)]
pub struct Old {
    /// The plot.
    pub plot: PlotId,
    /// Its point.
    pub position: Position,
    /// The re-inspections that reached it in the season that is asked about.
    pub visits: Vec<FactId>,
}

/// A verified plot of the season that is asked about, or of one before.
#[derive(Debug, Clone)]
pub struct Stood {
    /// The plot.
    pub plot: PlotId,
    /// Its point.
    pub position: Position,
    /// Its season.
    pub season: String,
    /// Whether it lies in the reader's reach: others count, and are not named.
    pub is_shown: bool,
}

/// What became of a plot's ground.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Traced {
    /// The eradicated plot.
    pub plot: PlotId,
    /// Its point.
    #[serde(skip)]
    pub position: Position,
    /// The re-inspections that reached it in the season.
    pub visits: Vec<FactId>,
    /// Whether a new verified plot stands within reach.
    pub is_sown_again: bool,
    /// The new plots, as far as the reader reaches them.
    pub sown_again: Vec<PlotId>,
    /// Whether an accepted patrol saw its place in the season; left out as of an entry, and for who may not read gaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_by: Option<bool>,
}

impl Traced {
    /// Whether anybody was there in the season.
    pub(super) fn is_visited(&self) -> bool {
        self.is_sown_again || !self.visits.is_empty()
    }
}

/// Plots of the season before that were sown again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Replanting {
    /// Eradicated plots of the season before.
    pub plots: u32,
    /// Of them, visited in this season: a re-inspection reached it, or a new plot was found within reach.
    pub visited: u32,
    /// Of those, with a new verified plot within reach.
    pub replanted: u32,
    /// Replanted ÷ visited.
    pub rate: Option<f64>,
    /// Share that nobody visited.
    pub unvisited: Option<f64>,
    /// Of `plots`, those whose place an accepted patrol saw in this season, visited or not; left out as of an entry, and
    /// for who may not read gaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_by: Option<u32>,
    /// Of those, the ones that nobody visited: a patrol went by, and nobody wrote down that he looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_passed_by: Option<u32>,
}

/// The pressure on one cell.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CellPressure {
    /// The H3 cell.
    pub cell: String,
    /// Its middle: longitude, latitude.
    pub center: [f64; 2],
    /// The rate of the plots whose points lie in it.
    #[serde(flatten)]
    pub replanting: Replanting,
    /// Of this season and the two before, those in which a verified plot stood in it.
    pub seasons: BTreeSet<String>,
    /// Two of the three.
    pub is_recurrent: bool,
    /// The eradicated plots with what became of their ground.
    pub old_plots: Vec<Traced>,
    /// The verified plots of this season in it.
    pub new_plots: Vec<PlotId>,
}

/// A degree of latitude is nowhere shorter, m.
const LEAST_DEGREE_M: f64 = 110_500.0;

/// What became of the ground of each old plot: new ones within `reach_m`.
#[must_use]
pub fn traced(old: &[Old], new: &[&Stood], reach_m: f64) -> Vec<Traced> {
    let mut by_latitude: Vec<&Stood> = new.to_vec();
    by_latitude.sort_by(|a, b| {
        a.position
            .lat()
            .total_cmp(&b.position.lat())
            .then(a.plot.cmp(&b.plot))
    });
    let band = reach_m / LEAST_DEGREE_M;
    let traced = old.iter().map(|own| {
        let (south, north) = (own.position.lat() - band, own.position.lat() + band);
        let from = by_latitude.partition_point(|stood| stood.position.lat() < south);
        let near = by_latitude[from..]
            .iter()
            .take_while(|stood| stood.position.lat() <= north)
            .filter(|stood| distance_m(own.position, stood.position) <= reach_m);
        let near: Vec<&Stood> = near.copied().collect();
        Traced {
            plot: own.plot,
            position: own.position,
            visits: own.visits.clone(),
            is_sown_again: !near.is_empty(),
            sown_again: shown(near.into_iter()),
            passed_by: None,
        }
    });
    traced.collect()
}

fn shown<'a>(stood: impl Iterator<Item = &'a Stood>) -> Vec<PlotId> {
    let shown = stood.filter(|stood| stood.is_shown);
    shown.map(|stood| stood.plot).collect()
}

/// The rate of these plots.
#[must_use]
pub fn replanting<'a>(traced: impl IntoIterator<Item = &'a Traced>) -> Replanting {
    let (mut plots, mut visited, mut replanted) = (0_u32, 0_u32, 0_u32);
    let (mut passed_by, mut only_passed_by): (Option<u32>, Option<u32>) = (None, None);
    for own in traced {
        plots += 1;
        visited += u32::from(own.is_visited());
        replanted += u32::from(own.is_sown_again);
        if let Some(is_passed) = own.passed_by {
            *passed_by.get_or_insert(0) += u32::from(is_passed);
            *only_passed_by.get_or_insert(0) += u32::from(is_passed && !own.is_visited());
        }
    }
    let share = |part: u32, whole: u32| (whole > 0).then(|| f64::from(part) / f64::from(whole));
    Replanting {
        plots,
        visited,
        replanted,
        rate: share(replanted, visited),
        unvisited: share(plots - visited, plots),
        passed_by,
        only_passed_by,
    }
}

/// The pressure on every cell of a resolution in which a plot was eradicated in the season before or stands in this one,
/// in the order of cells. `stood` are the verified plots of this season and the two before.
pub fn by_cell(
    traced: &[Traced],
    stood: &[Stood],
    season: &str,
    resolution: u8,
) -> Result<Vec<CellPressure>, InvalidResolution> {
    let mut cells: BTreeMap<Cell, (Vec<Traced>, Vec<&Stood>)> = BTreeMap::new();
    for own in traced {
        let cell = Cell::at(own.position, resolution)?;
        cells.entry(cell).or_default().0.push(own.clone());
    }
    for own in stood.iter().filter(|own| own.is_shown) {
        let cell = Cell::at(own.position, resolution)?;
        cells.entry(cell).or_default().1.push(own);
    }
    let told = cells.into_iter().map(|(cell, (old, stood))| {
        let new = stood.iter().copied().filter(|own| own.season == season);
        let seasons: BTreeSet<String> = stood.iter().map(|own| own.season.clone()).collect();
        let center = cell.center();
        CellPressure {
            cell: cell.to_string(),
            center: [center.lon(), center.lat()],
            replanting: replanting(&old),
            is_recurrent: seasons.len() > 1,
            seasons,
            new_plots: shown(new),
            old_plots: old,
        }
    });
    let told = told.filter(|cell| !cell.old_plots.is_empty() || !cell.new_plots.is_empty());
    Ok(told.collect())
}
