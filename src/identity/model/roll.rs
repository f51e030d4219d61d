//! A list of devices as offices keep it: CSV from a spreadsheet, in UTF-8, with commas or semicolons.

use std::collections::BTreeMap;

use super::makers::Maker;
use super::{check_communes, check_name};
use crate::base::refusal::Refusal;

/// Devices in one list.
pub const MOST_ROWS: usize = 2_000;
/// Faults that are told of one list.
const MOST_FAULTS: usize = 200;

/// One fault of a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct RowFault {
    /// The row as spreadsheets number it; the heading is row 1.
    pub row: usize,
    /// The column: `name`, `team`, `communes` or `maker`.
    pub field: &'static str,
    /// What is wrong and what would be accepted.
    pub reason: String,
}

/// One device of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollRow {
    /// The row as spreadsheets number it.
    pub row: usize,
    /// The device's pseudonym.
    pub name: String,
    /// Its team's name or id.
    pub team: Option<String>,
    /// The communes that it may record in, by code, sorted; none: the whole province.
    pub communes: Vec<String>,
    /// Whose phone it is.
    pub maker: Option<Maker>,
}

/// A list as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roll {
    /// Its devices.
    pub rows: Vec<RollRow>,
    /// What cannot be accepted.
    pub faults: Vec<RowFault>,
}

/// The columns, each with the headings that name it.
const COLUMNS: [(&str, &[&str]); 4] = [
    (
        "name",
        &["name", "tên", "ten", "thiết bị", "thiet bi", "device"],
    ),
    ("team", &["team", "tổ", "to"]),
    (
        "communes",
        &["communes", "commune", "xã", "xa", "mã xã", "ma xa"],
    ),
    (
        "maker",
        &[
            "maker",
            "phone",
            "phone maker",
            "máy",
            "may",
            "hãng",
            "hang",
        ],
    ),
];

impl Roll {
    /// Reads a list.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut roll = Self::default();
        let Ok(text) = std::str::from_utf8(bytes) else {
            roll.refuse(1, "name", "the file is not UTF-8: save it as \"CSV UTF-8\"");
            return roll;
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = text.replace("\r\n", "\n").replace('\r', "\n") + "\n";
        let mut lines = csv::ReaderBuilder::new()
            .delimiter(separator(&text))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let Some(places) = roll.places(&mut lines) else {
            return roll;
        };
        let mut seen = BTreeMap::new();
        let mut line = csv::StringRecord::new();
        loop {
            match lines.read_record(&mut line) {
                Ok(true) if line.iter().all(str::is_empty) => continue,
                Ok(true) => {}
                Ok(false) => break,
                Err(_) => {
                    roll.refuse(0, "name", "a line cannot be read as CSV");
                    break;
                }
            }
            if roll.rows.len() == MOST_ROWS {
                roll.refuse(
                    0,
                    "name",
                    format!("expected at most {MOST_ROWS} devices in one file"),
                );
                break;
            }
            // The reader stands behind the line; where it began is not told right after empty lines.
            let row = usize::try_from(lines.position().line())
                .unwrap_or(0)
                .saturating_sub(1);
            roll.take(row, &line, places, &mut seen);
        }
        roll
    }

    /// Notes a fault, up to as many as are told.
    pub fn refuse(&mut self, row: usize, field: &'static str, reason: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            let reason = reason.into();
            self.faults.push(RowFault { row, field, reason });
        }
    }

    /// Where each column stands.
    fn places(&mut self, lines: &mut csv::Reader<&[u8]>) -> Option<[Option<usize>; 4]> {
        let heading = lines.headers().cloned().unwrap_or_default();
        let place = |names: &[&str]| {
            heading
                .iter()
                .position(|cell| names.contains(&cell.to_lowercase().as_str()))
        };
        let places = COLUMNS.map(|(_, names)| place(names));
        if places[0].is_none() {
            self.refuse(
                1,
                "name",
                "expected a heading with name, team, communes and maybe maker",
            );
            return None;
        }
        Some(places)
    }

    fn take(
        &mut self,
        row: usize,
        line: &csv::StringRecord,
        places: [Option<usize>; 4],
        seen: &mut BTreeMap<String, usize>,
    ) {
        let [name, team, communes, maker] =
            places.map(|place| place.and_then(|place| line.get(place)).unwrap_or(""));
        let codes = communes
            .split([';', ',', ' '])
            .filter(|code| !code.is_empty());
        let mut communes: Vec<String> = codes.map(str::to_owned).collect();
        communes.sort();
        communes.dedup();
        let (mut bad_name, mut bad_communes) = (Refusal::default(), Refusal::default());
        check_name(name, "", &mut bad_name);
        check_communes(&communes, "", &mut bad_communes);
        for (field, refusal) in [("name", bad_name), ("communes", bad_communes)] {
            if let Some(fault) = refusal.0.into_iter().next() {
                self.refuse(row, field, fault.reason);
            }
        }
        if let Some(before) = seen.insert(name.to_owned(), row) {
            self.refuse(row, "name", format!("the same name stands in row {before}"));
        }
        let known = Maker::named(maker);
        if !maker.is_empty() && known.is_none() {
            let makers = Maker::ALL
                .iter()
                .map(|maker| maker.as_str())
                .collect::<Vec<_>>();
            self.refuse(
                row,
                "maker",
                format!("expected one of {}", makers.join(", ")),
            );
        }
        self.rows.push(RollRow {
            row,
            name: name.to_owned(),
            team: (!team.is_empty()).then(|| team.to_owned()),
            communes,
            maker: known,
        });
    }
}

/// What stands between the columns: whatever the heading has more of.
fn separator(text: &str) -> u8 {
    let heading = text.lines().next().unwrap_or("");
    let count = |sign: char| heading.chars().filter(|c| *c == sign).count();
    [(b'\t', count('\t')), (b';', count(';')), (b',', count(','))]
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(sign, _)| sign)
}
