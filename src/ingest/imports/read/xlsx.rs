//! Workbooks (ECMA-376): the cells of one sheet. Formulas are never computed: what the workbook says they gave counts.

use std::collections::HashSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use super::dbf::number;
use super::layout::Cells;
use super::sheet::of_cells;
use super::zip::Archive;
use crate::base::time::LocalDate;
use crate::ingest::imports::table::{Asked, Budget, Read, Table, Unreadable};
use crate::patrols::model::text::composed;

const DAMAGED: Unreadable = Unreadable::Damaged("XLSX");
const MOST_SHEETS: usize = 200;
/// More cells than a bounded table has with all its titles.
const MOST_CELLS: usize = 1_000_000;

/// What a workbook's parts say that cells refer to.
#[derive(Default)]
struct Book {
    shared: Vec<String>,
    /// Styles of cells whose numbers are days.
    dates: HashSet<usize>,
    is_1904: bool,
}

/// Reads a workbook: the sheet that was named, or the only one that holds a table.
pub fn read(archive: &mut Archive<'_>, asked: &Asked, budget: &mut Budget) -> Read<Table> {
    let workbook =
        part(archive, "xl/workbook.xml")?.ok_or(Unreadable::NoPart("xl/workbook.xml"))?;
    let links = part(archive, "xl/_rels/workbook.xml.rels")?.unwrap_or_default();
    let sheets = sheets(&workbook, &links)?;
    let names: Vec<String> = sheets.iter().map(|(name, _)| name.clone()).collect();
    let book = Book {
        shared: shared(&part(archive, "xl/sharedStrings.xml")?.unwrap_or_default())?,
        dates: dates(&part(archive, "xl/styles.xml")?.unwrap_or_default())?,
        is_1904: is_1904(&workbook)?,
    };
    let wanted = |name: &String| asked.layer.as_ref().is_none_or(|layer| layer == name);
    let mut found = None;
    for (name, path) in sheets.iter().filter(|(name, _)| wanted(name)) {
        let Some(bytes) = part(archive, path)? else {
            continue;
        };
        let cells = cells(&bytes, &book, budget)?;
        let mut own = Budget::of(budget.limits());
        if let Some(table) = of_cells(cells, &mut own)? {
            if found.is_some() {
                return Err(Unreadable::WhichLayer(names));
            }
            found = Some(Table {
                layer: Some(name.clone()),
                ..table
            });
        }
    }
    let is_known = asked
        .layer
        .as_ref()
        .is_none_or(|layer| names.contains(layer));
    match found {
        Some(table) => Ok(table),
        None if is_known => Err(Unreadable::NoHeads),
        None => Err(Unreadable::NoLayer(names)),
    }
}

fn part(archive: &mut Archive<'_>, name: &str) -> Read<Option<Vec<u8>>> {
    archive
        .named(name)
        .map(|entry| archive.inflate(&entry))
        .transpose()
}

/// Calls with every element that opens, and every text with the element around it.
fn walk(
    bytes: &[u8],
    mut opened: impl FnMut(&BytesStart<'_>) -> Read<()>,
    mut told: impl FnMut(&str, &str) -> Read<()>,
    mut closed: impl FnMut(&str) -> Read<()>,
) -> Read<()> {
    const DEPTH: usize = 32;
    let mut reader = Reader::from_reader(bytes);
    let mut path: Vec<String> = Vec::new();
    loop {
        match reader.read_event().or(Err(DAMAGED))? {
            Event::Start(tag) => {
                if path.len() >= DEPTH {
                    return Err(Unreadable::TooMuch(
                        "nested elements / phần tử lồng nhau",
                        DEPTH,
                    ));
                }
                opened(&tag)?;
                path.push(local(&tag));
            }
            Event::Empty(tag) => {
                opened(&tag)?;
                closed(&local(&tag))?;
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                told(path.last().map(String::as_str).unwrap_or_default(), &text)?;
            }
            Event::CData(text) => {
                let text = text.xml10_content();
                told(path.last().map(String::as_str).unwrap_or_default(), &text)?;
            }
            Event::DocType(_) => return Err(Unreadable::DocumentType),
            Event::GeneralRef(name) => {
                let letter = super::entity(&name).ok_or(DAMAGED)?;
                told(path.last().map(String::as_str).unwrap_or_default(), &letter)?;
            }
            Event::End(_) => closed(&path.pop().ok_or(DAMAGED)?)?,
            Event::Eof => {
                return if path.is_empty() {
                    Ok(())
                } else {
                    Err(DAMAGED)
                };
            }
            _ => {}
        }
    }
}

fn local(tag: &BytesStart<'_>) -> String {
    tag.local_name().as_ref().to_owned()
}

/// An attribute by its local name.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = tag.attributes();
    let own = all
        .with_checks(false)
        .flatten()
        .find(|own| own.key.local_name().as_ref() == name)?;
    super::unescaped(&own.value)
}

