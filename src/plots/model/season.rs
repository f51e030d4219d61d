//! The two calendars of a plot: the crop's season (niên vụ) and the statistical year of QĐ 28/2025/QĐ-TTg.

use std::fmt;
use std::str::FromStr;

use crate::base::time::LocalDate;
use crate::base::words::Crop;

/// A growing season: two calendar years for poppy, one for every other crop.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Season {
    first_year: i32,
    last_year: i32,
}

/// A text that names no season.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a season: expected a year such as 2026, or two such as 2025-2026")]
pub struct InvalidSeason;

/// The season that a date belongs to. Poppy stands from September to May; what is found from June to
/// August belongs to the season that ended.
#[must_use]
pub fn season_of(crop: Crop, date: LocalDate) -> Season {
    let (year, month, _) = date.ymd();
    if crop != Crop::OpiumPoppy {
        return Season {
            first_year: year,
            last_year: year,
        };
    }
    let first_year = if month >= 9 { year } else { year - 1 };
    Season {
        first_year,
        last_year: first_year + 1,
    }
}

impl Season {
    /// The season before.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self {
            first_year: self.first_year - 1,
            last_year: self.last_year - 1,
        }
    }

    /// First and last local day on which a find belongs to the season; none outside the calendar's range.
    #[must_use]
    pub fn days(self) -> Option<(LocalDate, LocalDate)> {
        if self.first_year == self.last_year {
            return Some((
                LocalDate::from_ymd(self.first_year, 1, 1)?,
                LocalDate::from_ymd(self.last_year, 12, 31)?,
            ));
        }
        Some((
            LocalDate::from_ymd(self.first_year, 9, 1)?,
            LocalDate::from_ymd(self.last_year, 8, 31)?,
        ))
    }

    /// First and last local day of all seasons, of whatever crop, that have a day in common with this one: what was taken for
    /// another crop at first stood in one of those.
    #[must_use]
    pub fn days_around(self) -> Option<(LocalDate, LocalDate)> {
        if self.first_year == self.last_year {
            return Some((
                LocalDate::from_ymd(self.first_year - 1, 9, 1)?,
                LocalDate::from_ymd(self.last_year + 1, 8, 31)?,
            ));
        }
        Some((
            LocalDate::from_ymd(self.first_year, 1, 1)?,
            LocalDate::from_ymd(self.last_year, 12, 31)?,
        ))
    }
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first_year == self.last_year {
            write!(f, "{}", self.first_year)
        } else {
            write!(f, "{}-{}", self.first_year, self.last_year)
        }
    }
}

impl fmt::Debug for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Season {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl FromStr for Season {
    type Err = InvalidSeason;

    fn from_str(text: &str) -> Result<Self, InvalidSeason> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first_year, last_year) = (year(first)?, year(last)?);
        let follows = text.len() == 4 || last_year == first_year + 1;
        if follows {
            Ok(Self {
                first_year,
                last_year,
            })
        } else {
            Err(InvalidSeason)
        }
    }
}

fn year(text: &str) -> Result<i32, InvalidSeason> {
    let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    if digits {
        text.parse().or(Err(InvalidSeason))
    } else {
        Err(InvalidSeason)
    }
}

/// A statistical year: 15 December of the year before to 14 December (QĐ 28/2025/QĐ-TTg Điều 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    year: i32,
}

/// The statistical year that a date belongs to.
#[must_use]
pub fn period_of(date: LocalDate) -> Period {
    let (year, month, day) = date.ymd();
    Period {
        year: if (month, day) >= (12, 15) {
            year + 1
        } else {
            year
        },
    }
}

impl Period {
    /// The statistical year that ends in this calendar year.
    #[must_use]
    pub const fn of_year(year: i32) -> Self {
        Self { year }
    }

    /// The year in which it ends, by which it is called.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }

    /// First and last local day; none outside the calendar's range.
    #[must_use]
    pub fn days(self) -> Option<(LocalDate, LocalDate)> {
        Some((
            LocalDate::from_ymd(self.year - 1, 12, 15)?,
            LocalDate::from_ymd(self.year, 12, 14)?,
        ))
    }
}
