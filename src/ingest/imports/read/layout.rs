//! How offices lay a table out: titles above the heads, heads of two rows, a row that numbers the columns, totals, and the
//! place for signatures below. What is not read as a row is told.

use serde_json::{Map, Value};

use super::geojson::as_text;
use super::numbers::plain;
use crate::base::unmarked::unmarked;
use crate::ingest::imports::names::{headed_zone, known_heads};
use crate::ingest::imports::table::{Place, Row, Skip, Skipped};
use crate::ingest::imports::values::day;

/// A row of cells with its number in the sheet.
pub type Cells = (usize, Vec<Value>);

/// A row that numbers columns numbers so many at least.
const LEAST_NUMBERED: usize = 3;
/// More cells than a line of notes or signatures fills.
const MOST_BELOW: usize = 3;

/// The texts of cells.
pub fn texts(cells: &[Value]) -> Vec<String> {
    cells
        .iter()
        .map(|cell| as_text(cell).unwrap_or_default())
        .collect()
}

/// Whether a cell holds nothing.
pub fn is_blank(cell: &Value) -> bool {
    cell.is_null() || cell.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The heads with those of a second row under them, where the next row is one: "Tọa độ VN-2000" over "X" and "Y".
pub fn with_second(first: &[String], cells: &[Value]) -> Option<Vec<String>> {
    let told = || cells.iter().filter(|cell| !is_blank(cell));
    let is_word = |cell: &Value| {
        let text = cell.as_str().unwrap_or_default();
        cell.is_string() && plain(cell).is_none() && day(text).is_none()
    };
    if told().next().is_none() || !told().all(is_word) || is_numbering(cells) {
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
                _ => joined(&group, below),
            }
        })
        .collect();
    let are_units = told().all(|cell| as_text(cell).is_some_and(|text| text.starts_with('(')));
    (known_heads(&heads) > known_heads(first) || are_units).then_some(heads)
}

fn joined(above: &str, below: &str) -> String {
    let is_known = |head: &str| known_heads(&[head.to_owned()]) > 0;
    let both = format!("{above} {below}");
    if headed_zone(&both).is_some() {
        both
    } else if is_known(below) {
        below.to_owned()
    } else if is_known(above) && !is_known(&both) {
        above.to_owned()
    } else {
        both
    }
}

/// Whether cells only number the columns: (1) (2) (3) …, A B 1 2 ….
pub fn is_numbering(cells: &[Value]) -> bool {
    let bare = |cell: &Value| {
        let text = as_text(cell).unwrap_or_default();
        let text = text.trim().trim_start_matches(['(', '[']);
        text.trim_end_matches([')', ']']).to_owned()
    };
    let told: Vec<String> = cells
        .iter()
        .filter(|cell| !is_blank(cell))
        .map(bare)
        .collect();
    let is_letter =
        |text: &&String| text.len() == 1 && text.bytes().all(|own| own.is_ascii_uppercase());
    let letters = told.iter().take_while(is_letter).count();
    let numbers: Option<Vec<usize>> = told
        .iter()
        .skip(letters)
        .map(|text| text.parse().ok())
        .collect();
    let is_row = |numbers: Vec<usize>| {
        let first = numbers.first().copied().unwrap_or(1);
        (first == 1 || first == letters + 1)
            && numbers
                .iter()
                .enumerate()
                .all(|(at, own)| *own == first + at)
    };
    told.len() >= LEAST_NUMBERED && numbers.is_some_and(is_row)
}

/// Whether a row without a place sums others up.
pub fn is_total(values: &Map<String, Value>, cells: &[Value]) -> bool {
    let first = cells.iter().find(|cell| !is_blank(cell)).and_then(as_text);
    let word = unmarked(&first.unwrap_or_default());
    let is_word = matches!(word.as_str(), "cong" | "tong" | "cong trang" | "luy ke");
    !values.is_empty() && (is_word || word.starts_with("tong cong") || word.starts_with("tong so"))
}

/// Takes out what stands below the table: lines of few words after a total or a blank row, none of which has a place.
pub fn without_ending(rows: &mut Vec<Row>, skipped: &mut Vec<Skipped>) {
    let Some(last) = rows.iter().rposition(|row| row.place != Place::None) else {
        return;
    };
    let mut before = rows.get(last).map_or(0, |row| row.number);
    let mut start = None;
    for (at, row) in rows.iter().enumerate().skip(last + 1) {
        let is_after_total = skipped
            .iter()
            .any(|own| own.why == Skip::Total && own.row < row.number && own.row > before);
        if is_after_total || row.number > before + 1 {
            start = Some(at);
            break;
        }
        before = row.number;
    }
    let is_below = |row: &Row| row.values.len() <= MOST_BELOW;
    if let Some(start) = start.filter(|start| rows.iter().skip(*start).all(is_below)) {
        skipped.extend(rows.drain(start..).map(|row| Skipped {
            row: row.number,
            why: Skip::Below,
        }));
    }
}