/// The sheets' names with the paths of their parts.
fn sheets(workbook: &[u8], links: &[u8]) -> Read<Vec<(String, String)>> {
    let mut targets = Vec::new();
    let link = |tag: &BytesStart<'_>| {
        if let Some(pair) = attribute(tag, "Id").zip(attribute(tag, "Target")) {
            targets.push(pair);
        }
        Ok(())
    };
    walk(links, link, |_, _| Ok(()), |_| Ok(()))?;
    let mut sheets = Vec::new();
    let sheet = |tag: &BytesStart<'_>| {
        if local(tag) != "sheet" {
            return Ok(());
        }
        if sheets.len() >= MOST_SHEETS {
            return Err(Unreadable::TooMuch("sheets / trang tính", MOST_SHEETS));
        }
        // `sheetId` has the same ending as `r:id`, and is another thing.
        let mut all = tag.attributes();
        let id = all
            .with_checks(false)
            .flatten()
            .find(|own| own.key.as_ref().ends_with(":id"));
        let id = id.and_then(|own| super::unescaped(&own.value));
        let target = targets.iter().find(|(own, _)| Some(own) == id.as_ref());
        if let Some((name, (_, target))) = attribute(tag, "name").zip(target) {
            let path = match target.strip_prefix('/') {
                Some(whole) => whole.to_owned(),
                None => format!("xl/{target}"),
            };
            sheets.push((composed(&name), path));
        }
        Ok(())
    };
    walk(workbook, sheet, |_, _| Ok(()), |_| Ok(()))?;
    Ok(sheets)
}

fn is_1904(workbook: &[u8]) -> Read<bool> {
    let mut found = false;
    let see = |tag: &BytesStart<'_>| {
        let flag = attribute(tag, "date1904");
        found |= flag.is_some_and(|flag| flag == "1" || flag == "true");
        Ok(())
    };
    walk(workbook, see, |_, _| Ok(()), |_| Ok(()))?;
    Ok(found)
}

/// The texts that cells share; the runs of one text are joined.
fn shared(bytes: &[u8]) -> Read<Vec<String>> {
    let texts = std::cell::RefCell::new(Vec::new());
    let open = |tag: &BytesStart<'_>| {
        if local(tag) == "si" {
            let mut texts = texts.borrow_mut();
            if texts.len() >= MOST_CELLS {
                return Err(Unreadable::TooMuch("cells / ô", MOST_CELLS));
            }
            texts.push(String::new());
        }
        Ok(())
    };
    let tell = |element: &str, text: &str| {
        if element == "t"
            && let Some(last) = texts.borrow_mut().last_mut()
        {
            last.push_str(text);
        }
        Ok(())
    };
    walk(bytes, open, tell, |_| Ok(()))?;
    Ok(texts.into_inner())
}

/// The styles whose numbers are days or times.
fn dates(bytes: &[u8]) -> Read<HashSet<usize>> {
    let mut own = HashSet::new();
    let mut within = false;
    let mut styles = Vec::new();
    let see = |tag: &BytesStart<'_>| {
        let format = attribute(tag, "numFmtId").and_then(|id| id.parse::<u32>().ok());
        match local(tag).as_str() {
            "numFmt" => {
                let code = attribute(tag, "formatCode").unwrap_or_default();
                own.extend(format.filter(|_| is_date_code(&code)));
            }
            "cellXfs" => within = true,
            "cellStyles" | "dxfs" => within = false,
            "xf" if within => styles.push(format.unwrap_or(0)),
            _ => {}
        }
        Ok(())
    };
    walk(bytes, see, |_, _| Ok(()), |_| Ok(()))?;
    let is_date = |format: u32| {
        matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58) || own.contains(&format)
    };
    let dated = styles
        .iter()
        .enumerate()
        .filter(|(_, format)| is_date(**format));
    Ok(dated.map(|(at, _)| at).collect())
}

/// Whether a format of the workbook's own writes days: its letters outside quotes and brackets say so.
fn is_date_code(code: &str) -> bool {
    let mut is_quoted = false;
    let mut in_brackets = false;
    code.chars().any(|letter| {
        match letter {
            '"' => is_quoted = !is_quoted,
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            _ => {}
        }
        !is_quoted && !in_brackets && matches!(letter, 'd' | 'D' | 'y' | 'Y')
    })
}

