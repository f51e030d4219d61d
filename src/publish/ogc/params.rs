//! What a request for items asks, read from its query; a parameter that is not known is refused.

use geo::{Coord, Rect};

use super::crs::{Crs, Projector};
use super::wanted::Wanted;
use crate::base::page::Cursor;
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::cells::Cell;
use crate::http::{Problem, ProblemKind};
use crate::patrols::model::text::composed;
use crate::publish::feature::{Collection, Field, Kind, Value};
use crate::publish::filter::{Context, Expr, Interval, parse_json, parse_text};
use crate::publish::reader::ACCESS_TOKEN;
use crate::publish::source::{Frame, Key, Query};

/// Features in a page when the caller does not say.
pub const DEFAULT_LIMIT: usize = 100;
/// Most features in a page; more are cut down to it.
pub const MAX_LIMIT: usize = 5_000;
const MOST_CELLS: usize = 100;

/// A request for items.
#[derive(Clone)]
pub struct Asked {
    /// Which features.
    pub query: Query,
    /// How many.
    pub limit: usize,
    /// After which.
    pub after: Option<Key>,
    /// In which system.
    pub crs: Crs,
    /// As JSON or as a page.
    pub wanted: Wanted,
    /// The parameters that a link to another page keeps, secrets left out.
    kept: Vec<(String, String)>,
    bound: String,
}

/// A refusal of one parameter.
pub fn refused(name: &str, reason: impl std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::InvalidParameter).detail(format!("{name}: {reason}"))
}

/// The parameters of a query, each once.
pub fn pairs(query: Option<&str>) -> Result<Vec<(String, String)>, Problem> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, value) in pairs {
        if all.iter().any(|(own, _)| *own == name) {
            return Err(refused("query", "a parameter is given twice"));
        }
        if name != ACCESS_TOKEN {
            all.push((name.into_owned(), value.into_owned()));
        }
    }
    Ok(all)
}

/// The value of a parameter.
pub fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut pairs = pairs.iter();
    let found = pairs.find(|(own, _)| own == name)?;
    Some(&found.1)
}

/// What every collection's pages are asked by.
pub(super) const KNOWN: [&str; 11] = [
    "f",
    "limit",
    "cursor",
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "cells",
    "filter",
    "filter-lang",
    "filter-crs",
];

/// Whether a collection's cells have a resolution to choose.
pub fn has_resolution(collection: Collection) -> bool {
    matches!(
        collection,
        Collection::CoverageCells | Collection::DensityCells
    )
}

impl Asked {
    /// Reads a query against the fields that the caller may see.
    pub fn read(
        query: Option<&str>,
        collection: Collection,
        fields: &'static [Field],
        wanted: Wanted,
    ) -> Result<Self, Problem> {
        let pairs = pairs(query)?;
        let mut asked = Query::default();
        let mut conditions = Vec::new();
        for (name, value) in &pairs {
            match name.as_str() {
                "bbox" => {}
                "datetime" => asked.datetime = Some(interval(value)?),
                "cells" => asked.cells = cells(value)?,
                "res" if has_resolution(collection) => {
                    asked.resolution = Some(value.parse().or(Err(refused("res", "a number")))?);
                }
                name if KNOWN.contains(&name) => {}
                name => conditions.push(simple(fields, name, value)?),
            }
        }
        if let Some((around, frame)) = bbox(&pairs)? {
            (asked.bbox, asked.frame) = (Some(around), frame);
        }
        conditions.extend(filter(&pairs, fields)?);
        asked.filter = match conditions.len() {
            0 => None,
            1 => conditions.pop(),
            _ => Some(Expr::And(conditions)),
        };
        let mut kept: Vec<(String, String)> = pairs
            .iter()
            .filter(|(name, _)| name != "cursor")
            .cloned()
            .collect();
        kept.sort();
        let mut bound = format!("ogc/{collection}");
        for (name, value) in kept
            .iter()
            .filter(|(name, _)| name != "limit" && name != "f")
        {
            bound.extend(["&", name, "=", value]);
        }
        Ok(Self {
            limit: limit(value(&pairs, "limit"))?,
            after: after(value(&pairs, "cursor"), &bound)?,
            crs: crs(&pairs, "crs")?,
            query: asked,
            wanted,
            kept,
            bound,
        })
    }

    /// The query of the page after a key.
    pub fn next(&self, key: &Key) -> String {
        let cursor = Cursor(key.as_str().as_bytes().to_vec()).encode(&self.bound);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.kept);
        query.append_pair("cursor", &cursor);
        query.finish()
    }

    /// The whole request in one text: what differs in any parameter differs here.
    pub fn text(&self) -> String {
        match &self.after {
            Some(key) => self.next(key),
            None => form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&self.kept)
                .finish(),
        }
    }

    /// The query of this page with another format.
    pub fn with_format(&self, format: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.kept.iter().filter(|(name, _)| name != "f"));
        if let Some(format) = format {
            query.append_pair("f", format);
        }
        query.finish()
    }
}

/// From 1 up; more than the most is the most.
fn limit(text: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = text else {
        return Ok(DEFAULT_LIMIT);
    };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| text.parse::<usize>().unwrap_or(usize::MAX));
    match number {
        Some(number @ 1..) => Ok(number.min(MAX_LIMIT)),
        _ => Err(refused("limit", format!("expected 1 to {MAX_LIMIT}"))),
    }
}

