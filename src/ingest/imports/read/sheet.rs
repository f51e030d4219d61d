//! Tables of cells, as text (CSV) or out of a workbook: the row of heads is looked for, as offices put titles above it.

use std::io::Cursor;

use geo::{CoordsIter, Geometry, Point};
use geozero::ToGeo;
use geozero::wkt::Wkt;
use serde_json::{Map, Value};

use super::encoding::unmarked_bytes;
use super::geojson::as_text;
use super::layout::{Cells, is_blank, is_numbering, is_total, texts, with_second, without_ending};
use super::numbers::plain;
use crate::geo::vn2000::LONGEST;
use crate::ingest::imports::names::{Spot, headed_zone, known_heads, spot};
use crate::ingest::imports::table::{
    Asked, Budget, Encoding, Place, Read, Row, Skip, Skipped, Table, Unreadable,
};

/// Titles, dates and the office's name stand above the heads in so many rows at most.
const HEADS_WITHIN: usize = 30;
/// A row of heads names at least so many things that are known here.
const LEAST_KNOWN: usize = 2;

/// Reads a table as text.
pub fn read_csv(bytes: &[u8], asked: &Asked, budget: &mut Budget) -> Read<Table> {
    let bytes = unmarked_bytes(bytes);
    let encoding = match asked.encoding {
        Some(told) => told,
        None => Encoding::of(bytes)?,
    };
    let text = encoding.text(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(Cursor::new(text.as_bytes()));
    let mut rows = Vec::new();
    let most = budget.limits().rows.saturating_add(HEADS_WITHIN);
    let mut lines = Lines::of(&text);
    for record in reader.records() {
        let record = record.or(Err(Unreadable::Damaged("CSV")))?;
        if rows.len() > most {
            return Err(Unreadable::TooMuch("rows / dòng", budget.limits().rows));
        }
        budget.columns(record.len())?;
        let at = record.position().map_or(0, csv::Position::byte);
        let number = lines.number(usize::try_from(at).unwrap_or(usize::MAX), &record);
        let cells = record.iter().map(|cell| Value::from(cell.trim()));
        rows.push((number, cells.collect()));
    }
    let mut table = of_cells(rows, budget)?.ok_or(Unreadable::NoHeads)?;
    table.encoding = Some(encoding);
    Ok(table)
}

/// Rows of a table as text, numbered as a sheet does that opens it: whatever ends a line, and a cell of several lines is
/// in one row.
struct Lines<'a> {
    text: &'a str,
    end: u8,
    /// Where the row before began, and its number.
    before: (usize, usize),
    /// Ends of lines within its cells.
    within: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text,
            end: if text.contains('\n') { b'\n' } else { b'\r' },
            before: (0, 1),
            within: 0,
        }
    }

    /// The number of the next row, which begins at or after a byte.
    fn number(&mut self, at: usize, record: &csv::StringRecord) -> usize {
        let bytes = self.text.as_bytes();
        let ends = |bytes: &[u8]| bytes.split(|byte| *byte == self.end).count() - 1;
        let rest = bytes.get(at..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
        let start = at.saturating_add(blank.count());
        let (from, number) = self.before;
        let passed = ends(bytes.get(from..start).unwrap_or_default());
        let number = number + passed.saturating_sub(self.within);
        self.within = record.iter().map(|cell| ends(cell.as_bytes())).sum();
        self.before = (start, number);
        number
    }
}

/// The sign that parts cells: whichever stands most often in one of the first lines.
fn delimiter(text: &str) -> u8 {
    let count = |sign: u8| {
        let lines = text.lines().take(HEADS_WITHIN);
        lines
            .map(|line| line.bytes().filter(|byte| *byte == sign).count())
            .max()
    };
    // The last of equals wins, so that the comma does.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|sign| count(*sign))
        .unwrap_or(b',')
}

/// The table within rows of cells; none where no row names columns.
pub fn of_cells(rows: Vec<Cells>, budget: &mut Budget) -> Read<Option<Table>> {
    let first = rows.iter().take(HEADS_WITHIN);
    let known = first
        .map(|(_, cells)| known_heads(&texts(cells)))
        .enumerate();
    // The first of equals wins.
    let best = known.rev().max_by_key(|(_, known)| *known);
    let Some((at, _)) = best.filter(|(_, known)| *known >= LEAST_KNOWN) else {
        return Ok(None);
    };
    let mut rows = rows.into_iter().skip(at).peekable();
    let mut heads = rows
        .next()
        .map(|(_, cells)| texts(&cells))
        .unwrap_or_default();
    let second = rows
        .peek()
        .and_then(|(_, cells)| with_second(&heads, cells));
    if let Some(both) = second {
        heads = both;
        rows.next();
    }
    let heads = unique(heads);
    let mut table = Table::default();
    while let Some((number, _)) = rows.next_if(|(_, cells)| is_numbering(cells)) {
        let why = Skip::Numbering;
        table.skipped.push(Skipped { row: number, why });
    }
    for (number, cells) in rows {
        let pairs = heads.iter().zip(&cells);
        let told = pairs.filter(|(head, cell)| !head.is_empty() && !is_blank(cell));
        let values: Map<String, Value> = told
            .map(|(head, cell)| (head.clone(), cell.clone()))
            .collect();
        if values.is_empty() {
            continue;
        }
        are_short(&values, budget)?;
        let place = place(&values);
        if place == Place::None && is_total(&values, &cells) {
            let why = Skip::Total;
            table.skipped.push(Skipped { row: number, why });
            continue;
        }
        budget.row()?;
        budget.vertices(match &place {
            Place::Shape(shape) => shape.coords_count(),
            _ => 1,
        })?;
        table.rows.push(Row {
            number,
            values,
            place,
        });
    }
    without_ending(&mut table.rows, &mut table.skipped);
    table.heads = heads.into_iter().filter(|head| !head.is_empty()).collect();
    Ok(Some(table))
}

