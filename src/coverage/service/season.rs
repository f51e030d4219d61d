//! The season: the check windows of the risk areas that are asked about, and which of them the window touches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use crate::areas::RiskAreaView;
use crate::base::time::LocalDate;
use crate::coverage::model::timeline::Days;
use crate::coverage::model::window::{CheckWindow, YearDay};

use super::answer::{Note, Pass};
use super::ground::RiskSet;
use super::lay::CommuneRisk;
use super::material::Material;
use super::paint::by_window;
use super::{Error, aside, parameter};

/// The check windows of the risk areas asked about.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_field_names, reason = "the name stands in answers")]
pub struct Season {
    /// Whether any of them is open on any day of the window.
    pub in_season: bool,
    /// Each of them.
    pub windows: Vec<SeasonWindow>,
    /// Whether any of the areas is checked all year.
    #[serde(skip)]
    is_all_year: bool,
    /// Whether there is any area.
    #[serde(skip)]
    is_any: bool,
}

/// The check windows of some ground.
struct Here {
    windows: Vec<CheckWindow>,
    is_all_year: bool,
    is_any: bool,
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
    /// The season of the ground at risk in the communes that are shown, in the window that is asked for. Ground that is
    /// checked all year is always in season. Where nothing is at risk, it is the season of all communes.
    pub(super) async fn of(material: &Material) -> Result<Self, Error> {
        let untold = untold(material);
        if !untold.is_empty() {
            let tell = move || {
                for own in &untold {
                    own.seasons();
                }
            };
            aside(tell).await?;
        }
        let asked = &material.sieve.asked;
        let Here {
            windows,
            is_all_year,
            is_any,
        } = Here::of(material);
        let windows = windows.into_iter().map(|window| SeasonWindow {
            from: window.from.to_string(),
            to: window.to.to_string(),
            open: window.meets(asked.from, asked.to),
            name: window.name,
        });
        let windows: Vec<_> = windows.collect();
        Ok(Self {
            in_season: is_all_year || windows.iter().any(|window| window.open),
            windows,
            is_all_year,
            is_any,
        })
    }

    /// Refuses a pass that no risk area has, and notes one that none has here, or outside whose windows the days lie.
    pub(super) fn note(&self, material: &Material, notes: &mut Vec<Note>) -> Result<(), Error> {
        let Some(pass) = &material.sieve.asked.pass else {
            return Ok(());
        };
        let is_open = match pass {
            Pass::Times(times) => {
                notes.extend(self.too_few_windows(usize::from(times.get()), material));
                notes.extend(self.all_year_ground().filter(|_| times.get() == 1));
                self.in_season
            }
            Pass::Named(name) => {
                let is_elsewhere = self.is_elsewhere(name, material)?;
                notes.extend(self.all_year_ground());
                if is_elsewhere {
                    notes.push(Note {
                        code: "window_elsewhere",
                        text: format!("no risk area here has check windows named {name}"),
                    });
                    return Ok(());
                }
                let own = |window: &SeasonWindow| window.open && window.name == *name;
                self.windows.iter().any(own)
            }
        };
        if !is_open {
            notes.push(Note {
                code: "outside_season",
                text: "no check window that was asked for is open on any of these days: a check outside the season tells nothing"
                    .to_owned(),
            });
        }
        Ok(())
    }

    /// Says so where one pass is made by a visit on any day.
    fn all_year_ground(&self) -> Option<Note> {
        self.is_all_year.then(|| Note {
            code: "all_year_ground",
            text:
                "some risk areas have no check windows: there every visit counts, on whatever day"
                    .to_owned(),
        })
    }

    /// Says so when on these days fewer check windows are open anywhere than there have to be passes.
    fn too_few_windows(&self, times: usize, material: &Material) -> Option<Note> {
        if times < 2 || !self.is_any || !self.in_season {
            return None;
        }
        let most = most_windows(material)?;
        (most < times).then(|| Note {
            code: "too_few_windows",
            text: format!(
                "no ground at risk here has more than {most} check windows with days among these: {times} passes cannot have been made"
            ),
        })
    }

    /// Whether only risk areas elsewhere have check windows of that name; refuses one that none has anywhere.
    fn is_elsewhere(&self, name: &str, material: &Material) -> Result<bool, Error> {
        if !self.is_any || self.windows.iter().any(|own| own.name == name) {
            return Ok(false);
        }
        let all = material.risk.windows.iter();
        let known: BTreeSet<&str> = all.map(|own| own.name.as_str()).collect();
        if known.contains(name) {
            return Ok(true);
        }
        let known: Vec<&str> = known.into_iter().collect();
        Err(parameter(
            "pass",
            format!("no such check window; there are {}", known.join(", ")),
        ))
    }
}

