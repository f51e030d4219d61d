//! Tables of cells, as text (CSV) or out of a workbook: the row of heads is looked for, as offices put titles above it.

use std::io::Cursor;

use geo::{CoordsIter, Geometry, Point};
use geozero::ToGeo;
use geozero::wkt::Wkt;
use serde_json::{Map, Value};

use super::encoding::unmarked_bytes;
use super::geojson::as_text;
use super::heads::{self, HEADS_WITHIN, Heads};
use super::layout::{Cells, is_blank, is_numbering, is_total, without_ending};
use super::numbers::plain;
use super::parts::{Part, degrees};
use crate::base::unmarked::unmarked;
use crate::geo::vn2000::LONGEST;
use crate::ingest::imports::spots::{Spot, headed_zone, names_direction, names_vn2000, spot};
use crate::ingest::imports::table::{
    Asked, Budget, Encoding, Place, Read, Row, Skip, Skipped, Table, Unreadable,
};

/// What stands before typed coordinates whose heading names the datum.
const VN2000: &str = "VN-2000";
/// Stands for degrees, minutes and seconds that are none: no coordinates can be read from it.
const UNREAD: &str = "°′″";

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
    let Some(found) = heads::find(&rows) else {
        return Ok(None);
    };
    let Heads {
        at,
        rows: taken,
        names,
        title,
    } = found;
    let mut rows = rows.into_iter().skip(at + taken).peekable();
    let heads = unique(names);
    let columns = Column::of(&heads);
    let mut table = Table {
        zone_title: title,
        ..Table::default()
    };
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
        are_short(&values, &columns, budget)?;
        let place = place(&values, &columns);
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

/// A column of coordinates, with all that its heading says of them.
struct Column {
    head: String,
    spot: Spot,
    zone: Option<String>,
    /// Its heading names VN-2000.
    is_vn2000: bool,
    /// Its heading says which way the axis points.
    is_directed: bool,
}

impl Column {
    fn of(heads: &[String]) -> Vec<Self> {
        let own = |head: &String| {
            Some(Self {
                spot: spot(head)?,
                zone: headed_zone(head),
                is_vn2000: names_vn2000(head),
                is_directed: names_direction(head),
                head: head.clone(),
            })
        };
        heads.iter().filter_map(own).collect()
    }
}

