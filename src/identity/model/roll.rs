//! A list of devices as offices keep it: CSV from a spreadsheet, in UTF-8, with commas or semicolons.

use std::collections::BTreeMap;

use super::makers::Maker;
use super::{check_communes, check_name};
use crate::base::refusal::Refusal;
use crate::base::unmarked::unmarked;

/// Devices in one list.
pub const MOST_ROWS: usize = 2_000;
/// Faults that are told of one list.
const MOST_FAULTS: usize = 200;

/// One fault of a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct RowFault {
    /// The row as spreadsheets number it; the heading is row 1.
    pub row: usize,
    /// The column: `name`, `team`, `communes` or `maker`; `heading` for one that is none, `row` for a row as a whole.
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

/// The columns, each with the headings that name it, without marks and signs.
const COLUMNS: [(&str, &[&str]); 4] = [
    (
        "name",
        &[
            "name",
            "device",
            "ten",
            "ten may",
            "ten thiet bi",
            "thiet bi",
            "bi danh",
        ],
    ),
    (
        "team",
        &[
            "team",
            "to",
            "ten to",
            "ma to",
            "to tuan tra",
            "to cong tac",
            "doi",
        ],
    ),
    (
        COMMUNES,
        &[
            "communes",
            "commune",
            "xa",
            "ma xa",
            "cac xa",
            "xa phuong",
            "ma xa phuong",
            "phuong xa",
            "phuong",
            "dia ban",
        ],
    ),
    (
        "maker",
        &[
            "maker",
            "phone",
            "phone maker",
            "may",
            "hang",
            "hang may",
            "hang dien thoai",
            "hang san xuat",
            "nhan hieu",
        ],
    ),
];
const COMMUNES: &str = "communes";
/// Where a fault of the heading, or of a row as a whole, is told.
const HEADING: &str = "heading";
const ROW: &str = "row";

/// What stands for every commune there is: nothing less than a word gives rights in the whole province.
const PROVINCE: &[&str] = &[
    "toan tinh",
    "ca tinh",
    "tinh",
    "province",
    "whole province",
    "all",
];

/// Where each column stands, and how many have a heading.
struct Places {
    columns: [Option<usize>; 4],
    headed: usize,
}

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
        let separator = separator(&text);
        if let Some(row) = stray_quote(&text, char::from(separator)) {
            roll.refuse(
                row,
                ROW,
                "a quotation mark stands alone: expected none, or one at each end of a cell",
            );
            return roll;
        }
        let mut lines = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let Some(places) = roll.places(&mut lines) else {
            return roll;
        };
        roll.take_all(&mut lines, &places);
        roll
    }

    fn take_all(&mut self, lines: &mut csv::Reader<&[u8]>, places: &Places) {
        let mut seen = BTreeMap::new();
        let mut line = csv::StringRecord::new();
        loop {
            match lines.read_record(&mut line) {
                Ok(true) if line.iter().all(str::is_empty) => continue,
                Ok(true) => {}
                Ok(false) => break,
                Err(_) => {
                    self.refuse(0, ROW, "a line cannot be read as CSV");
                    break;
                }
            }
            if self.rows.len() == MOST_ROWS {
                self.refuse(
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
            self.take(row, &line, places, &mut seen);
        }
    }

    /// Notes a fault, up to as many as are told.
    pub fn refuse(&mut self, row: usize, field: &'static str, reason: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            let reason = reason.into();
            self.faults.push(RowFault { row, field, reason });
        }
    }

    /// Where each column stands. A heading that is not known is a fault: what stands under it would be passed over, and a
    /// device without its communes may record everywhere.
    fn places(&mut self, lines: &mut csv::Reader<&[u8]>) -> Option<Places> {
        let heading = lines.headers().cloned().unwrap_or_default();
        let mut columns = [None; 4];
        for (at, cell) in heading
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty())
        {
            let said = unmarked(cell);
            let column = COLUMNS
                .iter()
                .position(|(_, names)| names.contains(&said.as_str()));
            match column.and_then(|column| columns.get_mut(column)) {
                None => self.refuse(
                    1,
                    HEADING,
                    format!("\"{}\" is no column: expected name, team, communes, maker (tên, tổ, xã, hãng)", short(cell)),
                ),
                Some(Some(_)) => self.refuse(
                    1,
                    HEADING,
                    format!("\"{}\" names a column a second time: expected each once", short(cell)),
                ),
                Some(place) => *place = Some(at),
            }
        }
        let [name, _, communes, _] = columns;
        if name.is_none() || communes.is_none() {
            self.refuse(
                1,
                HEADING,
                "expected a heading with name, team, communes and maybe maker (tên, tổ, xã, hãng)",
            );
        }
        let cells = heading.iter().enumerate();
        let headed = cells.filter(|(_, cell)| !cell.is_empty());
        let headed = headed.fold(0, |_, (at, _)| at + 1);
        self.faults.is_empty().then_some(Places { columns, headed })
    }

    fn take(
        &mut self,
        row: usize,
        line: &csv::StringRecord,
        places: &Places,
        seen: &mut BTreeMap<String, usize>,
    ) {
        if line.iter().skip(places.headed).any(|cell| !cell.is_empty()) {
            self.refuse(
                row,
                ROW,
                "more cells than headings: expected several communes in one cell, with spaces between them",
            );
        }
        let [name, team, communes, maker] = places
            .columns
            .map(|place| place.and_then(|place| line.get(place)).unwrap_or(""));
        let communes = self.communes(row, communes);
        let mut bad_name = Refusal::default();
        check_name(name, "", &mut bad_name);
        if let Some(fault) = bad_name.0.into_iter().next() {
            self.refuse(row, "name", fault.reason);
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

    /// The communes of a cell; none for the words that stand for the whole province.
    fn communes(&mut self, row: usize, cell: &str) -> Vec<String> {
        if PROVINCE.contains(&unmarked(cell).as_str()) {
            return Vec::new();
        }
        let codes = cell.split([';', ',', ' ']).filter(|code| !code.is_empty());
        let mut communes: Vec<String> = codes.map(str::to_owned).collect();
        communes.sort();
        communes.dedup();
        let mut refusal = Refusal::default();
        check_communes(&communes, "", &mut refusal);
        if communes.is_empty() {
            refusal.add(
                "",
                "expected commune codes such as 02647, or \"toàn tỉnh\" (province) for the whole province",
            );
        }
        if let Some(fault) = refusal.0.into_iter().next() {
            self.refuse(row, COMMUNES, fault.reason);
        }
        communes
    }
}

/// As much of a cell as a fault repeats.
fn short(cell: &str) -> String {
    cell.chars().take(40).collect()
}

/// The row of a quotation mark that neither begins nor ends a cell, nor stands doubled in one (RFC 4180 §2): a reader would
/// take everything up to the next one for one cell.
fn stray_quote(text: &str, separator: char) -> Option<usize> {
    let mut rest = text.chars().peekable();
    let (mut row, mut opened_in) = (1, None);
    let mut begins = true;
    while let Some(sign) = rest.next() {
        match (sign, opened_in) {
            ('"', None) if begins => opened_in = Some(row),
            ('"', None) => return Some(row),
            ('"', Some(_)) if rest.next_if_eq(&'"').is_some() => {}
            ('"', Some(_)) => {
                while rest.next_if_eq(&' ').is_some() {}
                if rest
                    .peek()
                    .is_some_and(|next| *next != separator && *next != '\n')
                {
                    return Some(row);
                }
                opened_in = None;
            }
            _ => {}
        }
        begins = sign == separator || sign == '\n';
        row += usize::from(sign == '\n');
    }
    opened_in
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
