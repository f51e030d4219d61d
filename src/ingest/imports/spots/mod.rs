//! Columns of coordinates as offices head them: which axis they hold, in which system, on which zone.

use crate::base::unmarked::unmarked;
use crate::geo::vn2000::zone_of_heading;

/// What of a place a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// Longitude.
    Lon,
    /// Latitude.
    Lat,
    /// Minutes of longitude beside a column of its degrees.
    LonMinutes,
    /// Seconds of longitude.
    LonSeconds,
    /// Minutes of latitude.
    LatMinutes,
    /// Seconds of latitude.
    LatSeconds,
    /// The X of a paper: northing, unless its size says otherwise.
    X,
    /// The Y of a paper.
    Y,
    /// Both in one text.
    Typed,
    /// The central meridian of the zone.
    Meridian,
    /// A shape as well-known text, as QGIS and this server write tables.
    Wkt,
}

/// What a word of a heading says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Lat,
    Lon,
    X,
    Y,
    North,
    East,
    Minutes,
    Seconds,
    /// It is about places at all.
    Place,
    /// Military or UTM grids, whose texts name their own zone.
    Grid,
    Vn2000,
    Wgs84,
    /// A unit or a word that changes nothing.
    Neutral,
}

/// Words of several parts, and the one that they are here.
const JOINED: [(&str, &str); 8] = [
    (" vn 2000 ", " vn2000 "),
    (" wgs 84 ", " wgs84 "),
    (" toa do ", " toado "),
    (" kinh do ", " kinhdo "),
    (" vi do ", " vido "),
    (" thap phan ", " dd "),
    (" quan su ", " mgrs "),
    (" do phut giay ", " dms "),
];

const WORDS: &[(Word, &[&str])] = &[
    (Word::Lat, &["lat", "latitude", "vido"]),
    (Word::Lon, &["lon", "lng", "long", "longitude", "kinhdo"]),
    (Word::X, &["x"]),
    (Word::Y, &["y"]),
    (Word::North, &["n", "b", "bac", "north", "northing"]),
    (Word::East, &["e", "d", "dong", "east", "easting"]),
    (Word::Minutes, &["phut", "min", "minute", "minutes"]),
    (Word::Seconds, &["giay", "sec", "second", "seconds"]),
    (
        Word::Place,
        &["toado", "coordinates", "coordinate", "northing", "easting"],
    ),
    (Word::Grid, &["mgrs", "utm"]),
    (Word::Vn2000, &["vn2000"]),
    (Word::Wgs84, &["wgs84"]),
    (
        Word::Neutral,
        &[
            "m", "met", "metre", "meter", "do", "º", "deg", "degree", "degrees", "dd", "dms", "he",
            "gps", "luoi", "o", "diem", "tam", "truc",
        ],
    ),
];

/// Headings that are known as a whole.
const WHOLE: &[(Spot, &[&str])] = &[
    (Spot::Meridian, &["kinh tuyen truc", "ktt", "meridian"]),
    (Spot::Wkt, &["wkt", "wkt geom", "geom wkt"]),
];

/// What of a place a column holds, if it does. Units, systems and directions make no difference where they say nothing else:
/// `Vĩ độ (N)`, `X VN-2000`, `Northing (m)`.
#[must_use]
pub fn spot(head: &str) -> Option<Spot> {
    let Some((rest, _)) = zone_of_heading(head) else {
        return of_text(&unmarked(&spelt(head)));
    };
    let own = of_text(&unmarked(&rest))?;
    matches!(own, Spot::X | Spot::Y | Spot::Typed).then_some(own)
}

/// The zone that the heading of a column of coordinates names, as it may stand after `KTT`: "X (KTT 104°45')".
#[must_use]
pub fn headed_zone(head: &str) -> Option<String> {
    let (_, zone) = zone_of_heading(head)?;
    spot(head).map(|_| zone)
}

/// Whether the heading of a column of coordinates names VN-2000, whose degrees lie about 220 m off those of WGS84.
#[must_use]
pub fn names_vn2000(head: &str) -> bool {
    spot(head).is_some() && words(&unmarked(head)).contains(&Word::Vn2000)
}

/// Whether the heading of a column of coordinates names WGS84, UTM or the military grid, which lie on no plane of VN-2000.
#[must_use]
pub fn names_other(head: &str) -> bool {
    let words = words(&unmarked(head));
    spot(head).is_some() && (words.contains(&Word::Wgs84) || words.contains(&Word::Grid))
}

/// Whether the heading of a column says itself which way its axis points: `X (Bắc)`, `Northing`.
#[must_use]
pub fn names_direction(head: &str) -> bool {
    let rest = zone_of_heading(head).map_or_else(|| head.to_owned(), |(rest, _)| rest);
    let words = words(&unmarked(&rest));
    words.contains(&Word::North) || words.contains(&Word::East)
}

/// Heads of which two are `N` and `E` and nothing else: as a pair they are coordinates, and are headed so; one alone may be
/// anything.
#[must_use]
pub fn paired(mut heads: Vec<String>) -> Vec<String> {
    let lone: Vec<(usize, Word)> = heads
        .iter()
        .enumerate()
        .filter_map(|(at, head)| Some((at, direction(head)?)))
        .collect();
    let has_axes = heads
        .iter()
        .any(|head| matches!(spot(head), Some(Spot::X | Spot::Y | Spot::Lat | Spot::Lon)));
    let is_pair = matches!(
        lone[..],
        [(_, Word::North), (_, Word::East)] | [(_, Word::East), (_, Word::North)]
    );
    if is_pair && !has_axes {
        for (at, _) in lone {
            if let Some(head) = heads.get_mut(at) {
                *head = format!("Tọa độ {head}");
            }
        }
    }
    heads
}

