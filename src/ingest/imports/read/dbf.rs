//! Tables of shapefiles (dBASE III and what GIS programs write as such).

use serde_json::{Map, Number, Value};

use super::bytes::Bytes;
use super::encoding::unmarked_bytes;
use crate::ingest::imports::table::{Budget, Encoding, Read, Unreadable};

const HEAD_BYTES: usize = 32;
const FIELD_BYTES: usize = 32;
const END_OF_FIELDS: u8 = 0x0D;
const DELETED: u8 = b'*';

struct Field {
    name: String,
    kind: u8,
    at: usize,
    length: usize,
}

/// A table with one row for each shape.
pub struct Dbf {
    /// The names of its columns.
    pub heads: Vec<String>,
    /// Its rows; none where one was deleted.
    pub rows: Vec<Option<Map<String, Value>>>,
    /// How its texts were coded.
    pub encoding: Encoding,
}

/// Reads a table; `told` is the coding that somebody named.
pub fn read(bytes: &[u8], told: Option<Encoding>, budget: &mut Budget) -> Read<Dbf> {
    let damaged = || Unreadable::Damaged("DBF");
    let head = Bytes(bytes);
    let rows = head.u32_le(4).ok_or_else(damaged)? as usize;
    let head_bytes = usize::from(head.u16_le(8).ok_or_else(damaged)?);
    let row_bytes = usize::from(head.u16_le(10).ok_or_else(damaged)?);
    let body = bytes.get(head_bytes..).ok_or_else(damaged)?;
    if row_bytes == 0 || body.len() / row_bytes < rows {
        return Err(damaged());
    }
    let encoding = match told {
        Some(told) => told,
        None => Encoding::of(bytes.get(HEAD_BYTES..head_bytes).unwrap_or_default())
            .and_then(|_| Encoding::of(body.get(..rows * row_bytes).unwrap_or_default()))?,
    };
    let fields = fields(bytes, head_bytes, encoding, budget)?;
    let mut read = Vec::new();
    for row in body.chunks_exact(row_bytes).take(rows) {
        budget.row()?;
        let is_deleted = row.first() == Some(&DELETED);
        read.push((!is_deleted).then(|| values(row, &fields, encoding)));
    }
    Ok(Dbf {
        heads: fields.into_iter().map(|field| field.name).collect(),
        rows: read,
        encoding,
    })
}

fn fields(
    bytes: &[u8],
    head_bytes: usize,
    encoding: Encoding,
    budget: &Budget,
) -> Read<Vec<Field>> {
    let listed = bytes.get(HEAD_BYTES..head_bytes).unwrap_or_default();
    let mut fields = Vec::new();
    // The first byte of a row says whether it was deleted.
    let mut at = 1;
    for field in listed.chunks_exact(FIELD_BYTES) {
        if field.first() == Some(&END_OF_FIELDS) {
            break;
        }
        let name = field.get(..11).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        let length = field.get(16).copied().map_or(0, usize::from);
        fields.push(Field {
            name: encoding.text(name).trim().to_owned(),
            kind: field.get(11).copied().unwrap_or_default(),
            at,
            length,
        });
        at += length;
    }
    budget.columns(fields.len())?;
    Ok(fields)
}

fn values(row: &[u8], fields: &[Field], encoding: Encoding) -> Map<String, Value> {
    let told = fields.iter().filter_map(|field| {
        let bytes = row.get(field.at..field.at + field.length)?;
        Some((field.name.clone(), value(bytes, field.kind, encoding)?))
    });
    told.collect()
}

fn value(bytes: &[u8], kind: u8, encoding: Encoding) -> Option<Value> {
    let text = encoding.text(unmarked_bytes(bytes));
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    if text.is_empty() {
        return None;
    }
    Some(match kind {
        b'N' | b'F' => match number(text) {
            Some(number) => Value::Number(number),
            // Programs write asterisks for what had no room.
            None if text.bytes().all(|byte| byte == b'*') => return None,
            None => Value::from(text),
        },
        b'L' => match text {
            "T" | "t" | "Y" | "y" => Value::Bool(true),
            "F" | "f" | "N" | "n" => Value::Bool(false),
            _ => return None,
        },
        // GDAL writes noughts for a day that is not known.
        b'D' if text.bytes().all(|byte| byte == b'0') => return None,
        b'D' if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            let (year, rest) = text.split_at(4);
            let (month, day) = rest.split_at(2);
            Value::from(format!("{year}-{month}-{day}"))
        }
        _ => Value::from(text),
    })
}

/// A number of a table: whole where it is written so.
pub fn number(text: &str) -> Option<Number> {
    match text.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => text.parse().ok().and_then(Number::from_f64),
    }
}
