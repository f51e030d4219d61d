//! Codes that communes had before they were merged or divided: lists of offices bear them for years.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::areas::model::names::KnownPlace;
use crate::base::time::{LocalDate, Timestamp};

use super::drafts::{Reader, RowFault};
use super::report::Report;
use super::table::Row;
use super::words;

/// Codes that a note names.
const NAMED: usize = 20;

/// A commune of today in which the ground of one that was before lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Successor {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The last day of the boundary whose ground that is.
    until: Option<LocalDate>,
}

/// The communes of today by codes that are none of today's.
#[derive(Debug, Default)]
pub struct Lineage(BTreeMap<String, Vec<Successor>>);

impl Lineage {
    /// What is known of these places.
    #[must_use]
    pub fn of(places: &[KnownPlace]) -> Self {
        let mut own = BTreeMap::<String, Vec<Successor>>::new();
        for place in places {
            for (code, former) in &place.former_codes {
                own.entry(code.clone()).or_default().push(Successor {
                    code: place.code.clone(),
                    name: place.name.written.clone(),
                    until: former.until,
                });
            }
        }
        Self(own)
    }

    /// Whether nothing is known of any code.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The communes in which the ground lies that the code stood for on a day, or stood for last.
    #[must_use]
    pub fn successors(&self, code: &str, day: Option<LocalDate>) -> Vec<&Successor> {
        let all = self.0.get(code).map_or(&[][..], Vec::as_slice);
        let ends = || all.iter().filter_map(|own| own.until);
        let of_day = day.and_then(|day| ends().filter(|until| *until >= day).min());
        let until = of_day.or_else(|| ends().max());
        all.iter().filter(|own| own.until == until).collect()
    }
}

impl<'a> Reader<'a> {
    /// The code of the commune of today that a row names by its own code or by one from before a merger; the properties then
    /// have the one of today.
    pub(super) fn commune(
        self,
        row: &Row,
        properties: &mut Map<String, Value>,
    ) -> Result<Option<String>, RowFault> {
        let Some(code) = code_of(properties) else {
            return Ok(None);
        };
        if self.is_known(&code) {
            return Ok(Some(code));
        }
        match self.lineage.successors(&code, day_of(properties))[..] {
            [] => Err(words::no_commune(row.number)),
            [only] => {
                properties.insert("commune".to_owned(), json!(only.code));
                Ok(Some(only.code.clone()))
            }
            ref several => Err(words::divided(row.number, &code, several)),
        }
    }

    /// The code from before a merger that a row names, and the commune of today that it is read as.
    fn renamed(self, row: &Row) -> Option<(String, &'a Successor)> {
        let properties = self.properties(row, &mut Vec::new());
        let code = code_of(&properties).filter(|code| !self.is_known(code))?;
        match self.lineage.successors(&code, day_of(&properties))[..] {
            [only] => Some((code, only)),
            _ => None,
        }
    }

    /// Whether a commune of today has the code; before communes are loaded every code may be one.
    fn is_known(self, code: &str) -> bool {
        let map = self.ground.map;
        map.communes().is_empty() || map.commune(code).is_some()
    }
}

fn code_of(properties: &Map<String, Value>) -> Option<String> {
    let code = properties.get("commune").and_then(Value::as_str);
    code.map(str::to_owned)
}

fn day_of(properties: &Map<String, Value>) -> Option<LocalDate> {
    let at = properties.get("detected_at").and_then(Value::as_str)?;
    Some(at.parse::<Timestamp>().ok()?.local_date())
}

/// Notes which codes from before a merger were read as which of today.
pub(super) fn note_renamed(report: &mut Report, reader: Reader<'_>, rows: &[Row]) {
    if reader.lineage.is_empty() {
        return;
    }
    let mut counts: BTreeMap<(String, &str, &str), usize> = BTreeMap::new();
    for (code, own) in rows.iter().filter_map(|row| reader.renamed(row)) {
        let key = (code, own.code.as_str(), own.name.as_str());
        *counts.entry(key).or_default() += 1;
    }
    if counts.is_empty() {
        return;
    }
    let told = |words: fn(&str, &str, &str, usize) -> String| {
        let shown = counts.iter().take(NAMED);
        let parts: Vec<String> = shown
            .map(|((old, code, name), rows)| words(old, code, name, *rows))
            .collect();
        let more = if counts.len() > NAMED { "; …" } else { "" };
        format!("{}{more}", parts.join("; "))
    };
    let vi = told(|old, code, name, rows| format!("{old} đọc là {code} {name} ({rows} dòng)"));
    let en = told(|old, code, name, rows| format!("{old} as {code} {name} ({rows} rows)"));
    report.note(
        format!("Mã xã trước sáp nhập: {vi}."),
        format!("Codes of communes from before a merger are read: {en}."),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_code_stands_for_the_ground_that_it_had_on_the_day() {
        let successor = |code: &str, until: &str| Successor {
            code: code.to_owned(),
            name: code.to_owned(),
            until: Some(day(until)),
        };
        let lineage = Lineage(BTreeMap::from([(
            "10009".to_owned(),
            vec![
                successor("A", "2026-02-28"),
                successor("A", "2025-12-31"),
                successor("B", "2025-12-31"),
            ],
        )]));
        let codes = |on: Option<&str>| -> Vec<&str> {
            let found = lineage.successors("10009", on.map(day));
            found.into_iter().map(|own| own.code.as_str()).collect()
        };
        assert_eq!(codes(Some("2025-08-01")), ["A", "B"]);
        assert_eq!(codes(Some("2025-12-31")), ["A", "B"]);
        assert_eq!(codes(Some("2026-01-01")), ["A"]);
        assert_eq!(codes(Some("2026-05-01")), ["A"]);
        assert_eq!(codes(None), ["A"]);
        assert!(lineage.successors("10008", None).is_empty());
    }
}
