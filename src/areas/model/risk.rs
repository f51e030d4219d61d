//! Risk areas (khu vực nguy cơ) as a file describes them: level, basis, crop, and the windows of the year in which a
//! check counts. A walk before sowing certifies bare soil, so visits count per window.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use serde_json::{Value, json};

use super::commune::Codes;
use super::faults::{ImportError, Reason};
use super::properties::{Properties, bad, region};
use super::reader::{Feature, FeatureReader, Limits};
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::geo::shape::Region;

const DEFAULT_VISITS: u32 = 2;
const MOST_VISITS: u64 = 366;
const MOST_WINDOWS: usize = 12;

/// Declares an enum of codes with the words that files may use for them.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $expected:literal, { $($(#[$item:meta])* $variant:ident = $($word:literal)|+),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$item])* $variant),+ }

        impl $name {
            const EXPECTED: &'static str = $expected;

            const fn words(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($word),+]),+ }
            }

            /// The code under which it is kept.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                self.words().first().copied().unwrap_or_default()
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                let word = text.to_lowercase();
                let all = [$(Self::$variant),+];
                all.into_iter().find(|it| it.words().contains(&word.as_str())).ok_or(UnknownWord(Self::EXPECTED))
            }
        }
    };
}

/// A word that is not in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct UnknownWord(&'static str);

words! {
    /// How likely planting is.
    RiskLevel, "high, medium or low (cao, trung bình, thấp)", {
        /// Cao.
        High = "high" | "cao",
        /// Trung bình.
        Medium = "medium" | "trung bình",
        /// Thấp.
        Low = "low" | "thấp",
    }
}

words! {
    /// Why the area counts as one.
    RiskBasis, "history, terrain, tip, imagery or official", {
        /// Plots were found there before.
        History = "history",
        /// Relief, height and distance suit planting.
        Terrain = "terrain",
        /// A tip from the population.
        Tip = "tip",
        /// Satellite or drone pictures.
        Imagery = "imagery",
        /// A list of the authorities.
        Official = "official",
    }
}

/// A day of any year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MonthDay {
    month: u32,
    day: u32,
}

/// A text that is no day of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day of the year: expected MM-DD, such as 10-15")]
pub struct InvalidMonthDay;

impl MonthDay {
    /// That day of that month (1 to 12); 29 February is a day of the year.
    pub fn new(month: u32, day: u32) -> Result<Self, InvalidMonthDay> {
        const LEAP_YEAR: i32 = 2000;
        let exists = LocalDate::from_ymd(LEAP_YEAR, month, day).is_some();
        if exists {
            Ok(Self { month, day })
        } else {
            Err(InvalidMonthDay)
        }
    }

    /// The day of the year on which a date falls.
    #[must_use]
    pub fn of(date: LocalDate) -> Self {
        let (_, month, day) = date.ymd();
        Self { month, day }
    }
}

impl FromStr for MonthDay {
    type Err = InvalidMonthDay;

    fn from_str(text: &str) -> Result<Self, InvalidMonthDay> {
        let is_plain = text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let (month, day) = text
            .split_once('-')
            .filter(|_| is_plain)
            .ok_or(InvalidMonthDay)?;
        let number = |digits: &str| digits.parse().or(Err(InvalidMonthDay));
        if month.len() == 2 {
            Self::new(number(month)?, number(day)?)
        } else {
            Err(InvalidMonthDay)
        }
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

/// A part of every year in which a check of the area counts, both days included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckWindow {
    /// What the pass looks for: `seedling`, `flowering`, or a province's own word.
    pub name: String,
    /// First day.
    pub from: MonthDay,
    /// Last day; before `from` if the window runs over New Year.
    pub to: MonthDay,
}

impl CheckWindow {
    /// Does the window include that day?
    #[must_use]
    pub fn contains(&self, date: LocalDate) -> bool {
        let day = MonthDay::of(date);
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            self.from <= day || day <= self.to
        }
    }
}

