//! How a form lies on A4: pages side by side, letters that can be read, and rows that are high enough for their text.

/// The letters of a form, in points: printed they are smaller where its columns are fitted to the pages.
pub const LETTERS_PT: f64 = 10.5;
/// A line of them.
const LINE_PT: f64 = 14.0;
/// What a row needs beside its lines.
const AROUND_PT: f64 = 3.0;

/// How high a row is whose texts stand in columns of so many letters; `share` is how much of a column's letter one of the
/// text takes, 1 for plain ones.
#[must_use]
pub fn height_pt<'a>(texts: impl IntoIterator<Item = (&'a str, f64)>, share: f64) -> f64 {
    let lines = texts
        .into_iter()
        .map(|(text, width)| lines(text, width / share));
    f64::from(lines.max().unwrap_or(1)) * LINE_PT + AROUND_PT
}

/// Lines that a text takes when it is broken between words, and within those that are too long.
fn lines(text: &str, width: f64) -> u16 {
    let mut lines = 1_u16;
    let mut used = 0.0;
    for word in text.split_whitespace() {
        let letters = word.chars().count();
        let mut own = f64::from(u16::try_from(letters).unwrap_or(u16::MAX));
        if used > 0.0 && used + 1.0 + own > width {
            lines = lines.saturating_add(1);
            used = 0.0;
        } else if used > 0.0 {
            used += 1.0;
        }
        while own > width.max(1.0) {
            lines = lines.saturating_add(1);
            own -= width.max(1.0);
        }
        used += own;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::model::Form;
    use crate::reports::model::table::Column;

    /// A4 across between the margins of a sheet (12.7 mm left, 10.2 mm right).
    const ACROSS_PT: f64 = 777.0;

    /// A column of n letters is 7n + 5 pixels of 3/4 pt wide (ECMA-376 part 1, 18.3.1.13).
    fn width_pt(columns: &[Column]) -> f64 {
        let widths = columns.iter().map(|own| (7.0 * own.width + 5.0) * 0.75);
        widths.sum()
    }

    #[test]
    fn letters_on_paper_can_be_read() {
        // By the fonts that offices have, and where a machine has none of them and takes wider ones instead (measured with
        // LibreOffice on DejaVu).
        for wider in [1.0, 1.368] {
            for form in [Form::B01, Form::B02, Form::B03] {
                let (columns, across) = (form.columns(), form.across());
                let (first, rest) = columns.split_at(usize::from(across.first));
                let keys = &columns[..usize::from(across.keys)];
                let widest = width_pt(first).max(width_pt(keys) + width_pt(rest)) * wider;
                let letters_pt = LETTERS_PT * (ACROSS_PT / widest).min(1.0);
                assert!(letters_pt >= 7.0, "{form}: {letters_pt} pt");
                assert_eq!(rest.is_empty(), across.pages == 1, "{form}");
            }
        }
    }

    #[test]
    fn rows_are_as_high_as_their_longest_text() {
        assert_eq!(lines("", 8.0), 1);
        assert_eq!(lines("Đã kiểm tra lại, sạch", 14.0), 2);
        assert_eq!(lines("Đã kiểm tra lại, sạch", 30.0), 1);
        assert_eq!(lines("01a219af-9655-77b0-ab05-d29ed8e8d599", 12.0), 3);
        let height = |texts: &[(&'static str, f64)]| height_pt(texts.iter().copied(), 1.0);
        assert!(height(&[("một", 5.0), ("hai dòng", 4.0)]) > height(&[("một", 5.0)]));
    }
}
