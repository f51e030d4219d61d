//! Rows of plots that SQLite packs into one text. Its driver hands rows over one by one, each value in memory of its own,
//! at several times the price of reading them.
//!
//! Numbers come as they stand, to the last bit: a real as its whole part and its fraction in units of 2^-62, both
//! exact from 0.001 to 1e9; others by 18 digits, which are more than tell two of them apart.

use std::str::SplitN;

use uuid::Uuid;

use crate::base::ids::{IncidentId, PatrolId, PlotId};
use crate::base::time::Timestamp;

use super::PlotRow;

/// Between rows; stands in no JSON.
const ROW: char = '\u{1e}';
/// Between values; stands in no JSON.
const VALUE: char = '\u{1f}';
/// Between the two parts of a real.
const PART: char = '/';
const UNITS: f64 = 4_611_686_018_427_387_904.0;

macro_rules! exact {
    ($column:literal) => {
        concat!(
            "CASE WHEN abs(",
            $column,
            ") < 0.001 OR abs(",
            $column,
            ") > 1e9 THEN printf('%!.17e', ",
            $column,
            ") \
             ELSE CAST(",
            $column,
            " AS INTEGER) || '/' \
             || CAST((",
            $column,
            " - CAST(",
            $column,
            " AS INTEGER)) * 4611686018427387904.0 AS INTEGER) END"
        )
    };
}

/// Values in the order in which [`row`] takes them.
pub const PACKED_PLOTS: &str = concat!(
    "SELECT concat(hex(id), char(31), version, char(31), state, char(31), crop, char(31), season, char(31), period, \
     char(31), detected_at, char(31), hex(patrol), char(31), hex(incident), char(31), plants, char(31), plants_method, \
     char(31), area_method, char(31), cell_7, char(31), cell_9, char(31), cell_12, char(31), commune, char(31), photos, \
     char(31), recorded_at, char(31), ",
    exact!("area_m2"),
    ", char(31), ",
    exact!("uncertainty_pct"),
    ", char(31), ",
    exact!("lon"),
    ", char(31), ",
    exact!("lat"),
    ", char(31), ",
    exact!("altitude_m"),
    ", char(31), ",
    exact!("hacc_m"),
    ", char(31), commune_name, char(31), record) AS told FROM plots WHERE 1 = 1"
);

/// What may change of a plot while its version stands, the entry that tells the version's author and all the rest, and the
/// order that erased what was written in it.
pub const GLANCED_PLOTS: &str = concat!(
    "SELECT concat(hex(entry), char(31), state, char(31), photos, char(31), plants, char(31), plants_method, char(31), ",
    exact!("area_m2"),
    ", char(31), area_method, char(31), ",
    exact!("uncertainty_pct"),
    ", char(31), commune, char(31), commune_name, char(31), \
     (SELECT hex(e.redacted_by) FROM journal_entries e WHERE e.id = plots.entry)) AS told FROM plots WHERE 1 = 1"
);

/// How many rows there are, and the last one's id.
pub(super) fn end(text: &str) -> Option<(usize, PlotId)> {
    let last = text.rsplit(ROW).next()?;
    let id = Uuid::try_parse(last.split(VALUE).next()?).ok()?;
    Some((text.matches(ROW).count() + 1, PlotId(id)))
}

/// The rows of a packed text, by id; none where a value holds a mark, so that the text cannot be taken apart.
pub(super) fn unpacked(text: &str) -> Option<Vec<PlotRow>> {
    let mut rows: Vec<PlotRow> = text.split(ROW).map(row).collect::<Result<_, _>>().ok()?;
    // The order in which an aggregate takes rows is a habit of the database, no promise.
    if !rows.is_sorted_by_key(|row| row.id) {
        rows.sort_unstable_by_key(|row| row.id);
    }
    Some(rows)
}

/// A text that is no packed row.
struct Torn;

