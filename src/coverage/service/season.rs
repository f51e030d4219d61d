//! The season: the check windows of the risk areas that are asked about, and which of them the window touches.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::areas::RiskAreaView;
use crate::base::time::LocalDate;
use crate::coverage::model::window::{CheckWindow, YearDay};

/// The check windows of the risk areas asked about.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Season {
    /// Whether any of them is open on any day of the window.
    pub in_season: bool,
    /// Each of them.
    pub windows: Vec<SeasonWindow>,
}

/// A part of every year in which a check counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SeasonWindow {
    /// Its name, such as `seedling`.
    pub name: String,
    /// First day, MM-DD.
    pub from: String,
    /// Last day, MM-DD; it runs over New Year when it is before the first.
    pub to: String,
    /// Whether it is open on any day asked about.
    pub open: bool,
}

impl Season {
    /// The season of some risk areas in a window of days. Areas that are checked all year are always in season.
    pub(super) fn of(areas: &[RiskAreaView], from: LocalDate, to: LocalDate) -> Self {
        let mut windows = BTreeMap::new();
        let mut all_year = false;
        for area in areas {
            all_year |= area.windows.is_empty();
            for (window, own) in windows_of(area).into_iter().zip(&area.windows) {
                let (first, last) = (own.from.to_string(), own.to.to_string());
                windows.insert((window.name.clone(), first, last), window.meets(from, to));
            }
        }
        let windows: Vec<_> = windows
            .into_iter()
            .map(|((name, from, to), open)| SeasonWindow {
                name,
                from,
                to,
                open,
            })
            .collect();
        Self {
            in_season: all_year || windows.iter().any(|window| window.open),
            windows,
        }
    }
}

/// A risk area's windows as coverage judges them.
pub(super) fn windows_of(area: &RiskAreaView) -> Vec<CheckWindow> {
    let day = |text: String| {
        let (month, day) = text.split_once('-')?;
        YearDay::new(month.parse().ok()?, day.parse().ok()?).ok()
    };
    let windows = area.windows.iter().filter_map(|window| {
        Some(CheckWindow {
            name: window.name.clone(),
            from: day(window.from.to_string())?,
            to: day(window.to.to_string())?,
        })
    });
    windows.collect()
}
