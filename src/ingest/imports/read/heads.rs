//! The heads of a table: the row that names the columns, or two rows that do so together, and the zone that a title above
//! them names.

use serde_json::Value;

use super::layout::{Cells, is_blank, is_numbering, texts};
use super::numbers::plain;
use crate::base::unmarked::unmarked;
use crate::geo::vn2000::zone_of_heading;
use crate::ingest::imports::names::known_heads;
use crate::ingest::imports::spots::{
    Spot, headed_zone, names_other, names_vn2000, paired, parted, spot,
};
use crate::ingest::imports::values::day;

/// Titles, dates and the office's name stand above the heads in so many rows at most.
pub const HEADS_WITHIN: usize = 30;
/// A row of heads names at least so many things that are known here.
const LEAST_KNOWN: usize = 2;
/// Letters of a title that are told of.
const TITLE_LETTERS: usize = 80;

/// Where the heads of a table stand and what they are.
pub struct Heads {
    /// The first row, from 0.
    pub at: usize,
    /// How many rows they have.
    pub rows: usize,
    /// The names of the columns.
    pub names: Vec<String>,
    /// The title above them that names the zone of their coordinates.
    pub title: Option<String>,
}

/// The heads among the first rows of cells; none where no row names columns. A row and the one below it are weighed
/// together, as either may name what the other does not.
pub fn find(rows: &[Cells]) -> Option<Heads> {
    let mut best: Option<(usize, Heads)> = None;
    for at in 0..rows.len().min(HEADS_WITHIN) {
        for (worth, own) in candidates(rows, at) {
            // The first of equals wins.
            let is_best = best.as_ref().is_none_or(|(most, _)| worth > *most);
            if is_best && known_heads(&own.names) >= LEAST_KNOWN {
                best = Some((worth, own));
            }
        }
    }
    let (_, mut heads) = best?;
    heads.names = parted(paired(heads.names));
    name_groups(rows, &mut heads);
    let above = rows.get(..heads.at).unwrap_or_default();
    if let Some((title, zone)) = titled_zone(above)
        && name_zone(&mut heads.names, &zone)
    {
        heads.title = Some(title.chars().take(TITLE_LETTERS).collect());
    }
    Some(heads)
}

/// What heads may begin with a row, and what they are worth: with the row below them, then alone.
fn candidates(rows: &[Cells], at: usize) -> Vec<(usize, Heads)> {
    let cells = |at: usize| {
        let row = rows.get(at).map(|(_, cells)| cells.as_slice());
        row.filter(|cells| !is_numbering(cells))
    };
    let Some(first) = cells(at).map(texts) else {
        return Vec::new();
    };
    let own = worth(&first);
    let pair = cells(at + 1)
        .filter(|below| !is_title(&first, below))
        .and_then(|below| Some((texts(below), with_second(&first, below)?)))
        .and_then(|(below, both)| {
            let (below, both_worth) = (worth(&below), worth(&both));
            // What a row of groups says of its columns counts even where the columns alone would pass for more.
            let is_of_groups = told(&first) > 1 && own > 0;
            let is_pair = both_worth > below || is_of_groups;
            is_pair.then_some((own.max(below).max(both_worth), both))
        });
    let of = |rows: usize, names: Vec<String>| Heads {
        at,
        rows,
        names,
        title: None,
    };
    let pair = pair.map(|(worth, names)| (worth, of(2, names)));
    pair.into_iter().chain([(own, of(1, first))]).collect()
}

/// Whether one text alone stands in the first column above a row of several.
fn is_title(first: &[String], below: &[Value]) -> bool {
    let is_first = first.first().is_some_and(|own| !own.trim().is_empty());
    is_first && told(first) == 1 && told(&texts(below)) > 2
}

fn told(texts: &[String]) -> usize {
    texts.iter().filter(|text| !text.trim().is_empty()).count()
}

/// How much heads say: columns that are known here, and of coordinates the zone or the datum.
fn worth(heads: &[String]) -> usize {
    let systems = heads
        .iter()
        .filter(|head| headed_zone(head).is_some() || names_vn2000(head));
    known_heads(heads) + systems.count()
}