/// The last two values may hold anything, but the record, which is JSON, no mark.
fn row(told: &str) -> Result<PlotRow, Torn> {
    let (rest, record) = told.rsplit_once(VALUE).ok_or(Torn)?;
    let mut values = Values(rest.splitn(VALUES, VALUE));
    let mut row = PlotRow {
        id: PlotId(needed(values.id()?)?),
        version: needed(values.integer()?)?,
        state: values.text()?.to_owned(),
        crop: values.text()?.to_owned(),
        season: values.text()?.to_owned(),
        period: needed(values.integer()?)?,
        detected_at: Timestamp::from_millis(needed(values.integer()?)?),
        patrol: values.id()?.map(PatrolId),
        incident: values.id()?.map(IncidentId),
        plants: values.integer()?,
        plants_method: values.word()?,
        area_method: values.word()?,
        cell_7: needed(values.integer()?)?,
        cell_9: needed(values.integer()?)?,
        cell_12: needed(values.integer()?)?,
        commune: values.word()?,
        photos: needed(values.integer()?)?,
        recorded_at: Timestamp::from_millis(needed(values.integer()?)?),
        area_m2: values.real()?,
        uncertainty_pct: values.real()?,
        lon: needed(values.real()?)?,
        lat: needed(values.real()?)?,
        altitude_m: values.real()?,
        hacc_m: values.real()?,
        commune_name: Some(values.text()?.to_owned()),
        record: record.to_owned(),
    };
    if row.commune.is_none() {
        row.commune_name = None;
    }
    if record.starts_with('{') {
        Ok(row)
    } else {
        Err(Torn)
    }
}

fn needed<T>(value: Option<T>) -> Result<T, Torn> {
    value.ok_or(Torn)
}

/// Values of a row before its record.
const VALUES: usize = 25;

/// Values one after the other; what is empty is none.
struct Values<'a>(SplitN<'a, char>);

impl<'a> Values<'a> {
    fn text(&mut self) -> Result<&'a str, Torn> {
        needed(self.0.next())
    }

    fn word(&mut self) -> Result<Option<String>, Torn> {
        self.read(|text| Some(text.to_owned()))
    }

    fn read<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Torn> {
        match self.text()? {
            "" => Ok(None),
            text => needed(read(text)).map(Some),
        }
    }

    fn integer(&mut self) -> Result<Option<i64>, Torn> {
        self.read(|text| text.parse().ok())
    }

    fn id(&mut self) -> Result<Option<Uuid>, Torn> {
        self.read(|text| Uuid::try_parse(text).ok())
    }

    fn real(&mut self) -> Result<Option<f64>, Torn> {
        self.read(|text| match text.split_once(PART) {
            None => text.parse().ok(),
            Some((whole, units)) => {
                let (whole, units): (i64, i64) = (whole.parse().ok()?, units.parse().ok()?);
                Some(joined(whole, units))
            }
        })
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "neither part has more digits than the real that it was taken from"
)]
fn joined(whole: i64, units: i64) -> f64 {
    whole as f64 + units as f64 / UNITS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(commune_name: &str) -> String {
        let id = "01A218F4E9B07000808D845EF8E461D2";
        [
            id,
            "1",
            "detected",
            "opium_poppy",
            "2025-2026",
            "2026",
            "5",
            "",
            id,
            "",
            "counted",
            "",
            "7",
            "9",
            "12",
            "99006",
            "0",
            "6",
            "400/2305843009213693952",
            "1.00000000000000000e-04",
            "104/0",
            "-22/-1152921504606846976",
            "",
            "",
            commune_name,
            r#"{"notes":null}"#,
        ]
        .join("\u{1f}")
    }

    #[test]
    fn a_row_is_taken_apart_value_by_value() {
        let rows = unpacked(&[told("Pác Xoan"), told("")].join("\u{1e}")).unwrap();
        let row = &rows[0];
        assert_eq!(
            (rows.len(), row.area_m2, row.uncertainty_pct),
            (2, Some(400.5), Some(0.0001))
        );
        assert_eq!(
            (row.lat, row.hacc_m, row.patrol, row.plants),
            (-22.25, None, None, None)
        );
        assert_eq!(row.incident.map(|own| own.0), Some(row.id.0));
        assert_eq!(row.commune_name.as_deref(), Some("Pác Xoan"));
        assert_eq!(row.record, r#"{"notes":null}"#);
    }

    #[test]
    fn a_mark_within_a_name_is_kept_or_found_out() {
        let odd = unpacked(&told("a\u{1f}b")).unwrap();
        assert_eq!(odd[0].commune_name.as_deref(), Some("a\u{1f}b"));
        assert!(unpacked(&told("a\u{1e}b")).is_none());
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart_or_refused(text in "[0-9A-F/{}\u{1e}\u{1f}.e-]{0,200}") {
            let _ = (unpacked(&text), end(&text));
        }

        #[test]
        fn parts_join_to_the_same_bits(real in prop_oneof![-1e9..1e9_f64, -1.0..1.0_f64]) {
            prop_assume!(real.abs() >= 0.001);
            #[expect(clippy::cast_possible_truncation, reason = "as the database does it")]
            let (whole, units) = (real as i64, ((real - real.trunc()) * UNITS) as i64);
            prop_assert_eq!(joined(whole, units).to_bits(), real.to_bits());
        }
    }
}
