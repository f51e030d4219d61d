//! A typed text cut into numbers, names of axes, and what else it says of its system.

use super::written::{EASTINGS_M, Reason};
use super::zone::Width;
use crate::base::unmarked::without_marks;

/// Which of the two axes a number is said to be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// Latitude or northing.
    North,
    /// Longitude or easting.
    East,
}

/// A text cut into numbers and the words between them.
pub(super) struct Text {
    pub(super) numbers: Vec<f64>,
    /// The two numbers of a text that groups thousands: "2.487.640 419.615".
    pub(super) grouped: Vec<(f64, f64)>,
    axes: Vec<Axis>,
    pub(super) is_vn2000: bool,
    /// The zone whose number stood apart before an easting.
    pub(super) zone: Option<u8>,
    /// The zone is written as receivers do, with its band ("48Q"), or the text says UTM.
    pub(super) is_utm: bool,
    /// A sign makes a number negative: nothing here is south or west.
    pub(super) is_negative: bool,
    pub(super) meridian: Option<f64>,
    /// How wide the zone is said to be.
    pub(super) width: Option<Width>,
}

/// Words that name an axis, folded to upper case; the longest first.
const AXES: [(&str, Axis); 14] = [
    ("BẮC", Axis::North),
    ("BAC", Axis::North),
    ("LAT", Axis::North),
    ("VĐ", Axis::North),
    ("ĐÔNG", Axis::East),
    ("DONG", Axis::East),
    ("LON", Axis::East),
    ("KĐ", Axis::East),
    ("N", Axis::North),
    ("B", Axis::North),
    ("X", Axis::North),
    ("E", Axis::East),
    ("Đ", Axis::East),
    ("Y", Axis::East),
];

impl Text {
    pub(super) fn of(text: &str) -> Self {
        let upper = text.to_uppercase();
        let is_vn2000 =
            upper.contains("VN2000") || upper.contains("VN-2000") || upper.contains("VN 2000");
        let plain = upper
            .replace("VN-2000", " ")
            .replace("VN 2000", " ")
            .replace("VN2000", " ")
            .replace("WGS84", " ")
            .replace("WGS-84", " ")
            .replace("WGS 84", " ");
        let (plain, width) = without_width(&plain);
        let (plain, meridian) = without_meridian(&plain, &MERIDIANS_TYPED);
        let mut numbers = numbers(&plain);
        let zone = zone_before_easting(&numbers);
        let zone = zone.map(|at| if numbers.remove(at) < 48.5 { 48 } else { 49 });
        let is_utm = plain.contains("UTM") || (zone.is_some() && has_band(&plain));
        Self {
            numbers,
            grouped: grouped(&plain),
            axes: axes(&plain.replace("UTM", " ")),
            is_vn2000,
            zone,
            is_utm,
            is_negative: is_negative(&plain),
            meridian,
            width,
        }
    }

    /// Whether the first of two numbers is said to be the northing or latitude; none where the text does not say.
    pub(super) fn named(&self) -> Option<bool> {
        match self.axes.as_slice() {
            [Axis::North, Axis::East] => Some(true),
            [Axis::East, Axis::North] => Some(false),
            _ => None,
        }
    }

    /// Which of two numbers is the northing or latitude, and why: as the text names them where that can be, else as it can.
    pub(super) fn order(
        &self,
        first: f64,
        second: f64,
        fits: impl Fn(f64, f64) -> bool,
    ) -> Option<(bool, Reason)> {
        let (straight, turned) = (fits(first, second), fits(second, first));
        match self.named() {
            Some(true) if straight => Some((true, Reason::AxesNamed)),
            Some(false) if turned => Some((false, Reason::AxesNamed)),
            Some(_) if straight || turned => Some((straight, Reason::AxesSwapped)),
            None if straight => Some((true, Reason::AxesBySize)),
            None if turned => Some((false, Reason::AxesSwapped)),
            _ => None,
        }
    }
}

/// Where "48" stands apart before an easting: "48 419615".
fn zone_before_easting(numbers: &[f64]) -> Option<usize> {
    let is_zone = |number: f64| (number - 48.0).abs() < 0.5 || (number - 49.0).abs() < 0.5;
    let is_easting = |number: f64| number >= EASTINGS_M.0 && number <= EASTINGS_M.1;
    let pair = |at: usize| is_zone(numbers[at]) && is_easting(numbers[at + 1]);
    (numbers.len() == 3)
        .then(|| (0..2).find(|at| pair(*at)))
        .flatten()
}

/// Whether a band of latitude follows the zone's number: "48Q", as receivers write it (P to R lie over the country).
fn has_band(text: &str) -> bool {
    let bands = |zone: &str| ["P", "Q", "R"].map(|band| format!("{zone}{band}"));
    let written = text.replace(' ', "");
    ["48", "49"]
        .iter()
        .flat_map(|zone| bands(zone))
        .any(|own| written.contains(&own))
}

