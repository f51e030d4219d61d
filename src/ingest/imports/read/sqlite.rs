//! Tables of a SQLite file (sqlite.org/fileformat2.html), read page by page. No SQL of the file is ever run: its views,
//! triggers and virtual tables are nothing but text here.

use serde_json::{Map, Number, Value};

use super::bytes::Bytes;
use crate::ingest::imports::table::{Budget, Read, Unreadable};
use crate::patrols::model::text::composed;

const MAGIC: &[u8] = b"SQLite format 3\0";
const HEAD_BYTES: usize = 100;
const LEAF: u8 = 0x0D;
const INTERIOR: u8 = 0x05;
const DAMAGED: Unreadable = Unreadable::Damaged("SQLite");

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A file.
#[derive(Debug)]
pub struct Database<'a> {
    bytes: &'a [u8],
    page_bytes: usize,
    usable: usize,
}

/// A table as the file's schema tells of it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its name.
    pub name: String,
    root: usize,
    columns: Vec<String>,
    /// The column that is the row's own number, which rows leave out.
    key: Option<usize>,
}

/// Whether bytes begin as such a file does.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

impl<'a> Database<'a> {
    /// Opens a file.
    pub fn open(bytes: &'a [u8]) -> Read<Self> {
        let head = Bytes(bytes);
        let page_bytes = match head.u16_be(16).ok_or(DAMAGED)? {
            1 => 65_536,
            size => usize::from(size),
        };
        let reserved = usize::from(head.byte(20).ok_or(DAMAGED)?);
        let usable = page_bytes.checked_sub(reserved).ok_or(DAMAGED)?;
        let is_sound =
            looks_like(bytes) && page_bytes.is_power_of_two() && page_bytes >= 512 && usable >= 480;
        // Texts in UTF-16 are legal, and no GeoPackage has them.
        if !is_sound || !matches!(head.u32_be(56), Some(0 | 1)) {
            return Err(DAMAGED);
        }
        Ok(Self {
            bytes,
            page_bytes,
            usable,
        })
    }

    /// The tables; what is no plain table is left out.
    pub fn tables(&self, budget: &Budget) -> Read<Vec<Stored>> {
        const MOST_TABLES: usize = 10_000;
        let mut tables = Vec::new();
        let schema = self.rows(1, &mut |_, cells| {
            if let [
                Cell::Text(kind),
                Cell::Text(name),
                _,
                Cell::Whole(root),
                Cell::Text(sql),
            ] = cells.as_slice()
                && kind == "table"
                && let Ok(root) = usize::try_from(*root)
                && let Some((columns, key)) = columns(sql)
            {
                budget.columns(columns.len())?;
                tables.push(Stored {
                    name: name.clone(),
                    root,
                    columns,
                    key,
                });
            }
            if tables.len() > MOST_TABLES {
                return Err(Unreadable::TooMuch("tables / bảng", MOST_TABLES));
            }
            Ok(())
        });
        schema.map(|()| tables)
    }

    /// Calls with each row of a table, by name of column.
    pub fn each(
        &self,
        table: &Stored,
        mut see: impl FnMut(Vec<(String, Cell)>) -> Read<()>,
    ) -> Read<()> {
        self.rows(table.root, &mut |number, mut cells| {
            // Columns that were added later are missing from older rows.
            cells.resize(table.columns.len(), Cell::Null);
            if let Some(key) = table.key.and_then(|key| cells.get_mut(key)) {
                *key = Cell::Whole(number);
            }
            see(table.columns.iter().cloned().zip(cells).collect())
        })
    }

    fn page(&self, number: usize) -> Read<(&'a [u8], usize)> {
        let start = number
            .checked_sub(1)
            .and_then(|at| at.checked_mul(self.page_bytes));
        let start = start.ok_or(DAMAGED)?;
        let page = Bytes(self.bytes)
            .slice(start, self.page_bytes)
            .ok_or(DAMAGED)?;
        // The file's head stands on the first page.
        Ok((page, if number == 1 { HEAD_BYTES } else { 0 }))
    }

