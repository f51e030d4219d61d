//! Places written out in a text: degrees, metres of a grid, codes and links of maps.

use super::folded::folded;
use super::spoken::is_spoken_place;

/// Words that may stand between two figures of one place.
const BETWEEN: [&str; 20] = [
    "n",
    "e",
    "b",
    "đ",
    "bắc",
    "đông",
    "vĩ",
    "kinh",
    "độ",
    "tuyến",
    "lat",
    "lon",
    "lng",
    "long",
    "x",
    "y",
    "vi",
    "do",
    "latitude",
    "longitude",
];
/// Units after a figure that is a sum or a size.
const UNITS: [&str; 16] = [
    "đồng", "đ", "vnd", "vnđ", "nghìn", "triệu", "cây", "gốc", "m2", "m²", "ha", "kg", "g", "bụi",
    "khóm", "m",
];
/// Degrees of the country, generously: latitude and longitude.
const LAT: std::ops::Range<f64> = 8.0..24.0;
const LON: std::ops::Range<f64> = 102.0..115.0;
/// Metres of VN-2000: northing and easting, with or without the zone before it.
const NORTHING_M: std::ops::Range<f64> = 880_000.0..2_620_000.0;
const EASTING_M: std::ops::Range<f64> = 160_000.0..840_000.0;
/// The digits of Plus codes (Open Location Code, the twenty digits of its alphabet).
const PLUS: &str = "23456789CFGHJMPQRVWX";
const LINKS: [&str; 5] = [
    "goo.gl/maps",
    "maps.app.goo",
    "google.com/maps",
    "maps.google",
    "openstreetmap.org",
];

/// A figure as written.
struct Figure {
    value: f64,
    decimals: usize,
    start: usize,
    end: usize,
}

/// True when the text holds what looks like an exact place.
#[must_use]
pub fn looks_like_place(text: &str) -> bool {
    let text = folded(text);
    let lower: String = text.iter().collect::<String>().to_lowercase();
    if LINKS.iter().any(|link| lower.contains(link)) || lower.contains("geo:") {
        return true;
    }
    let figures = figures(&text);
    figures
        .windows(2)
        .any(|pair| is_pair(&text, &pair[0], &pair[1]))
        || figures.iter().any(|own| is_marked(&text, own))
        || sexagesimal(&text)
        || is_spoken_place(&text)
        || text.split(|c| !is_code(*c)).any(is_map_code)
}

/// Figures with a point or comma and decimals, or without.
fn figures(text: &[char]) -> Vec<Figure> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let mut point = None;
        while at < text.len() {
            let is_point = point.is_none()
                && matches!(text[at], '.' | ',')
                && text.get(at + 1).is_some_and(char::is_ascii_digit);
            if is_point {
                point = Some(at);
            } else if !text[at].is_ascii_digit() {
                break;
            }
            at += 1;
        }
        let own: String = text[start..at]
            .iter()
            .map(|c| if *c == ',' { '.' } else { *c })
            .collect();
        if let Ok(value) = own.parse() {
            all.push(Figure {
                value,
                decimals: point.map_or(0, |point| at - point - 1),
                start,
                end: at,
            });
        }
    }
    all
}

/// Two figures that stand together and are latitude and longitude, or northing and easting.
fn is_pair(text: &[char], one: &Figure, other: &Figure) -> bool {
    let between = &text[one.end..other.start];
    if between.len() > 24 || !is_between(between) {
        return false;
    }
    let either = |a: &std::ops::Range<f64>, b: &std::ops::Range<f64>| {
        (a.contains(&one.value) && b.contains(&other.value))
            || (b.contains(&one.value) && a.contains(&other.value))
    };
    let fine = one.decimals.min(other.decimals);
    // Three digits after a point may be thousands, where a unit follows.
    let is_sum = fine == 3 && has_unit(text, other.end);
    if either(&LAT, &LON) && fine >= 3 && !is_sum {
        return true;
    }
    let is_round = |own: &Figure| own.decimals == 0 && own.value % 1_000.0 < 0.5;
    let is_zoned = |own: &Figure| own.value > 1e7;
    let bare = |own: &Figure| {
        if is_zoned(own) {
            own.value % 1e6
        } else {
            own.value
        }
    };
    let (a, b) = (bare(one), bare(other));
    let in_grid = (NORTHING_M.contains(&a) && EASTING_M.contains(&b))
        || (EASTING_M.contains(&a) && NORTHING_M.contains(&b));
    in_grid && !(is_round(one) && is_round(other)) && !has_unit(text, other.end)
}

