//! Periods of statistics: the year from 15/12 to 14/12, its halves and its months, each from the 15th to the 14th.

use std::fmt;
use std::str::FromStr;

use crate::base::time::LocalDate;

/// A period: `2026`, `2026-H1`, `2026-H2` or `2026-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReportPeriod {
    year: i32,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Year,
    Half(u32),
    Month(u32),
}

/// A text that is no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a period: expected a statistical year such as 2026 (15/12 to 14/12), a half such as 2026-H1, or a month such as 2026-03 (15/02 to 14/03)"
)]
pub struct InvalidPeriod;

impl ReportPeriod {
    /// The statistical year that a day belongs to.
    #[must_use]
    pub fn year_of(day: LocalDate) -> Self {
        let (year, month, of_month) = day.ymd();
        let is_next = (month, of_month) >= (12, 15);
        Self {
            year: year + i32::from(is_next),
            part: Part::Year,
        }
    }

    /// First and last local day.
    #[must_use]
    pub fn days(self) -> (LocalDate, LocalDate) {
        let (first, last) = match self.part {
            Part::Year => (0, 12),
            Part::Half(half) => (6 * half - 6, 6 * half),
            Part::Month(month) => (month - 1, month),
        };
        (self.boundary(first), self.boundary(last).plus_days(-1))
    }

    /// The 15th of a month, counted from the December before the year.
    fn boundary(self, month: u32) -> LocalDate {
        let (year, month) = if month == 0 {
            (self.year - 1, 12)
        } else {
            (self.year, month)
        };
        LocalDate::from_ymd(year, month, 15).unwrap_or(LocalDate::from_days(0))
    }
}

impl FromStr for ReportPeriod {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, InvalidPeriod> {
        let (year, part) = match text.split_once('-') {
            None => (text, Part::Year),
            Some((year, "H1")) => (year, Part::Half(1)),
            Some((year, "H2")) => (year, Part::Half(2)),
            Some((year, month)) if month.len() == 2 => {
                if !month.bytes().all(|digit| digit.is_ascii_digit()) {
                    return Err(InvalidPeriod);
                }
                let month = month.parse().or(Err(InvalidPeriod))?;
                (year, Part::Month(month))
            }
            Some(_) => return Err(InvalidPeriod),
        };
        let is_year = year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit());
        let year = year.parse().or(Err(InvalidPeriod))?;
        let is_month = !matches!(part, Part::Month(month) if !(1..=12).contains(&month));
        if is_year && is_month && (1900..=2200).contains(&year) {
            Ok(Self { year, part })
        } else {
            Err(InvalidPeriod)
        }
    }
}

impl fmt::Display for ReportPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Year => write!(f, "{}", self.year),
            Part::Half(half) => write!(f, "{}-H{half}", self.year),
            Part::Month(month) => write!(f, "{}-{month:02}", self.year),
        }
    }
}

impl serde::Serialize for ReportPeriod {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ReportPeriod {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for ReportPeriod {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::base::schema::text(None, "a period of statistics: 2026, 2026-H1 or 2026-03")
    }
}

impl utoipa::ToSchema for ReportPeriod {}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> String {
        let (from, to) = text.parse::<ReportPeriod>().unwrap().days();
        format!("{from} {to}")
    }

    #[test]
    fn periods_run_from_the_fifteenth_to_the_fourteenth() {
        assert_eq!(days("2026"), "2025-12-15 2026-12-14");
        assert_eq!(days("2026-H1"), "2025-12-15 2026-06-14");
        assert_eq!(days("2026-H2"), "2026-06-15 2026-12-14");
        assert_eq!(days("2026-01"), "2025-12-15 2026-01-14");
        assert_eq!(days("2026-12"), "2026-11-15 2026-12-14");
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "", "26", "2026-", "2026-13", "2026-00", "2026-H3", "2026-3", "-2026", "2026-+3",
        ] {
            assert_eq!(text.parse::<ReportPeriod>(), Err(InvalidPeriod), "{text}");
        }
        let period: ReportPeriod = "2026-03".parse().unwrap();
        assert_eq!(period.to_string(), "2026-03");
        let day: LocalDate = "2025-12-15".parse().unwrap();
        assert_eq!(ReportPeriod::year_of(day).to_string(), "2026");
    }
}