/// Heads of minutes and seconds that name no axis and follow one of degrees, headed by it: `Vĩ độ`, `Phút`, `Giây`, or
/// `Vĩ độ` over three columns.
#[must_use]
pub fn parted(mut heads: Vec<String>) -> Vec<String> {
    name_merged(&mut heads);
    let mut axis = String::new();
    for head in &mut heads {
        if matches!(spot(head), Some(Spot::Lat | Spot::Lon)) {
            axis.clone_from(head);
        } else if !axis.is_empty() && is_part(head) {
            *head = format!("{axis} {head}");
        } else {
            axis.clear();
        }
    }
    heads
}

/// Heads the two columns without heads after one of degrees: one merged cell stood over the three.
fn name_merged(heads: &mut [String]) {
    let is_axis = |head: &str| matches!(spot(head), Some(Spot::Lat | Spot::Lon));
    let merged: Vec<usize> = (0..heads.len())
        .filter(|at| match heads.get(*at..at.saturating_add(3)) {
            Some([axis, minutes, seconds]) => {
                is_axis(axis) && minutes.trim().is_empty() && seconds.trim().is_empty()
            }
            _ => false,
        })
        .collect();
    for at in merged {
        if let Some([_, minutes, seconds]) = heads.get_mut(at..at.saturating_add(3)) {
            "Phút".clone_into(minutes);
            "Giây".clone_into(seconds);
        }
    }
}

/// Whether a heading says minutes or seconds and nothing else.
fn is_part(head: &str) -> bool {
    let words = words(&unmarked(&spelt(head)));
    let is_of_parts = |word: &Word| matches!(word, Word::Minutes | Word::Seconds | Word::Neutral);
    words.iter().all(is_of_parts) && words.iter().any(|word| *word != Word::Neutral)
}

/// A heading whose one sign of minutes or seconds is spelt out: `Vĩ độ (′)`.
fn spelt(head: &str) -> String {
    let signs: String = head
        .replace("''", "″")
        .chars()
        .filter(|sign| !sign.is_alphanumeric() && !sign.is_whitespace())
        .filter(|sign| !matches!(sign, '(' | ')' | '[' | ']'))
        .collect();
    match signs.as_str() {
        "'" | "′" | "’" => format!("{head} phút"),
        "\"" | "″" | "”" => format!("{head} giây"),
        _ => head.to_owned(),
    }
}

/// The direction that a heading consists of: `N`, `E (m)`. Single letters of Vietnamese (B, Đ) head columns of other lists.
fn direction(head: &str) -> Option<Word> {
    let rest = zone_of_heading(head).map_or_else(|| head.to_owned(), |(rest, _)| rest);
    let text = unmarked(&rest);
    let mut found = text.split(' ').zip(words(&text));
    let (word, own) = found.next()?;
    let is_rest_neutral = found.all(|(_, own)| own == Word::Neutral);
    let is_letter = matches!(word, "n" | "e" | "bac" | "dong");
    (is_letter && is_rest_neutral).then_some(own)
}

/// The words of a heading; none at all where one is not known here.
fn words(text: &str) -> Vec<Word> {
    let mut text = format!(" {text} ");
    for (parts, one) in JOINED {
        text = text.replace(parts, one);
    }
    let mut found = Vec::new();
    for word in text.split_whitespace() {
        let own = WORDS.iter().filter(|(_, names)| names.contains(&word));
        let before = found.len();
        found.extend(own.map(|(own, _)| *own));
        if found.len() == before {
            return Vec::new();
        }
    }
    found
}

fn of_text(text: &str) -> Option<Spot> {
    let whole = WHOLE.iter().find(|(_, names)| names.contains(&text));
    if let Some((spot, _)) = whole {
        return Some(*spot);
    }
    let words = words(text);
    let has = |word: Word| words.contains(&word);
    let axes: Vec<Word> = [Word::Lat, Word::Lon, Word::X, Word::Y]
        .into_iter()
        .filter(|word| has(*word))
        .collect();
    let directions = words
        .iter()
        .filter(|word| matches!(word, Word::North | Word::East));
    let is_about_places = has(Word::Place) || has(Word::Vn2000) || directions.count() > 1;
    let found = match (&axes[..], has(Word::North), has(Word::East)) {
        ([Word::Lat], _, false) => Spot::Lat,
        ([Word::Lon], false, _) => Spot::Lon,
        // What a heading says of directions counts more than a letter.
        ([Word::X], _, false) | ([Word::Y], true, false) => Spot::X,
        ([Word::Y], false, _) | ([Word::X], false, true) => Spot::Y,
        ([Word::Lat, Word::Lon] | [Word::X, Word::Y], _, _) => Spot::Typed,
        ([], true, false) if is_about_places => Spot::X,
        ([], false, true) if is_about_places => Spot::Y,
        ([], false, false) if has(Word::Place) || has(Word::Grid) => Spot::Typed,
        _ => return None,
    };
    // Metres under a heading of WGS84 or UTM are on no plane of VN-2000.
    let is_other_plane = has(Word::Wgs84) || has(Word::Grid);
    let is_plane = matches!(found, Spot::X | Spot::Y);
    if is_plane && is_other_plane {
        return None;
    }
    match (found, has(Word::Minutes), has(Word::Seconds)) {
        (own, false, false) => Some(own),
        (Spot::Lat, true, _) => Some(Spot::LatMinutes),
        (Spot::Lat, false, true) => Some(Spot::LatSeconds),
        (Spot::Lon, true, _) => Some(Spot::LonMinutes),
        (Spot::Lon, false, true) => Some(Spot::LonSeconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