/// The heads with those of a second row under them, where the next row is one: "Tọa độ VN-2000" over "X" and "Y".
fn with_second(first: &[String], cells: &[Value]) -> Option<Vec<String>> {
    let told = || cells.iter().filter(|cell| !is_blank(cell));
    let is_word = |cell: &Value| {
        let text = cell.as_str().unwrap_or_default();
        cell.is_string() && plain(cell).is_none() && day(text).is_none()
    };
    if told().next().is_none() || !told().all(is_word) {
        return None;
    }
    let second = texts(cells);
    let mut group = String::new();
    let columns = first.len().max(second.len());
    let heads: Vec<String> = (0..columns)
        .map(|at| {
            let own = first.get(at).map_or("", |head| head.trim());
            let below = second.get(at).map_or("", |head| head.trim());
            if !own.is_empty() {
                own.clone_into(&mut group);
            }
            match (own.is_empty(), below.is_empty()) {
                (_, true) => own.to_owned(),
                (true, _) if group.is_empty() => below.to_owned(),
                _ => joined(&group, below, is_alone(first, &second, at)),
            }
        })
        .collect();
    let are_units = told().all(|cell| is_remark(cell.as_str().unwrap_or_default()));
    (worth(&heads) > worth(first) || are_units).then_some(heads)
}

/// Whether the head of a column is no group of several.
fn is_alone(first: &[String], second: &[String], at: usize) -> bool {
    let is_told = |row: &[String], at: usize| row.get(at).is_some_and(|own| !own.trim().is_empty());
    is_told(first, at) && (is_told(first, at + 1) || !is_told(second, at + 1))
}

/// The name of a column under the heading of its group, or under its own.
fn joined(group: &str, below: &str, is_alone: bool) -> String {
    let is_known = |head: &str| known_heads(&[head.to_owned()]) > 0;
    let both = format!("{group} {below}");
    let is_of_end = is_of_destroying(group) && !is_known(group);
    // "cây" and "(cây)" are units below a head that is known, and columns of their own elsewhere.
    let is_remark = is_known(group) && !is_known(&both) && is_same(below, is_alone);
    if headed_zone(&both).is_some() || names_vn2000(&both) || is_of_end {
        both
    } else if is_remark && as_unit(below).is_some() {
        group.to_owned()
    } else if is_known(below) {
        below.to_owned()
    } else if is_remark {
        group.to_owned()
    } else {
        both
    }
}

/// Whether what stands below a head leaves it what it is: a unit, or below the head of one column any remark that names no
/// other measure and no part of what is told.
fn is_same(below: &str, is_alone: bool) -> bool {
    const MEASURES: [&str; 14] = [
        "ha", "hecta", "hec", "mau", "cong", "sao", "km", "km2", "km²", "are", "nghin", "ngan",
        "ty", "le",
    ];
    const PARTS: [&str; 14] = [
        "phat", "pha", "nho", "triet", "xoa", "huy", "chat", "cat", "con", "da", "kiem", "lap",
        "sinh", "bao",
    ];
    let word = unmarked(below);
    let is_other = |own: &str| {
        MEASURES.contains(&own)
            || PARTS.contains(&own)
            || own.starts_with(|sign: char| sign.is_ascii_digit())
    };
    !word.split(' ').any(is_other) && as_unit(below).unwrap_or(is_alone)
}

/// What is said of a plot's end says nothing of how it was found: its day and area are other columns. What is said of both
/// is of the find too.
fn is_of_destroying(group: &str) -> bool {
    let word = unmarked(group);
    let is_after = word.contains("sau phat hien") || word.contains("sau khi phat hien");
    let is_of_both = word.contains("phat hien") && !is_after;
    let mut ends = ["pha nho", "pha bo", "triet pha", "triet xoa", "tieu huy"].iter();
    !is_of_both && ends.any(|own| word.contains(own))
}