/// The most check windows with a day of the asked ones that any ground of the communes which are shown has; none where they
/// have no ground at risk.
fn most_windows(material: &Material) -> Option<usize> {
    let mut told: Vec<&[CheckWindow]> = Vec::new();
    let communes = material.risk.communes.iter().zip(material.shown.iter());
    let shown = communes.filter(|(_, shown)| **shown);
    for (windows, _) in shown.flat_map(|(own, _)| own.parts()) {
        if !told.contains(&windows.as_slice()) {
            told.push(windows);
        }
    }
    let open = |windows: &&[CheckWindow]| {
        let days = by_window(&material.days, windows);
        days.iter().filter(|own| !own.is_empty()).count()
    };
    told.iter().map(open).max()
}

impl Here {
    fn of(material: &Material) -> Self {
        let risk = &material.risk;
        let all = || Self {
            windows: risk.windows.clone(),
            is_all_year: risk.is_all_year,
            is_any: risk.is_any,
        };
        if material.shows_all {
            return all();
        }
        let communes = risk.communes.iter().zip(material.shown.iter());
        let shown = communes.filter(|(_, shown)| **shown);
        let mut windows = BTreeMap::new();
        let (mut is_all_year, mut is_any) = (false, false);
        for season in shown.flat_map(|(own, _)| own.seasons()) {
            is_any = true;
            is_all_year |= season.is_empty();
            for window in season {
                let key = (window.name.clone(), window.from, window.to);
                windows.insert(key, window.clone());
            }
        }
        if !is_any {
            return all();
        }
        Self {
            windows: windows.into_values().collect(),
            is_all_year,
            is_any,
        }
    }
}

/// The communes that are shown whose seasons are to be told apart: outlines are laid over one another for it.
fn untold(material: &Material) -> Vec<Arc<CommuneRisk>> {
    if material.shows_all {
        return Vec::new();
    }
    let communes = material.risk.communes.iter().zip(material.shown.iter());
    let untold = communes.filter(|(own, shown)| **shown && !own.has_seasons());
    untold.map(|(own, _)| Arc::clone(own)).collect()
}

/// Whether a visit on that day counts for a pass, where areas have these check windows: inside the named one, or inside any
/// when different ones are counted. Areas without windows are checked all year: any visit makes the one pass there is.
pub(super) fn counts_on(pass: &Pass, windows: &[CheckWindow], day: i64) -> bool {
    let date = LocalDate::from_days(day);
    match pass {
        _ if windows.is_empty() => true,
        Pass::Named(name) => {
            let mut named = windows.iter().filter(|window| window.name == *name);
            named.any(|window| window.contains(date))
        }
        Pass::Times(_) => windows.iter().any(|window| window.contains(date)),
    }
}

/// On which days of a window visits count, commune by commune, when passes are asked for.
#[derive(Debug)]
pub(super) struct Open {
    first: i64,
    /// Of each commune of the map the place of its days.
    communes: Vec<usize>,
    days: Vec<Vec<bool>>,
}

impl Open {
    /// The days that count in each commune: those that do in any of its risk areas. None when no pass is asked for.
    pub(super) fn of(risk: &RiskSet, pass: Option<&Pass>, days: &Days) -> Option<Arc<Self>> {
        let pass = pass?;
        let mut known: Vec<Vec<&[CheckWindow]>> = Vec::new();
        let mut communes = Vec::with_capacity(risk.communes.len());
        for commune in &risk.communes {
            let own = commune
                .parts()
                .iter()
                .map(|(windows, _)| windows.as_slice());
            let own: Vec<&[CheckWindow]> = own.collect();
            let place = known.iter().position(|other| *other == own);
            communes.push(place.unwrap_or(known.len()));
            if place.is_none() {
                known.push(own);
            }
        }
        let counts = |own: &Vec<&[CheckWindow]>, day: i64| {
            own.iter().any(|windows| counts_on(pass, windows, day))
        };
        let of_each = known
            .iter()
            .map(|own| days.clone().map(|day| counts(own, day)).collect());
        Some(Arc::new(Self {
            first: days.start,
            communes,
            days: of_each.collect(),
        }))
    }

    /// Whether a visit to the commune at a place of the map counts on that day.
    pub(super) fn holds(&self, at: usize, day: i64) -> bool {
        let days = self.communes.get(at).and_then(|own| self.days.get(*own));
        let day = usize::try_from(day - self.first).ok();
        days.zip(day)
            .is_some_and(|(days, day)| days.get(day) == Some(&true))
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