/// Whether a dash before a number is its sign, not a dash between two.
fn is_negative(text: &str) -> bool {
    let signs: Vec<char> = text.chars().collect();
    signs.iter().enumerate().any(|(at, sign)| {
        let opens = match at.checked_sub(1).and_then(|before| signs.get(before)) {
            None => true,
            Some(before) => before.is_whitespace() || matches!(before, ',' | ';' | '=' | ':' | '('),
        };
        let is_sign = matches!(sign, '-' | '\u{2212}');
        is_sign && opens && signs.get(at + 1).is_some_and(char::is_ascii_digit)
    })
}

/// What stands before a central meridian in typed coordinates.
const MERIDIANS_TYPED: [&str; 4] = ["KINH TUYẾN TRỤC", "KTTƯ", "KTT", "CM"];
/// The same in headings, without marks; the longest first.
const MERIDIANS_HEADED: [&str; 5] = [
    "KINH TUYEN TRUNG UONG",
    "KINH TUYEN TRUC",
    "KINH TUYEN",
    "KTTU",
    "KTT",
];

/// A column's heading that names the zone, "X (KTT 104°45')": the heading without it, and the zone as it may stand after
/// `KTT` in typed coordinates.
#[must_use]
pub fn zone_of_heading(head: &str) -> Option<(String, String)> {
    let upper = without_marks(head).to_uppercase();
    let (rest, width) = without_width(&upper);
    let (rest, meridian) = without_meridian(&rest, &MERIDIANS_HEADED);
    let meridian = meridian?;
    let zone = match width {
        None => meridian.to_string(),
        Some(width) => format!("{meridian} MÚI {:.0}", width.degrees()),
    };
    Some((rest, zone))
}

/// "múi 3°": how wide the zone is, taken out of the text.
fn without_width(text: &str) -> (String, Option<Width>) {
    let marks = ["MÚI CHIẾU", "MUI CHIEU", "MÚI", "MUI"];
    let found = marks.iter().find_map(|mark| {
        let at = text.find(mark)?;
        let rest = text.get(at + mark.len()..)?.trim_start();
        let width = match rest.chars().next()? {
            '3' => Width::Three,
            '6' => Width::Six,
            _ => return None,
        };
        let after = rest.get(1..)?;
        // "Múi 36" is none, and "múi 48" is a zone's number.
        let is_width = !after.starts_with(|sign: char| sign.is_ascii_digit());
        let after = ["°", "º", "˚", " ĐỘ", " DO"]
            .iter()
            .filter_map(|unit| after.strip_prefix(unit))
            .find(|rest| !rest.starts_with(char::is_alphabetic))
            .unwrap_or(after);
        is_width.then(|| (format!("{} {after}", &text[..at]), width))
    });
    match found {
        Some((rest, width)) => (rest, Some(width)),
        None => (text.to_owned(), None),
    }
}

/// "KTT 104°45'": the central meridian after one of these marks, taken out of the text; what follows it stays.
fn without_meridian(text: &str, marks: &[&str]) -> (String, Option<f64>) {
    let Some((at, mark)) = marks
        .iter()
        .find_map(|mark| text.find(mark).map(|at| (at, *mark)))
    else {
        return (text.to_owned(), None);
    };
    let rest = &text[at + mark.len()..];
    let (meridian, after) = match meridian_at(rest) {
        Some((meridian, after)) => (Some(meridian), after),
        None => (None, rest),
    };
    (format!("{} {after}", &text[..at]), meridian)
}