fn are_short(values: &Map<String, Value>, columns: &[Column], budget: &Budget) -> Read<()> {
    let limits = budget.limits();
    let is_shape = |head: &str| {
        let mut shapes = columns.iter().filter(|own| own.spot == Spot::Wkt);
        shapes.any(|own| own.head == head)
    };
    for (head, value) in values {
        let most = if is_shape(head) {
            limits.shape_bytes
        } else {
            limits.text_bytes
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

/// A cell of a row with its column.
type Cell<'a> = (&'a Column, &'a Value);

/// Where a row of cells says it is.
fn place(values: &Map<String, Value>, columns: &[Column]) -> Place {
    let cells: Vec<Cell<'_>> = columns
        .iter()
        .filter_map(|own| Some((own, values.get(&own.head)?)))
        .collect();
    let cell = |wanted: Spot| cells.iter().find(|(own, _)| own.spot == wanted).copied();
    let meridian = cell(Spot::Meridian).and_then(|(_, value)| as_text(value));
    if let Some(place) = in_parts(&cells, columns) {
        return place;
    }
    if let Some((lon, lat)) = cell(Spot::Lon).zip(cell(Spot::Lat)) {
        return in_degrees(lon, lat);
    }
    if let Some((x, y)) = on_plane(&cells) {
        return metres(x, y, meridian);
    }
    if let Some(text) = cell(Spot::Wkt).and_then(|(_, value)| value.as_str()) {
        return match shape(text) {
            Some(shape) => Place::Shape(shape),
            None => typed(&[Some(text.to_owned())], None),
        };
    }
    let mut texts = cells.iter().filter(|(own, _)| own.spot == Spot::Typed);
    match texts.find_map(|(own, value)| Some((own, as_text(value)?))) {
        Some((own, text)) => {
            // What the text says of itself stands nearer to it than its heading.
            let is_told = unmarked(&text).replace(' ', "").contains("vn2000");
            let datum = (own.is_vn2000 && !is_told).then(|| VN2000.to_owned());
            typed(&[datum, Some(text)], meridian.or_else(|| own.zone.clone()))
        }
        None => Place::None,
    }
}

/// A longitude and a latitude. Degrees of VN-2000 are told as such: they are none of WGS84.
fn in_degrees((own, lon): Cell<'_>, (other, lat): Cell<'_>) -> Place {
    let datum = (own.is_vn2000 || other.is_vn2000).then(|| VN2000.to_owned());
    match plain(lon).zip(plain(lat)) {
        Some((lon, lat)) if datum.is_none() => Place::Shape(Geometry::Point(Point::new(lon, lat))),
        _ => typed(&[datum, as_text(lat), as_text(lon)], None),
    }
}

/// A latitude and a longitude whose minutes and seconds have columns of their own; none where the table has none of these,
/// or the row nothing in them.
fn in_parts(cells: &[Cell<'_>], columns: &[Column]) -> Option<Place> {
    let part = |wanted: Spot| {
        let told = cells.iter().find(|(own, _)| own.spot == wanted).copied();
        match told {
            Some((_, value)) => Part::Told(value),
            None if columns.iter().any(|own| own.spot == wanted) => Part::Blank,
            None => Part::NoColumn,
        }
    };
    let lat = [Spot::Lat, Spot::LatMinutes, Spot::LatSeconds].map(part);
    let lon = [Spot::Lon, Spot::LonMinutes, Spot::LonSeconds].map(part);
    let mut below = lat.iter().skip(1).chain(lon.iter().skip(1));
    let are_parted = below.any(|own| *own != Part::NoColumn);
    let is_told = |own: &Part<'_>| matches!(own, Part::Told(_));
    if !are_parted || !lat.iter().chain(&lon).any(is_told) {
        return None;
    }
    let is_vn2000 = cells
        .iter()
        .any(|(own, _)| own.is_vn2000 && matches!(own.spot, Spot::Lat | Spot::Lon));
    Some(match degrees(lat).zip(degrees(lon)) {
        Some((lat, lon)) if is_vn2000 => {
            let texts = [VN2000.to_owned(), lat.to_string(), lon.to_string()];
            typed(&texts.map(Some), None)
        }
        Some((lat, lon)) => Place::Shape(Geometry::Point(Point::new(lon, lat))),
        None => Place::Typed(UNREAD.to_owned()),
    })
}

/// An X and a Y, in the zone that their columns or the row's own name.
fn metres((own, x): Cell<'_>, (other, y): Cell<'_>, meridian: Option<String>) -> Place {
    let headed = || own.zone.clone().or_else(|| other.zone.clone());
    let meridian = meridian.or_else(headed);
    let names = || {
        let named = |name: &str, value: &Value| as_text(value).map(|text| format!("{name} {text}"));
        [named("X", x), named("Y", y)]
    };
    let Some((north, east)) = plain(x).zip(plain(y)).filter(|_| meridian.is_none()) else {
        return typed(&names(), meridian);
    };
    let are_degrees = north.abs().max(east.abs()) <= 180.0;
    if are_degrees && (own.is_vn2000 || other.is_vn2000) {
        let [x, y] = names();
        return typed(&[Some(VN2000.to_owned()), x, y], None);
    }
    // X of a paper points north, X of a web map east, unless its heading says which way.
    let at = if are_degrees && !own.is_directed {
        Point::new(north, east)
    } else {
        Point::new(east, north)
    };
    Place::Shape(Geometry::Point(at))
}

/// The X and Y of a row, of one zone where their headings name it: a table may have columns for the same places in two.
fn on_plane<'a>(cells: &[Cell<'a>]) -> Option<(Cell<'a>, Cell<'a>)> {
    let of = |wanted: Spot| cells.iter().filter(move |(own, _)| own.spot == wanted);
    of(Spot::X).find_map(|x| {
        let zone = x.0.zone.as_deref();
        let fits = |own: Option<&str>| zone.is_none() || own.is_none() || own == zone;
        let y = of(Spot::Y).find(|(own, _)| fits(own.zone.as_deref()))?;
        Some((*x, *y))
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
