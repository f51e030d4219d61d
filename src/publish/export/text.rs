//! What the formats that are text have in common.

use std::fmt::{Display, Write};

use geo::{Coord, LineString, Polygon};

use crate::publish::feature::{Feature, Value};

/// A format that is written from front to back.
pub(super) trait Rows: Send + Sync {
    /// What stands before the first feature.
    fn open(&mut self, out: &mut String);
    /// One feature.
    fn row(&mut self, feature: &Feature, out: &mut String);
    /// A feature with the fixes that make it up, where the format tells times: they come page by page after it, and
    /// none ends them.
    fn track(&mut self, feature: &Feature, fixes: Option<&[Feature]>, out: &mut String) {
        if fixes.is_none() {
            self.row(feature, out);
        }
    }
    /// What stands after the last one.
    fn close(&mut self, out: &mut String);
}

/// Appends what is displayed; writing to a text cannot fail.
pub(super) fn add(out: &mut String, shown: impl Display) {
    let _ = write!(out, "{shown}");
}

/// The value as plain text; none where nothing is known.
pub(super) fn plain(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Flag(is) => is.to_string(),
        Value::Time(at) => at.to_string(),
        Value::Date(day) => day.to_string(),
    })
}

/// Appends text within XML; what XML 1.0 cannot hold is left out.
pub(super) fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(letter),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            _ => out.push(letter),
        }
    }
}

/// Appends an element with text.
pub(super) fn element(out: &mut String, name: &str, text: &str) {
    add(out, format_args!("<{name}>"));
    escape(out, text);
    add(out, format_args!("</{name}>"));
}

/// Appends items with a separator between them.
pub(super) fn list<T>(
    out: &mut String,
    separator: &str,
    items: impl IntoIterator<Item = T>,
    mut one: impl FnMut(&mut String, T),
) {
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        one(out, item);
    }
}

/// The shell and the holes of a polygon.
pub(super) fn rings(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

/// Appends a position with what stands between its numbers.
pub(super) fn pair(out: &mut String, coord: Coord<f64>, between: &str) {
    add(out, format_args!("{}{between}{}", coord.x, coord.y));
}