/// The meridian with which a text begins, in degrees or in degrees and minutes, and what follows.
fn meridian_at(text: &str) -> Option<(f64, &str)> {
    let text =
        text.trim_start_matches(|sign: char| !sign.is_ascii_digit() && !sign.is_alphabetic());
    let (whole, rest) = digits(text);
    let degrees = whole
        .parse::<f64>()
        .ok()
        .filter(|own| (100.0..=112.0).contains(own))?;
    if let Some(part) = rest.strip_prefix(['.', ',']) {
        let (fraction, after) = digits(part);
        if !fraction.is_empty() {
            return Some((format!("{whole}.{fraction}").parse().ok()?, after));
        }
    }
    let blank = |sign: char| sign.is_whitespace() || matches!(sign, '°' | 'º' | '˚' | '-' | '–');
    let spelt = ["ĐỘ", "DO", "O"]
        .iter()
        .find_map(|unit| rest.trim_start().strip_prefix(unit));
    let spelt = spelt.filter(|after| !after.starts_with(char::is_alphabetic));
    let (minutes, after) = digits(spelt.unwrap_or(rest).trim_start_matches(blank));
    let own = minutes
        .parse::<f64>()
        .ok()
        .filter(|own| minutes.len() <= 2 && *own < 60.0);
    let decimals = after.strip_prefix(['.', ',']);
    let is_decimal =
        decimals.is_some_and(|own| own.starts_with(|sign: char| sign.is_ascii_digit()));
    let Some(own) = own.filter(|_| !is_decimal) else {
        return Some((degrees, spelt.unwrap_or(rest)));
    };
    let after = ["PHÚT", "PHUT"]
        .iter()
        .find_map(|unit| after.trim_start().strip_prefix(unit))
        .unwrap_or(after);
    let after = after.trim_start_matches(['\'', '′', '’', '`', '´']);
    // Seconds are written as noughts if at all.
    let after = after.strip_prefix("00").unwrap_or(after);
    Some((
        degrees + own / 60.0,
        after.trim_start_matches(['"', '″', '”']),
    ))
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|sign: char| !sign.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// What stands between the groups of three digits of a large number.
const GROUPING: [char; 7] = ['.', ',', ' ', '\'', '\u{a0}', '\u{2009}', '\u{202f}'];
/// More runs of digits than two grouped numbers have.
const MOST_RUNS: usize = 10;

/// Every way to read a text as two numbers of which one at least has its thousands grouped.
fn grouped(text: &str) -> Vec<(f64, f64)> {
    let mut runs: Vec<(String, &str)> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(|sign: char| sign.is_ascii_digit()) {
        let (run, after) = digits(&rest[at..]);
        runs.push((rest[..at].to_owned(), run));
        rest = after;
        if runs.len() > MOST_RUNS {
            return Vec::new();
        }
    }
    (1..runs.len())
        .filter_map(|cut| {
            let (first, second) = runs.split_at(cut);
            let ((first, a), (second, b)) = (in_groups(first)?, in_groups(second)?);
            (a || b).then_some((first, second))
        })
        .collect()
}

/// One number of runs of digits, each with what stands before it, and whether its thousands are grouped.
fn in_groups(runs: &[(String, &str)]) -> Option<(f64, bool)> {
    let (head, rest) = runs.split_first()?;
    let one = |text: &str| {
        let mut signs = text.chars();
        signs.next().filter(|_| signs.as_str().is_empty())
    };
    let mark = rest.first().and_then(|(between, _)| one(between));
    let grouping = mark.filter(|mark| GROUPING.contains(mark) && head.1.len() <= 3);
    let groups = rest.iter().take_while(|(between, run)| {
        run.len() == 3 && grouping.is_some() && one(between) == grouping
    });
    let groups: Vec<&str> = groups.map(|(_, run)| *run).collect();
    let whole = format!("{}{}", head.1, groups.concat());
    let decimals = match rest.get(groups.len()..)? {
        [] => "",
        [(between, run)] => {
            let mark = one(between).filter(|mark| matches!(mark, ',' | '.'))?;
            (groups.is_empty() || Some(mark) != grouping).then_some(*run)?
        }
        _ => return None,
    };
    let number = format!("{whole}.{decimals}0").parse().ok()?;
    Some((number, !groups.is_empty()))
}

/// The numbers of a text. A comma is a decimal one where it stands between digits, no point does, and the text does not
/// use commas to part two numbers.
fn numbers(text: &str) -> Vec<f64> {
    let signs: Vec<char> = text.chars().collect();
    let between = |at: usize, mark: char| {
        signs.get(at) == Some(&mark)
            && at > 0
            && signs[at - 1].is_ascii_digit()
            && signs.get(at + 1).is_some_and(char::is_ascii_digit)
    };
    let has_point = (0..signs.len()).any(|at| between(at, '.'));
    let mut found = Vec::new();
    let mut open = String::new();
    for (at, sign) in signs.iter().enumerate() {
        if sign.is_ascii_digit() {
            open.push(*sign);
        } else if !open.is_empty()
            && !open.contains('.')
            && (between(at, '.') || (!has_point && between(at, ',')))
        {
            open.push('.');
        } else {
            close(&mut open, &mut found);
        }
    }
    close(&mut open, &mut found);
    found
}

fn close(open: &mut String, found: &mut Vec<f64>) {
    if let Ok(number) = open.parse::<f64>() {
        found.push(number);
    }
    open.clear();
}

/// Names of axes in the order in which they stand.
fn axes(text: &str) -> Vec<Axis> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let named = AXES.iter().find(|(word, _)| rest.starts_with(word));
        let length = named.map_or(sign.len_utf8(), |(word, _)| word.len());
        found.extend(named.map(|(_, axis)| *axis));
        rest = &rest[length..];
    }
    // "Vĩ độ Bắc" and "N = …": one axis told twice is told once.
    found.dedup();
    found
}
