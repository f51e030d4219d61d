//! The season: the check windows of the risk areas that are asked about, and which of them the window touches.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::areas::RiskAreaView;
use crate::base::time::LocalDate;
use crate::coverage::model::window::{CheckWindow, YearDay};

use super::answer::{Note, Pass};
use super::ground::RiskSet;
use super::material::Material;
use super::{Error, parameter};

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

    /// Refuses a pass that no risk area has, and notes one outside whose windows the days lie.
    pub(super) fn note(&self, material: &Material, notes: &mut Vec<Note>) -> Result<(), Error> {
        let Some(pass) = &material.sieve.asked.pass else {
            return Ok(());
        };
        let is_open = match pass {
            Pass::Times(_) => self.in_season,
            Pass::Named(name) => {
                let known: BTreeSet<&str> =
                    self.windows.iter().map(|own| own.name.as_str()).collect();
                let all_year = material.risk.is_all_year;
                if !known.contains(name.as_str()) && material.risk.is_any && !all_year {
                    let known: Vec<&str> = known.into_iter().collect();
                    return Err(parameter(
                        "pass",
                        format!("no such check window; there are {}", known.join(", ")),
                    ));
                }
                let own = |window: &SeasonWindow| window.open && window.name == *name;
                all_year || self.windows.iter().any(own)
            }
        };
        if !is_open {
            notes.push(Note {
                code: "outside_season",
                text: "no check window is open on any of these days: a check outside the season tells nothing"
                    .to_owned(),
            });
        }
        Ok(())
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
