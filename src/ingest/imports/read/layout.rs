//! How offices lay a table out: a row that numbers the columns, totals, and the place for signatures below. What is not read
//! as a row is told.

use serde_json::{Map, Value};

use super::geojson::as_text;
use crate::base::unmarked::unmarked;
use crate::ingest::imports::table::{Place, Row, Skip, Skipped};

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
    // "X Y X Y" names columns, and numbers none.
    let is_of_plane = told
        .iter()
        .take(letters)
        .any(|own| own == "X" || own == "Y");
    told.len() >= LEAST_NUMBERED && !is_of_plane && numbers.is_some_and(is_row)
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
