//! A typed text cut into numbers, names of axes, and what else it says of its system.

use super::written::{EASTINGS_M, Reason};

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
    axes: Vec<Axis>,
    pub(super) is_vn2000: bool,
    /// A zone's number stood apart before the easting.
    pub(super) has_zone: bool,
    pub(super) meridian: Option<f64>,
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
        let (plain, meridian) = without_meridian(&plain);
        let plain = without_thousands(&plain);
        let mut numbers = numbers(&plain);
        let zone = zone_before_easting(&numbers);
        if let Some(at) = zone {
            numbers.remove(at);
        }
        Self {
            numbers,
            axes: axes(&plain),
            is_vn2000,
            has_zone: zone.is_some(),
            meridian,
        }
    }

    /// Which of two numbers is the northing or latitude, and why.
    pub(super) fn order(&self, first: f64, second: f64, is_north_larger: bool) -> (bool, Reason) {
        match self.axes.as_slice() {
            [Axis::North, Axis::East] => (true, Reason::AxesNamed),
            [Axis::East, Axis::North] => (false, Reason::AxesNamed),
            _ => {
                let is_first_north = (first > second) == is_north_larger;
                let reason = if is_first_north {
                    Reason::AxesBySize
                } else {
                    Reason::AxesSwapped
                };
                (is_first_north, reason)
            }
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

/// "KTT 104°45'": the central meridian, taken out of the text.
fn without_meridian(text: &str) -> (String, Option<f64>) {
    let marks = ["KINH TUYẾN TRỤC", "KTT", "KTTƯ", "CM"];
    let Some((at, mark)) = marks
        .iter()
        .find_map(|mark| text.find(mark).map(|at| (at, *mark)))
    else {
        return (text.to_owned(), None);
    };
    let rest = &text[at + mark.len()..];
    let (meridian, end) = leading_angle(rest);
    (format!("{} {}", &text[..at], &rest[end..]), meridian)
}

/// The angle that a text begins with, and where it ends: degrees of at most three digits, minutes of at most two. A longer
/// number is the coordinate after it.
fn leading_angle(text: &str) -> (Option<f64>, usize) {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or("");
        let end = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.' && sign != ',');
        from + end.unwrap_or(rest.len())
    };
    let number = |from: usize, longest: usize| {
        let to = digits(from);
        let plain = text.get(from..to)?.trim_end_matches(['.', ',']);
        let value = plain.replace(',', ".").parse::<f64>().ok()?;
        let whole = plain.split(['.', ',']).next().unwrap_or("");
        (whole.len() <= longest).then_some((value, from + plain.len()))
    };
    let begins = |from: usize| {
        let rest = text.get(from..)?;
        rest.find(|sign: char| sign.is_ascii_digit())
            .map(|at| from + at)
    };
    let Some((degrees, after)) = begins(0).and_then(|at| number(at, 3)) else {
        return (None, 0);
    };
    // Minutes stand close by: a degree sign or blanks between, no mark that parts.
    let minutes = begins(after)
        .filter(|at| {
            let between = text.get(after..*at).unwrap_or("");
            degrees.fract() == 0.0 && !between.contains([';', ':', '|', '\n', '(', ')', ','])
        })
        .and_then(|at| number(at, 2))
        .filter(|(minutes, _)| *minutes < 60.0);
    match minutes {
        Some((minutes, end)) => (Some(degrees + minutes / 60.0), end),
        None => (Some(degrees), after),
    }
}

/// A text whose thousands are parted by points or commas ("2.489.123 498.765"), without those: told by a number that has
/// two such marks, which no decimal has.
fn without_thousands(text: &str) -> String {
    let mark = ['.', ','].into_iter().find(|mark| {
        text.split(|sign: char| !sign.is_ascii_digit() && sign != *mark)
            .any(|word| {
                let mut parts = word.trim_matches(*mark).split(*mark);
                let first = parts.next().unwrap_or("");
                let rest: Vec<&str> = parts.collect();
                (1..=2).contains(&first.len())
                    && rest.len() >= 2
                    && rest.iter().all(|part| part.len() == 3)
            })
    });
    mark.map_or_else(|| text.to_owned(), |mark| joined(text, mark))
}

/// The text without the mark wherever it stands between digits.
fn joined(text: &str, mark: char) -> String {
    let signs: Vec<char> = text.chars().collect();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| signs.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let kept = signs.iter().enumerate().filter(|(at, sign)| {
        **sign != mark || !is_digit(at.checked_sub(1)) || !is_digit(Some(at + 1))
    });
    kept.map(|(_, sign)| *sign).collect()
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
