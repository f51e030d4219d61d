//! Which of the fields that an edit brings are written: those that follow from others come back as they were told, or not
//! at all.

use serde_json::{Map, Value};

use crate::base::time::{Timestamp, local_offset};
use crate::http::{Problem, ProblemKind};
use crate::publish::feature::{Feature, Field, Kind, Value as Told};

/// The sent properties without those that follow from others: empty ones and those that are as they were go, another
/// value is refused by name. Times without an offset get that of local time.
pub(super) fn recorded(
    sent: Map<String, Value>,
    fields: &[Field],
    writable: &[&str],
    now: Option<&Feature>,
) -> Result<Map<String, Value>, Problem> {
    let mut kept = Map::new();
    let mut faults = Vec::new();
    for (name, value) in sent {
        let place = fields.iter().position(|field| field.name == name);
        let is_derived = place.is_some() && !writable.contains(&name.as_str());
        if !is_derived {
            let kind = place.and_then(|at| fields.get(at)).map(|field| field.kind);
            let local = value.as_str().filter(|_| kind == Some(Kind::Time));
            let local = local.and_then(with_offset).map(Value::from);
            kept.insert(name, local.unwrap_or(value));
            continue;
        }
        let known = place.and_then(|at| now?.values.get(at));
        if !value.is_null() && !known.is_some_and(|known| is_same(known, &value)) {
            faults.push(name);
        }
    }
    if faults.is_empty() {
        return Ok(kept);
    }
    let refused = Problem::new(ProblemKind::InvalidContent);
    Err(faults.into_iter().fold(refused, |problem, name| {
        problem.fault(
            format!("/properties/{name}"),
            "follows from other facts and cannot be written",
        )
    }))
}

/// A time that a tool wrote without an offset, as QGIS does, with that of local time; none where it has one or is no time.
fn with_offset(text: &str) -> Option<String> {
    if text.parse::<Timestamp>().is_ok() {
        return None;
    }
    let local = format!("{text}{}", local_offset());
    local.parse::<Timestamp>().is_ok().then_some(local)
}

/// How far apart two numbers of one value may be, as a share of it: a tool that reads and writes seventeen digits, or we
/// when we read them, may change the last one.
const LAST_DIGITS: f64 = 1e-12;

/// Whether what was sent is what was told, however a tool has written it: 64 and 64.0, an instant in another offset, or one
/// whose offset was left out after it was read, as local time or as it was told.
fn is_same(known: &Told, sent: &Value) -> bool {
    let number = |known: f64| {
        let sent = sent.as_f64();
        sent.is_some_and(|sent| (sent - known).abs() <= LAST_DIGITS * known.abs())
    };
    match known {
        Told::Real(known) => number(*known),
        Told::Integer(known) => {
            let is_whole = sent
                .as_f64()
                .is_some_and(|sent| sent.to_string() == known.to_string());
            sent.as_i64() == Some(*known) || is_whole
        }
        Told::Time(known) => {
            let sent = sent.as_str().unwrap_or_default();
            let local = with_offset(sent);
            let bare = local.as_ref().map(|_| format!("{sent}Z"));
            let readings = [Some(sent.to_owned()), local, bare];
            let mut readings = readings.into_iter().flatten();
            readings.any(|text| text.parse::<Timestamp>() == Ok(*known))
        }
        known => as_json(known) == *sent,
    }
}

pub(super) fn as_json(value: &Told) -> Value {
    match value {
        Told::Null => Value::Null,
        Told::Text(text) => text.clone().into(),
        Told::Integer(number) => (*number).into(),
        Told::Real(number) => (*number).into(),
        Told::Flag(is_so) => (*is_so).into(),
        Told::Time(at) => at.to_string().into(),
        Told::Date(day) => day.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_same_however_a_tool_has_written_it() {
        let real = |known: f64, sent: &str| {
            is_same(&Told::Real(known), &serde_json::from_str(sent).unwrap())
        };
        // Seventeen digits, of which a reader may take the last one for its neighbour.
        for known in [
            152.392_186_419_340_33,
            0.1 + 0.2,
            102.84 - 1e-14,
            1e-7,
            -21.7,
        ] {
            assert!(real(known, &known.to_string()), "{known}");
            assert!(real(known, &format!("{known:.17}")), "{known}");
            assert!(
                real(known, &f64::from_bits(known.to_bits() + 1).to_string()),
                "{known}"
            );
        }
        assert!(real(64.0, "64") && !real(64.0, "64.000001") && !real(64.0, "\"64\""));
        assert!(real(0.0, "0") && !real(0.0, "0.000001") && !real(64.0, "null"));
        let whole = |sent: Value| is_same(&Told::Integer(3), &sent);
        assert!(whole(3.into()) && whole(3.0.into()) && !whole(3.5.into()) && !whole("3".into()));
        let at: Timestamp = "2026-02-25T03:15:00Z".parse().unwrap();
        let when = |sent: &str| is_same(&Told::Time(at), &sent.into());
        assert!(when("2026-02-25T03:15:00Z") && when("2026-02-25T10:15:00.000+07:00"));
        assert!(when("2026-02-25T03:15:00.000") && when("2026-02-25T10:15:00"));
        assert!(!when("2026-02-25T10:15:00Z") && !when("2026-02-25T04:15:00") && !when("hôm qua"));
        assert!(is_same(&Told::Text("high".into()), &"high".into()));
        assert!(
            !is_same(&Told::Text("high".into()), &"low".into())
                && !is_same(&Told::Null, &"low".into())
        );
    }
}