type WindowRow = (&'static str, (u32, u32), (u32, u32));

// Poppy is sown after the upland rice and flowers from February; hemp and cannabis are sown in spring.
const POPPY_WINDOWS: &[WindowRow] = &[
    ("seedling", (10, 15), (12, 31)),
    ("flowering", (2, 1), (3, 31)),
];
const CANNABIS_WINDOWS: &[WindowRow] = &[
    ("seedling", (3, 1), (4, 30)),
    ("flowering", (6, 15), (8, 31)),
];

/// The windows of a crop for areas that name none; none for crops that stand all year.
#[must_use]
pub fn default_windows(crop: Crop) -> Vec<CheckWindow> {
    let rows = match crop {
        Crop::OpiumPoppy => POPPY_WINDOWS,
        Crop::Cannabis => CANNABIS_WINDOWS,
        Crop::Coca | Crop::Khat | Crop::Other => &[],
    };
    let day = |(month, day)| MonthDay { month, day };
    let window = |(name, from, to): &WindowRow| CheckWindow {
        name: (*name).to_owned(),
        from: day(*from),
        to: day(*to),
    };
    rows.iter().map(window).collect()
}

/// Windows as they travel and are kept.
#[must_use]
pub fn windows_json(windows: &[CheckWindow]) -> Value {
    let window = |window: &CheckWindow| {
        json!({
            "name": window.name,
            "from": window.from.to_string(),
            "to": window.to.to_string(),
        })
    };
    windows.iter().map(window).collect()
}

/// A risk area as a file describes it, its ground valid in itself.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskAreaDraft {
    /// Its place in the file, from 1.
    pub feature: usize,
    /// The province's code for the area.
    pub code: String,
    /// The name.
    pub name: String,
    /// How likely planting is.
    pub level: RiskLevel,
    /// Why it counts as a risk area.
    pub basis: RiskBasis,
    /// The crop to look for.
    pub crop: Crop,
    /// When checks count; empty: all year.
    pub windows: Vec<CheckWindow>,
    /// First day of validity.
    pub valid_from: LocalDate,
    /// Last day of validity, if it is known.
    pub valid_to: Option<LocalDate>,
    /// Visits that a season needs.
    pub required_visits: u32,
    /// The ground.
    pub region: Region,
}

impl RiskAreaDraft {
    /// Parses one feature.
    pub fn parse(feature: &Feature, max_vertices: usize) -> Result<Self, ImportError> {
        let properties = Properties(&feature.properties);
        let code = properties
            .code("code")
            .map_err(|reason| reason.at(feature.number, None))?;
        Self::with_code(code, feature, max_vertices)
            .map_err(|reason| reason.at(feature.number, Some(code)))
    }

    fn with_code(code: &str, feature: &Feature, max_vertices: usize) -> Result<Self, Reason> {
        let properties = Properties(&feature.properties);
        let crop = required(
            properties,
            "crop",
            "opium_poppy, cannabis, coca, khat or other",
        )?;
        let valid_from = required(properties, "valid_from", "a date such as 2026-09-01")?;
        let valid_to = properties.parsed("valid_to", "a date such as 2027-05-31")?;
        if valid_to.is_some_and(|to| to < valid_from) {
            return Err(Reason::EmptyValidity);
        }
        Ok(Self {
            feature: feature.number,
            code: code.to_owned(),
            name: properties.required("name")?.to_owned(),
            level: required(properties, "level", RiskLevel::EXPECTED)?,
            basis: required(properties, "basis", RiskBasis::EXPECTED)?,
            crop,
            windows: windows(properties)?.unwrap_or_else(|| default_windows(crop)),
            valid_from,
            valid_to,
            required_visits: required_visits(properties)?,
            region: region(feature, max_vertices)?,
        })
    }
}

fn required<T: FromStr>(
    properties: Properties<'_>,
    field: &str,
    expected: &'static str,
) -> Result<T, Reason> {
    let parsed = properties.parsed(field, expected)?;
    parsed.ok_or_else(|| Reason::Missing {
        field: field.to_owned(),
    })
}