fn after(cursor: Option<&str>, bound: &str) -> Result<Option<Key>, Problem> {
    let Some(text) = cursor else {
        return Ok(None);
    };
    let Cursor(key) = Cursor::decode(text, bound).map_err(|fault| refused("cursor", fault))?;
    let key = String::from_utf8(key).or(Err(refused("cursor", "not a cursor of this list")))?;
    Ok(Some(Key::of(key)))
}

/// The system that a parameter names; CRS84 without it.
pub fn crs(pairs: &[(String, String)], name: &str) -> Result<Crs, Problem> {
    match value(pairs, name) {
        None => Ok(Crs::Crs84),
        Some(uri) => Crs::of(uri)
            .ok_or_else(|| refused(name, "not one of the systems that the collection lists")),
    }
}

/// A projector, which every listed system has.
pub fn projector(crs: Crs) -> Result<Projector, Problem> {
    Projector::new(crs).map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))
}

/// A rectangle of degrees, and the one of a plane that it lies around.
type Bounds = (Rect<f64>, Option<Frame>);

fn bbox(pairs: &[(String, String)]) -> Result<Option<Bounds>, Problem> {
    let crs = crs(pairs, "bbox-crs")?;
    let Some(text) = value(pairs, "bbox") else {
        return Ok(None);
    };
    let numbers: Option<Vec<f64>> = text
        .split(',')
        .map(|number| {
            number
                .trim()
                .parse()
                .ok()
                .filter(|own: &f64| own.is_finite())
        })
        .collect();
    let expected = || {
        refused(
            "bbox",
            "expected four or six numbers: the lower corner and the upper corner, in the axes of bbox-crs",
        )
    };
    let (low, high) = match numbers.as_deref() {
        Some([a, b, c, d] | [a, b, _, c, d, _]) if a <= c && b <= d => {
            (Coord { x: *a, y: *b }, Coord { x: *c, y: *d })
        }
        _ => return Err(expected()),
    };
    let projector = projector(crs)?;
    let around = projector.rect_back((low, high)).ok_or_else(expected)?;
    Ok(Some((around, projector.frame((low, high)))))
}

/// `instant`, `from/to`, `../to`, `from/..`; a day stands for all of it, in local time.
fn interval(text: &str) -> Result<Interval, Problem> {
    let expected = || {
        refused(
            "datetime",
            "expected a day or an RFC 3339 time with an offset, or two of them with / between; .. leaves an end open",
        )
    };
    let (from, to) = text.split_once('/').unwrap_or((text, text));
    let ends = |text: &str| match (text, text.parse::<LocalDate>(), text.parse::<Timestamp>()) {
        ("" | "..", _, _) => Ok(None),
        (_, Ok(day), _) => Ok(Some((day.start(), day.end()))),
        (_, _, Ok(at)) => Ok(Some((at, at))),
        _ => Err(expected()),
    };
    let interval = Interval {
        from: ends(from)?.map(|(first, _)| first),
        to: ends(to)?.map(|(_, last)| last),
    };
    let is_empty = interval.from.is_none() && interval.to.is_none() && !text.contains('/');
    match (interval.from, interval.to) {
        (Some(from), Some(to)) if to < from => Err(expected()),
        _ if is_empty => Err(expected()),
        _ => Ok(interval),
    }
}

fn cells(text: &str) -> Result<Vec<Cell>, Problem> {
    let cell = |hex: &str| {
        let number = i64::from_str_radix(hex.trim(), 16).ok()?;
        Cell::from_db(number)
            .ok()
            .filter(|cell| cell.resolution() <= 12)
    };
    let cells: Option<Vec<Cell>> = text.split(',').map(cell).collect();
    let cells = cells.filter(|cells| cells.len() <= MOST_CELLS);
    cells.ok_or_else(|| {
        refused(
            "cells",
            format!("expected 1 to {MOST_CELLS} H3 cells of resolutions 0 to 12, comma-separated"),
        )
    })
}

/// `name=value` for a queryable.
fn simple(fields: &[Field], name: &str, text: &str) -> Result<Expr, Problem> {
    let mut places = fields.iter().enumerate();
    let found = places.find(|(_, field)| field.is_queryable && field.name == name);
    let Some((at, field)) = found else {
        return Err(Problem::new(ProblemKind::InvalidParameter)
            .detail("a parameter is not known here; the queryables are listed under /queryables"));
    };
    let value = match field.kind {
        Kind::Text => Some(Value::Text(composed(text))),
        Kind::Integer => text.parse().ok().map(Value::Integer),
        Kind::Real => text
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(Value::Real),
        Kind::Flag => text.parse().ok().map(Value::Flag),
        Kind::Time => text.parse().ok().map(Value::Time),
        Kind::Date => text.parse().ok().map(Value::Date),
    };
    let value = value.ok_or_else(|| refused(name, "not a value of this property"))?;
    Ok(Expr::field_is(at, value))
}

fn filter(pairs: &[(String, String)], fields: &'static [Field]) -> Result<Option<Expr>, Problem> {
    let crs = crs(pairs, "filter-crs")?;
    let lang = value(pairs, "filter-lang").unwrap_or("cql2-text");
    if !matches!(lang, "cql2-text" | "cql2-json") {
        return Err(refused("filter-lang", "cql2-text or cql2-json"));
    }
    let Some(text) = value(pairs, "filter") else {
        return Ok(None);
    };
    let projector = projector(crs)?;
    let context = Context {
        fields,
        unproject: &|geometry| projector.turn_back(geometry),
    };
    let read = if lang == "cql2-json" {
        parse_json(text, context)
    } else {
        parse_text(text, context)
    };
    read.map(Some).map_err(|fault| refused("filter", fault))
}
