//! Parts of a file (RFC 9110 §14).

use axum::http::{HeaderMap, HeaderValue, header};

/// Which bytes are asked for, the end excluded.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it.
    Whole,
    /// From one byte up to another.
    Part(u64, u64),
    /// What lies behind the end.
    Beyond,
}

/// RFC 9110 §14: one range; several, or what cannot be read, mean the whole. A range holds only for the file that
/// `If-Range` names.
#[must_use]
pub fn range(headers: &HeaderMap, whole: u64, tag: &str) -> Asked {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let Some(spec) = text(header::RANGE).and_then(|text| text.strip_prefix("bytes=")) else {
        return Asked::Whole;
    };
    if text(header::IF_RANGE).is_some_and(|known| known != tag) {
        return Asked::Whole;
    }
    let Some((first, last)) = spec.trim().split_once('-') else {
        return Asked::Whole;
    };
    let number = |text: &str| text.parse::<u64>().ok();
    let (from, to) = match (number(first), number(last)) {
        (Some(from), Some(last)) if last >= from => (from, last.saturating_add(1).min(whole)),
        (Some(from), None) if last.is_empty() => (from, whole),
        (None, Some(0)) if first.is_empty() => return Asked::Beyond,
        (None, Some(length)) if first.is_empty() => (whole.saturating_sub(length), whole),
        _ => return Asked::Whole,
    };
    if from >= whole {
        return Asked::Beyond;
    }
    Asked::Part(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range_text: &str, if_range: Option<&str>) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range_text.parse().unwrap());
        if let Some(tag) = if_range {
            headers.insert(header::IF_RANGE, tag.parse().unwrap());
        }
        range(&headers, 100, "\"a\"")
    }

    #[test]
    fn ranges_are_read_as_rfc_9110_has_them() {
        assert_eq!(asked("bytes=0-9", None), Asked::Part(0, 10));
        assert_eq!(asked("bytes=90-", None), Asked::Part(90, 100));
        assert_eq!(asked("bytes=-10", None), Asked::Part(90, 100));
        assert_eq!(asked("bytes=-1000", None), Asked::Part(0, 100));
        assert_eq!(asked("bytes=90-1000", None), Asked::Part(90, 100));
        assert_eq!(asked("bytes=100-", None), Asked::Beyond);
        assert_eq!(asked("bytes=-0", None), Asked::Beyond);
        for whole in ["bytes=9-1", "bytes=0-1,5-6", "lines=1-2", "bytes=x-"] {
            assert_eq!(asked(whole, None), Asked::Whole, "{whole}");
        }
        assert_eq!(asked("bytes=0-9", Some("\"a\"")), Asked::Part(0, 10));
        assert_eq!(asked("bytes=0-9", Some("\"b\"")), Asked::Whole);
    }
}
