//! Days, times, flags and windows as offices write them.

use serde_json::Value;

use crate::areas::model::risk::{windows_json, windows_of_text};
use crate::base::time::LocalDate;
use crate::base::unmarked::unmarked;

/// A day: year first, or day first as Vietnamese papers have it.
#[must_use]
pub fn day(text: &str) -> Option<LocalDate> {
    let text = text.trim();
    let text = text.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [first, month, last] = parts[..] else {
        return None;
    };
    let (year, day) = if first.len() == 4 {
        (first, last)
    } else {
        (last, first)
    };
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let number = |text: &str| text.parse::<u32>().ok();
    LocalDate::from_ymd(
        year.parse().ok().filter(|_| is_year)?,
        number(month)?,
        number(day)?,
    )
}

/// An instant as RFC 3339: what has no offset is local (UTC+7), and a day without a time is its noon.
#[must_use]
pub fn instant(text: &str) -> Option<String> {
    let text = text.trim();
    let own_day = day(text)?;
    let rest = text
        .split_once(['T', ' '])
        .map_or("", |(_, rest)| rest.trim());
    if rest.is_empty() {
        return Some(format!("{own_day}T12:00:00+07:00"));
    }
    let has_offset = rest.ends_with(['Z', 'z']) || rest.contains(['+', '-']);
    if has_offset {
        return Some(format!("{own_day}T{}", rest.replace(' ', "")));
    }
    let parts: Vec<&str> = rest.split([':', 'h']).map(str::trim).collect();
    let part = |at: usize, most: u32| {
        let text = parts
            .get(at)
            .filter(|text| !text.is_empty())
            .copied()
            .unwrap_or("0");
        let whole = text.split('.').next().unwrap_or_default();
        whole.parse::<u32>().ok().filter(|part| *part <= most)
    };
    if parts.len() > 3 {
        return None;
    }
    Some(format!(
        "{own_day}T{:02}:{:02}:{:02}+07:00",
        part(0, 23)?,
        part(1, 59)?,
        part(2, 59)?
    ))
}

/// A yes or no.
#[must_use]
pub fn flag(value: &Value) -> Option<bool> {
    if let Some(flag) = value.as_bool() {
        return Some(flag);
    }
    if let Some(number) = value.as_f64() {
        return match number {
            0.0 => Some(false),
            1.0 => Some(true),
            _ => None,
        };
    }
    match unmarked(value.as_str()?).as_str() {
        "co" | "x" | "1" | "true" | "yes" | "dung" => Some(true),
        "khong" | "0" | "false" | "no" | "" => Some(false),
        _ => None,
    }
}

/// Check windows as this server writes them into files: `seedling 10-15/12-31; flowering 02-01/03-31`, or `all_year`. Where
/// a file keeps an empty text apart from none, it is that of an area that is checked all year, as exports wrote it once.
#[must_use]
pub fn windows(text: &str) -> Option<Value> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text).ok().filter(Value::is_array);
    }
    windows_of_text(text).ok().map(|own| windows_json(&own))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_stand_either_way_round() {
        let told = |text| day(text).map(|day| day.to_string());
        for text in [
            "2024-11-03",
            "03/11/2024",
            "3/11/2024",
            "3.11.2024",
            "2024-11-03T08:00:00Z",
        ] {
            assert_eq!(told(text).as_deref(), Some("2024-11-03"), "{text}");
        }
        for text in [
            "",
            "11/2024",
            "31/02/2024",
            "3/11/24",
            "hôm qua",
            "2024-11-03-04",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn times_without_an_offset_are_local() {
        let told = |text| instant(text).unwrap_or_default();
        assert_eq!(told("03/11/2024"), "2024-11-03T12:00:00+07:00");
        assert_eq!(told("03/11/2024 8h30"), "2024-11-03T08:30:00+07:00");
        assert_eq!(told("2024-11-03 23:59:59.5"), "2024-11-03T23:59:59+07:00");
        assert_eq!(told("2024-11-03T08:00:00Z"), "2024-11-03T08:00:00Z");
        assert_eq!(told("2024/11/03 08:00:00+00"), "2024-11-03T08:00:00+00");
        assert_eq!(told("03/11/2024 25:00"), "");
    }

    #[test]
    fn windows_are_read_as_exports_write_them() {
        let two = windows("seedling 10-15/12-31; flowering 02-01/03-31");
        assert_eq!(
            two.unwrap_or_default()[1],
            json!({ "name": "flowering", "from": "02-01", "to": "03-31" })
        );
        assert_eq!(windows(""), Some(json!([])));
        assert_eq!(windows("Cả năm"), Some(json!([])));
        assert_eq!(windows("all_year"), Some(json!([])));
        for text in ["mùa khô", "seedling 13-45/12-31", "seedling 10-15", ";"] {
            assert_eq!(windows(text), None, "{text}");
        }
    }
}
