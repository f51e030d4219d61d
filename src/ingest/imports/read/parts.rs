//! Degrees whose minutes and seconds stand in columns of their own.

use serde_json::Value;

use super::numbers::plain;

/// What a row holds of degrees, minutes or seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part<'a> {
    /// The table has no such column.
    NoColumn,
    /// Its cell is empty.
    Blank,
    /// Its cell.
    Told(&'a Value),
}

/// Degrees of an angle of degrees, minutes and seconds. None where one is no number or not within its bounds, where one with
/// decimals has another below it, or where the last that the row tells is whole and an empty cell follows: what it leaves
/// out may be a degree.
pub fn degrees(parts: [Part<'_>; 3]) -> Option<f64> {
    let (mut sum, mut unit) = (0.0, 1.0);
    let (mut is_whole, mut is_ended, mut has_blank) = (true, false, false);
    for (at, part) in parts.into_iter().enumerate() {
        let Part::Told(value) = part else {
            if at == 0 {
                return None;
            }
            is_ended = true;
            // Beside an axis of several columns whole degrees of one column leave their minutes out too.
            has_blank |= part == Part::Blank || at == 1;
            continue;
        };
        let own = number(value).filter(|own| *own >= 0.0 && (at == 0 || *own < 60.0))?;
        if is_ended || (!is_whole && own > 0.0) {
            return None;
        }
        unit = if at == 0 { unit } else { unit * 60.0 };
        sum += own / unit;
        is_whole &= own.fract() == 0.0;
    }
    // To 1e-9 degrees, a tenth of a millimetre.
    (!(has_blank && is_whole)).then_some((sum * 1e9).round() / 1e9)
}

/// The number of a cell, be its sign behind it.
fn number(cell: &Value) -> Option<f64> {
    const SIGNS: [char; 10] = ['°', 'º', '˚', '\'', '′', '’', '"', '″', '”', ' '];
    match cell.as_str() {
        Some(text) => plain(&Value::from(text.trim().trim_end_matches(SIGNS))),
        None => plain(cell),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn minutes_are_sixtieths_and_seconds_sixtieths_of_those() {
        let told = |cells: [&Value; 3]| degrees(cells.map(Part::Told));
        assert_eq!(told([&json!(22), &json!(24), &json!(36)]), Some(22.41));
        assert_eq!(
            told([&json!("22°"), &json!("24'"), &json!("36,9\"")]),
            Some(22.41025)
        );
        assert_eq!(
            told([&json!("22"), &json!("24.6"), &json!("0")]),
            Some(22.41)
        );
        for wrong in [
            [&json!(22), &json!(60), &json!(0)],
            [&json!(22), &json!(24), &json!(60)],
            [&json!(22), &json!(-1), &json!(0)],
            [&json!(22.4), &json!(24), &json!(0)],
            [&json!(22), &json!(24.5), &json!(30)],
            [&json!(22), &json!("hai"), &json!(0)],
        ] {
            assert_eq!(told(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_an_empty_cell_leaves_out_is_not_taken_for_nought() {
        let (whole, minutes, decimal) = (json!(22), json!(24), json!("22.41"));
        let (whole, minutes, decimal) = (
            Part::Told(&whole),
            Part::Told(&minutes),
            Part::Told(&decimal),
        );
        assert_eq!(degrees([whole, Part::Blank, Part::Blank]), None);
        assert_eq!(degrees([whole, minutes, Part::Blank]), None);
        assert_eq!(degrees([whole, Part::Blank, minutes]), None);
        assert_eq!(degrees([Part::Blank, minutes, minutes]), None);
        assert_eq!(degrees([Part::NoColumn, minutes, minutes]), None);
        assert_eq!(degrees([whole, minutes, Part::NoColumn]), Some(22.4));
        assert_eq!(degrees([decimal, Part::Blank, Part::Blank]), Some(22.41));
        assert_eq!(degrees([whole, Part::NoColumn, Part::NoColumn]), None);
        let alone = degrees([decimal, Part::NoColumn, Part::NoColumn]);
        assert_eq!(alone, Some(22.41));
    }
}
