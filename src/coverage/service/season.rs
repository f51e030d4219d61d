//! The season: the check windows of the risk areas that are asked about, and which of them the window touches.

use serde::Serialize;

use crate::areas::RiskAreaView;
use crate::base::time::LocalDate;
use crate::coverage::model::window::{CheckWindow, YearDay};

use super::ground::RiskSet;

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
    pub(super) fn of(risk: &RiskSet, from: LocalDate, to: LocalDate) -> Self {
        let windows = risk.windows.iter().map(|window| SeasonWindow {
            name: window.name.clone(),
            from: window.from.to_string(),
            to: window.to.to_string(),
            open: window.meets(from, to),
        });
        let windows: Vec<_> = windows.collect();
        Self {
            in_season: risk.is_all_year || windows.iter().any(|window| window.open),
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
