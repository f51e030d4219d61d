//! Numbers as offices type them into cells of text: with a decimal point or comma, and with thousands in groups. What may be
//! read both ways is never guessed in silence.

use serde_json::Value;

/// A count or an area out of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// It can be read in one way only.
    Plain(f64),
    /// "1.250" read as 1250.
    Thousands(f64),
    /// "2.135" or "1,250" read as a decimal number.
    Decimal(f64),
    /// It could be either.
    Unclear,
}

/// What is known of the column in which a count or an area stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Column {
    /// It holds whole numbers.
    pub is_count: bool,
    /// It bears the API's own name: a program wrote it, with decimal points.
    pub is_machine: bool,
    /// Another of its cells has a decimal point.
    pub is_pointed: bool,
}

/// A number, be its decimals after a point or a comma.
#[must_use]
pub fn plain(value: &Value) -> Option<f64> {
    if let Some(number) = value.as_f64() {
        return Some(number);
    }
    let text = value.as_str()?.trim();
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-'));
    let points = text
        .bytes()
        .filter(|byte| matches!(byte, b'.' | b','))
        .count();
    (is_plain && points <= 1).then(|| text.replace(',', ".").parse().ok())?
}

/// A count or an area; none where the cell holds no number.
#[must_use]
pub fn amount(value: &Value, column: Column) -> Option<Amount> {
    if let Some(number) = value.as_f64() {
        return Some(Amount::Plain(number));
    }
    let text = value.as_str()?.trim();
    let (runs, marks) = cut(text)?;
    let whole = runs.concat().parse::<f64>().ok()?;
    let (&head, rest) = runs.split_first()?;
    let are_groups = |runs: &[&str]| {
        (1..=3).contains(&head.len()) && head != "0" && runs.iter().all(|run| run.len() == 3)
    };
    let grouping = *marks.first().unwrap_or(&' ');
    let is_one_mark = marks.iter().all(|mark| *mark == grouping);
    let is_decimal_mark = matches!(grouping, '.' | ',');
    if marks.is_empty() {
        return Some(Amount::Plain(whole));
    }
    if marks.len() == 1 && is_decimal_mark {
        let decimal = text.replace(',', ".").parse().ok()?;
        return Some(match (are_groups(rest), grouping) {
            (true, '.') => dotted(column, text, whole, decimal),
            (true, _) if column.is_count => Amount::Unclear,
            (true, _) => Amount::Decimal(decimal),
            (false, _) => Amount::Plain(decimal),
        });
    }
    if is_one_mark {
        return are_groups(rest).then_some(Amount::Plain(whole));
    }
    let (last, groups) = rest.split_last()?;
    let decimal_mark = marks.last().filter(|mark| matches!(mark, '.' | ','))?;
    let (_, grouping_marks) = marks.split_last()?;
    let is_grouped = are_groups(groups)
        && *decimal_mark != grouping
        && grouping_marks.iter().all(|mark| *mark == grouping);
    let number = format!("{head}{}.{last}", groups.concat());
    is_grouped.then(|| number.parse().ok().map(Amount::Plain))?
}

/// "1.250": thousands on Vietnamese papers. A program's column has decimal points, and no program writes a last nought.
fn dotted(column: Column, text: &str, thousands: f64, decimal: f64) -> Amount {
    match column {
        Column { is_count: true, .. } => Amount::Thousands(thousands),
        Column {
            is_machine: true, ..
        } if text.ends_with('0') => Amount::Unclear,
        Column {
            is_machine: true, ..
        } => Amount::Decimal(decimal),
        Column {
            is_pointed: true, ..
        } => Amount::Unclear,
        _ => Amount::Thousands(thousands),
    }
}

/// Whether a cell has a decimal point that can be nothing else.
#[must_use]
pub fn is_pointed(value: &Value) -> bool {
    let Some((whole, decimals)) = value.as_str().and_then(|text| text.trim().split_once('.'))
    else {
        return false;
    };
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole)
        && are_digits(decimals)
        && (decimals.len() != 3 || whole == "0" || whole.len() > 3)
}

/// The runs of digits of a number and the single marks between them.
fn cut(text: &str) -> Option<(Vec<&str>, Vec<char>)> {
    const MARKS: [char; 7] = ['.', ',', ' ', '\'', '\u{a0}', '\u{2009}', '\u{202f}'];
    let runs: Vec<&str> = text.split(MARKS).collect();
    let are_runs = runs
        .iter()
        .all(|run| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit()));
    let marks = text.chars().filter(|sign| MARKS.contains(sign)).collect();
    are_runs.then_some((runs, marks))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AREA: Column = Column {
        is_count: false,
        is_machine: false,
        is_pointed: false,
    };

    fn read(text: &str, column: Column) -> Option<Amount> {
        amount(&json!(text), column)
    }

    #[test]
    fn thousands_of_vietnamese_papers_are_thousands() {
        let count = Column {
            is_count: true,
            ..AREA
        };
        assert_eq!(read("1.250", AREA), Some(Amount::Thousands(1250.0)));
        assert_eq!(read("1.250,5", AREA), Some(Amount::Plain(1250.5)));
        assert_eq!(read("1.234.567", AREA), Some(Amount::Plain(1_234_567.0)));
        assert_eq!(read("1.250", count), Some(Amount::Thousands(1250.0)));
        for text in ["1 250", "1\u{a0}250", "1\u{202f}250"] {
            assert_eq!(read(text, count), Some(Amount::Plain(1250.0)), "{text}");
        }
        assert_eq!(read("1,250.5", AREA), Some(Amount::Plain(1250.5)));
        assert_eq!(read("12,5", AREA), Some(Amount::Plain(12.5)));
        assert_eq!(read("0.250", AREA), Some(Amount::Plain(0.25)));
        assert_eq!(read("12.5", AREA), Some(Amount::Plain(12.5)));
        assert_eq!(amount(&json!(1.25), AREA), Some(Amount::Plain(1.25)));
    }

    #[test]
    fn what_may_be_either_is_told() {
        let pointed = Column {
            is_pointed: true,
            ..AREA
        };
        let machine = Column {
            is_machine: true,
            ..AREA
        };
        let count = Column {
            is_count: true,
            ..AREA
        };
        assert_eq!(read("1.250", pointed), Some(Amount::Unclear));
        assert_eq!(read("1.250", machine), Some(Amount::Unclear));
        assert_eq!(read("2.135", machine), Some(Amount::Decimal(2.135)));
        assert_eq!(read("1,250", AREA), Some(Amount::Decimal(1.25)));
        assert_eq!(read("1,000", count), Some(Amount::Unclear));
        for text in ["", "khoảng 300", "1.25.0", "1..250", "~100", "1.250,5,5"] {
            assert_eq!(read(text, AREA), None, "{text}");
        }
        assert!(is_pointed(&json!("12.5")) && !is_pointed(&json!("1.250")));
    }

    #[test]
    fn degrees_stay_degrees() {
        assert_eq!(plain(&json!("22.486")), Some(22.486));
        assert_eq!(plain(&json!("104,971")), Some(104.971));
    }
}