fn required_visits(properties: Properties<'_>) -> Result<u32, Reason> {
    let field = "required_visits";
    let Some(value) = properties.value(field) else {
        return Ok(DEFAULT_VISITS);
    };
    let visits = value
        .as_u64()
        .filter(|visits| (1..=MOST_VISITS).contains(visits));
    visits
        .and_then(|visits| u32::try_from(visits).ok())
        .ok_or_else(|| bad(field, "a whole number from 1 to 366"))
}

fn windows(properties: Properties<'_>) -> Result<Option<Vec<CheckWindow>>, Reason> {
    let own = |value: &Value| match value.as_str() {
        Some(text) => windows_of_text(text),
        None => windows_of(value),
    };
    properties.value("windows").map(own).transpose()
}

/// What exports write where checks count all year.
pub const ALL_YEAR: &str = "all_year";
/// What else is read so; exports wrote nothing once.
const ALL_YEAR_TOO: [&str; 3] = ["", "all year", "cả năm"];

/// Windows as exports write them: `seedling 10-15/12-31; flowering 02-01/03-31`, or `all_year` for none.
pub fn windows_of_text(text: &str) -> Result<Vec<CheckWindow>, Reason> {
    let bare = text.trim().to_lowercase();
    if bare == ALL_YEAR || ALL_YEAR_TOO.contains(&bare.as_str()) {
        return Ok(Vec::new());
    }
    let parts = text
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let windows = parts.map(|part| {
        let (name, days) = part.rsplit_once(' ')?;
        let (from, to) = days.split_once('/')?;
        let day = |text: &str| text.parse::<MonthDay>().ok();
        let (from, to) = (day(from)?.to_string(), day(to)?.to_string());
        Some(json!({ "name": name.trim(), "from": from, "to": to }))
    });
    let windows = windows.collect::<Option<Vec<Value>>>();
    let windows = windows.filter(|all| !all.is_empty()).ok_or_else(|| {
        bad(
            "windows",
            "windows such as `seedling 10-15/12-31; flowering 02-01/03-31`, or `all_year`",
        )
    })?;
    windows_of(&Value::Array(windows))
}

/// The windows of a list of objects with `name`, `from` and `to`.
pub fn windows_of(value: &Value) -> Result<Vec<CheckWindow>, Reason> {
    let field = "windows";
    let list = value.as_array().filter(|list| list.len() <= MOST_WINDOWS);
    let list = list.ok_or_else(|| bad(field, "a list of at most 12 windows"))?;
    let windows: Vec<_> = list.iter().map(window).collect::<Result<_, _>>()?;
    let is_repeated =
        |(i, a): (usize, &CheckWindow)| windows.iter().skip(i + 1).any(|b| a.name == b.name);
    if windows.iter().enumerate().any(is_repeated) {
        return Err(bad(field, "windows of different names"));
    }
    Ok(windows)
}

fn window(value: &Value) -> Result<CheckWindow, Reason> {
    let object = value
        .as_object()
        .ok_or_else(|| bad("windows", "objects with name, from and to"))?;
    let properties = Properties(object);
    Ok(CheckWindow {
        name: properties.required("name")?.to_owned(),
        from: required(properties, "from", "a day such as 10-15")?,
        to: required(properties, "to", "a day such as 12-31")?,
    })
}

/// Reads every risk area of a file; the first fault ends the reading and nothing is returned.
pub fn read_risk_areas(
    input: impl Read,
    limits: Limits,
) -> Result<Vec<RiskAreaDraft>, ImportError> {
    let mut drafts = Vec::new();
    let mut codes = Codes::default();
    for feature in FeatureReader::new(input, limits) {
        let feature = feature?;
        let draft = RiskAreaDraft::parse(&feature, limits.vertices)?;
        codes.add(&draft.code, draft.feature)?;
        drafts.push(draft);
    }
    if drafts.is_empty() {
        return Err(Reason::NoFeatures.of_file());
    }
    Ok(drafts)
}