    /// Walks a tree of pages. No page can be met more often than there are pages, so that a circle ends.
    fn rows(&self, root: usize, see: &mut dyn FnMut(i64, Vec<Cell>) -> Read<()>) -> Read<()> {
        let mut left = self.bytes.len() / self.page_bytes;
        // Rows share no bytes, so that all of them are no longer than the file.
        let mut left_bytes = self.bytes.len();
        let mut waiting = vec![root];
        while let Some(number) = waiting.pop() {
            left = left.checked_sub(1).ok_or(DAMAGED)?;
            let (page, head_at) = self.page(number)?;
            let head = Bytes(page);
            let kind = head.byte(head_at).ok_or(DAMAGED)?;
            let cells = usize::from(head.u16_be(head_at + 3).ok_or(DAMAGED)?);
            let pointers = head_at + if kind == INTERIOR { 12 } else { 8 };
            let pointer = |at: usize| {
                head.u16_be(pointers + at * 2)
                    .map(usize::from)
                    .ok_or(DAMAGED)
            };
            match kind {
                INTERIOR => {
                    waiting.push(head.u32_be(head_at + 8).ok_or(DAMAGED)? as usize);
                    // The last in is read first: children stand in the order of their rows.
                    for at in (0..cells).rev() {
                        waiting.push(head.u32_be(pointer(at)?).ok_or(DAMAGED)? as usize);
                    }
                }
                LEAF => {
                    for at in 0..cells {
                        let (number, payload) = self.payload(page, pointer(at)?)?;
                        left_bytes = left_bytes.checked_sub(payload.len()).ok_or(DAMAGED)?;
                        see(number, record(&payload).ok_or(DAMAGED)?)?;
                    }
                }
                _ => return Err(DAMAGED),
            }
        }
        Ok(())
    }

    /// A row's number and bytes, those on overflow pages included.
    fn payload(&self, page: &[u8], at: usize) -> Read<(i64, Vec<u8>)> {
        let (length, used) = varint(page, at).ok_or(DAMAGED)?;
        let (number, used_too) = varint(page, at + used).ok_or(DAMAGED)?;
        let length = usize::try_from(length).or(Err(DAMAGED))?;
        if length > self.bytes.len() {
            return Err(DAMAGED);
        }
        let start = at + used + used_too;
        let most = self.usable - 35;
        let here = if length <= most {
            length
        } else {
            let least = (self.usable - 12) * 32 / 255 - 23;
            let fitting = least + (length - least) % (self.usable - 4);
            if fitting <= most { fitting } else { least }
        };
        let mut bytes = Bytes(page).slice(start, here).ok_or(DAMAGED)?.to_vec();
        let mut next = if here < length {
            Bytes(page).u32_be(start + here).ok_or(DAMAGED)? as usize
        } else {
            0
        };
        while bytes.len() < length {
            let (page, _) = self.page(next)?;
            let part = (length - bytes.len()).min(self.usable - 4);
            bytes.extend_from_slice(Bytes(page).slice(4, part).ok_or(DAMAGED)?);
            next = Bytes(page).u32_be(0).ok_or(DAMAGED)? as usize;
        }
        Ok((number, bytes))
    }
}

/// A number of up to nine bytes, and how many it took.
fn varint(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let mut value: u64 = 0;
    for used in 0..9 {
        let byte = *bytes.get(at + used)?;
        if used == 8 {
            return Some(((value << 8 | u64::from(byte)).cast_signed(), 9));
        }
        value = value << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value.cast_signed(), used + 1));
        }
    }
    None
}

fn record(payload: &[u8]) -> Option<Vec<Cell>> {
    const MOST_CELLS: usize = 2_000;
    let (head_bytes, mut at) = varint(payload, 0)?;
    let head_bytes = usize::try_from(head_bytes).ok()?;
    let mut body = head_bytes;
    let mut cells = Vec::new();
    while at < head_bytes {
        let (kind, used) = varint(payload, at)?;
        at += used;
        let (cell, length) = cell(payload, body, kind)?;
        body += length;
        cells.push(cell);
        if cells.len() > MOST_CELLS {
            return None;
        }
    }
    Some(cells)
}

