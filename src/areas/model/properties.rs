//! Properties of a feature by name, with typed refusals.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::faults::Reason;
use super::reader::Feature;
use crate::geo::shape::Region;

const MAX_TEXT_CHARS: usize = 200;
const MAX_NAMES: usize = 50;
const MAX_NAME_CHARS: usize = 100;

/// The properties of one feature.
#[derive(Debug, Clone, Copy)]
pub struct Properties<'a>(pub &'a Map<String, Value>);

impl<'a> Properties<'a> {
    /// The value under a name; null counts as absent.
    #[must_use]
    pub fn value(self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// Trimmed text; empty text counts as absent.
    pub fn text(self, field: &str) -> Result<Option<&'a str>, Reason> {
        let Some(value) = self.value(field) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| bad(field, "text"))?.trim();
        if text.chars().count() > MAX_TEXT_CHARS || text.chars().any(char::is_control) {
            return Err(bad(field, "one line of at most 200 characters"));
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// Names, as a list or in one text with semicolons; absent counts as none.
    pub fn names(self, field: &str) -> Result<Vec<String>, Reason> {
        let refused = || {
            bad(
                field,
                "at most 50 names of at most 100 characters, a list or a text with semicolons",
            )
        };
        let names: Option<Vec<&str>> = match self.value(field) {
            None => Some(Vec::new()),
            Some(Value::String(text)) => Some(text.split(';').collect()),
            Some(Value::Array(all)) => all.iter().map(Value::as_str).collect(),
            Some(_) => None,
        };
        let names = names.ok_or_else(refused)?;
        let names = names.into_iter().map(str::trim);
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        let is_one = |name: &&str| {
            name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control)
        };
        if names.len() > MAX_NAMES || !names.iter().all(is_one) {
            return Err(refused());
        }
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    /// Text that must be there.
    pub fn required(self, field: &str) -> Result<&'a str, Reason> {
        self.text(field)?.ok_or_else(|| Reason::Missing {
            field: field.to_owned(),
        })
    }

    /// A code that must be there: up to 40 letters, digits, dots, hyphens and underscores.
    pub fn code(self, field: &str) -> Result<&'a str, Reason> {
        if self.value(field).is_some_and(Value::is_number) {
            return Err(bad(
                field,
                "text in quotes, because a number loses its leading zeros",
            ));
        }
        let code = self.required(field)?;
        let is_plain = code
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let is_code = is_plain && code.chars().count() <= 40;
        if is_code {
            Ok(code)
        } else {
            Err(bad(
                field,
                "up to 40 letters, digits, dots, hyphens or underscores",
            ))
        }
    }

    /// Text parsed into a type.
    pub fn parsed<T: FromStr>(
        self,
        field: &str,
        expected: &'static str,
    ) -> Result<Option<T>, Reason> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        text.parse().map(Some).or(Err(bad(field, expected)))
    }

    /// A yes or no, written as true/false or 1/0.
    pub fn flag(self, field: &str) -> Result<Option<bool>, Reason> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(value) => match value.as_u64() {
                Some(0) => Ok(Some(false)),
                Some(1) => Ok(Some(true)),
                _ => Err(bad(field, "true or false")),
            },
        }
    }
}

/// The refusal of a property.
#[must_use]
pub fn bad(field: &str, expected: &'static str) -> Reason {
    Reason::BadProperty {
        field: field.to_owned(),
        expected,
    }
}

/// The region of a feature.
pub fn region(feature: &Feature, max_vertices: usize) -> Result<Region, Reason> {
    let geometry = feature.geometry.as_ref().ok_or(Reason::NoGeometry)?;
    Ok(Region::from_geojson(&geometry.value, max_vertices)?)
}