fn are_short(values: &Map<String, Value>, budget: &Budget) -> Read<()> {
    let limits = budget.limits();
    for (head, value) in values {
        let most = match spot(head) {
            Some(Spot::Wkt) => limits.shape_bytes,
            _ => limits.text_bytes,
        };
        if value.as_str().is_some_and(|text| text.len() > most) {
            let of = "bytes of a text / byte của một ô chữ";
            return Err(Unreadable::TooMuch(of, most));
        }
    }
    Ok(())
}

/// Heads as they stand; of equal ones all but the first bear their column's number.
fn unique(heads: Vec<String>) -> Vec<String> {
    let mut seen = Vec::new();
    for (at, head) in heads.into_iter().enumerate() {
        let head = head.split_whitespace().collect::<Vec<_>>().join(" ");
        let own = if seen.contains(&head) && !head.is_empty() {
            format!("{head} ({})", at + 1)
        } else {
            head
        };
        seen.push(own);
    }
    seen
}

/// Where a row of cells says it is.
fn place(values: &Map<String, Value>) -> Place {
    let cell = |wanted: Spot| {
        let own = values.iter().find(|(head, _)| spot(head) == Some(wanted));
        own.map(|(_, value)| value)
    };
    let meridian = cell(Spot::Meridian).and_then(as_text);
    let headed = |head: &String| meridian.clone().or_else(|| headed_zone(head));
    let pair = |first: Spot, second: Spot| Some((cell(first)?, cell(second)?));
    if let Some((lon, lat)) = pair(Spot::Lon, Spot::Lat) {
        return match plain(lon).zip(plain(lat)) {
            Some((lon, lat)) => Place::Shape(Geometry::Point(Point::new(lon, lat))),
            None => typed(&[as_text(lat), as_text(lon)], None),
        };
    }
    if let Some((x, y, head)) = on_plane(values) {
        let meridian = headed(head);
        return match plain(x).zip(plain(y)) {
            // X of a paper points north, X of a web map east.
            Some((x, y)) if meridian.is_none() && x.abs().max(y.abs()) > 180.0 => {
                Place::Shape(Geometry::Point(Point::new(y, x)))
            }
            Some((x, y)) if meridian.is_none() => Place::Shape(Geometry::Point(Point::new(x, y))),
            _ => typed(
                &[
                    as_text(x).map(|x| format!("X {x}")),
                    as_text(y).map(|y| format!("Y {y}")),
                ],
                meridian,
            ),
        };
    }
    if let Some(text) = cell(Spot::Wkt).and_then(Value::as_str) {
        return match shape(text) {
            Some(shape) => Place::Shape(shape),
            None => typed(&[Some(text.to_owned())], None),
        };
    }
    let mut texts = values
        .iter()
        .filter(|(head, _)| spot(head) == Some(Spot::Typed));
    match texts.find_map(|(head, value)| Some((head, as_text(value)?))) {
        Some((head, text)) => typed(&[Some(text)], headed(head)),
        None => Place::None,
    }
}

/// The X and Y of a row, and the heading of one of them that names the zone if any does: a table may have columns for the
/// same places in two zones.
fn on_plane(values: &Map<String, Value>) -> Option<(&Value, &Value, &String)> {
    let of = |wanted: Spot| {
        let own = values
            .iter()
            .filter(move |(head, _)| spot(head) == Some(wanted));
        own.map(|(head, value)| (head, value, headed_zone(head)))
    };
    of(Spot::X).find_map(|(x_head, x, zone)| {
        let fits = |own: Option<&str>| zone.is_none() || own.is_none() || own == zone.as_deref();
        let (y_head, y, _) = of(Spot::Y).find(|(_, _, own)| fits(own.as_deref()))?;
        Some((x, y, if zone.is_some() { x_head } else { y_head }))
    })
}

/// A shape as text (OGC 06-103r4 §7). Collections may nest without end, and no layer needs them.
fn shape(text: &str) -> Option<Geometry<f64>> {
    const COLLECTION: &str = "geometrycollection";
    let text = text.trim();
    let begins = text.get(..COLLECTION.len()).unwrap_or_default();
    if begins.eq_ignore_ascii_case(COLLECTION) {
        return None;
    }
    Wkt(text).to_geo().ok().filter(|own| own.coords_count() > 0)
}

fn typed(parts: &[Option<String>], meridian: Option<String>) -> Place {
    let mut text = parts
        .iter()
        .flatten()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("; ");
    if let Some(meridian) = meridian {
        text = format!("{text} KTT {meridian}");
    }
    Place::Typed(text.chars().take(LONGEST + 1).collect())
}