fn cell(payload: &[u8], at: usize, kind: i64) -> Option<(Cell, usize)> {
    let whole = |length: usize| {
        let bytes = Bytes(payload).slice(at, length)?;
        let is_negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        let start = if is_negative { -1_i64 } else { 0 };
        let value = bytes
            .iter()
            .fold(start, |value, byte| value << 8 | i64::from(*byte));
        Some((Cell::Whole(value), length))
    };
    match kind {
        0 => Some((Cell::Null, 0)),
        1..=4 => whole(usize::try_from(kind).ok()?),
        5 => whole(6),
        6 => whole(8),
        7 => Some((Cell::Real(Bytes(payload).f64_be(at)?), 8)),
        8 => Some((Cell::Whole(0), 0)),
        9 => Some((Cell::Whole(1), 0)),
        12.. => {
            let length = usize::try_from((kind - 12) / 2).ok()?;
            let bytes = Bytes(payload).slice(at, length)?;
            let cell = if kind % 2 == 0 {
                Cell::Bytes(bytes.to_vec())
            } else {
                Cell::Text(String::from_utf8_lossy(bytes).into_owned())
            };
            Some((cell, length))
        }
        _ => None,
    }
}

impl Cell {
    /// The value of a plain cell; none of nothing and of bytes.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        match self {
            Self::Null | Self::Bytes(_) => None,
            Self::Whole(number) => Some(Value::from(*number)),
            Self::Real(number) => Number::from_f64(*number).map(Value::Number),
            Self::Text(text) => Some(composed(text.trim()))
                .filter(|text| !text.is_empty())
                .map(Value::from),
        }
    }
}

/// The values of a row that are plain, but for a column.
#[must_use]
pub fn values(cells: &[(String, Cell)], but: &str) -> Map<String, Value> {
    let own = cells.iter().filter(|(name, _)| name != but);
    own.filter_map(|(name, cell)| Some((name.clone(), cell.value()?)))
        .collect()
}

/// The columns of a `CREATE TABLE`, and which of them is the row's number.
fn columns(sql: &str) -> Option<(Vec<String>, Option<usize>)> {
    let upper = sql.to_ascii_uppercase();
    if upper.starts_with("CREATE VIRTUAL") || upper.contains("WITHOUT ROWID") {
        return None;
    }
    let body = sql.get(sql.find('(')? + 1..sql.rfind(')')?)?;
    let mut columns = Vec::new();
    let mut key = None;
    for part in parts(body) {
        let (name, rest) = name(part.trim())?;
        let word = name.to_ascii_uppercase();
        let is_quoted = !part
            .trim()
            .starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if !is_quoted
            && matches!(
                word.as_str(),
                "CONSTRAINT" | "PRIMARY" | "UNIQUE" | "CHECK" | "FOREIGN"
            )
        {
            break;
        }
        let rest = rest.to_ascii_uppercase();
        let mut words = rest.split_whitespace();
        if words.next() == Some("INTEGER") && rest.contains("PRIMARY KEY") {
            key = Some(columns.len());
        }
        columns.push(name);
    }
    (!columns.is_empty()).then_some((columns, key))
}

/// The parts of a list between commas that stand in no quotes and no brackets.
fn parts(body: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start) = (0_usize, None, 0);
    for (at, letter) in body.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(body.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(body.get(start..).unwrap_or_default());
    parts
}

/// The name that a part begins with, and what follows.
fn name(part: &str) -> Option<(String, &str)> {
    let first = part.chars().next()?;
    let close = match first {
        '"' | '`' | '\'' => Some(first),
        '[' => Some(']'),
        _ => None,
    };
    let Some(close) = close else {
        let end = part
            .find(|c: char| c.is_whitespace() || c == '(')
            .unwrap_or(part.len());
        return Some((part.get(..end)?.to_owned(), part.get(end..)?));
    };
    let inner = part.get(1..)?;
    let end = inner.find(close)?;
    Some((inner.get(..end)?.to_owned(), inner.get(end + 1..)?))
}
