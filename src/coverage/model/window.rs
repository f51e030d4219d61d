//! Check windows: the part of each year in which walking a risk area tells something.
//!
//! A walk before sowing certifies bare soil, so passes count only visits inside a window, and two
//! passes are visits inside two different windows (the seedling pass, the flowering pass).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::time::LocalDate;

/// A day of any year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32)", into = "(u32, u32)")]
pub struct YearDay {
    month: u32,
    day: u32,
}

/// A month and day that no year has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no year has a day {day} in month {month}")]
pub struct InvalidYearDay {
    /// The month as given.
    pub month: u32,
    /// The day of the month as given.
    pub day: u32,
}

impl YearDay {
    /// That day of that month, 29 February included.
    pub fn new(month: u32, day: u32) -> Result<Self, InvalidYearDay> {
        const LEAP_YEAR: i32 = 2024;
        let exists = LocalDate::from_ymd(LEAP_YEAR, month, day).is_some();
        if exists {
            Ok(Self { month, day })
        } else {
            Err(InvalidYearDay { month, day })
        }
    }

    fn of(date: LocalDate) -> Self {
        let (_, month, day) = date.ymd();
        Self { month, day }
    }
}

impl fmt::Display for YearDay {
    /// Month and day, `MM-DD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl TryFrom<(u32, u32)> for YearDay {
    type Error = InvalidYearDay;

    fn try_from((month, day): (u32, u32)) -> Result<Self, InvalidYearDay> {
        Self::new(month, day)
    }
}

impl From<YearDay> for (u32, u32) {
    fn from(day: YearDay) -> Self {
        (day.month, day.day)
    }
}

/// One check window, both ends inclusive; it wraps over New Year when it ends before it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckWindow {
    /// What the window is called, such as the seedling pass.
    pub name: String,
    /// Its first day, as (month, day).
    pub from: YearDay,
    /// Its last day, as (month, day).
    pub to: YearDay,
}

impl CheckWindow {
    /// Whether that local day lies inside the window.
    #[must_use]
    pub fn contains(&self, date: LocalDate) -> bool {
        let day = YearDay::of(date);
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            self.from <= day || day <= self.to
        }
    }

    /// Whether any day from the first to the last, both inclusive, lies inside the window.
    #[must_use]
    pub fn meets(&self, first: LocalDate, last: LocalDate) -> bool {
        let days = last.as_days().saturating_sub(first.as_days());
        (0..=days.min(LONGEST_YEARS_D)).any(|n| self.contains(first.plus_days(n)))
    }
}

/// The windows of ground that belongs to areas with these and to areas with those. An area that is checked all year takes
/// nothing from another's windows: a walk outside them tells nothing of what grows in them.
#[must_use]
pub fn united(own: &[CheckWindow], others: &[CheckWindow]) -> Vec<CheckWindow> {
    let more = others.iter().filter(|other| !own.contains(other));
    own.iter().chain(more).cloned().collect()
}

/// Eight years hold a 29 February even around 2100.
const LONGEST_YEARS_D: i64 = 8 * 366;

/// Whether any of the windows is open on any of the days; if not, an answer by passes must say so.
#[must_use]
pub fn in_season(windows: &[CheckWindow], first: LocalDate, last: LocalDate) -> bool {
    windows.iter().any(|window| window.meets(first, last))
}