/// Whether a text below a head can only be a remark: a unit, how a day is written, or what may be chosen from.
fn is_remark(below: &str) -> bool {
    let is_letter = |sign: Option<char>| sign.is_some_and(char::is_alphabetic);
    let mut choices = below.split('/').map(str::trim);
    let are_choices =
        choices.all(|own| is_letter(own.chars().next()) && !own.contains(char::is_numeric));
    as_unit(below).is_some() || (below.contains('/') && are_choices)
}

/// Whether what stands under a heading is no name but a remark or a unit, and then whether it leaves the numbers what they
/// are: an area in hectares is none in square metres.
fn as_unit(below: &str) -> Option<bool> {
    const OTHER: [&str; 6] = ["ha", "hecta", "km", "km2", "km²", "sao"];
    const SAME: [&str; 7] = ["m", "m2", "m²", "met", "cay", "do", "ngay thang nam"];
    let word = unmarked(below);
    if below.trim() == "%" {
        return Some(false);
    }
    if below.starts_with(['(', '[']) {
        return Some(!word.split(' ').any(|own| OTHER.contains(&own)));
    }
    if OTHER.contains(&word.as_str()) {
        return Some(false);
    }
    // "cây/ha" is no number of plants.
    let is_of_area = |own: &str| OTHER.contains(&own) || matches!(own, "m2" | "m²");
    if below.contains('/') && word.split(' ').any(is_of_area) {
        return Some(false);
    }
    SAME.contains(&word.as_str()).then_some(true)
}

/// Heads X and Y under a group of UTM or WGS84 by the name of that group: their metres are on no plane of VN-2000, whether
/// the group is the upper row of the heads or stands above their only one.
fn name_groups(rows: &[Cells], heads: &mut Heads) {
    let above = if heads.rows > 1 {
        Some(heads.at)
    } else {
        heads.at.checked_sub(1)
    };
    let Some((_, cells)) = above.and_then(|at| rows.get(at)) else {
        return;
    };
    let groups = texts(cells);
    let mut group = "";
    for (at, head) in heads.names.iter_mut().enumerate() {
        let own = groups.get(at).map_or("", |own| own.trim());
        group = if own.is_empty() { group } else { own };
        let is_told = headed_zone(head).is_some() || names_vn2000(head);
        let is_plane = matches!(spot(head), Some(Spot::X | Spot::Y));
        if is_plane && !is_told && names_other(group) {
            *head = format!("{group} {head}");
        }
    }
}

/// The zone that titles above the heads name, and the title; none where two of them differ or one may be cut in two.
fn titled_zone(above: &[Cells]) -> Option<(String, String)> {
    let mut found: Option<(String, String)> = None;
    for (_, cells) in above {
        let texts = texts(cells);
        for (at, text) in texts.iter().enumerate() {
            let Some((_, zone)) = zone_of_heading(text) else {
                continue;
            };
            let next = texts.get(at + 1).map_or("", |next| next.trim_start());
            // "KTT 104,75" whose comma parted cells.
            let is_cut = next.starts_with(|sign: char| sign.is_ascii_digit());
            let is_other = found.as_ref().is_some_and(|(_, own)| *own != zone);
            if is_cut || is_other {
                return None;
            }
            found.get_or_insert((text.trim().to_owned(), zone));
        }
    }
    found
}

/// Puts the zone of a title into the headings of coordinates that name none; false where none needs it.
fn name_zone(heads: &mut [String], zone: &str) -> bool {
    let has = |wanted: Spot| heads.iter().any(|head| spot(head) == Some(wanted));
    let is_named = has(Spot::Meridian) || heads.iter().any(|head| headed_zone(head).is_some());
    let wanted: &[Spot] = if has(Spot::Lat) && has(Spot::Lon) {
        &[]
    } else if has(Spot::X) && has(Spot::Y) {
        &[Spot::X, Spot::Y]
    } else {
        &[Spot::Typed]
    };
    let mut is_used = false;
    for head in heads.iter_mut().filter(|_| !is_named) {
        // Degrees of WGS84 and squares of a grid lie in no zone of VN-2000.
        if spot(head).is_some_and(|own| wanted.contains(&own)) && !names_other(head) {
            *head = format!("{head} (KTT {zone})");
            is_used = true;
        }
    }
    is_used
}