/// The cells of a sheet.
struct Sheet<'a> {
    book: &'a Book,
    rows: Vec<Cells>,
    cells: usize,
    /// Column, kind and style of the cell at hand.
    at: (usize, String, usize),
    text: String,
}

fn cells(bytes: &[u8], book: &Book, budget: &Budget) -> Read<Vec<Cells>> {
    let sheet = std::cell::RefCell::new(Sheet {
        book,
        rows: Vec::new(),
        cells: 0,
        at: (0, String::new(), 0),
        text: String::new(),
    });
    walk(
        bytes,
        |tag| sheet.borrow_mut().open(tag, budget),
        |element, text| {
            if matches!(element, "v" | "t") {
                sheet.borrow_mut().text.push_str(text);
            }
            Ok(())
        },
        |name| {
            if name == "c" {
                sheet.borrow_mut().close(budget)?;
            }
            Ok(())
        },
    )?;
    Ok(sheet.into_inner().rows)
}

impl Sheet<'_> {
    fn open(&mut self, tag: &BytesStart<'_>, budget: &Budget) -> Read<()> {
        match local(tag).as_str() {
            "row" => {
                // Rows of titles stand above the table, and empty ones below.
                let most = budget.limits().rows.saturating_mul(2).saturating_add(1_000);
                if self.rows.len() >= most {
                    return Err(Unreadable::TooMuch("rows / dòng", budget.limits().rows));
                }
                let last = self.rows.last().map_or(0, |(number, _)| *number);
                let number = attribute(tag, "r").and_then(|r| r.parse().ok());
                self.rows.push((number.unwrap_or(last + 1), Vec::new()));
            }
            "c" => {
                let next = self.rows.last().map_or(0, |(_, cells)| cells.len());
                let column = attribute(tag, "r").and_then(|r| column(&r)).unwrap_or(next);
                let style = attribute(tag, "s").and_then(|s| s.parse().ok());
                self.at = (
                    column,
                    attribute(tag, "t").unwrap_or_default(),
                    style.unwrap_or(0),
                );
                self.text.clear();
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, budget: &Budget) -> Read<()> {
        let (column, kind, style) = std::mem::take(&mut self.at);
        let text = std::mem::take(&mut self.text);
        let Some(value) = self.value(&kind, style, &text) else {
            return Ok(());
        };
        budget.columns(column + 1)?;
        self.cells += 1;
        if self.cells > MOST_CELLS {
            return Err(Unreadable::TooMuch("cells / ô", MOST_CELLS));
        }
        let (_, cells) = self.rows.last_mut().ok_or(DAMAGED)?;
        if cells.len() <= column {
            cells.resize(column + 1, Value::Null);
        }
        if let Some(cell) = cells.get_mut(column) {
            *cell = value;
        }
        Ok(())
    }

    fn value(&self, kind: &str, style: usize, text: &str) -> Option<Value> {
        let told = |text: &str| {
            let text = composed(text.trim());
            (!text.is_empty()).then(|| Value::from(text))
        };
        match kind {
            "s" => told(self.book.shared.get(text.trim().parse::<usize>().ok()?)?),
            "b" => Some(Value::Bool(text.trim() == "1")),
            // A formula that failed.
            "e" => None,
            "" | "n" if self.book.dates.contains(&style) => {
                day(text.trim().parse().ok()?, self.book.is_1904).map(Value::from)
            }
            "" | "n" => number(text.trim()).map(Value::Number),
            _ => told(text),
        }
    }
}

/// The column of a cell's address, from 0.
fn column(address: &str) -> Option<usize> {
    let letters = address.bytes().take_while(u8::is_ascii_alphabetic).take(3);
    let number = letters.fold(0, |number, letter| {
        number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    number.checked_sub(1)
}

/// The local day, and time where there is one, of a workbook's number of days.
#[expect(clippy::cast_possible_truncation, reason = "within three million days")]
fn day(number: f64, is_1904: bool) -> Option<String> {
    if !(1.0..2_958_466.0).contains(&number) {
        return None;
    }
    // 1900 counts as a leap year there: from March 1900 on, day 1 is 31 December 1899.
    let first = if is_1904 {
        LocalDate::from_ymd(1904, 1, 1)?
    } else {
        LocalDate::from_ymd(1899, 12, 30)?
    };
    let minutes = ((number.fract() * 1_440.0).round() as i64).min(1_439);
    let day = first.plus_days(number.trunc() as i64);
    Some(if minutes == 0 {
        day.to_string()
    } else {
        format!("{day} {:02}:{:02}", minutes / 60, minutes % 60)
    })
}
