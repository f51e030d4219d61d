//! How a form lies on A4: bands of columns, the scale at which they fit, and rows that are high enough for their text.

use std::ops::Range;

use super::Form;
use super::table::Column;

/// The letters of a form, in points: printed they are smaller by the scale.
pub const LETTERS_PT: f64 = 10.0;
/// A4 across between the margins of a sheet (12.7 mm left, 10.2 mm right), in points.
const ACROSS_PT: f64 = 777.0;
/// A line of text of a form's letters.
const LINE_PT: f64 = 13.2;
/// Of all that a row needs beside its lines.
const AROUND_PT: f64 = 3.0;

/// The columns of each band, the key columns not among those of the further ones.
#[must_use]
pub fn bands(form: Form) -> Vec<Range<usize>> {
    let further = form.bands().further.iter().map(|at| usize::from(*at));
    let starts: Vec<usize> = std::iter::once(0).chain(further).collect();
    let ends = starts.iter().skip(1).copied().chain([form.columns().len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(from, to)| *from..to)
        .collect()
}

/// The width of columns in points. A column of n letters is 7n + 5 pixels of 3/4 pt wide (ECMA-376 part 1, 18.3.1.13).
fn width_pt(columns: &[Column]) -> f64 {
    let widths = columns
        .iter()
        .map(|column| (7.0 * column.width + 5.0) * 0.75);
    widths.sum()
}

/// At how many per cent the widest band fits on the page, at most 100.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100"
)]
pub fn scale_pct(form: Form) -> u16 {
    let columns = form.columns();
    let keys = usize::from(form.bands().keys);
    let widths = bands(form).into_iter().map(|band| {
        let keys = if band.start == 0 { 0 } else { keys };
        let own = columns.get(band).unwrap_or_default();
        width_pt(own) + width_pt(columns.get(..keys).unwrap_or_default())
    });
    let widest = widths.fold(ACROSS_PT, f64::max);
    (ACROSS_PT / widest * 100.0).floor() as u16
}

/// How high a row is in which a text stands in a column of so many letters; `share` is how much of the width letters take,
/// 1 for plain ones.
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

    #[test]
    fn letters_on_paper_can_be_read() {
        for form in [Form::B01, Form::B02, Form::B03] {
            let letters_pt = LETTERS_PT * f64::from(scale_pct(form)) / 100.0;
            assert!(letters_pt >= 7.0, "{form}: {letters_pt} pt");
        }
    }

    #[test]
    fn bands_hold_every_column_once() {
        for form in [Form::B01, Form::B02, Form::B03] {
            let all: Vec<usize> = bands(form).into_iter().flatten().collect();
            let columns: Vec<usize> = (0..form.columns().len()).collect();
            assert_eq!(all, columns, "{form}");
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