fn is_between(between: &[char]) -> bool {
    let words: String = between.iter().collect::<String>().to_lowercase();
    let mut letters = words
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    let marks = words.chars().filter(|c| !c.is_alphabetic());
    letters.all(|word| BETWEEN.contains(&word))
        && marks.into_iter().all(|c| " ,;:.-/|()[]=°+".contains(c))
}

fn has_unit(text: &[char], end: usize) -> bool {
    let after: String = text[end..]
        .iter()
        .skip_while(|c| **c == ' ')
        .take(8)
        .collect();
    let after = after.to_lowercase();
    let word: String = after
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '²')
        .collect();
    UNITS.contains(&word.as_str())
}

/// A figure of degrees alone, fine enough to be a place, behind a word for it or before a mark of degrees.
fn is_marked(text: &[char], own: &Figure) -> bool {
    if own.decimals < 3 || !(LAT.contains(&own.value) || LON.contains(&own.value)) {
        return false;
    }
    let from = own.start.saturating_sub(14);
    let before = text[from..own.start]
        .iter()
        .collect::<String>()
        .to_lowercase();
    let is_named = [
        "vĩ độ",
        "kinh độ",
        "tọa độ",
        "toạ độ",
        "toa do",
        "lat",
        "lon",
        "gps",
    ]
    .iter()
    .any(|word| before.contains(word));
    is_named || text.get(own.end) == Some(&'°')
}

/// Degrees with minutes: with seconds, or beside a letter of the sky, or two of them.
fn sexagesimal(text: &[char]) -> bool {
    let text: String = text.iter().collect::<String>().to_lowercase();
    let mut seen = 0;
    for (at, mark) in ["°", "độ"].iter().flat_map(|mark| text.match_indices(mark)) {
        let digits = text[..at].trim_end().chars().rev();
        let degrees: String = digits.take_while(char::is_ascii_digit).collect();
        let degrees: String = degrees.chars().rev().collect();
        let degrees: f64 = degrees.parse().unwrap_or(0.0);
        let rest = text[at + mark.len()..].trim_start();
        let minutes: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if minutes.is_empty()
            || minutes.len() > 2
            || !(LAT.contains(&degrees) || LON.contains(&degrees))
        {
            continue;
        }
        let rest = &rest[minutes.len()..];
        let window: String = rest.chars().take(16).collect();
        let has_seconds = window.contains('"') || window.contains("giây") || window.contains("''");
        let has_sky = ["n", "b", "e", "đ"].iter().any(|letter| {
            window
                .split(|c: char| !c.is_alphabetic())
                .any(|word| word == *letter)
        });
        let has_minute = rest.trim_start().starts_with(['\'', '.', ',', ' ', 'p']);
        if has_minute && (has_seconds || has_sky) {
            return true;
        }
        seen += usize::from(has_minute);
    }
    seen >= 2
}

fn is_code(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '+'
}

/// A Plus code with letters, or a reference of the military grid.
fn is_map_code(word: &[char]) -> bool {
    let word: String = word.iter().collect();
    if let Some((area, fine)) = word.split_once('+') {
        let own = |part: &str| part.chars().all(|c| PLUS.contains(c));
        let has_letter = word.chars().any(|c| c.is_ascii_uppercase());
        return own(area)
            && own(fine)
            && has_letter
            && (4..=8).contains(&area.len())
            && (2..=7).contains(&fine.len());
    }
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    let letters = word[digits..]
        .chars()
        .take_while(char::is_ascii_uppercase)
        .count();
    let rest = &word[digits + letters..];
    (1..=2).contains(&digits)
        && letters == 3
        && (6..=10).contains(&rest.len())
        && rest.chars().all(|c| c.is_ascii_digit())
}
